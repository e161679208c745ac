// Package stores speaks to the shop: Shopify's Admin GraphQL for product pages, and the webhooks of shops and pixels, which it turns
// from stored bytes into what the orders actor understands.
package stores

import (
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/facts"
	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/domain/ordering"
)

// Parse reads a stored webhook whose signature was right. It never fails: what cannot be used is KindInvalid and says why.
func Parse(webhookID int64, source, topic string, body []byte) []ordering.Incoming {
	var out []ordering.Incoming
	var err error
	switch {
	case source == "shopify" && strings.HasPrefix(topic, "orders/"):
		out, err = one(shopifyOrder(body))
	case source == "shopify" && topic == "refunds/create":
		out, err = one(shopifyRefund(body))
	case source == "woocommerce" && strings.HasPrefix(topic, "order."):
		out, err = wooOrder(body)
	case source == "meta":
		out, err = metaEvents(body)
	default:
		err = fmt.Errorf("topic %q of %s is not used", topic, source)
	}
	if err != nil {
		out = []ordering.Incoming{{Kind: ordering.KindInvalid, Problem: err.Error()}}
	}
	for i := range out {
		out[i].WebhookID = webhookID
	}
	return out
}

func one(in ordering.Incoming, err error) ([]ordering.Incoming, error) {
	return []ordering.Incoming{in}, err
}

type shopifyAddress struct {
	Name        string `json:"name"`
	Phone       string `json:"phone"`
	Address1    string `json:"address1"`
	Address2    string `json:"address2"`
	City        string `json:"city"`
	Province    string `json:"province"`
	CountryCode string `json:"country_code"`
	Zip         string `json:"zip"`
	Company     string `json:"company"` // Brazilian shops ask for the CPF here
}

type shopifyOrderBody struct {
	ID             json.Number     `json:"id"` // beyond 2^53: never through a float
	Email          string          `json:"email"`
	ContactEmail   string          `json:"contact_email"`
	Phone          string          `json:"phone"`
	Currency       string          `json:"currency"`
	TotalPrice     string          `json:"total_price"`
	CreatedAt      time.Time       `json:"created_at"`
	UpdatedAt      time.Time       `json:"updated_at"`
	CancelledAt    *time.Time      `json:"cancelled_at"`
	LandingSite    string          `json:"landing_site"`
	CustomerLocale string          `json:"customer_locale"`
	Test           bool            `json:"test"`
	Shipping       *shopifyAddress `json:"shipping_address"`
	NoteAttributes []struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	} `json:"note_attributes"`
	Customer *struct {
		FirstName string `json:"first_name"`
		LastName  string `json:"last_name"`
		Email     string `json:"email"`
		Phone     string `json:"phone"`
	} `json:"customer"`
	LineItems []struct {
		Title    string `json:"title"`
		SKU      string `json:"sku"`
		Quantity int64  `json:"quantity"`
		Price    string `json:"price"`
	} `json:"line_items"`
}

func shopifyOrder(body []byte) (ordering.Incoming, error) {
	var o shopifyOrderBody
	if err := json.Unmarshal(body, &o); err != nil {
		return ordering.Incoming{}, fmt.Errorf("read Shopify order: %w", err)
	}
	if !digitsOnly(o.ID.String()) {
		return ordering.Incoming{}, fmt.Errorf("read Shopify order: id %q is no number", o.ID)
	}
	total, err := charged(o.TotalPrice, o.Currency)
	if err != nil {
		return ordering.Incoming{}, fmt.Errorf("read Shopify order %s: total: %w", o.ID, err)
	}
	p := ordering.Placed{
		Shop: "shopify", ExternalID: o.ID.String(), Email: first(o.Email, o.ContactEmail), Phone: o.Phone, Total: total,
		Landing: o.LandingSite, UTM: utmOf(o.LandingSite), PlacedAt: o.CreatedAt.UTC(), UpdatedAt: o.UpdatedAt.UTC(), Cancelled: o.CancelledAt != nil, Test: o.Test,
	}
	if o.Customer != nil {
		p.Email, p.Phone = first(p.Email, o.Customer.Email), first(p.Phone, o.Customer.Phone)
		p.Name = strings.TrimSpace(o.Customer.FirstName + " " + o.Customer.LastName)
	}
	if o.Shipping != nil {
		p.Address = shippingAddress(*o.Shipping)
		p.Name, p.Phone = first(p.Name, p.Address.Name), first(p.Phone, p.Address.Phone)
		p.Language = ordering.LanguageOf(p.Address.Country)
	}
	for _, n := range o.NoteAttributes {
		if strings.EqualFold(n.Name, "cpf") {
			p.Address.TaxID = n.Value
		}
	}
	for _, line := range o.LineItems {
		price, err := charged(line.Price, o.Currency)
		if err == nil && line.Quantity < 0 {
			err = fmt.Errorf("quantity %d", line.Quantity)
		}
		if err != nil {
			return ordering.Incoming{}, fmt.Errorf("read Shopify order %s: line %q: %w", o.ID, line.Title, err)
		}
		p.Items = append(p.Items, facts.OrderItem{SKU: line.SKU, Title: line.Title, Quantity: line.Quantity, Price: price})
	}
	return ordering.Incoming{Kind: ordering.KindOrder, Order: p}, nil
}

// cpf is a Brazilian's tax number, with or without its signs.
var cpf = regexp.MustCompile(`^\d{3}\.?\d{3}\.?\d{3}-?\d{2}$`)

func shippingAddress(a shopifyAddress) ordering.Address {
	taxID := ""
	if cpf.MatchString(a.Company) {
		taxID = a.Company
	}
	return ordering.Address{
		TaxID: taxID, Name: a.Name, Phone: a.Phone, Line1: a.Address1, Line2: a.Address2, City: a.City, Province: a.Province,
		Country: a.CountryCode, Zip: a.Zip,
	}
}

type shopifyRefundBody struct {
	ID           json.Number `json:"id"`
	OrderID      json.Number `json:"order_id"`
	CreatedAt    time.Time   `json:"created_at"`
	Transactions []struct {
		Kind     string `json:"kind"`
		Status   string `json:"status"`
		Amount   string `json:"amount"`
		Currency string `json:"currency"`
	} `json:"transactions"`
}

func shopifyRefund(body []byte) (ordering.Incoming, error) {
	var r shopifyRefundBody
	if err := json.Unmarshal(body, &r); err != nil {
		return ordering.Incoming{}, fmt.Errorf("read Shopify refund: %w", err)
	}
	if !digitsOnly(r.ID.String()) || !digitsOnly(r.OrderID.String()) {
		return ordering.Incoming{}, fmt.Errorf("read Shopify refund: id %q, order %q", r.ID, r.OrderID)
	}
	var sum money.Amount
	for _, t := range r.Transactions {
		if t.Kind != "refund" || (t.Status != "" && t.Status != "success") {
			continue
		}
		amount, err := charged(t.Amount, t.Currency)
		if err != nil {
			return ordering.Incoming{}, fmt.Errorf("read Shopify refund %s: %w", r.ID, err)
		}
		if sum.Currency() != "" && sum.Currency() != amount.Currency() {
			return ordering.Incoming{}, fmt.Errorf("read Shopify refund %s: transactions in %s and %s", r.ID, sum.Currency(), amount.Currency())
		}
		sum = sum.Add(amount)
	}
	if !sum.Positive() {
		return ordering.Incoming{}, fmt.Errorf("read Shopify refund %s: nothing was given back", r.ID)
	}
	return ordering.Incoming{Kind: ordering.KindRefund, Refund: ordering.Refund{
		Shop: "shopify", ExternalID: r.OrderID.String(), ID: r.ID.String(), Amount: sum, At: r.CreatedAt.UTC(),
	}}, nil
}

// utmOf reads the UTM parameters of a landing page, absolute or relative; other parameters are dropped.
func utmOf(landing string) map[string]string {
	u, err := url.Parse(landing)
	if err != nil {
		return nil
	}
	out := map[string]string{}
	for name, values := range u.Query() {
		if strings.HasPrefix(name, "utm_") && len(values) > 0 && len(values[0]) <= 200 {
			out[name] = values[0]
		}
	}
	return out
}

func digitsOnly(s string) bool {
	return s != "" && len(s) <= 20 && strings.Trim(s, "0123456789") == ""
}

func first(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}

// charged reads what somebody paid: not less than nothing, and of some currency.
func charged(text, currency string) (money.Amount, error) {
	if currency == "" {
		return money.Amount{}, fmt.Errorf("%q has no currency", text)
	}
	a, err := money.Parse(text, money.Currency(currency))
	if err == nil && a.Negative() {
		err = fmt.Errorf("%s is negative", a)
	}
	return a, err
}
