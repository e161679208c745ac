// Package ads is the vocabulary that we share with advertising platforms: campaigns, ad sets, ads, audiences, statuses and
// insights, in our words and our units. Adapters in platforms/ translate it to each platform's own.
package ads

import (
	"time"

	"github.com/agente-ceo/agente-ceo/domain/kpi"
	"github.com/agente-ceo/agente-ceo/domain/money"
)

// Platform is an advertising platform.
type Platform string

// The platforms.
const (
	Meta   Platform = "meta"
	TikTok Platform = "tiktok"
	Google Platform = "google"
)

// Platforms lists them in the order in which a product spreads.
func Platforms() []Platform { return []Platform{Meta, TikTok, Google} }

// Level is a rung of the campaign tree.
type Level string

// The levels.
const (
	LevelCampaign Level = "campaign"
	LevelAdSet    Level = "ad_set"
	LevelAd       Level = "ad"
)

// Delivery is what the platform is told to do with an entity.
type Delivery string

// The deliveries; an entity is always created Paused. Gone is only ever seen: somebody deleted it.
const (
	Active Delivery = "active"
	Paused Delivery = "paused"
	Gone   Delivery = "gone"
)

// BidStrategy is how a platform bids.
type BidStrategy string

// The bid strategies in use.
const (
	LowestCost BidStrategy = "lowest_cost"
	CostCap    BidStrategy = "cost_cap"
)

// AudienceKind says whom an ad set addresses.
type AudienceKind string

// The audiences of the mission.
const (
	Broad     AudienceKind = "broad"
	Lookalike AudienceKind = "lookalike"
	Interests AudienceKind = "interests"
)

// Audience is whom an ad set addresses.
type Audience struct {
	Kind      AudienceKind
	Countries []string // ISO 3166-1 alpha-2, sorted
	AgeMin    int      // years, ≥ 18
	AgeMax    int      // years; 65 means 65 and over
	// Lookalike only: the platform's audience id, and the band in whole per cent of the country (1..20), From < To; From 0 starts at the top.
	LookalikeID      string
	FromPct, ToPct   int
	InterestKeywords []string // Interests only: words that the adapter resolves to the platform's interests
}

// CampaignSpec is a campaign to create, paused. Objective is always sales, optimised for purchases.
type CampaignSpec struct {
	Name string // unique per account, carries our id: it is how a lost answer is found again
}

// AdSetSpec is an ad set (TikTok, Google: ad group) to create, paused.
type AdSetSpec struct {
	Name        string
	CampaignID  string // the platform's id
	DailyBudget money.Amount
	Audience    Audience
	Bid         BidStrategy
	CostCap     money.Amount // CostCap only: cost per purchase
}

// AdSpec is an ad to create, paused, with its creative.
type AdSpec struct {
	Name       string
	CampaignID string // the platform's id
	AdSetID    string // the platform's id
	Headline   string
	Body       string
	Action     string // call to action: "shop_now", "learn_more", "get_offer", "order_now", "buy_now"
	LandingURL string // with UTM parameters
	MediaKey   string // image in the media store
}

// Entity is what a platform says about one of its objects.
type Entity struct {
	ID        string
	Name      string
	Delivery  Delivery
	Effective string       // the platform's own effective status, for people
	Budget    money.Amount // ad sets only
	Reasons   []string     // why it does not deliver, if it does not
	Refused   bool         // ads only: the platform's review refused it
	Bid       BidStrategy  // ad sets only, in lists; empty: not said; the platform's own word for one that we do not use
	CostCap   money.Amount // of CostCap
}

// Deleted reports whether the entity was deleted or archived: it reads, and never delivers again.
func (e Entity) Deleted() bool {
	return e.Effective == "DELETED" || e.Effective == "ARCHIVED" || e.Effective == "REMOVED"
}

// Standing is one of our campaigns, or an ad set of one, as an account lists it now.
type Standing struct {
	Level      Level
	CampaignID string // the platform's; of a campaign its own
	Entity
}

// InsightRow is the lifetime total of one ad, as the platform reports it now. Platforms lag by minutes and revise later.
type InsightRow struct {
	CampaignID, AdSetID, AdID string // the platform's ids
	Metrics                   kpi.Metrics
}

// SpendRow is what one account was charged on one account day.
type SpendRow struct {
	CampaignID string // the platform's id
	Day        string // YYYY-MM-DD in the account's time zone
	Spend      money.Amount
}

// Ceiling is a platform's own limit on an account: at Limit everything in the account stops delivering.
type Ceiling struct {
	Limit money.Amount // on Spent; zero: none is set
	Spent money.Amount // what the account was charged since the platform began to count. It may lag, and never runs ahead
}

// Observed is a set of insight rows and when they were read.
type Observed struct {
	At   time.Time
	Rows []InsightRow
}
