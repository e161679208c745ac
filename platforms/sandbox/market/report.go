package market

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Lifetime reports an ad as the platform shows it at now: without the last step, and without purchases it has not heard of.
func (m *Market) Lifetime(now time.Time, platform, adID string) Totals {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.advance(now)
	a, ok := m.ads[platform+"/"+adID]
	if !ok {
		return Totals{}
	}
	t := a.total
	if a.tailStep == m.next-1 {
		t.minus(a.tail)
	}
	return t
}

// Day reports one account day of an ad, like Lifetime. A day that is not YYYY-MM-DD has nothing.
func (m *Market) Day(now time.Time, platform, adID, day string) Totals {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.advance(now)
	a, ok := m.ads[platform+"/"+adID]
	key, valid := parseDay(day)
	if !ok || !valid {
		return Totals{}
	}
	for i := len(a.days) - 1; i >= 0; i-- {
		if a.days[i].day == key {
			t := a.days[i].Totals
			if a.tailStep == m.next-1 && a.tailDay == key {
				t.minus(a.tail)
			}
			return t
		}
	}
	return Totals{}
}

// Charged is what a platform charged the account on an account day, with no lag.
func (m *Market) Charged(platform, day string) int64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	key, _ := parseDay(day)
	return m.byDay[platform][key]
}

// MaxCharged is the most that all platforms together charged on any one day and in any one week from Sunday to Saturday of a time zone,
// in minor units: what caps are judged by.
func (m *Market) MaxCharged(tz *time.Location) (day, week int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	days, weeks := map[dayKey]int64{}, map[int32]int64{}
	for _, c := range m.charges {
		d := dayOf(time.Unix(c.step*int64(Step/time.Second), 0), tz)
		days[d] += c.minor
		weeks[d.week()] += c.minor
		day, week = max(day, days[d]), max(week, weeks[d.week()])
	}
	return day, week
}

// Spent is everything that all platforms have charged, in minor units.
func (m *Market) Spent() int64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	sum := int64(0)
	for _, c := range m.charges {
		sum += c.minor
	}
	return sum
}

// Buyers is how many purchases the pixels have seen.
func (m *Market) Buyers() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.buyers
}

// DayCharge is what one platform charged on one account day.
type DayCharge struct {
	Platform string `json:"platform"`
	Day      string `json:"day"`
	Minor    int64  `json:"minor"`
}

// Ledger lists all charges by day and platform, oldest first.
func (m *Market) Ledger() []DayCharge {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []DayCharge
	for _, platform := range []string{Google, Meta, TikTok} {
		for day, minor := range m.byDay[platform] {
			out = append(out, DayCharge{platform, day.String(), minor})
		}
	}
	slices.SortFunc(out, func(a, b DayCharge) int {
		return cmp.Or(strings.Compare(a.Day, b.Day), strings.Compare(a.Platform, b.Platform))
	})
	return out
}
