package adservers

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"

	"github.com/agente-ceo/agente-ceo/platforms/sandbox/market"
)

// Decimal writes minor units of a two-decimal currency as platforms report money: 4873 is "48.73".
func Decimal(minor int64) string { return Ratio(minor, 100, 2) }

// Trimmed writes minor units without trailing zeros: 19410 is "194.1", 2000 is "20".
func Trimmed(minor int64) string {
	return strings.TrimSuffix(strings.TrimRight(Decimal(minor), "0"), ".")
}

// Ratio writes num/den with the given number of decimals, rounded half away from zero; "0" with decimals when den is 0.
func Ratio(num, den int64, decimals int) string {
	if den == 0 {
		num, den = 0, 1
	}
	return big.NewRat(num, den).FloatString(decimals)
}

// Count writes a whole number.
func Count(n int64) string { return strconv.FormatInt(n, 10) }

// ParseMinor reads a decimal amount in currency units, such as 20 or 20.5, as minor units of a two-decimal currency. More than two
// decimals, signs and exponents are refused.
func ParseMinor(s string) (int64, error) {
	units, cents, _ := strings.Cut(s, ".")
	cents = strings.TrimRight(cents, "0")
	if units == "" || len(cents) > 2 || strings.Trim(units+cents, "0123456789") != "" {
		return 0, fmt.Errorf("%q is not an amount with at most two decimals", s)
	}
	n, err := strconv.ParseInt(units+(cents + "00")[:2], 10, 64)
	if err != nil {
		return 0, fmt.Errorf("read the amount %q: %w", s, err)
	}
	return n, nil
}

// Sum adds two reports.
func Sum(a, b market.Totals) market.Totals {
	return market.Totals{
		Impressions: a.Impressions + b.Impressions, Clicks: a.Clicks + b.Clicks, Purchases: a.Purchases + b.Purchases,
		SpendMinor: a.SpendMinor + b.SpendMinor, RevenueMinor: a.RevenueMinor + b.RevenueMinor,
	}
}

// Nothing reports whether a report has no figure at all: platforms leave such rows out.
func Nothing(t market.Totals) bool { return t == market.Totals{} }
