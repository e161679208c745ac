package clock_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"github.com/agente-ceo/agente-ceo/runtime/clock"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var start = time.Date(2026, time.March, 1, 0, 0, 0, 0, time.UTC)

func hour(n int) time.Time { return start.Add(time.Duration(n) * time.Hour) }

func runUntil(t testing.TB, v *clock.Virtual, at time.Time) {
	t.Helper()
	if err := v.RunUntil(t.Context(), at); err != nil {
		t.Fatal(err)
	}
}

func TestVirtual_RunUntil(t *testing.T) {
	t.Parallel()

	t.Run("FiresByTimeThenOwnerThenOrderOfSetting", func(t *testing.T) {
		t.Parallel()
		v := clock.NewVirtual(start)
		var got []string
		note := func(s string) func() { return func() { got = append(got, s) } }
		v.At(hour(2), "a", note("2a"))
		v.At(hour(1), "b", note("1b first"))
		v.At(hour(1), "b", note("1b second"))
		v.At(hour(1), "a", note("1a"))
		v.At(hour(3), "a", note("3a"))
		runUntil(t, v, hour(2))
		if want := []string{"1a", "1b first", "1b second", "2a"}; !slices.Equal(got, want) {
			t.Errorf("fired %q, want %q", got, want)
		}
		if !v.Now().Equal(hour(2)) {
			t.Errorf("it is %s", v.Now())
		}
	})

	t.Run("SettlesBeforeTimePasses", func(t *testing.T) {
		t.Parallel()
		v := clock.NewVirtual(start)
		var got []string
		v.At(hour(1), "a", func() {
			v.Schedule(func() {
				v.Schedule(func() { got = append(got, "consequence at "+v.Now().Format("15:04")) })
			})
		})
		v.At(hour(1).Add(time.Minute), "a", func() { got = append(got, "next") })
		runUntil(t, v, hour(9))
		if want := []string{"consequence at 01:00", "next"}; !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
	})

	t.Run("APastTimerFiresNow", func(t *testing.T) {
		t.Parallel()
		v := clock.NewVirtual(start)
		var at time.Time
		v.At(hour(-5), "a", func() { at = v.Now() })
		runUntil(t, v, hour(1))
		if !at.Equal(start) {
			t.Errorf("fired at %s", at)
		}
	})

	t.Run("NeverGoesBack", func(t *testing.T) {
		t.Parallel()
		v := clock.NewVirtual(hour(5))
		runUntil(t, v, hour(1))
		if !v.Now().Equal(hour(5)) {
			t.Errorf("it is %s", v.Now())
		}
	})

	t.Run("EndsWhereItIsCancelled", func(t *testing.T) {
		t.Parallel()
		v := clock.NewVirtual(start)
		ctx, cancel := context.WithCancel(t.Context())
		v.At(hour(2), "a", cancel)
		v.At(hour(3), "a", func() { t.Error("a timer fired after the end") })
		if err := v.RunUntil(ctx, hour(9)); !errors.Is(err, context.Canceled) {
			t.Errorf("ended with %v", err)
		}
		if !v.Now().Equal(hour(2)) {
			t.Errorf("it is %s", v.Now())
		}
	})

	t.Run("PanicsWhenDrivenFromWithin", func(t *testing.T) {
		t.Parallel()
		v := clock.NewVirtual(start)
		var reason any
		v.Schedule(func() {
			defer func() { reason = recover() }()
			v.Settle()
		})
		v.Settle()
		if reason == nil {
			t.Error("it was driven twice")
		}
	})
}

func TestVirtual_Timer_Stop(t *testing.T) {
	t.Parallel()
	v := clock.NewVirtual(start)
	stopped := v.At(hour(1), "a", func() { t.Error("a stopped timer fired") })
	fired := v.At(hour(1), "b", func() {})
	if !stopped.Stop() || stopped.Stop() {
		t.Error("Stop does not report its first success alone")
	}
	runUntil(t, v, hour(2))
	if fired.Stop() {
		t.Error("a fired timer was stopped")
	}
	if queued, timers := v.Pending(); queued != 0 || timers != 0 {
		t.Errorf("%d queued and %d timers are left", queued, timers)
	}
}

func TestVirtual_FiresInOrderWhateverIsSetAndStopped(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		v := clock.NewVirtual(start)
		var want, got []string
		for i := range rapid.IntRange(0, 60).Draw(t, "timers") {
			at := rapid.IntRange(0, 9).Draw(t, "hour")
			owner := rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "owner")
			name := fmt.Sprintf("%02d %s %04d", at, owner, i)
			timer := v.At(hour(at), owner, func() { got = append(got, name) })
			if rapid.Bool().Draw(t, "stop") {
				timer.Stop()
			} else {
				want = append(want, name)
			}
		}
		slices.Sort(want)
		if err := v.RunUntil(context.Background(), hour(9)); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got, want) {
			t.Fatalf("fired %q, want %q", got, want)
		}
	})
}

func TestVirtual_External(t *testing.T) {
	t.Parallel()

	t.Run("DrivesWhileTheOutsideWaits", func(t *testing.T) {
		t.Parallel()
		v := clock.NewVirtual(start)
		var got []string
		err := v.External(t.Context(), func() {
			for _, name := range []string{"one", "two"} {
				answer := make(chan string)
				v.Schedule(func() {
					v.WhenIdle(func() { answer <- name })
					v.Schedule(func() { got = append(got, "consequence of "+name) })
				})
				got = append(got, <-answer)
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		if want := "consequence of one, one, consequence of two, two"; strings.Join(got, ", ") != want {
			t.Errorf("got %q", got)
		}
		if !v.Now().Equal(start) {
			t.Errorf("time passed: %s", v.Now())
		}
	})

	t.Run("SettlesWhatItLeaves", func(t *testing.T) {
		t.Parallel()
		v := clock.NewVirtual(start)
		ran := false
		if err := v.External(t.Context(), func() { v.Schedule(func() { ran = true }) }); err != nil || !ran {
			t.Errorf("ran %v, %v", ran, err)
		}
	})

	t.Run("GivesUpWithTheContext", func(t *testing.T) {
		t.Parallel()
		v := clock.NewVirtual(start)
		ctx, cancel := context.WithCancel(t.Context())
		err := v.External(ctx, func() {
			cancel()
			<-ctx.Done()
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("ended with %v", err)
		}
	})
}

func TestVirtual_QueueIsLongAndReused(t *testing.T) {
	t.Parallel()
	v := clock.NewVirtual(start)
	const n = 10_000
	next := 0
	for i := range n {
		v.Schedule(func() {
			if i != next {
				t.Errorf("%d ran as number %d", i, next)
			}
			next++
			if i < n/2 {
				v.Schedule(func() { next++ })
			}
		})
	}
	v.Settle()
	if next != n+n/2 {
		t.Errorf("%d ran, want %d", next, n+n/2)
	}
}

func BenchmarkVirtual_Timer(b *testing.B) {
	v := clock.NewVirtual(start)
	for i := range 1000 {
		owner := fmt.Sprintf("campaign/%04d", i)
		var tick func()
		tick = func() { v.At(v.Now().Add(time.Hour), owner, tick) }
		v.At(start.Add(time.Hour), owner, tick)
	}
	b.ReportAllocs()
	for b.Loop() {
		runUntil(b, v, v.Now().Add(time.Hour))
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1000, "ns/timer")
}
