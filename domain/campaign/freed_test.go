package campaign_test

import (
	"testing"
	"time"

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
