package meta

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/agente-ceo/agente-ceo/platforms/sandbox/market"
)

var november20 = market.Totals{Impressions: 9120, Clicks: 151, Purchases: 3, SpendMinor: 4873, RevenueMinor: 19410}

// delivered is a live tree whose ad has figures on two account days; today there is 2026-11-25.
func delivered(t *testing.T) (*bench, map[string]string) {
	b := setup(t)
	ids := b.live()
	b.now = b.now.AddDate(0, 0, 2)
	b.market.Put(ids["ad"], "2026-11-23", november20)
	b.market.Put(ids["ad"], "2026-11-25", market.Totals{Impressions: 100, SpendMinor: 127})
	return b, ids
}

func TestInsights_Row(t *testing.T) {
	t.Parallel()
	b, ids := delivered(t)
	r := b.get(ids["campaign"]+"/insights", map[string]string{
		"fields":     "campaign_id,campaign_name,ad_id,spend,impressions,clicks,inline_link_clicks,ctr,cpc,cpm,reach,frequency,account_currency,actions,action_values,purchase_roas,cost_per_action_type",
		"time_range": `{"since":"2026-11-23","until":"2026-11-23"}`,
	}).ok()
	for field, want := range map[string]string{
		"campaign_id": ids["campaign"], "date_start": "2026-11-23", "date_stop": "2026-11-23", "spend": "48.73", "impressions": "9120",
		"clicks": "181", "inline_link_clicks": "151", "ctr": "1.984649", "cpc": "0.269227", "cpm": "5.343202", "account_currency": "USD",
	} {
		r.want(want, "data", 0, field)
	}
	if _, has := r.at("data", 0).(map[string]any)["ad_id"]; has {
		t.Error("a campaign's row names an ad")
	}
	for _, list := range []string{"actions", "action_values"} {
		want := map[string]string{"actions": "3", "action_values": "194.1"}[list]
		got := map[string]string{}
		for i := range r.at("data", 0, list).([]any) {
			got[r.text("data", 0, list, i, "action_type")] = r.text("data", 0, list, i, "value")
		}
		for _, kind := range purchaseTypes {
			if got[kind] != want {
				t.Errorf("%s says %s of %s, want %s", list, got[kind], kind, want)
			}
		}
	}
	r.want("3.983173", "data", 0, "purchase_roas", 0, "value")
}

func TestInsights_Periods(t *testing.T) {
	t.Parallel()
	b, ids := delivered(t)
	for _, x := range []struct{ query, want string }{
		{`date_preset=maximum`, "2026-11-23..2026-11-25 50.00"},
		{`date_preset=today`, "2026-11-25..2026-11-25 1.27"},
		{`date_preset=yesterday`, ""},
		{`date_preset=last_7d`, "2026-11-18..2026-11-24 48.73"},
		{`date_preset=this_week_sun_today`, "2026-11-22..2026-11-25 50.00"},
		{`date_preset=last_month`, ""},
		{``, "2026-10-26..2026-11-24 48.73"},
		{`time_range={"since":"2026-11-24","until":"2026-11-30"}`, "2026-11-24..2026-11-30 1.27"},
		{`date_preset=maximum&time_increment=1`, "2026-11-23..2026-11-23 48.73 2026-11-25..2026-11-25 1.27"},
		{`time_range={"since":"2026-11-20","until":"2026-11-25"}&time_increment=3`, "2026-11-23..2026-11-25 50.00"},
		{`date_preset=this_year&time_increment=monthly`, "2026-11-01..2026-11-25 50.00"},
	} {
		query := map[string]string{"fields": "spend", "level": "ad"}
		for _, pair := range strings.Split(x.query, "&") {
			if k, v, ok := strings.Cut(pair, "="); ok {
				query[k] = v
			}
		}
		r := b.get(ids["adset"]+"/insights", query).ok()
		var got []string
		for i := range r.at("data").([]any) {
			got = append(got, fmt.Sprintf("%s..%s %s", r.text("data", i, "date_start"), r.text("data", i, "date_stop"), r.text("data", i, "spend")))
		}
		if strings.Join(got, " ") != x.want {
			t.Errorf("%s: got %s, want %s", x.query, got, x.want)
		}
	}
}

func TestInsights_Refuses(t *testing.T) {
	t.Parallel()
	b, ids := delivered(t)
	for query, code := range map[string]int{
		`fields=colour`: 100, `level=campaign`: 100, `date_preset=last_year_or_so`: 100, `time_increment=0`: 100, `breakdowns=["age"]`: 100,
		`time_range={"since":"2026-11-25","until":"2026-11-20"}`: 100, `time_range={"since":"2020-01-01","until":"2026-11-20"}`: 3018,
	} {
		k, v, _ := strings.Cut(query, "=")
		b.get(ids["ad"]+"/insights", map[string]string{k: v}).refused(code, 0)
	}
	b.get(ids["creative"]+"/insights", nil).refused(100, 33)
}

func TestInsights_LevelsAndPages(t *testing.T) {
	t.Parallel()
	b, ids := delivered(t)
	for i := range 4 {
		ad := b.made("act_42/ads", with(validAd(ids["adset"], ids["creative"]), "status", "ACTIVE", "name", fmt.Sprint("twin ", i)))
		b.now = b.now.Add(time.Hour)
		b.server.Step(b.now)
		b.market.Put(ad, "2026-11-25", market.Totals{Impressions: 10, SpendMinor: 100})
	}
	r := b.get("act_42/insights", map[string]string{"level": "ad", "fields": "ad_id,ad_name,adset_id,spend", "date_preset": "maximum", "limit": "3"}).ok()
	if n := len(r.at("data").([]any)); n != 3 {
		t.Fatalf("%d rows on the first page", n)
	}
	r = b.get("act_42/insights", map[string]string{"level": "ad", "fields": "ad_name", "date_preset": "maximum", "limit": "3", "after": r.text("paging", "cursors", "after")}).ok()
	r.want("twin 3", "data", 1, "ad_name")
	if _, more := r.at("paging").(map[string]any)["next"]; more {
		t.Error("the last page has a next")
	}
	b.get("act_42/insights", map[string]string{"level": "campaign", "fields": "spend", "date_preset": "maximum"}).ok().want("54.00", "data", 0, "spend")
	b.get("act_42/insights", map[string]string{"fields": "spend", "date_preset": "maximum"}).ok().want("54.00", "data", 0, "spend")
	b.get("act_42/insights", map[string]string{"level": "ad", "fields": "ad_name", "date_preset": "maximum",
		"filtering": `[{"field":"campaign.id","operator":"IN","value":["` + ids["campaign"] + `"]},{"field":"ad.name","operator":"CONTAIN","value":"twin 2"}]`}).ok().want("twin 2", "data", 0, "ad_name")
	b.get(ids["campaign"], map[string]string{"fields": "name,insights.date_preset(maximum){spend}"}).ok().want("54.00", "insights", "data", 0, "spend")
	b.get("act_42", map[string]string{"fields": "amount_spent"}).ok().want("5400", "amount_spent")
	b.do(deleteOf(ids["campaign"])).ok()
	b.get("act_42/insights", map[string]string{"level": "campaign", "fields": "spend", "date_preset": "maximum"}).ok().want("54.00", "data", 0, "spend")
}

func TestInsights_EmptyBeforeDelivery(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ids := b.tree()
	if r := b.get(ids["ad"]+"/insights", map[string]string{"fields": "spend", "date_preset": "maximum"}).ok(); r.Raw != `{"data":[]}` {
		t.Errorf("got %s", r.Raw)
	}
}
