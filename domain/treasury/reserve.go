package treasury

import (
	"fmt"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/money"
)

// Ask is a campaign's wish to deliver on one account day.
type Ask struct {
	ID         string // an ask is decided once; who asks again is told the answer again, which the book does not keep
	CampaignID string
	Platform   ads.Platform
	Day        Day          // today or tomorrow; empty means today
	Daily      money.Amount // sum over the ad sets that deliver at any time of the day
	Minimum    money.Amount // the least that is of use
	Priority   int64        // ROAS in thousandths, 0 when new
	Launch     bool         // the campaign has never delivered
}

// The codes of refusals.
const (
	CodeCapDay  = "cap_day"
	CodeCapWeek = "cap_week"
	CodeFrozen  = "frozen"
	CodeClock   = "clock_doubted" // the clock is contradicted, or shows a day that nobody confirms
	CodeDay     = "wrong_day"     // neither today nor tomorrow
	CodeLapsed  = "lapsed"        // nobody asked, and the campaign may be delivering all the same
	CodeAsk     = "invalid_asked" // no money, another currency, an unknown platform
)

// doubtLasts is when to ask again while the clock is contradicted, unless one is told before; unconfirmedLasts while nobody has confirmed it
// yet: platforms are surveyed as often.
const (
	doubtLasts       = 15 * time.Minute
	unconfirmedLasts = 5 * time.Minute
)

// Answer grants all or a part, or refuses.
type Answer struct {
	ID         string // of the ask
	CampaignID string
	Day        Day
	Granted    money.Amount // daily budget, ≤ asked and ≥ the minimum; zero when refused
	WorstCase  money.Amount // what is held for the campaign on that day
	Partial    bool
	Code       string // why not, empty when granted
	Text       string
	RetryAt    time.Time // when asking again may succeed; zero: never for this day
	At         time.Time
}

// Refused reports whether nothing was granted.
func (a Answer) Refused() bool { return a.Code != "" }

// Reserve answers an ask. A raise for a day tops up what the campaign holds for it. Where the caps leave less than asked, as much as
// fits is granted in whole units of the currency; for tomorrow, where all that deliver today want more than there is, each gets at
// most its share by ROAS.
func (b Book) Reserve(r Rules, now time.Time, ask Ask) (Outcome, Answer) {
	d := b.Desk(r, now)
	answer := d.Reserve(ask)
	return d.Outcome(), answer
}

// Desk decides asks one after another on one copy of the book: for many that come at once.
type Desk struct{ turn *turn }

// Desk opens one on the book.
func (b Book) Desk(r Rules, now time.Time) *Desk { return &Desk{b.turn(r, now)} }

// Reserve answers an ask on what the asks before it have left.
func (d *Desk) Reserve(ask Ask) Answer {
	t := d.turn
	if ask.Day == "" {
		ask.Day = t.today
	}
	t.look(ask.Platform, ask.Day)
	answer, ok := t.objection(ask)
	if !ok {
		answer = t.grant(ask)
	}
	t.wish(ask, answer)
	t.relieve() // the next ask finds what is held as after a turn of its own
	answer.ID, answer.CampaignID, answer.Day, answer.At = ask.ID, ask.CampaignID, ask.Day, t.now
	return answer
}

// Refuse answers an ask that the ledger's own check turned down, although the book saw room.
func (d *Desk) Refuse(ask Ask) Answer {
	if ask.Day == "" {
		ask.Day = d.turn.today
	}
	d.turn.relieve()
	return Answer{
		ID: ask.ID, CampaignID: ask.CampaignID, Day: ask.Day, At: d.turn.now, Code: CodeCapDay, RetryAt: d.turn.now.Add(time.Hour),
		Text: "The ledger holds more than this purse knows of; it was not granted.",
	}
}

// Windows is what a day and its week hold after the asks so far.
func (d *Desk) Windows(day Day) (today, week Window) { return d.turn.day(day), d.turn.week(day) }

// Outcome is what all asks so far change. The desk is closed by it.
func (d *Desk) Outcome() Outcome { return d.turn.written() }

func (t *turn) objection(ask Ask) (Answer, bool) {
	switch {
	case t.Book.Frozen:
		return Answer{Code: CodeFrozen, Text: "All spending is frozen.", RetryAt: t.now.Add(time.Hour)}, true
	case t.shut:
		again := unconfirmedLasts
		if t.rules.Doubt.Wrong {
			again = doubtLasts
		}
		return Answer{Code: CodeClock, Text: sentence(t.rules.Doubt.Text), RetryAt: t.now.Add(again)}, true
	case !t.rules.knows(ask.Platform):
		return Answer{Code: CodeAsk, Text: fmt.Sprintf("No over-delivery factor is configured for %q.", ask.Platform)}, true
	case !ask.Daily.Positive() || ask.Daily.Currency() != t.rules.Currency():
		return Answer{Code: CodeAsk, Text: fmt.Sprintf("A daily budget in %s is wanted, not %s.", t.rules.Currency(), ask.Daily)}, true
	case ask.Day != t.today && ask.Day != t.today.AddDays(1):
		return Answer{Code: CodeDay, Text: fmt.Sprintf("Only %s and the day after can be reserved.", t.today)}, true
	}
	return Answer{}, false
}

func (t *turn) grant(ask Ask) Answer {
	held, known := t.Book.Of(ask.CampaignID, ask.Day)
	ask.Launch = ask.Launch || known && held.Launch
	granted := t.fitting(ask, held)
	if t.covers(held) {
		granted = money.Max(granted, money.Min(ask.Daily, held.Nominal))
	}
	if !granted.Positive() || granted.Less(ask.Minimum) {
		return t.refusal(ask)
	}
	after := t.confirmed(held, ask, granted)
	kind := "reserve"
	if known {
		kind = "top_up"
	}
	t.move(kind, held, after)
	return Answer{Granted: granted, WorstCase: after.WorstCase, Partial: granted.Less(ask.Daily)}
}

// fitting is how much of an ask fits: by the platform's factor, or, where the platform itself stops the account, under its ceiling.
func (t *turn) fitting(ask Ask, held Reservation) money.Amount {
	free := t.free(ask.Day)
	if !ask.Launch {
		free = money.Max(t.rules.zero(), free.Sub(t.Book.kept(t.rules, ask.Day)))
	}
	all, others := t.load(ask.Platform, ask.Day, ""), t.load(ask.Platform, ask.Day, ask.CampaignID)
	d, ceiled := t.ceiled(ask.Platform, ask.Day)
	holds := all.remaining
	if ceiled {
		holds = t.chargeable(d, all)
	}
	room := money.Max(t.rules.zero(), holds.Add(free).Sub(others.remaining).Add(t.rules.zero().Add(held.Charged)))
	under := t.rules.zero()
	if ceiled {
		under = t.under(d, ask, free)
	}
	if ask.Day > t.today {
		share := t.share(ask)
		room = money.Min(room, money.Max(share, t.rules.WorstCase(ask.Platform, ask.Minimum)))
		under = money.Min(under, money.Max(t.rules.whole(share), ask.Minimum))
	}
	granted := ask.Daily
	if room.Less(t.rules.WorstCase(ask.Platform, granted)) {
		granted = money.Min(granted, money.Max(under, t.rules.Affordable(ask.Platform, room)))
	}
	return granted
}

// confirmed is a reservation under which the campaign may deliver with a daily budget of granted. What is outstanding never shrinks
// within its day, as the platform may have delivered under the higher budget already.
func (t *turn) confirmed(held Reservation, ask Ask, granted money.Amount) Reservation {
	after := held
	if held.ID == "" {
		after = Reservation{
			ID:         reservationID(t.rules.Purse, ask.CampaignID, ask.Day),
			CampaignID: ask.CampaignID, Platform: ask.Platform, Day: ask.Day, Week: t.rules.Calendar.Week(ask.Day),
			Charged: t.rules.zero(),
		}
	}
	after.Nominal = granted
	if t.covers(held) {
		after.Nominal = money.Max(granted, held.Nominal)
	}
	after.Planned = after.Nominal
	after.WorstCase = money.Max(t.rules.WorstCase(ask.Platform, after.Nominal), held.Held())
	// Milliseconds are what snapshots and messages keep; a stop in the same one must not look earlier.
	after.State, after.StoppedAt, after.Assumed = Outstanding, time.Time{}, false
	after.Launch = ask.Launch
	after.Priority, after.GrantedAt = ask.Priority, t.now.Truncate(time.Millisecond)
	return after
}

// covers reports whether what is held is all that its budget may cost; what was assumed where little was free is not, and under a ceiling
// what was stopped has given up its place.
func (t *turn) covers(held Reservation) bool {
	if held.State != Outstanding || held.WorstCase.Less(t.rules.WorstCase(held.Platform, held.Nominal)) {
		return false
	}
	_, ceiled := t.ceiled(held.Platform, held.Day)
	return !ceiled || held.Live() && !held.Planned.Less(held.Nominal)
}

// costs is what a daily budget takes of the caps on a day.
func (t *turn) costs(p ads.Platform, day Day, budget money.Amount) money.Amount {
	if _, ceiled := t.ceiled(p, day); ceiled {
		return budget
	}
	return t.rules.WorstCase(p, budget)
}

// share is what a campaign may hold on a coming day when everything that delivers today wants to go on and the caps do not allow it:
// its part of the whole by ROAS, a new campaign counting as ROAS 1. It is all there is when everything fits.
func (t *turn) share(ask Ask) money.Amount {
	weight := func(priority int64) int64 { return max(priority, 1000) }
	whole := t.free(ask.Day).Sub(t.Book.kept(t.rules, ask.Day)).Add(t.day(ask.Day).Held())
	wanted, own := t.costs(ask.Platform, ask.Day, ask.Daily), weight(ask.Priority)
	weights, eve := own, ask.Day.AddDays(-1)
	for _, x := range t.Book.Reservations {
		if x.CampaignID == ask.CampaignID || !x.Live() || (x.Day != ask.Day && x.Day != eve) {
			continue
		}
		if _, renewed := t.Book.Of(x.CampaignID, ask.Day); x.Day == eve && renewed {
			continue
		}
		wanted = wanted.Add(t.costs(x.Platform, ask.Day, x.Nominal))
		weights += weight(x.Priority)
	}
	if !whole.Less(wanted) {
		return whole
	}
	return whole.MulRatio(own, weights, money.Down)
}

func (t *turn) refusal(ask Ask) Answer {
	day := t.rules.Caps.Day.Sub(t.day(ask.Day).Held())
	if !ask.Launch {
		day = day.Sub(t.Book.kept(t.rules, ask.Day))
	}
	week := t.rules.Caps.Week.Sub(t.week(ask.Day).Held())
	code, name, left := CodeCapDay, "daily", day
	if week.Less(day) {
		code, name, left = CodeCapWeek, "weekly", week
	}
	return Answer{
		Code: code, RetryAt: t.retryAt(code, ask.Day),
		Text: fmt.Sprintf("The %s cap leaves %s for %s; %s a day may cost up to %s.", name,
			money.Max(left, t.rules.zero()), ask.Day, ask.Daily, t.costs(ask.Platform, ask.Day, ask.Daily)),
	}
}

// retryAt is the earliest moment at which the window that refused can hold less: when something that has stopped, or whose day will
// be over, is settled; at the latest when a new window begins. It is at least an hour away.
func (t *turn) retryAt(code string, day Day) time.Time {
	c := t.rules.Calendar
	at := c.End(day)
	if code == CodeCapWeek {
		at = c.WeekEnd(day)
	}
	for _, x := range t.Book.Reservations {
		if x.State != Outstanding || x.Day != day && (code == CodeCapDay || x.Week != c.Week(day)) {
			continue
		}
		settled := c.End(x.Day).Add(t.rules.SettleLag)
		if !x.StoppedAt.IsZero() {
			settled = x.StoppedAt.Add(t.rules.SettleLag)
		}
		if settled.Before(at) {
			at = settled
		}
	}
	if soonest := t.now.Add(time.Hour); at.Before(soonest) {
		return soonest
	}
	return at
}
