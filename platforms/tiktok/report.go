package tiktok

import (
	"context"
	"fmt"
	"math/big"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/domain/kpi"
	"github.com/agente-ceo/agente-ceo/domain/money"
)

type reportRow struct {
	Dimensions struct {
		AdID       string `json:"ad_id"`
		CampaignID string `json:"campaign_id"`
		Day        string `json:"stat_time_day"`
	} `json:"dimensions"`
	Metrics struct {
		Spend       string `json:"spend"`
		Impressions string `json:"impressions"`
		Clicks      string `json:"clicks"`
		Purchases   string `json:"complete_payment"`
		ROAS        string `json:"complete_payment_roas"`
	} `json:"metrics"`
}

type reportFilter struct {
	Field string `json:"field_name"`
	Type  string `json:"filter_type"`
	Value string `json:"filter_value"`
}

const reportPageSize = 1000

func (c *Client) eachReportRow(ctx context.Context, operation string, query url.Values, use func(reportRow) error) error {
	query.Set("report_type", "BASIC")
	var problem error
	err := eachRow(ctx, c, operation, "/report/integrated/get/", query, reportPageSize, func(r reportRow) bool {
		problem = use(r)
		return problem == nil
	})
	if err != nil {
		return err
	}
	return problem
}

// Insights reads the lifetime totals of a campaign's ads, those that delivered. A row of an ad that was deleted since has no ad set id.
func (c *Client) Insights(ctx context.Context, campaignID string) ([]ads.InsightRow, error) {
	query := url.Values{
		"data_level":     {"AUCTION_AD"},
		"dimensions":     {`["ad_id"]`},
		"metrics":        {`["spend","impressions","clicks","complete_payment","complete_payment_roas"]`},
		"query_lifetime": {"true"},
		"filtering":      {jsonText([]reportFilter{{Field: "campaign_ids", Type: "IN", Value: jsonText([]string{campaignID})}})},
	}
	var rows []ads.InsightRow
	err := c.eachReportRow(ctx, "insights", query, func(r reportRow) error {
		m, err := c.metrics(r)
		if err == nil {
			rows = append(rows, ads.InsightRow{CampaignID: campaignID, AdID: r.Dimensions.AdID, Metrics: m})
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	rows = ads.LatestInsights(rows)
	return rows, c.fillAdGroups(ctx, campaignID, rows)
}

// fillAdGroups completes rows with their ad groups: a report has room for one kind of id. Ads are listed only when one is new to us.
func (c *Client) fillAdGroups(ctx context.Context, campaignID string, rows []ads.InsightRow) error {
	if c.fillKnown(rows) {
		return nil
	}
	query := url.Values{"filtering": {jsonText(filtering{CampaignIDs: []string{campaignID}})}}
	err := eachRow(ctx, c, "list_ads", "/ad/get/", query, 100, func(o object) bool {
		c.mu.Lock()
		c.adGroups[o.AdID] = o.AdGroupID
		c.mu.Unlock()
		return true
	})
	if err != nil {
		return err
	}
	c.fillKnown(rows)
	return nil
}

func (c *Client) fillKnown(rows []ads.InsightRow) (complete bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	complete = true
	for i := range rows {
		rows[i].AdSetID = c.adGroups[rows[i].AdID]
		complete = complete && rows[i].AdSetID != ""
	}
	return complete
}

// spanDays is the longest range of a report by day.
const spanDays = 30

// Spend reads what each campaign was charged on each day, in the account's time zone, in ranges of at most 30 days.
func (c *Client) Spend(ctx context.Context, since, until string) ([]ads.SpendRow, error) {
	from, err := time.Parse(time.DateOnly, since)
	if err != nil {
		return nil, fault.Refuse("range", "%q is not a day such as 2026-11-20", since)
	}
	to, err := time.Parse(time.DateOnly, until)
	if err != nil {
		return nil, fault.Refuse("range", "%q is not a day such as 2026-11-20", until)
	}
	var rows []ads.SpendRow
	for !from.After(to) {
		end := from.AddDate(0, 0, spanDays-1)
		if end.After(to) {
			end = to
		}
		part, err := c.spend(ctx, from.Format(time.DateOnly), end.Format(time.DateOnly))
		if err != nil {
			return nil, err
		}
		rows = append(rows, part...)
		from = end.AddDate(0, 0, 1)
	}
	return rows, nil
}

func (c *Client) spend(ctx context.Context, since, until string) ([]ads.SpendRow, error) {
	query := url.Values{
		"data_level": {"AUCTION_CAMPAIGN"},
		"dimensions": {`["campaign_id","stat_time_day"]`},
		"metrics":    {`["spend"]`},
		"start_date": {since},
		"end_date":   {until},
	}
	var rows []ads.SpendRow
	err := c.eachReportRow(ctx, "spend", query, func(r reportRow) error {
		spend, err := c.decimal(r.Metrics.Spend, money.Up)
		if err != nil {
			return err
		}
		if len(r.Dimensions.Day) < len(time.DateOnly) {
			return badReport(fmt.Errorf("%q is not a day", r.Dimensions.Day))
		}
		rows = append(rows, ads.SpendRow{CampaignID: r.Dimensions.CampaignID, Day: r.Dimensions.Day[:len(time.DateOnly)], Spend: spend})
		return nil
	})
	return ads.LatestSpend(rows), err
}

// metrics reads one row. TikTok reports the value of purchases as a multiple of spend, rounded to hundredths, and so is our revenue.
func (c *Client) metrics(r reportRow) (kpi.Metrics, error) {
	var m kpi.Metrics
	var err error
	if m.Spend, err = c.decimal(r.Metrics.Spend, money.HalfUp); err != nil {
		return m, err
	}
	if m.Impressions, err = count(r.Metrics.Impressions); err != nil {
		return m, err
	}
	if m.Clicks, err = count(r.Metrics.Clicks); err != nil {
		return m, err
	}
	if m.Conversions, err = count(r.Metrics.Purchases); err != nil {
		return m, err
	}
	m.Revenue, err = multiple(m.Spend, r.Metrics.ROAS)
	return m, err
}

// ratioDigits bounds a ratio so that its product with any spend stays far inside 64 bits.
const ratioDigits = 9

func multiple(spend money.Amount, ratio string) (money.Amount, error) {
	if absent(ratio) {
		return money.Zero(spend.Currency()), nil
	}
	if len(ratio) > ratioDigits || strings.Trim(ratio, "0123456789.") != "" {
		return money.Amount{}, badReport(fmt.Errorf("%q is not a ratio", ratio))
	}
	exact, ok := new(big.Rat).SetString(ratio)
	if !ok {
		return money.Amount{}, badReport(fmt.Errorf("%q is not a ratio", ratio))
	}
	return spend.MulRatio(exact.Num().Int64(), exact.Denom().Int64(), money.HalfUp), nil
}

// absent: TikTok writes "-" for what does not apply.
func absent(text string) bool { return text == "" || text == "-" }

func (c *Client) decimal(text string, r money.Rounding) (money.Amount, error) {
	if absent(text) {
		return money.Zero(c.config.Currency), nil
	}
	a, err := money.ParseRounded(text, c.config.Currency, r)
	if err != nil {
		return a, badReport(err)
	}
	return a, nil
}

func count(text string) (int64, error) {
	if absent(text) {
		return 0, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, badReport(err)
	}
	return n, nil
}

func badReport(err error) *fault.Error {
	return fault.Retry("bad_answer", 0, fmt.Errorf("read tiktok report: %w", err))
}
