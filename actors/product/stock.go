package product

import (
	"fmt"
	"slices"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"google.golang.org/protobuf/proto"

	"github.com/agente-ceo/agente-ceo/domain/catalog"
	"github.com/agente-ceo/agente-ceo/domain/facts"
	"github.com/agente-ceo/agente-ceo/domain/id"
	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/messages"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
)

const (
	kindStock = "check_stock"

	stockEvery = 24 * time.Hour
)

// supply is what the supplier says at one moment.
type supply struct {
	cause   string // the id of what brought it: the ids of what follows are derived from it
	inStock bool
	price   money.Amount // zero: not told
}

// orderable reports whether the product is, or is about to be, for sale: what the supplier says of others changes nothing.
func orderable(s *messages.ProductState) bool {
	return s.Status == qualified || s.Status == ready || s.Status == live
}

// held reports whether advertising the product would only cost.
func held(s *messages.ProductState) bool { return s.OutOfStock || s.Unprofitable }

// holdReason says why a product is held; that it cannot be had weighs more than what it costs.
func holdReason(s *messages.ProductState) string {
	if s.OutOfStock {
		return "Its supplier is out of stock."
	}
	return "Its supplier's price leaves no margin."
}

// pinned is a sighting with the supplier to whom orders go: the page in the shop names that one, whoever else sells the product now.
func pinned(s *messages.ProductState, seen *messages.Candidate) *messages.Candidate {
	old := s.Candidate
	if (!orderable(s) && s.LandingUrl == "") || seen.SupplierRef == old.SupplierRef {
		return seen
	}
	out := proto.CloneOf(seen)
	out.SupplierRef, out.SupplierPrice, out.ShippingPrice, out.ShipDays = old.SupplierRef, old.SupplierPrice, old.ShippingPrice, old.ShipDays
	return out
}

// watched reports whether the supplier has to be asked: while campaigns spend on the product, and while it waits for its supplier to be
// launched.
func watched(s *messages.ProductState) bool {
	return len(s.LiveCampaignIds) > 0 || (s.Status == ready && held(s))
}

// watch keeps the alarm "stock" armed while the product is watched. What goes live is looked at once: it may have waited for its launch for days.
func (a *Actor) watch(next *messages.ProductState, ch *actorkit.Change) {
	_, armed := a.kit.Alarm(alarmStock)
	planned := slices.ContainsFunc(ch.Schedule, func(x actorkit.Alarm) bool { return x.Name == alarmStock })
	switch {
	case !watched(next):
		if armed {
			ch.Cancel = append(ch.Cancel, alarmStock)
		}
	case armed || planned:
	case held(next):
		ch.Schedule = append(ch.Schedule, a.in(alarmStock, stockEvery)...)
	default:
		ch.Schedule = append(ch.Schedule, a.in(alarmStock, 0)...)
	}
}

// checkStock asks the supplier, unless an answer is still on its way or today's has come.
func (a *Actor) checkStock(c actor.Context) {
	next := a.next()
	ch := actorkit.Change{Schedule: a.in(alarmStock, stockEvery)}
	if day := a.kit.Now().UTC().Format(time.DateOnly); next.StockCheck == "" && next.StockDay != day {
		next.StockCheck, next.StockDay = id.Derive(id.Effect, a.id, kindStock, day), day
		ch.Effects = []actorkit.Effect{{ID: next.StockCheck, Courier: "supplier", Kind: kindStock, Subject: a.id, Payload: &messages.Effect{
			What: &messages.Effect_CheckStock{CheckStock: &messages.CheckStock{SupplierRef: next.Candidate.SupplierRef}},
		}}}
	}
	a.commit(c, next, ch)
}

func (a *Actor) onStockChecked(c actor.Context, m *messages.EffectPerformed) {
	next, ch := a.next(), actorkit.Change{}
	next.StockCheck = ""
	status := m.Receipt.GetStatus()
	switch {
	case m.Outcome != "done" || (status != "in_stock" && status != "out_of_stock"):
		ch.Audit = []actorkit.Audit{unchecked(a.id, m)}
	case orderable(next):
		a.supplied(next, &ch, supply{cause: m.EffectId, inStock: status == "in_stock", price: amount(m.Receipt.Cost)})
	}
	a.commit(c, next, ch)
}

func (a *Actor) onStock(c actor.Context, m *messages.StockChanged) {
	if a.done(m.NoticeId) || !orderable(a.state) {
		return
	}
	next, ch := a.next(), actorkit.Change{}
	markDone(next, m.NoticeId)
	a.supplied(next, &ch, supply{cause: m.NoticeId, inStock: m.InStock, price: amount(m.SupplierPrice)})
	a.commit(c, next, ch)
}

// supplied takes over what the supplier says: its price, whether it has the product, and with both whether the product is held.
func (a *Actor) supplied(next *messages.ProductState, ch *actorkit.Change, s supply) {
	before := a.next()
	next.SupplierChangedMs = a.kit.Now().UnixMilli()
	selling := amount(next.SellingPrice)
	// A price in another currency cannot be compared: it counts as not told.
	if s.price.Positive() && s.price.Currency() == selling.Currency() && s.price != amount(next.Candidate.SupplierPrice) {
		next.Candidate.SupplierPrice = wireMoney(s.price)
		ch.Audit = append(ch.Audit, a.repriced(next))
	}
	if next.OutOfStock = !s.inStock; next.OutOfStock != before.OutOfStock {
		a.noteStock(next, ch)
	}
	left := catalog.PriceAt(candidateOf(next.Candidate), selling, a.deps.Rules())
	if next.Unprofitable = !left.Margin.Over(0); next.Unprofitable != before.Unprofitable {
		a.noteMargin(next, ch, left)
	}
	switch {
	case held(next) && !held(before):
		a.hold(next, ch, s.cause)
	case !held(next) && held(before):
		a.release(next, ch, s.cause, before.OutOfStock)
	}
	ch.Facts = append(ch.Facts, rows(next)...)
}

// hold pauses the product's campaigns and takes it out of the launch queue.
func (a *Actor) hold(next *messages.ProductState, ch *actorkit.Change, cause string) {
	for _, campaignID := range next.LiveCampaignIds {
		ch.Tells = append(ch.Tells, actorkit.Tell{To: campaign(campaignID), Msg: &messages.PauseCampaign{
			CommandId: id.Derive(id.Message, cause, campaignID, "pause"), By: "product", Reason: holdReason(next),
		}})
	}
	if next.ReadyTold && next.Status == ready {
		next.ReadyTold = false
		ch.Tells = append(ch.Tells, a.gone(cause, holdReason(next)))
	}
}

// release takes back what hold did.
func (a *Actor) release(next *messages.ProductState, ch *actorkit.Change, cause string, wasOut bool) {
	reason := "Its supplier's price leaves a margin again."
	if wasOut {
		reason = "Its supplier has it again."
	}
	for _, campaignID := range next.LiveCampaignIds {
		ch.Tells = append(ch.Tells, actorkit.Tell{To: campaign(campaignID), Msg: &messages.ResumeCampaign{
			CommandId: id.Derive(id.Message, cause, campaignID, "resume"), By: "product", Reason: reason,
		}})
	}
	if next.Status == ready && !next.ReadyTold {
		a.tellReady(next, ch)
	}
}

func (a *Actor) stockAlert() string { return id.Derive(id.Alert, "out_of_stock", a.id) }

func (a *Actor) marginAlert() string { return id.Derive(id.Alert, "no_margin", a.id) }

// noteStock tells people that the product ran out, or came back.
func (a *Actor) noteStock(next *messages.ProductState, ch *actorkit.Change) {
	if !next.OutOfStock {
		ch.Facts = append(ch.Facts, facts.AlertResolved{ID: a.stockAlert(), At: a.kit.Now()})
		ch.Audit = append(ch.Audit, actorkit.Audit{Action: "product_back_in_stock", Subject: a.id, Reason: "The supplier says that it can be ordered again."})
		return
	}
	ch.Facts = append(ch.Facts, facts.Alert{
		ID: a.stockAlert(), Kind: "out_of_stock", Severity: "warning", Subject: a.id, At: a.kit.Now(),
		Title: "Out of stock: " + next.Candidate.Title, Detail: fmt.Sprintf("%d live campaigns are paused until the supplier has it again.", len(next.LiveCampaignIds)),
	})
	ch.Audit = append(ch.Audit, actorkit.Audit{
		Action: "product_out_of_stock", Subject: a.id, Reason: "The supplier says that it cannot be ordered.", Expected: "Nothing is spent on what cannot be delivered.",
	})
}

// noteMargin tells people that the supplier's price leaves nothing, or something again.
func (a *Actor) noteMargin(next *messages.ProductState, ch *actorkit.Change, left catalog.Price) {
	figures := []actorkit.Figure{{Name: "supplier_price", Value: amount(next.Candidate.SupplierPrice).String()},
		{Name: "selling_price", Value: left.Selling.String()}, {Name: "margin", Value: left.Margin.String()}}
	if !next.Unprofitable {
		ch.Facts = append(ch.Facts, facts.AlertResolved{ID: a.marginAlert(), At: a.kit.Now()})
		ch.Audit = append(ch.Audit, actorkit.Audit{Action: "product_earns_again", Subject: a.id, Reason: "The supplier's price leaves a margin again.", Figures: figures})
		return
	}
	ch.Facts = append(ch.Facts, facts.Alert{
		ID: a.marginAlert(), Kind: "no_margin", Severity: "warning", Subject: a.id, At: a.kit.Now(), Title: "No margin left: " + next.Candidate.Title,
		Detail: fmt.Sprintf("The shop asks %s, and %s of it are left. %d live campaigns are paused until the supplier's price falls.",
			left.Selling, left.Profit, len(next.LiveCampaignIds)),
	})
	ch.Audit = append(ch.Audit, actorkit.Audit{
		Action: "product_without_margin", Subject: a.id, Reason: "The supplier's price leaves nothing of what the shop asks.",
		Expected: "Nothing is spent on sales that earn nothing.", Figures: figures,
	})
}

// forgetSupply ends what the supplier's last word had caused, for a product that is no longer for sale.
func (a *Actor) forgetSupply(next *messages.ProductState, ch *actorkit.Change) {
	if next.OutOfStock {
		ch.Facts = append(ch.Facts, facts.AlertResolved{ID: a.stockAlert(), At: a.kit.Now()})
	}
	if next.Unprofitable {
		ch.Facts = append(ch.Facts, facts.AlertResolved{ID: a.marginAlert(), At: a.kit.Now()})
	}
	next.OutOfStock, next.Unprofitable = false, false
}
