package treasury

import (
	"fmt"
	"strconv"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/facts"
	"github.com/agente-ceo/agente-ceo/domain/id"
	"github.com/agente-ceo/agente-ceo/domain/money"
)

// The most changes of a ceiling in one account day, well below what platforms allow (Meta: 10). Those beyond RaisesADay are kept for
// setting back what somebody else raised.
const (
	RaisesADay  = 4
	changesADay = 8
)

// CeilingChange is a limit to be set on a platform.
type CeilingChange struct {
	ID       string // of the effect
	Platform ads.Platform
	Limit    money.Amount
	Before   money.Amount // the limit until then; zero: none
	Planned  money.Amount // what the platform's campaigns plan for the day
}

// Drift is a ceiling that somebody else changed.
type Drift struct {
	Platform   ads.Platform
	Seen, Ours money.Amount // zero: none
	Lowered    bool
}

// Adjust decides which ceilings to set now: to what the platform had counted before the day, and what its campaigns plan for it. That
// much is reserved already; what it is raised to is reckoned with from this moment on, as nobody knows when it will be in force.
// A limit that somebody lowered is kept for the day, one that somebody raised is set back.
func (b Book) Adjust(r Rules, now time.Time) Outcome {
	t := b.turn(r, now)
	for i := range t.Book.Ceilings {
		c := t.Book.Ceilings[i].clone()
		planned := t.load(c.Platform, t.today, "").planned
		target, want := t.target(c, planned)
		if !want || !r.Ceilings[c.Platform] {
			continue
		}
		c.Number++
		c.Asked, c.Changes = target, c.Changes+1
		c.Change = id.Derive(id.Effect, r.Purse, string(c.Platform), "ceiling", strconv.FormatInt(c.Number, 10))
		if c.Limit.Positive() && c.Limit.Less(target) {
			if c.Raised = false; !t.bears(c) {
				continue
			}
		}
		t.Book.Ceilings[i] = c
		t.Changes = append(t.Changes, CeilingChange{ID: c.Change, Platform: c.Platform, Limit: target, Before: c.Limit, Planned: planned})
	}
	return t.done()
}

// target is the limit that the platform should have, and whether it is worth a change.
func (t *turn) target(c Ceiling, planned money.Amount) (money.Amount, bool) {
	limit := t.rules.whole(money.Max(t.rules.zero(), c.on(t.today).Begun.Add(planned)))
	// A platform may refuse a limit below what it has counted; at what it has counted everything stops too.
	back := money.Max(limit, t.rules.whole(c.Spent.Add(t.rules.unit()).Sub(money.Minor(1, t.rules.Currency()))))
	step := t.rules.Caps.Day.MulRatio(1, 50, money.Up)
	switch {
	case c.Change != "" || !c.Asked.IsZero() || c.Changes >= changesADay:
		return limit, false
	case c.Raised && (back.Less(c.Limit) || !c.Limit.Positive()):
		return back, true
	case t.Book.Frozen || t.rules.Doubt.Text != "" || c.Kept == t.today || c.Changes >= RaisesADay || !c.Spent.Less(limit):
		return limit, false
	case !c.Limit.Positive():
		return limit, true
	}
	return limit, !limit.Sub(c.Limit).Less(step)
}

// bears reports whether the caps hold what could be charged once the change is under way: also tomorrow, where that is reserved already.
func (t *turn) bears(c Ceiling) bool {
	trial := t.Book.clone().turn(t.rules, t.now)
	trial.Book.putCeiling(c)
	return len(trial.done().Breaches) == 0
}

// CeilingSet takes in what became of a change: done with what the platform says now, refused, or given up without being known. An answer
// to another change than the one under way is an old message.
func (b Book) CeilingSet(r Rules, now time.Time, change, outcome string, have ads.Ceiling) Outcome {
	t := b.turn(r, now)
	for i := range t.Book.Ceilings {
		c := &t.Book.Ceilings[i]
		if c.Change != change || change == "" {
			continue
		}
		c.Change, c.ChangedAt = "", now
		switch outcome {
		case "done":
			c.Limit, c.Asked, c.Raised = have.Limit, r.zero(), false
			t.count(c, have.Spent)
		case "refused":
			c.Asked = r.zero()
		}
	}
	t.findings()
	return t.done()
}

// saw takes in the ceiling that was read with an observation.
func (t *turn) saw(o Observation) {
	if !t.rules.Ceilings[o.Platform] {
		return
	}
	seen := ads.Ceiling{Limit: t.rules.zero().Add(o.Ceiling.Limit), Spent: t.rules.zero().Add(o.Ceiling.Spent)}
	c, known := t.Book.Ceiling(o.Platform)
	if !known {
		c = Ceiling{Platform: o.Platform, Limit: seen.Limit, Spent: t.rules.zero(), Asked: t.rules.zero()}
		c.put(c.on(t.today)) // what was counted before this day is not known: nothing, at least
	}
	c = c.clone()
	if o.At.Before(c.SeenAt) {
		return
	}
	t.count(&c, seen.Spent)
	expected := seen.Limit == c.Limit || c.Change != "" && seen.Limit == c.Asked
	switch {
	case !o.At.After(c.ChangedAt): // it may have been read before the change
	case c.Change == "" && (seen.Limit == c.Limit || seen.Limit == c.Asked):
		c.Limit, c.Asked = seen.Limit, t.rules.zero()
	case !expected:
		t.drift(&c, seen.Limit, o.At)
	}
	c.SeenAt = o.At
	t.Book.putCeiling(c)
}

// drift notes that somebody else changed the limit.
func (t *turn) drift(c *Ceiling, seen money.Amount, at time.Time) {
	d := Drift{Platform: c.Platform, Seen: seen, Ours: c.Limit, Lowered: seen.Positive() && (!c.Limit.Positive() || seen.Less(c.Limit))}
	alert := facts.Alert{
		ID: id.Derive(id.Alert, "ceiling_changed", t.rules.Purse, string(c.Platform), string(t.today)), Kind: "ceiling_changed", Severity: "critical",
		Subject: string(c.Platform), Title: "Somebody raised the ad account's spending limit",
		Detail: fmt.Sprintf("It is %s now, %s was set. It is set back; until then more may be charged.", limitText(seen), limitText(d.Ours)), At: t.now,
	}
	c.Raised = !d.Lowered
	if d.Lowered {
		c.Kept = t.today
		alert.Severity, alert.Title = "warning", "Somebody lowered the ad account's spending limit"
		alert.Detail = fmt.Sprintf("It is %s now, %s was set. It is kept until the account's next day.", limitText(seen), limitText(d.Ours))
	}
	c.Limit, c.ChangedAt = seen, at
	t.Drifts = append(t.Drifts, d)
	t.Facts = append(t.Facts, alert)
}

func limitText(a money.Amount) string {
	if !a.Positive() {
		return "none"
	}
	return a.String()
}

// count takes in how much the platform has counted. Less than before means that charges were taken back, or, where most of it is gone,
// that it began to count anew: then the whole limit can be charged once more, and what had been counted since it was last read too.
func (t *turn) count(c *Ceiling, spent money.Amount) {
	lost := c.Spent.Sub(spent)
	c.Spent = spent
	if !lost.Positive() {
		return
	}
	if most, _ := c.most(); spent.Less(lost) {
		lost = money.Max(lost, most.Sub(spent))
	}
	for i := range c.Days {
		d := &c.Days[i]
		d.Begun = d.Begun.Sub(lost)
		if d.Day < t.today { // what could be charged on a day that is over does not change
			d.Most = d.Most.Sub(lost)
		}
	}
}

// lean sets a day's relief. Where more can be charged again than the caps leave room for, what does not fit is a breach.
func (t *turn) lean(p ads.Platform, d *CeilingDay, relief money.Amount) {
	if lost := d.Relief.Sub(relief); lost.Positive() {
		if free := t.Book.Free(t.rules, d.Day); free.Less(lost) {
			relief = d.Relief.Sub(free)
			t.breachOfCeiling(p, *d, lost.Sub(free))
		}
	}
	grown := relief.Sub(d.Relief)
	if grown.IsZero() {
		return
	}
	t.post("relief", id.Derive(id.Reservation, t.rules.Purse, "ceiling", string(p), string(d.Day)), accountFree, accountRelieved(string(p), d.Day), grown)
	t.shift(d.Day, grown.Neg(), t.rules.zero())
	d.Relief = relief
}

func (t *turn) breachOfCeiling(p ads.Platform, d CeilingDay, over money.Amount) {
	if t.Book.BreachedDay == t.today {
		return
	}
	t.Breaches = append(t.Breaches, Breach{
		Code: "ceiling_lost", Subject: string(p), Held: t.Book.Day(d.Day).Held().Add(over), Limit: t.rules.Caps.Day,
		Text: fmt.Sprintf("The spending limit of %s does not hold any more as it was reckoned with: on %s up to %s more can be charged than the caps allow.", p, d.Day, over),
	})
}
