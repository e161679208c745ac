package treasury

import (
	"strconv"
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
}

// Breach is spending that should have been impossible.
type Breach struct {
	Code    string // cap_day | cap_week | over_reservation
	Subject string // campaign id, or the window's first day
	Text    string // for people
	Held    money.Amount
	Limit   money.Amount
}

// The accounts of the ledger. Every posting moves an amount from the credited to the debited one, so that their sum is always zero.
const accountFree = "purse:free"

func accountHeld(campaign string) string    { return "campaign:" + campaign + ":held" }
func accountCharged(platform string) string { return "platform:" + platform + ":charged" }

// turn gathers what one decision changes.
type turn struct {
	Outcome
	rules Rules
	now   time.Time
	sums  *totals // nil until they are asked for
}

func (b Book) turn(r Rules, now time.Time) *turn {
	return &turn{Outcome: Outcome{Book: b.clone()}, rules: r, now: now}
}

// move replaces a reservation and writes down what that changes: what was charged comes out of what was held for it, as far as that
// reaches, else out of free money; what is then held beyond need becomes free, what is missing is taken from free money.
func (t *turn) move(kind string, before, after Reservation) {
	charge := after.Charged.Sub(before.Charged)
	held := before.Remaining()
	charged := accountCharged(string(after.Platform))
	fromHeld := money.Max(t.rules.zero(), money.Min(charge, held))
	t.post("post", after, charged, accountHeld(after.CampaignID), fromHeld)
	t.post("post", after, charged, accountFree, charge.Sub(fromHeld))
	grown := after.Remaining().Sub(held.Sub(fromHeld))
	t.post(kind, after, accountHeld(after.CampaignID), accountFree, grown)
	t.Book.put(after)
	if t.sums != nil {
		t.sums.take(before)
		t.sums.add(after)
	}
	t.Facts = append(t.Facts, after.fact(t.rules.Purse, t.now))
	if reserve := after.Remaining().Sub(held); !reserve.IsZero() || !charge.IsZero() {
		t.Facts = append(t.Facts, facts.PurseMove{
			Purse: t.rules.Purse, Day: string(after.Day), Week: string(after.Week),
			CapDay: t.rules.Caps.Day, CapWeek: t.rules.Caps.Week, Reserve: reserve, Charge: charge,
		})
	}
}

// post writes one posting; a negative amount goes the other way, none is none.
func (t *turn) post(kind string, r Reservation, debit, credit string, amount money.Amount) {
	if amount.IsZero() {
		return
	}
	if amount.Negative() {
		debit, credit, amount = credit, debit, amount.Neg()
	}
	t.Book.Number++
	t.Facts = append(t.Facts, facts.Posting{
		ID:    id.Derive("pst", t.rules.Purse, strconv.FormatInt(t.Book.Number, 10)),
		Purse: t.rules.Purse, ReservationID: r.ID, Kind: kind, Debit: debit, Credit: credit, Amount: amount, At: t.now,
	})
}

func (r Reservation) fact(purse string, now time.Time) facts.Reservation {
	return facts.Reservation{
		ID: r.ID, Purse: purse, CampaignID: r.CampaignID, Platform: string(r.Platform), Day: string(r.Day), Week: string(r.Week),
		Nominal: r.Nominal, WorstCase: r.WorstCase, Charged: r.Charged, State: string(r.State), At: now,
	}
}
