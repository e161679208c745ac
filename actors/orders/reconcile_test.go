package orders_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/agente-ceo/agente-ceo/actors/orders"
	"github.com/agente-ceo/agente-ceo/domain/facts"
	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/domain/ordering"
	"github.com/agente-ceo/agente-ceo/messages"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
)

// stall is a shop that answers what it holds, by time of change.
type stall struct {
	*desk
	versions []ordering.Incoming
	unheard  []string
	err      error
	asked    []time.Time
	page     int // at most so many at once; 0 all
}

func (s *stall) Shop() string { return "shopify" }

func at(in ordering.Incoming) time.Time {
	if in.Kind == ordering.KindRefund {
		return in.Refund.At
	}
	return in.Order.UpdatedAt
}

func (s *stall) Changed(_ context.Context, since time.Time) (ordering.Changes, error) {
	s.asked = append(s.asked, since)
	if s.err != nil {
		return ordering.Changes{}, s.err
	}
	out := ordering.Changes{Unheard: s.unheard}
	for _, in := range s.versions {
		if at(in).Before(since) {
			continue
		}
		if out.More = s.page > 0 && len(out.Incoming) == s.page; out.More {
			break
		}
		out.Incoming, out.Until = append(out.Incoming, in), at(in)
	}
	return out, nil
}

func openStall(t *testing.T, incoming ...ordering.Incoming) *stall {
	t.Helper()
	s := &stall{desk: setup(t, incoming...)}
	s.Register(key.Kind, func(k actorkit.Key) actor.Actor {
		return orders.New(orders.Deps{Kit: s.Deps(), Inbox: s, Book: s, Shops: []orders.Shop{s}, Settings: func() orders.Settings {
			return orders.Settings{TrackEvery: 12 * time.Hour, Reconcile: 4 * time.Minute, Rates: rates(t)}
		}}, k)
	})
	return s
}

func version(number string, when time.Time, change func(*ordering.Placed)) ordering.Incoming {
	return placed(func(p *ordering.Placed) {
		p.ExternalID, p.PlacedAt, p.UpdatedAt = number, when, when
		if change != nil {
			change(p)
		}
	})
}

func (s *stall) alerts(kind string) (n int) {
	for _, f := range all[facts.Alert](s.desk) {
		if f.Kind == kind {
			n++
		}
	}
	return n
}

func TestReconcile_FindsWhatNoWebhookBrought(t *testing.T) {
	t.Parallel()
	s := openStall(t)
	s.wake()
	sold := start.Add(time.Hour)
	s.versions = []ordering.Incoming{version("2001", sold, nil), {Kind: ordering.KindRefund, Refund: ordering.Refund{
		Shop: "shopify", ExternalID: "2001", ID: "r1", Amount: usd(1000), At: sold.Add(time.Minute),
	}}}
	s.RunUntil(sold.Add(6 * time.Minute)) // within five minutes of the last change
	count, revenue, refunds := s.shopTotals()
	if count != 1 || revenue != usd(5980) || refunds != usd(1000) || len(s.Effects("supplier")) != 1 {
		t.Fatalf("took in %d orders of %v, refunds %v", count, revenue, refunds)
	}
	if told := s.Told("campaign"); len(told) != 2 {
		t.Errorf("campaigns were told %v", told)
	}
	s.incoming = []ordering.Incoming{version("2001", sold, nil), {Kind: ordering.KindRefund, Refund: ordering.Refund{
		Shop: "shopify", ExternalID: "2001", ID: "r1", Amount: usd(1000), At: sold.Add(time.Minute),
	}}}
	for i := range s.incoming {
		s.incoming[i].WebhookID = int64(i + 1)
	}
	s.wake() // the webhooks come after all
	s.Advance(time.Hour)
	if again, sum, back := s.shopTotals(); again != 1 || sum != revenue || back != refunds {
		t.Errorf("after the webhooks: %d orders of %v, refunds %v", again, sum, back)
	}
	if s.alerts("webhooks_missed") != 0 {
		t.Error("people were told of what was merely late")
	}
}

// The world stands still for us for hours, and what happened in it is older than the last look.
func TestReconcile_AfterADowntime(t *testing.T) {
	t.Parallel()
	s := openStall(t)
	s.wake()
	s.RunUntil(start.Add(time.Hour))
	s.err = errors.New("the shop is away")
	for i := range 7 {
		s.versions = append(s.versions, version(string(rune('a'+i))+"00", start.Add(time.Hour+time.Duration(i)*time.Minute), nil))
	}
	s.page = 3
	s.RunUntil(start.Add(5 * time.Hour))
	if s.alerts("shop_unreadable") != 1 {
		t.Errorf("%d alerts that the shop cannot be read", s.alerts("shop_unreadable"))
	}
	s.Restart()
	s.err = nil
	s.RunUntil(start.Add(5*time.Hour + 5*time.Minute))
	if count, _, _ := s.shopTotals(); count != 7 {
		t.Errorf("%d of 7 orders were found", count)
	}
	if s.alerts("webhooks_missed") == 0 {
		t.Error("nobody was told that webhooks are lost")
	}
	resolved := 0
	for _, f := range s.Facts() {
		if _, ok := f.(facts.AlertResolved); ok {
			resolved++
		}
	}
	if resolved != 1 {
		t.Errorf("%d alerts were resolved", resolved)
	}
}

func TestReconcile_AnEmptyLookWritesNothing(t *testing.T) {
	t.Parallel()
	s := openStall(t)
	s.wake()
	before := s.Store.Commits()
	s.RunUntil(start.Add(24 * time.Hour))
	if n := len(s.asked); n < 350 {
		t.Errorf("the shop was asked %d times in a day", n)
	}
	if wrote := s.Store.Commits() - before; wrote != 0 {
		t.Errorf("%d commits for a day in which nothing happened", wrote)
	}
}

// What the shop had before us is not ours to ship, however lately it was changed.
func TestReconcile_LeavesOlderOrdersAlone(t *testing.T) {
	t.Parallel()
	s := openStall(t)
	s.wake()
	s.versions = []ordering.Incoming{version("1", start.Add(time.Minute), func(p *ordering.Placed) { p.PlacedAt = start.Add(-24 * time.Hour) })}
	s.RunUntil(start.Add(time.Hour))
	if len(all[facts.Order](s.desk)) != 0 || len(s.Effects("supplier")) != 0 {
		t.Errorf("took in %v", all[facts.Order](s.desk))
	}
}

func TestReconcile_RenewsALostSubscription(t *testing.T) {
	t.Parallel()
	s := openStall(t)
	s.wake()
	s.unheard = []string{"ORDERS_CREATE"}
	s.RunUntil(start.Add(time.Hour))
	effects := s.Effects("store")
	if len(effects) != 1 || effects[0].Kind != "ensure_webhook" || effects[0].Payload.(*messages.Effect).GetEnsureWebhook().Topic != "ORDERS_CREATE" {
		t.Fatalf("effects %v", effects)
	}
	if s.alerts("webhook_subscription") != 1 {
		t.Errorf("%d alerts", s.alerts("webhook_subscription"))
	}
	s.Answer(effects[0], &messages.EffectPerformed{Outcome: "failed", Code: "server_error", Text: "no answer"})
	s.RunUntil(start.Add(2 * time.Hour))
	if n := len(s.Effects("store")); n != 2 {
		t.Fatalf("after a failure there are %d effects, want another try", n)
	}
	s.Answer(s.Effects("store")[1], &messages.EffectPerformed{Outcome: "done", Receipt: &messages.Receipt{ExternalId: "7"}})
	s.unheard = nil
	s.RunUntil(start.Add(3 * time.Hour))
	if n := len(s.Effects("store")); n != 2 {
		t.Errorf("%d effects after it was renewed", n)
	}
}

func TestOrders_CancellationsAreTakenInOnceAndNeverTakenBack(t *testing.T) {
	t.Parallel()
	first, then := start, start.Add(time.Hour)
	cancelled := version("1001", then, func(p *ordering.Placed) { p.PlacedAt, p.Cancelled = first, true })
	for name, incoming := range map[string][]ordering.Incoming{
		"InOrder":    {version("1001", first, nil), cancelled, cancelled},
		"OutOfOrder": {cancelled, version("1001", first, nil)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := setup(t, incoming...)
			d.wake()
			if o := d.lastOrder(t); o.Status != "cancelled" || !o.ShopUpdatedAt.Equal(then) {
				t.Errorf("the order is %s as of %s", o.Status, o.ShopUpdatedAt)
			}
			if n := len(all[facts.WebhookHandled](d)); n != len(incoming) {
				t.Errorf("%d of %d webhooks were marked", n, len(incoming))
			}
		})
	}
}

// More refunds without an order than fit into a batch must not keep the orders behind them waiting.
func TestOrders_OrphansDoNotBlockTheQueue(t *testing.T) {
	t.Parallel()
	var incoming []ordering.Incoming
	for range 120 {
		orphan := refund("r", 100)
		orphan.Refund.ExternalID = "9999"
		incoming = append(incoming, orphan)
	}
	d := setup(t, append(incoming, placed(nil))...)
	d.wake()
	if count, _, _ := d.shopTotals(); count != 1 {
		t.Errorf("%d orders were taken in behind 120 orphans", count)
	}
}

func TestOrders_ARefundInAnotherCurrencyIsForPeople(t *testing.T) {
	t.Parallel()
	foreign := refund("r1", 100)
	foreign.Refund.Amount = money.Minor(100, "BRL")
	d := setup(t, placed(nil), foreign)
	d.wake()
	if o := d.lastOrder(t); !o.Refunded.IsZero() || len(all[facts.WebhookHandled](d)) != 2 {
		t.Errorf("refunded %v, %d marked", o.Refunded, len(all[facts.WebhookHandled](d)))
	}
}
