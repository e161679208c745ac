package treasurer_test

import (
	"testing"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/treasury"
	"github.com/agente-ceo/agente-ceo/messages"
)

// By a clock that another one contradicts nothing is granted and no day begins, and that outlives a restart; once it is confirmed,
// campaigns are told to ask again.
func TestTreasurer_DoubtedClock(t *testing.T) {
	b := setup(t)
	b.reserve("rsv_1", "cmp_a", "", 50)
	b.rules.Doubt = treasury.Doubt{Text: "the clock shows another time than that of meta", Wrong: true}
	b.RunUntil(time.Date(2026, 11, 26, 3, 1, 0, 0, time.UTC))
	b.reserve("rsv_2", "cmp_a", "", 50)
	b.Restart()
	b.reserve("rsv_3", "cmp_a", tomorrow, 50)
	told := b.ToldTo(campaign)
	for _, m := range told[1:] {
		if refused, ok := m.(*messages.BudgetRefused); !ok || refused.Code != treasury.CodeClock {
			t.Errorf("answered %v", m)
		}
	}
	b.wants(0, 8750)
	b.rules.Doubt = treasury.Doubt{}
	b.Advance(6 * time.Minute)
	told = b.ToldTo(campaign)
	freed := 0
	for _, m := range told {
		if f, ok := m.(*messages.BudgetFreed); ok && f.Day == tomorrow {
			freed++
		}
	}
	if freed != 1 || b.audited("clock_confirmed") != 1 || b.audited("reservation_assumed") != 1 {
		t.Errorf("told %v, audited %+v", told, b.Audit())
	}
}
