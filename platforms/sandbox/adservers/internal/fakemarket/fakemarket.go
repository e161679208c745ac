// Package fakemarket is a market for tests: it remembers what the servers told it and reports what the test put in.
package fakemarket

import (
	"time"

	"github.com/agente-ceo/agente-ceo/platforms/sandbox/market"
)

// Call is one SetLive.
type Call struct {
	At   time.Time
	Ad   market.Ad
	Live bool
}

// Market implements market.Delivery. The zero value reports nothing in UTC days.
type Market struct {
	Calls          []Call
	Totals         map[string]market.Totals // by ad id: lifetime; by "ad id day": that day
	People         int
	Ceiling, Spent int64 // what the platform may charge over its lifetime, and has
	Zone           *time.Location
	Clock          time.Time // the latest time that the market was brought to
}

// Put sets what one ad reports for a day, and adds it to its lifetime.
func (m *Market) Put(adID, day string, t market.Totals) {
	if m.Totals == nil {
		m.Totals = map[string]market.Totals{}
	}
	m.Totals[adID+" "+day] = t
	l := m.Totals[adID]
	m.Totals[adID] = market.Totals{
		Impressions: l.Impressions + t.Impressions, Clicks: l.Clicks + t.Clicks, Purchases: l.Purchases + t.Purchases,
		SpendMinor: l.SpendMinor + t.SpendMinor, RevenueMinor: l.RevenueMinor + t.RevenueMinor,
	}
}

// Live is the ad's last announced state.
func (m *Market) Live(adID string) (ad market.Ad, live bool) {
	for _, c := range m.Calls {
		if c.Ad.ID == adID {
			ad, live = c.Ad, c.Live
		}
	}
	return ad, live
}

// Advance panics when time runs backwards.
func (m *Market) Advance(now time.Time) {
	if now.Before(m.Clock) {
		panic("the market was asked to go back in time")
	}
	m.Clock = now
}

// SetLive remembers the call.
func (m *Market) SetLive(now time.Time, ad market.Ad, live bool) {
	m.Advance(now)
	m.Calls = append(m.Calls, Call{now, ad, live})
}

// Lifetime is the sum of what Put was given.
func (m *Market) Lifetime(_ time.Time, _, adID string) market.Totals { return m.Totals[adID] }

// Day is what Put was given.
func (m *Market) Day(_ time.Time, _, adID, day string) market.Totals { return m.Totals[adID+" "+day] }

// Charged is nothing: servers have no business with it.
func (m *Market) Charged(string, string) int64 { return 0 }

// SetCeiling remembers the ceiling.
func (m *Market) SetCeiling(now time.Time, _ string, minor int64) {
	m.Advance(now)
	m.Ceiling = minor
}

// Lifelong is Spent.
func (m *Market) Lifelong(now time.Time, _ string) int64 {
	m.Advance(now)
	return m.Spent
}

// Buyers is People.
func (m *Market) Buyers() int { return m.People }

// AccountDay is now's day in Zone.
func (m *Market) AccountDay(now time.Time) string {
	if m.Zone == nil {
		return now.UTC().Format("2006-01-02")
	}
	return now.In(m.Zone).Format("2006-01-02")
}
