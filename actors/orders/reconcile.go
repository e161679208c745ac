package orders

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"google.golang.org/protobuf/proto"

	"github.com/agente-ceo/agente-ceo/domain/facts"
	"github.com/agente-ceo/agente-ceo/domain/id"
	"github.com/agente-ceo/agente-ceo/domain/ordering"
	"github.com/agente-ceo/agente-ceo/messages"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
)

// Shop can be asked for its orders.
type Shop interface {
	// Shop is the name under which its orders are kept.
	Shop() string
	// Changed reads what the shop changed since a moment, oldest first.
	Changed(ctx context.Context, since time.Time) (ordering.Changes, error)
}

const (
	askTimeout = 2 * time.Minute
	// overlap is read again each time: a shop's list lags behind its orders, and its clock is not ours.
	overlap = 10 * time.Minute
	// keepAfter is how far memory may run ahead of the cursor on disk.
	keepAfter = time.Hour
	// late is the age from which an order that no webhook brought means that webhooks are lost, and not just on their way.
	late = 30 * time.Minute
	// tolerated is how many questions in a row may fail before people are told.
	tolerated = 3
)

// reading is what is known in memory of reading a shop: what a restart forgets is read again.
type reading struct {
	until    time.Time
	failures int
	behind   bool // the last answer was not all: go on where it ended
}

// changed is a shop's answer.
type changed struct {
	shop    string
	changes ordering.Changes
	err     error
}

// beginReconciling looks at once after a start: what happened while nobody listened is what webhooks miss.
func (a *Actor) beginReconciling(c actor.Context) {
	if len(a.deps.Shops) == 0 {
		return
	}
	if _, armed := a.kit.Alarm(askAlarm); !armed {
		next, now := proto.CloneOf(&a.state), a.kit.Now()
		for _, s := range a.deps.Shops {
			if cursorOf(next, s.Shop()) == nil {
				next.Shops = append(next.Shops, &messages.ShopCursor{Shop: s.Shop(), SinceMs: now.UnixMilli(), UntilMs: now.UnixMilli()})
			}
		}
		a.keep(c, next, actorkit.Change{Schedule: []actorkit.Alarm{{Name: askAlarm, At: now.Add(a.deps.Settings().Reconcile)}}})
	}
	a.ask(c)
}

// onReconcile asks every shop. The alarm is put off in memory alone: asking changes nothing, and a restart asks at once.
func (a *Actor) onReconcile(c actor.Context) {
	a.kit.Postpone(actorkit.Alarm{Name: askAlarm, At: a.kit.Now().Add(a.deps.Settings().Reconcile)})
	a.onWebhookStored(c) // what waits behind orphans
	a.ask(c)
}

func (a *Actor) ask(c actor.Context) {
	for _, s := range a.deps.Shops {
		r := a.readingOf(s.Shop())
		since := r.until
		if !r.behind {
			since = since.Add(-overlap)
		}
		a.kit.Run(c, askTimeout, func(ctx context.Context) any {
			changes, err := s.Changed(ctx, since)
			return &changed{s.Shop(), changes, err}
		})
	}
}

func (a *Actor) readingOf(shop string) *reading {
	r := a.read[shop]
	if r == nil {
		r = &reading{until: a.kit.Now()}
		if known := cursorOf(&a.state, shop); known != nil {
			r.until = time.UnixMilli(known.UntilMs).UTC()
		}
		a.read[shop] = r
	}
	return r
}

// onChanged takes in what the shop tells, and notes how far it was read when that is worth a commit.
func (a *Actor) onChanged(c actor.Context, m *changed) {
	r := a.readingOf(m.shop)
	if m.err != nil {
		if r.failures++; r.failures == tolerated {
			a.unreadable(c, m)
		}
		return
	}
	r.failures = 0
	found := a.takeInChanges(c, m)
	if m.changes.Until.After(r.until) {
		r.until = m.changes.Until
	}
	a.settleShop(c, m, found)
	if r.behind = m.changes.More; r.behind {
		a.ask(c)
	}
}

// takeInChanges takes in orders and refunds that no webhook brought, and counts those that are too old to be merely late.
func (a *Actor) takeInChanges(c actor.Context, m *changed) (missed int) {
	now := a.kit.Now()
	known := cursorOf(&a.state, m.shop)
	since := time.UnixMilli(known.GetSinceMs())
	for _, in := range m.changes.Incoming {
		var at time.Time
		switch in.Kind {
		case ordering.KindOrder:
			if in.Order.PlacedAt.Before(since) || ordering.TakeIn(a.order(ordering.OrderID(in.Order.ExternalID)), in.Order) == ordering.Duplicate {
				continue
			}
			at = in.Order.UpdatedAt
		case ordering.KindRefund:
			order := a.order(ordering.OrderID(in.Refund.ExternalID))
			if order == nil || slices.Contains(order.RefundIDs, in.Refund.ID) || order.Refunded == order.Total {
				continue
			}
			at = in.Refund.At
		default:
			continue
		}
		a.takeIn(c, in)
		if now.Sub(at) >= late {
			missed++
		}
	}
	return missed
}

// settleShop writes down what people should know of a shop, and how far it was read.
func (a *Actor) settleShop(c actor.Context, m *changed, missed int) {
	next, now := proto.CloneOf(&a.state), a.kit.Now()
	cursor := cursorOf(next, m.shop)
	if cursor == nil {
		cursor = &messages.ShopCursor{Shop: m.shop, SinceMs: now.UnixMilli()}
		next.Shops = append(next.Shops, cursor)
	}
	ch := actorkit.Change{}
	if missed > 0 {
		ch.Facts = append(ch.Facts, facts.Alert{
			ID: id.Derive(id.Alert, "webhooks_missed", m.shop), Kind: "webhooks_missed", Severity: "warning", Subject: m.shop, At: now,
			Title: "Webhooks were missed", Detail: strconv.Itoa(missed) + " orders or refunds were found by asking the shop; they are taken in.",
		})
	}
	if cursor.Unreadable {
		cursor.Unreadable = false
		ch.Facts = append(ch.Facts, facts.AlertResolved{ID: id.Derive(id.Alert, "shop_unreadable", m.shop), At: now})
	}
	a.resubscribe(&ch, cursor, m)
	until := a.readingOf(m.shop).until
	if len(ch.Facts)+len(ch.Effects) == 0 && until.Sub(time.UnixMilli(cursor.UntilMs)) < keepAfter {
		return
	}
	cursor.UntilMs = until.UnixMilli()
	a.keep(c, next, ch)
}

// resubscribe asks for the subscriptions that the shop has dropped, once until they are there again.
func (a *Actor) resubscribe(ch *actorkit.Change, cursor *messages.ShopCursor, m *changed) {
	now := a.kit.Now()
	alert := id.Derive(id.Alert, "webhook_subscription", m.shop)
	for _, topic := range m.changes.Unheard {
		if slices.Contains(cursor.Unheard, topic) {
			continue
		}
		ch.Facts = append(ch.Facts, facts.Alert{
			ID: alert, Kind: "webhook_subscription", Severity: "warning", Subject: m.shop, At: now, Title: "The shop no longer tells us of its orders",
			Detail: "The subscription of " + topic + " is gone and is made anew. Until then the shop is asked every few minutes.",
		})
		ch.Audit = append(ch.Audit, actorkit.Audit{
			Action: "webhook_subscription_lost", Subject: m.shop, Reason: "the shop has no subscription of " + topic + " to our address",
			Expected: "It is made anew, and what was missed meanwhile is read from the shop.",
		})
		ch.Effects = append(ch.Effects, actorkit.Effect{
			ID: id.Derive(id.Effect, "ensure_webhook", m.shop, topic, now.Format(time.RFC3339Nano)), Courier: "store", Kind: "ensure_webhook", Subject: m.shop,
			Payload: &messages.Effect{What: &messages.Effect_EnsureWebhook{EnsureWebhook: &messages.EnsureWebhook{Topic: topic}}},
		})
	}
	if len(m.changes.Unheard) == 0 && len(cursor.Unheard) > 0 {
		ch.Facts = append(ch.Facts, facts.AlertResolved{ID: alert, At: now})
	}
	cursor.Unheard = m.changes.Unheard
}

// onWebhookEnsured lets a subscription that could not be made be tried again at the next look.
func (a *Actor) onWebhookEnsured(c actor.Context, m *messages.EffectPerformed) {
	if m.Outcome == "done" {
		return
	}
	next := proto.CloneOf(&a.state)
	if cursor := cursorOf(next, m.Subject); cursor != nil {
		cursor.Unheard = nil
	}
	a.keep(c, next, actorkit.Change{Facts: []facts.Fact{facts.Alert{
		ID: id.Derive(id.Alert, "webhook_subscription", m.Subject), Kind: "webhook_subscription", Severity: "critical", Subject: m.Subject, At: a.kit.Now(),
		Title: "The shop cannot be made to tell us of its orders", Detail: sentence(m.Text) + " It is asked every few minutes instead.",
	}}})
}

func (a *Actor) unreadable(c actor.Context, m *changed) {
	next := proto.CloneOf(&a.state)
	if cursor := cursorOf(next, m.shop); cursor != nil {
		cursor.Unreadable = true
	}
	a.keep(c, next, actorkit.Change{Facts: []facts.Fact{facts.Alert{
		ID: id.Derive(id.Alert, "shop_unreadable", m.shop), Kind: "shop_unreadable", Severity: "warning", Subject: m.shop, At: a.kit.Now(),
		Title: "The shop cannot be asked for its orders", Detail: fmt.Sprintf("Orders come by webhooks alone, and missed ones are not found: %v.", m.err),
	}}})
}

// keep commits the next state, then makes it the state.
func (a *Actor) keep(c actor.Context, next *messages.OrdersState, ch actorkit.Change) {
	ch.State = next
	a.kit.Commit(c, ch)
	proto.Reset(&a.state)
	proto.Merge(&a.state, next)
}

func cursorOf(s *messages.OrdersState, shop string) *messages.ShopCursor {
	for _, cursor := range s.Shops {
		if cursor.Shop == shop {
			return cursor
		}
	}
	return nil
}

func sentence(text string) string { return strings.TrimSuffix(text, ".") + "." }
