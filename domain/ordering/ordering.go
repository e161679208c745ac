// Package ordering decides what becomes of orders: taken in once per order id whatever is repeated or reordered, attributed by their
// UTM parameters, sent to the supplier, followed until delivered, refunded.
package ordering

import (
	"slices"
	"strings"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/facts"
	"github.com/agente-ceo/agente-ceo/domain/id"
	"github.com/agente-ceo/agente-ceo/domain/money"
)

// Kind says what a stored webhook turned out to be.
type Kind string

// The kinds of incoming webhooks.
const (
	KindOrder   Kind = "order"
	KindRefund  Kind = "refund"
	KindNotice  Kind = "notice"  // something to tell people, such as an ad that a platform rejected
	KindInvalid Kind = "invalid" // signed but unusable
)

// Incoming is one stored webhook, parsed at the edge.
type Incoming struct {
	WebhookID int64
	Kind      Kind
	Order     Placed
	Refund    Refund
	Notice    Notice
	Problem   string // KindInvalid: what is wrong with it
}

// Placed is an order as a shop or a pixel tells it.
type Placed struct {
	Shop       string // "shopify", "woocommerce"; "meta" for a pixel's purchase, which has no address
	ExternalID string
	Email      string
	Name       string
	Phone      string
	Language   string // of the customer, "pt-BR" or "en"
	Total      money.Amount
	Items      []facts.OrderItem
	Landing    string // URL with UTM parameters, may be empty
	UTM        map[string]string
	Address    Address
	PlacedAt   time.Time
	UpdatedAt  time.Time // the shop's version of the order; zero where it has none
	Cancelled  bool
	Test       bool
}

// Address is where the parcel goes; the zero value is unknown.
type Address struct {
	Name, Phone, Line1, Line2, City, Province, Country, Zip, TaxID string
}

// Refund is money given back for an order. ID is the shop's id of this refund.
type Refund struct {
	Shop       string
	ExternalID string // of the order
	ID         string
	Amount     money.Amount
	At         time.Time
}

// Notice is something a platform announced.
type Notice struct {
	Platform string
	Subject  string
	Title    string
	Detail   string
}

// OrderID is our id of a shop's order: the same whoever tells of it, so that a pixel and a shop cannot count one sale twice.
func OrderID(externalID string) string { return id.Derive(id.Order, externalID) }

// CustomerID is our id of a customer, by e-mail; orders without one share none.
func CustomerID(email string) string {
	return id.Derive(id.Customer, strings.ToLower(strings.TrimSpace(email)))
}

// Intake says how an order is to be taken in.
type Intake int

const (
	// Duplicate changes nothing.
	Duplicate Intake = iota
	// New creates and counts the order.
	New
	// Completion fills in what a pixel's purchase lacked; its revenue has been counted.
	Completion
	// Cancellation is a newer version of a known order, which the shop has cancelled since.
	Cancellation
)

// TakeIn decides between the four by what is known of the order already. A version that is not newer than the one taken in changes nothing.
func TakeIn(known *facts.Order, p Placed) Intake {
	switch {
	case known == nil:
		return New
	case known.Shop == "meta" && p.Shop != "meta":
		return Completion
	case known.Shop == p.Shop && p.Cancelled && known.Status != "cancelled" && known.Status != "refunded" && p.UpdatedAt.After(known.ShopUpdatedAt):
		return Cancellation
	}
	return Duplicate
}

// Changes is what became of a shop's orders since some moment, as the shop itself tells when it is asked.
type Changes struct {
	Incoming []Incoming // orders, and after each the refunds of it
	Until    time.Time  // everything that the shop changed up to then is in; the zero time when nothing was
	More     bool       // there is more to be read, from Until on
	Unheard  []string   // topics that the shop does not tell us of any more, though it should
}

// Attribution is where a sale came from. Empty ids mean that it cannot be told.
type Attribution struct{ CampaignID, AdSetID, AdID string }

// Attribute reads our ids out of UTM parameters; foreign values are ignored, as anybody can write a link.
func Attribute(utm map[string]string) Attribution {
	var a Attribution
	if v := utm["utm_campaign"]; id.Is(id.Campaign, v) {
		a.CampaignID = v
	}
	if v := utm["utm_term"]; id.Is(id.AdSet, v) {
		a.AdSetID = v
	}
	if v := utm["utm_content"]; id.Is(id.Ad, v) {
		a.AdID = v
	}
	return a
}

// NewOrder makes the row of an order that was just placed. productID is empty when no line is ours.
func NewOrder(p Placed, productID string, now time.Time) facts.Order {
	from := Attribute(p.UTM)
	o := facts.Order{
		ID: OrderID(p.ExternalID), Shop: p.Shop, ExternalID: p.ExternalID, Status: "pending", Email: p.Email,
		Total: p.Total, Refunded: money.Zero(p.Total.Currency()), SupplierCost: money.Zero(p.Total.Currency()),
		Phone: p.Phone, ProductID: productID, CampaignID: from.CampaignID, AdID: from.AdID, UTM: p.UTM, Items: p.Items,
		Country: p.Address.Country, PlacedAt: p.PlacedAt, UpdatedAt: now, Test: p.Test, ShopUpdatedAt: p.UpdatedAt,
	}
	if p.Email != "" {
		o.CustomerID = CustomerID(p.Email)
	}
	if p.Cancelled {
		o.Status = "cancelled"
	}
	return o
}

// Orderable reports whether the supplier can be asked: a real order with an address and at least one line with a supplier's reference.
func Orderable(p Placed) bool {
	hasLine := slices.ContainsFunc(p.Items, func(i facts.OrderItem) bool { return i.SKU != "" && i.Quantity > 0 })
	return !p.Test && !p.Cancelled && p.Address.Line1 != "" && p.Address.Country != "" && hasLine
}

// ApplyRefund returns the order after a refund: never more than its total, "refunded" once all of it went back. taken is what was
// really added, zero when the refund is in already, is in another currency, or nothing was left to refund.
func ApplyRefund(o facts.Order, r Refund, now time.Time) (after facts.Order, taken money.Amount) {
	none := money.Zero(o.Total.Currency())
	if r.ID != "" && slices.Contains(o.RefundIDs, r.ID) || r.Amount.Currency() != o.Total.Currency() {
		return o, none
	}
	left := o.Total.Sub(o.Refunded)
	taken = money.Min(r.Amount, left)
	if !taken.Positive() {
		return o, none
	}
	o.Refunded, o.RefundIDs = o.Refunded.Add(taken), append(slices.Clip(o.RefundIDs), r.ID)
	if o.Refunded == o.Total {
		o.Status = "refunded"
	}
	o.UpdatedAt = now
	return o, taken
}

// AfterSupplier moves an order by what the supplier says. It never goes back, and a refunded order stays refunded.
func AfterSupplier(o facts.Order, supplierStatus, tracking string, now time.Time) facts.Order {
	rank := map[string]int{"pending": 0, "ordered": 1, "shipped": 2, "delivered": 3}
	next := map[string]string{"placed": "ordered", "shipped": "shipped", "delivered": "delivered"}[supplierStatus]
	if tracking != "" {
		o.TrackingCode = tracking
	}
	current, movable := rank[o.Status]
	if movable && next != "" && rank[next] > current {
		o.Status = next
	}
	if supplierStatus == "cancelled" && movable {
		o.Status = "error"
	}
	o.UpdatedAt = now
	return o
}

// NextLook is when to ask the supplier again, up to 60 looks; zero gives up. Looks fall on whole multiples of the interval, so that all
// orders are asked about together.
func NextLook(looks int64, interval time.Duration, now time.Time) time.Time {
	if looks >= 60 {
		return time.Time{}
	}
	return now.Truncate(interval).Add(interval)
}

// LanguageOf guesses the customer's language by country: Portuguese for Brazil and Portugal, else English.
func LanguageOf(country string) string {
	if country == "BR" || country == "PT" {
		return "pt-BR"
	}
	return "en"
}
