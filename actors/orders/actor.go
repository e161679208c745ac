// Package orders turns stored webhooks into orders, once per order id, and follows each to the customer's door.
//
//	receives  WebhookStored, EffectPerformed, TrackingFetched; its alarms "track" and "reconcile"
//	replies   nothing: webhooks were answered when they were stored; asks the supplier's courier by FetchTracking
//	owns      orders, customers, the shop's side of the roll-ups; ConversionReceived to campaigns, StockChanged to products
//	survives  everything: the webhook table is its queue, and each webhook is marked in the commit that it caused
//
// What the webhooks missed it finds by asking the shop (reconcile.go); what is found so takes the way of the webhooks.
package orders

import (
	"context"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/agente-ceo/agente-ceo/domain/facts"
	"github.com/agente-ceo/agente-ceo/domain/id"
	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/domain/ordering"
	"github.com/agente-ceo/agente-ceo/messages"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
)

// Inbox is the queue of stored webhooks, parsed.
type Inbox interface {
	// Waiting lists webhooks that are not marked as handled, oldest first.
	Waiting(ctx context.Context, limit int) ([]ordering.Incoming, error)
}

// Book reads orders back.
type Book interface {
	// Order finds an order by our id; nil when there is none.
	Order(ctx context.Context, orderID string) (*facts.Order, error)
	// ProductBySupplierRef finds our product by the supplier's reference; "" when there is none.
	ProductBySupplierRef(ctx context.Context, ref string) (string, error)
}

// Settings are what an administrator may change.
type Settings struct {
	TrackEvery time.Duration // how often the supplier is asked for tracking
	SMS        bool          // also tell customers by SMS
	WhatsApp   bool          // also tell customers by WhatsApp
	Reconcile  time.Duration // how often the shops are asked what their webhooks may have missed
	Rates      money.Rates   // to the account's currency, in which everything is summed up
}

// Deps are what the actor needs.
type Deps struct {
	Kit      actorkit.Deps
	Inbox    Inbox
	Book     Book
	Shops    []Shop // that can be asked for their orders
	Settings func() Settings
}

const (
	readTimeout = 10 * time.Second
	batch       = 50
	// orphanAfter is how long a refund may wait for its order before people are told.
	orphanAfter = 24 * time.Hour
	trackAlarm  = "track"
	askAlarm    = "reconcile"
)

// Actor is the orders actor.
type Actor struct {
	deps  Deps
	kit   *actorkit.Kit
	state messages.OrdersState
	read  map[string]*reading // by shop
	deep  time.Time           // not before it the queue is looked through beyond a batch of orphans again
}

// New makes the actor for its key, orders/main.
func New(d Deps, key actorkit.Key) actor.Actor {
	return &Actor{deps: d, kit: actorkit.New(d.Kit, key), read: map[string]*reading{}}
}

// Receive routes; it decides nothing.
func (a *Actor) Receive(c actor.Context) {
	switch m := c.Message().(type) {
	case *actor.Started:
		a.onStarted(c)
	case *actor.Stopping, *actor.Stopped, *actor.Restarting:
		a.kit.Stop()
	case *messages.Wake, *messages.WebhookStored:
		a.onWebhookStored(c)
	case *actorkit.Due:
		a.onDue(c, m)
	case *changed:
		a.onChanged(c, m)
	case *messages.EffectPerformed:
		a.onEffectPerformed(c, m)
	case *messages.TrackingFetched:
		a.onTracking(c, m)
	default:
		a.kit.Unhandled(c)
	}
}

func (a *Actor) onStarted(c actor.Context) {
	a.kit.Start(c, &a.state)
	a.onWebhookStored(c)
	a.beginReconciling(c)
}

func (a *Actor) onDue(c actor.Context, due *actorkit.Due) {
	switch due.Name {
	case trackAlarm:
		a.onTrack(c)
	case askAlarm:
		a.onReconcile(c)
	}
}

// onWebhookStored takes in whatever waits, orders before refunds so that a refund that overtook its order finds it. Where refunds without
// an order fill a whole batch, it looks beyond them, once a minute: each look reads all of them.
func (a *Actor) onWebhookStored(c actor.Context) {
	for limit := batch; ; {
		ctx, cancel := context.WithTimeout(context.Background(), readTimeout)
		waiting, err := a.deps.Inbox.Waiting(ctx, limit)
		cancel()
		if err != nil {
			panic(err)
		}
		handled := 0
		for _, kind := range []ordering.Kind{ordering.KindInvalid, ordering.KindNotice, ordering.KindOrder, ordering.KindRefund} {
			for _, in := range waiting {
				if in.Kind == kind && a.takeIn(c, in) {
					handled++
				}
			}
		}
		switch {
		case len(waiting) < limit:
			return
		case handled > 0:
		case limit == batch && a.kit.Now().Before(a.deep):
			return
		default:
			limit, a.deep = limit*2, a.kit.Now().Add(time.Minute)
		}
	}
}

func (a *Actor) takeIn(c actor.Context, in ordering.Incoming) (handled bool) {
	switch in.Kind {
	case ordering.KindOrder:
		a.takeInOrder(c, in)
	case ordering.KindRefund:
		return a.takeInRefund(c, in)
	case ordering.KindNotice:
		a.takeInNotice(c, in)
	default:
		a.kit.Commit(c, actorkit.Change{Facts: []facts.Fact{a.mark(in, "invalid", in.Problem)}})
	}
	return true
}

func (a *Actor) takeInNotice(c actor.Context, in ordering.Incoming) {
	n := in.Notice
	a.kit.Commit(c, actorkit.Change{
		Facts: []facts.Fact{
			a.mark(in, "notice", n.Title),
			facts.Alert{
				ID:   id.Derive(id.Alert, "notice", n.Platform, n.Subject, n.Title),
				Kind: "platform_notice", Severity: "warning", Subject: n.Subject, Title: n.Title, Detail: n.Detail, At: a.kit.Now(),
			},
		},
		Audit: []actorkit.Audit{{Action: "platform_notice_received", Subject: n.Subject, Reason: n.Title}},
	})
}

func (a *Actor) mark(in ordering.Incoming, result, detail string) facts.WebhookHandled {
	return facts.WebhookHandled{ID: in.WebhookID, Result: result, Detail: detail, At: a.kit.Now()}
}

// reckon is an amount in the account's currency, in which alone sums are kept. Without an exchange rate it counts as nothing, and people
// are told: a missing rate must not stop the orders.
func (a *Actor) reckon(ch *actorkit.Change, amount money.Amount) money.Amount {
	rates := a.deps.Settings().Rates
	converted, err := rates.Convert(amount)
	if err == nil {
		return converted
	}
	currency := string(amount.Currency())
	ch.Facts = append(ch.Facts, facts.Alert{
		ID: id.Derive(id.Alert, "no_rate", currency), Kind: "no_exchange_rate", Severity: "warning", Subject: currency, At: a.kit.Now(),
		Title:  "Money in " + currency + " is not counted",
		Detail: "There is no exchange rate for " + currency + ": set account.rates. " + amount.String() + " was left out of the sums.",
	})
	return money.Zero(rates.Base())
}

func (a *Actor) order(orderID string) *facts.Order {
	ctx, cancel := context.WithTimeout(context.Background(), readTimeout)
	defer cancel()
	known, err := a.deps.Book.Order(ctx, orderID)
	if err != nil {
		panic(err)
	}
	return known
}

func (a *Actor) productOf(p ordering.Placed) string {
	ctx, cancel := context.WithTimeout(context.Background(), readTimeout)
	defer cancel()
	for _, item := range p.Items {
		if item.SKU == "" {
			continue
		}
		product, err := a.deps.Book.ProductBySupplierRef(ctx, item.SKU)
		if err != nil {
			panic(err)
		}
		if product != "" {
			return product
		}
	}
	return ""
}
