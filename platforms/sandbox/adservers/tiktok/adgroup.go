package tiktok

import (
	"time"

	"github.com/agente-ceo/agente-ceo/platforms/sandbox/adservers"
	"github.com/agente-ceo/agente-ceo/platforms/sandbox/market"
)

const (
	budgetModes = "BUDGET_MODE_DAY BUDGET_MODE_TOTAL BUDGET_MODE_DYNAMIC_DAILY_BUDGET BUDGET_MODE_INFINITE"
	ageGroups   = "AGE_13_17 AGE_18_24 AGE_25_34 AGE_35_44 AGE_45_54 AGE_55_100"
	goals       = "CONVERT CLICK REACH VIDEO_VIEW SHOW TRAFFIC_LANDING_PAGE_VIEW VALUE"
	webEvents   = "SHOPPING INITIATE_ORDER ON_WEB_CART ON_WEB_DETAIL ON_WEB_ORDER ON_WEB_REGISTER FORM ON_WEB_ADD_TO_WISHLIST ON_WEB_SEARCH"
)

type adgroup struct {
	id, name            string
	parent              *campaign
	status              string
	mode                string // budget_mode
	budget              int64
	goal, event, pixel  string
	billing, pacing     string
	bidType             string
	bid                 int64
	placementType       string
	schedule            string
	start, end          time.Time
	locations, ages     []string
	gender              string
	audiences           []*audience
	interests, keywords []string
	created, updated    time.Time
	ads                 []*ad
}

func (x *adgroup) setStatus(status string) {
	x.status = status
	if status == "DELETE" {
		for _, a := range x.ads {
			a.status = status
		}
	}
}

func (s *Server) createAdgroup(c *call) (any, *fail) {
	a := c.args
	a.require("advertiser_id", "campaign_id", "adgroup_name", "billing_event", "budget_mode", "optimization_goal", "pacing", "schedule_type", "schedule_start_time")
	parent, ok := s.byID[a.text("campaign_id")].(*campaign)
	if a.bad == nil {
		a.bad = checkEditable(ok, "campaign", a.text("campaign_id"), ok && parent.status != "DELETE")
	}
	if a.bad != nil {
		return nil, a.bad
	}
	x := &adgroup{
		name: a.name("adgroup_name"), parent: parent, created: c.now, updated: c.now, status: a.choice("operation_status", "ENABLE", operations),
		mode: a.choice("budget_mode", "", budgetModes), budget: a.minor("budget"),
	}
	x.readGoal(s, a)
	x.readBid(a)
	x.readSchedule(a)
	x.readTargeting(s, a)
	if len(x.locations) == 0 {
		a.require("location_ids")
	}
	if a.bad == nil {
		a.bad = s.checkBudget(c.now, x)
	}
	done := s.once(c)
	if a.bad != nil {
		return nil, a.bad
	}
	x.id = s.newID()
	x.parent.adgroups = append(x.parent.adgroups, x)
	s.adgroups = append(s.adgroups, x)
	s.byID[x.id] = x
	done()
	return x.show(s, c.now), nil
}

// checkBudget judges the budget: at the ad group unless its campaign has one, at least the minimum a day, and never below 105 % of what is spent.
func (s *Server) checkBudget(now time.Time, x *adgroup) *fail {
	if x.mode == "BUDGET_MODE_INFINITE" {
		if x.parent.mode == "BUDGET_MODE_INFINITE" {
			return invalid("budget_mode: An ad group of a campaign without budget needs a budget of its own.")
		}
		x.budget = 0
		return nil
	}
	least, days := s.cfg.MinAdGroup, int64(1)
	if x.mode == "BUDGET_MODE_TOTAL" {
		if x.end.IsZero() {
			return invalid("schedule_end_time: Required with BUDGET_MODE_TOTAL.")
		}
		days = wholeDays(x.start, x.end)
	}
	if x.budget == 0 {
		return invalid("Missing required field(s): budget.")
	}
	if x.budget < least*days {
		return invalid("budget: The ad group budget must be at least " + adservers.Decimal(least*days) + " " + s.cfg.Currency + ".")
	}
	if spent := s.spent(now, x); x.budget*100 < spent*105 {
		return invalid("budget: The new budget must be at least 105% of the current spend, " + adservers.Decimal((spent*105+99)/100) + " " + s.cfg.Currency + ".")
	}
	return nil
}

// spent is what the ad group has used of its budget: today's spend of a daily one, all of a total one.
func (s *Server) spent(now time.Time, x *adgroup) (sum int64) {
	for _, a := range x.ads {
		switch {
		case !s.board.Ever(a.id):
		case x.mode == "BUDGET_MODE_TOTAL":
			sum += s.cfg.Market.Lifetime(now, market.TikTok, a.id).SpendMinor
		default:
			sum += s.cfg.Market.Day(now, market.TikTok, a.id, s.cfg.Market.AccountDay(now)).SpendMinor
		}
	}
	return sum
}

func wholeDays(from, to time.Time) int64 {
	return max(1, int64((to.Sub(from)+24*time.Hour-1)/(24*time.Hour)))
}

func (x *adgroup) readGoal(s *Server, a *args) {
	x.goal = a.choice("optimization_goal", "", goals)
	x.billing = a.choice("billing_event", "", "OCPM CPC CPM CPV")
	x.pacing = a.choice("pacing", "", "PACING_MODE_SMOOTH PACING_MODE_FAST")
	x.event = a.choice("optimization_event", "", webEvents)
	x.placementType = a.choice("placement_type", "PLACEMENT_TYPE_AUTOMATIC", "PLACEMENT_TYPE_AUTOMATIC PLACEMENT_TYPE_NORMAL")
	x.gender = a.choice("gender", "GENDER_UNLIMITED", "GENDER_UNLIMITED GENDER_MALE GENDER_FEMALE")
	x.pixel = a.text("pixel_id")
	if x.placementType == "PLACEMENT_TYPE_NORMAL" && len(a.texts("placements")) == 0 {
		a.require("placements")
	}
	if x.goal != "CONVERT" && x.goal != "VALUE" {
		return
	}
	if x.billing != "" && x.billing != "OCPM" {
		a.violate("billing_event", "Must be OCPM with optimization_goal "+x.goal+".")
	}
	a.require("promotion_type", "pixel_id", "optimization_event")
	a.choice("promotion_type", "", "WEBSITE")
	if x.pixel != "" && x.pixel != s.cfg.PixelID {
		a.violate("pixel_id", "The pixel "+x.pixel+" does not exist.")
	}
}

func (x *adgroup) readBid(a *args) {
	x.bidType = a.choice("bid_type", "BID_TYPE_NO_BID", "BID_TYPE_NO_BID BID_TYPE_CUSTOM BID_TYPE_MAX_CONVERSION")
	x.bid = a.minor("conversion_bid_price")
	if x.bidType == "BID_TYPE_CUSTOM" && x.bid == 0 {
		a.require("conversion_bid_price")
		if a.has("conversion_bid_price") {
			a.violate("conversion_bid_price", "Must be greater than 0.")
		}
	}
	if x.bidType == "BID_TYPE_NO_BID" && x.bid > 0 {
		a.violate("conversion_bid_price", "Not allowed with BID_TYPE_NO_BID.")
	}
}

func (x *adgroup) readSchedule(a *args) {
	x.schedule = a.choice("schedule_type", x.schedule, "SCHEDULE_FROM_NOW SCHEDULE_START_END")
	if a.has("schedule_start_time") {
		x.start = a.moment("schedule_start_time")
	}
	if a.has("schedule_end_time") {
		x.end = a.moment("schedule_end_time")
	}
	if x.schedule == "SCHEDULE_START_END" && x.end.IsZero() {
		a.require("schedule_end_time")
	}
	if !x.end.IsZero() && !x.end.After(x.start) {
		a.violate("schedule_end_time", "Must be after schedule_start_time.")
	}
}

// moment reads a time in UTC.
func (a *args) moment(name string) time.Time {
	t, err := time.Parse(timeLayout, a.text(name))
	if err != nil {
		a.violate(name, "Not a valid datetime. Use YYYY-MM-DD HH:MM:SS.")
	}
	return t
}

// readTargeting reads places and people over what was there.
func (x *adgroup) readTargeting(s *Server, a *args) {
	if a.has("location_ids") {
		x.locations = a.texts("location_ids")
		for _, id := range x.locations {
			if countryOf[id] == "" {
				a.violate("location_ids", "The location "+id+" is invalid.")
			}
		}
	}
	if a.has("age_groups") {
		x.ages = a.texts("age_groups")
		for _, g := range x.ages {
			if !contains(ageGroups, g) {
				a.violate("age_groups", "Must be among: "+ageGroups+".")
			}
		}
	}
	if a.has("audience_ids") {
		x.audiences = nil
		for _, id := range a.texts("audience_ids") {
			found, ok := s.byID[id].(*audience)
			if !ok {
				a.violate("audience_ids", "The audience "+id+" does not exist.")
				continue
			}
			x.audiences = append(x.audiences, found)
		}
	}
	if a.has("interest_category_ids") {
		x.interests = a.texts("interest_category_ids")
		for _, id := range x.interests {
			if !knownCategory(id) {
				a.violate("interest_category_ids", "The interest category "+id+" is invalid.")
			}
		}
	}
	if a.has("interest_keyword_ids") {
		x.keywords = a.texts("interest_keyword_ids")
		for _, id := range x.keywords {
			if !knownKeyword(id) {
				a.violate("interest_keyword_ids", "The interest keyword "+id+" is invalid.")
			}
		}
	}
}

func (x *adgroup) show(s *Server, now time.Time) object {
	audienceIDs := []string{}
	for _, a := range x.audiences {
		audienceIDs = append(audienceIDs, a.id)
	}
	o := object{
		"adgroup_id": x.id, "adgroup_name": x.name, "campaign_id": x.parent.id, "campaign_name": x.parent.name, "advertiser_id": s.cfg.AdvertiserID,
		"budget_mode": x.mode, "budget": units(x.budget), "operation_status": shown(x.status), "secondary_status": x.secondary(now),
		"optimization_goal": x.goal, "optimization_event": x.event, "billing_event": x.billing, "pacing": x.pacing, "pixel_id": x.pixel,
		"promotion_type": "WEBSITE", "bid_type": x.bidType, "conversion_bid_price": units(x.bid), "placement_type": x.placementType,
		"schedule_type": x.schedule, "schedule_start_time": x.start.Format(timeLayout), "schedule_end_time": nil,
		"location_ids": orEmpty(x.locations), "age_groups": orEmpty(x.ages), "gender": x.gender, "audience_ids": audienceIDs,
		"interest_category_ids": orEmpty(x.interests), "interest_keyword_ids": orEmpty(x.keywords),
		"create_time": x.created.Format(timeLayout), "modify_time": x.updated.Format(timeLayout),
	}
	if !x.end.IsZero() {
		o["schedule_end_time"] = x.end.Format(timeLayout)
	}
	return o
}

func orEmpty(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}
