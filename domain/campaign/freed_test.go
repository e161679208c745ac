package campaign_test

import (
	"testing"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/campaign"
)

func TestTurn_Freed(t *testing.T) {
	t.Parallel()
	const day = "2026-11-24"
	short := func() *campaign.State {
		s := running(campaign.Active, 50)
		s.Grants = []campaign.Grant{{Day: day, Nominal: usd(20)}}
		return s
	}
	paused := func() *campaign.State {
		s := running(campaign.Paused, 50)
		s.MayDeliver, s.Grants = false, nil
		return s
	}
	for name, c := range map[string]struct {
		state *campaign.State
		day   string
		at    time.Time
		asks  campaign.Purpose // empty: nothing
	}{
		"AsksForTheRest":             {short(), day, noon, campaign.ForRenewal},
		"ResumesWhatWaits":           {paused(), day, noon, campaign.ForResume},
		"NotWhereNothingIsMissing":   {running(campaign.Active, 50), day, noon, ""},
		"NotForADayThatIsOver":       {short(), "2026-11-23", noon, ""},
		"NotLateInTheEvening":        {short(), day, noon.Add(11 * time.Hour), ""},
		"NotWhatSomebodyHolds":       {hold(paused()), day, noon, ""},
		"NotWhileAnAnswerIsOnItsWay": {asking(short()), day, noon, ""},
		"NotWhatIsOver":              {over(paused()), day, noon, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, out := finish(t, c.state, c.at, func(t *campaign.Turn) { t.Freed(c.day) })
			var got campaign.Purpose
			if len(out.Reserve) > 0 {
				got = out.Reserve[0].Purpose
			}
			if got != c.asks {
				t.Errorf("asked for %q, want %q", got, c.asks)
			}
		})
	}
}

// The treasurer's word that nobody renewed a campaign stops what delivers without a budget, and nothing else.
func TestTurn_Lapsed(t *testing.T) {
	t.Parallel()
	lapse := func(t *campaign.Turn) {
		t.Refused("rsv_assumed", "lapsed", "it was not renewed", time.Time{})
	}
	forgotten := running(campaign.Active, 50)
	forgotten.Grants = []campaign.Grant{{Day: "2026-11-23", Nominal: usd(50)}}
	state, out := finish(t, forgotten, noon, lapse)
	if state.Status != campaign.Paused || len(out.Steps) != 1 || out.Steps[0].Delivery != ads.Paused || len(state.Holds) != 0 {
		t.Errorf("it is %s, and told the platform %+v", state.Status, out.Steps)
	}
	if state, out := finish(t, running(campaign.Active, 50), noon, lapse); state.Status != campaign.Active || len(out.Steps) != 0 {
		t.Errorf("with a budget it is %s, and told the platform %+v", state.Status, out.Steps)
	}
}

func hold(s *campaign.State) *campaign.State {
	s.Holds = []string{campaign.HoldOperator}
	return s
}

func asking(s *campaign.State) *campaign.State {
	s.Pending = campaign.Pending{ReservationID: "rsv", Day: "2026-11-24", Budget: usd(50), Purpose: campaign.ForRenewal}
	return s
}

func over(s *campaign.State) *campaign.State {
	s.Final = true
	return s
}
