package adservers

import "time"

// Window counts points over a rolling span of time. The zero value has no span; make one with NewWindow.
type Window struct {
	span time.Duration
	hits []hit
	sum  int
}

type hit struct {
	at     time.Time
	points int
}

// NewWindow makes a window that forgets points older than span.
func NewWindow(span time.Duration) *Window { return &Window{span: span} }

// Add counts points at now. Times go forward.
func (w *Window) Add(now time.Time, points int) {
	w.forget(now)
	if n := len(w.hits); n > 0 && w.hits[n-1].at.Equal(now) {
		w.hits[n-1].points += points
	} else {
		w.hits = append(w.hits, hit{now, points})
	}
	w.sum += points
}

// Sum is how many points the window holds at now.
func (w *Window) Sum(now time.Time) int {
	w.forget(now)
	return w.sum
}

func (w *Window) forget(now time.Time) {
	old := 0
	for old < len(w.hits) && now.Sub(w.hits[old].at) >= w.span {
		w.sum -= w.hits[old].points
		old++
	}
	w.hits = w.hits[old:]
}

// Eases is when the oldest points of the window will be forgotten; now when it is empty.
func (w *Window) Eases(now time.Time) time.Time {
	w.forget(now)
	if len(w.hits) == 0 {
		return now
	}
	return w.hits[0].at.Add(w.span)
}
