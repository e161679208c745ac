package google_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/platforms/google"
	"github.com/agente-ceo/agente-ceo/platforms/httpx"
)

// call is one request as Google saw it.
type call struct {
	Method string // mutate | searchStream
	Query  string
	Body   string
	Header http.Header
}

// api answers searches and mutations from two lists, in order. "400 {…}" is a status and its body.
type api struct {
	t         *testing.T
	searches  []string
	mutations []string
	calls     []call
}

func (a *api) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	method, ok := strings.CutPrefix(r.URL.Path, "/v26/customers/1234567890/googleAds:")
	if !ok {
		a.t.Errorf("path %s", r.URL.Path)
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		a.t.Errorf("read request: %v", err)
	}
	c := call{Method: method, Body: string(body), Header: r.Header}
	answers := &a.mutations
	if method == "searchStream" {
		answers = &a.searches
		var search struct{ Query string }
		if err := json.Unmarshal(body, &search); err != nil {
			a.t.Errorf("read query: %v", err)
		}
		c.Query = search.Query
	}
	a.calls = append(a.calls, c)
	if len(*answers) == 0 {
		a.t.Errorf("unexpected %s: %s", method, body)
		w.WriteHeader(http.StatusTeapot)
		return
	}
	text := (*answers)[0]
	*answers = (*answers)[1:]
	if status, err := strconv.Atoi(text[:min(3, len(text))]); err == nil {
		w.WriteHeader(status)
		text = text[4:]
	}
	_, _ = io.WriteString(w, text)
}

// last is the latest call of a method.
func (a *api) last(method string) call {
	a.t.Helper()
	for i := len(a.calls) - 1; i >= 0; i-- {
		if a.calls[i].Method == method {
			return a.calls[i]
		}
	}
	a.t.Fatalf("no %s among %d calls", method, len(a.calls))
	return call{}
}

func rows(results ...string) string {
	return `[{"results":[` + strings.Join(results, ",") + `],"requestId":"r"}]`
}

// done answers a mutation with resource names such as "campaigns/222".
func done(names ...string) string {
	var results []string
	for _, name := range names {
		results = append(results, `{"someResult":{"resourceName":"customers/1234567890/`+name+`"}}`)
	}
	return `{"mutateOperationResponses":[` + strings.Join(results, ",") + `]}`
}

// refused is a GoogleAdsFailure with one error.
func refused(kind, name string) string {
	return `400 {"error":{"code":400,"message":"Request contains an invalid argument.","status":"INVALID_ARGUMENT","details":[{
		"@type":"type.googleapis.com/google.ads.googleads.v26.errors.GoogleAdsFailure",
		"errors":[{"errorCode":{"` + kind + `":"` + name + `"},"message":"why"}],"requestId":"LOG"}]}}`
}

func config() google.Config {
	return google.Config{Tokens: google.StaticToken("TOKEN"), CustomerID: "123-456-7890", ManagerID: "987-654-3210", Currency: money.USD}
}

func setup(t *testing.T, a *api) *google.Client {
	t.Helper()
	a.t = t
	server := httptest.NewServer(a)
	t.Cleanup(server.Close)
	c := config()
	c.BaseURL, c.HTTP = server.URL, httpx.New(httpx.Options{})
	client, err := google.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return client
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
		Name: "BR+US", CampaignID: "222", DailyBudget: usd(2000), Bid: ads.LowestCost,
		Audience: ads.Audience{Kind: ads.Broad, Countries: []string{"BR", "US"}, AgeMin: 18, AgeMax: 65},
	}
}

const (
	campaign222 = `{"campaign":{"resourceName":"customers/1234567890/campaigns/222","id":"222","name":"mini-projector k_7f3a","status":"PAUSED",
		"campaignBudget":"customers/1234567890/campaignBudgets/111"}}`
	adGroup333 = `{"adGroup":{"id":"333","name":"BR+US","status":"PAUSED","primaryStatus":"PAUSED"},"campaign":{"id":"222"}}`
	budget20   = `{"campaignBudget":{"amountMicros":"20000000"}}`
)

func TestNew_RefusesIncompleteConfiguration(t *testing.T) {
	t.Parallel()
	complete := config()
	complete.HTTP = httpx.New(httpx.Options{})
	if _, err := google.New(complete); err != nil {
		t.Fatalf("the complete one: %v", err)
	}
	for name, spoil := range map[string]func(*google.Config){
		"tokens":   func(c *google.Config) { c.Tokens = nil },
		"customer": func(c *google.Config) { c.CustomerID = "customers/1" },
		"manager":  func(c *google.Config) { c.ManagerID = "me" },
		"currency": func(c *google.Config) { c.Currency = "EURO" },
		"minimum":  func(c *google.Config) { c.Currency = "BRL" },
		"http":     func(c *google.Config) { c.HTTP = nil },
		"address":  func(c *google.Config) { c.BaseURL = "google" },
	} {
		c := complete
		spoil(&c)
		if _, err := google.New(c); err == nil {
			t.Errorf("accepted a configuration with a bad %s", name)
		}
	}
}

type movingClock struct{ now time.Time }

func (c *movingClock) Now() time.Time { return c.now }

func TestRefresher(t *testing.T) {
	t.Parallel()
	answers := []string{
		`{"access_token":"first","expires_in":3599,"token_type":"Bearer"}`, `{"access_token":"second","expires_in":3599}`, `{"expires_in":3599}`,
		`400 {"error":"invalid_grant","error_description":"Token REFRESH has been revoked."}`, `503 busy`,
	}
	var forms []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		forms = append(forms, r.URL.Path+" "+string(body))
		text := answers[len(forms)-1]
		if status, err := strconv.Atoi(text[:3]); err == nil {
			w.WriteHeader(status)
		}
		_, _ = io.WriteString(w, text)
	}))
	t.Cleanup(server.Close)
	clock := &movingClock{time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)}
	r, err := google.NewRefresher(google.RefreshConfig{
		BaseURL: server.URL, ClientID: "id", ClientSecret: "SECRET", RefreshToken: "REFRESH", HTTP: httpx.New(httpx.Options{}), Clock: clock,
	})
	if err != nil {
		t.Fatal(err)
	}
	token := func(after time.Duration) (string, error) {
		clock.now = clock.now.Add(after)
		s, err := r.Token(t.Context())
		return s.Reveal(), err
	}
	for _, step := range []struct {
		after time.Duration
		want  string
	}{{0, "first"}, {58 * time.Minute, "first"}, {2 * time.Minute, "second"}} {
		if got, err := token(step.after); err != nil || got != step.want {
			t.Fatalf("have %q, %v, want %q", got, err, step.want)
		}
	}
	if want := "/token client_id=id&client_secret=SECRET&grant_type=refresh_token&refresh_token=REFRESH"; forms[0] != want {
		t.Errorf("have %q", forms[0])
	}
	_, err = token(time.Hour)
	wantFault(t, err, fault.Retryable, "bad_answer")
	_, err = token(0)
	wantFault(t, err, fault.Terminal, "token_expired")
	if strings.Contains(err.Error(), "REFRESH") {
		t.Errorf("leaked: %v", err)
	}
	_, err = token(0)
	wantFault(t, err, fault.Retryable, "server_error")
	if _, err := google.NewRefresher(google.RefreshConfig{}); err == nil {
		t.Error("accepted nothing")
	}
}

type noTokens struct{ err error }

func (n noTokens) Token(context.Context) (httpx.Secret, error) { return "", n.err }

func TestClient_StopsWithoutAToken(t *testing.T) {
	t.Parallel()
	c := config()
	c.Tokens, c.HTTP = noTokens{fault.Stop("token_expired", "revoked")}, httpx.New(httpx.Options{})
	client, err := google.New(c)
	if err != nil {
		t.Fatal(err)
	}
	wantFault(t, client.Check(t.Context()), fault.Terminal, "token_expired")
}
