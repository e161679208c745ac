package google

import (
	"net/url"
	"strings"
	"time"

	"github.com/agente-ceo/agente-ceo/platforms/sandbox/adservers"
	"github.com/agente-ceo/agente-ceo/platforms/sandbox/market"
)

// microsPerMinor: a cent is ten thousand micros.
const microsPerMinor = 10_000

type budget struct {
	id, name string
	resource string
	micros   int64
	shared   bool
	removed  bool
	users    []*campaign
}

type campaign struct {
	id, name, resource string
	status             string // ENABLED, PAUSED or REMOVED
	channel            string
	budget             *budget
	bidding            string // bidding_strategy_type
	targetCPA          int64  // micros
	political          string
	suffix             string // final_url_suffix
	start, end         time.Time
	countries          []string
	adgroups           []*adgroup
}

type adgroup struct {
	id, name, resource string
	parent             *campaign
	status, kind       string
	targetCPA, bid     int64 // micros
	criteria           []*criterion
	ads                []*ad
}

type ad struct {
	id, name, resource      string
	parent                  *adgroup
	status                  string
	urls                    []string
	parameters              []customParameter
	headlines, descriptions []string
	created, reviewed       time.Time
	verdict                 adservers.Verdict
}

// key is what the market knows the ad by: an ad's id is unique only within its ad group on the platform, but it is unique here.
func (x *ad) key() string { return x.id }

func (x *campaign) primary(now time.Time) string {
	switch {
	case x.status != "ENABLED":
		return x.status
	case now.Before(x.start):
		return "PENDING"
	case !x.end.IsZero() && !now.Before(x.end):
		return "ENDED"
	}
	return "ELIGIBLE"
}

func (x *adgroup) primary(now time.Time) string {
	if x.status != "ENABLED" {
		return x.status
	}
	if x.parent.primary(now) != "ELIGIBLE" {
		return "NOT_ELIGIBLE"
	}
	return "ELIGIBLE"
}

func (x *ad) primary(now time.Time) string {
	switch {
	case x.status != "ENABLED":
		return x.status
	case now.Before(x.reviewed):
		return "PENDING"
	case x.verdict.Outcome != adservers.Approved, x.parent.primary(now) != "ELIGIBLE":
		return "NOT_ELIGIBLE"
	}
	return "ELIGIBLE"
}

// called is what the advertiser tells the ad by.
func (x *ad) called() string {
	if x.name == "" && len(x.parameters) > 0 {
		return x.parameters[0].Value
	}
	return x.name
}

// reasons say why the campaign is not eligible; nothing while it is.
func (x *campaign) reasons(now time.Time) []string {
	reason, known := map[string]string{"REMOVED": "CAMPAIGN_REMOVED", "PAUSED": "CAMPAIGN_PAUSED", "PENDING": "CAMPAIGN_PENDING", "ENDED": "CAMPAIGN_ENDED"}[x.primary(now)]
	if !known {
		return nil
	}
	return []string{reason}
}

func (x *adgroup) reasons(now time.Time) []string {
	var own []string
	if x.status != "ENABLED" {
		own = []string{"AD_GROUP_" + x.status}
	}
	return append(own, x.parent.reasons(now)...)
}

func (x *ad) reasons(now time.Time) []string {
	var own []string
	if x.status != "ENABLED" {
		own = []string{"AD_GROUP_AD_" + x.status}
	}
	switch approval, _ := x.approval(now); approval {
	case "UNKNOWN":
		own = append(own, "AD_GROUP_AD_UNDER_REVIEW")
	case "DISAPPROVED":
		own = append(own, "AD_GROUP_AD_DISAPPROVED")
	case "AREA_OF_INTEREST_ONLY":
		own = append(own, "AD_GROUP_AD_AREA_OF_INTEREST_ONLY")
	}
	return append(own, x.parent.reasons(now)...)
}

// approval is the ad's policy_summary.approval_status and review_status.
func (x *ad) approval(now time.Time) (approval, review string) {
	switch {
	case now.Before(x.reviewed):
		return "UNKNOWN", "REVIEW_IN_PROGRESS"
	case x.verdict.Outcome == adservers.Disapproved:
		return "DISAPPROVED", "REVIEWED"
	case x.verdict.Outcome == adservers.Flagged:
		return "AREA_OF_INTEREST_ONLY", "REVIEWED"
	}
	return "APPROVED", "REVIEWED"
}

// publish tells the market what changed about some ads, and remembers when time will change them next.
func (s *Server) publish(now time.Time, ads []*ad) {
	for _, x := range ads {
		s.board.Set(now, s.forMarket(x), x.primary(now) == "ELIGIBLE")
		for _, t := range []time.Time{x.reviewed, x.parent.parent.start, x.parent.parent.end} {
			if x.status != "REMOVED" && t.After(now) && (s.nextDue.IsZero() || t.Before(s.nextDue)) {
				s.nextDue = t
			}
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

// forMarket describes the ad to the market. A campaign budget is shared by the enabled ad groups of the campaigns that use it.
func (s *Server) forMarket(x *ad) market.Ad {
	c := x.parent.parent
	sharers := int64(0)
	for _, user := range c.budget.users {
		for _, g := range user.adgroups {
			if g.status == "ENABLED" && user.status == "ENABLED" {
				sharers++
			}
		}
	}
	m := market.Ad{
		Platform: market.Google, ID: x.key(), AdSetID: x.parent.id, CampaignID: c.id, Landing: x.landing(),
		Headline: first(x.headlines), Body: first(x.descriptions), Countries: c.countries, Audience: "broad",
		DailyBudget: c.budget.micros / microsPerMinor / max(1, sharers), CostCap: max(c.targetCPA, x.parent.targetCPA) / microsPerMinor,
	}
	if len(c.countries) == 0 {
		m.Countries = everywhere
	}
	if x.parent.keyed() {
		m.Audience = "interests"
	}
	return m
}

func first(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[0]
}

// landing is the first final URL with the campaign's suffix, and the ad's own and the platform's value-track parameters filled in.
func (x *ad) landing() string {
	c := x.parent.parent
	link := first(x.urls)
	if c.suffix != "" {
		join := "?"
		if strings.Contains(link, "?") {
			join = "&"
		}
		link += join + c.suffix
	}
	for _, p := range x.parameters {
		link = strings.ReplaceAll(link, "{_"+p.Key+"}", url.QueryEscape(p.Value))
	}
	return strings.NewReplacer("{campaignid}", c.id, "{adgroupid}", x.parent.id, "{creative}", x.id, "{network}", "g", "{device}", "m").Replace(link)
}

// The countries by the number of their geo target constant.
var geoTargets = map[string]string{
	"2076": "BR", "2840": "US", "2620": "PT", "2484": "MX", "2032": "AR", "2152": "CL", "2170": "CO", "2124": "CA", "2826": "GB",
	"2276": "DE", "2250": "FR", "2724": "ES", "2380": "IT", "2036": "AU",
}

var everywhere = []string{"BR", "US", "PT", "MX", "AR", "CL", "CO", "CA", "GB", "DE", "FR", "ES", "IT", "AU"}
