package campaign_test

import (
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/agente-ceo/agente-ceo/domain/campaign"
	"github.com/agente-ceo/agente-ceo/domain/facts"
	"github.com/agente-ceo/agente-ceo/domain/kpi"
	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/messages"
)

// questions are what people were asked, oldest first.
func (b *bench) questions() []*messages.AskApproval {
	var out []*messages.AskApproval
	for _, m := range b.ToldTo(approvals) {
		if q, ok := m.(*messages.AskApproval); ok {
			out = append(out, q)
		}
	}
	return out
}

func (b *bench) lastQuestion() *messages.AskApproval {
	b.t.Helper()
	all := b.questions()
	if len(all) == 0 {
		b.t.Fatalf("nobody was asked\n%s", b.log())
	}
	return all[len(all)-1]
}

func (b *bench) withdrawn() []string {
	var out []string
	for _, m := range b.ToldTo(approvals) {
		if w, ok := m.(*messages.WithdrawApproval); ok {
			out = append(out, w.ApprovalId)
		}
	}
	return out
}

func (b *bench) approve(q *messages.AskApproval) {
	b.Send(approvals, key, &messages.ApprovalDecided{ApprovalId: q.ApprovalId, Approved: true, Manifest: q.Manifest, By: ana})
	b.pump()
}

func (b *bench) used() []facts.ApprovalUsed {
	var out []facts.ApprovalUsed
	for _, f := range b.Facts() {
		if u, ok := f.(facts.ApprovalUsed); ok {
			out = append(out, u)
		}
	}
	return out
}

func TestApproval_IsUsedByOneLaunch(t *testing.T) {
	t.Parallel()
	b := setup(t, noon)
	b.plan("approval")
	q := b.lastQuestion()
	for range 3 {
		b.approve(q)
	}
	b.wantStatus("active")
	if u := b.used(); len(u) != 1 || u[0].ID != q.ApprovalId || u[0].Manifest != q.Manifest || u[0].By != cmp {
		t.Errorf("used %+v", u)
	}
	b.accepted(&messages.PauseCampaign{CommandId: "p", By: ana, Reason: "stop"})
	b.accepted(&messages.ResumeCampaign{CommandId: "r", By: ana, Reason: "go on"})
	b.wantStatus("active")
	if len(b.used()) != 1 || len(b.questions()) != 1 || len(b.withdrawn()) != 0 {
		t.Errorf("a resumption used %d, asked %d, withdrew %v", len(b.used()), len(b.questions()), b.withdrawn())
	}
}

func TestApproval_AutoModeAsksAboveTheThreshold(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		above  int64
		status string
	}{"Above": {4999, "pending_approval"}, "AsMuch": {5000, "active"}, "Never": {0, "active"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, noon)
			b.rules.Asking.Above = money.Minor(c.above, money.USD)
			b.plan("auto")
			b.wantStatus(c.status)
			if c.status == "active" {
				return
			}
			if len(b.Effects("meta")) != 0 || len(b.reservations("launch")) != 0 {
				t.Error("something happened before the approval")
			}
			b.approve(b.lastQuestion())
			b.wantStatus("active")
		})
	}
}

func TestApproval_TheModeInForceBindsOlderPlans(t *testing.T) {
	t.Parallel()
	b := setup(t, noon)
	b.grant = refuseBudget
	b.plan("auto") // waits for budget
	b.rules.Asking.Mode = campaign.Approval
	b.grant = grantAll
	b.run(24 * time.Hour)
	b.wantStatus("pending_approval")
	if n := len(b.Effects("meta")); n != 0 {
		t.Fatalf("%d effects before the approval", n)
	}
	b.rules.Asking.Mode = campaign.DryRun
	b.approve(b.lastQuestion())
	b.run(2 * time.Hour)
	b.wantStatus("draft")
	if n := len(b.Effects("meta")); n != 0 {
		t.Fatalf("%d effects in a dry run", n)
	}
	b.rules.Asking.Mode = campaign.Approval
	b.run(2 * time.Hour)
	b.wantStatus("active")
}

// What was approved changes at each point between the answer and the launch: the approval is void, and the new plan is asked for.
func TestApproval_DriftVoidsIt(t *testing.T) {
	t.Parallel()
	drift := func(b *bench) { b.rules.MaxMultiple = kpi.MustRatio("9") }
	want := func(t *testing.T, b *bench, first *messages.AskApproval) {
		t.Helper()
		b.wantStatus("pending_approval")
		second := b.lastQuestion()
		if second.ApprovalId == first.ApprovalId || second.Manifest == first.Manifest {
			t.Errorf("the second question is the first: %v", second)
		}
		if w := b.withdrawn(); len(w) != 1 || w[0] != first.ApprovalId {
			t.Errorf("withdrew %v, want %s", w, first.ApprovalId)
		}
		if b.delivering() != 0 || len(b.used()) != 0 {
			t.Error("it was launched all the same")
		}
		b.approve(first) // an answer to the void question, late
		b.wantStatus("pending_approval")
		b.approve(second)
		b.wantStatus("active")
		if u := b.used(); len(u) != 1 || u[0].ID != second.ApprovalId {
			t.Errorf("used %v", u)
		}
	}
	t.Run("BeforeTheAnswer", func(t *testing.T) {
		t.Parallel()
		b := setup(t, noon)
		b.plan("approval")
		q := b.lastQuestion()
		drift(b)
		b.approve(q)
		want(t, b, q)
	})
	t.Run("WhileItWaitsForBudget", func(t *testing.T) {
		t.Parallel()
		b := setup(t, noon)
		b.grant = refuseBudget
		b.plan("approval")
		q := b.lastQuestion()
		b.approve(q)
		drift(b)
		b.grant = grantAll
		b.run(24 * time.Hour)
		want(t, b, q)
	})
	t.Run("WhenTheBudgetComes", func(t *testing.T) {
		t.Parallel()
		b := setup(t, noon)
		b.grant = func(r *messages.ReserveBudget) proto.Message {
			if len(b.questions()) == 1 {
				drift(b)
			}
			return grantAll(r)
		}
		b.plan("approval")
		q := b.lastQuestion()
		b.approve(q)
		want(t, b, q)
		if n := count[*messages.ReleaseBudget](b.ToldTo(treasurer)); n != 1 {
			t.Errorf("the budget was given back %d times", n)
		}
	})
	t.Run("BeforeTheActivation", func(t *testing.T) {
		t.Parallel()
		b := setup(t, noon)
		b.perform = func(kind string, e *messages.Effect) *messages.EffectPerformed {
			if d := e.GetSetDelivery(); d != nil && d.Level == "ad_set" && len(b.questions()) == 1 {
				drift(b)
			}
			return b.obey(kind, e)
		}
		b.plan("approval")
		q := b.lastQuestion()
		b.approve(q)
		want(t, b, q)
		creates := 0
		for _, e := range b.Effects("meta") {
			if e.Kind == "create_campaign" {
				creates++
			}
		}
		if creates != 1 {
			t.Errorf("%d campaigns were created", creates)
		}
	})
}

func TestApproval_IsTakenBackWhenTheCampaignEnds(t *testing.T) {
	t.Parallel()
	b := setup(t, noon)
	b.grant = refuseBudget
	b.plan("approval")
	q := b.lastQuestion()
	b.approve(q)
	b.run(8 * 24 * time.Hour) // no budget within a week
	b.wantStatus("ended")
	if w := b.withdrawn(); len(w) != 1 || w[0] != q.ApprovalId {
		t.Errorf("withdrew %v", w)
	}
}

func TestApproval_RaisesAskAgain(t *testing.T) {
	t.Parallel()
	scaling := func(t *testing.T) *bench {
		b := setup(t, noon)
		b.ad = winner
		b.rules.MaxAdSets, b.rules.StableConversions = 1, 1e6 // a changed bid would void the question
		b.rules.Asking.RaiseShare = kpi.MustRatio("0.1")
		b.plan("approval")
		b.approve(b.lastQuestion())
		b.run(24*time.Hour + 10*time.Minute)
		b.wantStatus("scaling")
		if b.delivering() != 5000 || len(b.reservations("raise")) != 0 {
			t.Fatalf("it delivers %d before anybody agreed\n%s", b.delivering(), b.log())
		}
		if q := b.lastQuestion(); q.Kind != "budget" || q.Amount.Minor != 6000 {
			t.Fatalf("asked %v", q)
		}
		return b
	}
	t.Run("Approved", func(t *testing.T) {
		t.Parallel()
		b := scaling(t)
		q := b.lastQuestion()
		b.approve(q)
		b.approve(q)
		if b.delivering() != 6000 || len(b.used()) != 2 || len(b.reservations("raise")) != 1 {
			t.Errorf("it delivers %d, %d approvals used\n%s", b.delivering(), len(b.used()), b.log())
		}
	})
	t.Run("Rejected", func(t *testing.T) {
		t.Parallel()
		b := scaling(t)
		q := b.lastQuestion()
		b.Send(approvals, key, &messages.ApprovalDecided{ApprovalId: q.ApprovalId, Manifest: q.Manifest, By: ana, Reason: "too much"})
		b.pump()
		b.approve(q) // too late
		if b.delivering() != 5000 || len(b.used()) != 1 {
			t.Errorf("it delivers %d", b.delivering())
		}
	})
	t.Run("Drifted", func(t *testing.T) {
		t.Parallel()
		b := scaling(t)
		q := b.lastQuestion()
		b.accepted(&messages.ChangeBudget{CommandId: "b", DailyBudget: usd(4000), By: ana, Reason: "less"})
		if w := b.withdrawn(); len(w) != 1 || w[0] != q.ApprovalId {
			t.Errorf("withdrew %v", w)
		}
		b.approve(q)
		if b.delivering() != 4000 {
			t.Errorf("a void approval raised it to %d", b.delivering())
		}
	})
	t.Run("Paused", func(t *testing.T) {
		t.Parallel()
		b := scaling(t)
		q := b.lastQuestion()
		b.accepted(&messages.PauseCampaign{CommandId: "p", By: ana, Reason: "stop"})
		if w := b.withdrawn(); len(w) != 1 || w[0] != q.ApprovalId {
			t.Errorf("withdrew %v", w)
		}
	})
	t.Run("AnsweredLateInTheEvening", func(t *testing.T) {
		t.Parallel()
		b := scaling(t)
		q := b.lastQuestion()
		b.run(13 * time.Hour) // after 22:30 in São Paulo
		b.approve(q)
		if b.delivering() != 5000 {
			t.Fatalf("it was raised to %d late in the evening", b.delivering())
		}
		b.Harness.Restart()
		b.run(4 * time.Hour)
		if b.delivering() != 6000 {
			t.Errorf("in the morning it delivers %d\n%s", b.delivering(), b.log())
		}
	})
	t.Run("OperatorsToo", func(t *testing.T) {
		t.Parallel()
		b := scaling(t)
		first := b.lastQuestion()
		b.accepted(&messages.ChangeBudget{CommandId: "b", DailyBudget: usd(9000), By: ana, Reason: "it earns"})
		q := b.lastQuestion()
		if q.ProposedBy != ana || q.Amount.Minor != 9000 || b.delivering() != 5000 {
			t.Fatalf("asked %v, delivers %d", q, b.delivering())
		}
		if w := b.withdrawn(); len(w) != 1 || w[0] != first.ApprovalId {
			t.Errorf("withdrew %v", w)
		}
		b.approve(q)
		if b.delivering() != 9000 {
			t.Errorf("it delivers %d\n%s", b.delivering(), b.log())
		}
	})
}

func TestApproval_ExpansionsAskAgain(t *testing.T) {
	t.Parallel()
	b := setup(t, noon)
	b.ad = winner
	b.rules.Asking.Above = money.Minor(7000, money.USD)
	b.rules.MaxMultiple, b.rules.StableConversions = kpi.MustRatio("1.2"), 1e6
	b.plan("auto")
	b.run(32 * time.Hour)
	b.wantStatus("scaling")
	q := b.lastQuestion()
	if q.Kind != "expand" || b.delivering() != 6000 {
		t.Fatalf("asked %v, delivers %d", q, b.delivering())
	}
	b.run(12 * time.Hour) // over the evening, when what is only proposed is dropped
	b.approve(q)
	if b.delivering() <= 6000 {
		t.Errorf("it delivers %d\n%s", b.delivering(), b.log())
	}
}

func grantAll(r *messages.ReserveBudget) proto.Message {
	return &messages.BudgetReserved{ReservationId: r.ReservationId, Day: r.Day, DailyBudget: r.DailyBudget}
}

func refuseBudget(r *messages.ReserveBudget) proto.Message {
	return &messages.BudgetRefused{ReservationId: r.ReservationId, Code: "cap_exceeded", Text: "No room."}
}
