package meta

import (
	"context"
	"net/url"
	"strings"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/fault"
)

type idRef struct {
	ID string `json:"id"`
}

type interest struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

type geoLocations struct {
	Countries []string `json:"countries"`
}

type flexible struct {
	Interests []interest `json:"interests"`
}

type automation struct {
	AdvantageAudience int `json:"advantage_audience"`
}

// targeting has no placements: leaving them out is what asks for automatic ones.
type targeting struct {
	Geo       geoLocations `json:"geo_locations"`
	AgeMin    int          `json:"age_min"`
	AgeMax    int          `json:"age_max"`
	Custom    []idRef      `json:"custom_audiences,omitempty"`
	Flexible  []flexible   `json:"flexible_spec,omitempty"`
	Automatic automation   `json:"targeting_automation"`
}

// targeting translates an audience. advantage_audience is always said, and said to be off: left out it is on for an open audience, and
// an error for a narrowed one.
func (c *Client) targeting(ctx context.Context, a ads.Audience) (targeting, error) {
	if err := checkAudience(a); err != nil {
		return targeting{}, err
	}
	t := targeting{Geo: geoLocations{Countries: a.Countries}, AgeMin: a.AgeMin, AgeMax: a.AgeMax}
	switch a.Kind {
	case ads.Lookalike:
		t.Custom = []idRef{{ID: a.LookalikeID}}
	case ads.Interests:
		found, err := c.findInterests(ctx, a.InterestKeywords)
		if err != nil {
			return targeting{}, err
		}
		t.Flexible = []flexible{{Interests: found}}
	}
	return t, nil
}

func checkAudience(a ads.Audience) error {
	switch {
	case len(a.Countries) == 0:
		return fault.Refuse("countries_missing", "an ad set addresses at least one country")
	case a.AgeMin < 18 || a.AgeMax > 65 || a.AgeMin > a.AgeMax:
		return fault.Refuse("age_range", "ages %d to %d: want 18 to 65", a.AgeMin, a.AgeMax)
	case a.Kind == ads.Lookalike && a.LookalikeID == "":
		return fault.Refuse("lookalike_missing", "a lookalike audience needs its id")
	}
	return nil
}

// findInterests resolves keywords in their order; those that Meta does not know are left out, and none known is a refusal.
func (c *Client) findInterests(ctx context.Context, keywords []string) ([]interest, error) {
	var found []interest
	seen := map[string]bool{}
	for _, keyword := range keywords {
		one, err := c.findInterest(ctx, keyword)
		if err != nil {
			return nil, err
		}
		if one.ID != "" && !seen[one.ID] {
			seen[one.ID] = true
			found = append(found, one)
		}
	}
	if len(found) == 0 {
		return nil, fault.Refuse("interests_unknown", "Meta knows no interest among %q", keywords)
	}
	return found, nil
}

// findInterest prefers the interest of exactly that name to the first one offered; the zero interest means that there is none.
func (c *Client) findInterest(ctx context.Context, keyword string) (interest, error) {
	c.mu.Lock()
	known, ok := c.interests[keyword]
	c.mu.Unlock()
	if ok {
		return known, nil
	}
	var answer struct {
		Data []interest `json:"data"`
	}
	query := url.Values{"type": {"adinterest"}, "q": {keyword}, "limit": {"10"}}
	if err := c.get(ctx, "search_interest", "search", query, &answer); err != nil {
		return interest{}, err
	}
	var best interest
	for _, one := range answer.Data {
		if best.ID == "" || strings.EqualFold(one.Name, keyword) && !strings.EqualFold(best.Name, keyword) {
			best = one
		}
	}
	c.mu.Lock()
	c.interests[keyword] = best
	c.mu.Unlock()
	return best, nil
}

// union is where an ad must name who pays for it and who benefits (the Digital Services Act): the European Union's members.
var union = map[string]bool{
	"AT": true, "BE": true, "BG": true, "CY": true, "CZ": true, "DE": true, "DK": true, "EE": true, "ES": true, "FI": true, "FR": true,
	"GR": true, "HR": true, "HU": true, "IE": true, "IT": true, "LT": true, "LU": true, "LV": true, "MT": true, "NL": true, "PL": true,
	"PT": true, "RO": true, "SE": true, "SI": true, "SK": true,
}

func inUnion(countries []string) bool {
	for _, country := range countries {
		if union[country] {
			return true
		}
	}
	return false
}
