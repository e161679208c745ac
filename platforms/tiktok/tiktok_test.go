package tiktok_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/platforms/httpx"
	"github.com/agente-ceo/agente-ceo/platforms/tiktok"
)

const base = "/open_api/v1.3"

// call is one request as TikTok saw it: Key is "METHOD path" without the base, Raw the JSON body, File an upload.
type call struct {
	Key   string
	Query url.Values
	Raw   string
	Form  map[string]string
	File  string
	Token string
}

// portal answers from a script: for each key the answers in turn, the last one for ever. "{…}" is the data of a good envelope, "40002 why" a
// bad code, "HTTP 502 text" a status.
type portal struct {
	t      *testing.T
	script map[string][]string
	calls  []call
}

func (p *portal) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path, ok := strings.CutPrefix(r.URL.Path, base)
	if !ok || !strings.HasSuffix(path, "/") {
		p.t.Errorf("path %s", r.URL.Path)
	}
	c := call{Key: r.Method + " " + path, Query: r.URL.Query(), Token: r.Header.Get("Access-Token")}
	p.read(r, &c)
	p.calls = append(p.calls, c)
	answers := p.script[c.Key]
	if len(answers) == 0 {
		p.t.Errorf("unexpected call: %s %v %s", c.Key, c.Query, c.Raw)
		answers = []string{"40008 no such interface"}
	}
	if len(answers) > 1 {
		p.script[c.Key] = answers[1:]
	}
	answer(w, answers[0])
}

func (p *portal) read(r *http.Request, c *call) {
	kind, params, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if kind == "multipart/form-data" {
		form, err := multipart.NewReader(r.Body, params["boundary"]).ReadForm(1 << 20)
		if err != nil {
			p.t.Errorf("read upload: %v", err)
			return
		}
		c.Form = map[string]string{}
		for name, values := range form.Value {
			c.Form[name] = values[0]
		}
		for name, files := range form.File {
			opened, _ := files[0].Open()
			data, _ := io.ReadAll(opened)
			c.File = name + " " + files[0].Filename + " " + string(data)
		}
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		p.t.Errorf("read request: %v", err)
	}
	c.Raw = string(body)
}

func answer(w http.ResponseWriter, text string) {
	if rest, ok := strings.CutPrefix(text, "HTTP "); ok {
		var status int
		_ = json.Unmarshal([]byte(rest[:3]), &status)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, rest[4:])
		return
	}
	if !strings.HasPrefix(text, "{") {
		code, message, _ := strings.Cut(text, " ")
		quoted, _ := json.Marshal(message)
		_, _ = io.WriteString(w, `{"code":`+code+`,"message":`+string(quoted)+`,"request_id":"2026LOG","data":{}}`)
		return
	}
	_, _ = io.WriteString(w, `{"code":0,"message":"OK","request_id":"2026LOG","data":`+text+`}`)
}

// last is the latest call of a key.
func (p *portal) last(key string) call {
	p.t.Helper()
	for i := len(p.calls) - 1; i >= 0; i-- {
		if p.calls[i].Key == key {
			return p.calls[i]
		}
	}
	p.t.Fatalf("no call %q among %v", key, p.keys())
	return call{}
}

func (p *portal) keys() []string {
	var keys []string
	for _, c := range p.calls {
		keys = append(keys, c.Key)
	}
	return keys
}

type shelf map[string]string

func (s shelf) Get(_ context.Context, key string) ([]byte, string, error) {
	data, ok := s[key]
	if !ok {
		return nil, "", errors.New("no such file")
	}
	return []byte(data), "image/png", nil
}

type stoppedClock struct{}

func (stoppedClock) Now() time.Time { return time.Date(2026, 11, 20, 14, 0, 0, 0, time.UTC) }

func config() tiktok.Config {
	return tiktok.Config{
		Token: "TOKEN", AdvertiserID: "7000000000000000001", PixelID: "7010000000000000001", IdentityID: "7020000000000000001",
		Currency: money.USD, Media: shelf{"k1": "picture"}, Clock: stoppedClock{},
	}
}

func setup(t *testing.T, script map[string][]string) (*tiktok.Client, *portal) {
	t.Helper()
	p := &portal{t: t, script: script}
	server := httptest.NewServer(p)
	t.Cleanup(server.Close)
	c := config()
	c.BaseURL, c.HTTP = server.URL+base, httpx.New(httpx.Options{})
	client, err := tiktok.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return client, p
}

// sameMoney lets cmp compare amounts, whose fields are not exported.
var sameMoney = cmpopts.EquateComparable(money.Amount{})

func usd(minor int64) money.Amount { return money.Minor(minor, money.USD) }

func wantFault(t *testing.T, err error, kind fault.Kind, code string) {
	t.Helper()
	if err == nil || fault.KindOf(err) != kind || fault.CodeOf(err) != code {
		t.Fatalf("have %v %q (%v), want %v %q", fault.KindOf(err), fault.CodeOf(err), err, kind, code)
	}
}

// sameJSON compares two JSON texts by value.
func sameJSON(t *testing.T, have, want string) {
	t.Helper()
	var h, w any
	if err := json.Unmarshal([]byte(have), &h); err != nil {
		t.Fatalf("%v in %s", err, have)
	}
	if err := json.Unmarshal([]byte(want), &w); err != nil {
		t.Fatalf("%v in %s", err, want)
	}
	if diff := cmp.Diff(w, h); diff != "" {
		t.Errorf("the JSON differs (-want +have):\n%s", diff)
	}
}

func broad() ads.AdSetSpec {
	return ads.AdSetSpec{
		Name: "BR+US 18+ k_7f3a", CampaignID: "1800000000000001", DailyBudget: usd(2000), Bid: ads.LowestCost,
		Audience: ads.Audience{Kind: ads.Broad, Countries: []string{"US", "BR"}, AgeMin: 18, AgeMax: 65},
	}
}

func projector() ads.AdSpec {
	return ads.AdSpec{
		Name: "ad k_7f3a", CampaignID: "1800000000000001", AdSetID: "1800000000000002", Headline: "Headline", Body: "Copy & more",
		Action: "shop_now", LandingURL: "https://shop.example.com/products/mini-projector?utm_source=tiktok&utm_medium=paid", MediaKey: "k1",
	}
}

func TestNew_RefusesIncompleteConfiguration(t *testing.T) {
	t.Parallel()
	complete := config()
	complete.HTTP = httpx.New(httpx.Options{})
	if _, err := tiktok.New(complete); err != nil {
		t.Fatalf("the complete one: %v", err)
	}
	spoil := map[string]func(*tiktok.Config){
		"token":      func(c *tiktok.Config) { c.Token = "" },
		"advertiser": func(c *tiktok.Config) { c.AdvertiserID = "" },
		"pixel":      func(c *tiktok.Config) { c.PixelID = "" },
		"identity":   func(c *tiktok.Config) { c.IdentityID = "" },
		"currency":   func(c *tiktok.Config) { c.Currency = "EURO" },
		"minimum":    func(c *tiktok.Config) { c.Currency = "BRL" },
		"http":       func(c *tiktok.Config) { c.HTTP = nil },
		"media":      func(c *tiktok.Config) { c.Media = nil },
		"clock":      func(c *tiktok.Config) { c.Clock = nil },
		"address":    func(c *tiktok.Config) { c.BaseURL = "tiktok" },
	}
	for name, spoiled := range spoil {
		c := complete
		spoiled(&c)
		if _, err := tiktok.New(c); err == nil {
			t.Errorf("accepted a configuration with a bad %s", name)
		}
	}
}
