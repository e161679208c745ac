package treasury_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/facts"
	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/domain/treasury"
)

// jumps are how far clocks go wrong.
var jumps = []time.Duration{
	time.Second, -time.Second, time.Minute, -time.Minute, time.Hour, -time.Hour, 25 * time.Hour, -25 * time.Hour, 8 * 24 * time.Hour, -8 * 24 * time.Hour,
}

func TestBook_ClockJumps(t *testing.T) {
	t.Run("ADayThatHasBegunIsNotLeft", func(t *testing.T) {
		b := setup(t)
		b.ask(treasury.Ask{CampaignID: "a", Daily: usd(100)})
		midnight := b.rules.Calendar.End(today)
		b.now = midnight
		b.book = b.book.Roll(b.rules, b.now).Book
		b.now = midnight.Add(-time.Second)
		if a := b.ask(treasury.Ask{CampaignID: "b", Day: today, Daily: usd(10)}); a.Code != treasury.CodeDay {
			t.Errorf("the day before was granted again: %+v", a)
		}
		if a := b.ask(treasury.Ask{CampaignID: "b", Daily: usd(10)}); a.Refused() || a.Day != tomorrow {
			t.Errorf("what is asked for now was granted for %+v", a)
		}
	})
	t.Run("ThereAndBackFreesNothing", func(t *testing.T) {
		for _, jump := range jumps {
			b := setup2(t)
			b.ask(treasury.Ask{CampaignID: "a", Daily: usd(100)})
			before := b.book.Day(today).Held()
			for _, at := range []time.Time{b.now.Add(jump), b.now} {
				b.book = b.book.Roll(b.rules, at).Book
			}
			if after := b.book.Day(today).Held(); after.Cmp(before) != 0 {
				t.Errorf("after %s and back %s is held, before %s", jump, after, before)
			}
			granted := b.ask(treasury.Ask{CampaignID: "b", Day: today, Daily: usd(300)})
			if held := b.book.Day(today).Held(); b.rules.Caps.Day.Less(held) {
				t.Errorf("after %s and back %s is held: %+v", jump, held, granted)
			}
		}
	})
	t.Run("SomebodyIsTold", func(t *testing.T) {
		b := setup(t)
		b.book = b.book.Roll(b.rules, b.now.AddDate(0, 0, 1)).Book
		o := b.book.Roll(b.rules, b.now)
		if got := alertsOf(o); len(got) != 1 || got[0] != "clock_went_back critical" {
			t.Errorf("alerts %v", got)
		}
		if again := o.Book.Roll(b.rules, b.now); len(alertsOf(again)) != 0 {
			t.Error("told twice")
		}
	})
}

// doubted are the rules by a clock that others contradict, and by one that nobody has confirmed.
func doubted(r treasury.Rules, wrong bool) treasury.Rules {
	r.Doubt = treasury.Doubt{Text: "the clock shows another time than that of meta", Wrong: wrong}
	return r
}

func TestBook_DoubtedClock(t *testing.T) {
	midnight := time.Date(2026, 11, 26, 3, 0, 0, 0, time.UTC)
	t.Run("OpensNoDay", func(t *testing.T) {
		for _, jump := range []time.Duration{4 * time.Hour, 13 * time.Hour, 8 * 24 * time.Hour} {
			b := setup2(t)
			b.ask(treasury.Ask{CampaignID: "a", Daily: usd(100)})
			honest, ahead := b.rules, midnight.Add(jump)
			for _, wrong := range []bool{true, false} {
				b.rules, b.now = doubted(honest, wrong), ahead
				o := b.book.Roll(b.rules, b.now)
				if o.Book.Latest != today || len(o.Assumed) != 0 {
					t.Errorf("after a jump of %s the latest day is %s, assumed %+v", jump, o.Book.Latest, o.Assumed)
				}
				b.book = o.Book
				again := map[bool]time.Duration{true: 15 * time.Minute, false: 5 * time.Minute}[wrong]
				for _, day := range []treasury.Day{"", today, tomorrow, b.rules.Calendar.Day(ahead)} {
					if a := b.ask(treasury.Ask{CampaignID: "b", Day: day, Daily: usd(10)}); a.Code != treasury.CodeClock || !a.RetryAt.Equal(ahead.Add(again)) {
						t.Errorf("%s was answered %+v", day, a)
					}
				}
			}
		}
	})
	t.Run("NorTheFirst", func(t *testing.T) {
		b := setup(t)
		b.rules = doubted(b.rules, false)
		if a := b.ask(treasury.Ask{CampaignID: "a", Daily: usd(10)}); a.Code != treasury.CodeClock || b.book.Latest != "" {
			t.Errorf("granted %+v, the latest day is %q", a, b.book.Latest)
		}
	})
	t.Run("ThatNobodyConfirmedKeepsTheDayThatHasBegun", func(t *testing.T) {
		b := setup(t)
		b.ask(treasury.Ask{CampaignID: "a", Daily: usd(10)})
		b.rules = doubted(b.rules, false)
		if a := b.ask(treasury.Ask{CampaignID: "b", Daily: usd(10)}); a.Refused() {
			t.Errorf("answered %+v", a)
		}
		b.rules = doubted(b.rules, true)
		if a := b.ask(treasury.Ask{CampaignID: "c", Daily: usd(10)}); a.Code != treasury.CodeClock {
			t.Errorf("by a clock that is wrong: %+v", a)
		}
	})
	t.Run("MakesNoFigureFinal", func(t *testing.T) {
		b := setup(t)
		b.ask(treasury.Ask{CampaignID: "a", Daily: usd(40)})
		b.book = b.book.Release(b.rules, b.now, "a", b.now).Book
		honest, early := b.rules, midnight.Add(4*time.Hour)
		b.rules = doubted(honest, true)
		b.settle(early, treasury.Spend{CampaignID: "a", Day: today, Amount: usd(3)})
		b.wants(today, usd(3), usd(67))
		b.rules = honest
		b.settle(early.Add(time.Minute), treasury.Spend{CampaignID: "a", Day: today, Amount: usd(31)})
		b.wants(today, usd(31), usd(0))
	})
	t.Run("SomebodyIsToldOnceAndUntilItIsConfirmed", func(t *testing.T) {
		b := setup(t)
		b.ask(treasury.Ask{CampaignID: "a", Daily: usd(40)})
		wrong := doubted(b.rules, true)
		o := b.book.Roll(wrong, b.now)
		if got := alertsOf(o); len(got) != 1 || got[0] != "clock_doubted critical" {
			t.Errorf("alerts %v", got)
		}
		b.book = o.Book
		if again := b.book.Roll(wrong, b.now); len(alertsOf(again)) != 0 || again.Trusted {
			t.Errorf("told again: %+v", again.Facts)
		}
		over := b.book.Roll(b.rules, b.now.Add(time.Hour))
		if _, resolved := over.Facts[0].(facts.AlertResolved); !resolved || !over.Trusted {
			t.Errorf("it ended with %+v, trusted %v", over.Facts, over.Trusted)
		}
		if later := over.Book.Roll(b.rules, b.now.Add(2*time.Hour)); later.Trusted {
			t.Error("it ended twice")
		}
	})
}

func setup2(t *testing.T) *bench {
	return &bench{t: t, rules: treasury.DefaultRules(calendar(t, "America/Sao_Paulo", time.Sunday)), now: time.Date(2026, 11, 25, 15, 0, 0, 0, time.UTC)}
}

// unsteady are zones and moments around which clocks change, once by a whole day.
var unsteady = []struct{ zone, start string }{
	{"America/Sao_Paulo", "2018-11-03T12:00:00Z"}, {"America/Sao_Paulo", "2019-02-15T12:00:00Z"}, {"America/New_York", "2026-03-07T12:00:00Z"},
	{"America/New_York", "2026-10-31T12:00:00Z"}, {"Europe/Lisbon", "2026-03-28T12:00:00Z"}, {"Europe/Lisbon", "2026-10-24T12:00:00Z"},
	{"Pacific/Apia", "2011-12-29T12:00:00Z"}, {"Pacific/Kiritimati", "2026-01-01T00:00:00Z"},
}

// However the clock goes wrong and wherever the account is: money is reserved only for the latest day that has begun and the one after
// it, no window ever holds more than its cap, and the latest day never goes back.
func TestBook_NoClockOpensAWindowAgain(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		place := rapid.SampledFrom(unsteady).Draw(rt, "place")
		rules := treasury.DefaultRules(calendar(t, place.zone, time.Sunday))
		rules.Ceilings = map[ads.Platform]bool{ads.Meta: rapid.Bool().Draw(rt, "ceiling")}
		now, err := time.Parse(time.RFC3339, place.start)
		if err != nil {
			rt.Fatal(err)
		}
		h := newHistory(honest(rules), rules, now)
		ask := 0
		for range rapid.IntRange(1, 40).Draw(rt, "steps") {
			before := h.book
			var o treasury.Outcome
			rules.Doubt = rapid.SampledFrom([]treasury.Doubt{{}, {Text: "nobody confirms it"}, {Text: "meta shows another time", Wrong: true}}).Draw(rt, "doubt")
			switch rapid.IntRange(0, 4).Draw(rt, "step") {
			case 0:
				now = now.Add(rapid.SampledFrom(jumps).Draw(rt, "jump"))
				o = h.book.Roll(rules, now)
			case 1:
				now = now.Add(time.Duration(rapid.IntRange(1, 36*60).Draw(rt, "minutes")) * time.Minute)
				o = h.book.Roll(rules, now)
			case 2:
				o = h.book.Settle(rules, now, treasury.Observation{
					At: now, Platform: ads.Meta, Ceiled: true, Ceiling: ads.Ceiling{Limit: usd(100), Spent: money.Zero(money.USD)},
				})
			default:
				ask++
				campaign := rapid.SampledFrom(h.campaigns).Draw(rt, "campaign")
				day := rules.Calendar.Day(now).AddDays(rapid.IntRange(-1, 2).Draw(rt, "day"))
				o, _ = h.book.Reserve(rules, now, treasury.Ask{
					ID: campaign + string(rune('0'+ask)), CampaignID: campaign, Platform: platformOf(campaign), Day: day, Daily: usd(int64(rapid.IntRange(1, 200).Draw(rt, "daily"))),
				})
			}
			noWindowOpensAgain(rt, before, o)
			if rules.Doubt.Text != "" && o.Book.Latest != before.Latest {
				rt.Fatalf("by a clock that is doubted %s began after %s", o.Book.Latest, before.Latest)
			}
			if err := h.take(o); err != nil {
				rt.Fatal(err)
			}
		}
	})
}

func noWindowOpensAgain(t *rapid.T, before treasury.Book, o treasury.Outcome) {
	if o.Book.Latest < before.Latest {
		t.Fatalf("the latest day went back from %s to %s", before.Latest, o.Book.Latest)
	}
	for _, f := range o.Facts {
		m, ok := f.(facts.PurseMove)
		assumed := false
		for _, r := range o.Assumed {
			assumed = assumed || string(r.Day) == m.Day
		}
		if ok && m.Reserve.Positive() && treasury.Day(m.Day) < o.Book.Latest && !assumed {
			t.Fatalf("%s was reserved for %s after %s had begun", m.Reserve, m.Day, o.Book.Latest)
		}
	}
}
