package tiktok

import (
	"context"
	"net/url"
	"slices"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/fault"
)

type targeting struct {
	locations, ages, audiences, interests []string
}

func (c *Client) targeting(ctx context.Context, a ads.Audience) (targeting, error) {
	var t targeting
	var err error
	if t.locations, err = locationIDs(a.Countries); err != nil {
		return t, err
	}
	if t.ages, err = ageGroups(a.AgeMin, a.AgeMax); err != nil {
		return t, err
	}
	switch a.Kind {
	case ads.Lookalike:
		if a.LookalikeID == "" {
			return t, fault.Refuse("lookalike_missing", "a lookalike audience needs its id")
		}
		t.audiences = []string{a.LookalikeID}
	case ads.Interests:
		t.interests, err = c.findInterests(ctx, a.InterestKeywords)
	}
	return t, err
}

// ages are TikTok's groups of adults; the last one has no upper end.
var ages = []struct {
	from, to int
	name     string
}{
	{18, 24, "AGE_18_24"}, {25, 34, "AGE_25_34"}, {35, 44, "AGE_35_44"}, {45, 54, "AGE_45_54"}, {55, 100, "AGE_55_100"},
}

// ageGroups are the groups that share a year with the range.
func ageGroups(from, to int) ([]string, error) {
	if from < 18 || from > to {
		return nil, fault.Refuse("age_range", "ages %d to %d: want 18 or more, in order", from, to)
	}
	var groups []string
	for _, g := range ages {
		if from <= g.to && to >= g.from {
			groups = append(groups, g.name)
		}
	}
	return groups, nil
}

// findInterests resolves keywords in their order; those that TikTok does not know are left out, and none known is a refusal.
func (c *Client) findInterests(ctx context.Context, keywords []string) ([]string, error) {
	var ids []string
	for _, keyword := range keywords {
		id, err := c.findInterest(ctx, keyword)
		if err != nil {
			return nil, err
		}
		if id != "" && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return nil, fault.Refuse("interests_unknown", "TikTok knows no interest among %q", keywords)
	}
	return ids, nil
}

// findInterest takes TikTok's first recommendation for a keyword, "" when it has none.
func (c *Client) findInterest(ctx context.Context, keyword string) (string, error) {
	c.mu.Lock()
	known, ok := c.interests[keyword]
	c.mu.Unlock()
	if ok {
		return known, nil
	}
	var answer struct {
		Keywords []struct {
			ID string `json:"keyword_id"`
		} `json:"recommended_keywords"`
	}
	query := url.Values{"keyword": {keyword}, "limit": {"1"}}
	if err := c.get(ctx, "search_interest", "/tool/interest_keyword/recommend/", query, &answer); err != nil {
		return "", err
	}
	id := ""
	if len(answer.Keywords) > 0 {
		id = answer.Keywords[0].ID
	}
	c.mu.Lock()
	c.interests[keyword] = id
	c.mu.Unlock()
	return id, nil
}
