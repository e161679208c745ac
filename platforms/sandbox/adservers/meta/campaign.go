package meta

import (
	"slices"
	"strings"
	"time"
)

const (
	objectives       = "OUTCOME_SALES OUTCOME_LEADS OUTCOME_TRAFFIC OUTCOME_AWARENESS OUTCOME_ENGAGEMENT OUTCOME_APP_PROMOTION"
	specialAds       = "NONE EMPLOYMENT HOUSING CREDIT ISSUES_ELECTIONS_POLITICS ONLINE_GAMBLING_AND_GAMING FINANCIAL_PRODUCTS_SERVICES"
	bidStrategies    = "LOWEST_COST_WITHOUT_CAP LOWEST_COST_WITH_BID_CAP COST_CAP LOWEST_COST_WITH_MIN_ROAS"
	createStatuses   = "ACTIVE PAUSED"
	editableStatuses = "ACTIVE PAUSED ARCHIVED DELETED"
)

type campaign struct {
	id, name, objective, buying string
	status                      string
	special                     []string
	sharing                     bool
	daily, lifetime             int64
	bidStrategy                 string
	spendCap                    int64
	start, stop                 time.Time
	created, updated            time.Time
	adsets                      []*adset
}

func (x *campaign) nodeType() string  { return "Campaign" }
func (x *campaign) nodeID() string    { return x.id }
func (x *campaign) effective() string { return x.status }
func (x *campaign) hasBudget() bool   { return x.daily+x.lifetime > 0 }

func (x *campaign) allAds() []*ad {
	var out []*ad
	for _, set := range x.adsets {
		out = append(out, set.ads...)
	}
	return out
}

// setStatus changes what the advertiser asked for; deleting or archiving takes everything below along.
func (x *campaign) setStatus(status string) {
	x.status = status
	if status == "DELETED" || status == "ARCHIVED" {
		for _, set := range x.adsets {
			set.setStatus(status)
		}
	}
}

func (x *campaign) get(s *Server, now time.Time, field string) any {
	switch field {
	case "id":
		return x.id
	case "account_id":
		return s.cfg.AccountID
	case "name":
		return x.name
	case "objective":
		return x.objective
	case "buying_type":
		return x.buying
	case "status", "configured_status":
		return x.status
	case "effective_status":
		return x.effective()
	case "special_ad_categories":
		return x.special
	case "is_adset_budget_sharing_enabled":
		return x.sharing
	case "daily_budget":
		return amount(x.daily)
	case "lifetime_budget":
		return amount(x.lifetime)
	case "bid_strategy":
		return optional(x.bidStrategy)
	case "spend_cap":
		return amount(x.spendCap)
	case "start_time":
		return s.stamp(x.start)
	case "stop_time":
		if !x.stop.IsZero() {
			return s.stamp(x.stop)
		}
	case "created_time":
		return s.stamp(x.created)
	case "updated_time":
		return s.stamp(x.updated)
	case "adsets":
		return edgeOf(func() []node { return nodesOf(x.adsets) })
	case "ads":
		return edgeOf(func() []node { return nodesOf(x.allAds()) })
	}
	return nil
}

func nodesOf[T node](items []T) []node {
	out := make([]node, len(items))
	for i, x := range items {
		out[i] = x
	}
	return out
}

func (s *Server) createCampaign(c *call) (any, *fail) {
	x := &campaign{created: c.now, updated: c.now, start: c.now, name: c.params["name"]}
	if bad := x.describe(c.params); bad != nil {
		return nil, bad
	}
	if bad := s.campaignBudget(c.params, x); bad != nil {
		return nil, bad
	}
	dry, bad := c.params.dryRun()
	if dry || bad != nil {
		return object{"success": true}, bad
	}
	x.id = s.newID()
	s.campaigns = append(s.campaigns, x)
	s.nodes[x.id] = x
	return object{"id": x.id}, nil
}

// describe reads what a new campaign is: name, objective, categories, status.
func (x *campaign) describe(p params) *fail {
	if bad := checkName(p, true); bad != nil {
		return bad
	}
	if !p.has("special_ad_categories") {
		return missing("special_ad_categories")
	}
	if bad := p.into("special_ad_categories", &x.special); bad != nil {
		return bad
	}
	for _, v := range x.special {
		if !contains(specialAds, v) {
			return invalid("Param special_ad_categories must be an array of {" + strings.ReplaceAll(specialAds, " ", ", ") + "}")
		}
	}
	x.special = slices.DeleteFunc(x.special, func(v string) bool { return v == "NONE" })
	if !p.has("objective") {
		return missing("objective")
	}
	x.objective = p["objective"]
	if !contains(objectives, x.objective) {
		return refuse(2490366, "objective", "Invalid objective",
			"Objective "+x.objective+" is invalid. Use one of the following objectives: "+strings.ReplaceAll(objectives, " ", ", ")+".")
	}
	if p.has("smart_promotion_type") && p["smart_promotion_type"] != "GUIDED_CREATION" {
		return invalid("Campaigns with smart_promotion_type " + p["smart_promotion_type"] + " can no longer be created")
	}
	var bad *fail
	if x.buying, bad = p.choice("buying_type", "AUCTION", "AUCTION RESERVED"); bad != nil {
		return bad
	}
	x.status, bad = p.choice("status", "ACTIVE", createStatuses)
	return bad
}

// campaignBudget reads the budget at campaign level, or the flag that must stand in its place.
func (s *Server) campaignBudget(p params, x *campaign) *fail {
	var bad *fail
	if x.daily, x.lifetime, bad = s.budgets(p, x.daily, x.lifetime); bad != nil {
		return bad
	}
	if x.lifetime > 0 && !p.has("stop_time") && x.stop.IsZero() {
		return missing("stop_time")
	}
	sharing, given, bad := p.boolean("is_adset_budget_sharing_enabled")
	if bad != nil {
		return bad
	}
	if given {
		x.sharing = sharing
	}
	if !x.hasBudget() && !given && x.id == "" {
		return refuse(4834011, "is_adset_budget_sharing_enabled", "Missing budget sharing setting",
			"Set is_adset_budget_sharing_enabled to true or false when the campaign has no budget.")
	}
	if p.has("bid_strategy") && !x.hasBudget() {
		return invalid("bid_strategy can be set on a campaign only with a campaign budget")
	}
	if x.hasBudget() {
		if x.bidStrategy, bad = p.choice("bid_strategy", or(x.bidStrategy, "LOWEST_COST_WITHOUT_CAP"), bidStrategies); bad != nil {
			return bad
		}
	}
	spendCap, given, bad := p.integer("spend_cap")
	if bad != nil {
		return bad
	}
	if given {
		x.spendCap = spendCap
	}
	stop, given, bad := p.date("stop_time")
	if given {
		x.stop = stop
	}
	return bad
}

// budgets reads daily_budget and lifetime_budget over what was there, as whole minor units not below the minimum.
func (s *Server) budgets(p params, daily, lifetime int64) (int64, int64, *fail) {
	d, dailyGiven, bad := p.integer("daily_budget")
	if bad != nil {
		return 0, 0, bad
	}
	l, lifetimeGiven, bad := p.integer("lifetime_budget")
	if bad != nil {
		return 0, 0, bad
	}
	if dailyGiven {
		daily = d
	}
	if lifetimeGiven {
		lifetime = l
	}
	if daily > 0 && lifetime > 0 {
		return 0, 0, invalid("Set either daily_budget or lifetime_budget, not both")
	}
	if dailyGiven && daily < s.cfg.MinDailyBudget || lifetimeGiven && lifetime < s.cfg.MinDailyBudget {
		field := "daily_budget"
		if lifetimeGiven {
			field = "lifetime_budget"
		}
		return 0, 0, refuse(1885272, field, "Budget is too low",
			"Your budget is below the minimum of "+amount(s.cfg.MinDailyBudget).(string)+" for this account, in the smallest unit of its currency.")
	}
	return daily, lifetime, nil
}

func checkName(p params, required bool) *fail {
	name, given := p["name"]
	if !given && !required {
		return nil
	}
	if strings.TrimSpace(name) == "" {
		return missing("name")
	}
	if len([]rune(name)) > 400 {
		return invalid("Param name must be at most 400 characters")
	}
	return nil
}

func or(text, absent string) string {
	if text == "" {
		return absent
	}
	return text
}

func (s *Server) updateCampaign(c *call, x *campaign) (any, *fail) {
	if x.status == "DELETED" || x.status == "ARCHIVED" && c.params["status"] != "DELETED" {
		return nil, deletedObject("campaign")
	}
	next := *x
	if bad := checkName(c.params, false); bad != nil {
		return nil, bad
	}
	if c.params.has("name") {
		next.name = c.params["name"]
	}
	if o := c.params["objective"]; o != "" && o != x.objective {
		return nil, invalid("The objective of a campaign cannot be changed")
	}
	if (c.params.has("daily_budget") || c.params.has("lifetime_budget")) && !x.hasBudget() && len(x.adsets) > 0 {
		return nil, refuse(1885621, "daily_budget", "Budget in two places", "The ad sets of this campaign have budgets of their own.")
	}
	if bad := s.campaignBudget(c.params, &next); bad != nil {
		return nil, bad
	}
	status, bad := c.params.choice("status", x.status, editableStatuses)
	if bad != nil {
		return nil, bad
	}
	dry, bad := c.params.dryRun()
	if dry || bad != nil {
		return object{"success": true}, bad
	}
	next.updated = c.now
	*x = next
	x.setStatus(status)
	s.publish(c.now, x.allAds())
	return object{"success": true}, nil
}
