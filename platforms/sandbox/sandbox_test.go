package sandbox_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/agente-ceo/agente-ceo/platforms/sandbox"
	"github.com/agente-ceo/agente-ceo/platforms/sandbox/faults"
	"github.com/agente-ceo/agente-ceo/platforms/sandbox/market"
)

var start = time.Date(2026, 3, 1, 3, 0, 0, 0, time.UTC)

func setup(t *testing.T, plan *faults.Plan) (*sandbox.Sandbox, *httptest.Server, *time.Time) {
	t.Helper()
	now := start
	echo := &adServer{}
	s := sandbox.New(sandbox.Config{Seed: 1, Start: start, Now: func() time.Time { return now }, Faults: plan,
		AdServers: map[string]http.Handler{"meta": echo, "tiktok": echo}, AdCredentials: map[string]string{"META_ACCESS_TOKEN": "t"}})
	server := httptest.NewServer(s.Handler())
	t.Cleanup(server.Close)
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s, server, &now
}

// adServer answers with the path that it sees.
type adServer struct{ stepped time.Time }

func (a *adServer) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	_, _ = io.WriteString(rw, r.URL.Path)
}

func (a *adServer) Step(now time.Time) { a.stepped = now }

func get(t *testing.T, address string) (int, string) {
	t.Helper()
	resp, err := http.Get(address)
	if err != nil {
		return 0, err.Error()
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0, err.Error()
	}
	return resp.StatusCode, string(body)
}

func TestSandbox_AnswersShowTheTimeOfTheWorld(t *testing.T) {
	t.Parallel()
	for want, plan := range map[string]*faults.Plan{
		"Sun, 01 Mar 2026 03:00:00 GMT": nil, "Mon, 02 Mar 2026 03:00:00 GMT": faults.New(1, faults.Fault{Kind: faults.ClockSkew}),
	} {
		_, server, _ := setup(t, plan)
		answer, err := http.Get(server.URL + "/meta/v26.0/me")
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		if got := answer.Header.Get("Date"); got != want {
			t.Errorf("the answer shows %q, want %q", got, want)
		}
	}
}

func TestSandbox_ServesEveryPlatformUnderItsPath(t *testing.T) {
	t.Parallel()
	s, server, _ := setup(t, nil)
	urls, credentials := s.URLs(server.URL), s.Credentials()
	if _, body := get(t, urls["META_BASE_URL"]+"/v26.0/me"); body != "/v26.0/me" {
		t.Errorf("meta sees %q", body)
	}
	if _, body := get(t, urls["TIKTOK_BASE_URL"]+"/campaign/get/"); body != "/open_api/v1.3/campaign/get/" {
		t.Errorf("tiktok sees %q", body)
	}
	if code, body := get(t, urls["SERPAPI_BASE_URL"]+"/search.json?engine=google_shopping&q=best+sellers&api_key="+credentials["SERPAPI_API_KEY"]); code != 200 || !strings.Contains(body, server.URL+"/img/") {
		t.Errorf("serpapi answered %d %.200s", code, body)
	}
	if !strings.HasPrefix(urls["SMTP_URL"], "smtp://") || credentials["META_ACCESS_TOKEN"] != "t" {
		t.Errorf("urls %v", urls)
	}
	for _, path := range []string{"/aliexpress/sync", "/amazon/catalog/v1/searchItems", "/shopify/admin/api/2026-07/graphql.json", "/twilio/x", "/whatsapp/x", "/crm", "/supabase/storage/v1/bucket"} {
		if code, _ := get(t, server.URL+path); code == 0 {
			t.Errorf("%s is not served", path)
		}
	}
	code, body := get(t, server.URL+"/_sandbox/state")
	var state struct{ Calls map[string]int64 }
	if err := json.Unmarshal([]byte(body), &state); err != nil || code != 200 || state.Calls["serpapi"] != 1 || state.Calls["crm"] != 1 {
		t.Errorf("state answered %d %s: %v", code, body, err)
	}
}

func TestSandbox_StepsDeliverOrders(t *testing.T) {
	t.Parallel()
	s, server, now := setup(t, nil)
	s.URLs(server.URL)
	orders := 0
	receiver := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { orders++ }))
	defer receiver.Close()
	if err := s.Subscribe(receiver.URL); err != nil {
		t.Fatal(err)
	}
	m := s.Market()
	found, _ := m.Search(*now, market.AliExpress, "", 0, 20)
	for _, p := range found {
		m.List(*now, market.Listing{Handle: p.Ref, Ref: p.Ref, Title: p.Title, Price: p.Market})
		m.SetLive(*now, market.Ad{Platform: market.Meta, ID: p.Ref, AdSetID: p.Ref, Landing: server.URL + "/shopify/products/" + p.Ref, DailyBudget: 20000}, true)
	}
	for range 3 * 96 {
		*now = s.NextStep(*now)
		if err := s.Step(context.Background(), *now); err != nil {
			t.Fatal(err)
		}
	}
	if orders < 10 {
		t.Errorf("%d orders in three days of %d ads", orders, len(found))
	}
	gone, cancel := context.WithCancel(context.Background())
	cancel()
	m.Advance(now.AddDate(0, 0, 2))
	if err := s.Step(gone, now.AddDate(0, 0, 2)); err == nil {
		t.Error("a step under a context that ended said nothing")
	}
}

func TestSandbox_StepsItsAdServers(t *testing.T) {
	t.Parallel()
	ads := &adServer{}
	s := sandbox.New(sandbox.Config{Start: start, Now: func() time.Time { return start }, AdServers: map[string]http.Handler{"meta": ads}})
	if s.Tick(start.Add(time.Hour)); !ads.stepped.Equal(start.Add(time.Hour)) {
		t.Errorf("the ad server was stepped to %s", ads.stepped)
	}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fault faults.Fault
		want  func(code int, body string) bool
	}{
		"Drop":      {faults.Fault{Kind: faults.CommitThenDrop}, func(code int, _ string) bool { return code == 0 }},
		"After":     {faults.Fault{Kind: faults.ErrorAfterCommit}, func(code int, body string) bool { return code == 500 && strings.Contains(body, `"code":1`) }},
		"Before":    {faults.Fault{Kind: faults.ServerError}, func(code int, _ string) bool { return code == 500 }},
		"Throttle":  {faults.Fault{Kind: faults.Throttle}, func(code int, body string) bool { return code == 400 && strings.Contains(body, `"code":17`) }},
		"Elsewhere": {faults.Fault{Kind: faults.Throttle, Where: " /tiktok/"}, func(code int, body string) bool { return code == 200 && body == "/v26.0/me" }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, server, _ := setup(t, faults.New(1, c.fault))
			if code, body := get(t, server.URL+"/meta/v26.0/me"); !c.want(code, body) {
				t.Errorf("answered %d %q", code, body)
			}
			if code, _ := get(t, server.URL+"/_sandbox/state"); code != 200 {
				t.Errorf("the state answered %d", code)
			}
		})
	}
	_, server, _ := setup(t, faults.New(3, faults.Fault{Kind: faults.Throttle, Share: 0.5, Where: " /tiktok/"}))
	throttled := 0
	for range 60 {
		if code, body := get(t, server.URL+"/tiktok/open_api/v1.3/x/"); code == 200 && strings.Contains(body, "40100") {
			throttled++
		}
	}
	if throttled < 15 || throttled > 45 {
		t.Errorf("%d of 60 calls were throttled at a share of one half", throttled)
	}
}

func TestFaults_Control(t *testing.T) {
	t.Parallel()
	_, server, _ := setup(t, faults.New(1))
	put := func(script string) int {
		r, err := http.NewRequest(http.MethodPut, server.URL+"/_sandbox/faults", strings.NewReader(script))
		if err != nil {
			t.Fatal(err)
		}
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		return answer.StatusCode
	}
	for script, want := range map[string]int{
		`[{"kind":"plague"}]`: 400, `[{"kind":"throttle","share":2}]`: 400, `[{"kind":"throttle","often":1}]`: 400, `{`: 400,
		`[{"kind":"throttle","from":"2026-03-02T00:00:00Z","until":"2026-03-01T00:00:00Z"}]`: 400,
	} {
		if got := put(script); got != want {
			t.Errorf("%s was answered %d, want %d", script, got, want)
		}
	}
	if code, _ := get(t, server.URL+"/meta/v26.0/me"); code != 200 {
		t.Errorf("a refused script had an effect: %d", code)
	}
	if got := put(`[{"kind":"server_error","where":" /meta/","times":1}]`); got != 200 {
		t.Fatalf("a script was answered %d", got)
	}
	if code, _ := get(t, server.URL+"/meta/v26.0/me"); code != 500 {
		t.Errorf("the script has no effect: %d", code)
	}
	if code, _ := get(t, server.URL+"/meta/v26.0/me"); code != 200 {
		t.Errorf("a fault that happens once happened twice: %d", code)
	}
	if _, body := get(t, server.URL+"/_sandbox/faults"); !strings.Contains(body, `"counts":{"server_error":1}`) {
		t.Errorf("counted %s", body)
	}
}
