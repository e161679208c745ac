package views

import (
	"time"

	"github.com/agente-ceo/agente-ceo/domain/facts"
	"github.com/agente-ceo/agente-ceo/domain/money"
)

// Product is one product that was seen.
type Product struct {
	ID               string            `json:"id"`
	Status           string            `json:"status" enum:"scouted,qualified,rejected,creatives_ready,live,ended"`
	Title            string            `json:"title"`
	Description      string            `json:"description"`
	Category         string            `json:"category"`
	Sources          []string          `json:"sources"`
	SupplierRef      string            `json:"supplier_ref"`
	SupplierPrice    money.Amount      `json:"supplier_price"`
	MarketPrice      money.Amount      `json:"market_price"`
	SellingPrice     money.Amount      `json:"selling_price"`
	Images           []string          `json:"images"`
	RatingMilli      int64             `json:"rating_milli"` // 4500 is 4.5 stars
	Reviews          int64             `json:"reviews"`
	Keywords         []string          `json:"keywords"`
	DemandScore      int               `json:"demand_score"`
	Competition      int               `json:"competition"`
	TrendPct         int               `json:"trend_pct"`
	ScoreMilli       int64             `json:"score_milli"` // 0..100000
	ScoreParts       []facts.ScorePart `json:"score_parts"`
	Reasons          []string          `json:"reasons"`
	LandingURL       string            `json:"landing_url"`
	ScoutedAt        *time.Time        `json:"scouted_at"`
	QualifiedAt      *time.Time        `json:"qualified_at"`
	LastSeenAt       *time.Time        `json:"last_seen_at"`
	CreativesReadyAt *time.Time        `json:"creatives_ready_at"`
	UpdatedAt        time.Time         `json:"updated_at"`
}

// ProductDetail is a product with what was made of it.
type ProductDetail struct {
	Product
	Creatives []Creative `json:"creatives"`
	Campaigns []Campaign `json:"campaigns"`
	History   []Audit    `json:"history"` // newest first
	Tasks     []Task     `json:"tasks"`   // not ended
}

// Creative is one variation of an ad's words and picture.
type Creative struct {
	ID           string     `json:"id"`
	ProductID    string     `json:"product_id"`
	ProductTitle string     `json:"product_title"`
	Status       string     `json:"status" enum:"ready,failed,retired"`
	Language     string     `json:"language"`
	Style        string     `json:"style"`
	Headline     string     `json:"headline"`
	Body         string     `json:"body"`
	Action       string     `json:"action"`
	PainPoints   []string   `json:"pain_points"`
	MediaURL     string     `json:"media_url"`
	CreatedAt    *time.Time `json:"created_at"`
	UpdatedAt    time.Time  `json:"updated_at"`
	Ads          int64      `json:"ads"` // how many ads use it
}

// CreativeDetail is a creative with what its ads brought.
type CreativeDetail struct {
	Creative
	Totals AdFigures `json:"totals"`
	InAds  []Ad      `json:"in_ads"`
}

// Blacklisted is something that must not be tried again.
type Blacklisted struct {
	Kind   string    `json:"kind" enum:"product,keyword,category,creative"`
	Term   string    `json:"term"`
	Reason string    `json:"reason"`
	By     string    `json:"by"`
	At     time.Time `json:"at"`
}
