package reporting

import (
	"fmt"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/facts"
	"github.com/agente-ceo/agente-ceo/domain/id"
	"github.com/agente-ceo/agente-ceo/domain/money"
)

// Pulse is the last 24 hours, for the alerts that cannot wait for the morning.
type Pulse struct {
	Spend       money.Amount
	Revenue     money.Amount // as the shop took it
	Conversions int64
	Orders      int64
	Hours       int64 // how many of the last 24 hours had spend: with fewer than 24 it is too early to say
}

// Raised are the alerts of a pulse; Resolved the ids of those whose cause is gone.
type Raised struct {
	Alerts   []facts.Alert
	Resolved []string
}

var (
	roasAlert       = id.Derive(id.Alert, "roas_below_target")
	conversionAlert = id.Derive(id.Alert, "no_conversions")
)

// Watch judges the pulse: overall ROAS under target for 24 h, and no conversion in 24 h although money was spent.
func Watch(p Pulse, t Target, now time.Time) Raised {
	var out Raised
	full := p.Hours >= 24 && p.Spend.Positive()
	out.put(full && below(p.Revenue, p.Spend, t.ROAS), facts.Alert{
		ID: roasAlert, Kind: "roas_below_target", Severity: "warning", Subject: "business", At: now,
		Title:  "ROAS has been under target for 24 hours",
		Detail: fmt.Sprintf("%s spent, %s sold: ROAS %s.", p.Spend, p.Revenue, ROASText(p.Revenue, p.Spend)),
	})
	out.put(full && p.Conversions == 0 && p.Orders == 0, facts.Alert{
		ID: conversionAlert, Kind: "no_conversions", Severity: "critical", Subject: "business", At: now,
		Title:  "No conversion in 24 hours",
		Detail: fmt.Sprintf("%s was spent and nothing was sold: check the shop, the pixel and the webhooks.", p.Spend),
	})
	return out
}

func (r *Raised) put(on bool, a facts.Alert) {
	if on {
		r.Alerts = append(r.Alerts, a)
		return
	}
	r.Resolved = append(r.Resolved, a.ID)
}

// Period is the period of a kind that ended last before or at now: [from, to) in UTC. Weeks start on Monday.
func Period(kind Kind, now time.Time) (from, to time.Time) {
	today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, time.UTC)
	switch kind {
	case Weekly:
		to = today.AddDate(0, 0, -((int(today.Weekday()) + 6) % 7))
		return to.AddDate(0, 0, -7), to
	case Monthly:
		to = time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, time.UTC)
		return to.AddDate(0, -1, 0), to
	}
	return today.AddDate(0, 0, -1), today
}

// PeriodOf is the period of a kind that a date lies in: a week begins on its Monday, a month on its first, as those of Period do.
func PeriodOf(kind Kind, date string) (from, to time.Time, err error) {
	day, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return from, to, fmt.Errorf("parse date %q: want YYYY-MM-DD", date)
	}
	switch kind {
	case Weekly:
		from, to = Period(Weekly, day.AddDate(0, 0, 7))
	case Monthly:
		from, to = Period(Monthly, time.Date(day.Year(), day.Month()+1, 1, 0, 0, 0, 0, time.UTC))
	case Daily:
		from, to = Period(Daily, day.AddDate(0, 0, 1))
	default:
		err = fmt.Errorf("report kind %q: want daily, weekly or monthly", kind)
	}
	return from, to, err
}
