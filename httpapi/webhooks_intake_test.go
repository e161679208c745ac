package httpapi

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/domain/views"
	"github.com/agente-ceo/agente-ceo/persistence"
	"github.com/agente-ceo/agente-ceo/persistence/pgtest"
)

// fakeInbox is a WebhookStore that a test holds up, breaks, and looks into.
type fakeInbox struct {
	mu      sync.Mutex
	batches [][]string    // dedupe keys, batch by batch
	stored  []string      // dedupe keys that were stored
	begun   chan struct{} // told of each batch that begins, if it is not nil
	held    chan struct{} // what each batch waits for, if it is not nil
	fail    func(keys []string) error
}

func (f *fakeInbox) StoreWebhooks(_ context.Context, list []views.Delivery) ([]bool, error) {
	if f.begun != nil {
		f.begun <- struct{}{}
	}
	if f.held != nil {
		<-f.held
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	var keys []string
	for _, d := range list {
		keys = append(keys, d.DedupeKey)
	}
	f.batches = append(f.batches, keys)
	if f.fail != nil {
		if err := f.fail(keys); err != nil {
			return nil, err
		}
	}
	duplicate := make([]bool, len(list))
	for i, key := range keys {
		duplicate[i] = slices.Contains(f.stored, key)
		f.stored = append(f.stored, key)
	}
	return duplicate, nil
}

func newTestIntake(t *testing.T, inbox WebhookStore, told func()) *intake {
	q := &intake{webhooks: inbox, stored: told, log: slog.New(slog.NewTextHandler(t.Output(), nil))}
	t.Cleanup(q.close)
	return q
}

// deliverAll stores deliveries that all wait before the first is stored, and lists the errors by key.
func deliverAll(q *intake, inbox *fakeInbox, keys ...string) map[string]error {
	inbox.begun, inbox.held = make(chan struct{}, 100), make(chan struct{})
	out, mu := map[string]error{}, sync.Mutex{}
	var all sync.WaitGroup
	deliver := func(key string) {
		all.Go(func() {
			_, err := q.store(views.Delivery{Source: "shopify", DedupeKey: key})
			mu.Lock()
			defer mu.Unlock()
			out[key] = err
		})
	}
	deliver("first")
	<-inbox.begun
	for i, key := range keys {
		deliver(key)
		q.awaitWaiting(i + 1)
	}
	close(inbox.held)
	all.Wait()
	return out
}

// awaitWaiting returns when n deliveries wait.
func (q *intake) awaitWaiting(n int) {
	for {
		q.mu.Lock()
		have := len(q.waiting)
		q.mu.Unlock()
		if have >= n {
			return
		}
		runtime.Gosched()
	}
}

func TestIntake(t *testing.T) {
	t.Parallel()
	t.Run("GathersWhileABatchIsStored", func(t *testing.T) {
		t.Parallel()
		inbox, told := &fakeInbox{}, 0
		q := newTestIntake(t, inbox, func() { told++ })
		errs := deliverAll(q, inbox, "a", "b", "c")
		if got := fmt.Sprint(inbox.batches); got != "[[first] [a b c]]" || told != 2 {
			t.Errorf("stored %s, told %d times, %v", got, told, errs)
		}
	})
	t.Run("OneBadRowFailsAlone", func(t *testing.T) {
		t.Parallel()
		inbox := &fakeInbox{fail: func(keys []string) error {
			if slices.Contains(keys, "bad") {
				return errors.New("invalid byte sequence")
			}
			return nil
		}}
		errs := deliverAll(newTestIntake(t, inbox, func() {}), inbox, "a", "bad", "c")
		if errs["a"] != nil || errs["c"] != nil || errs["bad"] == nil || fmt.Sprint(inbox.stored) != "[first a c]" {
			t.Errorf("stored %v, errors %v", inbox.stored, errs)
		}
	})
	t.Run("AFailedBatchStoresNothing", func(t *testing.T) {
		t.Parallel()
		inbox, told := &fakeInbox{fail: func([]string) error { return fault.Retry("database_busy", 0, io.EOF) }}, 0
		errs := deliverAll(newTestIntake(t, inbox, func() { told++ }), inbox, "a", "b")
		if len(inbox.batches) != 2 || len(inbox.stored) != 0 || told != 0 || errs["a"] == nil || errs["b"] == nil {
			t.Errorf("batches %v, stored %v, told %d, errors %v", inbox.batches, inbox.stored, told, errs)
		}
	})
	t.Run("CloseStoresWhatWaits", func(t *testing.T) {
		t.Parallel()
		inbox := &fakeInbox{begun: make(chan struct{}, 9), held: make(chan struct{})}
		q := newTestIntake(t, inbox, func() {})
		var all sync.WaitGroup
		all.Go(func() {
			if _, err := q.store(views.Delivery{DedupeKey: "a"}); err != nil {
				t.Error(err)
			}
		})
		<-inbox.begun
		closed := make(chan struct{})
		go func() { defer close(closed); q.close() }()
		select {
		case <-closed:
			t.Error("it closed while a delivery was being stored")
		default:
		}
		close(inbox.held)
		<-closed
		all.Wait()
		if _, err := q.store(views.Delivery{DedupeKey: "b"}); fault.KindOf(err) != fault.Retryable || fmt.Sprint(inbox.stored) != "[a]" {
			t.Errorf("after the end: %v, stored %v", err, inbox.stored)
		}
	})
	t.Run("BatchesAreBounded", func(t *testing.T) {
		t.Parallel()
		q := newTestIntake(t, &fakeInbox{}, func() {})
		for range maxBatch + 10 {
			q.waiting = append(q.waiting, &arrival{})
		}
		if first, rest := len(q.take()), len(q.take()); first != maxBatch || rest != 10 {
			t.Errorf("took %d and %d", first, rest)
		}
		large := &arrival{delivery: views.Delivery{Body: make([]byte, maxBatchBytes/2+1)}}
		q.waiting = append(q.waiting, large, large)
		if first, rest := len(q.take()), len(q.take()); first != 1 || rest != 1 {
			t.Errorf("took %d and %d", first, rest)
		}
	})
}

// Many at once, every twentieth again: each is stored once, and exactly one of its senders is told so.
func TestWebhook_ManyAtOnceAreStoredOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	const senders, each = 24, 20
	var mu sync.Mutex
	results := map[string]int{}
	var all sync.WaitGroup
	for sender := range senders {
		all.Go(func() {
			for i := range each {
				key := i // every sender's last is one that all of them send
				if i != each-1 {
					key = 1000*sender + i
				}
				body := fmt.Sprintf(`{"id":%d,"updated_at":"2026-03-01T00:00:00Z","total_price":"10.00"}`, key)
				r := b.deliver("/api/webhooks/shopify", body, map[string]string{"X-Shopify-Hmac-Sha256": base64.StdEncoding.EncodeToString(macOf(b.secrets.Shopify, []byte(body))), "X-Shopify-Topic": "orders/create"})
				mu.Lock()
				results[into[webhookAnswer](r.want(200)).Result]++
				mu.Unlock()
			}
		})
	}
	all.Wait()
	waiting, err := b.db.UnhandledWebhooks(t.Context(), 10_000)
	if err != nil {
		t.Fatal(err)
	}
	want, stored := senders*(each-1)+1, len(waiting)
	if stored != want || results["stored"] != want || results["duplicate"] != senders-1 {
		t.Errorf("%d stored, answered %v, want %d", stored, results, want)
	}
}

// The connection is cut after the commit and before its answer: the sender is told to come again, and then that it was stored before.
func TestWebhook_CutBetweenCommitAndAnswer(t *testing.T) {
	t.Parallel()
	address := pgtest.URL(t)
	cut := newCutter(t, address)
	db, err := persistence.Open(t.Context(), cut.url, persistence.Options{MaxConns: 2})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	q := newTestIntake(t, db, func() {})
	store := func(key string) (bool, error) {
		return q.store(views.Delivery{Source: "shopify", Topic: "orders/create", DedupeKey: key, Body: []byte("{}")})
	}
	if _, err := store("before"); err != nil { // the statement is prepared by it
		t.Fatal(err)
	}
	cut.arm()
	if _, err := store("lost"); fault.KindOf(err) != fault.Retryable || !cut.cut() {
		t.Fatalf("answered %v, cut %v", err, cut.cut())
	}
	if duplicate, err := store("lost"); err != nil || !duplicate {
		t.Errorf("redelivered: duplicate %v, %v", duplicate, err)
	}
	waiting, err := db.UnhandledWebhooks(t.Context(), 10)
	if err != nil || len(waiting) != 2 {
		t.Errorf("%d stored, %v", len(waiting), err)
	}
}

// cutter is a proxy before the database. Once it is armed, it takes the next whole answer and cuts the connection instead of
// passing it on.
type cutter struct {
	url   string
	mu    sync.Mutex
	armed bool
	done  bool
}

func (c *cutter) arm() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.armed = true
}

func (c *cutter) cut() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.done
}

const socketName = ".s.PGSQL.5432"

func newCutter(t *testing.T, address string) *cutter {
	t.Helper()
	parsed, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	query := parsed.Query()
	behind := filepath.Join(query.Get("host"), socketName)
	dir, err := os.MkdirTemp("", "cut") // a socket's path is short
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("unix", filepath.Join(dir, socketName))
	if err != nil {
		t.Fatal(err)
	}
	query.Set("host", dir)
	parsed.RawQuery = query.Encode()
	c := &cutter{url: parsed.String()}
	var all sync.WaitGroup
	t.Cleanup(func() { _ = listener.Close(); all.Wait(); _ = os.RemoveAll(dir) })
	all.Go(func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			all.Go(func() { c.pass(client, behind) })
		}
	})
	return c
}

// pass connects a client with the server until one of them ends, or it is cut.
func (c *cutter) pass(client net.Conn, behind string) {
	defer client.Close() //nolint:errcheck // that is how it is cut
	server, err := net.Dial("unix", behind)
	if err != nil {
		return
	}
	go func() {
		_, _ = io.Copy(server, client)
		_ = server.Close()
	}()
	buffer := make([]byte, 64<<10)
	for {
		n, err := server.Read(buffer)
		if err != nil {
			return
		}
		c.mu.Lock()
		// ReadyForQuery ends every answer, and is sent after the commit.
		cut := c.armed && strings.HasSuffix(string(buffer[:n]), "Z\x00\x00\x00\x05I")
		if cut {
			c.armed, c.done = false, true
		}
		c.mu.Unlock()
		if cut {
			_ = server.Close()
			return
		}
		if _, err := client.Write(buffer[:n]); err != nil {
			return
		}
	}
}

func TestFields(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{"id":1,"updated_at":"x"}`:                                   "1 x",
		` { "a":{"id":2,"updated_at":"y"}, "id": 820982911946154508}`: "820982911946154508 ",
		`{"id":"7","updated_at":null}`:                                "7 ",
		`{"id":1.5e3,"updated_at":"\u00e9\n"}`:                        "1.5e3 é\n",
		`{"id":true}`:                                                 "malformed",
		`{"updated_at":5}`:                                            "malformed",
		`{"id":1,}`:                                                   "malformed",
		`{"id":1} {"id":2}`:                                           "malformed",
		`["id",1]`:                                                    "malformed",
		`"id"`:                                                        "malformed",
		``:                                                            "malformed",
		`{"id":1,"x":"\x00"}`:                                         "malformed",
	} {
		id, idOK := number([]byte(body), "id")
		updated, updatedOK := text([]byte(body), "updated_at")
		got := id + " " + updated
		if !idOK || !updatedOK || !isObject([]byte(body)) {
			got = "malformed"
		}
		if got != want {
			t.Errorf("%s: %q, want %q", body, got, want)
		}
	}
	if !hasItems([]byte(`{"data":[{}]}`), "data") || hasItems([]byte(`{"data":[]}`), "data") || hasItems([]byte(`{"data":{"0":1}}`), "data") {
		t.Error("an array with items is told wrongly from others")
	}
}

// Whatever the library takes for an object, encoding/json does, and finds the same in it, unless a name is there twice.
func FuzzFields(f *testing.F) {
	for _, seed := range []string{`{"id":1,"updated_at":"x"}`, `{"id":"\ud800"}`, `{"a":[1,{"id":2}],"id":-0.1e+5}`, "{\"id\":\"\xff\"}", `{"id":01}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		if !isObject(body) {
			return
		}
		var about map[string]json.RawMessage
		if err := json.Unmarshal(body, &about); err != nil {
			t.Fatalf("%q is no object: %v", body, err)
		}
		if strings.Count(string(body), `"id"`) != 1 || strings.Contains(string(body), `\`) {
			return
		}
		id, ok := number(body, "id")
		raw := string(about["id"])
		if ok && id != "" && id != raw && id != strings.Trim(raw, `"`) {
			t.Errorf("%q: found %q, want %q", body, id, raw)
		}
	})
}
