package campaign_test

import (
	"testing"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/campaign"
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
