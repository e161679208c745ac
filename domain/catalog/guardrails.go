package catalog

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/agente-ceo/agente-ceo/domain/scouting"
)

// Blocked is one entry of the blacklist.
type Blocked struct {
	Kind   string // product (its id or title) | keyword | category; other kinds do not concern candidates
	Term   string
	Reason string
}

// guardrails are the reasons for which a candidate may not be sold whatever its score; empty when there are none.
func guardrails(c scouting.Candidate, price Price, rules Rules, blocked []Blocked) []string {
	reasons := blacklisted(c, blocked)
	reasons = append(reasons, categories(c, rules)...)
	reasons = append(reasons, Policy(c.Title, strings.Join(c.Keywords, " . "), c.Category, c.Description)...)
	reasons = append(reasons, trademarks(c.Title, rules.Trademarks)...)
	reasons = append(reasons, margins(c, price, rules)...)
	return append(reasons, criteria(c, rules)...)
}

func blacklisted(c scouting.Candidate, blocked []Blocked) []string {
	title := scouting.Fold(c.Title)
	text := stems(strings.Join([]string{c.Title, strings.Join(c.Keywords, " . "), c.Description}, " . "))
	category := stems(c.Category)
	var reasons []string
	for _, b := range blocked {
		hit := false
		switch b.Kind {
		case "product":
			hit = b.Term == c.ProductID || (title != "" && scouting.Fold(b.Term) == title)
		case "keyword":
			hit = contains(text, stems(b.Term))
		case "category":
			hit = contains(category, stems(b.Term))
		}
		if hit {
			reasons = append(reasons, fmt.Sprintf("Blacklisted %s %q: %s", b.Kind, b.Term, orElse(b.Reason, "no reason given")))
		}
	}
	return reasons
}

func categories(c scouting.Candidate, rules Rules) []string {
	category := stems(c.Category)
	for _, forbidden := range rules.ForbiddenCategories {
		if contains(category, stems(forbidden)) {
			return []string{fmt.Sprintf("The category %q is not sold: %q is forbidden.", c.Category, forbidden)}
		}
	}
	if len(rules.AllowedCategories) == 0 {
		return nil
	}
	for _, allowed := range rules.AllowedCategories {
		if contains(category, stems(allowed)) {
			return nil
		}
	}
	return []string{fmt.Sprintf("The category %q is not among the allowed ones.", orElse(c.Category, "unknown"))}
}

// Policy gives the reasons for which Meta or TikTok would refuse texts, one a policy; empty when none is found. Everything that is
// published is to pass it, whoever wrote it.
func Policy(texts ...string) []string {
	var reasons, told []string
	for _, text := range texts {
		for _, m := range builtIn().policy.find(stems(text)) {
			if !slices.Contains(told, m.rule.name) {
				told = append(told, m.rule.name)
				reasons = append(reasons, fmt.Sprintf("%s Found: %q.", m.rule.reason, m.label))
			}
		}
	}
	return reasons
}

// trademarks are the brands that a title names other than for compatibility, one reason a brand.
func trademarks(title string, more []string) []string {
	words := stems(title)
	found := builtIn().brands.find(words)
	if len(more) > 0 {
		own := newLexicon()
		for _, name := range more {
			own.add(name, brandRule(name))
		}
		found = append(found, own.find(words)...)
	}
	brandWord := make([]bool, len(words))
	for _, m := range found {
		for i := range m.words {
			brandWord[m.at+i] = true
		}
	}
	var reasons, told []string
	for _, m := range found {
		if !compatibility(words, brandWord, m.at) && !slices.Contains(told, m.rule.name) {
			told = append(told, m.rule.name)
			reasons = append(reasons, m.rule.reason)
		}
	}
	return reasons
}

// fitting are the words after which a brand only says what a thing fits; between says what may stand in a list of brands.
var (
	fitting = []string{"for", "para", "fit", "compatible", "compativel", "serve"}
	between = []string{"with", "com", "o", "a", "and", "or", "e", "ou", "do", "da", "pro", "max", "plu", "mini", "ultra", "air", "serie", "series", "apple", "galaxy", "note"}
)

// compatibility reports whether the brand at a position is named after "for", "para" or "compatible with", with nothing but other
// brands, models and small words between.
func compatibility(words []string, brandWord []bool, at int) bool {
	for i := at - 1; i >= 0; i-- {
		switch {
		case slices.Contains(fitting, words[i]):
			return true
		case brandWord[i] || slices.Contains(between, words[i]) || strings.ContainsFunc(words[i], unicode.IsDigit):
		default:
			return false
		}
	}
	return false
}

func margins(c scouting.Candidate, p Price, rules Rules) []string {
	var reasons []string
	if rules.LeastPrice.Positive() && p.Selling.Less(rules.LeastPrice) {
		reasons = append(reasons, fmt.Sprintf("The selling price %s is under the least of %s that pays for an advertised sale.", p.Selling, rules.LeastPrice))
	}
	if !p.Margin.AtLeast(rules.MinMarginPct) {
		reasons = append(reasons, fmt.Sprintf("The margin of %s after shipping and payment fee is under %d %%.", p.Margin, rules.MinMarginPct))
	}
	if p.AtMarket.Over(rules.MaxMarginPct) {
		reasons = append(reasons, fmt.Sprintf("Too good to be true: at the market price of %s the margin would be %s (over %d %%); the supplier's price %s may be a placeholder or the goods counterfeit.",
			c.MarketPrice, p.AtMarket, rules.MaxMarginPct, c.SupplierPrice))
	}
	return reasons
}

func criteria(c scouting.Candidate, rules Rules) []string {
	var reasons []string
	if c.Demand < rules.MinDemand {
		reasons = append(reasons, fmt.Sprintf("Demand of %d is under the least of %d.", c.Demand, rules.MinDemand))
	}
	if c.Competition > rules.MaxCompetition {
		reasons = append(reasons, fmt.Sprintf("Competition of %d is over the most of %d.", c.Competition, rules.MaxCompetition))
	}
	if c.TrendPct < rules.MinTrendPct {
		reasons = append(reasons, fmt.Sprintf("Demand is falling: trend %d %%, least %d %%.", c.TrendPct, rules.MinTrendPct))
	}
	if c.ShipDays > rules.MaxShipDays {
		reasons = append(reasons, fmt.Sprintf("Delivery takes %d days, at most %d are promised.", c.ShipDays, rules.MaxShipDays))
	}
	return reasons
}

func contains(words, wanted []string) bool {
	if len(wanted) == 0 {
		return false
	}
	for at := range words {
		if startsWith(words[at:], wanted) {
			return true
		}
	}
	return false
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}
