package courier_test

import (
	"slices"
	"testing"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/facts"
	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/messages"
)

func (b *bench) entity(id string, d ads.Delivery) {
	b.account.entities[id] = ads.Entity{ID: id, Delivery: d}
}

func (b *bench) wantsRefused(id, code string) {
	b.t.Helper()
	if answer := b.answers()[id]; answer.GetOutcome() != "refused" || answer.GetCode() != code || answer.Receipt != nil {
		b.t.Errorf("%s was answered %v, want refused %q", id, answer, code)
	}
}

// What would raise spending and is not entitled to is over without a call; what lowers it is never held up.
func TestCourier_TurnsDownRaises(t *testing.T) {
	for name, tc := range map[string]struct {
		prepare func(b *bench)
		effect  *messages.Effect
		code    string
	}{
		"Frozen":      {func(b *bench) { b.brake.pulled = true }, setDelivery("set_1", "active"), "frozen"},
		"NotTheGrant": {func(b *bench) { b.outbox.refusal = fault.Refuse("grant_missing", "none") }, setDelivery("set_1", "active"), "grant_missing"},
		"NothingPays": {func(*bench) {}, &messages.Effect{What: &messages.Effect_SetBudget{SetBudget: &messages.SetBudget{AdSetExternalId: "set_1"}}}, "grant_missing"},
	} {
		t.Run(name, func(t *testing.T) {
			b := setup(t)
			b.entity("set_1", ads.Paused)
			tc.prepare(b)
			b.put("eff_1", tc.effect, "raise")
			b.put("eff_2", setDelivery("set_2", "paused"), "set_delivery")
			b.entity("set_2", ads.Active)
			b.Tell(meta, &messages.Wake{})
			b.Advance(time.Hour)
			b.wantsRefused("eff_1", tc.code)
			if b.answers()["eff_2"].GetOutcome() != "done" || slices.Contains(b.outbox.begun, "eff_1") {
				t.Errorf("answers %v, begun %v: a stop is never held up, and what was turned down has no intent", b.answers(), b.outbox.begun)
			}
			if b.count("set_delivery set_1")+b.count("set_budget") != 0 {
				t.Errorf("called %v", b.account.calls)
			}
		})
	}
}

// A raise whose outcome is unknown may have been done: it is looked up although spending is frozen, and not repeated.
func TestCourier_LooksUpARaiseThoughFrozen(t *testing.T) {
	for name, tc := range map[string]struct {
		after   bool
		outcome string
	}{"Done": {true, "done"}, "NotDone": {false, "refused"}} {
		t.Run(name, func(t *testing.T) {
			b := setup(t)
			b.entity("set_1", ads.Paused)
			b.account.script, b.account.after = []error{lost()}, tc.after
			b.put("eff_1", setDelivery("set_1", "active"), "set_delivery")
			b.Tell(meta, &messages.Wake{})
			b.brake.pulled = true
			b.Advance(time.Hour)
			if answer := b.answers()["eff_1"]; answer.GetOutcome() != tc.outcome {
				t.Errorf("answered %v, want %s", answer, tc.outcome)
			}
			if b.count("set_delivery") != 1 {
				t.Errorf("called %v: it was repeated while frozen", b.account.calls)
			}
		})
	}
}

// The entity that was recorded first counts, whoever answers later.
func TestCourier_TheFirstEntityWins(t *testing.T) {
	b := setup(t)
	b.outbox.winners["cmp_a"] = "first"
	effect := createCampaign("ac-cmp_a-0")
	effect.Entity = "cmp_a"
	b.put("eff_1", effect, "create_campaign")
	b.Tell(meta, &messages.Wake{})
	b.Advance(time.Minute)
	answer := b.answers()["eff_1"]
	if answer.GetOutcome() != "done" || answer.Receipt.GetExternalId() != "first" || b.outbox.winners["cmp_a"] != "first" {
		t.Errorf("answered %v, the winner is %q", answer, b.outbox.winners["cmp_a"])
	}
	twins := 0
	for _, f := range b.Facts() {
		if a, ok := f.(facts.Alert); ok && a.Kind == "orphan" {
			twins++
		}
	}
	if twins != 1 || len(b.account.entities) != 1 {
		t.Errorf("%d alerts of twins, entities %v", twins, b.account.entities)
	}
}
