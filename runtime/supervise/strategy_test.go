package supervise_test

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
	"github.com/agente-ceo/agente-ceo/runtime/clock"
	"github.com/agente-ceo/agente-ceo/runtime/supervise"
)

var start = time.Date(2026, time.March, 1, 0, 0, 0, 0, time.UTC)

// parent notes when its children are restarted and stopped.
type parent struct {
	clock *clock.Virtual
	trace []string
}

func (p *parent) note(verb string, pids []*actor.PID) {
	p.trace = append(p.trace, fmt.Sprintf("%s %s at %s", verb, pids[0].Id, p.clock.Now().Sub(start)))
}

func (p *parent) Children() []*actor.PID             { return nil }
func (p *parent) EscalateFailure(_, _ any)           { p.trace = append(p.trace, "escalated") }
func (p *parent) RestartChildren(pids ...*actor.PID) { p.note("restart", pids) }
func (p *parent) StopChildren(pids ...*actor.PID)    { p.note("stop", pids) }
func (p *parent) ResumeChildren(pids ...*actor.PID)  { p.note("resume", pids) }

type world struct {
	*testing.T
	clock    *clock.Virtual
	parent   *parent
	failures supervise.Failures
	strategy *supervise.Strategy
	reports  []supervise.Report
}

func setup(t *testing.T, cfg supervise.Config) *world {
	t.Helper()
	w := &world{T: t, clock: clock.NewVirtual(start)}
	w.parent = &parent{clock: w.clock}
	cfg.Clock, cfg.Log = w.clock, slog.New(slog.NewTextHandler(io.Discard, nil))
	cfg.Key = func(pid *actor.PID) actorkit.Key { return actorkit.Key{Kind: "scout", ID: pid.Id} }
	cfg.Report = func(r supervise.Report) { w.reports = append(w.reports, r) }
	w.strategy = supervise.New(cfg, &w.failures)
	return w
}

func (w *world) fail(id string, reason any) {
	w.strategy.HandleFailure(nil, w.parent, actor.NewPID("nonhost", id), nil, reason, nil)
}

func (w *world) advance(d time.Duration) {
	w.Helper()
	if err := w.clock.RunUntil(w.Context(), w.clock.Now().Add(d)); err != nil {
		w.Fatal(err)
	}
}

func (w *world) key(id string) actorkit.Key { return actorkit.Key{Kind: "scout", ID: id} }

// delays fails an actor n times, each as soon as it has restarted, and returns how long each restart took.
func (w *world) delays(id string, n int, reason any) []time.Duration {
	var out []time.Duration
	for range n {
		w.fail(id, reason)
		wait := w.failures.Of(w.key(id)).RetryAt.Sub(w.clock.Now())
		w.advance(wait)
		out = append(out, wait)
	}
	return out
}

var errBug = errors.New("a broken invariant")

func TestStrategy_HandleFailure(t *testing.T) {
	t.Parallel()

	t.Run("DelaysGrowToTheCap", func(t *testing.T) {
		t.Parallel()
		w := setup(t, supervise.Config{Base: time.Second, Max: 10 * time.Second, Limit: 100})
		for i, got := range w.delays("a", 8, errBug) {
			want := min(time.Second<<i, 10*time.Second)
			if got < want*3/4 || got > want*5/4 {
				t.Errorf("delay %d is %s, want %s give or take a quarter", i, got, want)
			}
		}
		if len(w.parent.trace) != 8 {
			t.Errorf("trace %q", w.parent.trace)
		}
	})

	t.Run("JitterDependsOnTheActorAlone", func(t *testing.T) {
		t.Parallel()
		a, again := setup(t, supervise.Config{}).delays("a", 5, errBug), setup(t, supervise.Config{}).delays("a", 5, errBug)
		b := setup(t, supervise.Config{}).delays("b", 5, errBug)
		if !slices.Equal(a, again) || slices.Equal(a, b) {
			t.Errorf("a %v, a again %v, b %v", a, again, b)
		}
	})

	t.Run("GivesUpPastTheLimit", func(t *testing.T) {
		t.Parallel()
		w := setup(t, supervise.Config{Limit: 2})
		w.delays("a", 2, errBug)
		w.fail("a", errBug)
		w.advance(time.Hour)
		if last := w.parent.trace[len(w.parent.trace)-1]; len(w.parent.trace) != 3 || !strings.HasPrefix(last, "stop a") {
			t.Errorf("trace %q", w.parent.trace)
		}
		row := w.failures.Of(w.key("a"))
		if !row.Stopped || row.Restarts != 2 || row.LastError != "a broken invariant" || !row.RetryAt.IsZero() {
			t.Errorf("book %+v", row)
		}
		report := w.reports[2]
		if !report.Stopped || report.Restarts != 2 || !errors.Is(report.Err, errBug) || report.Key != w.key("a") {
			t.Errorf("report %+v", report)
		}
		if w.reports[1].Stopped {
			t.Errorf("report %+v", w.reports[1])
		}
	})

	t.Run("ForgivesAfterAQuietTime", func(t *testing.T) {
		t.Parallel()
		w := setup(t, supervise.Config{Base: time.Second, Limit: 2, Reset: time.Minute})
		for range 10 {
			w.fail("a", errBug)
			w.advance(time.Minute)
		}
		row := w.failures.Of(w.key("a"))
		if row.Stopped || row.Restarts != 10 || row.InARow != 1 {
			t.Errorf("book %+v", row)
		}
	})

	t.Run("NeverGivesUpOnWhatPasses", func(t *testing.T) {
		t.Parallel()
		w := setup(t, supervise.Config{Max: time.Second, Limit: 2})
		away := fmt.Errorf("commit: %w", fault.Retry("store", 0, errors.New("the database is away")))
		w.delays("a", 50, away)
		if row := w.failures.Of(w.key("a")); row.Stopped || row.Restarts != 50 || row.InARow != 0 {
			t.Errorf("book %+v", row)
		}
	})

	t.Run("ReadsReasonsThatAreNoErrors", func(t *testing.T) {
		t.Parallel()
		w := setup(t, supervise.Config{})
		w.fail("a", 42)
		if row := w.failures.Of(w.key("a")); row.LastError != "42" {
			t.Errorf("book %+v", row)
		}
	})
}

func TestStrategy_Gone(t *testing.T) {
	t.Parallel()
	w := setup(t, supervise.Config{})
	w.fail("a", errBug)
	w.fail("b", errBug)
	w.strategy.Gone(actor.NewPID("nonhost", "a"))
	w.advance(time.Hour)
	if len(w.parent.trace) != 1 || !strings.HasPrefix(w.parent.trace[0], "restart b") {
		t.Errorf("trace %q", w.parent.trace)
	}
}

func TestStrategy_Close(t *testing.T) {
	t.Parallel()
	w := setup(t, supervise.Config{})
	w.fail("a", errBug)
	w.strategy.Close()
	w.fail("b", errBug)
	w.advance(time.Hour)
	if len(w.parent.trace) != 0 {
		t.Errorf("trace %q", w.parent.trace)
	}
}

func TestFailures(t *testing.T) {
	t.Parallel()
	w := setup(t, supervise.Config{Limit: 1})
	for _, id := range []string{"b", "a", "b"} {
		w.fail(id, errBug)
	}
	if all := w.failures.All(); len(all) != 2 || all[0].Key.ID != "a" || all[1].Key.ID != "b" {
		t.Errorf("all %+v", all)
	}
	if stopped := w.failures.Stopped(); len(stopped) != 1 || stopped[0].Key.ID != "b" {
		t.Errorf("stopped %+v", stopped)
	}
	if w.failures.Forgive(w.key("a")) || w.failures.Forgive(w.key("nobody")) || !w.failures.Forgive(w.key("b")) {
		t.Error("Forgive does not report who had been given up")
	}
	w.fail("b", errBug)
	if row := w.failures.Of(w.key("b")); row.Stopped {
		t.Errorf("the forgiven is not: %+v", row)
	}
}

func TestStrategy_WhatNoRestartMendsIsStoppedAtOnce(t *testing.T) {
	t.Parallel()
	w := setup(t, supervise.Config{})
	w.fail("a", fmt.Errorf("start: %w", fault.Stop("snapshot_corrupt", "the snapshot is damaged")))
	row := w.failures.Of(w.key("a"))
	if !row.Stopped || row.Restarts != 0 || len(w.failures.Stopped()) != 1 || !slices.Equal(w.parent.trace, []string{"stop a at 0s"}) {
		t.Errorf("%+v, %v", row, w.parent.trace)
	}
	if len(w.reports) != 1 || !w.reports[0].Stopped {
		t.Errorf("reported %+v", w.reports)
	}
}

func TestFailures_SayWhatFailsAgainAndAgain(t *testing.T) {
	t.Parallel()
	w := setup(t, supervise.Config{})
	failing := func() int { return len(w.failures.Failing(w.clock.Now())) }
	for n, want := range []int{0, 0, 1, 1} {
		w.fail("a", errors.New("broken"))
		if got := failing(); got != want {
			t.Errorf("after failure %d there are %d, want %d", n+1, got, want)
		}
		w.advance(w.failures.Of(w.key("a")).RetryAt.Sub(w.clock.Now()))
	}
	if took := w.clock.Now().Sub(start); took > 10*time.Second {
		t.Errorf("it took %s", took)
	}
	w.advance(11 * time.Second) // it has lived since
	if failing() != 0 {
		t.Error("it is forgiven by nobody")
	}
	w.fail("b", fault.Retry("database_unreachable", 0, nil))
	w.fail("b", fault.Retry("database_unreachable", 0, nil))
	w.fail("b", fault.Retry("database_unreachable", 0, nil))
	if failing() != 0 {
		t.Error("a database that is away is no fault of the actor")
	}
}
