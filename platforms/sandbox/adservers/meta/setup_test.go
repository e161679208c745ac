package meta

import (
	"bytes"
	"encoding/json"
	"image"
	"image/png"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/agente-ceo/agente-ceo/platforms/sandbox/adservers/internal/fakemarket"
)

// bench is an account with a clock that stands still until it is moved.
type bench struct {
	t      *testing.T
	now    time.Time
	market *fakemarket.Market
	server *Server
	hooks  []Webhook
}

func setup(t *testing.T, change ...func(*Config)) *bench {
	t.Helper()
	b := &bench{t: t, now: time.Date(2026, 11, 23, 15, 0, 0, 0, time.UTC)}
	zone := time.FixedZone("America/Sao_Paulo", -3*3600)
	b.market = &fakemarket.Market{People: 250, Zone: zone}
	cfg := Config{
		Token: "TOKEN", AppSecret: "app-secret", AccountID: "42", PixelID: "900", PageID: "555", BuyersAudienceID: "6001",
		Zone: zone, Market: b.market, Now: func() time.Time { return b.now }, ReviewDelay: 30 * time.Minute,
		Webhook: func(w Webhook) { b.hooks = append(b.hooks, w) },
	}
	for _, f := range change {
		f(&cfg)
	}
	b.server = New(cfg)
	return b
}

// reply is an answer taken apart.
type reply struct {
	t      *testing.T
	Status int
	Header http.Header
	Body   map[string]any
	Raw    string
}

func (b *bench) do(r *http.Request) reply {
	b.t.Helper()
	w := httptest.NewRecorder()
	b.server.ServeHTTP(w, r)
	out := reply{t: b.t, Status: w.Code, Header: w.Header(), Raw: w.Body.String()}
	if err := json.Unmarshal(w.Body.Bytes(), &out.Body); err != nil {
		b.t.Fatalf("the answer is no JSON object: %v\n%s", err, w.Body)
	}
	return out
}

func (b *bench) get(path string, query map[string]string) reply {
	b.t.Helper()
	return b.do(httptest.NewRequest(http.MethodGet, "/v26.0/"+path+"?"+form(query), nil))
}

func (b *bench) post(path string, p map[string]string) reply {
	b.t.Helper()
	r := httptest.NewRequest(http.MethodPost, "/v26.0/"+path, strings.NewReader(form(p)))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return b.do(r)
}

// made posts and returns the new object's id.
func (b *bench) made(path string, p map[string]string) string {
	b.t.Helper()
	return b.post(path, p).ok().text("id")
}

func form(p map[string]string) string {
	q := url.Values{"access_token": {"TOKEN"}}
	for k, v := range p {
		q.Set(k, v)
	}
	return q.Encode()
}

func (r reply) ok() reply {
	r.t.Helper()
	if r.Status != http.StatusOK || r.Body["error"] != nil {
		r.t.Fatalf("the call was refused: %d %s", r.Status, r.Raw)
	}
	return r
}

// refused checks the error's code and subcode.
func (r reply) refused(code, subcode int) reply {
	r.t.Helper()
	e, _ := r.Body["error"].(map[string]any)
	sub, _ := e["error_subcode"].(float64)
	if r.Status < 400 || e["code"] != float64(code) || int(sub) != subcode || e["fbtrace_id"] == "" || e["type"] == "" {
		r.t.Fatalf("the answer is %d %s, want code %d/%d", r.Status, r.Raw, code, subcode)
	}
	return r
}

// at digs into the answer: names for objects, indices for lists.
func (r reply) at(path ...any) any {
	r.t.Helper()
	var v any = r.Body
	for _, step := range path {
		switch x := v.(type) {
		case map[string]any:
			v = x[step.(string)]
		case []any:
			i := step.(int)
			if i >= len(x) {
				r.t.Fatalf("%v: there are only %d entries in %s", path, len(x), r.Raw)
			}
			v = x[i]
		default:
			r.t.Fatalf("%v is not in %s", path, r.Raw)
		}
	}
	return v
}

func (r reply) text(path ...any) string {
	r.t.Helper()
	s, ok := r.at(path...).(string)
	if !ok {
		r.t.Fatalf("%v is no text in %s", path, r.Raw)
	}
	return s
}

func (r reply) want(want any, path ...any) {
	r.t.Helper()
	if got := r.at(path...); got != want {
		r.t.Errorf("%v is %v, want %v in %s", path, got, want, r.Raw)
	}
}

// with copies parameters and changes some; an empty value removes one.
func with(p map[string]string, changes ...string) map[string]string {
	out := map[string]string{}
	for k, v := range p {
		out[k] = v
	}
	for i := 0; i < len(changes); i += 2 {
		if changes[i+1] == "" {
			delete(out, changes[i])
		} else {
			out[changes[i]] = changes[i+1]
		}
	}
	return out
}

var validCampaign = map[string]string{
	"name": "mini-projector|BR+US|sales|k_7f3a", "objective": "OUTCOME_SALES", "buying_type": "AUCTION", "status": "PAUSED",
	"special_ad_categories": "[]", "is_adset_budget_sharing_enabled": "false", "execution_options": "[]",
}

func validAdset(campaign string) map[string]string {
	return map[string]string{
		"name": "broad 18-65 BR+US|k_7f3a", "campaign_id": campaign, "daily_budget": "5000", "billing_event": "IMPRESSIONS",
		"optimization_goal": "OFFSITE_CONVERSIONS", "bid_strategy": "LOWEST_COST_WITHOUT_CAP", "destination_type": "WEBSITE",
		"promoted_object": `{"pixel_id": "900", "custom_event_type": "PURCHASE"}`,
		"targeting":       `{"geo_locations": {"countries": ["BR", "US"]}, "age_min": 18, "age_max": 65, "targeting_automation": {"advantage_audience": 0}}`,
		"status":          "PAUSED",
	}
}

func validCreative(hash string) map[string]string {
	return map[string]string{
		"name": "cr k_7f3a a",
		"object_story_spec": `{"page_id": "555", "instagram_user_id": "17841400000000000", "link_data": {"link": "https://shop.example.com/products/mini-projector?utm_source=meta",
			"message": "Copy", "name": "Headline", "description": "Desc", "image_hash": "` + hash + `",
			"call_to_action": {"type": "SHOP_NOW", "value": {"link": "https://shop.example.com/products/mini-projector?utm_source=meta"}}}}`,
	}
}

func validAd(adset, creative string) map[string]string {
	return map[string]string{
		"name": "ad k_7f3a a", "adset_id": adset, "creative": `{"creative_id": "` + creative + `"}`, "status": "PAUSED", "conversion_domain": "example.com",
	}
}

// pngOf is a picture whose bytes differ by width.
func pngOf(t *testing.T, width int) []byte {
	t.Helper()
	var buf bytes.Buffer
	if err := png.Encode(&buf, image.NewGray(image.Rect(0, 0, width, 4))); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// tree makes one object of each kind, all paused.
func (b *bench) tree() map[string]string {
	b.t.Helper()
	ids := map[string]string{}
	ids["hash"] = b.uploadBytes(pngOf(b.t, 8)).ok().text("images", "bytes", "hash")
	ids["campaign"] = b.made("act_42/campaigns", validCampaign)
	ids["adset"] = b.made("act_42/adsets", validAdset(ids["campaign"]))
	ids["creative"] = b.made("act_42/adcreatives", validCreative(ids["hash"]))
	ids["ad"] = b.made("act_42/ads", validAd(ids["adset"], ids["creative"]))
	return ids
}

// live makes a tree whose ad delivers.
func (b *bench) live() map[string]string {
	b.t.Helper()
	ids := b.tree()
	for _, level := range []string{"campaign", "adset", "ad"} {
		b.post(ids[level], map[string]string{"status": "ACTIVE"}).ok()
	}
	b.now = b.now.Add(time.Hour)
	b.server.Step(b.now)
	return ids
}
