// Package kpi holds advertising figures and the exact ratios made of them. Ratios stay fractions until a person reads them.
package kpi

import "github.com/agente-ceo/agente-ceo/domain/money"

// Metrics are counts and money over some period for some thing (an ad, a campaign, a day). All counts are ≥ 0 except in a
// difference of two observations, where a platform's revision can make them negative.
type Metrics struct {
	Impressions int64
	Clicks      int64 // through to the shop, not every tap on an ad
	Conversions int64 // purchases
	Spend       money.Amount
	Revenue     money.Amount // value of the purchases, as reported
}

// Add returns the sum of two periods or things.
func (m Metrics) Add(o Metrics) Metrics {
	return Metrics{
		Impressions: m.Impressions + o.Impressions,
		Clicks:      m.Clicks + o.Clicks,
		Conversions: m.Conversions + o.Conversions,
		Spend:       m.Spend.Add(o.Spend),
		Revenue:     m.Revenue.Add(o.Revenue),
	}
}

// Sub returns what came between two cumulative observations.
func (m Metrics) Sub(o Metrics) Metrics {
	return Metrics{
		Impressions: m.Impressions - o.Impressions,
		Clicks:      m.Clicks - o.Clicks,
		Conversions: m.Conversions - o.Conversions,
		Spend:       m.Spend.Sub(o.Spend),
		Revenue:     m.Revenue.Sub(o.Revenue),
	}
}

// IsZero reports whether nothing happened.
func (m Metrics) IsZero() bool {
	return m.Impressions == 0 && m.Clicks == 0 && m.Conversions == 0 && m.Spend.IsZero() && m.Revenue.IsZero()
}
