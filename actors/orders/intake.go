package orders

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/agente-ceo/agente-ceo/domain/facts"
	"github.com/agente-ceo/agente-ceo/domain/id"
	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/domain/ordering"
	"github.com/agente-ceo/agente-ceo/messages"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
)

func (a *Actor) takeInOrder(c actor.Context, in ordering.Incoming) {
	p := in.Order
	known := a.order(ordering.OrderID(p.ExternalID))
	switch ordering.TakeIn(known, p) {
	case ordering.Duplicate:
		if in.WebhookID == 0 { // asked for, not sent: there is nothing to mark
			return
		}
		a.kit.Commit(c, actorkit.Change{Facts: []facts.Fact{a.mark(in, "duplicate", p.ExternalID)}})
	case ordering.Completion:
		a.complete(c, in, *known)
	case ordering.Cancellation:
		a.cancel(c, in, *known)
	case ordering.New:
		a.create(c, in)
	}
}

// create takes in an order that was never seen: row, customer, roll-ups, supplier, customer notice, CRM and campaign, in one commit.
func (a *Actor) create(c actor.Context, in ordering.Incoming) {
	p, now := in.Order, a.kit.Now()
	product := a.productOf(p)
	o := ordering.NewOrder(p, product, now)
	for i := range o.Items {
		o.Items[i].ProductID = product
	}
	ch := actorkit.Change{
		Facts: []facts.Fact{o, a.mark(in, "order_created", o.ID)},
		Audit: []actorkit.Audit{{
			Action: "order_received", Subject: o.ID,
			Reason:   fmt.Sprintf("%s order %s of %s was placed", p.Shop, p.ExternalID, p.Total),
			Expected: "the supplier is asked to ship it",
			Figures:  []actorkit.Figure{{Name: "total", Value: p.Total.String()}, {Name: "campaign", Value: o.CampaignID}, {Name: "ad", Value: o.AdID}},
		}},
	}
	if !o.Test && o.Status != "cancelled" {
		a.count(&ch, o, p)
	}
	a.fulfil(&ch, o, p)
	a.kit.Commit(c, ch)
}

// count adds a sale to everything that sums: customer, shop roll-ups, campaign.
func (a *Actor) count(ch *actorkit.Change, o facts.Order, p ordering.Placed) {
	now, total := a.kit.Now(), a.reckon(ch, o.Total)
	none := money.Zero(total.Currency())
	ch.Facts = append(ch.Facts, facts.ShopRevenue{
		CampaignID: o.CampaignID, ProductID: o.ProductID, Day: now.Format(time.DateOnly), Orders: 1, Revenue: total, Cost: none, Refunds: none,
	})
	if o.CustomerID != "" {
		ch.Facts = append(ch.Facts, facts.Customer{
			ID: o.CustomerID, Email: p.Email, Name: p.Name, Phone: p.Phone, Country: p.Address.Country,
			AddOrders: 1, AddRevenue: total, AddTags: tagsOf(o), SeenAt: now,
		})
	}
	if o.CampaignID != "" {
		ch.Tells = append(ch.Tells, actorkit.Tell{
			To:  actorkit.Key{Kind: "campaign", ID: o.CampaignID},
			Msg: &messages.ConversionReceived{OrderId: o.ID, AdId: o.AdID, Value: wireMoney(total), AtMs: now.UnixMilli(), Kind: "sale"},
		})
	}
	ch.Effects = append(ch.Effects, crmEffect("order_created", o, o.ID))
}

func tagsOf(o facts.Order) []string {
	if o.ProductID == "" {
		return nil
	}
	return []string{"product:" + o.ProductID}
}

// complete fills a pixel's purchase with what the shop knows, without counting the sale again.
func (a *Actor) complete(c actor.Context, in ordering.Incoming, known facts.Order) {
	p := in.Order
	o := ordering.NewOrder(p, a.productOf(p), a.kit.Now())
	o.Refunded, o.RefundIDs, o.PlacedAt = known.Refunded, known.RefundIDs, known.PlacedAt
	if o.CampaignID == "" {
		o.CampaignID, o.AdID = known.CampaignID, known.AdID
	}
	ch := actorkit.Change{
		Facts: []facts.Fact{o, a.mark(in, "order_completed", o.ID)},
		Audit: []actorkit.Audit{{Action: "order_completed", Subject: o.ID, Reason: "the shop's order followed the pixel's purchase"}},
	}
	a.fulfil(&ch, o, p)
	a.kit.Commit(c, ch)
}

// cancel notes that the shop has cancelled an order. What was paid comes back as a refund of its own; what the supplier was already asked
// for, people have to take back.
func (a *Actor) cancel(c actor.Context, in ordering.Incoming, o facts.Order) {
	now, before := a.kit.Now(), o.Status
	o.Status, o.ShopUpdatedAt, o.UpdatedAt = "cancelled", in.Order.UpdatedAt, now
	ch := actorkit.Change{
		Facts: []facts.Fact{o, a.mark(in, "order_cancelled", o.ID)},
		Audit: []actorkit.Audit{{Action: "order_cancelled", Subject: o.ID, Reason: "the shop cancelled it", Figures: []actorkit.Figure{{Name: "was", Value: before}}}},
	}
	if o.ProductID != "" && before != "error" {
		ch.Facts = append(ch.Facts, facts.Alert{
			ID: id.Derive(id.Alert, "cancelled", o.ID), Kind: "order_stuck", Severity: "warning", Subject: o.ID, At: now,
			Title: "A cancelled order may be on its way", Detail: "Order " + o.ExternalID + " was cancelled in the shop: cancel it with the supplier too.",
		})
	}
	a.kit.Commit(c, ch)
}

// fulfil asks the supplier and tells the customer, where the order allows it.
func (a *Actor) fulfil(ch *actorkit.Change, o facts.Order, p ordering.Placed) {
	if ordering.Orderable(p) && o.ProductID != "" {
		ch.Effects = append(ch.Effects, supplierEffect(o, p))
	}
	if p.Email != "" && p.Shop != "meta" && !p.Test && !p.Cancelled {
		ch.Effects = append(ch.Effects, notifyEffect("email", p.Email, "order_confirmed", o, map[string]string{
			"name": p.Name, "order": p.ExternalID, "total": p.Total.String(),
		}))
	}
}

// takeInRefund applies a refund; one whose order is unknown stays in the queue, and people are told after a day.
func (a *Actor) takeInRefund(c actor.Context, in ordering.Incoming) (handled bool) {
	r, now := in.Refund, a.kit.Now()
	known := a.order(ordering.OrderID(r.ExternalID))
	if known == nil {
		if now.Sub(r.At) < orphanAfter {
			return false
		}
		a.kit.Commit(c, actorkit.Change{Facts: []facts.Fact{a.mark(in, "invalid", "refund of an unknown order"), facts.Alert{
			ID: id.Derive(id.Alert, "orphan_refund", r.ID), Kind: "webhook", Severity: "warning", Subject: r.ExternalID,
			Title: "Refund without an order", Detail: fmt.Sprintf("%s refunded %s of order %s, which never arrived", r.Shop, r.Amount, r.ExternalID), At: now,
		}}})
		return true
	}
	if r.Amount.Currency() != known.Total.Currency() {
		a.kit.Commit(c, actorkit.Change{Facts: []facts.Fact{a.mark(in, "invalid", "refund in another currency"), facts.Alert{
			ID: id.Derive(id.Alert, "foreign_refund", r.ID), Kind: "webhook", Severity: "warning", Subject: known.ID, At: now,
			Title: "Refund in another currency", Detail: fmt.Sprintf("%s refunded %s of an order of %s: correct it by hand", r.Shop, r.Amount, known.Total),
		}}})
		return true
	}
	after, taken := ordering.ApplyRefund(*known, r, now)
	if !taken.Positive() {
		if in.WebhookID == 0 {
			return true
		}
		a.kit.Commit(c, actorkit.Change{Facts: []facts.Fact{a.mark(in, "duplicate", r.ID)}})
		return true
	}
	a.kit.Commit(c, a.refund(in, after, taken))
	return true
}

func (a *Actor) refund(in ordering.Incoming, o facts.Order, taken money.Amount) actorkit.Change {
	now := a.kit.Now()
	ch := actorkit.Change{
		Facts: []facts.Fact{o, a.mark(in, "refunded", o.ID)},
		Audit: []actorkit.Audit{{
			Action: "order_refunded", Subject: o.ID, Reason: fmt.Sprintf("%s of %s went back to the customer", taken, o.Total),
			Figures: []actorkit.Figure{{Name: "refund", Value: taken.String()}, {Name: "campaign", Value: o.CampaignID}},
		}},
		Effects: []actorkit.Effect{crmEffect("order_refunded", o, in.Refund.ID)},
	}
	back := a.reckon(&ch, taken)
	none := money.Zero(back.Currency())
	ch.Facts = append(ch.Facts, facts.ShopRevenue{
		CampaignID: o.CampaignID, ProductID: o.ProductID, Day: now.Format(time.DateOnly), Revenue: none, Cost: none, Refunds: back,
	})
	if o.CustomerID != "" {
		ch.Facts = append(ch.Facts, facts.Customer{ID: o.CustomerID, Email: o.Email, Country: o.Country, AddRevenue: back.Neg(), SeenAt: now})
	}
	if o.CampaignID != "" {
		ch.Tells = append(ch.Tells, actorkit.Tell{
			To: actorkit.Key{Kind: "campaign", ID: o.CampaignID},
			Msg: &messages.ConversionReceived{
				OrderId: id.Derive(id.Order, o.ID, "refund", in.Refund.ID), AdId: o.AdID, Value: wireMoney(back.Neg()), AtMs: now.UnixMilli(), Kind: "refund",
			},
		})
	}
	if o.Email != "" {
		ch.Effects = append(ch.Effects, notifyEffect("email", o.Email, "order_refunded", o, map[string]string{
			"order": o.ExternalID, "amount": taken.String(), "refund": in.Refund.ID,
		}))
	}
	return ch
}

// crmBody is what the CRM is told of an order.
type crmBody struct {
	Event    string       `json:"event"`
	OrderID  string       `json:"order_id"`
	External string       `json:"external_id"`
	Email    string       `json:"email,omitempty"`
	Total    money.Amount `json:"total"`
	Refunded money.Amount `json:"refunded"`
	Product  string       `json:"product_id,omitempty"`
	Campaign string       `json:"campaign_id,omitempty"`
	Country  string       `json:"country,omitempty"`
	Tags     []string     `json:"tags"`
	Sequence string       `json:"sequence"` // which e-mail sequence and upsell to start
	PlacedAt time.Time    `json:"placed_at"`
}

func crmEffect(event string, o facts.Order, cause string) actorkit.Effect {
	sequence := map[string]string{"order_created": "post_purchase_upsell", "order_refunded": "win_back"}[event]
	body, err := json.Marshal(crmBody{
		Event: event, OrderID: o.ID, External: o.ExternalID, Email: o.Email, Total: o.Total, Refunded: o.Refunded, Product: o.ProductID,
		Campaign: o.CampaignID, Country: o.Country, Tags: tagsOf(o), Sequence: sequence, PlacedAt: o.PlacedAt.UTC(),
	})
	if err != nil {
		panic(fmt.Errorf("encode the CRM's copy of order %s: %w", o.ID, err))
	}
	effectID := id.Derive(id.Effect, "crm", event, cause)
	return actorkit.Effect{
		ID: effectID, Courier: "crm", Kind: "send_crm", Subject: o.ID,
		Payload: &messages.Effect{Quiet: true, What: &messages.Effect_SendCrm{SendCrm: &messages.SendCRM{Event: event, EventId: effectID, Body: body}}},
	}
}
