package actorkit_test

import (
	"context"
	"testing"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/messages"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
	"github.com/agente-ceo/agente-ceo/runtime/actortest"
)

const backoff = 2 * time.Minute // longer than any restart of these tests takes

func TestKit_Commit(t *testing.T) {
	t.Parallel()

	t.Run("StoresThenTells", func(t *testing.T) {
		t.Parallel()
		h, _ := setup(t)
		h.Send(buyer, ledger, release("r1"))
		if got := h.ToldTo(buyer); len(got) != 1 || got[0].(*messages.BudgetReserved).ReservationId != "r1" {
			t.Errorf("told %v", got)
		}
		var state messages.TreasurerState
		if found, err := h.Store.Snapshot(ledger, &state); !found || err != nil || state.NextNumber != 1 {
			t.Errorf("snapshot %v %v %v", found, err, &state)
		}
		if n := undelivered(t, h); n != 0 {
			t.Errorf("%d messages are left", n)
		}
	})

	t.Run("WakesEachCourierOnce", func(t *testing.T) {
		t.Parallel()
		h, _ := setup(t)
		h.Tell(ledger, &messages.RunBackup{RunId: "effects"})
		meta, crm := h.Woken(actorkit.Key{Kind: "courier", ID: "meta"}), h.Woken(actorkit.Key{Kind: "courier", ID: "crm"})
		if meta != 1 || crm != 1 || len(h.Effects("meta")) != 2 {
			t.Errorf("woke meta %d times and crm %d times, %d effects", meta, crm, len(h.Effects("meta")))
		}
	})

	t.Run("SurvivesAStoreThatFails", func(t *testing.T) {
		t.Parallel()
		h, trace := setup(t)
		h.FailNextCommit()
		h.Send(buyer, ledger, release("r1"))
		if len(h.ToldTo(buyer)) != 0 {
			t.Error("it told of what was not stored")
		}
		h.Advance(10 * time.Minute)
		wantTrace(t, trace, "counted r1")
		if n := count(t, h); n != 1 {
			t.Errorf("counted %d", n)
		}
	})

	t.Run("SurvivesALostAnswerOfTheStore", func(t *testing.T) {
		t.Parallel()
		h, trace := setup(t)
		h.LoseNextCommit()
		h.Send(buyer, ledger, release("r1"))
		h.Advance(10 * time.Minute)
		// The commit had ended the message, and had stored what it tells: both hold though the actor never learned of it.
		wantTrace(t, trace)
		if n, told := count(t, h), len(h.ToldTo(buyer)); n != 1 || told != 1 {
			t.Errorf("counted %d, told %d times", n, told)
		}
	})

	t.Run("SurvivesARepeatedCommand", func(t *testing.T) {
		t.Parallel()
		h, trace := setup(t)
		h.LoseNextCommit()
		if _, err := h.TryAsk(ledger, release("r1")); err == nil {
			t.Error("a crashed actor answered")
		}
		h.Advance(backoff)
		if reply := h.Ask(ledger, release("r1")).(*messages.Accepted); reply.Id != "r1" {
			t.Errorf("reply %v", reply)
		}
		wantTrace(t, trace, "again r1")
	})

	t.Run("ReturnsWhatTheDatabaseRefuses", func(t *testing.T) {
		t.Parallel()
		h, trace := setup(t)
		h.RefuseCommits(func(actorkit.Commit) error { return fault.Refuse("cap_exceeded", "no more today") })
		if reply := h.Ask(ledger, release("r1")).(*messages.Refusal); reply.Code != "cap_exceeded" {
			t.Errorf("reply %v", reply)
		}
		wantTrace(t, trace)
		if n := count(t, h); n != 0 {
			t.Errorf("counted %d", n)
		}
	})

	t.Run("AStaleActivationStartsAnew", func(t *testing.T) {
		t.Parallel()
		h, trace := setup(t)
		count(t, h)
		if _, err := h.Store.Activate(t.Context(), ledger); err != nil { // another node took over
			t.Fatal(err)
		}
		h.Send(buyer, ledger, release("r1"))
		wantTrace(t, trace)
		h.Advance(10 * time.Minute)
		wantTrace(t, trace, "counted r1")
	})
}

func TestKit_DurableMessages(t *testing.T) {
	t.Parallel()

	t.Run("EndWithoutACommit", func(t *testing.T) {
		t.Parallel()
		h, trace := setup(t)
		h.Ask(ledger, release("r1"))
		commits := h.Store.Commits()
		h.Send(buyer, ledger, release("r1"))
		wantTrace(t, trace, "counted r1", "again r1")
		if n := undelivered(t, h); n != 0 || h.Store.Commits() != commits {
			t.Errorf("%d messages left, %d commits more", n, h.Store.Commits()-commits)
		}
	})

	t.Run("ComeAgainAfterAPanic", func(t *testing.T) {
		t.Parallel()
		h, trace := setup(t)
		h.Crash(ledger)
		h.Send(buyer, ledger, release("r1"))
		wantTrace(t, trace)
		if n := undelivered(t, h); n != 1 {
			t.Errorf("%d messages are stored", n)
		}
		h.Advance(10 * time.Minute)
		wantTrace(t, trace, "counted r1")
		if rows := h.Directory.List(); len(rows) == 0 || rows[1].Key != ledger || rows[1].Restarts != 1 {
			t.Errorf("listed %+v", rows)
		}
	})

	t.Run("AreStoredOnceWhenDecidedTwice", func(t *testing.T) {
		t.Parallel()
		a := actorkit.MessageID(ledger, buyer, &messages.BudgetReserved{ReservationId: "r1"}, 3, 0)
		b := actorkit.MessageID(ledger, buyer, &messages.BudgetReserved{ReservationId: "r1", Partial: true}, 9, 4)
		if a != b {
			t.Errorf("%s and %s for one decision", a, b)
		}
	})

	t.Run("DifferByWhatTheyAre", func(t *testing.T) {
		t.Parallel()
		other := actorkit.Key{Kind: "buyer", ID: "two"}
		seen := map[string]bool{}
		for _, id := range []string{
			actorkit.MessageID(ledger, buyer, &messages.BudgetReserved{ReservationId: "r1"}, 1, 0),
			actorkit.MessageID(ledger, buyer, &messages.BudgetReserved{ReservationId: "r2"}, 1, 0),
			actorkit.MessageID(ledger, buyer, &messages.BudgetRefused{ReservationId: "r1"}, 1, 0),
			actorkit.MessageID(ledger, other, &messages.BudgetReserved{ReservationId: "r1"}, 1, 0),
			actorkit.MessageID(other, buyer, &messages.BudgetReserved{ReservationId: "r1"}, 1, 0),
			actorkit.MessageID(ledger, buyer, &messages.BudgetReserved{}, 1, 0),
			actorkit.MessageID(ledger, buyer, &messages.BudgetReserved{}, 2, 0),
			actorkit.MessageID(ledger, buyer, &messages.BudgetReserved{}, 1, 1),
			actorkit.MessageID(ledger, buyer, &messages.WebhookStored{}, 1, 0),
			actorkit.MessageID(ledger, buyer, &messages.WebhookStored{}, 2, 0),
		} {
			if seen[id] {
				t.Errorf("%s names two messages", id)
			}
			seen[id] = true
		}
	})
}

func TestKit_Alarms(t *testing.T) {
	t.Parallel()
	schedule := func(h *actortest.Harness, what string) { h.Tell(ledger, &messages.RunScout{RunId: what}) }

	t.Run("FireInOrder", func(t *testing.T) {
		t.Parallel()
		h, trace := setup(t)
		schedule(h, "b=2h a=2h commit=1h")
		h.Advance(24 * time.Hour)
		wantTrace(t, trace, "commit at 01T01:00", "a at 01T02:00", "b at 01T02:00")
	})

	t.Run("AreMovedAndCancelled", func(t *testing.T) {
		t.Parallel()
		h, trace := setup(t)
		schedule(h, "commit=1h a=2h b=3h")
		schedule(h, "-a commit=5h")
		h.Advance(24 * time.Hour)
		wantTrace(t, trace, "b at 01T03:00", "commit at 01T05:00")
	})

	t.Run("RepeatOnceAfterRestarts", func(t *testing.T) {
		t.Parallel()
		h, trace := setup(t)
		schedule(h, "repeat=1h")
		for range 3 {
			h.Tell(ledger, &messages.RunBackup{RunId: "panic"})
			h.Advance(backoff)
		}
		h.RunUntil(start.Add(3*time.Hour + time.Minute))
		wantTrace(t, trace, "repeat at 01T01:00", "repeat at 01T02:00", "repeat at 01T03:00")
	})

	t.Run("AreStoredUntilTheirHandlerCommits", func(t *testing.T) {
		t.Parallel()
		h, trace := setup(t)
		schedule(h, "commit=1h repeat=1h30m")
		h.FailNextCommit()
		h.RunUntil(start.Add(time.Hour))
		h.RunUntil(start.Add(time.Hour + backoff))
		if len(*trace) != 2 || (*trace)[0] != "commit at 01T01:00" || (*trace)[1] != "commit at 01T01:00" {
			t.Errorf("trace %q", *trace)
		}
		due, err := h.Store.Overdue(t.Context(), h.Now())
		if err != nil || len(due) != 0 {
			t.Errorf("still overdue: %v, %v", due, err)
		}
	})

	t.Run("EndWithoutACommit", func(t *testing.T) {
		t.Parallel()
		h, trace := setup(t)
		schedule(h, "nothing=1h")
		h.Advance(2 * time.Hour)
		h.Restart()
		h.Advance(2 * time.Hour)
		wantTrace(t, trace, "nothing at 01T01:00")
	})

	t.Run("SurviveTheProcess", func(t *testing.T) {
		t.Parallel()
		h, trace := setup(t)
		schedule(h, "commit=1h repeat=3h")
		h.Restart()
		h.RunUntil(start.Add(3 * time.Hour))
		wantTrace(t, trace, "commit at 01T01:00", "repeat at 01T03:00")
	})

	t.Run("AreListed", func(t *testing.T) {
		t.Parallel()
		h, _ := setup(t)
		schedule(h, "a=2h b=1h")
		row := h.Directory.List()[0]
		if !row.NextAlarm.Equal(start.Add(time.Hour)) || row.Handled != 1 || row.State != "running" {
			t.Errorf("listed %+v", row)
		}
	})
}

func TestKit_Run(t *testing.T) {
	t.Parallel()

	t.Run("AnswersWhoAskedForIt", func(t *testing.T) {
		t.Parallel()
		h, trace := setup(t)
		if reply := h.Ask(ledger, &messages.RunReport{ReportId: "x"}).(*messages.Accepted); reply.Id != "w" {
			t.Errorf("reply %v", reply)
		}
		wantTrace(t, trace, "work x", "worked w")
	})

	t.Run("EndsItsMessageWithItsResult", func(t *testing.T) {
		t.Parallel()
		var during int
		h, trace := setupWith(t, func(h *actortest.Harness) func(context.Context) any {
			return func(context.Context) any {
				during = undelivered(t, h)
				return worked{"w"}
			}
		})
		h.Send(buyer, ledger, &messages.RunReport{ReportId: "x"})
		if after := undelivered(t, h); during != 1 || after != 0 {
			t.Errorf("%d messages stored during the work, %d after", during, after)
		}
		wantTrace(t, trace, "work x", "worked w")
	})

	t.Run("EndsItsAlarmWithItsResult", func(t *testing.T) {
		t.Parallel()
		var due int
		h, trace := setupWith(t, func(h *actortest.Harness) func(context.Context) any {
			return func(context.Context) any {
				keys, _ := h.Store.Overdue(context.Background(), h.Now().Add(time.Second)) // the store in memory does not fail here
				due = len(keys)
				return worked{"w"}
			}
		})
		h.Tell(ledger, &messages.RunScout{RunId: "slow=1h"})
		h.Advance(2 * time.Hour)
		keys, err := h.Store.Overdue(t.Context(), h.Now())
		if due != 1 || len(keys) != 0 || err != nil {
			t.Errorf("%d due during the work, %v after, %v", due, keys, err)
		}
		wantTrace(t, trace, "slow at 01T01:00", "worked w")
	})

	t.Run("SilentWorkEndsItsMessage", func(t *testing.T) {
		t.Parallel()
		h, trace := setupWith(t, func(*actortest.Harness) func(context.Context) any {
			return func(context.Context) any { return nil }
		})
		h.Send(buyer, ledger, &messages.RunReport{ReportId: "x"})
		wantTrace(t, trace, "work x")
		if n := undelivered(t, h); n != 0 {
			t.Errorf("%d messages are left", n)
		}
	})

	t.Run("IsRepeatedWhenItPanics", func(t *testing.T) {
		t.Parallel()
		calls := 0
		h, trace := setupWith(t, func(*actortest.Harness) func(context.Context) any {
			return func(context.Context) any {
				if calls++; calls == 1 {
					panic("the network is a mystery")
				}
				return worked{"w"}
			}
		})
		h.Send(buyer, ledger, &messages.RunReport{ReportId: "x"})
		wantTrace(t, trace, "work x")
		h.Advance(10 * time.Minute)
		wantTrace(t, trace, "work x", "work x", "worked w")
	})

	t.Run("ResultsAreDroppedAfterARestart", func(t *testing.T) {
		t.Parallel()
		h, trace := setup(t)
		h.Directory.Tell(ledger, &messages.RunReport{ReportId: "x"})
		h.Directory.Tell(ledger, &messages.RunBackup{RunId: "panic"}) // before the work is run
		h.Advance(backoff)
		wantTrace(t, trace, "work x")
		if n := count(t, h); n != 0 {
			t.Errorf("counted %d", n)
		}
	})
}

func TestKit_Unhandled(t *testing.T) {
	t.Parallel()
	h, _ := setup(t)
	if reply := h.Ask(ledger, &messages.SetBudget{}).(*messages.Refusal); reply.Code != "unhandled" {
		t.Errorf("reply %v", reply)
	}
	h.Send(buyer, ledger, &messages.SetBudget{})
	if n := undelivered(t, h); n != 0 {
		t.Errorf("%d messages are left that nobody understands", n)
	}
}

func TestFiguresJSON(t *testing.T) {
	t.Parallel()
	figures := []actorkit.Figure{{Name: "roas", Value: "1.50"}, {Name: `a"b`, Value: `\<&> é` + "\n"}, {Name: "", Value: "\x7f\xff"}}
	want := `{"roas":"1.50","a\"b":"\\\u003c\u0026\u003e é\n","":"` + "\x7f" + `\ufffd"}`
	if got := string(actorkit.FiguresJSON(figures)); got != want {
		t.Errorf("wrote %s, want %s", got, want)
	}
}
