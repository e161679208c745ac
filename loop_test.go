package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/agente-ceo/agente-ceo/platforms/sandbox/faults"
	"github.com/agente-ceo/agente-ceo/runtime/clock"
)

// loop is the whole business after some simulated days.
type loop struct {
	t    *testing.T
	app  *App
	days int
	db   *pgx.Conn // reads what the invariants are about, as the database's owner
}

// run simulates days of a seed with the very App that simulate and serve build.
func run(t *testing.T, seed string, days int, env []string, plan *faults.Plan) *loop {
	t.Helper()
	return runWith(t, seed, days, env, Options{Faults: plan}, func(*pgx.Conn) {})
}

// runWith is run with options of the test's own; prepare changes the database before anything happens.
func runWith(t *testing.T, seed string, days int, env []string, opts Options, prepare func(*pgx.Conn)) *loop {
	t.Helper()
	c := &common{flags: map[string]string{"seed": seed}}
	cfg, err := c.simulationConfig("default", env)
	if err != nil {
		t.Fatal(err)
	}
	if cfg.DataDir, err = simulationDir(); err != nil {
		t.Fatal(err)
	}
	virtual := clock.NewVirtual(simulationStart)
	log := slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelError}))
	opts.Config, opts.Log, opts.Virtual, opts.Throwaway = cfg, log, virtual, true
	app, err := New(t.Context(), opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := app.Close(); err != nil {
			t.Error(err)
		}
		if err := os.RemoveAll(cfg.DataDir); err != nil {
			t.Error(err)
		}
	})
	conn, err := pgx.Connect(t.Context(), app.server.URL())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	prepare(conn)
	if err := app.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := virtual.RunUntil(t.Context(), simulationStart.AddDate(0, 0, days)); err != nil {
		t.Fatal(err)
	}
	return &loop{t: t, app: app, days: days, db: conn}
}

// number reads one number out of the database.
func (l *loop) number(query string) int64 {
	l.t.Helper()
	var n int64
	if err := l.db.QueryRow(l.t.Context(), query).Scan(&n); err != nil {
		l.t.Fatalf("%s: %v", query, err)
	}
	return n
}

func (l *loop) texts(query string) []string {
	l.t.Helper()
	rows, err := l.db.Query(l.t.Context(), query)
	if err != nil {
		l.t.Fatalf("%s: %v", query, err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		l.t.Fatalf("%s: %v", query, err)
	}
	return out
}

// capsHold judges every account day and week by what the platforms charged, at their own ledger.
func (l *loop) capsHold() (problems []string) {
	s := &simulation{}
	l.app.capsOf(s, simulationStart.AddDate(0, 0, l.days))
	if s.Caps.Breaches != 0 {
		problems = append(problems, fmt.Sprintf("%d breaches: day %s of %s, week %s of %s", s.Caps.Breaches, s.Caps.MaxDay, s.Caps.Daily, s.Caps.MaxWeek, s.Caps.Weekly))
	}
	return problems
}

// onePlanOneCampaign compares what delivers on the platforms with what we think delivers.
func (l *loop) onePlanOneCampaign() (problems []string) {
	ours := l.texts(`SELECT platform || '/' || external_id FROM campaigns WHERE external_id <> ''`)
	names := map[string]int{}
	for platform, server := range l.app.world.ads {
		for _, c := range server.Snapshot().Campaigns {
			if c.Configured != "ACTIVE" && c.Configured != "ENABLE" && c.Configured != "ENABLED" {
				continue
			}
			if !slices.Contains(ours, platform+"/"+c.ID) {
				problems = append(problems, fmt.Sprintf("%s delivers campaign %s (%s), which is not in our books", platform, c.ID, c.Name))
			}
			if names[platform+c.Name]++; names[platform+c.Name] > 1 {
				problems = append(problems, fmt.Sprintf("%s delivers two campaigns named %s", platform, c.Name))
			}
		}
	}
	return problems
}

// ordersOnce compares the shop's orders with ours: each once, summed up once.
func (l *loop) ordersOnce() (problems []string) {
	shop := l.app.world.World().Snapshot(time.UTC).Webhooks
	have := l.number(`SELECT count(*) FROM orders`)
	waiting := int64(l.app.world.World().Snapshot(time.UTC).WebhooksWaiting)
	if have > shop.Orders || have+waiting < shop.Orders {
		problems = append(problems, fmt.Sprintf("the shop made %d orders (%d webhooks wait), we have %d", shop.Orders, waiting, have))
	}
	for name, query := range map[string]string{
		"orders in the daily sums":    `SELECT coalesce(sum(shop_orders), 0)::bigint FROM mv_daily_metrics`,
		"orders of all customers":     `SELECT coalesce(sum(orders), 0)::bigint FROM customers`,
		"supplier orders and errors":  `SELECT count(*) FROM orders WHERE supplier_order_id <> '' OR status IN ('error', 'pending')`,
		"conversions or orders known": `SELECT count(*) FROM orders WHERE id LIKE 'ord_%'`,
	} {
		if n := l.number(query); n != have {
			problems = append(problems, fmt.Sprintf("%d %s for %d orders", n, name, have))
		}
	}
	return problems
}

// booksAgree checks sums against what they sum, the audit chain, and that every call had an intent.
func (l *loop) booksAgree() (problems []string) {
	differences, err := l.app.db.CheckRollups(l.t.Context())
	if err != nil {
		l.t.Fatal(err)
	}
	problems = append(problems, differences...)
	ledger, err := l.app.db.CheckLedger(l.t.Context())
	if err != nil {
		l.t.Fatal(err)
	}
	problems = append(problems, ledger...)
	if _, err := l.app.db.VerifyAudit(l.t.Context(), 1); err != nil {
		problems = append(problems, "audit: "+err.Error())
	}
	if n := l.number(`SELECT count(*) FROM outbox o WHERE attempts > 0 AND NOT EXISTS (SELECT FROM audit_log a WHERE a.action = 'effect_intended' AND a.figures->>'effect' = o.id)`); n != 0 {
		problems = append(problems, fmt.Sprintf("%d effects were tried without an intent", n))
	}
	// Whoever dies between the two leaves an intent, which the next one repeats before it looks the effect up.
	if n := l.number(`SELECT count(*) FROM (SELECT coalesce(max(seq) FILTER (WHERE action <> 'effect_intended'), 0) < max(seq) FILTER (WHERE action = 'effect_intended') AS unended,
		min(seq) FILTER (WHERE action = 'effect_intended') > min(seq) FILTER (WHERE action <> 'effect_intended') AS late
		FROM audit_log WHERE action LIKE 'effect\_%' AND figures->>'effect' IN (SELECT id FROM outbox WHERE state IN ('done', 'refused', 'failed'))
		GROUP BY figures->>'effect') x WHERE unended OR late`); n != 0 {
		problems = append(problems, fmt.Sprintf("%d effects that are over have an intent without an outcome after it", n))
	}
	if n := l.number(`SELECT count(*) FROM outbox WHERE raises AND state = 'done' AND (reservation_id = '' OR grant_day IS NULL)`); n != 0 {
		problems = append(problems, fmt.Sprintf("%d raises were done that carry nothing that pays for them", n))
	}
	if n := l.number(`SELECT count(*) FROM (SELECT sum(CASE WHEN debit = a THEN amount_minor ELSE -amount_minor END) AS s
		FROM postings, LATERAL (VALUES (debit), (credit)) AS v (a) GROUP BY purse) x WHERE s <> 0`); n != 0 {
		problems = append(problems, "postings do not sum to zero")
	}
	if n := l.number(`SELECT count(*) FROM actor_message WHERE created_at < (SELECT max(created_at) - interval '1 day' FROM actor_message)`); n != 0 {
		problems = append(problems, fmt.Sprintf("%d messages were never handled", n))
	}
	return problems
}

// lives checks that the business really does its work: an idle one breaks no rule.
func (l *loop) lives() (problems []string) {
	for name, query := range map[string]string{
		"qualified products":      `SELECT count(*) FROM products WHERE status NOT IN ('rejected', 'scouted')`,
		"rejections with reasons": `SELECT count(*) FROM products WHERE status = 'rejected' AND cardinality(reasons) > 0`,
		"ready creatives":         `SELECT count(*) FROM creatives WHERE status = 'ready' AND media_key <> ''`,
		"published campaigns":     `SELECT count(*) FROM campaigns WHERE activated_at IS NOT NULL`,
		"hours of analytics":      `SELECT count(DISTINCT hour) FROM analytics`,
		"decisions":               `SELECT count(*) FROM audit_log WHERE action = 'campaign_decided'`,
		"orders":                  `SELECT count(*) FROM orders`,
		"orders with tracking":    `SELECT count(*) FROM orders WHERE tracking_code <> ''`,
		"settled reservations":    `SELECT count(*) FROM reservations WHERE state IN ('posted', 'released')`,
	} {
		if l.number(query) == 0 {
			problems = append(problems, "there are no "+name)
		}
	}
	if n := l.number(`SELECT count(*) FROM reports WHERE kind = 'daily'`); n != int64(l.days) {
		problems = append(problems, fmt.Sprintf("%d daily reports for %d days", n, l.days))
	}
	for _, key := range l.texts(`SELECT media_key FROM creatives`) {
		if _, err := os.Stat(filepath.Join(l.app.cfg.DataDir, "media", key)); err != nil {
			problems = append(problems, "a creative's picture is missing: "+err.Error())
		}
	}
	return problems
}

func (l *loop) mustHold(checks ...func() []string) {
	l.t.Helper()
	for _, check := range checks {
		for _, problem := range check() {
			l.t.Error(problem)
		}
	}
}

func (l *loop) restarts() int64 {
	s := &simulation{}
	l.app.machinery(s)
	return s.Actors.Restarts
}

func TestLoop_EightDays(t *testing.T) {
	t.Parallel()
	l := run(t, "7", 8, nil, nil)
	l.mustHold(l.capsHold, l.onePlanOneCampaign, l.ordersOnce, l.booksAgree, l.lives)
	if n := l.restarts(); n != 0 {
		t.Errorf("%d restarts without a fault", n)
	}
}

func TestLoop_GreedyPlatforms(t *testing.T) {
	t.Parallel()
	l := run(t, "3", 8, []string{"AGENTE_SANDBOX_GREEDY=true"}, nil)
	l.mustHold(l.capsHold, l.onePlanOneCampaign, l.booksAgree)
	if n := l.number(`SELECT count(*) FROM audit_log WHERE action = 'spending_frozen'`); n != 0 {
		t.Errorf("spending was frozen %d times", n)
	}
}

// Whatever is lost on the way to and from platforms that always charge the most: no cap is passed, and none has to be found broken.
func TestLoop_GreedyPlatformsWithFaults(t *testing.T) {
	t.Parallel()
	var script []faults.Fault
	for _, kind := range []faults.Kind{faults.CommitThenDrop, faults.ErrorAfterCommit, faults.ServerError, faults.Throttle} {
		script = append(script, faults.Fault{Kind: kind, Where: " /meta/", Share: 0.04}, faults.Fault{Kind: kind, Where: " /tiktok/", Share: 0.04})
	}
	l := run(t, "3", 5, []string{"AGENTE_SANDBOX_GREEDY=true"}, faults.New(5, script...))
	l.mustHold(l.capsHold, l.onePlanOneCampaign, l.booksAgree)
	if n := l.number(`SELECT count(*) FROM outbox WHERE kind = 'set_account_ceiling' AND state = 'done'`); n < 4 {
		t.Errorf("the account's limit was set %d times: the test shows nothing", n)
	}
	if n := l.number(`SELECT count(*) FROM postings WHERE kind = 'relief'`); n == 0 {
		t.Error("nothing was ever granted under the account's limit")
	}
}

func TestLoop_Faults(t *testing.T) {
	t.Parallel()
	kinds := []faults.Kind{faults.CommitThenDrop, faults.ErrorAfterCommit, faults.ServerError, faults.Throttle}
	var script []faults.Fault
	for _, kind := range kinds {
		for _, where := range []string{" /meta/", " /tiktok/", " /shopify/", " /crm"} {
			script = append(script, faults.Fault{Kind: kind, Where: where, Share: 0.02})
		}
	}
	plan := faults.New(11, script...)
	l := run(t, "7", 6, nil, plan)
	l.mustHold(l.capsHold, l.onePlanOneCampaign, l.ordersOnce, l.booksAgree)
	for _, kind := range kinds {
		if plan.Counts()[kind] == 0 {
			t.Errorf("no fault of kind %s happened: the test shows nothing", kind)
		}
	}
	if n := l.number(`SELECT count(*) FROM campaigns WHERE activated_at IS NOT NULL`); n == 0 {
		t.Error("nothing was published in spite of retries")
	}
}

func TestLoop_SameSeedSameJournal(t *testing.T) {
	t.Parallel()
	journal := func(seed string) string {
		l := run(t, seed, 3, nil, nil)
		sum, err := l.app.db.JournalSHA256(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return sum
	}
	first, again, other := journal("5"), journal("5"), journal("6")
	if first != again {
		t.Errorf("seed 5 gave %s and %s", first, again)
	}
	if first == other {
		t.Error("seeds 5 and 6 gave the same journal: the seed is not used")
	}
}

func TestLoop_ChecksFindPlantedFaults(t *testing.T) {
	t.Parallel()
	l := run(t, "7", 5, nil, nil)
	for _, plant := range []struct {
		name  string
		do    string
		check func() []string
	}{
		{"an order that the shop did not make", `INSERT INTO orders (id, shop, external_id, status, total_minor, currency, updated_at) VALUES ('ord_planted', 'shopify', 'planted', 'pending', 1, 'USD', now())`, l.ordersOnce},
		{"a campaign forgotten by our books", `UPDATE campaigns SET external_id = '' WHERE status IN ('active', 'testing', 'scaling')`, l.onePlanOneCampaign},
		{"a sum that is off by a cent", `UPDATE mv_campaign_performance SET spend_minor = spend_minor + 1`, l.booksAgree},
		{"a window that holds a cent less", `UPDATE purse_window SET charged_minor = charged_minor - 1 WHERE kind = 'week'`, l.booksAgree},
		{"an edited line of the audit log", `UPDATE audit_log SET reason = 'because' WHERE seq = 10`, l.booksAgree},
		{"a missing picture", `UPDATE creatives SET media_key = 'zz/none.jpg'`, l.lives},
	} {
		if before := plant.check(); len(before) != 0 {
			t.Errorf("%s: the check was red before: %v", plant.name, before)
		}
		if _, err := l.db.Exec(t.Context(), plant.do); err != nil {
			t.Fatalf("%s: %v", plant.name, err)
		}
		if len(plant.check()) == 0 {
			t.Errorf("%s went unnoticed", plant.name)
		}
		l.undo(plant.name)
	}
	l.app.cfg.Caps.Daily = "1"
	if err := l.app.rules.set(l.app.cfg, l.app.outside.connected); err != nil {
		t.Fatal(err)
	}
	if len(l.capsHold()) == 0 {
		t.Error("charges over the cap went unnoticed")
	}
}

// undo takes back what would disturb the next planted fault.
func (l *loop) undo(name string) {
	l.t.Helper()
	undo := map[string]string{
		"an order that the shop did not make": `DELETE FROM orders WHERE id = 'ord_planted'`,
		"a window that holds a cent less":     `UPDATE purse_window SET charged_minor = charged_minor + 1 WHERE kind = 'week'`,
		"a sum that is off by a cent":         `UPDATE mv_campaign_performance SET spend_minor = spend_minor - 1`,
	}[name]
	if undo == "" {
		return
	}
	if _, err := l.db.Exec(l.t.Context(), undo); err != nil {
		l.t.Fatal(err)
	}
}
