package meta

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/agente-ceo/agente-ceo/platforms/sandbox/adservers"
	"github.com/agente-ceo/agente-ceo/platforms/sandbox/market"
)

// levels from top to bottom.
var levels = []string{"account", "campaign", "adset", "ad"}

func levelOf(n node) int {
	switch n.(type) {
	case *account:
		return 0
	case *campaign:
		return 1
	case *adset:
		return 2
	case *ad:
		return 3
	}
	return -1
}

func hasInsights(n node) bool { return levelOf(n) >= 0 }

// group is one object of the asked level and the ads below it.
type group struct {
	node node
	ads  []*ad
}

// insights answers GET /{id}/insights. Objects that did not deliver in a period have no row. Deleted objects keep their rows.
func (s *Server) insights(c *call, n node) (any, *fail) {
	p := c.params
	if !hasInsights(n) {
		return nil, unsupported(c, n)
	}
	fields, bad := insightFieldNames(p["fields"])
	if bad != nil {
		return nil, bad
	}
	if p.has("breakdowns") && p["breakdowns"] != "[]" {
		return nil, invalid("breakdowns are not available to this sandbox account")
	}
	level := levelOf(n)
	if p.has("level") {
		asked := -1
		for i, name := range levels {
			if name == p["level"] {
				asked = i
			}
		}
		if asked < level {
			return nil, invalid("Param level must be one of {ad, adset, campaign, account} and not above the node")
		}
		level = asked
	}
	spans, bad := s.periods(c.now, p)
	if bad != nil {
		return nil, bad
	}
	groups, bad := s.groups(c, n, level)
	if bad != nil {
		return nil, bad
	}
	var rows []object
	for _, g := range groups {
		for _, sp := range spans {
			if t := s.total(c.now, g, sp); !adservers.Nothing(t) {
				rows = append(rows, s.row(c.now, g, sp, t, fields))
			}
		}
	}
	return s.pageRows(c, n, rows)
}

func (s *Server) pageRows(c *call, n node, rows []object) (any, *fail) {
	keys := make([]string, len(rows))
	for i := range rows {
		keys[i] = strconv.Itoa(i)
	}
	from, to, bad := cut(keys, c.params)
	if bad != nil {
		return nil, bad
	}
	out := object{"data": append([]object{}, rows[from:to]...)}
	if to > from {
		out["paging"] = s.paging(c, c.params, "/"+n.nodeID()+"/insights", keys[from], keys[to-1], from > 0, to < len(keys))
	}
	return out, nil
}

func insightFieldNames(text string) ([]string, *fail) {
	if text == "" {
		return []string{"account_id", "impressions", "spend"}, nil
	}
	parsed, bad := parseFields(text)
	if bad != nil {
		return nil, bad
	}
	var names []string
	for _, f := range parsed {
		if !insightFields[f.name] {
			return nil, invalid(f.name + " is not valid for fields param. please check https://developers.facebook.com/docs/marketing-api/reference/ads-insights/ for all valid values")
		}
		names = append(names, f.name)
	}
	return names, nil
}

// groups lists the objects of a level below a node that the filtering lets through.
func (s *Server) groups(c *call, n node, level int) ([]group, *fail) {
	var conditions []condition
	if bad := c.params.into("filtering", &conditions); bad != nil {
		return nil, bad
	}
	var out []group
	for _, g := range s.allGroups(n, level) {
		ok, bad := s.matches(c, g.node, conditions)
		if bad != nil {
			return nil, bad
		}
		if ok {
			out = append(out, g)
		}
	}
	return out, nil
}

func (s *Server) allGroups(n node, level int) (out []group) {
	ads := s.adsBelow(n)
	switch level {
	case 0:
		return []group{{n, ads}}
	case 3:
		for _, x := range ads {
			out = append(out, group{x, []*ad{x}})
		}
		return out
	}
	at := map[string]int{}
	for _, x := range ads {
		var owner node = x.parent
		if level == 1 {
			owner = x.parent.parent
		}
		i, seen := at[owner.nodeID()]
		if !seen {
			i = len(out)
			at[owner.nodeID()] = i
			out = append(out, group{node: owner})
		}
		out[i].ads = append(out[i].ads, x)
	}
	return out
}

func (s *Server) adsBelow(n node) []*ad {
	switch x := n.(type) {
	case *campaign:
		return x.allAds()
	case *adset:
		return x.ads
	case *ad:
		return []*ad{x}
	}
	return s.ads
}

// span is one period of a report: some days, or the whole life of the object.
type span struct {
	since, until string
	lifetime     bool
}

// periods reads date_preset or time_range, and cuts it by time_increment. Without either it is last_30d.
func (s *Server) periods(now time.Time, p params) ([]span, *fail) {
	today := s.cfg.Market.AccountDay(now)
	whole, bad := s.dateRange(today, p)
	if bad != nil {
		return nil, bad
	}
	increment := or(p["time_increment"], "all_days")
	if increment == "all_days" {
		return []span{whole}, nil
	}
	if whole.lifetime {
		whole = span{since: s.firstDay(now), until: today}
	}
	step, err := strconv.Atoi(increment)
	if increment != "monthly" && (err != nil || step < 1 || step > 90) {
		return nil, invalid("Param time_increment must be an integer between 1 and 90, monthly or all_days")
	}
	var out []span
	for since := whole.since; since <= whole.until; {
		until := adservers.AddDays(since, step-1)
		if increment == "monthly" {
			until = monthEnd(since)
		}
		out = append(out, span{since: since, until: min(until, whole.until)})
		since = adservers.AddDays(until, 1)
	}
	return out, nil
}

// firstDay is the account day on which the account made its first ad.
func (s *Server) firstDay(now time.Time) string {
	if len(s.ads) > 0 {
		now = s.ads[0].created
	}
	return s.cfg.Market.AccountDay(now)
}

func (s *Server) dateRange(today string, p params) (span, *fail) {
	if !p.has("time_range") {
		return preset(today, or(p["date_preset"], "last_30d"))
	}
	var r struct{ Since, Until string }
	if bad := p.into("time_range", &r); bad != nil {
		return span{}, bad
	}
	since, ok1 := adservers.ParseDay(r.Since)
	until, ok2 := adservers.ParseDay(r.Until)
	if !ok1 || !ok2 || until.Before(since) {
		return span{}, invalid("Param time_range must be an object of since and until as YYYY-MM-DD, since not after until")
	}
	if now, _ := adservers.ParseDay(today); since.Before(now.AddDate(0, -37, 0)) {
		return span{}, &fail{
			status: http.StatusBadRequest, kind: "OAuthException", code: 3018,
			message: "(#3018) The start date of the time range cannot be beyond 37 months from the current date",
		}
	}
	return span{since: r.Since, until: r.Until}, nil
}

// preset resolves a date_preset. The last_Nd presets end yesterday.
func preset(today, name string) (span, *fail) {
	t, _ := adservers.ParseDay(today)
	day := func(t time.Time) string { return t.Format(adservers.DayLayout) }
	first := time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, time.UTC)
	sunday := t.AddDate(0, 0, -int(t.Weekday()))
	monday := t.AddDate(0, 0, -int(t.Weekday()+6)%7)
	quarter := time.Date(t.Year(), t.Month()-(t.Month()-1)%3, 1, 0, 0, 0, 0, time.UTC)
	year := time.Date(t.Year(), 1, 1, 0, 0, 0, 0, time.UTC)
	switch name {
	case "maximum", "data_maximum":
		return span{until: today, lifetime: true}, nil
	case "today":
		return span{since: today, until: today}, nil
	case "yesterday":
		return span{since: adservers.AddDays(today, -1), until: adservers.AddDays(today, -1)}, nil
	case "this_month":
		return span{since: day(first), until: today}, nil
	case "last_month":
		return span{since: day(first.AddDate(0, -1, 0)), until: day(first.AddDate(0, 0, -1))}, nil
	case "this_quarter":
		return span{since: day(quarter), until: today}, nil
	case "last_quarter":
		return span{since: day(quarter.AddDate(0, -3, 0)), until: day(quarter.AddDate(0, 0, -1))}, nil
	case "this_year":
		return span{since: day(year), until: today}, nil
	case "last_year":
		return span{since: day(year.AddDate(-1, 0, 0)), until: day(year.AddDate(0, 0, -1))}, nil
	case "this_week_sun_today":
		return span{since: day(sunday), until: today}, nil
	case "this_week_mon_today":
		return span{since: day(monday), until: today}, nil
	case "last_week_sun_sat":
		return span{since: day(sunday.AddDate(0, 0, -7)), until: day(sunday.AddDate(0, 0, -1))}, nil
	case "last_week_mon_sun":
		return span{since: day(monday.AddDate(0, 0, -7)), until: day(monday.AddDate(0, 0, -1))}, nil
	}
	if n, err := strconv.Atoi(strings.TrimSuffix(strings.TrimPrefix(name, "last_"), "d")); err == nil && contains("last_3d last_7d last_14d last_28d last_30d last_90d", name) {
		return span{since: adservers.AddDays(today, -n), until: adservers.AddDays(today, -1)}, nil
	}
	return span{}, invalid("Param date_preset " + name + " is not a known preset")
}

func monthEnd(day string) string {
	t, _ := adservers.ParseDay(day)
	return time.Date(t.Year(), t.Month()+1, 0, 0, 0, 0, 0, time.UTC).Format(adservers.DayLayout)
}

// total adds up a group over a span, asking the market only for ads and days that can have figures.
func (s *Server) total(now time.Time, g group, sp span) market.Totals {
	var sum market.Totals
	today := s.cfg.Market.AccountDay(now)
	for _, x := range g.ads {
		if !s.board.Ever(x.id) {
			continue
		}
		if sp.lifetime {
			sum = adservers.Sum(sum, s.cfg.Market.Lifetime(now, market.Meta, x.id))
			continue
		}
		since := max(sp.since, s.cfg.Market.AccountDay(x.created))
		if from, ok := adservers.ParseDay(since); !ok || !s.board.Delivered(x.id, from) {
			continue
		}
		for _, day := range adservers.Days(since, min(sp.until, today)) {
			sum = adservers.Sum(sum, s.cfg.Market.Day(now, market.Meta, x.id, day))
		}
	}
	return sum
}
