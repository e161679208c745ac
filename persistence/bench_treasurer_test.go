package persistence_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
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
	"github.com/agente-ceo/agente-ceo/persistence/embedded"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
	"github.com/agente-ceo/agente-ceo/runtime/clock"
	"github.com/agente-ceo/agente-ceo/runtime/directory"
)

const (
	benchCallers = 256
	benchAsks    = 20 // of each caller in a round
	benchRounds  = 5
	benchPaced   = 120 // asks of a paced round, at 100 a second
	benchPause   = 10 * time.Millisecond
)

// BenchmarkTreasurer_GroupCommit compares the treasurer with a group commit written by hand over pgx that writes the same rows and
// columns and decides nothing. Rounds of both alternate in one run on one durable server; the metrics are ratios of medians.
//
// throughput_ratio and p99_ratio: 256 callers, each asking again when it is answered. paced_p50_ratio: 100 asks a second, against one
// statement that writes the rows of one ask. Ratios of time are better when lower, that of throughput when higher.
func BenchmarkTreasurer_GroupCommit(b *testing.B) {
	for b.Loop() {
		w := newPurseBench(b)
		ours, bare := newTreasurerBench(w), newBareBench(w)
		var rates, bareRates, p99s, bareP99s, p50s, bareP50s []float64
		for round := range benchRounds + 1 {
			rate, p99 := w.storm(ours)
			bareRate, bareP99 := w.storm(bare)
			p50, bareP50 := w.paced(ours), w.paced(bareOne{bare})
			if round == 0 {
				continue // statements are prepared, files grow
			}
			rates, bareRates = append(rates, rate), append(bareRates, bareRate)
			p99s, bareP99s = append(p99s, p99), append(bareP99s, bareP99)
			p50s, bareP50s = append(p50s, p50), append(bareP50s, bareP50)
		}
		b.ReportMetric(median(rates)/median(bareRates), "throughput_ratio")
		b.ReportMetric(median(p99s)/median(bareP99s), "p99_ratio")
		b.ReportMetric(median(p50s)/median(bareP50s), "paced_p50_ratio")
		b.ReportMetric(median(rates), "asks/s")
		b.ReportMetric(median(p50s)*1000, "paced_p50_ms")
		b.ReportMetric(0, "ns/op")
	}
}

func median(x []float64) float64 { return quantile(x, 0.5) }

func quantile(x []float64, q float64) float64 {
	x = slices.Sorted(slices.Values(x))
	return x[min(len(x)-1, int(q*float64(len(x))))]
}

// asker answers one ask durably: it returns when the answer is on disk.
type asker interface {
	ask(caller, number int)
	// prepare stores the messages of a round, which its commits will end.
	prepare(callers, asks int) []actorkit.Message
}

// purseBench is a durable database with a purse.
type purseBench struct {
	b  *testing.B
	db *persistence.DB
}

func newPurseBench(b *testing.B) *purseBench {
	ctx := context.Background()
	server := durable(b)
	if _, err := persistence.Migrate(ctx, server.URLOf(embedded.Database), slog.New(slog.DiscardHandler)); err != nil {
		b.Fatal(err)
	}
	db, err := persistence.Open(ctx, server.URLOf(embedded.Database), persistence.Options{LiveEvents: true})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(db.Close)
	return &purseBench{b: b, db: db}
}

// durable is a server that keeps what was committed, on the disk of the machine.
func durable(b *testing.B) *embedded.Server {
	dir, err := os.MkdirTemp("", "agente-bench-")
	if err != nil {
		b.Fatal(err)
	}
	if err := os.Chmod(dir, 0o755); err != nil { // the server may run as another user
		b.Fatal(err)
	}
	server, err := embedded.Start(context.Background(), embedded.Config{DataDir: dir, Durable: true, MaxConnections: 100})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := errors.Join(server.Stop(context.Background()), os.RemoveAll(dir)); err != nil {
			b.Error(err)
		}
	})
	return server
}

// storm lets all callers ask as fast as they are answered: asks a second, and the 99th percentile of their seconds.
func (w *purseBench) storm(who asker) (rate, p99 float64) {
	who.prepare(benchCallers, benchAsks)
	took := make([][]float64, benchCallers)
	var all sync.WaitGroup
	begin := time.Now()
	for caller := range benchCallers {
		all.Go(func() {
			for i := range benchAsks {
				at := time.Now()
				who.ask(caller, i)
				took[caller] = append(took[caller], time.Since(at).Seconds())
			}
		})
	}
	all.Wait()
	whole := time.Since(begin).Seconds()
	return benchCallers * benchAsks / whole, quantile(slices.Concat(took...), 0.99)
}

// paced asks at a steady pace, whether or not the last one was answered: the median of the seconds.
func (w *purseBench) paced(who asker) float64 {
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
	return median(took)
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

func benchRules(b *testing.B) treasury.Rules {
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
