package money_test

import (
	"encoding/json"
	"math/big"
	"strings"
	"testing"

	"github.com/agente-ceo/agente-ceo/domain/money"
)

// FuzzParse checks that whatever is read is exactly what was written, and that nothing makes reading it fail otherwise than by an error.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"12.34", "-0.5", "0", "", ".", "+1", "1.", ".5", "1e9", "0x10", "1/3", "12.345", "92233720368547758.07", "92233720368547758.08", "-92233720368547758.08",
		"-92233720368547758.09", "92233720368547758.075", "-92233720368547758.085", "1_000", "١٢", "NaN", "Inf", "00012.30", "99999999999999999999999999999999999999999",
	} {
		for _, currency := range []string{"USD", "JPY", "BHD", "QQQ"} {
			f.Add(seed, currency)
		}
	}
	f.Fuzz(func(t *testing.T, text, code string) {
		currency := money.Currency(code)
		exact, err := money.Parse(text, currency)
		if err == nil {
			sameValue(t, text, exact)
			again, err := money.Parse(exact.Decimal(), currency)
			if err != nil || again != exact {
				t.Fatalf("%q became %s, which reads as %v, %v", text, exact, again, err)
			}
			data, err := json.Marshal(exact)
			var back money.Amount
			if err != nil || json.Unmarshal(data, &back) != nil || back != exact {
				t.Fatalf("%s became %s and %s: %v", exact, data, back, err)
			}
		}
		for _, rounding := range []money.Rounding{money.Down, money.HalfUp, money.Up} {
			rounded, roundedErr := money.ParseRounded(text, currency, rounding)
			if err == nil && (roundedErr != nil || rounded != exact) {
				t.Fatalf("%q is %s exactly and %s, %v, rounded", text, exact, rounded, roundedErr)
			}
		}
	})
}

// sameValue compares an amount with the text that it was read from, by other arithmetic.
func sameValue(t *testing.T, text string, a money.Amount) {
	t.Helper()
	want, ok := new(big.Rat).SetString(strings.TrimPrefix(text, "+"))
	got := new(big.Rat).SetInt64(a.Minor())
	for range a.Currency().Exponent() {
		got.Quo(got, big.NewRat(10, 1))
	}
	if !ok || want.Cmp(got) != 0 {
		t.Fatalf("%q became %s", text, a)
	}
}
