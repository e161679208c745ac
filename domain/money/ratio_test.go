package money_test

import (
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"github.com/agente-ceo/agente-ceo/domain/money"
)

// Small and large factors take different ways to the same exact result.
func TestAmount_MulRatioIsExact(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		limit := rapid.SampledFrom([]int64{10, 1 << 31, 1 << 40}).Draw(t, "limit")
		minor, num := rapid.Int64Range(-limit, limit).Draw(t, "minor"), rapid.Int64Range(-1000, 1000).Draw(t, "num")
		den := rapid.Int64Range(1, limit).Draw(t, "den")
		exact := new(big.Rat).Mul(new(big.Rat).SetInt64(minor), big.NewRat(num, den))
		off := func(r money.Rounding) *big.Rat { // rounded less exact, away from zero being positive
			got := new(big.Rat).SetInt64(money.Minor(minor, money.USD).MulRatio(num, den, r).Minor())
			diff := got.Sub(got, exact)
			if exact.Sign() < 0 {
				diff.Neg(diff)
			}
			return diff
		}
		one, half := big.NewRat(1, 1), big.NewRat(1, 2)
		if d := off(money.Down); d.Sign() > 0 || new(big.Rat).Add(d, one).Sign() <= 0 {
			t.Errorf("down is off by %s", d)
		}
		if d := off(money.Up); d.Sign() < 0 || d.Cmp(one) >= 0 {
			t.Errorf("up is off by %s", d)
		}
		if d := off(money.HalfUp); d.Cmp(half) > 0 || new(big.Rat).Add(d, half).Sign() <= 0 {
			t.Errorf("half up is off by %s", d)
		}
	})
}
