package meta_test

import (
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/domain/kpi"
)

const (
	threeSales = `"actions":[{"action_type":"link_click","value":"151"},{"action_type":"purchase","value":"3"},
		{"action_type":"omni_purchase","value":"3"},{"action_type":"offsite_conversion.fb_pixel_purchase","value":"3"}],
		"action_values":[{"action_type":"purchase","value":"194.1"},{"action_type":"omni_purchase","value":"194.1"},
		{"action_type":"offsite_conversion.fb_pixel_purchase","value":"194.1"}]`
	insightsOf1 = "GET 1/insights"
)

func TestClient_Insights(t *testing.T) {
	t.Parallel()
	client, g := setup(t, map[string][]string{insightsOf1: {
		`{"data":[{"campaign_id":"1","adset_id":"2","ad_id":"3","account_currency":"USD","spend":"48.73","impressions":"9120","clicks":"184","inline_link_clicks":"151",` + threeSales + `}],
		  "paging":{"cursors":{"after":"CUR"},"next":"https://graph.facebook.com/next"}}`,
		`{"data":[{"campaign_id":"1","adset_id":"2","ad_id":"4","spend":"1.005","impressions":"10"},{"campaign_id":"1","adset_id":"2","ad_id":"5","spend":"0"}]}`,
		`{"data":[]}`,
	}})
	rows, err := client.Insights(t.Context(), "1")
	if err != nil {
		t.Fatal(err)
	}
	want := []ads.InsightRow{
		{CampaignID: "1", AdSetID: "2", AdID: "3", Metrics: kpi.Metrics{Impressions: 9120, Clicks: 151, Conversions: 3, Spend: usd(4873), Revenue: usd(19410)}},
		{CampaignID: "1", AdSetID: "2", AdID: "4", Metrics: kpi.Metrics{Impressions: 10, Spend: usd(101), Revenue: usd(0)}},
	}
	if diff := cmp.Diff(want, rows, sameMoney); diff != "" {
		t.Error(diff)
	}
	query := url.Values{
		"level": {"ad"}, "date_preset": {"maximum"}, "limit": {"500"},
		"fields": {"campaign_id,adset_id,ad_id,account_currency,spend,impressions,inline_link_clicks,actions,action_values"},
	}
	if diff := cmp.Diff(query, g.calls[0].Query); diff != "" {
		t.Error(diff)
	}
	if got := g.calls[1].Query.Get("after"); got != "CUR" {
		t.Errorf("second page after %q", got)
	}
	if rows, err = client.Insights(t.Context(), "1"); err != nil || len(rows) != 0 {
		t.Errorf("without delivery: %v, %v", rows, err)
	}
}

func TestClient_Insights_BadAnswers(t *testing.T) {
	t.Parallel()
	for row, want := range map[string]struct {
		kind fault.Kind
		code string
	}{
		`{"spend":"a lot"}`:                                         {fault.Retryable, "bad_answer"},
		`{"impressions":"1.5"}`:                                     {fault.Retryable, "bad_answer"},
		`{"spend":"1.00","account_currency":"BRL"}`:                 {fault.Terminal, "currency_mismatch"},
		`{"actions":[{"action_type":"omni_purchase","value":"x"}]}`: {fault.Retryable, "bad_answer"},
	} {
		client, _ := setup(t, map[string][]string{insightsOf1: {`{"data":[` + row + `]}`}})
		_, err := client.Insights(t.Context(), "1")
		wantFault(t, err, want.kind, want.code)
	}
	client, _ := setup(t, map[string][]string{insightsOf1: {`200 <html>`}})
	_, err := client.Insights(t.Context(), "1")
	wantFault(t, err, fault.Retryable, "bad_answer")
}

func TestClient_Spend(t *testing.T) {
	t.Parallel()
	key := "GET act_1234567890/insights"
	client, g := setup(t, map[string][]string{key: {
		`{"data":[{"campaign_id":"1","date_start":"2026-11-19","date_stop":"2026-11-19","spend":"48.73"},
		{"campaign_id":"1","date_start":"2026-11-20","date_stop":"2026-11-20","spend":"50.001"},{"campaign_id":"2","date_start":"2026-11-20","spend":"0"}]}`,
	}})
	rows, err := client.Spend(t.Context(), "2026-11-19", "2026-11-20")
	if err != nil {
		t.Fatal(err)
	}
	want := []ads.SpendRow{
		{CampaignID: "1", Day: "2026-11-19", Spend: usd(4873)},
		{CampaignID: "1", Day: "2026-11-20", Spend: usd(5001)}, // a charge is rounded up
	}
	if diff := cmp.Diff(want, rows, sameMoney); diff != "" {
		t.Error(diff)
	}
	query := url.Values{
		"level": {"campaign"}, "time_increment": {"1"}, "time_range": {`{"since":"2026-11-19","until":"2026-11-20"}`}, "limit": {"500"},
		"fields": {"campaign_id,account_currency,spend"},
	}
	if diff := cmp.Diff(query, g.last(key).Query); diff != "" {
		t.Error(diff)
	}
}
