// Package facts is what the business writes down: one type per table of the read model, in the mission's names and statuses.
//
// An actor puts facts into the change that it commits; persistence writes them in the same transaction as the actor's
// snapshot. Writing a fact twice changes nothing: each has a key, and a row is replaced whole unless said otherwise.
package facts

import (
	"time"

	"github.com/agente-ceo/agente-ceo/domain/kpi"
	"github.com/agente-ceo/agente-ceo/domain/money"
)

// Fact is anything in this package that has a table.
type Fact interface{ fact() }

// Product is a row of products, keyed by ID.
type Product struct {
	ID             string
	Status         string // scouted | qualified | rejected | creatives_ready | live | ended
	Title          string
	Description    string
	Category       string
	Sources        []string // "aliexpress", "google_shopping", "tiktok_trends", "amazon"
	SupplierRef    string   // supplier's product id
	SupplierPrice  money.Amount
	MarketPrice    money.Amount
	SellingPrice   money.Amount // what our shop asks
	Images         []string
	RatingMilli    int64 // 4.5 stars = 4500; 0 with Reviews 0 means unknown
	Reviews        int64
	Keywords       []string
	DemandScore    int // 0..100
	Competition    int // 0..100, higher is more crowded
	TrendPct       int // change of demand in per cent
	ScoreMilli     int64
	ScoreParts     []ScorePart
	Reasons        []string // why rejected, or what was noted
	LandingURL     string
	ScoutedAt      time.Time
	QualifiedAt    time.Time // zero until judged
	LastSeenAt     time.Time
	CreativesReady time.Time // zero until ready
}

// ScorePart explains one share of a product's score.
type ScorePart struct {
	Name   string `json:"name"`   // "conversion", "competitiveness", "margin"
	Value  int    `json:"value"`  // 0..100
	Weight int    `json:"weight"` // as configured
	Why    string `json:"why"`
}

// Creative is a row of creatives, keyed by ID.
type Creative struct {
	ID         string
	ProductID  string
	Status     string // ready | failed | retired
	Language   string // "pt-BR", "en"
	Style      string // informative | urgency | social
	Headline   string
	Body       string
	Action     string
	PainPoints []string
	MediaKey   string
	MediaURL   string
	CreatedAt  time.Time
}

// Campaign is a row of campaigns, keyed by ID.
type Campaign struct {
	ID            string
	ProductID     string
	Platform      string
	Name          string
	Status        string // draft | pending_approval | publishing | active | testing | scaling | paused | error | ended
	Verdict       string // "" | insufficient | winner | potential | loser
	Reason        string // why it is in this status, for people
	ExternalID    string
	Mode          string // dry_run | approval | auto
	InitialBudget money.Amount
	DailyBudget   money.Amount // sum over live ad sets
	Countries     []string
	BidStrategy   string
	CreatedAt     time.Time
	ActivatedAt   time.Time // zero until active
	EndedAt       time.Time // zero until ended or paused for good
}

// AdSet is a row of ad_sets, keyed by ID.
type AdSet struct {
	ID          string
	CampaignID  string
	Name        string
	Status      string // draft | active | paused | error | ended
	ExternalID  string
	Audience    string // broad | lookalike_1 | lookalike_2_3 | interests | geo
	Countries   []string
	DailyBudget money.Amount
	CreatedAt   time.Time
}

// Ad is a row of ads, keyed by ID.
type Ad struct {
	ID         string
	AdSetID    string
	CampaignID string
	CreativeID string
	Status     string // draft | active | paused | failed | error | ended
	ExternalID string
	CreatedAt  time.Time
}

// Analytics is what one ad added during one hour, keyed by (AdID, Hour); a second write of the same key adds nothing new and is
// refused as a bug. Roll-ups (mv_campaign_performance, mv_daily_metrics) are kept in the same transaction.
type Analytics struct {
	Hour       time.Time // start of the hour, UTC, of the observation
	Day        string    // YYYY-MM-DD, UTC
	AccountDay string    // YYYY-MM-DD in the account's time zone
	Platform   string
	ProductID  string
	CampaignID string
	AdSetID    string
	AdID       string
	Delta      kpi.Metrics
}

// Order is a row of orders, keyed by ID; ExternalID is unique per Shop.
type Order struct {
	ID              string
	Shop            string // "shopify", "woocommerce", "meta"
	ExternalID      string
	Status          string // pending | ordered | shipped | delivered | refunded | cancelled | error
	CustomerID      string
	Email           string
	Phone           string
	Total           money.Amount
	Refunded        money.Amount
	SupplierCost    money.Amount
	ProductID       string // the main product; empty when unknown
	CampaignID      string // attributed; empty when unknown
	AdID            string
	UTM             map[string]string
	Items           []OrderItem
	SupplierOrderID string
	TrackingCode    string
	Country         string
	PlacedAt        time.Time
	UpdatedAt       time.Time
	Test            bool
	RefundIDs       []string  // the shop's ids of the refunds that are in Refunded
	ShopUpdatedAt   time.Time // the latest of the shop's versions that was taken in; zero when the shop has none
}

// OrderItem is one line of an order.
type OrderItem struct {
	SKU       string       `json:"sku"`
	Title     string       `json:"title"`
	Quantity  int64        `json:"quantity"`
	Price     money.Amount `json:"price"`
	ProductID string       `json:"product_id,omitempty"`
}

// Customer is what one order or refund adds to a row of customers, keyed by ID (derived from the e-mail).
type Customer struct {
	ID         string
	Email      string
	Name       string
	Phone      string
	Country    string
	AddOrders  int64
	AddRevenue money.Amount // negative for a refund: LTV follows
	AddTags    []string
	SeenAt     time.Time
}

// ShopRevenue adds what the shop took to the roll-ups of a campaign and a day, in real time.
type ShopRevenue struct {
	CampaignID string // empty when unattributed
	ProductID  string
	Day        string // YYYY-MM-DD, UTC
	Orders     int64
	Revenue    money.Amount
	Cost       money.Amount // what the supplier takes
	Refunds    money.Amount
}

// Alert is a row of alerts, keyed by ID; a second raise of the same id counts and refreshes LastAt.
type Alert struct {
	ID       string
	Kind     string // order_stuck | platform_notice | webhook | budget_80 | roas_below_target | no_conversions | api_failure | auto_paused | new_winner | conversion_above_mean | out_of_stock | no_margin | actor_stopped | cap_breach | ceiling_changed | clock_went_back | figures_still | ad_refused | clock_doubted | budget_lapsed | source_failure | approval_waiting | backup_failed | purge_failed | rollup_mismatch | ledger_mismatch | letter_failed | health
	Severity string // info | warning | critical
	Subject  string // id of what it is about
	Title    string
	Detail   string
	At       time.Time
}

// AlertResolved closes an alert whose cause is gone.
type AlertResolved struct {
	ID string
	At time.Time
}

// Approval is a row of approvals, keyed by ID.
type Approval struct {
	ID          string
	Subject     string // campaign id
	Kind        string // launch | budget | expand
	Status      string // pending | approved | rejected | expired | void
	Summary     string
	Why         string
	Amount      money.Amount // money at stake a day
	Manifest    string       // hash of exactly what is asked
	Details     []byte       // JSON of exactly what is asked
	ProposedBy  string
	DecidedBy   string
	Reason      string
	RequestedAt time.Time
	ExpiresAt   time.Time
	DecidedAt   time.Time // zero until decided
}

// ApprovalUsed marks an approval as used up by what it allows. The database refuses it unless the approval was given for exactly this
// manifest and was not used before, and with it the whole commit.
type ApprovalUsed struct {
	ID       string
	Manifest string
	By       string // campaign id
	At       time.Time
}

// ApprovalVoided takes an approval back that was given and not used.
type ApprovalVoided struct {
	ID     string
	Reason string
	At     time.Time
}

// Blacklisted adds to blacklist: what must not be tried again, keyed by (Kind, Term).
type Blacklisted struct {
	Kind   string // product | keyword | category | creative
	Term   string
	Reason string
	By     string
	At     time.Time
}

// Reservation is a row of reservations, keyed by ID: what a campaign may be charged on one account day.
type Reservation struct {
	ID         string
	Purse      string
	CampaignID string
	Platform   string
	Day        string       // account day, YYYY-MM-DD
	Week       string       // first day (Sunday) of the account week, YYYY-MM-DD
	Nominal    money.Amount // daily budget granted
	WorstCase  money.Amount // the most that the platform may charge for it
	Charged    money.Amount // what it charged, once known
	State      string       // outstanding | posted | released | expired
	At         time.Time
}

// Posting moves money in the purse's ledger, keyed by ID; debit and credit accounts are named, amounts positive, so that every
// ledger sums to zero.
type Posting struct {
	ID            string
	Purse         string
	ReservationID string
	Kind          string // reserve | top_up | post | release | expire
	Debit         string
	Credit        string
	Amount        money.Amount
	At            time.Time
}

// PurseMove changes what a purse's day and week windows hold. It is refused by the database (fault Refused "cap_exceeded") when
// Reserve is positive and reserved + charged would pass a cap. A fall or an actual charge is always recorded.
type PurseMove struct {
	Purse   string
	Day     string
	Week    string
	CapDay  money.Amount
	CapWeek money.Amount
	Reserve money.Amount // added to reserved; negative releases
	Charge  money.Amount // added to charged
}

// BudgetAnswer is a row of budget_answers: what was answered to one ask. An ask that has one is refused by the database (fault
// Refused "answered_before"), and the change with it.
type BudgetAnswer struct {
	AskID      string
	Purse      string
	CampaignID string
	Day        string // YYYY-MM-DD in the account's time zone
	Granted    money.Amount
	WorstCase  money.Amount
	Partial    bool
	Code       string // why not, empty when granted
	Text       string
	RetryAt    time.Time // zero: never for this day
	At         time.Time
}

// Report is a row of reports, keyed by (Kind, Date).
type Report struct {
	Kind string // daily | weekly | monthly
	Date string // YYYY-MM-DD of the (first) day reported on, UTC
	Body []byte // JSON
	Text string // for people, Markdown
	At   time.Time
}

// Control is the single row of control: the kill switch.
type Control struct {
	Frozen bool
	By     string
	Reason string
	At     time.Time
}

// WebhookHandled marks a stored webhook as taken in, or as unusable with the reason.
type WebhookHandled struct {
	ID     int64
	Result string // "order_created", "duplicate", "ignored", "invalid"
	Detail string
	At     time.Time
}

// ScoutRun is a row of scout_runs, keyed by ID.
type ScoutRun struct {
	ID         string
	StartedAt  time.Time
	FinishedAt time.Time
	Offers     int
	Products   int
	New        int
	Errors     map[string]string // by source
}

// ImportsTaken marks rows of imported_products as taken in by a run of the scout, in the versions that it has seen.
type ImportsTaken struct {
	IDs      []string
	Versions []string // of each of the IDs
	RunID    string
	At       time.Time
}

func (ImportsTaken) fact()   {}
func (Product) fact()        {}
func (Creative) fact()       {}
func (Campaign) fact()       {}
func (AdSet) fact()          {}
func (Ad) fact()             {}
func (Analytics) fact()      {}
func (Order) fact()          {}
func (Customer) fact()       {}
func (ShopRevenue) fact()    {}
func (Alert) fact()          {}
func (AlertResolved) fact()  {}
func (Approval) fact()       {}
func (ApprovalUsed) fact()   {}
func (ApprovalVoided) fact() {}
func (Blacklisted) fact()    {}
func (Reservation) fact()    {}
func (Posting) fact()        {}
func (PurseMove) fact()      {}
func (BudgetAnswer) fact()   {}
func (Report) fact()         {}
func (Control) fact()        {}
func (WebhookHandled) fact() {}
func (ScoutRun) fact()       {}
