package actorkit_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"google.golang.org/protobuf/proto"

	"github.com/agente-ceo/agente-ceo/domain/facts"
	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/messages"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
	"github.com/agente-ceo/agente-ceo/runtime/actortest"
	"github.com/agente-ceo/agente-ceo/runtime/clock"
	"github.com/agente-ceo/agente-ceo/runtime/directory"
)

var till = actorkit.Key{Kind: "till", ID: "main"}

// tillActor counts releases in groups, each once. Its report ids say what else to do: "panic" breaks the decision, "name=1h" arms an
// alarm, "look" changes nothing.
type tillActor struct {
	kit   *actorkit.Kit
	group *actorkit.Group
	state *messages.TreasurerState
	trace *[]string // what each decision was asked, nil for not
}

func newTill(d actorkit.Deps, key actorkit.Key, trace *[]string) actor.Actor {
	a := &tillActor{kit: actorkit.New(d, key), state: &messages.TreasurerState{}, trace: trace}
	a.group = a.kit.Group(a.decide)
	return a
}

// Receive is actor.Actor's.
func (a *tillActor) Receive(c actor.Context) {
	switch c.Message().(type) {
	case *actor.Started:
		a.kit.Start(c, a.state)
	case *actor.Stopping, *actor.Stopped, *actor.Restarting:
		a.kit.Stop()
	case *messages.ReleaseBudget, *messages.RunReport, *actorkit.Due:
		a.group.Add(c)
	case *messages.GetTreasury:
		a.kit.Reply(c, &messages.Treasury{LiveCampaigns: a.state.NextNumber})
	default:
		a.kit.Unhandled(c)
	}
}

// decide refuses alone what the store has refused.
func (a *tillActor) decide(asked []actorkit.Asked, refused error) actorkit.Decision {
	if refused != nil && len(asked) > 1 {
		a.note("refused " + fault.CodeOf(refused))
		return actorkit.Decision{Singly: true}
	}
	next := proto.CloneOf(a.state)
	var d actorkit.Decision
	var names []string
	for _, x := range asked {
		switch m := x.Msg.(type) {
		case *messages.ReleaseBudget:
			names = append(names, a.count(next, &d.Change, m, refused))
		case *messages.RunReport:
			names = append(names, a.report(&d, m))
		case *actorkit.Due:
			names = append(names, m.Name+" at "+a.kit.Now().Format("15:04"))
			if m.Name == "moved" {
				d.Postpone = append(d.Postpone, actorkit.Alarm{Name: "moved", At: a.kit.Now().Add(time.Hour)})
			}
		}
	}
	a.note(strings.Join(names, " "))
	if next.NextNumber != a.state.NextNumber {
		d.Change.State = next
	}
	d.Apply = func() {
		a.state = next
		for _, x := range asked {
			x.Reply(&messages.Accepted{})
		}
	}
	return d
}

func (a *tillActor) note(s string) {
	if a.trace != nil {
		*a.trace = append(*a.trace, s)
	}
}

func (a *tillActor) count(next *messages.TreasurerState, ch *actorkit.Change, m *messages.ReleaseBudget, refused error) string {
	if refused != nil {
		ch.Tells = append(ch.Tells, actorkit.Tell{To: buyer, Msg: &messages.BudgetRefused{ReservationId: m.ReleaseId}})
		return "no " + m.ReleaseId
	}
	ch.Tells = append(ch.Tells, actorkit.Tell{To: buyer, Msg: &messages.BudgetReserved{ReservationId: m.ReleaseId}})
	if slices.Contains(next.DoneIds, m.ReleaseId) {
		return "again " + m.ReleaseId
	}
	next.DoneIds, next.NextNumber = append(next.DoneIds, m.ReleaseId), next.NextNumber+1
	ch.Facts = append(ch.Facts, facts.AlertResolved{ID: m.ReleaseId})
	return m.ReleaseId
}

func (a *tillActor) report(d *actorkit.Decision, m *messages.RunReport) string {
	if m.ReportId == "panic" {
		panic("a broken invariant")
	}
	if name, delay, arms := strings.Cut(m.ReportId, "="); arms {
		after, err := time.ParseDuration(delay)
		if err != nil {
			panic(err)
		}
		d.Change.Schedule = append(d.Change.Schedule, actorkit.Alarm{Name: name, At: a.kit.Now().Add(after)})
	}
	return m.ReportId
}

func setupTill(t *testing.T) (*actortest.Harness, *[]string) {
	t.Helper()
	t.Parallel()
	h, trace := actortest.New(t, start), &[]string{}
	h.Register("till", func(key actorkit.Key) actor.Actor { return newTill(h.Deps(), key, trace) })
	return h, trace
}

func releases(ids ...string) []proto.Message {
	out := make([]proto.Message, len(ids))
	for i, id := range ids {
		out[i] = release(id)
	}
	return out
}

func report(id string) *messages.RunReport { return &messages.RunReport{ReportId: id} }

// wantTill checks what was counted, and that nothing waits.
func wantTill(t *testing.T, h *actortest.Harness, counted int64) {
	t.Helper()
	if got := h.Ask(till, &messages.GetTreasury{}).(*messages.Treasury).LiveCampaigns; got != counted {
		t.Errorf("counted %d, want %d", got, counted)
	}
	if n := undelivered(t, h); n != 0 {
		t.Errorf("%d messages are left", n)
	}
}

func TestGroup(t *testing.T) {
	t.Parallel()
	t.Run("DecidesTogetherWhatLiesInTheMailbox", func(t *testing.T) {
		h, trace := setupTill(t)
		h.SendTogether(buyer, till, releases("r1", "r2", "r3", "r4")...)
		wantTrace(t, trace, "r1 r2 r3 r4")
		wantTill(t, h, 4)
		if h.Store.Commits() != 1 || len(h.ToldTo(buyer)) != 4 {
			t.Errorf("%d commits, told %v", h.Store.Commits(), h.ToldTo(buyer))
		}
	})
	t.Run("DecidesTogetherWhatArrivedMeanwhile", func(t *testing.T) {
		h, trace := setupTill(t)
		h.RefuseCommits(func(actorkit.Commit) error { // it refuses none: it is called while one is on its way
			if len(*trace) == 1 {
				for _, msg := range releases("r2", "r3", "r4") {
					h.Directory.Tell(till, msg)
				}
			}
			return nil
		})
		h.Send(buyer, till, release("r1"))
		wantTrace(t, trace, "r1", "r2 r3 r4")
		wantTill(t, h, 4)
	})
	t.Run("CommitsALoneMessageAtOnce", func(t *testing.T) {
		h, trace := setupTill(t)
		h.Send(buyer, till, release("r1"))
		h.Send(buyer, till, release("r2"))
		wantTrace(t, trace, "r1", "r2")
		wantTill(t, h, 2)
	})
	t.Run("RepliesAfterTheCommit", func(t *testing.T) {
		h, _ := setupTill(t)
		if _, ok := h.Ask(till, release("r1")).(*messages.Accepted); !ok || h.Store.Commits() != 1 {
			t.Errorf("answered before its commit, of which there are %d", h.Store.Commits())
		}
	})
	t.Run("NeedsNoCommitForNothing", func(t *testing.T) {
		h, _ := setupTill(t)
		if _, ok := h.Ask(till, report("look")).(*messages.Accepted); !ok || h.Store.Commits() != 0 {
			t.Errorf("%d commits", h.Store.Commits())
		}
		h.Send(buyer, till, report("look")) // a durable one has to be ended
		wantTill(t, h, 0)
	})
	t.Run("FailsAloneWhatIsRefused", func(t *testing.T) {
		h, trace := setupTill(t)
		h.RefuseCommits(func(c actorkit.Commit) error {
			if slices.Contains(c.Facts, facts.Fact(facts.AlertResolved{ID: "r3"})) {
				return fault.Refuse("cap_exceeded", "no room")
			}
			return nil
		})
		h.SendTogether(buyer, till, releases("r1", "r2", "r3", "r4")...)
		wantTrace(t, trace, "r1 r2 r3 r4", "refused cap_exceeded", "r1", "r2", "r3", "no r3", "r4")
		wantTill(t, h, 3)
		if refused, ok := h.ToldTo(buyer)[2].(*messages.BudgetRefused); !ok || refused.ReservationId != "r3" {
			t.Errorf("told %v", h.ToldTo(buyer))
		}
	})
	t.Run("GivesUpWhatIsRefusedForEver", func(t *testing.T) {
		h, trace := setupTill(t)
		h.RefuseCommits(func(actorkit.Commit) error { return fault.Refuse("cap_exceeded", "no room") })
		h.Tell(till, release("r1"))
		wantTrace(t, trace, "r1", "no r1", "no r1", "no r1")
	})
}

func TestGroup_Alarms(t *testing.T) {
	t.Parallel()
	t.Run("EndWithTheirGroup", func(t *testing.T) {
		h, trace := setupTill(t)
		h.Send(buyer, till, report("once=1h"))
		h.Advance(3 * time.Hour)
		wantTrace(t, trace, "once=1h", "once at 01:00")
		h.Restart()
		h.Advance(3 * time.Hour)
		wantTrace(t, trace, "once=1h", "once at 01:00")
	})
	t.Run("MoveWithoutACommit", func(t *testing.T) {
		h, trace := setupTill(t)
		h.Send(buyer, till, report("moved=1h"))
		h.Advance(150 * time.Minute)
		wantTrace(t, trace, "moved=1h", "moved at 01:00", "moved at 02:00")
		if h.Store.Commits() != 1 {
			t.Errorf("%d commits", h.Store.Commits())
		}
	})
	t.Run("AreNotTakenTwice", func(t *testing.T) {
		h, trace := setupTill(t)
		h.SendTogether(buyer, till, report("a=1h"), report("b=1h"), report("c=1h"))
		h.RunUntil(start.Add(time.Hour))
		h.SendTogether(buyer, till, release("r1"))
		h.Advance(time.Hour)
		wantTrace(t, trace, "a=1h b=1h c=1h", "a at 01:00", "b at 01:00", "c at 01:00", "r1")
		wantTill(t, h, 1)
	})
}

func TestGroup_SurvivesRestart(t *testing.T) {
	t.Parallel()
	for name, breakIt := range map[string]func(*actortest.Harness){
		"BeforeTheCommit":       (*actortest.Harness).FailNextCommit,
		"AfterTheCommit":        (*actortest.Harness).LoseNextCommit,
		"BeforeTheSecondCommit": func(h *actortest.Harness) { h.Send(buyer, till, release("r0")); h.FailNextCommit() },
	} {
		t.Run(name, func(t *testing.T) {
			h, _ := setupTill(t)
			breakIt(h)
			before := int64(h.Store.Commits())
			h.SendTogether(buyer, till, releases("r1", "r2", "r3")...)
			h.Advance(10 * time.Minute)
			wantTill(t, h, before+3)
			answered := map[string]bool{}
			for _, m := range h.ToldTo(buyer) {
				answered[m.(*messages.BudgetReserved).ReservationId] = true
			}
			if !answered["r1"] || !answered["r2"] || !answered["r3"] {
				t.Errorf("answered %v", answered)
			}
		})
	}
	t.Run("AfterAPanicInADecision", func(t *testing.T) {
		h, _ := setupTill(t)
		h.Directory.Tell(till, release("lost")) // not durable: it falls with the panic, the others come again
		h.Directory.Tell(till, report("panic"))
		h.SendTogether(buyer, till, releases("r1", "r2")...)
		h.Advance(10 * time.Minute)
		wantTill(t, h, 2)
	})
	t.Run("WhoAskedIsTold", func(t *testing.T) {
		h, _ := setupTill(t)
		h.FailNextCommit()
		if _, err := h.TryAsk(till, release("r1")); fault.KindOf(err) != fault.Retryable {
			t.Errorf("answered %v", err)
		}
	})
	t.Run("AStaleEpochWritesNothing", func(t *testing.T) {
		h, _ := setupTill(t)
		h.Send(buyer, till, release("r1"))
		if _, err := h.Store.Activate(t.Context(), till); err != nil {
			t.Fatal(err)
		}
		h.SendTogether(buyer, till, releases("r2", "r3")...)
		if len(h.ToldTo(buyer)) != 1 {
			t.Errorf("told %v", h.ToldTo(buyer))
		}
		h.Advance(10 * time.Minute)
		wantTill(t, h, 3)
	})
}

// TestGroup_OnGoroutines asks from many goroutines at once, with commits on a pool.
func TestGroup_OnGoroutines(t *testing.T) {
	t.Parallel()
	const callers, rounds = 32, 20
	store, pool := actortest.NewStore(), clock.NewPool(2)
	d, err := directory.New(directory.Options{Clock: clock.System{}, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	deps := actorkit.Deps{Clock: clock.System{}, Store: store, Directory: d, Executor: clock.Inline{}, Commits: pool, Log: slog.New(slog.DiscardHandler)}
	d.Register("till", func(key actorkit.Key) actor.Actor { return newTill(deps, key, nil) })
	d.Register("buyer", func(actorkit.Key) actor.Actor { return &silent{} })
	var all sync.WaitGroup
	for n := range callers {
		all.Go(func() {
			for i := range rounds {
				if _, err := d.Ask(context.Background(), till, release(fmt.Sprint(n, "-", i))); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	reply, err := d.Ask(t.Context(), till, &messages.GetTreasury{})
	if err != nil || reply.(*messages.Treasury).LiveCampaigns != callers*rounds {
		t.Errorf("counted %v, %v", reply, err)
	}
	if store.Commits() >= callers*rounds {
		t.Errorf("%d commits of %d messages: nothing was decided together", store.Commits(), callers*rounds)
	}
	if err := d.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := pool.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// silent takes everything.
type silent struct{}

// Receive is actor.Actor's.
func (*silent) Receive(actor.Context) {}
