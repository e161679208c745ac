package persistence_test

import (
	"bytes"
	"crypto/sha256"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/facts"
	"github.com/agente-ceo/agente-ceo/domain/views"
	"github.com/agente-ceo/agente-ceo/persistence"
	"github.com/agente-ceo/agente-ceo/persistence/embedded"
	"github.com/agente-ceo/agente-ceo/persistence/pgtest"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
)

func TestDB_Purge(t *testing.T) {
	b := setup(t, persistence.Options{LiveEvents: true})
	actor := b.actor("campaign", "cmp_a")
	late := start.Add(100 * 24 * time.Hour)
	for _, id := range []string{"a", "b"} {
		if _, err := b.db.StoreWebhooks(b.ctx, []views.Delivery{{Source: "shopify", Topic: "t", DedupeKey: id, ReceivedAt: start}}); err != nil {
			b.Fatal(err)
		}
	}
	actor.commit(actorkit.Commit{Now: start, Effects: []actorkit.Effect{effect("eff_done", "meta"), effect("eff_open", "meta")}, Audit: []actorkit.Audit{{Action: "a"}},
		Facts: []facts.Fact{hourOf("ad_1", "cmp_a", start), facts.WebhookHandled{ID: 1, Result: "ignored", At: start}, order(),
			facts.Alert{ID: "alt_open", Kind: "health", Severity: "info", Title: "t", At: start},
			facts.Alert{ID: "alt_done", Kind: "health", Severity: "info", Title: "t", At: start}, facts.AlertResolved{ID: "alt_done", At: start}}})
	actor.commit(actorkit.Commit{Now: start, Outcomes: []actorkit.Outcome{{EffectID: "eff_done", State: actorkit.EffectRefused}}})
	actor.commit(actorkit.Commit{Now: late, Facts: []facts.Fact{hourOf("ad_1", "cmp_a", late)}})
	got, err := b.db.Purge(b.ctx, actor.fence(), late.Add(-90*24*time.Hour))
	if err != nil || got != "analytics 1, live_event 6, webhook_inbox 1, outbox 1, alerts 1" {
		b.Errorf("purged %q, %v", got, err)
	}
	b.want("1 1 1 1 1 1 1", `SELECT concat_ws(' ', (SELECT count(*) FROM analytics), (SELECT count(*) FROM live_event), (SELECT count(*) FROM webhook_inbox),
		(SELECT count(*) FROM outbox WHERE id = 'eff_open'), (SELECT count(*) FROM alerts WHERE id = 'alt_open'), (SELECT count(*) FROM audit_log), (SELECT count(*) FROM orders))`)
	if again, err := b.db.Purge(b.ctx, actor.fence(), late.Add(-90*24*time.Hour)); again != "nothing" || err != nil {
		b.Errorf("purged again: %q, %v", again, err)
	}
	if wrong, err := b.db.CheckRollups(b.ctx); len(wrong) != 0 || err != nil {
		b.Errorf("roll-ups after a purge: %v, %v", wrong, err)
	}
}

func TestBackups_Backup(t *testing.T) {
	b := setup(t)
	b.actor("product", "prd_a").write(product("scouted"))
	keeper := b.actor("housekeeper", "main").fence()
	dir := filepath.Join(t.TempDir(), "backups")
	backups := &persistence.Backups{DB: b.db, Dir: dir, BinDir: pgtest.Server(t).BinDir(), Keep: 2}
	var paths []string
	for i := range 3 {
		path, err := backups.Backup(b.ctx, keeper, start.Add(time.Duration(i)*24*time.Hour))
		if err != nil {
			b.Fatal(err)
		}
		paths = append(paths, path)
	}
	left, _ := filepath.Glob(filepath.Join(dir, "*"))
	if strings.Join(left, " ") != strings.Join(paths[1:], " ") || filepath.Base(paths[0]) != "agente-20260301T000000Z.dump" {
		b.Errorf("left %v of %v", left, paths)
	}
	data, err := os.ReadFile(paths[2])
	if err != nil {
		b.Fatal(err)
	}
	sum := sha256.Sum256(data)
	var stored []byte
	if err := b.sql.QueryRow(b.ctx, `SELECT sha256 FROM backups WHERE path = $1 AND bytes = $2 AND objects > 100 AND error = ''`, paths[2], len(data)).Scan(&stored); err != nil || !bytes.Equal(stored, sum[:]) {
		b.Errorf("recorded %x, %v; want %x", stored, err, sum)
	}
	restored(b, paths[2])
}

// restored reads a dump into an empty database, which is what it is for.
func restored(b *bundle, path string) {
	b.Helper()
	tool, err := embedded.FindTool(pgtest.Server(b.T).BinDir(), "pg_restore")
	if err != nil {
		b.Fatal(err)
	}
	url := pgtest.Empty(b.T)
	if out, err := exec.Command(tool, "--dbname="+url, "--exit-on-error", path).CombinedOutput(); err != nil {
		b.Fatalf("pg_restore: %v: %s", err, out)
	}
	copied := &bundle{T: b.T, db: open(b.T, url, persistence.Options{}), sql: connect(b.T, url), ctx: b.ctx}
	copied.want("Lamp", "SELECT title FROM products")
	if n, err := copied.db.VerifyAudit(b.ctx, 1); n != 0 || err != nil {
		b.Errorf("audit of the copy: %d, %v", n, err)
	}
}

func TestBackups_SayWhatIsWrong(t *testing.T) {
	b := setup(t)
	keeper := b.actor("housekeeper", "main").fence()
	if path, err := (&persistence.Backups{DB: b.db}).Backup(b.ctx, keeper, start); path != "" || err != nil {
		b.Errorf("without a directory: %q, %v", path, err)
	}
	bad := &persistence.Backups{DB: b.db, Dir: t.TempDir(), BinDir: fakeTools(t)}
	if _, err := bad.Backup(b.ctx, keeper, start); err == nil || !strings.Contains(err.Error(), "pg_dump: exit status 3: no way") {
		b.Errorf("a failing pg_dump: %v", err)
	}
	b.want("true", `SELECT (error LIKE '%no way%') FROM backups`)
}

// fakeTools is a directory with a pg_dump that fails.
func fakeTools(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "pg_dump"), []byte("#!/bin/sh\necho no way >&2\nexit 3\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}
