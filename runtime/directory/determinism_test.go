package directory_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"hash/fnv"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/agente-ceo/agente-ceo/messages"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
	"github.com/agente-ceo/agente-ceo/runtime/actortest"
	"github.com/agente-ceo/agente-ceo/runtime/clock"
	"github.com/agente-ceo/agente-ceo/runtime/directory"
)

// A small economy: campaigns that ask a treasurer for money every hour, and a journal of all that happens.

var purse = actorkit.Key{Kind: "treasurer", ID: "main"}

type economy struct {
	deps    func() actorkit.Deps
	seed    uint32
	faults  bool
	mu      sync.Mutex
	journal strings.Builder
	granted func(number int64) // nil does not care
}

func (e *economy) write(format string, args ...any) {
	e.mu.Lock()
	defer e.mu.Unlock()
	fmt.Fprintf(&e.journal, format+"\n", args...)
}

// chance is true one time in n, by the seed and what it is about.
func (e *economy) chance(n uint32, parts ...any) bool {
	h := fnv.New32a()
	fmt.Fprint(h, e.seed, parts)
	return e.faults && h.Sum32()%n == 0
}

// spender is a campaign: each hour it looks outside, and reserves.
type spender struct {
	e     *economy
	kit   *actorkit.Kit
	state *messages.TreasurerState
}

type looked struct{ hour int64 }

// Receive is actor.Actor's.
func (a *spender) Receive(c actor.Context) {
	switch m := c.Message().(type) {
	case *actor.Started:
		if a.kit.Start(c, a.state); a.state.NextNumber == 0 {
			a.commit(c, actorkit.Change{Schedule: []actorkit.Alarm{{Name: "look", At: a.kit.Now().Add(time.Hour)}}})
		}
	case *actorkit.Due:
		hour := m.At.Unix() / 3600
		if a.e.chance(97, a.kit.Key(), "due", a.kit.Now()) {
			a.e.write("%s %s panics", a.kit.Now().Format(time.RFC3339), a.kit.Key())
			panic("a campaign that fails")
		}
		a.kit.Run(c, time.Minute, func(context.Context) any { return looked{hour} })
	case looked:
		reserve := &messages.ReserveBudget{ReservationId: fmt.Sprintf("%s@%d", a.kit.Key().ID, m.hour), CampaignId: a.kit.Key().ID}
		a.commit(c, actorkit.Change{
			Tells:    []actorkit.Tell{{To: purse, Msg: reserve}},
			Schedule: []actorkit.Alarm{{Name: "look", At: time.Unix((m.hour+1)*3600, 0)}},
		})
	case *messages.BudgetReserved:
		a.commit(c, actorkit.Change{})
	default:
		a.kit.Unhandled(c)
	}
}

func (a *spender) commit(c actor.Context, ch actorkit.Change) {
	a.state.NextNumber++
	ch.State = a.state
	a.kit.Commit(c, ch)
	a.e.write("%s %s %d", a.kit.Now().Format(time.RFC3339), a.kit.Key(), a.state.NextNumber)
}

// banker is the treasurer.
type banker struct {
	e     *economy
	kit   *actorkit.Kit
	state *messages.TreasurerState
}

// Receive is actor.Actor's.
func (a *banker) Receive(c actor.Context) {
	switch m := c.Message().(type) {
	case *actor.Started:
		a.kit.Start(c, a.state)
	case *messages.ReserveBudget:
		a.state.NextNumber++
		a.kit.Commit(c, actorkit.Change{
			State: a.state,
			Tells: []actorkit.Tell{{
				To: actorkit.Key{Kind: "campaign", ID: m.CampaignId}, Msg: &messages.BudgetReserved{ReservationId: m.ReservationId},
			}},
		})
		a.e.write("%s %s grants %s as %d", a.kit.Now().Format(time.RFC3339), a.kit.Key(), m.ReservationId, a.state.NextNumber)
		if a.e.granted != nil {
			a.e.granted(a.state.NextNumber)
		}
		if a.e.chance(61, m.ReservationId) {
			panic("a treasurer that fails after it has granted")
		}
	default:
		a.kit.Unhandled(c)
	}
}

func (e *economy) factory(key actorkit.Key) actor.Actor {
	kit, state := actorkit.New(e.deps(), key), &messages.TreasurerState{}
	if key.Kind == "treasurer" {
		return &banker{e: e, kit: kit, state: state}
	}
	return &spender{e: e, kit: kit, state: state}
}

func campaignKey(i int) actorkit.Key {
	return actorkit.Key{Kind: "campaign", ID: fmt.Sprintf("cmp_%02d", i)}
}

// history lets an economy of 25 campaigns live for some days.
func history(t *testing.T, seed uint32, days int) (*economy, *actortest.Harness) {
	t.Helper()
	h := actortest.New(t, start)
	e := &economy{deps: h.Deps, seed: seed, faults: true}
	h.Register("campaign", e.factory)
	h.Register("treasurer", e.factory)
	for i := range 25 {
		h.Directory.Wake(campaignKey(i))
	}
	h.RunUntil(start.AddDate(0, 0, days))
	return e, h
}

func TestVirtualTime_TheSameSeedGivesTheSameJournal(t *testing.T) {
	t.Parallel()
	first, h := history(t, 7, 10)
	second, _ := history(t, 7, 10)
	other, _ := history(t, 8, 10)
	a, b := sha256.Sum256([]byte(first.journal.String())), sha256.Sum256([]byte(second.journal.String()))
	if a != b {
		t.Error("two runs of one seed differ")
	}
	if first.journal.String() == other.journal.String() {
		t.Error("the seed does not matter")
	}
	restarts := 0
	for _, row := range h.Directory.List() {
		restarts += row.Restarts
		if row.State == "stopped" {
			t.Errorf("%s was given up: %s", row.Key, row.LastError)
		}
	}
	if restarts < 50 {
		t.Errorf("only %d restarts: the test shows little", restarts)
	}
}

func TestVirtualTime_NothingIsLostOverPanics(t *testing.T) {
	t.Parallel()
	const days = 5
	e, h := history(t, 3, days)
	h.Advance(30 * time.Minute) // what the last panics delayed
	granted := map[string]bool{}
	for word, words := "", strings.Fields(e.journal.String()); len(words) > 0; words = words[1:] {
		if word == "grants" {
			granted[words[0]] = true
		}
		word = words[0]
	}
	for i := range 25 {
		for hour := 1; hour < days*24; hour++ {
			id := fmt.Sprintf("%s@%d", campaignKey(i).ID, start.Unix()/3600+int64(hour))
			if !granted[id] {
				t.Fatalf("reservation %s was never granted", id)
			}
		}
	}
	waiting, err := h.Store.Undelivered(t.Context(), h.Now())
	if err != nil || len(waiting) != 0 {
		t.Errorf("%d messages wait, %v", len(waiting), err)
	}
}

// TestLocal_OnGoroutines lets the same economy live as in serve: mailboxes on goroutines, a fast clock, a pool, and a sweeper.
func TestLocal_OnGoroutines(t *testing.T) {
	t.Parallel()
	const grants = 1000
	now, store, pool := clock.NewScaled(start, 40*3600), actortest.NewStore(), clock.NewPool(4)
	d, err := directory.New(directory.Options{Clock: now, Log: quiet})
	if err != nil {
		t.Fatal(err)
	}
	enough := make(chan struct{})
	e := &economy{seed: 5, faults: true, granted: func(number int64) {
		if number == grants {
			close(enough)
		}
	}}
	e.deps = func() actorkit.Deps {
		return actorkit.Deps{Clock: now, Store: store, Directory: d, Executor: pool, Log: quiet}
	}
	d.Register("campaign", e.factory)
	d.Register("treasurer", e.factory)
	sweeper := &directory.Sweeper{Clock: now, Executor: pool, Ledger: store, Posts: d, Log: quiet, Every: time.Hour, Grace: 10 * time.Minute}
	sweeper.Start()
	for i := range 25 {
		d.Wake(campaignKey(i))
	}
	<-enough
	sweeper.Stop()
	if err := d.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := pool.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	var state messages.TreasurerState
	if found, err := store.Snapshot(purse, &state); !found || err != nil || state.NextNumber < grants {
		t.Errorf("the treasurer has granted %d, %v", state.NextNumber, err)
	}
	restarts := 0
	for _, row := range d.Failures().All() {
		restarts += row.Restarts
	}
	if restarts == 0 {
		t.Error("nothing failed: the test shows little")
	}
}

// emptyStore accepts everything and keeps nothing: what is measured is the machinery.
type emptyStore struct{ epoch int64 }

func (s *emptyStore) Activate(context.Context, actorkit.Key) (actorkit.Activation, error) {
	s.epoch++
	return actorkit.Activation{Epoch: s.epoch}, nil
}
func (*emptyStore) Commit(context.Context, actorkit.Commit) error         { return nil }
func (*emptyStore) Handled(context.Context, actorkit.Fence, string) error { return nil }

func virtualWorld(b *testing.B) (*directory.Local, actorkit.Deps, *clock.Virtual) {
	b.Helper()
	v := clock.NewVirtual(start)
	log := slog.New(slog.DiscardHandler)
	d, err := directory.New(directory.Options{Clock: v, Log: log, Dispatcher: v, WhenIdle: v.WhenIdle})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := v.External(context.Background(), func() { err = d.Stop(context.Background()) }); err != nil {
			b.Error(err)
		}
	})
	return d, actorkit.Deps{Clock: v, Store: &emptyStore{}, Directory: d, Executor: v, Log: log}, v
}

// BenchmarkVirtual_Event measures a campaign's hour: an alarm, slow work, three commits, and two durable messages.
func BenchmarkVirtual_Event(b *testing.B) {
	d, deps, v := virtualWorld(b)
	e := &economy{deps: func() actorkit.Deps { return deps }}
	d.Register("campaign", e.factory)
	d.Register("treasurer", e.factory)
	const campaigns = 25
	for i := range campaigns {
		d.Wake(campaignKey(i))
	}
	v.Settle()
	b.ReportAllocs()
	events := 0
	for b.Loop() {
		if err := v.RunUntil(context.Background(), v.Now().Add(time.Hour)); err != nil {
			b.Fatal(err)
		}
		e.journal.Reset()
		events += campaigns
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(events), "ns/event")
}
