package tiktok

import (
	"fmt"
	"strings"
	"testing"

	"github.com/agente-ceo/agente-ceo/platforms/sandbox/market"
)

// delivered is a live tree whose ad has figures on two account days; today there is 2026-11-25.
func delivered(t *testing.T) (*bench, map[string]string) {
	b := setup(t)
	ids := b.live()
	b.now = b.now.AddDate(0, 0, 2)
	b.market.Put(ids["ad"], "2026-11-23", market.Totals{Impressions: 10231, Clicks: 112, Purchases: 2, SpendMinor: 1468, RevenueMinor: 6489})
	b.market.Put(ids["ad"], "2026-11-25", market.Totals{Impressions: 100, SpendMinor: 32})
	return b, ids
}

func TestReport_Row(t *testing.T) {
	t.Parallel()
	b, ids := delivered(t)
	r := b.get("/report/integrated/get/", "report_type", "BASIC", "data_level", "AUCTION_CAMPAIGN", "dimensions", `["campaign_id","stat_time_day"]`,
		"metrics", `["campaign_name","spend","impressions","clicks","ctr","cpc","cpm","conversion","cost_per_conversion","complete_payment","complete_payment_roas","value_per_complete_payment"]`,
		"start_date", "2026-11-20", "end_date", "2026-11-25", "filtering", `[{"field_name":"campaign_ids","filter_type":"IN","filter_value":"[\"`+ids["campaign"]+`\"]"}]`).ok()
	r.want(ids["campaign"], "list", 0, "dimensions", "campaign_id")
	r.want("2026-11-23 00:00:00", "list", 0, "dimensions", "stat_time_day")
	for metric, want := range map[string]string{
		"campaign_name": "mini-projector k_7f3a", "spend": "14.68", "impressions": "10231", "clicks": "112", "ctr": "1.09", "cpc": "0.13", "cpm": "1.43",
		"conversion": "2", "cost_per_conversion": "7.34", "complete_payment": "2", "complete_payment_roas": "4.42", "value_per_complete_payment": "32.45",
	} {
		r.want(want, "list", 0, "metrics", metric)
	}
	r.want("0.32", "list", 1, "metrics", "spend")
	r.want(float64(2), "page_info", "total_number")
}

func TestReport_Groups(t *testing.T) {
	t.Parallel()
	b, ids := delivered(t)
	for i := range 3 {
		ad := b.post("/ad/create/", strings.NewReplacer("ad k_7f3a a", fmt.Sprint("twin ", i), `"DISABLE"`, `"ENABLE"`).Replace(fill(ids, valid["ad"]))).ok().text("ad_ids", 0)
		b.now = b.now.AddDate(0, 0, 1)
		b.server.Step(b.now)
		b.market.Put(ad, "2026-11-26", market.Totals{Impressions: 10, SpendMinor: 100})
	}
	ask := func(pairs ...string) string {
		r := b.get("/report/integrated/get/", append([]string{"report_type", "BASIC", "metrics", `["spend"]`}, pairs...)...).ok()
		var got []string
		for i := range r.at("list").([]any) {
			got = append(got, r.text("list", i, "metrics", "spend"))
		}
		return strings.Join(got, " ")
	}
	for want, pairs := range map[string][]string{
		"15.00 1.00 1.00 1.00": {"data_level", "AUCTION_AD", "dimensions", `["ad_id"]`, "query_lifetime", "true"},
		"1.00":                 {"data_level", "AUCTION_AD", "dimensions", `["ad_id"]`, "query_lifetime", "true", "page", "4", "page_size", "1"},
		"18.00":                {"data_level", "AUCTION_ADGROUP", "dimensions", `["adgroup_id"]`, "query_lifetime", "true"},
		"14.68 0.32 2.00":      {"data_level", "AUCTION_ADVERTISER", "dimensions", `["stat_time_day"]`, "start_date", "2026-11-20", "end_date", "2026-11-26"},
		"17.00":                {"data_level", "AUCTION_ADVERTISER", "dimensions", `["advertiser_id"]`, "start_date", "2026-11-20", "end_date", "2026-11-26"},
		"":                     {"data_level", "AUCTION_CAMPAIGN", "dimensions", `["campaign_id"]`, "start_date", "2026-11-20", "end_date", "2026-11-22"},
	} {
		if got := ask(pairs...); got != want {
			t.Errorf("%v: got %q, want %q", pairs, got, want)
		}
	}
}

func TestReport_Refuses(t *testing.T) {
	t.Parallel()
	b, _ := delivered(t)
	good := []string{"report_type", "BASIC", "data_level", "AUCTION_AD", "dimensions", `["ad_id","stat_time_day"]`, "metrics", `["spend"]`, "start_date", "2026-11-01", "end_date", "2026-11-25"}
	b.get("/report/integrated/get/", good...).ok()
	for _, x := range []struct{ key, value, word string }{
		{"report_type", "", "report_type"}, {"data_level", "AD", "data_level"}, {"dimensions", "ad_id", "dimensions"}, {"dimensions", `["campaign_id","ad_id"]`, "campaign_id"},
		{"dimensions", `[]`, "dimensions"}, {"metrics", `["colour"]`, "colour"}, {"start_date", "2026-10-20", "30"}, {"end_date", "2026-10-20", "start_date"},
		{"end_date", "", "end_date"}, {"query_lifetime", "true", "query_lifetime"}, {"page_size", "1001", "page_size"},
		{"filtering", `[{"field_name":"ad_ids","filter_type":"IN","filter_value":"1"}]`, "filter_value"}, {"filtering", `[{"field_name":"x","filter_type":"IN","filter_value":"[]"}]`, "field_name"},
	} {
		b.get("/report/integrated/get/", append(append([]string{}, good...), x.key, x.value)...).refused(40002, x.word)
	}
	b.get("/report/integrated/get/", append(append([]string{}, good...), "dimensions", `["ad_id","stat_time_hour"]`)...).refused(40009, "stat_time_hour")
	b.get("/report/integrated/get/", "report_type", "BASIC", "data_level", "AUCTION_CAMPAIGN", "dimensions", `["campaign_id"]`, "metrics", `["ad_name"]`, "query_lifetime", "true").refused(40002, "ad_name")
}
