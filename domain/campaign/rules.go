package campaign

import (
	"fmt"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/kpi"
	"github.com/agente-ceo/agente-ceo/domain/money"
)

// Rules are the numbers of a campaign's life. Start from DefaultRules.
type Rules struct {
	Zone *time.Location // of the ad account: its days bound the caps

	MonitorEvery time.Duration // 1 h
	DecideEvery  time.Duration // 6 h
	ScaleEvery   time.Duration // 48 h
	RotateEvery  time.Duration // 72 h
	SettleFor    time.Duration // how long a stopped campaign is still looked at, once a day: late conversions

	RaiseBy     kpi.Ratio // 0.2, at most 0.3
	MaxMultiple kpi.Ratio // of an ad set's initial budget: 3
	CopyShare   kpi.Ratio // of the winning ad set's budget: 0.5
	MaxAdSets   int       // live at once in a campaign

	CostCapShare      kpi.Ratio // of the AOV: 0.3
	StableConversions int64     // before a cost cap
	StableDecisions   int64     // as winner in a row, before a cost cap
	ProvenROAS        kpi.Ratio // above it the product goes to the next platform: 2

	MinAds        int           // good ads that a publication needs, ≥ 1
	MaxAds        int           // of an ad set
	PublishWithin time.Duration // alert after
	ApprovalFor   time.Duration // an approval expires after
	LaunchWithin  time.Duration // how long a plan waits for budget

	RotateCount  int           // new creatives each time
	KeepTop      int           // best ads that always stay
	RunBeforeOff time.Duration // an ad runs that long before it can be among the bottom half

	EditsPerHour  int // budget changes of an ad set
	MinBudget     map[ads.Platform]money.Amount
	Countries     []Country     // candidates for geographic expansion
	MaxGeo        int           // geographic expansions of a campaign
	AboveMean     kpi.Ratio     // a conversion of more than this many AOVs is news: 3
	InsightAlerts int64         // failures in a row before an alert
	StillAfter    time.Duration // of delivery without any movement of the figures: an alert, and nothing is decided
	Drift         Drift         // what follows when a person raises a budget on the platform

	Asking Asking // when a person has to agree
	// ClockWrong says how the clock is contradicted by others, for people; empty: it is not. Nothing delivers by a wrong clock.
	ClockWrong string
}

// DefaultRules are the mission's numbers, in the zone of the account.
func DefaultRules(zone *time.Location) Rules {
	return Rules{
		Zone:         zone,
		MonitorEvery: time.Hour, DecideEvery: 6 * time.Hour, ScaleEvery: 48 * time.Hour, RotateEvery: 72 * time.Hour,
		SettleFor: 7 * 24 * time.Hour,
		RaiseBy:   kpi.MustRatio("0.2"), MaxMultiple: kpi.MustRatio("3"), CopyShare: kpi.MustRatio("0.5"), MaxAdSets: 6,
		CostCapShare: kpi.MustRatio("0.3"), StableConversions: 50, StableDecisions: 3, ProvenROAS: kpi.MustRatio("2"),
		MinAds: 1, MaxAds: 12, PublishWithin: 30 * time.Minute, ApprovalFor: 48 * time.Hour, LaunchWithin: 7 * 24 * time.Hour,
		RotateCount: 5, KeepTop: 3, RunBeforeOff: 48 * time.Hour,
		EditsPerHour: 4,
		MinBudget: map[ads.Platform]money.Amount{
			ads.Meta:   money.Minor(500, money.USD),
			ads.TikTok: money.Minor(2000, money.USD),
			ads.Google: money.Minor(500, money.USD),
		},
		Countries: DefaultCountries(), MaxGeo: 2, AboveMean: kpi.MustRatio("3"), InsightAlerts: 3, StillAfter: 6 * time.Hour, Drift: DriftUndo,
	}
}

// Validate names the first number that makes no sense.
func (r Rules) Validate() error {
	zero, most := kpi.NewRatio(0, 1), kpi.MustRatio("0.3")
	switch {
	case r.Zone == nil:
		return fmt.Errorf("campaign rules: the account's time zone is missing")
	case r.MonitorEvery < time.Minute || r.DecideEvery < time.Minute || r.ScaleEvery < time.Hour || r.RotateEvery < time.Hour:
		return fmt.Errorf("campaign rules: intervals are too short: monitor %s, decide %s, scale %s, rotate %s",
			r.MonitorEvery, r.DecideEvery, r.ScaleEvery, r.RotateEvery)
	case !r.RaiseBy.Above(zero) || r.RaiseBy.Above(most):
		return fmt.Errorf("campaign rules: a raise of %s is not above 0 %% and at most 30 %%", r.RaiseBy.Percent(1))
	case !r.MaxMultiple.AtLeast(kpi.NewRatio(1, 1)):
		return fmt.Errorf("campaign rules: the budget's maximum multiple is %s, it must be at least 1", r.MaxMultiple)
	case !r.CopyShare.Above(zero) || !r.CostCapShare.Above(zero) || !r.ProvenROAS.Above(zero) || !r.AboveMean.Above(zero):
		return fmt.Errorf("campaign rules: copy share, cost cap share, proven ROAS and conversion multiple must be above 0")
	case r.MinAds < 1 || r.MaxAds < r.MinAds || r.MaxAdSets < 1 || r.EditsPerHour < 1:
		return fmt.Errorf("campaign rules: counts must be at least 1, and at most %d ads cannot be less than %d", r.MaxAds, r.MinAds)
	case r.Drift != DriftUndo && r.Drift != DriftAdopt:
		return fmt.Errorf("campaign rules: what people raise on the platform is %q, it must be undo or adopt", r.Drift)
	case r.PublishWithin <= 0 || r.ApprovalFor <= 0 || r.LaunchWithin <= 0:
		return fmt.Errorf("campaign rules: waiting times must be above 0")
	}
	return nil
}

// minimum is the least daily budget of an ad set on a platform.
func (r Rules) minimum(p ads.Platform, c money.Currency) money.Amount {
	if m, ok := r.MinBudget[p]; ok && m.Currency() == c {
		return m
	}
	return money.Minor(1, c)
}

// maxAdSets is how many ad sets a campaign may have live at once. Google keeps one budget for all that a campaign has: there it is one.
func (r Rules) maxAdSets(p ads.Platform) int {
	if p == ads.Google {
		return 1
	}
	return r.MaxAdSets
}

// The hours of the account's day, chosen so that every step has time for retries before midnight.
const (
	renewHour, renewMinute     = 22, 30 // tomorrow's budget is asked for
	enforceHour, enforceMinute = 23, 40 // what tomorrow does not cover is lowered or paused
	newDayHour, newDayMinute   = 0, 10  // what was lowered or paused is tried again
	lateRaiseHour, lateRaise   = 0, 40  // raises that came too late in the day
)

// renewAt is when the day's budget for tomorrow is asked for.
func (r Rules) renewAt(day string) time.Time { return TimeOn(day, renewHour, renewMinute, r.Zone) }

// late reports whether tomorrow's budget was already asked for, so that a raise would have to be asked for twice.
func (r Rules) late(now time.Time) bool {
	return !now.Before(r.renewAt(AccountDay(now, r.Zone)))
}
