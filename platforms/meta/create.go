package meta

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"golang.org/x/net/publicsuffix"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/fault"
)

type created struct {
	ID string `json:"id"`
}

// create posts to an edge of the account and gives the new id. An answer without an id leaves open what was made.
func (c *Client) create(ctx context.Context, operation, edge string, form url.Values) (string, error) {
	var answer created
	if err := c.post(ctx, operation, c.edge(edge), form, &answer); err != nil {
		return "", err
	}
	if answer.ID == "" {
		return "", fault.Unknown("bad_answer", fmt.Errorf("meta %s: the answer has no id", operation))
	}
	return answer.ID, nil
}

// CreateCampaign makes a paused sales campaign whose budgets are its ad sets'.
func (c *Client) CreateCampaign(ctx context.Context, spec ads.CampaignSpec) (ads.Entity, error) {
	id, err := c.create(ctx, "create_campaign", "campaigns", campaignForm(spec))
	if err != nil {
		return ads.Entity{}, err
	}
	return ads.Entity{ID: id, Name: spec.Name, Delivery: ads.Paused}, nil
}

// campaignForm: without a campaign budget Graph insists on being told whether ad sets share theirs.
func campaignForm(spec ads.CampaignSpec) url.Values {
	return url.Values{
		"name":                            {spec.Name},
		"objective":                       {"OUTCOME_SALES"},
		"buying_type":                     {"AUCTION"},
		"status":                          {"PAUSED"},
		"special_ad_categories":           {"[]"},
		"is_adset_budget_sharing_enabled": {"false"},
	}
}

// CreateAdSet makes a paused ad set that is billed by impressions and optimised for purchases seen by the pixel.
func (c *Client) CreateAdSet(ctx context.Context, spec ads.AdSetSpec) (ads.Entity, error) {
	form, err := c.adSetForm(ctx, spec)
	if err != nil {
		return ads.Entity{}, err
	}
	id, err := c.create(ctx, "create_ad_set", "adsets", form)
	if err != nil {
		return ads.Entity{}, err
	}
	return ads.Entity{ID: id, Name: spec.Name, Delivery: ads.Paused, Budget: spec.DailyBudget}, nil
}

type promotedObject struct {
	PixelID string `json:"pixel_id"`
	Event   string `json:"custom_event_type"`
}

func (c *Client) adSetForm(ctx context.Context, spec ads.AdSetSpec) (url.Values, error) {
	budget, err := c.units(spec.DailyBudget)
	if err != nil {
		return nil, err
	}
	form, err := c.bidForm(spec.Bid, spec.CostCap)
	if err != nil {
		return nil, err
	}
	target, err := c.targeting(ctx, spec.Audience)
	if err != nil {
		return nil, err
	}
	form.Set("name", spec.Name)
	form.Set("campaign_id", spec.CampaignID)
	form.Set("daily_budget", budget)
	form.Set("billing_event", "IMPRESSIONS")
	form.Set("optimization_goal", "OFFSITE_CONVERSIONS")
	form.Set("destination_type", "WEBSITE")
	form.Set("promoted_object", jsonText(promotedObject{PixelID: c.config.PixelID, Event: "PURCHASE"}))
	form.Set("targeting", jsonText(target))
	form.Set("status", "PAUSED")
	if c.config.Advertiser != "" && inUnion(spec.Audience.Countries) {
		form.Set("dsa_payor", c.config.Advertiser)
		form.Set("dsa_beneficiary", c.config.Advertiser)
	}
	return form, nil
}

type linkData struct {
	Link    string       `json:"link"`
	Message string       `json:"message"`
	Name    string       `json:"name"`
	Image   string       `json:"image_hash"`
	Action  callToAction `json:"call_to_action"`
}

type callToAction struct {
	Type  string `json:"type"`
	Value struct {
		Link string `json:"link"`
	} `json:"value"`
}

type storySpec struct {
	PageID      string   `json:"page_id"`
	InstagramID string   `json:"instagram_user_id,omitempty"`
	Link        linkData `json:"link_data"`
}

type creativeRef struct {
	ID string `json:"creative_id"`
}

// CreateAd makes a paused ad. Its picture and creative come first; those are invisible and free, so only the ad itself can be Ambiguous.
func (c *Client) CreateAd(ctx context.Context, spec ads.AdSpec) (ads.Entity, error) {
	domain, err := conversionDomain(spec.LandingURL)
	if err != nil {
		return ads.Entity{}, err
	}
	image, err := c.imageHash(ctx, spec.MediaKey)
	if err != nil {
		return ads.Entity{}, err
	}
	creative, err := c.createCreative(ctx, spec, image)
	if err != nil {
		return ads.Entity{}, err
	}
	id, err := c.create(ctx, "create_ad", "ads", url.Values{
		"name":              {spec.Name},
		"adset_id":          {spec.AdSetID},
		"creative":          {jsonText(creativeRef{ID: creative})},
		"status":            {"PAUSED"},
		"conversion_domain": {domain},
	})
	if err != nil {
		return ads.Entity{}, err
	}
	return ads.Entity{ID: id, Name: spec.Name, Delivery: ads.Paused}, nil
}

func (c *Client) createCreative(ctx context.Context, spec ads.AdSpec, image string) (string, error) {
	story := storySpec{PageID: c.config.PageID, InstagramID: c.config.InstagramID, Link: linkData{
		Link: spec.LandingURL, Message: spec.Body, Name: spec.Headline, Image: image,
	}}
	// The mission's actions are Meta's own, in capitals: SHOP_NOW, LEARN_MORE, GET_OFFER, ORDER_NOW, BUY_NOW.
	story.Link.Action.Type = strings.ToUpper(spec.Action)
	story.Link.Action.Value.Link = spec.LandingURL
	var answer created
	form := url.Values{"name": {"cr " + spec.Name}, "object_story_spec": {jsonText(story)}}
	if err := c.postRepeatable(ctx, "create_creative", c.edge("adcreatives"), form, &answer); err != nil {
		return "", err
	}
	if answer.ID == "" {
		return "", fault.Retry("bad_answer", 0, fmt.Errorf("meta create_creative: the answer has no id"))
	}
	return answer.ID, nil
}

// conversionDomain is the registrable domain of the landing page ("loja.com.br" of "www.loja.com.br"), or its bare host where there is
// none, as with an address in a test network.
func conversionDomain(landing string) (string, error) {
	u, err := url.Parse(landing)
	if err != nil || u.Hostname() == "" {
		return "", fault.Refuse("landing_url", "%q is not the address of a landing page", landing)
	}
	domain, err := publicsuffix.EffectiveTLDPlusOne(u.Hostname())
	if err != nil {
		return u.Hostname(), nil
	}
	return domain, nil
}

// Validate has Graph check the campaign without making it. Graph can only check an ad set under a campaign that exists; under a planned
// one the ad set is checked here, against the account's minimum budget.
func (c *Client) Validate(ctx context.Context, campaign ads.CampaignSpec, adSet ads.AdSetSpec) error {
	form := campaignForm(campaign)
	form.Set("execution_options", `["validate_only"]`)
	var answer success
	if err := c.postRepeatable(ctx, "validate_campaign", c.edge("campaigns"), form, &answer); err != nil {
		return err
	}
	form, err := c.adSetForm(ctx, adSet)
	if err != nil {
		return err
	}
	if adSet.CampaignID == "" {
		return c.checkMinimum(ctx, adSet)
	}
	form.Set("execution_options", `["validate_only"]`)
	return c.postRepeatable(ctx, "validate_ad_set", c.edge("adsets"), form, &answer)
}

func (c *Client) checkMinimum(ctx context.Context, adSet ads.AdSetSpec) error {
	least, err := c.MinimumBudget(ctx, c.config.Currency)
	if err != nil {
		return err
	}
	if adSet.DailyBudget.Less(least) {
		return fault.Refuse("budget_too_low", "a daily budget of %s is under Meta's minimum of %s", adSet.DailyBudget, least)
	}
	return nil
}
