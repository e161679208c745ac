package catalog

import (
	"fmt"

	"github.com/agente-ceo/agente-ceo/domain/facts"
	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/domain/scouting"
)

// Rules are what qualification goes by.
type Rules struct {
	Weights             Weights
	PassScore           int // 0..100, inclusive
	MarkUpPct           int // selling price as per cent of the landed price, before the market price caps it; ≥ 100
	FeePermille         int // of the payment, of the selling price
	FeeFixed            money.Amount
	MinMarginPct        int          // inclusive
	MaxMarginPct        int          // at the market price; over it is suspicious
	LeastPrice          money.Amount // zero: none
	MinDemand           int
	MaxCompetition      int
	MinTrendPct         int
	MaxShipDays         int      // unknown passes
	AllowedCategories   []string // words of the category; empty: all
	ForbiddenCategories []string
	Trademarks          []string // beside the built-in ones
}

// Weights are the shares of the score's parts, in any unit; at least one is positive, none negative.
type Weights struct{ Conversion, Competitiveness, Margin int }

// DefaultRules are the mission's: weights 40/30/30, score from 70, margin from 40 %; a mark-up of three times the landed price, a
// payment fee of 2.9 % and 0.30, and 85 % as the margin that is too good to be true.
func DefaultRules(c money.Currency) Rules {
	return Rules{
		Weights: Weights{Conversion: 40, Competitiveness: 30, Margin: 30}, PassScore: 70,
		MarkUpPct: 300, FeePermille: 29, FeeFixed: money.Minor(30, c), MinMarginPct: 40, MaxMarginPct: 85,
		MinDemand: 20, MaxCompetition: 85, MinTrendPct: -30, MaxShipDays: 20,
		ForbiddenCategories: []string{"weapons", "firearms", "adult", "mature", "erotic", "tobacco", "alcohol", "pharmacy", "medicine", "drugs",
			"gambling", "live animals", "armas", "adulto", "erótico", "tabaco", "bebidas alcoólicas", "farmácia", "medicamentos"},
	}
}

// Validate names the first rule that makes no sense.
func (r Rules) Validate() error {
	w := r.Weights
	switch {
	case w.Conversion < 0 || w.Competitiveness < 0 || w.Margin < 0 || w.Conversion+w.Competitiveness+w.Margin == 0:
		return fmt.Errorf("score weights: %d/%d/%d, want none negative and one positive", w.Conversion, w.Competitiveness, w.Margin)
	case r.PassScore < 0 || r.PassScore > 100:
		return fmt.Errorf("passing score: %d, allowed 0 to 100", r.PassScore)
	case r.MarkUpPct < 100 || r.MarkUpPct > 2000:
		return fmt.Errorf("mark-up: %d %%, allowed 100 to 2000", r.MarkUpPct)
	case r.FeePermille < 0 || r.FeePermille > 500 || r.FeeFixed.Negative():
		return fmt.Errorf("payment fee: %d ‰ and %s, want 0 to 500 ‰ and nothing negative", r.FeePermille, r.FeeFixed)
	case r.MaxShipDays < 1:
		return fmt.Errorf("delivery: %d days at most, allowed from 1", r.MaxShipDays)
	case r.MinMarginPct < 0 || r.MaxMarginPct > 100 || r.MinMarginPct >= r.MaxMarginPct:
		return fmt.Errorf("margins: from %d %% to %d %%, want 0 ≤ least < most ≤ 100", r.MinMarginPct, r.MaxMarginPct)
	}
	return nil
}

// Verdict is what is decided of a candidate, with everything needed to explain it.
type Verdict struct {
	Qualified  bool
	ScoreMilli int64 // 0..100,000
	Parts      []facts.ScorePart
	Reasons    []string // why not; empty when qualified
	Price      Price
}

// Judge decides. Every guardrail that a candidate breaks is a reason, and so is a score under the passing one; a score is given in
// any case.
func Judge(c scouting.Candidate, rules Rules, blocked []Blocked) Verdict {
	price := PriceOf(c, rules)
	v := Verdict{Price: price, Parts: parts(c, price, rules.Weights)}
	v.ScoreMilli = weighted(v.Parts)
	v.Reasons = guardrails(c, price, rules, blocked)
	if v.ScoreMilli < int64(rules.PassScore)*1000 {
		v.Reasons = append(v.Reasons, fmt.Sprintf("The score of %d.%d is under %d.", v.ScoreMilli/1000, v.ScoreMilli/100%10, rules.PassScore))
	}
	v.Qualified = len(v.Reasons) == 0
	return v
}

func weighted(parts []facts.ScorePart) int64 {
	var sum, weights int64
	for _, p := range parts {
		sum += int64(p.Value) * int64(p.Weight)
		weights += int64(p.Weight)
	}
	return sum * 1000 / weights
}

// The tables of the score's parts; testdata/scores.txt shows what they make of typical figures.
var (
	trendTable  = scouting.Table{{At: -50, Score: 0}, {At: 0, Score: 50}, {At: 20, Score: 70}, {At: 50, Score: 90}, {At: 100, Score: 100}}
	starsTable  = scouting.Table{{At: 2500, Score: 0}, {At: 3500, Score: 25}, {At: 4000, Score: 50}, {At: 4500, Score: 85}, {At: 4900, Score: 100}}
	bargain     = scouting.Table{{At: 600, Score: 100}, {At: 800, Score: 80}, {At: 900, Score: 60}, {At: 1000, Score: 40}}
	shipTable   = scouting.Table{{At: 5, Score: 100}, {At: 10, Score: 75}, {At: 15, Score: 50}, {At: 20, Score: 25}, {At: 30, Score: 0}}
	marginTable = scouting.Table{{At: 200, Score: 0}, {At: 400, Score: 50}, {At: 500, Score: 70}, {At: 600, Score: 90}, {At: 700, Score: 100}}
)

func parts(c scouting.Candidate, p Price, w Weights) []facts.ScorePart {
	conversion, whyConversion := conversionPotential(c)
	competitive, whyCompetitive := competitiveness(c, p)
	return []facts.ScorePart{
		{Name: "conversion", Value: conversion, Weight: w.Conversion, Why: whyConversion},
		{Name: "competitiveness", Value: competitive, Weight: w.Competitiveness, Why: whyCompetitive},
		{Name: "margin", Value: marginTable.Score(p.Margin.Permille()), Weight: w.Margin,
			Why: fmt.Sprintf("%s of %s is left after %s landed and %s payment fee", p.Profit, p.Selling, c.Landed(), p.Fee)},
	}
}

// conversionPotential is demand (55 %), trend (25 %) and rating (20 %). Few reviews pull a rating towards 4.2 stars, what an unknown
// product turns out to have; no reviews at all are neutral.
func conversionPotential(c scouting.Candidate) (int, string) {
	const usual, credible, most = 4200, 20, 1_000_000
	stars, said := 55, "rating unknown"
	if c.Reviews > 0 {
		n := min(c.Reviews, most)
		stars = starsTable.Score((c.RatingMilli*n + usual*credible) / (n + credible))
		said = fmt.Sprintf("%d.%d stars in %d reviews", c.RatingMilli/1000, c.RatingMilli/100%10, c.Reviews)
	}
	score := (55*within100(c.Demand) + 25*trendTable.Score(int64(c.TrendPct)) + 20*stars) / 100
	return score, fmt.Sprintf("demand %d, trend %+d %%, %s", c.Demand, c.TrendPct, said)
}

// competitiveness is how empty the field is (65 %), our price against the market (20 %) and the delivery time (15 %).
func competitiveness(c scouting.Candidate, p Price) (int, string) {
	cheaper, said := 50, "no other shop seen"
	if !c.MarketAssumed && c.MarketPrice.Positive() {
		permille := p.Selling.Minor() * 1000 / c.MarketPrice.Minor()
		cheaper, said = bargain.Score(permille), fmt.Sprintf("our price is %d %% of the market's", permille/10)
	}
	fast, days := 50, "delivery time unknown"
	if c.ShipDays > 0 {
		fast, days = shipTable.Score(int64(c.ShipDays)), fmt.Sprintf("delivery in %d days", c.ShipDays)
	}
	score := (65*(100-within100(c.Competition)) + 20*cheaper + 15*fast) / 100
	return score, fmt.Sprintf("competition %d, %s, %s", c.Competition, said, days)
}

func within100(n int) int { return min(max(n, 0), 100) }
