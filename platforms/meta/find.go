package meta

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/domain/money"
)

// levels are Graph's names: the account's collection, the field that holds the parent, and what to read of an object.
var levels = map[ads.Level]struct{ edge, parent, fields string }{
	ads.LevelCampaign: {"campaigns", "", "id,name,status,effective_status,issues_info"},
	ads.LevelAdSet:    {"adsets", "campaign_id", "id,name,status,effective_status,campaign_id,daily_budget,bid_strategy,bid_amount,issues_info"},
	ads.LevelAd:       {"ads", "adset_id", "id,name,status,effective_status,campaign_id,adset_id,ad_review_feedback,issues_info"},
}

type object struct {
	ID          string         `json:"id"`
	Name        string         `json:"name"`
	Status      string         `json:"status"`
	Effective   string         `json:"effective_status"`
	CampaignID  string         `json:"campaign_id"`
	AdSetID     string         `json:"adset_id"`
	DailyBudget string         `json:"daily_budget"`
	BidStrategy string         `json:"bid_strategy"`
	BidAmount   int64          `json:"bid_amount"` // in the currency's smallest unit, as budgets are
	Review      reviewFeedback `json:"ad_review_feedback"`
	Issues      []issue        `json:"issues_info"`
}

type reviewFeedback struct {
	Global map[string]string `json:"global"`
}

type issue struct {
	Summary string `json:"error_summary"`
	Message string `json:"error_message"`
}

func (o object) parent(level ads.Level) string {
	if level == ads.LevelAd {
		return o.AdSetID
	}
	return o.CampaignID
}

func (c *Client) entity(o object) (ads.Entity, error) {
	if o.ID == "" {
		return ads.Entity{}, fault.Retry("bad_answer", 0, errors.New("an object without an id"))
	}
	e := ads.Entity{ID: o.ID, Name: o.Name, Delivery: ads.Paused, Effective: o.Effective, Reasons: reasons(o)}
	if o.Status == "ACTIVE" {
		e.Delivery = ads.Active
	}
	if o.DailyBudget != "" {
		units, err := strconv.ParseInt(o.DailyBudget, 10, 64)
		if err != nil || units < 0 || units > maxUnits {
			return ads.Entity{}, fault.Retry("bad_answer", 0, fmt.Errorf("daily budget of %s: %q is not an amount", o.ID, o.DailyBudget))
		}
		e.Budget = c.amount(units)
	}
	e.Refused = o.Effective == "DISAPPROVED"
	e.Bid, e.CostCap = c.bidOf(o)
	return e, nil
}

// bidOf is how an ad set bids, in our words where we have one.
func (c *Client) bidOf(o object) (ads.BidStrategy, money.Amount) {
	switch o.BidStrategy {
	case "LOWEST_COST_WITHOUT_CAP":
		return ads.LowestCost, money.Amount{}
	case "COST_CAP":
		return ads.CostCap, c.amount(min(max(o.BidAmount, 0), maxUnits))
	}
	return ads.BidStrategy(o.BidStrategy), money.Amount{}
}

// reasons says why an object does not deliver: the review's verdict, sorted by policy, then the account's issues.
func reasons(o object) []string {
	var policies, all []string
	for policy := range o.Review.Global {
		policies = append(policies, policy)
	}
	slices.Sort(policies)
	for _, policy := range policies {
		all = append(all, strings.TrimSuffix(policy+": "+o.Review.Global[policy], ": "))
	}
	for _, i := range o.Issues {
		all = append(all, strings.Trim(i.Summary+": "+i.Message, ": "))
	}
	return all
}

// Get reads an object. A deleted one still reads: its Effective is "DELETED" or "ARCHIVED".
func (c *Client) Get(ctx context.Context, level ads.Level, id string) (ads.Entity, error) {
	path, err := node(id)
	if err != nil {
		return ads.Entity{}, err
	}
	var o object
	if err := c.get(ctx, "get_"+string(level), path, url.Values{"fields": {levels[level].fields}}, &o); err != nil {
		return ads.Entity{}, err
	}
	return c.entity(o)
}

// Find asks the account for names that contain the name and compares exactly; Graph's filter is no part of its published reference, so
// where it is refused the whole collection is read.
func (c *Client) Find(ctx context.Context, level ads.Level, parentID, name string) (ads.Entity, error) {
	l := levels[level]
	operation := "find_" + string(level)
	var found *object
	pick := func(o object) bool {
		if o.Name != name || (parentID != "" && l.parent != "" && o.parent(level) != parentID) {
			return true
		}
		found = &o
		return false
	}
	if err := eachByName(ctx, c, operation, c.edge(l.edge), l.fields, name, pick); err != nil {
		return ads.Entity{}, err
	}
	if found == nil {
		return ads.Entity{}, fault.Refuse("not_found", "Meta has no %s named %q", level, name)
	}
	return c.entity(*found)
}

type condition struct {
	Field    string `json:"field"`
	Operator string `json:"operator"`
	Value    string `json:"value"`
}

// eachByName walks the objects of a collection whose names contain name, or all of them where the filter is refused, until pick says
// false.
func eachByName[T any](ctx context.Context, c *Client, operation, path, fields, name string, pick func(T) bool) error {
	query := url.Values{"fields": {fields}, "limit": {"100"}}
	query.Set("filtering", jsonText([]condition{{Field: "name", Operator: "CONTAIN", Value: name}}))
	err := eachRow(ctx, c, operation, path, query, pick)
	if fault.CodeOf(err) == "invalid_parameter" {
		query.Del("filtering")
		query.Del("after")
		err = eachRow(ctx, c, operation, path, query, pick)
	}
	return err
}

// maxPages bounds a walk, so that a platform that repeats its cursors cannot hold a courier for ever.
const maxPages = 500

// eachRow walks a collection page by page until pick says false. It follows cursors, not the "next" address, which carries the token.
func eachRow[T any](ctx context.Context, c *Client, operation, path string, query url.Values, pick func(T) bool) error {
	for range maxPages {
		var page struct {
			Data   []T `json:"data"`
			Paging struct {
				Cursors struct {
					After string `json:"after"`
				} `json:"cursors"`
				Next string `json:"next"`
			} `json:"paging"`
		}
		if err := c.get(ctx, operation, path, query, &page); err != nil {
			return err
		}
		for _, row := range page.Data {
			if !pick(row) {
				return nil
			}
		}
		if page.Paging.Next == "" || page.Paging.Cursors.After == "" {
			return nil
		}
		query.Set("after", page.Paging.Cursors.After)
	}
	return fault.Refuse("too_much_data", "meta %s: more than %d pages", operation, maxPages)
}

type success struct {
	Success bool `json:"success"`
}

// update changes fields of an object. All of ours are absolute values, yet a lost answer is Ambiguous: the caller reads back.
func (c *Client) update(ctx context.Context, operation, id string, form url.Values) error {
	path, err := node(id)
	if err != nil {
		return err
	}
	var answer success
	if err := c.post(ctx, operation, path, form, &answer); err != nil {
		return err
	}
	if !answer.Success {
		return fault.Unknown("bad_answer", fmt.Errorf("meta %s of %s: the answer does not say success", operation, id))
	}
	return nil
}

// SetDelivery starts or pauses an object.
func (c *Client) SetDelivery(ctx context.Context, level ads.Level, id string, d ads.Delivery) error {
	status := "PAUSED"
	if d == ads.Active {
		status = "ACTIVE"
	}
	return c.update(ctx, "set_delivery_"+string(level), id, url.Values{"status": {status}})
}

// SetBudget changes an ad set's daily budget, at most four times an hour; then it is Retryable "budget_edit_limit" for an hour.
func (c *Client) SetBudget(ctx context.Context, adSetID string, daily money.Amount) error {
	units, err := c.units(daily)
	if err != nil {
		return err
	}
	return c.update(ctx, "set_budget", adSetID, url.Values{"daily_budget": {units}})
}

// SetBid changes how an ad set bids.
func (c *Client) SetBid(ctx context.Context, adSetID string, s ads.BidStrategy, costCap money.Amount) error {
	form, err := c.bidForm(s, costCap)
	if err != nil {
		return err
	}
	return c.update(ctx, "set_bid", adSetID, form)
}

func (c *Client) bidForm(s ads.BidStrategy, costCap money.Amount) (url.Values, error) {
	if s != ads.CostCap {
		return url.Values{"bid_strategy": {"LOWEST_COST_WITHOUT_CAP"}}, nil
	}
	units, err := c.units(costCap)
	if err != nil {
		return nil, err
	}
	return url.Values{"bid_strategy": {"COST_CAP"}, "bid_amount": {units}}, nil
}
