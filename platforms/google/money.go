package google

import (
	"encoding/json"
	"fmt"
	"math/big"
	"strconv"
	"strings"

	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/domain/money"
)

const million = 1_000_000

func minorUnits(c money.Currency) int64 {
	units := int64(1)
	for range c.Exponent() {
		units *= 10
	}
	return units
}

// micros renders an amount to spend in millionths of the currency's unit, exactly.
func (c *Client) micros(a money.Amount) (string, error) {
	if a.Currency() != c.config.Currency {
		return "", fault.Refuse("currency_mismatch", "the Google Ads customer counts in %s, the amount is %s", c.config.Currency, a)
	}
	if !a.Positive() {
		return "", fault.Refuse("amount_not_positive", "%s is not an amount to spend", a)
	}
	return strconv.FormatInt(a.MulRatio(million, minorUnits(a.Currency()), money.Down).Minor(), 10), nil
}

// budgetMicros refuses what is under the minimum.
func (c *Client) budgetMicros(daily money.Amount) (string, error) {
	micros, err := c.micros(daily)
	if err == nil && daily.Less(c.config.MinimumBudget) {
		err = fault.Refuse("budget_too_low", "a daily budget of %s is under the minimum of %s", daily, c.config.MinimumBudget)
	}
	return micros, err
}

// amount reads micros; absent is nothing.
func (c *Client) amount(micros string, r money.Rounding) (money.Amount, error) {
	if micros == "" {
		return money.Zero(c.config.Currency), nil
	}
	n, err := strconv.ParseInt(micros, 10, 64)
	if err != nil {
		return money.Amount{}, badAnswer("amount", micros)
	}
	return money.Minor(n, c.config.Currency).MulRatio(minorUnits(c.config.Currency), million, r), nil
}

// value reads a number of currency units, which Google gives as a floating-point number: its decimal digits are taken as they are written.
func (c *Client) value(n json.Number) (money.Amount, error) {
	exact, err := decimal(n)
	if err != nil {
		return money.Amount{}, err
	}
	a, err := money.ParseRounded(exact.FloatString(9), c.config.Currency, money.HalfUp)
	if err != nil {
		return a, badAnswer("value", n.String())
	}
	return a, nil
}

// whole reads a count; Google splits conversions into fractions, which are rounded.
func whole(n json.Number) (int64, error) {
	exact, err := decimal(n)
	if err != nil {
		return 0, err
	}
	count, err := strconv.ParseInt(exact.FloatString(0), 10, 64)
	if err != nil {
		return 0, badAnswer("count", n.String())
	}
	return count, nil
}

// longestNumber bounds what is parsed: no figure of an account is longer, and exponents could be made to cost hours.
const longestNumber = 32

func decimal(n json.Number) (*big.Rat, error) {
	text := n.String()
	if text == "" {
		return new(big.Rat), nil
	}
	mantissa, exponent, scientific := strings.Cut(strings.ToLower(text), "e")
	if scientific && (len(exponent) > 3 || mantissa == "") {
		return nil, badAnswer("number", text)
	}
	exact, ok := new(big.Rat).SetString(text)
	if !ok || len(text) > longestNumber {
		return nil, badAnswer("number", text)
	}
	return exact, nil
}

func badAnswer(what, text string) error {
	return fault.Retry("bad_answer", 0, fmt.Errorf("read google %s: %q", what, text))
}
