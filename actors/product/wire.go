package product

import (
	"strconv"
	"strings"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/catalog"
	"github.com/agente-ceo/agente-ceo/domain/facts"
	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/domain/scouting"
	"github.com/agente-ceo/agente-ceo/messages"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
)

// rows is the product's row of the read model.
func rows(s *messages.ProductState) []facts.Fact {
	cand := s.Candidate
	return []facts.Fact{facts.Product{
		ID: cand.ProductId, Status: s.Status, Title: cand.Title, Description: cand.Description, Category: cand.Category, Sources: cand.Sources,
		SupplierRef: cand.SupplierRef, SupplierPrice: amount(cand.SupplierPrice), MarketPrice: amount(cand.MarketPrice), SellingPrice: amount(s.SellingPrice),
		Images: cand.Images, RatingMilli: cand.RatingMilli, Reviews: cand.Reviews, Keywords: cand.Keywords, DemandScore: int(cand.DemandScore),
		Competition: int(cand.Competition), TrendPct: int(cand.TrendPct), ScoreMilli: s.ScoreMilli, ScoreParts: parts(s.ScoreParts), Reasons: s.Reasons,
		LandingURL: s.LandingUrl, ScoutedAt: when(s.ScoutedAtMs), QualifiedAt: when(s.QualifiedAtMs), LastSeenAt: when(s.LastSeenAtMs),
		CreativesReady: when(s.CreativesReadyAtMs),
	}}
}

func (a *Actor) creativeRow(kept *messages.KeptCreative, status string) facts.Fact {
	ref := kept.Ref
	return facts.Creative{
		ID: ref.CreativeId, ProductID: a.id, Status: status, Language: ref.Language, Style: ref.Style, Headline: ref.Headline, Body: ref.Body,
		Action: ref.Action, PainPoints: kept.PainPoints, MediaKey: ref.MediaKey, MediaURL: kept.MediaUrl, CreatedAt: when(kept.CreatedAtMs),
	}
}

func sighted(s *messages.ProductState) actorkit.Audit {
	cand := s.Candidate
	return actorkit.Audit{
		Action: "product_scouted", Subject: cand.ProductId, Reason: "Seen for the first time: " + cand.Title, Expected: "It is judged at once.",
		Figures: []actorkit.Figure{
			{Name: "sources", Value: strings.Join(cand.Sources, ", ")}, {Name: "supplier_price", Value: amount(cand.SupplierPrice).String()},
			{Name: "market_price", Value: amount(cand.MarketPrice).String()}, {Name: "demand", Value: number(cand.DemandScore)},
			{Name: "competition", Value: number(cand.Competition)}, {Name: "trend_pct", Value: number(cand.TrendPct)},
		},
	}
}

func judged(s *messages.ProductState, v catalog.Verdict) actorkit.Audit {
	entry := actorkit.Audit{
		Action: "product_rejected", Subject: s.Candidate.ProductId, Reason: strings.Join(v.Reasons, " "),
		Figures: []actorkit.Figure{{Name: "score", Value: milli(v.ScoreMilli)}, {Name: "selling_price", Value: v.Price.Selling.String()}, {Name: "margin", Value: v.Price.Margin.String()}},
	}
	for _, p := range v.Parts {
		entry.Figures = append(entry.Figures, actorkit.Figure{Name: p.Name, Value: strconv.Itoa(p.Value) + " × " + strconv.Itoa(p.Weight) + ": " + p.Why})
	}
	if v.Qualified {
		entry.Action, entry.Expected = "product_qualified", "Creatives and a page in the shop are made within 2 h."
		entry.Reason = "It passes every guardrail, and its score of " + milli(v.ScoreMilli) + " reaches the mark."
	}
	return entry
}

func listed(s *messages.ProductState) actorkit.Audit {
	return actorkit.Audit{
		Action: "product_listed", Subject: s.Candidate.ProductId, Reason: "Its page is in the shop.",
		Figures: []actorkit.Figure{{Name: "landing_url", Value: s.LandingUrl}, {Name: "selling_price", Value: amount(s.SellingPrice).String()}},
	}
}

func notMade(productID string, m *messages.EffectPerformed) actorkit.Audit {
	action := "creatives_not_made"
	if m.Kind == kindListing {
		action = "product_not_listed"
	}
	return actorkit.Audit{
		Action: action, Subject: productID, Reason: "The courier gave up: " + m.Text,
		Figures: []actorkit.Figure{{Name: "outcome", Value: m.Outcome}, {Name: "code", Value: m.Code}, {Name: "attempts", Value: number(m.Attempts)}},
	}
}

// repriced tells what a supplier's new price leaves at the price that the shop asks.
func (a *Actor) repriced(next *messages.ProductState) actorkit.Audit {
	cand := candidateOf(next.Candidate)
	selling := amount(next.SellingPrice)
	return actorkit.Audit{
		Action: "supplier_price_changed", Subject: a.id, Reason: "The supplier asks another price.",
		Figures: []actorkit.Figure{{Name: "supplier_price", Value: cand.SupplierPrice.String()}, {Name: "selling_price", Value: selling.String()},
			{Name: "margin_before_fee", Value: catalog.MarginOf(selling.Sub(cand.Landed()), selling).String()}},
	}
}

func unchecked(productID string, m *messages.EffectPerformed) actorkit.Audit {
	return actorkit.Audit{
		Action: "stock_not_checked", Subject: productID, Reason: "The supplier did not say whether it can be ordered: " + m.Text, Expected: "It is asked again tomorrow.",
		Figures: []actorkit.Figure{{Name: "outcome", Value: m.Outcome}, {Name: "code", Value: m.Code}, {Name: "attempts", Value: number(m.Attempts)}},
	}
}

func requested(productID string, m *messages.MakeCreatives) actorkit.Audit {
	entry := actorkit.Audit{Action: "creatives_requested", Subject: productID, Reason: "Fresh creatives were asked for.", By: m.By, Expected: "A new round is made."}
	if m.CampaignId != "" {
		entry.Reason = "Campaign " + m.CampaignId + " rotates its creatives."
	}
	return entry
}

func candidateOf(m *messages.Candidate) scouting.Candidate {
	return scouting.Candidate{
		ProductID: m.ProductId, Title: m.Title, Description: m.Description, Category: m.Category, Sources: m.Sources, SupplierRef: m.SupplierRef,
		SupplierPrice: amount(m.SupplierPrice), ShippingPrice: amount(m.ShippingPrice), MarketPrice: amount(m.MarketPrice), MarketAssumed: m.MarketAssumed,
		Images: m.Images, RatingMilli: m.RatingMilli, Reviews: m.Reviews, Keywords: m.Keywords, Demand: int(m.DemandScore),
		Competition: int(m.Competition), TrendPct: int(m.TrendPct), ShipDays: int(m.ShipDays), SeenAt: when(m.SeenAtMs),
	}
}

func shares(list []facts.ScorePart) []*messages.ScoreShare {
	out := make([]*messages.ScoreShare, 0, len(list))
	for _, p := range list {
		out = append(out, &messages.ScoreShare{Name: p.Name, Value: int64(p.Value), Weight: int64(p.Weight), Why: p.Why})
	}
	return out
}

func parts(list []*messages.ScoreShare) []facts.ScorePart {
	out := make([]facts.ScorePart, 0, len(list))
	for _, p := range list {
		out = append(out, facts.ScorePart{Name: p.Name, Value: int(p.Value), Weight: int(p.Weight), Why: p.Why})
	}
	return out
}

func amount(m *messages.Money) money.Amount {
	return money.Minor(m.GetMinor(), money.Currency(m.GetCurrency()))
}

func wireMoney(a money.Amount) *messages.Money {
	return &messages.Money{Minor: a.Minor(), Currency: string(a.Currency())}
}

// when is the time of a stored millisecond; zero stays zero.
func when(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

func number(n int64) string { return strconv.FormatInt(n, 10) }

// milli is a figure in thousandths as a decimal with one digit: 83812 is "83.8".
func milli(n int64) string { return number(n/1000) + "." + number(n/100%10) }
