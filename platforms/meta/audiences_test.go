package meta_test

import (
	"slices"
	"testing"

	"github.com/agente-ceo/agente-ceo/domain/fault"
)

const (
	listAudiences = "GET act_1234567890/customaudiences"
	makeAudience  = "POST act_1234567890/customaudiences"
	noAudience    = `{"data":[]}`
	buyersReady   = `{"data":[{"id":"6001","name":"ac-buyers","approximate_count_upper_bound":1200,"delivery_status":{"code":200}}]}`
)

func TestClient_CreateLookalike(t *testing.T) {
	t.Parallel()
	t.Run("OfSeveralCountries", func(t *testing.T) {
		t.Parallel()
		client, g := setup(t, map[string][]string{listAudiences: {noAudience, buyersReady}, makeAudience: {`{"id":"6002"}`}})
		id, err := client.CreateLookalike(t.Context(), "LAL 2-3% buyers", []string{"BR", "US"}, 2, 3)
		if err != nil || id != "6002" {
			t.Fatalf("have %q, %v", id, err)
		}
		sameForm(t, g.last(makeAudience).Form, map[string]string{
			"name": "LAL 2-3% buyers", "subtype": "LOOKALIKE", "origin_audience_id": "6001",
			"lookalike_spec": `{"location_spec":{"geo_locations":{"countries":["BR","US"]}},"starting_ratio":0.02,"ratio":0.03}`,
		})
	})
	t.Run("OfOneCountryFromTheTop", func(t *testing.T) {
		t.Parallel()
		client, g := setup(t, map[string][]string{listAudiences: {noAudience, buyersReady}, makeAudience: {`{"id":"6002"}`}})
		if _, err := client.CreateLookalike(t.Context(), "LAL 1%", []string{"BR"}, 0, 1); err != nil {
			t.Fatal(err)
		}
		if got := g.last(makeAudience).Form.Get("lookalike_spec"); got != `{"country":"BR","ratio":0.01}` {
			t.Error(got)
		}
	})
	t.Run("FoundByNameMakesNothing", func(t *testing.T) {
		t.Parallel()
		client, g := setup(t, map[string][]string{listAudiences: {`{"data":[{"id":"1","name":"LAL 1% old"},{"id":"6002","name":"LAL 1%"}]}`}})
		id, err := client.CreateLookalike(t.Context(), "LAL 1%", []string{"BR"}, 0, 1)
		if err != nil || id != "6002" || slices.Contains(g.keys(), makeAudience) {
			t.Fatalf("have %q, %v, %v", id, err, g.keys())
		}
	})
	t.Run("MakesTheBuyersFirst", func(t *testing.T) {
		t.Parallel()
		client, g := setup(t, map[string][]string{listAudiences: {noAudience}, makeAudience: {`{"id":"6001"}`, `{"id":"6002"}`}})
		id, err := client.CreateLookalike(t.Context(), "LAL 1%", []string{"BR"}, 0, 1)
		if err != nil || id != "6002" {
			t.Fatalf("have %q, %v", id, err)
		}
		sameForm(t, g.calls[2].Form, map[string]string{
			"name": "ac-buyers", "prefill": "true",
			"rule": `{"inclusions":{"operator":"or","rules":[{"event_sources":[{"id":"998877665544","type":"pixel"}],"retention_seconds":15552000,
				"filter":{"operator":"and","filters":[{"field":"event","operator":"eq","value":"Purchase"}]}}]}}`,
		})
	})
	t.Run("AnswersLostAreRetryableForItLooksFirst", func(t *testing.T) {
		t.Parallel()
		client, _ := setup(t, map[string][]string{listAudiences: {noAudience, buyersReady}, makeAudience: {`500 {"error":{"code":2,"message":"later"}}`}})
		_, err := client.CreateLookalike(t.Context(), "LAL 1%", []string{"BR"}, 0, 1)
		wantFault(t, err, fault.Retryable, "platform_error")
	})
}

func TestClient_CreateLookalike_Refusals(t *testing.T) {
	t.Parallel()
	refused := `400 {"error":{"message":"Invalid parameter","code":100}}`
	cases := []struct{ name, buyers, answer, code string }{
		{"FewCounted", `{"data":[{"id":"6001","name":"ac-buyers","approximate_count_upper_bound":99}]}`, refused, "audience_too_small"},
		{"CountWithheld", `{"data":[{"id":"6001","name":"ac-buyers","approximate_count_upper_bound":-1}]}`, refused, "audience_too_small"},
		{"StatusSays", `{"data":[{"id":"6001","name":"ac-buyers","delivery_status":{"code":300}}]}`, refused, "audience_too_small"},
		{"WordsSay", buyersReady, `400 {"error":{"message":"x","code":2654,"error_user_msg":"The source audience is too small."}}`, "audience_too_small"},
		{"SomethingElse", buyersReady, refused, "invalid_parameter"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			client, _ := setup(t, map[string][]string{listAudiences: {noAudience, c.buyers}, makeAudience: {c.answer}})
			_, err := client.CreateLookalike(t.Context(), "LAL 1%", []string{"BR"}, 0, 1)
			wantFault(t, err, fault.Refused, c.code)
		})
	}
	client, g := setup(t, nil)
	for _, band := range [][2]int{{1, 1}, {3, 2}, {-1, 1}, {0, 21}} {
		_, err := client.CreateLookalike(t.Context(), "n", []string{"BR"}, band[0], band[1])
		wantFault(t, err, fault.Refused, "lookalike_spec")
	}
	_, err := client.CreateLookalike(t.Context(), "n", nil, 0, 1)
	wantFault(t, err, fault.Refused, "lookalike_spec")
	if len(g.calls) != 0 {
		t.Errorf("called %v", g.keys())
	}
}
