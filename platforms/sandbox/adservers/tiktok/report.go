package tiktok

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/agente-ceo/agente-ceo/platforms/sandbox/adservers"
	"github.com/agente-ceo/agente-ceo/platforms/sandbox/market"
)

// dataLevels map a data_level to the id dimension that its rows may be grouped by.
var dataLevels = map[string]string{
	"AUCTION_ADVERTISER": "advertiser_id", "AUCTION_CAMPAIGN": "campaign_id", "AUCTION_ADGROUP": "adgroup_id", "AUCTION_AD": "ad_id",
}

// query is a report request, checked.
type query struct {
	level        string // the id dimension
	byID, byDay  bool
	metrics      []string
	since, until string
	lifetime     bool
	campaigns    []string
	adgroups     []string
	ads          []string
}

// bucket is one row in the making.
type bucket struct {
	sample *ad
	day    string
	total  market.Totals
}

// report answers report/integrated/get. Objects and days without delivery have no row.
func (s *Server) report(c *call) (any, *fail) {
	a := c.args
	q := readQuery(c)
	page, size := a.paging()
	if a.bad != nil {
		return nil, a.bad
	}
	rows := s.rows(c.now, q)
	out := []object{}
	for _, b := range cut(rows, page, size) {
		dimensions := object{}
		if q.byID {
			dimensions[q.level] = s.keyOf(q.level, b.sample)
		}
		if q.byDay {
			dimensions["stat_time_day"] = b.day + " 00:00:00"
		}
		metrics := object{}
		for _, m := range q.metrics {
			metrics[m] = s.metric(m, b)
		}
		out = append(out, object{"dimensions": dimensions, "metrics": metrics})
	}
	return object{"list": out, "page_info": pageInfo(page, size, len(rows))}, nil
}

func readQuery(c *call) query {
	a := c.args
	a.require("advertiser_id", "report_type", "data_level", "dimensions")
	a.choice("report_type", "", "BASIC")
	q := query{lifetime: a.boolean("query_lifetime"), metrics: a.texts("metrics")}
	q.level = dataLevels[a.choice("data_level", "", "AUCTION_ADVERTISER AUCTION_CAMPAIGN AUCTION_ADGROUP AUCTION_AD")]
	if !a.has("metrics") {
		q.metrics = []string{"spend", "impressions"}
	}
	q.readDimensions(a)
	for _, m := range q.metrics {
		if !contains(metricNames, m) {
			a.violate("metrics", "Invalid metric name: "+m+".")
		}
		if rank(m) > rank(q.level) {
			a.violate("metrics", m+" is not available at this data_level.")
		}
	}
	q.readDates(a)
	q.readFilters(a)
	return q
}

func (q *query) readDimensions(a *args) {
	for _, d := range a.texts("dimensions") {
		switch d {
		case q.level:
			q.byID = true
		case "stat_time_day":
			q.byDay = true
		case "stat_time_hour":
			if a.bad == nil {
				a.bad = &fail{40009, "dimensions: stat_time_hour is not supported in sandbox."}
			}
		default:
			a.violate("dimensions", "Invalid dimension for this data_level: "+d+".")
		}
	}
	if a.bad == nil && !q.byID && !q.byDay {
		a.violate("dimensions", "At least one dimension is required.")
	}
}

func (q *query) readDates(a *args) {
	if q.lifetime {
		if q.byDay {
			a.violate("query_lifetime", "Cannot be combined with stat_time_day.")
		}
		return
	}
	a.require("start_date", "end_date")
	q.since, q.until = a.text("start_date"), a.text("end_date")
	since, ok1 := adservers.ParseDay(q.since)
	until, ok2 := adservers.ParseDay(q.until)
	if a.bad != nil {
		return
	}
	if !ok1 || !ok2 || until.Before(since) {
		a.violate("start_date", "Use YYYY-MM-DD, start_date not after end_date.")
		return
	}
	most := 365
	if q.byDay {
		most = 30
	}
	if len(adservers.Days(q.since, q.until)) > most {
		a.violate("end_date", "The time range is longer than "+adservers.Count(int64(most))+" days.")
	}
}

func (q *query) readFilters(a *args) {
	for _, f := range a.objects("filtering") {
		f.require("field_name", "filter_type", "filter_value")
		var ids []string
		if err := json.Unmarshal([]byte(f.text("filter_value")), &ids); err != nil && f.bad == nil {
			f.violate("filter_value", "Must be the JSON text of a list of strings.")
		}
		f.choice("filter_type", "", "IN")
		switch f.text("field_name") {
		case "campaign_ids":
			q.campaigns = ids
		case "adgroup_ids":
			q.adgroups = ids
		case "ad_ids":
			q.ads = ids
		default:
			f.violate("field_name", "Must be one of: campaign_ids, adgroup_ids, ad_ids.")
		}
		if a.bad == nil {
			a.bad = f.bad
		}
	}
}

// rows adds up what delivered, in order of creation and then of days.
func (s *Server) rows(now time.Time, q query) []*bucket {
	var order []*bucket
	at := map[string]*bucket{}
	add := func(x *ad, day string, t market.Totals) {
		if adservers.Nothing(t) {
			return
		}
		key := day
		if q.byID {
			key = s.keyOf(q.level, x) + " " + day
		}
		b := at[key]
		if b == nil {
			b = &bucket{sample: x, day: day}
			at[key] = b
			order = append(order, b)
		}
		b.total = adservers.Sum(b.total, t)
	}
	today := s.cfg.Market.AccountDay(now)
	for _, x := range s.ads {
		if !s.board.Ever(x.id) || !among(q.campaigns, x.parent.parent.id) || !among(q.adgroups, x.parent.id) || !among(q.ads, x.id) {
			continue
		}
		if q.lifetime {
			add(x, "", s.cfg.Market.Lifetime(now, market.TikTok, x.id))
			continue
		}
		since := max(q.since, s.cfg.Market.AccountDay(x.created))
		if from, ok := adservers.ParseDay(since); !ok || !s.board.Delivered(x.id, from) {
			continue
		}
		for _, day := range adservers.Days(since, min(q.until, today)) {
			t := s.cfg.Market.Day(now, market.TikTok, x.id, day)
			if q.byDay {
				add(x, day, t)
			} else {
				add(x, "", t)
			}
		}
	}
	if q.byDay && !q.byID {
		slices.SortFunc(order, func(a, b *bucket) int { return strings.Compare(a.day, b.day) })
	}
	return order
}

func (s *Server) keyOf(level string, x *ad) string {
	switch level {
	case "campaign_id":
		return x.parent.parent.id
	case "adgroup_id":
		return x.parent.id
	case "ad_id":
		return x.id
	}
	return s.cfg.AdvertiserID
}

const metricNames = `spend impressions clicks ctr cpc cpm reach frequency cost_per_1000_reached conversion cost_per_conversion conversion_rate
conversion_rate_v2 real_time_conversion real_time_cost_per_conversion result cost_per_result result_rate complete_payment cost_per_complete_payment
complete_payment_rate value_per_complete_payment complete_payment_roas total_complete_payment_rate currency
campaign_name campaign_id objective_type adgroup_name adgroup_id ad_name ad_id`

// rank is how deep in the tree a name or an id belongs; figures belong everywhere.
func rank(name string) int {
	switch strings.TrimSuffix(strings.TrimSuffix(name, "_id"), "_name") {
	case "campaign", "objective_type":
		return 1
	case "adgroup":
		return 2
	case "ad":
		return 3
	}
	return 0
}

// metric writes one metric: always a text, two decimals for ratios and money. Clicks are clicks through to the shop.
func (s *Server) metric(name string, b *bucket) string {
	t, x := b.total, b.sample
	switch name {
	case "campaign_id", "adgroup_id", "ad_id":
		return s.keyOf(name, x)
	case "campaign_name":
		return x.parent.parent.name
	case "adgroup_name":
		return x.parent.name
	case "ad_name":
		return x.name
	case "objective_type":
		return x.parent.parent.objective
	case "currency":
		return s.cfg.Currency
	case "spend":
		return adservers.Decimal(t.SpendMinor)
	case "impressions":
		return adservers.Count(t.Impressions)
	case "clicks":
		return adservers.Count(t.Clicks)
	case "reach":
		return adservers.Count(reach(t))
	case "conversion", "real_time_conversion", "result", "complete_payment":
		return adservers.Count(t.Purchases)
	case "total_complete_payment_rate":
		return adservers.Decimal(t.RevenueMinor)
	}
	return ratio(name, t)
}

func reach(t market.Totals) int64 { return (t.Impressions*88 + 99) / 100 }

func ratio(name string, t market.Totals) string {
	switch name {
	case "ctr":
		return adservers.Ratio(t.Clicks*100, t.Impressions, 2)
	case "cpc":
		return adservers.Ratio(t.SpendMinor, t.Clicks*100, 2)
	case "cpm":
		return adservers.Ratio(t.SpendMinor*10, t.Impressions, 2)
	case "frequency":
		return adservers.Ratio(t.Impressions, reach(t), 2)
	case "cost_per_1000_reached":
		return adservers.Ratio(t.SpendMinor*10, reach(t), 2)
	case "conversion_rate", "conversion_rate_v2", "complete_payment_rate", "result_rate":
		return adservers.Ratio(t.Purchases*100, t.Clicks, 2)
	case "value_per_complete_payment":
		return adservers.Ratio(t.RevenueMinor, t.Purchases*100, 2)
	case "complete_payment_roas":
		return adservers.Ratio(t.RevenueMinor, t.SpendMinor, 2)
	}
	return adservers.Ratio(t.SpendMinor, t.Purchases*100, 2)
}
