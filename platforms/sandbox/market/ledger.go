// Package market is the seeded model behind the sandbox: products with hidden appeal, shoppers, auctions, delivery, purchases, and
// the ledgers of what every platform charged. It is pure: time is passed in, randomness comes from the seed, and the same calls in the
// same order give the same world. It knows no HTTP: platforms/sandbox/world and platforms/sandbox/adservers speak the dialects over it.
package market

import "time"

// Platform names in the market.
const (
	Meta   = "meta"
	TikTok = "tiktok"
	Google = "google"
)

// Ad is one ad as a platform delivers it: its ad set's money and audience, its creative and where it leads.
type Ad struct {
	Platform    string
	ID          string
	AdSetID     string
	CampaignID  string
	Landing     string // full landing URL with UTM parameters: tells the product, and comes back in orders
	Headline    string
	Body        string
	MediaHash   string
	Countries   []string
	Audience    string // broad | lookalike | interests
	FromPct     int    // lookalike band
	ToPct       int
	DailyBudget int64 // of the ad set, in minor units of the account currency
	CostCap     int64 // minor units per purchase; 0 lowest cost
}

// Totals are what a platform reports of one ad over some days.
type Totals struct {
	Impressions, Clicks, Purchases int64
	SpendMinor, RevenueMinor       int64
}

// Delivery is what the ad platforms' dialect servers need of the market. One Market serves them all.
type Delivery interface {
	// Advance brings the world to now: delivery, charges, purchases. Calls go forward in time.
	Advance(now time.Time)
	// SetLive tells whether an ad may deliver from now on: it and its parents are active and reviewed. Changing the Ad's fields
	// (budget, audience, cost cap) is done by calling it again.
	SetLive(now time.Time, ad Ad, live bool)
	// Lifetime and Day report an ad as the platform shows it at now: lagging, revised later. day is YYYY-MM-DD in the account's zone.
	Lifetime(now time.Time, platform, adID string) Totals
	Day(now time.Time, platform, adID, day string) Totals
	// Charged is the truth that caps are judged by: what the platform charged the account on that day, in minor units, no lag.
	Charged(platform, day string) int64
	// SetCeiling bounds what the platform may charge over its lifetime, in minor units; 0 takes the bound away. Lifelong is what it has
	// charged, without lag.
	SetCeiling(now time.Time, platform string, minor int64)
	Lifelong(now time.Time, platform string) int64
	// Buyers is how many people have bought through the pixel so far: lookalikes need 100.
	Buyers() int
	// AccountDay is now's day in the account's zone.
	AccountDay(now time.Time) string
}
