package httpapi

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/agente-ceo/agente-ceo/messages"
)

// signed is a vector that was published or cross-checked elsewhere.
type signed struct {
	source, kind, secret, body, signature string
	valid                                 bool
}

// pinned come from GitHub's documentation (Meta signs alike), octokit/webhooks-methods.js, bold-commerce/go-shopify and the
// vendors' own SDKs (@shopify/shopify-api).
var pinned = []signed{
	{"GitHub documentation", "meta", "It's a Secret to Everybody", "Hello, World!", "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17", true},
	{"octokit", "meta", "mysecret", `{"foo":"bar"}`, "sha256=4864d2759938a15468b5df9ade20bf161da9b4f737ea61794142f3484236bda3", true},
	{"octokit", "meta", "foo", `{"foo":"bar"}`, "sha256=4864d2759938a15468b5df9ade20bf161da9b4f737ea61794142f3484236bda3", false},
	{"octokit", "meta", "mysecret", `{"foo":"bar"}`, "foo", false},
	{"without its prefix", "meta", "mysecret", `{"foo":"bar"}`, "4864d2759938a15468b5df9ade20bf161da9b4f737ea61794142f3484236bda3", false},
	{"go-shopify", "shopify", "hush", `"my secret message"`, "hMTq0K2x7oyOjoBwGYeTj5oxfnaVYXzbanUG9aajpKI=", true},
	{"go-shopify", "shopify", "hush", `"my secret message"`, "wronghash", false},
	{"go-shopify", "shopify", "hush", "", "", false},
	{"go-shopify", "shopify", "hush", `"my invalid message"`, "hMTq0K2x7oyOjoBwGYeTj5oxfnaVYXzbanUG9aajpKI=", false},
	{"shopify-api", "shopify", "shhh", `{"id":1,"total_price":"10.00"}`, "4Quv3YMl8FmMO+nZ8W/4Y8NNwlFRPos7/6Dl2jzZS0w=", true},
	{"WooCommerce", "shopify", "wc-secret", `{"id":1,"total_price":"10.00"}`, "VmItvfdzuhn85+w2zbxqcK9B6+ZDCFy8PRsPqYIIBHk=", true},
}

func (v signed) check() bool {
	if v.kind == "meta" {
		return metaSigned(v.secret, v.signature, []byte(v.body))
	}
	return base64Signed(v.secret, v.signature, []byte(v.body))
}

func TestSignatures_PublishedVectors(t *testing.T) {
	t.Parallel()
	for _, v := range pinned {
		if v.check() != v.valid {
			t.Errorf("%s, %s with %q: want %v", v.source, v.body, v.signature, v.valid)
		}
	}
}

func TestSignatures_SharedVectors(t *testing.T) {
	t.Parallel()
	dir := os.Getenv("AGENTE_SHARED")
	if dir == "" {
		dir = filepath.Join("..", "..", "shared")
	}
	data, err := os.ReadFile(filepath.Join(dir, "data", "webhooks", "hmac_vectors.json"))
	if err != nil {
		t.Skipf("the shared test data is not here (AGENTE_SHARED): %v", err)
	}
	var file struct {
		Vectors []struct {
			ID, Kind, Secret, Body, Signature string
			Valid                             bool
		}
	}
	if err := json.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	kinds := map[string]string{"x_hub_sha256": "meta", "shopify_base64": "shopify"}
	for _, v := range file.Vectors {
		if kind := kinds[v.Kind]; kind != "" && (signed{kind: kind, secret: v.Secret, body: v.Body, signature: v.Signature}).check() != v.Valid {
			t.Errorf("%s: want %v", v.ID, v.Valid)
		}
	}
}

const shopifyBody, shopifySignature = `{"id":1,"total_price":"10.00"}`, "4Quv3YMl8FmMO+nZ8W/4Y8NNwlFRPos7/6Dl2jzZS0w="

func (b *bench) deliver(path, body string, header map[string]string) reply {
	v := b.visitor()
	for name, value := range header {
		v.header.Set(name, value)
	}
	return v.do("POST", path, body)
}

// webhookAnswer is the body of a 200.
type webhookAnswer struct {
	Result string `json:"result"` // stored | duplicate
}

func (b *bench) stored() int {
	b.t.Helper()
	waiting, err := b.db.UnhandledWebhooks(b.t.Context(), 100)
	if err != nil {
		b.t.Fatal(err)
	}
	return len(waiting)
}

func TestWebhook_StoredOnceAndTold(t *testing.T) {
	t.Parallel()
	b := setup(t)
	header := map[string]string{"X-Shopify-Hmac-Sha256": shopifySignature, "X-Shopify-Topic": "orders/create", "X-Shopify-Webhook-Id": "one"}
	if got := into[webhookAnswer](b.deliver("/api/webhooks/shopify", shopifyBody, header).want(200)); got.Result != "stored" {
		t.Errorf("the first was %s", got.Result)
	}
	header["X-Shopify-Webhook-Id"] = "two" // a replay with another delivery id
	if got := into[webhookAnswer](b.deliver("/api/webhooks/shopify", shopifyBody, header).want(200)); got.Result != "duplicate" {
		t.Errorf("the second was %s", got.Result)
	}
	if b.stored() != 1 || len(b.actors.told) != 2 {
		t.Errorf("%d stored, %d told", b.stored(), len(b.actors.told))
	}
	if _, ok := b.actors.told[0].(*messages.WebhookStored); !ok {
		t.Errorf("orders were told %T", b.actors.told[0])
	}
	b.deliver("/api/webhooks/woocommerce", shopifyBody, map[string]string{"X-WC-Webhook-Signature": "VmItvfdzuhn85+w2zbxqcK9B6+ZDCFy8PRsPqYIIBHk=", "X-WC-Webhook-Topic": "order.created"}).want(200)
}

func TestWebhook_MetaConversions(t *testing.T) {
	t.Parallel()
	b := setup(t)
	body := `{"data":[{"event_name":"Purchase","event_id":"777","custom_data":{"currency":"USD","value":64.7,"order_id":"777"}}]}`
	mac := hmac.New(sha256.New, []byte(b.secrets.MetaApp))
	mac.Write([]byte(body))
	header := map[string]string{"X-Hub-Signature-256": "sha256=" + hex.EncodeToString(mac.Sum(nil))}
	if got := into[webhookAnswer](b.deliver("/api/webhooks/meta", body, header).want(200)); got.Result != "stored" {
		t.Errorf("the first was %s", got.Result)
	}
	if got := into[webhookAnswer](b.deliver("/api/webhooks/meta", body, header).want(200)); got.Result != "duplicate" {
		t.Errorf("the repeat was %s", got.Result)
	}
	waiting, err := b.db.UnhandledWebhooks(t.Context(), 10)
	if err != nil || len(waiting) != 1 || waiting[0].Topic != conversions {
		t.Errorf("waiting %+v, error %v", waiting, err)
	}
}

func TestWebhook_RefusedStoresNothing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	large := `"` + strings.Repeat("x", maxBody) + `"`
	for name, c := range map[string]struct {
		path, body string
		header     map[string]string
		status     int
		code       string
	}{
		"unsigned":            {"/api/webhooks/shopify", shopifyBody, nil, 401, "webhook_unsigned"},
		"wrongly signed":      {"/api/webhooks/shopify", shopifyBody + " ", map[string]string{"X-Shopify-Hmac-Sha256": shopifySignature}, 401, "webhook_wrong_signature"},
		"too large":           {"/api/webhooks/shopify", large, map[string]string{"X-Shopify-Hmac-Sha256": shopifySignature}, 413, "webhook_too_large"},
		"without a topic":     {"/api/webhooks/shopify", shopifyBody, map[string]string{"X-Shopify-Hmac-Sha256": shopifySignature}, 400, "webhook_malformed"},
		"of a made-up topic":  {"/api/webhooks/shopify", shopifyBody, map[string]string{"X-Shopify-Hmac-Sha256": shopifySignature, "X-Shopify-Topic": "<script>"}, 400, "webhook_malformed"},
		"meta, unsigned":      {"/api/webhooks/meta", shopifyBody, nil, 401, "webhook_unsigned"},
		"meta, of no object":  {"/api/webhooks/meta", shopifyBody, map[string]string{"X-Hub-Signature-256": "sha256=1c288a07bb8157e78d75b7ab9dffbe07b4a4e8998868b695f14f8ad5881d8c4e"}, 400, "webhook_malformed"},
		"woo, wrongly signed": {"/api/webhooks/woocommerce", shopifyBody, map[string]string{"X-WC-Webhook-Signature": shopifySignature}, 401, "webhook_wrong_signature"},
	} {
		if r := b.deliver(c.path, c.body, c.header); r.status != c.status || !strings.Contains(string(r.body), c.code) {
			t.Errorf("%s: answered %d %s", name, r.status, r.body)
		}
	}
	b.secrets.WooCommerce = ""
	b.deliver("/api/webhooks/woocommerce", shopifyBody, map[string]string{"X-WC-Webhook-Signature": "x"}).code(401, "webhook_no_secret")
	if b.stored() != 0 || len(b.actors.told) != 0 {
		t.Errorf("%d stored, %d told", b.stored(), len(b.actors.told))
	}
	metrics := string(b.visitor().get("/metrics").want(200).body)
	if !strings.Contains(metrics, `agente_webhooks_total{result="too_large",source="shopify"} 1`) {
		t.Error("refusals are not counted by reason")
	}
}

func TestWebhook_MetaChallenge(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := b.visitor()
	if r := v.get("/api/webhooks/meta?hub.mode=subscribe&hub.verify_token=verify-me&hub.challenge=1158201444").want(200); string(r.body) != "1158201444" {
		t.Errorf("the challenge came back as %s", r.body)
	}
	v.get("/api/webhooks/meta?hub.mode=subscribe&hub.verify_token=guess&hub.challenge=1").want(http.StatusForbidden)
	b.secrets.MetaVerify = ""
	v.get("/api/webhooks/meta?hub.mode=subscribe&hub.verify_token=&hub.challenge=1").want(http.StatusForbidden)
}
