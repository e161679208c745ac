package treasury

import (
	"time"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/money"
)

// Caps are the most that the platforms may charge the account in one day and in one week, in one currency.
type Caps struct {
	Day  money.Amount
	Week money.Amount
}

// Ratio is an exact factor, such as 7/4. Den is positive.
type Ratio struct{ Num, Den int64 }

// Doubt is what speaks against the clock that now comes from. The zero value is none.
type Doubt struct {
	Text  string // for people; empty: somebody else's clock confirms it
	Wrong bool   // another clock contradicts it, and none confirms it
}

// Rules are what a purse is run by.
type Rules struct {
	// Purse names the ledger, "main".
	Purse string
	// Calendar cuts the account's days and weeks.
	Calendar Calendar
	// Caps bound a day and a week.
	Caps Caps
	// Overdelivery is the most that a platform charges on one day for a daily budget of 1. A platform without an entry gets nothing.
	Overdelivery map[ads.Platform]Ratio
	// Ceilings are the platforms whose own limit on the account is used, where they have one. Nil uses none.
	Ceilings map[ads.Platform]bool
	// Doubt of the clock opens no day and makes no figure final; of one that is wrong nothing is granted at all.
	Doubt Doubt
	// SettleLag is how long after delivery ended a platform's figure is final.
	SettleLag time.Duration
	// LaunchPercent of the day's cap is kept for campaigns on their first day, so that what earns well today does not keep out what may
	// earn better. 0 keeps nothing.
	LaunchPercent int64
	// AlertPercent of a cap charged raises an alert, once a window.
	AlertPercent int64
}

// DefaultOverdelivery is what the platforms document: Meta up to 75 % over, TikTok 25 %, Google twice the daily budget.
func DefaultOverdelivery() map[ads.Platform]Ratio {
	return map[ads.Platform]Ratio{ads.Meta: {7, 4}, ads.TikTok: {5, 4}, ads.Google: {2, 1}}
}

// DefaultRules are the mission's: $300 a day and $1,500 a week, alerts at 80 %, figures final after 3 hours.
func DefaultRules(c Calendar) Rules {
	return Rules{
		Purse:        "main",
		Calendar:     c,
		Caps:         Caps{Day: money.Minor(300_00, money.USD), Week: money.Minor(1500_00, money.USD)},
		Overdelivery: DefaultOverdelivery(),
		SettleLag:    3 * time.Hour,
		AlertPercent: 80,
	}
}

// Currency is the currency of the caps, which everything else is in.
func (r Rules) Currency() money.Currency { return r.Caps.Day.Currency() }

// WorstCase is the most that a platform may charge on one day for a daily budget, rounded up to the minor unit.
func (r Rules) WorstCase(p ads.Platform, daily money.Amount) money.Amount {
	f := r.Overdelivery[p]
	return daily.MulRatio(f.Num, f.Den, money.Up)
}

// Affordable is the highest daily budget, in whole units of the currency, whose worst case fits into room. It is never negative.
func (r Rules) Affordable(p ads.Platform, room money.Amount) money.Amount {
	if !room.Positive() {
		return money.Zero(r.Currency())
	}
	f := r.Overdelivery[p]
	return r.whole(room.MulRatio(f.Den, f.Num, money.Down))
}

// unit is one whole unit of the currency.
func (r Rules) unit() money.Amount {
	unit := int64(1)
	for range r.Currency().Exponent() {
		unit *= 10
	}
	return money.Minor(unit, r.Currency())
}

// whole rounds an amount that is not negative down to whole units of the currency.
func (r Rules) whole(a money.Amount) money.Amount {
	return a.Sub(money.Minor(a.Minor()%r.unit().Minor(), a.Currency()))
}

func (r Rules) knows(p ads.Platform) bool {
	f, ok := r.Overdelivery[p]
	return ok && f.Num > 0 && f.Den > 0
}

func (r Rules) zero() money.Amount { return money.Zero(r.Currency()) }

// reviews are when ceilings are looked at, after the account day began: when tomorrow's budgets have become today's, when yesterday's
// figures are final, at noon and in the afternoon. Each may be one change.
func (r Rules) reviews() [RaisesADay]time.Duration {
	return [RaisesADay]time.Duration{15 * time.Minute, r.SettleLag + 30*time.Minute, 12 * time.Hour, 17 * time.Hour}
}

// NextReview is when the ceilings are to be looked at next.
func (r Rules) NextReview(now time.Time) time.Time {
	day := r.Calendar.Day(now)
	for _, after := range r.reviews() {
		if at := r.Calendar.Start(day).Add(after); at.After(now) {
			return at
		}
	}
	return r.Calendar.End(day).Add(r.reviews()[0])
}
