package actorkit_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	"github.com/agente-ceo/agente-ceo/messages"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
	"github.com/agente-ceo/agente-ceo/runtime/actortest"
)

// broken spoils what an actor finds when it starts.
type broken struct {
	actorkit.Store
	spoil func(*actorkit.Activation)
}

func (b *broken) Activate(ctx context.Context, key actorkit.Key) (actorkit.Activation, error) {
	act, err := b.Store.Activate(ctx, key)
	if err == nil && key == ledger {
		b.spoil(&act)
	}
	return act, err
}

// A snapshot that is not exactly what was written never becomes a state: the actor does not run, and nobody tries again and again.
func TestKit_ABrokenSnapshotIsNeverAnEmptyState(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(*actorkit.Activation){
		"Garbage":   func(a *actorkit.Activation) { a.State = []byte("garbage, and no snapshot at all") },
		"Empty":     func(a *actorkit.Activation) { a.State = []byte{} },
		"Truncated": func(a *actorkit.Activation) { a.State = a.State[:len(a.State)-7] },
		"Unsealed":  func(a *actorkit.Activation) { a.State = a.State[:len(a.State)-9] },
		"OneBit":    func(a *actorkit.Activation) { a.State = slices.Clone(a.State); a.State[1] ^= 4 },
		"Prefixed":  func(a *actorkit.Activation) { a.State = append([]byte{0x78, 0x01}, a.State...) },
		"Another":   func(a *actorkit.Activation) { a.State = []byte{0x0a, 0x01, 0x61} },
		"Newer":     func(a *actorkit.Activation) { a.Format = actorkit.SnapshotFormat + 1 },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := actortest.New(t, start)
			var trace []string
			spoiled, found := false, false
			h.Register(ledger.Kind, func(key actorkit.Key) actor.Actor {
				d := h.Deps()
				d.Store = &broken{d.Store, func(a *actorkit.Activation) {
					if spoiled {
						found = a.State != nil
						spoil(a)
					}
				}}
				return newLedger(d, key, &trace)
			})
			h.Send(buyer, ledger, &messages.ReleaseBudget{ReleaseId: "r1", CampaignId: "c"})
			commits := h.Store.Commits()
			spoiled = true
			h.Restart()
			h.Send(buyer, ledger, &messages.ReleaseBudget{ReleaseId: "r2", CampaignId: "c"})
			h.Advance(time.Hour)
			failure := h.Directory.Failures().Of(ledger)
			if !found || !failure.Stopped || failure.Restarts != 0 || !strings.Contains(failure.LastError, "snapshot of ledger/main") {
				t.Errorf("the actor's failure is %+v", failure)
			}
			if h.Store.Commits() != commits {
				t.Error("it wrote something")
			}
		})
	}
}

// Whatever dies, at whatever commit, what is loaded is what was in memory, and each message counted once.
func TestKit_WhatIsLoadedIsTheWholeHistory(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		h := actortest.New(t, start)
		var trace []string
		h.Register(ledger.Kind, func(key actorkit.Key) actor.Actor { return newLedger(h.Deps(), key, &trace) })
		var sent []string
		for range rapid.IntRange(1, 25).Draw(rt, "messages") {
			switch rapid.SampledFrom([]string{"", "", "fail", "lose", "crash", "restart"}).Draw(rt, "fault") {
			case "fail":
				h.FailNextCommit()
			case "lose":
				h.LoseNextCommit()
			case "crash":
				h.Crash(ledger)
			case "restart":
				h.Restart()
			}
			id := rapid.SampledFrom([]string{"a", "b", "c", "d", "e", "f", "g", "h"}).Draw(rt, "id")
			h.Send(buyer, ledger, &messages.ReleaseBudget{ReleaseId: id, CampaignId: "c"})
			if !slices.Contains(sent, id) {
				sent = append(sent, id)
			}
		}
		h.Advance(2 * time.Hour)
		before := h.Ask(ledger, &messages.GetTreasury{})
		var stored messages.TreasurerState
		if _, err := h.Store.Snapshot(ledger, &stored); err != nil {
			rt.Fatal(err)
		}
		h.Restart()
		if after := h.Ask(ledger, &messages.GetTreasury{}); !proto.Equal(before, after) {
			rt.Fatalf("memory was %v, what was loaded is %v", before, after)
		}
		slices.Sort(sent)
		counted := slices.Sorted(slices.Values(stored.DoneIds))
		if !slices.Equal(counted, sent) || stored.NextNumber != int64(len(sent)) {
			rt.Fatalf("sent %v, counted %v as %d", sent, stored.DoneIds, stored.NextNumber)
		}
	})
}
