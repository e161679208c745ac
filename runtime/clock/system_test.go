package clock_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agente-ceo/agente-ceo/runtime/clock"
)

// fireTimes sets a timer d ahead and returns what the clock and the machine showed when it fired.
func fireTimes(c clock.Clock, d time.Duration) (virtual time.Time, real time.Duration) {
	watch := clock.Stopwatch()
	fired := make(chan struct{})
	c.At(c.Now().Add(d), "test", func() {
		virtual, real = c.Now(), watch()
		close(fired)
	})
	<-fired
	return virtual, real
}

func TestSystem(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		before := clock.System{}.Now()
		at, took := fireTimes(clock.System{}, time.Hour)
		if took != time.Hour || !at.Equal(before.Add(time.Hour)) || at.Location() != time.UTC {
			t.Errorf("fired at %s after %s", at, took)
		}
		if _, took := fireTimes(clock.System{}, -time.Hour); took != 0 {
			t.Errorf("a past timer took %s", took)
		}
	})
}

func TestScaled(t *testing.T) {
	t.Parallel()

	t.Run("ADayInAMinute", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			c := clock.NewScaled(start, 1440)
			if !c.Now().Equal(start) || c.Speed() != 1440 {
				t.Errorf("begins at %s with speed %v", c.Now(), c.Speed())
			}
			at, took := fireTimes(c, 24*time.Hour)
			if took < time.Minute || took > time.Minute+time.Millisecond {
				t.Errorf("a day took %s", took)
			}
			if at.Before(start.Add(24 * time.Hour)) {
				t.Errorf("woken early, at %s", at)
			}
		})
	})

	t.Run("NeverWakesEarly", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			c := clock.NewScaled(start, 1439.7)
			for d := time.Nanosecond; d < 100*24*time.Hour; d *= 7 {
				want := c.Now().Add(d)
				if at, _ := fireTimes(c, d); at.Before(want) {
					t.Errorf("woken at %s, wanted %s", at, want)
				}
			}
		})
	})

	t.Run("GoesOnFromWhereItStopped", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			first := clock.NewScaled(start, 60)
			fireTimes(first, time.Hour)
			stopped := first.Now()
			fireTimes(clock.System{}, time.Hour) // the process is away
			if got := clock.NewScaled(stopped, 60).Now(); !got.Equal(stopped) {
				t.Errorf("goes on at %s, stopped at %s", got, stopped)
			}
		})
	})

	t.Run("NoSpeedIsRealTime", func(t *testing.T) {
		t.Parallel()
		if got := clock.NewScaled(start, 0).Speed(); got != 1 {
			t.Errorf("speed %v", got)
		}
	})
}

func TestRealTimer_Stop(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		timer := clock.System{}.At(clock.System{}.Now().Add(time.Minute), "test", func() { t.Error("a stopped timer fired") })
		if !timer.Stop() || timer.Stop() {
			t.Error("Stop does not report its first success alone")
		}
		fireTimes(clock.System{}, time.Hour)
	})
}

func TestPool(t *testing.T) {
	t.Parallel()

	t.Run("RunsAtMostN", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			p := clock.NewPool(3)
			gate := make(chan struct{})
			var mu sync.Mutex
			var order []int
			for i := range 10 {
				p.Go(func() {
					<-gate
					mu.Lock()
					order = append(order, i)
					mu.Unlock()
				})
			}
			synctest.Wait()
			if running, waiting := p.Load(); running != 3 || waiting != 7 {
				t.Errorf("%d run and %d wait", running, waiting)
			}
			close(gate)
			if err := p.Wait(t.Context()); err != nil {
				t.Fatal(err)
			}
			slices.Sort(order)
			if len(order) != 10 || order[9] != 9 {
				t.Errorf("ran %v", order)
			}
		})
	})

	t.Run("KeepsTheOrderOfWhatWaits", func(t *testing.T) {
		t.Parallel()
		p := clock.NewPool(0)
		var order []int
		for i := range 50 {
			p.Go(func() { order = append(order, i) })
		}
		if err := p.Wait(t.Context()); err != nil {
			t.Fatal(err)
		}
		if !slices.IsSorted(order) || len(order) != 50 {
			t.Errorf("ran %v", order)
		}
	})

	t.Run("WaitEndsWithTheContext", func(t *testing.T) {
		t.Parallel()
		p := clock.NewPool(1)
		gate := make(chan struct{})
		p.Go(func() { <-gate })
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := p.Wait(ctx); err == nil {
			t.Error("it did not wait")
		}
		close(gate)
		if err := p.Wait(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

func TestInline_Go(t *testing.T) {
	t.Parallel()
	ran := false
	clock.Inline{}.Go(func() { ran = true })
	if !ran {
		t.Error("it did not run before Go returned")
	}
}
