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
// failed stop or while we were away: its budget is assumed for every day since, so that nothing else is granted in its place. Where
// the caps do not leave room for that, it is a breach. A campaign that was charged nothing on an assumed day is not assumed again.
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
	worst := t.rules.WorstCase(x.Platform, x.Nominal)
	after := x
	after.ID, after.Day, after.Week = reservationID(t.rules.Purse, x.CampaignID, day), day, t.rules.Calendar.Week(day)
	after.Charged, after.SeenAt, after.Assumed, after.Breached = t.rules.zero(), time.Time{}, true, false
	after.Launch, after.Planned = false, x.Nominal
	free := t.Book.Free(t.rules, day)
	fits := money.Min(worst, free)
	if d, ceiled := t.ceiled(x.Platform, day); ceiled {
		// The platform stops it at its ceiling. That is raised for it only as far as there is room to plan for it.
		after.Planned = money.Min(x.Nominal, t.under(d, Ask{Platform: x.Platform, CampaignID: x.CampaignID}, free))
		fits = t.assumable(d, after, free)
	}
	after.WorstCase = fits
	if fits.Less(worst) {
		after.Breached = true
		t.Breaches = append(t.Breaches, Breach{
			Code: "over_reservation", Subject: x.CampaignID, Held: worst, Limit: after.WorstCase,
			Text: fmt.Sprintf("Campaign %s was neither renewed nor stopped for %s; it may cost up to %s and the caps leave %s.",
				x.CampaignID, day, worst, after.WorstCase),
		})
	}
	t.move("reserve", Reservation{}, after)
	t.relieve()
	t.Assumed = append(t.Assumed, after)
}

// assumable is the worst case that can be assumed under a ceiling: all of it, unless what the platform can charge for it then does not
// fit into what is free.
func (t *turn) assumable(d CeilingDay, x Reservation, free money.Amount) money.Amount {
	worst, l := t.rules.WorstCase(x.Platform, x.Nominal), t.load(x.Platform, d.Day, "")
	room := t.chargeable(d, l).Add(free)
	with := load{l.charged, l.remaining.Add(worst), l.planned.Add(x.Planned)}
	if !room.Less(t.chargeable(d, with)) {
		return worst
	}
	return money.Max(t.rules.zero(), room.Sub(l.remaining))
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
				Text: fmt.Sprintf("Campaign %s was charged %s on %s; at most %s was possible under its budget.", x.CampaignID, x.Charged, x.Day, x.WorstCase),
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
