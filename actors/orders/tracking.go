package orders

import (
	"slices"
	"strconv"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"google.golang.org/protobuf/proto"

	"github.com/agente-ceo/agente-ceo/domain/facts"
	"github.com/agente-ceo/agente-ceo/domain/id"
	"github.com/agente-ceo/agente-ceo/domain/ordering"
	"github.com/agente-ceo/agente-ceo/messages"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
)

const (
	// looksPerQuestion bounds one question to the supplier, so that placing an order never waits long behind looking after others.
	looksPerQuestion = 25
	// lookAgain is when an order is looked after again that the supplier did not answer for.
	lookAgain = time.Hour
)

var supplier = actorkit.Key{Kind: "courier", ID: "supplier"}

// onTrack asks the supplier about every order whose look is due. Looking changes nothing, so it is a question and no effect: what is
// lost is asked at the next look.
func (a *Actor) onTrack(c actor.Context) {
	now := a.kit.Now()
	next := proto.CloneOf(&a.state)
	var ch actorkit.Change
	var due []*messages.TrackingLook
	kept := next.Tracked[:0]
	for _, t := range next.Tracked {
		if t.NextLookMs > now.UnixMilli() {
			kept = append(kept, t)
			continue
		}
		t.Looks++
		again := ordering.NextLook(t.Looks, a.deps.Settings().TrackEvery, now)
		if again.IsZero() {
			ch.Facts = append(ch.Facts, facts.Alert{
				ID: id.Derive(id.Alert, "untracked", t.OrderId), Kind: "order_stuck", Severity: "warning", Subject: t.OrderId,
				Title: "An order never arrived", Detail: "The supplier's tracking did not reach delivery; ask the supplier.", At: now,
			})
			continue
		}
		t.NextLookMs = again.UnixMilli()
		kept = append(kept, t)
		due = append(due, &messages.TrackingLook{OrderId: t.OrderId, SupplierOrderId: t.SupplierOrderId})
	}
	next.Tracked = kept
	a.commit(c, next, ch)
	number := 0
	for looks := range slices.Chunk(due, looksPerQuestion) {
		number++
		a.kit.Tell(supplier, &messages.FetchTracking{
			QuestionId: id.Derive(id.Message, "tracking", now.Format(time.RFC3339Nano), strconv.Itoa(number)), Looks: looks,
		})
	}
}

// onTracking takes in what the supplier says, in one commit, and only of orders of which it says something new.
func (a *Actor) onTracking(c actor.Context, m *messages.TrackingFetched) {
	next := proto.CloneOf(&a.state)
	var ch actorkit.Change
	changed := a.lookSooner(next, m.UnreadOrderIds)
	for _, row := range m.Orders {
		t := trackedOf(next, row.OrderId)
		if t == nil || row.Status == "" || t.Status == row.Status && t.TrackingCode == row.TrackingCode {
			continue
		}
		t.Status, t.TrackingCode = row.Status, row.TrackingCode
		changed = true
		if !a.follow(&ch, row) {
			next.Tracked = without(next.Tracked, row.OrderId)
		}
	}
	if changed {
		a.commit(c, next, ch)
	}
}

// lookSooner brings the next look of orders forward that the supplier did not answer for, without counting the look that failed.
func (a *Actor) lookSooner(next *messages.OrdersState, orderIDs []string) (changed bool) {
	soon := a.kit.Now().Add(lookAgain).UnixMilli()
	for _, orderID := range orderIDs {
		if t := trackedOf(next, orderID); t != nil && t.NextLookMs > soon {
			t.NextLookMs, t.Looks, changed = soon, max(0, t.Looks-1), true
		}
	}
	return changed
}

// follow moves one order by what the supplier says; it reports whether the order is still on its way.
func (a *Actor) follow(ch *actorkit.Change, row *messages.OrderTracking) (underway bool) {
	known := a.order(row.OrderId)
	if known == nil {
		return false
	}
	after := ordering.AfterSupplier(*known, row.Status, row.TrackingCode, a.kit.Now())
	underway = after.Status == "ordered" || after.Status == "shipped"
	if after.Status == known.Status && after.TrackingCode == known.TrackingCode {
		return underway
	}
	ch.Facts = append(ch.Facts, after)
	ch.Audit = append(ch.Audit, actorkit.Audit{
		Action: "order_" + after.Status, Subject: after.ID, Reason: "the supplier says " + row.Status,
		Figures: []actorkit.Figure{{Name: "tracking", Value: after.TrackingCode}},
	})
	if after.TrackingCode != "" && known.TrackingCode == "" {
		ch.Effects = append(ch.Effects, a.shippedNotices(after)...)
	}
	if after.Status == "error" {
		ch.Facts = append(ch.Facts, facts.Alert{
			ID: id.Derive(id.Alert, "supplier", after.ID), Kind: "order_stuck", Severity: "critical", Subject: after.ID,
			Title: "The supplier cancelled an order", Detail: "Refund the customer or order elsewhere.", At: a.kit.Now(),
		})
	}
	return underway
}

func trackedOf(state *messages.OrdersState, orderID string) *messages.TrackedOrder {
	for _, t := range state.Tracked {
		if t.OrderId == orderID {
			return t
		}
	}
	return nil
}

func without(list []*messages.TrackedOrder, orderID string) []*messages.TrackedOrder {
	return slices.DeleteFunc(list, func(t *messages.TrackedOrder) bool { return t.OrderId == orderID })
}
