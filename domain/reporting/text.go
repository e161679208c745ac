package reporting

import (
	"fmt"
	"math/big"
	"strings"

	"github.com/agente-ceo/agente-ceo/domain/kpi"
	"github.com/agente-ceo/agente-ceo/domain/money"
)

// Target is what the business aims at.
type Target struct {
	ROAS         *big.Rat // revenue per unit of spend
	AlertPercent int64    // share of a cap that is worth an alert, in per cent
}

// ROASText is revenue/spend with two decimals, "–" without spend.
func ROASText(revenue, spend money.Amount) string {
	if !spend.Positive() {
		return "–"
	}
	return new(big.Rat).SetFrac64(revenue.Minor(), spend.Minor()).FloatString(2)
}

// compareROAS compares revenue/spend exactly; both have spend.
func compareROAS(a, b kpi.Metrics) int {
	left := new(big.Int).Mul(big.NewInt(a.Revenue.Minor()), big.NewInt(b.Spend.Minor()))
	right := new(big.Int).Mul(big.NewInt(b.Revenue.Minor()), big.NewInt(a.Spend.Minor()))
	return left.Cmp(right)
}

func advise(r Report, t Target) []string {
	var out []string
	if r.Spend.Positive() && below(r.Revenue, r.Spend, t.ROAS) {
		out = append(out, fmt.Sprintf("ROAS %s is under the target of %s: look at the bottom products first.", r.ROAS, t.ROAS.FloatString(2)))
	}
	for _, p := range r.Bottom {
		if p.Contribution().Negative() {
			out = append(out, fmt.Sprintf("%s lost %s: a candidate to drop.", p.Title, p.Contribution().Neg()))
		}
	}
	if r.Allotted.Positive() && r.Charged.MulRatio(100, 1, money.Down).Less(r.Allotted.MulRatio(60, 1, money.Down)) {
		out = append(out, fmt.Sprintf("Only %s of %s allotted was used: budgets or audiences are too narrow.", r.Charged, r.Allotted))
	}
	if len(r.Scaling) == 0 && r.Active > 0 {
		out = append(out, "No campaign is scaling: more products in test raise the odds of a winner.")
	}
	return out
}

func below(revenue, spend money.Amount, roas *big.Rat) bool {
	if roas == nil || !spend.Positive() {
		return false
	}
	return new(big.Rat).SetFrac64(revenue.Minor(), spend.Minor()).Cmp(roas) < 0
}

// Markdown is the report for people.
func (r Report) Markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s report, %s\n\n", strings.ToUpper(string(r.Kind[:1]))+string(r.Kind[1:]), r.Date)
	fmt.Fprintf(&b, "Spent %s, sold %s in %d orders (ROAS %s); after suppliers and refunds %s remain.\n\n", r.Spend, r.Revenue, r.Orders, r.ROAS, r.Contribution)
	fmt.Fprintf(&b, "| impressions | clicks | conversions | new products | active campaigns | budget used / allotted |\n|---|---|---|---|---|---|\n")
	fmt.Fprintf(&b, "| %d | %d | %d | %d | %d | %s / %s |\n", r.Impressions, r.Clicks, r.Conversions, r.NewProducts, r.Active, r.Charged, r.Allotted)
	products(&b, "Top products by revenue", r.Top)
	products(&b, "Bottom products by contribution", r.Bottom)
	if len(r.Best) > 0 {
		fmt.Fprintf(&b, "\n## Top campaigns\n\n| campaign | platform | status | spend | revenue | ROAS |\n|---|---|---|---|---|---|\n")
		for _, c := range r.Best {
			fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s |\n", cell(c.Name), c.Platform, c.Status, c.Metrics.Spend, c.Metrics.Revenue, ROASText(c.Metrics.Revenue, c.Metrics.Spend))
		}
	}
	counts(&b, "Campaigns by status", r.ByStatus)
	counts(&b, "Decisions", r.Decisions)
	for i, line := range r.Advice {
		if i == 0 {
			b.WriteString("\n## Advice\n\n")
		}
		fmt.Fprintf(&b, "- %s\n", line)
	}
	if r.AuditLine > 0 {
		fmt.Fprintf(&b, "\nThe audit log ended at line %d, %s.\n", r.AuditLine, r.AuditHash)
	}
	return b.String()
}

func products(b *strings.Builder, title string, list []ProductFigures) {
	if len(list) == 0 {
		return
	}
	fmt.Fprintf(b, "\n## %s\n\n| product | orders | revenue | ads | margin left |\n|---|---|---|---|---|\n", title)
	for _, p := range list {
		fmt.Fprintf(b, "| %s | %d | %s | %s | %s |\n", cell(p.Title), p.Orders, p.Revenue, p.Spend, p.Contribution())
	}
}

func counts(b *strings.Builder, title string, list []Count) {
	if len(list) == 0 {
		return
	}
	fmt.Fprintf(b, "\n## %s\n\n", title)
	for _, c := range list {
		fmt.Fprintf(b, "- %s: %d\n", c.Name, c.N)
	}
}

// cell keeps text from outside inside its table cell.
func cell(s string) string {
	return strings.NewReplacer("|", "/", "\n", " ", "\r", " ", "<", "‹", ">", "›", "[", "(", "]", ")", "`", "'").Replace(s)
}
