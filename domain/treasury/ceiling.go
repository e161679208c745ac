package treasury

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/money"
)

// Ceiling is a platform's own limit on all that it charges the account. What it counts only grows, so that on a day the platform cannot
// charge more than the limit in force less what it had counted before the day, whatever budgets say and whether we live or not.
type Ceiling struct {
	Platform  ads.Platform
	Limit     money.Amount // in force as last confirmed or seen; zero: none is
	Spent     money.Amount // what the platform has counted, at least
	SeenAt    time.Time    // when both were last read
	Asked     money.Amount // another limit that may be in force: the outcome of a change is not known; zero: there is none
	Change    string       // id of the effect under way; empty: none
	ChangedAt time.Time    // when the outcome of the last change became known, or somebody else's was seen
	Changes   int          // asked for on the latest day
	Kept      Day          // a day on which somebody lowered it: until it is over it is not raised
	Raised    bool         // somebody raised it: it is to be set back
	Number    int64        // of the last change that was asked for
	Days      []CeilingDay // oldest first
}

// CeilingDay is what the ceiling says of one account day.
type CeilingDay struct {
	Day    Day
	Begun  money.Amount // what the platform had counted before the day, at least; negative after it began to count anew
	Most   money.Amount // the highest limit that may be in force on the day from now on
	Open   bool         // there may be none
	Relief money.Amount // of what campaigns hold for the day, that which the ceiling makes impossible
}

// bound is the most that the platform can charge on the day.
func (d CeilingDay) bound() money.Amount { return d.Most.Sub(d.Begun) }

// most is the highest limit that may be in force now, and whether there may be none.
func (c Ceiling) most() (limit money.Amount, open bool) {
	return money.Max(c.Limit, c.Asked), !c.Limit.Positive()
}

func (c Ceiling) clone() Ceiling {
	c.Days = slices.Clone(c.Days)
	return c
}

func (c Ceiling) find(day Day) (int, bool) {
	return slices.BinarySearchFunc(c.Days, day, func(d CeilingDay, key Day) int { return strings.Compare(string(d.Day), string(key)) })
}

// on is what is known of a day; of one without an entry what holds now.
func (c Ceiling) on(day Day) CeilingDay {
	if i, ok := c.find(day); ok {
		return c.Days[i]
	}
	most, open := c.most()
	return CeilingDay{Day: day, Begun: c.Spent, Most: most, Open: open, Relief: money.Zero(c.Spent.Currency())}
}

func (c *Ceiling) put(d CeilingDay) {
	i, ok := c.find(d.Day)
	if ok {
		c.Days[i] = d
		return
	}
	c.Days = slices.Insert(c.Days, i, d)
}

// Ceiling returns what is known of a platform's ceiling; false where there is none, or none is used.
func (b Book) Ceiling(p ads.Platform) (Ceiling, bool) {
	i, ok := b.ceilingAt(p)
	if !ok {
		return Ceiling{Platform: p}, false
	}
	return b.Ceilings[i], true
}

func (b Book) ceilingAt(p ads.Platform) (int, bool) {
	return slices.BinarySearchFunc(b.Ceilings, p, func(c Ceiling, key ads.Platform) int { return cmp.Compare(c.Platform, key) })
}

func (b *Book) putCeiling(c Ceiling) {
	i, ok := b.ceilingAt(c.Platform)
	if ok {
		b.Ceilings[i] = c
		return
	}
	b.Ceilings = slices.Insert(b.Ceilings, i, c)
}

// relief is what ceilings make impossible of what is held for the days that in says.
func (b Book) relief(in func(Day) bool) money.Amount {
	var sum money.Amount
	for _, c := range b.Ceilings {
		for _, d := range c.Days {
			if in(d.Day) {
				sum = sum.Add(d.Relief)
			}
		}
	}
	return sum
}

// ceiled is a platform's ceiling on a day; false when what campaigns hold has to be reckoned by the platform's factor alone.
func (t *turn) ceiled(p ads.Platform, day Day) (CeilingDay, bool) {
	c, ok := t.Book.Ceiling(p)
	if !ok || !t.rules.Ceilings[p] {
		return CeilingDay{}, false
	}
	d := c.on(day)
	return d, !d.Open
}

// chargeable is the most that a platform can still charge on a day on which campaigns plan to spend that much in all. The plan counts
// where the ceiling may still be raised to it: on the latest day and after it.
func (t *turn) chargeable(d CeilingDay, l load) money.Amount {
	most := d.bound()
	if d.Day >= t.today {
		most = money.Max(most, l.planned)
	}
	return money.Max(t.rules.zero(), money.Min(l.remaining, most.Sub(l.charged)))
}

// under is the highest daily budget that fits for one more campaign of a platform with a ceiling, when what is held for the platform may
// grow by free. It replaces what the campaign holds already.
func (t *turn) under(d CeilingDay, ask Ask, free money.Amount) money.Amount {
	all, others := t.load(ask.Platform, d.Day, ""), t.load(ask.Platform, d.Day, ask.CampaignID)
	limit := t.chargeable(d, all).Add(free).Add(others.charged)
	if limit.Less(d.bound()) {
		return t.rules.zero()
	}
	return t.rules.whole(money.Max(t.rules.zero(), limit.Sub(others.planned)))
}

// begin brings the ceilings to the latest day before anything else happens in a turn: what was counted until now was counted before
// every day that has not begun.
func (t *turn) begin(before Day) {
	t.Book.Ceilings = slices.Clone(t.Book.Ceilings)
	for i := range t.Book.Ceilings {
		c := t.Book.Ceilings[i].clone()
		if before != "" && before < t.today {
			c.Changes = 0
			first := t.today.AddDays(-Keep)
			for day := max(first, before.AddDays(1)); day <= t.today; day = day.AddDays(1) {
				c.put(c.on(day))
			}
		}
		if _, ok := c.find(t.today); !ok {
			c.put(c.on(t.today))
		}
		t.Book.Ceilings[i] = c
	}
}

// relieve ends a turn: it says of each day how much of what is held the ceiling makes impossible, and writes down what changes in that.
// Where the caps leave no room for what can be charged once a ceiling is lost, that is a breach: the books cannot hold it.
func (t *turn) relieve() {
	for _, falls := range []bool{false, true} { // what becomes free first, so that it makes room for the rest
		for i := range t.Book.Ceilings {
			c := &t.Book.Ceilings[i]
			for _, day := range t.daysOf(*c) {
				d := c.on(day)
				t.learn(*c, &d)
				if relief := t.relieved(*c, d); relief.Less(d.Relief) == falls {
					t.lean(c.Platform, &d, relief)
				}
				c.put(d)
			}
		}
	}
	t.Book.Ceilings = slices.DeleteFunc(t.Book.Ceilings, func(c Ceiling) bool {
		return !t.rules.Ceilings[c.Platform] && !slices.ContainsFunc(c.Days, func(d CeilingDay) bool { return d.Relief.Positive() })
	})
}

// relieved is what of a day's holdings cannot be charged.
func (t *turn) relieved(c Ceiling, d CeilingDay) money.Amount {
	if !t.rules.Ceilings[c.Platform] || d.Open {
		return t.rules.zero()
	}
	l := t.load(c.Platform, d.Day, "")
	return l.remaining.Sub(t.chargeable(d, l))
}

// daysOf lists the days of which the ceiling has something to say: those it knows, and those with reservations from today on.
func (t *turn) daysOf(c Ceiling) []Day {
	var days []Day
	for _, d := range c.Days {
		days = append(days, d.Day)
	}
	for _, x := range t.Book.Reservations {
		if x.Platform == c.Platform && x.Day > t.today && x.State == Outstanding {
			days = append(days, x.Day)
		}
	}
	slices.Sort(days)
	return slices.Compact(days)
}

// learn brings an entry up to what is known by now: which limits may be in force from now on, and what was counted before the day. Once
// the day before is settled, that is what was counted before it and its charges.
func (t *turn) learn(c Ceiling, d *CeilingDay) {
	most, open := c.most()
	switch {
	case d.Day > t.today:
		d.Begun, d.Most, d.Open = c.Spent, most, open
	case d.Day == t.today:
		d.Most, d.Open = money.Max(d.Most, most), d.Open || open
		if t.firm(c) {
			d.Most, d.Open = c.Limit, false
		}
		eve := d.Day.AddDays(-1)
		if i, known := c.find(eve); known && t.settled(c.Platform, eve) {
			d.Begun = money.Max(d.Begun, c.Days[i].Begun.Add(t.load(c.Platform, eve, "").charged))
		}
	}
}

// firm reports whether nothing but the known limit can be in force, and nothing was counted beyond it before it was: the figure that
// says so is read once the settlement lag has passed.
func (t *turn) firm(c Ceiling) bool {
	return t.rules.Doubt.Text == "" && c.Limit.Positive() && c.Asked.IsZero() && !c.Raised && !c.Limit.Less(c.Spent) && !c.SeenAt.Before(c.ChangedAt.Add(t.rules.SettleLag))
}

// settled reports whether every figure of a platform's day is final.
func (t *turn) settled(p ads.Platform, day Day) bool {
	return !slices.ContainsFunc(t.Book.Reservations, func(x Reservation) bool {
		return x.Platform == p && x.Day == day && x.State == Outstanding
	})
}
