// Package actortest runs actors in a test: the real kit, directory and supervision, a store in memory and a virtual clock, so that
// days pass in milliseconds and every run is the same.
//
// Messages to kinds that are not registered are kept for the test to read, so an actor is tested alone. StoreSuite is what every
// actorkit.Store must pass.
package actortest

import (
	"context"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"google.golang.org/protobuf/proto"

	"github.com/agente-ceo/agente-ceo/domain/facts"
	"github.com/agente-ceo/agente-ceo/messages"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
	"github.com/agente-ceo/agente-ceo/runtime/clock"
	"github.com/agente-ceo/agente-ceo/runtime/directory"
)

// Harness is a small world. It belongs to the test's goroutine.
type Harness struct {
	t         testing.TB
	Clock     *clock.Virtual
	Store     *Store
	Directory *directory.Local // replaced by Restart
	Sweeper   *directory.Sweeper

	log   *slog.Logger
	kinds map[string]directory.Factory
	told  []told
	woken map[actorkit.Key]int
	crash map[actorkit.Key]bool
}

type told struct {
	to  actorkit.Key
	msg proto.Message
}

// stopTimeout bounds, in real time, what should take no time at all.
const stopTimeout = 10 * time.Second

// New makes a world that stands at start, with a sweeper that passes every five minutes. It is taken down with the test.
func New(t testing.TB, start time.Time) *Harness {
	t.Helper()
	h := &Harness{
		t: t, Clock: clock.NewVirtual(start), Store: NewStore(),
		log:   slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn})),
		kinds: make(map[string]directory.Factory), woken: make(map[actorkit.Key]int), crash: make(map[actorkit.Key]bool),
	}
	h.open()
	t.Cleanup(h.close)
	return h
}

func (h *Harness) open() {
	d, err := directory.New(directory.Options{
		Clock: h.Clock, Log: h.log, Dispatcher: h.Clock, WhenIdle: h.Clock.WhenIdle, Fallback: h.recorder, RoundTrip: true,
	})
	if err != nil {
		h.t.Fatal(err)
	}
	h.Directory = d
	for kind, factory := range h.kinds {
		d.Register(kind, factory)
	}
	h.Sweeper = &directory.Sweeper{
		Clock: h.Clock, Executor: h.Clock, Ledger: h.Store, Posts: d, Log: h.log, Every: 5 * time.Minute, Grace: 30 * time.Second,
	}
	h.Sweeper.Start()
}

func (h *Harness) close() {
	h.Sweeper.Stop()
	ctx, cancel := context.WithTimeout(context.Background(), stopTimeout)
	defer cancel()
	var stopErr error
	if err := h.Clock.External(ctx, func() { stopErr = h.Directory.Stop(ctx) }); err != nil || stopErr != nil {
		h.t.Errorf("stop the actors: %v, %v", err, stopErr)
	}
}

// Deps is what the actors' kits are made with. It stays valid over Restart.
func (h *Harness) Deps() actorkit.Deps {
	return actorkit.Deps{Clock: h.Clock, Store: h.Store, Directory: forward{h}, Executor: h.Clock, Log: h.log}
}

// Register makes a kind known; messages to kinds that are not are kept for Told.
func (h *Harness) Register(kind string, factory directory.Factory) {
	h.kinds[kind] = func(key actorkit.Key) actor.Actor { return &fragile{h: h, key: key, inner: factory(key)} }
	h.Directory.Register(kind, h.kinds[kind])
}

// Now is the world's time.
func (h *Harness) Now() time.Time { return h.Clock.Now() }

// Settle runs what is queued without letting time pass.
func (h *Harness) Settle() { h.Clock.Settle() }

// RunUntil lets the world go on to t.
func (h *Harness) RunUntil(t time.Time) {
	h.t.Helper()
	if err := h.Clock.RunUntil(context.Background(), t); err != nil {
		h.t.Fatal(err)
	}
}

// Advance lets d pass.
func (h *Harness) Advance(d time.Duration) {
	h.t.Helper()
	h.RunUntil(h.Now().Add(d))
}

// Tell sends a message that is not durable, and settles.
func (h *Harness) Tell(to actorkit.Key, msg proto.Message) {
	h.Directory.Tell(to, msg)
	h.Settle()
}

// Send sends a durable message as if from had committed it, and settles. It is repeated until it is handled.
func (h *Harness) Send(from, to actorkit.Key, msg proto.Message) {
	h.t.Helper()
	h.SendTogether(from, to, msg)
}

// SendTogether is Send of several messages, which all wait in the mailbox before the first is handled.
func (h *Harness) SendTogether(from, to actorkit.Key, list ...proto.Message) {
	h.t.Helper()
	for _, msg := range list {
		stored, err := h.Store.post(from, to, msg, h.Now())
		if err != nil {
			h.t.Fatal(err)
		}
		h.Directory.Deliver(stored)
	}
	h.Settle()
}

// Ask sends, settles, and returns the reply; no reply ends the test.
func (h *Harness) Ask(to actorkit.Key, msg proto.Message) proto.Message {
	h.t.Helper()
	reply, err := h.TryAsk(to, msg)
	if err != nil {
		h.t.Fatalf("ask %s: %v", to, err)
	}
	return reply
}

// TryAsk is Ask that returns the error. An actor that has not answered when the world has settled, as one that crashed, is an error.
func (h *Harness) TryAsk(to actorkit.Key, msg proto.Message) (proto.Message, error) {
	pending, err := h.Directory.Request(to, msg)
	if err != nil {
		return nil, err
	}
	h.Settle()
	reply, ok, err := pending.Take()
	if !ok {
		pending.Abandon()
		return nil, errNoAnswer
	}
	return reply, err
}

// Told is the messages to a kind that is not registered, in order, Wake aside.
func (h *Harness) Told(kind string) []proto.Message {
	return h.toldWhere(func(to actorkit.Key) bool { return to.Kind == kind })
}

// ToldTo is Told of one actor.
func (h *Harness) ToldTo(key actorkit.Key) []proto.Message {
	return h.toldWhere(func(to actorkit.Key) bool { return to == key })
}

func (h *Harness) toldWhere(match func(actorkit.Key) bool) []proto.Message {
	var out []proto.Message
	for _, x := range h.told {
		if match(x.to) {
			out = append(out, x.msg)
		}
	}
	return out
}

// Woken is how often an actor of a kind that is not registered was sent a Wake.
func (h *Harness) Woken(key actorkit.Key) int { return h.woken[key] }

// Forget clears what Told and Woken remember.
func (h *Harness) Forget() {
	h.told = nil
	clear(h.woken)
}

// Effects is the effects for a courier, answered or not, in the order committed.
func (h *Harness) Effects(courier string) []StoredEffect {
	h.Store.mu.Lock()
	defer h.Store.mu.Unlock()
	var out []StoredEffect
	for _, effect := range h.Store.effects {
		if effect.Courier == courier {
			out = append(out, effect)
		}
	}
	return out
}

// Answer plays the courier: it sends the answer to the actor that committed the effect, and settles. EffectId, Kind and Subject are filled in.
func (h *Harness) Answer(effect StoredEffect, answer *messages.EffectPerformed) {
	h.t.Helper()
	h.Store.mu.Lock()
	for i := range h.Store.effects {
		if h.Store.effects[i].ID == effect.ID {
			h.Store.effects[i].Done = true
		}
	}
	h.Store.mu.Unlock()
	answer.EffectId, answer.Kind, answer.Subject = effect.ID, effect.Kind, effect.Subject
	h.Send(actorkit.Key{Kind: "courier", ID: effect.Courier}, effect.From, answer)
}

// Outcomes is what couriers committed of effects, in that order.
func (h *Harness) Outcomes() []actorkit.Outcome {
	h.Store.mu.Lock()
	defer h.Store.mu.Unlock()
	return slices.Clone(h.Store.outcomes)
}

// Facts is all facts in the order committed.
func (h *Harness) Facts() []facts.Fact {
	h.Store.mu.Lock()
	defer h.Store.mu.Unlock()
	return slices.Clone(h.Store.facts)
}

// Audit is the audit log in the order committed.
func (h *Harness) Audit() []actorkit.Audit {
	h.Store.mu.Lock()
	defer h.Store.mu.Unlock()
	return slices.Clone(h.Store.audit)
}
