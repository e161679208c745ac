package tiktok

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"github.com/agente-ceo/agente-ceo/domain/fault"
)

type audience struct {
	ID       string `json:"audience_id"`
	CustomID string `json:"custom_audience_id"`
	Name     string `json:"name"`
	Covers   *int64 `json:"cover_num"`
}

// leastBuyers is the size of a seed that TikTok makes lookalikes of.
const leastBuyers = 100

type lookalikeBody struct {
	AdvertiserID string        `json:"advertiser_id"`
	Name         string        `json:"custom_audience_name"`
	Spec         lookalikeSpec `json:"lookalike_spec"`
}

type lookalikeSpec struct {
	Source        string   `json:"source_audience_id"`
	IncludeSource bool     `json:"include_source"`
	System        string   `json:"mobile_os"`
	Placements    []string `json:"placements"`
	Locations     []string `json:"location_ids"`
	Size          string   `json:"audience_size"`
}

// CreateLookalike finds the audience by name or makes it from the audience of our buyers, which it makes too if there is none yet. TikTok
// knows three sizes instead of per cent: up to 1 % is narrow, up to 3 % balanced, more is broad. It looks before it creates, so after any
// doubt the whole call may simply be repeated.
func (c *Client) CreateLookalike(ctx context.Context, name string, countries []string, fromPct, toPct int) (string, error) {
	if fromPct < 0 || fromPct >= toPct || toPct > 20 {
		return "", fault.Refuse("lookalike_spec", "a lookalike of %d to %d %%: want 0 ≤ from < to ≤ 20", fromPct, toPct)
	}
	where, err := locationIDs(countries)
	if err != nil {
		return "", err
	}
	existing, err := c.findAudience(ctx, name)
	if err != nil || existing.ID != "" {
		return existing.ID, err
	}
	buyers, err := c.buyers(ctx)
	if err != nil {
		return "", err
	}
	id, err := c.createAudience(ctx, "create_lookalike", "/dmp/custom_audience/lookalike/create/", lookalikeBody{
		AdvertiserID: c.config.AdvertiserID,
		Name:         name,
		Spec: lookalikeSpec{
			Source: buyers.ID, System: "ALL", Placements: []string{"PLACEMENT_TIKTOK"}, Locations: where, Size: size(toPct),
		},
	})
	small := buyers.Covers != nil && *buyers.Covers < leastBuyers
	if fault.KindOf(err) == fault.Refused && (small || speaksOfSize(err)) {
		return "", &fault.Error{Kind: fault.Refused, Code: "audience_too_small", Text: "too few buyers for a lookalike yet", Err: err}
	}
	return id, err
}

func size(toPct int) string {
	switch {
	case toPct <= 1:
		return "NARROW"
	case toPct <= 3:
		return "BALANCED"
	}
	return "BROAD"
}

// speaksOfSize reads the platform's words: the refusal of a small seed shares the code of every other bad parameter.
func speaksOfSize(err error) bool {
	text := strings.ToLower(err.Error())
	return strings.Contains(text, "too small") || strings.Contains(text, "less than 100") || strings.Contains(text, "at least 100")
}

func (c *Client) findAudience(ctx context.Context, name string) (audience, error) {
	var found audience
	err := eachRow(ctx, c, "find_audience", "/dmp/custom_audience/list/", url.Values{}, 100, func(a audience) bool {
		if a.Name == name {
			found = a
			found.ID = orDefault(a.ID, a.CustomID)
		}
		return a.Name != name
	})
	return found, err
}

func (c *Client) createAudience(ctx context.Context, operation, path string, body any) (string, error) {
	var made audience
	if err := c.postRepeatable(ctx, operation, path, body, &made); err != nil {
		return "", err
	}
	id := orDefault(made.CustomID, made.ID)
	if id == "" {
		return "", fault.Retry("bad_answer", 0, fmt.Errorf("tiktok %s: the answer has no id", operation))
	}
	return id, nil
}

type buyersBody struct {
	AdvertiserID string   `json:"advertiser_id"`
	Name         string   `json:"custom_audience_name"`
	Type         string   `json:"audience_type"`
	Refresh      bool     `json:"is_auto_refresh"`
	Rule         ruleSpec `json:"rule_spec"`
}

type ruleSpec struct {
	Inclusions inclusions `json:"inclusion_rule_set"`
}

type inclusions struct {
	Operator string      `json:"operator"`
	Rules    []pixelRule `json:"rules"`
}

type pixelRule struct {
	Sources   []string  `json:"event_source_ids"`
	Retention int       `json:"retention_days"`
	Filters   filterSet `json:"filter_set"`
}

type filterSet struct {
	Operator string        `json:"operator"`
	Filters  []eventFilter `json:"filters"`
}

type eventFilter struct {
	Field    string `json:"field"`
	Operator string `json:"operator"`
	Value    string `json:"value"`
}

// retentionDays is how long a buyer stays in the audience.
const retentionDays = 180

// buyers finds or makes the audience of everyone whom the pixel saw buy.
func (c *Client) buyers(ctx context.Context) (audience, error) {
	existing, err := c.findAudience(ctx, c.config.Buyers)
	if err != nil || existing.ID != "" {
		return existing, err
	}
	id, err := c.createAudience(ctx, "create_buyers", "/dmp/custom_audience/rule/create/", buyersBody{
		AdvertiserID: c.config.AdvertiserID,
		Name:         c.config.Buyers,
		Type:         "PIXEL",
		Refresh:      true,
		Rule: ruleSpec{Inclusions: inclusions{Operator: "OR", Rules: []pixelRule{{
			Sources:   []string{c.config.PixelID},
			Retention: retentionDays,
			Filters:   filterSet{Operator: "OR", Filters: []eventFilter{{Field: "EVENT", Operator: "EQ", Value: "SHOPPING"}}},
		}}}},
	})
	return audience{ID: id, Name: c.config.Buyers}, err
}
