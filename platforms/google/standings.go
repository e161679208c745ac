package google

import (
	"context"
	"strings"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/domain/money"
)

const selectStandings = "SELECT ad_group.id, ad_group.name, ad_group.status, ad_group.primary_status, ad_group.primary_status_reasons, " +
	"campaign.id, campaign_budget.amount_micros, campaign.bidding_strategy_type, campaign.maximize_conversions.target_cpa_micros " +
	"FROM ad_group WHERE ad_group.status != 'REMOVED'"

// selectAdStandings names the campaign of each ad too.
const selectAdStandings = "SELECT ad_group_ad.ad.id, ad_group_ad.ad.url_custom_parameters, ad_group_ad.status, ad_group_ad.primary_status, " +
	"ad_group_ad.primary_status_reasons, ad_group_ad.policy_summary.approval_status, ad_group.id, campaign.id " +
	"FROM ad_group_ad WHERE ad_group_ad.status != 'REMOVED'"

// pattern is a LIKE pattern for a prefix; its own wildcards are escaped by brackets.
func pattern(prefix string) string {
	return quote(strings.NewReplacer("[", "[[]", "%", "[%]", "_", "[_]").Replace(prefix) + "%")
}

// Campaigns lists the campaigns whose names begin with prefix, those that were removed aside.
func (c *Client) Campaigns(ctx context.Context, prefix string) ([]ads.Entity, error) {
	rows, err := c.search(ctx, "list_campaign", selectCampaigns+" AND campaign.name LIKE "+pattern(prefix))
	if err != nil {
		return nil, err
	}
	var out []ads.Entity
	for _, r := range rows {
		e, err := c.entity(ctx, ads.LevelCampaign, r)
		if err != nil {
			return nil, err
		}
		if strings.HasPrefix(e.Name, prefix) {
			out = append(out, e)
		}
	}
	return out, nil
}

// Standings lists campaigns, and ad groups with the budget of their campaign, in two queries.
func (c *Client) Standings(ctx context.Context, prefix string) ([]ads.Standing, error) {
	campaigns, err := c.Campaigns(ctx, prefix)
	if err != nil {
		return nil, err
	}
	var out []ads.Standing
	for _, e := range campaigns {
		out = append(out, ads.Standing{Level: ads.LevelCampaign, CampaignID: e.ID, Entity: e})
	}
	rows, err := c.search(ctx, "list_ad_set", selectStandings+" AND ad_group.name LIKE "+pattern(prefix))
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		daily, err := c.amount(r.Budget.Micros, money.Down)
		if err != nil {
			return nil, err
		}
		g := r.AdGroup
		if !strings.HasPrefix(g.Name, prefix) {
			continue
		}
		out = append(out, ads.Standing{Level: ads.LevelAdSet, CampaignID: r.Campaign.ID, Entity: ads.Entity{
			ID: g.ID, Name: g.Name, Delivery: delivery(g.Status), Effective: g.Primary, Reasons: g.Reasons, Budget: daily,
		}})
		last := &out[len(out)-1]
		if last.Bid, last.CostCap, err = c.bidOf(r.Campaign); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// bidOf is how a campaign bids, in our words where we have one: a target cost of a conversion is our cost cap.
func (c *Client) bidOf(g campaign) (ads.BidStrategy, money.Amount, error) {
	if g.Strategy != maximizing {
		return ads.BidStrategy(g.Strategy), money.Amount{}, nil
	}
	if g.Bidding == nil || g.Bidding.TargetMicros == "" || g.Bidding.TargetMicros == "0" {
		return ads.LowestCost, money.Amount{}, nil
	}
	limit, err := c.amount(g.Bidding.TargetMicros, money.HalfUp)
	return ads.CostCap, limit, err
}

// maximizing is the strategy under which we make every campaign.
const maximizing = "MAXIMIZE_CONVERSIONS"

// AdStandings lists the ads. Their names are in a parameter that queries cannot compare: all of the account's are read.
func (c *Client) AdStandings(ctx context.Context, prefix string) ([]ads.Standing, error) {
	rows, err := c.search(ctx, "list_ad", selectAdStandings)
	if err != nil {
		return nil, err
	}
	var out []ads.Standing
	for _, r := range rows {
		e, err := c.entity(ctx, ads.LevelAd, r)
		if err != nil {
			return nil, err
		}
		if strings.HasPrefix(e.Name, prefix) {
			out = append(out, ads.Standing{Level: ads.LevelAd, CampaignID: r.Campaign.ID, Entity: e})
		}
	}
	return out, nil
}

// Remove removes a campaign, unless it is gone already.
func (c *Client) Remove(ctx context.Context, campaignID string) error {
	_, err := c.Get(ctx, ads.LevelCampaign, campaignID)
	if fault.KindOf(err) == fault.Refused && fault.CodeOf(err) == "not_found" {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = c.mutate(ctx, "remove_campaign", operation{Campaign: &op[campaign]{Remove: c.resource("campaigns", campaignID)}})
	return err
}
