package meta_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/domain/money"
)

func TestClient_CreateCampaign(t *testing.T) {
	t.Parallel()
	client, g := setup(t, map[string][]string{"POST act_1234567890/campaigns": {`{"id":"120210000000000001"}`, `{}`}})
	e, err := client.CreateCampaign(t.Context(), ads.CampaignSpec{Name: "mini-projector|BR+US|sales|k_7f3a"})
	if err != nil {
		t.Fatal(err)
	}
	want := ads.Entity{ID: "120210000000000001", Name: "mini-projector|BR+US|sales|k_7f3a", Delivery: ads.Paused}
	if diff := cmp.Diff(want, e, sameMoney); diff != "" {
		t.Error(diff)
	}
	c := g.last("POST act_1234567890/campaigns")
	sameForm(t, c.Form, map[string]string{
		"name": "mini-projector|BR+US|sales|k_7f3a", "objective": "OUTCOME_SALES", "buying_type": "AUCTION", "status": "PAUSED",
		"special_ad_categories": "[]", "is_adset_budget_sharing_enabled": "false",
	})
	if c.Auth != "Bearer TOKEN" || len(c.Query) != 0 {
		t.Errorf("the token belongs in the header alone: %q %v", c.Auth, c.Query)
	}
	// An answer that names no id leaves open what was made.
	_, err = client.CreateCampaign(t.Context(), ads.CampaignSpec{Name: "n"})
	wantFault(t, err, fault.Ambiguous, "bad_answer")
}

const (
	makeAdSet = "POST act_1234567890/adsets"
	madeAdSet = `{"id":"120210000000000002"}`
)

// adSetForm is the form of the broad ad set with some fields changed: name, value, name, value.
func adSetForm(changes ...string) map[string]string {
	form := map[string]string{
		"name": "broad 18-65 BR+US|k_7f3a", "campaign_id": "120210000000000001", "daily_budget": "5000", "billing_event": "IMPRESSIONS",
		"optimization_goal": "OFFSITE_CONVERSIONS", "bid_strategy": "LOWEST_COST_WITHOUT_CAP", "destination_type": "WEBSITE",
		"promoted_object": `{"pixel_id":"998877665544","custom_event_type":"PURCHASE"}`, "status": "PAUSED",
		"targeting": `{"geo_locations":{"countries":["BR","US"]},"age_min":18,"age_max":65,"targeting_automation":{"advantage_audience":0}}`,
	}
	for i := 0; i < len(changes); i += 2 {
		form[changes[i]] = changes[i+1]
	}
	return form
}

func TestClient_CreateAdSet(t *testing.T) {
	t.Parallel()
	t.Run("Broad", func(t *testing.T) {
		t.Parallel()
		client, g := setup(t, map[string][]string{makeAdSet: {madeAdSet}})
		e, err := client.CreateAdSet(t.Context(), broad())
		if err != nil || e.ID != "120210000000000002" || e.Budget != usd(5000) || e.Delivery != ads.Paused {
			t.Fatalf("have %+v, %v", e, err)
		}
		sameForm(t, g.last(makeAdSet).Form, adSetForm())
	})
	t.Run("LookalikeWithCostCap", func(t *testing.T) {
		t.Parallel()
		client, g := setup(t, map[string][]string{makeAdSet: {madeAdSet}})
		spec := broad()
		spec.Bid, spec.CostCap = ads.CostCap, usd(1234)
		spec.Audience = ads.Audience{Kind: ads.Lookalike, Countries: []string{"BR"}, AgeMin: 18, AgeMax: 65, LookalikeID: "6002"}
		if _, err := client.CreateAdSet(t.Context(), spec); err != nil {
			t.Fatal(err)
		}
		sameForm(t, g.last(makeAdSet).Form, adSetForm("bid_strategy", "COST_CAP", "bid_amount", "1234", "targeting",
			`{"geo_locations":{"countries":["BR"]},"age_min":18,"age_max":65,"custom_audiences":[{"id":"6002"}],
			  "targeting_automation":{"advantage_audience":0}}`))
	})
	t.Run("InterestsResolvedByNameOnce", func(t *testing.T) {
		t.Parallel()
		client, g := setup(t, map[string][]string{makeAdSet: {madeAdSet}, "GET search": {
			`{"data":[{"id":"1","name":"Home cinema"},{"id":"2","name":"projectors"}]}`, `{"data":[]}`, `{"data":[{"id":"2","name":"Projectors"}]}`,
		}})
		spec := broad()
		spec.Audience.Kind, spec.Audience.InterestKeywords = ads.Interests, []string{"Projectors", "zzz", "beamer"}
		for range 2 {
			if _, err := client.CreateAdSet(t.Context(), spec); err != nil {
				t.Fatal(err)
			}
		}
		sameForm(t, g.last(makeAdSet).Form, adSetForm("targeting",
			`{"geo_locations":{"countries":["BR","US"]},"age_min":18,"age_max":65,"flexible_spec":[{"interests":[{"id":"2","name":"projectors"}]}],
			  "targeting_automation":{"advantage_audience":0}}`))
		if got := strings.Count(strings.Join(g.keys(), " "), "search"); got != 3 {
			t.Errorf("%d searches for three keywords", got)
		}
		if diff := cmp.Diff(url.Values{"type": {"adinterest"}, "q": {"Projectors"}, "limit": {"10"}}, g.calls[0].Query); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("NamesTheAdvertiserInTheUnion", func(t *testing.T) {
		t.Parallel()
		client, g := setup(t, map[string][]string{makeAdSet: {madeAdSet}})
		spec := broad()
		spec.Audience.Countries = []string{"BR", "PT"}
		if _, err := client.CreateAdSet(t.Context(), spec); err != nil {
			t.Fatal(err)
		}
		form := g.last(makeAdSet).Form
		if form.Get("dsa_payor") != "Example Ltda" || form.Get("dsa_beneficiary") != "Example Ltda" {
			t.Errorf("have %v", form)
		}
	})
}

func TestClient_CreateAdSet_RefusesBeforeCalling(t *testing.T) {
	t.Parallel()
	cases := map[string]func(*ads.AdSetSpec){
		"currency_mismatch":   func(s *ads.AdSetSpec) { s.DailyBudget = money.Minor(5000, "BRL") },
		"amount_not_positive": func(s *ads.AdSetSpec) { s.Bid = ads.CostCap; s.CostCap = usd(0) },
		"countries_missing":   func(s *ads.AdSetSpec) { s.Audience.Countries = nil },
		"age_range":           func(s *ads.AdSetSpec) { s.Audience.AgeMin = 17 },
		"lookalike_missing":   func(s *ads.AdSetSpec) { s.Audience.Kind = ads.Lookalike },
	}
	for code, spoil := range cases {
		t.Run(code, func(t *testing.T) {
			t.Parallel()
			client, g := setup(t, nil)
			spec := broad()
			spoil(&spec)
			_, err := client.CreateAdSet(t.Context(), spec)
			wantFault(t, err, fault.Refused, code)
			if len(g.calls) != 0 {
				t.Errorf("called %v", g.keys())
			}
		})
	}
	t.Run("interests_unknown", func(t *testing.T) {
		t.Parallel()
		client, _ := setup(t, map[string][]string{"GET search": {`{"data":[]}`}})
		spec := broad()
		spec.Audience.Kind, spec.Audience.InterestKeywords = ads.Interests, []string{"zzz"}
		_, err := client.CreateAdSet(t.Context(), spec)
		wantFault(t, err, fault.Refused, "interests_unknown")
	})
}

func TestClient_CreateAd(t *testing.T) {
	t.Parallel()
	t.Run("UploadsMakesCreativeThenAd", func(t *testing.T) {
		t.Parallel()
		client, g := setup(t, adScript())
		e, err := client.CreateAd(t.Context(), projector())
		if err != nil || e.ID != "120210000000000003" || e.Delivery != ads.Paused {
			t.Fatalf("have %+v, %v", e, err)
		}
		sameForm(t, g.last("POST act_1234567890/adimages").Form, map[string]string{"bytes": "iVBORw=="})
		sameForm(t, g.last("POST act_1234567890/adcreatives").Form, map[string]string{
			"name": "cr ad k_7f3a a",
			"object_story_spec": `{"page_id":"555000111","instagram_user_id":"17841400000000000","link_data":{
				"link":"https://shop.example.com/products/mini-projector","message":"Copy","name":"Headline","image_hash":"` + adScriptHash + `",
				"call_to_action":{"type":"SHOP_NOW","value":{"link":"https://shop.example.com/products/mini-projector"}}}}`,
		})
		sameForm(t, g.last("POST act_1234567890/ads").Form, map[string]string{
			"name": "ad k_7f3a a", "adset_id": "120210000000000002", "creative": `{"creative_id":"120210000000000010"}`, "status": "PAUSED",
			"conversion_domain": "example.com",
		})
	})
	t.Run("UploadsAPictureOnce", func(t *testing.T) {
		t.Parallel()
		client, g := setup(t, adScript())
		for range 3 {
			if _, err := client.CreateAd(t.Context(), projector()); err != nil {
				t.Fatal(err)
			}
		}
		if got := strings.Count(strings.Join(g.keys(), " "), "adimages"); got != 1 {
			t.Errorf("%d uploads", got)
		}
	})
	t.Run("OnlyTheAdItselfIsAmbiguous", func(t *testing.T) {
		t.Parallel()
		down := `500 {"error":{"message":"An unexpected error has occurred.","code":2,"is_transient":true}}`
		for edge, kind := range map[string]fault.Kind{"adimages": fault.Retryable, "adcreatives": fault.Retryable, "ads": fault.Ambiguous} {
			script := adScript()
			script["POST act_1234567890/"+edge] = []string{down}
			client, _ := setup(t, script)
			_, err := client.CreateAd(t.Context(), projector())
			wantFault(t, err, kind, "platform_error")
		}
	})
	t.Run("DomainIsWhatWasRegistered", func(t *testing.T) {
		t.Parallel()
		client, g := setup(t, adScript())
		for landing, want := range map[string]string{
			"https://www.loja.com.br/p?utm_source=meta": "loja.com.br",
			"http://127.0.0.1:8090/p":                   "127.0.0.1",
			"http://localhost/p":                        "localhost",
		} {
			spec := projector()
			spec.LandingURL = landing
			if _, err := client.CreateAd(t.Context(), spec); err != nil {
				t.Fatal(err)
			}
			if got := g.last("POST act_1234567890/ads").Form.Get("conversion_domain"); got != want {
				t.Errorf("%s: have %q, want %q", landing, got, want)
			}
		}
		spec := projector()
		spec.LandingURL = "/p"
		_, err := client.CreateAd(t.Context(), spec)
		wantFault(t, err, fault.Refused, "landing_url")
	})
}

func TestClient_Validate(t *testing.T) {
	t.Parallel()
	campaigns, adSets, minimum := "POST act_1234567890/campaigns", "POST act_1234567890/adsets", "GET act_1234567890/minimum_budgets"
	t.Run("UnderAnExistingCampaignGraphChecksBoth", func(t *testing.T) {
		t.Parallel()
		client, g := setup(t, map[string][]string{campaigns: {`{"success":true}`}, adSets: {`{"success":true}`}})
		if err := client.Validate(t.Context(), ads.CampaignSpec{Name: "n"}, broad()); err != nil {
			t.Fatal(err)
		}
		for _, key := range []string{campaigns, adSets} {
			if got := g.last(key).Form.Get("execution_options"); got != `["validate_only"]` {
				t.Errorf("%s would create: %q", key, got)
			}
		}
	})
	t.Run("UnderAPlannedCampaignTheMinimumIsCheckedHere", func(t *testing.T) {
		t.Parallel()
		client, _ := setup(t, map[string][]string{campaigns: {`{"success":true}`}, minimum: {`{"data":[{"currency":"USD","min_daily_budget_imp":100}]}`}})
		spec := broad()
		spec.CampaignID, spec.DailyBudget = "", usd(100)
		if err := client.Validate(t.Context(), ads.CampaignSpec{Name: "n"}, spec); err != nil {
			t.Fatal(err)
		}
		spec.DailyBudget = usd(99)
		wantFault(t, client.Validate(t.Context(), ads.CampaignSpec{Name: "n"}, spec), fault.Refused, "budget_too_low")
	})
	t.Run("SaysWhatGraphSays", func(t *testing.T) {
		t.Parallel()
		client, _ := setup(t, map[string][]string{campaigns: {`400 {"error":{"message":"Invalid parameter","code":100,"error_subcode":4834011,
			"error_user_title":"Missing budget sharing setting","error_user_msg":"Set it."}}`}})
		err := client.Validate(t.Context(), ads.CampaignSpec{Name: "n"}, broad())
		wantFault(t, err, fault.Refused, "invalid_parameter")
		if !strings.Contains(err.Error(), "Missing budget sharing setting: Set it.") {
			t.Error(err)
		}
	})
}
