package tiktok

import (
	"context"
	"net/url"
	"strings"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/fault"
)

// Campaigns lists the campaigns whose names begin with prefix. TikTok leaves deleted ones out.
func (c *Client) Campaigns(ctx context.Context, prefix string) ([]ads.Entity, error) {
	standings, err := c.standing(ctx, ads.LevelCampaign, prefix)
	var out []ads.Entity
	for _, s := range standings {
		out = append(out, s.Entity)
	}
	return out, err
}

// Standings lists campaigns and ad groups, in two walks.
func (c *Client) Standings(ctx context.Context, prefix string) ([]ads.Standing, error) {
	campaigns, err := c.standing(ctx, ads.LevelCampaign, prefix)
	if err != nil {
		return nil, err
	}
	groups, err := c.standing(ctx, ads.LevelAdSet, prefix)
	return append(campaigns, groups...), err
}

// AdStandings lists the ads.
func (c *Client) AdStandings(ctx context.Context, prefix string) ([]ads.Standing, error) {
	return c.standing(ctx, ads.LevelAd, prefix)
}

func (c *Client) standing(ctx context.Context, at ads.Level, prefix string) ([]ads.Standing, error) {
	l := levels[at]
	var out []ads.Standing
	var problem error
	query := url.Values{"filtering": {jsonText(l.byName("", prefix))}}
	err := eachRow(ctx, c, "list_"+string(at), l.path, query, 100, func(o object) bool {
		if !strings.HasPrefix(l.name(o), prefix) {
			return true
		}
		s := ads.Standing{Level: at, CampaignID: o.CampaignID}
		s.Entity, problem = c.entity(at, o)
		out = append(out, s)
		return problem == nil
	})
	if err == nil {
		err = problem
	}
	return out, err
}

// Remove deletes a campaign, unless it is gone already.
func (c *Client) Remove(ctx context.Context, campaignID string) error {
	_, err := c.Get(ctx, ads.LevelCampaign, campaignID)
	if fault.KindOf(err) == fault.Refused && fault.CodeOf(err) == "not_found" {
		return nil
	}
	if err != nil {
		return err
	}
	body := statusBody{AdvertiserID: c.config.AdvertiserID, CampaignIDs: []string{campaignID}, Status: "DELETE"}
	return c.post(ctx, "remove_campaign", levels[ads.LevelCampaign].status, body, nil)
}
