package campaign_test

import (
	"strings"
	"testing"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/campaign"
)

// Where the mode asks, new ads run once a person has agreed to exactly their content, and what runs goes on meanwhile.
func TestTurn_TakeCreativesAsksWhereTheModeDoes(t *testing.T) {
	t.Parallel()
	fresh := func(turn *campaign.Turn) {
		turn.TakeCreatives("more_1", []campaign.Creative{{ID: "new_1", Headline: "Light"}, {ID: "new_2", Headline: "Bright"}})
	}
	asked := func(t *testing.T) (*campaign.State, campaign.Ask) {
		s := running(campaign.Scaling, 2000)
		s.Plan.Mode, s.Plan.Creatives = campaign.Approval, nil
		s, out := finish(t, s, noon, fresh)
		if len(out.Ask) != 1 || out.Ask[0].Kind != "creatives" || !strings.Contains(string(out.Ask[0].Details), "Bright") || len(s.Ads) != 1 || len(out.Steps) != 0 || s.Status != campaign.Scaling {
			t.Fatalf("asked %+v, ads %+v, steps %+v", out.Ask, s.Ads, out.Steps)
		}
		return s, out.Ask[0]
	}
	answer := func(ask campaign.Ask, yes bool, sum string) func(*campaign.Turn) {
		return func(turn *campaign.Turn) { turn.Answered(ask.ID, yes, sum, "ana@example.com", "seen") }
	}
	t.Run("Approved", func(t *testing.T) {
		t.Parallel()
		s, ask := asked(t)
		s, out := finish(t, s, noon.Add(time.Hour), answer(ask, true, ask.Manifest))
		if len(s.Ads) != 3 || s.ApprovalID != ask.ID || len(s.Proposed) != 0 || len(out.Ask) != 0 {
			t.Errorf("ads %+v, approval %s, proposed %v", s.Ads, s.ApprovalID, s.Proposed)
		}
		if again, _ := finish(t, s, noon.Add(2*time.Hour), answer(ask, true, ask.Manifest)); len(again.Ads) != 3 {
			t.Error("an answer was used twice")
		}
	})
	t.Run("NotApproved", func(t *testing.T) {
		t.Parallel()
		for sum, yes := range map[string]bool{"another": true, "": false} {
			s, ask := asked(t)
			s, out := finish(t, s, noon.Add(time.Hour), answer(ask, yes, sum))
			if len(s.Ads) != 1 || len(s.Plan.Creatives)+len(s.Proposed) != 0 || len(out.Ask) != 0 {
				t.Errorf("answered %v: ads %+v, kept %v", yes, s.Ads, s.Plan.Creatives)
			}
		}
	})
	t.Run("MoreVoidTheQuestion", func(t *testing.T) {
		t.Parallel()
		s, first := asked(t)
		s, out := finish(t, s, noon.Add(time.Hour), func(turn *campaign.Turn) { turn.TakeCreatives("more_2", []campaign.Creative{{ID: "new_3"}}) })
		if len(out.Withdraw) != 1 || out.Withdraw[0].ID != first.ID || len(out.Ask) != 1 || out.Ask[0].Manifest == first.Manifest {
			t.Fatalf("withdrew %+v, asked %+v", out.Withdraw, out.Ask)
		}
		if late, _ := finish(t, s, noon.Add(2*time.Hour), answer(first, true, first.Manifest)); len(late.Ads) != 1 {
			t.Error("the answer to what was withdrawn let them run")
		}
	})
	t.Run("NobodyWhereTheModeDoesNot", func(t *testing.T) {
		t.Parallel()
		s := running(campaign.Scaling, 2000)
		s, out := finish(t, s, noon, fresh)
		if len(out.Ask) != 0 || len(s.Ads) != 3 {
			t.Errorf("asked %+v, ads %+v", out.Ask, s.Ads)
		}
	})
}
