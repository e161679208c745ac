package market

import (
	"sync"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/money"
)

// Config says which world to make. The zero value of a field means its default.
type Config struct {
	Seed     uint64
	Start    time.Time      // when the first products appear; required
	TZ       *time.Location // the ad account's zone: days and weeks of budgets and reports; default UTC
	Currency money.Currency // of the ad account and of the shop; default USD
	// Greedy makes every ad set charge the most that its platform allows, every day and as early in the week as it may: what caps must survive.
	Greedy bool
	// Catalog replaces the generated products by real ones.
	Catalog     []CatalogItem
	Assumptions *Assumptions // default DefaultAssumptions()
}

// Assumptions are the figures of the model that the calibration data does not settle.
type Assumptions struct {
	CPMMedian       float64 // US dollars for 1,000 impressions on Meta in BR and US together, at 50 a day
	CPMSpread       float64 // standard deviation of its logarithm over ad sets
	CTRA, CTRB      float64 // Beta distribution of click rates over products, before creative effects
	CreativeSpread  float64 // standard deviation of log CTR between creatives of one product
	DaySpread       float64 // standard deviation of log CTR from day to day
	BuyA, BuyB      float64 // Beta distribution of purchases per click over products
	BuyLevel        float64 // multiplies purchases per click at the reference price of 60
	PriceElasticity float64 // purchases fall with the selling price over the market price to this power
	TicketPower     float64 // purchases fall with the absolute price to this power, around 60
	// FatiguePerView is the loss of clicks per average view of a creative by the people it can reach. The public data has no frequency
	// per ad, so no decay is identified by it: this is an assumption.
	FatiguePerView float64
	Reach          float64 // people whom one product's broad audience holds, per country
	// Demand is how many orders of a product on a platform, in the two countries together, leave half of its purchases per click: those
	// who wanted it most have it, and what sells is copied. New people come: an order counts half after Renewal days. Both are
	// assumptions, set so that a product which earns ten times its ads when new settles near three.
	Demand       float64
	Renewal      float64 // days
	Saturation   float64 // CPM grows with the product's daily budget to this power
	LearningLoss float64 // share of purchases lost by an ad set that has none yet; gone at 50
	Untracked    float64 // share of purchases that the platform never attributes
	RefundRate   float64 // share of orders refunded, before the product's quality
	RepeatRate   float64 // share of orders by somebody who bought before
}

// DefaultAssumptions returns the figures that the calibration test holds: quantiles of click and purchase rates as in public ad data,
// and true winners among sensibly chosen products between 8 and 20 per cent.
func DefaultAssumptions() *Assumptions {
	return &Assumptions{
		CPMMedian: 14, CPMSpread: 0.45,
		CTRA: 2.6, CTRB: 166, CreativeSpread: 0.2, DaySpread: 0.26,
		BuyA: 1.72, BuyB: 67.9, BuyLevel: 0.98, PriceElasticity: 1.4, TicketPower: 0.4,
		FatiguePerView: 0.08, Reach: 120_000, Demand: 60, Renewal: 30, Saturation: 0.5, LearningLoss: 0.12,
		Untracked: 0.05, RefundRate: 0.065, RepeatRate: 0.04,
	}
}

// Market is one simulated world. It is safe for use by several goroutines; its methods take the present as an argument, which never
// goes back.
type Market struct {
	mu     sync.Mutex
	cfg    Config
	asm    *Assumptions
	loc    *time.Location
	cal    calendar
	next   int64   // the first step that has not happened
	dollar float64 // minor units of the account currency that one US dollar is worth

	products []*Product // by birth, then number
	byRef    map[string]*Product
	index    map[string][]*Product // by word
	bornDay  dayKey                // last day whose products exist
	shuffle  []int                 // order in which the goods appear

	listings map[string]Listing // by handle
	version  int64              // counts changes of listings

	stages  map[string]*stage // by platform and product
	ads     map[string]*adState
	sets    map[string]*setState
	order   []*setState // sets that may deliver, by key
	sorted  bool        // order is
	stale   bool        // order may hold sets that stopped
	scratch []float64

	sales   saleQueue // purchases that the shop has not been told of
	reports saleQueue // purchases that a platform has not attributed yet
	refunds refundQueue
	buyers  int
	people  []Customer
	seen    map[int64]bool // order ids
	orderNo int64

	charges []charge
	byDay   map[string]map[dayKey]int64

	charged  map[string]int64 // by platform, since the world began
	ceilings map[string]int64 // by platform: the most that charged may come to; absent: no bound
}

// New makes a world that nothing has happened in yet.
func New(cfg Config) *Market {
	if cfg.TZ == nil {
		cfg.TZ = time.UTC
	}
	if cfg.Currency == "" {
		cfg.Currency = money.USD
	}
	if cfg.Assumptions == nil {
		cfg.Assumptions = DefaultAssumptions()
	}
	m := &Market{
		cfg: cfg, asm: cfg.Assumptions, loc: cfg.TZ, cal: calendar{loc: cfg.TZ},
		byRef: map[string]*Product{}, index: map[string][]*Product{}, listings: map[string]Listing{},
		stages: map[string]*stage{}, ads: map[string]*adState{}, sets: map[string]*setState{},
		seen: map[int64]bool{}, orderNo: 1000, byDay: map[string]map[dayKey]int64{},
		charged: map[string]int64{}, ceilings: map[string]int64{},
	}
	m.dollar = 100 * exchange(money.USD, cfg.Currency)
	m.next = cfg.Start.Unix() / int64(Step/time.Second)
	m.bornDay = dayOf(cfg.Start, m.loc) - 1
	m.shuffle = stream(cfg.Seed, "goods").Perm(len(goods))
	m.bear(cfg.Start)
	return m
}

// AccountDay is now's day in the account's zone, YYYY-MM-DD.
func (m *Market) AccountDay(now time.Time) string { return dayOf(now, m.loc).String() }

// Currency is the account's and the shop's currency.
func (m *Market) Currency() money.Currency { return m.cfg.Currency }

// Listing is a product page in the shop: what buyers pay for what the supplier sends.
type Listing struct {
	Handle string
	Ref    string // supplier reference
	Title  string
	Price  money.Amount // in the account's currency
}

// List puts a page into the shop, or changes it. Ads that lead to /products/{handle} sell it from then on.
func (m *Market) List(now time.Time, l Listing) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.advance(now)
	m.listings[l.Handle] = l
	m.version++
}
