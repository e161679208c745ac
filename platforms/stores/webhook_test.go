package stores_test

import (
	"strings"
	"testing"

	"github.com/agente-ceo/agente-ceo/domain/id"
	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/domain/ordering"
	"github.com/agente-ceo/agente-ceo/platforms/stores"
)

var campaign = id.Derive(id.Campaign, "c")

func shopifyBody() string {
	return `{"id":820982911946154508,"email":"marina@example.com","currency":"USD","total_price":"64.70","created_at":"2026-11-20T10:15:03-03:00",
	"landing_site":"/products/mini-projector?utm_source=meta&utm_campaign=` + campaign + `&fbclid=x","test":false,
	"note_attributes":[{"name":"CPF","value":"000.000.000-00"}],
	"customer":{"first_name":"Marina","last_name":"Souza"},
	"shipping_address":{"name":"Marina Souza","address1":"Rua das Laranjeiras 210","city":"Rio","province":"RJ","country_code":"BR","zip":"22240-003","phone":"+5521990000000"},
	"line_items":[{"title":"Mini Projector","sku":"1005001","quantity":2,"price":"29.90"}]}`
}

func only(t *testing.T, source, topic, body string) ordering.Incoming {
	t.Helper()
	got := stores.Parse(7, source, topic, []byte(body))
	if len(got) != 1 || got[0].WebhookID != 7 {
		t.Fatalf("got %+v", got)
	}
	return got[0]
}

func TestParse_ShopifyOrder(t *testing.T) {
	t.Parallel()
	in := only(t, "shopify", "orders/create", shopifyBody())
	o := in.Order
	if in.Kind != ordering.KindOrder || o.ExternalID != "820982911946154508" {
		t.Fatalf("kind %s (%s), id %s: ids beyond 2^53 must stay whole", in.Kind, in.Problem, o.ExternalID)
	}
	if o.Total != money.Minor(6470, money.USD) || o.UTM["utm_campaign"] != campaign || o.UTM["fbclid"] != "" || o.Address.TaxID == "" || o.Phone == "" || o.Name != "Marina Souza" || o.Language != "pt-BR" {
		t.Fatalf("order %+v", o)
	}
	if len(o.Items) != 1 || o.Items[0].SKU != "1005001" || o.Items[0].Quantity != 2 || o.Items[0].Price != money.Minor(2990, money.USD) {
		t.Fatalf("items %+v", o.Items)
	}
}

func TestParse_ShopifyRefund(t *testing.T) {
	t.Parallel()
	in := only(t, "shopify", "refunds/create", `{"id":509562969,"order_id":820982911946154508,"created_at":"2026-11-22T10:00:00Z",
	"transactions":[{"kind":"refund","status":"success","amount":"10.00","currency":"USD"},{"kind":"refund","status":"failure","amount":"99.00","currency":"USD"},{"kind":"refund","status":"success","amount":"5.50","currency":"USD"}]}`)
	if in.Kind != ordering.KindRefund || in.Refund.Amount != money.Minor(1550, money.USD) || in.Refund.ExternalID != "820982911946154508" {
		t.Fatalf("refund %+v (%s)", in.Refund, in.Problem)
	}
}

func TestParse_WooOrder(t *testing.T) {
	t.Parallel()
	in := only(t, "woocommerce", "order.created", `{"id":727,"status":"processing","currency":"USD","total":"29.35","date_created_gmt":"2026-03-22T19:28:02",
	"billing":{"first_name":"John","last_name":"Doe","email":"john@example.com","phone":"5555","address_1":"969 Market","city":"San Francisco","state":"CA","postcode":"94103","country":"US"},
	"shipping":{},"line_items":[{"name":"Woo","sku":"S1","quantity":2,"total":"12.00","price":6}],
	"meta_data":[{"key":"_wc_order_attribution_utm_campaign","value":"`+campaign+`"},{"key":"other","value":{"a":1}}]}`)
	o := in.Order
	if in.Kind != ordering.KindOrder || o.Address.Line1 != "969 Market" || o.UTM["utm_campaign"] != campaign || o.Items[0].Price != money.Minor(600, money.USD) {
		t.Fatalf("order %+v (%s)", o, in.Problem)
	}
}

func TestParse_Meta(t *testing.T) {
	t.Parallel()
	in := only(t, "meta", "", `{"data":[{"event_name":"PageView"},{"event_name":"Purchase","event_time":1763644503,"event_id":"820982911946154508",
	"event_source_url":"https:\/\/shop.example.com\/thank-you?utm_campaign=`+campaign+`","custom_data":{"currency":"USD","value":64.7,"order_id":"820982911946154508","contents":[{"id":"A","quantity":2,"item_price":29.9}]}}]}`)
	if in.Order.Shop != "meta" || in.Order.Total != money.Minor(6470, money.USD) || in.Order.UTM["utm_campaign"] != campaign || in.Order.Items[0].Price != money.Minor(2990, money.USD) {
		t.Fatalf("purchase %+v (%s)", in.Order, in.Problem)
	}
	notice := only(t, "meta", "", `{"object":"ad_account","entry":[{"id":"1234","time":1,"changes":[{"field":"with_issues_ad_objects","value":{"id":"5","level":"AD"}}]}]}`)
	if notice.Kind != ordering.KindNotice || !strings.Contains(notice.Notice.Title, "with issues ad objects") {
		t.Fatalf("notice %+v", notice)
	}
}

func TestParse_Unusable(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ source, topic, body string }{
		"NotJSON":           {"shopify", "orders/create", `<html>`},
		"IDIsText":          {"shopify", "orders/create", `{"id":"abc","currency":"USD","total_price":"1.00"}`},
		"TotalIsRubbish":    {"shopify", "orders/create", `{"id":1,"currency":"USD","total_price":"1e5"}`},
		"CurrencyIsRubbish": {"shopify", "orders/create", `{"id":1,"currency":"ZZZ","total_price":"1.00"}`},
		"NoCurrency":        {"shopify", "orders/create", `{"id":1,"total_price":"1.00"}`},
		"LineIsNegative":    {"shopify", "orders/create", `{"id":1,"currency":"USD","total_price":"1.00","line_items":[{"price":"-1.00","quantity":1}]}`},
		"LineIsTakenBack":   {"shopify", "orders/create", `{"id":1,"currency":"USD","total_price":"1.00","line_items":[{"price":"1.00","quantity":-1}]}`},
		"RefundNoCurrency":  {"shopify", "refunds/create", `{"id":1,"order_id":2,"transactions":[{"kind":"refund","amount":"1"}]}`},
		"RefundOfNoOrder":   {"shopify", "refunds/create", `{"id":1,"transactions":[{"kind":"refund","amount":"1","currency":"USD"}]}`},
		"RefundNotJSON":     {"shopify", "refunds/create", `[`},
		"WooNegative":       {"woocommerce", "order.created", `{"id":1,"currency":"USD","total":"-1.00","date_created_gmt":"2026-03-22T19:28:02"}`},
		"WooNoCurrency":     {"woocommerce", "order.created", `{"id":1,"total":"1.00","date_created_gmt":"2026-03-22T19:28:02"}`},
		"WooNoQuantity":     {"woocommerce", "order.created", `{"id":1,"currency":"USD","total":"1.00","date_created_gmt":"2026-03-22T19:28:02","line_items":[{"total":"1.00"}]}`},
		"WooLineNegative":   {"woocommerce", "order.created", `{"id":1,"currency":"USD","total":"1.00","date_created_gmt":"2026-03-22T19:28:02","line_items":[{"quantity":1,"total":"-1.00"}]}`},
		"WooNotJSON":        {"woocommerce", "order.created", `webhook_id=7`},
		"MetaNotJSON":       {"meta", "", `<html>`},
		"MetaNoCurrency":    {"meta", "", `{"data":[{"event_name":"Purchase","event_id":"1","custom_data":{"value":5}}]}`},
		"MetaBadPrice":      {"meta", "", `{"data":[{"event_name":"Purchase","event_id":"1","custom_data":{"value":5,"currency":"USD","contents":[{"item_price":1e99}]}}]}`},
		"MetaOnlyViews":     {"meta", "", `{"data":[{"event_name":"PageView"}]}`},
		"UnknownSource":     {"etsy", "orders/create", `{}`},
		"TotalIsNegative":   {"shopify", "orders/create", `{"id":1,"currency":"USD","total_price":"-1.00"}`},
		"RefundOfNothing":   {"shopify", "refunds/create", `{"id":1,"order_id":2,"transactions":[]}`},
		"RefundOfTwoMoneys": {"shopify", "refunds/create", `{"id":1,"order_id":2,"transactions":[{"kind":"refund","amount":"1","currency":"USD"},{"kind":"refund","amount":"1","currency":"BRL"}]}`},
		"UnknownTopic":      {"shopify", "carts/create", `{}`},
		"WooWithoutDate":    {"woocommerce", "order.created", `{"id":1,"currency":"USD","total":"1.00"}`},
		"MetaWithoutValue":  {"meta", "", `{"data":[{"event_name":"Purchase","event_id":"1"}]}`},
		"MetaEmpty":         {"meta", "", `{}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if in := only(t, c.source, c.topic, c.body); in.Kind != ordering.KindInvalid || in.Problem == "" {
				t.Fatalf("got %+v", in)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	f.Add("shopify", "orders/create", shopifyBody())
	f.Add("meta", "", `{"data":[{"event_name":"Purchase","custom_data":{"value":1e400}}]}`)
	f.Add("woocommerce", "order.updated", `{"id":1,"line_items":[{"quantity":-1}]}`)
	f.Fuzz(func(t *testing.T, source, topic, body string) {
		for _, in := range stores.Parse(1, source, topic, []byte(body)) {
			if in.Kind == ordering.KindOrder && (in.Order.Total.Negative() || in.Order.Total.Currency() == "") {
				t.Errorf("a negative order: %+v", in.Order)
			}
		}
	})
}
