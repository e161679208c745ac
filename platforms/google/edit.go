package google

import (
	"context"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/domain/money"
)

// SetDelivery enables or pauses an object.
func (c *Client) SetDelivery(ctx context.Context, level ads.Level, id string, d ads.Delivery) error {
	status := paused
	if d == ads.Active {
		status = enabled
	}
	_, _, whole := splitAdID(id)
	var change operation
	switch {
	case level == ads.LevelCampaign && isID(id):
		change.Campaign = update(campaign{Resource: c.resource("campaigns", id), Status: status}, "status")
	case level == ads.LevelAdSet && isID(id):
		change.AdGroup = update(adGroup{Resource: c.resource("adGroups", id), Status: status}, "status")
	case level == ads.LevelAd && whole:
		change.AdGroupAd = update(adGroupAd{Resource: c.resource("adGroupAds", id), Status: status}, "status")
	default:
		return fault.Refuse("not_found", "Google has no %s %q", level, id)
	}
	_, err := c.mutate(ctx, "set_delivery_"+string(level), change)
	return err
}

// SetBudget changes the budget of the ad set's campaign.
func (c *Client) SetBudget(ctx context.Context, adSetID string, daily money.Amount) error {
	micros, err := c.budgetMicros(daily)
	if err != nil {
		return err
	}
	home, err := c.homeOf(ctx, adSetID)
	if err != nil {
		return err
	}
	_, err = c.mutate(ctx, "set_budget", operation{Budget: update(budget{Resource: home.Budget, Micros: micros}, "amountMicros")})
	return err
}

// SetBid changes how the ad set's campaign bids: for as many purchases as the budget buys, or for purchases at a cost.
func (c *Client) SetBid(ctx context.Context, adSetID string, s ads.BidStrategy, costCap money.Amount) error {
	if _, err := c.bidOperation("", s, costCap); err != nil {
		return err
	}
	home, err := c.homeOf(ctx, adSetID)
	if err != nil {
		return err
	}
	change, err := c.bidOperation(home.Resource, s, costCap)
	if err != nil {
		return err
	}
	_, err = c.mutate(ctx, "set_bid", change)
	return err
}

// bidOperation sets the cost to aim at; 0 is no aim.
func (c *Client) bidOperation(campaignResource string, s ads.BidStrategy, costCap money.Amount) (operation, error) {
	micros := "0"
	if s == ads.CostCap {
		var err error
		if micros, err = c.micros(costCap); err != nil {
			return operation{}, err
		}
	}
	change := campaign{Resource: campaignResource, Bidding: &maximizeConversions{TargetMicros: micros}}
	return operation{Campaign: update(change, "maximizeConversions.targetCpaMicros")}, nil
}

// MinimumBudget is the configured least daily budget.
func (c *Client) MinimumBudget(_ context.Context, currency money.Currency) (money.Amount, error) {
	if currency != c.config.Currency {
		return money.Amount{}, fault.Refuse("currency_mismatch", "the Google Ads customer counts in %s, not %s", c.config.Currency, currency)
	}
	return c.config.MinimumBudget, nil
}

// Check reads the account: that the token opens it, that it is alive and that it counts in the currency that we think.
func (c *Client) Check(ctx context.Context) error {
	rows, err := c.search(ctx, "check", "SELECT customer.id, customer.currency_code, customer.status FROM customer LIMIT 1")
	if err != nil {
		return err
	}
	if len(rows) == 0 {
		return fault.Stop("account_unknown", "the token does not open the Google Ads customer %s", c.config.CustomerID)
	}
	account := rows[0].Customer
	switch account.Status {
	case "CANCELED", "SUSPENDED", "CLOSED":
		return fault.Stop("account_disabled", "the Google Ads customer %s is %s", c.config.CustomerID, account.Status)
	}
	if account.Currency != "" && account.Currency != string(c.config.Currency) {
		return fault.Stop("currency_mismatch", "the Google Ads customer counts in %s, the configuration says %s", account.Currency, c.config.Currency)
	}
	return nil
}
