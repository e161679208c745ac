package httpapi

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/agente-ceo/agente-ceo/domain/views"
)

// rows is a WebhookStore in memory with the database's key.
type rows struct {
	mu    sync.Mutex
	known map[string]views.Delivery // by source and dedupe key
}

func (r *rows) StoreWebhooks(_ context.Context, list []views.Delivery) ([]bool, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	duplicate := make([]bool, len(list))
	for i, d := range list {
		key := d.Source + "\x00" + d.DedupeKey
		_, duplicate[i] = r.known[key]
		if !duplicate[i] {
			r.known[key] = d
		}
	}
	return duplicate, nil
}

func (r *rows) count() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.known)
}

// entrance is the webhooks' routes with all that stands before them, over a store in memory.
type entrance struct {
	engine *gin.Engine
	rows   *rows
}

// entranceSources say how each source is signed.
var entranceSources = []struct{ source, secret, header string }{
	{"meta", "app-secret", "X-Hub-Signature-256"}, {"shopify", "shhh", "X-Shopify-Hmac-Sha256"}, {"woocommerce", "wc-secret", "X-Wc-Webhook-Signature"},
}

func newEntrance(f *testing.F) *entrance {
	f.Helper()
	e := &entrance{rows: &rows{known: map[string]views.Delivery{}}, engine: gin.New()}
	d := Deps{
		Clock: fixedClock{}, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Registry: prometheus.NewRegistry(), Webhooks: e.rows, Actors: &fakeActors{},
		Secrets: func() WebhookSecrets {
			return WebhookSecrets{MetaApp: "app-secret", Shopify: "shhh", WooCommerce: "wc-secret"}
		},
	}
	s := &Server{deps: d, log: d.Log, engine: e.engine, metrics: newMetrics(d.Registry), intake: newIntake(d)}
	e.engine.Use(s.observe, s.recovered, s.secured, wellFormed)
	e.engine.POST("/api/webhooks/meta", s.metaWebhook)
	e.engine.POST("/api/webhooks/shopify", s.shopifyWebhook)
	e.engine.POST("/api/webhooks/woocommerce", s.wooWebhook)
	f.Cleanup(s.intake.close)
	return e
}

// request is a delivery with whatever headers; the last of a name counts, and signed puts the right signature over all of them.
func (e *entrance) request(source int, body []byte, headers string, signed bool) *http.Request {
	x := entranceSources[source]
	r := httptest.NewRequest(http.MethodPost, "/api/webhooks/"+x.source, bytes.NewReader(body))
	for line := range strings.SplitSeq(headers, "\n") {
		name, value, _ := strings.Cut(line, ":")
		r.Header.Set(strings.TrimSpace(name), strings.TrimSpace(value))
	}
	if signed {
		r.Header.Set(x.header, signatureOf(source, body))
	}
	return r
}

func signatureOf(source int, body []byte) string {
	mac := macOf(entranceSources[source].secret, body)
	if source == 0 {
		return "sha256=" + hex.EncodeToString(mac)
	}
	return base64.StdEncoding.EncodeToString(mac)
}

// post delivers and says what was answered and whether a row came of it.
func (e *entrance) post(r *http.Request) (status int, answer string, stored bool) {
	before := e.rows.count()
	recorded := httptest.NewRecorder()
	e.engine.ServeHTTP(recorded, r)
	return recorded.Code, recorded.Body.String(), e.rows.count() > before
}

var trueShopify = fmt.Sprintf("X-Shopify-Topic: orders/create\nX-Shopify-Webhook-Id: w1\nX-Shopify-Triggered-At: %s", businessNow.Format(time.RFC3339))

// FuzzWebhookEntrance sends anything under any headers, with and without the right signature: nothing answers 5xx, only what is signed
// leaves a row or gets a 2xx, and what came once leaves no second row, under whatever other headers it comes again.
func FuzzWebhookEntrance(f *testing.F) {
	e := newEntrance(f)
	order := orderOf(820982911946154508, businessNow.Add(-time.Hour))
	for source := range entranceSources {
		for _, body := range []string{
			order, `{"object":"page","entry":[]}`, `{"data":[{"event_name":"Purchase"}]}`, `{"id":1,"order_id":2,"updated_at":"2026-01-01T00:00:00Z"}`, ``, `[]`, `null`, `{`,
			`{"id":1e999,"updated_at":null}`, `{"id":"1","id":2,"updated_at":"x"}`, `{"object":{"a":[`, strings.Repeat("[", 300), "\xff\xfe\x00", `{"date_modified_gmt":"2026-11-20T10:00:00"}`,
		} {
			for _, signed := range []bool{true, false} {
				f.Add(source, []byte(body), trueShopify+"\nX-WC-Webhook-Topic: order.created\nX-WC-Webhook-Delivery-Id: 5", signed, "X-Shopify-Webhook-Id: w2")
			}
		}
	}
	f.Add(1, []byte(order), "X-Shopify-Topic: orders/paid", true, "X-Shopify-Topic: orders/updated")
	f.Fuzz(func(t *testing.T, source int, body []byte, headers string, signed bool, others string) {
		if source < 0 || source >= len(entranceSources) || len(body) > 1<<16 {
			t.Skip("no route, or more than is worth trying")
		}
		r := e.request(source, body, headers, signed)
		right := signed || r.Header.Get(entranceSources[source].header) == signatureOf(source, body)
		status, answer, stored := e.post(r)
		if status >= 500 {
			t.Fatalf("answered %d %s", status, answer)
		}
		if !right && (stored || status < 400) {
			t.Fatalf("without the right signature: answered %d %s, stored %v", status, answer, stored)
		}
		if stored && status != http.StatusOK {
			t.Fatalf("stored, and answered %d %s", status, answer)
		}
		if status, answer, stored = e.post(e.request(source, body, headers, signed)); stored {
			t.Fatalf("stored twice, answered %d %s", status, answer)
		}
		if right && status == http.StatusOK && !strings.Contains(answer, "duplicate") {
			t.Fatalf("the second time it answered %s", answer)
		}
		topic := e.request(source, body, headers, signed).Header
		again := e.request(source, body, headers+"\n"+others, true)
		if sameFamily(topic, again.Header) && right && status == http.StatusOK {
			if status, answer, stored = e.post(again); stored {
				t.Fatalf("under other headers it was stored once more: %d %s", status, answer)
			}
		}
	})
}

// sameFamily reports whether two deliveries say that they are of the same family: an order and a refund may have the same number.
func sameFamily(a, b http.Header) bool {
	return family(a.Get("X-Shopify-Topic")) == family(b.Get("X-Shopify-Topic"))
}
