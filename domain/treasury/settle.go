package treasury

import (
	"fmt"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/facts"
	"github.com/agente-ceo/agente-ceo/domain/id"
	"github.com/agente-ceo/agente-ceo/domain/money"
)

// Observation is what a platform says that it charged, by campaign and account day, at a moment.
type Observation struct {
	At       time.Time
	Platform ads.Platform
	Spend    []Spend
	Ceiling  ads.Ceiling // the platform's own limit
	Ceiled   bool        // Ceiling was read
}

// Spend is what one campaign was charged on one account day. Foreign campaigns of the same ad account count against the caps too.
type Spend struct {
	CampaignID string
	Day        Day
	Amount     money.Amount
	Foreign    bool // not a campaign of ours
}

// Release notes that a campaign has stopped delivering at a moment: days that had not begun are free at once, the day it was stopped
// on falls to what it was charged once the final figure is known. A stop from before the reservation was last granted is an old
// message and changes nothing.
func (b Book) Release(r Rules, now time.Time, campaign string, stoppedAt time.Time) Outcome {
	t := b.turn(r, now)
	t.unwish(func(w Wish) bool { return w.CampaignID == campaign })
	for _, x := range b.Reservations {
		if x.CampaignID != campaign || !x.Live() || stoppedAt.Before(x.GrantedAt) {
			continue
		}
		after := x
		after.StoppedAt = stoppedAt
		if stoppedAt.Before(r.Calendar.Start(x.Day)) && x.Charged.IsZero() {
			after.State, after.Planned = Released, r.zero()
		}
		t.move("release", x, after)
	}
	return t.done()
}

// late reports whether a platform reports nothing at all where it had reported charges before: the report is not ready, and says nothing.
func (b Book) late(o Observation) bool {
	known := false
	for _, s := range o.Spend {
		if s.Amount.Positive() {
			return false
		}
		x, _ := b.Of(s.CampaignID, s.Day)
		known = known || x.Charged.Positive()
	}
	return known
}

// Settle takes in what a platform charged. A reservation is posted for good when its day is over, and released when its campaign has
// stopped, by the settlement lag before the observation was made; later revisions still adjust what was charged. A report that is not ready changes nothing. Charges without a
// reservation are entered as such, and found as breaches.
func (b Book) Settle(r Rules, now time.Time, o Observation) Outcome {
	t := b.turn(r, now)
	if o.Ceiled {
		t.saw(o)
	}
	if b.late(o) {
		o.Spend = nil
	}
	for _, s := range o.Spend {
		before, known := t.Book.Of(s.CampaignID, s.Day)
		if !known {
			// What is older than the book remembers was settled long ago: entering it again would count it twice.
			if s.Amount.IsZero() || s.Day < t.today.AddDays(-Keep) {
				continue
			}
			before = t.unreserved(o, s)
		}
		t.observe(before, o.At, r.zero().Add(s.Amount)) // nothing at all has no currency yet
	}
	t.findings()
	return t.done()
}

func (t *turn) observe(before Reservation, at time.Time, amount money.Amount) {
	if at.Before(before.SeenAt) {
		return
	}
	after := before
	after.SeenAt = at
	after.State = t.settledState(before, at)
	after.Charged = amount
	if before.State == Outstanding && after.State != Outstanding {
		after.Planned = money.Min(before.Planned, amount)
	}
	if after.State == Outstanding {
		// A figure may fall while the day runs, but what was freed by that could be charged again: it is not given back yet.
		after.Charged = money.Max(amount, before.Charged)
	}
	after = t.widened(after, before)
	if after.State == before.State && after.Charged.Cmp(before.Charged) == 0 && after.WorstCase.Cmp(before.WorstCase) == 0 {
		t.Book.put(after)
		return
	}
	kind := "release"
	if before.WorstCase.Less(after.WorstCase) {
		kind = "top_up"
	}
	t.move(kind, before, after)
	if before.State == Outstanding && after.State != Outstanding || before.State != Outstanding && after.Charged.Cmp(before.Charged) != 0 {
		t.Settled = append(t.Settled, after)
	}
}

func (t *turn) settledState(x Reservation, at time.Time) State {
	switch {
	case x.State != Outstanding:
		return x.State
	case t.rules.Doubt.Text != "":
		return Outstanding // a figure that is not late enough yet would free what can still be charged
	case !at.Before(t.rules.Calendar.End(x.Day).Add(t.rules.SettleLag)):
		return Posted
	case !x.StoppedAt.IsZero() && !at.Before(x.StoppedAt.Add(t.rules.SettleLag)):
		return Released
	}
	return Outstanding
}

func (t *turn) unreserved(o Observation, s Spend) Reservation {
	if s.Foreign {
		t.Facts = append(t.Facts, facts.Alert{
			ID: id.Derive(id.Alert, "foreign_spend", t.rules.Purse, s.CampaignID), Kind: "cap_breach", Severity: "warning", Subject: s.CampaignID,
			Title:  "The ad account is charged for a campaign that is not ours",
			Detail: fmt.Sprintf("%s on %s by %s; it counts against the caps.", s.Amount, s.Day, s.CampaignID), At: t.now,
		})
	}
	return Reservation{
		ID: reservationID(t.rules.Purse, s.CampaignID, s.Day), CampaignID: s.CampaignID, Platform: o.Platform,
		Day: s.Day, Week: t.rules.Calendar.Week(s.Day), State: Posted, Breached: s.Foreign,
		Nominal: t.rules.zero(), Planned: t.rules.zero(), WorstCase: t.rules.zero(), Charged: t.rules.zero(),
	}
}

// Expire frees what was held for campaigns that never reached their platform, once their day is over or they gave up, by the settlement
// lag: nothing can have been charged to what does not exist there.
func (b Book) Expire(r Rules, now time.Time, unpublished map[string]bool) Outcome {
	t := b.turn(r, now)
	for _, x := range b.Reservations {
		if t.settledState(x, now) == Outstanding || x.State != Outstanding || !unpublished[x.CampaignID] || !x.Charged.IsZero() {
			continue
		}
		after := x
		after.State, after.Planned = Expired, r.zero()
		t.move("expire", x, after)
		t.Settled = append(t.Settled, after)
	}
	return t.done()
}

// Since is the first day that figures are wanted for: back days ago, or the oldest day that is not settled.
func (b Book) Since(today Day, back int) Day {
	since := today.AddDays(-back)
	for _, x := range b.Reservations {
		if x.State == Outstanding && x.Day < since {
			return x.Day
		}
	}
	return since
}

// Campaigns lists the campaigns of a platform with a reservation from since on, each once, in the order of the book.
func (b Book) Campaigns(p ads.Platform, since Day) []string {
	var out []string
	seen := map[string]bool{}
	for _, x := range b.Reservations {
		if x.Platform == p && x.Day >= since && !seen[x.CampaignID] && x.Nominal.Positive() {
			seen[x.CampaignID] = true
			out = append(out, x.CampaignID)
		}
	}
	return out
}
