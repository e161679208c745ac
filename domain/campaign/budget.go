package campaign

import (
	"fmt"
	"slices"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/id"
	"github.com/agente-ceo/agente-ceo/domain/money"
)

// reserve asks the treasurer, in place of whatever was asked before: a late answer to that only adds to what is held. Today's reservation
// also has to cover what was used today beside the plans.
func (t *Turn) reserve(purpose Purpose, day string, total, least money.Amount) {
	if day == t.today() {
		sunk := t.sunk()
		total, least = total.Add(sunk), money.Max(least.Add(sunk), t.usedToday())
	}
	t.Pending = Pending{
		ReservationID: id.Derive(id.Reservation, t.Plan.CampaignID, day, t.number()), Day: day, Budget: total, Purpose: purpose,
	}
	t.out.Reserve = append(t.out.Reserve, Reserve{
		ID: t.Pending.ReservationID, Day: day, Budget: total, Minimum: money.Min(least, total),
		Priority: t.Total.WithAOV(t.AOV()).ROAS().Milli(), Purpose: purpose,
	})
}

// least is the smallest budget with which the campaign can deliver at all.
func (t *Turn) least() money.Amount {
	return t.rules.minimum(t.Plan.Platform, t.Plan.DailyBudget.Currency())
}

// Granted takes the treasurer's yes. Whatever it was asked for, the grant of the day counts from now on.
func (t *Turn) Granted(reservationID, day string, amount money.Amount, partial bool) {
	if day == "" {
		day = t.today()
	}
	t.record(Grant{ReservationID: reservationID, Day: day, Nominal: amount})
	p := t.Pending
	if p.ReservationID != reservationID {
		t.apply()
		return
	}
	t.Pending = Pending{}
	if partial {
		t.note("budget_partly_granted", fmt.Sprintf("%s of %s a day was granted for %s.", amount, p.Budget, day),
			"It runs with less until more is free.", Figure{"purpose", string(p.Purpose)})
	}
	switch p.Purpose {
	case ForLaunch, ForResume:
		t.start(p.Purpose)
	case ForRenewal:
		t.renewed(day)
	case ForRaise:
		t.raised(amount)
	case ForExpand:
		t.expanded(p.Target, amount)
	case ForOperator:
		t.spread(money.Min(p.Budget, amount).Sub(t.sunk()))
		t.noteBy(p.By, "budget_changed", p.Reason, "The platform delivers up to the new budget.", Figure{"daily_budget", t.Budget().Decimal()})
		if t.rules.late(t.Now) {
			t.renew()
		}
	}
	t.apply()
}

func (t *Turn) record(g Grant) {
	kept := t.Grants[:0:0]
	today := t.today()
	for _, have := range t.Grants {
		switch {
		case have.Day == g.Day && g.Nominal.Less(have.Nominal):
			g.Nominal = have.Nominal // a grant is never less than what is held for the day
		case have.Day != g.Day && have.Day >= today:
			kept = append(kept, have)
		}
	}
	t.Grants = append(kept, g)
}

// start publishes, or goes on delivering. A grant that comes when nothing may deliver any more is given back by settleClosing.
func (t *Turn) start(purpose Purpose) {
	if len(t.Holds) > 0 || t.Final || (t.Status != Draft && t.Status != Paused) || !t.launched() && t.mode() == DryRun || !t.cleared() {
		return
	}
	t.Status, t.RetryAt = Publishing, time.Time{}
	t.Reason = "is being published"
	if purpose == ForResume {
		t.Reason = "is being resumed"
	}
	t.cancel(AlarmLaunch)
	t.at(AlarmDeadline, t.Now.Add(t.rules.PublishWithin))
	t.at(AlarmRenew, t.renewAt())
	t.at(AlarmEnforce, t.enforceAt())
	t.at(AlarmNewDay, TimeOn(t.tomorrow(), newDayHour, newDayMinute, t.rules.Zone))
}

func (t *Turn) renewAt() time.Time {
	at := t.rules.renewAt(t.today())
	if at.Before(t.Now) {
		return t.Now
	}
	return at
}

func (t *Turn) enforceAt() time.Time {
	at := TimeOn(t.today(), enforceHour, enforceMinute, t.rules.Zone)
	if at.Before(t.Now) { // the last minutes of the day: the alarm after midnight looks
		return TimeOn(t.tomorrow(), enforceHour, enforceMinute, t.rules.Zone)
	}
	return at
}

// Renew is the evening's alarm: tomorrow needs its own reservation.
func (t *Turn) Renew() {
	if t.Live() {
		t.renew()
	}
}

func (t *Turn) renew() {
	if t.Asked.Purpose != ForExpand { // what a person is asked about stays proposed
		t.dropProposed()
	}
	t.reserve(ForRenewal, t.tomorrow(), t.Budget(), t.least())
}

func (t *Turn) renewed(day string) {
	if t.Status == Paused && len(t.Holds) == 0 && !t.Final && day == t.today() {
		t.start(ForResume)
		return
	}
	if !t.Live() {
		return
	}
	next := t.rules.renewAt(day)
	if next.Before(t.Now) {
		next = t.rules.renewAt(DayAfter(day))
	}
	t.at(AlarmRenew, next)
	t.at(AlarmNewDay, TimeOn(t.tomorrow(), newDayHour, newDayMinute, t.rules.Zone))
}

// Enforce is the alarm before midnight: what tomorrow's grant does not cover may not deliver into tomorrow. If the alarm comes late,
// after a stop, it looks at the day that has begun.
func (t *Turn) Enforce(due time.Time) {
	day := DayAfter(AccountDay(due, t.rules.Zone))
	if day < t.today() {
		day = t.today()
	}
	if !t.Live() {
		return
	}
	if t.Grant(day).Less(t.delivering(nil)) {
		t.pauseForBudget("no budget for "+day, TimeOn(day, newDayHour, newDayMinute, t.rules.Zone))
		return
	}
	if _, armed := t.out.Schedule[AlarmEnforce]; !armed {
		t.at(AlarmEnforce, TimeOn(day, enforceHour, enforceMinute, t.rules.Zone))
	}
}

// pauseForBudget stops delivery until there is money; nobody needs to ask for it to go on.
func (t *Turn) pauseForBudget(why string, again time.Time) {
	t.pause(why)
	t.note("campaign_paused", sentence(why), "It goes on as soon as there is budget.")
	t.alert("auto_paused", "warning", "A campaign was paused for lack of budget", sentence(why))
	if again.Before(t.Now) {
		again = t.Now.Add(10 * time.Minute)
	}
	t.at(AlarmNewDay, again)
}

// pause leaves a live status; advance then tells the platform.
func (t *Turn) pause(why string) {
	if t.Running() {
		t.ResumeTo = t.Status
	}
	t.Status, t.Reason, t.RetryAt = Paused, why, time.Time{}
	t.dropProposed()
	t.Pending = Pending{}
	t.cancel(AlarmRenew, AlarmEnforce, AlarmDeadline)
}

// NewDay is the alarm after midnight, or when the treasurer said to ask again: what was paused or lowered for lack of budget is tried again.
func (t *Turn) NewDay() {
	switch {
	case t.Status == Paused && len(t.Holds) == 0 && !t.Final:
		t.reserve(ForResume, t.today(), t.Budget(), t.least())
		t.at(AlarmNewDay, t.Now.Add(6*time.Hour)) // unless it is answered before
	case t.Live():
		t.apply()
		t.restore()
	}
}

// restore asks for the rest of a budget that was only partly granted.
func (t *Turn) restore() {
	if t.Pending.ReservationID == "" && t.short() && !t.rules.late(t.Now) {
		t.reserve(ForRenewal, t.today(), t.Budget(), t.least())
	}
}

// Freed takes the treasurer's word that what was refused today, or granted in part, may be granted now: it is asked for again at once.
func (t *Turn) Freed(day string) {
	if day != t.today() || t.Pending.ReservationID != "" || len(t.Holds) > 0 || t.Final {
		return
	}
	if t.rules.late(t.Now) {
		if t.Status == Paused {
			t.at(AlarmNewDay, TimeOn(t.tomorrow(), newDayHour, newDayMinute, t.rules.Zone))
		}
		return
	}
	switch {
	case t.Status == Draft:
		t.Launch()
	case t.Status == Paused:
		t.NewDay()
	case t.Live():
		t.restore()
		if t.Pending.ReservationID == "" {
			t.Scale()
		}
	}
}

// Refused takes the treasurer's no.
func (t *Turn) Refused(reservationID, code, text string, retryAt time.Time) {
	p := t.Pending
	if p.ReservationID != reservationID || reservationID == "" {
		return
	}
	t.Pending = Pending{}
	t.noteBy(p.By, "budget_refused", sentence(text), "It is asked for again when there may be room.",
		Figure{"purpose", string(p.Purpose)}, Figure{"code", code}, Figure{"asked", p.Budget.Decimal()}, Figure{"day", p.Day})
	if !retryAt.After(t.Now) {
		retryAt = TimeOn(DayAfter(p.Day), newDayHour, newDayMinute, t.rules.Zone)
	}
	switch p.Purpose {
	case ForLaunch:
		t.Reason = "waits for budget: " + text
		if retryAt.After(t.CreatedAt.Add(t.rules.LaunchWithin)) {
			t.end("no budget within " + t.rules.LaunchWithin.String())
			return
		}
		t.at(AlarmLaunch, retryAt)
	case ForResume:
		t.Reason = "waits for budget: " + text
		t.at(AlarmNewDay, retryAt)
	case ForRenewal:
		t.renewalRefused(p.Day, retryAt)
	case ForRaise:
		t.at(AlarmScale, t.outOfLate(retryAt))
	case ForDrift:
		if t.Live() {
			t.pauseForBudget("what was changed on the platform is not covered", retryAt)
		}
	case ForExpand:
		t.dropProposed()
		t.at(AlarmExpand, t.outOfLate(retryAt))
	}
}

// renewalRefused asks again while there is time before the alarm that enforces; a publication that ran into a new day waits as paused.
func (t *Turn) renewalRefused(day string, retryAt time.Time) {
	switch {
	case day > t.today() && retryAt.Before(TimeOn(t.today(), enforceHour, 0, t.rules.Zone)):
		t.at(AlarmRenew, retryAt)
	case day <= t.today() && t.Status == Publishing && !t.MayDeliver:
		t.pauseForBudget("no budget for "+day, retryAt)
	}
}

// outOfLate moves a time at which more budget would be asked for out of the late evening.
func (t *Turn) outOfLate(at time.Time) time.Time {
	if at.Before(t.Now) {
		at = t.Now
	}
	if !t.rules.late(at) {
		return at
	}
	return TimeOn(DayAfter(AccountDay(at, t.rules.Zone)), lateRaiseHour, lateRaise, t.rules.Zone)
}

// Launch is the alarm that asks again for the budget of the first publication.
func (t *Turn) Launch() {
	if t.Status == Draft && t.Approved && t.Pending.ReservationID == "" {
		t.askLaunch()
	}
}

// spread makes the plans sum up to a total, in proportion; what an ad set needs to reach the platform's minimum, the largest ones give.
func (t *Turn) spread(total money.Amount) {
	planned, sets, least := t.Budget(), t.byROAS(), t.least()
	if !planned.Positive() {
		return
	}
	for _, a := range sets {
		a.Planned = money.Max(least, a.Planned.MulRatio(total.Minor(), planned.Minor(), money.Down))
		a.BeforeRaise = money.Zero(total.Currency())
	}
	for over := t.Budget().Sub(total); over.Positive(); over = t.Budget().Sub(total) {
		largest := slices.MaxFunc(sets, func(a, b *AdSet) int { return a.Planned.Cmp(b.Planned) })
		if !least.Less(largest.Planned) {
			return // the total is under the minimum of so many ad sets; fit parks some
		}
		largest.Planned = largest.Planned.Sub(money.Min(over, largest.Planned.Sub(least)))
	}
}

func (t *Turn) release() {
	stopped := t.StoppedAt
	if stopped.IsZero() {
		stopped = t.Now
	}
	t.out.Release = append(t.out.Release, Release{ID: id.Derive(id.Reservation, t.Plan.CampaignID, "release", t.number()), StoppedAt: stopped})
	t.Grants = nil
}
