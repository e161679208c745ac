package orders_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/facts"
	"github.com/agente-ceo/agente-ceo/domain/ordering"
	"github.com/agente-ceo/agente-ceo/messages"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
)

// looks are the questions that the supplier was asked so far, as order ids.
func (d *desk) looks() (asked [][]string) {
	for _, m := range d.ToldTo(actorkit.Key{Kind: "courier", ID: "supplier"}) {
		if q, ok := m.(*messages.FetchTracking); ok {
			var ids []string
			for _, look := range q.Looks {
				ids = append(ids, look.SupplierOrderId)
			}
			asked = append(asked, ids)
		}
	}
	return asked
}

// says has the supplier answer about the order.
func (d *desk) says(status, tracking string) {
	d.Tell(key, &messages.TrackingFetched{Orders: []*messages.OrderTracking{{OrderId: orderID, Status: status, TrackingCode: tracking}}})
	d.Settle()
}

// underway is a desk with one order that the supplier has taken.
func underway(t *testing.T) *desk {
	t.Helper()
	d := setup(t, placed(nil))
	d.wake()
	d.Answer(d.Effects("supplier")[0], &messages.EffectPerformed{Outcome: "done", Receipt: &messages.Receipt{ExternalId: "AE1", Cost: &messages.Money{Minor: 1500, Currency: "USD"}}})
	return d
}

func TestOrders_FollowsToTheDoor(t *testing.T) {
	t.Parallel()
	d := underway(t)
	if o := d.lastOrder(t); o.Status != "ordered" || o.SupplierOrderID != "AE1" || o.SupplierCost != usd(1500) {
		t.Fatalf("after the supplier: %+v", o)
	}
	d.Advance(13 * time.Hour)
	if asked := d.looks(); len(asked) != 1 || !slices.Equal(asked[0], []string{"AE1"}) {
		t.Fatalf("asked %v", asked)
	}
	d.says("shipped", "BR1")
	var channels []string
	for _, e := range d.Effects("notify") {
		n := e.Payload.(*messages.Effect).GetNotifyCustomer()
		channels = append(channels, n.Channel+" "+n.Template)
	}
	if want := []string{"email order_confirmed", "email order_shipped", "sms order_shipped"}; !slices.Equal(channels, want) {
		t.Fatalf("notices %v, want %v", channels, want)
	}
	d.Advance(12 * time.Hour)
	d.says("delivered", "BR1")
	d.Advance(10 * 24 * time.Hour)
	if o := d.lastOrder(t); o.Status != "delivered" || len(d.looks()) != 2 {
		t.Fatalf("order %s, asked %v", o.Status, d.looks())
	}
}

func TestOrders_Tracking(t *testing.T) {
	t.Parallel()
	t.Run("WritesOnlyWhatIsNew", func(t *testing.T) {
		t.Parallel()
		d := underway(t)
		d.says("placed", "")
		before := d.Store.Commits()
		d.says("placed", "")
		d.says("", "")
		d.Tell(key, &messages.TrackingFetched{Orders: []*messages.OrderTracking{{OrderId: "ord_foreign", Status: "delivered"}}})
		d.Settle()
		if d.Store.Commits() != before || d.lastOrder(t).Status != "ordered" {
			t.Errorf("%d commits of nothing, order %s", d.Store.Commits()-before, d.lastOrder(t).Status)
		}
	})
	t.Run("LooksSoonAfterSilence", func(t *testing.T) {
		t.Parallel()
		d := underway(t)
		d.Advance(12 * time.Hour)
		for n := range 100 { // more often than an order is looked after
			if asked := len(d.looks()); asked != n+1 {
				t.Fatalf("asked %d times, want %d", asked, n+1)
			}
			d.Tell(key, &messages.TrackingFetched{UnreadOrderIds: []string{orderID, "ord_foreign"}})
			d.Advance(time.Hour)
		}
		if alerts := all[facts.Alert](d); len(alerts) != 0 {
			t.Errorf("alerts %v", alerts)
		}
	})
	t.Run("GivesUpInTheEnd", func(t *testing.T) {
		t.Parallel()
		d := underway(t)
		d.Advance(62 * 12 * time.Hour)
		if alerts := all[facts.Alert](d); len(alerts) != 1 || alerts[0].Kind != "order_stuck" || len(d.looks()) != 59 {
			t.Errorf("alerts %v after %d looks", alerts, len(d.looks()))
		}
	})
	t.Run("EndsWithACancellation", func(t *testing.T) {
		t.Parallel()
		d := underway(t)
		d.says("cancelled", "")
		d.Advance(48 * time.Hour)
		if alerts := all[facts.Alert](d); d.lastOrder(t).Status != "error" || len(alerts) != 1 || alerts[0].Severity != "critical" || len(d.looks()) != 0 {
			t.Errorf("order %s, alerts %v, looks %v", d.lastOrder(t).Status, alerts, d.looks())
		}
	})
	t.Run("AsksInBatches", func(t *testing.T) {
		t.Parallel()
		var many []ordering.Incoming
		for n := range 30 {
			many = append(many, placed(func(p *ordering.Placed) { p.ExternalID = fmt.Sprint(1001 + n) }))
		}
		d := setup(t, many...)
		d.wake()
		for n, e := range d.Effects("supplier") {
			d.Answer(e, &messages.EffectPerformed{Outcome: "done", Receipt: &messages.Receipt{ExternalId: fmt.Sprint("AE", n), Cost: &messages.Money{Minor: 1500, Currency: "USD"}}})
		}
		d.Advance(13 * time.Hour)
		if asked := d.looks(); len(asked) != 2 || len(asked[0]) != 25 || len(asked[1]) != 5 {
			t.Errorf("asked %v", asked)
		}
	})
}
