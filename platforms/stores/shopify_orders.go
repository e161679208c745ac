package stores

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/domain/ordering"
)

// Topics are what the shop has to tell us of, by their names in the API.
var Topics = []string{"ORDERS_CREATE", "REFUNDS_CREATE"}

const (
	ordersPerPage = 50
	pagesPerCall  = 10
)

// One document asks for both, as a call costs more than what it answers.
const changedOrders = `query($query: String!, $first: Int!, $after: String) {
  orders(first: $first, after: $after, query: $query, sortKey: UPDATED_AT) {
    nodes {
      legacyResourceId email phone currencyCode createdAt updatedAt cancelledAt customerLocale test
      totalPriceSet { shopMoney { amount currencyCode } }
      customAttributes { key value }
      customerJourneySummary { firstVisit { landingPage } lastVisit { landingPage } }
      customer { firstName lastName email phone }
      shippingAddress { name phone address1 address2 city province countryCodeV2 zip company }
      lineItems(first: 100) { nodes { title sku quantity originalUnitPriceSet { shopMoney { amount currencyCode } } } }
      refunds { legacyResourceId createdAt transactions(first: 20) { nodes { kind status amountSet { shopMoney { amount currencyCode } } } } }
    }
    pageInfo { hasNextPage endCursor }
  }
  webhookSubscriptions(first: 100) { nodes { topic uri } }
}`

type shopMoney struct {
	Shop struct {
		Amount   string `json:"amount"`
		Currency string `json:"currencyCode"`
	} `json:"shopMoney"`
}

type visit struct {
	LandingPage string `json:"landingPage"`
}

type graphOrder struct {
	ID             string     `json:"legacyResourceId"`
	Email          string     `json:"email"`
	Phone          string     `json:"phone"`
	Currency       string     `json:"currencyCode"`
	CreatedAt      time.Time  `json:"createdAt"`
	UpdatedAt      time.Time  `json:"updatedAt"`
	CancelledAt    *time.Time `json:"cancelledAt"`
	CustomerLocale string     `json:"customerLocale"`
	Test           bool       `json:"test"`
	Total          shopMoney  `json:"totalPriceSet"`
	Attributes     []struct {
		Key   string `json:"key"`
		Value string `json:"value"`
	} `json:"customAttributes"`
	Journey *struct {
		First *visit `json:"firstVisit"`
		Last  *visit `json:"lastVisit"`
	} `json:"customerJourneySummary"`
	Customer *struct {
		FirstName string `json:"firstName"`
		LastName  string `json:"lastName"`
		Email     string `json:"email"`
		Phone     string `json:"phone"`
	} `json:"customer"`
	Shipping *struct {
		Name     string `json:"name"`
		Phone    string `json:"phone"`
		Address1 string `json:"address1"`
		Address2 string `json:"address2"`
		City     string `json:"city"`
		Province string `json:"province"`
		Country  string `json:"countryCodeV2"`
		Zip      string `json:"zip"`
		Company  string `json:"company"`
	} `json:"shippingAddress"`
	Lines struct {
		Nodes []struct {
			Title    string    `json:"title"`
			SKU      string    `json:"sku"`
			Quantity int64     `json:"quantity"`
			Price    shopMoney `json:"originalUnitPriceSet"`
		} `json:"nodes"`
	} `json:"lineItems"`
	Refunds []graphRefund `json:"refunds"`
}

type graphRefund struct {
	ID           string    `json:"legacyResourceId"`
	CreatedAt    time.Time `json:"createdAt"`
	Transactions struct {
		Nodes []struct {
			Kind   string    `json:"kind"`
			Status string    `json:"status"`
			Amount shopMoney `json:"amountSet"`
		} `json:"nodes"`
	} `json:"transactions"`
}

type changedAnswer struct {
	Data struct {
		Orders struct {
			Nodes []graphOrder `json:"nodes"`
			Page  struct {
				More bool   `json:"hasNextPage"`
				End  string `json:"endCursor"`
			} `json:"pageInfo"`
		} `json:"orders"`
		Subscriptions struct {
			Nodes []struct {
				Topic string `json:"topic"`
				URI   string `json:"uri"`
			} `json:"nodes"`
		} `json:"webhookSubscriptions"`
	} `json:"data"`
}

// Shop is the name under which orders of this shop are kept.
func (s *Shopify) Shop() string { return "shopify" }

// Changed reads the orders that the shop changed since a moment, that moment included, oldest change first, and which topics it does not
// tell our address of. An order that cannot be read is there as KindInvalid, and does not hide the others.
func (s *Shopify) Changed(ctx context.Context, since time.Time) (ordering.Changes, error) {
	in := map[string]any{"query": "updated_at:>='" + since.UTC().Format(time.RFC3339) + "'", "first": ordersPerPage, "after": nil}
	var out ordering.Changes
	for range pagesPerCall {
		var answer changedAnswer
		if err := s.do(ctx, "read_orders", changedOrders, in, &answer); err != nil {
			return ordering.Changes{}, err
		}
		for _, o := range answer.Data.Orders.Nodes {
			out.Incoming = append(out.Incoming, o.incoming()...)
			out.Until = later(out.Until, o.UpdatedAt.UTC())
		}
		out.Unheard = s.unheard(answer)
		if out.More = answer.Data.Orders.Page.More; !out.More {
			break
		}
		in["after"] = answer.Data.Orders.Page.End
	}
	return out, nil
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// unheard lists the topics without a subscription to our address; none when we do not know our address.
func (s *Shopify) unheard(a changedAnswer) []string {
	if s.webhooks == "" {
		return nil
	}
	var out []string
	for _, topic := range Topics {
		heard := false
		for _, n := range a.Data.Subscriptions.Nodes {
			heard = heard || n.Topic == topic && n.URI == s.webhooks
		}
		if !heard {
			out = append(out, topic)
		}
	}
	return out
}

// incoming is the order as its webhooks would have told of it: it takes the way of their bodies, so that both mean the same.
func (o graphOrder) incoming() []ordering.Incoming {
	order, err := shopifyOrder(o.body())
	if err != nil {
		return []ordering.Incoming{{Kind: ordering.KindInvalid, Problem: err.Error()}}
	}
	out := []ordering.Incoming{order}
	for _, r := range o.Refunds {
		// A refund of goods alone gives no money back: it is no refund to us.
		if refund, err := shopifyRefund(r.body(o.ID)); err == nil {
			out = append(out, refund)
		}
	}
	return out
}

func (o graphOrder) body() []byte {
	b := map[string]any{
		"id": json.Number(o.ID), "email": o.Email, "phone": o.Phone, "currency": o.Total.Shop.Currency, "total_price": o.Total.Shop.Amount,
		"created_at": o.CreatedAt, "updated_at": o.UpdatedAt, "cancelled_at": o.CancelledAt, "landing_site": o.landing(),
		"customer_locale": o.CustomerLocale, "test": o.Test,
	}
	var notes []map[string]string
	for _, a := range o.Attributes {
		notes = append(notes, map[string]string{"name": a.Key, "value": a.Value})
	}
	b["note_attributes"] = notes
	if c := o.Customer; c != nil {
		b["customer"] = map[string]string{"first_name": c.FirstName, "last_name": c.LastName, "email": c.Email, "phone": c.Phone}
	}
	if a := o.Shipping; a != nil {
		b["shipping_address"] = map[string]string{
			"name": a.Name, "phone": a.Phone, "address1": a.Address1, "address2": a.Address2, "city": a.City, "province": a.Province,
			"country_code": a.Country, "zip": a.Zip, "company": a.Company,
		}
	}
	var lines []map[string]any
	for _, l := range o.Lines.Nodes {
		lines = append(lines, map[string]any{"title": l.Title, "sku": l.SKU, "quantity": l.Quantity, "price": l.Price.Shop.Amount})
	}
	b["line_items"] = lines
	return bodyOf(b)
}

// landing is the page by which the buyer came in last.
func (o graphOrder) landing() string {
	if o.Journey == nil {
		return ""
	}
	for _, v := range []*visit{o.Journey.Last, o.Journey.First} {
		if v != nil && v.LandingPage != "" {
			return v.LandingPage
		}
	}
	return ""
}

func (r graphRefund) body(orderID string) []byte {
	var transactions []map[string]string
	for _, t := range r.Transactions.Nodes {
		transactions = append(transactions, map[string]string{
			"kind": strings.ToLower(t.Kind), "status": strings.ToLower(t.Status), "amount": t.Amount.Shop.Amount, "currency": t.Amount.Shop.Currency,
		})
	}
	return bodyOf(map[string]any{"id": json.Number(r.ID), "order_id": json.Number(orderID), "created_at": r.CreatedAt, "transactions": transactions})
}

// bodyOf encodes what cannot fail but for a number that is none, which the reader of the body then refuses.
func bodyOf(b map[string]any) []byte {
	out, err := json.Marshal(b)
	if err != nil {
		return []byte("{}")
	}
	return out
}

const subscribe = `mutation($topic: WebhookSubscriptionTopic!, $webhookSubscription: WebhookSubscriptionInput!) {
  webhookSubscriptionCreate(topic: $topic, webhookSubscription: $webhookSubscription) {
    webhookSubscription { id topic uri }
    userErrors { field message }
  }
}`

const listSubscriptions = `query { webhookSubscriptions(first: 100) { nodes { id topic uri } } }`

type subscriptionRow struct {
	ID    string `json:"id"`
	Topic string `json:"topic"`
	URI   string `json:"uri"`
}

// Subscription finds the shop's subscription of a topic to our address; "" when there is none.
func (s *Shopify) Subscription(ctx context.Context, topic string) (id string, err error) {
	var answer struct {
		Data struct {
			List struct {
				Nodes []subscriptionRow `json:"nodes"`
			} `json:"webhookSubscriptions"`
		} `json:"data"`
	}
	if err := s.do(ctx, "list_subscriptions", listSubscriptions, nil, &answer); err != nil {
		return "", err
	}
	for _, row := range answer.Data.List.Nodes {
		if row.Topic == topic && row.URI == s.webhooks {
			return row.ID, nil
		}
	}
	return "", nil
}

// Subscribe makes the shop tell us of a topic, unless it does, and reads back that it does.
func (s *Shopify) Subscribe(ctx context.Context, topic string) (id string, err error) {
	if !slices.Contains(Topics, topic) || s.webhooks == "" {
		return "", fault.Refuse("unknown_topic", "Shopify has nothing to tell us of %s, or we have no address", topic)
	}
	if id, err = s.Subscription(ctx, topic); err != nil || id != "" {
		return id, err
	}
	var answer struct {
		Data struct {
			Create struct {
				Errors []struct {
					Message string `json:"message"`
				} `json:"userErrors"`
			} `json:"webhookSubscriptionCreate"`
		} `json:"data"`
	}
	in := map[string]any{"topic": topic, "webhookSubscription": map[string]string{"uri": s.webhooks, "format": "JSON"}}
	if err := s.do(ctx, "subscribe", subscribe, in, &answer); err != nil {
		return "", err
	}
	if e := answer.Data.Create.Errors; len(e) > 0 {
		return "", fault.Refuse("rejected", "Shopify: %s", e[0].Message)
	}
	if id, err = s.Subscription(ctx, topic); err == nil && id == "" {
		err = fault.Retry("bad_answer", 0, fmt.Errorf("Shopify took the subscription of %s and does not list it", topic))
	}
	return id, err
}

const unsubscribe = `mutation($id: ID!) {
  webhookSubscriptionDelete(id: $id) { deletedWebhookSubscriptionId userErrors { field message } }
}`

// Unsubscribe ends a subscription; one that is gone already is no error.
func (s *Shopify) Unsubscribe(ctx context.Context, id string) error {
	var answer struct {
		Data struct {
			Delete struct {
				Deleted *string `json:"deletedWebhookSubscriptionId"`
			} `json:"webhookSubscriptionDelete"`
		} `json:"data"`
	}
	return s.do(ctx, "unsubscribe", unsubscribe, map[string]string{"id": id}, &answer)
}
