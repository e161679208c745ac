package main

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/agente-ceo/agente-ceo/configs"
	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/platforms"
	"github.com/agente-ceo/agente-ceo/platforms/aliexpress"
	"github.com/agente-ceo/agente-ceo/platforms/httpx"
	"github.com/agente-ceo/agente-ceo/platforms/sources"
)

// The places where answers get lost in these tests, in the words of answerThief.
const (
	atTheSupplier ads.Level = "order"
	atTheShop     ads.Level = "page"
	atTheSMS      ads.Level = "sms"
	atTheCRM      ads.Level = "event"
)

// town is the simulated world, opened and connected as production does, behind a thief of answers.
type town struct {
	*world
	cfg   configs.Config
	http  *httpx.Client
	time  *slowTime
	thief *answerThief
}

func openTown(t *testing.T) *town {
	t.Helper()
	x := &town{world: &world{}, time: &slowTime{now: conformanceStart}, thief: &answerThief{creates: func(r *http.Request, body []byte) ads.Level {
		for mark, place := range map[string]ads.Level{"ds.order.create": atTheSupplier, "productSet": atTheShop} {
			if strings.Contains(string(body), mark) {
				return place
			}
		}
		return byPath(map[string]ads.Level{"/Messages.json": atTheSMS, "/crm": atTheCRM})(r, body)
	}}}
	x.assemble(worldOptions{cfg: configs.Default(), start: conformanceStart.Add(-time.Hour), now: x.time.Now}, nil, x.time.Now)
	if err := x.Start(); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(x.time.wrap(x.thief.wrap(x.Sandbox)))
	t.Cleanup(func() {
		server.Close()
		if err := x.Close(); err != nil {
			t.Errorf("close the sandbox: %v", err)
		}
	})
	x.cfg = withSandbox(configs.Default(), x.URLs(server.URL), x.Credentials())
	x.http = httpx.New(httpx.Options{Clock: x.time})
	return x
}

// TestConformance_SandboxSettings: every address and credential that the sandbox gives reaches a setting; storage is for other users of it.
func TestConformance_SandboxSettings(t *testing.T) {
	t.Parallel()
	x := openTown(t)
	const mark = "\x00given"
	given := map[string]string{}
	for _, names := range []map[string]string{x.URLs("http://127.0.0.1:1"), x.Credentials()} {
		for name := range names {
			given[name] = mark
		}
	}
	delete(given, "SUPABASE_URL")
	delete(given, "SUPABASE_SERVICE_KEY")
	for name := range given {
		cfg, before := withSandbox(configs.Config{}, map[string]string{name: mark}, nil), configs.Config{}
		if cfg.Platforms == before.Platforms {
			t.Errorf("%s reaches no setting", name)
		}
	}
}

// outsideOf connects everything that is asked rather than told.
func (x *town) outsideOf(t *testing.T, change func(*configs.Config)) *outside {
	t.Helper()
	cfg := x.cfg
	if change != nil {
		change(&cfg)
	}
	o := &outside{couriers: map[string]courierPort{}}
	if err := o.connectSources(cfg, x.http, x.time); err != nil {
		t.Fatal(err)
	}
	return o
}

// source finds a connected client by its type.
func source[T any](t *testing.T, o *outside) T {
	t.Helper()
	for _, s := range o.sources {
		if one, ok := s.(T); ok {
			return one
		}
	}
	t.Fatalf("none of %d sources is a %T", len(o.sources), *new(T))
	panic("unreachable")
}

// TestConformance_Checks: what the housekeeper tries first works against the sandbox, for every connection.
func TestConformance_Checks(t *testing.T) {
	t.Parallel()
	x := openTown(t)
	o := x.outsideOf(t, nil)
	for _, connect := range []func() error{
		func() error { return o.connectShop(x.cfg, x.http, "") },
		func() error { return o.connectCustomers(x.cfg, x.http) },
	} {
		if err := connect(); err != nil {
			t.Fatal(err)
		}
	}
	var names []string
	for _, c := range o.checks {
		names = append(names, c.Name)
		if err := c.Check(t.Context()); err != nil {
			t.Errorf("%s: %v", c.Name, err)
		}
	}
	want := "aliexpress google_shopping amazon tiktok_trends shopify email sms whatsapp"
	if got := strings.Join(names, " "); got != want {
		t.Errorf("checked %s, want %s", got, want)
	}
}

// TestConformance_ChecksRefuseWrongCredentials: a credential that is wrong needs a person, whoever says so.
func TestConformance_ChecksRefuseWrongCredentials(t *testing.T) {
	t.Parallel()
	x := openTown(t)
	cfg := x.cfg
	p := &cfg.Platforms
	for _, secret := range []*string{&p.AliExpressSecret, &p.SerpAPIKey, &p.AmazonSecret, &p.TikTokAccessToken, &p.ShopifyToken, &p.TwilioToken, &p.WhatsAppToken} {
		*secret = "wrong"
	}
	p.SMTPURL = strings.Replace(p.SMTPURL, ":sandbox-smtp-password@", ":wrong@", 1)
	o := &outside{couriers: map[string]courierPort{}}
	for _, connect := range []func() error{
		func() error { return o.connectSources(cfg, x.http, x.time) },
		func() error { return o.connectShop(cfg, x.http, "") },
		func() error { return o.connectCustomers(cfg, x.http) },
	} {
		if err := connect(); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range o.checks {
		if err := c.Check(t.Context()); fault.KindOf(err) != fault.Terminal {
			t.Errorf("%s: %s %v, want terminal", c.Name, fault.KindOf(err), err)
		}
	}
}

// TestConformance_Sources: each source gives usable offers, both of what is asked for and of what is rising.
func TestConformance_Sources(t *testing.T) {
	t.Parallel()
	x := openTown(t)
	for _, s := range x.outsideOf(t, nil).sources {
		t.Run(s.Name(), func(t *testing.T) {
			rising, err := s.Search(t.Context(), "", "US", 12)
			if err != nil || len(rising) == 0 || len(rising) > 12 {
				t.Fatalf("%d rising offers: %v", len(rising), err)
			}
			refs := map[string]bool{}
			for _, o := range rising {
				priced := s.Name() != "tiktok_trends"
				if o.Ref == "" || o.Title == "" || refs[o.Ref] || priced && (!o.Price.Positive() || o.Price.Currency() != money.USD || !strings.HasPrefix(o.Images[0], "http")) {
					t.Errorf("unusable or repeated offer %+v", o)
				}
				refs[o.Ref] = true
			}
			words := strings.Fields(strings.ToLower(rising[0].Title))
			asked := words[len(words)-1]
			found, err := s.Search(t.Context(), asked, "US", 5)
			if err != nil || len(found) == 0 || len(found) > 5 {
				t.Fatalf("%d offers of %q: %v", len(found), asked, err)
			}
			none, err := s.Search(t.Context(), "zzzqqqxxx", "US", 5)
			if err != nil || len(none) != 0 {
				t.Errorf("offers of what nobody sells: %+v %v", none, err)
			}
		})
	}
}

func TestConformance_SourcesSayWhatTheyAlone(t *testing.T) {
	t.Parallel()
	x := openTown(t)
	o := x.outsideOf(t, nil)
	t.Run("SuppliersAndShipping", func(t *testing.T) {
		offers, err := source[*aliexpress.Client](t, o).Search(t.Context(), "", "US", 20)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range offers {
			if !f.IsSupplier || f.ShipDays <= 0 || f.Description == "" || strings.ContainsAny(f.Description, "<>") || f.Category == "" || f.Shipping.Currency() != f.Price.Currency() {
				t.Errorf("the supplier's offer lacks something: %+v", f)
			}
		}
		if !slices.ContainsFunc(offers, func(f platforms.Offer) bool {
			return f.RatingMilli > 3000 && f.RatingMilli <= 5000 && f.Reviews > 0 && f.Sold > 0
		}) {
			t.Error("no product has ratings, reviews and sales")
		}
	})
	t.Run("Competition", func(t *testing.T) {
		offers, err := source[*sources.Google](t, o).Search(t.Context(), "", "BR", 20)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.ContainsFunc(offers, func(f platforms.Offer) bool { return f.Sellers > 1 && f.Price.Currency() == "BRL" }) {
			t.Errorf("nothing has several sellers and a price in reais: %+v", offers)
		}
	})
	t.Run("BestSellers", func(t *testing.T) {
		offers, err := source[*sources.Amazon](t, o).Search(t.Context(), "", "US", 15)
		if err != nil || len(offers) != 15 {
			t.Fatalf("%d offers on two pages: %v", len(offers), err)
		}
		if !slices.IsSortedFunc(offers, func(a, b platforms.Offer) int { return int(a.BestRank - b.BestRank) }) || offers[0].BestRank == 0 {
			t.Error("the best sellers are not ranked")
		}
	})
	t.Run("Trends", func(t *testing.T) {
		offers, err := source[*sources.TikTok](t, o).Search(t.Context(), "", "BR", 20)
		if err != nil {
			t.Fatal(err)
		}
		if offers[0].TrendPct <= 0 || offers[0].Sold == 0 || len(offers[0].Keywords) == 0 {
			t.Errorf("what trends most: %+v", offers[0])
		}
	})
}

// TestConformance_AmazonTokens: tokens live for an hour; a client that searches all day notices nothing.
func TestConformance_AmazonTokens(t *testing.T) {
	t.Parallel()
	x := openTown(t)
	amazon := source[*sources.Amazon](t, x.outsideOf(t, nil))
	for hour := range 4 {
		if _, err := amazon.Search(t.Context(), "", "US", 5); err != nil {
			t.Fatalf("hour %d: %v", hour, err)
		}
		x.time.pass(59*time.Minute + 30*time.Second)
	}
}
