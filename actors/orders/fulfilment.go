package orders

import (
	"fmt"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"google.golang.org/protobuf/proto"

	"github.com/agente-ceo/agente-ceo/domain/facts"
	"github.com/agente-ceo/agente-ceo/domain/id"
	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/domain/ordering"
	"github.com/agente-ceo/agente-ceo/messages"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
)

func supplierEffect(o facts.Order, p ordering.Placed) actorkit.Effect {
	place := &messages.PlaceSupplierOrder{OrderId: o.ID, Address: &messages.Address{
		Name: p.Address.Name, Phone: p.Address.Phone, Line1: p.Address.Line1, Line2: p.Address.Line2, City: p.Address.City,
		Province: p.Address.Province, Country: p.Address.Country, Zip: p.Address.Zip, TaxId: p.Address.TaxID, Email: p.Email,
	}}
	for _, item := range p.Items {
		if item.SKU != "" && item.Quantity > 0 {
			place.Items = append(place.Items, &messages.SupplierItem{SupplierRef: item.SKU, Quantity: item.Quantity})
		}
	}
	return actorkit.Effect{
		ID: id.Derive(id.Effect, "supplier", o.ID), Courier: "supplier", Kind: "place_supplier_order", Subject: o.ID,
		Payload: &messages.Effect{What: &messages.Effect_PlaceSupplierOrder{PlaceSupplierOrder: place}},
	}
}

func notifyEffect(channel, to, template string, o facts.Order, values map[string]string) actorkit.Effect {
	return actorkit.Effect{
		ID: id.Derive(id.Effect, "notify", channel, template, o.ID, values["refund"]), Courier: "notify", Kind: "notify_customer", Subject: o.ID,
		Payload: &messages.Effect{Quiet: true, What: &messages.Effect_NotifyCustomer{NotifyCustomer: &messages.NotifyCustomer{
			Channel: channel, To: to, Template: template, Language: ordering.LanguageOf(o.Country), Values: values,
		}}},
	}
}

func (a *Actor) onEffectPerformed(c actor.Context, m *messages.EffectPerformed) {
	switch m.Kind {
	case "place_supplier_order":
		a.onSupplierAnswer(c, m)
	case "notify_customer", "send_crm":
		a.onNoticeAnswer(c, m)
	case "ensure_webhook":
		a.onWebhookEnsured(c, m)
	default:
		a.kit.Unhandled(c)
	}
}

func (a *Actor) onSupplierAnswer(c actor.Context, m *messages.EffectPerformed) {
	known := a.order(m.Subject)
	if known == nil || known.SupplierOrderID != "" {
		return
	}
	if m.Outcome != "done" {
		a.supplierRefused(c, *known, m)
		return
	}
	now := a.kit.Now()
	charged := money.Minor(m.Receipt.GetCost().GetMinor(), money.Currency(m.Receipt.GetCost().GetCurrency()))
	var ch actorkit.Change
	o := ordering.AfterSupplier(*known, "placed", "", now)
	o.SupplierOrderID, o.SupplierCost = m.Receipt.GetExternalId(), a.reckon(&ch, charged)
	next := proto.CloneOf(&a.state)
	next.Tracked = append(next.Tracked, &messages.TrackedOrder{
		OrderId: o.ID, SupplierOrderId: o.SupplierOrderID, NextLookMs: ordering.NextLook(0, a.deps.Settings().TrackEvery, now).UnixMilli(),
	})
	none := money.Zero(o.SupplierCost.Currency())
	ch.Facts = append(ch.Facts, o, facts.ShopRevenue{
		CampaignID: o.CampaignID, ProductID: o.ProductID, Day: now.Format(time.DateOnly), Revenue: none, Cost: o.SupplierCost, Refunds: none,
	})
	ch.Audit = []actorkit.Audit{{
		Action: "supplier_order_placed", Subject: o.ID, Reason: "the supplier took the order as " + o.SupplierOrderID,
		Expected: "a tracking code within days",
		Figures:  []actorkit.Figure{{Name: "cost", Value: charged.String()}, {Name: "total", Value: o.Total.String()}},
	}}
	a.commit(c, next, ch)
}

func (a *Actor) supplierRefused(c actor.Context, o facts.Order, m *messages.EffectPerformed) {
	o.Status, o.UpdatedAt = "error", a.kit.Now()
	a.kit.Commit(c, actorkit.Change{
		Tells: stockNotice(o, m.Code),
		Facts: []facts.Fact{o, facts.Alert{
			ID: id.Derive(id.Alert, "supplier", o.ID), Kind: "order_stuck", Severity: "critical", Subject: o.ID,
			Title: "An order could not be placed with the supplier", At: a.kit.Now(),
			Detail: fmt.Sprintf("Order %s: %s. Place it by hand or refund it.", o.ExternalID, m.Text),
		}},
		Audit: []actorkit.Audit{{Action: "supplier_order_refused", Subject: o.ID, Reason: m.Text, Figures: []actorkit.Figure{{Name: "code", Value: m.Code}}}},
	})
}

// stockNotice tells a product at once that its supplier has none left: the next order must not be sold.
func stockNotice(o facts.Order, code string) []actorkit.Tell {
	if code != "out_of_stock" {
		return nil
	}
	return []actorkit.Tell{{
		To: actorkit.Key{Kind: "product", ID: o.ProductID}, Msg: &messages.StockChanged{NoticeId: id.Derive(id.Message, "stock", o.ID)},
	}}
}

func (a *Actor) shippedNotices(o facts.Order) []actorkit.Effect {
	values := map[string]string{"order": o.ExternalID, "tracking": o.TrackingCode}
	var out []actorkit.Effect
	if o.Email != "" {
		out = append(out, notifyEffect("email", o.Email, "order_shipped", o, values))
	}
	settings := a.deps.Settings()
	if phone := o.Phone; phone != "" && settings.SMS {
		out = append(out, notifyEffect("sms", phone, "order_shipped", o, values))
	}
	if phone := o.Phone; phone != "" && settings.WhatsApp {
		out = append(out, notifyEffect("whatsapp", phone, "order_shipped", o, values))
	}
	return out
}

// onNoticeAnswer tells people when a customer or the CRM could not be told; the order goes on.
func (a *Actor) onNoticeAnswer(c actor.Context, m *messages.EffectPerformed) {
	if m.Outcome == "done" {
		return
	}
	a.kit.Commit(c, actorkit.Change{
		Facts: []facts.Fact{facts.Alert{
			ID: id.Derive(id.Alert, "notice", m.Kind, m.Code), Kind: "api_failure", Severity: "warning", Subject: m.Subject,
			Title: "A message could not be delivered", Detail: m.Kind + ": " + m.Text, At: a.kit.Now(),
		}},
		Audit: []actorkit.Audit{{Action: "message_undelivered", Subject: m.Subject, Reason: m.Text}},
	})
}

// commit writes the next state with the alarm that it needs, then makes it the state.
func (a *Actor) commit(c actor.Context, next *messages.OrdersState, ch actorkit.Change) {
	ch.State = next
	earliest := int64(0)
	for _, t := range next.Tracked {
		if earliest == 0 || t.NextLookMs < earliest {
			earliest = t.NextLookMs
		}
	}
	if earliest != 0 {
		ch.Schedule = []actorkit.Alarm{{Name: trackAlarm, At: time.UnixMilli(earliest).UTC()}}
	}
	a.kit.Commit(c, ch)
	proto.Reset(&a.state)
	proto.Merge(&a.state, next)
}

func wireMoney(a money.Amount) *messages.Money {
	return &messages.Money{Minor: a.Minor(), Currency: string(a.Currency())}
}
