package kpi

import (
	"fmt"
	"math/big"
	"strings"

	"github.com/agente-ceo/agente-ceo/domain/money"
)

// Ratio is an exact fraction such as a ROAS of 3/2, or undefined: something divided by nothing. The zero value is undefined, and an
// undefined ratio meets no threshold. A Ratio is immutable.
type Ratio struct{ rat *big.Rat }

// NewRatio is num/den, undefined when den is 0.
func NewRatio(num, den int64) Ratio {
	if den == 0 {
		return Ratio{}
	}
	return Ratio{rat: big.NewRat(num, den)}
}

// ParseRatio reads a plain decimal of a configuration, such as "1.5" or "0.015", without rounding. Fractions, exponents, signs and
// spaces are errors.
func ParseRatio(s string) (Ratio, error) {
	if s == "" || strings.Trim(s, "0123456789.") != "" {
		return Ratio{}, fmt.Errorf("parse ratio %q: want a plain decimal such as 1.5", s)
	}
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		return Ratio{}, fmt.Errorf("parse ratio %q: want a plain decimal such as 1.5", s)
	}
	return Ratio{rat: r}, nil
}

// MustRatio is ParseRatio for constants; it panics where ParseRatio returns an error.
func MustRatio(s string) Ratio {
	r, err := ParseRatio(s)
	if err != nil {
		panic(err)
	}
	return r
}

// Defined reports whether there is a value at all.
func (r Ratio) Defined() bool { return r.rat != nil }

// AtLeast reports r ≥ o, exactly; false when either is undefined.
func (r Ratio) AtLeast(o Ratio) bool { return r.Defined() && o.Defined() && r.rat.Cmp(o.rat) >= 0 }

// AtMost reports r ≤ o, exactly; false when either is undefined.
func (r Ratio) AtMost(o Ratio) bool { return r.Defined() && o.Defined() && r.rat.Cmp(o.rat) <= 0 }

// Above reports r > o, exactly; false when either is undefined.
func (r Ratio) Above(o Ratio) bool { return r.Defined() && o.Defined() && r.rat.Cmp(o.rat) > 0 }

// Below reports r < o, exactly; false when either is undefined.
func (r Ratio) Below(o Ratio) bool { return r.Defined() && o.Defined() && r.rat.Cmp(o.rat) < 0 }

// Compare orders ratios for rankings: -1, 0 or 1, with an undefined ratio below every defined one.
func (r Ratio) Compare(o Ratio) int {
	switch {
	case !r.Defined() && !o.Defined():
		return 0
	case !r.Defined():
		return -1
	case !o.Defined():
		return 1
	}
	return r.rat.Cmp(o.rat)
}

// Mul is r × o, undefined when either is.
func (r Ratio) Mul(o Ratio) Ratio {
	if !r.Defined() || !o.Defined() {
		return Ratio{}
	}
	return Ratio{rat: new(big.Rat).Mul(r.rat, o.rat)}
}

// Add is r + o, undefined when either is.
func (r Ratio) Add(o Ratio) Ratio {
	if !r.Defined() || !o.Defined() {
		return Ratio{}
	}
	return Ratio{rat: new(big.Rat).Add(r.rat, o.rat)}
}

// Sub is r − o, undefined when either is.
func (r Ratio) Sub(o Ratio) Ratio {
	if !r.Defined() || !o.Defined() {
		return Ratio{}
	}
	return Ratio{rat: new(big.Rat).Sub(r.rat, o.rat)}
}

// Milli is the ratio in thousandths, rounded half away from zero, as messages carry it; 0 when undefined.
func (r Ratio) Milli() int64 { return r.scaled(1000) }

// FromMilli is the ratio that Milli wrote.
func FromMilli(milli int64) Ratio { return NewRatio(milli, 1000) }

// Amount reads the ratio as minor units per thing (a CPA, an AOV) and rounds it half away from zero for people; nothing when undefined.
func (r Ratio) Amount(c money.Currency) money.Amount { return money.Minor(r.scaled(1), c) }

// Of is the share r of an amount, with the one rounding that the caller chooses; nothing when undefined.
func (r Ratio) Of(a money.Amount, round money.Rounding) money.Amount {
	if !r.Defined() {
		return money.Zero(a.Currency())
	}
	return a.MulRatio(r.rat.Num().Int64(), r.rat.Denom().Int64(), round)
}

// Decimal is the ratio with that many decimals, rounded half away from zero: "1.53". Undefined is "n/a".
func (r Ratio) Decimal(places int) string {
	if !r.Defined() {
		return "n/a"
	}
	return r.rat.FloatString(places)
}

// Percent is the ratio as a percentage with that many decimals: "1.42 %". Undefined is "n/a".
func (r Ratio) Percent(places int) string {
	if !r.Defined() {
		return "n/a"
	}
	return new(big.Rat).Mul(r.rat, big.NewRat(100, 1)).FloatString(places) + " %"
}

// String is for logs and test failures.
func (r Ratio) String() string { return r.Decimal(4) }

func (r Ratio) scaled(by int64) int64 {
	if !r.Defined() {
		return 0
	}
	n := new(big.Rat).Mul(r.rat, big.NewRat(by, 1))
	half := big.NewRat(int64(n.Sign()), 2)
	n.Add(n, half)
	return new(big.Int).Quo(n.Num(), n.Denom()).Int64()
}
