package meta

import (
	"strings"
	"time"

	"github.com/agente-ceo/agente-ceo/platforms/sandbox/adservers"
)

type ad struct {
	id, name         string
	parent           *adset
	creative         *creative
	status           string
	domain           string
	created, updated time.Time
	reviewed         time.Time // when the review ends
	verdict          adservers.Verdict
	announced        bool // the verdict was sent as a webhook
	source           string
}

func (x *ad) nodeType() string { return "Ad" }
func (x *ad) nodeID() string   { return x.id }

func (x *ad) get(s *Server, now time.Time, field string) any {
	switch field {
	case "id":
		return x.id
	case "account_id":
		return s.cfg.AccountID
	case "name":
		return x.name
	case "adset_id":
		return x.parent.id
	case "adset":
		return x.parent
	case "campaign_id":
		return x.parent.parent.id
	case "campaign":
		return x.parent.parent
	case "creative":
		return x.creative
	case "adcreatives":
		return edgeOf(func() []node { return []node{x.creative} })
	case "status", "configured_status":
		return x.status
	case "effective_status":
		return x.effective(now)
	case "conversion_domain":
		return optional(x.domain)
	case "bid_type":
		return "ABSOLUTE_OCPM"
	case "targeting":
		return rawJSON(x.parent.targetingJSON)
	case "source_ad_id":
		return optional(x.source)
	case "created_time":
		return s.stamp(x.created)
	case "updated_time":
		return s.stamp(x.updated)
	}
	return x.findings(now, field)
}

// findings is what the review has to say.
func (x *ad) findings(now time.Time, field string) any {
	if now.Before(x.reviewed) || x.verdict.Outcome == adservers.Approved {
		return nil
	}
	switch field {
	case "ad_review_feedback":
		if x.verdict.Outcome == adservers.Disapproved {
			return object{"global": object{x.verdict.Policy: x.verdict.Detail}}
		}
	case "issues_info":
		return []object{{
			"level": "AD", "error_code": 1487194, "error_type": "HARD_ERROR", "error_summary": x.verdict.Policy, "error_message": x.verdict.Detail,
		}}
	}
	return nil
}

func (s *Server) createAd(c *call) (any, *fail) {
	p := c.params
	if bad := checkName(p, true); bad != nil {
		return nil, bad
	}
	if !p.has("adset_id") {
		return nil, missing("adset_id")
	}
	parent, ok := s.nodes[p["adset_id"]].(*adset)
	if !ok {
		return nil, refuse(1487990, "adset_id", "Invalid ad set", "The ad set "+p["adset_id"]+" does not exist.")
	}
	if parent.status == "DELETED" || parent.status == "ARCHIVED" {
		return nil, deletedObject("ad set")
	}
	x := &ad{name: p["name"], parent: parent, created: c.now, updated: c.now}
	var bad *fail
	if x.status, bad = p.choice("status", "ACTIVE", createStatuses); bad != nil {
		return nil, bad
	}
	if bad := x.readDomain(p); bad != nil {
		return nil, bad
	}
	if !p.has("creative") {
		return nil, missing("creative")
	}
	found, bad := s.pickCreative(c)
	if bad != nil {
		return nil, bad
	}
	dry, bad := p.dryRun()
	if dry || bad != nil {
		return object{"success": true}, bad
	}
	if found.id == "" {
		s.addCreative(found)
	}
	s.addAd(x, found, c.now)
	return object{"id": x.id}, nil
}

// addAd puts a new ad into review.
func (s *Server) addAd(x *ad, cr *creative, now time.Time) {
	x.id = s.newID()
	x.parent.ads = append(x.parent.ads, x)
	s.ads = append(s.ads, x)
	s.nodes[x.id] = x
	s.review(x, cr, now)
	s.publish(now, []*ad{x})
}

// review begins a review of the ad with a creative; the verdict counts when the delay has passed.
func (s *Server) review(x *ad, cr *creative, now time.Time) {
	x.creative, x.announced = cr, false
	x.reviewed = now.Add(s.cfg.ReviewDelay)
	x.verdict = adservers.Review(cr.headline, cr.body, cr.description)
}

func (x *ad) readDomain(p params) *fail {
	if d := p["conversion_domain"]; d != "" {
		if strings.ContainsAny(d, "/: ") || !strings.Contains(d, ".") {
			return invalid("Param conversion_domain must be a domain without scheme or path")
		}
		x.domain = d
	}
	return nil
}

// pickCreative finds the creative of an ad by creative_id (or id), or reads one given in place; a new one has no id yet.
func (s *Server) pickCreative(c *call) (*creative, *fail) {
	var ref struct {
		CreativeID looseText `json:"creative_id"`
		ID         looseText `json:"id"`
	}
	if bad := c.params.into("creative", &ref); bad != nil {
		return nil, bad
	}
	id := or(string(ref.CreativeID), string(ref.ID))
	if id == "" {
		return s.readCreative(c, inlineParams(c.params["creative"]))
	}
	x, ok := s.nodes[id].(*creative)
	if !ok {
		return nil, refuse(1487015, "creative", "Invalid creative", "The creative "+id+" does not exist.")
	}
	return x, nil
}

func (s *Server) updateAd(c *call, x *ad) (any, *fail) {
	p := c.params
	if x.status == "DELETED" || x.status == "ARCHIVED" && p["status"] != "DELETED" {
		return nil, deletedObject("ad")
	}
	if bad := checkName(p, false); bad != nil {
		return nil, bad
	}
	if p.has("adset_id") && p["adset_id"] != x.parent.id {
		return nil, invalid("The ad set of an ad cannot be changed")
	}
	next := *x
	if p.has("name") {
		next.name = p["name"]
	}
	if bad := next.readDomain(p); bad != nil {
		return nil, bad
	}
	var bad *fail
	if next.status, bad = p.choice("status", x.status, editableStatuses); bad != nil {
		return nil, bad
	}
	found := x.creative
	if p.has("creative") {
		if found, bad = s.pickCreative(c); bad != nil {
			return nil, bad
		}
	}
	dry, bad := p.dryRun()
	if dry || bad != nil {
		return object{"success": true}, bad
	}
	next.updated = c.now
	*x = next
	if found != x.creative {
		if found.id == "" {
			s.addCreative(found)
		}
		s.review(x, found, c.now)
	}
	s.publish(c.now, []*ad{x})
	return object{"success": true}, nil
}
