package meta

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/agente-ceo/agente-ceo/platforms/sandbox/adservers"
)

const (
	billingEvents = "APP_INSTALLS CLICKS IMPRESSIONS LINK_CLICKS LISTING_INTERACTION NONE OFFER_CLAIMS PAGE_LIKES POST_ENGAGEMENT PURCHASE THRUPLAY"
	optimizations = "AD_RECALL_LIFT APP_INSTALLS CONVERSATIONS ENGAGED_USERS IMPRESSIONS LANDING_PAGE_VIEWS LEAD_GENERATION LINK_CLICKS NONE OFFSITE_CONVERSIONS PAGE_LIKES POST_ENGAGEMENT QUALITY_CALL QUALITY_LEAD REACH THRUPLAY VALUE VISIT_INSTAGRAM_PROFILE"
	destinations  = "WEBSITE APP MESSENGER WHATSAPP INSTAGRAM_DIRECT SHOP_AUTOMATIC ON_AD ON_POST ON_PAGE ON_VIDEO FACEBOOK"
	customEvents  = "ADD_PAYMENT_INFO ADD_TO_CART ADD_TO_WISHLIST COMPLETE_REGISTRATION CONTACT CONTENT_VIEW INITIATED_CHECKOUT LEAD OTHER PURCHASE SEARCH SUBSCRIBE"
)

type adset struct {
	id, name                        string
	parent                          *campaign
	status                          string
	daily, lifetime                 int64
	billing, goal, destination      string
	promoted                        string // JSON as sent
	bidStrategy                     string
	bidAmount                       int64
	bidConstraints                  string // JSON as sent
	targetingJSON                   string
	targeting                       targeting
	audiences                       []*audience
	attribution, payor, beneficiary string
	start, end, created, updated    time.Time
	source                          string
	edits                           *adservers.Window // budget changes
	frozen                          time.Time         // no budget change before
	ads                             []*ad
}

func (x *adset) nodeType() string { return "AdSet" }
func (x *adset) nodeID() string   { return x.id }

func (x *adset) setStatus(status string) {
	x.status = status
	if status == "DELETED" || status == "ARCHIVED" {
		for _, a := range x.ads {
			a.status = status
		}
	}
}

func (x *adset) get(s *Server, now time.Time, field string) any {
	switch field {
	case "id":
		return x.id
	case "account_id":
		return s.cfg.AccountID
	case "name":
		return x.name
	case "campaign_id":
		return x.parent.id
	case "campaign":
		return x.parent
	case "status", "configured_status":
		return x.status
	case "effective_status":
		return x.effective()
	case "daily_budget":
		return amountOrZero(x.daily, !x.parent.hasBudget())
	case "lifetime_budget":
		return amountOrZero(x.lifetime, !x.parent.hasBudget())
	case "budget_remaining":
		return amountOrZero(s.remaining(now, x), !x.parent.hasBudget())
	case "billing_event":
		return x.billing
	case "optimization_goal":
		return x.goal
	case "destination_type":
		return optional(x.destination)
	case "bid_strategy":
		return x.bidStrategy
	case "ads":
		return edgeOf(func() []node { return nodesOf(x.ads) })
	}
	return x.details(s, field)
}

func (x *adset) details(s *Server, field string) any {
	switch field {
	case "bid_amount":
		if x.bidAmount > 0 {
			return x.bidAmount
		}
	case "bid_constraints":
		return rawJSON(x.bidConstraints)
	case "promoted_object":
		return rawJSON(x.promoted)
	case "targeting":
		return rawJSON(x.targetingJSON)
	case "attribution_spec":
		return rawJSON(x.attribution)
	case "dsa_payor":
		return optional(x.payor)
	case "dsa_beneficiary":
		return optional(x.beneficiary)
	case "source_adset_id":
		return optional(x.source)
	case "learning_stage_info":
		return object{"status": "LEARNING"}
	case "start_time":
		return s.stamp(x.start)
	case "end_time":
		if !x.end.IsZero() {
			return s.stamp(x.end)
		}
	case "created_time":
		return s.stamp(x.created)
	case "updated_time":
		return s.stamp(x.updated)
	}
	return nil
}

// amountOrZero reads a budget back: "0" for the kind of budget that the ad set does not use, nothing when the campaign holds it.
func amountOrZero(minor int64, own bool) any {
	if !own {
		return nil
	}
	return adservers.Count(minor)
}

// remaining is what is left of the budget: of today for a daily one, of all for a lifetime one.
func (s *Server) remaining(now time.Time, x *adset) int64 {
	spent := int64(0)
	for _, a := range x.ads {
		if x.lifetime > 0 {
			spent += s.cfg.Market.Lifetime(now, "meta", a.id).SpendMinor
		} else {
			spent += s.cfg.Market.Day(now, "meta", a.id, s.cfg.Market.AccountDay(now)).SpendMinor
		}
	}
	return max(0, x.daily+x.lifetime-spent)
}

func (s *Server) createAdset(c *call) (any, *fail) {
	p := c.params
	if bad := checkName(p, true); bad != nil {
		return nil, bad
	}
	if !p.has("campaign_id") {
		return nil, missing("campaign_id")
	}
	parent, ok := s.nodes[p["campaign_id"]].(*campaign)
	if !ok {
		return nil, refuse(1487990, "campaign_id", "Invalid campaign", "The campaign "+p["campaign_id"]+" does not exist.")
	}
	if parent.status == "DELETED" || parent.status == "ARCHIVED" {
		return nil, deletedObject("campaign")
	}
	x := &adset{name: p["name"], parent: parent, created: c.now, updated: c.now, start: c.now}
	for _, read := range []func() *fail{
		func() *fail { return s.adsetBudget(p, x) },
		func() *fail { return x.readGoal(s, p) },
		func() *fail { return x.readBid(p) },
		func() *fail { return x.readTargeting(s, p, true) },
		func() *fail { return x.readSchedule(p) },
		func() (bad *fail) { x.status, bad = p.choice("status", "ACTIVE", createStatuses); return bad },
	} {
		if bad := read(); bad != nil {
			return nil, bad
		}
	}
	dry, bad := p.dryRun()
	if dry || bad != nil {
		return object{"success": true}, bad
	}
	s.addAdset(x)
	return object{"id": x.id}, nil
}

func (s *Server) addAdset(x *adset) {
	x.id = s.newID()
	x.edits = adservers.NewWindow(time.Hour)
	x.parent.adsets = append(x.parent.adsets, x)
	s.adsets = append(s.adsets, x)
	s.nodes[x.id] = x
}

// adsetBudget reads the budget: at the ad set or at its campaign, never both, never neither.
func (s *Server) adsetBudget(p params, x *adset) *fail {
	given := p.has("daily_budget") || p.has("lifetime_budget")
	if given && x.parent.hasBudget() {
		return refuse(1885621, "daily_budget", "Budget in two places", "You can only set an ad set budget or a campaign budget: this ad set's campaign has one.")
	}
	var bad *fail
	if x.daily, x.lifetime, bad = s.budgets(p, x.daily, x.lifetime); bad != nil {
		return bad
	}
	if x.daily+x.lifetime == 0 && !x.parent.hasBudget() {
		return refuse(1885621, "daily_budget", "Budget is missing", "Set a budget on the ad set or on its campaign.")
	}
	return nil
}

// readGoal reads what is billed, what is optimised for and where people go.
func (x *adset) readGoal(s *Server, p params) *fail {
	if !p.has("billing_event") {
		return missing("billing_event")
	}
	if !p.has("optimization_goal") {
		return missing("optimization_goal")
	}
	var bad *fail
	if x.billing, bad = p.choice("billing_event", "", billingEvents); bad != nil {
		return bad
	}
	if x.goal, bad = p.choice("optimization_goal", "", optimizations); bad != nil {
		return bad
	}
	if x.destination, bad = p.choice("destination_type", "", destinations); bad != nil {
		return bad
	}
	if x.goal != "OFFSITE_CONVERSIONS" && x.goal != "VALUE" {
		return nil
	}
	if x.billing != "IMPRESSIONS" {
		return refuse(1815131, "billing_event", "Billing event not available", "Ad sets optimised for "+x.goal+" are billed by IMPRESSIONS.")
	}
	return x.readPromoted(s, p)
}

func (x *adset) readPromoted(s *Server, p params) *fail {
	if !p.has("promoted_object") {
		return refuse(1885014, "promoted_object", "Promoted object is missing", "Ad sets optimised for conversions need promoted_object with pixel_id and custom_event_type.")
	}
	var promoted struct {
		Pixel looseText `json:"pixel_id"`
		Event string    `json:"custom_event_type"`
	}
	if bad := p.into("promoted_object", &promoted); bad != nil {
		return bad
	}
	if string(promoted.Pixel) != s.cfg.PixelID {
		return refuse(1885154, "promoted_object", "Invalid pixel", "The pixel "+string(promoted.Pixel)+" does not exist or is not shared with this account.")
	}
	if !contains(customEvents, promoted.Event) {
		return invalid("Param promoted_object[custom_event_type] must be one of {" + strings.ReplaceAll(customEvents, " ", ", ") + "}")
	}
	x.promoted = p["promoted_object"]
	return nil
}

// readBid reads the bid strategy over what was there.
func (x *adset) readBid(p params) *fail {
	if x.parent.hasBudget() && p.has("bid_strategy") {
		return invalid("With a campaign budget, bid_strategy is set on the campaign")
	}
	before := x.bidStrategy
	var bad *fail
	if x.bidStrategy, bad = p.choice("bid_strategy", or(x.bidStrategy, or(x.parent.bidStrategy, "LOWEST_COST_WITHOUT_CAP")), bidStrategies); bad != nil {
		return bad
	}
	bid, given, bad := p.integer("bid_amount")
	if bad != nil {
		return bad
	}
	if given {
		x.bidAmount = bid
	}
	if p.has("bid_constraints") {
		x.bidConstraints = p["bid_constraints"]
	}
	switch x.bidStrategy {
	case "COST_CAP", "LOWEST_COST_WITH_BID_CAP":
		if x.bidAmount <= 0 {
			return refuse(1815857, "bid_amount", "Bid amount required", "The bid strategy "+x.bidStrategy+" needs bid_amount.")
		}
	case "LOWEST_COST_WITHOUT_CAP":
		if given && bid > 0 {
			return refuse(1815857, "bid_amount", "Bid amount not allowed", "The bid strategy LOWEST_COST_WITHOUT_CAP takes no bid_amount.")
		}
		if before != x.bidStrategy {
			x.bidAmount = 0
		}
	case "LOWEST_COST_WITH_MIN_ROAS":
		var constraint struct {
			Floor looseText `json:"roas_average_floor"`
		}
		if err := json.Unmarshal([]byte(or(x.bidConstraints, "{}")), &constraint); err != nil || constraint.Floor == "" {
			return refuse(1815857, "bid_constraints", "ROAS floor required", "The bid strategy LOWEST_COST_WITH_MIN_ROAS needs bid_constraints.roas_average_floor.")
		}
	}
	return nil
}
