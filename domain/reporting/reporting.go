// Package reporting turns a period's figures into the report that people read each morning, week and month, and into the alerts that
// cannot wait for it.
package reporting

import (
	"sort"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/kpi"
	"github.com/agente-ceo/agente-ceo/domain/money"
)

// Kind is how long a period is.
type Kind string

// The periods.
const (
	Daily   Kind = "daily"
	Weekly  Kind = "weekly"
	Monthly Kind = "monthly"
)

// Figures are what the read model knows of a period, [From, To) in UTC.
type Figures struct {
	From, To        time.Time
	Ads             kpi.Metrics // as the platforms reported it during the period
	Orders          int64
	Revenue         money.Amount // as the shop took it
	SupplierCost    money.Amount
	Refunds         money.Amount
	NewProducts     int64
	Qualified       int64
	Rejected        int64
	ActiveCampaigns int64
	ByStatus        []Count // campaigns by status, now
	Products        []ProductFigures
	Campaigns       []CampaignFigures
	Allotted        money.Amount // nominal budgets reserved for the period's account days
	Charged         money.Amount // what the platforms charged for them
	CapDay, CapWeek money.Amount
	Decisions       []Count // verdicts during the period
	AuditLine       int64   // the last line of the audit log now
	AuditHash       string  // and its hash, hex
}

// Count is how many of something there are.
type Count struct {
	Name string `json:"name"`
	N    int64  `json:"n"`
}

// ProductFigures are one product's part of a period.
type ProductFigures struct {
	ID      string       `json:"id"`
	Title   string       `json:"title"`
	Status  string       `json:"status"`
	Orders  int64        `json:"orders"`
	Revenue money.Amount `json:"revenue"`
	Cost    money.Amount `json:"supplier_cost"`
	Refunds money.Amount `json:"refunds"`
	Spend   money.Amount `json:"spend"`
}

// Contribution is what a product left after supplier, refunds and ads.
func (p ProductFigures) Contribution() money.Amount {
	return p.Revenue.Sub(p.Refunds).Sub(p.Cost).Sub(p.Spend)
}

// CampaignFigures are one campaign's part of a period.
type CampaignFigures struct {
	ID       string      `json:"id"`
	Name     string      `json:"name"`
	Platform string      `json:"platform"`
	Status   string      `json:"status"`
	Verdict  string      `json:"verdict"`
	Metrics  kpi.Metrics `json:"-"`
}

// Report is what is stored and shown.
type Report struct {
	Kind         Kind              `json:"kind"`
	Date         string            `json:"date"`
	From         time.Time         `json:"from"`
	To           time.Time         `json:"to"`
	Impressions  int64             `json:"impressions"`
	Clicks       int64             `json:"clicks"`
	Conversions  int64             `json:"conversions"`
	Spend        money.Amount      `json:"spend"`
	AdRevenue    money.Amount      `json:"reported_revenue"`
	ROAS         string            `json:"roas"`
	Orders       int64             `json:"orders"`
	Revenue      money.Amount      `json:"revenue"`
	SupplierCost money.Amount      `json:"supplier_cost"`
	Refunds      money.Amount      `json:"refunds"`
	Contribution money.Amount      `json:"contribution"`
	NewProducts  int64             `json:"new_products"`
	Qualified    int64             `json:"qualified"`
	Rejected     int64             `json:"rejected"`
	Active       int64             `json:"active_campaigns"`
	ByStatus     []Count           `json:"campaigns_by_status"`
	Decisions    []Count           `json:"decisions"`
	Top          []ProductFigures  `json:"top_products"`
	Bottom       []ProductFigures  `json:"bottom_products"`
	Testing      []ProductFigures  `json:"products_in_test"`
	Best         []CampaignFigures `json:"top_campaigns"`
	Scaling      []string          `json:"campaigns_scaling"`
	Paused       []string          `json:"campaigns_paused"`
	Allotted     money.Amount      `json:"budget_allotted"`
	Charged      money.Amount      `json:"budget_used"`
	CapDay       money.Amount      `json:"cap_day"`
	AuditLine    int64             `json:"audit_line"`
	AuditHash    string            `json:"audit_hash"`
	CapWeek      money.Amount      `json:"cap_week"`
	Advice       []string          `json:"advice"`
}

const (
	topProducts    = 10
	bottomProducts = 5
	topCampaigns   = 10
)

// Compose makes the report of a period. The figures' lists may be in any order; the report's are sorted, ties by id.
func Compose(kind Kind, f Figures, target Target) Report {
	r := Report{
		Kind: kind, Date: f.From.Format(time.DateOnly), From: f.From, To: f.To,
		Impressions: f.Ads.Impressions, Clicks: f.Ads.Clicks, Conversions: f.Ads.Conversions, Spend: f.Ads.Spend, AdRevenue: f.Ads.Revenue,
		ROAS: ROASText(f.Revenue, f.Ads.Spend), Orders: f.Orders, Revenue: f.Revenue, SupplierCost: f.SupplierCost, Refunds: f.Refunds,
		Contribution: f.Revenue.Sub(f.Refunds).Sub(f.SupplierCost).Sub(f.Ads.Spend),
		NewProducts:  f.NewProducts, Qualified: f.Qualified, Rejected: f.Rejected, Active: f.ActiveCampaigns,
		ByStatus: f.ByStatus, Decisions: f.Decisions, Allotted: f.Allotted, Charged: f.Charged, CapDay: f.CapDay, CapWeek: f.CapWeek,
		AuditLine: f.AuditLine, AuditHash: f.AuditHash,
	}
	r.Top, r.Bottom, r.Testing = rankProducts(f.Products)
	r.Best, r.Scaling, r.Paused = rankCampaigns(f.Campaigns)
	r.Advice = advise(r, target)
	return r
}

func rankProducts(all []ProductFigures) (top, bottom, testing []ProductFigures) {
	sold := make([]ProductFigures, 0, len(all))
	for _, p := range all {
		if p.Status == "live" && p.Orders == 0 {
			testing = append(testing, p)
		}
		if p.Spend.Positive() || p.Revenue.Positive() {
			sold = append(sold, p)
		}
	}
	sort.Slice(sold, func(i, j int) bool {
		if c := sold[i].Revenue.Cmp(sold[j].Revenue); c != 0 {
			return c > 0
		}
		return sold[i].ID < sold[j].ID
	})
	top = sold[:min(topProducts, len(sold))]
	worst := make([]ProductFigures, len(sold))
	copy(worst, sold)
	sort.Slice(worst, func(i, j int) bool {
		if c := worst[i].Contribution().Cmp(worst[j].Contribution()); c != 0 {
			return c < 0
		}
		return worst[i].ID < worst[j].ID
	})
	sort.Slice(testing, func(i, j int) bool { return testing[i].ID < testing[j].ID })
	return top, worst[:min(bottomProducts, len(worst))], testing
}

func rankCampaigns(all []CampaignFigures) (best []CampaignFigures, scaling, paused []string) {
	ran := make([]CampaignFigures, 0, len(all))
	for _, c := range all {
		if c.Metrics.Spend.Positive() {
			ran = append(ran, c)
		}
		switch c.Status {
		case "scaling":
			scaling = append(scaling, c.ID)
		case "paused":
			paused = append(paused, c.ID)
		}
	}
	sort.Slice(ran, func(i, j int) bool {
		if c := compareROAS(ran[i].Metrics, ran[j].Metrics); c != 0 {
			return c > 0
		}
		return ran[i].ID < ran[j].ID
	})
	sort.Strings(scaling)
	sort.Strings(paused)
	return ran[:min(topCampaigns, len(ran))], scaling, paused
}
