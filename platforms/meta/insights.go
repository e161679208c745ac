package meta

import (
	"context"
	"fmt"
	"net/url"
	"strconv"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/domain/kpi"
	"github.com/agente-ceo/agente-ceo/domain/money"
)

// purchases is the one action type that is read. Meta repeats the same sales as "purchase" and "offsite_conversion.fb_pixel_purchase".
const purchases = "omni_purchase"

type action struct {
	Type  string `json:"action_type"`
	Value string `json:"value"`
}

type insight struct {
	CampaignID  string         `json:"campaign_id"`
	AdSetID     string         `json:"adset_id"`
	AdID        string         `json:"ad_id"`
	Day         string         `json:"date_start"`
	Currency    money.Currency `json:"account_currency"`
	Spend       string         `json:"spend"`
	Impressions string         `json:"impressions"`
	Clicks      string         `json:"inline_link_clicks"` // through to the shop; plain "clicks" count every tap on the ad
	Counts      []action       `json:"actions"`
	Values      []action       `json:"action_values"`
}

func valueOf(actions []action) string {
	for _, a := range actions {
		if a.Type == purchases {
			return a.Value
		}
	}
	return ""
}

// Insights reads the lifetime totals of a campaign's ads, those that delivered. Meta's figures lag by some 15 minutes and settle after 28
// days.
func (c *Client) Insights(ctx context.Context, campaignID string) ([]ads.InsightRow, error) {
	path, err := node(campaignID)
	if err != nil {
		return nil, err
	}
	query := url.Values{
		"level":       {"ad"},
		"date_preset": {"maximum"},
		"fields":      {"campaign_id,adset_id,ad_id,account_currency,spend,impressions,inline_link_clicks,actions,action_values"},
		"limit":       {"500"},
	}
	var rows []ads.InsightRow
	err = c.eachInsight(ctx, "insights", path+"/insights", query, func(i insight) error {
		metrics, err := c.metrics(i)
		if err == nil {
			rows = append(rows, ads.InsightRow{CampaignID: i.CampaignID, AdSetID: i.AdSetID, AdID: i.AdID, Metrics: metrics})
		}
		return err
	})
	return ads.LatestInsights(rows), err
}

// Spend reads what each campaign was charged on each day, in the account's time zone.
func (c *Client) Spend(ctx context.Context, since, until string) ([]ads.SpendRow, error) {
	query := url.Values{
		"level":          {"campaign"},
		"time_increment": {"1"},
		"time_range":     {jsonText(timeRange{Since: since, Until: until})},
		"fields":         {"campaign_id,account_currency,spend"},
		"limit":          {"500"},
	}
	var rows []ads.SpendRow
	err := c.eachInsight(ctx, "spend", c.edge("insights"), query, func(i insight) error {
		spend, err := c.decimal(i.Spend, money.Up)
		if err == nil {
			rows = append(rows, ads.SpendRow{CampaignID: i.CampaignID, Day: i.Day, Spend: spend})
		}
		return err
	})
	return ads.LatestSpend(rows), err
}

type timeRange struct {
	Since string `json:"since"`
	Until string `json:"until"`
}

func (c *Client) eachInsight(ctx context.Context, operation, path string, query url.Values, use func(insight) error) error {
	var problem error
	err := eachRow(ctx, c, operation, path, query, func(i insight) bool {
		if problem = c.sameCurrency(i.Currency); problem == nil {
			problem = use(i)
		}
		return problem == nil
	})
	if err != nil {
		return err
	}
	return problem
}

func (c *Client) metrics(i insight) (kpi.Metrics, error) {
	var m kpi.Metrics
	var err error
	if m.Spend, err = c.decimal(i.Spend, money.HalfUp); err != nil {
		return m, err
	}
	if m.Revenue, err = c.decimal(valueOf(i.Values), money.HalfUp); err != nil {
		return m, err
	}
	if m.Impressions, err = count(i.Impressions); err != nil {
		return m, err
	}
	if m.Clicks, err = count(i.Clicks); err != nil {
		return m, err
	}
	m.Conversions, err = count(valueOf(i.Counts))
	return m, err
}

// decimal reads an amount; Meta leaves out what is nothing.
func (c *Client) decimal(text string, r money.Rounding) (money.Amount, error) {
	if text == "" {
		return money.Zero(c.config.Currency), nil
	}
	a, err := money.ParseRounded(text, c.config.Currency, r)
	if err != nil {
		return a, fault.Retry("bad_answer", 0, fmt.Errorf("read insights: %w", err))
	}
	return a, nil
}

func count(text string) (int64, error) {
	if text == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, fault.Retry("bad_answer", 0, fmt.Errorf("read insights: %w", err))
	}
	return n, nil
}
