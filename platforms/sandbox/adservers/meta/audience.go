package meta

import (
	"net/http"
	"strconv"
	"time"
)

// audience is a custom audience: the website's buyers, or people like them.
type audience struct {
	id, name, subtype, description string
	rule                           string // JSON as sent
	retention                      int64
	origin                         *audience
	spec                           string // lookalike_spec, JSON as sent
	fromPct, toPct                 int
	places                         int
	created, ready                 time.Time
}

func (x *audience) nodeType() string { return "CustomAudience" }
func (x *audience) nodeID() string   { return x.id }

// size is how many people the audience holds: the pixel's buyers, or the band of the countries' people once it is filled.
func (x *audience) size(s *Server, now time.Time) int {
	if x.subtype != "LOOKALIKE" {
		return s.cfg.Market.Buyers()
	}
	if now.Before(x.ready) {
		return 0
	}
	return 1_100_000 * (x.toPct - x.fromPct) * x.places
}

func (x *audience) get(s *Server, now time.Time, field string) any {
	switch field {
	case "id":
		return x.id
	case "account_id":
		return s.cfg.AccountID
	case "name":
		return x.name
	case "description":
		return optional(x.description)
	case "subtype":
		return x.subtype
	case "rule":
		return optional(x.rule)
	case "retention_days":
		if x.retention > 0 {
			return x.retention
		}
	case "lookalike_spec":
		return rawJSON(x.spec)
	case "approximate_count_lower_bound":
		return x.size(s, now)
	case "approximate_count_upper_bound":
		return x.size(s, now) * 6 / 5
	case "delivery_status":
		return x.delivery(s, now)
	case "operation_status":
		if now.Before(x.ready) {
			return object{"code": 441, "description": "We're finding people who fit your audience criteria."}
		}
		return object{"code": 200, "description": "Normal"}
	case "time_created", "time_updated", "time_content_updated":
		return x.created.Unix()
	}
	return nil
}

// delivery is usable with code 200 alone. Code 300 while an audience fills or is empty is assumed.
func (x *audience) delivery(s *Server, now time.Time) object {
	switch {
	case now.Before(x.ready):
		return object{"code": 300, "description": "This audience is being created and cannot be used yet."}
	case x.size(s, now) == 0:
		return object{"code": 300, "description": "This audience is too small to run ads."}
	}
	return object{"code": 200, "description": "This audience is ready for use."}
}

func (s *Server) addAudience(x *audience) {
	s.audiences = append(s.audiences, x)
	s.nodes[x.id] = x
}

func (s *Server) createAudience(c *call) (any, *fail) {
	p := c.params
	if bad := checkName(p, true); bad != nil {
		return nil, bad
	}
	subtype, bad := p.choice("subtype", "WEBSITE", "WEBSITE CUSTOM LOOKALIKE")
	if bad != nil {
		return nil, bad
	}
	x := &audience{name: p["name"], description: p["description"], subtype: subtype, created: c.now}
	switch subtype {
	case "LOOKALIKE":
		bad = s.readLookalike(p, x)
	case "WEBSITE":
		bad = s.readWebsite(p, x)
	case "CUSTOM":
		if !p.has("customer_file_source") {
			bad = missing("customer_file_source")
		}
	}
	if bad != nil {
		return nil, bad
	}
	x.id = s.newID()
	s.addAudience(x)
	return object{"id": x.id}, nil
}

// readWebsite reads the rule of a website audience: its event sources must be our pixel.
func (s *Server) readWebsite(p params, x *audience) *fail {
	if !p.has("rule") {
		return missing("rule")
	}
	var rule struct {
		Inclusions struct {
			Rules []struct {
				Sources []struct {
					ID   looseText `json:"id"`
					Type string    `json:"type"`
				} `json:"event_sources"`
				Retention looseText `json:"retention_seconds"`
			} `json:"rules"`
		} `json:"inclusions"`
	}
	if bad := p.into("rule", &rule); bad != nil {
		return bad
	}
	if len(rule.Inclusions.Rules) == 0 {
		return invalid("Param rule needs inclusions.rules")
	}
	for _, r := range rule.Inclusions.Rules {
		if len(r.Sources) == 0 {
			return invalid("Param rule needs inclusions.rules[].event_sources")
		}
		for _, src := range r.Sources {
			if string(src.ID) != s.cfg.PixelID {
				return refuse(1713037, "rule", "Invalid pixel", "The event source "+string(src.ID)+" does not exist or is not shared with this account.")
			}
		}
		seconds, _ := r.Retention.number()
		x.retention = max(x.retention, seconds/86400)
	}
	x.rule = p["rule"]
	return nil
}

type lookalikeSpec struct {
	Country  string `json:"country"`
	Location *struct {
		Geo geo `json:"geo_locations"`
	} `json:"location_spec"`
	Ratio    looseText `json:"ratio"`
	Starting looseText `json:"starting_ratio"`
	Type     string    `json:"type"`
}

func (s *Server) readLookalike(p params, x *audience) *fail {
	if !p.has("origin_audience_id") {
		return missing("origin_audience_id")
	}
	origin, ok := s.nodes[p["origin_audience_id"]].(*audience)
	if !ok || origin.subtype == "LOOKALIKE" {
		return refuse(1713098, "origin_audience_id", "Invalid source audience", "The source audience must be an audience of this account that is no lookalike itself.")
	}
	if !p.has("lookalike_spec") {
		return missing("lookalike_spec")
	}
	var spec lookalikeSpec
	if bad := p.into("lookalike_spec", &spec); bad != nil {
		return bad
	}
	if bad := x.readBand(spec); bad != nil {
		return bad
	}
	now := s.cfg.Now().UTC()
	if n := origin.size(s, now); n < 100 {
		// The subcode and the words are assumed; the contract only names the limit of 100 people.
		return &fail{
			status: http.StatusBadRequest, kind: "OAuthException", code: 2654, subcode: 1713007,
			message: "(#2654) Failed to create lookalike custom audience",
			title:   "Source audience is too small", advice: "The source audience needs at least 100 people; it has " + strconv.Itoa(n) + ".",
		}
	}
	x.origin, x.spec, x.ready = origin, p["lookalike_spec"], now.Add(s.cfg.LookalikeDelay)
	return nil
}

// readBand reads countries and ratios: 0.01 to 0.20 in whole per cent, the start below the end.
func (x *audience) readBand(spec lookalikeSpec) *fail {
	if (spec.Country == "") == (spec.Location == nil) {
		return invalid("lookalike_spec needs either country or location_spec, not both")
	}
	places := []string{spec.Country}
	if spec.Location != nil {
		places = spec.Location.Geo.Countries
	}
	if len(places) == 0 {
		return invalid("lookalike_spec needs at least one country in location_spec.geo_locations.countries")
	}
	for _, code := range places {
		if !contains(countries, code) {
			return refuse(1487851, "lookalike_spec", "Invalid location", "The country code "+code+" is invalid.")
		}
	}
	to, ok := wholePercent(spec.Ratio)
	if !ok || to < 1 || to > 20 {
		return invalid("lookalike_spec[ratio] must be between 0.01 and 0.20 in steps of 0.01")
	}
	from := 0
	if spec.Starting != "" {
		if from, ok = wholePercent(spec.Starting); !ok || from < 0 || from >= to {
			return invalid("lookalike_spec[starting_ratio] must be below ratio, in steps of 0.01")
		}
	}
	x.fromPct, x.toPct, x.places = from, to, len(places)
	return nil
}

func wholePercent(text looseText) (int, bool) {
	f, err := strconv.ParseFloat(string(text), 64)
	if err != nil || f < 0 || f > 1 {
		return 0, false
	}
	pct := int(f*100 + 0.5)
	return pct, f*100-float64(pct) < 1e-6 && float64(pct)-f*100 < 1e-6
}
