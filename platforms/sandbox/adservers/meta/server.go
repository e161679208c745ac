package meta

import (
	"net/http"
	"sync"
	"time"

	"github.com/agente-ceo/agente-ceo/platforms/sandbox/adservers"
	"github.com/agente-ceo/agente-ceo/platforms/sandbox/market"
)

// Config describes the account that the server simulates. Token, AccountID, Market and Now are required.
type Config struct {
	Token        string
	TokenExpires time.Time // zero: never; afterwards every call answers 190/463
	AppSecret    string    // checks appsecret_proof when a client sends one, and signs webhooks
	AccountID    string    // digits, without "act_"
	AccountName  string
	PixelID      string
	PageID       string
	// BuyersAudienceID is a website audience of purchasers that exists from the start; empty: clients make their own.
	BuyersAudienceID string
	Currency         string         // default USD; two decimals
	Zone             *time.Location // of the account; nil: UTC
	Live, Retired    []string       // API versions; nil: v25.0 and v26.0 live, v13.0 to v24.0 retired
	Market           market.Delivery
	Now              func() time.Time
	ReviewDelay      time.Duration // from creation, or a new creative, to the verdict
	LookalikeDelay   time.Duration // default 3 h
	VideoDelay       time.Duration // default 2 min
	MinDailyBudget   int64         // minor units; default 100
	Development      bool          // the small quotas of the development tier
	Limits           Limits        // zero values: those of the tier
	// Webhook receives the signed notifications of a subscribed account, one at a time, outside the server's lock; nil: none.
	Webhook func(Webhook)
}

// Server is the simulated API. It is safe for concurrent use.
type Server struct {
	cfg Config

	mu        sync.Mutex
	seq       int64 // of object ids
	traces    int64
	nodes     map[string]node
	campaigns []*campaign
	adsets    []*adset
	ads       []*ad
	creatives []*creative
	images    map[string]*picture // by hash
	imageList []*picture
	audiences []*audience
	events    map[string]time.Time
	eventSum  int
	board     *adservers.Board
	nextDue   time.Time // when time alone changes something; zero: never
	subbed    bool
	ceiling   int64             // spend_cap in minor units; 0: none
	forgotten int64             // what amount_spent does not count any more, since it was set back
	changes   *adservers.Window // of spend_cap
	throttle  throttle
	outbound  []Webhook
}

var _ http.Handler = (*Server)(nil)

// New makes an empty account. It panics when a required setting is missing, for the world is wired in one place.
func New(cfg Config) *Server {
	if cfg.Token == "" || cfg.AccountID == "" || cfg.Market == nil || cfg.Now == nil {
		panic("meta: Token, AccountID, Market and Now are required")
	}
	cfg.applyDefaults()
	s := &Server{
		cfg: cfg, nodes: map[string]node{}, images: map[string]*picture{}, events: map[string]time.Time{},
		board: adservers.NewBoard(cfg.Market), throttle: newThrottle(cfg), changes: adservers.NewWindow(24 * time.Hour),
	}
	s.nodes["act_"+cfg.AccountID] = &account{server: s}
	s.nodes[cfg.PixelID] = &plain{kind: "AdsPixel", id: cfg.PixelID, name: cfg.AccountName + " pixel"}
	s.nodes[cfg.PageID] = &plain{kind: "Page", id: cfg.PageID, name: cfg.AccountName}
	s.nodes["me"] = &plain{kind: "User", id: "100000000000001", name: cfg.AccountName + " system user"}
	delete(s.nodes, "")
	if cfg.BuyersAudienceID != "" {
		s.addAudience(&audience{id: cfg.BuyersAudienceID, name: "Buyers", subtype: "WEBSITE", created: cfg.Now(), retention: 180})
	}
	return s
}

func (c *Config) applyDefaults() {
	if c.AccountName == "" {
		c.AccountName = "Sandbox shop"
	}
	if c.Currency == "" {
		c.Currency = "USD"
	}
	if c.Zone == nil {
		c.Zone = time.UTC
	}
	if c.Live == nil {
		c.Live = []string{"v25.0", "v26.0"}
	}
	if c.Retired == nil {
		for v := int64(13); v <= 24; v++ {
			c.Retired = append(c.Retired, "v"+adservers.Count(v)+".0")
		}
	}
	if c.LookalikeDelay == 0 {
		c.LookalikeDelay = 3 * time.Hour
	}
	if c.VideoDelay == 0 {
		c.VideoDelay = 2 * time.Minute
	}
	if c.MinDailyBudget == 0 {
		c.MinDailyBudget = 100
	}
}

// ServeHTTP answers one Graph call.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c, bad := readCall(r)
	s.mu.Lock()
	c.now = s.cfg.Now().UTC()
	var body any
	if bad == nil {
		body, bad = s.answer(c)
	}
	if bad != nil {
		body = bad.envelope(s.trace())
	}
	s.throttle.headers(w.Header(), c, s.cfg, s.board.LiveCount())
	out := s.takeOutbound()
	s.mu.Unlock()

	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.Header().Set("Facebook-Api-Version", c.version)
	if bad != nil {
		w.WriteHeader(bad.status)
	}
	_, _ = w.Write(encode(body))
	s.send(out)
}

// answer checks a call in the platform's order and performs it.
func (s *Server) answer(c *call) (any, *fail) {
	if bad := s.checkVersion(c); bad != nil {
		return nil, bad
	}
	if bad := s.checkToken(c); bad != nil {
		return nil, bad
	}
	if bad := s.checkPermission(c); bad != nil {
		return nil, bad
	}
	if bad := s.throttle.admit(c, s.board.LiveCount()); bad != nil {
		return nil, bad
	}
	s.cfg.Market.Advance(c.now)
	s.settle(c.now)
	return s.route(c)
}

// Step settles what became due with time. The world calls it on every tick, with the same clock as Config.Now.
func (s *Server) Step(now time.Time) {
	s.mu.Lock()
	s.settle(now.UTC())
	out := s.takeOutbound()
	s.mu.Unlock()
	s.send(out)
}

// Snapshot lists every object, deleted ones included, as it stands now.
func (s *Server) Snapshot() adservers.Tree {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.cfg.Now().UTC()
	s.settle(now)
	t := adservers.Tree{Audiences: len(s.audiences), Images: len(s.imageList), Events: s.eventSum}
	for _, x := range s.campaigns {
		t.Campaigns = append(t.Campaigns, adservers.Object{
			ID: x.id, Name: x.name, Configured: x.status, Effective: x.effective(), Budget: x.daily + x.lifetime,
		})
	}
	for _, x := range s.adsets {
		t.AdSets = append(t.AdSets, adservers.Object{
			ID: x.id, ParentID: x.parent.id, Name: x.name, Configured: x.status, Effective: x.effective(), Budget: x.daily + x.lifetime,
		})
	}
	for _, x := range s.ads {
		t.Ads = append(t.Ads, adservers.Object{
			ID: x.id, ParentID: x.parent.id, Name: x.name, Configured: x.status, Effective: x.effective(now), Live: s.board.Live(x.id),
		})
	}
	return t
}

// newID draws the next object id: ids only ever grow, as the platform's do.
func (s *Server) newID() string {
	s.seq++
	return "120210" + pad(s.seq, 12)
}

func (s *Server) trace() string {
	s.traces++
	return "ASandbox" + pad(s.traces, 8)
}

func pad(n int64, width int) string {
	digits := adservers.Count(n)
	for len(digits) < width {
		digits = "0" + digits
	}
	return digits
}
