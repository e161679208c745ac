package meta

import (
	"github.com/agente-ceo/agente-ceo/platforms/sandbox/adservers"
	"time"
)

type renameOptions struct {
	Strategy string  `json:"rename_strategy"`
	Prefix   *string `json:"rename_prefix"`
	Suffix   *string `json:"rename_suffix"`
}

// apply names a copy; without any option the platform appends " - Copy" (assumed).
func (o renameOptions) apply(name string, top bool) string {
	if o.Strategy == "NO_RENAME" || o.Strategy == "ONLY_TOP_LEVEL_RENAME" && !top {
		return name
	}
	if o.Prefix == nil && o.Suffix == nil {
		return name + " - Copy"
	}
	if o.Prefix != nil {
		name = *o.Prefix + name
	}
	if o.Suffix != nil {
		name += *o.Suffix
	}
	return name
}

// copyAdset copies an ad set, and with deep_copy up to three ads with it.
func (s *Server) copyAdset(c *call, x *adset) (any, *fail) {
	p := c.params
	if x.status == "DELETED" {
		return nil, deletedObject("ad set")
	}
	deep, _, bad := p.boolean("deep_copy")
	if bad != nil {
		return nil, bad
	}
	option, bad := p.choice("status_option", "PAUSED", "PAUSED ACTIVE INHERITED_FROM_SOURCE")
	if bad != nil {
		return nil, bad
	}
	rename := renameOptions{Strategy: "DEEP_RENAME"}
	if bad := p.into("rename_options", &rename); bad != nil {
		return nil, bad
	}
	if !contains("DEEP_RENAME ONLY_TOP_LEVEL_RENAME NO_RENAME", rename.Strategy) {
		return nil, invalid("Param rename_options[rename_strategy] must be one of {DEEP_RENAME, ONLY_TOP_LEVEL_RENAME, NO_RENAME}")
	}
	var children []*ad
	for _, a := range x.ads {
		if deep && a.status != "DELETED" && a.status != "ARCHIVED" {
			children = append(children, a)
		}
	}
	if len(children) > 3 {
		return nil, refuse(1885194, "deep_copy", "Request is too large", "A synchronous copy takes at most three ads. Use an asynchronous request.")
	}
	target, bad := s.copyTarget(p, x)
	if bad != nil {
		return nil, bad
	}
	return s.performCopy(c.now, x, target, children, option, rename), nil
}

// copyTarget is the campaign that the copy goes to: the source's own unless campaign_id says otherwise.
func (s *Server) copyTarget(p params, x *adset) (*campaign, *fail) {
	target := x.parent
	if p.has("campaign_id") {
		found, ok := s.nodes[p["campaign_id"]].(*campaign)
		if !ok {
			return nil, refuse(1487990, "campaign_id", "Invalid campaign", "The campaign "+p["campaign_id"]+" does not exist.")
		}
		target = found
	}
	if target.status == "DELETED" || target.status == "ARCHIVED" {
		return nil, deletedObject("campaign")
	}
	if target.hasBudget() != x.parent.hasBudget() {
		return nil, refuse(1885621, "campaign_id", "Budget in two places", "The campaigns of source and copy keep their budgets at different levels.")
	}
	return target, nil
}

func (s *Server) performCopy(now time.Time, x *adset, target *campaign, children []*ad, option string, rename renameOptions) object {
	set := *x
	set.parent, set.ads, set.source, set.frozen = target, nil, x.id, time.Time{}
	set.name = rename.apply(x.name, true)
	set.status = copyStatus(option, x.status)
	set.created, set.updated = now, now
	if set.start.Before(now) {
		set.start = now
	}
	s.addAdset(&set)
	made := []object{{"ad_object_type": "ad_set", "source_id": x.id, "copied_id": set.id}}
	for _, a := range children {
		twin := &ad{
			name: rename.apply(a.name, false), parent: &set, status: copyStatus(option, a.status), domain: a.domain,
			created: now, updated: now, source: a.id, verdict: adservers.Verdict{},
		}
		s.addAd(twin, a.creative, now)
		made = append(made, object{"ad_object_type": "ad", "source_id": a.id, "copied_id": twin.id})
	}
	return object{"copied_adset_id": set.id, "ad_object_ids": made}
}

func copyStatus(option, source string) string {
	if option == "INHERITED_FROM_SOURCE" {
		return source
	}
	return option
}
