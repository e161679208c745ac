package tiktok

import (
	"context"
	"encoding/json"
	"net/url"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/domain/money"
)

type statusBody struct {
	AdvertiserID string   `json:"advertiser_id"`
	CampaignIDs  []string `json:"campaign_ids,omitempty"`
	AdGroupIDs   []string `json:"adgroup_ids,omitempty"`
	AdIDs        []string `json:"ad_ids,omitempty"`
	Status       string   `json:"operation_status"`
}

// SetDelivery enables or disables an object.
func (c *Client) SetDelivery(ctx context.Context, at ads.Level, id string, d ads.Delivery) error {
	if id == "" {
		return fault.Refuse("not_found", "TikTok has no %s without an id", at)
	}
	ids := levels[at].byID(id)
	body := statusBody{
		AdvertiserID: c.config.AdvertiserID, CampaignIDs: ids.CampaignIDs, AdGroupIDs: ids.AdGroupIDs, AdIDs: ids.AdIDs, Status: disable,
	}
	if d == ads.Active {
		body.Status = enable
	}
	return c.post(ctx, "set_delivery_"+string(at), levels[at].status, body, nil)
}

type adGroupUpdate struct {
	AdvertiserID string      `json:"advertiser_id"`
	AdGroupID    string      `json:"adgroup_id"`
	Budget       json.Number `json:"budget,omitempty"`
	BidType      string      `json:"bid_type,omitempty"`
	BidPrice     json.Number `json:"conversion_bid_price,omitempty"`
}

// SetBudget changes an ad group's daily budget. TikTok also refuses less than 105 % of what the day has already cost.
func (c *Client) SetBudget(ctx context.Context, adSetID string, daily money.Amount) error {
	budget, err := c.budget(daily)
	if err != nil {
		return err
	}
	return c.updateAdGroup(ctx, "set_budget", adGroupUpdate{AdGroupID: adSetID, Budget: budget})
}

// SetBid changes how an ad group bids.
func (c *Client) SetBid(ctx context.Context, adSetID string, s ads.BidStrategy, costCap money.Amount) error {
	kind, price, err := c.bid(s, costCap)
	if err != nil {
		return err
	}
	return c.updateAdGroup(ctx, "set_bid", adGroupUpdate{AdGroupID: adSetID, BidType: kind, BidPrice: price})
}

func (c *Client) updateAdGroup(ctx context.Context, operation string, body adGroupUpdate) error {
	if body.AdGroupID == "" {
		return fault.Refuse("not_found", "TikTok has no ad group without an id")
	}
	body.AdvertiserID = c.config.AdvertiserID
	return c.post(ctx, operation, "/adgroup/update/", body, nil)
}

// publishedMinimum is the least daily budget of an ad group; source: "Budget" in the API reference.
var publishedMinimum = money.Minor(2000, money.USD)

// MinimumBudget is the configured least daily budget of an ad group, 20 USD where nothing is configured.
func (c *Client) MinimumBudget(_ context.Context, currency money.Currency) (money.Amount, error) {
	if currency != c.config.Currency {
		return money.Amount{}, fault.Refuse("currency_mismatch", "the advertiser account counts in %s, not %s", c.config.Currency, currency)
	}
	return c.config.MinimumBudget, nil
}

// Check reads the account: that the token opens it, that it is alive and that it counts in the currency that we think.
func (c *Client) Check(ctx context.Context) error {
	var answer struct {
		List []struct {
			Status   string         `json:"status"`
			Currency money.Currency `json:"currency"`
		} `json:"list"`
	}
	query := url.Values{"advertiser_ids": {jsonText([]string{c.config.AdvertiserID})}}
	if err := c.get(ctx, "check", "/advertiser/info/", query, &answer); err != nil {
		return err
	}
	if len(answer.List) == 0 {
		return fault.Stop("account_unknown", "the token does not open the TikTok advertiser account %s", c.config.AdvertiserID)
	}
	account := answer.List[0]
	if account.Status == "STATUS_DISABLE" || account.Status == "STATUS_LIMIT" {
		return fault.Stop("account_disabled", "the TikTok advertiser account %s is %s", c.config.AdvertiserID, account.Status)
	}
	if account.Currency != "" && account.Currency != c.config.Currency {
		return fault.Stop("currency_mismatch", "the TikTok account counts in %s, the configuration says %s", account.Currency, c.config.Currency)
	}
	return nil
}
