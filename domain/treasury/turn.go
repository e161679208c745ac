package treasury

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/facts"
	"github.com/agente-ceo/agente-ceo/domain/id"
	"github.com/agente-ceo/agente-ceo/domain/money"
)

// Outcome is what a decision of the treasury changes.
type Outcome struct {
	// Book is the book afterwards.
	Book Book
	// Facts are reservations, balanced postings, moves of the windows and alerts, to be written in one transaction.
	Facts []facts.Fact
	// Settled lists the reservations whose final figure became known, for the audit log.
	Settled []Reservation
	// Assumed lists the reservations that were made for campaigns that nobody renewed.
	Assumed []Reservation
	// Breaches are reasons to stop all spending.
	Breaches []Breach
	// Changes are ceilings to be set on platforms.
	Changes []CeilingChange
	// Offers are campaigns to be told that there is room again, the best first.
	Offers []Wish
	// Drifts are ceilings that somebody else changed, for the audit log.
	Drifts []Drift
	// Trusted reports that the clock was contradicted and is confirmed again: whoever was stopped by that may ask.
	Trusted bool
}

// Breach is spending that should have been impossible.
type Breach struct {
	Code    string // cap_day | cap_week | over_reservation | ceiling_lost
	Subject string // campaign id, or the window's first day
	Text    string // for people
	Held    money.Amount
	Limit   money.Amount
}

// The accounts of the ledger. Every posting moves an amount from the credited to the debited one, so that their sum is always zero.
const accountFree = "purse:free"

func accountRelieved(p string, d Day) string { return "ceiling:" + p + ":" + string(d) }
func accountHeld(campaign string) string     { return "campaign:" + campaign + ":held" }
func accountCharged(platform string) string  { return "platform:" + platform + ":charged" }

// turn gathers what one decision changes.
type turn struct {
	Outcome
	rules Rules
	now   time.Time
	today Day              // the latest day that has begun: it never goes back, even if the clock does
	moves map[Day][2]int64 // minor units that were reserved and charged, by day
	kept  *totals
	shut  bool // the clock is not to be relied on for what is asked: nothing is granted
}

func (b Book) turn(r Rules, now time.Time) *turn {
	t := &turn{Outcome: Outcome{Book: b.clone()}, rules: r, now: now, today: b.today(r, now), moves: map[Day][2]int64{}, kept: newTotals()}
	t.shut = r.Doubt.Wrong || b.unopened(r, now)
	t.clockWentBack()
	t.clockDoubted()
	t.begin(b.Latest)
	if !b.unopened(r, now) {
		t.Book.Latest = t.today
	}
	return t
}

// today is the latest account day that has begun. A clock that is put back does not open a day again whose money was granted, and one
// that nobody confirms does not begin another.
func (b Book) today(r Rules, now time.Time) Day {
	if b.Latest != "" && b.unopened(r, now) {
		return b.Latest
	}
	return max(b.Latest, r.Calendar.Day(now))
}

// unopened reports whether the clock shows a day that has not begun and may not begin, as the clock is doubted.
func (b Book) unopened(r Rules, now time.Time) bool {
	return r.Doubt.Text != "" && b.Latest < r.Calendar.Day(now)
}

// clockWentBack raises an alert, once a day, when the clock shows a day before one that has begun.
func (t *turn) clockWentBack() {
	if shown := t.rules.Calendar.Day(t.now); shown < t.today && t.Book.AlertedClock != t.today {
		t.Book.AlertedClock = t.today
		t.Facts = append(t.Facts, facts.Alert{
			ID: id.Derive(id.Alert, "clock_went_back", t.rules.Purse, string(t.today)), Kind: "clock_went_back", Severity: "critical", Subject: t.rules.Purse,
			Title:  "The clock was put back over midnight",
			Detail: fmt.Sprintf("It shows %s, but money was granted for %s already. Nothing is granted for days before that.", shown, t.today), At: t.now,
		})
	}
}

// clockDoubted raises an alert when another clock contradicts ours, and ends it when one confirms it.
func (t *turn) clockDoubted() {
	since := t.Book.DoubtedAt
	switch {
	case t.rules.Doubt.Wrong && since.IsZero():
		t.Book.DoubtedAt = t.now.Truncate(time.Millisecond)
		t.Facts = append(t.Facts, facts.Alert{
			ID: t.doubtID(), Kind: "clock_doubted", Severity: "critical", Subject: t.rules.Purse, Title: "The clock of this machine is contradicted",
			Detail: sentence(t.rules.Doubt.Text) + " Nothing is granted, and campaigns are paused, until another clock agrees with it.", At: t.now,
		})
	case t.rules.Doubt.Text == "" && !since.IsZero():
		t.Facts = append(t.Facts, facts.AlertResolved{ID: t.doubtID(), At: t.now})
		t.Book.DoubtedAt, t.Trusted = time.Time{}, true
	}
}

func (t *turn) doubtID() string {
	return id.Derive(id.Alert, "clock_doubted", t.rules.Purse, strconv.FormatInt(t.Book.DoubtedAt.UnixMilli(), 10))
}

// sentence makes a reason a sentence for people.
func sentence(reason string) string { return strings.ToUpper(reason[:1]) + reason[1:] + "." }

// done ends the turn: ceilings are reckoned anew, and what changes is written down.
func (t *turn) done() Outcome {
	t.relieve()
	return t.written()
}

// written is what the turn has changed; all that the windows gain and lose is one move a day, falls first.
func (t *turn) written() Outcome {
	days := slices.Sorted(maps.Keys(t.moves))
	slices.SortStableFunc(days, func(a, b Day) int { return cmp.Compare(min(1, max(0, t.moves[a][0])), min(1, max(0, t.moves[b][0]))) })
	for _, day := range days {
		if m := t.moves[day]; m != [2]int64{} {
			t.Facts = append(t.Facts, facts.PurseMove{
				Purse: t.rules.Purse, Day: string(day), Week: string(t.rules.Calendar.Week(day)), CapDay: t.rules.Caps.Day, CapWeek: t.rules.Caps.Week,
				Reserve: money.Minor(m[0], t.rules.Currency()), Charge: money.Minor(m[1], t.rules.Currency()),
			})
		}
	}
	t.moves = map[Day][2]int64{}
	return t.Outcome
}

// shift adds to what the windows of a day gain.
func (t *turn) shift(day Day, reserve, charge money.Amount) {
	m := t.moves[day]
	t.moves[day] = [2]int64{m[0] + reserve.Minor(), m[1] + charge.Minor()}
}

// move replaces a reservation and writes down what that changes: what was charged comes out of what was held for it, as far as that
// reaches, else out of free money; what is then held beyond need becomes free, what is missing is taken from free money.
func (t *turn) move(kind string, before, after Reservation) {
	charge := after.Charged.Sub(before.Charged)
	held := before.Remaining()
	charged := accountCharged(string(after.Platform))
	fromHeld := money.Max(t.rules.zero(), money.Min(charge, held))
	t.post("post", after.ID, charged, accountHeld(after.CampaignID), fromHeld)
	t.post("post", after.ID, charged, accountFree, charge.Sub(fromHeld))
	grown := after.Remaining().Sub(held.Sub(fromHeld))
	t.post(kind, after.ID, accountHeld(after.CampaignID), accountFree, grown)
	t.Book.put(after)
	t.kept.replace(before, after)
	t.Facts = append(t.Facts, after.fact(t.rules.Purse, t.now))
	t.shift(after.Day, after.Remaining().Sub(held), charge)
}

// post writes one posting; a negative amount goes the other way, none is none.
func (t *turn) post(kind, reservation, debit, credit string, amount money.Amount) {
	if amount.IsZero() {
		return
	}
	if amount.Negative() {
		debit, credit, amount = credit, debit, amount.Neg()
	}
	t.Book.Number++
	t.Facts = append(t.Facts, facts.Posting{
		ID:    id.Derive("pst", t.rules.Purse, strconv.FormatInt(t.Book.Number, 10)),
		Purse: t.rules.Purse, ReservationID: reservation, Kind: kind, Debit: debit, Credit: credit, Amount: amount, At: t.now,
	})
}

func (r Reservation) fact(purse string, now time.Time) facts.Reservation {
	return facts.Reservation{
		ID: r.ID, Purse: purse, CampaignID: r.CampaignID, Platform: string(r.Platform), Day: string(r.Day), Week: string(r.Week),
		Nominal: r.Nominal, WorstCase: r.WorstCase, Charged: r.Charged, State: string(r.State), At: now,
	}
}
