package treasury_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/domain/treasury"
)

// flight is a change of the ceiling on its way to the platform.
type flight struct {
	treasury.CeilingChange
	applied bool
}

// room is what the platform's ceiling leaves of an amount that it would charge.
func (g *greedy) room(p ads.Platform, more money.Amount) money.Amount {
	if p != ads.Meta || !g.limit.Positive() {
		return more
	}
	return money.Max(money.Zero(money.USD), money.Min(more, g.limit.Sub(g.total())))
}

// total is what Meta has charged in all.
func (g *greedy) total() money.Amount {
	sum := money.Zero(money.USD)
	for _, x := range g.charges {
		if platformOf(x.campaign) == ads.Meta {
			sum = sum.Add(x.amount)
		}
	}
	return sum
}

// ceilingOf is what an observation says of the ceiling: the count lags as all figures do.
func (h *history) ceilingOf(o *treasury.Observation) {
	o.Ceiled = o.Platform == ads.Meta
	o.Ceiling = ads.Ceiling{Limit: money.Zero(money.USD).Add(h.platform.limit), Spent: money.Zero(money.USD)}
	for _, x := range h.platform.charges {
		if platformOf(x.campaign) == ads.Meta && !x.at.After(o.At.Add(-reportLag)) {
			o.Ceiling.Spent = o.Ceiling.Spent.Add(x.amount)
		}
	}
}

// adjust has the book change the ceiling; the change takes off.
func (h *history) adjust() error {
	o := h.desk.adjust(h.book, h.desk.rules, h.now)
	for _, c := range o.Changes {
		if c.Limit.Less(c.Before) {
			return fmt.Errorf("at %s: lowers the ceiling from %s to %s although nobody raised it", h.now, c.Before, c.Limit)
		}
		h.flights = append(h.flights, flight{CeilingChange: c})
	}
	return h.take(o)
}

// land moves one change on: it reaches the platform, its answer comes, it is refused, or nobody ever hears of it again.
func (h *history) land(dice func(string, int) int) error {
	if len(h.flights) == 0 {
		return nil
	}
	i := dice("flight", len(h.flights))
	f := &h.flights[i]
	how := dice("landing", 6)
	if how < 3 && !f.applied {
		f.applied = true
		h.platform.limit = f.Limit
		h.raises++
		return nil
	}
	outcome, have := "failed", ads.Ceiling{}
	switch {
	case how < 4 && f.applied:
		outcome, have = "done", ads.Ceiling{Limit: f.Limit, Spent: h.book.Ceilings[0].Spent}
	case how == 4 && !f.applied:
		outcome = "refused"
	case how == 5:
		outcome = "failed"
	default:
		return nil
	}
	change := f.ID
	h.flights = slices.Delete(h.flights, i, i+1)
	if err := h.take(h.desk.landed(h.book, h.desk.rules, h.now, change, outcome, have)); err != nil {
		return err
	}
	if again := h.book.CeilingSet(h.desk.rules, h.now, change, "refused", have); len(again.Facts) > 0 {
		return fmt.Errorf("a repeated answer to %s changed %v", change, again.Facts)
	}
	return nil
}

// chargeable is the most that Meta could charge from now on today, with every change on its way in force.
func (h *history) chargeable() money.Amount {
	limit := h.platform.limit
	for _, f := range h.flights {
		limit = money.Max(limit, f.Limit)
	}
	day, most := h.platform.rules.Calendar.Day(h.now), money.Zero(money.USD)
	for _, c := range h.campaigns {
		if platformOf(c) == ads.Meta && h.platform.live[c] {
			left := h.platform.rules.WorstCase(ads.Meta, h.platform.budget[c]).Sub(h.platform.spent[c+"/"+string(day)])
			most = most.Add(money.Max(money.Zero(money.USD), left))
		}
	}
	if h.platform.limit.Positive() {
		most = money.Min(most, money.Max(money.Zero(money.USD), limit.Sub(h.platform.total())))
	}
	return most
}

// checkCeiling is M2 for the account day: what was charged, and what may still be, whatever becomes of what is on its way.
func (h *history) checkCeiling() error {
	day := h.platform.rules.Calendar.Day(h.now)
	charged := h.platform.charged(func(d treasury.Day) bool { return d == day })
	if sum := charged.Add(h.chargeable()); h.platform.rules.Caps.Day.Less(sum) {
		return fmt.Errorf("at %s: %s charged and up to %s to come on %s", h.now, charged, h.chargeable(), day)
	}
	for key, w := range h.windows {
		if key[0] == 'd' {
			if have := h.book.Day(key[1:]); key[1:] >= day.AddDays(-5) && have.Remaining.Minor() != w[0] {
				return fmt.Errorf("at %s: the database holds %d for %s, the book %s", h.now, w[0], key[1:], have.Remaining)
			}
		}
	}
	return nil
}

func underCeiling(d desk, real treasury.Rules, start int) *history {
	_, begin := realRules(start)
	real.Ceilings = map[ads.Platform]bool{ads.Meta: true}
	d.rules.Ceilings = real.Ceilings
	h := newHistory(d, real, begin)
	h.ceiled = true
	return h
}

func TestBook_HistoryUnderACeiling(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		dice := func(label string, n int) int { return rapid.IntRange(0, n-1).Draw(t, label) }
		zone := dice("zone", 4)
		real, _ := realRules(zone)
		h := underCeiling(honest(real), real, zone)
		h.strict = true
		if err := h.run(80, dice); err != nil {
			t.Fatal(err)
		}
		if h.breaches > 0 {
			t.Fatalf("found %d breaches where the platform kept its word", h.breaches)
		}
	})
}

func TestBook_HistoryUnderACeilingLong(t *testing.T) {
	t.Parallel()
	raises, nominal := 0, 0
	for seed := range uint64(3) {
		random := rand.New(rand.NewPCG(seed, 11))
		real, _ := realRules(int(seed))
		h := underCeiling(honest(real), real, int(seed))
		if err := h.run(1000, func(_ string, n int) int { return random.IntN(n) }); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		raises, nominal = raises+h.raises, nominal+h.beyond
	}
	if raises < 20 || nominal == 0 {
		t.Errorf("the ceiling was raised %d times and let more be granted %d times: the histories show nothing", raises, nominal)
	}
}

// worstCases is what the campaigns' budgets of a day could cost without a ceiling.
func (h *history) worstCases(day treasury.Day) money.Amount {
	sum := money.Zero(money.USD)
	for _, r := range h.book.Reservations {
		if r.Day == day {
			sum = sum.Add(r.Held())
		}
	}
	return sum
}

var wrongCeilings = map[string]func(r treasury.Rules) desk{
	"RaisesBeyondWhatIsReserved": func(r treasury.Rules) desk {
		d := honest(r)
		d.adjust = func(b treasury.Book, r treasury.Rules, now time.Time) treasury.Outcome {
			o := b.Adjust(r, now)
			for i := range o.Changes {
				o.Changes[i].Limit = o.Changes[i].Limit.Add(money.Minor(50_00, money.USD))
			}
			return o
		}
		return d
	},
	"TakesAnUnknownRaiseForNone": func(r treasury.Rules) desk {
		d := honest(r)
		d.landed = func(b treasury.Book, r treasury.Rules, now time.Time, change, outcome string, have ads.Ceiling) treasury.Outcome {
			if outcome == "failed" {
				outcome = "refused"
			}
			return b.CeilingSet(r, now, change, outcome, have)
		}
		return d
	},
	"CountsTheDayFromNow": func(r treasury.Rules) desk {
		d := honest(r)
		d.settle = func(b treasury.Book, r treasury.Rules, now time.Time, o treasury.Observation) treasury.Outcome {
			out := b.Settle(r, now, o)
			for i, c := range out.Book.Ceilings {
				for j := range c.Days {
					out.Book.Ceilings[i].Days[j].Begun = c.Spent
				}
			}
			return out
		}
		return d
	},
	"ForgetsWhatTheLimitHasLeft": func(r treasury.Rules) desk {
		d := honest(r)
		d.reserve = func(b treasury.Book, r treasury.Rules, now time.Time, a treasury.Ask) (treasury.Outcome, treasury.Answer) {
			o, answer := b.Reserve(r, now, a)
			for i, c := range o.Book.Ceilings {
				for j := range c.Days {
					o.Book.Ceilings[i].Days[j].Most = c.Days[j].Begun
				}
			}
			return o, answer
		}
		return d
	},
}

func TestBook_HistoryUnderACeilingFindsPlantedBugs(t *testing.T) {
	t.Parallel()
	for name, open := range wrongCeilings {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for seed := range uint64(40) {
				random := rand.New(rand.NewPCG(seed, 13))
				real, _ := realRules(int(seed))
				h := underCeiling(open(real), real, int(seed))
				if err := h.run(600, func(_ string, n int) int { return random.IntN(n) }); err != nil {
					t.Logf("found with seed %d: %v", seed, err)
					return
				}
			}
			t.Fatal("no history found the bug")
		})
	}
}
