// Package directory finds actors by key and starts them on demand, so that nobody holds an address.
//
// What holds in Local, the directory of one node:
//
//   - One placement actor is the parent of all others; it holds no risky code, so it never fails. It spawns by key, and however
//     many senders meet at a key that does not run, exactly one actor is spawned and gets their messages in the order sent.
//   - Every message is copied on its way, so sender and receiver never share memory.
//   - A durable message is in at most one mailbox: Deliver passes over an id that is already being handled.
//   - An actor that the strategy has given up is not started again until Revive; durable messages to it stay stored.
//   - Stop ends every actor and waits for it, once.
//
// Sweeper repeats what a crash has lost: it wakes actors whose alarm is overdue, delivers stored messages again, and wakes couriers
// with effects to perform.
package directory

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"google.golang.org/protobuf/proto"

	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/messages"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
	"github.com/agente-ceo/agente-ceo/runtime/clock"
	"github.com/agente-ceo/agente-ceo/runtime/logging"
	"github.com/agente-ceo/agente-ceo/runtime/supervise"
)

// Factory builds one incarnation of an actor. It only allocates.
type Factory func(actorkit.Key) actor.Actor

// Options are how a Local works. The zero value of all but Clock and Log is usable.
type Options struct {
	// Clock measures the delays of restarts: a clock.System in serve, the clock.Virtual in virtual time.
	Clock clock.Clock
	Log   *slog.Logger
	// Dispatcher runs mailboxes: nil for goroutines, the clock.Virtual in virtual time.
	Dispatcher actor.Dispatcher
	// WhenIdle releases answers to Ask: clock.Virtual.WhenIdle in virtual time, nil for at once.
	WhenIdle func(func())
	// Supervision tunes restarts; its Clock, Key and Log are set by New.
	Supervision supervise.Config
	Metrics     *actorkit.Metrics
	// Fallback builds actors of kinds that are not registered; nil makes them an error.
	Fallback Factory
	// RoundTrip sends each message through its bytes, as between nodes. For tests.
	RoundTrip bool
}

// Local is the directory of one node. It is safe for concurrent use.
type Local struct {
	opts      Options
	system    *actor.ActorSystem
	placement *actor.PID
	strategy  *supervise.Strategy
	failures  supervise.Failures
	stopped   chan struct{} // closed by the placement actor's end
	shutdown  sync.Once
	done      func(messageID string) // handled, made once for all actors

	mu       sync.Mutex
	kinds    map[string]Factory
	entries  map[actorkit.Key]*entry
	handling map[string]actorkit.Key // durable messages on their way or being handled, by id
	stopping bool
}

var _ actorkit.Directory = (*Local)(nil)

// entry is one actor that runs, or is about to.
type entry struct {
	actorkit.Spawn
	pid     *actor.PID               // nil until spawned
	waiting []*actor.MessageEnvelope // sent before it was spawned
	asks    []*Pending               // not answered yet
	mailbox actor.Mailbox
}

// New makes a directory with its own actor system.
func New(opts Options) (*Local, error) {
	d := &Local{
		opts: opts, stopped: make(chan struct{}),
		kinds: make(map[string]Factory), entries: make(map[actorkit.Key]*entry), handling: make(map[string]actorkit.Key),
	}
	d.done = d.handled
	supervision := opts.Supervision
	supervision.Clock, supervision.Key, supervision.Log = opts.Clock, keyOf, opts.Log
	d.strategy = supervise.New(supervision, &d.failures)
	d.system = newSystem(opts.Log, opts.Metrics)
	props := actor.PropsFromProducer(func() actor.Actor { return &placement{d} }, d.propsOptions(actor.WithSupervisor(d.strategy))...)
	pid, err := d.system.Root.SpawnNamed(props, placementName)
	if err != nil {
		return nil, fmt.Errorf("start the placement of actors: %w", err)
	}
	d.placement = pid
	return d, nil
}

func (d *Local) propsOptions(more ...actor.PropsOption) []actor.PropsOption {
	if d.opts.Dispatcher != nil {
		more = append(more, actor.WithDispatcher(d.opts.Dispatcher))
	}
	return more
}

// Register makes a kind known. It is called before the first message; a second call for a kind replaces the first.
func (d *Local) Register(kind string, factory Factory) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.kinds[kind] = factory
}

// Tell sends without a promise. What cannot be sent is logged and counted.
func (d *Local) Tell(to actorkit.Key, msg proto.Message) {
	if err := d.send(to, &actor.MessageEnvelope{Message: d.copy(msg)}, nil); err != nil {
		d.undeliverable(to, msg, err)
	}
}

// Wake asks an actor to look at what is due, and starts it if it does not run.
func (d *Local) Wake(key actorkit.Key) { d.Tell(key, &messages.Wake{}) }

// Deliver sends a stored message under its id. It stays stored until its receiver has handled it, so what cannot be sent now is sent
// by the sweeper.
func (d *Local) Deliver(msg actorkit.Message) {
	d.mu.Lock()
	_, twice := d.handling[msg.ID]
	if !twice {
		d.handling[msg.ID] = msg.To
	}
	d.mu.Unlock()
	if twice {
		d.opts.Metrics.Dropped(msg.To.Kind, "duplicate")
		return
	}
	envelope := &actor.MessageEnvelope{Header: map[string]string{actorkit.MessageHeader: msg.ID}, Message: d.copy(msg.Msg)}
	if err := d.send(msg.To, envelope, nil); err != nil {
		d.handled(msg.ID)
		d.undeliverable(msg.To, msg.Msg, err)
	}
}

func (d *Local) handled(messageID string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.handling, messageID)
}

func (d *Local) undeliverable(to actorkit.Key, msg proto.Message, err error) {
	d.opts.Metrics.Dropped(to.Kind, fault.CodeOf(err))
	d.opts.Log.Warn("message was not sent", logging.Actor, to.String(), logging.Message, string(msg.ProtoReflect().Descriptor().Name()), logging.Error, err.Error())
}

func (d *Local) copy(msg proto.Message) proto.Message {
	if !d.opts.RoundTrip {
		return proto.Clone(msg)
	}
	name, body, err := actorkit.Marshal(msg)
	if err == nil {
		msg, err = actorkit.Unmarshal(name, body)
	}
	if err != nil {
		panic(fmt.Errorf("send: %w", err)) // a message that has no wire form is a bug of its sender
	}
	return msg
}

// send gives the envelope to the actor, or keeps it for the actor that is about to be spawned. A question is noted, so that it is
// answered even if the actor ends.
func (d *Local) send(to actorkit.Key, envelope *actor.MessageEnvelope, ask *Pending) error {
	d.mu.Lock()
	e, fresh, err := d.entryOf(to)
	if err != nil {
		d.mu.Unlock()
		return err
	}
	pid := e.pid
	if ask != nil {
		e.asks = append(e.asks, ask)
	}
	if pid == nil {
		e.waiting = append(e.waiting, envelope)
	}
	d.mu.Unlock()
	switch {
	case pid != nil:
		d.system.Root.Send(pid, envelope)
	case fresh:
		d.system.Root.Send(d.placement, &spawn{e})
	}
	return nil
}

// entryOf finds or makes the entry of a key; d.mu is held.
func (d *Local) entryOf(to actorkit.Key) (e *entry, fresh bool, err error) {
	if d.stopping {
		return nil, false, errStopping()
	}
	if e := d.entries[to]; e != nil {
		return e, false, nil
	}
	factory := d.kinds[to.Kind]
	if factory == nil {
		factory = d.opts.Fallback
	}
	if factory == nil {
		return nil, false, &fault.Error{Kind: fault.Bug, Code: "unknown_kind", Text: fmt.Sprintf("no actor of kind %q is known", to.Kind)}
	}
	if to.ID == "" {
		return nil, false, &fault.Error{Kind: fault.Bug, Code: "no_id", Text: fmt.Sprintf("an actor of kind %q needs an id", to.Kind)}
	}
	if row := d.failures.Of(to); row.Stopped {
		return nil, false, fault.Stop("actor_stopped", "%s was stopped after too many failures; the last: %s", to, row.LastError)
	}
	e = &entry{Spawn: actorkit.Spawn{Key: to, Make: factory, Metrics: d.opts.Metrics, Done: d.done}}
	d.entries[to] = e
	return e, true, nil
}

// Revive lets an actor that was given up start again, and wakes it; it reports whether it had been given up.
func (d *Local) Revive(key actorkit.Key) bool {
	if !d.failures.Forgive(key) {
		return false
	}
	d.Wake(key)
	return true
}

// Failures is the book of what failed.
func (d *Local) Failures() *supervise.Failures { return &d.failures }

// Stop ends all actors and waits until they have ended, or for the context. Messages sent from then on are refused. In virtual time
// it is called through clock.Virtual.External.
func (d *Local) Stop(ctx context.Context) error {
	d.mu.Lock()
	first := !d.stopping
	d.stopping = true
	d.mu.Unlock()
	if first {
		d.strategy.Close()
		d.system.Root.Stop(d.placement)
	}
	select {
	case <-d.stopped:
		d.shutdown.Do(d.finish)
		return nil
	case <-ctx.Done():
		return fmt.Errorf("stop the actors: %w", ctx.Err())
	}
}

// finish forgets actors that were asked for and never spawned, and ends the system.
func (d *Local) finish() {
	d.mu.Lock()
	keys := slices.SortedFunc(maps.Keys(d.entries), actorkit.Key.Compare)
	d.mu.Unlock()
	for _, key := range keys {
		d.forget(key, errStopping())
	}
	d.system.Shutdown()
}

func errStopping() error {
	return fault.Retry("stopping", 0, errors.New("the actors are being stopped"))
}

// Listed is one actor as /api/actors shows it.
type Listed struct {
	Key       actorkit.Key
	State     string // starting | running | restarting | stopped
	Mailbox   int    // messages that wait
	Handled   int64  // messages taken since the actor was spawned
	Restarts  int    // since the process began
	LastError string
	NextAlarm time.Time // zero for none
}

// List is all actors that run, and those that were given up, by key.
func (d *Local) List() []Listed {
	now := d.opts.Clock.Now()
	d.mu.Lock()
	rows := make(map[actorkit.Key]Listed, len(d.entries))
	for key, e := range d.entries {
		row := Listed{Key: key, State: "starting", Mailbox: len(e.waiting), Handled: e.Stats.Handled(), NextAlarm: e.Stats.NextAlarm()}
		if e.pid != nil {
			row.State, row.Mailbox = "running", e.mailbox.UserMessageCount()
		}
		rows[key] = row
	}
	d.mu.Unlock()
	for _, failure := range d.failures.All() {
		row, runs := rows[failure.Key]
		if !runs && !failure.Stopped {
			continue
		}
		row.Key, row.Restarts, row.LastError = failure.Key, failure.Restarts, failure.LastError
		switch {
		case failure.Stopped:
			row.State = "stopped"
		case failure.RetryAt.After(now):
			row.State = "restarting"
		}
		rows[failure.Key] = row
	}
	out := make([]Listed, 0, len(rows))
	for _, row := range rows {
		out = append(out, row)
	}
	slices.SortFunc(out, func(a, b Listed) int { return a.Key.Compare(b.Key) })
	return out
}
