package persistence_test

import (
	"context"
	"fmt"
	"log/slog"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"google.golang.org/protobuf/proto"

	"github.com/agente-ceo/agente-ceo/actors/treasurer"
	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/domain/treasury"
	"github.com/agente-ceo/agente-ceo/messages"
	"github.com/agente-ceo/agente-ceo/persistence"
	"github.com/agente-ceo/agente-ceo/persistence/pgtest"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
	"github.com/agente-ceo/agente-ceo/runtime/clock"
	"github.com/agente-ceo/agente-ceo/runtime/directory"
)

const (
	benchCallers = 256
	benchAsks    = 20 // of each caller in a round
	benchRounds  = 16
	benchPaced   = 24 // asks of a paced slice, at 100 a second
	benchSlices  = 20
	benchPause   = 10 * time.Millisecond
)

// BenchmarkTreasurer_GroupCommit compares the treasurer with a group commit written by hand over pgx that writes the same rows and
// columns, of the same length, and decides nothing. Rounds of both alternate in one run on one durable server; the metrics are medians of
// the rounds' ratios. rows_mismatch is how many rows of each table the last round of the one wrote more or less than that of the other.
//
// throughput_ratio, p99_ratio and cpu_ratio (processor time of the program and of PostgreSQL): 256 callers, each asking again when it is
// answered. paced_p50_ratio: 100 asks a second, against one statement that writes the rows of one ask, in slices of a quarter of a second.
// Ratios of time are better when lower, that of throughput when higher.
func BenchmarkTreasurer_GroupCommit(b *testing.B) {
	if testing.Short() {
		b.Skip("TestTreasurer_BenchmarkWritesTheSameRows runs a small round")
	}
	for b.Loop() {
		f := compareTreasurers(b, benchAsks, benchRounds, benchSlices)
		b.ReportMetric(f.rate.Ratio(), "throughput_ratio")
		b.ReportMetric(f.p99.Ratio(), "p99_ratio")
		b.ReportMetric(f.processor.Ratio(), "cpu_ratio")
		b.ReportMetric(f.pacedRatio(), "paced_p50_ratio")
		b.ReportMetric(f.rate.Ours(), "asks/s")
		b.ReportMetric(pgtest.Quantile(f.paced, 0.5)*1000, "paced_p50_ms")
		b.ReportMetric(float64(f.mismatch), "rows_mismatch")
		b.ReportMetric(0, "ns/op")
	}
}

// What the benchmark measures is not asserted anywhere, but what it does is: otherwise nobody would see that it no longer runs.
func TestTreasurer_BenchmarkWritesTheSameRows(t *testing.T) {
	t.Parallel()
	if f := compareTreasurers(t, 4, 1, 1); f.mismatch != 0 || len(f.paced) == 0 || len(f.bare) == 0 {
		t.Errorf("%d rows too many or too few, %d and %d paced asks", f.mismatch, len(f.paced), len(f.bare))
	}
}

// figures are what the rounds measured.
type figures struct {
	rate, p99, processor pgtest.Compared
	paced, bare          []float64 // seconds of the paced asks
	mismatch             int
}

func (f *figures) pacedRatio() float64 {
	return pgtest.Quantile(f.paced, 0.5) / pgtest.Quantile(f.bare, 0.5)
}

func compareTreasurers(tb testing.TB, asks, rounds, slices int) *figures {
	w := newPurseBench(tb)
	w.asks = asks
	ours := newTreasurerBench(w)
	w.storm(ours) // statements are prepared, files grow
	w.paced(ours)
	bare := newBareBench(w)
	w.storm(bare)
	w.paced(bareOne{bare})
	f := &figures{}
	for round := range rounds {
		var x, y stormed
		pgtest.InTurn(round, func() { x = w.storm(ours) }, func() { y = w.storm(bare) })
		f.rate.Add(x.rate, y.rate)
		f.p99.Add(x.p99, y.p99)
		f.processor.Add(x.processor, y.processor)
		f.mismatch = differences(x.rows, y.rows)
	}
	for slice := range slices {
		pgtest.InTurn(slice, func() { f.paced = append(f.paced, w.paced(ours)...) }, func() { f.bare = append(f.bare, w.paced(bareOne{bare})...) })
	}
	return f
}

// asker answers one ask durably: it returns when the answer is on disk.
type asker interface {
	ask(caller, number int)
	// prepare stores the messages of a round, which its commits will end.
	prepare(callers, asks int) []actorkit.Message
}

// purseBench is a durable database with a purse.
type purseBench struct {
	b    testing.TB
	db   *persistence.DB
	asks int // of each caller in a storm
}

func newPurseBench(tb testing.TB) *purseBench {
	db, err := persistence.Open(context.Background(), pgtest.Durable(tb), persistence.Options{LiveEvents: true})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(db.Close)
	return &purseBench{b: tb, db: db}
}

// stormed is a round of 256 callers.
type stormed struct {
	rate      float64 // asks a second
	p99       float64 // seconds
	processor float64 // seconds of all processes
	rows      map[string]int
}

// storm lets all callers ask as fast as they are answered.
func (w *purseBench) storm(who asker) stormed {
	who.prepare(benchCallers, w.asks)
	before := w.rows()
	runtime.GC() // of what was prepared
	took := make([][]float64, benchCallers)
	var all sync.WaitGroup
	processor, begin := pgtest.Processor(w.b), time.Now()
	for caller := range benchCallers {
		all.Go(func() {
			for i := range w.asks {
				at := time.Now()
				who.ask(caller, i)
				took[caller] = append(took[caller], time.Since(at).Seconds())
			}
		})
	}
	all.Wait()
	whole, used := time.Since(begin).Seconds(), processor().Seconds()
	s := stormed{rate: float64(benchCallers*w.asks) / whole, p99: pgtest.Quantile(slices.Concat(took...), 0.99), processor: used}
	s.rows = w.rows()
	for table, n := range before {
		s.rows[table] -= n
	}
	return s
}

// rows counts what an ask writes. Messages include those that wait to be handled.
func (w *purseBench) rows() map[string]int {
	out := map[string]int{}
	for _, table := range []string{"actor_message", "budget_answers", "postings", "audit_log", "purse_window"} {
		var n int
		if err := persistence.Pool(w.db).QueryRow(context.Background(), "SELECT count(*) FROM "+table).Scan(&n); err != nil {
			w.b.Fatal(err)
		}
		out[table] = n
	}
	return out
}

func differences(x, y map[string]int) (n int) {
	for table := range x {
		n += max(x[table]-y[table], y[table]-x[table])
	}
	return n
}

// paced asks at a steady pace, whether or not the last one was answered: the seconds that each took.
func (w *purseBench) paced(who asker) []float64 {
	who.prepare(benchPaced, 1)
	took := make([]float64, benchPaced)
	tick := time.NewTicker(benchPause)
	defer tick.Stop()
	var all sync.WaitGroup
	for i := range benchPaced {
		<-tick.C
		all.Go(func() {
			at := time.Now()
			who.ask(i, 0)
			took[i] = time.Since(at).Seconds()
		})
	}
	all.Wait()
	return took
}

// store stores messages as their senders' commits would have.
func (w *purseBench) store(list []actorkit.Message) {
	act, err := w.db.Activate(context.Background(), actorkit.Key{Kind: "campaign", ID: "sender"})
	if err != nil {
		w.b.Fatal(err)
	}
	err = w.db.Commit(context.Background(), actorkit.Commit{
		Key: actorkit.Key{Kind: "campaign", ID: "sender"}, Epoch: act.Epoch, Version: act.Version + 1, Now: time.Now(), Tells: list,
	})
	if err != nil {
		w.b.Fatal(err)
	}
}

// treasurerBench is the real treasurer over the real directory and database.
type treasurerBench struct {
	*purseBench
	local   *directory.Local
	purse   actorkit.Key
	round   int
	waiting []actorkit.Message // of the round: caller by caller
	asks    int
	mu      sync.Mutex
	answer  map[string]chan struct{} // by ask
}

func newTreasurerBench(w *purseBench) *treasurerBench {
	local, err := directory.New(directory.Options{Clock: clock.System{}, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		w.b.Fatal(err)
	}
	t := &treasurerBench{purseBench: w, local: local, purse: actorkit.Key{Kind: "treasurer", ID: "main"}, answer: map[string]chan struct{}{}}
	pool := clock.NewPool(2)
	rules := benchRules(w.b)
	kit := actorkit.Deps{Clock: clock.System{}, Store: w.db, Directory: t, Executor: pool, Commits: pool, Log: slog.New(slog.DiscardHandler)}
	local.Register("treasurer", func(key actorkit.Key) actor.Actor {
		return treasurer.New(treasurer.Deps{Kit: kit, Answers: w.db, Campaigns: w.db, Rules: func() treasury.Rules { return rules }}, key)
	})
	w.b.Cleanup(func() {
		if err := local.Stop(context.Background()); err != nil {
			w.b.Error(err)
		}
	})
	return t
}

func benchRules(b testing.TB) treasury.Rules {
	calendar, err := treasury.NewCalendar("America/Sao_Paulo", time.Sunday)
	if err != nil {
		b.Fatal(err)
	}
	rules := treasury.DefaultRules(calendar)
	rules.Caps = treasury.Caps{Day: money.Minor(1e15, money.USD), Week: money.Minor(7e15, money.USD)}
	return rules
}

// Tell and Ask are actorkit.Directory's; nothing else is told here.
func (t *treasurerBench) Tell(actorkit.Key, proto.Message) {}

// Ask is actorkit.Directory's.
func (t *treasurerBench) Ask(ctx context.Context, to actorkit.Key, msg proto.Message) (proto.Message, error) {
	return t.local.Ask(ctx, to, msg)
}

// Deliver takes the answers for the campaigns, which are stored by then.
func (t *treasurerBench) Deliver(msg actorkit.Message) {
	reserved, ok := msg.Msg.(*messages.BudgetReserved)
	if !ok {
		t.b.Errorf("answered %v", msg.Msg)
		return
	}
	t.mu.Lock()
	done := t.answer[reserved.ReservationId]
	delete(t.answer, reserved.ReservationId)
	t.mu.Unlock()
	close(done)
}

func (t *treasurerBench) prepare(callers, asks int) []actorkit.Message {
	t.round++
	t.asks, t.waiting = asks, nil
	for caller := range callers {
		from := actorkit.Key{Kind: "campaign", ID: fmt.Sprintf("cmp_%016d", caller)}
		for i := range asks {
			// Each round and each ask raises the budget by a dollar, so that each moves money.
			msg := &messages.ReserveBudget{
				ReservationId: fmt.Sprintf("ask_%d_%d_%d", t.round, caller, i), CampaignId: from.ID, Platform: "meta", PriorityMilli: 1500,
				DailyBudget: &messages.Money{Minor: int64(2000 + 100*(t.round*benchAsks+i)), Currency: "USD"}, Minimum: &messages.Money{Minor: 1000, Currency: "USD"},
			}
			t.waiting = append(t.waiting, actorkit.Message{ID: actorkit.MessageID(from, t.purse, msg, 0, 0), From: from, To: t.purse, Msg: msg})
		}
	}
	t.store(t.waiting)
	return t.waiting
}

func (t *treasurerBench) ask(caller, number int) {
	msg := t.waiting[caller*t.asks+number]
	done := make(chan struct{})
	t.mu.Lock()
	t.answer[msg.Msg.(*messages.ReserveBudget).ReservationId] = done
	t.mu.Unlock()
	t.local.Deliver(msg)
	<-done
}
