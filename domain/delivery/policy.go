// Package delivery decides what follows when an effect on the outside world was tried: done, once more and when, or given up; and when
// an account is to be left alone for a while. It also holds, in our words, what couriers hand to shops, suppliers and studios.
package delivery

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"strconv"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/fault"
)

// Policy says how patient couriers are.
type Policy struct {
	// Tries that may fail before an effect is given up. Waiting for a throttle to pass is not a try.
	Tries int
	// FirstWait is the pause after the first failed try; each further one is four times as long, up to LongestWait.
	FirstWait, LongestWait time.Duration
	// LookAfter is how long after a lost answer it is looked up what became of it: lists lag behind.
	LookAfter time.Duration
	// BreakAfter failures of transport in a row the account is left alone for OpenFor, doubled at each failed probe up to LongestOpen.
	BreakAfter           int
	OpenFor, LongestOpen time.Duration
}

// DefaultPolicy is the mission's: three tries with exponential backoff.
func DefaultPolicy() Policy {
	return Policy{
		Tries: 3, FirstWait: 2 * time.Second, LongestWait: 10 * time.Minute, LookAfter: 30 * time.Second,
		BreakAfter: 5, OpenFor: time.Minute, LongestOpen: 10 * time.Minute,
	}
}

// Wait is the pause after the n-th failed try (1 the first) of an effect. It is spread by up to a fifth either way, by the effect's id:
// what failed together does not come back together, and a replay waits as long.
func (p Policy) Wait(effectID string, n int) time.Duration {
	wait := p.FirstWait
	for i := 1; i < n && wait < p.LongestWait; i++ {
		wait *= 4
	}
	wait = min(wait, p.LongestWait)
	sum := sha256.Sum256([]byte(effectID + "/" + strconv.Itoa(n)))
	permille := int64(binary.BigEndian.Uint32(sum[:4])%401) - 200
	return wait + wait/1000*time.Duration(permille)
}

// State is what becomes of an effect.
type State string

// The states. Done, Refused and Failed are final; Pending is tried again, Unknown is looked up first.
const (
	Done    State = "done"
	Refused State = "refused"
	Failed  State = "failed"
	Pending State = "pending"
	Unknown State = "unknown"
)

// Final reports whether it is over.
func (s State) Final() bool { return s == Done || s == Refused || s == Failed }

// Try is how one attempt at an effect ended.
type Try struct {
	EffectID string
	Failed   int // tries that failed before
	// Unresolved: it had been sent before, and the look-up itself did not succeed, so that it is still unknown whether it was done.
	Unresolved bool
	// Insist is for what must not be given up, such as a stop of spending.
	Insist bool
	Err    error // nil when it was done and read back
}

// Verdict is what follows from a try.
type Verdict struct {
	State     State
	Wait      time.Duration // until the next attempt, for Pending and Unknown
	Failed    int           // tries that have failed by now
	Throttled bool          // we were told to wait
	Transport bool          // it counts for the breaker
	Terminal  bool          // the account is finished until a person acts
	Exhausted bool          // this was the last try, or would have been
}

// Judge decides what follows. Errors without a classification are bugs on our side: what was sent by then is unknown. What is unknown is
// never given up: it is looked up, at most LongestWait apart, until it is known, and counts as done where money is reckoned until then.
func (p Policy) Judge(t Try) Verdict {
	v := Verdict{Failed: t.Failed, State: Pending}
	if t.Unresolved {
		v.State = Unknown
	}
	if t.Err == nil {
		v.State = Done
		return v
	}
	var e *fault.Error
	after, code := time.Duration(0), ""
	if errors.As(t.Err, &e) {
		after, code = e.After, e.Code
	}
	switch kind := fault.KindOf(t.Err); {
	case kind == fault.Refused && !t.Unresolved:
		v.State = Refused
		return v
	case kind == fault.Terminal:
		v.Terminal = true
		return v
	case kind == fault.Retryable && (after > 0 || code == "throttled"):
		v.Throttled, v.Wait = true, max(after, p.Wait(t.EffectID, t.Failed+1))
		return v
	case kind == fault.Ambiguous && !t.Unresolved:
		// It counts as a failed try only when the look-up does not find it.
		v.State, v.Wait, v.Transport = Unknown, max(p.LookAfter, p.Wait(t.EffectID, t.Failed+1)), true
		return v
	case kind == fault.Bug || kind == fault.Refused:
		v.State = Unknown
	default:
		v.Transport = true
	}
	v.Failed++
	v.Wait = p.Wait(t.EffectID, v.Failed)
	v.Exhausted = v.Failed >= p.Tries
	if v.Exhausted && !t.Insist && v.State != Unknown {
		v.State = Failed
	}
	return v
}

// Breaker leaves an account alone while it fails. The zero value is closed. (The library that offers one runs on its own clock, which a
// simulation cannot turn.)
type Breaker struct {
	Failures  int       // of transport, in a row
	Openings  int       // since it was last closed; 0 while closed
	OpenUntil time.Time // then the account is probed
	OpenedAt  time.Time
	Terminal  bool // opened because the account is finished until a person acts
	Reason    string
}

// Open reports whether nothing but a probe may be tried.
func (b Breaker) Open() bool { return b.Openings > 0 }

// After is the breaker after a try.
func (b Breaker) After(p Policy, now time.Time, v Verdict, reason string) Breaker {
	switch {
	case v.Terminal:
		return b.opened(p, now, reason, true)
	case v.Transport:
		b.Failures++
		if b.Failures >= p.BreakAfter {
			return b.opened(p, now, reason, false)
		}
		return b
	case v.Throttled:
		return b
	}
	return Breaker{}
}

// Probed is the breaker after a probe: closed when err is nil, else open for longer.
func (b Breaker) Probed(p Policy, now time.Time, err error) Breaker {
	if err == nil {
		return Breaker{}
	}
	return b.opened(p, now, err.Error(), fault.KindOf(err) == fault.Terminal)
}

func (b Breaker) opened(p Policy, now time.Time, reason string, terminal bool) Breaker {
	if b.Openings == 0 {
		b.OpenedAt = now
	}
	wait := p.OpenFor
	for i := 0; i < b.Openings && wait < p.LongestOpen; i++ {
		wait *= 2
	}
	b.Openings++
	b.OpenUntil = now.Add(min(wait, p.LongestOpen))
	b.Reason, b.Terminal = reason, terminal
	return b
}
