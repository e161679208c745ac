package persistence_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/agente-ceo/agente-ceo/persistence"
	"github.com/agente-ceo/agente-ceo/persistence/pgtest"
)

func (b *bundle) lines(query string) []string {
	b.Helper()
	rows, err := b.sql.Query(b.ctx, query)
	if err != nil {
		b.Fatal(err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		b.Fatal(err)
	}
	return out
}

// as runs a statement as a role, and takes it back.
func (b *bundle) as(role, query string) error {
	b.Helper()
	tx, err := b.sql.Begin(b.ctx)
	if err != nil {
		b.Fatal(err)
	}
	defer tx.Rollback(b.ctx) //nolint:errcheck // that is its purpose
	if _, err := tx.Exec(b.ctx, "SET LOCAL ROLE "+role); err != nil {
		b.Fatal(err)
	}
	_, err = tx.Exec(b.ctx, query)
	return err
}

func denied(err error) bool { return err != nil && strings.Contains(err.Error(), "permission denied") }

func TestRights_EveryTableIsProtected(t *testing.T) {
	b := setup(t)
	open := b.lines(`SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm') AND (NOT relrowsecurity OR relkind <> 'r')`)
	if len(open) > 0 {
		b.Errorf("without row level security: %v", open)
	}
	unlisted := b.lines(`SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname NOT IN (SELECT table_name FROM table_rights)`)
	if len(unlisted) > 0 {
		b.Errorf("not in table_rights: %v", unlisted)
	}
}

func TestRights_OfTheApplication(t *testing.T) {
	b := setup(t)
	b.want("false false false", `SELECT concat_ws(' ', rolsuper::text, rolbypassrls::text, rolcreaterole::text) FROM pg_roles WHERE rolname = 'agente_app'`)
	b.want("0", `SELECT count(*) FROM pg_class WHERE relowner = 'agente_app'::regrole`)
	b.actor("campaign", "cmp_a").commit(oneAudit("cmp_a"))
	for _, forbidden := range []string{
		"UPDATE audit_log SET reason = 'x'", "DELETE FROM audit_log", "TRUNCATE audit_log", "UPDATE audit_head SET seq = 0", "DELETE FROM postings",
		"UPDATE postings SET amount_minor = 0", "DELETE FROM purse_window", "UPDATE settings SET by_whom = 'x'", "DROP TABLE products", "CREATE TABLE mine ()",
		"UPDATE table_rights SET app = 'ALL'", "DELETE FROM users", "ALTER TABLE products DISABLE ROW LEVEL SECURITY", "SELECT grant_rights()",
	} {
		err := b.as("agente_app", forbidden)
		if !denied(err) && (err == nil || !strings.Contains(err.Error(), "must be owner")) {
			b.Errorf("%s: %v", forbidden, err)
		}
	}
}

func TestRights_OfReaders(t *testing.T) {
	b := setup(t)
	actor := b.actor("orders", "main")
	actor.write(order())
	for _, allowed := range []string{
		"SELECT * FROM products", "SELECT * FROM analytics", "SELECT * FROM mv_daily_metrics", "SELECT * FROM mv_campaign_performance",
		"SELECT id, total_minor, campaign_id FROM orders", "SELECT id, ltv_minor, tags FROM customers", "SELECT * FROM alerts", "SELECT * FROM audit_log",
		"SELECT id, state FROM outbox",
	} {
		if err := b.as("agente_readonly", allowed); err != nil {
			b.Errorf("%s: %v", allowed, err)
		}
	}
	for _, forbidden := range []string{
		"SELECT email FROM orders", "SELECT phone FROM orders", "SELECT * FROM orders", "SELECT tracking_code FROM orders", "SELECT email FROM customers", "SELECT name FROM customers", "SELECT phone FROM customers",
		"SELECT * FROM users", "SELECT * FROM sessions", "SELECT * FROM api_tokens", "SELECT * FROM credentials", "SELECT * FROM settings",
		"SELECT payload FROM outbox", "SELECT receipt FROM outbox", "SELECT body FROM webhook_inbox", "SELECT state FROM actor_snapshot", "SELECT body FROM actor_message",
		"DELETE FROM products", "UPDATE orders SET status = 'error'",
	} {
		if err := b.as("agente_readonly", forbidden); !denied(err) {
			b.Errorf("%s: %v", forbidden, err)
		}
	}
	b.exec("SET ROLE agente_readonly")
	b.want("1", "SELECT count(id) FROM orders")
}

// Supabase grants everything in public to its two web roles by default.
func TestRights_OfSupabase(t *testing.T) {
	t.Parallel()
	url, ctx := pgtest.Empty(t), context.Background()
	conn := connect(t, url)
	for _, role := range []string{"anon", "authenticated"} {
		for _, sql := range []string{"CREATE ROLE %s", "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT ALL ON TABLES TO %s", "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT ALL ON FUNCTIONS TO %s"} {
			if _, err := conn.Exec(ctx, fmt.Sprintf(sql, role)); err != nil {
				t.Fatal(err)
			}
		}
		t.Cleanup(func() {
			if _, err := conn.Exec(ctx, fmt.Sprintf("DROP OWNED BY %[1]s; DROP ROLE %[1]s", role)); err != nil {
				t.Error(err)
			}
		})
	}
	if _, err := persistence.Migrate(ctx, url, quiet()); err != nil {
		t.Fatal(err)
	}
	b := &bundle{T: t, sql: conn, url: url, ctx: ctx}
	for _, table := range b.lines("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'") {
		for _, role := range []string{"anon", "authenticated"} {
			if err := b.as(role, "SELECT * FROM "+table); !denied(err) {
				b.Errorf("%s reads %s: %v", role, table, err)
			}
		}
	}
	for _, call := range []string{"SELECT grant_rights()", "SELECT * FROM actor_activate('a', 'b', '')"} {
		if err := b.as("anon", call); !denied(err) {
			b.Errorf("anon: %s: %v", call, err)
		}
	}
}
