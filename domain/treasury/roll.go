package treasury

import (
	"fmt"
	"slices"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/facts"
	"github.com/agente-ceo/agente-ceo/domain/id"
	"github.com/agente-ceo/agente-ceo/domain/money"
)

// Keep is how long settled reservations stay in the book, in days: longer than a week, which the weekly cap needs, and than the days
// in which platforms revise. The database keeps them for good.
const Keep = 8

// Roll brings the book to the account day of now. A campaign that was neither renewed nor stopped may still be delivering, after a
// failed stop or while we were away: its budget is assumed for every day since, as far as the caps leave room, so that nothing else is
// granted in its place, and it is to be stopped. That is no breach yet: most often it does not deliver, or is stopped within minutes. What
// it is charged says so. A campaign that was charged nothing on an assumed day is not assumed again.
func (b Book) Roll(r Rules, now time.Time) Outcome {
	t := b.turn(r, now)
	today := t.today
	for _, x := range b.running(today) {
		for day := x.Day.AddDays(1); day <= today; day = day.AddDays(1) {
			t.assume(x, day)
		}
	}
	t.prune(today)
	t.unwish(func(w Wish) bool { return w.Day < today })
	t.resolve(today)
	t.findings()
	return t.done()
}

// running lists the last reservation of each campaign that may be delivering and has none for today.
func (b Book) running(today Day) []Reservation {
	last := map[string]Reservation{}
	var campaigns []string
	for _, x := range b.Reservations {
		if x.Day > today || x.Nominal.IsZero() {
			continue
		}
		if _, seen := last[x.CampaignID]; !seen {
			campaigns = append(campaigns, x.CampaignID)
		}
		last[x.CampaignID] = x
	}
	slices.Sort(campaigns)
	var out []Reservation
	for _, c := range campaigns {
		if x := last[c]; x.Day < today && x.Live() && (!x.Assumed || x.Charged.Positive()) {
			out = append(out, x)
		}
	}
	return out
}

func (t *turn) assume(x Reservation, day Day) {
	after := x
	after.ID, after.Day, after.Week = reservationID(t.rules.Purse, x.CampaignID, day), day, t.rules.Calendar.Week(day)
	after.Charged, after.SeenAt, after.Assumed, after.Breached = t.rules.zero(), time.Time{}, true, false
	after.Launch, after.WorstCase, after.Planned = false, t.rules.zero(), t.rules.zero()
	after = t.assumable(after, Reservation{})
	t.move("reserve", Reservation{}, after)
	t.relieve()
	t.Assumed = append(t.Assumed, after)
}

// assumable is an assumed reservation with as much of its worst case as fits into what is free now, in place of before: what the book
// has of it, the zero value for nothing.
func (t *turn) assumable(x, before Reservation) Reservation {
	free, worst := t.free(x.Day), t.rules.WorstCase(x.Platform, x.Nominal)
	fits := t.rules.zero().Add(before.Held()).Add(free)
	x.Planned = x.Nominal
	if d, ceiled := t.ceiled(x.Platform, x.Day); ceiled {
		// The platform stops it at its ceiling. That is raised for it only as far as there is room to plan for it.
		under := t.under(d, Ask{Platform: x.Platform, CampaignID: x.CampaignID}, free)
		x.Planned = money.Max(t.rules.zero().Add(before.Planned), money.Min(x.Nominal, under))
		fits = t.underCeiling(d, x, before, free)
	}
	x.WorstCase = money.Max(x.WorstCase, money.Min(worst, fits))
	return x
}

// underCeiling is how much of an assumed worst case fits under a ceiling: all of it, unless what the platform can charge in all then does
// not fit into what it takes of the caps now and what is free.
func (t *turn) underCeiling(d CeilingDay, x, before Reservation, free money.Amount) money.Amount {
	worst, all := t.rules.WorstCase(x.Platform, x.Nominal), t.load(x.Platform, d.Day, "")
	others := all
	if before.ID != "" {
		others = all.without(before)
	}
	x.State, x.WorstCase = Outstanding, worst
	with := others.with(x)
	room := t.chargeable(d, all).Add(all.charged).Add(free).Sub(with.charged)
	if !room.Less(t.chargeable(d, with)) {
		return worst
	}
	return x.Charged.Add(money.Max(t.rules.zero(), room.Sub(others.remaining)))
}

// widened is an assumed reservation after a figure of the platform: what has become free since is held for it as well while it may be
// delivering, and else as much as it was charged. What then was charged beyond it, the caps had no room for.
func (t *turn) widened(after, before Reservation) Reservation {
	if !before.Assumed {
		return after
	}
	wide := t.assumable(after, before)
	if after.Live() {
		after.Planned = wide.Planned
	} else {
		wide.WorstCase = money.Min(wide.WorstCase, after.Charged)
	}
	after.WorstCase = money.Max(after.WorstCase, wide.WorstCase)
	return after
}

// prune forgets what is settled and older than Keep days.
func (t *turn) prune(today Day) {
	t.kept = newTotals() // they were of what is forgotten too
	oldest := today.AddDays(-Keep)
	t.Book.Reservations = slices.DeleteFunc(t.Book.Reservations, func(x Reservation) bool {
		return x.State != Outstanding && x.Day < oldest
	})
	for i := range t.Book.Ceilings {
		c := &t.Book.Ceilings[i]
		c.Days = slices.DeleteFunc(slices.Clone(c.Days), func(d CeilingDay) bool { return d.Day < oldest && d.Relief.IsZero() })
	}
}

// findings looks at every window of the last days for what should have been impossible, and for the alerts.
func (t *turn) findings() {
	t.relieve()
	for i, x := range t.Book.Reservations {
		if x.WorstCase.Less(x.Charged) && !x.Breached {
			t.Book.Reservations[i].Breached = true
			t.Breaches = append(t.Breaches, Breach{
				Code: "over_reservation", Subject: x.CampaignID, Held: x.Charged, Limit: x.WorstCase,
				Text: overText(x),
			})
		}
	}
	today := t.today
	week := t.rules.Calendar.Week(today)
	t.capFindings(today)
	if t.percentReached(t.Book.Day(today).Charged, t.rules.Caps.Day) && t.Book.AlertedDay != today {
		t.Book.AlertedDay = today
		t.alert("day", today, t.Book.Day(today).Charged, t.rules.Caps.Day)
	}
	if t.percentReached(t.Book.Week(week).Charged, t.rules.Caps.Week) && t.Book.AlertedWeek != week {
		t.Book.AlertedWeek = week
		t.alert("week", week, t.Book.Week(week).Charged, t.rules.Caps.Week)
	}
}

func overText(x Reservation) string {
	if x.Assumed {
		return fmt.Sprintf("Campaign %s was neither renewed nor stopped for %s; it was charged %s there, and the caps leave %s.", x.CampaignID, x.Day, x.Charged, x.WorstCase)
	}
	return fmt.Sprintf("Campaign %s was charged %s on %s; at most %s was possible under its budget.", x.CampaignID, x.Charged, x.Day, x.WorstCase)
}

func (t *turn) capFindings(today Day) {
	if t.Book.BreachedDay == today {
		return
	}
	for back := range 4 {
		day := today.AddDays(1 - back)
		week := t.rules.Calendar.Week(day)
		t.overCap(CodeCapDay, "Day", day, t.Book.Day(day), t.rules.Caps.Day)
		if back == 0 || week != t.rules.Calendar.Week(day.AddDays(1)) {
			t.overCap(CodeCapWeek, "Week from", week, t.Book.Week(week), t.rules.Caps.Week)
		}
	}
	for _, b := range t.Breaches {
		if b.Code != "over_reservation" {
			t.Book.BreachedDay = today
		}
	}
}

func (t *turn) overCap(code, name string, first Day, w Window, limit money.Amount) {
	if !limit.Less(w.Held()) {
		return
	}
	t.Breaches = append(t.Breaches, Breach{
		Code: code, Subject: string(first), Held: w.Held(), Limit: limit,
		Text: fmt.Sprintf("%s %s: %s charged and up to %s to come, over the cap of %s.", name, first, w.Charged, w.Remaining, limit),
	})
}

func (t *turn) percentReached(charged, limit money.Amount) bool {
	return limit.Positive() && !charged.Less(limit.MulRatio(t.rules.AlertPercent, 100, money.Up))
}

func (t *turn) alert(window string, first Day, charged, limit money.Amount) {
	t.Facts = append(t.Facts, facts.Alert{
		ID: alertID(t.rules.Purse, window, first), Kind: "budget_80", Severity: "warning", Subject: t.rules.Purse,
		Title:  fmt.Sprintf("%d%% of the %s's budget is spent", t.rules.AlertPercent, window),
		Detail: fmt.Sprintf("%s of %s charged in the %s of %s.", charged, limit, window, first), At: t.now,
	})
}

// resolve closes the alerts of windows that are over.
func (t *turn) resolve(today Day) {
	if d := t.Book.AlertedDay; d != "" && d < today {
		t.Facts = append(t.Facts, facts.AlertResolved{ID: alertID(t.rules.Purse, "day", d), At: t.now})
		t.Book.AlertedDay = ""
	}
	if w := t.Book.AlertedWeek; w != "" && w < t.rules.Calendar.Week(today) {
		t.Facts = append(t.Facts, facts.AlertResolved{ID: alertID(t.rules.Purse, "week", w), At: t.now})
		t.Book.AlertedWeek = ""
	}
}

func alertID(purse, window string, first Day) string {
	return id.Derive(id.Alert, "budget_80", purse, window, string(first))
}
