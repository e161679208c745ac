package treasurer_test

import (
	"testing"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/messages"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
)

// read is what the courier says of the ceiling, in whole units.
func (b *bench) read(limit, spent int64) {
	b.Tell(purse, &messages.SpendObserved{
		ObservationId: "obs", AtMs: b.Now().UnixMilli(), Platform: "meta", Ok: true, Ceiling: &messages.AccountCeiling{Limit: dollars(limit), Spent: dollars(spent)},
	})
}

// limits are the limits that were asked for, in minor units.
func (b *bench) limits() (ids []string, limits []int64) {
	for _, e := range b.Effects("meta") {
		if what := e.Payload.(*messages.Effect).GetSetAccountCeiling(); what != nil {
			ids, limits = append(ids, e.ID), append(limits, what.Limit.GetMinor())
		}
	}
	return ids, limits
}

func ceiled(t *testing.T) *bench {
	b := setup(t)
	b.rules.Ceilings = map[ads.Platform]bool{ads.Meta: true}
	b.Tell(purse, &messages.Wake{})
	b.read(0, 0)
	return b
}

func TestTreasurer_Ceiling(t *testing.T) {
	t.Run("IsSetReadBackAndGrantedUpTo", func(t *testing.T) {
		b := ceiled(t)
		b.reserve("rsv_1", "cmp_a", "", 150)
		b.wants(0, 262_50)
		b.Advance(6 * time.Hour) // the review of the afternoon
		ids, limits := b.limits()
		if len(limits) != 1 || limits[0] != 150_00 {
			t.Fatalf("asked for %v", limits)
		}
		b.Tell(purse, &messages.EffectPerformed{EffectId: ids[0], Kind: "set_account_ceiling", Outcome: "done", Receipt: &messages.Receipt{Budget: dollars(150), Spent: dollars(20)}})
		b.Advance(3*time.Hour + time.Minute)
		b.read(150, 30) // the settlement lag has passed: nothing was counted beyond it
		b.wants(0, 150_00)
		b.reserve("rsv_2", "cmp_a", "", 200)
		b.wants(0, 200_00)
		if b.audited("ceiling_raised") != 1 {
			t.Error("the audit log does not say that it was raised")
		}
	})
	t.Run("SurvivesRestart", func(t *testing.T) {
		b := ceiled(t)
		b.reserve("rsv_1", "cmp_a", "", 150)
		b.Advance(6 * time.Hour)
		ids, _ := b.limits()
		b.Restart()
		b.Tell(purse, &messages.Wake{})
		b.Advance(24 * time.Hour)
		if again, limits := b.limits(); len(again) != 1 {
			t.Fatalf("asked for %v while a change was under way", limits)
		}
		b.Tell(purse, &messages.EffectPerformed{EffectId: ids[0], Outcome: "refused", Code: "spend_cap_edit_limit"})
		b.reserve("rsv_2", "cmp_a", "", 150)
		b.Advance(24 * time.Hour)
		if again, _ := b.limits(); len(again) < 2 {
			t.Error("a refusal ended it for good")
		}
	})
	t.Run("IsSetBackAtOnceWhenSomebodyRaisesIt", func(t *testing.T) {
		b := ceiled(t)
		b.reserve("rsv_1", "cmp_a", "", 100)
		b.Advance(6 * time.Hour)
		ids, _ := b.limits()
		b.Tell(purse, &messages.EffectPerformed{EffectId: ids[0], Outcome: "done", Receipt: &messages.Receipt{Budget: dollars(100), Spent: dollars(0)}})
		b.Advance(time.Hour)
		b.read(900, 10)
		if _, limits := b.limits(); len(limits) != 2 || limits[1] != 100_00 {
			t.Errorf("asked for %v", limits)
		}
		if b.audited("ceiling_drifted") != 1 || b.audited("ceiling_set_back") != 1 {
			t.Error("the audit log does not say so")
		}
	})
}

func TestTreasurer_TellsWhatIsFreeAgain(t *testing.T) {
	b := setup(t)
	b.reserve("rsv_1", "cmp_a", "", 160)
	b.reserve("rsv_2", "cmp_b", "", 50) // 20 are left: 11 a day are granted
	b.Send(campaign, purse, &messages.ReleaseBudget{ReleaseId: "rel_1", CampaignId: "cmp_a", StoppedAtMs: b.Now().UnixMilli()})
	b.Restart()
	b.Advance(4 * time.Hour)
	b.observe(b.Now(), "cmp_a", today, 50_00)
	var freed []*messages.BudgetFreed
	for _, m := range b.ToldTo(actorkit.Key{Kind: "campaign", ID: "cmp_b"}) {
		if f, ok := m.(*messages.BudgetFreed); ok {
			freed = append(freed, f)
		}
	}
	if len(freed) != 1 || freed[0].Day != today || freed[0].FreedId == "" {
		t.Errorf("told %v", freed)
	}
}
