package tiktok

import (
	"encoding/json"
	"net/http"
	"sync"
	"time"

	"github.com/agente-ceo/agente-ceo/platforms/sandbox/adservers"
	"github.com/agente-ceo/agente-ceo/platforms/sandbox/market"
)

// Trends knows which hashtags rise in a country (ISO 3166-1 alpha-2), strongest first. market.Market is one.
type Trends interface {
	TrendingHashtags(now time.Time, country string) []market.Hashtag
}

// Config describes the advertiser that the server simulates. Token, AdvertiserID, Market and Now are required.
type Config struct {
	Token          string
	TokenRevoked   time.Time // zero: never; afterwards every call answers 40105
	AdvertiserID   string    // digits
	AdvertiserName string
	PixelID        string
	PixelCode      string // names the pixel in server events; default PixelID
	// IdentityID is a CUSTOMIZED_USER identity that exists from the start; empty: clients make their own.
	IdentityID string
	// BuyersAudienceID is an audience of purchasers that exists from the start; empty: clients make their own.
	BuyersAudienceID string
	Currency         string         // default USD; two decimals
	Zone             *time.Location // of the account; nil: UTC
	Market           market.Delivery
	Trends           Trends // nil: nothing trends
	Now              func() time.Time
	ReviewDelay      time.Duration // from creation to the verdict
	AudienceDelay    time.Duration // until an audience is calculated; default 3 h
	VideoDelay       time.Duration // transcoding; default 2 min
	MinAdGroup       int64         // least daily budget of an ad group in minor units; default 2000
	MinCampaign      int64         // least daily budget of a campaign in minor units; default 5000
	// ManualSalesUntil is when campaign/create stops to make campaigns with a sales objective; zero: never. The platform's own date is 2027-01-01.
	ManualSalesUntil time.Time
	Limits           Limits // zero values: the basic tier
}

// Server is the simulated API. It is safe for concurrent use.
type Server struct {
	cfg Config

	mu         sync.Mutex
	seq, logs  int64
	campaigns  []*campaign
	adgroups   []*adgroup
	ads        []*ad
	byID       map[string]any
	requestIDs map[string]bool
	fileNames  map[string]bool
	files      map[string]*file
	imageCount int
	audiences  []*audience
	identities []identity
	events     map[string]bool
	board      *adservers.Board
	nextDue    time.Time
	throttle   *throttle
}

var _ http.Handler = (*Server)(nil)

// New makes an empty account. It panics when a required setting is missing, for the world is wired in one place.
func New(cfg Config) *Server {
	if cfg.Token == "" || cfg.AdvertiserID == "" || cfg.Market == nil || cfg.Now == nil {
		panic("tiktok: Token, AdvertiserID, Market and Now are required")
	}
	cfg.applyDefaults()
	s := &Server{
		cfg: cfg, byID: map[string]any{}, requestIDs: map[string]bool{}, fileNames: map[string]bool{}, files: map[string]*file{},
		events: map[string]bool{}, board: adservers.NewBoard(cfg.Market), throttle: newThrottle(cfg.Limits),
	}
	if cfg.IdentityID != "" {
		s.identities = append(s.identities, identity{cfg.IdentityID, cfg.AdvertiserName, ""})
	}
	if cfg.BuyersAudienceID != "" {
		s.addAudience(&audience{id: cfg.BuyersAudienceID, name: "Buyers", kind: "WEBSITE_TRAFFIC", created: cfg.Now()})
	}
	return s
}

func (c *Config) applyDefaults() {
	if c.AdvertiserName == "" {
		c.AdvertiserName = "Sandbox shop"
	}
	if c.PixelCode == "" {
		c.PixelCode = c.PixelID
	}
	if c.Currency == "" {
		c.Currency = "USD"
	}
	if c.Zone == nil {
		c.Zone = time.UTC
	}
	if c.AudienceDelay == 0 {
		c.AudienceDelay = 3 * time.Hour
	}
	if c.VideoDelay == 0 {
		c.VideoDelay = 2 * time.Minute
	}
	if c.MinAdGroup == 0 {
		c.MinAdGroup = 2000
	}
	if c.MinCampaign == 0 {
		c.MinCampaign = 5000
	}
}

// ServeHTTP answers one call.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	rt, found := routes[r.URL.Path]
	version := versionOf(r.URL.Path)
	if !found && version == "v1.3" || version == "" {
		w.Header().Set("Content-Type", "text/plain")
		w.WriteHeader(http.StatusNotFound)
		_, _ = w.Write([]byte("404 page not found"))
		return
	}
	c := &call{method: r.Method, path: r.URL.Path, token: r.Header.Get("Access-Token")}
	c.read(r)
	s.mu.Lock()
	c.now = s.cfg.Now().UTC()
	data, bad := s.answer(c, rt, found)
	s.logs++
	log := c.now.Format("20060102150405") + "SANDBOX" + pad(s.logs, 10)
	s.mu.Unlock()

	out := envelope{Code: 0, Message: "OK", RequestID: log, Data: data}
	if bad != nil {
		out.Code, out.Message, out.Data = bad.code, bad.message, object{}
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(out)
}

type envelope struct {
	Code      int    `json:"code"`
	Message   string `json:"message"`
	RequestID string `json:"request_id"`
	Data      any    `json:"data"`
}

// answer checks a call in the platform's order and performs it.
func (s *Server) answer(c *call, rt route, found bool) (any, *fail) {
	switch {
	case !found:
		return nil, &fail{40051, "Invalid API version."}
	case c.method != rt.method:
		return nil, &fail{40117, "The specified method cannot be used."}
	case c.token == "":
		return nil, &fail{40104, "Access token is null, you should set it in http header with key Access-Token."}
	case c.token != s.cfg.Token || !s.cfg.TokenRevoked.IsZero() && !c.now.Before(s.cfg.TokenRevoked):
		return nil, &fail{40105, "Access token is incorrect or has been revoked."}
	}
	if id, ok := c.args.values["advertiser_id"].(string); ok && id != s.cfg.AdvertiserID && id != "" {
		return nil, &fail{40001, "No permission to operate advertiser " + id + "."}
	}
	if bad := s.throttle.admit(c.now, c.path); bad != nil {
		return nil, bad
	}
	if c.broken != "" {
		return nil, invalid(c.broken)
	}
	if !rt.open {
		c.args.require("advertiser_id")
		c.args.text("advertiser_id")
	}
	if c.args.bad != nil {
		return nil, c.args.bad
	}
	s.cfg.Market.Advance(c.now)
	s.settle(c.now)
	return rt.handle(s, c)
}

// Step settles what became due with time. The world calls it on every tick, with the same clock as Config.Now.
func (s *Server) Step(now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settle(now.UTC())
}

// Snapshot lists every object, deleted ones included, as it stands now.
func (s *Server) Snapshot() adservers.Tree {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.cfg.Now().UTC()
	s.settle(now)
	t := adservers.Tree{Audiences: len(s.audiences), Images: s.imageCount, Events: len(s.events)}
	for _, x := range s.campaigns {
		t.Campaigns = append(t.Campaigns, adservers.Object{ID: x.id, Name: x.name, Configured: x.status, Effective: x.secondary(), Budget: x.budget})
	}
	for _, x := range s.adgroups {
		t.AdSets = append(t.AdSets, adservers.Object{
			ID: x.id, ParentID: x.parent.id, Name: x.name, Configured: x.status, Effective: x.secondary(now), Budget: x.budget,
		})
	}
	for _, x := range s.ads {
		t.Ads = append(t.Ads, adservers.Object{
			ID: x.id, ParentID: x.parent.id, Name: x.name, Configured: x.status, Effective: x.secondary(now), Live: s.board.Live(x.id),
		})
	}
	return t
}

// newID draws the next id: 64-bit numbers beyond what a float holds exactly.
func (s *Server) newID() string {
	s.seq++
	return "18" + pad(s.seq, 17)
}

func pad(n int64, width int) string {
	digits := adservers.Count(n)
	for len(digits) < width {
		digits = "0" + digits
	}
	return digits
}
