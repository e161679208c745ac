package tiktok

import (
	"time"

	"github.com/agente-ceo/agente-ceo/platforms/sandbox/adservers"
	"github.com/agente-ceo/agente-ceo/platforms/sandbox/market"
)

// secondary is the ad group's secondary_status at now.
func (x *adgroup) secondary(now time.Time) string {
	switch {
	case x.status != "ENABLE":
		return "ADGROUP_STATUS_" + x.status
	case x.parent.status != "ENABLE":
		return "ADGROUP_STATUS_CAMPAIGN_DISABLE"
	case now.Before(x.start):
		return "ADGROUP_STATUS_NOT_START"
	case !x.end.IsZero() && !now.Before(x.end):
		return "ADGROUP_STATUS_TIME_DONE"
	}
	return "ADGROUP_STATUS_DELIVERY_OK"
}

// secondary is the ad's secondary_status at now: its own end, the review, then the pauses from its own up to the campaign's.
func (x *ad) secondary(now time.Time) string {
	switch {
	case x.status == "DELETE":
		return "AD_STATUS_DELETE"
	case now.Before(x.reviewed):
		return "AD_STATUS_AUDIT"
	case x.verdict.Outcome != adservers.Approved:
		return "AD_STATUS_AUDIT_DENY"
	case x.status == "DISABLE":
		return "AD_STATUS_DISABLE"
	case x.parent.status != "ENABLE":
		return "AD_STATUS_ADGROUP_DISABLE"
	case x.parent.parent.status != "ENABLE":
		return "AD_STATUS_CAMPAIGN_DISABLE"
	case now.Before(x.parent.start):
		return "AD_STATUS_NOT_START"
	case !x.parent.end.IsZero() && !now.Before(x.parent.end):
		return "AD_STATUS_DONE"
	}
	return "AD_STATUS_DELIVERY_OK"
}

// delivers reports whether the ad may spend at now; an audience that is not calculated yet holds it back.
func (x *ad) delivers(now time.Time) bool {
	for _, a := range x.parent.audiences {
		if now.Before(a.ready) {
			return false
		}
	}
	return x.secondary(now) == "AD_STATUS_DELIVERY_OK"
}

// changesAt is the next time after now at which time alone may change the ad's delivery; zero when there is none.
func (x *ad) changesAt(now time.Time) (next time.Time) {
	if x.status == "DELETE" {
		return next
	}
	due := []time.Time{x.reviewed, x.parent.start, x.parent.end}
	for _, a := range x.parent.audiences {
		due = append(due, a.ready)
	}
	for _, t := range due {
		if t.After(now) && (next.IsZero() || t.Before(next)) {
			next = t
		}
	}
	return next
}

// publish tells the market what changed about some ads, and remembers when time will change them next.
func (s *Server) publish(now time.Time, ads []*ad) {
	for _, x := range ads {
		s.board.Set(now, x.forMarket(), x.delivers(now))
		if next := x.changesAt(now); !next.IsZero() && (s.nextDue.IsZero() || next.Before(s.nextDue)) {
			s.nextDue = next
		}
	}
}

// settle publishes every ad when something became due.
func (s *Server) settle(now time.Time) {
	if s.nextDue.IsZero() || now.Before(s.nextDue) {
		return
	}
	s.nextDue = time.Time{}
	s.publish(now, s.ads)
}

// forMarket describes the ad to the market. TikTok ads have no headline.
func (x *ad) forMarket() market.Ad {
	g := x.parent
	m := market.Ad{
		Platform: market.TikTok, ID: x.id, AdSetID: g.id, CampaignID: g.parent.id,
		Landing: x.landing, Body: x.text, MediaHash: x.media, Audience: "broad", DailyBudget: g.perDay(),
	}
	for _, id := range g.locations {
		m.Countries = append(m.Countries, countryOf[id])
	}
	if g.bidType == "BID_TYPE_CUSTOM" {
		m.CostCap = g.bid
	}
	if len(g.interests)+len(g.keywords) > 0 {
		m.Audience = "interests"
	}
	for _, a := range g.audiences {
		m.Audience, m.FromPct, m.ToPct = "lookalike", a.fromPct, max(1, a.toPct)
	}
	return m
}

// perDay is what the ad group may spend on an average day.
func (x *adgroup) perDay() int64 {
	switch x.mode {
	case "BUDGET_MODE_TOTAL":
		return x.budget / wholeDays(x.start, x.end)
	case "BUDGET_MODE_INFINITE":
		sharers := int64(0)
		for _, g := range x.parent.adgroups {
			if g.status == "ENABLE" {
				sharers++
			}
		}
		return x.parent.budget / max(1, sharers)
	}
	return x.budget
}
