package product

import (
	"testing"

	"github.com/agente-ceo/agente-ceo/domain/facts"
	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/messages"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
)

func TestProduct_Launches(t *testing.T) {
	t.Parallel()
	b := setup(t)
	plans := b.launched()
	if len(plans) != 2 {
		t.Fatalf("planned %v", plans)
	}
	p := plans[0]
	if p.Platform != "meta" || p.DailyBudget.Minor != 5000 || plans[1].DailyBudget.Minor != 2000 || p.Mode != "auto" || len(p.Countries) != 2 ||
		len(p.Creatives) != 2 || p.LandingUrl == "" || p.SellingPrice.Minor != 4490 || p.CampaignId == plans[1].CampaignId {
		t.Errorf("planned %v", plans)
	}
	b.Send(ceo, self, &messages.LaunchProduct{LaunchId: "lch_1", Platforms: []string{"meta", "tiktok"}})
	if n := len(b.plans()); n != 2 {
		t.Errorf("the repeated launch planned again: %d plans", n)
	}
	b.Send(ceo, self, &messages.LaunchProduct{LaunchId: "lch_2", Platforms: []string{"google"}, Countries: []string{"PT"}})
	if plans := b.plans(); len(plans) != 3 || plans[2].Platform != "google" || plans[2].Countries[0] != "PT" {
		t.Errorf("the expansion planned %v", plans)
	}
}

func TestProduct_TellsTheCeoWhenItCannotBeLaunched(t *testing.T) {
	t.Parallel()
	for name, prepare := range map[string]func(*bundle){
		"NotReady":   func(b *bundle) { b.see(nil) },
		"Unknown":    func(*bundle) {},
		"OutOfStock": func(b *bundle) { b.ready().Send(scout, self, &messages.StockChanged{NoticeId: "ntc_1"}) },
		"NoBudget":   func(b *bundle) { b.ready(); b.plan.Meta = money.Amount{} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			prepare(b)
			b.Forget()
			for range 2 {
				b.Send(ceo, self, &messages.LaunchProduct{LaunchId: "lch_1", Platforms: []string{"meta"}})
			}
			if gone := told[*messages.ProductGone](b, "ceo"); len(gone) != 1 || gone[0].Reason == "" || len(b.plans()) != 0 {
				t.Errorf("the ceo was told %v, planned %v", gone, b.plans())
			}
		})
	}
}

func TestProduct_EndsAndIsBlacklistedWhenItOnlyLost(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		verdicts []string
		lost     bool
	}{
		"Lost":    {verdicts: []string{"loser", "potential"}, lost: true},
		"WonOnce": {verdicts: []string{"winner", "loser"}},
		"Neither": {verdicts: []string{"potential", "insufficient"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			plans := b.launched()
			for i, verdict := range tc.verdicts {
				b.wantStatus(live)
				for range 2 {
					b.Send(campaign(plans[i].CampaignId), self, &messages.CampaignEnded{CampaignId: plans[i].CampaignId, Verdict: verdict, Reason: "ROAS 0.4"})
				}
			}
			b.wantStatus(ended)
			blacklisted, failed := 0, 0
			for _, f := range b.Facts() {
				switch f := f.(type) {
				case facts.Blacklisted:
					if blacklisted++; f.Kind != "product" || f.Term != self.ID {
						t.Errorf("blacklisted %+v", f)
					}
				case facts.Creative:
					if f.Status == "failed" {
						failed++
					}
				}
			}
			if (blacklisted == 1) != tc.lost || (failed == 2) != tc.lost {
				t.Errorf("%d blacklisted, %d creatives failed, lost %v", blacklisted, failed, tc.lost)
			}
		})
	}
}

func TestProduct_PublishesItsPageOnceADryRunIsOver(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.plan.Mode = "dry_run"
	b.see(nil)
	b.perform("studio", true)
	b.answerListing(&messages.Receipt{Url: "https://shop/rehearsal", Status: "rehearsed"})
	b.wantStatus("creatives_ready")
	b.plan.Mode = "auto"
	b.Forget()
	b.Send(ceo, self, &messages.LaunchProduct{LaunchId: "lch_1", Platforms: []string{"meta"}})
	if gone := told[*messages.ProductGone](b, "ceo"); len(gone) != 1 || len(b.plans()) != 0 {
		t.Fatalf("the ceo was told %v, planned %v", gone, b.plans())
	}
	b.wantStatus("qualified")
	b.answerListing(&messages.Receipt{Url: "https://shop/real", Status: "published"})
	if ready := told[*messages.ProductReady](b, "ceo"); len(ready) != 1 {
		t.Fatalf("the ceo was told of %v", ready)
	}
	b.Send(ceo, self, &messages.LaunchProduct{LaunchId: "lch_2", Platforms: []string{"meta"}})
	if plans := b.plans(); len(plans) != 1 || plans[0].LandingUrl != "https://shop/real" {
		t.Errorf("planned %v", plans)
	}
}

// answerListing answers the newest open request for a page.
func (b *bundle) answerListing(receipt *messages.Receipt) {
	b.t.Helper()
	open := b.Effects("store")
	if len(open) == 0 {
		b.t.Fatal("no page is asked for")
	}
	b.Send(actorkit.Key{Kind: "courier", ID: "store"}, self, &messages.EffectPerformed{
		EffectId: open[len(open)-1].ID, Kind: kindListing, Subject: self.ID, Outcome: "done", Receipt: receipt,
	})
}
