package listing

import (
	"errors"
	"fmt"
	"math/big"
	"regexp"
	"strings"

	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/domain/table"
)

// commaDecimals are currencies of places that write 1.234,56.
var commaDecimals = map[money.Currency]bool{"BRL": true, "EUR": true, "IDR": true, "VND": true, "ARS": true, "CLP": true, "COP": true}

func styleOf(c money.Currency) table.Style {
	if commaDecimals[c] {
		return table.Comma
	}
	return table.Point
}

// price reads a row's price: its currency from the text, the column beside it, or the options; its decimals as the column writes them,
// else as the currency's country does.
func (r *reader) price(i int) (money.Amount, error) {
	if err := r.prices.Errors[i]; err != nil {
		return money.Amount{}, advised{errors.New("it is not a price"), "write it like R$ 1.234,56, $12.50 or 12.50 with a currency column"}
	}
	cell := r.prices.Cells[i]
	if cell.Blank {
		return money.Amount{}, advised{errors.New("there is no price"), "give it one, or delete the row"}
	}
	currency, bare, err := currencyOf(cell.Currency, r.cell(i, "currency"), r.opts.Currency)
	if err != nil {
		return money.Amount{}, err
	}
	style := r.prices.Style
	if style == table.Unknown {
		style = styleOf(currency)
	}
	a, err := amount(cell, style, currency)
	if err == nil && bare {
		r.bare++
	}
	return a, err
}

// ParsePrice reads a price as shops print it, with its currency in the text, in the column beside it, or in both alike. One that can be
// read two ways is read as the currency's country writes, or else an error.
func ParsePrice(text, column string) (money.Amount, error) {
	cell, err := table.ParseCell(text)
	if err != nil {
		return money.Amount{}, err
	}
	currency, _, err := currencyOf(cell.Currency, column, "")
	if err != nil {
		return money.Amount{}, fmt.Errorf("price %q: %w", text, err)
	}
	return amount(cell, styleOf(currency), currency)
}

// currencyOf joins what a price and the column beside it say. A bare dollar sign is many countries' own; alone it is the US dollar.
func currencyOf(signed, column string, otherwise money.Currency) (c money.Currency, bare bool, err error) {
	named := money.Currency(strings.ToUpper(strings.TrimSpace(column)))
	switch {
	case named != "" && !named.Valid():
		return "", false, advised{fmt.Errorf("its currency %q is not one of ISO 4217", column), "write a code such as BRL"}
	case named != "" && signed != "" && signed != "$" && string(named) != signed:
		return "", false, advised{fmt.Errorf("the price says %s, the currency column says %s", signed, named), "correct one of them"}
	case named != "":
		return named, false, nil
	case signed == "$":
		return money.USD, false, nil
	case signed != "":
		return money.Currency(signed), false, nil
	case otherwise != "":
		return otherwise, true, nil
	}
	return "", false, advised{errors.New("no currency is named in the price nor in a currency column"), "add a column currency, or say --currency CODE"}
}

// amount reads a cell as money, exactly.
func amount(cell table.Cell, style table.Style, currency money.Currency) (money.Amount, error) {
	if own := cell.Style(false); own != table.Unknown {
		style = own
	}
	v, err := cell.Value(style)
	switch {
	case err != nil:
		return money.Amount{}, err
	case v == nil || cell.Percent:
		return money.Amount{}, fmt.Errorf("%q is not a price", cell.Text())
	case v.Sign() <= 0:
		return money.Amount{}, advised{errors.New("a price is above 0"), "correct it, or delete the row"}
	}
	decimals := currency.Exponent()
	text := v.FloatString(decimals)
	near, _ := new(big.Rat).SetString(text)
	if off := new(big.Rat).Sub(near, v); off.Sign() != 0 && !noise(cell.Text(), off, v) {
		return money.Amount{}, advised{fmt.Errorf("%s has %d decimals", currency, decimals), "round it, or write thousands as the currency's country does"}
	}
	return money.Parse(text, currency)
}

var binaryFraction = regexp.MustCompile(`\d[eE][+-]?\d`)

// noise reports whether a difference is what a binary fraction leaves: data frames export 69.07 as 6.906999999999999e+01.
func noise(text string, off, of *big.Rat) bool {
	return binaryFraction.MatchString(text) && new(big.Rat).Abs(off).Cmp(new(big.Rat).Mul(of, big.NewRat(1, 1e13))) <= 0
}

// parseShipping reads "Frete grátis", "+ envio: R$ 13,71" or a plain price; an empty cell is not told.
func parseShipping(s string, c money.Currency) (money.Amount, error) {
	low := strings.ToLower(s)
	switch {
	case table.IsBlank(s):
		return money.Amount{}, nil
	case strings.Contains(low, "grátis") || strings.Contains(low, "gratis") || strings.Contains(low, "free"):
		return money.Zero(c), nil
	}
	if _, after, ok := strings.Cut(s, ":"); ok {
		s = after
	}
	if cell, err := table.ParseCell(s); err == nil {
		if v, err := cell.Value(styleOf(c)); err == nil && v != nil && v.Sign() == 0 {
			return money.Zero(c), nil
		}
	}
	a, err := ParsePrice(s, string(c))
	if err != nil {
		return money.Amount{}, advised{errors.New("it is no shipping price"), "write an amount, such as R$ 13,71, or leave it blank"}
	}
	return a, nil
}
