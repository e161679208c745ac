package campaign_test

import (
	"testing"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/campaign"
)

// Every step that raises spending carries what pays for it, and no other one does.
func TestTurn_EntitlesRaises(t *testing.T) {
	t.Parallel()
	s := running(campaign.Active, 2000, 3000)
	s.Grants[0].ReservationID, s.Grants[0].Nominal = "rsv_1", usd(6000)
	s.AdSets[0].Planned, s.AdSets[0].Wanted = usd(3000), usd(3000)
	s.AdSets[1].Planned, s.AdSets[1].Wanted = usd(2500), usd(2500)
	_, out := finish(t, s, noon, func(*campaign.Turn) {})
	if len(out.Steps) != 2 {
		t.Fatalf("steps %+v", out.Steps)
	}
	want := campaign.Spend{ReservationID: "rsv_1", Day: "2026-11-24", Until: time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC), Amount: usd(6000)}
	if up := out.Steps[0]; up.Lowers || up.Spend != want {
		t.Errorf("the raise is entitled by %+v, want %+v", up.Spend, want)
	}
	if down := out.Steps[1]; !down.Lowers || down.Spend != (campaign.Spend{}) {
		t.Errorf("the lower budget is entitled by %+v", down.Spend)
	}
}

func TestTurn_CarriesTheApprovalWhereTheModeAsks(t *testing.T) {
	t.Parallel()
	s := running(campaign.Publishing, 2000)
	s.Plan.Mode, s.ApprovalID, s.Manifest, s.MayDeliver = campaign.Approval, "apr_1", "m1", false
	_, out := finish(t, s, noon, func(*campaign.Turn) {})
	if len(out.Steps) != 1 || out.Steps[0].Delivery != ads.Active || out.Steps[0].Spend.ApprovalID != "apr_1" || out.Steps[0].Spend.Manifest != "m1" {
		t.Errorf("steps %+v", out.Steps)
	}
}

// A raise that a courier turned down was not made: it is tried again later, once it is paid for, and never over and over.
func TestTurn_TriesATurnedDownRaiseAgain(t *testing.T) {
	t.Parallel()
	for code, again := range map[string]bool{"frozen": true, "grant_expired": true, "grant_missing": true, "approval_missing": false, "not_the_winner": false} {
		t.Run(code, func(t *testing.T) {
			t.Parallel()
			s := running(campaign.Publishing, 2000)
			s.MayDeliver = false
			s, out := finish(t, s, noon, func(*campaign.Turn) {})
			s, out = finish(t, s, noon, func(turn *campaign.Turn) {
				turn.Performed(campaign.Answer{StepID: out.Steps[0].ID, Refused: true, Code: code, Text: "no"})
			})
			if s.Live() || s.Final == again {
				t.Fatalf("it is %s, over: %v", s.Status, s.Final)
			}
			for _, step := range out.Steps {
				if step.Delivery != ads.Paused {
					t.Errorf("step %+v, want nothing but the stop", step)
				}
			}
			if _, armed := out.Schedule[campaign.AlarmNewDay]; armed != again {
				t.Errorf("alarms %v", out.Alarms())
			}
			if kept := !s.Grant("2026-11-24").IsZero(); kept == (code == "grant_missing") {
				t.Errorf("the grant is remembered: %v", kept)
			}
		})
	}
}

func TestTurn_WaitsAfterATurnedDownBudget(t *testing.T) {
	t.Parallel()
	s := running(campaign.Scaling, 2000)
	s.Grants[0].Nominal, s.AdSets[0].Planned, s.AdSets[0].Wanted = usd(3000), usd(3000), usd(3000)
	s, out := finish(t, s, noon, func(*campaign.Turn) {})
	s, out = finish(t, s, noon, func(turn *campaign.Turn) {
		turn.Performed(campaign.Answer{StepID: out.Steps[0].ID, Refused: true, Code: "frozen", Text: "no"})
	})
	if len(out.Steps) != 0 || s.AdSets[0].Budget != usd(2000) {
		t.Fatalf("steps %+v, budget %s", out.Steps, s.AdSets[0].Budget)
	}
	at := out.Schedule[campaign.AlarmRetry]
	if _, out = finish(t, s, at.Add(-time.Minute), func(*campaign.Turn) {}); len(out.Steps) != 0 {
		t.Errorf("steps %+v before it is time", out.Steps)
	}
	if _, out = finish(t, s, at, func(turn *campaign.Turn) { turn.Retry() }); len(out.Steps) != 1 || out.Steps[0].Budget != usd(3000) {
		t.Errorf("steps %+v, want the raise once more", out.Steps)
	}
}
