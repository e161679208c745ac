package main

import (
	"testing"
	"time"

	"github.com/agente-ceo/agente-ceo/platforms/sandbox/faults"
)

// TestLoop_ContradictedClock lets every platform show the next day for three hours around the account's midnight, as if our clock were a day
// behind: nothing is granted by it, what delivers is paused, somebody is told, and afterwards all goes on by itself.
func TestLoop_ContradictedClock(t *testing.T) {
	t.Parallel()
	from := simulationStart.Add(26 * time.Hour)
	until := from.Add(3 * time.Hour)
	plan := faults.New(3, faults.Fault{Kind: faults.ClockSkew, From: from, Until: until})
	l := run(t, "7", 3, []string{"AGENTE_SANDBOX_GREEDY=true"}, plan)
	l.mustHold(l.capsHold, l.onePlanOneCampaign, l.booksAgree)
	within := func(since time.Time, query string) int64 {
		var n int64
		if err := l.db.QueryRow(t.Context(), query, since, until).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	if n := within(from.Add(clocksSilent+5*time.Minute), `SELECT count(*) FROM budget_answers WHERE code = '' AND at >= $1 AND at < $2`); n != 0 {
		t.Errorf("%d grants by a clock that is contradicted", n)
	}
	if n := within(from, `SELECT count(*) FROM audit_log WHERE action = 'campaign_stopped' AND at >= $1 AND at < $2`); n == 0 {
		t.Error("nothing was paused: the test shows nothing")
	}
	if n := within(from, `SELECT count(*) FROM budget_answers WHERE code = 'clock_doubted' AND at >= $1 AND at < $2`); n == 0 {
		t.Error("nobody asked for a budget meanwhile: the test shows nothing")
	}
	for what, n := range map[string]int64{
		"alerts that are over":   l.number(`SELECT count(*) FROM alerts WHERE kind = 'clock_doubted' AND resolved_at IS NOT NULL`),
		"confirmations":          l.number(`SELECT count(*) FROM audit_log WHERE action = 'clock_confirmed'`),
		"campaigns that deliver": min(1, l.number(`SELECT count(*) FROM campaigns WHERE status IN ('active', 'testing', 'scaling')`)),
	} {
		if n != 1 {
			t.Errorf("%d %s, want 1", n, what)
		}
	}
	if n := l.number(`SELECT count(*) FROM audit_log WHERE action = 'spending_frozen'`); n != 0 {
		t.Errorf("spending was frozen %d times", n)
	}
}
