package courier_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/messages"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
)

func TestCourier_FetchTracking(t *testing.T) {
	question := func(n int) *messages.FetchTracking {
		return &messages.FetchTracking{QuestionId: fmt.Sprint("q", n), Looks: []*messages.TrackingLook{
			{OrderId: "ord_a", SupplierOrderId: "1"}, {OrderId: "ord_b", SupplierOrderId: "2"}, {OrderId: "ord_c", SupplierOrderId: "3"},
		}}
	}
	told := func(b *bench) (said, unread []string) {
		for _, m := range b.ToldTo(actorkit.Key{Kind: "orders", ID: "main"}) {
			answer := m.(*messages.TrackingFetched)
			for _, o := range answer.Orders {
				said = append(said, answer.QuestionId+" "+o.OrderId+" "+o.Status+" "+o.TrackingCode)
			}
			unread = append(unread, answer.UnreadOrderIds...)
		}
		return said, unread
	}
	t.Run("AnswersEveryBatch", func(t *testing.T) {
		b := setup(t)
		b.Tell(meta, question(1))
		b.Tell(meta, question(2))
		b.Settle()
		said, unread := told(b)
		if len(said) != 6 || len(unread) != 0 || said[0] != "q1 ord_a shipped LB1" || said[5] != "q2 ord_c shipped LB3" {
			t.Errorf("said %q, unread %q", said, unread)
		}
	})
	t.Run("PassesOverWhatIsRefused", func(t *testing.T) {
		b := setup(t)
		b.account.parcels = map[string]error{"2": fault.Refuse("not_found", "no such order")}
		b.Tell(meta, question(1))
		if said, unread := told(b); len(unread) != 0 || !slices.Equal(said, []string{"q1 ord_a shipped LB1", "q1 ord_b  ", "q1 ord_c shipped LB3"}) {
			t.Errorf("said %q, unread %q", said, unread)
		}
	})
	t.Run("SaysWhatItCouldNotRead", func(t *testing.T) {
		b := setup(t)
		b.account.parcels = map[string]error{"2": failed()}
		b.Tell(meta, question(1))
		said, unread := told(b)
		if !slices.Equal(said, []string{"q1 ord_a shipped LB1"}) || !slices.Equal(unread, []string{"ord_b", "ord_c"}) {
			t.Errorf("said %q, unread %q", said, unread)
		}
	})
	t.Run("IsTurnedDownWhileOpen", func(t *testing.T) {
		b := setup(t)
		revoked := fault.Stop("token_revoked", "the token was revoked")
		b.account.script, b.account.check = []error{revoked}, revoked
		b.create("eff_1")
		b.Tell(meta, question(1))
		if said, unread := told(b); len(said) != 0 || len(unread) != 3 {
			t.Errorf("said %q, unread %q", said, unread)
		}
	})
}

func TestCourier_QuietEffects(t *testing.T) {
	quiet := func(name string) *messages.Effect {
		e := createCampaign(name)
		e.Quiet = true
		return e
	}
	b := setup(t)
	b.put("eff_1", quiet("ac-1"), "create_campaign")
	b.Tell(meta, &messages.Wake{})
	if b.outbox.ended["eff_1"].State != "done" || len(b.answers()) != 0 {
		t.Errorf("the outbox says %+v, answered %v", b.outbox.ended["eff_1"], b.answers())
	}
	b.account.script = []error{fault.Refuse("rejected", "no")}
	b.put("eff_2", quiet("ac-2"), "create_campaign")
	b.Tell(meta, &messages.Wake{})
	if answer := b.answers()["eff_2"]; answer == nil || answer.Outcome != "refused" {
		t.Errorf("a refusal was answered %v", answer)
	}
}
