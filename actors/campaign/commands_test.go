package campaign_test

import (
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/agente-ceo/agente-ceo/domain/facts"
	"github.com/agente-ceo/agente-ceo/messages"
)

func (b *bench) accepted(msg proto.Message) {
	b.t.Helper()
	if reply, ok := b.Ask(key, msg).(*messages.Accepted); !ok || reply.Id != cmp {
		b.t.Fatalf("%T was not accepted: %v", msg, reply)
	}
	b.pump()
}

func (b *bench) refused(code string, msg proto.Message) {
	b.t.Helper()
	reply := b.Ask(key, msg)
	refusal, ok := reply.(*messages.Refusal)
	if !ok || refusal.Code != code || refusal.Text == "" {
		b.t.Fatalf("%T got %v, want the refusal %s", msg, reply, code)
	}
	b.pump()
}

const ana = "ana@example.com"

func TestCampaign_PauseResume(t *testing.T) {
	t.Parallel()
	b := setup(t, noon)
	b.plan("auto")
	b.accepted(&messages.PauseCampaign{CommandId: "p1", By: ana, Reason: "too early"})
	b.wantStatus("paused")
	if b.delivering() != 0 {
		t.Error("it delivers")
	}
	effects, told := len(b.Effects("meta")), len(b.ToldTo(treasurer))
	b.accepted(&messages.PauseCampaign{CommandId: "p1", By: ana, Reason: "too early"})
	if len(b.Effects("meta")) != effects || len(b.ToldTo(treasurer)) != told {
		t.Error("a repeated command did something again")
	}
	b.run(26 * time.Hour)
	b.wantStatus("paused") // nobody but a person resumes it
	b.accepted(&messages.ResumeCampaign{CommandId: "r1", By: ana, Reason: "go on"})
	b.wantStatus("active")
	if r := b.reservations("resume"); len(r) != 1 || b.delivering() != 5000 {
		t.Errorf("%d reservations, delivers %d", len(r), b.delivering())
	}
	b.accepted(&messages.ResumeCampaign{CommandId: "r1", By: ana, Reason: "go on"})
	b.refused("wrong_status", &messages.ResumeCampaign{CommandId: "r2", By: ana})
}

func TestCampaign_Freeze(t *testing.T) {
	t.Parallel()
	t.Run("Live", func(t *testing.T) {
		t.Parallel()
		b := setup(t, noon)
		b.plan("auto")
		b.Send(ceo, key, &messages.PauseCampaign{CommandId: "f1", By: "ceo", Reason: "spending is frozen"})
		b.pump()
		b.wantStatus("paused")
		b.refused("frozen", &messages.ResumeCampaign{CommandId: "r1", By: ana})
		b.Send(ceo, key, &messages.ResumeCampaign{CommandId: "u1", By: "ceo", Reason: "the freeze is lifted"})
		b.pump()
		b.wantStatus("active")
	})
	t.Run("OperatorsPauseOutlastsIt", func(t *testing.T) {
		t.Parallel()
		b := setup(t, noon)
		b.plan("auto")
		b.accepted(&messages.PauseCampaign{CommandId: "p1", By: ana})
		b.Send(ceo, key, &messages.PauseCampaign{CommandId: "f1", By: "ceo"})
		b.Send(ceo, key, &messages.ResumeCampaign{CommandId: "u1", By: "ceo"})
		b.pump()
		b.wantStatus("paused")
		b.accepted(&messages.ResumeCampaign{CommandId: "r1", By: ana})
		b.wantStatus("active")
	})
}

func TestCampaign_FreezeBeforeItDelivers(t *testing.T) {
	t.Parallel()
	t.Run("DuringPublication", func(t *testing.T) {
		t.Parallel()
		b := setup(t, noon)
		steps := 0
		b.perform = func(kind string, e *messages.Effect) *messages.EffectPerformed {
			if steps++; steps == 5 {
				b.Send(ceo, key, &messages.PauseCampaign{CommandId: "f1", By: "ceo", Reason: "spending is frozen"})
			}
			return b.obey(kind, e)
		}
		b.plan("auto")
		b.wantStatus("paused")
		if b.delivering() != 0 || count[*messages.ReleaseBudget](b.ToldTo(treasurer)) != 1 {
			t.Errorf("delivers %d, released %d times", b.delivering(), count[*messages.ReleaseBudget](b.ToldTo(treasurer)))
		}
		b.Send(ceo, key, &messages.ResumeCampaign{CommandId: "u1", By: "ceo"})
		b.pump()
		b.wantStatus("active")
		if b.made != 8 {
			t.Errorf("%d entities were made, want 8", b.made)
		}
	})
	t.Run("WhileActivating", func(t *testing.T) {
		t.Parallel()
		b := setup(t, noon)
		b.perform = func(kind string, e *messages.Effect) *messages.EffectPerformed {
			if d := e.GetSetDelivery(); d.GetLevel() == "campaign" && d.GetDelivery() == "active" {
				b.Send(ceo, key, &messages.PauseCampaign{CommandId: "f1", By: "ceo", Reason: "spending is frozen"})
			}
			return b.obey(kind, e)
		}
		b.plan("auto")
		b.wantStatus("paused")
		if b.delivering() != 0 {
			t.Error("the activation that was on its way was not taken back")
		}
	})
	t.Run("BeforeLaunch", func(t *testing.T) {
		t.Parallel()
		b := setup(t, noon)
		yes := b.grant
		b.grant = func(*messages.ReserveBudget) proto.Message { return nil }
		b.plan("auto")
		b.Send(ceo, key, &messages.PauseCampaign{CommandId: "f1", By: "ceo"})
		b.grant = yes
		late := b.reservations("launch")[0]
		b.Send(treasurer, key, yes(late)) // the answer was on its way
		b.pump()
		if len(b.Effects("meta")) != 0 || count[*messages.ReleaseBudget](b.ToldTo(treasurer)) != 1 {
			t.Errorf("%d effects, released %d times", len(b.Effects("meta")), count[*messages.ReleaseBudget](b.ToldTo(treasurer)))
		}
		b.Send(ceo, key, &messages.ResumeCampaign{CommandId: "u1", By: "ceo"})
		b.pump()
		b.wantStatus("active")
	})
}

func TestCampaign_OutOfStock(t *testing.T) {
	t.Parallel()
	b := setup(t, noon)
	b.plan("auto")
	b.Send(product, key, &messages.PauseCampaign{CommandId: "s1", By: "product", Reason: "The supplier is out of stock."})
	b.pump()
	b.wantStatus("paused")
	b.Send(product, key, &messages.ResumeCampaign{CommandId: "s2", By: "product", Reason: "The supplier has it again."})
	b.pump()
	b.wantStatus("active")
}

func TestCampaign_ChangeBudget(t *testing.T) {
	t.Parallel()
	b := setup(t, noon)
	b.plan("auto")
	b.accepted(&messages.ChangeBudget{CommandId: "b1", DailyBudget: usd(8000), By: ana, Reason: "more"})
	if b.delivering() != 8000 {
		t.Errorf("delivers %d", b.delivering())
	}
	b.accepted(&messages.ChangeBudget{CommandId: "b1", DailyBudget: usd(8000), By: ana, Reason: "more"})
	b.accepted(&messages.ChangeBudget{CommandId: "b2", DailyBudget: usd(3000), By: ana, Reason: "less"})
	if b.delivering() != 3000 || len(b.reservations("operator")) != 1 {
		t.Errorf("delivers %d after %d reservations", b.delivering(), len(b.reservations("operator")))
	}
	b.refused("budget_too_low", &messages.ChangeBudget{CommandId: "b3", DailyBudget: usd(100), By: ana})
	b.grant = func(r *messages.ReserveBudget) proto.Message { return refusal(r, "cap_day", time.Time{}) }
	b.accepted(&messages.ChangeBudget{CommandId: "b4", DailyBudget: usd(20000), By: ana, Reason: "all in"})
	if b.delivering() != 3000 || b.audited("budget_refused") != 1 {
		t.Errorf("delivers %d without a grant\n%s", b.delivering(), b.log())
	}
}

// However often a budget is changed, an ad set sees at most four edits an hour, and ends with the last one.
func TestCampaign_EditsPerHour(t *testing.T) {
	t.Parallel()
	b := setup(t, noon)
	b.plan("auto")
	for i := range 10 {
		b.accepted(&messages.ChangeBudget{CommandId: string(rune('a' + i)), DailyBudget: usd(int64(4900 - 100*i)), By: ana})
	}
	edits := func() (n int) {
		for _, e := range b.Effects("meta") {
			if e.Kind == "set_budget" {
				n++
			}
		}
		return n
	}
	if edits() != 4 {
		t.Errorf("%d edits in one hour", edits())
	}
	b.run(61 * time.Minute)
	if edits() != 5 || b.delivering() != 4000 {
		t.Errorf("an hour later: %d edits, delivers %d", edits(), b.delivering())
	}
}

func TestCampaign_UnknownOrOver(t *testing.T) {
	t.Parallel()
	b := setup(t, noon)
	b.refused("unknown_campaign", &messages.PauseCampaign{CommandId: "p1", By: ana})
	b.refused("unknown_campaign", &messages.ChangeBudget{CommandId: "b1", DailyBudget: usd(100), By: ana})
	b.refused("unknown_campaign", &messages.DecideNow{CommandId: "d1", By: ana})
	b.perform = func(kind string, e *messages.Effect) *messages.EffectPerformed { return refuse("no") }
	b.plan("auto")
	b.wantStatus("error")
	b.refused("wrong_status", &messages.ResumeCampaign{CommandId: "r1", By: ana})
	b.refused("wrong_status", &messages.ChangeBudget{CommandId: "b1", DailyBudget: usd(100), By: ana})
	b.refused("wrong_status", &messages.DecideNow{CommandId: "d1", By: ana})
}

func TestCampaign_DecideNow(t *testing.T) {
	t.Parallel()
	b := setup(t, noon)
	b.ad = steady(2000, 40, 10, 100, 6000)
	b.plan("auto")
	b.run(10 * time.Minute)
	before := b.audited("campaign_decided")
	b.accepted(&messages.DecideNow{CommandId: "d1", By: ana})
	b.accepted(&messages.DecideNow{CommandId: "d1", By: ana})
	if got := b.audited("campaign_decided") - before; got != 1 {
		t.Fatalf("%d decisions", got)
	}
	b.accepted(&messages.DecideNow{CommandId: "d2", By: ana}) // the hour's figures are in: no second fetch is needed
	if got := b.audited("campaign_decided") - before; got != 2 {
		t.Fatalf("%d decisions", got)
	}
	for _, a := range b.Audit() {
		if a.Action == "campaign_decided" && a.By != ana {
			t.Errorf("decided by %q", a.By)
		}
	}
}

func TestCampaign_Conversion(t *testing.T) {
	t.Parallel()
	b := setup(t, noon)
	b.plan("auto")
	sale := &messages.ConversionReceived{OrderId: "ord_1", Kind: "sale", Value: usd(6000), AtMs: noon.UnixMilli()}
	b.Send(orders, key, sale)
	b.Send(orders, key, sale)
	b.Send(orders, key, &messages.ConversionReceived{OrderId: "ord_2", Kind: "sale", Value: usd(18001)})
	b.Send(orders, key, &messages.ConversionReceived{OrderId: "ord_3", Kind: "sale", Value: usd(18000)})
	b.Send(orders, key, &messages.ConversionReceived{OrderId: "ord_1", Kind: "refund", Value: usd(-6000)})
	var s messages.CampaignState
	if _, err := b.Store.Snapshot(key, &s); err != nil {
		t.Fatal(err)
	}
	if s.ShopOrders != 3 || s.ShopRevenue.Minor != 36001 {
		t.Errorf("the shop has %d orders of %d", s.ShopOrders, s.ShopRevenue.Minor)
	}
	n := 0
	for _, f := range b.Facts() {
		if a, ok := f.(facts.Alert); ok && a.Kind == "conversion_above_mean" {
			n++
		}
	}
	if n != 1 {
		t.Errorf("%d alerts of large orders, want 1: exactly three times the usual is not above", n)
	}
}
