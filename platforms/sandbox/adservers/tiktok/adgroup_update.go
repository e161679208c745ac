package tiktok

// fixed are what an ad group keeps from its creation.
var fixed = []string{"budget_mode", "optimization_goal", "billing_event", "campaign_id", "pixel_id", "optimization_event"}

func (s *Server) updateAdgroup(c *call) (any, *fail) {
	a := c.args
	a.require("advertiser_id", "adgroup_id")
	x, ok := s.byID[a.text("adgroup_id")].(*adgroup)
	if a.bad == nil {
		a.bad = checkEditable(ok, "ad group", a.text("adgroup_id"), ok && x.status != "DELETE")
	}
	if a.bad != nil {
		return nil, a.bad
	}
	have := x.show(s, c.now)
	for _, name := range fixed {
		if a.has(name) && a.text(name) != have[name] {
			a.violate(name, "Cannot be changed.")
		}
	}
	next := *x
	if a.has("adgroup_name") {
		next.name = a.name("adgroup_name")
	}
	if a.has("budget") {
		if next.budget = a.minor("budget"); a.bad == nil {
			a.bad = s.checkBudget(c.now, &next)
		}
	}
	if a.has("bid_type") || a.has("conversion_bid_price") {
		if !a.has("bid_type") {
			a.values["bid_type"] = x.bidType
		}
		next.readBid(a)
	}
	next.readSchedule(a)
	next.readTargeting(s, a)
	if a.has("gender") {
		next.gender = a.choice("gender", "", "GENDER_UNLIMITED GENDER_MALE GENDER_FEMALE")
	}
	if a.has("location_ids") && len(next.locations) == 0 {
		a.require("location_ids")
		a.violate("location_ids", "Must not be empty.")
	}
	if a.bad != nil {
		return nil, a.bad
	}
	next.updated = c.now
	*x = next
	s.publish(c.now, x.ads)
	return x.show(s, c.now), nil
}

// adgroupBudget changes the budgets of up to 20 ad groups, all or none.
func (s *Server) adgroupBudget(c *call) (any, *fail) {
	a := c.args
	a.require("advertiser_id", "budget")
	entries := a.objects("budget")
	if len(entries) > 20 {
		a.violate("budget", "At most 20 ad groups are allowed.")
	}
	type change struct {
		group  *adgroup
		budget int64
	}
	var changes []change
	for _, e := range entries {
		e.require("adgroup_id", "budget")
		x, ok := s.byID[e.text("adgroup_id")].(*adgroup)
		amount := e.minor("budget")
		if e.bad == nil {
			e.bad = checkEditable(ok, "ad group", e.text("adgroup_id"), ok && x.status != "DELETE")
		}
		if e.bad == nil {
			next := *x
			next.budget = amount
			e.bad = s.checkBudget(c.now, &next)
			changes = append(changes, change{x, amount})
		}
		if a.bad == nil {
			a.bad = e.bad
		}
	}
	if a.bad != nil {
		return nil, a.bad
	}
	ids := []string{}
	for _, ch := range changes {
		ch.group.budget, ch.group.updated = ch.budget, c.now
		ids = append(ids, ch.group.id)
		s.publish(c.now, ch.group.ads)
	}
	return object{"adgroup_ids": ids}, nil
}

func (s *Server) adgroupStatus(c *call) (any, *fail) {
	found := editable(s, c, "adgroup_ids", "ad group", func(x *adgroup) bool { return x.status != "DELETE" })
	status := c.args.choice("operation_status", "", statusEdits)
	if c.args.bad != nil {
		return nil, c.args.bad
	}
	for _, x := range found {
		x.setStatus(status)
		x.updated = c.now
		s.publish(c.now, x.parent.ads())
	}
	return object{"adgroup_ids": c.args.texts("adgroup_ids"), "status": status}, nil
}

func (s *Server) getAdgroups(c *call) (any, *fail) {
	f := c.args.object("filtering")
	ids, parents, name := f.texts("adgroup_ids"), f.texts("campaign_ids"), f.text("adgroup_name")
	match := statusFilter(f)
	return list(c, f, s.adgroups, func(x *adgroup) bool {
		return among(ids, x.id) && among(parents, x.parent.id) && like(name, x.name) && match(x.status, x.secondary(c.now))
	}, func(x *adgroup) object { return x.show(s, c.now) })
}
