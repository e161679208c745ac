package clock

import (
	"sync/atomic"
	"time"
)

// System is the wall clock of the machine, in UTC. The zero value is ready.
type System struct{}

// Now is the machine's time.
func (System) Now() time.Time { return time.Now().UTC() }

// At calls fn on a goroutine of its own when the machine's time reaches t.
func (System) At(t time.Time, _ string, fn func()) Timer {
	return newRealTimer(max(0, time.Until(t)), fn)
}

// Scaled runs from a start of its own, speed times as fast as real time: the sandbox shows a day in a minute. It counts on the
// machine's monotonic clock, so that a correction of the wall clock does not move it.
//
// A restarted process goes on where it stopped by making a new Scaled from the virtual time that was stored last.
type Scaled struct {
	start time.Time
	began time.Time
	speed float64
}

// NewScaled makes a clock that shows start now and advances speed virtual seconds per real second; a speed that is not positive
// counts as 1.
func NewScaled(start time.Time, speed float64) *Scaled {
	if speed <= 0 {
		speed = 1
	}
	return &Scaled{start: start.UTC(), began: time.Now(), speed: speed}
}

// Speed is how many virtual seconds pass in a real one.
func (c *Scaled) Speed() float64 { return c.speed }

// Now is the virtual time.
func (c *Scaled) Now() time.Time {
	return c.start.Add(time.Duration(float64(time.Since(c.began)) * c.speed))
}

// At calls fn on a goroutine of its own once Now is t or later.
func (c *Scaled) At(t time.Time, _ string, fn func()) Timer {
	left := t.Sub(c.Now())
	if left <= 0 {
		return newRealTimer(0, fn)
	}
	// One nanosecond more than the quotient makes up for its rounding, so that nobody is woken before the time that he asked for.
	return newRealTimer(time.Duration(float64(left)/c.speed)+1, fn)
}

type realTimer struct {
	timer *time.Timer
	state atomic.Bool // fired or stopped
}

func newRealTimer(d time.Duration, fn func()) *realTimer {
	t := &realTimer{}
	t.timer = time.AfterFunc(d, func() {
		if t.state.CompareAndSwap(false, true) {
			fn()
		}
	})
	return t
}

// Stop cancels the call and reports whether it had not fired yet.
func (t *realTimer) Stop() bool {
	if !t.state.CompareAndSwap(false, true) {
		return false
	}
	t.timer.Stop()
	return true
}

// Stopwatch starts to measure real time, whatever clock the business runs on, and returns what has passed since.
func Stopwatch() func() time.Duration {
	began := time.Now()
	return func() time.Duration { return time.Since(began) }
}
