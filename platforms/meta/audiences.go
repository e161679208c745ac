package meta

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"

	"github.com/agente-ceo/agente-ceo/domain/fault"
)

type audience struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Upper    *int64 `json:"approximate_count_upper_bound"`
	Delivery struct {
		Code int `json:"code"`
	} `json:"delivery_status"`
}

const audienceFields = "id,name,approximate_count_upper_bound,delivery_status"

// leastBuyers is the size of a seed that Meta makes lookalikes of.
const leastBuyers = 100

// audienceTooSmall is the delivery status of an audience with too few people for anything.
const audienceTooSmall = 300

// tooSmall believes a seed's own figures: a count under the minimum (Meta says -1 where it will not tell) or the status.
func (a audience) tooSmall() bool {
	return a.Delivery.Code == audienceTooSmall || (a.Upper != nil && *a.Upper < leastBuyers)
}

type lookalikeSpec struct {
	Country  string        `json:"country,omitempty"`
	Location *locationSpec `json:"location_spec,omitempty"`
	Starting json.Number   `json:"starting_ratio,omitempty"`
	Ratio    json.Number   `json:"ratio"`
}

type locationSpec struct {
	Geo geoLocations `json:"geo_locations"`
}

// CreateLookalike finds the audience by name or makes it from the audience of our buyers, which it makes too if there is none yet. It
// looks before it creates, so after any doubt the whole call may simply be repeated.
func (c *Client) CreateLookalike(ctx context.Context, name string, countries []string, fromPct, toPct int) (string, error) {
	if len(countries) == 0 || fromPct < 0 || fromPct >= toPct || toPct > 20 {
		return "", fault.Refuse("lookalike_spec", "a lookalike of %d to %d %% of %v: want 0 ≤ from < to ≤ 20 and a country", fromPct, toPct, countries)
	}
	existing, err := c.findAudience(ctx, name)
	if err != nil || existing.ID != "" {
		return existing.ID, err
	}
	buyers, err := c.buyers(ctx)
	if err != nil {
		return "", err
	}
	id, err := c.createAudience(ctx, "create_lookalike", url.Values{
		"name":               {name},
		"subtype":            {"LOOKALIKE"},
		"origin_audience_id": {buyers.ID},
		"lookalike_spec":     {jsonText(lookalikeOf(countries, fromPct, toPct))},
	})
	if fault.KindOf(err) == fault.Refused && (buyers.tooSmall() || speaksOfSize(err)) {
		return "", &fault.Error{Kind: fault.Refused, Code: "audience_too_small", Text: "too few buyers for a lookalike yet", Err: err}
	}
	return id, err
}

// lookalikeOf: Meta takes one country in one field and several in another, and refuses both together.
func lookalikeOf(countries []string, fromPct, toPct int) lookalikeSpec {
	spec := lookalikeSpec{Ratio: ratio(toPct)}
	if fromPct > 0 {
		spec.Starting = ratio(fromPct)
	}
	if len(countries) == 1 {
		spec.Country = countries[0]
		return spec
	}
	spec.Location = &locationSpec{Geo: geoLocations{Countries: countries}}
	return spec
}

// ratio writes whole per cent as a fraction, exactly.
func ratio(pct int) json.Number { return json.Number(fmt.Sprintf("0.%02d", pct)) }

// speaksOfSize reads the platform's words: the refusal of a small seed has no code of its own in the published lists.
func speaksOfSize(err error) bool {
	text := strings.ToLower(err.Error())
	return strings.Contains(text, "too small") || strings.Contains(text, "at least 100") || strings.Contains(text, "not enough people")
}

func (c *Client) findAudience(ctx context.Context, name string) (audience, error) {
	var found audience
	err := eachByName(ctx, c, "find_audience", c.edge("customaudiences"), audienceFields, name, func(a audience) bool {
		if a.Name == name {
			found = a
		}
		return a.Name != name
	})
	return found, err
}

func (c *Client) createAudience(ctx context.Context, operation string, form url.Values) (string, error) {
	var answer created
	if err := c.postRepeatable(ctx, operation, c.edge("customaudiences"), form, &answer); err != nil {
		return "", err
	}
	if answer.ID == "" {
		return "", fault.Retry("bad_answer", 0, fmt.Errorf("meta %s: the answer has no id", operation))
	}
	return answer.ID, nil
}

type audienceRule struct {
	Inclusions struct {
		Operator string      `json:"operator"`
		Rules    []pixelRule `json:"rules"`
	} `json:"inclusions"`
}

type pixelRule struct {
	Sources   []eventSource `json:"event_sources"`
	Retention int64         `json:"retention_seconds"`
	Filter    ruleFilter    `json:"filter"`
}

type eventSource struct {
	ID   string `json:"id"`
	Type string `json:"type"`
}

type ruleFilter struct {
	Operator string      `json:"operator"`
	Filters  []condition `json:"filters"`
}

// retentionSeconds is the longest that Meta keeps a website visitor in an audience: 180 days.
const retentionSeconds = 180 * 24 * 60 * 60

// buyers finds or makes the audience of everyone whom the pixel saw buy. It has no subtype: Graph refuses one for website audiences.
func (c *Client) buyers(ctx context.Context) (audience, error) {
	existing, err := c.findAudience(ctx, c.config.Buyers)
	if err != nil || existing.ID != "" {
		return existing, err
	}
	var rule audienceRule
	rule.Inclusions.Operator = "or"
	rule.Inclusions.Rules = []pixelRule{{
		Sources:   []eventSource{{ID: c.config.PixelID, Type: "pixel"}},
		Retention: retentionSeconds,
		Filter:    ruleFilter{Operator: "and", Filters: []condition{{Field: "event", Operator: "eq", Value: "Purchase"}}},
	}}
	id, err := c.createAudience(ctx, "create_buyers", url.Values{"name": {c.config.Buyers}, "rule": {jsonText(rule)}, "prefill": {"true"}})
	return audience{ID: id, Name: c.config.Buyers}, err
}
