package tiktok

import (
	"bytes"
	"encoding/json"
	"image"
	"image/png"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/agente-ceo/agente-ceo/platforms/sandbox/adservers"
	"github.com/agente-ceo/agente-ceo/platforms/sandbox/adservers/internal/fakemarket"
)

const advertiser = "7000000000000000001"

// bench is an advertiser with a clock that stands still until it is moved.
type bench struct {
	t      *testing.T
	now    time.Time
	market *fakemarket.Market
	server *Server
}

func setup(t *testing.T, change ...func(*Config)) *bench {
	t.Helper()
	b := &bench{t: t, now: time.Date(2026, 11, 23, 15, 0, 0, 0, time.UTC)}
	zone := time.FixedZone("America/Sao_Paulo", -3*3600)
	b.market = &fakemarket.Market{People: 250, Zone: zone}
	cfg := Config{
		Token: "TOKEN", AdvertiserID: advertiser, PixelID: "7010", IdentityID: "7020", BuyersAudienceID: "7100", Zone: zone, Market: b.market,
		Now: func() time.Time { return b.now }, ReviewDelay: 30 * time.Minute, Limits: Limits{-1, -1, -1},
	}
	for _, f := range change {
		f(&cfg)
	}
	b.server = New(cfg)
	return b
}

// reply is an answer taken apart.
type reply struct {
	t       *testing.T
	Code    int             `json:"code"`
	Message string          `json:"message"`
	Log     string          `json:"request_id"`
	Data    json.RawMessage `json:"data"`
	raw     string
}

func (b *bench) do(r *http.Request) reply {
	b.t.Helper()
	if r.Header.Get("Access-Token") == "" {
		r.Header.Set("Access-Token", "TOKEN")
	}
	w := httptest.NewRecorder()
	b.server.ServeHTTP(w, r)
	out := reply{t: b.t, raw: w.Body.String()}
	if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil || w.Code != http.StatusOK || out.Log == "" || len(out.Data) == 0 {
		b.t.Fatalf("the answer is no envelope: %d %s", w.Code, w.Body)
	}
	return out
}

func (b *bench) post(path, body string) reply {
	b.t.Helper()
	r := httptest.NewRequest(http.MethodPost, root+path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	return b.do(r)
}

// get asks with the advertiser's id and pairs of further parameters.
func (b *bench) get(path string, pairs ...string) reply {
	b.t.Helper()
	q := url.Values{"advertiser_id": {advertiser}}
	for i := 0; i < len(pairs); i += 2 {
		q.Set(pairs[i], pairs[i+1])
	}
	return b.do(httptest.NewRequest(http.MethodGet, root+path+"?"+q.Encode(), nil))
}

func (r reply) ok() reply {
	r.t.Helper()
	if r.Code != 0 || r.Message != "OK" {
		r.t.Fatalf("the call was refused: %s", r.raw)
	}
	return r
}

func (r reply) refused(code int, word string) {
	r.t.Helper()
	if r.Code != code || !strings.Contains(r.Message, word) {
		r.t.Errorf("the answer is %s, want %d with %q", r.raw, code, word)
	}
}

// at digs into data: names for objects, indices for lists.
func (r reply) at(path ...any) any {
	r.t.Helper()
	var v any
	if err := json.Unmarshal(r.Data, &v); err != nil {
		r.t.Fatal(err)
	}
	for _, step := range path {
		switch x := v.(type) {
		case map[string]any:
			v = x[step.(string)]
		case []any:
			if step.(int) >= len(x) {
				r.t.Fatalf("%v: there are only %d entries in %s", path, len(x), r.raw)
			}
			v = x[step.(int)]
		default:
			r.t.Fatalf("%v is not in %s", path, r.raw)
		}
	}
	return v
}

func (r reply) text(path ...any) string {
	r.t.Helper()
	s, ok := r.at(path...).(string)
	if !ok {
		r.t.Fatalf("%v is no text in %s", path, r.raw)
	}
	return s
}

func (r reply) want(want any, path ...any) {
	r.t.Helper()
	if got := r.at(path...); got != want {
		r.t.Errorf("%v is %v, want %v in %s", path, got, want, r.raw)
	}
}

func pngOf(t *testing.T, width int) []byte {
	t.Helper()
	var buf bytes.Buffer
	if err := png.Encode(&buf, image.NewGray(image.Rect(0, 0, width, 4))); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// upload sends a file with its right signature; pairs override the form's fields, "" removes one.
func (b *bench) upload(kind, name string, data []byte, pairs ...string) reply {
	b.t.Helper()
	fields := map[string]string{"advertiser_id": advertiser, "upload_type": "UPLOAD_BY_FILE", kind + "_signature": adservers.Fingerprint(data), "file_name": name}
	for i := 0; i < len(pairs); i += 2 {
		fields[pairs[i]] = pairs[i+1]
	}
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for k, v := range fields {
		if v != "" {
			_ = w.WriteField(k, v)
		}
	}
	if data != nil {
		part, err := w.CreateFormFile(kind+"_file", name)
		if err != nil {
			b.t.Fatal(err)
		}
		_, _ = part.Write(data)
	}
	_ = w.Close()
	r := httptest.NewRequest(http.MethodPost, root+"/file/"+kind+"/ad/upload/", &body)
	r.Header.Set("Content-Type", w.FormDataContentType())
	return b.do(r)
}

// The valid bodies, with the ids of the tree filled in by fill.
var valid = map[string]string{
	"campaign": `{"advertiser_id":"7000000000000000001","campaign_name":"mini-projector k_7f3a","objective_type":"WEB_CONVERSIONS","budget_mode":"BUDGET_MODE_INFINITE","operation_status":"DISABLE"}`,
	"adgroup": `{"advertiser_id":"7000000000000000001","campaign_id":"{campaign}","adgroup_name":"BR+US 18+ k_7f3a","promotion_type":"WEBSITE","placement_type":"PLACEMENT_TYPE_AUTOMATIC",
		"pixel_id":"7010","optimization_goal":"CONVERT","optimization_event":"SHOPPING","billing_event":"OCPM","bid_type":"BID_TYPE_NO_BID","budget_mode":"BUDGET_MODE_DAY","budget":20.0,
		"pacing":"PACING_MODE_SMOOTH","schedule_type":"SCHEDULE_FROM_NOW","schedule_start_time":"2026-11-23 14:00:00","location_ids":["6252001","3469034"],"gender":"GENDER_UNLIMITED",
		"age_groups":["AGE_18_24","AGE_25_34","AGE_35_44","AGE_45_54","AGE_55_100"],"operation_status":"DISABLE"}`,
	"ad": `{"advertiser_id":"7000000000000000001","adgroup_id":"{adgroup}","creatives":[{"ad_name":"ad k_7f3a a","ad_format":"SINGLE_IMAGE","image_ids":["{image}"],"ad_text":"Copy",
		"call_to_action":"SHOP_NOW","landing_page_url":"https://shop.example.com/products/mini-projector?utm_source=tiktok","identity_type":"CUSTOMIZED_USER","identity_id":"7020","operation_status":"DISABLE"}]}`,
	"lookalike": `{"advertiser_id":"7000000000000000001","custom_audience_name":"LAL","lookalike_spec":{"source_audience_id":"7100","include_source":false,"mobile_os":"ALL","placements":["TikTok"],"location_ids":["3469034"],"audience_size":"BALANCED"}}`,
}

func fill(ids map[string]string, text string) string {
	for k, v := range ids {
		text = strings.ReplaceAll(text, "{"+k+"}", v)
	}
	return text
}

// merge changes some fields of a JSON object; null removes one.
func merge(t *testing.T, body, changes string) string {
	t.Helper()
	var base, over map[string]json.RawMessage
	if err := json.Unmarshal([]byte(body), &base); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(changes), &over); err != nil {
		t.Fatal(err)
	}
	for k, v := range over {
		if base[k] = v; string(v) == "null" {
			delete(base, k)
		}
	}
	out, err := json.Marshal(base)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// tree makes one object of each kind, all disabled.
func (b *bench) tree() map[string]string {
	b.t.Helper()
	ids := map[string]string{}
	ids["image"] = b.upload("image", "a.png", pngOf(b.t, 8)).ok().text("image_id")
	ids["video"] = b.upload("video", "a.mp4", []byte("film")).ok().text(0, "video_id")
	ids["campaign"] = b.post("/campaign/create/", merge(b.t, valid["campaign"], `{"request_id":"1"}`)).ok().text("campaign_id")
	ids["adgroup"] = b.post("/adgroup/create/", merge(b.t, fill(ids, valid["adgroup"]), `{"request_id":"2"}`)).ok().text("adgroup_id")
	ids["ad"] = b.post("/ad/create/", fill(ids, valid["ad"])).ok().text("ad_ids", 0)
	return ids
}

func (b *bench) setStatus(ids map[string]string, level, status string) {
	b.t.Helper()
	b.post("/"+level+"/status/update/", `{"advertiser_id":"`+advertiser+`","`+level+`_ids":["`+ids[level]+`"],"operation_status":"`+status+`"}`).ok()
}

// live makes a tree whose ad delivers.
func (b *bench) live() map[string]string {
	b.t.Helper()
	ids := b.tree()
	for _, level := range []string{"campaign", "adgroup", "ad"} {
		b.setStatus(ids, level, "ENABLE")
	}
	b.now = b.now.Add(time.Hour)
	b.server.Step(b.now)
	return ids
}
