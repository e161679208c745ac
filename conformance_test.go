package main

import (
	"bytes"
	"encoding/json"
	"image"
	"image/png"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/agente-ceo/agente-ceo/configs"
	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/platforms"
	"github.com/agente-ceo/agente-ceo/platforms/httpx"
	"github.com/agente-ceo/agente-ceo/platforms/media"
	"github.com/agente-ceo/agente-ceo/platforms/platformtest"
	"github.com/agente-ceo/agente-ceo/platforms/sandbox/adservers"
	sandboxgoogle "github.com/agente-ceo/agente-ceo/platforms/sandbox/adservers/google"
	sandboxmeta "github.com/agente-ceo/agente-ceo/platforms/sandbox/adservers/meta"
	sandboxtiktok "github.com/agente-ceo/agente-ceo/platforms/sandbox/adservers/tiktok"
	"github.com/agente-ceo/agente-ceo/platforms/sandbox/faults"
	"github.com/agente-ceo/agente-ceo/platforms/sandbox/market"
)

// conformanceStart is a noon in every zone that accounts have, so that no test crosses a day.
var conformanceStart = time.Date(2026, 3, 2, 15, 0, 0, 0, time.UTC)

// slowTime is a clock on which every call to a server takes a second: what platforms allow per second is not what is tested here.
type slowTime struct {
	mu  sync.Mutex
	now time.Time
}

// Now is the time of the latest call.
func (s *slowTime) Now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

func (s *slowTime) pass(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = s.now.Add(d)
}

func (s *slowTime) wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		s.pass(time.Second)
		next.ServeHTTP(rw, r)
	})
}

// stillMarket delivers nothing by itself: every ad that is live has the figures that the test says, all on one day.
type stillMarket struct {
	buyers  int
	figures market.Totals
	live    map[string]market.Ad
}

func (m *stillMarket) Advance(time.Time) {}

func (m *stillMarket) SetLive(_ time.Time, ad market.Ad, live bool) {
	if live {
		m.live[ad.ID] = ad
	}
}

func (m *stillMarket) Lifetime(now time.Time, platform, adID string) market.Totals {
	return m.Day(now, platform, adID, m.AccountDay(conformanceStart))
}

func (m *stillMarket) Day(_ time.Time, _, adID, day string) market.Totals {
	if _, known := m.live[adID]; known && day == m.AccountDay(conformanceStart) {
		return m.figures
	}
	return market.Totals{}
}

func (m *stillMarket) Charged(string, string) int64 { return 0 }

func (m *stillMarket) SetCeiling(time.Time, string, int64) {}

func (m *stillMarket) Lifelong(time.Time, string) int64 { return m.figures.SpendMinor }

func (m *stillMarket) Buyers() int { return m.buyers }

func (m *stillMarket) AccountDay(now time.Time) string {
	return now.In(accountZone(configs.Default())).Format(time.DateOnly)
}

// answerThief performs the next create of a level and breaks the connection instead of answering.
type answerThief struct {
	creates func(r *http.Request, body []byte) ads.Level
	mu      sync.Mutex
	level   ads.Level
	stolen  int
}

func (a *answerThief) steal(level ads.Level) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.level = level
}

func (a *answerThief) takes(level ads.Level) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.level == "" || level != a.level {
		return false
	}
	a.level = ""
	a.stolen++
	return true
}

func (a *answerThief) wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		if !a.takes(a.creates(r, body)) {
			next.ServeHTTP(rw, r)
			return
		}
		next.ServeHTTP(httptest.NewRecorder(), r)
		panic(http.ErrAbortHandler) // net/http closes the connection without a word
	})
}

// byPath tells creates by the end of their path.
func byPath(ends map[string]ads.Level) func(*http.Request, []byte) ads.Level {
	return func(r *http.Request, _ []byte) ads.Level {
		for end, level := range ends {
			if r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, end) {
				return level
			}
		}
		return ""
	}
}

// byOperation tells Google's creates, which all go to one path, by the dearest thing that they make.
func byOperation(r *http.Request, body []byte) ads.Level {
	var in struct {
		Operations []map[string]struct {
			Create json.RawMessage `json:"create"`
		} `json:"mutateOperations"`
	}
	if !strings.HasSuffix(r.URL.Path, ":mutate") || json.Unmarshal(body, &in) != nil {
		return ""
	}
	for _, op := range in.Operations {
		for name, level := range map[string]ads.Level{"campaignOperation": ads.LevelCampaign, "adGroupOperation": ads.LevelAdSet, "adGroupAdOperation": ads.LevelAd} {
			if op[name].Create != nil {
				return level
			}
		}
	}
	return ""
}

// adServer is an advertising platform of the sandbox as tests see it.
type adServer interface {
	http.Handler
	Step(now time.Time)
	Snapshot() adservers.Tree
}

// simulatedAds is one platform: how its server is made and how its calls are told apart.
type simulatedAds struct {
	platform      ads.Platform
	prefix        string // of its addresses, behind the host
	severalAdSets bool
	creates       func(*http.Request, []byte) ads.Level
	serve         func(m market.Delivery, now func() time.Time) adServer
}

func simulatedPlatforms() []simulatedAds {
	zone := accountZone(configs.Default())
	return []simulatedAds{
		{ads.Meta, "", true, byPath(map[string]ads.Level{"/campaigns": ads.LevelCampaign, "/adsets": ads.LevelAdSet, "/ads": ads.LevelAd}),
			func(m market.Delivery, now func() time.Time) adServer {
				return sandboxmeta.New(sandboxmeta.Config{Token: sandboxMetaToken, AppSecret: sandboxMetaSecret, AccountID: sandboxAccount, PixelID: sandboxPixel,
					PageID: sandboxPage, Zone: zone, Market: m, Now: now, ReviewDelay: reviewDelay})
			}},
		{ads.TikTok, "/open_api/v1.3", true,
			byPath(map[string]ads.Level{"/campaign/create/": ads.LevelCampaign, "/adgroup/create/": ads.LevelAdSet, "/ad/create/": ads.LevelAd}),
			func(m market.Delivery, now func() time.Time) adServer {
				return sandboxtiktok.New(sandboxtiktok.Config{Token: sandboxTikTokToken, AdvertiserID: sandboxAdvertiser, PixelID: sandboxTikTokPixel,
					IdentityID: sandboxIdentity, Zone: zone, Market: m, Now: now, ReviewDelay: reviewDelay})
			}},
		{ads.Google, "", false, byOperation, func(m market.Delivery, now func() time.Time) adServer {
			return sandboxgoogle.New(sandboxgoogle.Config{Token: sandboxGoogleToken, CustomerID: sandboxCustomer, Zone: zone, Market: m, Now: now, ReviewDelay: reviewDelay})
		}},
	}
}

// adAccount is an empty account on one simulated platform with the client that production uses.
type adAccount struct {
	client platforms.Ads
	server adServer
	market *stillMarket
	thief  *answerThief
	time   *slowTime
	media  string
	faults *faults.Plan // empty until a test says what goes wrong
}

func openAccount(t *testing.T, p simulatedAds) *adAccount {
	t.Helper()
	a := &adAccount{
		market: &stillMarket{buyers: 500, live: map[string]market.Ad{}, figures: market.Totals{Impressions: 1234, Clicks: 56, Purchases: 3, SpendMinor: 1999, RevenueMinor: 12345}},
		thief:  &answerThief{creates: p.creates}, time: &slowTime{now: conformanceStart}, faults: faults.New(1),
	}
	a.server = p.serve(a.market, a.time.Now)
	listener := httptest.NewServer(a.time.wrap(a.thief.wrap(a.faults.Wrap(a.server))))
	t.Cleanup(listener.Close)
	files, err := media.NewLocal(t.TempDir(), "http://media.invalid")
	if err != nil {
		t.Fatal(err)
	}
	if a.media, _, err = files.Put(t.Context(), square(t), "image/png"); err != nil {
		t.Fatal(err)
	}
	o := &outside{ads: map[ads.Platform]platforms.Ads{}, couriers: map[string]courierPort{}}
	if err := o.connectAds(adSettings(p, listener.URL), httpx.New(httpx.Options{Clock: a.time}), a.time, files); err != nil {
		t.Fatal(err)
	}
	if a.client = o.ads[p.platform]; a.client == nil || len(o.ads) != 1 {
		t.Fatalf("connected %v, want only %s", o.connected, p.platform)
	}
	return a
}

// adSettings connect one platform and no other.
func adSettings(p simulatedAds, address string) configs.Config {
	cfg := configs.Default()
	switch p.platform {
	case ads.Meta:
		cfg.Platforms.MetaBaseURL, cfg.Platforms.MetaAccessToken, cfg.Platforms.MetaAdAccountID = address+p.prefix, sandboxMetaToken, sandboxAccount
		cfg.Platforms.MetaPixelID, cfg.Platforms.MetaPageID = sandboxPixel, sandboxPage
	case ads.TikTok:
		cfg.Platforms.TikTokBaseURL, cfg.Platforms.TikTokAccessToken, cfg.Platforms.TikTokAdvertiserID = address+p.prefix, sandboxTikTokToken, sandboxAdvertiser
		cfg.Platforms.TikTokPixelID, cfg.Platforms.TikTokIdentityID = sandboxTikTokPixel, sandboxIdentity
	case ads.Google:
		cfg.Platforms.GoogleAdsBaseURL, cfg.Platforms.GoogleToken, cfg.Platforms.GoogleCustomerID = address+p.prefix, sandboxGoogleToken, sandboxCustomer
	}
	return cfg
}

// square is a picture of the size that feeds want.
func square(t *testing.T) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := png.Encode(&out, image.NewGray(image.Rect(0, 0, 1080, 1080))); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// count is how many things of a name the platform holds, deleted ones included.
func (a *adAccount) count(level ads.Level, name string) int {
	tree, n := a.server.Snapshot(), 0
	for _, x := range map[ads.Level][]adservers.Object{ads.LevelCampaign: tree.Campaigns, ads.LevelAdSet: tree.AdSets, ads.LevelAd: tree.Ads}[level] {
		if x.Name == name {
			n++
		}
	}
	return n
}

func (a *adAccount) controls(p simulatedAds) platformtest.Controls {
	return platformtest.Controls{
		Currency: money.USD, MediaKey: a.media, LandingURL: "https://shop.example.com/products/mini-projector?utm_source=" + string(p.platform), SeveralAdSets: p.severalAdSets,
		Since: a.market.AccountDay(conformanceStart), LoseAnswer: a.thief.steal, Count: a.count,
	}
}

func TestConformance_Ads(t *testing.T) {
	t.Parallel()
	for _, p := range simulatedPlatforms() {
		t.Run(string(p.platform), func(t *testing.T) {
			t.Parallel()
			platformtest.AdsSuite(t, func(t *testing.T) (platforms.Ads, platformtest.Controls) {
				a := openAccount(t, p)
				return a.client, a.controls(p)
			})
		})
	}
}

// TestConformance_AdsAnswersAreStolen: were no answer ever lost, the suite's demand on lost answers would prove nothing.
func TestConformance_AdsAnswersAreStolen(t *testing.T) {
	t.Parallel()
	for _, p := range simulatedPlatforms() {
		t.Run(string(p.platform), func(t *testing.T) {
			t.Parallel()
			a := openAccount(t, p)
			i := slices.IndexFunc(platformtest.AdsCases(), func(c platformtest.AdsCase) bool { return c.Name == "LostAnswersAreFoundByName" })
			controls := a.controls(p)
			controls.Countries = []string{"US"}
			if err := platformtest.AdsCases()[i].Run(t.Context(), a.client, controls); err != nil {
				t.Fatal(err)
			}
			tree := a.server.Snapshot()
			if a.thief.stolen != 3 || len(tree.Campaigns) != 1 || len(tree.AdSets) != 1 || len(tree.Ads) != 1 {
				t.Errorf("%d answers were stolen; the platform holds %+v", a.thief.stolen, tree)
			}
		})
	}
}
