package persistence_test

import (
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/messages"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
)

func effect(id, courier string) actorkit.Effect {
	return actorkit.Effect{ID: id, Courier: courier, Kind: "set_delivery", Subject: "cmp_a", Payload: &messages.Effect{What: &messages.Effect_SetDelivery{
		SetDelivery: &messages.SetDelivery{Level: "campaign", ExternalId: "e1", Delivery: "paused"}}}}
}

func (b *bundle) pending(courier string, now time.Time) []actorkit.PendingEffect {
	b.Helper()
	list, err := b.db.PendingEffects(b.ctx, courier, now, 10)
	if err != nil {
		b.Fatal(err)
	}
	return list
}

func TestDB_EffectsWaitInTheOrderOfTheirDecision(t *testing.T) {
	b := setup(t)
	b.actor("campaign", "cmp_a").commit(actorkit.Commit{Effects: []actorkit.Effect{effect("eff_z", "meta"), effect("eff_a", "meta"), effect("eff_c", "crm")}})
	got := b.pending("meta", start)
	if len(got) != 2 || got[0].ID != "eff_z" || got[1].ID != "eff_a" {
		b.Fatalf("pending: %v", got)
	}
	e := got[0]
	want := actorkit.Key{Kind: "campaign", ID: "cmp_a"}
	if e.ReplyTo != want || e.State != actorkit.EffectPending || e.Attempts != 0 || e.Subject != "cmp_a" || !e.CreatedAt.Equal(start) || !proto.Equal(e.Payload, effect("", "").Payload) {
		b.Errorf("effect: %+v", e)
	}
	if early := b.pending("meta", start.Add(-time.Second)); len(early) != 0 {
		b.Errorf("before it was decided: %v", early)
	}
	if one, err := b.db.PendingEffects(b.ctx, "meta", start, 1); len(one) != 1 || err != nil {
		b.Errorf("limited to one: %v, %v", one, err)
	}
}

func TestDB_EffectsLive(t *testing.T) {
	b := setup(t)
	b.actor("campaign", "cmp_a").commit(actorkit.Commit{Effects: []actorkit.Effect{effect("eff_a", "meta")}})
	courier := b.actor("courier", "meta")
	begin := func(now time.Time) {
		b.Helper()
		if _, err := b.db.BeginEffect(b.ctx, courier.fence(), "eff_a", now); err != nil {
			b.Fatal(err)
		}
	}
	begin(later)
	b.want(`courier/meta|effect_intended|cmp_a|set_delivery|{"effect":"eff_a","attempt":"1"}`, `SELECT concat_ws('|', actor, action, subject, reason, figures) FROM audit_log`)
	if e := b.pending("meta", later)[0]; e.State != actorkit.EffectInflight || e.Attempts != 1 {
		b.Errorf("begun: %+v", e)
	}
	again := later.Add(time.Minute)
	courier.commit(actorkit.Commit{Now: later, Outcomes: []actorkit.Outcome{{EffectID: "eff_a", State: actorkit.EffectUnknown, Error: "no answer", NextAttempt: again}}})
	if early := b.pending("meta", later); len(early) != 0 {
		b.Errorf("before its next attempt: %v", early)
	}
	if e := b.pending("meta", again)[0]; e.State != actorkit.EffectUnknown || e.LastError != "no answer" || !e.NextAttempt.Equal(again) {
		b.Errorf("unknown: %+v", e)
	}
	if err := courier.try(actorkit.Commit{Outcomes: []actorkit.Outcome{{EffectID: "eff_a", State: actorkit.EffectDone}}}); err == nil {
		b.Error("done without a receipt")
	}
	begin(again)
	courier.commit(actorkit.Commit{Now: again, Outcomes: []actorkit.Outcome{{EffectID: "eff_a", State: actorkit.EffectDone, Receipt: []byte("r")}}})
	b.want("done|2|r|", `SELECT concat_ws('|', state, attempts, convert_from(receipt, 'UTF8'), last_error) FROM outbox`)
	if left := b.pending("meta", again); len(left) != 0 {
		b.Errorf("after it was done: %v", left)
	}
	if names, err := b.db.PendingCouriers(b.ctx, again); len(names) != 0 || err != nil {
		b.Errorf("couriers: %v, %v", names, err)
	}
	if _, err := b.db.BeginEffect(b.ctx, courier.fence(), "eff_a", again); fault.CodeOf(err) != "effect_ended" {
		b.Errorf("beginning what is done: %v", err)
	}
	if err := courier.try(actorkit.Commit{Outcomes: []actorkit.Outcome{{EffectID: "eff_a", State: actorkit.EffectPending}}}); err == nil {
		b.Error("what is done became pending")
	}
	if err := courier.try(actorkit.Commit{State: []byte("x"), Outcomes: []actorkit.Outcome{{EffectID: "eff_none", State: actorkit.EffectFailed}}}); err == nil {
		b.Error("an unknown effect had an outcome")
	}
	b.want("true", `SELECT state IS NULL FROM actor_snapshot WHERE kind = 'courier'`)
}

// What follows is begun with the commit of what was done, after its audit lines, or neither is written.
func TestDB_CommitBeginsTheNextEffect(t *testing.T) {
	b := setup(t)
	b.actor("campaign", "cmp_a").commit(actorkit.Commit{Effects: []actorkit.Effect{effect("eff_a", "meta"), effect("eff_b", "meta")}})
	courier := b.actor("courier", "meta")
	courier.commit(actorkit.Commit{Begin: "eff_a"})
	done := actorkit.Commit{
		Begin: "eff_b", Outcomes: []actorkit.Outcome{{EffectID: "eff_a", State: actorkit.EffectDone, Receipt: []byte("r")}},
		Audit: []actorkit.Audit{{Action: "effect_done", Subject: "cmp_a"}},
	}
	courier.commit(done)
	b.want("eff_a done 1, eff_b inflight 1", `SELECT string_agg(concat_ws(' ', id, state, attempts), ', ' ORDER BY id) FROM outbox`)
	b.want("effect_intended, effect_done, effect_intended", `SELECT string_agg(action, ', ' ORDER BY seq) FROM audit_log`)
	refused := courier.try(actorkit.Commit{Begin: "eff_a", Outcomes: []actorkit.Outcome{{EffectID: "eff_b", State: actorkit.EffectFailed}}})
	if fault.CodeOf(refused) != "effect_ended" || fault.KindOf(refused) != fault.Refused {
		b.Errorf("beginning what is done: %v", refused)
	}
	b.want("inflight", `SELECT state FROM outbox WHERE id = 'eff_b'`)
}
