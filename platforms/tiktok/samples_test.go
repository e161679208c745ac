package tiktok_test

import (
	"encoding/json"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/platforms/platformtest"
)

type sampleRequest struct {
	Request struct {
		Path string
		JSON json.RawMessage
	}
	Response json.RawMessage
}

// TestSamples sends the things that the platform's published samples show and compares the requests field by field. The samples' ad
// group is enabled; ours never is before its id is recorded.
func TestSamples(t *testing.T) {
	t.Parallel()
	t.Run("Campaign", func(t *testing.T) {
		t.Parallel()
		var sample sampleRequest
		platformtest.Sample(t, "tiktok/campaign-create.json", &sample)
		client, p := setup(t, map[string][]string{makeCampaign: {"HTTP 200 " + string(sample.Response)}})
		e, err := client.CreateCampaign(t.Context(), ads.CampaignSpec{Name: "mini-projector k_7f3a"})
		if err != nil || e.ID != "1800000000000001" {
			t.Fatalf("have %+v, %v", e, err)
		}
		_, have := requestIDOf(t, p.last(makeCampaign).Raw)
		_, want := requestIDOf(t, string(sample.Request.JSON))
		sameJSON(t, have, want)
	})
	t.Run("AdGroup", func(t *testing.T) {
		t.Parallel()
		var sample sampleRequest
		platformtest.Sample(t, "tiktok/adgroup-create.json", &sample)
		client, p := setup(t, map[string][]string{makeAdGroup: {"HTTP 200 " + string(sample.Response)}})
		e, err := client.CreateAdSet(t.Context(), broad())
		if err != nil || e.ID != "1800000000000002" {
			t.Fatalf("have %+v, %v", e, err)
		}
		_, have := requestIDOf(t, p.last(makeAdGroup).Raw)
		_, want := requestIDOf(t, string(sample.Request.JSON))
		var h, w map[string]any
		if err := json.Unmarshal([]byte(have), &h); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal([]byte(want), &w); err != nil {
			t.Fatal(err)
		}
		w["operation_status"] = "DISABLE"
		if diff := cmp.Diff(w, h); diff != "" {
			t.Error(diff)
		}
	})
}

// TestSampleAnswers reads the answers that the samples show.
func TestSampleAnswers(t *testing.T) {
	t.Parallel()
	t.Run("Upload", func(t *testing.T) {
		t.Parallel()
		var sample struct{ Image json.RawMessage }
		platformtest.Sample(t, "tiktok/upload.response.json", &sample)
		client, p := setup(t, map[string][]string{upload: {"HTTP 200 " + string(sample.Image)}, makeAd: {`{"ad_ids":["3"]}`}})
		if _, err := client.CreateAd(t.Context(), projector()); err != nil {
			t.Fatal(err)
		}
		var body struct {
			Creatives []struct {
				Images []string `json:"image_ids"`
			}
		}
		if err := json.Unmarshal([]byte(p.last(makeAd).Raw), &body); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"ad-site-i18n-sg/example"}, body.Creatives[0].Images); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("Report", func(t *testing.T) {
		t.Parallel()
		var sample json.RawMessage
		platformtest.Sample(t, "tiktok/report-integrated.response.json", &sample)
		client, _ := setup(t, map[string][]string{report: {"HTTP 200 " + string(sample)}})
		rows, err := client.Spend(t.Context(), "2026-11-20", "2026-11-20")
		want := []ads.SpendRow{{CampaignID: "1800000000000001", Day: "2026-11-20", Spend: usd(1468)}}
		if diff := cmp.Diff(want, rows, sameMoney); diff != "" || err != nil {
			t.Error(diff, err)
		}
	})
	t.Run("Errors", func(t *testing.T) {
		t.Parallel()
		var samples []struct {
			Case   string
			Status int `json:"http_status"`
			Body   json.RawMessage
		}
		platformtest.Sample(t, "tiktok/errors.json", &samples)
		want := map[string]string{
			"bad parameter": "refused invalid_parameter", "token missing": "terminal token_invalid", "token invalid": "terminal token_invalid",
			"throttled (no headers)": "retryable throttled", "duplicate request_id": "refused duplicate_request",
			"duplicate file name": "refused duplicate_file_name", "system": "ambiguous platform_error",
			"path without trailing slash": "terminal bad_address",
		}
		for _, s := range samples {
			client, _ := setup(t, map[string][]string{"POST /adgroup/update/": {"HTTP " + strconv.Itoa(s.Status) + " " + string(s.Body)}})
			err := client.SetBudget(t.Context(), "2", usd(2000))
			if got := fault.KindOf(err).String() + " " + fault.CodeOf(err); got != want[s.Case] {
				t.Errorf("%s: have %q, want %q", s.Case, got, want[s.Case])
			}
		}
	})
}
