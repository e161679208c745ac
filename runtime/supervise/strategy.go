// Package supervise decides what becomes of an actor that panicked: it restarts it after a growing delay, and gives up on one that
// does not recover.
//
// What holds:
//
//   - The delay doubles from Base to Max with each failure in a row, give or take a quarter that depends on the actor's key and the
//     attempt alone, so that many actors that failed together do not come back together, and a repeated run is the same.
//   - A failure counts in a row while the one before it is less than Reset ago.
//   - More than Limit failures in a row stop the actor for good: it is reported, listed in Failures and keeps the process unready
//     until a person revives it. Failures classified as fault.Retryable, such as a database that is away, delay but never stop; those
//     classified as fault.Terminal, such as a snapshot that is damaged, stop at once, as no restart mends them.
//   - While it waits the actor's mailbox is suspended: messages queue and are handled after the restart. The message that broke it
//     is gone; a durable one comes again from the store.
//   - The delay is one timer on the strategy's clock, so in virtual time restarts are as deterministic as everything else.
package supervise

import (
	"fmt"
	"hash/fnv"
	"log/slog"
	"strconv"
	"sync"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
	"github.com/agente-ceo/agente-ceo/runtime/clock"
	"github.com/agente-ceo/agente-ceo/runtime/logging"
)

// Config is how failing actors are treated. Zero durations and limits take the defaults.
type Config struct {
	// Clock measures delays: in serve a clock.System even where the business's own clock is scaled, as a broken database does not
	// mend faster in a faster world.
	Clock clock.Clock
	// Base is the delay after a first failure, 200 ms by default, and Max the longest, a minute by default.
	Base, Max time.Duration
	// Reset is how long an actor must live to be forgiven, ten minutes by default.
	Reset time.Duration
	// Limit is how many failures in a row are restarted, ten by default.
	Limit int
	// Key names a child by its PID.
	Key func(*actor.PID) actorkit.Key
	// Report is told each failure after it was decided on; nil tells nobody. It must not block: it sends a message.
	Report func(Report)
	Log    *slog.Logger
}

// Report is one failure.
type Report struct {
	Key      actorkit.Key
	Err      error
	Restarts int  // in all, this one included
	Stopped  bool // it will not be restarted
}

// Strategy is the actor.SupervisorStrategy of the parent of all actors.
type Strategy struct {
	cfg      Config
	failures *Failures

	mu      sync.Mutex
	closed  bool
	waiting map[string]clock.Timer // restarts to come, by PID
}

var _ actor.SupervisorStrategy = (*Strategy)(nil)

// New makes a strategy that keeps its book in failures.
func New(cfg Config, failures *Failures) *Strategy {
	cfg.Base = orDefault(cfg.Base, 200*time.Millisecond)
	cfg.Max = orDefault(cfg.Max, time.Minute)
	cfg.Reset = orDefault(cfg.Reset, 10*time.Minute)
	cfg.Limit = orDefault(cfg.Limit, 10)
	return &Strategy{cfg: cfg, failures: failures, waiting: make(map[string]clock.Timer)}
}

func orDefault[T int | time.Duration](value, standard T) T {
	if value <= 0 {
		return standard
	}
	return value
}

// HandleFailure restarts the child later, or stops it.
func (s *Strategy) HandleFailure(
	_ *actor.ActorSystem, parent actor.Supervisor, child *actor.PID, _ *actor.RestartStatistics, reason, _ any,
) {
	key, now := s.cfg.Key(child), s.cfg.Clock.Now()
	err := errorOf(reason)
	row := s.failures.add(key, err, now, s.cfg)
	if row.Stopped {
		s.cfg.Log.Error("actor was stopped after too many failures", attributes(key, err, row)...)
		parent.StopChildren(child)
	} else {
		s.cfg.Log.Warn("actor failed and restarts", attributes(key, err, row)...)
		s.restartAt(row.RetryAt, key, parent, child)
	}
	if s.cfg.Report != nil {
		s.cfg.Report(Report{Key: key, Err: err, Restarts: row.Restarts, Stopped: row.Stopped})
	}
}

func (s *Strategy) restartAt(at time.Time, key actorkit.Key, parent actor.Supervisor, child *actor.PID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return
	}
	s.waiting[child.Id] = s.cfg.Clock.At(at, key.String(), func() {
		s.mu.Lock()
		_, wanted := s.waiting[child.Id]
		delete(s.waiting, child.Id)
		s.mu.Unlock()
		if wanted {
			parent.RestartChildren(child)
		}
	})
}

// Gone forgets the restart that a child waits for; the parent calls it when the child has terminated.
func (s *Strategy) Gone(child *actor.PID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if timer, ok := s.waiting[child.Id]; ok {
		timer.Stop()
		delete(s.waiting, child.Id)
	}
}

// Close cancels all restarts to come: the system is stopping.
func (s *Strategy) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	for _, timer := range s.waiting {
		timer.Stop()
	}
	clear(s.waiting)
}

// delay is how long to wait after the n-th failure in a row, n from 1.
func (cfg Config) delay(key actorkit.Key, n int) time.Duration {
	d := cfg.Base
	for i := 1; i < n && d < cfg.Max; i++ {
		d *= 2
	}
	d = min(d, cfg.Max)
	h := fnv.New32a()
	h.Write([]byte(key.String() + "#" + strconv.Itoa(n)))
	jitter := time.Duration(h.Sum32()%501) - 250 // per mille of d
	return d + d*jitter/1000
}

func attributes(key actorkit.Key, err error, row Failure) []any {
	out := []any{logging.Actor, key.String(), logging.Error, err.Error(), logging.Kind, fault.KindOf(err).String(), logging.Restarts, row.Restarts}
	if p, ok := err.(*actorkit.Panic); ok && p.Stack != "" {
		out = append(out, logging.Stack, p.Stack)
	}
	return out
}

func errorOf(reason any) error {
	if err, ok := reason.(error); ok {
		return err
	}
	return fmt.Errorf("%v", reason)
}
