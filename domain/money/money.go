// Package money holds exact amounts: int64 minor units and an ISO 4217 currency. No float ever touches one.
package money

import (
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"

	"github.com/bojanz/currency"
)

// Currency is an ISO 4217 code in capitals, such as "USD".
type Currency string

// USD is the currency of the default ad account.
const USD Currency = "USD"

// Valid reports whether c is a code that ISO 4217 knows.
func (c Currency) Valid() bool { return currency.IsValid(string(c)) }

// Exponent is how many decimals the currency has: 2 for USD, 0 for JPY. Unknown codes have 2.
func (c Currency) Exponent() int {
	digits, ok := currency.GetDigits(string(c))
	if !ok {
		return 2
	}
	return int(digits)
}

// Amount is a sum of money. The zero value is "no money of no currency" and adds to anything.
type Amount struct {
	minor    int64
	currency Currency
}

// Minor makes an amount from minor units (cents).
func Minor(minor int64, c Currency) Amount { return Amount{minor: minor, currency: c} }

// Zero is nothing in a currency.
func Zero(c Currency) Amount { return Amount{currency: c} }

// Minor returns the amount in minor units.
func (a Amount) Minor() int64 { return a.minor }

// Currency returns the currency, empty for the zero value.
func (a Amount) Currency() Currency { return a.currency }

// IsZero reports whether the amount is nothing, whatever its currency.
func (a Amount) IsZero() bool { return a.minor == 0 }

// Positive reports whether the amount is more than nothing.
func (a Amount) Positive() bool { return a.minor > 0 }

// Negative reports whether the amount is less than nothing.
func (a Amount) Negative() bool { return a.minor < 0 }

// Add returns a+b. Two different currencies, or a sum beyond int64, are a bug and panic.
func (a Amount) Add(b Amount) Amount {
	sum := a.minor + b.minor
	if (b.minor > 0 && sum < a.minor) || (b.minor < 0 && sum > a.minor) {
		panic(fmt.Sprintf("money: %s + %s overflows", a, b))
	}
	return Amount{minor: sum, currency: common(a, b)}
}

// Sub returns a-b, under the rules of Add.
func (a Amount) Sub(b Amount) Amount { return a.Add(b.Neg()) }

// Neg returns -a.
func (a Amount) Neg() Amount {
	if a.minor == math.MinInt64 {
		panic("money: negation overflows")
	}
	return Amount{minor: -a.minor, currency: a.currency}
}

// Cmp is -1, 0 or 1 as a is less than, equal to or more than b. Different currencies panic.
func (a Amount) Cmp(b Amount) int {
	common(a, b)
	switch {
	case a.minor < b.minor:
		return -1
	case a.minor > b.minor:
		return 1
	}
	return 0
}

// Less reports a < b.
func (a Amount) Less(b Amount) bool { return a.Cmp(b) < 0 }

// Min returns the smaller of the two.
func Min(a, b Amount) Amount {
	if b.Less(a) {
		return b
	}
	return a
}

// Max returns the larger of the two.
func Max(a, b Amount) Amount {
	if a.Less(b) {
		return b
	}
	return a
}

// Sum adds up amounts of one currency; an empty list is the zero value.
func Sum(amounts ...Amount) Amount {
	var total Amount
	for _, a := range amounts {
		total = total.Add(a)
	}
	return total
}

// Rounding says which way a fraction of a minor unit goes.
type Rounding int

const (
	// Down goes towards zero: for what we take or promise.
	Down Rounding = iota
	// Up goes away from zero: for what we may owe.
	Up
	// HalfUp goes to the nearest, halves away from zero: for figures that people read.
	HalfUp
)

// MulRatio returns a × num/den, exact until the one rounding. den must not be 0.
func (a Amount) MulRatio(num, den int64, r Rounding) Amount {
	if den == 0 {
		panic("money: ratio with a zero denominator")
	}
	if small(a.minor) && small(num) && small(den) && den > 0 {
		return Amount{minor: quo(a.minor*num, den, r), currency: a.currency}
	}
	n := new(big.Int).Mul(big.NewInt(a.minor), big.NewInt(num))
	return Amount{minor: roundQuo(n, big.NewInt(den), r), currency: a.currency}
}

// small reports whether the product of two such numbers fits.
func small(n int64) bool { return -1<<31 < n && n < 1<<31 }

// quo is roundQuo for numbers that fit; d is positive.
func quo(n, d int64, r Rounding) int64 {
	q, rem := n/d, n%d
	away := rem != 0 && (r == Up || r == HalfUp && 2*max(rem, -rem) >= d)
	switch {
	case away && rem > 0:
		q++
	case away:
		q--
	}
	return q
}

func roundQuo(n, d *big.Int, r Rounding) int64 {
	if d.Sign() < 0 {
		n, d = new(big.Int).Neg(n), new(big.Int).Neg(d)
	}
	q, rem := new(big.Int).QuoRem(n, d, new(big.Int))
	if rem.Sign() != 0 {
		away := r == Up
		if r == HalfUp {
			twice := new(big.Int).Abs(rem)
			away = twice.Lsh(twice, 1).Cmp(d) >= 0
		}
		if away {
			q.Add(q, big.NewInt(int64(rem.Sign())))
		}
	}
	if !q.IsInt64() {
		panic("money: result overflows int64")
	}
	return q.Int64()
}

// Parse reads a plain decimal such as "12.34" or "-0.5"; more decimals than the currency has are an error.
func Parse(s string, c Currency) (Amount, error) {
	if !c.Valid() {
		return Amount{}, fmt.Errorf("parse money %q: unknown currency %q", s, c)
	}
	if strings.ContainsAny(s, "eE/_ ") || s == "" || len(s) > 40 {
		return Amount{}, fmt.Errorf("parse money %q: want a plain decimal such as 12.34", s)
	}
	n, ok := new(big.Rat).SetString(s)
	if !ok {
		return Amount{}, fmt.Errorf("parse money %q: want a plain decimal such as 12.34", s)
	}
	n.Mul(n, new(big.Rat).SetInt64(pow10(c.Exponent())))
	if !n.IsInt() || !n.Num().IsInt64() {
		return Amount{}, fmt.Errorf("parse money %q: %s has %d decimals and must fit 64 bits", s, c, c.Exponent())
	}
	return Minor(n.Num().Int64(), c), nil
}

// ParseRounded reads a plain decimal like Parse but rounds extra decimals, as platforms report spend with more of them.
func ParseRounded(s string, c Currency, r Rounding) (Amount, error) {
	if strings.ContainsAny(s, "eE/_ ") || len(s) > 40 {
		// Before the parser sees it: an exponent such as 1e999999999 would keep it busy for minutes.
		return Amount{}, fmt.Errorf("parse money %.50q: want a plain decimal such as 12.34", s)
	}
	n, ok := new(big.Rat).SetString(s)
	if !ok {
		return Amount{}, fmt.Errorf("parse money %q: want a plain decimal such as 12.34", s)
	}
	n.Mul(n, new(big.Rat).SetInt64(pow10(c.Exponent())))
	// One to spare on either side, as rounding may go one further than the quotient.
	if q := new(big.Int).Quo(n.Num(), n.Denom()); q.IsInt64() && q.Int64() != math.MaxInt64 && q.Int64() != math.MinInt64 || n.IsInt() && n.Num().IsInt64() {
		return Minor(roundQuo(n.Num(), n.Denom(), r), c), nil
	}
	return Amount{}, fmt.Errorf("parse money %q: does not fit 64 bits", s)
}

// Decimal is the plain decimal form, "12.34", with the currency's decimals and no code.
func (a Amount) Decimal() string {
	var room [longest]byte
	return string(a.appendDecimal(room[:0]))
}

// longest is room for every int64 with sign and point, and a currency.
const longest = 32

func (a Amount) appendDecimal(out []byte) []byte {
	exp, size := a.currency.Exponent(), uint64(a.minor)
	if a.minor < 0 {
		out, size = append(out, '-'), -size
	}
	var room [longest]byte
	digits := strconv.AppendUint(room[:0], size, 10)
	for range exp + 1 - len(digits) {
		digits = append([]byte{'0'}, digits...)
	}
	if exp == 0 {
		return append(out, digits...)
	}
	cut := len(digits) - exp
	return append(append(append(out, digits[:cut]...), '.'), digits[cut:]...)
}

// String is for logs and test failures: "12.34 USD".
func (a Amount) String() string {
	if a.currency == "" {
		return strconv.FormatInt(a.minor, 10)
	}
	var room [longest]byte
	return string(append(append(a.appendDecimal(room[:0]), ' '), a.currency...))
}

type amountJSON struct {
	Amount   string `json:"amount"`
	Currency string `json:"currency"`
}

// MarshalJSON writes {"amount":"12.34","currency":"USD"}.
func (a Amount) MarshalJSON() ([]byte, error) {
	return json.Marshal(amountJSON{Amount: a.Decimal(), Currency: string(a.currency)})
}

// UnmarshalJSON reads what MarshalJSON writes.
func (a *Amount) UnmarshalJSON(data []byte) error {
	var v amountJSON
	if err := json.Unmarshal(data, &v); err != nil {
		return err
	}
	parsed, err := Parse(v.Amount, Currency(v.Currency))
	if err != nil {
		return err
	}
	*a = parsed
	return nil
}

func common(a, b Amount) Currency {
	switch {
	case a.currency == b.currency:
		return a.currency
	case a.currency == "" && a.minor == 0:
		return b.currency
	case b.currency == "" && b.minor == 0:
		return a.currency
	}
	panic(fmt.Sprintf("money: %s and %s do not mix", a, b))
}

func pow10(n int) int64 {
	p := int64(1)
	for range n {
		p *= 10
	}
	return p
}
