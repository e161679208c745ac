package tiktok_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/agente-ceo/agente-ceo/domain/fault"
)

const (
	listAudiences = "GET /dmp/custom_audience/list/"
	makeLookalike = "POST /dmp/custom_audience/lookalike/create/"
	makeBuyers    = "POST /dmp/custom_audience/rule/create/"
	buyersReady   = `{"list":[{"audience_id":"60","name":"ac-buyers","cover_num":1200}],"page_info":{"total_page":1}}`
)

func TestClient_CreateLookalike(t *testing.T) {
	t.Parallel()
	t.Run("FromTheBuyersInThreeSizes", func(t *testing.T) {
		t.Parallel()
		for size, band := range map[string][2]int{"NARROW": {0, 1}, "BALANCED": {2, 3}, "BROAD": {3, 10}} {
			client, p := setup(t, map[string][]string{listAudiences: {nothing, buyersReady}, makeLookalike: {`{"custom_audience_id":"61"}`}})
			id, err := client.CreateLookalike(t.Context(), "LAL", []string{"BR", "US"}, band[0], band[1])
			if err != nil || id != "61" {
				t.Fatalf("have %q, %v", id, err)
			}
			sameJSON(t, p.last(makeLookalike).Raw, `{"advertiser_id":"7000000000000000001","custom_audience_name":"LAL","lookalike_spec":{
				"source_audience_id":"60","include_source":false,"mobile_os":"ALL","placements":["PLACEMENT_TIKTOK"],
				"location_ids":["3469034","6252001"],"audience_size":"`+size+`"}}`)
		}
	})
	t.Run("FoundByNameMakesNothing", func(t *testing.T) {
		t.Parallel()
		client, p := setup(t, map[string][]string{listAudiences: {`{"list":[{"audience_id":"1","name":"LAL 2"},{"custom_audience_id":"61","name":"LAL"}],"page_info":{"total_page":1}}`}})
		id, err := client.CreateLookalike(t.Context(), "LAL", []string{"BR"}, 0, 1)
		if err != nil || id != "61" {
			t.Fatalf("have %q, %v", id, err)
		}
		if diff := cmp.Diff([]string{listAudiences}, p.keys()); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("MakesTheBuyersFirst", func(t *testing.T) {
		t.Parallel()
		client, p := setup(t, map[string][]string{listAudiences: {nothing}, makeBuyers: {`{"custom_audience_id":"60"}`}, makeLookalike: {`{"custom_audience_id":"61"}`}})
		if id, err := client.CreateLookalike(t.Context(), "LAL", []string{"BR"}, 0, 1); err != nil || id != "61" {
			t.Fatalf("have %q, %v", id, err)
		}
		sameJSON(t, p.last(makeBuyers).Raw, `{"advertiser_id":"7000000000000000001","custom_audience_name":"ac-buyers","audience_type":"PIXEL",
			"is_auto_refresh":true,"rule_spec":{"inclusion_rule_set":{"operator":"OR","rules":[{"event_source_ids":["7010000000000000001"],
			"retention_days":180,"filter_set":{"operator":"OR","filters":[{"field":"EVENT","operator":"EQ","value":"SHOPPING"}]}}]}}}`)
	})
}

func TestClient_CreateLookalike_Refusals(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, buyers, answer string
		kind                 fault.Kind
		code                 string
	}{
		{"FewCounted", `{"list":[{"audience_id":"60","name":"ac-buyers","cover_num":99}],"page_info":{"total_page":1}}`, "40002 Bad.", fault.Refused, "audience_too_small"},
		{"WordsSay", buyersReady, "40002 The source audience is too small.", fault.Refused, "audience_too_small"},
		{"SomethingElse", buyersReady, "40002 Bad.", fault.Refused, "invalid_parameter"},
		{"LostAnswer", buyersReady, "50000 System error", fault.Retryable, "platform_error"},
		{"NoID", buyersReady, "{}", fault.Retryable, "bad_answer"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			client, _ := setup(t, map[string][]string{listAudiences: {nothing, c.buyers}, makeLookalike: {c.answer}})
			_, err := client.CreateLookalike(t.Context(), "LAL", []string{"BR"}, 0, 1)
			wantFault(t, err, c.kind, c.code)
		})
	}
	client, _ := setup(t, nil)
	for _, band := range [][2]int{{1, 1}, {3, 2}, {-1, 1}, {0, 21}} {
		_, err := client.CreateLookalike(t.Context(), "n", []string{"BR"}, band[0], band[1])
		wantFault(t, err, fault.Refused, "lookalike_spec")
	}
	_, err := client.CreateLookalike(t.Context(), "n", nil, 0, 1)
	wantFault(t, err, fault.Refused, "countries_missing")
}
