package listing_test

import (
	"testing"

	"github.com/agente-ceo/agente-ceo/domain/listing"
)

func TestParsePrice(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, column, want string }{
		{"R$29,97", "", "29.97 BRL"},
		{"R$1.234,56", "", "1234.56 BRL"},
		{"R$ 87,7", "", "87.70 BRL"},
		{"R$1.234", "", "1234.00 BRL"},
		{"10000", "IDR", "10000.00 IDR"},
		{"Rp16.499.000", "", "16499000.00 IDR"},
		{"$1,234.50", "", "1234.50 USD"},
		{"$1,234", "", "1234.00 USD"},
		{"12.5", "MYR", "12.50 MYR"},
		{"$12.00", "SGD", "12.00 SGD"},
		{"12,50 EUR", "", "12.50 EUR"},
		{"2.794000000000000e+01", "MYR", "27.94 MYR"},
		{"6.906999999999999e+01", "MYR", "69.07 MYR"},
		{"2.7941e+01", "MYR", "error"},
		{"¥1200", "", "error"},
		{"12.50", "", "error"},
		{"1.234", "USD", "error"},
		{"1,234", "BRL", "error"},
		{"R$10", "USD", "error"},
		{"2.00-3.00", "USD", "error"},
		{"12,34,56", "USD", "error"},
		{"12.345,6.7", "BRL", "error"},
		{"", "USD", "error"},
		{"free", "USD", "error"},
		{"-5", "USD", "error"},
		{"12.345", "USD", "error"},
		{"9", "ZZZ", "error"},
	} {
		got := "error"
		if a, err := listing.ParsePrice(c.text, c.column); err == nil {
			got = a.String()
		}
		if got != c.want {
			t.Errorf("%q in %q is %s, want %s", c.text, c.column, got, c.want)
		}
	}
}

func FuzzParsePrice(f *testing.F) {
	f.Add("R$1.234,56", "")
	f.Add("12.5", "MYR")
	f.Fuzz(func(t *testing.T, text, column string) {
		a, err := listing.ParsePrice(text, column)
		if err == nil && (a.Negative() || a.Currency() == "") {
			t.Errorf("%q is %s", text, a)
		}
	})
}
