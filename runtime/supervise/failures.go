package supervise

import (
	"slices"
	"sync"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
)

// Failures is the book of what failed, by actor: for /api/actors, /readyz and the metrics. The zero value is ready, and may be read
// from anywhere.
type Failures struct {
	mu   sync.Mutex
	rows map[actorkit.Key]*Failure
}

// Failure is what the book says of one actor.
type Failure struct {
	Key       actorkit.Key
	Restarts  int    // failures that were answered by a restart, in all
	InARow    int    // failures without a quiet time between them, those that count towards the limit
	LastError string // with the message that it happened on
	LastAt    time.Time
	RetryAt   time.Time // when it restarts after the last failure; zero when stopped
	Stopped   bool      // given up

	delays int // failures in a row of every kind: what the delay grows with
}

func (f *Failures) add(key actorkit.Key, err error, now time.Time, cfg Config) Failure {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.rows == nil {
		f.rows = make(map[actorkit.Key]*Failure)
	}
	row := f.rows[key]
	if row == nil {
		row = &Failure{Key: key}
		f.rows[key] = row
	}
	if !row.LastAt.IsZero() && now.Sub(row.LastAt) >= cfg.Reset {
		row.InARow, row.delays = 0, 0
	}
	row.delays++
	if fault.KindOf(err) != fault.Retryable {
		row.InARow++
	}
	row.LastError, row.LastAt = err.Error(), now
	row.Stopped = row.InARow > cfg.Limit || fault.KindOf(err) == fault.Terminal
	if row.Stopped {
		row.RetryAt = time.Time{}
	} else {
		row.Restarts++
		row.RetryAt = now.Add(cfg.delay(key, row.delays))
	}
	return *row
}

// Of is what the book says of an actor; the zero Failure with its key when nothing happened.
func (f *Failures) Of(key actorkit.Key) Failure {
	f.mu.Lock()
	defer f.mu.Unlock()
	if row := f.rows[key]; row != nil {
		return *row
	}
	return Failure{Key: key}
}

// All is every actor that failed since the start, by key.
func (f *Failures) All() []Failure {
	f.mu.Lock()
	defer f.mu.Unlock()
	out := make([]Failure, 0, len(f.rows))
	for _, row := range f.rows {
		out = append(out, *row)
	}
	slices.SortFunc(out, func(a, b Failure) int { return a.Key.Compare(b.Key) })
	return out
}

// Stopped is the actors that were given up, by key: while there are any, the process is not ready.
func (f *Failures) Stopped() []Failure {
	return slices.DeleteFunc(f.All(), func(row Failure) bool { return !row.Stopped })
}

// Failing is the actors that fail again and again and were not given up yet: three times in a row, the last time not longer ago than
// the next try and a while to show that it worked.
func (f *Failures) Failing(now time.Time) []Failure {
	const shows = 10 * time.Second
	return slices.DeleteFunc(f.All(), func(row Failure) bool {
		return row.Stopped || row.InARow < 3 || now.After(row.RetryAt.Add(shows))
	})
}

// Forgive lets an actor start anew, with no failures in a row; it reports whether it had been given up.
func (f *Failures) Forgive(key actorkit.Key) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	row := f.rows[key]
	if row == nil {
		return false
	}
	was := row.Stopped
	row.Stopped, row.InARow, row.delays = false, 0, 0
	return was
}
