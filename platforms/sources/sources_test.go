package sources_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/platforms"
	"github.com/agente-ceo/agente-ceo/platforms/httpx"
	"github.com/agente-ceo/agente-ceo/platforms/sources"
)

var (
	_ platforms.Source = (*sources.Google)(nil)
	_ platforms.Source = (*sources.Amazon)(nil)
	_ platforms.Source = (*sources.TikTok)(nil)
)

// site answers each path from a script: the answers in turn, the last one for ever. An answer is a body, or "500 body".
type site struct {
	t      *testing.T
	script map[string][]string
	calls  []call
}

type call struct {
	path   string
	query  map[string][]string
	header http.Header
	body   string
}

func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		s.t.Errorf("read request: %v", err)
	}
	s.calls = append(s.calls, call{r.URL.Path, r.URL.Query(), r.Header, string(body)})
	answers := s.script[r.URL.Path]
	if len(answers) == 0 {
		s.t.Errorf("unexpected call of %s", r.URL.Path)
		answers = []string{"404 {}"}
	}
	if len(answers) > 1 {
		s.script[r.URL.Path] = answers[1:]
	}
	status, text, plain := strings.Cut(answers[0], " ")
	if code, err := strconv.Atoi(status); plain && err == nil {
		w.WriteHeader(code)
	} else {
		text = answers[0]
	}
	_, _ = io.WriteString(w, text)
}

// of lists the calls of a path.
func (s *site) of(path string) (out []call) {
	for _, c := range s.calls {
		if c.path == path {
			out = append(out, c)
		}
	}
	return out
}

func open(t *testing.T, script map[string][]string) (*site, string) {
	t.Helper()
	s := &site{t: t, script: script}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	return s, server.URL
}

// dial is a clock that the test turns.
type dial struct {
	mu  sync.Mutex
	now time.Time
}

// Now is where the dial stands.
func (d *dial) Now() time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.now
}

func (d *dial) turn(by time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.now = d.now.Add(by)
}

const (
	googlePath = "/search.json"
	tokenPath  = "/auth/o2/token"
	amazonPath = "/catalog/v1/searchItems"
	trendPath  = "/open_api/v1.3/discovery/trending_list/"
	aToken     = `{"access_token":"Atc|1","token_type":"bearer","expires_in":3600}`
)

// each makes a client of every source over one site that answers all searches alike.
func each(t *testing.T, answer string) map[string]platforms.Source {
	t.Helper()
	_, address := open(t, map[string][]string{googlePath: {answer}, amazonPath: {answer}, trendPath: {answer}, tokenPath: {aToken}})
	h := httpx.New(httpx.Options{})
	google, err := sources.NewGoogle(address, "secret-key", h)
	if err != nil {
		t.Fatal(err)
	}
	amazon, err := sources.NewAmazon(sources.AmazonConfig{BaseURL: address, ClientID: "id", ClientSecret: "secret-key", PartnerTag: "agente-20", Clock: &dial{now: time.Unix(1e9, 0)}}, h)
	if err != nil {
		t.Fatal(err)
	}
	tiktok, err := sources.NewTikTok(address+"/open_api/v1.3", "secret-key", "7000", h)
	if err != nil {
		t.Fatal(err)
	}
	return map[string]platforms.Source{google.Name(): google, amazon.Name(): amazon, tiktok.Name(): tiktok}
}

// TestSources_Failures: whatever the source, the caller is told the same.
func TestSources_Failures(t *testing.T) {
	t.Parallel()
	for answer, want := range map[string]struct {
		kind fault.Kind
		code string
	}{
		`429 {"error":"Your account has run out of searches."}`: {fault.Retryable, "throttled"},
		`500 <html>oops</html>`:                                 {fault.Retryable, "server_error"},
		`403 {"error":"no"}`:                                    {fault.Terminal, "permission_denied"},
		`400 {"error":"Missing query"}`:                         {fault.Refused, "rejected"},
		`<html>maintenance</html>`:                              {fault.Retryable, "bad_answer"},
		`{"shopping_results":[{"title":1`:                       {fault.Retryable, "bad_answer"},
		`["a list"]`:                                            {fault.Retryable, "bad_answer"},
		` `:                                                     {fault.Retryable, "bad_answer"},
	} {
		for name, source := range each(t, answer) {
			offers, err := source.Search(t.Context(), "lamp", "US", 10)
			if len(offers) != 0 || fault.KindOf(err) != want.kind || fault.CodeOf(err) != want.code {
				t.Errorf("%s answers %q: %s %s %v, want %s %s", name, answer, fault.KindOf(err), fault.CodeOf(err), err, want.kind, want.code)
			}
			if err != nil && strings.Contains(err.Error(), "secret-key") {
				t.Errorf("%s tells its secret: %v", name, err)
			}
		}
	}
}

// TestSources_OddAnswers: well-formed answers without what belongs in them are empty, and no crash.
func TestSources_OddAnswers(t *testing.T) {
	t.Parallel()
	for _, odd := range []string{
		`{}`, `null`, `{"data":null,"searchResult":null,"shopping_results":null}`, `{"data":{"list":[{}]},"searchResult":{"items":[{}]},"shopping_results":[{}]}`,
		`{"data":{"list":[{"hashtag_name":"#__--","rank_change":"UP","views":[1],"hashtag_id":{}}]},"searchResult":{"items":[{"offersV2":{"listings":[{}]}}]},
		"shopping_results":[{"product_id":"1","price":"free"},{"product_id":"2","price":"$-5","extracted_price":-5}]}`,
	} {
		for name, source := range each(t, odd) {
			if offers, err := source.Search(t.Context(), "", "US", 10); err != nil || len(offers) != 0 {
				t.Errorf("%s answers %s: %+v %v", name, odd, offers, err)
			}
		}
	}
}

func TestSources_RefuseBadAddresses(t *testing.T) {
	t.Parallel()
	h := httpx.New(httpx.Options{})
	for _, address := range []string{"", "serpapi.com", "ftp://serpapi.com"} {
		if _, err := sources.NewGoogle(address, "k", h); err == nil {
			t.Errorf("Google took %q", address)
		}
		if _, err := sources.NewTikTok(address, "k", "7000", h); err == nil {
			t.Errorf("TikTok took %q", address)
		}
		if _, err := sources.NewAmazon(sources.AmazonConfig{BaseURL: address}, h); err == nil {
			t.Errorf("Amazon took %q", address)
		}
	}
	if _, err := sources.NewAmazon(sources.AmazonConfig{BaseURL: "https://creatorsapi.amazon", TokenURL: "api.amazon.com"}, h); err == nil {
		t.Error("Amazon took a token address without https")
	}
}

var sameMoney = cmp.Comparer(func(a, b money.Amount) bool { return a == b })

func usd(cents int64) money.Amount { return money.Minor(cents, money.USD) }
