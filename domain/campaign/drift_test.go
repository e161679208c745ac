package campaign_test

import (
	"slices"
	"testing"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/campaign"
	"github.com/agente-ceo/agente-ceo/domain/facts"
)

// asConfirmed is what a platform lists of a campaign on which nobody laid hands.
func asConfirmed(s *campaign.State) []ads.Standing {
	out := []ads.Standing{{Level: ads.LevelCampaign, CampaignID: s.ExternalID, Entity: ads.Entity{ID: s.ExternalID, Name: "ac-" + s.Plan.CampaignID + "-0", Delivery: ads.Active}}}
	if !s.MayDeliver {
		out[0].Delivery = ads.Paused
	}
	for _, a := range s.AdSets {
		e := ads.Entity{ID: a.ExternalID, Name: a.Name, Delivery: ads.Paused, Budget: a.Budget}
		if a.Status == "active" {
			e.Delivery = ads.Active
		}
		out = append(out, ads.Standing{Level: ads.LevelAdSet, CampaignID: s.ExternalID, Entity: e})
	}
	return out
}

// see shows a changed list to the campaign twice, as two surveys do, under a policy.
func see(t *testing.T, s *campaign.State, policy campaign.Drift, change func([]ads.Standing)) (*campaign.State, campaign.Out) {
	t.Helper()
	rules := campaign.DefaultRules(time.UTC)
	rules.Drift = policy
	seen := asConfirmed(s)
	change(seen)
	var out campaign.Out
	for i := range 2 {
		at := noon.Add(time.Duration(i) * 5 * time.Minute)
		turn := campaign.Begin(s, rules, at.Add(time.Second))
		turn.Compare(at, seen)
		var next *campaign.State
		next, out = turn.Finish()
		if i == 0 && (len(out.Steps)+len(out.Notes)+len(out.Facts) != 0 || len(next.Suspects) == 0) {
			t.Errorf("after one survey: suspects %v, %+v", next.Suspects, out)
		}
		s = next
	}
	return s, out
}

func drifts(out campaign.Out, severity string) (n int) {
	for _, f := range out.Facts {
		if a, ok := f.(facts.Alert); ok && a.Kind == "drift" && a.Severity == severity {
			n++
		}
	}
	return n
}

func TestTurn_Compare(t *testing.T) {
	t.Parallel()
	t.Run("NothingChanged", func(t *testing.T) {
		t.Parallel()
		s := running(campaign.Active, 2000)
		got, out := finish(t, s, noon.Add(time.Second), func(turn *campaign.Turn) { turn.Compare(noon, asConfirmed(s)) })
		if !out.Idle() || len(got.Suspects) != 0 {
			t.Errorf("suspects %v, %+v", got.Suspects, out)
		}
	})
	t.Run("RaisedIsUndone", func(t *testing.T) {
		t.Parallel()
		s, out := see(t, running(campaign.Active, 2000, 3000), campaign.DriftUndo, func(l []ads.Standing) { l[1].Budget = usd(9000) })
		if len(out.Steps) != 1 || out.Steps[0].Kind != campaign.SetBudget || out.Steps[0].Budget != usd(2000) || !out.Steps[0].Lowers || drifts(out, "critical") != 1 {
			t.Errorf("steps %+v, facts %+v", out.Steps, out.Facts)
		}
		if len(out.Reserve) != 1 || out.Reserve[0].Budget != usd(12000) || out.Reserve[0].Minimum != usd(12000) || s.AdSets[0].Peak.Budget != usd(9000) {
			t.Errorf("reserved %+v, peak %+v: what may be charged by now has to be covered", out.Reserve, s.AdSets[0].Peak)
		}
		_, out = finish(t, s, noon.Add(time.Hour), func(turn *campaign.Turn) {
			turn.Refused(out.Reserve[0].ID, "cap_day", "no room", time.Time{})
		})
		if len(out.Steps) != 1 || out.Steps[0].Level != ads.LevelCampaign || out.Steps[0].Delivery != ads.Paused {
			t.Errorf("steps %+v, want the stop of what is not covered", out.Steps)
		}
	})
	t.Run("RaisedIsAdoptedWhereGranted", func(t *testing.T) {
		t.Parallel()
		before := running(campaign.Active, 2000)
		before.Grants[0].Nominal = usd(5000)
		s, out := see(t, before, campaign.DriftAdopt, func(l []ads.Standing) { l[1].Budget = usd(4000) })
		if len(out.Steps)+len(out.Reserve) != 0 || s.AdSets[0].Planned != usd(4000) || drifts(out, "warning") != 1 {
			t.Errorf("steps %+v, planned %s", out.Steps, s.AdSets[0].Planned)
		}
		_, out = see(t, running(campaign.Active, 2000), campaign.DriftAdopt, func(l []ads.Standing) { l[1].Budget = usd(4000) })
		if len(out.Steps) != 1 || out.Steps[0].Budget != usd(2000) || drifts(out, "critical") != 1 {
			t.Errorf("beyond the grant: steps %+v", out.Steps)
		}
	})
	t.Run("LoweredIsAdopted", func(t *testing.T) {
		t.Parallel()
		s, out := see(t, running(campaign.Active, 2000), campaign.DriftUndo, func(l []ads.Standing) { l[1].Budget = usd(1500) })
		if len(out.Steps) != 0 || s.AdSets[0].Planned != usd(1500) || s.AdSets[0].Budget != usd(1500) || drifts(out, "warning") != 1 {
			t.Errorf("steps %+v, ad set %+v", out.Steps, s.AdSets[0])
		}
	})
	t.Run("PausedIsAdopted", func(t *testing.T) {
		t.Parallel()
		s, out := see(t, running(campaign.Scaling, 2000), campaign.DriftUndo, func(l []ads.Standing) { l[0].Delivery = ads.Paused })
		if s.Status != campaign.Paused || !slices.Equal(s.Holds, []string{campaign.HoldPlatform}) || s.Reason != "paused by a person on the platform" || drifts(out, "warning") != 1 {
			t.Errorf("it is %s, held by %v: %s", s.Status, s.Holds, s.Reason)
		}
		s, out = finish(t, s, noon.Add(time.Hour), func(turn *campaign.Turn) {
			if err := turn.Resume("cmd_1", "ana@example.com", "on again"); err != nil {
				t.Error(err)
			}
		})
		if len(s.Holds) != 0 || len(out.Reserve) != 1 {
			t.Errorf("a person could not lift it: %v, %+v", s.Holds, out.Reserve)
		}
	})
	t.Run("StartedIsStopped", func(t *testing.T) {
		t.Parallel()
		before := running(campaign.Paused, 2000)
		before.MayDeliver, before.Holds, before.Grants = false, []string{"operator"}, nil
		s, out := see(t, before, campaign.DriftUndo, func(l []ads.Standing) { l[0].Delivery = ads.Active })
		if len(out.Steps) != 1 || out.Steps[0].Delivery != ads.Paused || out.Steps[0].Level != ads.LevelCampaign || !s.MayDeliver || drifts(out, "critical") != 1 {
			t.Errorf("steps %+v", out.Steps)
		}
		if len(out.Reserve) != 1 || out.Reserve[0].Budget != usd(2000) {
			t.Errorf("reserved %+v", out.Reserve)
		}
	})
	t.Run("AnAdSetGoesByItself", func(t *testing.T) {
		t.Parallel()
		s, out := see(t, running(campaign.Active, 2000, 3000), campaign.DriftUndo, func(l []ads.Standing) { l[2].Delivery = ads.Paused })
		if !s.AdSets[1].Off || s.Status != campaign.Active || drifts(out, "warning") != 1 {
			t.Errorf("ad set %+v of a campaign that is %s", s.AdSets[1], s.Status)
		}
		s, _ = see(t, running(campaign.Active, 2000), campaign.DriftUndo, func(l []ads.Standing) { l[1].Delivery = ads.Paused })
		if s.Status != campaign.Paused {
			t.Errorf("without its only ad set it is %s", s.Status)
		}
	})
	t.Run("RenamedIsSaidOnce", func(t *testing.T) {
		t.Parallel()
		rename := func(l []ads.Standing) { l[0].Name = "Summer" }
		s, out := see(t, running(campaign.Active, 2000), campaign.DriftUndo, rename)
		if drifts(out, "warning") != 1 || len(out.Steps) != 0 {
			t.Errorf("facts %+v", out.Facts)
		}
		seen := asConfirmed(s)
		rename(seen)
		_, out = finish(t, s, noon.Add(time.Hour), func(turn *campaign.Turn) { turn.Compare(noon.Add(time.Hour), seen) })
		if !out.Idle() {
			t.Errorf("said again: %+v", out.Facts)
		}
	})
}

// What a survey saw before our own change was confirmed, or while one is under way, is no drift.
func TestTurn_CompareKnowsItsOwnChanges(t *testing.T) {
	t.Parallel()
	s := running(campaign.Active, 2000)
	s.Grants[0].Nominal, s.AdSets[0].Planned, s.AdSets[0].Wanted = usd(3000), usd(3000), usd(3000)
	old := asConfirmed(s)
	s, out := finish(t, s, noon, func(*campaign.Turn) {})
	raised := asConfirmed(s)
	raised[1].Budget = usd(3000)
	for i := range 3 {
		at := noon.Add(time.Duration(i+1) * time.Minute)
		var got campaign.Out
		if s, got = finish(t, s, at, func(turn *campaign.Turn) { turn.Compare(at, raised) }); !got.Idle() {
			t.Fatalf("its own change under way: %+v", got.Notes)
		}
	}
	answered := noon.Add(10 * time.Minute)
	s, _ = finish(t, s, answered, func(turn *campaign.Turn) { turn.Performed(campaign.Answer{StepID: out.Steps[0].ID, Done: true}) })
	for range 3 {
		var got campaign.Out
		if s, got = finish(t, s, answered.Add(time.Minute), func(turn *campaign.Turn) { turn.Compare(answered, old) }); !got.Idle() {
			t.Fatalf("a list from before its change: %+v", got.Notes)
		}
	}
}
