package persistence_test

import (
	"testing"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/facts"
	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/messages"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
)

// raise is an effect that switches cmp_a on, paid for by the grant of 2026-03-01.
func raise(id string, change func(*messages.Effect)) actorkit.Effect {
	e := &messages.Effect{
		Entity: "cmp_a", What: &messages.Effect_SetDelivery{SetDelivery: &messages.SetDelivery{Level: "campaign", ExternalId: "e1", Delivery: "active"}},
		Grant: &messages.SpendGrant{
			ReservationId: "rsv_ask", Day: "2026-03-01", UntilMs: start.AddDate(0, 0, 1).UnixMilli(), Amount: &messages.Money{Minor: 5000, Currency: "USD"},
		},
	}
	change(e)
	return actorkit.Effect{ID: id, Courier: "meta", Kind: "set_delivery", Subject: "cmp_a", Payload: e}
}

func (b *bundle) winner(external string) error {
	b.Helper()
	b.actor("campaign", "cmp_a").commit(actorkit.Commit{Effects: []actorkit.Effect{effect("eff_create_"+external, "meta")}})
	courier := b.actor("courier", "meta")
	courier.commit(actorkit.Commit{Begin: "eff_create_" + external})
	return courier.try(actorkit.Commit{Outcomes: []actorkit.Outcome{{
		EffectID: "eff_create_" + external, State: actorkit.EffectDone, Receipt: []byte("r"),
		Won: &actorkit.Won{Plan: "cmp_a", Entity: "cmp_a", Level: "campaign", Platform: "meta", ExternalID: external},
	}}})
}

// granted has everything stand that entitles raise to begin.
func (b *bundle) granted() {
	b.Helper()
	if err := b.winner("e1"); err != nil {
		b.Fatal(err)
	}
	b.actor("treasurer", "main").commit(actorkit.Commit{Facts: []facts.Fact{facts.Reservation{
		ID: "rsv_row", Purse: "main", CampaignID: "cmp_a", Platform: "meta", Day: "2026-03-01", Week: "2026-03-01",
		Nominal: usd(5000), WorstCase: usd(8750), Charged: usd(0), State: "outstanding", At: start,
	}}})
	b.exec(`INSERT INTO approvals (id, subject, kind, status, manifest, details, updated_at) VALUES ('apr_1', 'cmp_a', 'launch', 'approved', 'm1', '{}', $1)`, start)
}

func TestDB_RaisesBeginOnlyWhenEntitled(t *testing.T) {
	for name, tc := range map[string]struct {
		upset  func(*bundle)
		change func(*messages.Effect)
		at     time.Duration
		code   string
	}{
		"Entitled":         {},
		"Approved":         {change: func(e *messages.Effect) { e.Grant.ApprovalId, e.Grant.Manifest = "apr_1", "m1" }},
		"Frozen":           {upset: func(b *bundle) { b.exec(`UPDATE control SET frozen = true`) }, code: "frozen"},
		"AnotherWon":       {change: func(e *messages.Effect) { e.GetSetDelivery().ExternalId = "e2" }, code: "not_the_winner"},
		"NobodyWon":        {change: func(e *messages.Effect) { e.Entity = "set_1" }, code: "not_the_winner"},
		"Released":         {upset: func(b *bundle) { b.exec(`UPDATE reservations SET state = 'released'`) }, code: "grant_missing"},
		"TooLittle":        {change: func(e *messages.Effect) { e.Grant.Amount.Minor = 5001 }, code: "grant_missing"},
		"AnotherDay":       {change: func(e *messages.Effect) { e.Grant.Day = "2026-03-02" }, code: "grant_missing"},
		"AnotherCurrency":  {change: func(e *messages.Effect) { e.Grant.Amount.Currency = "BRL" }, code: "grant_missing"},
		"NoGrant":          {change: func(e *messages.Effect) { e.Grant = nil }, code: "grant_expired"},
		"DayOver":          {at: 24 * time.Hour, code: "grant_expired"},
		"ApprovalVoid":     {upset: func(b *bundle) { b.exec(`UPDATE approvals SET status = 'void'`) }, change: func(e *messages.Effect) { e.Grant.ApprovalId, e.Grant.Manifest = "apr_1", "m1" }, code: "approval_missing"},
		"AnotherManifest":  {change: func(e *messages.Effect) { e.Grant.ApprovalId, e.Grant.Manifest = "apr_1", "m2" }, code: "approval_missing"},
		"ManifestAlone":    {change: func(e *messages.Effect) { e.Grant.Manifest = "m1" }, code: "approval_missing"},
		"LowersWhenFrozen": {upset: func(b *bundle) { b.exec(`UPDATE control SET frozen = true`) }, change: lowers},
	} {
		t.Run(name, func(t *testing.T) {
			b := setup(t)
			b.granted()
			if tc.upset != nil {
				tc.upset(b)
			}
			if tc.change == nil {
				tc.change = func(*messages.Effect) {}
			}
			b.actor("campaign", "cmp_a").commit(actorkit.Commit{Effects: []actorkit.Effect{raise("eff_raise", tc.change)}})
			lookOnly, err := b.db.BeginEffect(b.ctx, b.actor("courier", "meta").fence(), "eff_raise", start.Add(tc.at))
			if (err == nil) != (tc.code == "") || err != nil && (fault.CodeOf(err) != tc.code || fault.KindOf(err) != fault.Refused) || lookOnly != nil {
				b.Fatalf("begun with %v, %v, want %q", lookOnly, err, tc.code)
			}
			intents := map[bool]string{true: "1", false: "0"}[tc.code == ""]
			b.want(intents, `SELECT count(*) FROM audit_log WHERE action = 'effect_intended' AND figures->>'effect' = 'eff_raise'`)
			b.want(map[bool]string{true: "inflight", false: "pending"}[tc.code == ""], `SELECT state FROM outbox WHERE id = 'eff_raise'`)
		})
	}
}

func lowers(e *messages.Effect) {
	e.What = &messages.Effect_SetBudget{SetBudget: &messages.SetBudget{AdSetExternalId: "s1", Lowers: true}}
	e.Grant = nil
}

// What may have been performed has to be looked up whatever became of its grant, and may not be repeated.
func TestDB_ARaiseThatWasBegunMayOnlyBeLookedUp(t *testing.T) {
	b := setup(t)
	b.granted()
	b.actor("campaign", "cmp_a").commit(actorkit.Commit{Effects: []actorkit.Effect{raise("eff_raise", func(*messages.Effect) {})}})
	if _, err := b.db.BeginEffect(b.ctx, b.actor("courier", "meta").fence(), "eff_raise", start); err != nil {
		b.Fatal(err)
	}
	b.exec(`UPDATE control SET frozen = true`)
	lookOnly, err := b.db.BeginEffect(b.ctx, b.actor("courier", "meta").fence(), "eff_raise", later)
	if err != nil || fault.CodeOf(lookOnly) != "frozen" {
		b.Errorf("begun again with %v, %v", lookOnly, err)
	}
	b.want("2", `SELECT attempts FROM outbox WHERE id = 'eff_raise'`)
}

// A raise is never begun in the commit of something else, which it could only take down with it.
func TestDB_RaisesAreBegunAlone(t *testing.T) {
	b := setup(t)
	b.granted()
	b.actor("campaign", "cmp_a").commit(actorkit.Commit{Effects: []actorkit.Effect{raise("eff_raise", func(*messages.Effect) {})}})
	if err := b.actor("courier", "meta").try(actorkit.Commit{Begin: "eff_raise"}); fault.CodeOf(err) != "not_alone" {
		b.Errorf("begun with a commit: %v", err)
	}
}

func TestDB_OneEntityWins(t *testing.T) {
	b := setup(t)
	for range 2 { // told twice, the same won
		b.exec(`DELETE FROM outbox`)
		if err := b.winner("e1"); err != nil {
			b.Fatal(err)
		}
	}
	if err := b.winner("e2"); fault.CodeOf(err) != actorkit.AnotherWon || fault.KindOf(err) != fault.Refused {
		b.Errorf("a second winner: %v", err)
	}
	b.want("inflight", `SELECT state FROM outbox WHERE id = 'eff_create_e2'`)
	if id, err := b.db.Winner(b.ctx, "cmp_a", "cmp_a"); id != "e1" || err != nil {
		b.Errorf("the winner is %q, %v", id, err)
	}
	if id, err := b.db.Winner(b.ctx, "cmp_a", "set_9"); id != "" || err != nil {
		b.Errorf("the winner of nothing is %q, %v", id, err)
	}
	all, err := b.db.CampaignWinners(b.ctx, "meta")
	if len(all) != 1 || all["cmp_a"] != "e1" || err != nil {
		b.Errorf("winners %v, %v", all, err)
	}
	if none, err := b.db.CampaignWinners(b.ctx, "google"); len(none) != 0 || err != nil {
		b.Errorf("winners of another platform %v, %v", none, err)
	}
	b.exec(`DELETE FROM outbox`)
	if err := b.alsoWins("cmp_b", "e1"); err == nil {
		b.Error("the same external id won for two plans")
	}
}

func (b *bundle) alsoWins(plan, external string) error {
	b.actor("campaign", plan).commit(actorkit.Commit{Effects: []actorkit.Effect{effect("eff_b", "meta")}})
	return b.actor("courier", "meta").try(actorkit.Commit{Outcomes: []actorkit.Outcome{{
		EffectID: "eff_b", State: actorkit.EffectDone, Receipt: []byte("r"),
		Won: &actorkit.Won{Plan: plan, Entity: plan, Level: "campaign", Platform: "meta", ExternalID: external},
	}}})
}
