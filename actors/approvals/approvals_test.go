package approvals

import (
	"context"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"google.golang.org/protobuf/proto"

	"github.com/agente-ceo/agente-ceo/domain/facts"
	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/messages"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
	"github.com/agente-ceo/agente-ceo/runtime/actortest"
)

var (
	start    = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	campaign = actorkit.Key{Kind: "campaign", ID: "cmp_a"}
)

func setup(t *testing.T) *actortest.Harness {
	t.Helper()
	h, _ := setupWith(t, money.Amount{})
	return h
}

// people are the approvers of a test; who is not among them is nobody.
type people map[string]bool

// MayApprove looks into the map.
func (p people) MayApprove(_ context.Context, email string) (bool, error) { return p[email], nil }

func setupWith(t *testing.T, stepUp money.Amount) (*actortest.Harness, people) {
	t.Helper()
	h := actortest.New(t, start)
	who := people{"ana@example.com": true, "bia@example.com": true, "carl@example.com": true}
	h.Register(Key.Kind, func(key actorkit.Key) actor.Actor {
		return New(Deps{Kit: h.Deps(), People: who, Rules: func() Rules { return Rules{StepUpAbove: stepUp} }}, key)
	})
	return h, who
}

func question() *messages.AskApproval {
	return &messages.AskApproval{
		ApprovalId: "apr_1", RequesterKind: campaign.Kind, RequesterId: campaign.ID, Kind: "launch", Summary: "Launch on Meta at 50.00 a day",
		Why: "score 83", Amount: &messages.Money{Minor: 5000, Currency: "USD"}, Manifest: "m1", Details: []byte(`{"budget":"50.00"}`),
		ExpiresAtMs: start.Add(24 * time.Hour).UnixMilli(), ProposedBy: "ana@example.com",
	}
}

func decision(change func(*messages.DecideApproval)) *messages.DecideApproval {
	m := &messages.DecideApproval{ApprovalId: "apr_1", Decision: "approve", Manifest: "m1", By: "bia@example.com", Reason: "looks good"}
	if change != nil {
		change(m)
	}
	return m
}

func lastStatus(t *testing.T, h *actortest.Harness) facts.Approval {
	t.Helper()
	var last facts.Approval
	for _, f := range h.Facts() {
		if a, ok := f.(facts.Approval); ok {
			last = a
		}
	}
	return last
}

func wantRefusal(t *testing.T, reply proto.Message, code string) {
	t.Helper()
	if r, ok := reply.(*messages.Refusal); !ok || r.Code != code || r.Text == "" {
		t.Errorf("replied %v, want a refusal %q", reply, code)
	}
}

func wantAccepted(t *testing.T, reply proto.Message) {
	t.Helper()
	if r, ok := reply.(*messages.Accepted); !ok || r.Id != "apr_1" {
		t.Errorf("replied %v, want accepted apr_1", reply)
	}
}

func TestApprovals_AsksOnceAndDecides(t *testing.T) {
	t.Parallel()
	h := setup(t)
	h.Send(campaign, Key, question())
	h.Send(campaign, Key, question())
	asked := lastStatus(t, h)
	if asked.Status != "pending" || asked.RequestedAt != start || asked.ProposedBy != "ana@example.com" || string(asked.Details) == "" {
		t.Errorf("recorded %+v", asked)
	}
	if n := len(h.Facts()); n != 2 { // the alert and the row
		t.Errorf("recorded %d facts for one question", n)
	}
	wantAccepted(t, h.Ask(Key, decision(nil)))
	told := h.ToldTo(campaign)
	if len(told) != 1 || !told[0].(*messages.ApprovalDecided).Approved || told[0].(*messages.ApprovalDecided).Manifest != "m1" {
		t.Fatalf("the campaign was told %v", told)
	}
	if row := lastStatus(t, h); row.Status != "approved" || row.DecidedBy != "bia@example.com" || row.Amount.Minor() != 5000 {
		t.Errorf("recorded %+v", row)
	}
	if _, resolved := h.Facts()[3].(facts.AlertResolved); !resolved {
		t.Errorf("the alert stays open: %v", h.Facts())
	}
}

func TestApprovals_Refuses(t *testing.T) {
	t.Parallel()
	for code, change := range map[string]func(*messages.DecideApproval){
		"unknown_approval": func(m *messages.DecideApproval) { m.ApprovalId = "apr_2" },
		"unknown_decision": func(m *messages.DecideApproval) { m.Decision = "maybe" },
		"approver_missing": func(m *messages.DecideApproval) { m.By = "" },
		"other_manifest":   func(m *messages.DecideApproval) { m.Manifest = "m2" },
		"own_proposal":     func(m *messages.DecideApproval) { m.By = "ana@example.com" },
	} {
		t.Run(code, func(t *testing.T) {
			t.Parallel()
			h := setup(t)
			h.Send(campaign, Key, question())
			wantRefusal(t, h.Ask(Key, decision(change)), code)
			if row := lastStatus(t, h); row.Status != "pending" {
				t.Errorf("the refused answer made it %s", row.Status)
			}
		})
	}
}

func TestApprovals_RepeatsItsAnswerToTheSameDecisionOnly(t *testing.T) {
	t.Parallel()
	h := setup(t)
	h.Send(campaign, Key, question())
	wantAccepted(t, h.Ask(Key, decision(nil)))
	wantAccepted(t, h.Ask(Key, decision(nil)))
	wantRefusal(t, h.Ask(Key, decision(func(m *messages.DecideApproval) { m.Decision = "reject" })), "already_decided")
	wantRefusal(t, h.Ask(Key, decision(func(m *messages.DecideApproval) { m.By = "carl@example.com" })), "already_decided")
	if n := len(h.ToldTo(campaign)); n != 1 {
		t.Errorf("the campaign was told %d times", n)
	}
}

func TestApprovals_Expires(t *testing.T) {
	t.Parallel()
	h := setup(t)
	later := question()
	later.ApprovalId, later.ExpiresAtMs = "apr_later", start.Add(48*time.Hour).UnixMilli()
	h.Send(campaign, Key, later)
	h.Send(campaign, Key, question())
	h.RunUntil(start.Add(24 * time.Hour))
	if row := lastStatus(t, h); row.ID != "apr_1" || row.Status != "expired" {
		t.Errorf("recorded %+v", row)
	}
	if told := h.ToldTo(campaign); len(told) != 1 || told[0].(*messages.ApprovalDecided).Approved {
		t.Errorf("the campaign was told %v", told)
	}
	wantRefusal(t, h.Ask(Key, decision(nil)), "expired")
	h.RunUntil(start.Add(48 * time.Hour))
	if row := lastStatus(t, h); row.ID != "apr_later" || row.Status != "expired" {
		t.Errorf("the second question did not expire: %+v", row)
	}
}

func TestApprovals_Withdraws(t *testing.T) {
	t.Parallel()
	h := setup(t)
	h.Send(campaign, Key, question())
	h.Send(campaign, Key, &messages.WithdrawApproval{ApprovalId: "apr_1", Reason: "paused"})
	if row := lastStatus(t, h); row.Status != "void" || row.Reason != "paused" {
		t.Errorf("recorded %+v", row)
	}
	wantRefusal(t, h.Ask(Key, decision(nil)), "withdrawn")
	h.RunUntil(start.Add(72 * time.Hour))
	if told := h.ToldTo(campaign); len(told) != 0 {
		t.Errorf("a withdrawn question was answered: %v", told)
	}
}

func TestApprovals_OnlyPeopleWhoMayApproveNowAreHeard(t *testing.T) {
	t.Parallel()
	h, who := setupWith(t, money.Amount{})
	h.Send(campaign, Key, question())
	for _, nobody := range []string{"eve@example.com", "campaign/cmp_a", "ceo", "agent", "approvals/main"} {
		wantRefusal(t, h.Ask(Key, decision(func(m *messages.DecideApproval) { m.By = nobody })), "not_an_approver")
	}
	who["bia@example.com"] = false // revoked between two of her answers
	wantRefusal(t, h.Ask(Key, decision(nil)), "not_an_approver")
	wantRefusal(t, h.Ask(Key, decision(func(m *messages.DecideApproval) { m.Decision = "reject" })), "not_an_approver")
	if row := lastStatus(t, h); row.Status != "pending" || len(h.ToldTo(campaign)) != 0 {
		t.Errorf("nobody's answer made it %s", row.Status)
	}
	wantAccepted(t, h.Ask(Key, decision(func(m *messages.DecideApproval) { m.By = "carl@example.com" })))
}

func TestApprovals_LargeAmountsNeedThePasswordAgain(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		above    int64
		decision string
		checked  bool
		refused  bool
	}{
		"Above":         {4999, "approve", false, true},
		"AboveChecked":  {4999, "approve", true, false},
		"AsMuch":        {5000, "approve", false, false},
		"Never":         {0, "approve", false, false},
		"RejectsAnyway": {4999, "reject", false, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, _ := setupWith(t, money.Minor(c.above, money.USD))
			h.Send(campaign, Key, question())
			reply := h.Ask(Key, decision(func(m *messages.DecideApproval) { m.Decision, m.PasswordChecked = c.decision, c.checked }))
			if !c.refused {
				wantAccepted(t, reply)
				return
			}
			wantRefusal(t, reply, "password_required")
			if row := lastStatus(t, h); row.Status != "pending" {
				t.Errorf("it became %s", row.Status)
			}
		})
	}
}

func TestApprovals_TakesBackWhatWasApprovedAndNotUsed(t *testing.T) {
	t.Parallel()
	h := setup(t)
	h.Send(campaign, Key, question())
	wantAccepted(t, h.Ask(Key, decision(nil)))
	for range 2 { // the second time it is void already
		h.Send(campaign, Key, &messages.WithdrawApproval{ApprovalId: "apr_1", Reason: "the plan changed"})
	}
	var voided []facts.ApprovalVoided
	for _, f := range h.Facts() {
		if v, ok := f.(facts.ApprovalVoided); ok {
			voided = append(voided, v)
		}
	}
	if len(voided) != 1 || voided[0].ID != "apr_1" || voided[0].Reason != "the plan changed" {
		t.Errorf("voided %v", voided)
	}
	wantRefusal(t, h.Ask(Key, decision(nil)), "withdrawn")
}

func TestApprovals_AQuestionThatWasTakenBackFirstIsNotAsked(t *testing.T) {
	t.Parallel()
	h := setup(t)
	h.Send(campaign, Key, &messages.WithdrawApproval{ApprovalId: "apr_1", Reason: "over"})
	h.Send(campaign, Key, question())
	wantRefusal(t, h.Ask(Key, decision(nil)), "withdrawn")
	if len(h.Facts()) != 0 {
		t.Errorf("it was put before people: %v", h.Facts())
	}
}

func TestApprovals_SurvivesRestart(t *testing.T) {
	t.Parallel()
	for name, fail := range map[string]func(*actortest.Harness){
		"BeforeRecord":          (*actortest.Harness).FailNextCommit,
		"BetweenRecordAndReply": (*actortest.Harness).LoseNextCommit,
		"WholeProcess":          (*actortest.Harness).Restart,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := setup(t)
			h.Send(campaign, Key, question())
			fail(h)
			if reply, err := h.TryAsk(Key, decision(nil)); err == nil {
				wantAccepted(t, reply)
			}
			h.Advance(time.Hour)
			wantAccepted(t, h.Ask(Key, decision(nil)))
			h.Advance(time.Hour)
			if n := len(h.ToldTo(campaign)); n != 1 {
				t.Errorf("the campaign was told %d times, want once", n)
			}
		})
	}
}

func TestApprovals_RefusesWhatItDoesNotKnow(t *testing.T) {
	t.Parallel()
	wantRefusal(t, setup(t).Ask(Key, &messages.RunScout{RunId: "run_1"}), "unhandled")
}
