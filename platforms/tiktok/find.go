package tiktok

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/domain/money"
)

// filtering is the union of the three levels' filters.
type filtering struct {
	CampaignIDs  []string `json:"campaign_ids,omitempty"`
	AdGroupIDs   []string `json:"adgroup_ids,omitempty"`
	AdIDs        []string `json:"ad_ids,omitempty"`
	CampaignName string   `json:"campaign_name,omitempty"`
	AdGroupName  string   `json:"adgroup_name,omitempty"`
	AdName       string   `json:"ad_name,omitempty"`
}

// object is the union of the three levels' rows.
type object struct {
	CampaignID   string      `json:"campaign_id"`
	AdGroupID    string      `json:"adgroup_id"`
	AdID         string      `json:"ad_id"`
	CampaignName string      `json:"campaign_name"`
	AdGroupName  string      `json:"adgroup_name"`
	AdName       string      `json:"ad_name"`
	Status       string      `json:"operation_status"`
	Secondary    string      `json:"secondary_status"`
	Budget       json.Number `json:"budget"`
	BidType      string      `json:"bid_type"`
	BidPrice     json.Number `json:"conversion_bid_price"`
}

// level is where TikTok keeps the things of a level.
type level struct {
	path   string
	byID   func(id string) filtering
	byName func(parent, name string) filtering
	id     func(object) string
	name   func(object) string
	parent func(object) string
	status string // path of status updates
}

var levels = map[ads.Level]level{
	ads.LevelCampaign: {
		path: "/campaign/get/", status: "/campaign/status/update/",
		byID:   func(id string) filtering { return filtering{CampaignIDs: []string{id}} },
		byName: func(_, name string) filtering { return filtering{CampaignName: name} },
		id:     func(o object) string { return o.CampaignID },
		name:   func(o object) string { return o.CampaignName },
		parent: func(object) string { return "" },
	},
	ads.LevelAdSet: {
		path: "/adgroup/get/", status: "/adgroup/status/update/",
		byID:   func(id string) filtering { return filtering{AdGroupIDs: []string{id}} },
		byName: func(parent, name string) filtering { return filtering{CampaignIDs: one(parent), AdGroupName: name} },
		id:     func(o object) string { return o.AdGroupID },
		name:   func(o object) string { return o.AdGroupName },
		parent: func(o object) string { return o.CampaignID },
	},
	ads.LevelAd: {
		path: "/ad/get/", status: "/ad/status/update/",
		byID:   func(id string) filtering { return filtering{AdIDs: []string{id}} },
		byName: func(parent, name string) filtering { return filtering{AdGroupIDs: one(parent), AdName: name} },
		id:     func(o object) string { return o.AdID },
		name:   func(o object) string { return o.AdName },
		parent: func(o object) string { return o.AdGroupID },
	},
}

func one(id string) []string {
	if id == "" {
		return nil
	}
	return []string{id}
}

func (c *Client) entity(at ads.Level, o object) (ads.Entity, error) {
	e := ads.Entity{ID: levels[at].id(o), Name: levels[at].name(o), Delivery: ads.Paused, Effective: o.Secondary, Reasons: reasons(o.Secondary)}
	e.Refused = at == ads.LevelAd && strings.Contains(o.Secondary, "AUDIT_DENY")
	if o.Status == enable {
		e.Delivery = ads.Active
	}
	if at == ads.LevelAdSet && o.Budget != "" {
		var err error
		if e.Budget, err = money.ParseRounded(o.Budget.String(), c.config.Currency, money.Up); err != nil {
			return ads.Entity{}, fault.Retry("bad_answer", 0, fmt.Errorf("read budget of ad group %s: %w", o.AdGroupID, err))
		}
	}
	if at != ads.LevelAdSet {
		return e, nil
	}
	var err error
	e.Bid, e.CostCap, err = c.bidOf(o)
	return e, err
}

// bidOf is how an ad group bids, in our words where we have one.
func (c *Client) bidOf(o object) (ads.BidStrategy, money.Amount, error) {
	switch o.BidType {
	case "BID_TYPE_NO_BID":
		return ads.LowestCost, money.Amount{}, nil
	case "BID_TYPE_CUSTOM":
		limit, err := money.ParseRounded(o.BidPrice.String(), c.config.Currency, money.Up)
		if err != nil {
			return "", limit, fault.Retry("bad_answer", 0, fmt.Errorf("read the bid of ad group %s: %w", o.AdGroupID, err))
		}
		return ads.CostCap, limit, nil
	}
	return ads.BidStrategy(o.BidType), money.Amount{}, nil
}

// reasons takes the secondary statuses that a review or the account causes; the others only repeat what we told it to do.
func reasons(secondary string) []string {
	for _, mark := range []string{"DENY", "REJECT", "PUNISH", "BALANCE", "BUDGET_EXCEED", "LIMIT"} {
		if strings.Contains(secondary, mark) {
			return []string{secondary}
		}
	}
	return nil
}

// Get reads an object; TikTok does not list deleted ones.
func (c *Client) Get(ctx context.Context, at ads.Level, id string) (ads.Entity, error) {
	if id == "" {
		return ads.Entity{}, fault.Refuse("not_found", "TikTok has no %s without an id", at)
	}
	l := levels[at]
	return c.pick(ctx, "get_"+string(at), at, l.byID(id), func(o object) bool { return l.id(o) == id }, id)
}

// Find looks for an exact name among what TikTok's looser filter gives.
func (c *Client) Find(ctx context.Context, at ads.Level, parentID, name string) (ads.Entity, error) {
	l := levels[at]
	if at == ads.LevelCampaign {
		parentID = ""
	}
	match := func(o object) bool { return l.name(o) == name && (parentID == "" || l.parent(o) == parentID) }
	return c.pick(ctx, "find_"+string(at), at, l.byName(parentID, name), match, name)
}

func (c *Client) pick(ctx context.Context, operation string, at ads.Level, f filtering, match func(object) bool, what string) (ads.Entity, error) {
	var found *object
	query := url.Values{"filtering": {jsonText(f)}}
	err := eachRow(ctx, c, operation, levels[at].path, query, 100, func(o object) bool {
		if match(o) {
			found = &o
		}
		return found == nil
	})
	if err != nil {
		return ads.Entity{}, err
	}
	if found == nil {
		return ads.Entity{}, fault.Refuse("not_found", "TikTok has no %s %q", at, what)
	}
	return c.entity(at, *found)
}

// maxPages bounds a walk, so that a platform that miscounts its pages cannot hold a courier for ever.
const maxPages = 500

// eachRow walks a list page by page until use says false.
func eachRow[T any](ctx context.Context, c *Client, operation, path string, query url.Values, size int, use func(T) bool) error {
	query.Set("page_size", strconv.Itoa(size))
	for page := 1; page <= maxPages; page++ {
		query.Set("page", strconv.Itoa(page))
		var answer struct {
			List []T `json:"list"`
			Info struct {
				Pages int `json:"total_page"`
			} `json:"page_info"`
		}
		if err := c.get(ctx, operation, path, query, &answer); err != nil {
			return err
		}
		for _, row := range answer.List {
			if !use(row) {
				return nil
			}
		}
		if page >= answer.Info.Pages {
			return nil
		}
	}
	return fault.Refuse("too_much_data", "tiktok %s: more than %d pages", operation, maxPages)
}
