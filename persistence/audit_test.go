package persistence_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/agente-ceo/agente-ceo/persistence"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
)

func oneAudit(subject string) actorkit.Commit {
	return actorkit.Commit{Now: later, Audit: []actorkit.Audit{{Action: "campaign_paused", Subject: subject, Reason: "ROAS 0,9 é pouco", Expected: "less loss",
		Figures: []actorkit.Figure{{Name: "roas", Value: "0.9"}, {Name: "a&b", Value: "<1>"}}, By: "ana@x.org"}}}
}

func TestDB_VerifyAudit(t *testing.T) {
	cases := []struct {
		name string
		harm string
		from int64
		held int64
		seq  int64 // of the break, 0 for none
	}{
		{"Whole", "SELECT 1", 1, 5, 0},
		{"FromTheMiddle", "SELECT 1", 3, 3, 0},
		{"Empty", "WITH gone AS (DELETE FROM audit_log) UPDATE audit_head SET seq = 0, hash = ''", 1, 0, 0},
		{"ReasonChanged", "UPDATE audit_log SET reason = 'ok' WHERE seq = 3", 1, 2, 3},
		{"TextMovedBetweenColumns", "UPDATE audit_log SET reason = left(reason, -1), expected = right(reason, 1) || expected WHERE seq = 3", 1, 2, 3},
		{"TimeChanged", "UPDATE audit_log SET at = at + interval '1 microsecond' WHERE seq = 2", 1, 1, 2},
		{"LineTakenOut", "DELETE FROM audit_log WHERE seq = 4", 1, 3, 4},
		{"FirstTakenOut", "DELETE FROM audit_log WHERE seq = 1", 1, 0, 1},
		{"EndCutOff", "DELETE FROM audit_log WHERE seq > 3", 1, 3, 4},
		{"EndReplaced", "UPDATE audit_log SET reason = 'ok', hash = sha256('x') WHERE seq = 5", 1, 4, 5},
		{"HeadMoved", "UPDATE audit_head SET hash = sha256('x')", 1, 5, 5},
	}
	b := setup(t)
	actor := b.actor("campaign", "cmp_a")
	for i := range 5 {
		actor.commit(oneAudit(fmt.Sprintf("cmp_%d", i)))
	}
	b.exec("CREATE TEMP TABLE whole AS TABLE audit_log")
	b.exec("CREATE TEMP TABLE head AS TABLE audit_head")
	b.exec("ALTER TABLE audit_log DISABLE TRIGGER audit_chain")
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			b.exec("TRUNCATE audit_log, audit_head")
			b.exec("INSERT INTO audit_log TABLE whole")
			b.exec("INSERT INTO audit_head TABLE head")
			b.exec(c.harm)
			held, err := b.db.VerifyAudit(b.ctx, c.from)
			var broken *persistence.AuditBreak
			if errors.As(err, &broken) != (c.seq != 0) || broken != nil && broken.Seq != c.seq || held != c.held {
				t.Errorf("held %d, %v; want %d and a break at %d", held, err, c.held, c.seq)
			}
		})
	}
}

func TestDB_JournalSHA256(t *testing.T) {
	b := setup(t)
	other := another(t)
	play := func(b *bundle) string {
		actor := b.actor("campaign", "cmp_a")
		actor.commit(oneAudit("cmp_a"))
		actor.write(order(), hourOf("ad_1", "cmp_a", start), move(100, 0, 30000, 150000))
		return journal(b)
	}
	first, second := play(b), play(other)
	if first != second || len(first) != 64 {
		t.Errorf("the same deeds gave %s and %s", first, second)
	}
	changed := order()
	changed.Status = "shipped"
	b.actor("orders", "main").write(changed)
	if after := journal(b); after == first {
		t.Error("a change of an order is not in the journal")
	}
	other.actor("campaign", "cmp_a").commit(oneAudit("cmp_b"))
	if after := journal(other); after == first {
		t.Error("a line of the audit log is not in the journal")
	}
}

func journal(b *bundle) string {
	b.Helper()
	sum, err := b.db.JournalSHA256(b.ctx)
	if err != nil {
		b.Fatal(err)
	}
	return sum
}

// An owner of the tables can cut the log or write it anew, with chain and head as they must be. What was noted outside tells.
func TestDB_VerifyAnchors(t *testing.T) {
	b := setup(t)
	actor := b.actor("campaign", "cmp_a")
	write := func(n int) {
		for i := range n {
			actor.commit(oneAudit(fmt.Sprintf("cmp_%d", i)))
		}
	}
	file := persistence.AnchorFile{Path: filepath.Join(t.TempDir(), "audit.anchors")}
	note := func() {
		head, err := b.db.AuditHead(b.ctx, later)
		if err == nil {
			err = file.Append(head)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	note()
	write(3)
	note()
	write(2)
	note()
	write(1) // after the last anchor
	anchors, err := file.Read(1)
	if err != nil || len(anchors) != 2 { // line 0 is before line 1
		t.Fatalf("read %v, %v", anchors, err)
	}
	b.exec("CREATE TEMP TABLE whole AS TABLE audit_log")
	b.exec("CREATE TEMP TABLE head AS TABLE audit_head")
	cut := func(last int) string {
		return fmt.Sprintf(`WITH gone AS (DELETE FROM audit_log WHERE seq > %[1]d)
			UPDATE audit_head SET seq = %[1]d, hash = (SELECT hash FROM audit_log WHERE seq = %[1]d), prev_hash = (SELECT prev_hash FROM audit_log WHERE seq = %[1]d)`, last)
	}
	for name, c := range map[string]struct {
		harm  string
		again int // lines that are written after the harm, by the chain's own trigger
		seq   int64
	}{
		"Whole":             {"SELECT 1", 0, 0},
		"CutWithItsHead":    {cut(2), 0, 3},
		"CutAndGrownAgain":  {cut(3), 3, 5},
		"CutAfterTheAnchor": {cut(5), 0, 0}, // nobody noted line 6: it cannot be missed
		"AllWrittenAnew":    {"WITH gone AS (DELETE FROM audit_log) UPDATE audit_head SET seq = 0, hash = '', prev_hash = ''", 6, 3},
		"Swapped": {`UPDATE audit_log l SET seq = -o.other FROM (VALUES (4, 5), (5, 4)) AS o (seq, other) WHERE l.seq = o.seq;
			UPDATE audit_log SET seq = -seq WHERE seq < 0`, 0, 5},
	} {
		t.Run(name, func(t *testing.T) {
			b.exec("ALTER TABLE audit_log DISABLE TRIGGER audit_chain")
			b.exec("TRUNCATE audit_log, audit_head")
			b.exec("INSERT INTO audit_log TABLE whole")
			b.exec("INSERT INTO audit_head TABLE head")
			b.exec(c.harm)
			b.exec("ALTER TABLE audit_log ENABLE TRIGGER audit_chain")
			for range c.again {
				actor.commit(oneAudit("another"))
			}
			if name != "Swapped" {
				if _, err := b.db.VerifyAudit(b.ctx, 1); err != nil {
					t.Fatalf("the harm shows in the chain itself: %v", err)
				}
			} else if _, err := b.db.VerifyAudit(b.ctx, 1); err == nil {
				t.Error("the chain does not show that two lines were swapped")
			}
			err := b.db.VerifyAnchors(b.ctx, anchors)
			var broken *persistence.AuditBreak
			if errors.As(err, &broken) != (c.seq != 0) || broken != nil && broken.Seq != c.seq {
				t.Errorf("the anchors say %v, want a break at %d", err, c.seq)
			}
		})
	}
}

func TestAnchorFile_ToleratesACutLineAndNothingElse(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "audit.anchors")
	file := persistence.AnchorFile{Path: path}
	if got, err := file.Read(1); got != nil || err != nil {
		t.Errorf("without a file: %v, %v", got, err)
	}
	for text, want := range map[string]int{
		"1 aa 2026-03-01T00:00:00Z\n2 bb 2026-03-01T01:00:00Z\n": 2,
		"1 aa 2026-03-01T00:00:00Z\n2 bb 20":                     1,
		"1 aa 2026-03-01T00:00:00Z\nx bb 2026-03-01T01:00:00Z\n": -1,
		"1 aa\n": -1,
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := file.Read(1)
		if (err != nil) != (want < 0) || err == nil && len(got) != want {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
}

// The role that the application works as appends, and no more.
func TestRights_TheApplicationOnlyAppendsToItsBooks(t *testing.T) {
	b := setup(t)
	b.actor("campaign", "cmp_a").commit(oneAudit("cmp_a"))
	b.want("agente_app", `SELECT string_agg(rolname, ',') FROM pg_roles WHERE rolname = 'agente_app' AND NOT rolsuper`)
	for _, table := range []string{"audit_log", "postings", "audit_head"} {
		for _, harm := range []string{"UPDATE %s SET %s", "DELETE FROM %s", "TRUNCATE %s", "TRUNCATE %s CASCADE", "ALTER TABLE %s DISABLE TRIGGER ALL", "DROP TABLE %s", "CREATE RULE r AS ON INSERT TO %s DO INSTEAD NOTHING"} {
			sql := fmt.Sprintf(strings.Replace(harm, "SET %s", "SET "+map[string]string{"audit_log": "reason = 'x'", "postings": "amount_minor = 1", "audit_head": "seq = 0"}[table], 1), table)
			if err := b.as("agente_app", sql); !denied(err) && (err == nil || !strings.Contains(err.Error(), "must be owner")) {
				b.Errorf("%s: %v", sql, err)
			}
		}
	}
	b.want("1", `SELECT count(*) FROM audit_log`)
}

// The lines of one commit are appended at once, by a function that chains them as the trigger does for lines that come alone.
func TestDB_AuditLinesOfOneCommitAreChained(t *testing.T) {
	b := setup(t)
	actor := b.actor("campaign", "cmp_a")
	many := oneAudit("cmp_1")
	for i := range 40 {
		next := oneAudit(fmt.Sprintf("cmp_é%d", i)).Audit[0]
		next.Figures = append(next.Figures, actorkit.Figure{Name: "n", Value: fmt.Sprint(i)})
		many.Audit = append(many.Audit, next)
	}
	actor.commit(many)
	b.exec(`INSERT INTO audit_log (at, actor, action, subject, reason, expected, figures, by_whom) VALUES (now(), 'a', 'b', 'c', '', '', '{}', '')`)
	actor.commit(many)
	if held, err := b.db.VerifyAudit(b.ctx, 1); held != 83 || err != nil {
		b.Errorf("held %d, %v", held, err)
	}
	b.want("cmp_1,cmp_é0,cmp_é1", `SELECT string_agg(subject, ',' ORDER BY seq) FROM audit_log WHERE seq <= 3`)
}

func TestRights_OfAuditLines(t *testing.T) {
	b := setup(t)
	appending := `SELECT audit_append(now(), 'a', ARRAY['b'], ARRAY['c'], ARRAY[''], ARRAY[''], ARRAY['{}'], ARRAY[''])`
	if err := b.as("agente_app", appending); err != nil {
		b.Errorf("the application cannot append: %v", err)
	}
	if err := b.as("agente_readonly", appending); !denied(err) {
		b.Errorf("a reader may append: %v", err)
	}
	forged := `INSERT INTO audit_log (seq, at, actor, action, subject, reason, expected, figures, by_whom, prev_hash, hash) VALUES (1, now(), 'a', 'b', 'c', '', '', '{}', '', '', 'x')`
	if err := b.as("agente_app", forged); !denied(err) {
		b.Errorf("the application may bring its own hash: %v", err)
	}
}
