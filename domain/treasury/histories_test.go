package treasury_test

import (
	"maps"
	"math/rand/v2"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/domain/treasury"
)

func realRules(zone int) (treasury.Rules, time.Time) {
	// Days around which the clocks of each zone change, so that histories run through days of 23 and 25 hours.
	starts := []struct{ zone, start string }{
		{"America/Sao_Paulo", "2018-11-01T15:00:00Z"}, {"America/Sao_Paulo", "2019-02-14T15:00:00Z"},
		{"America/New_York", "2026-10-30T15:00:00Z"}, {"Pacific/Auckland", "2026-09-25T15:00:00Z"},
	}
	s := starts[zone%len(starts)]
	calendar, err := treasury.NewCalendar(s.zone, time.Sunday)
	if err != nil {
		panic(err)
	}
	start, err := time.Parse(time.RFC3339, s.start)
	if err != nil {
		panic(err)
	}
	return treasury.DefaultRules(calendar), start
}

func TestBook_History(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		dice := func(label string, n int) int { return rapid.IntRange(0, n-1).Draw(t, label) }
		real, start := realRules(dice("zone", 4))
		h := newHistory(honest(real), real, start)
		h.strict = true
		if err := h.run(60, dice); err != nil {
			t.Fatal(err)
		}
		if h.breaches > 0 {
			t.Fatalf("found %d breaches where the platform kept its word", h.breaches)
		}
	})
}

func TestBook_HistoryLong(t *testing.T) {
	t.Parallel()
	for seed := range uint64(4) {
		if err := seeded(seed, 1500, honest); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
	}
}

func seeded(seed uint64, steps int, open func(treasury.Rules) desk) error {
	random := rand.New(rand.NewPCG(seed, 7))
	real, start := realRules(int(seed))
	return newHistory(open(real), real, start).run(steps, func(_ string, n int) int { return random.IntN(n) })
}

var wrongRules = map[string]func(r treasury.Rules) desk{
	"CountsNominalBudgets": func(r treasury.Rules) desk {
		r.Overdelivery = map[ads.Platform]treasury.Ratio{ads.Meta: {Num: 1, Den: 1}, ads.TikTok: {Num: 1, Den: 1}, ads.Google: {Num: 1, Den: 1}}
		return honest(r)
	},
	"ForgetsTheWeek": func(r treasury.Rules) desk {
		r.Caps.Week = money.Minor(9_999_00, money.USD)
		return honest(r)
	},
	"TrustsFiguresTooSoon": func(r treasury.Rules) desk {
		r.SettleLag = 0
		return honest(r)
	},
	"ReckonsInUTC": func(r treasury.Rules) desk {
		r.Calendar = treasury.Calendar{}
		return honest(r)
	},
}

var wrongDecisions = map[string]func(r treasury.Rules) desk{
	"FreesAtTheStop": func(r treasury.Rules) desk {
		d := honest(r)
		d.release = func(b treasury.Book, r treasury.Rules, now time.Time, campaign string, at time.Time) treasury.Outcome {
			r.SettleLag = 0
			o := b.Release(r, now, campaign, at)
			var rows []treasury.Spend
			for _, x := range o.Book.Reservations {
				if x.CampaignID == campaign && !x.StoppedAt.IsZero() {
					rows = append(rows, treasury.Spend{CampaignID: campaign, Day: x.Day, Amount: x.Charged})
				}
			}
			settled := o.Book.Settle(r, now, treasury.Observation{At: now, Platform: platformOf(campaign), Spend: rows})
			settled.Facts = append(o.Facts, settled.Facts...)
			return settled
		}
		return d
	},
	"GrantsRaisesUnseen": func(r treasury.Rules) desk {
		d := honest(r)
		d.reserve = func(b treasury.Book, r treasury.Rules, now time.Time, a treasury.Ask) (treasury.Outcome, treasury.Answer) {
			if held, ok := b.Of(a.CampaignID, a.Day); ok && held.Live() {
				return treasury.Outcome{Book: b}, treasury.Answer{Granted: a.Daily}
			}
			return b.Reserve(r, now, a)
		}
		return d
	},
	"ForgetsWhatWasCharged": func(r treasury.Rules) desk {
		d := honest(r)
		d.settle = func(b treasury.Book, r treasury.Rules, now time.Time, o treasury.Observation) treasury.Outcome {
			for i := range o.Spend {
				o.Spend[i].Amount = money.Zero(money.USD)
			}
			return b.Settle(r, now, o)
		}
		return d
	},
	"RoundsPartialGrantsUp": func(r treasury.Rules) desk {
		d := honest(r)
		d.reserve = func(b treasury.Book, r treasury.Rules, now time.Time, a treasury.Ask) (treasury.Outcome, treasury.Answer) {
			o, answer := b.Reserve(r, now, a)
			if answer.Partial {
				answer.Granted = money.Min(a.Daily, answer.Granted.Add(money.Minor(100, money.USD)))
			}
			return o, answer
		}
		return d
	},
}

// The histories must find every one of these mistakes, or they prove nothing.
func TestBook_HistoryFindsPlantedBugs(t *testing.T) {
	t.Parallel()
	bugs := maps.Clone(wrongRules)
	maps.Copy(bugs, wrongDecisions)
	for name, open := range bugs {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for seed := range uint64(40) {
				if err := seeded(seed, 600, open); err != nil {
					t.Logf("found with seed %d: %v", seed, err)
					return
				}
			}
			t.Fatal("no history found the bug")
		})
	}
}
