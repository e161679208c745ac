package google_test

import (
	"encoding/json"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/platforms/platformtest"
)

type sampleCreate struct {
	Request struct {
		JSON struct {
			Operations []struct {
				Create map[string]any
			}
		}
	}
}

// TestSamples compares what we send with the platform's published samples field by field. The samples make budget and campaign in two
// calls; ours are two operations of one, so they also carry temporary names.
func TestSamples(t *testing.T) {
	t.Parallel()
	var sample struct {
		Budget, Campaign sampleCreate
		Stream           struct{ Response json.RawMessage } `json:"search_stream"`
		Error            struct {
			Status int `json:"http_status"`
			Body   json.RawMessage
		}
	}
	platformtest.Sample(t, "google-ads/campaign-mutate.json", &sample)
	a := &api{
		mutations: []string{done("campaignBudgets/111", "campaigns/222"), strconv.Itoa(sample.Error.Status) + " " + string(sample.Error.Body)},
		searches:  []string{string(sample.Stream.Response), rows()},
	}
	client := setup(t, a)
	if _, err := client.CreateCampaign(t.Context(), ads.CampaignSpec{Name: "mini-projector k_7f3a"}); err != nil {
		t.Fatal(err)
	}
	var sent struct {
		Operations []map[string]struct {
			Create map[string]any
		} `json:"mutateOperations"`
	}
	if err := json.Unmarshal([]byte(a.last("mutate").Body), &sent); err != nil {
		t.Fatal(err)
	}
	theirs := sample.Budget.Request.JSON.Operations[0].Create
	theirs["name"], theirs["amountMicros"] = "budget mini-projector k_7f3a", "1000000"
	theirs["resourceName"] = "customers/1234567890/campaignBudgets/-1"
	if diff := cmp.Diff(theirs, sent.Operations[0]["campaignBudgetOperation"].Create); diff != "" {
		t.Error(diff)
	}
	theirs = sample.Campaign.Request.JSON.Operations[0].Create
	theirs["campaignBudget"], theirs["resourceName"] = "customers/1234567890/campaignBudgets/-1", "customers/1234567890/campaigns/-2"
	if diff := cmp.Diff(theirs, sent.Operations[1]["campaignOperation"].Create); diff != "" {
		t.Error(diff)
	}
	got, err := client.Spend(t.Context(), "2026-11-20", "2026-11-20")
	if diff := cmp.Diff([]ads.SpendRow{{CampaignID: "222", Spend: usd(1234)}}, got, sameMoney); diff != "" || err != nil {
		t.Error(diff, err)
	}
	_, err = client.CreateCampaign(t.Context(), ads.CampaignSpec{Name: "mini-projector k_7f3a"})
	wantFault(t, err, fault.Refused, "duplicate_name")
}
