package tiktok

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/domain/money"
)

const (
	enable  = "ENABLE"
	disable = "DISABLE"
)

// requestID makes TikTok's idempotency key, a positive int64 in decimal, from what the name of a thing is unique in.
func requestID(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		h.Write([]byte(p))
		h.Write([]byte{0})
	}
	return strconv.FormatUint(binary.BigEndian.Uint64(h.Sum(nil))>>1, 10)
}

type campaignBody struct {
	AdvertiserID string `json:"advertiser_id"`
	RequestID    string `json:"request_id"`
	Name         string `json:"campaign_name"`
	Objective    string `json:"objective_type"`
	BudgetMode   string `json:"budget_mode"`
	Status       string `json:"operation_status"`
}

// CreateCampaign makes a paused campaign for purchases on a website; its ad groups carry the budgets. Repeating a name gives the campaign
// that exists.
func (c *Client) CreateCampaign(ctx context.Context, spec ads.CampaignSpec) (ads.Entity, error) {
	body := campaignBody{
		AdvertiserID: c.config.AdvertiserID,
		RequestID:    requestID(c.config.AdvertiserID, "campaign", spec.Name),
		Name:         spec.Name,
		Objective:    "WEB_CONVERSIONS",
		BudgetMode:   "BUDGET_MODE_INFINITE",
		Status:       disable,
	}
	var made struct {
		ID string `json:"campaign_id"`
	}
	err := c.post(ctx, "create_campaign", "/campaign/create/", body, &made)
	return c.settle(ctx, ads.LevelCampaign, "", ads.Entity{ID: made.ID, Name: spec.Name, Delivery: ads.Paused}, err)
}

// settle ends a create. A repeated request id means that an earlier try succeeded: what it made is found by name.
func (c *Client) settle(ctx context.Context, level ads.Level, parentID string, made ads.Entity, err error) (ads.Entity, error) {
	if fault.CodeOf(err) == "duplicate_request" {
		found, findErr := c.Find(ctx, level, parentID, made.Name)
		if fault.CodeOf(findErr) == "not_found" {
			return ads.Entity{}, fault.Unknown("duplicate_not_found", err)
		}
		return found, findErr
	}
	if err != nil {
		return ads.Entity{}, err
	}
	if made.ID == "" {
		return ads.Entity{}, fault.Unknown("bad_answer", fmt.Errorf("tiktok create %s %q: the answer has no id", level, made.Name))
	}
	return made, nil
}

type adGroupBody struct {
	AdvertiserID  string      `json:"advertiser_id"`
	CampaignID    string      `json:"campaign_id"`
	RequestID     string      `json:"request_id"`
	Name          string      `json:"adgroup_name"`
	PromotionType string      `json:"promotion_type"`
	Placement     string      `json:"placement_type"`
	PixelID       string      `json:"pixel_id"`
	Goal          string      `json:"optimization_goal"`
	Event         string      `json:"optimization_event"`
	BillingEvent  string      `json:"billing_event"`
	BidType       string      `json:"bid_type"`
	BidPrice      json.Number `json:"conversion_bid_price,omitempty"`
	BudgetMode    string      `json:"budget_mode"`
	Budget        json.Number `json:"budget"`
	Pacing        string      `json:"pacing"`
	ScheduleType  string      `json:"schedule_type"`
	ScheduleStart string      `json:"schedule_start_time"`
	Locations     []string    `json:"location_ids"`
	Gender        string      `json:"gender"`
	AgeGroups     []string    `json:"age_groups"`
	Audiences     []string    `json:"audience_ids,omitempty"`
	Interests     []string    `json:"interest_keyword_ids,omitempty"`
	Status        string      `json:"operation_status"`
}

// CreateAdSet makes a paused ad group with a daily budget, optimised for purchases seen by the pixel. Repeating a name under the same
// campaign gives the ad group that exists.
func (c *Client) CreateAdSet(ctx context.Context, spec ads.AdSetSpec) (ads.Entity, error) {
	body, err := c.adGroupBody(ctx, spec)
	if err != nil {
		return ads.Entity{}, err
	}
	var made struct {
		ID string `json:"adgroup_id"`
	}
	err = c.post(ctx, "create_ad_set", "/adgroup/create/", body, &made)
	entity := ads.Entity{ID: made.ID, Name: spec.Name, Delivery: ads.Paused, Budget: spec.DailyBudget}
	return c.settle(ctx, ads.LevelAdSet, spec.CampaignID, entity, err)
}

func (c *Client) adGroupBody(ctx context.Context, spec ads.AdSetSpec) (adGroupBody, error) {
	budget, err := c.budget(spec.DailyBudget)
	if err != nil {
		return adGroupBody{}, err
	}
	bidType, bidPrice, err := c.bid(spec.Bid, spec.CostCap)
	if err != nil {
		return adGroupBody{}, err
	}
	target, err := c.targeting(ctx, spec.Audience)
	if err != nil {
		return adGroupBody{}, err
	}
	return adGroupBody{
		AdvertiserID:  c.config.AdvertiserID,
		CampaignID:    spec.CampaignID,
		RequestID:     requestID(c.config.AdvertiserID, "adgroup", spec.CampaignID, spec.Name),
		Name:          spec.Name,
		PromotionType: "WEBSITE",
		Placement:     "PLACEMENT_TYPE_AUTOMATIC",
		PixelID:       c.config.PixelID,
		Goal:          "CONVERT",
		Event:         "SHOPPING", // TikTok's name of a purchase
		BillingEvent:  "OCPM",
		BidType:       bidType,
		BidPrice:      bidPrice,
		BudgetMode:    "BUDGET_MODE_DAY",
		Budget:        budget,
		Pacing:        "PACING_MODE_SMOOTH",
		ScheduleType:  "SCHEDULE_FROM_NOW",
		ScheduleStart: c.config.Clock.Now().UTC().Format(time.DateTime),
		Locations:     target.locations,
		Gender:        "GENDER_UNLIMITED",
		AgeGroups:     target.ages,
		Audiences:     target.audiences,
		Interests:     target.interests,
		Status:        disable,
	}, nil
}

type adBody struct {
	AdvertiserID string     `json:"advertiser_id"`
	AdGroupID    string     `json:"adgroup_id"`
	Creatives    []creative `json:"creatives"`
}

type creative struct {
	Name         string   `json:"ad_name"`
	Format       string   `json:"ad_format"`
	Images       []string `json:"image_ids"`
	Text         string   `json:"ad_text"`
	Action       string   `json:"call_to_action"`
	LandingURL   string   `json:"landing_page_url"`
	IdentityType string   `json:"identity_type"`
	IdentityID   string   `json:"identity_id"`
	Status       string   `json:"operation_status"`
}

type madeAds struct {
	IDs       []string `json:"ad_ids"`
	Creatives []struct {
		ID string `json:"ad_id"`
	} `json:"creatives"`
}

func (m madeAds) first() string {
	if len(m.IDs) > 0 {
		return m.IDs[0]
	}
	if len(m.Creatives) > 0 {
		return m.Creatives[0].ID
	}
	return ""
}

// CreateAd makes a paused single-image ad. The call has no idempotency key: after an Ambiguous error the ad is looked up by name.
func (c *Client) CreateAd(ctx context.Context, spec ads.AdSpec) (ads.Entity, error) {
	image, err := c.imageID(ctx, spec.MediaKey)
	if err != nil {
		return ads.Entity{}, err
	}
	body := adBody{AdvertiserID: c.config.AdvertiserID, AdGroupID: spec.AdSetID, Creatives: []creative{{
		Name:         spec.Name,
		Format:       "SINGLE_IMAGE",
		Images:       []string{image},
		Text:         adText(spec.Headline, spec.Body),
		Action:       callToAction(spec.Action),
		LandingURL:   spec.LandingURL,
		IdentityType: c.config.IdentityType,
		IdentityID:   c.config.IdentityID,
		Status:       disable,
	}}}
	var made madeAds
	err = c.post(ctx, "create_ad", "/ad/create/", body, &made)
	return c.settle(ctx, ads.LevelAd, spec.AdSetID, ads.Entity{ID: made.first(), Name: spec.Name, Delivery: ads.Paused}, err)
}

// textLimit is the most characters that TikTok shows under an ad.
const textLimit = 100

// adText is the one text of an ad: the body if it fits, else the headline if that does, else what fits of the words there are.
func adText(headline, body string) string {
	for _, text := range []string{body, headline} {
		if text != "" && utf8.RuneCountInString(text) <= textLimit {
			return text
		}
	}
	runes := []rune(orDefault(body, headline))
	if len(runes) <= textLimit {
		return string(runes)
	}
	cut := textLimit - 1 // leaves room for the ellipsis
	for at := cut; at > textLimit/2; at-- {
		if runes[at] == ' ' {
			cut = at
			break
		}
	}
	return string(runes[:cut]) + "…"
}

// callToAction: TikTok's list has no button for offers or for buying at once.
func callToAction(action string) string {
	switch action {
	case "learn_more":
		return "LEARN_MORE"
	case "order_now":
		return "ORDER_NOW"
	}
	return "SHOP_NOW"
}

// budget renders a daily budget as an exact decimal number, and refuses what the platform would.
func (c *Client) budget(daily money.Amount) (json.Number, error) {
	number, err := c.number(daily)
	if err == nil && daily.Less(c.config.MinimumBudget) {
		err = fault.Refuse("budget_too_low", "a daily budget of %s is under TikTok's minimum of %s", daily, c.config.MinimumBudget)
	}
	return number, err
}

func (c *Client) number(a money.Amount) (json.Number, error) {
	if a.Currency() != c.config.Currency {
		return "", fault.Refuse("currency_mismatch", "the advertiser account counts in %s, the amount is %s", c.config.Currency, a)
	}
	if !a.Positive() {
		return "", fault.Refuse("amount_not_positive", "%s is not an amount to spend", a)
	}
	return json.Number(a.Decimal()), nil
}

func (c *Client) bid(s ads.BidStrategy, costCap money.Amount) (kind string, price json.Number, err error) {
	if s != ads.CostCap {
		return "BID_TYPE_NO_BID", "", nil
	}
	price, err = c.number(costCap)
	return "BID_TYPE_CUSTOM", price, err
}

// Validate checks a plan here, since TikTok cannot check without creating: amounts, minimum budget, countries, ages and interests.
func (c *Client) Validate(ctx context.Context, campaign ads.CampaignSpec, adSet ads.AdSetSpec) error {
	if n := utf8.RuneCountInString(campaign.Name); n == 0 || n > nameLimit {
		return fault.Refuse("name", "a campaign name has 1 to %d characters, not %d", nameLimit, n)
	}
	_, err := c.adGroupBody(ctx, adSet)
	return err
}

// nameLimit is the longest name of a campaign.
const nameLimit = 512
