package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/persistence"
)

// witness sees everything that passes between the program and its world, and remembers what breaks a promise at once.
type witness struct {
	t *testing.T
	m *torment

	mu       sync.Mutex
	db       *pgx.Conn
	problems []string
	writes   int
	bare     []bareCall                 // writes without an intent in the outbox: a halt's, or a broken promise
	shared   bool                       // two programs work on one database: the effect of a call may have been ended by the other one
	acked    map[string]int             // webhooks answered 2xx, by topic and number
	active   map[string]map[string]bool // platform and name → ids of campaigns that were ever switched on
}

// bareCall is a changing call that no effect intended when it was made.
type bareCall struct{ line, target string }

func newWitness(t *testing.T, m *torment) *witness {
	return &witness{t: t, m: m, db: connectTo(t, m.url), acked: map[string]int{}, active: map[string]map[string]bool{}}
}

// reconnect asks the database over a new connection from now on.
func (w *witness) reconnect() {
	w.t.Helper()
	db := connectTo(w.t, w.m.url)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.db = db
}

// writesSomething tells the calls that change something at a platform from those that ask.
func writesSomething(r *http.Request, body []byte) bool {
	service, rest, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	switch service {
	case "meta", "tiktok", "whatsapp", "twilio", "crm":
		return r.Method != http.MethodGet
	case "google":
		return strings.Contains(rest, ":mutate")
	case "shopify":
		return bytes.Contains(body, []byte("mutation"))
	case "aliexpress":
		return strings.Contains(r.URL.RawQuery+string(body), "order.create")
	}
	return false
}

// couriers are the couriers that call each service.
var couriers = map[string]string{"meta": "meta", "tiktok": "tiktok", "google": "google", "shopify": "store", "aliexpress": "supplier", "crm": "crm", "twilio": "notify", "whatsapp": "notify"}

// before checks that an intent was committed before the call that it intends.
func (w *witness) before(r *http.Request, body []byte) {
	service, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	w.mu.Lock()
	defer w.mu.Unlock()
	w.writes++
	var intents int
	err := w.db.QueryRow(context.Background(), `SELECT count(*) FROM outbox o WHERE courier = $1 AND (state = 'inflight' OR $2) AND EXISTS
		(SELECT FROM audit_log a WHERE a.action = 'effect_intended' AND a.figures->>'effect' = o.id)`, couriers[service], w.shared).Scan(&intents)
	// The witness's own connection may have been killed: then nothing is known of the call.
	if err == nil && intents == 0 {
		w.bare = append(w.bare, bareCall{line: r.Method + " " + r.URL.Path, target: r.URL.Path + " " + string(body)})
	}
}

// onlyHaltsAreBare checks the calls that no effect intended. While spending is frozen campaigns are paused directly, with or without a database;
// the lines of that are in the audit log, at the latest when the database is back.
func (w *witness) onlyHaltsAreBare(l *loop) (problems []string) {
	halted := l.texts(`SELECT DISTINCT figures->>'external_id' FROM audit_log WHERE action = 'halt_intended'`)
	for _, call := range w.bare {
		if !slices.ContainsFunc(halted, func(id string) bool { return strings.Contains(call.target, id) }) {
			problems = append(problems, "L1: "+call.line+" has no committed intent")
		}
	}
	return problems
}

// behind remembers every campaign that is switched on, under its name.
func (w *witness) behind(r *http.Request, _ []byte) {
	platform, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	server := w.m.world.ads[platform]
	if server == nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range server.Snapshot().Campaigns {
		if !switchedOn(c.Configured) {
			continue
		}
		key := platform + " " + c.Name
		if w.active[key] == nil {
			w.active[key] = map[string]bool{}
		}
		w.active[key][c.ID] = true
	}
}

func switchedOn(configured string) bool {
	return configured == "ACTIVE" || configured == "ENABLE" || configured == "ENABLED"
}

// post sends a webhook and remembers that it was acknowledged.
func (w *witness) post(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	res, err := webhookClient.Do(r)
	if err == nil && res.StatusCode/100 == 2 {
		w.mu.Lock()
		w.acked[r.Header.Get("X-Shopify-Topic")+" "+numberIn(body)]++
		w.mu.Unlock()
	}
	return res, err
}

// numberIn is the id of the order or refund that a webhook tells of.
func numberIn(body []byte) string {
	var about struct {
		ID json.Number `json:"id"`
	}
	if err := json.Unmarshal(body, &about); err != nil {
		return "unreadable: " + err.Error()
	}
	return about.ID.String()
}

// judge says what does not hold of a business that has been left in peace for a while. Nobody may be connected as the program.
func (w *witness) judge() []string {
	w.t.Helper()
	db, err := persistence.Open(w.t.Context(), w.m.url, persistence.Options{})
	if err != nil {
		w.t.Fatal(err)
	}
	defer db.Close()
	app := &App{cfg: w.m.stage.cfg, db: db, world: w.m.world, log: slog.New(slog.DiscardHandler)}
	if err := app.rules.set(app.cfg, []ads.Platform{ads.Meta, ads.TikTok, ads.Google}); err != nil {
		w.t.Fatal(err)
	}
	l := &loop{t: w.t, app: app, days: 1, db: w.db}
	w.mu.Lock()
	defer w.mu.Unlock()
	out := append([]string{}, w.problems...)
	for _, check := range []func() []string{l.capsHold, l.onePlanOneCampaign, l.ordersOnce, l.booksAgree, w.onlyOneEverActive, w.acknowledgedIsStored, w.suppliedOnce, func() []string { return w.onlyHaltsAreBare(l) }, func() []string { return nothingStuck(l) }} {
		out = append(out, check()...)
	}
	return out
}

func (w *witness) onlyOneEverActive() (problems []string) {
	for name, ids := range w.active {
		if len(ids) > 1 {
			problems = append(problems, fmt.Sprintf("M4: %d campaigns named %q were switched on", len(ids), name))
		}
	}
	return problems
}

func (w *witness) acknowledgedIsStored() (problems []string) {
	rows, err := w.db.Query(w.t.Context(), `SELECT topic || ' ' || (convert_from(body, 'UTF8')::json->>'id') FROM webhook_inbox`)
	if err != nil {
		w.t.Fatal(err)
	}
	stored := map[string]int{}
	list, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		w.t.Fatal(err)
	}
	for _, text := range list {
		stored[text]++
	}
	for text := range w.acked {
		if stored[text] != 1 {
			problems = append(problems, fmt.Sprintf("O1: a webhook that was answered 2xx is stored %d times: %s", stored[text], text))
		}
	}
	return problems
}

func (w *witness) suppliedOnce() (problems []string) {
	seen := map[string]bool{}
	for _, o := range w.m.world.World().Snapshot(accountZone(w.m.stage.cfg)).SupplierOrders {
		if seen[o.Key] {
			problems = append(problems, fmt.Sprintf("the supplier has two orders %s", o.Key))
		}
		seen[o.Key] = true
	}
	return problems
}

// stuckFor is how long, in the business's time, something may lie about once it is left in peace.
const stuckFor = `(SELECT max(updated_at) FROM actor_snapshot) - interval '90 minutes'`

// Alarms of those kinds that put rounds off without a commit are overdue in the database by design; the sweeper wakes them.
//
// nothingStuck checks that all is on its way again without anybody's help. Each query lists what is not.
func nothingStuck(l *loop) (problems []string) {
	return l.findings(map[string]string{
		"effect without an outcome": `SELECT concat_ws(' ', id, kind, state, updated_at) FROM outbox WHERE state IN ('inflight', 'unknown') AND updated_at < ` + stuckFor,
		"effect nobody takes up":    `SELECT concat_ws(' ', id, kind, next_attempt_at) FROM outbox WHERE state = 'pending' AND next_attempt_at < ` + stuckFor,
		"message nobody handles":    `SELECT concat_ws(' ', type, to_kind, to_id, created_at) FROM actor_message WHERE created_at < ` + stuckFor,
		"alarm nobody hears": `SELECT concat_ws(' ', kind, id, alarms, updated_at) FROM actor_snapshot WHERE kind <> ALL ('{treasurer,ceo,reporter,campaign,orders}')
			AND NOT (kind = 'courier' AND alarms = jsonb_build_object('survey', alarms->'survey')) AND next_due < ` + stuckFor,
		"webhook nobody handled":     `SELECT concat_ws(' ', topic, received_at) FROM webhook_inbox WHERE handled_at IS NULL AND received_at < ` + stuckFor,
		"done effect without a line": `SELECT id FROM outbox o WHERE state = 'done' AND NOT EXISTS (SELECT FROM audit_log a WHERE a.action <> 'effect_intended' AND a.figures->>'effect' = o.id)`,
		"reservation over and not at zero": `SELECT r.id FROM reservations r LEFT JOIN postings p ON p.reservation_id = r.id GROUP BY r.id, r.state
			HAVING r.state <> 'outstanding' AND sum(CASE WHEN p.kind IN ('reserve', 'top_up') THEN p.amount_minor ELSE -p.amount_minor END) > 0`,
	})
}

// notFrozen checks that spending was never stopped. An outage that lasts over a renewal may stop it.
func (l *loop) notFrozen() []string {
	return l.findings(map[string]string{"freeze": `SELECT concat_ws(' ', at, reason) FROM audit_log WHERE action = 'spending_frozen'`})
}

// findings are the rows of queries, each under its name.
func (l *loop) findings(queries map[string]string) (problems []string) {
	for name, query := range queries {
		for _, found := range l.texts(query) {
			problems = append(problems, name+": "+found)
		}
	}
	return problems
}
