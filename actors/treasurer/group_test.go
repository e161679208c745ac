package treasurer_test

import (
	"fmt"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/agente-ceo/agente-ceo/domain/facts"
	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/messages"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
)

func askFor(id, campaign string, daily int64) *messages.ReserveBudget {
	return &messages.ReserveBudget{ReservationId: id, CampaignId: campaign, Platform: "meta", DailyBudget: dollars(daily), Minimum: dollars(10)}
}

// answers is what a campaign was told, by ask: what was granted, or the code of the refusal.
func (b *bench) answers(campaign string) map[string]string {
	out := map[string]string{}
	for _, m := range b.ToldTo(actorkit.Key{Kind: "campaign", ID: campaign}) {
		switch m := m.(type) {
		case *messages.BudgetReserved:
			out[m.ReservationId] = fmt.Sprint(m.DailyBudget.Minor)
		case *messages.BudgetRefused:
			out[m.ReservationId] = m.Code
		}
	}
	return out
}

func (b *bench) wantsAnswers(campaign string, want map[string]string) {
	b.t.Helper()
	if got := b.answers(campaign); fmt.Sprint(got) != fmt.Sprint(want) {
		b.t.Errorf("%s was answered %v, want %v", campaign, got, want)
	}
}

func TestTreasurer_Group(t *testing.T) {
	t.Run("DecidesOneAfterAnother", func(t *testing.T) {
		b := setup(t)
		b.reserve("rsv_0", "cmp_z", "", 20)
		before := b.Store.Commits()
		b.SendTogether(campaign, purse, askFor("first", "cmp_a", 30), askFor("rsv_1", "cmp_a", 90), askFor("rsv_2", "cmp_b", 40), askFor("rsv_3", "cmp_c", 40),
			&messages.ReleaseBudget{ReleaseId: "rel", CampaignId: "cmp_a", StoppedAtMs: b.Now().UnixMilli()})
		b.wantsAnswers("cmp_a", map[string]string{"first": "3000", "rsv_1": "9000"})
		b.wantsAnswers("cmp_b", map[string]string{"rsv_2": "4000"})
		b.wantsAnswers("cmp_c", map[string]string{"rsv_3": "2100"}) // what the cap leaves after the others
		b.wants(0, 3500+15750+7000+3675)
		if got := b.Store.Commits() - before; got != 1 {
			t.Errorf("%d commits, want one for all", got)
		}
	})
	t.Run("TellsARepeatTheSame", func(t *testing.T) {
		b := setup(t)
		b.SendTogether(campaign, purse, askFor("rsv_1", "cmp_a", 40), askFor("rsv_2", "cmp_a", 50))
		b.Tell(purse, askFor("rsv_1", "cmp_a", 60))
		b.Restart()
		b.Tell(purse, askFor("rsv_2", "cmp_a", 60)) // not remembered any more: the table knows
		b.wantsAnswers("cmp_a", map[string]string{"rsv_1": "4000", "rsv_2": "5000"})
		b.wants(0, 8750)
		if b.audited("budget_granted") != 2 {
			t.Errorf("audited %+v", b.Audit())
		}
	})
	t.Run("TellsARepeatTheSameInOneGroup", func(t *testing.T) {
		b := setup(t)
		b.reserve("rsv_0", "cmp_b", "", 20)
		b.Restart()
		b.Directory.Tell(purse, askFor("lone", "cmp_b", 30))
		b.Directory.Tell(purse, askFor("rsv_1", "cmp_a", 40))
		b.Directory.Tell(purse, askFor("rsv_0", "cmp_b", 35)) // answered before the restart
		b.Tell(purse, askFor("rsv_1", "cmp_a", 60))
		b.wantsAnswers("cmp_a", map[string]string{"rsv_1": "4000"})
		b.wantsAnswers("cmp_b", map[string]string{"rsv_0": "2000", "lone": "3000"})
		b.wants(0, 7000+5250)
	})
	t.Run("RefusesAloneWhatTheDatabaseRefuses", func(t *testing.T) {
		b := setup(t)
		b.RefuseCommits(func(c actorkit.Commit) error {
			for _, f := range c.Facts {
				if r, ok := f.(facts.Reservation); ok && r.CampaignID == "cmp_b" {
					return fault.Refuse("cap_exceeded", "no room")
				}
			}
			return nil
		})
		b.SendTogether(campaign, purse, askFor("rsv_0", "cmp_a", 20), askFor("rsv_1", "cmp_a", 30), askFor("rsv_2", "cmp_b", 30), askFor("rsv_3", "cmp_c", 30))
		b.wantsAnswers("cmp_a", map[string]string{"rsv_0": "2000", "rsv_1": "3000"})
		b.wantsAnswers("cmp_b", map[string]string{"rsv_2": "cap_day"})
		b.wantsAnswers("cmp_c", map[string]string{"rsv_3": "3000"})
		b.wants(0, 2*5250)
	})
	t.Run("FreezesInItsTurn", func(t *testing.T) {
		b := setup(t)
		b.SendTogether(campaign, purse, askFor("rsv_0", "cmp_a", 20), askFor("rsv_1", "cmp_b", 20), &messages.Freeze{FreezeId: "f"}, askFor("rsv_2", "cmp_c", 20))
		b.wantsAnswers("cmp_b", map[string]string{"rsv_1": "2000"})
		b.wantsAnswers("cmp_c", map[string]string{"rsv_2": "frozen"})
	})
}

// What is remembered in memory is bounded, and does not grow the snapshot: what it forgets, the table answers.
func TestTreasurer_ForgetsAnswersInMemoryOnly(t *testing.T) {
	b := setup(t)
	var asks []proto.Message
	for i := range 4200 {
		asks = append(asks, askFor(fmt.Sprint("rsv_", i), "cmp_a", 20+int64(i)/1000))
	}
	b.SendTogether(campaign, purse, asks...)
	var state messages.TreasurerState
	if found, err := b.Store.Snapshot(purse, &state); !found || err != nil || proto.Size(&state) > 400 {
		t.Errorf("a snapshot of %d bytes, %v", proto.Size(&state), err)
	}
	b.Advance(time.Minute)
	b.Forget()
	b.Tell(purse, askFor("rsv_0", "cmp_a", 90))
	b.wantsAnswers("cmp_a", map[string]string{"rsv_0": "2000"})
	b.wants(0, 24*175)
}
