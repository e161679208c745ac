package orders_test

import (
	"context"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/agente-ceo/agente-ceo/actors/orders"
	"github.com/agente-ceo/agente-ceo/domain/facts"
	"github.com/agente-ceo/agente-ceo/domain/id"
	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/domain/ordering"
	"github.com/agente-ceo/agente-ceo/messages"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
	"github.com/agente-ceo/agente-ceo/runtime/actortest"
)

var (
	start    = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	key      = actorkit.Key{Kind: "orders", ID: "main"}
	campaign = id.Derive(id.Campaign, "c")
	orderID  = ordering.OrderID("1001")
)

func usd(cents int64) money.Amount { return money.Minor(cents, money.USD) }

// desk is a world with an inbox and a book that are read out of the harness's own facts, as the real ones are out of the tables.
type desk struct {
	*actortest.Harness
	incoming []ordering.Incoming
}

func setup(t *testing.T, incoming ...ordering.Incoming) *desk {
	t.Helper()
	d := &desk{Harness: actortest.New(t, start), incoming: incoming}
	for i := range d.incoming {
		d.incoming[i].WebhookID = int64(i + 1)
	}
	d.Register(key.Kind, func(k actorkit.Key) actor.Actor {
		return orders.New(orders.Deps{Kit: d.Deps(), Inbox: d, Book: d, Settings: func() orders.Settings {
			return orders.Settings{TrackEvery: 12 * time.Hour, SMS: true, Rates: rates(t)}
		}}, k)
	})
	return d
}

func rates(t *testing.T) money.Rates {
	t.Helper()
	r, err := money.NewRates(money.USD, map[string]string{"BRL": "5", "THB": "32"})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func (d *desk) Waiting(_ context.Context, limit int) ([]ordering.Incoming, error) {
	handled := map[int64]bool{}
	for _, f := range all[facts.WebhookHandled](d) {
		handled[f.ID] = true
	}
	var out []ordering.Incoming
	for _, in := range d.incoming {
		if !handled[in.WebhookID] && len(out) < limit {
			out = append(out, in)
		}
	}
	return out, nil
}

func (d *desk) Order(_ context.Context, wanted string) (*facts.Order, error) {
	var found *facts.Order
	for _, o := range all[facts.Order](d) {
		if o.ID == wanted {
			found = &o
		}
	}
	return found, nil
}

func (d *desk) ProductBySupplierRef(_ context.Context, ref string) (string, error) {
	if ref == "S1" {
		return "prd_x", nil
	}
	return "", nil
}

func all[T facts.Fact](d *desk) []T {
	var out []T
	for _, f := range d.Facts() {
		if v, ok := f.(T); ok {
			out = append(out, v)
		}
	}
	return out
}

func placed(change func(*ordering.Placed)) ordering.Incoming {
	p := ordering.Placed{
		Shop: "shopify", ExternalID: "1001", Email: "a@example.com", Name: "Ana", Phone: "+5511", Total: usd(5980), PlacedAt: start,
		UTM:     map[string]string{"utm_campaign": campaign},
		Items:   []facts.OrderItem{{SKU: "S1", Quantity: 2, Price: usd(2990)}},
		Address: ordering.Address{Name: "Ana", Line1: "Rua 1", Country: "BR"},
	}
	if change != nil {
		change(&p)
	}
	return ordering.Incoming{Kind: ordering.KindOrder, Order: p}
}

func refund(refundID string, cents int64) ordering.Incoming {
	return ordering.Incoming{Kind: ordering.KindRefund, Refund: ordering.Refund{Shop: "shopify", ExternalID: "1001", ID: refundID, Amount: usd(cents), At: start}}
}

func (d *desk) wake() {
	d.Tell(key, &messages.WebhookStored{})
	d.Settle()
}

// shopTotals sums what the actor counted.
func (d *desk) shopTotals() (orders int64, revenue, refunds money.Amount) {
	for _, r := range all[facts.ShopRevenue](d) {
		orders, revenue, refunds = orders+r.Orders, revenue.Add(r.Revenue), refunds.Add(r.Refunds)
	}
	return orders, revenue, refunds
}

func (d *desk) lastOrder(t *testing.T) facts.Order {
	t.Helper()
	list := all[facts.Order](d)
	if len(list) == 0 {
		t.Fatal("no order was recorded")
	}
	return list[len(list)-1]
}

func TestOrders_TakesInOncePerOrderID(t *testing.T) {
	t.Parallel()
	pixel := placed(func(p *ordering.Placed) { p.Shop, p.Address, p.Email = "meta", ordering.Address{}, "" })
	d := setup(t, pixel, placed(nil), placed(nil), pixel)
	d.wake()
	count, revenue, _ := d.shopTotals()
	if count != 1 || revenue != usd(5980) {
		t.Fatalf("counted %d orders of %v for one sale told four times", count, revenue)
	}
	if n := len(d.Effects("supplier")); n != 1 {
		t.Fatalf("%d supplier orders", n)
	}
	if sold := d.Told("campaign"); len(sold) != 1 || sold[0].(*messages.ConversionReceived).Value.Minor != 5980 {
		t.Fatalf("told campaigns %v", sold)
	}
	if n := len(all[facts.WebhookHandled](d)); n != 4 {
		t.Fatalf("%d webhooks were marked", n)
	}
}

func TestOrders_Refunds(t *testing.T) {
	t.Parallel()
	t.Run("WaitForTheirOrderAndCountOnce", func(t *testing.T) {
		t.Parallel()
		d := setup(t, refund("r1", 1000), refund("r1", 1000), refund("r2", 9999), placed(nil))
		d.wake()
		d.wake()
		_, revenue, refunds := d.shopTotals()
		if revenue != usd(5980) || refunds != usd(5980) || d.lastOrder(t).Status != "refunded" {
			t.Fatalf("revenue %v, refunds %v, order %s", revenue, refunds, d.lastOrder(t).Status)
		}
	})
	t.Run("TellPeopleWhenTheOrderNeverComes", func(t *testing.T) {
		t.Parallel()
		d := setup(t, refund("r1", 1000))
		d.wake()
		if len(all[facts.WebhookHandled](d)) != 0 {
			t.Fatal("an early refund was thrown away")
		}
		d.Advance(25 * time.Hour)
		d.wake()
		if alerts := all[facts.Alert](d); len(alerts) != 1 || len(all[facts.WebhookHandled](d)) != 1 {
			t.Fatalf("alerts %v", alerts)
		}
	})
}

func TestOrders_SumsUpInTheAccountsCurrency(t *testing.T) {
	t.Parallel()
	d := setup(t, placed(func(p *ordering.Placed) { p.Total = money.Minor(10000, "BRL") }), placed(func(p *ordering.Placed) {
		p.ExternalID, p.Total = "1002", money.Minor(100, "NOK")
	}))
	d.wake()
	d.Answer(d.Effects("supplier")[0], &messages.EffectPerformed{Outcome: "done", Receipt: &messages.Receipt{ExternalId: "AE1", Cost: &messages.Money{Minor: 32000, Currency: "THB"}}})
	var cost money.Amount
	for _, r := range all[facts.ShopRevenue](d) {
		cost = cost.Add(r.Cost)
	}
	if _, revenue, _ := d.shopTotals(); revenue != usd(2000) || cost != usd(1000) {
		t.Fatalf("revenue %v, cost %v", revenue, cost)
	}
	if alerts := all[facts.Alert](d); len(alerts) != 1 || alerts[0].Kind != "no_exchange_rate" || alerts[0].Subject != "NOK" {
		t.Fatalf("alerts %v", alerts)
	}
}

func TestOrders_SupplierRefusalTellsPeople(t *testing.T) {
	t.Parallel()
	d := setup(t, placed(nil))
	d.wake()
	d.Answer(d.Effects("supplier")[0], &messages.EffectPerformed{Outcome: "refused", Code: "out_of_stock", Text: "sold out"})
	alerts := all[facts.Alert](d)
	if d.lastOrder(t).Status != "error" || len(alerts) != 1 || alerts[0].Severity != "critical" {
		t.Fatalf("order %s, alerts %v", d.lastOrder(t).Status, alerts)
	}
}

func TestOrders_TellsTheProductThatItsSupplierHasNone(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		code string
		told int
		fail func(*desk)
	}{
		"OutOfStock":    {code: "out_of_stock", told: 1, fail: func(*desk) {}},
		"BeforeRecord":  {code: "out_of_stock", told: 1, fail: func(d *desk) { d.FailNextCommit() }},
		"AfterRecord":   {code: "out_of_stock", told: 1, fail: func(d *desk) { d.LoseNextCommit() }},
		"AnotherReason": {code: "bad_address", fail: func(*desk) {}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := setup(t, placed(nil))
			d.wake()
			tc.fail(d)
			d.Answer(d.Effects("supplier")[0], &messages.EffectPerformed{Outcome: "refused", Code: tc.code, Text: "no"})
			d.Advance(10 * time.Minute) // past back-off and redelivery
			told := d.ToldTo(actorkit.Key{Kind: "product", ID: "prd_x"})
			notices := map[string]bool{}
			for _, m := range told {
				notice := m.(*messages.StockChanged)
				if notice.InStock || notice.SupplierPrice != nil {
					t.Errorf("told %v", notice)
				}
				notices[notice.NoticeId] = true
			}
			if len(notices) != tc.told || notices[""] {
				t.Errorf("told %v, want %d notice of an id of its own", told, tc.told)
			}
		})
	}
}

func TestOrders_LeavesTestsAndCancelledOrdersAlone(t *testing.T) {
	t.Parallel()
	d := setup(t, placed(func(p *ordering.Placed) { p.Test = true }), placed(func(p *ordering.Placed) { p.ExternalID, p.Cancelled = "1002", true }))
	d.wake()
	count, _, _ := d.shopTotals()
	if count != 0 || len(d.Effects("supplier")) != 0 || len(d.Effects("notify")) != 0 || len(d.Told("campaign")) != 0 || len(all[facts.Order](d)) != 2 {
		t.Fatalf("counted %d, effects %v", count, d.Effects("supplier"))
	}
}

func TestOrders_SurvivesRestart(t *testing.T) {
	t.Parallel()
	for name, fail := range map[string]func(*desk){
		"BeforeTheCommit": func(d *desk) { d.FailNextCommit() },
		"AfterTheCommit":  func(d *desk) { d.LoseNextCommit() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := setup(t, placed(nil))
			d.Tell(key, &messages.Wake{})
			fail(d)
			d.wake()
			d.Advance(time.Minute)
			d.wake()
			count, revenue, _ := d.shopTotals()
			if count != 1 || revenue != usd(5980) || len(d.Effects("supplier")) != 1 {
				t.Fatalf("%d orders of %v, %d supplier orders", count, revenue, len(d.Effects("supplier")))
			}
			if o, err := d.Order(t.Context(), orderID); err != nil || o == nil {
				t.Fatalf("order %v, error %v", o, err)
			}
		})
	}
}
