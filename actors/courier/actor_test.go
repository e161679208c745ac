package courier_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/facts"
	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/messages"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
)

var errWire = errors.New("connection reset")

func lost() error   { return fault.Unknown("timeout", errWire) }
func failed() error { return fault.Retry("unreachable", 0, errWire) }

func (b *bench) alerts(kind string) (open int) {
	raised := map[string]bool{}
	for _, f := range b.Facts() {
		switch f := f.(type) {
		case facts.Alert:
			if f.Kind == kind && f.Severity == "critical" {
				raised[f.ID] = true
			}
		case facts.AlertResolved:
			delete(raised, f.ID)
		}
	}
	return len(raised)
}

func (b *bench) count(call string) int {
	n := 0
	for _, c := range b.account.calls {
		if strings.HasPrefix(c, call) {
			n++
		}
	}
	return n
}

func TestCourier_SurvivesRestart(t *testing.T) {
	t.Run("BeforeTheIntent", func(t *testing.T) {
		b := setup(t)
		b.Tell(meta, &messages.Wake{})
		b.Crash(meta)
		b.create("eff_1")
		b.Advance(10 * time.Minute)
		b.wantsDone("eff_1", 1)
	})
	t.Run("BetweenIntentAndCall", func(t *testing.T) {
		b := setup(t)
		b.outbox.dieAtNext = true
		b.create("eff_1")
		b.Advance(10 * time.Minute)
		b.wantsDone("eff_1", 1)
		if b.count("find") != 1 {
			t.Errorf("called %v: what was begun must be looked up first", b.account.calls)
		}
	})
	t.Run("WhenOneIsDoneAndTheNextIntended", func(t *testing.T) {
		b := setup(t)
		b.put("eff_1", createCampaign("ac-1"), "create_campaign")
		b.put("eff_2", createCampaign("ac-2"), "create_campaign")
		b.account.onCreate = func() { b.outbox.dieAtNext = true } // the call for eff_1: what it ends with begins eff_2
		b.Tell(meta, &messages.Wake{})
		b.Advance(10 * time.Minute)
		b.wantsDone("eff_1", 2)
		b.wantsDone("eff_2", 2)
		if b.count("find") != 1 || b.count("create") != 2 {
			t.Errorf("called %v: what was begun must be looked up first", b.account.calls)
		}
	})
	t.Run("BetweenCallAndCommit", func(t *testing.T) {
		b := setup(t)
		b.Tell(meta, &messages.Wake{})
		b.FailNextCommit()
		b.create("eff_1")
		b.Advance(10 * time.Minute)
		b.wantsDone("eff_1", 1)
		if b.count("create") != 1 {
			t.Errorf("called %v", b.account.calls)
		}
	})
	t.Run("BetweenCommitAndAnswer", func(t *testing.T) {
		b := setup(t)
		b.LoseNextCommit()
		b.create("eff_1")
		b.Advance(10 * time.Minute)
		b.wantsDone("eff_1", 1)
		if b.count("create") != 1 {
			t.Errorf("called %v", b.account.calls)
		}
	})
	t.Run("WhileItWaits", func(t *testing.T) {
		b := setup(t)
		b.account.script = []error{failed(), failed()}
		b.create("eff_1")
		b.Advance(3 * time.Second)
		b.Restart()
		b.Advance(time.Hour)
		b.wantsDone("eff_1", 1)
		if b.count("create") != 3 {
			t.Errorf("called %v", b.account.calls)
		}
	})
}

func TestCourier_Tries(t *testing.T) {
	t.Run("AgainAfterATransientFailure", func(t *testing.T) {
		b := setup(t)
		b.account.script = []error{failed()}
		b.create("eff_1")
		if len(b.answers()) != 0 {
			t.Error("answered before it is over")
		}
		b.Advance(3 * time.Second)
		b.wantsDone("eff_1", 1)
	})
	t.Run("GivesUpAfterThree", func(t *testing.T) {
		b := setup(t)
		b.account.script = []error{failed(), failed(), failed()}
		b.create("eff_1")
		b.Advance(time.Hour)
		if answer := b.answers()["eff_1"]; answer.GetOutcome() != "failed" || answer.Code != "unreachable" || answer.Attempts != 3 || answer.Receipt != nil {
			t.Errorf("answered %v", answer)
		}
		if b.alerts("api_failure") != 1 || b.count("create") != 3 {
			t.Errorf("%d alerts after %v", b.alerts("api_failure"), b.account.calls)
		}
	})
	t.Run("NeverGivesUpAPause", func(t *testing.T) {
		b := setup(t)
		b.account.entities["set_1"] = ads.Entity{ID: "set_1", Delivery: ads.Active}
		b.account.script = []error{failed(), failed(), failed(), failed(), failed(), failed()}
		b.put("eff_1", setDelivery("set_1", "paused"), "set_delivery")
		b.Tell(meta, &messages.Wake{})
		b.Advance(2 * time.Hour)
		b.wantsDone("eff_1", 1)
		if b.alerts("api_failure") == 0 {
			t.Error("nobody was told")
		}
	})
	t.Run("RefusesAtOnce", func(t *testing.T) {
		b := setup(t)
		b.account.script = []error{fault.Refuse("budget_too_low", "the budget is too low")}
		b.create("eff_1")
		if answer := b.answers()["eff_1"]; answer.GetOutcome() != "refused" || answer.Code != "budget_too_low" || answer.Text == "" {
			t.Errorf("answered %v", answer)
		}
		if b.alerts("api_failure") != 0 {
			t.Error("a refusal raised an alert")
		}
	})
	t.Run("ThrottlesAreNoTries", func(t *testing.T) {
		b := setup(t)
		for range 5 {
			b.account.script = append(b.account.script, fault.Retry("throttled", 5*time.Minute, errWire))
		}
		b.create("eff_1")
		b.Advance(4 * time.Minute)
		if b.count("create") != 1 {
			t.Errorf("did not wait: %v", b.account.calls)
		}
		b.Advance(time.Hour)
		b.wantsDone("eff_1", 1)
	})
	t.Run("BugsOfAdaptersAreTries", func(t *testing.T) {
		b := setup(t)
		b.account.entities = nil // writing into it panics
		b.create("eff_1")
		b.Advance(time.Hour)
		if answer := b.answers()["eff_1"]; answer.GetOutcome() != "failed" || answer.Code != "not_done" {
			t.Errorf("answered %v", answer)
		}
	})
}

func TestCourier_LostAnswers(t *testing.T) {
	t.Run("FoundWasDone", func(t *testing.T) {
		b := setup(t)
		b.account.script, b.account.after = []error{lost()}, true
		b.create("eff_1")
		b.Advance(time.Minute)
		b.wantsDone("eff_1", 1)
		if b.count("create") != 1 {
			t.Errorf("called %v", b.account.calls)
		}
	})
	t.Run("NotFoundIsRepeated", func(t *testing.T) {
		b := setup(t)
		b.account.script = []error{lost()}
		b.create("eff_1")
		b.Advance(time.Minute)
		b.wantsDone("eff_1", 1)
		if want := []string{"create_campaign", "find", "create_campaign", "get"}; !slices.Equal(b.account.calls, want) {
			t.Errorf("called %v, want %v", b.account.calls, want)
		}
	})
	t.Run("NotFoundThreeTimesIsGivenUp", func(t *testing.T) {
		b := setup(t)
		b.account.script = []error{lost(), lost(), lost(), lost()}
		b.create("eff_1")
		b.Advance(time.Hour)
		if answer := b.answers()["eff_1"]; answer.GetOutcome() != "failed" || answer.Code != "not_done" {
			t.Errorf("answered %v", answer)
		}
		if b.count("create") != 3 || b.count("find") != 3 {
			t.Errorf("called %v", b.account.calls)
		}
	})
	t.Run("UnreadableIsLookedUpAgain", func(t *testing.T) {
		b := setup(t)
		b.account.readErr = failed()
		b.create("eff_1") // created, and then not readable
		b.Advance(31 * time.Second)
		b.account.readErr = nil
		b.Advance(time.Hour)
		b.wantsDone("eff_1", 1)
		if b.count("create") != 1 {
			t.Errorf("called %v", b.account.calls)
		}
	})
}

// What got no answer is looked up until it is known, never counted as done or as failed before, and said to be so once.
func TestCourier_UnknownStaysUnknownUntilItIsKnown(t *testing.T) {
	b := setup(t)
	b.account.script, b.account.after = []error{lost()}, true
	b.account.readErr = errWire
	b.create("eff_1")
	b.Advance(6 * time.Hour)
	looked := b.count("find")
	if len(b.answers()) != 0 || b.outbox.ended["eff_1"].State != "" || looked < 30 {
		t.Errorf("answered %v after %d looks, the outbox says %+v", b.answers(), looked, b.outbox.ended)
	}
	if b.alerts("api_failure") != 1 || b.count("create") != 1 {
		t.Errorf("%d alerts, called %v", b.alerts("api_failure"), b.account.calls[:5])
	}
	b.account.readErr = nil
	b.Advance(15 * time.Minute)
	b.wantsDone("eff_1", 1)
}

func TestCourier_ReadsBack(t *testing.T) {
	b := setup(t)
	b.account.entities["set_1"] = ads.Entity{ID: "set_1", Delivery: ads.Active, Budget: money.Minor(5000, money.USD)}
	b.account.ignores = true
	b.put("eff_1", &messages.Effect{What: &messages.Effect_SetBudget{SetBudget: &messages.SetBudget{
		AdSetExternalId: "set_1", Lowers: true, DailyBudget: &messages.Money{Minor: 6000, Currency: "USD"},
	}}}, "set_budget")
	b.Tell(meta, &messages.Wake{})
	b.Advance(time.Hour)
	if answer := b.answers()["eff_1"]; answer.GetOutcome() != "failed" || answer.Code != "read_back_differs" {
		t.Errorf("answered %v", answer)
	}
}

func TestCourier_Order(t *testing.T) {
	t.Run("OldestFirstOneAtATime", func(t *testing.T) {
		b := setup(t)
		for _, id := range []string{"eff_3", "eff_1", "eff_2"} {
			b.put(id, createCampaign("ac-"+id), "create_campaign")
		}
		b.Tell(meta, &messages.Wake{})
		if want := []string{"eff_3", "eff_1", "eff_2"}; !slices.Equal(b.outbox.begun, want) || b.account.parallel {
			t.Errorf("began %v, want %v; two at once: %v", b.outbox.begun, want, b.account.parallel)
		}
	})
	t.Run("StopsOfSpendingGoFirst", func(t *testing.T) {
		b := setup(t)
		b.account.entities["set_1"] = ads.Entity{ID: "set_1", Delivery: ads.Active}
		b.put("eff_1", createCampaign("ac-1"), "create_campaign")
		b.put("eff_2", setDelivery("set_1", "paused"), "set_delivery")
		b.Tell(meta, &messages.Wake{})
		if want := []string{"eff_2", "eff_1"}; !slices.Equal(b.outbox.begun, want) {
			t.Errorf("began %v, want %v", b.outbox.begun, want)
		}
	})
	t.Run("AnActivationDoesNotOvertakeAPause", func(t *testing.T) {
		b := setup(t)
		b.account.entities["set_1"] = ads.Entity{ID: "set_1", Delivery: ads.Active}
		b.account.script = []error{failed()}
		b.put("eff_1", setDelivery("set_1", "paused"), "set_delivery")
		b.put("eff_2", setDelivery("set_1", "active"), "set_delivery")
		b.put("eff_3", createCampaign("ac-3"), "create_campaign")
		b.Tell(meta, &messages.Wake{})
		b.Advance(time.Minute)
		if want := []string{"eff_1", "eff_3", "eff_1", "eff_2"}; !slices.Equal(b.outbox.begun, want) {
			t.Errorf("began %v, want %v", b.outbox.begun, want)
		}
		if got := b.account.entities["set_1"].Delivery; got != ads.Active {
			t.Errorf("the ad set is %s", got)
		}
	})
}

func TestCourier_Breaker(t *testing.T) {
	t.Run("OpensAfterFiveFailuresAndProbes", func(t *testing.T) {
		b := setup(t)
		b.account.check = failed()
		for range 5 {
			b.account.script = append(b.account.script, failed())
		}
		for _, id := range []string{"eff_1", "eff_2", "eff_3"} {
			b.put(id, createCampaign("ac-"+id), "create_campaign")
		}
		b.Tell(meta, &messages.Wake{})
		b.Advance(5 * time.Minute)
		before := b.count("create")
		if before != 5 || b.count("check") != 2 {
			t.Errorf("called %v", b.account.calls)
		}
		b.account.check = nil
		b.Advance(time.Hour)
		for _, id := range []string{"eff_1", "eff_2", "eff_3"} {
			if answer := b.answers()[id]; answer.GetOutcome() != "done" {
				t.Errorf("%s was answered %v", id, answer)
			}
		}
		if b.alerts("api_failure") != 0 {
			t.Error("the alert stays open")
		}
	})
	t.Run("StaysOpenOnATerminalFaultUntilTheCheckPasses", func(t *testing.T) {
		b := setup(t)
		revoked := fault.Stop("token_revoked", "the token was revoked")
		b.account.script, b.account.check = []error{revoked}, revoked
		b.create("eff_1")
		b.Advance(2 * time.Hour)
		if b.count("create") != 1 || len(b.answers()) != 0 || b.alerts("api_failure") != 1 {
			t.Errorf("called %v, answered %v", b.account.calls, b.answers())
		}
		b.Restart()
		b.account.check = nil
		b.Advance(time.Hour)
		b.wantsDone("eff_1", 1)
		if b.alerts("api_failure") != 0 {
			t.Error("the alert stays open")
		}
	})
	t.Run("TurnsQuestionsDownWhileOpen", func(t *testing.T) {
		b := setup(t)
		revoked := fault.Stop("token_revoked", "the token was revoked")
		b.account.script, b.account.check = []error{revoked}, revoked
		b.create("eff_1")
		b.Tell(meta, &messages.FetchInsights{CampaignId: "cmp_a", CampaignExternalId: "1"})
		got := b.ToldTo(campaign)
		if len(got) != 1 || got[0].(*messages.InsightsFetched).Code != "unavailable" || b.count("insights") != 0 {
			t.Errorf("answered %v", got)
		}
	})
}

func TestCourier_Questions(t *testing.T) {
	t.Run("FetchInsights", func(t *testing.T) {
		b := setup(t)
		b.Tell(meta, &messages.FetchInsights{CampaignId: "cmp_a", CampaignExternalId: "1"})
		got := b.ToldTo(campaign)
		answer := got[0].(*messages.InsightsFetched)
		if len(answer.Rows) != 1 || answer.Rows[0].Total.Impressions != 7 || answer.Rows[0].Total.Spend.Minor != 123 || answer.Code != "" {
			t.Errorf("answered %v", got)
		}
	})
	t.Run("FetchSpend", func(t *testing.T) {
		b := setup(t)
		b.account.spend = []ads.SpendRow{
			{CampaignID: "1", Day: "2026-11-25", Spend: money.Minor(900, money.USD)}, {CampaignID: "9", Day: "2026-11-25", Spend: money.Minor(5, money.USD)},
		}
		b.Tell(meta, &messages.FetchSpend{
			ObservationId: "obs", Purse: "main", Since: "2026-11-24", Until: "2026-11-25", Campaigns: map[string]string{"1": "cmp_a", "2": "cmp_b"},
		})
		answer := b.ToldTo(actorkit.Key{Kind: "treasurer", ID: "main"})[0].(*messages.SpendObserved)
		got := map[string]int64{}
		for _, s := range answer.Spend {
			got[s.CampaignId+"/"+s.Day] = s.Spend.Minor
			if s.Foreign != (s.CampaignId == "9") {
				t.Errorf("%v", s)
			}
		}
		if len(got) != 5 || got["cmp_a/2026-11-25"] != 900 || got["cmp_b/2026-11-24"] != 0 || got["9/2026-11-25"] != 5 || !answer.Ok || answer.Platform != "meta" {
			t.Errorf("answered %v", answer)
		}
	})
	t.Run("FailuresAreAnswered", func(t *testing.T) {
		b := setup(t)
		b.account.readErr = failed()
		b.Tell(meta, &messages.FetchSpend{ObservationId: "obs", Purse: "main", Since: "2026-11-24", Until: "2026-11-25"})
		if answer := b.ToldTo(actorkit.Key{Kind: "treasurer", ID: "main"})[0].(*messages.SpendObserved); answer.Ok {
			t.Errorf("answered %v", answer)
		}
	})
}
