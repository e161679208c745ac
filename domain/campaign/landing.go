package campaign

import (
	"fmt"
	"net/url"

	"github.com/agente-ceo/agente-ceo/domain/ads"
)

// LandingURL is the shop's page with the parameters by which an order finds its campaign, ad set and ad again. Parameters that the page
// already has stay, ours replace theirs.
func LandingURL(page string, platform ads.Platform, campaignID, adSetID, adID string) (string, error) {
	u, err := url.Parse(page)
	if err != nil {
		return "", fmt.Errorf("read landing page: %w", err)
	}
	if (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" {
		return "", fmt.Errorf("read landing page %q: want an absolute http or https address", page)
	}
	q := u.Query()
	q.Set("utm_source", string(platform))
	q.Set("utm_medium", "paid")
	q.Set("utm_campaign", campaignID)
	q.Set("utm_content", adID)
	q.Set("utm_term", adSetID)
	u.RawQuery = q.Encode()
	return u.String(), nil
}
