package meta

import (
	"strconv"

	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/domain/money"
)

// wholeUnits are the currencies that Meta counts in whole units (its "currency offset" is 1), whatever ISO 4217 says of their decimals.
// Source: the Marketing API's "Currencies" page. All others are counted in hundredths.
var wholeUnits = map[money.Currency]bool{
	"CLP": true, "COP": true, "CRC": true, "HUF": true, "IDR": true, "ISK": true, "JPY": true, "KRW": true, "PYG": true, "TWD": true, "VND": true,
}

func offset(c money.Currency) int64 {
	if wholeUnits[c] {
		return 1
	}
	return 100
}

func isoUnits(c money.Currency) int64 {
	units := int64(1)
	for range c.Exponent() {
		units *= 10
	}
	return units
}

// units renders a budget or bid in Meta's units. Where ISO has more decimals than Meta the rest is cut off: never promise more.
func (c *Client) units(a money.Amount) (string, error) {
	if a.Currency() != c.config.Currency {
		return "", fault.Refuse("currency_mismatch", "the ad account counts in %s, the amount is %s", c.config.Currency, a)
	}
	if !a.Positive() {
		return "", fault.Refuse("amount_not_positive", "%s is not an amount to spend", a)
	}
	scaled := a.MulRatio(offset(a.Currency()), isoUnits(a.Currency()), money.Down)
	return strconv.FormatInt(scaled.Minor(), 10), nil
}

// maxUnits is more than any budget, and little enough to convert without overflow.
const maxUnits = 1e15

// amount reads Meta's units, at most maxUnits.
func (c *Client) amount(units int64) money.Amount {
	cur := c.config.Currency
	return money.Minor(units, cur).MulRatio(isoUnits(cur), offset(cur), money.Down)
}
