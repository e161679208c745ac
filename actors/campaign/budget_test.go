package campaign_test

import (
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/agente-ceo/agente-ceo/messages"
)

func refusal(r *messages.ReserveBudget, code string, retry time.Time) proto.Message {
	m := &messages.BudgetRefused{ReservationId: r.ReservationId, Day: r.Day, Code: code, Text: "there is no room"}
	if !retry.IsZero() {
		m.RetryAtMs = retry.UnixMilli()
	}
	return m
}

func TestCampaign_Renew(t *testing.T) {
	t.Parallel()
	b := setup(t, noon)
	b.plan("auto")
	b.run(3 * 24 * time.Hour)
	b.wantStatus("active")
	renewals := b.reservations("renew")
	var days []string
	for _, r := range renewals {
		days = append(days, r.Day)
	}
	want := []string{"2026-11-25", "2026-11-26", "2026-11-27"}
	if len(days) != 3 || days[0] != want[0] || days[1] != want[1] || days[2] != want[2] {
		t.Errorf("renewed for %v, want %v", days, want)
	}
}

// On days of 23 and of 25 hours the renewal comes at 22:30 on the wall, once for each day.
func TestCampaign_RenewOverDST(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	for name, day := range map[string]int{"Spring": 8, "Autumn": 1} {
		month := time.March
		if name == "Autumn" {
			month = time.November
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			start := time.Date(2026, month, day-1, 12, 0, 0, 0, zone).UTC()
			b := setup(t, start)
			b.rules.Zone = zone
			yes := b.grant
			b.grant = func(r *messages.ReserveBudget) proto.Message {
				if r.Purpose == "renew" {
					if wall := b.Now().In(zone); wall.Hour() != 22 || wall.Minute() < 30 || wall.Minute() > 35 {
						t.Errorf("renewed at %s", wall)
					}
				}
				return yes(r)
			}
			b.plan("auto")
			b.run(3 * 24 * time.Hour)
			b.wantStatus("active")
			seen := map[string]int{}
			for _, r := range b.reservations("renew") {
				seen[r.Day]++
			}
			if len(seen) != 3 {
				t.Errorf("renewed for %v", seen)
			}
			for d, n := range seen {
				if n != 1 {
					t.Errorf("%s was renewed %d times", d, n)
				}
			}
		})
	}
}

func TestCampaign_RenewalRefused(t *testing.T) {
	t.Parallel()
	b := setup(t, noon)
	yes := b.grant
	b.grant = func(r *messages.ReserveBudget) proto.Message {
		if r.Day == "2026-11-25" {
			return refusal(r, "cap_day", time.Time{})
		}
		return yes(r)
	}
	b.plan("auto")
	b.RunUntil(time.Date(2026, 11, 25, 1, 30, 0, 0, time.UTC)) // 22:30 on the wall
	b.run(30 * time.Minute)
	b.wantStatus("active")
	b.run(59 * time.Minute) // 23:59
	b.wantStatus("paused")
	if b.delivering() != 0 {
		t.Error("it delivers into a day without budget")
	}
	if n := count[*messages.ReleaseBudget](b.ToldTo(treasurer)); n != 1 {
		t.Errorf("released %d times", n)
	}
	if n := count[*messages.CampaignClosed](b.ToldTo(ceo)); n != 0 {
		t.Error("a campaign that waits for budget was closed")
	}
	b.run(12 * time.Hour)
	b.wantStatus("paused")
	b.run(12*time.Hour + 20*time.Minute) // past the midnight that begins the 26th
	b.wantStatus("active")
	if b.delivering() != 5000 {
		t.Errorf("it resumed with %d", b.delivering())
	}
	if b.alerts("auto_paused") == 0 {
		t.Error("nobody was told of the pause")
	}
}

func TestCampaign_RenewalUnanswered(t *testing.T) {
	t.Parallel()
	b := setup(t, noon)
	yes := b.grant
	b.plan("auto")
	b.grant = func(*messages.ReserveBudget) proto.Message { return nil }
	b.RunUntil(time.Date(2026, 11, 25, 2, 30, 0, 0, time.UTC))
	b.run(25 * time.Minute)
	b.wantStatus("paused")
	b.grant = yes
	b.run(time.Hour)
	b.wantStatus("active")
}

func TestCampaign_RenewalPartial(t *testing.T) {
	t.Parallel()
	b := setup(t, noon)
	yes := b.grant
	b.grant = func(r *messages.ReserveBudget) proto.Message {
		if r.Day == "2026-11-25" && b.Now().Before(time.Date(2026, 11, 25, 18, 0, 0, 0, time.UTC)) {
			return &messages.BudgetReserved{ReservationId: r.ReservationId, Day: r.Day, DailyBudget: usd(2000), Partial: true}
		}
		return yes(r)
	}
	b.plan("auto")
	b.RunUntil(time.Date(2026, 11, 25, 1, 30, 0, 0, time.UTC))
	b.run(10 * time.Minute)
	if b.delivering() != 2000 {
		t.Errorf("before midnight it delivers %d, tomorrow pays for 2000", b.delivering())
	}
	b.run(12 * time.Hour)
	if b.delivering() != 2000 {
		t.Errorf("during the day it delivers %d", b.delivering())
	}
	b.run(12 * time.Hour) // decisions ask for the rest
	if b.delivering() != 5000 {
		t.Errorf("once there was room it delivers %d", b.delivering())
	}
}

// A process that slept over midnight wakes up on a day for which it holds nothing: it stops first, and asks then.
func TestCampaign_SleptOverMidnight(t *testing.T) {
	t.Parallel()
	b := setup(t, noon)
	b.plan("auto")
	stopped := false
	obey := b.perform
	b.perform = func(kind string, e *messages.Effect) *messages.EffectPerformed {
		stopped = stopped || e.GetSetDelivery().GetDelivery() == "paused"
		return obey(kind, e)
	}
	yes := b.grant
	b.grant = func(*messages.ReserveBudget) proto.Message { return nil }
	b.RunUntil(noon.Add(20 * time.Hour)) // alarms fire, and nobody answers
	b.grant = yes
	b.run(15 * time.Minute)
	if !stopped {
		t.Error("it went on without a grant")
	}
	b.run(7 * time.Hour)
	b.wantStatus("active")
}

// Budget that cannot be lowered is not left running.
func TestCampaign_LoweringFails(t *testing.T) {
	t.Parallel()
	b := setup(t, noon)
	yes := b.grant
	b.grant = func(r *messages.ReserveBudget) proto.Message {
		if r.Day == "2026-11-25" {
			return &messages.BudgetReserved{ReservationId: r.ReservationId, Day: r.Day, DailyBudget: usd(2000), Partial: true}
		}
		return yes(r)
	}
	b.perform = func(kind string, e *messages.Effect) *messages.EffectPerformed {
		if kind == "set_budget" {
			return refuse("budget_edit_limit")
		}
		return b.obey(kind, e)
	}
	b.plan("auto")
	b.RunUntil(time.Date(2026, 11, 25, 1, 30, 0, 0, time.UTC))
	b.run(100 * time.Minute)
	if b.delivering() > 2000 {
		t.Errorf("at %s it delivers %d with 2000 granted", b.Now(), b.delivering())
	}
}

func TestCampaign_LaunchLateInTheDay(t *testing.T) {
	t.Parallel()
	b := setup(t, time.Date(2026, 11, 25, 2, 45, 0, 0, time.UTC)) // 23:45 on the wall
	b.plan("auto")
	b.run(10 * time.Minute)
	b.wantStatus("active")
	b.run(2 * time.Hour)
	b.wantStatus("active")
	if r := b.reservations("renew"); len(r) != 1 || r[0].Day != "2026-11-25" {
		t.Errorf("renewals %v", r)
	}
}

func TestCampaign_PauseFails(t *testing.T) {
	t.Parallel()
	b := setup(t, noon)
	b.plan("auto")
	fails := 2
	b.perform = func(kind string, e *messages.Effect) *messages.EffectPerformed {
		if e.GetSetDelivery().GetDelivery() == "paused" && fails > 0 {
			fails--
			return refuse("unavailable")
		}
		return b.obey(kind, e)
	}
	b.Ask(key, &messages.PauseCampaign{CommandId: "p1", By: "ana@example.com", Reason: "look at it"})
	b.pump()
	if b.delivering() == 0 || b.alerts("api_failure") != 1 {
		t.Fatalf("delivers %d, alerts %d", b.delivering(), b.alerts("api_failure"))
	}
	if count[*messages.ReleaseBudget](b.ToldTo(treasurer)) != 0 {
		t.Fatal("the budget was released while it delivers")
	}
	b.run(25 * time.Minute)
	if b.delivering() != 0 || count[*messages.ReleaseBudget](b.ToldTo(treasurer)) != 1 {
		t.Errorf("delivers %d, released %d times", b.delivering(), count[*messages.ReleaseBudget](b.ToldTo(treasurer)))
	}
}
