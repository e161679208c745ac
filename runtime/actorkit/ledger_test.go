package actorkit_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"go.uber.org/goleak"

	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/messages"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
	"github.com/agente-ceo/agente-ceo/runtime/actortest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	start  = time.Date(2026, time.March, 1, 0, 0, 0, 0, time.UTC)
	ledger = actorkit.Key{Kind: "ledger", ID: "main"}
	buyer  = actorkit.Key{Kind: "buyer", ID: "one"}
)

// ledgerActor is an actor as they all are, with one behaviour for each promise of the kit.
//
//	receives  ReleaseBudget (durable, counted once), RunReport (slow work), RunScout (alarms), RunBackup (mistakes)
//	owns      how many releases it has counted
//	survives  everything
type ledgerActor struct {
	kit   *actorkit.Kit
	state *messages.TreasurerState
	trace *[]string
	work  func(context.Context) any // what slow work does
	found bool
}

func newLedger(d actorkit.Deps, key actorkit.Key, trace *[]string) *ledgerActor {
	return &ledgerActor{kit: actorkit.New(d, key), state: &messages.TreasurerState{}, trace: trace}
}

// worked is what slow work found.
type worked struct{ id string }

func (a *ledgerActor) note(s string) { *a.trace = append(*a.trace, s) }

// Receive is actor.Actor's.
func (a *ledgerActor) Receive(c actor.Context) {
	switch m := c.Message().(type) {
	case *actor.Started:
		a.found = a.kit.Start(c, a.state)
	case *actor.Stopping, *actor.Stopped, *actor.Restarting:
		a.kit.Stop()
	case *actorkit.Due:
		a.onDue(c, m)
	case *messages.ReleaseBudget:
		a.onRelease(c, m)
	case *messages.RunReport:
		a.note("work " + m.ReportId)
		a.kit.Run(c, time.Minute, a.work)
	case worked:
		a.onWorked(c, m)
	case *messages.RunScout:
		a.onAlarms(c, m)
	case *messages.RunBackup:
		a.onMistake(c, m)
	case *messages.GetTreasury:
		a.kit.Reply(c, &messages.Treasury{LiveCampaigns: a.state.NextNumber, Free: &messages.Money{Minor: int64(len(a.state.DoneIds))}})
	default:
		a.kit.Unhandled(c)
	}
}

func (a *ledgerActor) next(id string) *messages.TreasurerState {
	return &messages.TreasurerState{NextNumber: a.state.NextNumber + 1, DoneIds: append(slices.Clone(a.state.DoneIds), id)}
}

// onRelease counts a release once and tells the campaign.
func (a *ledgerActor) onRelease(c actor.Context, m *messages.ReleaseBudget) {
	if slices.Contains(a.state.DoneIds, m.ReleaseId) {
		a.note("again " + m.ReleaseId)
		a.kit.Reply(c, &messages.Accepted{Id: m.ReleaseId})
		return
	}
	next := a.next(m.ReleaseId)
	err := a.kit.TryCommit(c, actorkit.Change{
		State: next,
		Tells: []actorkit.Tell{{To: buyer, Msg: &messages.BudgetReserved{ReservationId: m.ReleaseId}}},
	})
	if err != nil {
		a.kit.Reply(c, &messages.Refusal{Code: fault.CodeOf(err)})
		return
	}
	a.note("counted " + m.ReleaseId)
	a.state = next
	a.kit.Reply(c, &messages.Accepted{Id: m.ReleaseId})
}

func (a *ledgerActor) onWorked(c actor.Context, m worked) {
	a.note("worked " + m.id)
	next := a.next(m.id)
	a.kit.Commit(c, actorkit.Change{State: next})
	a.state = next
	a.kit.Reply(c, &messages.Accepted{Id: m.id})
}

// onAlarms reads "name=hours" or "-name" from the run id.
func (a *ledgerActor) onAlarms(c actor.Context, m *messages.RunScout) {
	var ch actorkit.Change
	for _, word := range strings.Fields(m.RunId) {
		if name, cancel := strings.CutPrefix(word, "-"); cancel {
			ch.Cancel = append(ch.Cancel, name)
			continue
		}
		name, delay, _ := strings.Cut(word, "=")
		d, err := time.ParseDuration(delay)
		if err != nil {
			panic(err)
		}
		ch.Schedule = append(ch.Schedule, actorkit.Alarm{Name: name, At: a.kit.Now().Add(d)})
	}
	a.kit.Commit(c, ch)
}

func (a *ledgerActor) onDue(c actor.Context, m *actorkit.Due) {
	a.note(m.Name + " at " + a.kit.Now().Format("02T15:04"))
	switch m.Name {
	case "repeat":
		a.kit.Commit(c, actorkit.Change{Schedule: []actorkit.Alarm{{Name: "repeat", At: a.kit.Now().Add(time.Hour)}}})
	case "commit":
		a.kit.Commit(c, actorkit.Change{})
	case "slow":
		a.kit.Run(c, time.Minute, a.work)
	}
}

func (a *ledgerActor) onMistake(c actor.Context, m *messages.RunBackup) {
	switch m.RunId {
	case "panic":
		panic("a broken invariant")
	case "effects":
		a.kit.Commit(c, actorkit.Change{Effects: []actorkit.Effect{
			{ID: "eff_1", Courier: "meta", Payload: &messages.Effect{}},
			{ID: "eff_2", Courier: "crm", Payload: &messages.Effect{}},
			{ID: "eff_3", Courier: "meta", Payload: &messages.Effect{}},
		}})
	}
}

// setup makes a world with a ledger in it, and what the ledger did.
func setup(t *testing.T) (*actortest.Harness, *[]string) {
	t.Helper()
	return setupWith(t, func(*actortest.Harness) func(context.Context) any {
		return func(context.Context) any { return worked{"w"} }
	})
}

func setupWith(t *testing.T, work func(*actortest.Harness) func(context.Context) any) (*actortest.Harness, *[]string) {
	t.Helper()
	h := actortest.New(t, start)
	trace := &[]string{}
	do := work(h)
	h.Register("ledger", func(key actorkit.Key) actor.Actor {
		a := newLedger(h.Deps(), key, trace)
		a.work = do
		return a
	})
	return h, trace
}

func release(id string) *messages.ReleaseBudget { return &messages.ReleaseBudget{ReleaseId: id} }

// count is what the ledger says it has counted.
func count(t *testing.T, h *actortest.Harness) int64 {
	t.Helper()
	return h.Ask(ledger, &messages.GetTreasury{}).(*messages.Treasury).LiveCampaigns
}

func wantTrace(t *testing.T, trace *[]string, want ...string) {
	t.Helper()
	if !slices.Equal(*trace, want) {
		t.Errorf("trace %q\nwant  %q", *trace, want)
	}
}

// undelivered is how many durable messages are stored.
func undelivered(t *testing.T, h *actortest.Harness) int {
	t.Helper()
	list, err := h.Store.Undelivered(t.Context(), h.Now().Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	return len(list)
}
