package housekeeper_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/agente-ceo/agente-ceo/actors/housekeeper"
	"github.com/agente-ceo/agente-ceo/domain/facts"
	"github.com/agente-ceo/agente-ceo/messages"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
	"github.com/agente-ceo/agente-ceo/runtime/actortest"
)

var (
	start = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	key   = actorkit.Key{Kind: "housekeeper", ID: "main"}
)

type house struct {
	*actortest.Harness
	purgedBefore time.Time
	nights       int
	backupErr    error
	mismatches   []string
	ledger       []string
	metaErr      error
}

func (h *house) Purge(_ context.Context, _ actorkit.Fence, before time.Time) (string, error) {
	h.nights++
	h.purgedBefore = before
	return "12 rows of analytics", nil
}
func (h *house) Backup(context.Context, actorkit.Fence, time.Time) (string, error) {
	return "backup.dump", h.backupErr
}
func (h *house) CheckRollups(context.Context) ([]string, error) { return h.mismatches, nil }
func (h *house) CheckLedger(context.Context) ([]string, error)  { return h.ledger, nil }

func setup(t *testing.T) *house {
	t.Helper()
	h := &house{Harness: actortest.New(t, start)}
	h.Register(key.Kind, func(k actorkit.Key) actor.Actor {
		return housekeeper.New(housekeeper.Deps{
			Kit: h.Deps(), Store: h, Settings: func() housekeeper.Settings { return housekeeper.Settings{HealthEvery: 5 * time.Minute, KeepDays: 90} },
			Connections: []housekeeper.Connection{{Name: "meta", Check: func(context.Context) error { return h.metaErr }}},
		}, k)
	})
	h.Tell(key, &messages.Wake{})
	h.Settle()
	return h
}

func (h *house) alerts() string {
	var out []string
	for _, f := range h.Facts() {
		switch f := f.(type) {
		case facts.Alert:
			out = append(out, "+"+f.Kind)
		case facts.AlertResolved:
			out = append(out, "-")
		}
	}
	return strings.Join(out, " ")
}

func TestHousekeeper_Night(t *testing.T) {
	t.Parallel()
	t.Run("PurgesBacksUpAndChecksOnceANight", func(t *testing.T) {
		t.Parallel()
		h := setup(t)
		h.RunUntil(time.Date(2026, 3, 4, 4, 0, 0, 0, time.UTC))
		if want := time.Date(2025, 12, 4, 3, 0, 0, 0, time.UTC); h.nights != 2 || !h.purgedBefore.Equal(want) {
			t.Fatalf("%d nights, purged before %v", h.nights, h.purgedBefore)
		}
	})
	t.Run("TellsOfAFailedBackupAndOfWrongSums", func(t *testing.T) {
		t.Parallel()
		h := setup(t)
		h.backupErr, h.mismatches, h.ledger = errors.New("disk full"), []string{"cmp_a: 5 ≠ 6"}, []string{"day 2026-03-03: 5 ≠ 6"}
		h.RunUntil(time.Date(2026, 3, 3, 4, 0, 0, 0, time.UTC))
		if got := h.alerts(); got != "+backup_failed - +rollup_mismatch +ledger_mismatch" {
			t.Fatalf("alerts %s", got)
		}
	})
	t.Run("RunsOnDemand", func(t *testing.T) {
		t.Parallel()
		h := setup(t)
		if reply, ok := h.Ask(key, &messages.RunBackup{RunId: "b1", By: "ana@example.com"}).(*messages.Accepted); !ok || h.nights != 1 {
			t.Fatalf("reply %v, nights %d", reply, h.nights)
		}
	})
}

func TestHousekeeper_Health(t *testing.T) {
	t.Parallel()
	h := setup(t)
	h.metaErr = errors.New("no route")
	h.Advance(16 * time.Minute)
	h.metaErr = nil
	h.Advance(10 * time.Minute)
	if got := h.alerts(); got != "+health -" {
		t.Fatalf("alerts %s", got)
	}
}

func TestHousekeeper_SurvivesRestart(t *testing.T) {
	t.Parallel()
	h := setup(t)
	h.FailNextCommit()
	h.Advance(24 * time.Hour)
	if h.nights != 1 {
		t.Fatalf("%d nights after a crash", h.nights)
	}
	h.Advance(24 * time.Hour)
	if h.nights != 2 {
		t.Fatalf("%d nights: the clock stopped", h.nights)
	}
}
