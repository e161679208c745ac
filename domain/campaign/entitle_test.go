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
	for code, again := range map[string]bool{"frozen": true, "grant_expired": true, "grant_missing": true, "not_the_winner": false} {
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

// Where nobody agreed to a launch as it was sent, a person is asked again; nothing was switched on, and the money is free meanwhile.
func TestTurn_AsksAgainWhereTheApprovalIsMissing(t *testing.T) {
	t.Parallel()
	missing := func(step campaign.Step) func(*campaign.Turn) {
		return func(turn *campaign.Turn) {
			turn.Performed(campaign.Answer{StepID: step.ID, Refused: true, Code: "approval_missing", Text: "nobody agreed to it"})
		}
	}
	t.Run("Launch", func(t *testing.T) {
		t.Parallel()
		s := running(campaign.Publishing, 2000)
		s.Plan.Mode, s.MayDeliver, s.ActivatedAt, s.LaunchUsed = campaign.Approval, false, time.Time{}, false
		s.Approved, s.ApprovalID, s.ApprovedBudget = true, "apr_1", usd(2000)
		s, out := finish(t, s, noon, func(turn *campaign.Turn) { turn.LaunchUsed = true })
		if len(out.Steps) != 1 || out.Steps[0].Delivery != ads.Active {
			t.Fatalf("steps %+v", out.Steps)
		}
		s, out = finish(t, s, noon, missing(out.Steps[0]))
		if s.Status != campaign.PendingApproval || s.MayDeliver || s.Final || len(out.Ask) != 1 || out.Ask[0].ID == "apr_1" || len(out.Release) != 1 || len(out.Steps) != 0 {
			t.Fatalf("it is %s, asked %+v, steps %+v, released %+v", s.Status, out.Ask, out.Steps, out.Release)
		}
		_, out = finish(t, s, noon, func(turn *campaign.Turn) {
			turn.Answered(out.Ask[0].ID, true, out.Ask[0].Manifest, "ana@example.com", "yes")
		})
		if len(out.Reserve) != 1 || out.Reserve[0].Purpose != campaign.ForLaunch {
			t.Errorf("once it is approved it asked for %+v", out.Reserve)
		}
	})
	t.Run("Raise", func(t *testing.T) {
		t.Parallel()
		s := running(campaign.Scaling, 2000)
		s.Plan.Mode, s.ApprovedBudget = campaign.Approval, usd(3000)
		s.Grants[0].Nominal, s.AdSets[0].Planned, s.AdSets[0].Wanted = usd(3000), usd(3000), usd(3000)
		s, out := finish(t, s, noon, func(*campaign.Turn) {})
		s, out = finish(t, s, noon, missing(out.Steps[0]))
		if s.Status != campaign.Scaling || s.AdSets[0].Planned != usd(2000) || s.ApprovedBudget.Positive() || len(out.Steps) != 0 {
			t.Errorf("it is %s with %s, agreed up to %s, steps %+v", s.Status, s.AdSets[0].Planned, s.ApprovedBudget, out.Steps)
		}
	})
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
