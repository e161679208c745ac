package directory

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
	"github.com/agente-ceo/agente-ceo/runtime/logging"
)

const placementName = "actors"

// keyOf reads an actor's key from its PID, which is placementName/kind/id.
func keyOf(pid *actor.PID) actorkit.Key {
	kind, id, _ := strings.Cut(strings.TrimPrefix(pid.Id, placementName+"/"), "/")
	return actorkit.Key{Kind: kind, ID: id}
}

// spawn asks the placement actor for the actor of an entry.
type spawn struct{ entry *entry }

// placement is the parent of all actors.
//
//	receives  spawn, Terminated of its children
//	owns      which actors run; the directory reads it under a lock
//	survives  nothing: it never fails, as a restart would stop all its children
type placement struct{ d *Local }

// Receive spawns and buries.
func (p *placement) Receive(c actor.Context) {
	switch m := c.Message().(type) {
	case *spawn:
		p.spawn(c, m.entry)
	case *actor.Terminated:
		p.d.gone(m.Who)
	case *actor.Stopped:
		close(p.d.stopped)
	}
}

// spawn starts the actor and hands it what has waited. A constructor that panics fails its entry, not the placement.
func (p *placement) spawn(c actor.Context, e *entry) {
	defer func() {
		if reason := recover(); reason != nil {
			p.d.unspawned(e, fmt.Errorf("make actor %s: %v", e.Key, reason))
		}
	}()
	pid, err := c.SpawnNamed(p.d.propsOf(e), e.Key.String())
	if err != nil {
		p.d.unspawned(e, fmt.Errorf("spawn actor %s: %w", e.Key, err))
		return
	}
	p.d.spawned(e, pid)
}

func (d *Local) propsOf(e *entry) *actor.Props {
	mailbox := func() actor.Mailbox {
		e.mailbox = newMailbox() // before the entry has a PID, so nobody reads it yet
		return e.mailbox
	}
	return actorkit.Props(&e.Spawn, d.propsOptions(actor.WithMailbox(mailbox))...)
}

// newMailbox is the smallest of the library's unbounded mailboxes.
var newMailbox = actor.UnboundedLockfree()

// spawned hands the actor what has waited, and opens the direct way to it once nothing waits: what was sent earlier comes earlier.
func (d *Local) spawned(e *entry, pid *actor.PID) {
	for {
		d.mu.Lock()
		waiting := e.waiting
		e.waiting = nil
		if len(waiting) == 0 {
			e.pid = pid
			d.mu.Unlock()
			return
		}
		d.mu.Unlock()
		for _, envelope := range waiting {
			d.system.Root.Send(pid, envelope)
		}
	}
}

func (d *Local) unspawned(e *entry, err error) {
	d.opts.Log.Error("actor was not spawned", logging.Actor, e.Key.String(), logging.Error, err.Error())
	d.forget(e.Key, &fault.Error{Kind: fault.Bug, Code: "not_spawned", Err: err})
}

// gone forgets an actor that has ended; the next message to its key spawns it anew.
func (d *Local) gone(pid *actor.PID) {
	d.strategy.Gone(pid)
	key := keyOf(pid)
	d.forget(key, fault.Retry("actor_gone", 0, fmt.Errorf("actor %s ended", key)))
}

// forget removes an actor. What was in its mailbox is lost: durable messages may be delivered again, and questions are answered with
// the error.
func (d *Local) forget(key actorkit.Key, err error) {
	d.mu.Lock()
	var asks []*Pending
	if e := d.entries[key]; e != nil {
		asks, e.asks = e.asks, nil
		delete(d.entries, key)
	}
	for id, to := range d.handling {
		if to == key {
			delete(d.handling, id)
		}
	}
	d.mu.Unlock()
	for _, ask := range asks {
		ask.answer(&refused{err})
	}
}

// newSystem makes an actor system that is quiet: failures are logged by the strategy, dead letters counted here. The library's
// throttle of its dead letter log starts a goroutine that lives for the interval, so that is short.
func newSystem(log *slog.Logger, metrics *actorkit.Metrics) *actor.ActorSystem {
	system := actor.NewActorSystem(
		actor.WithLoggerFactory(func(*actor.ActorSystem) *slog.Logger { return slog.New(warnings{log.Handler()}) }),
		actor.WithDeadLetterThrottleCount(0),
		actor.WithDeadLetterThrottleInterval(time.Millisecond),
	)
	system.EventStream.Subscribe(func(event any) {
		if letter, ok := event.(*actor.DeadLetterEvent); ok && letter.PID != nil {
			metrics.Dropped(keyOf(letter.PID).Kind, "dead_letter")
		}
	})
	return system
}

// warnings passes on warnings and errors only.
type warnings struct{ slog.Handler }

// Enabled is slog.Handler's.
func (w warnings) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && w.Handler.Enabled(ctx, level)
}
