package money

import (
	"fmt"
	"math/big"
)

// Rates converts to one base currency: for each code, how many of its units one unit of the base buys, as exact decimals.
type Rates struct {
	base    Currency
	perBase map[Currency]*big.Rat
}

// NewRates reads decimals such as {"BRL": "5.36"} = 5.36 BRL per unit of base.
func NewRates(base Currency, perBase map[string]string) (Rates, error) {
	r := Rates{base: base, perBase: map[Currency]*big.Rat{base: big.NewRat(1, 1)}}
	for code, text := range perBase {
		rate, ok := new(big.Rat).SetString(text)
		if !ok || rate.Sign() <= 0 {
			return Rates{}, fmt.Errorf("exchange rate of %s: want a positive decimal, have %q", code, text)
		}
		if !Currency(code).Valid() {
			return Rates{}, fmt.Errorf("exchange rate of %q: unknown currency", code)
		}
		r.perBase[Currency(code)] = rate
	}
	return r, nil
}

// Base is the currency that Convert returns.
func (r Rates) Base() Currency { return r.base }

// Convert returns the amount in the base currency, rounded half up; an unknown currency is an error.
func (r Rates) Convert(a Amount) (Amount, error) {
	rate, ok := r.perBase[a.currency]
	if !ok {
		return Amount{}, fmt.Errorf("convert %s to %s: no exchange rate configured for %s", a, r.base, a.currency)
	}
	value := new(big.Rat).SetFrac64(a.minor, pow10(a.currency.Exponent()))
	value.Quo(value, rate)
	value.Mul(value, new(big.Rat).SetInt64(pow10(r.base.Exponent())))
	return Minor(roundQuo(value.Num(), value.Denom(), HalfUp), r.base), nil
}
