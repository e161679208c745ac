package clock

import (
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"
)

// Witnesses compares a clock with what others say the time is: every platform writes it above each answer. Nobody's clock is trusted
// alone, ours included. It is safe for use by several goroutines; a nil *Witnesses hears nothing and confirms everything.
type Witnesses struct {
	within time.Duration
	fresh  time.Duration

	mu   sync.Mutex
	said map[string]testimony
}

// testimony is the latest of one witness.
type testimony struct {
	at     time.Time // by our clock
	theirs time.Time
	agrees bool
}

// NewWitnesses makes a comparison: who differs by more than within contradicts, and what was said longer than fresh ago, or after now,
// says nothing any more.
func NewWitnesses(within, fresh time.Duration) *Witnesses {
	return &Witnesses{within: within, fresh: fresh, said: map[string]testimony{}}
}

// Hear takes what a witness says the time was at some moment between before and after, which are ours.
func (w *Witnesses) Hear(witness string, theirs, before, after time.Time) {
	if w == nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.said[witness] = testimony{
		at: after, theirs: theirs, agrees: !theirs.Before(before.Add(-w.within)) && !theirs.After(after.Add(w.within)),
	}
}

// Verdict is what the witnesses say of our clock.
type Verdict struct {
	Doubt string // why it is not to be relied on, for people; empty: somebody confirmed it a moment ago
	Wrong bool   // somebody contradicts it, and nobody confirms it
}

// Judge sums up what was said a moment ago. Two clocks that agree are believed, ours being one of them.
func (w *Witnesses) Judge(now time.Time) Verdict {
	if w == nil {
		return Verdict{}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	verdict := Verdict{Doubt: "nobody has confirmed the clock of this machine lately"}
	for _, name := range slices.Sorted(maps.Keys(w.said)) {
		switch x := w.said[name]; {
		case now.Sub(x.at).Abs() > w.fresh:
		case x.agrees:
			return Verdict{}
		case !verdict.Wrong:
			verdict = Verdict{Wrong: true, Doubt: fmt.Sprintf("the clock of this machine shows %s where that of %s shows %s",
				x.at.UTC().Format(time.DateTime), name, x.theirs.UTC().Format(time.DateTime))}
		}
	}
	return verdict
}
