package google

import (
	"context"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/domain/kpi"
	"github.com/agente-ceo/agente-ceo/domain/money"
)

// Insights reads the lifetime totals of a campaign's ads, those that delivered. Conversions are those of the account's primary goals, which
// are purchases where the account is set up as we need it.
func (c *Client) Insights(ctx context.Context, campaignID string) ([]ads.InsightRow, error) {
	if !isID(campaignID) {
		return nil, fault.Refuse("not_found", "Google has no campaign %q", campaignID)
	}
	rows, err := c.search(ctx, "insights", "SELECT campaign.id, ad_group.id, ad_group_ad.ad.id, metrics.impressions, metrics.clicks, "+
		"metrics.conversions, metrics.conversions_value, metrics.cost_micros FROM ad_group_ad WHERE campaign.id = "+campaignID)
	if err != nil {
		return nil, err
	}
	var all []ads.InsightRow
	for _, r := range rows {
		m, err := c.metrics(r)
		if err != nil {
			return nil, err
		}
		if r.AdGroupAd.Ad == nil {
			return nil, badAnswer("insights", "no ad in the row")
		}
		all = append(all, ads.InsightRow{
			CampaignID: r.Campaign.ID, AdSetID: r.AdGroup.ID, AdID: adID(r.AdGroup.ID, r.AdGroupAd.Ad.ID), Metrics: m,
		})
	}
	return ads.LatestInsights(all), nil
}

func (c *Client) metrics(r row) (kpi.Metrics, error) {
	var m kpi.Metrics
	var err error
	if m.Spend, err = c.amount(r.Metrics.CostMicros.String(), money.HalfUp); err != nil {
		return m, err
	}
	if m.Revenue, err = c.value(r.Metrics.Value); err != nil {
		return m, err
	}
	if m.Impressions, err = whole(r.Metrics.Impressions); err != nil {
		return m, err
	}
	if m.Clicks, err = whole(r.Metrics.Clicks); err != nil {
		return m, err
	}
	m.Conversions, err = whole(r.Metrics.Conversions)
	return m, err
}

// Spend reads what each campaign was charged on each day, in the account's time zone.
func (c *Client) Spend(ctx context.Context, since, until string) ([]ads.SpendRow, error) {
	for _, day := range []string{since, until} {
		if _, err := time.Parse(time.DateOnly, day); err != nil {
			return nil, fault.Refuse("range", "%q is not a day such as 2026-11-20", day)
		}
	}
	rows, err := c.search(ctx, "spend", "SELECT campaign.id, segments.date, metrics.cost_micros FROM campaign WHERE segments.date BETWEEN "+
		quote(since)+" AND "+quote(until))
	if err != nil {
		return nil, err
	}
	var all []ads.SpendRow
	for _, r := range rows {
		spend, err := c.amount(r.Metrics.CostMicros.String(), money.Up)
		if err != nil {
			return nil, err
		}
		all = append(all, ads.SpendRow{CampaignID: r.Campaign.ID, Day: r.Segments.Date, Spend: spend})
	}
	return ads.LatestSpend(all), nil
}
