package meta_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/platforms/httpx"
	"github.com/agente-ceo/agente-ceo/platforms/meta"
)

// call is one request as Graph saw it. Key is "METHOD path", the path without host and version.
type call struct {
	Key   string
	Query url.Values
	Form  url.Values
	Auth  string
}

// graph answers from a script: for each key the answers in turn, the last one for ever. An answer is a body, or "500 body".
type graph struct {
	t      *testing.T
	script map[string][]string
	header http.Header
	calls  []call
}

func (g *graph) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		g.t.Errorf("read request: %v", err)
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		g.t.Errorf("read form: %v", err)
	}
	path, ok := strings.CutPrefix(r.URL.Path, "/v26.0/")
	if !ok {
		g.t.Errorf("path without version: %s", r.URL.Path)
	}
	c := call{Key: r.Method + " " + path, Query: r.URL.Query(), Form: form, Auth: r.Header.Get("Authorization")}
	g.calls = append(g.calls, c)
	answers := g.script[c.Key]
	if len(answers) == 0 {
		g.t.Errorf("unexpected call: %s %v %v", c.Key, c.Query, c.Form)
		answers = []string{"404 {}"}
	}
	if len(answers) > 1 {
		g.script[c.Key] = answers[1:]
	}
	status := 200
	text := answers[0]
	if !strings.HasPrefix(text, "{") {
		if _, err := fmt.Sscanf(text, "%d ", &status); err != nil {
			g.t.Errorf("script: %q", text)
		}
		text = text[4:]
	}
	for name, values := range g.header {
		w.Header()[name] = values
	}
	w.WriteHeader(status)
	_, _ = io.WriteString(w, text)
}

// last is the latest call of a key.
func (g *graph) last(key string) call {
	g.t.Helper()
	for i := len(g.calls) - 1; i >= 0; i-- {
		if g.calls[i].Key == key {
			return g.calls[i]
		}
	}
	g.t.Fatalf("no call %q among %v", key, g.keys())
	return call{}
}

func (g *graph) keys() []string {
	var keys []string
	for _, c := range g.calls {
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

func config() meta.Config {
	return meta.Config{
		Token: "TOKEN", AccountID: "act_1234567890", PixelID: "998877665544", PageID: "555000111", InstagramID: "17841400000000000",
		Advertiser: "Example Ltda", Currency: money.USD, Media: shelf{"k1": "\x89PNG"},
	}
}

func setup(t *testing.T, script map[string][]string) (*meta.Client, *graph) {
	t.Helper()
	return setupWith(t, config(), script)
}

func setupWith(t *testing.T, c meta.Config, script map[string][]string) (*meta.Client, *graph) {
	t.Helper()
	g := &graph{t: t, script: script, header: http.Header{}}
	server := httptest.NewServer(g)
	t.Cleanup(server.Close)
	c.BaseURL, c.HTTP = server.URL, httpx.New(httpx.Options{})
	client, err := meta.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return client, g
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

// sameForm compares forms field by field, nested JSON by value.
func sameForm(t *testing.T, have url.Values, want map[string]string) {
	t.Helper()
	if diff := cmp.Diff(opened(t, want), opened(t, flat(have))); diff != "" {
		t.Errorf("the form differs (-want +have):\n%s", diff)
	}
}

func flat(v url.Values) map[string]string {
	out := map[string]string{}
	for name, values := range v {
		out[name] = strings.Join(values, "|")
	}
	return out
}

func opened(t *testing.T, form map[string]string) map[string]any {
	t.Helper()
	out := map[string]any{}
	for name, value := range form {
		out[name] = value
		if strings.HasPrefix(value, "{") || strings.HasPrefix(value, "[") {
			var v any
			if err := json.Unmarshal([]byte(value), &v); err != nil {
				t.Fatalf("field %s: %v", name, err)
			}
			out[name] = v
		}
	}
	return out
}

func broad() ads.AdSetSpec {
	return ads.AdSetSpec{
		Name: "broad 18-65 BR+US|k_7f3a", CampaignID: "120210000000000001", DailyBudget: usd(5000), Bid: ads.LowestCost,
		Audience: ads.Audience{Kind: ads.Broad, Countries: []string{"BR", "US"}, AgeMin: 18, AgeMax: 65},
	}
}

func projector() ads.AdSpec {
	return ads.AdSpec{
		Name: "ad k_7f3a a", CampaignID: "120210000000000001", AdSetID: "120210000000000002", Headline: "Headline", Body: "Copy",
		Action: "shop_now", LandingURL: "https://shop.example.com/products/mini-projector", MediaKey: "k1",
	}
}

const adScriptHash = "0123456789abcdef0123456789abcdef"

func adScript() map[string][]string {
	return map[string][]string{
		"POST act_1234567890/adimages":    {`{"images":{"bytes":{"hash":"` + adScriptHash + `","url":"https://x/x.png"}}}`},
		"POST act_1234567890/adcreatives": {`{"id":"120210000000000010"}`},
		"POST act_1234567890/ads":         {`{"id":"120210000000000003"}`},
	}
}

func TestNew_RefusesIncompleteConfiguration(t *testing.T) {
	t.Parallel()
	complete := config()
	complete.HTTP = httpx.New(httpx.Options{})
	if _, err := meta.New(complete); err != nil {
		t.Fatalf("the complete one: %v", err)
	}
	spoil := map[string]func(*meta.Config){
		"token":    func(c *meta.Config) { c.Token = "" },
		"account":  func(c *meta.Config) { c.AccountID = "act_" },
		"pixel":    func(c *meta.Config) { c.PixelID = "" },
		"page":     func(c *meta.Config) { c.PageID = "" },
		"currency": func(c *meta.Config) { c.Currency = "EURO" },
		"http":     func(c *meta.Config) { c.HTTP = nil },
		"media":    func(c *meta.Config) { c.Media = nil },
		"address":  func(c *meta.Config) { c.BaseURL = "graph.facebook.com" },
	}
	for name, spoiled := range spoil {
		c := complete
		spoiled(&c)
		if _, err := meta.New(c); err == nil {
			t.Errorf("accepted a configuration with a bad %s", name)
		}
	}
}
