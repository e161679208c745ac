package meta_test

import (
	"encoding/json"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/domain/kpi"
	"github.com/agente-ceo/agente-ceo/platforms/platformtest"
)

type sampleRequest struct {
	Method string            `json:"method"`
	Path   string            `json:"path"`
	Form   map[string]string `json:"form"`
}

// TestSamples sends the things that the platform's published samples show and compares the requests field by field.
func TestSamples(t *testing.T) {
	t.Parallel()
	t.Run("Campaign", func(t *testing.T) {
		t.Parallel()
		var sample struct{ Request sampleRequest }
		platformtest.Sample(t, "meta/campaign-create.json", &sample)
		client, g := setup(t, map[string][]string{"POST act_1234567890/campaigns": {`{"id":"120210000000000001"}`}})
		if _, err := client.CreateCampaign(t.Context(), ads.CampaignSpec{Name: sample.Request.Form["name"]}); err != nil {
			t.Fatal(err)
		}
		delete(sample.Request.Form, "execution_options") // an empty list is the default
		sameForm(t, g.last("POST act_1234567890/campaigns").Form, sample.Request.Form)
	})
	t.Run("AdSet", func(t *testing.T) {
		t.Parallel()
		var sample struct{ Request sampleRequest }
		platformtest.Sample(t, "meta/adset-create.json", &sample)
		client, g := setup(t, map[string][]string{"POST act_1234567890/adsets": {`{"id":"120210000000000002"}`}})
		if _, err := client.CreateAdSet(t.Context(), broad()); err != nil {
			t.Fatal(err)
		}
		sameForm(t, g.last("POST act_1234567890/adsets").Form, sample.Request.Form)
	})
	t.Run("Ad", func(t *testing.T) {
		t.Parallel()
		var sample struct{ Request sampleRequest }
		platformtest.Sample(t, "meta/ad-create.json", &sample)
		client, g := setup(t, adScript())
		if _, err := client.CreateAd(t.Context(), projector()); err != nil {
			t.Fatal(err)
		}
		sameForm(t, g.last("POST act_1234567890/ads").Form, sample.Request.Form)
	})
	t.Run("Lookalikes", func(t *testing.T) {
		t.Parallel()
		var sample struct{ Requests []sampleRequest }
		platformtest.Sample(t, "meta/lookalike-create.json", &sample)
		bands := [][2]int{{0, 1}, {2, 3}}
		for i, request := range sample.Requests {
			client, g := setup(t, map[string][]string{listAudiences: {noAudience, buyersReady}, makeAudience: {`{"id":"6002"}`}})
			if _, err := client.CreateLookalike(t.Context(), request.Form["name"], []string{"BR", "US"}, bands[i][0], bands[i][1]); err != nil {
				t.Fatal(err)
			}
			sameForm(t, g.last(makeAudience).Form, request.Form)
		}
	})
}

func TestSampleAnswers(t *testing.T) {
	t.Parallel()
	t.Run("Insights", func(t *testing.T) {
		t.Parallel()
		var sample json.RawMessage
		platformtest.Sample(t, "meta/insights.response.json", &sample)
		client, _ := setup(t, map[string][]string{"GET 120210000000000001/insights": {string(sample)}})
		rows, err := client.Insights(t.Context(), "120210000000000001")
		want := []ads.InsightRow{{
			CampaignID: "120210000000000001",
			Metrics:    kpi.Metrics{Impressions: 9120, Clicks: 151, Conversions: 3, Spend: usd(4873), Revenue: usd(19410)},
		}}
		if diff := cmp.Diff(want, rows, sameMoney); diff != "" || err != nil {
			t.Error(diff, err)
		}
	})
	t.Run("Errors", func(t *testing.T) {
		t.Parallel()
		var samples []struct {
			Case    string
			Status  int `json:"http_status"`
			Headers map[string]string
			Body    json.RawMessage
		}
		platformtest.Sample(t, "meta/errors.json", &samples)
		want := map[string]string{
			"token expired or invalid":                    "terminal token_expired",
			"app-level throttle":                          "retryable throttled",
			"ad-account user throttle":                    "retryable throttled",
			"ad-account score throttle":                   "retryable throttled",
			"business-use-case throttle (ads_management)": "retryable throttled",
			"missing is_adset_budget_sharing_enabled":     "refused invalid_parameter",
			"ad set budget changed too often":             "retryable budget_edit_limit",
			"retired API version":                         "terminal version_retired",
			"transient":                                   "ambiguous platform_error",
		}
		for _, s := range samples {
			client, g := setup(t, map[string][]string{"POST 2": {strconv.Itoa(s.Status) + " " + string(s.Body)}})
			for name, value := range s.Headers {
				g.header.Set(name, value)
			}
			err := client.SetBudget(t.Context(), "2", usd(1))
			if got := fault.KindOf(err).String() + " " + fault.CodeOf(err); got != want[s.Case] {
				t.Errorf("%s: have %q, want %q", s.Case, got, want[s.Case])
			}
		}
	})
}
