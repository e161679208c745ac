package campaign_test

import (
	"testing"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/campaign"
	"github.com/agente-ceo/agente-ceo/domain/kpi"
	"github.com/agente-ceo/agente-ceo/domain/strategy"
)

// A lookalike whose ad set got no money serves again when there is some: the account does not fill up with copies of it.
func TestTurn_MakesALookalikeOnce(t *testing.T) {
	t.Parallel()
	s := running(campaign.Scaling, 5000)
	s, out := finish(t, s, noon, func(turn *campaign.Turn) { turn.Expand() })
	if len(out.Steps) != 1 || out.Steps[0].Kind != campaign.CreateLookalike {
		t.Fatalf("steps %+v, want the lookalike", out.Steps)
	}
	s, out = finish(t, s, noon, func(turn *campaign.Turn) {
		turn.Performed(campaign.Answer{StepID: out.Steps[0].ID, Done: true, ExternalID: "look"})
	})
	if len(out.Reserve) != 1 || out.Reserve[0].Purpose != campaign.ForExpand {
		t.Fatalf("asked for %+v, want the money of the expansion", out.Reserve)
	}
	s, _ = finish(t, s, noon, func(turn *campaign.Turn) { turn.Refused(out.Reserve[0].ID, "cap_day", "full", noon.Add(time.Hour)) })
	s, out = finish(t, s, noon.Add(time.Hour), func(turn *campaign.Turn) { turn.Expand() })
	if len(out.Steps) != 0 || len(out.Reserve) != 1 {
		t.Fatalf("steps %+v and asked for %+v, want the money alone", out.Steps, out.Reserve)
	}
	if set := s.AdSets[1]; set.Audience != campaign.AudienceLookalike1 || set.LookalikeID != "look" {
		t.Errorf("the ad set is %+v, want the audience that exists", set)
	}
}

// Google keeps one budget for all that a campaign has, so that a second ad set has no money of its own: none is tried.
func TestTurn_KeepsToOneAdSetOnGoogle(t *testing.T) {
	t.Parallel()
	for platform, more := range map[ads.Platform]int{ads.Meta: 1, ads.Google: 0} {
		t.Run(string(platform), func(t *testing.T) {
			t.Parallel()
			s := running(campaign.Scaling, 5000)
			s.Plan.Platform = platform
			if _, out := finish(t, s, noon, func(turn *campaign.Turn) { turn.Expand() }); len(out.Steps) != more {
				t.Errorf("steps %+v, want %d", out.Steps, more)
			}
			losing := running(campaign.Testing, 5000)
			losing.Plan.Platform, losing.Plan.Keywords = platform, []string{"mug"}
			losing.ActivatedAt, losing.CreatedAt = noon.Add(-25*time.Hour), noon.Add(-26*time.Hour)
			losing.Total = kpi.Metrics{Impressions: 9000, Clicks: 200, Conversions: 2, Spend: usd(9000), Revenue: usd(20000)}
			after, _ := finish(t, losing, noon, func(turn *campaign.Turn) { turn.Decide(strategy.DefaultRules(), "") })
			if len(after.AdSets) != 1+more || more == 0 && after.AdSets[0].Planned != usd(5000) {
				t.Errorf("it has %+v, want %d ad sets", after.AdSets, 1+more)
			}
		})
	}
}
