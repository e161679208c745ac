package treasurer_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/agente-ceo/agente-ceo/actors/treasurer"
	"github.com/agente-ceo/agente-ceo/domain/facts"
	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/domain/treasury"
	"github.com/agente-ceo/agente-ceo/messages"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
	"github.com/agente-ceo/agente-ceo/runtime/actortest"
)

var (
	purse    = actorkit.Key{Kind: "treasurer", ID: "main"}
	campaign = actorkit.Key{Kind: "campaign", ID: "cmp_a"}
	courier  = actorkit.Key{Kind: "courier", ID: "meta"}
)

const today, tomorrow = "2026-11-25", "2026-11-26"

// published maps our campaigns to the platforms' ids.
type published map[string]string

func (p published) ExternalIDs(_ context.Context, ids []string) (map[string]string, error) {
	out := map[string]string{}
	for _, id := range ids {
		if p[id] != "" {
			out[id] = p[id]
		}
	}
	return out, nil
}

// answered reads the answers that were committed.
type answered struct{ h *actortest.Harness }

func (a answered) BudgetAnswers(_ context.Context, ids []string) ([]facts.BudgetAnswer, error) {
	var out []facts.BudgetAnswer
	for _, f := range a.h.Facts() {
		if answer, ok := f.(facts.BudgetAnswer); ok && slices.Contains(ids, answer.AskID) {
			out = append(out, answer)
		}
	}
	return out, nil
}

type bench struct {
	*actortest.Harness
	t     *testing.T
	rules treasury.Rules
}

// setup starts a treasurer on Wednesday 2026-11-25, noon in São Paulo.
func setup(t *testing.T) *bench {
	t.Parallel()
	calendar, err := treasury.NewCalendar("America/Sao_Paulo", time.Sunday)
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{Harness: actortest.New(t, time.Date(2026, 11, 25, 15, 0, 0, 0, time.UTC)), t: t, rules: treasury.DefaultRules(calendar)}
	b.Register("treasurer", func(key actorkit.Key) actor.Actor {
		return treasurer.New(treasurer.Deps{
			Kit: b.Deps(), Answers: answered{b.Harness}, Campaigns: published{"cmp_a": "120210"}, Rules: func() treasury.Rules { return b.rules },
		}, key)
	})
	return b
}

func dollars(n int64) *messages.Money { return &messages.Money{Minor: n * 100, Currency: "USD"} }

func (b *bench) reserve(id, campaign, day string, daily int64) {
	b.Send(actorkit.Key{Kind: "campaign", ID: campaign}, purse, &messages.ReserveBudget{
		ReservationId: id, CampaignId: campaign, Platform: "meta", Day: day, DailyBudget: dollars(daily), Minimum: dollars(10),
	})
}

func (b *bench) observe(at time.Time, campaign, day string, cents int64) {
	b.Tell(purse, &messages.SpendObserved{ObservationId: "obs", AtMs: at.UnixMilli(), Platform: "meta", Ok: true, Spend: []*messages.DaySpend{
		{CampaignId: campaign, Day: day, Spend: &messages.Money{Minor: cents, Currency: "USD"}},
	}})
}

func (b *bench) wants(chargedDay, reservedDay int64) {
	b.t.Helper()
	v := b.Ask(purse, &messages.GetTreasury{}).(*messages.Treasury)
	if v.ChargedDay.GetMinor() != chargedDay || v.ReservedDay.GetMinor() != reservedDay {
		b.t.Errorf("%d charged and %d reserved, want %d and %d", v.ChargedDay.GetMinor(), v.ReservedDay.GetMinor(), chargedDay, reservedDay)
	}
}

func (b *bench) audited(action string) int {
	n := 0
	for _, a := range b.Audit() {
		if a.Action == action {
			n++
		}
	}
	return n
}

// reserved is what all committed moves add up to.
func (b *bench) reserved() (reserve, charge money.Amount) {
	for _, f := range b.Facts() {
		if m, ok := f.(facts.PurseMove); ok {
			reserve, charge = reserve.Add(m.Reserve), charge.Add(m.Charge)
		}
	}
	return reserve, charge
}

func TestTreasurer_ReserveBudget(t *testing.T) {
	t.Run("GrantsAndMovesThePurse", func(t *testing.T) {
		b := setup(t)
		b.reserve("rsv_1", "cmp_a", "", 50)
		got := b.ToldTo(campaign)
		answer, ok := got[0].(*messages.BudgetReserved)
		if len(got) != 1 || !ok || answer.DailyBudget.Minor != 5000 || answer.WorstCase.Minor != 8750 || answer.Day != today {
			t.Errorf("answered %v", got)
		}
		b.wants(0, 8750)
		if reserve, _ := b.reserved(); reserve.Minor() != 8750 {
			t.Errorf("the database holds %s", reserve)
		}
		if b.audited("budget_granted") != 1 {
			t.Errorf("audited %+v", b.Audit())
		}
	})
	t.Run("RepeatsTheAnswer", func(t *testing.T) {
		b := setup(t)
		b.reserve("rsv_1", "cmp_a", "", 50)
		b.Advance(time.Minute)
		b.reserve("rsv_1", "cmp_a", "", 50)
		got := b.ToldTo(campaign)
		if len(got) != 2 || got[0].(*messages.BudgetReserved).String() != got[1].(*messages.BudgetReserved).String() {
			t.Errorf("answered %v", got)
		}
		b.wants(0, 8750)
		if b.audited("budget_granted") != 1 {
			t.Errorf("audited %+v", b.Audit())
		}
	})
}

func TestTreasurer_Refuses(t *testing.T) {
	t.Run("OverTheCap", func(t *testing.T) {
		b := setup(t)
		b.reserve("rsv_1", "cmp_a", "", 170)
		b.reserve("rsv_2", "cmp_b", "", 50)
		got := b.ToldTo(actorkit.Key{Kind: "campaign", ID: "cmp_b"})
		answer, ok := got[0].(*messages.BudgetRefused)
		if !ok || answer.Code != "cap_day" || answer.RetryAtMs != time.Date(2026, 11, 26, 3, 0, 0, 0, time.UTC).UnixMilli() {
			t.Errorf("answered %v", got)
		}
		if b.audited("budget_refused") != 1 {
			t.Errorf("audited %+v", b.Audit())
		}
	})
	t.Run("WhatTheDatabaseRefuses", func(t *testing.T) {
		b := setup(t)
		b.RefuseCommits(func(c actorkit.Commit) error {
			for _, f := range c.Facts {
				if m, ok := f.(facts.PurseMove); ok && m.Reserve.Positive() {
					return fault.Refuse("cap_exceeded", "no room")
				}
			}
			return nil
		})
		b.reserve("rsv_1", "cmp_a", "", 50)
		if answer, ok := b.ToldTo(campaign)[0].(*messages.BudgetRefused); !ok || answer.Code != "cap_day" || answer.RetryAtMs == 0 {
			t.Errorf("answered %v", b.ToldTo(campaign))
		}
		b.wants(0, 0)
	})
	t.Run("WhileFrozen", func(t *testing.T) {
		b := setup(t)
		b.Ask(purse, &messages.Freeze{FreezeId: "f", By: "ana@shop", Reason: "holiday"})
		b.reserve("rsv_1", "cmp_a", "", 50)
		b.Ask(purse, &messages.Unfreeze{UnfreezeId: "u", By: "ana@shop"})
		b.reserve("rsv_2", "cmp_a", "", 50)
		got := b.ToldTo(campaign)
		if got[0].(*messages.BudgetRefused).Code != "frozen" || got[1].(*messages.BudgetReserved).DailyBudget.Minor != 5000 {
			t.Errorf("answered %v", got)
		}
	})
}

func TestTreasurer_SurvivesRestart(t *testing.T) {
	t.Run("BeforeTheCommit", func(t *testing.T) {
		b := setup(t)
		b.reserve("rsv_0", "cmp_a", "", 20)
		b.FailNextCommit()
		b.reserve("rsv_1", "cmp_a", "", 50)
		b.Advance(10 * time.Minute)
		b.wantsOneGrant("rsv_1")
	})
	t.Run("BetweenCommitAndReply", func(t *testing.T) {
		b := setup(t)
		b.reserve("rsv_0", "cmp_a", "", 20)
		b.LoseNextCommit()
		b.reserve("rsv_1", "cmp_a", "", 50)
		b.Advance(10 * time.Minute)
		b.wantsOneGrant("rsv_1")
	})
	t.Run("WithItsWholeBook", func(t *testing.T) {
		b := setup(t)
		b.reserve("rsv_1", "cmp_a", "", 50)
		b.observe(b.Now(), "cmp_a", today, 1234)
		b.Restart()
		b.wants(1234, 8750-1234)
		b.reserve("rsv_1", "cmp_a", "", 50)
		b.wants(1234, 8750-1234)
	})
}

// wantsOneGrant checks that a request was granted once, whatever happened on the way, and answered at least once.
func (b *bench) wantsOneGrant(id string) {
	b.t.Helper()
	b.wants(0, 8750)
	if reserve, _ := b.reserved(); reserve.Minor() != 8750 {
		b.t.Errorf("the database holds %s", reserve)
	}
	answered := false
	for _, m := range b.ToldTo(campaign) {
		if r, ok := m.(*messages.BudgetReserved); ok && r.ReservationId == id && r.DailyBudget.Minor == 5000 {
			answered = true
		}
	}
	if !answered {
		b.t.Errorf("%s was not answered: %v", id, b.ToldTo(campaign))
	}
}

func TestTreasurer_Settlement(t *testing.T) {
	t.Run("AsksTheCourierEveryHour", func(t *testing.T) {
		b := setup(t)
		b.reserve("rsv_1", "cmp_a", "", 50)
		b.Advance(150 * time.Minute)
		got := b.ToldTo(courier)
		if len(got) != 2 {
			t.Fatalf("asked %d times", len(got))
		}
		ask := got[0].(*messages.FetchSpend)
		if ask.Since != "2026-11-22" || ask.Until != today || ask.Campaigns["120210"] != "cmp_a" || ask.ObservationId == got[1].(*messages.FetchSpend).ObservationId {
			t.Errorf("asked %v", got)
		}
	})
	t.Run("PostsAndFrees", func(t *testing.T) {
		b := setup(t)
		b.reserve("rsv_1", "cmp_a", "", 50)
		b.observe(b.Now(), "cmp_a", today, 3000)
		b.wants(3000, 5750)
		b.Send(campaign, purse, &messages.ReleaseBudget{ReleaseId: "rel_1", CampaignId: "cmp_a", StoppedAtMs: b.Now().UnixMilli()})
		b.wants(3000, 5750)
		b.Advance(3 * time.Hour)
		b.observe(b.Now(), "cmp_a", today, 3100)
		b.wants(3100, 0)
		reserve, charge := b.reserved()
		if reserve.Minor() != 0 || charge.Minor() != 3100 || b.audited("reservation_released") != 1 {
			t.Errorf("the database holds %s and %s; audited %+v", reserve, charge, b.Audit())
		}
	})
	t.Run("KeepsHoldingWhatCouldNotBeRead", func(t *testing.T) {
		b := setup(t)
		b.reserve("rsv_1", "cmp_a", "", 50)
		b.Tell(purse, &messages.SpendObserved{ObservationId: "obs", AtMs: b.Now().AddDate(0, 0, 2).UnixMilli(), Platform: "meta"})
		b.wants(0, 8750)
	})
	t.Run("ExpiresWhatNeverReachedThePlatform", func(t *testing.T) {
		b := setup(t)
		b.reserve("rsv_1", "cmp_b", "", 50)
		b.Send(actorkit.Key{Kind: "campaign", ID: "cmp_b"}, purse, &messages.ReleaseBudget{ReleaseId: "r", CampaignId: "cmp_b", StoppedAtMs: b.Now().UnixMilli()})
		b.Advance(4*time.Hour + time.Minute)
		b.wants(0, 0)
		if b.audited("reservation_expired") != 1 {
			t.Errorf("audited %+v", b.Audit())
		}
	})
}

func TestTreasurer_Breach(t *testing.T) {
	b := setup(t)
	b.reserve("rsv_1", "cmp_a", "", 100)
	b.observe(b.Now(), "cmp_a", today, 30100)
	b.observe(b.Now().Add(time.Minute), "cmp_a", today, 30200)
	frozen := b.Told("ceo")
	if len(frozen) != 2 { // the reservation, and the cap
		t.Fatalf("told the ceo %v", frozen)
	}
	critical := 0
	for _, f := range b.Facts() {
		if a, ok := f.(facts.Alert); ok && a.Kind == "cap_breach" && a.Severity == "critical" {
			critical++
		}
	}
	if critical != 2 || b.audited("cap_breached") != 2 {
		t.Errorf("raised %d alerts, audited %+v", critical, b.Audit())
	}
}

func TestTreasurer_Midnight(t *testing.T) {
	b := setup(t)
	b.reserve("rsv_1", "cmp_a", "", 50)
	b.reserve("rsv_2", "cmp_a", tomorrow, 50)
	b.reserve("rsv_3", "cmp_b", "", 20)
	b.RunUntil(time.Date(2026, 11, 26, 3, 0, 1, 0, time.UTC))
	b.wants(0, 8750+3500)
	if b.audited("reservation_assumed") != 1 {
		t.Errorf("audited %+v", b.Audit())
	}
	told := b.ToldTo(actorkit.Key{Kind: "campaign", ID: "cmp_b"})
	if last, ok := told[len(told)-1].(*messages.BudgetRefused); !ok || last.Code != treasury.CodeLapsed || last.Day != tomorrow {
		t.Errorf("the campaign was told %v", told)
	}
	if got := b.lapsed(); len(got) != 1 || len(b.Told("ceo")) != 0 {
		t.Errorf("alerts %v, the ceo was told %v", got, b.Told("ceo"))
	}
	if asks := b.ToldTo(courier); asks[len(asks)-1].(*messages.FetchSpend).Until != tomorrow {
		t.Errorf("the platform was asked %v", asks)
	}
}

// lapsed lists the campaigns of which somebody was told that nobody renewed them.
func (b *bench) lapsed() (subjects []string) {
	for _, f := range b.Facts() {
		if a, ok := f.(facts.Alert); ok && a.Kind == "budget_lapsed" {
			subjects = append(subjects, a.Subject)
		}
	}
	return subjects
}
