package httpapi

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/olahol/melody"

	"github.com/agente-ceo/agente-ceo/domain/views"
	"github.com/agente-ceo/agente-ceo/persistence"
	"github.com/agente-ceo/agente-ceo/persistence/pgtest"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
)

const (
	hubBrowsers  = 1000
	hubBurst     = 300 // events as fast as they can be told, on a tenth as many campaigns
	hubCampaigns = 30
	hubRounds    = 5
	hubSeconds   = 20
)

// BenchmarkHub_Broadcast compares the live feed with a bare Melody broadcast of every event, each with a thousand browsers over loopback,
// in one run. burst_ratio and burst_cpu_ratio: a burst of events, until every browser knows the last: events a second, and the processor
// time of the process, browsers included. loop_ratio: commits a second of an actor beside it, in seconds with an event against seconds
// without. frame_ms is how long such an event takes to the last browser. frames_missing is how many browsers missed an end.
func BenchmarkHub_Broadcast(b *testing.B) {
	if testing.Short() {
		b.Skip("TestHub_BenchmarkReachesEverybody runs a small round")
	}
	for b.Loop() {
		f := compareHubs(b, hubBrowsers, hubBurst, hubRounds, hubSeconds)
		b.ReportMetric(f.rate.Ratio(), "burst_ratio")
		b.ReportMetric(f.processor.Ratio(), "burst_cpu_ratio")
		b.ReportMetric(f.loop.Ratio(), "loop_ratio")
		b.ReportMetric(f.rate.Ours(), "events/s")
		b.ReportMetric(pgtest.Quantile(f.frames, 0.5)*1000, "frame_ms")
		b.ReportMetric(float64(f.missing), "frames_missing")
		b.ReportMetric(0, "ns/op")
	}
}

// What the benchmark measures is not asserted anywhere, but what it does is: otherwise nobody would see that it no longer runs.
func TestHub_BenchmarkReachesEverybody(t *testing.T) {
	t.Parallel()
	if f := compareHubs(t, 20, 60, 1, 1); f.missing != 0 || len(f.frames) != 1 {
		t.Errorf("%d browsers missed an end, %d events alone", f.missing, len(f.frames))
	}
}

// hubFigures are what the rounds measured.
type hubFigures struct {
	rate, processor, loop pgtest.Compared
	frames                []float64 // seconds
	missing               int
}

func compareHubs(tb testing.TB, browsers, burst, rounds, seconds int) *hubFigures {
	db := pgtest.New(tb)
	ours, bare, f := newFeed(tb, db), newBareFeed(tb), &hubFigures{}
	halls := map[feed]*hall{ours: newHall(tb, ours, browsers), bare: newHall(tb, bare, browsers)}
	told := func(who feed, events int) (took, used float64) {
		processor, begin := pgtest.Processor(tb), time.Now()
		f.missing += halls[who].hear(who, events)
		return time.Since(begin).Seconds(), processor().Seconds()
	}
	for round := range rounds {
		var x, y, usedX, usedY float64
		pgtest.InTurn(round, func() { x, usedX = told(ours, burst) }, func() { y, usedY = told(bare, burst) })
		f.rate.Add(float64(burst)/x, float64(burst)/y)
		f.processor.Add(usedX, usedY)
	}
	loop := newCommits(tb, db)
	for second := range seconds {
		var with, without float64
		pgtest.InTurn(second, func() {
			with = loop.during(time.Second, func() {
				took, _ := told(ours, 1)
				f.frames = append(f.frames, took)
			})
		}, func() { without = loop.during(time.Second, func() {}) })
		f.loop.Add(with, without)
	}
	return f
}

// feed tells browsers what happens. Events are numbered.
type feed interface {
	// tell makes events happen and returns the number of the last.
	tell(events int) (last int64)
	head() int64
	address() string
}

// hall is browsers that are connected to a feed.
type hall struct {
	tb      testing.TB
	conns   []*websocket.Conn
	mu      sync.Mutex
	changed *sync.Cond
	seen    []int64 // the newest event of each
	gone    int
}

func newHall(tb testing.TB, who feed, browsers int) *hall {
	a := &hall{tb: tb, seen: make([]int64, browsers)}
	a.changed = sync.NewCond(&a.mu)
	for i := range browsers {
		conn, res, err := websocket.DefaultDialer.DialContext(context.Background(), strings.Replace(who.address(), "http", "ws", 1), nil)
		if err != nil {
			tb.Fatal(err)
		}
		_ = res.Body.Close() // an upgraded connection has none
		a.conns = append(a.conns, conn)
		go a.read(i, conn)
	}
	tb.Cleanup(func() {
		for _, conn := range a.conns {
			_ = conn.Close()
		}
	})
	return a
}

// read notes the number of each frame, which is in its first bytes, and lets the rest of it go by.
func (a *hall) read(browser int, conn *websocket.Conn) {
	head := make([]byte, 64)
	for {
		_, r, err := conn.NextReader()
		if err != nil {
			a.mu.Lock()
			a.gone++
			a.changed.Broadcast()
			a.mu.Unlock()
			return
		}
		n, _ := io.ReadFull(r, head) // a short frame is whole
		_, _ = io.Copy(io.Discard, r)
		_, rest, _ := bytes.Cut(head[:n], []byte(`"seq":`))
		digits, _, _ := bytes.Cut(rest, []byte(","))
		seq, _ := strconv.ParseInt(string(digits), 10, 64)
		a.mu.Lock()
		a.seen[browser] = seq
		a.mu.Unlock()
		a.changed.Broadcast()
	}
}

// hear makes events happen and waits until every browser knows the last; it returns how many are gone.
func (a *hall) hear(who feed, events int) (missing int) {
	last := who.tell(events)
	a.mu.Lock()
	defer a.mu.Unlock()
	for next := 0; next < len(a.seen) && a.gone == 0; {
		if a.seen[next] < last {
			a.changed.Wait()
			continue
		}
		next++
	}
	return a.gone
}

// hubFeed is the live feed over events and rows in memory.
type hubFeed struct {
	url     string
	mu      sync.Mutex
	changes []views.LiveChange
	signal  chan struct{}
}

func newFeed(tb testing.TB, db *persistence.DB) *hubFeed {
	f := &hubFeed{signal: make(chan struct{}, 1)}
	deps := benchDeps(tb, db)
	deps.Live, deps.Reads = f, campaignsOnly{deps.Reads}
	server, err := New(deps)
	if err != nil {
		tb.Fatal(err)
	}
	roles := []string{"viewer"}
	id, err := db.AddUser(context.Background(), Account{User: views.User{Email: "bench@example.com", Roles: roles}, PasswordHash: "$argon2id$"}, "bench", businessNow)
	if err != nil {
		tb.Fatal(err)
	}
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		viewer := &client{guest: views.Guest{UserID: id, Roles: roles}, audience: audienceOf(roles)}
		_ = server.hub.melody.HandleRequestWithKeys(w, r, map[string]any{"client": viewer, "since": f.head()})
	}))
	tb.Cleanup(func() {
		if err := server.Close(); err != nil {
			tb.Error(err)
		}
		web.Close()
	})
	f.url = web.URL
	return f
}

func (f *hubFeed) address() string { return f.url }

func (f *hubFeed) head() int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return int64(len(f.changes))
}

func (f *hubFeed) tell(events int) int64 {
	for range events {
		f.mu.Lock()
		seq := int64(len(f.changes) + 1)
		f.changes = append(f.changes, views.LiveChange{Seq: seq, Topic: "campaign", Key: campaignOf(seq)})
		f.mu.Unlock()
		select {
		case f.signal <- struct{}{}:
		default:
		}
	}
	return f.head()
}

func campaignOf(seq int64) string { return fmt.Sprintf("cmp_%016d", seq%hubCampaigns) }

// Head is Live's.
func (f *hubFeed) Head(context.Context) (int64, error) { return f.head(), nil }

// Since is Live's.
func (f *hubFeed) Since(_ context.Context, seq int64, limit int) (changes []views.LiveChange, complete bool, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.changes)-int(seq) > limit {
		return nil, false, nil
	}
	return append(changes, f.changes[seq:]...), true, nil
}

// Wait is Live's.
func (f *hubFeed) Wait(ctx context.Context) error {
	select {
	case <-f.signal:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// campaignsOnly has every campaign that is asked for.
type campaignsOnly struct{ Reads }

// Campaigns is Reads's.
func (campaignsOnly) Campaigns(_ context.Context, l views.List) ([]views.Campaign, error) {
	var out []views.Campaign
	for _, id := range l.IDs {
		out = append(out, benchCampaign(id))
	}
	return out, nil
}

func benchCampaign(id string) views.Campaign {
	return views.Campaign{
		ID: id, ProductID: "prd_0000000000000001", ProductTitle: "Foldable LED lamp", Platform: "meta", Name: "ac-lamp-BR", Status: "active", Verdict: "potential",
		Reason: "ROAS 1.31 is below 1.5, the test period is not over.", ExternalID: "120210000000000001", Mode: "auto", Countries: []string{"BR", "US"}, UpdatedAt: businessNow,
	}
}

// bareFeed broadcasts every event with its row as it happens.
type bareFeed struct {
	melody *melody.Melody
	url    string
	last   atomic.Int64
}

func newBareFeed(tb testing.TB) *bareFeed {
	f := &bareFeed{melody: melody.New()}
	f.melody.Config.MessageBufferSize = 2 * hubBurst // it cuts nobody off
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _ = f.melody.HandleRequest(w, r) }))
	f.url = web.URL
	tb.Cleanup(func() {
		if err := f.melody.Close(); err != nil {
			tb.Error(err)
		}
		web.Close()
	})
	return f
}

func (f *bareFeed) address() string { return f.url }

func (f *bareFeed) head() int64 { return f.last.Load() }

func (f *bareFeed) tell(events int) int64 {
	for range events {
		seq := f.last.Add(1)
		id := campaignOf(seq)
		frame, err := json.Marshal(deltaFrame{"delta", seq, []deltaItem{{"campaign", id, benchCampaign(id)}}})
		if err == nil {
			err = f.melody.Broadcast(frame)
		}
		if err != nil {
			panic(err)
		}
	}
	return f.last.Load()
}

// commits is an actor that commits as fast as it can.
type commits struct {
	tb      testing.TB
	db      *persistence.DB
	key     actorkit.Key
	epoch   int64
	version int64
}

func newCommits(tb testing.TB, db *persistence.DB) *commits {
	c := &commits{tb: tb, db: db, key: actorkit.Key{Kind: "campaign", ID: "cmp_loop"}}
	a, err := db.Activate(context.Background(), c.key)
	if err != nil {
		tb.Fatal(err)
	}
	c.epoch = a.Epoch
	return c
}

// during commits for a while, beside what else is done meanwhile, and returns how many it were a second.
func (c *commits) during(d time.Duration, beside func()) float64 {
	var done sync.WaitGroup
	done.Go(beside)
	n, begin := 0, time.Now()
	for ; time.Since(begin) < d; n++ {
		c.version++
		if err := c.db.Commit(context.Background(), actorkit.Commit{Key: c.key, Epoch: c.epoch, Version: c.version, Now: businessNow, State: make([]byte, 1500)}); err != nil {
			c.tb.Error(err)
			break
		}
	}
	took := time.Since(begin).Seconds()
	done.Wait()
	return float64(n) / took
}
