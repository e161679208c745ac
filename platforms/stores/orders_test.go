package stores_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/domain/ordering"
	"github.com/agente-ceo/agente-ceo/platforms/httpx"
	"github.com/agente-ceo/agente-ceo/platforms/stores"
)

const us = "https://agente.example/api/webhooks/shopify"

// listed is the order of shopifyBody as the API lists it, with a refund.
func listed() string {
	return `{"data":{"orders":{"nodes":[{"legacyResourceId":"820982911946154508","email":"marina@example.com","phone":null,"currencyCode":"USD",
	"createdAt":"2026-11-20T13:15:03Z","updatedAt":"2026-11-22T10:00:00Z","cancelledAt":null,"customerLocale":"pt-BR","test":false,
	"totalPriceSet":{"shopMoney":{"amount":"64.70","currencyCode":"USD"}},"customAttributes":[{"key":"CPF","value":"000.000.000-00"}],
	"customerJourneySummary":{"firstVisit":{"landingPage":"/"},"lastVisit":{"landingPage":"/products/mini-projector?utm_source=meta&utm_campaign=` + campaign + `&fbclid=x"}},
	"customer":{"firstName":"Marina","lastName":"Souza","email":null,"phone":null},
	"shippingAddress":{"name":"Marina Souza","phone":"+5521990000000","address1":"Rua das Laranjeiras 210","address2":null,"city":"Rio","province":"RJ","countryCodeV2":"BR","zip":"22240-003","company":null},
	"lineItems":{"nodes":[{"title":"Mini Projector","sku":"1005001","quantity":2,"originalUnitPriceSet":{"shopMoney":{"amount":"29.90","currencyCode":"USD"}}}]},
	"refunds":[{"legacyResourceId":"509562969","createdAt":"2026-11-22T10:00:00Z","transactions":{"nodes":[
		{"kind":"REFUND","status":"SUCCESS","amountSet":{"shopMoney":{"amount":"15.50","currencyCode":"USD"}}},
		{"kind":"REFUND","status":"FAILURE","amountSet":{"shopMoney":{"amount":"99.00","currencyCode":"USD"}}}]}},
		{"legacyResourceId":"509562970","createdAt":"2026-11-22T10:00:00Z","transactions":{"nodes":[]}}]}],
	"pageInfo":{"hasNextPage":false,"endCursor":null}},
	"webhookSubscriptions":{"nodes":[{"topic":"ORDERS_CREATE","uri":"` + us + `"},{"topic":"REFUNDS_CREATE","uri":"https://somebody.example/"}]}}}`
}

// What is listed means the same as what a webhook brings, but for the version.
func TestShopify_ChangedIsWhatWebhooksBring(t *testing.T) {
	t.Parallel()
	a := &admin{answer: listed()}
	shop := openAdmin(t, "", a)
	shop.TellAt(us)
	got, err := shop.Changed(t.Context(), time.Date(2026, 11, 22, 9, 50, 0, 0, time.UTC))
	if err != nil || len(got.Incoming) != 2 || got.More {
		t.Fatalf("got %+v, %v", got, err)
	}
	if q := a.sent.Variables["query"]; q != "updated_at:>='2026-11-22T09:50:00Z'" {
		t.Errorf("asked for %v", q)
	}
	brought := only(t, "shopify", "orders/create", shopifyBody()).Order
	brought.UpdatedAt = time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	if d := cmp.Diff(brought, got.Incoming[0].Order, cmp.Comparer(func(a, b money.Amount) bool { return a == b })); d != "" {
		t.Errorf("differs from the webhook:\n%s", d)
	}
	if r := got.Incoming[1]; r.Kind != ordering.KindRefund || r.Refund.Amount != money.Minor(1550, money.USD) || r.Refund.ExternalID != "820982911946154508" || r.Refund.ID != "509562969" {
		t.Errorf("refund %+v", r)
	}
	if !got.Until.Equal(brought.UpdatedAt) || !slices.Equal(got.Unheard, []string{"REFUNDS_CREATE"}) {
		t.Errorf("until %s, unheard %v", got.Until, got.Unheard)
	}
}

func TestShopify_ChangedWithoutAnAddressMissesNoSubscription(t *testing.T) {
	t.Parallel()
	got, err := openAdmin(t, "", &admin{answer: listed()}).Changed(t.Context(), time.Now().UTC())
	if err != nil || got.Unheard != nil {
		t.Errorf("unheard %v, %v", got.Unheard, err)
	}
}

func TestShopify_AnUnreadableOrderHidesNoOther(t *testing.T) {
	t.Parallel()
	broken := strings.Replace(listed(), `"nodes":[{"legacyResourceId"`, `"nodes":[{"legacyResourceId":"x","totalPriceSet":{"shopMoney":{"amount":"-1","currencyCode":""}}},{"legacyResourceId"`, 1)
	got, err := openAdmin(t, "", &admin{answer: broken}).Changed(t.Context(), time.Now().UTC())
	if err != nil || len(got.Incoming) != 3 || got.Incoming[0].Kind != ordering.KindInvalid || got.Incoming[1].Kind != ordering.KindOrder {
		t.Errorf("got %+v, %v", got.Incoming, err)
	}
}

func TestShopify_SubscribeRefusesWhatItCannot(t *testing.T) {
	t.Parallel()
	shop := openAdmin(t, "", &admin{answer: `{"data":{"webhookSubscriptions":{"nodes":[]},"webhookSubscriptionCreate":{"webhookSubscription":null,"userErrors":[{"message":"Address is invalid"}]}}}`})
	if _, err := shop.Subscribe(t.Context(), "ORDERS_CREATE"); fault.CodeOf(err) != "unknown_topic" {
		t.Errorf("without an address: %v", err)
	}
	shop.TellAt(us)
	if _, err := shop.Subscribe(t.Context(), "THEMES_PUBLISH"); fault.CodeOf(err) != "unknown_topic" {
		t.Errorf("another topic: %v", err)
	}
	if _, err := shop.Subscribe(t.Context(), "ORDERS_CREATE"); fault.CodeOf(err) != "rejected" {
		t.Errorf("a user error: %v", err)
	}
}

// woo is a WooCommerce shop of some orders and webhooks.
type woo struct {
	orders   []string
	webhooks []map[string]any
	asked    []string
	login    string
}

func openWoo(t *testing.T, w *woo) *stores.WooCommerce {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.login = r.Header.Get("Authorization")
		w.asked = append(w.asked, r.Method+" "+r.URL.Path+"?"+r.URL.RawQuery)
		switch {
		case r.Method == http.MethodPost:
			var in map[string]any
			if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
				t.Errorf("no JSON: %v", err)
			}
			in["id"] = len(w.webhooks) + 1
			if strings.HasSuffix(r.URL.Path, "/webhooks/1") {
				w.webhooks[0]["status"], in["id"] = in["status"], 1
			} else {
				w.webhooks = append(w.webhooks, in)
			}
			_ = json.NewEncoder(rw).Encode(in)
		case strings.HasSuffix(r.URL.Path, "/webhooks"):
			_ = json.NewEncoder(rw).Encode(append([]map[string]any{}, w.webhooks...))
		default:
			_, _ = io.WriteString(rw, "["+strings.Join(w.orders, ",")+"]")
		}
	}))
	t.Cleanup(server.Close)
	shop, err := stores.NewWooCommerce(server.URL, "ck_1", "cs_2", httpx.New(httpx.Options{}))
	if err != nil {
		t.Fatal(err)
	}
	shop.TellAt("https://agente.example/api/webhooks/woocommerce", "whsec")
	return shop
}

func wooRow(id int, modified, extra string) string {
	return fmt.Sprintf(`{"id":%d,"status":"processing","currency":"USD","total":"29.35","date_created_gmt":"2026-03-22T19:28:02","date_modified_gmt":%q,
	"billing":{"first_name":"John","email":"john@example.com","address_1":"969 Market","country":"US"},"line_items":[]%s}`, id, modified, extra)
}

func TestWooCommerce_Changed(t *testing.T) {
	t.Parallel()
	w := &woo{orders: []string{wooRow(727, "2026-03-22T19:28:02", ""), wooRow(728, "2026-03-23T08:00:00", `,"refunds":[{"id":731,"total":"-10.00"},{"id":732,"total":"0.00"}]`)}}
	shop := openWoo(t, w)
	got, err := shop.Changed(t.Context(), time.Date(2026, 3, 22, 19, 0, 0, 0, time.UTC))
	if err != nil || len(got.Incoming) != 3 || got.More || !got.Until.Equal(time.Date(2026, 3, 23, 8, 0, 0, 0, time.UTC)) {
		t.Fatalf("got %+v, %v", got, err)
	}
	if r := got.Incoming[2].Refund; r.ID != "731" || r.ExternalID != "728" || r.Amount != money.Minor(1000, money.USD) {
		t.Errorf("refund %+v", r)
	}
	if !strings.Contains(w.asked[0], "modified_after=2026-03-22T18%3A59%3A59") || !strings.Contains(w.asked[0], "dates_are_gmt=true") || w.login != "Basic Y2tfMTpjc18y" {
		t.Errorf("asked %s as %s", w.asked[0], w.login)
	}
	if !slices.Equal(got.Unheard, stores.WooTopics) {
		t.Errorf("unheard %v", got.Unheard)
	}
}

func TestWooCommerce_RenewsItsWebhooks(t *testing.T) {
	t.Parallel()
	w := &woo{webhooks: []map[string]any{{"id": 1, "topic": "order.created", "status": "disabled", "delivery_url": "https://agente.example/api/webhooks/woocommerce"}}}
	shop := openWoo(t, w)
	for _, topic := range stores.WooTopics {
		if id, err := shop.Subscribe(t.Context(), topic); err != nil || id == "" {
			t.Fatalf("%s: %q, %v", topic, id, err)
		}
	}
	if len(w.webhooks) != 2 || w.webhooks[1]["secret"] != "whsec" {
		t.Errorf("webhooks %v", w.webhooks)
	}
	if got, err := shop.Changed(t.Context(), time.Now().UTC()); err != nil || len(got.Unheard) != 0 {
		t.Errorf("unheard %v, %v", got.Unheard, err)
	}
	if _, err := shop.Subscribe(t.Context(), "coupon.created"); fault.CodeOf(err) != "unknown_topic" {
		t.Errorf("another topic: %v", err)
	}
}

func TestParse_WooOrderBringsItsRefunds(t *testing.T) {
	t.Parallel()
	got := stores.Parse(7, "woocommerce", "order.updated", []byte(wooRow(728, "2026-03-23T08:00:00", `,"refunds":[{"id":731,"total":"-10.00"}]`)))
	if len(got) != 2 || got[0].Kind != ordering.KindOrder || got[1].Kind != ordering.KindRefund || got[1].WebhookID != 7 {
		t.Errorf("got %+v", got)
	}
	broken := stores.Parse(7, "woocommerce", "order.updated", []byte(wooRow(728, "2026-03-23T08:00:00", `,"refunds":[{"id":731,"total":"lots"}]`)))
	if len(broken) != 1 || broken[0].Kind != ordering.KindInvalid {
		t.Errorf("got %+v", broken)
	}
}
