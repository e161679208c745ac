package main

import (
	"cmp"
	"fmt"
	"io"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/agente-ceo/agente-ceo/domain/kpi"
	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/domain/review"
	"github.com/agente-ceo/agente-ceo/domain/scouting"
	"github.com/agente-ceo/agente-ceo/domain/strategy"
)

// verdictOrder is the order in which a person wants to see them, with what the policy would do.
var verdictOrder = []struct {
	verdict strategy.Verdict
	would   string
}{
	{strategy.Winner, "raise the budget and scale"},
	{strategy.Potential, "test on, or remedy"},
	{strategy.Loser, "pause for good"},
	{strategy.Insufficient, "change nothing"},
}

const (
	keyWidth      = 48 // runes of a key in the table
	shownWarnings = 40
)

// writeReviewText prints items by verdict and spend, then sums, then warnings.
func writeReviewText(w io.Writer, r review.Review) error {
	items := slices.Clone(r.Items)
	rank := map[strategy.Verdict]int{}
	for i, v := range verdictOrder {
		rank[v.verdict] = i
	}
	slices.SortStableFunc(items, func(a, b review.Item) int {
		return cmp.Or(cmp.Compare(rank[a.Verdict], rank[b.Verdict]), -compareRat(a.Spend, b.Spend))
	})
	out := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintln(out, "VERDICT\tWHAT\tIMPRESSIONS\tCLICKS\tCONV.\tSPEND\tREVENUE\tROAS\tCTR\tCVR\tCPA\tWHY")
	for _, i := range items {
		decimals := money.Currency(i.Currency).Exponent()
		fmt.Fprintf(out, "%s\t%s\t%d\t%d\t%d\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", i.Verdict, scouting.Clean(i.Key, keyWidth), i.Impressions, i.Clicks, i.Conversions,
			amountText(i.Spend, i.Currency), amountText(i.Revenue, i.Currency), figureText(i.ROAS, i.ROAS.Decimal(2)), figureText(i.CTR, i.CTR.Percent(2)),
			figureText(i.CVR, i.CVR.Percent(2)), figureText(i.CPA, i.CPA.Decimal(decimals)), i.Reason)
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write the review: %w", err)
	}
	_, err := io.WriteString(w, summaryText(r))
	return err
}

func summaryText(r review.Review) string {
	var b strings.Builder
	b.WriteString("\n")
	counts := r.Counts()
	for _, v := range verdictOrder {
		fmt.Fprintf(&b, "%-13s %6d   %s\n", v.verdict, counts[v.verdict], v.would)
	}
	b.WriteString("\n")
	for _, t := range r.Totals {
		roas := "n/a"
		if t.Spend.Sign() > 0 {
			roas = new(big.Rat).Quo(t.Revenue, t.Spend).FloatString(2)
		}
		fmt.Fprintf(&b, "%d rows: %s impressions, %s clicks, %s conversions, %s spent, %s revenue, ROAS %s\n", t.Rows, t.Impressions.FloatString(0), t.Clicks.FloatString(0),
			countOf(t.Conversions), amountText(t.Spend, t.Currency), amountText(t.Revenue, t.Currency), roas)
	}
	if r.From != "" {
		fmt.Fprintf(&b, "from %s to %s\n", r.From, r.To)
	}
	if len(r.Warnings) > 0 {
		b.WriteString("\nwarnings:\n")
	}
	for n, warning := range r.Warnings {
		if n == shownWarnings {
			b.WriteString("  and " + strconv.Itoa(len(r.Warnings)-n) + " more; --json has them all\n")
			break
		}
		b.WriteString("  " + scouting.Clean(warning.String(), 600) + "\n")
	}
	return b.String()
}

func amountText(n *big.Rat, currency string) string {
	if n == nil {
		return "?"
	}
	return n.FloatString(money.Currency(currency).Exponent()) + " " + currency
}

func figureText(r kpi.Ratio, text string) string {
	if !r.Defined() {
		return "-"
	}
	return text
}

// compareRat orders amounts, unknown ones first.
func compareRat(a, b *big.Rat) int {
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil:
		return -1
	case b == nil:
		return 1
	}
	return a.Cmp(b)
}
