package google_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/domain/kpi"
)

func insight(metrics string) string { return insightOf("444", metrics) }

func insightOf(ad, metrics string) string {
	return `{"campaign":{"id":"222"},"adGroup":{"id":"333"},"adGroupAd":{"ad":{"id":"` + ad + `"}},"metrics":{` + metrics + `}}`
}

func TestClient_Insights(t *testing.T) {
	t.Parallel()
	a := &api{searches: []string{
		`[{"results":[` + insight(`"costMicros":"12345000","impressions":"900","clicks":"57","conversions":2.0,"conversionsValue":129.4`) + `]},
		{"results":[` + insightOf("445", `"costMicros":"1000000","impressions":"1","clicks":"1","conversions":0.5,"conversionsValue":0.1e1`) + `,` +
			insightOf("446", `"costMicros":"0","impressions":"0"`) + `]}]`,
		`[]`,
	}}
	client := setup(t, a)
	got, err := client.Insights(t.Context(), "222")
	want := []ads.InsightRow{
		{CampaignID: "222", AdSetID: "333", AdID: "333~444", Metrics: kpi.Metrics{Impressions: 900, Clicks: 57, Conversions: 2, Spend: usd(1235), Revenue: usd(12940)}},
		{CampaignID: "222", AdSetID: "333", AdID: "333~445", Metrics: kpi.Metrics{Impressions: 1, Clicks: 1, Conversions: 1, Spend: usd(100), Revenue: usd(100)}},
	}
	if diff := cmp.Diff(want, got, sameMoney); diff != "" || err != nil {
		t.Fatal(diff, err)
	}
	if !strings.HasSuffix(a.calls[0].Query, "FROM ad_group_ad WHERE campaign.id = 222") {
		t.Error(a.calls[0].Query)
	}
	if got, err = client.Insights(t.Context(), "222"); err != nil || len(got) != 0 {
		t.Errorf("without delivery: %v, %v", got, err)
	}
	_, err = client.Insights(t.Context(), "222 OR 1=1")
	wantFault(t, err, fault.Refused, "not_found")
}

func TestClient_Insights_BadAnswers(t *testing.T) {
	t.Parallel()
	for _, metrics := range []string{
		`"costMicros":"1.5"`, `"conversionsValue":1e99999`, `"conversions":1e300`, `"conversionsValue":1e300`,
		`"conversions":0.1234567890123456789012345678901234567890`,
	} {
		_, err := setup(t, &api{searches: []string{rows(insight(metrics))}}).Insights(t.Context(), "222")
		wantFault(t, err, fault.Retryable, "bad_answer")
	}
	_, err := setup(t, &api{searches: []string{rows(`{"metrics":{"clicks":"1"}}`)}}).Insights(t.Context(), "222")
	wantFault(t, err, fault.Retryable, "bad_answer")
}

func TestClient_Spend(t *testing.T) {
	t.Parallel()
	a := &api{searches: []string{rows(
		`{"campaign":{"id":"222"},"segments":{"date":"2026-11-19"},"metrics":{"costMicros":"12340001"}}`,
		`{"campaign":{"id":"223"},"segments":{"date":"2026-11-20"},"metrics":{"costMicros":"0"}}`,
	)}}
	client := setup(t, a)
	got, err := client.Spend(t.Context(), "2026-11-19", "2026-11-20")
	want := []ads.SpendRow{{CampaignID: "222", Day: "2026-11-19", Spend: usd(1235)}} // a charge is rounded up
	if diff := cmp.Diff(want, got, sameMoney); diff != "" || err != nil {
		t.Fatal(diff, err)
	}
	if !strings.HasSuffix(a.calls[0].Query, "segments.date BETWEEN '2026-11-19' AND '2026-11-20'") {
		t.Error(a.calls[0].Query)
	}
	_, err = client.Spend(t.Context(), "2026-11-19' OR '1", "2026-11-20")
	wantFault(t, err, fault.Refused, "range")
}
