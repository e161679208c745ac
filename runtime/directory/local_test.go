package directory_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/goleak"

	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/messages"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
	"github.com/agente-ceo/agente-ceo/runtime/clock"
	"github.com/agente-ceo/agente-ceo/runtime/directory"
	"github.com/agente-ceo/agente-ceo/runtime/supervise"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	start = time.Date(2026, time.March, 1, 0, 0, 0, 0, time.UTC)
	quiet = slog.New(slog.NewTextHandler(io.Discard, nil))
	echo  = actorkit.Key{Kind: "echo", ID: "one"}
)

// echoActor answers RunScout with its run id, and fails, hangs or notes on demand.
type echoActor struct {
	made  *atomic.Int64
	note  func(string)
	gate  chan struct{}
	count int
}

// Receive is actor.Actor's.
func (a *echoActor) Receive(c actor.Context) {
	switch m := c.Message().(type) {
	case *actor.Started:
		a.made.Add(1)
	case *actor.Stopped:
		a.note("stopped " + c.Self().Id)
		panic("in Stopped, where nobody may")
	case *messages.RunScout:
		a.onRun(c, m)
	}
}

func (a *echoActor) onRun(c actor.Context, m *messages.RunScout) {
	a.count++
	a.note(m.RunId)
	switch m.RunId {
	case "panic":
		panic(errors.New("it was told to"))
	case "hang":
		<-a.gate
	case "silence":
	case "text":
		c.Respond("no message")
	default:
		if c.Sender() != nil {
			c.Respond(&messages.Accepted{Id: fmt.Sprintf("%s %d", m.RunId, a.count)})
		}
	}
}

type world struct {
	*directory.Local
	made    atomic.Int64
	gate    chan struct{}
	mu      sync.Mutex
	trace   []string
	metrics *prometheus.Registry
	reports chan supervise.Report
}

func (w *world) note(s string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.trace = append(w.trace, s)
}

func (w *world) notes() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.trace)
}

// setup makes a directory on goroutines and the machine's time, as in serve.
func setup(t testing.TB) *world {
	t.Helper()
	w := &world{gate: make(chan struct{}), metrics: prometheus.NewRegistry(), reports: make(chan supervise.Report, 100)}
	d, err := directory.New(directory.Options{
		Clock: clock.System{}, Log: quiet, Metrics: actorkit.NewMetrics(w.metrics),
		Supervision: supervise.Config{Base: time.Millisecond, Limit: 2, Report: func(r supervise.Report) { w.reports <- r }},
	})
	if err != nil {
		t.Fatal(err)
	}
	w.Local = d
	d.Register("echo", func(actorkit.Key) actor.Actor { return &echoActor{made: &w.made, note: w.note, gate: w.gate} })
	d.Register("broken", func(actorkit.Key) actor.Actor { panic("no such thing") })
	t.Cleanup(func() {
		if err := d.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return w
}

func run(id string) *messages.RunScout { return &messages.RunScout{RunId: id} }

func (w *world) ask(t testing.TB, id string) string {
	t.Helper()
	reply, err := w.Ask(t.Context(), echo, run(id))
	if err != nil {
		t.Fatal(err)
	}
	return reply.(*messages.Accepted).Id
}

func TestLocal_Ask(t *testing.T) {
	t.Parallel()

	t.Run("SpawnsOneActorForMany", func(t *testing.T) {
		t.Parallel()
		w := setup(t)
		const askers = 200
		var group sync.WaitGroup
		replies := make([]string, askers)
		for i := range askers {
			group.Go(func() {
				reply, err := w.Ask(t.Context(), echo, run("r"))
				if err != nil {
					t.Error(err)
					return
				}
				replies[i] = reply.(*messages.Accepted).Id
			})
		}
		group.Wait()
		slices.Sort(replies)
		if w.made.Load() != 1 || len(slices.Compact(replies)) != askers {
			t.Errorf("%d actors gave %d answers", w.made.Load(), len(replies))
		}
	})

	t.Run("OfAnUnknownKindIsABug", func(t *testing.T) {
		t.Parallel()
		_, err := setup(t).Ask(t.Context(), actorkit.Key{Kind: "nobody", ID: "x"}, run("r"))
		if fault.CodeOf(err) != "unknown_kind" || fault.KindOf(err) != fault.Bug || !strings.Contains(err.Error(), `"nobody"`) {
			t.Errorf("%v", err)
		}
	})

	t.Run("WithoutAnIDIsABug", func(t *testing.T) {
		t.Parallel()
		if _, err := setup(t).Ask(t.Context(), actorkit.Key{Kind: "echo"}, run("r")); fault.CodeOf(err) != "no_id" {
			t.Errorf("%v", err)
		}
	})

	t.Run("WithoutAnAnswerInTimeIsRetryable", func(t *testing.T) {
		t.Parallel()
		w := setup(t)
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		_, err := w.Ask(ctx, echo, run("silence"))
		if fault.KindOf(err) != fault.Retryable || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v", err)
		}
		if got := w.ask(t, "r"); got != "r 2" {
			t.Errorf("then it answered %q", got)
		}
	})

	t.Run("OfAnActorThatCannotBeMadeIsABug", func(t *testing.T) {
		t.Parallel()
		w := setup(t)
		for range 2 {
			_, err := w.Ask(t.Context(), actorkit.Key{Kind: "broken", ID: "x"}, run("r"))
			if fault.CodeOf(err) != "not_spawned" || !strings.Contains(err.Error(), "no such thing") {
				t.Errorf("%v", err)
			}
		}
		if got := w.ask(t, "r"); got != "r 1" {
			t.Errorf("others answer %q", got)
		}
	})

	t.Run("AnsweredByNoMessageIsAnError", func(t *testing.T) {
		t.Parallel()
		if _, err := setup(t).Ask(t.Context(), echo, run("text")); err == nil {
			t.Error("it was accepted")
		}
	})
}

func TestLocal_Tell(t *testing.T) {
	t.Parallel()

	t.Run("KeepsTheOrderOverTheSpawn", func(t *testing.T) {
		t.Parallel()
		w := setup(t)
		var want []string
		for i := range 500 {
			id := fmt.Sprint(i)
			want = append(want, id)
			w.Tell(echo, run(id))
		}
		w.ask(t, "last")
		if got := w.notes(); !slices.Equal(got[:500], want) {
			t.Errorf("got %q", got)
		}
	})

	t.Run("CopiesTheMessage", func(t *testing.T) {
		t.Parallel()
		w := setup(t)
		msg := run("before")
		w.Tell(echo, msg)
		msg.RunId = "after"
		w.ask(t, "last")
		if got := w.notes(); got[0] != "before" {
			t.Errorf("got %q", got)
		}
	})

	t.Run("ToNobodyIsCounted", func(t *testing.T) {
		t.Parallel()
		w := setup(t)
		w.Tell(actorkit.Key{Kind: "nobody", ID: "x"}, run("r"))
		if got := w.counter(t, "agente_actor_dropped_total"); !slices.Equal(got, []string{"nobody unknown_kind 1"}) {
			t.Errorf("counted %q", got)
		}
	})
}

// counter is the values of a counter or gauge, with their labels.
func (w *world) counter(t *testing.T, name string) []string {
	t.Helper()
	families, err := w.metrics.Gather()
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, family := range families {
		for _, metric := range family.GetMetric() {
			if family.GetName() != name {
				continue
			}
			line, value := "", metric.GetCounter().GetValue()+metric.GetGauge().GetValue()
			for _, label := range metric.GetLabel() {
				line += label.GetValue() + " "
			}
			out = append(out, line+fmt.Sprint(value))
		}
	}
	return out
}

func TestLocal_Deliver(t *testing.T) {
	t.Parallel()
	w := setup(t)
	deliver := func(id, what string) { w.Deliver(actorkit.Message{ID: id, To: echo, Msg: run(what)}) }
	deliver("msg_1", "hang")
	deliver("msg_1", "hang") // the sweeper is impatient
	deliver("msg_2", "other")
	deliver("msg_2", "other")
	w.gate <- struct{}{}
	w.ask(t, "then")
	deliver("msg_2", "other") // it was handled: a new decision stored it again
	w.ask(t, "last")
	if got, want := w.notes(), []string{"hang", "other", "then", "other", "last"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestLocal_Failures(t *testing.T) {
	t.Parallel()
	w := setup(t)
	for range 3 {
		w.Tell(echo, run("panic"))
	}
	for range 3 {
		<-w.reports
	}
	for w.state() != "stopped" { // the actor's end follows its report
		w.List()
	}
	_, err := w.Ask(t.Context(), echo, run("r"))
	for fault.KindOf(err) == fault.Retryable { // it may meet the actor on its way out
		_, err = w.Ask(t.Context(), echo, run("r"))
	}
	if fault.KindOf(err) != fault.Terminal || !strings.Contains(err.Error(), "it was told to") {
		t.Errorf("%v", err)
	}
	rows := w.List()
	if len(rows) != 1 || rows[0].Restarts != 2 || rows[0].LastError != "on RunScout: it was told to" {
		t.Errorf("listed %+v", rows)
	}
	w.metrics.MustRegister(w.Local)
	if got := w.counter(t, "agente_actor_restarts_total"); !slices.Equal(got, []string{"echo 2"}) {
		t.Errorf("counted %q", got)
	}
	if !w.Revive(echo) || w.Revive(echo) {
		t.Error("Revive does not report its first success alone")
	}
	if got := w.ask(t, "r"); got != "r 1" {
		t.Errorf("the revived answered %q", got)
	}
}

func (w *world) state() string {
	if rows := w.List(); len(rows) == 1 {
		return rows[0].State
	}
	return ""
}

func TestLocal_List(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.Tell(echo, run("hang"))
	w.Tell(echo, run("a"))
	w.Tell(echo, run("b"))
	other := actorkit.Key{Kind: "echo", ID: "first"}
	if _, err := w.Ask(t.Context(), other, run("r")); err != nil {
		t.Fatal(err)
	}
	for len(w.notes()) < 2 { // until the first has taken its first message
		w.List()
	}
	rows := w.List()
	if len(rows) != 2 || rows[0].Key != other || rows[1].Key != echo || rows[1].Mailbox != 2 || rows[1].Handled != 1 || rows[1].State != "running" {
		t.Errorf("listed %+v", rows)
	}
	w.metrics.MustRegister(w.Local)
	if got := w.counter(t, "agente_actors"); !slices.Equal(got, []string{"echo running 2"}) {
		t.Errorf("counted %q", got)
	}
	if got := w.counter(t, "agente_actor_mailbox_messages"); !slices.Equal(got, []string{"echo 2"}) {
		t.Errorf("counted %q", got)
	}
	close(w.gate)
}

func TestLocal_Stop(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.ask(t, "r")
	for range 2 {
		if err := w.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if got := w.notes(); !slices.Equal(got, []string{"r", "stopped actors/echo/one"}) {
		t.Errorf("trace %q", got)
	}
	if _, err := w.Ask(t.Context(), echo, run("r")); fault.KindOf(err) != fault.Retryable || fault.CodeOf(err) != "stopping" {
		t.Errorf("%v", err)
	}
	if rows := w.List(); len(rows) != 0 {
		t.Errorf("listed %+v", rows)
	}
}

func TestLocal_Stop_WaitsAsLongAsItsContext(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.Tell(echo, run("hang"))
	for len(w.notes()) == 0 {
		w.List()
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if err := w.Stop(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v", err)
	}
	close(w.gate)
}
