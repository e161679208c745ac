package meta

import (
	"time"

	"github.com/agente-ceo/agente-ceo/platforms/sandbox/adservers"
	"github.com/agente-ceo/agente-ceo/platforms/sandbox/market"
)

// effective is the ad set's effective_status.
func (x *adset) effective() string {
	if x.status != "ACTIVE" {
		return x.status
	}
	if x.parent.status != "ACTIVE" {
		return "CAMPAIGN_PAUSED"
	}
	return "ACTIVE"
}

// effective is the ad's effective_status at now: its own end first, then the review, then the pauses from top to bottom. That a
// review shows before a pause is how the platform's own sample reads back a new paused ad.
func (x *ad) effective(now time.Time) string {
	switch {
	case x.status == "DELETED" || x.status == "ARCHIVED":
		return x.status
	case now.Before(x.reviewed):
		return "PENDING_REVIEW"
	case x.verdict.Outcome == adservers.Disapproved:
		return "DISAPPROVED"
	case x.verdict.Outcome == adservers.Flagged:
		return "WITH_ISSUES"
	case x.status == "PAUSED":
		return "PAUSED"
	case x.parent.parent.status != "ACTIVE":
		return "CAMPAIGN_PAUSED"
	case x.parent.status != "ACTIVE":
		return "ADSET_PAUSED"
	}
	return "ACTIVE"
}

// delivers reports whether the ad may spend at now: it is effectively active, its ad set is within its schedule, and its audiences are filled.
func (x *ad) delivers(now time.Time) bool {
	set := x.parent
	if x.effective(now) != "ACTIVE" || now.Before(set.start) || !set.end.IsZero() && !now.Before(set.end) {
		return false
	}
	if stop := set.parent.stop; !stop.IsZero() && !now.Before(stop) {
		return false
	}
	for _, a := range set.audiences {
		if now.Before(a.ready) {
			return false
		}
	}
	return true
}

// changesAt is the next time after now at which time alone may change the ad's delivery; zero when there is none.
func (x *ad) changesAt(now time.Time) time.Time {
	var next time.Time
	consider := func(t time.Time) {
		if t.After(now) && (next.IsZero() || t.Before(next)) {
			next = t
		}
	}
	if x.status == "DELETED" || x.status == "ARCHIVED" {
		return next
	}
	consider(x.reviewed)
	consider(x.parent.start)
	consider(x.parent.end)
	consider(x.parent.parent.stop)
	for _, a := range x.parent.audiences {
		consider(a.ready)
	}
	return next
}

// publish tells the market what changed about some ads, and remembers when time will change them next.
func (s *Server) publish(now time.Time, ads []*ad) {
	for _, x := range ads {
		s.announceReview(now, x)
		s.board.Set(now, s.marketAd(x), x.delivers(now))
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

// marketAd describes an ad to the market. A lifetime budget is spread over the days of its schedule; a campaign budget is shared by its ad sets.
func (s *Server) marketAd(x *ad) market.Ad {
	set := x.parent
	m := market.Ad{
		Platform: market.Meta, ID: x.id, AdSetID: set.id, CampaignID: set.parent.id,
		Landing: x.landing(), Headline: x.creative.headline, Body: x.creative.body, MediaHash: x.creative.media,
		Countries: set.targeting.Geo.Countries, Audience: "broad", DailyBudget: set.perDay(),
	}
	if set.bidStrategy == "COST_CAP" || set.bidStrategy == "LOWEST_COST_WITH_BID_CAP" {
		m.CostCap = set.bidAmount
	}
	if len(set.targeting.Flexible) > 0 || len(set.targeting.Interests) > 0 {
		m.Audience = "interests"
	}
	for _, a := range set.audiences {
		m.Audience, m.FromPct, m.ToPct = "lookalike", a.fromPct, max(1, a.toPct)
	}
	return m
}

// perDay is what the ad set may spend on an average day.
func (x *adset) perDay() int64 {
	c := x.parent
	switch {
	case x.daily > 0:
		return x.daily
	case x.lifetime > 0:
		return x.lifetime / wholeDays(x.start, x.end)
	case c.daily > 0:
		return c.daily / c.activeSets()
	}
	return c.lifetime / wholeDays(c.start, c.stop) / c.activeSets()
}

// activeSets is how many ad sets share a campaign budget, at least 1.
func (x *campaign) activeSets() int64 {
	n := int64(0)
	for _, set := range x.adsets {
		if set.status == "ACTIVE" {
			n++
		}
	}
	return max(1, n)
}

func wholeDays(from, to time.Time) int64 {
	return max(1, int64((to.Sub(from)+24*time.Hour-1)/(24*time.Hour)))
}
