package google

import (
	"context"
	"strings"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/domain/money"
)

// The queries of the three levels, without their conditions.
const (
	selectCampaigns = "SELECT campaign.id, campaign.name, campaign.status, campaign.primary_status, campaign.primary_status_reasons, " +
		"campaign.campaign_budget FROM campaign WHERE campaign.status != 'REMOVED'"
	selectAdGroups = "SELECT ad_group.id, ad_group.name, ad_group.status, ad_group.primary_status, ad_group.primary_status_reasons, " +
		"campaign.id FROM ad_group WHERE ad_group.status != 'REMOVED'"
	selectAds = "SELECT ad_group_ad.ad.id, ad_group_ad.ad.url_custom_parameters, ad_group_ad.status, ad_group_ad.primary_status, " +
		"ad_group_ad.primary_status_reasons, ad_group.id FROM ad_group_ad WHERE ad_group_ad.status != 'REMOVED'"
)

// adID joins the two ids that make an ad's name as a resource: an ad is only found under its ad group.
func adID(adGroup, ad string) string { return adGroup + "~" + ad }

func splitAdID(id string) (adGroup, ad string, ok bool) {
	adGroup, ad, ok = strings.Cut(id, "~")
	return adGroup, ad, ok && isID(adGroup) && isID(ad)
}

func (r row) adName() string {
	if r.AdGroupAd.Ad == nil {
		return ""
	}
	for _, p := range r.AdGroupAd.Ad.Parameters {
		if p.Key == nameParameter {
			return p.Value
		}
	}
	return ""
}

func delivery(status string) ads.Delivery {
	if status == enabled {
		return ads.Active
	}
	return ads.Paused
}

// Get reads an object that was not removed.
func (c *Client) Get(ctx context.Context, level ads.Level, id string) (ads.Entity, error) {
	query, missing := "", fault.Refuse("not_found", "Google has no %s %q", level, id)
	adGroup, ad, whole := splitAdID(id)
	switch {
	case level == ads.LevelAd && whole:
		query = selectAds + " AND ad_group.id = " + adGroup + " AND ad_group_ad.ad.id = " + ad
	case level == ads.LevelAdSet && isID(id):
		query = selectAdGroups + " AND ad_group.id = " + id
	case level == ads.LevelCampaign && isID(id):
		query = selectCampaigns + " AND campaign.id = " + id
	default:
		return ads.Entity{}, missing
	}
	rows, err := c.search(ctx, "get_"+string(level), query)
	if err != nil {
		return ads.Entity{}, err
	}
	if len(rows) == 0 {
		return ads.Entity{}, missing
	}
	return c.entity(ctx, level, rows[0])
}

// Find looks an exact name up. Ads carry ours in a parameter that queries cannot compare: those of the ad group, or of the account, are read.
func (c *Client) Find(ctx context.Context, level ads.Level, parentID, name string) (ads.Entity, error) {
	missing := fault.Refuse("not_found", "Google has no %s named %q", level, name)
	if parentID != "" && level != ads.LevelCampaign && !isID(parentID) {
		return ads.Entity{}, missing
	}
	query := ""
	switch level {
	case ads.LevelCampaign:
		query = selectCampaigns + " AND campaign.name = " + quote(name)
	case ads.LevelAdSet:
		query = under(selectAdGroups+" AND ad_group.name = "+quote(name), "campaign.id", parentID)
	case ads.LevelAd:
		query = under(selectAds, "ad_group.id", parentID)
	}
	rows, err := c.search(ctx, "find_"+string(level), query)
	if err != nil {
		return ads.Entity{}, err
	}
	for _, r := range rows {
		if map[ads.Level]string{ads.LevelCampaign: r.Campaign.Name, ads.LevelAdSet: r.AdGroup.Name, ads.LevelAd: r.adName()}[level] == name {
			return c.entity(ctx, level, r)
		}
	}
	return ads.Entity{}, missing
}

func under(query, field, parentID string) string {
	if parentID == "" {
		return query
	}
	return query + " AND " + field + " = " + parentID
}

// entity reads a row; an ad set's budget is asked for separately, since it is the campaign's.
func (c *Client) entity(ctx context.Context, level ads.Level, r row) (ads.Entity, error) {
	switch level {
	case ads.LevelCampaign:
		g := r.Campaign
		return ads.Entity{ID: g.ID, Name: g.Name, Delivery: delivery(g.Status), Effective: g.Primary, Reasons: g.Reasons}, nil
	case ads.LevelAdSet:
		g := r.AdGroup
		daily, err := c.campaignBudget(ctx, r.Campaign.ID)
		return ads.Entity{ID: g.ID, Name: g.Name, Delivery: delivery(g.Status), Effective: g.Primary, Reasons: g.Reasons, Budget: daily}, err
	}
	g := r.AdGroupAd
	if g.Ad == nil {
		return ads.Entity{}, badAnswer("ad", "no ad in the row")
	}
	return ads.Entity{
		ID: adID(r.AdGroup.ID, g.Ad.ID), Name: r.adName(), Delivery: delivery(g.Status), Effective: g.Primary, Reasons: g.Reasons,
		Refused: g.Policy != nil && g.Policy.Approval == "DISAPPROVED",
	}, nil
}

func (c *Client) campaignBudget(ctx context.Context, campaignID string) (money.Amount, error) {
	if !isID(campaignID) {
		return money.Amount{}, badAnswer("ad group", "no campaign in the row")
	}
	rows, err := c.search(ctx, "get_budget", "SELECT campaign_budget.amount_micros FROM campaign WHERE campaign.id = "+campaignID)
	if err != nil {
		return money.Amount{}, err
	}
	if len(rows) == 0 {
		return money.Amount{}, badAnswer("budget", "no row")
	}
	return c.amount(rows[0].Budget.Micros, money.Down)
}

// home is the campaign of an ad set: what is told to the ad set is told to it. Its resource name and that of its budget are set.
func (c *Client) home(ctx context.Context, campaignID string) (campaign, error) {
	missing := fault.Refuse("not_found", "Google has no campaign %q", campaignID)
	if !isID(campaignID) {
		return campaign{}, missing
	}
	rows, err := c.search(ctx, "get_campaign", selectCampaigns+" AND campaign.id = "+campaignID)
	if err != nil {
		return campaign{}, err
	}
	if len(rows) == 0 {
		return campaign{}, missing
	}
	found := rows[0].Campaign
	found.Resource = c.resource("campaigns", campaignID)
	if !strings.HasPrefix(found.Budget, c.resource("campaignBudgets", "")) {
		return campaign{}, badAnswer("budget of campaign", found.Budget)
	}
	return found, nil
}

// homeOf is the campaign that an ad set lives in.
func (c *Client) homeOf(ctx context.Context, adSetID string) (campaign, error) {
	missing := fault.Refuse("not_found", "Google has no ad group %q", adSetID)
	if !isID(adSetID) {
		return campaign{}, missing
	}
	rows, err := c.search(ctx, "get_ad_set", selectAdGroups+" AND ad_group.id = "+adSetID)
	if err != nil {
		return campaign{}, err
	}
	if len(rows) == 0 {
		return campaign{}, missing
	}
	return c.home(ctx, rows[0].Campaign.ID)
}
