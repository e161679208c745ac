package world_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/platforms/sandbox/market"
)

// gql asks the shop.
func (b *bench) gql(query string, variables, out any) {
	b.t.Helper()
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		b.t.Fatal(err)
	}
	header := map[string]string{"X-Shopify-Access-Token": b.secret.ShopifyToken, "Content-Type": "application/json"}
	if code := b.call(b.world.Shopify(), "POST", "/admin/api/2026-07/graphql.json", header, string(body), out); code != 200 {
		b.t.Fatalf("the shop answered %d", code)
	}
}

const productSet = `mutation Make($input: ProductSetInput!) { made: productSet(synchronous: true, input: $input) { product { id handle onlineStoreUrl variants(first: 1) { nodes { sku price } } } userErrors { field message code } } }`

func productInput(handle, sku, price string) map[string]any {
	return map[string]any{"input": map[string]any{"title": "Mini Projector", "handle": handle, "status": "ACTIVE", "variants": []any{map[string]any{"price": price, "sku": sku}}}}
}

type made struct {
	Errors []struct{ Message string }
	Data   struct {
		Made struct {
			Product *struct {
				ID, Handle, OnlineStoreURL string
				Variants                   struct{ Nodes []struct{ SKU, Price string } }
			}
			UserErrors []struct{ Message, Code string }
		}
	}
}

func TestShopify_Products(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var first, taken, cheap made
	b.gql(productSet, productInput("prd-1", "100", "59.99"), &first)
	p := first.Data.Made.Product
	if p == nil || p.OnlineStoreURL != "http://sandbox/shopify/products/prd-1" || p.Variants.Nodes[0].Price != "59.99" || p.Variants.Nodes[0].SKU != "100" {
		t.Fatalf("productSet: %+v", first)
	}
	b.gql(productSet, productInput("prd-1", "100", "59.99"), &taken)
	if e := taken.Data.Made.UserErrors; len(e) != 1 || e[0].Code != "HANDLE_NOT_UNIQUE" {
		t.Errorf("the same handle again: %+v", taken)
	}
	b.gql(productSet, productInput("prd-2", "100", "59.999"), &cheap)
	if len(cheap.Data.Made.UserErrors) != 1 {
		t.Errorf("a price with three decimals: %+v", cheap)
	}
	var list struct {
		Errors []struct{ Message string }
		Data   struct {
			Products struct {
				Edges []struct{ Node struct{ Handle string } }
			}
		}
	}
	b.gql(`query($q: String!) { products(first: 1, query: $q) { edges { node { handle } } } }`, map[string]any{"q": "handle:prd-1"}, &list)
	if len(list.Data.Products.Edges) != 1 {
		t.Errorf("by handle: %+v", list)
	}
	for _, bad := range []string{`{ products(first: 1) { edges { node { colour } } } }`, `{ products(first: 1) }`, `{ nothing }`, `query { shop { name }`, `{ shop { ...x } }`} {
		list.Errors = nil
		if b.gql(bad, nil, &list); len(list.Errors) == 0 {
			t.Errorf("%s was answered", bad)
		}
	}
	if code := b.call(b.world.Shopify(), "POST", "/admin/api/2026-07/graphql.json", nil, `{"query":"{shop{name}}"}`, nil); code != 401 {
		t.Errorf("without a token: %d", code)
	}
	if code := b.call(b.world.Shopify(), "GET", "/products/prd-1", nil, "", nil); code != 200 {
		t.Errorf("the page answered %d", code)
	}
}

// sell runs an ad for a listed product for some days.
func (b *bench) sell(days int) {
	found, _ := b.market.Search(b.now, market.AliExpress, "", 0, 20)
	for i, p := range found {
		handle := fmt.Sprintf("prd-%d", i)
		b.market.List(b.now, market.Listing{Handle: handle, Ref: p.Ref, Title: p.Title, Price: p.Market.Add(money.Zero(money.USD))})
		b.market.SetLive(b.now, market.Ad{Platform: market.Meta, ID: handle, AdSetID: handle, Landing: "http://sandbox/shopify/products/" + handle + "?utm_campaign=cmp_1",
			Countries: []string{"BR", "US"}, Audience: "broad", DailyBudget: 20000}, true)
	}
	for range days * 96 {
		b.now = b.now.Add(market.Step)
		if err := b.world.Deliver(context.Background(), b.now); err != nil {
			b.t.Fatal(err)
		}
	}
}

func TestShopify_Webhooks(t *testing.T) {
	t.Parallel()
	b := setup(t)
	const subscribe = `mutation($t: WebhookSubscriptionTopic!, $u: URL!) { made: webhookSubscriptionCreate(topic: $t, webhookSubscription: {uri: $u, format: JSON}) { webhookSubscription { id topic } userErrors { message } } }`
	var sub struct {
		Data struct {
			Made struct {
				Subscription *struct{ ID string } `json:"webhookSubscription"`
				UserErrors   []struct{ Message string }
			}
		}
	}
	for _, topic := range []string{"ORDERS_CREATE", "REFUNDS_CREATE"} {
		if b.gql(subscribe, map[string]any{"t": topic, "u": "http://agent/hook"}, &sub); sub.Data.Made.Subscription == nil {
			t.Fatalf("subscribe %s: %+v", topic, sub)
		}
	}
	if b.gql(subscribe, map[string]any{"t": "ORDERS_CREATE", "u": "http://agent/hook"}, &sub); len(sub.Data.Made.UserErrors) != 1 {
		t.Errorf("subscribed twice: %+v", sub)
	}
	b.answer = func(n int) int {
		if n%3 == 0 {
			return 503
		}
		return 200
	}
	b.sell(12)
	got := b.tally()
	s := b.world.Snapshot(time.UTC)
	if got.orders < 50 || got.refunds == 0 || got.repeats == 0 || !got.disorder {
		t.Errorf("the receiver counted %+v", got)
	}
	if s.Webhooks.Failed == 0 || int64(got.orders+got.refunds) > s.Webhooks.Orders+s.Webhooks.Refunds || s.Webhooks.Duplicates == 0 {
		t.Errorf("the shop counted %+v", s.Webhooks)
	}
	b.answer = func(int) int { return 200 }
	b.market.Advance(b.now)
	waiting := s.WebhooksWaiting
	for range 200 {
		b.now = b.now.Add(market.Step)
		_ = b.world.Deliver(context.Background(), b.now)
	}
	if s := b.world.Snapshot(time.UTC); s.Webhooks.Dropped != 0 || (waiting > 0 && s.Webhooks.Delivered == 0) {
		t.Errorf("after recovery the shop counted %+v", s.Webhooks)
	}
}

// counted is what came of the webhooks.
type counted struct {
	orders, refunds, repeats int
	disorder                 bool
}

// tally checks every webhook that came and counts them.
func (b *bench) tally() (c counted) {
	b.t.Helper()
	seen, last := map[string]bool{}, int64(0)
	for _, h := range b.hooked {
		switch {
		case !h.verified:
			b.t.Fatal("a webhook is signed wrongly")
		case seen[h.event]:
			c.repeats++
			continue
		case h.topic == "refunds/create":
			c.refunds++
		default:
			c.orders++
			number := b.checkOrder(h.body)
			c.disorder = c.disorder || number < last
			last = number
		}
		seen[h.event] = true
	}
	return c
}

func (b *bench) checkOrder(body []byte) int64 {
	b.t.Helper()
	var o struct {
		ID      int64
		Number  int64  `json:"order_number"`
		Landing string `json:"landing_site"`
		Total   string `json:"total_price"`
		Email   string
		Lines   []struct{ SKU, Price string } `json:"line_items"`
	}
	if err := json.Unmarshal(body, &o); err != nil || o.ID <= 1<<53 || !strings.HasPrefix(o.Landing, "/products/prd-") || !strings.Contains(o.Landing, "utm_campaign=cmp_1") ||
		o.Total == "" || o.Email == "" || len(o.Lines) != 1 || o.Lines[0].SKU == "" {
		b.t.Fatalf("order %+v: %v", o, err)
	}
	return o.Number
}
