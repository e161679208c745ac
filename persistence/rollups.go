package persistence

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/facts"
	"github.com/agente-ceo/agente-ceo/domain/money"
)

// sums is what one commit adds to one row of a roll-up.
type sums struct {
	impressions, clicks, conversions, spend, revenue int64 // as the platform reports, money in minor units
	orders, shopRevenue, cost, refunds               int64 // as the shop took it
}

func (s *sums) add(o sums) {
	s.impressions += o.impressions
	s.clicks += o.clicks
	s.conversions += o.conversions
	s.spend += o.spend
	s.revenue += o.revenue
	s.orders += o.orders
	s.shopRevenue += o.shopRevenue
	s.cost += o.cost
	s.refunds += o.refunds
}

type campaignSum struct {
	sums
	id, currency, product, platform string
	first, last                     time.Time
}

type daySum struct {
	sums
	day, currency string
}

// rollUps gathers the analytics and shop revenue of one commit: the rows themselves, and what they add by campaign and by day.
type rollUps struct {
	fallback  money.Currency
	campaigns []campaignSum
	days      []daySum
	rows      analyticsRows
}

// analyticsRows are columns, as unnest takes them.
type analyticsRows struct {
	hours                                                                 []time.Time
	days, accountDays, platforms, products, campaigns, adSets, ads, money []string
	impressions, clicks, conversions, spend, revenue                      []int64
}

func (r *rollUps) currency(what string, amounts ...money.Amount) (string, error) {
	c, err := currencyOf(amounts...)
	if err != nil {
		return "", fmt.Errorf("write %s: %w", what, err)
	}
	return string(cmp.Or(c, r.fallback)), nil
}

func (r *rollUps) analytics(a facts.Analytics) error {
	c, err := r.currency("analytics of ad "+a.AdID, a.Delta.Spend, a.Delta.Revenue)
	if err != nil {
		return err
	}
	r.rows.add(a, c)
	s := sums{impressions: a.Delta.Impressions, clicks: a.Delta.Clicks, conversions: a.Delta.Conversions,
		spend: a.Delta.Spend.Minor(), revenue: a.Delta.Revenue.Minor()}
	r.day(a.Day, c).add(s)
	m := r.campaign(a.CampaignID, c)
	m.add(s)
	m.product, m.platform = cmp.Or(m.product, a.ProductID), cmp.Or(m.platform, a.Platform)
	if m.first.IsZero() || a.Hour.Before(m.first) {
		m.first = a.Hour
	}
	if a.Hour.After(m.last) {
		m.last = a.Hour
	}
	return nil
}

func (r *rollUps) shop(f facts.ShopRevenue) error {
	c, err := r.currency("shop revenue of "+f.Day, f.Revenue, f.Cost, f.Refunds)
	if err != nil {
		return err
	}
	s := sums{orders: f.Orders, shopRevenue: f.Revenue.Minor(), cost: f.Cost.Minor(), refunds: f.Refunds.Minor()}
	r.day(f.Day, c).add(s)
	if f.CampaignID != "" {
		m := r.campaign(f.CampaignID, c)
		m.add(s)
		m.product = cmp.Or(m.product, f.ProductID)
	}
	return nil
}

func (r *rollUps) campaign(id, currency string) *campaignSum {
	for i := range r.campaigns {
		if m := &r.campaigns[i]; m.id == id && m.currency == currency {
			return m
		}
	}
	r.campaigns = append(r.campaigns, campaignSum{id: id, currency: currency})
	return &r.campaigns[len(r.campaigns)-1]
}

func (r *rollUps) day(day, currency string) *daySum {
	for i := range r.days {
		if d := &r.days[i]; d.day == day && d.currency == currency {
			return d
		}
	}
	r.days = append(r.days, daySum{day: day, currency: currency})
	return &r.days[len(r.days)-1]
}

func (r *analyticsRows) add(a facts.Analytics, currency string) {
	r.hours, r.days, r.accountDays = append(r.hours, a.Hour), append(r.days, a.Day), append(r.accountDays, a.AccountDay)
	r.platforms, r.products, r.campaigns = append(r.platforms, a.Platform), append(r.products, a.ProductID), append(r.campaigns, a.CampaignID)
	r.adSets, r.ads, r.money = append(r.adSets, a.AdSetID), append(r.ads, a.AdID), append(r.money, currency)
	r.impressions, r.clicks = append(r.impressions, a.Delta.Impressions), append(r.clicks, a.Delta.Clicks)
	r.conversions = append(r.conversions, a.Delta.Conversions)
	r.spend, r.revenue = append(r.spend, a.Delta.Spend.Minor()), append(r.revenue, a.Delta.Revenue.Minor())
}

// rollUps queues the analytics of the commit and what they add, in the order in which every commit locks.
func (w *writer) rollUps() {
	r := &w.roll
	if rows := &r.rows; len(rows.hours) > 0 {
		w.add("analytics_insert", rows.hours, rows.days, rows.accountDays, rows.platforms, rows.products, rows.campaigns, rows.adSets,
			rows.ads, rows.impressions, rows.clicks, rows.conversions, rows.spend, rows.revenue, rows.money)
	}
	slices.SortFunc(r.campaigns, func(a, b campaignSum) int {
		return cmp.Or(cmp.Compare(a.id, b.id), cmp.Compare(a.currency, b.currency))
	})
	for _, m := range r.campaigns {
		w.add("rollup_campaign", m.id, m.currency, m.product, m.platform, m.impressions, m.clicks, m.conversions, m.spend, m.revenue,
			m.orders, m.shopRevenue, m.cost, m.refunds, when(m.first), when(m.last), w.c.Now)
	}
	slices.SortFunc(r.days, func(a, b daySum) int {
		return cmp.Or(cmp.Compare(a.day, b.day), cmp.Compare(a.currency, b.currency))
	})
	for _, d := range r.days {
		w.add("rollup_day", d.day, d.currency, d.impressions, d.clicks, d.conversions, d.spend, d.revenue,
			d.orders, d.shopRevenue, d.cost, d.refunds, w.c.Now)
	}
}
