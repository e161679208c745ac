package meta

import (
	"slices"
	"strings"
	"time"
)

// readTargeting reads the targeting, and who pays and profits where the European Union asks for it.
func (x *adset) readTargeting(s *Server, p params, creating bool) *fail {
	if p.has("targeting") {
		var t targeting
		if bad := p.into("targeting", &t); bad != nil {
			return bad
		}
		if bad := s.checkTargeting(&t); bad != nil {
			return bad
		}
		x.targeting, x.targetingJSON, x.audiences = t, p["targeting"], nil
		for _, a := range t.Audiences {
			x.audiences = append(x.audiences, s.nodes[string(a.ID)].(*audience))
		}
	} else if creating {
		return missing("targeting")
	}
	if p.has("dsa_payor") {
		x.payor = p["dsa_payor"]
	}
	if p.has("dsa_beneficiary") {
		x.beneficiary = p["dsa_beneficiary"]
	}
	inEU := slices.ContainsFunc(x.targeting.Geo.Countries, func(code string) bool { return contains(euCountries, code) })
	if inEU && x.payor == "" {
		return refuse(3858079, "dsa_payor", "Payor is missing", "Ads that run in the European Union need dsa_payor.")
	}
	if inEU && x.beneficiary == "" {
		return refuse(3858081, "dsa_beneficiary", "Beneficiary is missing", "Ads that run in the European Union need dsa_beneficiary.")
	}
	if p.has("attribution_spec") {
		var windows []struct {
			Event string    `json:"event_type"`
			Days  looseText `json:"window_days"`
		}
		if bad := p.into("attribution_spec", &windows); bad != nil {
			return bad
		}
		x.attribution = p["attribution_spec"]
	}
	return nil
}

func (x *adset) readSchedule(p params) *fail {
	start, given, bad := p.date("start_time")
	if bad != nil {
		return bad
	}
	if given {
		x.start = start
	}
	end, given, bad := p.date("end_time")
	if bad != nil {
		return bad
	}
	if given {
		x.end = end
	}
	if !x.end.IsZero() && !x.end.After(x.start) {
		return refuse(1487793, "end_time", "Invalid schedule", "The end time must be after the start time.")
	}
	if x.lifetime > 0 && x.end.IsZero() {
		return refuse(1885023, "end_time", "End time required", "A lifetime budget needs end_time.")
	}
	return nil
}

func (s *Server) updateAdset(c *call, x *adset) (any, *fail) {
	p := c.params
	if x.status == "DELETED" || x.status == "ARCHIVED" && p["status"] != "DELETED" {
		return nil, deletedObject("ad set")
	}
	if bad := checkName(p, false); bad != nil {
		return nil, bad
	}
	next := *x
	if p.has("name") {
		next.name = p["name"]
	}
	for _, fixed := range [][2]string{{"billing_event", x.billing}, {"campaign_id", x.parent.id}} {
		if p.has(fixed[0]) && p[fixed[0]] != fixed[1] {
			return nil, invalid("The " + strings.ReplaceAll(fixed[0], "_", " ") + " of an ad set cannot be changed")
		}
	}
	status, bad := p.choice("status", x.status, editableStatuses)
	if bad != nil {
		return nil, bad
	}
	for _, read := range []func() *fail{
		func() *fail { return s.adsetBudget(p, &next) },
		func() *fail { return next.readBid(p) },
		func() *fail { return next.readTargeting(s, p, false) },
		func() *fail { return next.readSchedule(p) },
	} {
		if bad := read(); bad != nil {
			return nil, bad
		}
	}
	dry, bad := p.dryRun()
	if dry || bad != nil {
		return object{"success": true}, bad
	}
	if bad := x.countBudgetEdit(c, &next); bad != nil {
		return nil, bad
	}
	next.frozen, next.updated = x.frozen, c.now
	*x = next
	x.setStatus(status)
	s.publish(c.now, x.parent.allAds())
	return object{"success": true}, nil
}

// countBudgetEdit allows four budget changes an hour; the fifth blocks further ones for an hour.
func (x *adset) countBudgetEdit(c *call, next *adset) *fail {
	if next.daily == x.daily && next.lifetime == x.lifetime {
		return nil
	}
	tooMany := limited(613, 1487632, "Calls to this api have exceeded the rate limit.")
	if c.now.Before(x.frozen) {
		return tooMany
	}
	if x.edits.Sum(c.now) >= 4 {
		x.frozen = c.now.Add(time.Hour)
		return tooMany
	}
	x.edits.Add(c.now, 1)
	return nil
}
