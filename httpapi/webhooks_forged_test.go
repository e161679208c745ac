package httpapi

import (
	"encoding/base64"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"
)

// forgeries is how many are tried: few in every run, TORTURE_FORGERIES in a thorough one.
func forgeries(t *testing.T) int {
	t.Helper()
	n, err := strconv.Atoi(os.Getenv("TORTURE_FORGERIES"))
	if err != nil {
		return 120
	}
	return n
}

type posted struct {
	body   string
	header map[string]string
}

func (b *bench) signed(body string) posted {
	return posted{body, map[string]string{
		"X-Shopify-Topic": "orders/create", "X-Shopify-Webhook-Id": "w1", "X-Shopify-Triggered-At": businessNow.Format(time.RFC3339),
		"X-Shopify-Hmac-Sha256": base64.StdEncoding.EncodeToString(macOf(b.secrets.Shopify, []byte(body))),
	}}
}

func orderOf(id int, at time.Time) string {
	return fmt.Sprintf(`{"id":%d,"updated_at":%q,"created_at":%q,"total_price":"10.00","currency":"USD","line_items":[]}`, id, at.Format(time.RFC3339), at.Format(time.RFC3339))
}

// Whatever is changed of a true delivery: it is refused with a 4xx, or it is a repetition; nothing is stored, and nobody is told of
// anything new.
func TestWebhook_ForgeriesChangeNothing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	const seed = 20260301
	chance := rand.New(rand.NewPCG(seed, 1))
	t.Logf("seed %d", seed)
	genuine := b.signed(orderOf(820982911946154508, businessNow.Add(-time.Hour)))
	b.deliver("/api/webhooks/shopify", genuine.body, genuine.header).want(200)
	kinds := []struct {
		name  string
		forge func() posted
		again bool // it is the same content, signed: a repetition, and answered as such
	}{
		{"BitOfTheBody", func() posted {
			body := []byte(genuine.body)
			body[chance.IntN(len(body))] ^= 1 << chance.IntN(7)
			return posted{string(body), genuine.header}
		}, false},
		{"BitOfTheSignature", func() posted {
			raw, _ := base64.StdEncoding.DecodeString(genuine.header["X-Shopify-Hmac-Sha256"])
			raw[chance.IntN(len(raw))] ^= 1 << chance.IntN(8)
			return genuine.with("X-Shopify-Hmac-Sha256", base64.StdEncoding.EncodeToString(raw))
		}, false},
		{"WrongSecret", func() posted {
			body := orderOf(chance.IntN(1e9), businessNow)
			return posted{body, genuine.with("X-Shopify-Hmac-Sha256", base64.StdEncoding.EncodeToString(macOf("guess "+strconv.Itoa(chance.IntN(1e6)), []byte(body)))).header}
		}, false},
		{"Truncated", func() posted { return posted{genuine.body[:chance.IntN(len(genuine.body))], genuine.header} }, false},
		{"Appended", func() posted { return posted{genuine.body + " ", genuine.header} }, false},
		{"SignatureOfAnother", func() posted { return posted{orderOf(chance.IntN(1e9), businessNow), genuine.header} }, false},
		{"NoSignature", func() posted { return genuine.with("X-Shopify-Hmac-Sha256", "") }, false},
		{"SignatureCut", func() posted {
			return genuine.with("X-Shopify-Hmac-Sha256", genuine.header["X-Shopify-Hmac-Sha256"][:chance.IntN(40)])
		}, false},
		{"OtherFamily", func() posted { return genuine.with("X-Shopify-Topic", "refunds/create") }, false},
		{"OtherTopic", func() posted {
			return genuine.with("X-Shopify-Topic", []string{"orders/paid", "orders/updated", "orders/cancelled"}[chance.IntN(3)])
		}, true},
		{"OtherDeliveryID", func() posted {
			return genuine.with("X-Shopify-Webhook-Id", strconv.Itoa(chance.Int())).with("X-Shopify-Event-Id", strconv.Itoa(chance.Int()))
		}, true},
		{"OtherTime", func() posted {
			return genuine.with("X-Shopify-Triggered-At", businessNow.Add(time.Hour).Format(time.RFC3339))
		}, true},
		{"Stale", func() posted { return b.signed(orderOf(chance.IntN(1e9), businessNow.Add(-staleAfter-time.Minute))) }, false},
	}
	for i := range forgeries(t) {
		kind := kinds[i%len(kinds)]
		forged := kind.forge()
		r := b.deliver("/api/webhooks/shopify", forged.body, forged.header)
		switch {
		case kind.again && (r.status != 200 || into[webhookAnswer](r).Result != "duplicate"), !kind.again && (r.status < 400 || r.status > 499):
			t.Errorf("%s: answered %d %s", kind.name, r.status, r.body)
		}
	}
	if n := b.stored(); n != 1 {
		t.Errorf("%d deliveries are stored after forgeries of one", n)
	}
}

func (p posted) with(name, value string) posted {
	header := maps.Clone(p.header)
	header[name] = value
	return posted{p.body, header}
}

func TestWebhook_LateOnesAreStillTaken(t *testing.T) {
	t.Parallel()
	b := setup(t)
	late := b.signed(orderOf(1, businessNow.Add(-48*time.Hour)))
	b.deliver("/api/webhooks/shopify", late.body, late.header).want(200)
	ahead := b.signed(orderOf(2, businessNow.Add(8*24*time.Hour))) // a clock of ours that is behind
	b.deliver("/api/webhooks/shopify", ahead.body, ahead.header).want(200)
	if n := b.stored(); n != 2 {
		t.Errorf("%d of 2 are stored", n)
	}
}
