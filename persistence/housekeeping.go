package persistence

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
)

// purged are the tables that grow with time and hold nothing that is needed for ever. The audit log, the ledger, the orders and
// the roll-ups stay.
var purged = []string{"analytics", "live_event", "webhook_inbox", "outbox", "alerts", "scout_runs", "sessions", "login_places", "backups", "budget_answers"}

// Purge deletes what is older than before and returns how many rows went, by table: "analytics 1200, outbox 30", or "nothing".
// Open alerts, unhandled webhooks and unfinished effects stay however old; the dashboard's events and the answers to asks of a budget go after two days.
// A stale epoch is fault Refused "stale_epoch".
func (db *DB) Purge(ctx context.Context, by actorkit.Fence, before time.Time) (string, error) {
	var counts []string
	for _, table := range purged {
		n, err := db.fenced(ctx, by, "purge_"+table, before)
		if err != nil {
			return strings.Join(counts, ", "), classify("purge "+table, err)
		}
		if n > 0 {
			counts = append(counts, fmt.Sprintf("%s %d", table, n))
		}
	}
	if len(counts) == 0 {
		return "nothing", nil
	}
	return strings.Join(counts, ", "), nil
}

// fenced executes one statement for an actor, unless a newer activation of it exists, and returns how many rows it was about.
func (db *DB) fenced(ctx context.Context, by actorkit.Fence, name string, args ...any) (rows int64, err error) {
	err = pgx.BeginFunc(ctx, db.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, statement("actor_fence"), by.Key.Kind, by.Key.ID, by.Epoch); err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, statement(name), args...)
		rows = tag.RowsAffected()
		return err
	})
	return rows, err
}

// CheckRollups sums analytics again and describes what mv_daily_metrics and mv_campaign_performance say otherwise, at most twenty
// differences of each; nil when all agree. Each day is looked at on eight nights, each campaign (of which no row was purged) once a week.
func (db *DB) CheckRollups(ctx context.Context) ([]string, error) {
	var out []string
	for _, name := range []string{"rollup_days_wrong", "rollup_campaigns_wrong"} {
		rows, err := db.pool.Query(ctx, statement(name))
		if err != nil {
			return nil, classify("check the roll-ups", err)
		}
		wrong, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			return nil, classify("check the roll-ups", err)
		}
		out = append(out, wrong...)
	}
	return out, nil
}

// CheckLedger adds the purse up again out of its postings and describes each reservation and each window that says otherwise, at most
// twenty; nil when all agree.
func (db *DB) CheckLedger(ctx context.Context) ([]string, error) {
	rows, err := db.pool.Query(ctx, statement("ledger_wrong"))
	if err != nil {
		return nil, classify("check the ledger", err)
	}
	wrong, err := pgx.CollectRows(rows, pgx.RowTo[string])
	return wrong, classify("check the ledger", err)
}
