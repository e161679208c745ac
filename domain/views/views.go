// Package views is what people and scripts see of the business: one type for each page of the API, in the words of the read model.
//
// The database fills them and the API writes them as JSON, so that both share one vocabulary and neither knows the other.
// Money is exact, times are UTC and null when there is none, ratios are decimals that were rounded once, for reading.
package views

import (
	"encoding/json"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/money"
)

// Page is one page of a list; Next is the cursor of the following one, empty at the end.
type Page[T any] struct {
	Items []T    `json:"items"`
	Next  string `json:"next"`
}

// Cursor is where a page begins: after the row with this time (or number) and id. The zero value is the beginning.
type Cursor struct {
	At  time.Time
	Seq int64
	ID  string
}

// List asks for one page. Filters that are empty do not filter; a list ignores those that it has no column for.
type List struct {
	Limit    int // 1..200
	After    Cursor
	IDs      []string // only these
	Status   string
	Kind     string
	Subject  string
	Actor    string
	Product  string
	Campaign string
	Platform string
	Search   string    // part of a title or name
	From, To time.Time // zero: unbounded; To is exclusive
	Now      time.Time // of the business: which alerts are muted; zero: none is
}

// Ratio is a decimal such as 1.5, null where it would divide by nothing.
type Ratio = *json.Number

// Figures are what ads and the shop brought over some period, in the account's currency.
type Figures struct {
	Impressions  int64         `json:"impressions"`
	Clicks       int64         `json:"clicks"`
	Conversions  int64         `json:"conversions"`
	Spend        money.Amount  `json:"spend"`
	Revenue      money.Amount  `json:"revenue"` // as the platforms attribute it
	ShopOrders   int64         `json:"shop_orders"`
	ShopRevenue  money.Amount  `json:"shop_revenue"` // as the shop took it
	SupplierCost money.Amount  `json:"supplier_cost"`
	Refunds      money.Amount  `json:"refunds"`
	Profit       money.Amount  `json:"profit"` // shop revenue less supplier cost, refunds and spend
	ROAS         Ratio         `json:"roas"`
	CTR          Ratio         `json:"ctr"` // 0.015 is 1.5 %
	CVR          Ratio         `json:"cvr"`
	CPA          *money.Amount `json:"cpa"`
	AOV          *money.Amount `json:"aov"`
}

// AdFigures are what the platforms say of some ads.
type AdFigures struct {
	Impressions int64         `json:"impressions"`
	Clicks      int64         `json:"clicks"`
	Conversions int64         `json:"conversions"`
	Spend       money.Amount  `json:"spend"`
	Revenue     money.Amount  `json:"revenue"`
	ROAS        Ratio         `json:"roas"`
	CTR         Ratio         `json:"ctr"`
	CVR         Ratio         `json:"cvr"`
	CPA         *money.Amount `json:"cpa"`
}

// Day is one UTC day.
type Day struct {
	Day string `json:"day"` // YYYY-MM-DD
	Figures
}

// Summary is a period at a glance, beside the one of the same length before it.
type Summary struct {
	From     string  `json:"from"` // first day, YYYY-MM-DD, UTC
	To       string  `json:"to"`   // last day, included
	Currency string  `json:"currency"`
	Current  Figures `json:"current"`
	Previous Figures `json:"previous"`
	Change   Change  `json:"change"`
	Counts   Counts  `json:"counts"`
}

// Change is how much a figure grew over the previous period: 0.25 is a quarter more. It is null where there was nothing before.
type Change struct {
	Spend      Ratio `json:"spend"`
	Revenue    Ratio `json:"revenue"`
	ShopOrders Ratio `json:"shop_orders"`
	Profit     Ratio `json:"profit"`
	ROAS       Ratio `json:"roas"`
	CTR        Ratio `json:"ctr"`
	CVR        Ratio `json:"cvr"`
}

// Counts are how many of each thing there are now.
type Counts struct {
	Products         map[string]int64 `json:"products"`  // by status
	Campaigns        map[string]int64 `json:"campaigns"` // by status
	Creatives        int64            `json:"creatives"` // ready
	ActiveCampaigns  int64            `json:"active_campaigns"`
	OpenAlerts       int64            `json:"open_alerts"`
	CriticalAlerts   int64            `json:"critical_alerts"`
	PendingApprovals int64            `json:"pending_approvals"`
	OpenTasks        int64            `json:"open_tasks"`
}
