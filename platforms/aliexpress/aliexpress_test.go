package aliexpress_test

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/platforms"
	"github.com/agente-ceo/agente-ceo/platforms/aliexpress"
	"github.com/agente-ceo/agente-ceo/platforms/httpx"
	"github.com/agente-ceo/agente-ceo/platforms/platformtest"
)

var (
	_ platforms.Source   = (*aliexpress.Client)(nil)
	_ platforms.Supplier = (*aliexpress.Client)(nil)
)

type noon struct{}

// Now is the time of the published vectors.
func (noon) Now() time.Time { return time.UnixMilli(1517820392000) }

// The gateway's methods that we call.
const (
	feedMethod    = "aliexpress.ds.recommend.feed.get"
	searchMethod  = "aliexpress.ds.text.search"
	productMethod = "aliexpress.ds.product.get"
	freightMethod = "aliexpress.ds.freight.query"
	createMethod  = "aliexpress.ds.order.create"
	orderMethod   = "aliexpress.trade.ds.order.get"
)

// gateway answers each method from a script: the answers in turn, the last one for ever. An answer is a body, or "500 body".
type gateway struct {
	t      *testing.T
	script map[string][]string
	calls  []url.Values
}

func (g *gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil || r.URL.Path != "/sync" || r.Method != http.MethodPost {
		g.t.Errorf("%s %s: %v", r.Method, r.URL.Path, err)
	}
	g.calls = append(g.calls, r.PostForm)
	method := r.PostForm.Get("method")
	answers := g.script[method]
	if len(answers) == 0 {
		g.t.Errorf("unexpected call of %s", method)
		answers = []string{"404 {}"}
	}
	if len(answers) > 1 {
		g.script[method] = answers[1:]
	}
	status, body, plain := strings.Cut(answers[0], " ")
	if code, err := strconv.Atoi(status); plain && err == nil {
		w.WriteHeader(code)
	} else {
		body = answers[0]
	}
	_, _ = io.WriteString(w, body)
}

func (g *gateway) last(method string) url.Values {
	for i := len(g.calls) - 1; i >= 0; i-- {
		if g.calls[i].Get("method") == method {
			return g.calls[i]
		}
	}
	g.t.Fatalf("%s was not called", method)
	return nil
}

func setup(t *testing.T, script map[string][]string) (*aliexpress.Client, *gateway) {
	t.Helper()
	g := &gateway{t: t, script: script}
	server := httptest.NewServer(g)
	t.Cleanup(server.Close)
	client, err := aliexpress.New(aliexpress.Config{
		BaseURL: server.URL, AppKey: "123456", AppSecret: "helloworld", Session: "test", Currency: "USD", Clock: noon{},
	}, httpx.New(httpx.Options{}))
	if err != nil {
		t.Fatal(err)
	}
	return client, g
}

func wantFault(t *testing.T, what string, err error, kind fault.Kind, code string) {
	t.Helper()
	if err == nil || fault.KindOf(err) != kind || fault.CodeOf(err) != code {
		t.Errorf("%s: %s %s %v, want %s %s", what, fault.KindOf(err), fault.CodeOf(err), err, kind, code)
	}
}

func TestSign(t *testing.T) {
	t.Parallel()
	// Both were produced by the client library ae_sdk, and reproduced.
	top := url.Values{
		"method": {productMethod}, "app_key": {"123456"}, "session": {"test"}, "timestamp": {"1517820392000"}, "sign_method": {"sha256"},
		"product_id": {"1005001"}, "ship_to_country": {"BR"}, "target_currency": {"USD"}, "target_language": {"en"}, "sign": {"is not signed"},
	}
	if got := aliexpress.Sign("helloworld", "", top); got != "CF033CB57EABD6D6CA942CFD4D645E64343DF3DABC6C06A7D760DC7F047EFC5A" {
		t.Errorf("business method: %s", got)
	}
	rest := url.Values{"app_key": {"123456"}, "timestamp": {"1517820392000"}, "sign_method": {"sha256"}, "code": {"3_500102_JxZ05Ux3cnnSSUm6dCxYg6Q26"}}
	if got := aliexpress.Sign("helloworld", "/auth/token/create", rest); got != "CCA1A050ED98960288B872455ACBC479189840218C8F552D5375C662086446C7" {
		t.Errorf("system method: %s", got)
	}
}

func TestSign_PublishedVectors(t *testing.T) {
	t.Parallel()
	var vectors map[string]struct {
		Secret httpx.Secret      `json:"app_secret"`
		Path   string            `json:"api_path"`
		Params map[string]string `json:"params"`
		Sign   string            `json:"sign"`
	}
	platformtest.Sample(t, "signature-vectors.json", &vectors)
	for _, name := range []string{"aliexpress_top", "aliexpress_rest"} {
		v, form := vectors[name], url.Values{}
		for key, value := range v.Params {
			form.Set(key, value)
		}
		if got := aliexpress.Sign(v.Secret, v.Path, form); got != v.Sign || got == "" {
			t.Errorf("%s: %s, want %s", name, got, v.Sign)
		}
	}
}

// TestClient_SignsEveryCall: the signature covers what is sent, with the protocol's own parameters among it.
func TestClient_SignsEveryCall(t *testing.T) {
	t.Parallel()
	client, g := setup(t, map[string][]string{feedMethod: {`{"result":{"products":[]}}`}})
	if err := client.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	form := g.last(feedMethod)
	if got := form.Get("sign"); got != aliexpress.Sign("helloworld", "", form) || got == "" {
		t.Errorf("sign %q is not of %v", got, form)
	}
	want := map[string]string{"app_key": "123456", "session": "test", "sign_method": "sha256", "timestamp": "1517820392000", "simplify": "true", "target_currency": "USD"}
	for key, value := range want {
		if form.Get(key) != value {
			t.Errorf("%s is %q, want %q", key, form.Get(key), value)
		}
	}
}

// failures are what the gateway may answer to any read.
var failures = map[string]struct {
	answer string
	kind   fault.Kind
	code   string
}{
	"WrongSignature":  {`{"error_response":{"type":"ISV","code":"IncompleteSignature","msg":"The request signature does not conform to platform standards","request_id":"2140example"}}`, fault.Terminal, "token_invalid"},
	"ExpiredSession":  {`{"error_response":{"code":"IllegalAccessToken","msg":"The specified access token is invalid or expired"}}`, fault.Terminal, "token_invalid"},
	"UnknownApp":      {`{"error_response":{"code":"InvalidAppKey","msg":"no"}}`, fault.Terminal, "token_invalid"},
	"TooManyCalls":    {`{"error_response":{"code":"ApiCallLimit","msg":"slow down"}}`, fault.Retryable, "throttled"},
	"Unavailable":     {`{"error_response":{"code":"ServiceUnavailable","msg":"later"}}`, fault.Retryable, "throttled"},
	"ClockOff":        {`{"error_response":{"code":"IllegalTimestamp","msg":"too old"}}`, fault.Retryable, "clock_off"},
	"WrongArgument":   {`{"error_response":{"code":"MissingParameter","msg":"feed_name"}}`, fault.Refused, "rejected"},
	"HTTP429":         {`429 {}`, fault.Retryable, "throttled"},
	"HTTP500":         {`500 <html>`, fault.Retryable, "server_error"},
	"HTTP403":         {`403 {}`, fault.Terminal, "permission_denied"},
	"NotJSON":         {`<html>maintenance</html>`, fault.Retryable, "bad_answer"},
	"Empty":           {``, fault.Retryable, "bad_answer"},
	"HalfAnAnswer":    {`{"result":{"products":[{"product_id":1`, fault.Retryable, "bad_answer"},
	"AnotherShape":    {`{"result":"none"}`, fault.Retryable, "bad_answer"},
	"AListForObject":  {`[]`, fault.Retryable, "bad_answer"},
	"NumberIsNoPrice": {`{"result":{"products":[{"product_id":1,"sale_price":12.5}]}}`, fault.Retryable, "bad_answer"},
}

func TestClient_Failures(t *testing.T) {
	t.Parallel()
	for name, f := range failures {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, _ := setup(t, map[string][]string{feedMethod: {f.answer}})
			_, err := client.Search(t.Context(), "", "US", 5)
			wantFault(t, "search", err, f.kind, f.code)
			if strings.Contains(err.Error(), "helloworld") {
				t.Errorf("the error tells the secret: %v", err)
			}
		})
	}
}

// TestClient_OddAnswers: well-formed answers without what belongs in them are no crash and no invention.
func TestClient_OddAnswers(t *testing.T) {
	t.Parallel()
	for _, odd := range []string{`{}`, `null`, `{"result":null}`, `{"result":{}}`, `{"result":{"ae_item_sku_info_dtos":[]}}`, `{"result":{"ae_item_sku_info_dtos":[{}]}}`, `{"data":{"products":[{}]}}`, `{"result":{"products":[{}]}}`} {
		script := map[string][]string{}
		for _, method := range []string{feedMethod, searchMethod, productMethod, freightMethod, createMethod, orderMethod} {
			script[method] = []string{odd}
		}
		client, _ := setup(t, script)
		for _, words := range []string{"", "lamp"} {
			if offers, err := client.Search(t.Context(), words, "US", 5); len(offers) != 0 || err != nil && fault.KindOf(err) == fault.Bug {
				t.Errorf("%s: offers %+v: %v", odd, offers, err)
			}
		}
		if available, _, err := client.Stock(t.Context(), "1"); available || err != nil && fault.KindOf(err) != fault.Retryable {
			t.Errorf("%s: stock %v: %v", odd, available, err)
		}
		if order, err := client.Order(t.Context(), "1"); err == nil || fault.KindOf(err) == fault.Bug {
			t.Errorf("%s: order %+v: %v", odd, order, err)
		}
		if order, err := client.Place(t.Context(), "k", []platforms.SupplierLine{{Ref: "1", Quantity: 1}}, platforms.Address{}); err == nil || fault.KindOf(err) == fault.Bug {
			t.Errorf("%s: placed %+v: %v", odd, order, err)
		}
	}
}

var sameMoney = cmp.Comparer(func(a, b money.Amount) bool { return a == b })

func usd(cents int64) money.Amount { return money.Minor(cents, money.USD) }

// with copies a script and changes one method's answers.
func with(script map[string][]string, method string, answers ...string) map[string][]string {
	out := maps.Clone(script)
	out[method] = answers
	return out
}

// asJSON reads a JSON argument of a call.
func asJSON(t *testing.T, text string) (out map[string]any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &out); err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	return out
}
