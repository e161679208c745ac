package meta

import (
	"context"
	"fmt"
	"net/url"
	"strconv"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/domain/money"
)

// Ceiling reads the account's spend_cap and amount_spent, both texts in Meta's units; a spend_cap of 0 is none.
func (c *Client) Ceiling(ctx context.Context) (ads.Ceiling, error) {
	var account struct {
		Currency money.Currency `json:"currency"`
		Cap      string         `json:"spend_cap"`
		Spent    string         `json:"amount_spent"`
	}
	query := url.Values{"fields": {"currency,spend_cap,amount_spent"}}
	if err := c.get(ctx, "ceiling", "act_"+c.config.AccountID, query, &account); err != nil {
		return ads.Ceiling{}, err
	}
	if err := c.sameCurrency(account.Currency); err != nil {
		return ads.Ceiling{}, err
	}
	limit, err := c.counted("spend_cap", account.Cap)
	if err != nil {
		return ads.Ceiling{}, err
	}
	spent, err := c.counted("amount_spent", account.Spent)
	return ads.Ceiling{Limit: limit, Spent: spent}, err
}

// counted reads an amount that Meta writes as a whole number of its units.
func (c *Client) counted(field, text string) (money.Amount, error) {
	units, err := strconv.ParseInt(text, 10, 64)
	if err != nil || units < 0 || units > maxUnits {
		return money.Amount{}, fault.Retry("malformed", 0, fmt.Errorf("meta: %s is %q, not a count of minor units", field, text))
	}
	return c.amount(units), nil
}

// SetCeiling changes the account's spend_cap. Other than budgets it is written in whole units of the currency with decimals, "23.50";
// who asked compares what is read back, so that a misunderstanding of the unit is found before anything is granted on it.
func (c *Client) SetCeiling(ctx context.Context, limit money.Amount) error {
	if _, err := c.units(limit); err != nil {
		return err
	}
	return c.post(ctx, "set ceiling", "act_"+c.config.AccountID, url.Values{"spend_cap": {limit.Decimal()}}, &struct{}{})
}
