package tiktok_test

import (
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/domain/kpi"
)

const report = "GET /report/integrated/get/"

func TestClient_Insights(t *testing.T) {
	t.Parallel()
	rows1 := `{"list":[{"dimensions":{"ad_id":"3"},"metrics":{"spend":"14.68","impressions":"10231","clicks":"112","conversion":"2","complete_payment":"2","complete_payment_roas":"4.42"}}],
		"page_info":{"page":1,"total_page":2}}`
	rows2 := `{"list":[{"dimensions":{"ad_id":"4"},"metrics":{"spend":"0.5","impressions":"10","clicks":"-","complete_payment":"0","complete_payment_roas":"-"}},
		{"dimensions":{"ad_id":"5"},"metrics":{"spend":"0.00","impressions":"0","clicks":"0"}}],"page_info":{"page":2,"total_page":2}}`
	client, p := setup(t, map[string][]string{
		report:  {rows1, rows2, rows1, rows2, nothing},
		listAds: {`{"list":[{"ad_id":"3","adgroup_id":"20"},{"ad_id":"4","adgroup_id":"21"}],"page_info":{"total_page":1}}`},
	})
	want := []ads.InsightRow{
		// 14.68 × 4.42 = 64.8856
		{CampaignID: "1", AdSetID: "20", AdID: "3", Metrics: kpi.Metrics{Impressions: 10231, Clicks: 112, Conversions: 2, Spend: usd(1468), Revenue: usd(6489)}},
		{CampaignID: "1", AdSetID: "21", AdID: "4", Metrics: kpi.Metrics{Impressions: 10, Spend: usd(50), Revenue: usd(0)}},
	}
	for range 2 {
		rows, err := client.Insights(t.Context(), "1")
		if diff := cmp.Diff(want, rows, sameMoney); diff != "" || err != nil {
			t.Fatal(diff, err)
		}
	}
	query := url.Values{
		"advertiser_id": {"7000000000000000001"}, "report_type": {"BASIC"}, "data_level": {"AUCTION_AD"}, "dimensions": {`["ad_id"]`},
		"metrics":        {`["spend","impressions","clicks","complete_payment","complete_payment_roas"]`},
		"query_lifetime": {"true"}, "page": {"1"}, "page_size": {"1000"},
		"filtering": {`[{"field_name":"campaign_ids","filter_type":"IN","filter_value":"[\"1\"]"}]`},
	}
	if diff := cmp.Diff(query, p.calls[0].Query); diff != "" {
		t.Error(diff)
	}
	if rows, err := client.Insights(t.Context(), "1"); err != nil || len(rows) != 0 {
		t.Errorf("without delivery: %v, %v", rows, err)
	}
	lists := 0
	for _, key := range p.keys() {
		if key == listAds {
			lists++
		}
	}
	if lists != 1 {
		t.Errorf("ads were listed %d times", lists)
	}
}

func TestClient_Insights_BadAnswers(t *testing.T) {
	t.Parallel()
	for _, metrics := range []string{
		`"spend":"a lot"`, `"impressions":"1.5"`, `"clicks":"x"`, `"complete_payment":"1e3"`, `"spend":"1.00","complete_payment_roas":"1e999999999"`,
		`"spend":"1.00","complete_payment_roas":"9999999999"`, `"spend":"1.00","complete_payment_roas":"1.2.3"`,
	} {
		client, _ := setup(t, map[string][]string{report: {`{"list":[{"dimensions":{"ad_id":"3"},"metrics":{` + metrics + `}}],"page_info":{"total_page":1}}`}})
		_, err := client.Insights(t.Context(), "1")
		wantFault(t, err, fault.Retryable, "bad_answer")
	}
}

func TestClient_Spend(t *testing.T) {
	t.Parallel()
	client, p := setup(t, map[string][]string{report: {
		`{"list":[{"dimensions":{"campaign_id":"1","stat_time_day":"2026-10-01 00:00:00"},"metrics":{"spend":"14.681"}},
		{"dimensions":{"campaign_id":"2","stat_time_day":"2026-10-01 00:00:00"},"metrics":{"spend":"0"}}],"page_info":{"total_page":1}}`,
		nothing,
		`{"list":[{"dimensions":{"campaign_id":"1","stat_time_day":"2026-11-30 00:00:00"},"metrics":{"spend":"20.00"}}],"page_info":{"total_page":1}}`,
	}})
	rows, err := client.Spend(t.Context(), "2026-10-01", "2026-11-30")
	want := []ads.SpendRow{
		{CampaignID: "1", Day: "2026-10-01", Spend: usd(1469)}, // a charge is rounded up
		{CampaignID: "1", Day: "2026-11-30", Spend: usd(2000)},
	}
	if diff := cmp.Diff(want, rows, sameMoney); diff != "" || err != nil {
		t.Fatal(diff, err)
	}
	var ranges []string
	for _, c := range p.calls {
		ranges = append(ranges, c.Query.Get("start_date")+" "+c.Query.Get("end_date"))
	}
	if diff := cmp.Diff([]string{"2026-10-01 2026-10-30", "2026-10-31 2026-11-29", "2026-11-30 2026-11-30"}, ranges); diff != "" {
		t.Error(diff)
	}
	if got := p.calls[0].Query.Get("dimensions"); got != `["campaign_id","stat_time_day"]` {
		t.Error(got)
	}
	for _, bad := range [][2]string{{"yesterday", "2026-11-30"}, {"2026-11-30", "2026-11-31"}} {
		_, err = client.Spend(t.Context(), bad[0], bad[1])
		wantFault(t, err, fault.Refused, "range")
	}
}
