package directory

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
	"github.com/agente-ceo/agente-ceo/runtime/clock"
	"github.com/agente-ceo/agente-ceo/runtime/logging"
)

// Ledger is what the store knows of work that is waiting. All lists are in a stable order.
type Ledger interface {
	// Overdue is the actors with an alarm before a time.
	Overdue(ctx context.Context, before time.Time) ([]actorkit.Key, error)
	// Undelivered is the durable messages that were stored before a time and are not handled yet, oldest first.
	Undelivered(ctx context.Context, before time.Time) ([]actorkit.Message, error)
	// PendingCouriers is the ids of the couriers that have effects to perform now.
	PendingCouriers(ctx context.Context, now time.Time) ([]string, error)
}

// Posts is what the sweeper needs of a directory.
type Posts interface {
	Wake(actorkit.Key)
	Deliver(actorkit.Message)
}

// Sweeper looks for what was lost and sends it again, every so often. It has no goroutine: the clock starts a pass, and the
// executor runs it.
type Sweeper struct {
	Clock    clock.Clock
	Executor actorkit.Executor
	Ledger   Ledger
	Posts    Posts
	Log      *slog.Logger
	// Every is the time between passes, a minute by default. In a scaled or virtual world it is better an hour: passes are queries.
	Every time.Duration
	// Grace is how old something must be to count as lost, half a minute by default.
	Grace time.Duration
	// Haste is the interval and the grace of the pass that Soon asks for, three seconds by default.
	Haste time.Duration

	mu      sync.Mutex
	timer   clock.Timer
	next    time.Time // when timer is due
	hasty   bool      // the next pass was asked for by Soon
	stopped bool
}

// Swept is what one pass found.
type Swept struct{ Woken, Delivered, Couriers int }

// sweepTimeout bounds the queries of a pass, in real time.
const sweepTimeout = 30 * time.Second

const sweeperOwner = "sweeper"

// Start sets the first pass, one interval from now.
func (s *Sweeper) Start() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.hasty { // asked for while a pass was under way
		s.setTimer(s.haste())
		return
	}
	s.setTimer(orElse(s.Every, time.Minute))
}

// Soon has the next pass come early, and look at younger things: it is called when a message is known to have been dropped, as when
// an actor failed because the database was away, or because it lives a second time.
func (s *Sweeper) Soon() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hasty = true
	if s.timer != nil && s.next.After(s.Clock.Now().Add(s.haste())) {
		s.timer.Stop()
		s.setTimer(s.haste())
	}
}

func (s *Sweeper) haste() time.Duration { return orElse(s.Haste, 3*time.Second) }

// setTimer sets the next pass; s.mu is held.
func (s *Sweeper) setTimer(wait time.Duration) {
	if s.stopped {
		return
	}
	s.next = s.Clock.Now().Add(wait)
	s.timer = s.Clock.At(s.next, sweeperOwner, func() { s.Executor.Go(s.pass) })
}

// Stop ends the passes; one that runs is not waited for.
func (s *Sweeper) Stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stopped = true
	if s.timer != nil {
		s.timer.Stop()
	}
}

func (s *Sweeper) pass() {
	ctx, cancel := context.WithTimeout(context.Background(), sweepTimeout)
	defer cancel()
	found, err := s.lost(ctx, s.takeGrace())
	if err != nil {
		s.Log.Error("sweep was cut short", logging.Error, err.Error())
		s.Soon() // what ails the store has had actors drop messages too
	}
	if found.Delivered > 0 {
		s.Log.Warn("messages were delivered again", logging.Count, found.Delivered)
	}
	s.Start()
}

// takeGrace is the grace of the pass that begins.
func (s *Sweeper) takeGrace() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.hasty {
		s.hasty = false
		return s.haste()
	}
	return orElse(s.Grace, 30*time.Second)
}

// Sweep makes one pass now. A list that cannot be read does not keep the others from being read.
func (s *Sweeper) Sweep(ctx context.Context) (Swept, error) {
	return s.lost(ctx, orElse(s.Grace, 30*time.Second))
}

func (s *Sweeper) lost(ctx context.Context, grace time.Duration) (Swept, error) {
	now := s.Clock.Now()
	before := now.Add(-grace)
	return s.sweep(ctx, before, before, now)
}

// WakeAll starts every actor that has an alarm, however far away, and sends everything that waits. It is for the start of the
// process.
func (s *Sweeper) WakeAll(ctx context.Context) (Swept, error) {
	now := s.Clock.Now()
	return s.sweep(ctx, endOfTime, now.Add(time.Microsecond), now)
}

// endOfTime is later than any alarm, and within what Postgres can store.
var endOfTime = time.Date(9999, time.January, 1, 0, 0, 0, 0, time.UTC)

func (s *Sweeper) sweep(ctx context.Context, dueBefore, storedBefore, now time.Time) (found Swept, err error) {
	keys, keysErr := s.Ledger.Overdue(ctx, dueBefore)
	for _, key := range keys {
		s.Posts.Wake(key)
	}
	stored, storedErr := s.Ledger.Undelivered(ctx, storedBefore)
	for _, msg := range stored {
		s.Posts.Deliver(msg)
	}
	couriers, couriersErr := s.Ledger.PendingCouriers(ctx, now)
	for _, id := range couriers {
		s.Posts.Wake(actorkit.Key{Kind: "courier", ID: id})
	}
	return Swept{Woken: len(keys), Delivered: len(stored), Couriers: len(couriers)},
		errors.Join(wrap("overdue actors", keysErr), wrap("undelivered messages", storedErr), wrap("pending couriers", couriersErr))
}

func wrap(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("list %s: %w", what, err)
}

func orElse(d, standard time.Duration) time.Duration {
	if d <= 0 {
		return standard
	}
	return d
}
