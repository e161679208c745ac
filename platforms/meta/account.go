package meta

import (
	"context"
	"net/url"

	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/domain/money"
)

// MinimumBudget reads the least daily budget of an ad set that is billed by impressions.
func (c *Client) MinimumBudget(ctx context.Context, currency money.Currency) (money.Amount, error) {
	var least money.Amount
	type row struct {
		Currency money.Currency `json:"currency"`
		Least    int64          `json:"min_daily_budget_imp"`
	}
	if currency != c.config.Currency {
		return least, fault.Refuse("currency_mismatch", "the ad account counts in %s, not %s", c.config.Currency, currency)
	}
	err := eachRow(ctx, c, "minimum_budget", c.edge("minimum_budgets"), url.Values{}, func(r row) bool {
		if r.Currency == currency && r.Least <= maxUnits {
			least = c.amount(r.Least)
		}
		return r.Currency != currency
	})
	if err == nil && !least.Positive() {
		err = fault.Refuse("minimum_unknown", "Meta names no minimum budget in %s", currency)
	}
	return least, err
}

// The account states that end all work; source: AdAccount.account_status.
const (
	accountDisabled = 2
	accountClosing  = 100
	accountClosed   = 101
)

// Check reads the account: that the token opens it, that it is alive and that it counts in the currency that we think.
func (c *Client) Check(ctx context.Context) error {
	var account struct {
		Status   int            `json:"account_status"`
		Currency money.Currency `json:"currency"`
	}
	if err := c.get(ctx, "check", "act_"+c.config.AccountID, url.Values{"fields": {"id,account_status,currency"}}, &account); err != nil {
		return err
	}
	switch account.Status {
	case accountDisabled, accountClosing, accountClosed:
		return fault.Stop("account_disabled", "the Meta ad account %s is disabled (status %d)", c.config.AccountID, account.Status)
	}
	return c.sameCurrency(account.Currency)
}

// sameCurrency stops everything when the platform counts in another currency than we do; a platform that does not say is believed.
func (c *Client) sameCurrency(theirs money.Currency) error {
	if theirs == "" || theirs == c.config.Currency {
		return nil
	}
	return fault.Stop("currency_mismatch", "the Meta ad account counts in %s, the configuration says %s", theirs, c.config.Currency)
}
