package clock_test

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/agente-ceo/agente-ceo/runtime/clock"
)

// jumps are how far clocks go wrong, the changes to and from summer time, which change no instant, among them as hours.
var jumps = []time.Duration{11 * time.Minute, time.Hour, 4 * time.Hour, 25 * time.Hour, 8 * 24 * time.Hour}

func TestWitnesses_Judge(t *testing.T) {
	t.Parallel()
	truth := time.Date(2026, 11, 25, 15, 0, 0, 0, time.UTC)
	setup := func() *clock.Witnesses { return clock.NewWitnesses(10*time.Minute, 15*time.Minute) }
	hear := func(w *clock.Witnesses, name string, theirs, ours time.Time) { w.Hear(name, theirs, ours, ours) }

	t.Run("IsConfirmedByOne", func(t *testing.T) {
		w := setup()
		hear(w, "meta", truth.Add(time.Minute), truth)
		hear(w, "tiktok", truth.Add(24*time.Hour), truth)
		if v := w.Judge(truth.Add(14 * time.Minute)); v != (clock.Verdict{}) {
			t.Errorf("judged %+v", v)
		}
	})
	t.Run("AnAnswerThatTookLongIsNoContradiction", func(t *testing.T) {
		w := setup()
		w.Hear("meta", truth.Add(time.Hour), truth, truth.Add(2*time.Hour))
		if v := w.Judge(truth.Add(2 * time.Hour)); v.Doubt != "" {
			t.Errorf("judged %+v", v)
		}
	})
	t.Run("NobodySaidAnything", func(t *testing.T) {
		if v := setup().Judge(truth); v.Doubt == "" || v.Wrong {
			t.Errorf("judged %+v", v)
		}
		var none *clock.Witnesses
		none.Hear("meta", truth, truth.Add(time.Hour), truth)
		if v := none.Judge(truth); v.Doubt != "" {
			t.Errorf("without witnesses: %+v", v)
		}
	})
	t.Run("IsDoubtedAfterAJumpAndWrongOnceContradicted", func(t *testing.T) {
		for _, jump := range jumps {
			for _, by := range []time.Duration{jump, -jump} {
				w := setup()
				hear(w, "meta", truth, truth)
				ours := truth.Add(by)
				if v := w.Judge(ours); jump > 15*time.Minute && v.Doubt == "" {
					t.Errorf("a jump of %s is believed before anybody was asked", by)
				}
				hear(w, "meta", truth, ours)
				if v := w.Judge(ours); !v.Wrong || !strings.Contains(v.Doubt, "meta shows 2026-11-25 15:00:00") {
					t.Errorf("a jump of %s: %+v", by, v)
				}
				hear(w, "postgres", ours, ours)
				if v := w.Judge(ours); v.Wrong {
					t.Errorf("a jump of %s that another clock shows too: %+v", by, v)
				}
			}
		}
	})
}

// Whatever was heard in whatever order: a clock is believed only if one that was heard a moment ago agrees with it.
func TestWitnesses_AnyHistory(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		w := clock.NewWitnesses(10*time.Minute, 15*time.Minute)
		truth := time.Date(2026, 11, 25, 15, 0, 0, 0, time.UTC)
		var wrong time.Duration // of our clock
		type said struct {
			at  time.Time
			off time.Duration
		}
		last := map[string]said{}
		for range rapid.IntRange(1, 60).Draw(rt, "steps") {
			truth = truth.Add(time.Duration(rapid.IntRange(0, 20).Draw(rt, "minutes")) * time.Minute)
			if rapid.IntRange(0, 5).Draw(rt, "jumps") == 0 {
				wrong = rapid.SampledFrom(append([]time.Duration{0}, jumps...)).Draw(rt, "jump")
				if rapid.Bool().Draw(rt, "back") {
					wrong = -wrong
				}
			}
			ours := truth.Add(wrong)
			if rapid.Bool().Draw(rt, "hears") {
				name := rapid.SampledFrom([]string{"meta", "tiktok"}).Draw(rt, "who")
				w.Hear(name, truth, ours, ours)
				last[name] = said{ours, wrong}
			}
			agrees := false
			for _, x := range last {
				agrees = agrees || x.off.Abs() <= 10*time.Minute && ours.Sub(x.at).Abs() <= 15*time.Minute
			}
			if v := w.Judge(ours); (v.Doubt == "") != agrees || v.Wrong && v.Doubt == "" {
				rt.Fatalf("off by %s after %v: %+v", wrong, last, v)
			}
		}
	})
}
