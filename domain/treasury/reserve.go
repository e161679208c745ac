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
	CodeDay     = "wrong_day"     // neither today nor tomorrow
	CodeAsk     = "invalid_asked" // no money, another currency, an unknown platform
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
	if ask.Day == "" {
		ask.Day = d.turn.rules.Calendar.Day(d.turn.now)
	}
	answer, ok := d.turn.objection(ask)
	if !ok {
		answer = d.turn.grant(ask)
	}
	answer.ID, answer.CampaignID, answer.Day, answer.At = ask.ID, ask.CampaignID, ask.Day, d.turn.now
	return answer
}

// Windows is what a day and its week hold after the asks so far.
func (d *Desk) Windows(day Day) (today, week Window) {
	return d.turn.windows().days[day], d.turn.windows().weeks[d.turn.rules.Calendar.Week(day)]
}

// Outcome is what all asks so far change. The desk is closed by it.
func (d *Desk) Outcome() Outcome { return d.turn.Outcome }

// Refuse answers an ask that the ledger's own check turned down, although the book saw room. It changes nothing.
func Refuse(r Rules, now time.Time, ask Ask) Answer {
	if ask.Day == "" {
		ask.Day = r.Calendar.Day(now)
	}
	return Answer{
		ID: ask.ID, CampaignID: ask.CampaignID, Day: ask.Day, At: now, Code: CodeCapDay, RetryAt: now.Add(time.Hour),
		Text: "The ledger holds more than this purse knows of; it was not granted.",
	}
}

func (t *turn) objection(ask Ask) (Answer, bool) {
	today := t.rules.Calendar.Day(t.now)
	switch {
	case t.Book.Frozen:
		return Answer{Code: CodeFrozen, Text: "All spending is frozen.", RetryAt: t.now.Add(time.Hour)}, true
	case !t.rules.knows(ask.Platform):
		return Answer{Code: CodeAsk, Text: fmt.Sprintf("No over-delivery factor is configured for %q.", ask.Platform)}, true
	case !ask.Daily.Positive() || ask.Daily.Currency() != t.rules.Currency():
		return Answer{Code: CodeAsk, Text: fmt.Sprintf("A daily budget in %s is wanted, not %s.", t.rules.Currency(), ask.Daily)}, true
	case ask.Day != today && ask.Day != today.AddDays(1):
		return Answer{Code: CodeDay, Text: fmt.Sprintf("Only %s and the day after can be reserved.", today)}, true
	}
	return Answer{}, false
}

func (t *turn) grant(ask Ask) Answer {
	held, known := t.Book.Of(ask.CampaignID, ask.Day)
	ask.Launch = ask.Launch || known && held.Launch
	room := t.free(ask.Day)
	if !ask.Launch {
		room = money.Max(t.rules.zero(), room.Sub(t.kept(ask.Day)))
	}
	if known {
		room = room.Add(held.Held())
	}
	if ask.Day > t.rules.Calendar.Day(t.now) {
		room = money.Min(room, money.Max(t.share(ask), t.rules.WorstCase(ask.Platform, ask.Minimum)))
	}
	granted := ask.Daily
	if room.Less(t.rules.WorstCase(ask.Platform, granted)) {
		granted = money.Min(granted, t.rules.Affordable(ask.Platform, room))
	}
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
	after.WorstCase = money.Max(t.rules.WorstCase(ask.Platform, after.Nominal), held.Held())
	// Milliseconds are what snapshots and messages keep; a stop in the same one must not look earlier.
	after.State, after.StoppedAt, after.Assumed = Outstanding, time.Time{}, false
	after.Launch = ask.Launch
	after.Priority, after.GrantedAt = ask.Priority, t.now.Truncate(time.Millisecond)
	return after
}

// covers reports whether what is held is the whole worst case of its budget; what was assumed where little was free is not.
func (t *turn) covers(held Reservation) bool {
	return held.State == Outstanding && !held.WorstCase.Less(t.rules.WorstCase(held.Platform, held.Nominal))
}

// share is what a campaign may hold on a coming day when everything that delivers today wants to go on and the caps do not allow it:
// its part of the whole by ROAS, a new campaign counting as ROAS 1. It is all there is when everything fits.
func (t *turn) share(ask Ask) money.Amount {
	weight := func(priority int64) int64 { return max(priority, 1000) }
	whole := t.free(ask.Day).Sub(t.kept(ask.Day)).Add(t.windows().days[ask.Day].Held())
	wanted, own := t.rules.WorstCase(ask.Platform, ask.Daily), weight(ask.Priority)
	weights, eve := own, ask.Day.AddDays(-1)
	for _, x := range t.Book.Reservations {
		if x.CampaignID == ask.CampaignID || !x.Live() || (x.Day != ask.Day && x.Day != eve) {
			continue
		}
		if _, renewed := t.Book.Of(x.CampaignID, ask.Day); x.Day == eve && renewed {
			continue
		}
		wanted = wanted.Add(x.WorstCase)
		weights += weight(x.Priority)
	}
	if !whole.Less(wanted) {
		return whole
	}
	return whole.MulRatio(own, weights, money.Down)
}

func (t *turn) refusal(ask Ask) Answer {
	day := t.rules.Caps.Day.Sub(t.windows().days[ask.Day].Held())
	if !ask.Launch {
		day = day.Sub(t.kept(ask.Day))
	}
	week := t.rules.Caps.Week.Sub(t.windows().weeks[t.rules.Calendar.Week(ask.Day)].Held())
	code, name, left := CodeCapDay, "daily", day
	if week.Less(day) {
		code, name, left = CodeCapWeek, "weekly", week
	}
	return Answer{
		Code: code, RetryAt: t.retryAt(code, ask.Day),
		Text: fmt.Sprintf("The %s cap leaves %s for %s; %s a day may cost up to %s.", name,
			money.Max(left, t.rules.zero()), ask.Day, ask.Daily, t.rules.WorstCase(ask.Platform, ask.Daily)),
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
