package google

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/agente-ceo/agente-ceo/platforms/sandbox/adservers"
	"github.com/agente-ceo/agente-ceo/platforms/sandbox/market"
)

// Config describes the customer that the server simulates. Token, CustomerID, Market and Now are required.
type Config struct {
	Token        string
	TokenExpires time.Time // zero: never; the platform's own tokens live one hour
	CustomerID   string    // digits without dashes
	CustomerName string
	ManagerID    string // accepted as login-customer-id; empty: any
	MerchantID   string // that Shopping campaigns may use
	Currency     string // default USD; two decimals
	Zone         *time.Location
	Market       market.Delivery
	Now          func() time.Time
	ReviewDelay  time.Duration
	PerDay       int // operations a day; 0: 15,000 as with basic access; negative: no limit
}

type object = map[string]any

// Server is the simulated API. It is safe for concurrent use.
type Server struct {
	cfg Config

	mu        sync.Mutex
	seq       int64
	requests  int64
	budgets   []*budget
	campaigns []*campaign
	adgroups  []*adgroup
	ads       []*ad
	byName    map[string]any // by resource name
	board     *adservers.Board
	nextDue   time.Time
	day       string
	used      int
}

var _ http.Handler = (*Server)(nil)

// New makes an empty account. It panics when a required setting is missing, for the world is wired in one place.
func New(cfg Config) *Server {
	if cfg.Token == "" || cfg.CustomerID == "" || cfg.Market == nil || cfg.Now == nil {
		panic("google: Token, CustomerID, Market and Now are required")
	}
	if cfg.CustomerName == "" {
		cfg.CustomerName = "Sandbox shop"
	}
	if cfg.Currency == "" {
		cfg.Currency = "USD"
	}
	if cfg.Zone == nil {
		cfg.Zone = time.UTC
	}
	if cfg.PerDay == 0 {
		cfg.PerDay = 15_000
	}
	return &Server{cfg: cfg, byName: map[string]any{}, board: adservers.NewBoard(cfg.Market)}
}

// ServeHTTP answers one call.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, readErr := io.ReadAll(http.MaxBytesReader(nil, r.Body, 16<<20))
	s.mu.Lock()
	now := s.cfg.Now().UTC()
	s.requests++
	id := "SandboxRequest" + adservers.Count(s.requests)
	var out any
	bad := malformed("The request body could not be read.")
	if readErr == nil {
		out, bad = s.answer(now, r, body, id)
	}
	s.mu.Unlock()

	status := http.StatusOK
	if bad != nil {
		status, out = bad.status, bad.envelope(id)
		if strings.HasSuffix(r.URL.Path, ":searchStream") {
			out = []any{out}
		}
	}
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.Header().Set("request-id", id)
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(out)
}

// answer checks a call in the platform's order: path and version, token, permission, quota, parameters.
func (s *Server) answer(now time.Time, r *http.Request, body []byte, id string) (any, *fail) {
	version, rest, _ := strings.Cut(strings.Trim(r.URL.Path, "/"), "/")
	if version != "v26" {
		return nil, &fail{status: http.StatusNotFound, code: "NOT_FOUND", message: "The requested URL " + r.URL.Path + " was not found."}
	}
	token, bearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !bearer || token != s.cfg.Token || !s.cfg.TokenExpires.IsZero() && !now.Before(s.cfg.TokenExpires) {
		return nil, unauthenticated()
	}
	if rest == "customers:listAccessibleCustomers" && r.Method == http.MethodGet {
		return object{"resourceNames": []string{"customers/" + s.cfg.CustomerID}}, nil
	}
	customer, method, ok := strings.Cut(strings.TrimPrefix(rest, "customers/"), "/")
	if !ok || r.Method != http.MethodPost {
		return nil, &fail{status: http.StatusNotFound, code: "NOT_FOUND", message: "Method not found."}
	}
	if manager := r.Header.Get("login-customer-id"); customer != s.cfg.CustomerID || s.cfg.ManagerID != "" && manager != "" && manager != s.cfg.ManagerID {
		return nil, denied()
	}
	s.cfg.Market.Advance(now)
	s.settle(now)
	switch method {
	case "googleAds:search", "googleAds:searchStream":
		if bad := s.count(now, 1); bad != nil {
			return nil, bad
		}
		return s.search(now, body, method == "googleAds:searchStream", id)
	}
	return s.mutate(now, method, body)
}

// count takes operations off the day's quota.
func (s *Server) count(now time.Time, operations int) *fail {
	if day := now.Format(adservers.DayLayout); day != s.day {
		s.day, s.used = day, 0
	}
	if s.cfg.PerDay > 0 && s.used+operations > s.cfg.PerDay {
		return exhausted(now)
	}
	s.used += operations
	return nil
}

// Step settles what became due with time. The world calls it on every tick, with the same clock as Config.Now.
func (s *Server) Step(now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settle(now.UTC())
}

// Snapshot lists every object, removed ones included, as it stands now. The budget of a campaign is its campaign budget; an ad without a
// name, as search ads are, is called by its first custom parameter.
func (s *Server) Snapshot() adservers.Tree {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.cfg.Now().UTC()
	s.settle(now)
	var t adservers.Tree
	for _, x := range s.campaigns {
		t.Campaigns = append(t.Campaigns, adservers.Object{ID: x.id, Name: x.name, Configured: x.status, Effective: x.primary(now), Budget: x.budget.micros / microsPerMinor})
	}
	for _, x := range s.adgroups {
		t.AdSets = append(t.AdSets, adservers.Object{ID: x.id, ParentID: x.parent.id, Name: x.name, Configured: x.status, Effective: x.primary(now)})
	}
	for _, x := range s.ads {
		t.Ads = append(t.Ads, adservers.Object{
			ID: x.id, ParentID: x.parent.id, Name: x.called(), Configured: x.status, Effective: x.primary(now), Live: s.board.Live(x.key()),
		})
	}
	return t
}

func (s *Server) newID() string {
	s.seq++
	return adservers.Count(20_000_000_000 + s.seq)
}

func (s *Server) resource(kind, id string) string {
	return "customers/" + s.cfg.CustomerID + "/" + kind + "/" + id
}
