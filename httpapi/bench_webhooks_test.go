package httpapi

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/tidwall/gjson"

	"github.com/agente-ceo/agente-ceo/persistence"
	"github.com/agente-ceo/agente-ceo/persistence/pgtest"
)

const (
	benchConns  = 256
	benchEach   = 20 // deliveries of each connection in a round
	benchNaive  = 4  // the same, of the handler that writes each by itself
	benchRounds = 16
	benchSecret = "shhh"
)

// BenchmarkWebhooks_Intake compares the webhooks' route with two handlers written by hand over net/http and pgx: one that checks the
// signature, picks the same fields and stores in greedy batches as the route does, and nothing else; and one that decodes the body and
// inserts and updates each delivery by itself. Rounds alternate in one run on one durable server, over 256 connections, every twentieth
// delivery a redelivery; the metrics are medians of the rounds' ratios of deliveries a second, and of processor time by delivery (the
// program, which also sends, and PostgreSQL). count_mismatch is how many rows or answers were not as they should be.
func BenchmarkWebhooks_Intake(b *testing.B) {
	if testing.Short() {
		b.Skip("TestWebhooks_BenchmarkStoresEachOnce runs a small round")
	}
	for b.Loop() {
		f := compareHooks(b, benchRounds, benchEach, benchNaive)
		b.ReportMetric(f.bare.Ratio(), "throughput_ratio")
		b.ReportMetric(f.processor.Ratio(), "cpu_ratio")
		b.ReportMetric(f.naive.Ratio(), "over_single_ratio")
		b.ReportMetric(f.bare.Ours(), "webhooks/s")
		b.ReportMetric(float64(f.mismatch), "count_mismatch")
		b.ReportMetric(0, "ns/op")
	}
}

// What the benchmark measures is not asserted anywhere, but what it does is: otherwise nobody would see that it no longer runs.
func TestWebhooks_BenchmarkStoresEachOnce(t *testing.T) {
	t.Parallel()
	if f := compareHooks(t, 1, 4, 1); f.mismatch != 0 {
		t.Errorf("%d rows or answers were not as they should be", f.mismatch)
	}
}

// hookFigures are what the rounds measured.
type hookFigures struct {
	bare, naive, processor pgtest.Compared
	mismatch               int
}

func compareHooks(tb testing.TB, rounds, each, single int) *hookFigures {
	w, f := newHookBench(tb), &hookFigures{}
	w.round("shopify", each) // statements are prepared, files grow
	w.round("bare", each)
	for round := range rounds {
		var x, y hookRound
		pgtest.InTurn(round, func() { x = w.round("shopify", each) }, func() { y = w.round("bare", each) })
		f.bare.Add(x.rate, y.rate)
		f.processor.Add(x.processor, y.processor)
		f.naive.Add(x.rate, w.round("naive", single).rate)
	}
	f.mismatch = w.mismatch
	return f
}

type hookBench struct {
	b        testing.TB
	pool     *pgxpool.Pool
	servers  map[string]*httptest.Server
	number   int // of the last order
	sent     int
	mismatch int
	mu       sync.Mutex
}

func newHookBench(b testing.TB) *hookBench {
	url := pgtest.Durable(b)
	db, err := persistence.Open(context.Background(), url, persistence.Options{LiveEvents: true})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(db.Close)
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		b.Fatal(err)
	}
	config.MaxConns = 8 // as the product's
	pool, err := pgxpool.NewWithConfig(context.Background(), config)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(pool.Close)
	server, err := New(benchDeps(b, db))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := server.Close(); err != nil {
			b.Error(err)
		}
	})
	w := &hookBench{b: b, pool: pool, servers: map[string]*httptest.Server{
		"shopify": httptest.NewServer(server.Handler()), "bare": httptest.NewServer(newBare(pool)), "naive": httptest.NewServer(naive{pool}),
	}}
	for _, s := range w.servers {
		b.Cleanup(s.Close)
	}
	return w
}

func benchDeps(b testing.TB, db *persistence.DB) Deps {
	vault, err := db.Vault(bytes.Repeat([]byte{7}, persistence.MasterKeyBytes))
	if err != nil {
		b.Fatal(err)
	}
	actors := &fakeActors{}
	return Deps{
		Clock: fixedClock{}, Now: time.Now, Log: slog.New(slog.DiscardHandler), Registry: prometheus.NewRegistry(),
		System:    System{Version: "bench", Mode: func() string { return "auto" }, Currency: "USD", TimeZone: "UTC"},
		Readiness: &fakeReadiness{}, Actors: actors, Webhooks: db, Secrets: func() WebhookSecrets { return WebhookSecrets{Shopify: benchSecret} },
		Reads: db.Views(), Records: db, Switch: &fakeSwitch{}, Users: db, Sessions: db, People: db, Tokens: db, Configuration: &fakeConfiguration{}, Settings: db, Vault: vault,
		Factors: vault, Readers: db, Connections: fakeConnections{},
		ListActors: actors.List, Engine: fakeEngine{},
	}
}

// orderBody is an order as a shop sends it, about three kilobytes.
func orderBody(number int) []byte {
	items := strings.Repeat(`{"id":866550311766439020,"title":"LED lamp","quantity":1,"price":"24.90","sku":"LAMP-1","properties":[],"tax_lines":[{"price":"1.20","rate":0.05}]},`, 16)
	return fmt.Appendf(nil, `{"id":%d,"admin_graphql_api_id":"gid://shopify/Order/%d","created_at":"2026-03-01T10:00:00-03:00","currency":"USD","email":"jon@example.com",`+
		`"line_items":[%s],"total_price":"398.00","updated_at":"2026-03-01T10:00:05-03:00","note":null}`, number, number, strings.TrimSuffix(items, ","))
}

// requests are the deliveries of one connection, ready to be sent; every twentieth is the one before it again.
func (w *hookBench) requests(host string, each int) (list [][]byte, fresh int) {
	for i := range each {
		if w.sent++; w.sent%20 == 0 && i > 0 {
			list = append(list, list[i-1])
			continue
		}
		w.number++
		fresh++
		body := orderBody(w.number)
		list = append(list, append(fmt.Appendf(nil, "POST /api/webhooks/shopify HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n"+
			"X-Shopify-Topic: orders/create\r\nX-Shopify-Shop-Domain: shop.example\r\nX-Shopify-Webhook-Id: %d\r\nX-Shopify-Hmac-Sha256: %s\r\n\r\n",
			host, len(body), w.number, base64.StdEncoding.EncodeToString(macOf(benchSecret, body))), body...))
	}
	return list, fresh
}

// hookRound is what one round of one handler took.
type hookRound struct {
	rate      float64 // answered in a second
	processor float64 // seconds for each
}

// round sends the deliveries of all connections.
func (w *hookBench) round(source string, each int) hookRound {
	host := w.servers[source].Listener.Addr().String()
	before := w.count(source)
	batches, conns, fresh := make([][][]byte, benchConns), make([]net.Conn, benchConns), 0
	for i := range benchConns {
		list, n := w.requests(host, each)
		batches[i], fresh = list, fresh+n
		conn, err := net.Dial("tcp", host)
		if err != nil {
			w.b.Fatal(err)
		}
		defer conn.Close() //nolint:errcheck // everything was answered
		conns[i] = conn
	}
	runtime.GC() // of what was prepared
	var all sync.WaitGroup
	processor, begin := pgtest.Processor(w.b), time.Now()
	for i, conn := range conns {
		all.Go(func() { w.send(conn, batches[i]) })
	}
	all.Wait()
	took, used := time.Since(begin).Seconds(), processor().Seconds()
	if got := w.count(source) - before; got != fresh {
		w.mismatch += max(got-fresh, fresh-got)
	}
	sent := float64(benchConns * each)
	return hookRound{rate: sent / took, processor: used / sent}
}

// send delivers one after another; an answer that is not 200 is a mismatch.
func (w *hookBench) send(conn net.Conn, list [][]byte) {
	reader := bufio.NewReader(conn)
	wrong := 0
	for _, request := range list {
		if _, err := conn.Write(request); err != nil {
			w.b.Error(err)
			return
		}
		answer, err := http.ReadResponse(reader, nil)
		if err != nil {
			w.b.Error(err)
			return
		}
		if _, err := io.Copy(io.Discard, answer.Body); err != nil || answer.StatusCode != http.StatusOK {
			wrong++
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.mismatch += wrong
}

func (w *hookBench) count(source string) (n int) {
	if err := w.pool.QueryRow(context.Background(), `SELECT count(*) FROM webhook_inbox WHERE source = $1`, source).Scan(&n); err != nil {
		w.b.Fatal(err)
	}
	return n
}

// hook is a delivery as the handlers written by hand keep it.
type hook struct {
	key     string
	headers []byte
	body    []byte
	stored  bool
	err     error
	done    chan struct{}
}

// verified reads a request and checks its signature.
func verified(w http.ResponseWriter, r *http.Request) ([]byte, bool) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil || !base64Signed(benchSecret, r.Header.Get("X-Shopify-Hmac-Sha256"), body) {
		w.WriteHeader(http.StatusUnauthorized)
		return nil, false
	}
	return body, true
}

func headersOf(r *http.Request) []byte {
	text, err := json.Marshal(map[string]string{
		"X-Shopify-Topic": r.Header.Get("X-Shopify-Topic"), "X-Shopify-Shop-Domain": r.Header.Get("X-Shopify-Shop-Domain"), "X-Shopify-Webhook-Id": r.Header.Get("X-Shopify-Webhook-Id"),
	})
	if err != nil {
		panic(err)
	}
	return text
}

// bare stores in greedy batches, and does nothing else.
type bare struct {
	pool  *pgxpool.Pool
	queue chan *hook
}

func newBare(pool *pgxpool.Pool) *bare {
	h := &bare{pool: pool, queue: make(chan *hook, benchConns)}
	go func() {
		for first := range h.queue {
			batch := []*hook{first}
			for more := true; more; {
				select {
				case next := <-h.queue:
					batch = append(batch, next)
				default:
					more = false
				}
			}
			h.store(batch)
			for _, x := range batch {
				close(x.done)
			}
		}
	}()
	return h
}

func (h *bare) store(batch []*hook) {
	now := time.Now()
	var keys, headers []string
	var bodies [][]byte
	for _, x := range batch {
		keys, headers, bodies = append(keys, x.key), append(headers, string(x.headers)), append(bodies, x.body)
	}
	rows, err := h.pool.Query(context.Background(), `INSERT INTO webhook_inbox (source, topic, dedupe_key, headers, body, received_at)
		SELECT 'bare', 'orders/create', d.key, d.headers::jsonb, d.body, $4 FROM unnest($1::text[], $2::text[], $3::bytea[]) AS d (key, headers, body)
		ON CONFLICT (source, dedupe_key) DO NOTHING RETURNING dedupe_key`, keys, headers, bodies, now)
	fresh := map[string]bool{}
	for err == nil && rows.Next() {
		var key string
		err = rows.Scan(&key)
		fresh[key] = true
	}
	if err == nil {
		err = rows.Err()
	}
	for _, x := range batch {
		x.stored, x.err = fresh[x.key], err
	}
}

// ServeHTTP is http.Handler's.
func (h *bare) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, ok := verified(w, r)
	if !ok {
		return
	}
	fields := gjson.GetManyBytes(body, "id", "updated_at")
	x := &hook{key: r.Header.Get("X-Shopify-Topic") + " " + fields[0].Raw + " " + fields[1].Str, headers: headersOf(r), body: body, done: make(chan struct{})}
	h.queue <- x
	<-x.done
	if x.err != nil {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(answerStored)
}

// naive inserts each delivery, and then notes that it was taken.
type naive struct{ pool *pgxpool.Pool }

// ServeHTTP is http.Handler's.
func (h naive) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, ok := verified(w, r)
	if !ok {
		return
	}
	var order struct {
		ID        json.Number `json:"id"`
		UpdatedAt string      `json:"updated_at"`
	}
	err := json.Unmarshal(body, &order)
	key := r.Header.Get("X-Shopify-Topic") + " " + order.ID.String() + " " + order.UpdatedAt
	if err == nil {
		_, err = h.pool.Exec(r.Context(), `INSERT INTO webhook_inbox (source, topic, dedupe_key, headers, body, received_at)
			VALUES ('naive', 'orders/create', $1, $2, $3, $4) ON CONFLICT (source, dedupe_key) DO NOTHING`, key, headersOf(r), body, time.Now())
	}
	if err == nil {
		_, err = h.pool.Exec(r.Context(), `UPDATE webhook_inbox SET result = 'received' WHERE source = 'naive' AND dedupe_key = $1`, key)
	}
	if err != nil {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(answerStored)
}
