package stores

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/facts"
	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/domain/ordering"
)

type wooOrderBody struct {
	ID             json.Number `json:"id"`
	Status         string      `json:"status"`
	Currency       string      `json:"currency"`
	Total          string      `json:"total"`
	DateCreatedGMT string      `json:"date_created_gmt"`
	DateModified   string      `json:"date_modified_gmt"`
	Refunds        []struct {
		ID    json.Number `json:"id"`
		Total string      `json:"total"` // "-10.00"
	} `json:"refunds"`
	Billing   wooAddress `json:"billing"`
	Shipping  wooAddress `json:"shipping"`
	LineItems []struct {
		Name     string `json:"name"`
		SKU      string `json:"sku"`
		Quantity int64  `json:"quantity"`
		Total    string `json:"total"`
	} `json:"line_items"`
	MetaData []struct {
		Key   string          `json:"key"`
		Value json.RawMessage `json:"value"`
	} `json:"meta_data"`
}

type wooAddress struct {
	FirstName string `json:"first_name"`
	LastName  string `json:"last_name"`
	Address1  string `json:"address_1"`
	Address2  string `json:"address_2"`
	City      string `json:"city"`
	State     string `json:"state"`
	Postcode  string `json:"postcode"`
	Country   string `json:"country"`
	Email     string `json:"email"`
	Phone     string `json:"phone"`
}

func (a wooAddress) name() string { return strings.TrimSpace(a.FirstName + " " + a.LastName) }

// wooTime is how WooCommerce writes a time in UTC.
const wooTime = "2006-01-02T15:04:05"

// wooOrder is an order and its refunds, which WooCommerce has no topic for: they are parts of the order's next version.
func wooOrder(body []byte) ([]ordering.Incoming, error) {
	var o wooOrderBody
	if err := json.Unmarshal(body, &o); err != nil {
		return nil, fmt.Errorf("read WooCommerce order: %w", err)
	}
	order, err := o.order()
	if err != nil {
		return nil, err
	}
	out := []ordering.Incoming{order}
	for _, r := range o.Refunds {
		back, err := money.Parse(strings.TrimPrefix(r.Total, "-"), order.Order.Total.Currency())
		if err != nil || !digitsOnly(r.ID.String()) {
			return nil, fmt.Errorf("read WooCommerce order %s: refund %q of %q", o.ID, r.ID, r.Total)
		}
		if !back.Positive() {
			continue
		}
		out = append(out, ordering.Incoming{Kind: ordering.KindRefund, Refund: ordering.Refund{
			Shop: "woocommerce", ExternalID: o.ID.String(), ID: r.ID.String(), Amount: back, At: order.Order.UpdatedAt,
		}})
	}
	return out, nil
}

func (o wooOrderBody) order() (ordering.Incoming, error) {
	total, err := charged(o.Total, o.Currency)
	if err != nil || !digitsOnly(o.ID.String()) {
		return ordering.Incoming{}, fmt.Errorf("read WooCommerce order %q: total %q %q", o.ID, o.Total, o.Currency)
	}
	placed, err := time.Parse(wooTime, o.DateCreatedGMT)
	if err != nil {
		return ordering.Incoming{}, fmt.Errorf("read WooCommerce order %s: date %q", o.ID, o.DateCreatedGMT)
	}
	modified, err := time.Parse(wooTime, o.DateModified)
	if err != nil && o.DateModified != "" {
		return ordering.Incoming{}, fmt.Errorf("read WooCommerce order %s: date %q", o.ID, o.DateModified)
	}
	to := o.Shipping
	if to.Address1 == "" {
		to = o.Billing
	}
	p := ordering.Placed{
		Shop: "woocommerce", ExternalID: o.ID.String(), Email: o.Billing.Email, Name: o.Billing.name(), Phone: o.Billing.Phone,
		Total: total, PlacedAt: placed, UpdatedAt: modified, Cancelled: o.Status == "cancelled" || o.Status == "failed", UTM: o.attribution(),
		Address: ordering.Address{
			Name: to.name(), Phone: first(to.Phone, o.Billing.Phone), Line1: to.Address1, Line2: to.Address2, City: to.City,
			Province: to.State, Country: to.Country, Zip: to.Postcode, TaxID: o.meta("_billing_cpf"),
		},
		Language: ordering.LanguageOf(to.Country),
	}
	for _, line := range o.LineItems {
		if line.Quantity < 1 {
			return ordering.Incoming{}, fmt.Errorf("read WooCommerce order %s: line %q has quantity %d", o.ID, line.Name, line.Quantity)
		}
		sum, err := money.ParseRounded(line.Total, total.Currency(), money.HalfUp)
		if err != nil || sum.Negative() {
			return ordering.Incoming{}, fmt.Errorf("read WooCommerce order %s: line %q: total %q", o.ID, line.Name, line.Total)
		}
		p.Items = append(p.Items, facts.OrderItem{SKU: line.SKU, Title: line.Name, Quantity: line.Quantity, Price: sum.MulRatio(1, line.Quantity, money.HalfUp)})
	}
	return ordering.Incoming{Kind: ordering.KindOrder, Order: p}, nil
}

// meta is a text of the order's meta data, such as the CPF that Brazilian shops ask for at the checkout.
func (o wooOrderBody) meta(key string) string {
	var value string
	for _, m := range o.MetaData {
		if m.Key == key && json.Unmarshal(m.Value, &value) == nil && len(value) <= 200 {
			return value
		}
	}
	return ""
}

// attribution reads the order attribution that WooCommerce keeps as meta data: _wc_order_attribution_utm_campaign and its like.
func (o wooOrderBody) attribution() map[string]string {
	out := map[string]string{}
	for _, m := range o.MetaData {
		var value string
		name, ours := strings.CutPrefix(m.Key, "_wc_order_attribution_")
		if ours && strings.HasPrefix(name, "utm_") && json.Unmarshal(m.Value, &value) == nil && len(value) <= 200 {
			out[name] = value
		}
	}
	return out
}

// metaBody is either a page of conversion events, in the shape of the Conversions API as relays forward it, or a webhook envelope of
// an ad account.
type metaBody struct {
	Data []struct {
		EventName  string `json:"event_name"`
		EventTime  int64  `json:"event_time"`
		EventID    string `json:"event_id"`
		SourceURL  string `json:"event_source_url"`
		CustomData struct {
			Currency string      `json:"currency"`
			Value    json.Number `json:"value"`
			OrderID  string      `json:"order_id"`
			Contents []struct {
				ID       string      `json:"id"`
				Quantity int64       `json:"quantity"`
				Price    json.Number `json:"item_price"`
			} `json:"contents"`
		} `json:"custom_data"`
	} `json:"data"`
	Object string `json:"object"`
	Entry  []struct {
		ID      json.RawMessage `json:"id"`
		Changes []struct {
			Field string          `json:"field"`
			Value json.RawMessage `json:"value"`
		} `json:"changes"`
	} `json:"entry"`
}

func metaEvents(body []byte) ([]ordering.Incoming, error) {
	var m metaBody
	if err := json.Unmarshal(body, &m); err != nil {
		return nil, fmt.Errorf("read Meta webhook: %w", err)
	}
	var out []ordering.Incoming
	for _, e := range m.Data {
		if e.EventName != "Purchase" {
			continue
		}
		orderID := first(e.CustomData.OrderID, e.EventID)
		total, err := money.ParseRounded(e.CustomData.Value.String(), money.Currency(e.CustomData.Currency), money.HalfUp)
		if err != nil || e.CustomData.Currency == "" || !money.Currency(e.CustomData.Currency).Valid() || orderID == "" || !total.Positive() || len(orderID) > 100 {
			return nil, fmt.Errorf("read Meta purchase %q: value %q %q", orderID, e.CustomData.Value, e.CustomData.Currency)
		}
		p := ordering.Placed{
			Shop: "meta", ExternalID: orderID, Total: total, Landing: e.SourceURL, UTM: utmOf(e.SourceURL), PlacedAt: time.Unix(e.EventTime, 0).UTC(),
		}
		for _, c := range e.CustomData.Contents {
			price, err := money.ParseRounded(first(c.Price.String(), "0"), total.Currency(), money.HalfUp)
			if err != nil {
				return nil, fmt.Errorf("read Meta purchase %q: price %q", orderID, c.Price)
			}
			p.Items = append(p.Items, facts.OrderItem{SKU: c.ID, Quantity: c.Quantity, Price: price})
		}
		out = append(out, ordering.Incoming{Kind: ordering.KindOrder, Order: p})
	}
	for _, entry := range m.Entry {
		for _, change := range entry.Changes {
			out = append(out, ordering.Incoming{Kind: ordering.KindNotice, Notice: ordering.Notice{
				Platform: "meta", Subject: strings.Trim(string(entry.ID), `"`), Title: "Meta announces " + strings.ReplaceAll(change.Field, "_", " "),
				Detail: limit(string(change.Value), 1000),
			}})
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("read Meta webhook: neither a purchase nor a change in it")
	}
	return out, nil
}

func limit(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "") + "…"
}
