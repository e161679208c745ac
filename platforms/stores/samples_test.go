package stores_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/domain/ordering"
	"github.com/agente-ceo/agente-ceo/platforms/platformtest"
	"github.com/agente-ceo/agente-ceo/platforms/stores"
)

func TestParse_ShopifySample(t *testing.T) {
	t.Parallel()
	var body json.RawMessage
	platformtest.Sample(t, "shopify/orders-create.body.json", &body)
	o := only(t, "shopify", "orders/create", string(body)).Order
	if o.ExternalID != "820982911946154508" || o.Total != money.Minor(6470, money.USD) || o.Email != "marina@example.com" || o.Cancelled || o.Test {
		t.Errorf("order %+v", o)
	}
	if o.UTM["utm_source"] != "facebook" || o.UTM["utm_content"] != "120210000000000003" || len(o.UTM) != 4 || o.PlacedAt.Format("15:04") != "13:15" {
		t.Errorf("came from %v at %v", o.UTM, o.PlacedAt)
	}
	if len(o.Items) == 0 || o.Items[0].Quantity != 2 || o.Items[0].Price != money.Minor(2990, money.USD) {
		t.Errorf("items %+v", o.Items)
	}
}

func TestParse_WooSample(t *testing.T) {
	t.Parallel()
	var body json.RawMessage
	platformtest.Sample(t, "woocommerce/order-created.body.json", &body)
	o := only(t, "woocommerce", "order.created", string(body)).Order
	if o.ExternalID != "727" || o.Total != money.Minor(2935, money.USD) || o.Email != "john.doe@example.com" || o.Name != "John Doe" || o.Address.Phone == "" || o.Address.Zip != "94103" {
		t.Errorf("order %+v", o)
	}
	if len(o.Items) != 2 || o.Items[0].Price != money.Minor(300, money.USD) || o.Items[1].SKU != "Bar3" || o.PlacedAt.Format("2006-01-02 15:04") != "2017-03-22 19:28" {
		t.Errorf("items %+v at %v", o.Items, o.PlacedAt)
	}
}

func TestParse_MetaSamples(t *testing.T) {
	t.Parallel()
	var purchase struct {
		Request struct {
			JSON json.RawMessage `json:"json"`
		} `json:"request"`
	}
	platformtest.Sample(t, "meta/capi-purchase.json", &purchase)
	o := only(t, "meta", "", string(purchase.Request.JSON)).Order
	if o.ExternalID != "820982911946154508" || o.Total != money.Minor(6470, money.USD) || len(o.Items) != 1 || o.Items[0].SKU != "CJ-PROJ-1080-BK" || o.PlacedAt.Unix() != 1763644503 {
		t.Errorf("purchase %+v", o)
	}
	var notices map[string]json.RawMessage
	platformtest.Sample(t, "meta/webhook-ad-account.json", &notices)
	for name, body := range notices {
		in := only(t, "meta", "", string(body))
		if in.Kind != ordering.KindNotice || in.Notice.Subject != "1234567890" || !strings.Contains(in.Notice.Title, strings.ReplaceAll(name, "_", " ")) || !strings.Contains(in.Notice.Detail, "120210000000000003") {
			t.Errorf("%s: %+v", name, in)
		}
	}
}

// TestParse_TaxNumbers: suppliers do not send to Brazil without the customer's CPF, and shops keep it in three places.
func TestParse_TaxNumbers(t *testing.T) {
	t.Parallel()
	const shopify = `{"id":1,"currency":"BRL","total_price":"1.00","note_attributes":[NOTE],"shipping_address":{"country_code":"BR","company":"COMPANY"}}`
	const woo = `{"id":1,"currency":"BRL","total":"1.00","date_created_gmt":"2026-03-22T19:28:02","billing":{"address_1":"x","country":"BR"},"meta_data":[META]}`
	for name, c := range map[string]struct{ source, topic, body, want string }{
		"Note":        {"shopify", "orders/create", strings.NewReplacer("NOTE", `{"name":"cpf","value":"000.000.000-00"}`, "COMPANY", "").Replace(shopify), "000.000.000-00"},
		"Company":     {"shopify", "orders/create", strings.NewReplacer("NOTE", "", "COMPANY", "00000000000").Replace(shopify), "00000000000"},
		"RealCompany": {"shopify", "orders/create", strings.NewReplacer("NOTE", "", "COMPANY", "Souza Ltda").Replace(shopify), ""},
		"WooMeta":     {"woocommerce", "order.created", strings.Replace(woo, "META", `{"key":"_billing_cpf","value":"000.000.000-00"}`, 1), "000.000.000-00"},
		"WooOdd":      {"woocommerce", "order.created", strings.Replace(woo, "META", `{"key":"_billing_cpf","value":{"a":1}}`, 1), ""},
	} {
		if in := only(t, c.source, c.topic, c.body); in.Kind != ordering.KindOrder || in.Order.Address.TaxID != c.want {
			t.Errorf("%s: %q (%s), want %q", name, in.Order.Address.TaxID, in.Problem, c.want)
		}
	}
}

// TestParse_Fallbacks: shops leave fields out that another one holds.
func TestParse_Fallbacks(t *testing.T) {
	t.Parallel()
	o := only(t, "shopify", "orders/updated", `{"id":1,"currency":"USD","total_price":"0.00","contact_email":"a@example.com","cancelled_at":"2026-11-20T10:15:03Z","test":true,
		"landing_site":"/?utm_campaign=`+strings.Repeat("x", 201)+`&utm_source=meta&q=1","shipping_address":{"name":"Ana","phone":"+1555","country_code":"US"}}`).Order
	if o.Email != "a@example.com" || o.Name != "Ana" || o.Phone != "+1555" || o.Language != "en" || !o.Cancelled || !o.Test || len(o.UTM) != 1 || o.UTM["utm_source"] != "meta" {
		t.Errorf("Shopify: %+v", o)
	}
	o = only(t, "shopify", "orders/create", `{"id":1,"currency":"USD","total_price":"1.00","landing_site":"%zz","customer":{"first_name":"Ana","email":"c@example.com","phone":"+2"}}`).Order
	if o.Email != "c@example.com" || o.Phone != "+2" || o.Name != "Ana" || len(o.UTM) != 0 || o.Address != (ordering.Address{}) {
		t.Errorf("Shopify without an address: %+v", o)
	}
	o = only(t, "woocommerce", "order.updated", `{"id":1,"status":"cancelled","currency":"USD","total":"1.00","date_created_gmt":"2026-03-22T19:28:02",
		"billing":{"first_name":"Ana","phone":"+3","address_1":"b"},"shipping":{"first_name":"Bia","address_1":"s","country":"PT"}}`).Order
	if !o.Cancelled || o.Name != "Ana" || o.Address.Name != "Bia" || o.Address.Line1 != "s" || o.Address.Phone != "+3" || o.Language != "pt-BR" {
		t.Errorf("WooCommerce: %+v", o)
	}
	o = only(t, "meta", "", `{"data":[{"event_name":"Purchase","event_id":"e1","custom_data":{"currency":"USD","value":"5.005","contents":[{"id":"A","quantity":1}]}}]}`).Order
	if o.ExternalID != "e1" || o.Total != money.Minor(501, money.USD) || o.Items[0].Price != money.Minor(0, money.USD) {
		t.Errorf("Meta: %+v", o)
	}
	notice := only(t, "meta", "", `{"entry":[{"id":7,"changes":[{"field":"f","value":"`+strings.Repeat("ç", 1000)+`"}]}]}`).Notice
	if notice.Subject != "7" || len(notice.Detail) > 1003 || !strings.HasSuffix(notice.Detail, "…") {
		t.Errorf("notice of %s with %d bytes", notice.Subject, len(notice.Detail))
	}
}

// TestParse_SeveralAtOnce: Meta sends batches, and every one of them counts.
func TestParse_SeveralAtOnce(t *testing.T) {
	t.Parallel()
	const purchase = `{"event_name":"Purchase","event_id":"1","custom_data":{"currency":"USD","value":5}}`
	got := stores.Parse(9, "meta", "", []byte(`{"data":[`+purchase+`,`+strings.Replace(purchase, `"1"`, `"2"`, 1)+`]}`))
	if len(got) != 2 || got[0].Order.ExternalID != "1" || got[1].Order.ExternalID != "2" || got[1].WebhookID != 9 {
		t.Errorf("got %+v", got)
	}
}
