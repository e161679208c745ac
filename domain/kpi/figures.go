package kpi

import "github.com/agente-ceo/agente-ceo/domain/money"

// ROAS is revenue / spend; undefined when nothing was spent.
func (m Metrics) ROAS() Ratio {
	if !m.Spend.Positive() {
		return Ratio{}
	}
	return NewRatio(m.Revenue.Minor(), m.Spend.Minor())
}

// CTR is clicks / impressions; undefined without impressions.
func (m Metrics) CTR() Ratio { return share(m.Clicks, m.Impressions) }

// CVR is conversions / clicks; undefined without clicks. View-through purchases can take it over 1.
func (m Metrics) CVR() Ratio { return share(m.Conversions, m.Clicks) }

// CPA is spend / conversions in minor units; undefined without conversions.
func (m Metrics) CPA() Ratio { return share(m.Spend.Minor(), m.Conversions) }

// AOV is revenue / conversions in minor units; undefined without conversions.
func (m Metrics) AOV() Ratio { return share(m.Revenue.Minor(), m.Conversions) }

// WithAOV returns m with its revenue estimated as conversions × aov where none was reported: some pixels send no value.
func (m Metrics) WithAOV(aov money.Amount) Metrics {
	if m.Conversions > 0 && m.Revenue.IsZero() {
		m.Revenue = aov.MulRatio(m.Conversions, 1, money.Down)
	}
	return m
}

func share(part, whole int64) Ratio {
	if whole <= 0 {
		return Ratio{}
	}
	return NewRatio(part, whole)
}
