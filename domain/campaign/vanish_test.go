package campaign_test

import (
	"testing"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/campaign"
	"github.com/agente-ceo/agente-ceo/domain/facts"
	"github.com/agente-ceo/agente-ceo/domain/kpi"
	"github.com/agente-ceo/agente-ceo/domain/strategy"
)

func alerted(out campaign.Out, kind string) (n int) {
	for _, f := range out.Facts {
		if a, ok := f.(facts.Alert); ok && a.Kind == kind {
			n++
		}
	}
	return n
}

func TestTurn_CompareFindsWhatWasDeleted(t *testing.T) {
	t.Parallel()
	t.Run("TheCampaign", func(t *testing.T) {
		t.Parallel()
		s, out := see(t, running(campaign.Scaling, 2000), campaign.DriftUndo, func(l []ads.Standing) { l[0].Delivery = ads.Gone })
		if s.Status != campaign.Ended || !s.Final || s.MayDeliver || s.StoppedAt.IsZero() || !out.Closed || drifts(out, "critical") != 1 {
			t.Errorf("it is %s, closed %v: %s", s.Status, out.Closed, s.Reason)
		}
		if len(out.Release) != 1 || len(out.Steps) != 0 {
			t.Errorf("released %+v, told the platform %+v", out.Release, out.Steps)
		}
	})
	t.Run("AnAdSet", func(t *testing.T) {
		t.Parallel()
		s := running(campaign.Active, 2000, 3000)
		var out campaign.Out
		for i := range 2 {
			at := noon.Add(time.Duration(i) * 5 * time.Minute)
			s, out = finish(t, s, at.Add(time.Second), func(turn *campaign.Turn) { turn.Compare(at, asConfirmed(s)[:2]) })
		}
		if s.Status != campaign.Active || s.AdSets[1].Status != "ended" || drifts(out, "warning") != 1 || len(out.Steps) != 0 {
			t.Errorf("it is %s with %+v: %+v", s.Status, s.AdSets[1], out.Steps)
		}
	})
	t.Run("NotOneThatIsTooNewForTheList", func(t *testing.T) {
		t.Parallel()
		s := running(campaign.Active, 2000, 3000)
		s.AdSets[1].ActivatedAt = noon.Add(-30 * time.Minute)
		got, _ := finish(t, s, noon.Add(time.Second), func(turn *campaign.Turn) { turn.Compare(noon, asConfirmed(s)[:2]) })
		if len(got.Suspects) != 0 {
			t.Errorf("suspects %v", got.Suspects)
		}
	})
	t.Run("TheOnlyAdSet", func(t *testing.T) {
		t.Parallel()
		s := running(campaign.Active, 2000)
		var out campaign.Out
		for i := range 2 {
			at := noon.Add(time.Duration(i) * 5 * time.Minute)
			s, out = finish(t, s, at.Add(time.Second), func(turn *campaign.Turn) { turn.Compare(at, asConfirmed(s)[:1]) })
		}
		if s.Status != campaign.Failed || len(out.Steps) != 1 || out.Steps[0].Delivery != ads.Paused {
			t.Errorf("it is %s, told the platform %+v", s.Status, out.Steps)
		}
	})
}

func TestTurn_CompareFindsRefusedAds(t *testing.T) {
	t.Parallel()
	s := running(campaign.Active, 2000)
	s.Ads = []campaign.Ad{
		{ID: "ad1", AdSetID: s.AdSets[0].ID, ExternalID: "e1", Status: "active"}, {ID: "ad2", AdSetID: s.AdSets[0].ID, ExternalID: "e2", Status: "active"},
	}
	refuse := func(s *campaign.State, id string) (*campaign.State, campaign.Out) {
		seen := append(asConfirmed(s), ads.Standing{Level: ads.LevelAd, CampaignID: s.ExternalID, Entity: ads.Entity{ID: id, Refused: true, Reasons: []string{"policy"}}})
		return finish(t, s, noon.Add(time.Second), func(turn *campaign.Turn) { turn.Compare(noon, seen) })
	}
	s, out := refuse(s, "e1")
	if len(out.Steps) != 1 || out.Steps[0].Target != "ad1" || out.Steps[0].Delivery != ads.Paused || alerted(out, "ad_refused") != 1 {
		t.Fatalf("steps %+v, facts %+v", out.Steps, out.Facts)
	}
	if _, again := refuse(s, "e1"); !again.Idle() {
		t.Errorf("told twice: %+v", again)
	}
	if s, _ = refuse(s, "e2"); s.Status != campaign.Failed {
		t.Errorf("without any ad left it is %s", s.Status)
	}
}

func TestTurn_CompareFindsChangedBids(t *testing.T) {
	t.Parallel()
	capped := func(l []ads.Standing) { l[1].Bid, l[1].CostCap = ads.CostCap, usd(500) }
	_, out := see(t, running(campaign.Active, 2000), campaign.DriftUndo, capped)
	if len(out.Steps) != 1 || out.Steps[0].Kind != campaign.SetBid || out.Steps[0].Budget.Positive() || drifts(out, "warning") != 1 {
		t.Errorf("steps %+v, facts %+v", out.Steps, out.Facts)
	}
	s, out := see(t, running(campaign.Active, 2000), campaign.DriftAdopt, capped)
	if len(out.Steps) != 0 || s.AdSets[0].CostCap != usd(500) {
		t.Errorf("adopted %s with the steps %+v", s.AdSets[0].CostCap, out.Steps)
	}
	if _, out = see(t, running(campaign.Active, 2000), campaign.DriftAdopt, func(l []ads.Standing) { l[1].Bid = "BID_CAP" }); len(out.Steps) != 1 {
		t.Errorf("a bid that we do not use was kept: %+v", out.Steps)
	}
}

// Figures that stand still, or do not come at all, are told of and nothing is decided on them.
func TestTurn_DecidesOnNothing(t *testing.T) {
	t.Parallel()
	figures := []campaign.Seen{{AdExternalID: "e1", Total: kpi.Metrics{Impressions: 5000, Clicks: 1, Spend: usd(9000), Revenue: usd(0)}}}
	setup := func() *campaign.State {
		s := running(campaign.Active, 2000)
		s.Ads = []campaign.Ad{{ID: "ad1", AdSetID: s.AdSets[0].ID, ExternalID: "e1", Status: "active"}}
		s.ActivatedAt, s.MovedAt = noon.Add(-72*time.Hour), noon
		s, _ = finish(t, s, noon, func(turn *campaign.Turn) { turn.Observe(noon, figures) })
		return s
	}
	decide := func(s *campaign.State, at time.Time) (*campaign.State, campaign.Out) {
		return finish(t, s, at, func(turn *campaign.Turn) { turn.Decide(strategy.DefaultRules(), "") })
	}
	hour := func(s *campaign.State, h int, seen []campaign.Seen) (*campaign.State, campaign.Out) {
		at := noon.Add(time.Duration(h) * time.Hour)
		return finish(t, s, at, func(turn *campaign.Turn) { turn.Observe(at, seen) })
	}
	if s, _ := decide(setup(), noon); s.Status != campaign.Paused {
		t.Fatalf("the loser is %s: the test shows nothing", s.Status)
	}
	for name, seen := range map[string][]campaign.Seen{"figures_still": figures, "api_failure": nil} {
		s, alerts := setup(), 0
		var out campaign.Out
		for h := 1; h <= 8; h++ {
			s, out = hour(s, h, seen)
			alerts += alerted(out, name)
		}
		s, out = decide(s, noon.Add(8*time.Hour))
		if alerts != 1 || s.Status != campaign.Active || len(out.Notes) == 0 || out.Notes[0].Action != "decision_held" {
			t.Errorf("%s: %d alerts, it is %s: %+v", name, alerts, s.Status, out.Notes)
		}
		figures := []campaign.Seen{{AdExternalID: "e1", Total: figures[0].Total.Add(kpi.Metrics{Impressions: 10, Spend: usd(10), Revenue: usd(0)})}}
		s, _ = hour(s, 9, figures)
		if s, _ = decide(s, noon.Add(9*time.Hour)); s.Status != campaign.Paused {
			t.Errorf("%s: once they move it is %s", name, s.Status)
		}
	}
}
