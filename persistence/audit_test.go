package persistence_test

import (
	"errors"
	"fmt"
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
