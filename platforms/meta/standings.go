package meta

import (
	"context"
	"net/url"
	"strings"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/fault"
)

// Campaigns lists the campaigns whose names begin with prefix. Archived and deleted ones are not listed by Graph.
func (c *Client) Campaigns(ctx context.Context, prefix string) ([]ads.Entity, error) {
	standings, err := c.standing(ctx, ads.LevelCampaign, prefix)
	var out []ads.Entity
	for _, s := range standings {
		out = append(out, s.Entity)
	}
	return out, err
}

// Standings lists campaigns and ad sets, in two walks.
func (c *Client) Standings(ctx context.Context, prefix string) ([]ads.Standing, error) {
	campaigns, err := c.standing(ctx, ads.LevelCampaign, prefix)
	if err != nil {
		return nil, err
	}
	sets, err := c.standing(ctx, ads.LevelAdSet, prefix)
	return append(campaigns, sets...), err
}

// AdStandings lists the ads.
func (c *Client) AdStandings(ctx context.Context, prefix string) ([]ads.Standing, error) {
	return c.standing(ctx, ads.LevelAd, prefix)
}

func (c *Client) standing(ctx context.Context, level ads.Level, prefix string) ([]ads.Standing, error) {
	l := levels[level]
	var out []ads.Standing
	var problem error
	err := eachByName(ctx, c, "list_"+string(level), c.edge(l.edge), l.fields, prefix, func(o object) bool {
		if !strings.HasPrefix(o.Name, prefix) {
			return true
		}
		s := ads.Standing{Level: level, CampaignID: o.CampaignID}
		if level == ads.LevelCampaign {
			s.CampaignID = o.ID
		}
		s.Entity, problem = c.entity(o)
		out = append(out, s)
		return problem == nil
	})
	if err == nil {
		err = problem
	}
	return out, err
}

// Remove archives a campaign: its figures stay readable. One that is archived or deleted already is as asked.
func (c *Client) Remove(ctx context.Context, campaignID string) error {
	err := c.update(ctx, "remove_campaign", campaignID, url.Values{"status": {"ARCHIVED"}})
	if fault.CodeOf(err) == "deleted" {
		return nil
	}
	return err
}
