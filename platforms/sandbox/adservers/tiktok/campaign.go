package tiktok

import (
	"time"

	"github.com/agente-ceo/agente-ceo/platforms/sandbox/adservers"
)

const (
	objectiveTypes = "WEB_CONVERSIONS TRAFFIC REACH VIDEO_VIEWS ENGAGEMENT LEAD_GENERATION APP_PROMOTION PRODUCT_SALES"
	operations     = "ENABLE DISABLE"
	statusEdits    = "ENABLE DISABLE DELETE"
	timeLayout     = "2006-01-02 15:04:05"
)

type campaign struct {
	id, name, objective string
	mode                string // budget_mode
	budget              int64
	status              string // ENABLE, DISABLE or DELETE
	created, updated    time.Time
	adgroups            []*adgroup
}

func (x *campaign) ads() (out []*ad) {
	for _, g := range x.adgroups {
		out = append(out, g.ads...)
	}
	return out
}

func (x *campaign) secondary() string { return "CAMPAIGN_STATUS_" + x.status }

func (x *campaign) setStatus(status string) {
	x.status = status
	if status == "DELETE" {
		for _, g := range x.adgroups {
			g.setStatus(status)
		}
	}
}

func (s *Server) createCampaign(c *call) (any, *fail) {
	a := c.args
	a.require("advertiser_id", "campaign_name", "objective_type")
	x := &campaign{
		name: a.name("campaign_name"), objective: a.choice("objective_type", "", objectiveTypes),
		mode:   a.choice("budget_mode", "BUDGET_MODE_INFINITE", "BUDGET_MODE_INFINITE BUDGET_MODE_DAY BUDGET_MODE_TOTAL BUDGET_MODE_DYNAMIC_DAILY_BUDGET"),
		status: a.choice("operation_status", "ENABLE", operations), budget: a.minor("budget"), created: c.now, updated: c.now,
	}
	if a.bad == nil {
		a.bad = s.checkCampaignBudget(x)
	}
	if until := s.cfg.ManualSalesUntil; a.bad == nil && !until.IsZero() && !c.now.Before(until) && (x.objective == "WEB_CONVERSIONS" || x.objective == "PRODUCT_SALES") {
		a.bad = invalid("objective_type: Campaigns with a sales objective can only be created with /smart_plus/campaign/create/.")
	}
	done := s.once(c)
	if a.bad != nil {
		return nil, a.bad
	}
	x.id = s.newID()
	s.campaigns = append(s.campaigns, x)
	s.byID[x.id] = x
	done()
	return x.show(s, c.now), nil
}

func (s *Server) checkCampaignBudget(x *campaign) *fail {
	switch {
	case x.mode == "BUDGET_MODE_INFINITE":
		x.budget = 0
	case x.budget == 0:
		return invalid("Missing required field(s): budget.")
	case x.budget < s.cfg.MinCampaign:
		return invalid("budget: The campaign budget must be at least " + adservers.Decimal(s.cfg.MinCampaign) + " " + s.cfg.Currency + ".")
	}
	return nil
}

// name reads an object's name: at most 512 characters.
func (a *args) name(field string) string {
	v := a.text(field)
	if len([]rune(v)) > 512 {
		a.violate(field, "Longer than maximum length 512.")
	}
	return v
}

func (x *campaign) show(s *Server, _ time.Time) object {
	return object{
		"campaign_id": x.id, "campaign_name": x.name, "advertiser_id": s.cfg.AdvertiserID, "objective_type": x.objective,
		"budget_mode": x.mode, "budget": units(x.budget), "operation_status": shown(x.status), "secondary_status": x.secondary(),
		"campaign_type": "REGULAR_CAMPAIGN", "budget_optimize_on": x.mode != "BUDGET_MODE_INFINITE", "is_smart_performance_campaign": false,
		"create_time": x.created.Format(timeLayout), "modify_time": x.updated.Format(timeLayout),
	}
}

// shown is the operation status that the platform reads back: deleted objects are disabled.
func shown(status string) string {
	if status == "DELETE" {
		return "DISABLE"
	}
	return status
}

// units turns minor units into the decimal number of currency units that answers carry.
func units(minor int64) float64 { return float64(minor) / 100 }

func (s *Server) updateCampaign(c *call) (any, *fail) {
	a := c.args
	a.require("advertiser_id", "campaign_id")
	x, _ := s.byID[a.text("campaign_id")].(*campaign)
	if a.bad == nil {
		a.bad = checkEditable(x != nil, "campaign", a.text("campaign_id"), x == nil || x.status != "DELETE")
	}
	if a.bad != nil {
		return nil, a.bad
	}
	next := *x
	if a.has("campaign_name") {
		next.name = a.name("campaign_name")
	}
	if a.has("budget_mode") && a.text("budget_mode") != x.mode {
		a.violate("budget_mode", "Cannot be changed.")
	}
	if a.has("budget") {
		next.budget = a.minor("budget")
	}
	if a.bad == nil {
		a.bad = s.checkCampaignBudget(&next)
	}
	if a.bad != nil {
		return nil, a.bad
	}
	next.updated = c.now
	*x = next
	s.publish(c.now, x.ads())
	return x.show(s, c.now), nil
}

func checkEditable(exists bool, what, id string, alive bool) *fail {
	if !exists {
		return &fail{40007, "The " + what + " " + id + " does not exist."}
	}
	if !alive {
		return invalid("The " + what + " " + id + " is deleted and cannot be edited.")
	}
	return nil
}

// editable finds the objects of a status update, all or none. Deleting a deleted object is refused like any other edit.
func editable[T any](s *Server, c *call, field, what string, alive func(T) bool) []T {
	a := c.args
	a.require("advertiser_id", field, "operation_status")
	ids := a.texts(field)
	if len(ids) > 20 {
		a.violate(field, "At most 20 ids are allowed.")
	}
	var out []T
	for _, id := range ids {
		x, ok := s.byID[id].(T)
		if a.bad == nil {
			a.bad = checkEditable(ok, what, id, ok && alive(x))
		}
		out = append(out, x)
	}
	return out
}

func (s *Server) campaignStatus(c *call) (any, *fail) {
	found := editable(s, c, "campaign_ids", "campaign", func(x *campaign) bool { return x.status != "DELETE" })
	status := c.args.choice("operation_status", "", statusEdits)
	if c.args.bad != nil {
		return nil, c.args.bad
	}
	for _, x := range found {
		x.setStatus(status)
		x.updated = c.now
		s.publish(c.now, x.ads())
	}
	return object{"campaign_ids": c.args.texts("campaign_ids"), "status": status}, nil
}

func (s *Server) getCampaigns(c *call) (any, *fail) {
	f := c.args.object("filtering")
	ids, name := f.texts("campaign_ids"), f.text("campaign_name")
	match := statusFilter(f)
	return list(c, f, s.campaigns, func(x *campaign) bool {
		return among(ids, x.id) && like(name, x.name) && match(x.status, x.secondary())
	}, func(x *campaign) object { return x.show(s, c.now) })
}
