package tiktok

import (
	"slices"
	"strings"
	"time"
)

// audience is a custom audience: the pixel's buyers, or people like them.
type audience struct {
	id, name, kind string // kind: WEBSITE_TRAFFIC or LOOKALIKE
	spec           object
	fromPct, toPct int
	places         int
	created, ready time.Time
}

func (s *Server) addAudience(x *audience) {
	s.audiences = append(s.audiences, x)
	s.byID[x.id] = x
}

func (x *audience) size(s *Server, now time.Time) int {
	switch {
	case now.Before(x.ready):
		return 0
	case x.kind == "LOOKALIKE":
		return 900_000 * (x.toPct - x.fromPct) * x.places
	}
	return s.cfg.Market.Buyers()
}

// createRuleAudience makes an audience of people who did something on the site; its event sources must be our pixel.
func (s *Server) createRuleAudience(c *call) (any, *fail) {
	a := c.args
	a.require("advertiser_id", "custom_audience_name", "audience_type", "rule_spec")
	a.choice("audience_type", "", "PIXEL")
	inclusion := a.object("rule_spec").object("inclusion_rule_set")
	inclusion.require("operator", "rules")
	inclusion.choice("operator", "", "OR")
	for _, r := range inclusion.objects("rules") {
		r.require("retention_days")
		for _, id := range r.texts("event_source_ids") {
			if id != s.cfg.PixelID {
				r.violate("event_source_ids", "The event source "+id+" does not exist.")
			}
		}
		if inclusion.bad == nil {
			inclusion.bad = r.bad
		}
	}
	if a.bad == nil {
		a.bad = inclusion.bad
	}
	x := &audience{name: a.audienceName(), kind: "WEBSITE_TRAFFIC", created: c.now}
	if a.bad != nil {
		return nil, a.bad
	}
	x.id = s.newID()
	s.addAudience(x)
	return object{"custom_audience_id": x.id}, nil
}

func (a *args) audienceName() string {
	v := a.text("custom_audience_name")
	if len([]rune(v)) > 128 {
		a.violate("custom_audience_name", "Longer than maximum length 128.")
	}
	return v
}

// The bands are assumed: NARROW is the first per cent, BALANCED reaches to the third, BROAD to the tenth.
var bands = map[string][2]int{"NARROW": {0, 1}, "BALANCED": {1, 3}, "BROAD": {3, 10}}

func (s *Server) createLookalike(c *call) (any, *fail) {
	a := c.args
	a.require("advertiser_id", "custom_audience_name", "lookalike_spec")
	spec := a.object("lookalike_spec")
	spec.require("source_audience_id", "include_source", "mobile_os", "placements", "location_ids", "audience_size")
	x := &audience{name: a.audienceName(), kind: "LOOKALIKE", spec: spec.values, created: c.now, ready: c.now.Add(s.cfg.AudienceDelay)}
	spec.boolean("include_source")
	spec.choice("mobile_os", "", "ALL ANDROID IOS")
	spec.texts("placements")
	band := bands[spec.choice("audience_size", "", "NARROW BALANCED BROAD")]
	locations := spec.texts("location_ids")
	x.fromPct, x.toPct, x.places = band[0], band[1], len(locations)
	for _, id := range locations {
		if countryOf[id] == "" {
			spec.violate("location_ids", "The location "+id+" is invalid.")
		}
	}
	if a.has("lookalike_spec") && len(locations) == 0 {
		spec.violate("location_ids", "At least one location is required.")
	}
	source, ok := s.byID[spec.text("source_audience_id")].(*audience)
	switch {
	case a.bad != nil:
	case spec.bad != nil:
		a.bad = spec.bad
	case !ok:
		a.bad = invalid("lookalike_spec.source_audience_id: The audience does not exist.")
	case source.kind == "LOOKALIKE":
		a.bad = invalid("lookalike_spec.source_audience_id: The source audience cannot be a lookalike audience.")
	case source.size(s, c.now) < 100:
		a.bad = invalid("lookalike_spec.source_audience_id: The size of the source audience should be no less than 100.")
	}
	if a.bad != nil {
		return nil, a.bad
	}
	x.id = s.newID()
	s.addAudience(x)
	return object{"custom_audience_id": x.id}, nil
}

func (x *audience) show(s *Server, now time.Time) object {
	o := object{
		"audience_id": x.id, "name": x.name, "audience_type": strings.ReplaceAll(x.kind, "_", " "), "cover_num": x.size(s, now),
		"is_valid": !now.Before(x.ready) && x.size(s, now) >= 100, "is_expiring": false, "shared": false,
		"calculate_type": "PIXEL", "create_time": x.created.Format(timeLayout),
	}
	if x.spec != nil {
		o["lookalike_spec"] = x.spec
	}
	return o
}

func (s *Server) getAudiences(c *call) (any, *fail) {
	c.args.require("custom_audience_ids")
	ids := c.args.texts("custom_audience_ids")
	if c.args.bad != nil {
		return nil, c.args.bad
	}
	out := []object{}
	for _, x := range s.audiences {
		if slices.Contains(ids, x.id) {
			out = append(out, object{"audience_details": x.show(s, c.now), "audience_history": []object{}})
		}
	}
	return object{"list": out}, nil
}

func (s *Server) listAudiences(c *call) (any, *fail) {
	ids := c.args.texts("custom_audience_ids")
	return list(c, &args{}, s.audiences, func(x *audience) bool { return among(ids, x.id) }, func(x *audience) object { return x.show(s, c.now) })
}
