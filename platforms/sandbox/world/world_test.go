package world_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/wneessen/go-mail"
	"go.uber.org/goleak"

	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/platforms/sandbox/market"
	"github.com/agente-ceo/agente-ceo/platforms/sandbox/world"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var start = time.Date(2026, 3, 1, 3, 0, 0, 0, time.UTC)

// bench is a world whose clock the test turns.
type bench struct {
	t      *testing.T
	now    time.Time
	market *market.Market
	world  *world.World
	secret world.Secrets
	hooked []hooked
	answer func(n int) int
}

type hooked struct {
	topic, event string
	body         []byte
	verified     bool
}

func setup(t *testing.T) *bench {
	t.Helper()
	b := &bench{t: t, now: start, market: market.New(market.Config{Seed: 5, Start: start}), secret: world.DefaultSecrets(), answer: func(int) int { return 200 }}
	b.world = world.New(world.Config{Market: b.market, Now: func() time.Time { return b.now }, Send: b.receive})
	b.world.SetBase("http://sandbox")
	return b
}

// receive is the shop's customer for webhooks.
func (b *bench) receive(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	mac := hmac.New(sha256.New, []byte(b.secret.ShopifyWebhookSecret))
	mac.Write(body)
	b.hooked = append(b.hooked, hooked{r.Header.Get("X-Shopify-Topic"), r.Header.Get("X-Shopify-Event-Id"), body,
		r.Header.Get("X-Shopify-Hmac-Sha256") == base64.StdEncoding.EncodeToString(mac.Sum(nil))})
	return &http.Response{StatusCode: b.answer(len(b.hooked)), Body: io.NopCloser(strings.NewReader(""))}, nil
}

// call makes a request of one handler and decodes its JSON answer into out.
func (b *bench) call(h http.Handler, method, target string, header map[string]string, body string, out any) int {
	b.t.Helper()
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	for k, v := range header {
		r.Header.Set(k, v)
	}
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, r)
	if out != nil {
		if err := json.Unmarshal(rec.Body.Bytes(), out); err != nil {
			b.t.Fatalf("%s %s answered %d %q: %v", method, target, rec.Code, rec.Body, err)
		}
	}
	return rec.Code
}

func TestSerpAPI(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var page struct {
		Error   string
		Results []struct {
			Title, Source, Price, Thumbnail string
			ProductID                       string  `json:"product_id"`
			Extracted                       float64 `json:"extracted_price"`
			Position                        int
		} `json:"shopping_results"`
		Next struct{ Next string } `json:"serpapi_pagination"`
	}
	for target, want := range map[string]int{
		"/search.json?engine=google_shopping&q=x&api_key=wrong":                 401,
		"/search.json?engine=google&q=x&api_key=" + b.secret.SerpAPIKey:         400,
		"/search.json?engine=google_shopping&q=&api_key=" + b.secret.SerpAPIKey: 400,
	} {
		if got := b.call(b.world.SerpAPI(), "GET", target, nil, "", &page); got != want || page.Error == "" {
			t.Errorf("%s answered %d %q, want %d and an error", target, got, page.Error, want)
		}
	}
	page.Error = ""
	q := "/search.json?engine=google_shopping&gl=%s&q=trending+products&api_key=" + b.secret.SerpAPIKey
	b.call(b.world.SerpAPI(), "GET", fmt.Sprintf(q, "us"), nil, "", &page)
	if len(page.Results) != 60 || page.Next.Next == "" || !strings.HasPrefix(page.Results[0].Price, "$") || page.Results[0].Extracted <= 0 {
		t.Fatalf("page has %d results, next %q, first %+v", len(page.Results), page.Next.Next, page.Results[0])
	}
	usd := page.Results[0].Extracted
	b.call(b.world.SerpAPI(), "GET", fmt.Sprintf(q, "br"), nil, "", &page)
	if first := page.Results[0]; !strings.HasPrefix(first.Price, "R$\u00a0") || first.Extracted < 4*usd {
		t.Errorf("in Brazil it costs %s (%v), in the States %v", first.Price, first.Extracted, usd)
	}
}

// aliCall signs and sends a call of the gateway.
func (b *bench) ali(method string, args map[string]string, out any) {
	b.t.Helper()
	form := url.Values{"method": {method}, "app_key": {b.secret.AliExpressKey}, "timestamp": {strconv.FormatInt(b.now.UnixMilli(), 10)},
		"sign_method": {"sha256"}, "session": {b.secret.AliExpressSession}}
	for k, v := range args {
		form.Set(k, v)
	}
	if form.Get("sign") == "" {
		form.Set("sign", world.AliExpressSign(b.secret.AliExpressSecret, "", form))
	}
	if code := b.call(b.world.AliExpress(), "POST", "/sync", map[string]string{"Content-Type": "application/x-www-form-urlencoded"}, form.Encode(), out); code != 200 {
		b.t.Fatalf("the gateway answered %d", code)
	}
}

func TestAliExpressSign_PublishedVectors(t *testing.T) {
	t.Parallel()
	// From the vectors of a third-party client, reproduced.
	top := url.Values{"method": {"aliexpress.ds.product.get"}, "app_key": {"123456"}, "session": {"test"}, "timestamp": {"1517820392000"}, "sign_method": {"sha256"},
		"product_id": {"1005001"}, "ship_to_country": {"BR"}, "target_currency": {"USD"}, "target_language": {"en"}}
	if got := world.AliExpressSign("helloworld", "", top); got != "CF033CB57EABD6D6CA942CFD4D645E64343DF3DABC6C06A7D760DC7F047EFC5A" {
		t.Errorf("sync: %s", got)
	}
	rest := url.Values{"app_key": {"123456"}, "timestamp": {"1517820392000"}, "sign_method": {"sha256"}, "code": {"3_500102_JxZ05Ux3cnnSSUm6dCxYg6Q26"}}
	if got := world.AliExpressSign("helloworld", "/auth/token/create", rest); got != "CCA1A050ED98960288B872455ACBC479189840218C8F552D5375C662086446C7" {
		t.Errorf("rest: %s", got)
	}
}

type aliError struct {
	Error struct{ Code string } `json:"error_response"`
}

func TestAliExpress_Gate(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for name, c := range map[string]struct {
		args map[string]string
		want string
	}{
		"BadSign":    {map[string]string{"sign": "AA"}, "IncompleteSignature"},
		"BadKey":     {map[string]string{"app_key": "1"}, "InvalidAppKey"},
		"OldTime":    {map[string]string{"timestamp": "1517820392000"}, "IllegalTimestamp"},
		"BadSession": {map[string]string{"session": "x"}, "IllegalAccessToken"},
		"NoCountry":  {map[string]string{"currency": "USD"}, "MissingParameter"},
		"HugePage":   {map[string]string{"currency": "USD", "countryCode": "US", "pageSize": "500"}, "InvalidParameter"},
	} {
		var got aliError
		if b.ali("aliexpress.ds.text.search", c.args, &got); got.Error.Code != c.want {
			t.Errorf("%s: %q, want %q", name, got.Error.Code, c.want)
		}
	}
	var got aliError
	if b.ali("aliexpress.ds.no.such", nil, &got); got.Error.Code != "InvalidApiPath" {
		t.Errorf("unknown method: %q", got.Error.Code)
	}
}

type aliSearch struct {
	Response struct {
		Data struct {
			Products struct {
				List []struct{ ItemID, Title, TargetSalePrice, Score, Orders string } `json:"selection_search_product"`
			}
		}
	} `json:"aliexpress_ds_text_search_response"`
}

type aliOrder struct {
	Response struct {
		Result struct {
			Success bool                     `json:"is_success"`
			Code    string                   `json:"error_code"`
			List    struct{ Number []int64 } `json:"order_list"`
		}
	} `json:"aliexpress_ds_order_create_response"`
}

type aliStatus struct {
	Response struct {
		Result struct {
			Status  string `json:"order_status"`
			Parcels struct {
				List []struct {
					No string `json:"logistics_no"`
				} `json:"ae_order_logistics_info"`
			} `json:"logistics_info_list"`
		}
	} `json:"aliexpress_trade_ds_order_get_response"`
}

func orderJSON(key, ref, country, cpf string) map[string]string {
	return map[string]string{"param_place_order_request4_open_api_d_t_o": fmt.Sprintf(`{"out_order_id":%q,"logistics_address":{"full_name":"Marina Souza","contact_person":"Marina Souza","mobile_no":"21900000000","phone_country":"+55","address":"Rua A 1","city":"Rio","province":"RJ","country":%q,"zip":"22240003","cpf":%q},"product_items":[{"product_id":%s,"product_count":2}]}`, key, country, cpf, ref)}
}

func TestAliExpress_OrdersOnceAndShipsLater(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var found aliSearch
	b.ali("aliexpress.ds.text.search", map[string]string{"countryCode": "BR", "currency": "USD", "pageSize": "5"}, &found)
	if list := found.Response.Data.Products.List; len(list) != 5 || list[0].TargetSalePrice == "" {
		t.Fatalf("search found %+v", list)
	}
	ref := found.Response.Data.Products.List[0].ItemID
	var first, again, noCPF aliOrder
	b.ali("aliexpress.ds.order.create", orderJSON("k1", ref, "BR", "00000000191"), &first)
	b.ali("aliexpress.ds.order.create", orderJSON("k1", ref, "BR", "00000000191"), &again)
	b.ali("aliexpress.ds.order.create", orderJSON("k2", ref, "BR", ""), &noCPF)
	if !first.Response.Result.Success || len(first.Response.Result.List.Number) != 1 {
		t.Fatalf("first order: %+v", first)
	}
	if r := again.Response.Result; r.Success || r.Code != "REPEATED_ORDER_ERROR" {
		t.Errorf("the repeat: %+v", r)
	}
	if r := noCPF.Response.Result; r.Success || r.Code == "" {
		t.Errorf("Brazil without cpf: %+v", r)
	}
	id := strconv.FormatInt(first.Response.Result.List.Number[0], 10)
	seen := []string{}
	for range 60 {
		var s aliStatus
		b.ali("aliexpress.trade.ds.order.get", map[string]string{"single_order_query": `{"order_id":` + id + `}`}, &s)
		if r := s.Response.Result; len(seen) == 0 || seen[len(seen)-1] != r.Status {
			seen = append(seen, r.Status)
			if (r.Status != "PLACE_ORDER_SUCCESS") != (len(r.Parcels.List) == 1) {
				t.Errorf("%s with %d parcels", r.Status, len(r.Parcels.List))
			}
		}
		b.now = b.now.AddDate(0, 0, 1)
	}
	if got := strings.Join(seen, " "); got != "PLACE_ORDER_SUCCESS WAIT_BUYER_ACCEPT_GOODS FINISH" {
		t.Errorf("the order went %s", got)
	}
	if s := b.world.Snapshot(time.UTC); len(s.SupplierOrders) != 1 {
		t.Errorf("%d orders on the books, want 1", len(s.SupplierOrders))
	}
}

func TestAmazon_TokenLastsAnHour(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.world.Amazon()
	var token struct {
		Access string `json:"access_token"`
		Error  string
	}
	body := `{"grant_type":"client_credentials","client_id":%q,"client_secret":%q,"scope":"creatorsapi::default"}`
	if code := b.call(h, "POST", "/auth/o2/token", nil, fmt.Sprintf(body, b.secret.AmazonClientID, "no"), &token); code != 401 || token.Error != "invalid_client" {
		t.Errorf("wrong secret: %d %+v", code, token)
	}
	b.call(h, "POST", "/auth/o2/token", nil, fmt.Sprintf(body, b.secret.AmazonClientID, b.secret.AmazonClientSecret), &token)
	var found struct {
		Result struct {
			Items []struct {
				ASIN     string
				ItemInfo struct{ Title struct{ DisplayValue string } }
				Offers   struct {
					Listings []struct {
						Price struct{ Money struct{ Amount float64 } }
					}
				} `json:"offersV2"`
				Images any
			}
		} `json:"searchResult"`
		Type string
	}
	search := `{"partnerTag":"agente-20","keywords":"best sellers","itemCount":10,"resources":["itemInfo.title","offersV2.listings.price"]}`
	header := map[string]string{"Authorization": "Bearer " + token.Access, "x-marketplace": "www.amazon.com"}
	if code := b.call(h, "POST", "/catalog/v1/searchItems", header, search, &found); code != 200 || len(found.Result.Items) != 10 {
		t.Fatalf("search answered %d with %d items", code, len(found.Result.Items))
	}
	if i := found.Result.Items[0]; len(i.ASIN) != 10 || i.ItemInfo.Title.DisplayValue == "" || i.Offers.Listings[0].Price.Money.Amount <= 0 || i.Images != nil {
		t.Errorf("first item: %+v", i)
	}
	b.now = b.now.Add(time.Hour)
	if code := b.call(h, "POST", "/catalog/v1/searchItems", header, search, &found); code != 401 || found.Type != "UnauthorizedException" {
		t.Errorf("after an hour: %d %q", code, found.Type)
	}
}

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
	orders, refunds, repeats, ids := 0, 0, 0, map[string]int{}
	var last int64
	disorder := false
	for _, h := range b.hooked {
		if !h.verified {
			t.Fatal("a webhook is signed wrongly")
		}
		ids[h.event]++
		if ids[h.event] > 1 {
			repeats++
			continue
		}
		if h.topic == "refunds/create" {
			refunds++
			continue
		}
		orders++
		var o struct {
			ID      int64
			Number  int64  `json:"order_number"`
			Landing string `json:"landing_site"`
			Total   string `json:"total_price"`
			Email   string
			Lines   []struct{ SKU, Price string } `json:"line_items"`
		}
		if err := json.Unmarshal(h.body, &o); err != nil || o.ID <= 1<<53 || !strings.HasPrefix(o.Landing, "/products/prd-") || !strings.Contains(o.Landing, "utm_campaign=cmp_1") ||
			o.Total == "" || o.Email == "" || len(o.Lines) != 1 || o.Lines[0].SKU == "" {
			t.Fatalf("order %+v: %v", o, err)
		}
		disorder = disorder || o.Number < last
		last = o.Number
	}
	s := b.world.Snapshot(time.UTC)
	if orders < 50 || refunds == 0 || repeats == 0 || !disorder {
		t.Errorf("%d orders, %d refunds, %d repeats, out of order %t", orders, refunds, repeats, disorder)
	}
	if s.Webhooks.Failed == 0 || int64(orders+refunds) > s.Webhooks.Orders+s.Webhooks.Refunds || s.Webhooks.Duplicates == 0 {
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

func TestSinks(t *testing.T) {
	t.Parallel()
	b := setup(t)
	basic := "Basic " + base64.StdEncoding.EncodeToString([]byte(b.secret.TwilioSID+":"+b.secret.TwilioToken))
	path := "/2010-04-01/Accounts/" + b.secret.TwilioSID + "/Messages.json"
	form := map[string]string{"Authorization": basic, "Content-Type": "application/x-www-form-urlencoded"}
	var sms struct {
		SID  string
		Code int
	}
	if code := b.call(b.world.Twilio(), "POST", path, form, "To=%2B5511900000000&From=%2B15550100000&Body=oi", &sms); code != 201 || !strings.HasPrefix(sms.SID, "SM") {
		t.Errorf("sms: %d %+v", code, sms)
	}
	if code := b.call(b.world.Twilio(), "POST", path, form, "To=123&From=%2B15550100000&Body=oi", &sms); code != 400 || sms.Code != 21211 {
		t.Errorf("bad number: %d %+v", code, sms)
	}
	if code := b.call(b.world.Twilio(), "POST", path, nil, "", &sms); code != 401 || sms.Code != 20003 {
		t.Errorf("no password: %d %+v", code, sms)
	}
	wa := map[string]string{"Authorization": "Bearer " + b.secret.WhatsAppToken}
	var chat struct {
		Messages []struct{ ID string }
		Error    struct{ Code int }
	}
	path = "/v26.0/" + b.secret.WhatsAppPhoneID + "/messages"
	if code := b.call(b.world.WhatsApp(), "POST", path, wa, `{"messaging_product":"whatsapp","to":"5521990000000","type":"text","text":{"body":"oi"}}`, &chat); code != 200 || len(chat.Messages) != 1 {
		t.Errorf("whatsapp: %d %+v", code, chat)
	}
	if code := b.call(b.world.WhatsApp(), "POST", path, wa, `{"messaging_product":"whatsapp","to":"5521990000000","type":"text"}`, &chat); code != 400 || chat.Error.Code != 100 {
		t.Errorf("empty text: %d %+v", code, chat)
	}
	event := `{"event":"order"}`
	mac := hmac.New(sha256.New, []byte(b.secret.CRMSecret))
	mac.Write([]byte(event))
	crm := map[string]string{"X-Signature-256": "sha256=" + hex.EncodeToString(mac.Sum(nil)), "X-Event-Id": "e1"}
	for _, want := range []int{204, 204} {
		if code := b.call(b.world.CRM(), "POST", "/", crm, event, nil); code != want {
			t.Errorf("crm: %d", code)
		}
	}
	if code := b.call(b.world.CRM(), "POST", "/", crm, `{"event":"forged"}`, nil); code != 401 {
		t.Errorf("forged event: %d", code)
	}
	s := b.world.Snapshot(time.UTC)
	if s.Messages["sms"] != 1 || s.Messages["whatsapp"] != 1 || s.Messages["crm"] != 1 || s.Repeats["crm"] != 1 || s.Rejected["crm"] != 1 {
		t.Errorf("counts: %+v", s)
	}
}

func TestMailSink_TakesMailOfTheRealClient(t *testing.T) {
	t.Parallel()
	b := setup(t)
	sink, err := b.world.ListenMail("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = sink.Close() }()
	send := func(password string) error {
		_, port, _ := strings.Cut(sink.Addr(), ":")
		n, _ := strconv.Atoi(port)
		c, err := mail.NewClient("127.0.0.1", mail.WithPort(n), mail.WithTLSPolicy(mail.NoTLS), mail.WithSMTPAuth(mail.SMTPAuthPlainNoEnc),
			mail.WithUsername(b.secret.SMTPUser), mail.WithPassword(password))
		if err != nil {
			return err
		}
		m := mail.NewMsg()
		_ = m.From("loja@example.com")
		_ = m.To("marina@example.com")
		m.Subject("Seu pedido está a caminho")
		m.SetMessageIDWithValue("eff-1@example.com")
		m.SetBodyString(mail.TypeTextPlain, "Olá\n.ponto\n")
		return c.DialAndSend(m)
	}
	for range 2 {
		if err := send(b.secret.SMTPPassword); err != nil {
			t.Fatal(err)
		}
	}
	if err := send("wrong"); err == nil {
		t.Error("a wrong password was accepted")
	}
	got := b.world.Messages("email")
	if len(got) != 1 || got[0].Subject != "Seu pedido está a caminho" || got[0].To != "marina@example.com" {
		t.Errorf("kept %+v", got)
	}
	if s := b.world.Snapshot(time.UTC); s.Repeats["email"] != 1 || s.Rejected["email"] == 0 {
		t.Errorf("counts: %+v", s)
	}
}

func TestSupabase(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.world.Supabase()
	header := func(kind string, more ...string) map[string]string {
		out := map[string]string{"Authorization": "Bearer " + b.secret.SupabaseKey, "apikey": b.secret.SupabaseKey, "Content-Type": kind}
		for i := 0; i+1 < len(more); i += 2 {
			out[more[i]] = more[i+1]
		}
		return out
	}
	var got struct{ Key, StatusCode, Code string }
	for _, c := range []struct {
		name, path string
		header     map[string]string
		status     int
		inner      string
	}{
		{"Upload", "media/a.png", header("image/png"), 200, ""},
		{"Again", "media/a.png", header("image/png"), 400, "409"},
		{"Upsert", "media/a.png", header("image/png", "x-upsert", "true"), 200, ""},
		{"Mime", "media/b.txt", header("text/plain"), 400, "415"},
		{"Bucket", "none/b.png", header("image/png"), 400, "404"},
		{"NoKey", "media/c.png", map[string]string{"Content-Type": "image/png"}, 400, "403"},
	} {
		got.StatusCode = ""
		if code := b.call(h, "POST", "/storage/v1/object/"+c.path, c.header, "PNG", &got); code != c.status || got.StatusCode != c.inner {
			t.Errorf("%s: %d %+v", c.name, code, got)
		}
	}
	if code := b.call(h, "GET", "/storage/v1/object/public/media/a.png", nil, "", nil); code != 200 {
		t.Errorf("public read: %d", code)
	}
	if b.call(h, "GET", "/storage/v1/object/public/media/zz.png", nil, "", &got); got.StatusCode != "404" {
		t.Errorf("missing object: %+v", got)
	}
}

func TestImages_SamePictureForTheSameProduct(t *testing.T) {
	t.Parallel()
	b := setup(t)
	get := func(path string) []byte {
		rec := httptest.NewRecorder()
		b.world.Images().ServeHTTP(rec, httptest.NewRequest("GET", path, nil))
		if rec.Code != 200 {
			return nil
		}
		return rec.Body.Bytes()
	}
	a := get("/1005006000000001.png")
	if !bytes.HasPrefix(a, []byte("\x89PNG")) || !bytes.Equal(a, get("/1005006000000001.png")) || bytes.Equal(a, get("/1005006000000002.png")) {
		t.Error("pictures are not one per product")
	}
	if get("/../secret.png") != nil || get("/x.gif") != nil {
		t.Error("a name that is no product's was answered")
	}
}
