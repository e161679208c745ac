package courier

import (
	"context"
	"fmt"

	"github.com/agente-ceo/agente-ceo/domain/delivery"
	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/messages"
)

// Shop publishes product pages.
type Shop interface {
	// Publish makes the product's page, or finds it by key; key is our product id.
	Publish(ctx context.Context, key, title, description, supplierRef string, price money.Amount, images []string) (delivery.Listing, error)
	Check(ctx context.Context) error
}

// Teller is a shop that can be made to tell us of what happens in it.
type Teller interface {
	// Subscribe makes the shop tell us of a topic, unless it does; id is the shop's.
	Subscribe(ctx context.Context, topic string) (id string, err error)
}

type shopPerformer struct {
	shop    Shop
	tellers map[string]Teller
}

// NewShop performs PublishListing in a shop, and EnsureWebhook in those shops that orders come from, by their names. shop is nil where
// pages cannot be published; those effects wait until one is connected.
func NewShop(shop Shop, tellers map[string]Teller) Performer { return shopPerformer{shop, tellers} }

// Check validates the shop's credentials.
func (p shopPerformer) Check(ctx context.Context) error {
	if p.shop == nil {
		return Disconnected{Account: "store"}.Check(ctx)
	}
	return p.shop.Check(ctx)
}

// Find says that nothing was done: publishing again finds the page by its key, subscribing again the subscription.
func (p shopPerformer) Find(context.Context, Task) (*messages.Receipt, error) { return nil, nil }

// Perform publishes a product, or makes the shop tell us of a topic.
func (p shopPerformer) Perform(ctx context.Context, t Task) (*messages.Receipt, error) {
	if w := t.Effect.GetEnsureWebhook(); w != nil {
		teller := p.tellers[t.Subject]
		if teller == nil {
			return nil, fault.Refuse("unknown_shop", "%s is not connected", t.Subject)
		}
		id, err := teller.Subscribe(ctx, w.Topic)
		if err != nil {
			return nil, fmt.Errorf("subscribe to %s: %w", w.Topic, err)
		}
		return &messages.Receipt{ExternalId: id, Status: "subscribed"}, nil
	}
	m := t.Effect.GetPublishListing()
	if m == nil {
		return nil, wrongEffect("the shop", t)
	}
	if p.shop == nil {
		return nil, Disconnected{Account: "store"}.stop()
	}
	listing, err := p.shop.Publish(ctx, m.ProductId, m.Title, m.Description, m.SupplierRef, amountOf(m.Price), m.Images)
	if err != nil {
		return nil, fmt.Errorf("publish %s: %w", m.ProductId, err)
	}
	return &messages.Receipt{ExternalId: listing.ID, Url: listing.URL, Status: "published"}, nil
}

// Supplier sends products to customers.
type Supplier interface {
	// Place orders once per key: repeating a key returns the order that exists.
	Place(ctx context.Context, key string, lines []delivery.SupplierLine, to delivery.Address) (delivery.SupplierOrder, error)
	// Stock says whether a product can be ordered, and at what price; the zero amount where it names none.
	Stock(ctx context.Context, ref string) (inStock bool, price money.Amount, err error)
	Check(ctx context.Context) error
}

type supplierPerformer struct{ supplier Supplier }

// NewSupplier performs PlaceSupplierOrder and CheckStock.
func NewSupplier(s Supplier) Performer { return supplierPerformer{s} }

// Check validates the supplier's credentials.
func (p supplierPerformer) Check(ctx context.Context) error { return p.supplier.Check(ctx) }

// Find says that nothing was done: ordering again under the same key finds the order, and the rest only reads.
func (p supplierPerformer) Find(context.Context, Task) (*messages.Receipt, error) { return nil, nil }

// Perform places an order, or reads a product's stock.
func (p supplierPerformer) Perform(ctx context.Context, t Task) (*messages.Receipt, error) {
	switch what := t.Effect.What.(type) {
	case *messages.Effect_PlaceSupplierOrder:
		return p.place(ctx, what.PlaceSupplierOrder)
	case *messages.Effect_CheckStock:
		return p.stock(ctx, what.CheckStock.SupplierRef)
	}
	return nil, wrongEffect("the supplier", t)
}

func (p supplierPerformer) place(ctx context.Context, m *messages.PlaceSupplierOrder) (*messages.Receipt, error) {
	order, err := p.supplier.Place(ctx, m.OrderId, linesOf(m.Items), addressOf(m.Address))
	if err != nil {
		return nil, fmt.Errorf("order %s from the supplier: %w", m.OrderId, err)
	}
	return receiptOfOrder(order), nil
}

func (p supplierPerformer) stock(ctx context.Context, ref string) (*messages.Receipt, error) {
	inStock, price, err := p.supplier.Stock(ctx, ref)
	if err != nil {
		return nil, fmt.Errorf("read the stock of %s: %w", ref, err)
	}
	r := &messages.Receipt{ExternalId: ref, Status: "out_of_stock"}
	if inStock {
		r.Status = "in_stock"
	}
	if price.Positive() {
		r.Cost = moneyOf(price)
	}
	return r, nil
}

func receiptOfOrder(o delivery.SupplierOrder) *messages.Receipt {
	r := &messages.Receipt{ExternalId: o.ID, Status: o.Status, TrackingCode: o.TrackingCode}
	if !o.Cost.IsZero() {
		r.Cost = moneyOf(o.Cost)
	}
	return r
}

func linesOf(items []*messages.SupplierItem) []delivery.SupplierLine {
	var out []delivery.SupplierLine
	for _, i := range items {
		out = append(out, delivery.SupplierLine{Ref: i.SupplierRef, Quantity: i.Quantity})
	}
	return out
}

func addressOf(m *messages.Address) delivery.Address {
	return delivery.Address{
		Name: m.GetName(), Phone: m.GetPhone(), Line1: m.GetLine1(), Line2: m.GetLine2(), City: m.GetCity(), Province: m.GetProvince(),
		Country: m.GetCountry(), Zip: m.GetZip(), TaxID: m.GetTaxId(), Email: m.GetEmail(),
	}
}
