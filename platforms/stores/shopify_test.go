package stores_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/platforms"
	"github.com/agente-ceo/agente-ceo/platforms/httpx"
	"github.com/agente-ceo/agente-ceo/platforms/stores"
)

var _ platforms.Store = (*stores.Shopify)(nil)

// admin is the Admin API with one answer; it keeps the last document.
type admin struct {
	status int
	answer string
	path   string
	token  string
	sent   struct {
		Query     string         `json:"query"`
		Variables map[string]any `json:"variables"`
	}
}

func openAdmin(t *testing.T, shopURL string, a *admin) *stores.Shopify {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a.path, a.token = r.URL.Path, r.Header.Get("X-Shopify-Access-Token")
		a.sent.Variables = nil
		if err := json.NewDecoder(r.Body).Decode(&a.sent); err != nil {
			t.Errorf("the document is no JSON: %v", err)
		}
		if a.status != 0 {
			w.WriteHeader(a.status)
		}
		_, _ = io.WriteString(w, a.answer)
	}))
	t.Cleanup(server.Close)
	shop, err := stores.NewShopify(server.URL, shopURL, "shpat_secret", httpx.New(httpx.Options{}))
	if err != nil {
		t.Fatal(err)
	}
	return shop
}

const published = `{"data":{"productSet":{"product":{"id":"gid://shopify/Product/788032119674292922","handle":"prd-7f3a","onlineStoreUrl":"https://shop.example.com/products/prd-7f3a"},"userErrors":[]}},
	"extensions":{"cost":{"actualQueryCost":10}}}`

func publish(t *testing.T, shop *stores.Shopify) (platforms.Listing, error) {
	t.Helper()
	return shop.Publish(t.Context(), "prd_7F3A", "Mini projector", `Fits <every> "home" & garden`, "1005001", money.Minor(4990, money.USD), []string{"https://img.example.com/1.jpg"})
}

func TestShopify_Publish_Sends(t *testing.T) {
	t.Parallel()
	a := &admin{answer: published}
	got, err := publish(t, openAdmin(t, "", a))
	want := platforms.Listing{ID: "gid://shopify/Product/788032119674292922", URL: "https://shop.example.com/products/prd-7f3a"}
	if got != want || err != nil {
		t.Errorf("%+v %v", got, err)
	}
	sent := map[string]any{
		"identifier": map[string]any{"handle": "prd-7f3a"},
		"input": map[string]any{
			"handle": "prd-7f3a", "title": "Mini projector", "descriptionHtml": "<p>Fits &lt;every&gt; &#34;home&#34; &amp; garden</p>", "status": "ACTIVE",
			"productOptions": []any{map[string]any{"name": "Title", "values": []any{map[string]any{"name": "Default Title"}}}},
			"variants": []any{map[string]any{
				"optionValues": []any{map[string]any{"optionName": "Title", "name": "Default Title"}}, "price": "49.90", "sku": "1005001", "inventoryItem": map[string]any{"tracked": false},
			}},
			"files": []any{map[string]any{"originalSource": "https://img.example.com/1.jpg", "contentType": "IMAGE"}},
		},
	}
	if diff := cmp.Diff(sent, a.sent.Variables); diff != "" || !strings.Contains(a.sent.Query, "productSet(") || a.path != "/admin/api/2026-07/graphql.json" || a.token != "shpat_secret" {
		t.Error(diff, a.path, a.token)
	}
}

func TestShopify_Publish_Addresses(t *testing.T) {
	t.Parallel()
	unlisted := strings.Replace(published, `"https://shop.example.com/products/prd-7f3a"`, "null", 1)
	if got, err := publish(t, openAdmin(t, "https://loja.example.com/", &admin{answer: unlisted})); err != nil || got.URL != "https://loja.example.com/products/prd-7f3a" {
		t.Errorf("with the shop's own address: %+v %v", got, err)
	}
	if _, err := publish(t, openAdmin(t, "", &admin{answer: unlisted})); fault.CodeOf(err) != "not_published" {
		t.Errorf("a page that nobody can see: %v", err)
	}
}

func TestShopify_Publish_CutsTitles(t *testing.T) {
	t.Parallel()
	a := &admin{answer: published}
	if _, err := openAdmin(t, "", a).Publish(t.Context(), "k", strings.Repeat("ção ", 100), "", "1", money.Minor(1, money.USD), nil); err != nil {
		t.Fatal(err)
	}
	input := a.sent.Variables["input"].(map[string]any)
	if title := input["title"].(string); utf8.RuneCountInString(title) != 255 || !utf8.ValidString(title) || input["files"] != nil {
		t.Errorf("title of %d characters, files %v", utf8.RuneCountInString(title), input["files"])
	}
}

func TestShopify_Failures(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status int
		answer string
		kind   fault.Kind
		code   string
	}{
		"UserErrors":   {0, `{"data":{"productSet":{"product":null,"userErrors":[{"field":["input","title"],"message":"Title can't be blank","code":"BLANK"}]}}}`, fault.Refused, "rejected"},
		"Throttled":    {0, `{"errors":[{"message":"Throttled","extensions":{"code":"THROTTLED"}}]}`, fault.Retryable, "throttled"},
		"AccessDenied": {0, `{"errors":[{"message":"Access denied for productSet field.","extensions":{"code":"ACCESS_DENIED"}}]}`, fault.Terminal, "permission_denied"},
		"Internal":     {0, `{"errors":[{"message":"Internal error","extensions":{"code":"INTERNAL_SERVER_ERROR"}}]}`, fault.Retryable, "server_error"},
		"BadDocument":  {0, `{"errors":[{"message":"Field 'x' doesn't exist on type 'Mutation'","extensions":{"code":"undefinedField"}}]}`, fault.Refused, "rejected"},
		"WrongToken":   {401, `{"errors":"[API] Invalid API key or access token (unrecognized login or wrong password)"}`, fault.Terminal, "token_invalid"},
		"OldVersion":   {404, `{"errors":"Not Found"}`, fault.Refused, "not_found"},
		"Limit":        {429, `{"errors":"Exceeded 2 calls per second"}`, fault.Retryable, "throttled"},
		"Down":         {503, `<html>`, fault.Retryable, "server_error"},
		"NotJSON":      {0, `<html>maintenance</html>`, fault.Retryable, "bad_answer"},
		"Nothing":      {0, `{}`, fault.Retryable, "bad_answer"},
		"Null":         {0, `null`, fault.Retryable, "bad_answer"},
		"NoProduct":    {0, `{"data":{"productSet":{"product":null,"userErrors":[]}}}`, fault.Retryable, "bad_answer"},
		"AnotherShape": {0, `{"data":{"productSet":[]}}`, fault.Retryable, "bad_answer"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			shop := openAdmin(t, "", &admin{status: c.status, answer: c.answer})
			_, err := publish(t, shop)
			if fault.KindOf(err) != c.kind || fault.CodeOf(err) != c.code {
				t.Errorf("%s %s %v, want %s %s", fault.KindOf(err), fault.CodeOf(err), err, c.kind, c.code)
			}
			if err != nil && strings.Contains(err.Error(), "shpat_secret") {
				t.Errorf("the error tells the token: %v", err)
			}
			if err := shop.Check(t.Context()); c.kind == fault.Terminal && fault.KindOf(err) != fault.Terminal {
				t.Errorf("check: %v", err)
			}
		})
	}
}

func TestShopify_Check(t *testing.T) {
	t.Parallel()
	a := &admin{answer: `{"data":{"shop":{"name":"Loja"}}}`}
	if err := openAdmin(t, "", a).Check(t.Context()); err != nil || !strings.Contains(a.sent.Query, "shop") || a.sent.Variables != nil {
		t.Errorf("sent %+v: %v", a.sent, err)
	}
	if _, err := stores.NewShopify("shop.example.com", "", "t", httpx.New(httpx.Options{})); err == nil {
		t.Error("took an address without https")
	}
}
