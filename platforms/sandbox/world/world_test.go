package world_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

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
