package product

import (
	"testing"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/facts"
	"github.com/agente-ceo/agente-ceo/messages"
)

func TestProduct_BecomesReady(t *testing.T) {
	t.Parallel()
	b := setup(t).ready()
	told := b.ToldTo(ceo)
	if len(told) != 1 || told[0].(*messages.ProductReady).ProductId != self.ID || told[0].(*messages.ProductReady).ScoreMilli < 70_000 {
		t.Errorf("the ceo was told %v", told)
	}
	var made []facts.Creative
	for _, f := range b.Facts() {
		if c, ok := f.(facts.Creative); ok {
			made = append(made, c)
		}
	}
	if len(made) != 2 || made[0].Status != "ready" || made[0].MediaURL == "" || made[0].ProductID != self.ID || len(made[0].PainPoints) != 1 {
		t.Errorf("creatives %+v", made)
	}
	if row := b.row(); row.LandingURL != "https://shop.example/p/a" || row.CreativesReady != start {
		t.Errorf("row %+v", row)
	}
}

func TestProduct_TriesAgainAndGivesUp(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.see(nil)
	b.perform("store", true)
	for try := 1; try <= 3; try++ {
		if n := len(b.Effects("studio")); n != try {
			t.Fatalf("%d orders to the studio in try %d", n, try)
		}
		b.perform("studio", false)
		b.wantStatus(qualified)
		b.Advance(6 * time.Hour)
	}
	b.wantStatus(rejected)
	if len(b.Effects("store")) != 1 {
		t.Error("the listing that was made was asked for again")
	}
}

func TestProduct_SecondTrySucceeds(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.see(nil)
	b.perform("studio", true)
	b.perform("store", false)
	b.Advance(6 * time.Hour)
	b.perform("store", true)
	b.wantStatus(ready)
}

func TestProduct_MakesCreativesOnRequest(t *testing.T) {
	t.Parallel()
	b := setup(t)
	plans := b.launched()
	rotation := &messages.MakeCreatives{RequestId: "req_1", Count: 20, CampaignId: plans[0].CampaignId}
	for range 2 {
		b.Send(campaign(plans[0].CampaignId), self, rotation)
	}
	orders := b.Effects("studio")
	if len(orders) != 2 {
		t.Fatalf("%d orders to the studio, want the first and one more", len(orders))
	}
	if order := orders[1].Effect.Payload.(*messages.Effect).GetProduceCreatives(); order.Round != 1 || order.Count != variationsMax {
		t.Errorf("ordered %v", order)
	}
	b.perform("studio", true)
	got := told[*messages.CreativesReady](b, "campaign")
	if len(got) != 1 || got[0].RequestId != "req_1" || len(got[0].Creatives) != 2 {
		t.Errorf("the campaign got %v", got)
	}
}

func TestProduct_AnswersARotationThatFails(t *testing.T) {
	t.Parallel()
	b := setup(t)
	plans := b.launched()
	b.Send(campaign(plans[0].CampaignId), self, &messages.MakeCreatives{RequestId: "req_1", CampaignId: plans[0].CampaignId})
	b.perform("studio", false)
	if got := told[*messages.CreativesReady](b, "campaign"); len(got) != 1 || len(got[0].Creatives) != 0 {
		t.Errorf("the campaign got %v, want one empty answer", got)
	}
	b.wantStatus(live)
}

func TestProduct_RefusesCreatives(t *testing.T) {
	t.Parallel()
	for code, tc := range map[string]struct {
		prepare func(*bundle)
		id      string
	}{
		"unknown_product":    {prepare: func(*bundle) {}, id: "req_1"},
		"wrong_status":       {prepare: func(b *bundle) { b.see(func(c *messages.Candidate) { c.DemandScore = 0 }) }, id: "req_1"},
		"request_id_missing": {prepare: func(b *bundle) { b.ready() }},
	} {
		t.Run(code, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			tc.prepare(b)
			if r, ok := b.Ask(self, &messages.MakeCreatives{RequestId: tc.id, By: "ana@example.com"}).(*messages.Refusal); !ok || r.Code != code {
				t.Errorf("replied %v, want a refusal %q", r, code)
			}
		})
	}
}
