package tiktok_test

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/domain/money"
)

const (
	makeCampaign = "POST /campaign/create/"
	makeAdGroup  = "POST /adgroup/create/"
	makeAd       = "POST /ad/create/"
	upload       = "POST /file/image/ad/upload/"
	listCampaign = "GET /campaign/get/"
	listAdGroups = "GET /adgroup/get/"
	listAds      = "GET /ad/get/"
	nothing      = `{"list":[],"page_info":{"page":1,"page_size":100,"total_number":0,"total_page":0}}`
)

// requestIDOf takes the idempotency key out of a body, and gives the body without it.
func requestIDOf(t *testing.T, raw string) (id, rest string) {
	t.Helper()
	var fields map[string]json.RawMessage
	if err := json.Unmarshal([]byte(raw), &fields); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(fields["request_id"], &id); err != nil {
		t.Fatalf("request_id: %v", err)
	}
	delete(fields, "request_id")
	without, err := json.Marshal(fields)
	if err != nil {
		t.Fatal(err)
	}
	return id, string(without)
}

func TestClient_CreateCampaign(t *testing.T) {
	t.Parallel()
	client, p := setup(t, map[string][]string{makeCampaign: {`{"campaign_id":"1800000000000001"}`}})
	e, err := client.CreateCampaign(t.Context(), ads.CampaignSpec{Name: "mini-projector k_7f3a"})
	if err != nil {
		t.Fatal(err)
	}
	want := ads.Entity{ID: "1800000000000001", Name: "mini-projector k_7f3a", Delivery: ads.Paused}
	if diff := cmp.Diff(want, e, sameMoney); diff != "" {
		t.Error(diff)
	}
	c := p.last(makeCampaign)
	id, rest := requestIDOf(t, c.Raw)
	sameJSON(t, rest, `{"advertiser_id":"7000000000000000001","campaign_name":"mini-projector k_7f3a","objective_type":"WEB_CONVERSIONS",
		"budget_mode":"BUDGET_MODE_INFINITE","operation_status":"DISABLE"}`)
	if n, err := strconv.ParseInt(id, 10, 64); err != nil || n <= 0 {
		t.Errorf("request_id %q is not a positive int64", id)
	}
	if c.Token != "TOKEN" || len(c.Query) != 0 {
		t.Errorf("token %q, query %v", c.Token, c.Query)
	}
	if _, err := client.CreateCampaign(t.Context(), ads.CampaignSpec{Name: "mini-projector k_7f3a"}); err != nil {
		t.Fatal(err)
	}
	if _, err := client.CreateCampaign(t.Context(), ads.CampaignSpec{Name: "another"}); err != nil {
		t.Fatal(err)
	}
	again, _ := requestIDOf(t, p.calls[1].Raw)
	other, _ := requestIDOf(t, p.calls[2].Raw)
	if again != id || other == id {
		t.Errorf("ids of the same name %q, %q, of another %q", id, again, other)
	}
}

func TestClient_Create_RepeatsFindWhatExists(t *testing.T) {
	t.Parallel()
	duplicate := "40050 Duplicated requests have been sent."
	t.Run("Campaign", func(t *testing.T) {
		t.Parallel()
		client, _ := setup(t, map[string][]string{makeCampaign: {duplicate}, listCampaign: {
			`{"list":[{"campaign_id":"1","campaign_name":"ac-1","operation_status":"ENABLE"}],"page_info":{"total_page":1}}`,
		}})
		e, err := client.CreateCampaign(t.Context(), ads.CampaignSpec{Name: "ac-1"})
		if err != nil || e.ID != "1" || e.Delivery != ads.Active {
			t.Fatalf("have %+v, %v", e, err)
		}
	})
	t.Run("AdGroupUnderItsCampaign", func(t *testing.T) {
		t.Parallel()
		client, p := setup(t, map[string][]string{makeAdGroup: {duplicate}, listAdGroups: {
			`{"list":[{"adgroup_id":"9","adgroup_name":"BR+US 18+ k_7f3a","campaign_id":"other"},
			{"adgroup_id":"2","adgroup_name":"BR+US 18+ k_7f3a","campaign_id":"1800000000000001","budget":20}],"page_info":{"total_page":1}}`,
		}})
		e, err := client.CreateAdSet(t.Context(), broad())
		if err != nil || e.ID != "2" || e.Budget != usd(2000) {
			t.Fatalf("have %+v, %v", e, err)
		}
		if got := p.last(listAdGroups).Query.Get("filtering"); got != `{"campaign_ids":["1800000000000001"],"adgroup_name":"BR+US 18+ k_7f3a"}` {
			t.Error(got)
		}
	})
	t.Run("NotFoundIsUnknown", func(t *testing.T) {
		t.Parallel()
		client, _ := setup(t, map[string][]string{makeCampaign: {duplicate}, listCampaign: {nothing}})
		_, err := client.CreateCampaign(t.Context(), ads.CampaignSpec{Name: "ac-1"})
		wantFault(t, err, fault.Ambiguous, "duplicate_not_found")
	})
}

func TestClient_CreateAdSet(t *testing.T) {
	t.Parallel()
	made := `{"adgroup_id":"1800000000000002"}`
	body := func(changes string) string {
		return `{"advertiser_id":"7000000000000000001","campaign_id":"1800000000000001","adgroup_name":"BR+US 18+ k_7f3a","promotion_type":"WEBSITE",
		"placement_type":"PLACEMENT_TYPE_AUTOMATIC","pixel_id":"7010000000000000001","optimization_goal":"CONVERT","optimization_event":"SHOPPING",
		"billing_event":"OCPM","budget_mode":"BUDGET_MODE_DAY","budget":20.00,"pacing":"PACING_MODE_SMOOTH","schedule_type":"SCHEDULE_FROM_NOW",
		"schedule_start_time":"2026-11-20 14:00:00","location_ids":["6252001","3469034"],"gender":"GENDER_UNLIMITED","operation_status":"DISABLE",` + changes + `}`
	}
	everyone := `"age_groups":["AGE_18_24","AGE_25_34","AGE_35_44","AGE_45_54","AGE_55_100"]`
	t.Run("Broad", func(t *testing.T) {
		t.Parallel()
		client, p := setup(t, map[string][]string{makeAdGroup: {made}})
		e, err := client.CreateAdSet(t.Context(), broad())
		if err != nil || e.ID != "1800000000000002" || e.Budget != usd(2000) || e.Delivery != ads.Paused {
			t.Fatalf("have %+v, %v", e, err)
		}
		_, rest := requestIDOf(t, p.last(makeAdGroup).Raw)
		sameJSON(t, rest, body(`"bid_type":"BID_TYPE_NO_BID",`+everyone))
		if !strings.Contains(p.last(makeAdGroup).Raw, `"budget":20.00`) {
			t.Errorf("the budget is not an exact number: %s", p.last(makeAdGroup).Raw)
		}
	})
	t.Run("LookalikeOfSomeAgesWithCostCap", func(t *testing.T) {
		t.Parallel()
		client, p := setup(t, map[string][]string{makeAdGroup: {made}})
		spec := broad()
		spec.Bid, spec.CostCap = ads.CostCap, usd(1999)
		spec.Audience.Kind, spec.Audience.LookalikeID, spec.Audience.AgeMin, spec.Audience.AgeMax = ads.Lookalike, "77", 25, 40
		if _, err := client.CreateAdSet(t.Context(), spec); err != nil {
			t.Fatal(err)
		}
		_, rest := requestIDOf(t, p.last(makeAdGroup).Raw)
		sameJSON(t, rest, body(`"bid_type":"BID_TYPE_CUSTOM","conversion_bid_price":19.99,"audience_ids":["77"],"age_groups":["AGE_25_34","AGE_35_44"]`))
	})
	t.Run("Interests", func(t *testing.T) {
		t.Parallel()
		client, p := setup(t, map[string][]string{makeAdGroup: {made}, "GET /tool/interest_keyword/recommend/": {
			`{"recommended_keywords":[{"keyword_id":"11","keyword":"projector"}]}`, `{"recommended_keywords":[]}`,
		}})
		spec := broad()
		spec.Audience.Kind, spec.Audience.InterestKeywords = ads.Interests, []string{"projector", "zzz", "projector"}
		if _, err := client.CreateAdSet(t.Context(), spec); err != nil {
			t.Fatal(err)
		}
		_, rest := requestIDOf(t, p.last(makeAdGroup).Raw)
		sameJSON(t, rest, body(`"bid_type":"BID_TYPE_NO_BID","interest_keyword_ids":["11"],`+everyone))
		spec.Audience.InterestKeywords = []string{"zzz"}
		_, err := client.CreateAdSet(t.Context(), spec)
		wantFault(t, err, fault.Refused, "interests_unknown")
	})
}

func TestClient_CreateAdSet_RefusesBeforeCalling(t *testing.T) {
	t.Parallel()
	cases := map[string]func(*ads.AdSetSpec){
		"currency_mismatch":   func(s *ads.AdSetSpec) { s.DailyBudget = money.Minor(5000, "BRL") },
		"budget_too_low":      func(s *ads.AdSetSpec) { s.DailyBudget = usd(1999) },
		"amount_not_positive": func(s *ads.AdSetSpec) { s.Bid = ads.CostCap; s.CostCap = usd(0) },
		"countries_missing":   func(s *ads.AdSetSpec) { s.Audience.Countries = nil },
		"country_unsupported": func(s *ads.AdSetSpec) { s.Audience.Countries = []string{"BR", "XX"} },
		"age_range":           func(s *ads.AdSetSpec) { s.Audience.AgeMin = 13 },
		"lookalike_missing":   func(s *ads.AdSetSpec) { s.Audience.Kind = ads.Lookalike },
	}
	for code, spoil := range cases {
		t.Run(code, func(t *testing.T) {
			t.Parallel()
			client, p := setup(t, nil)
			spec := broad()
			spoil(&spec)
			_, err := client.CreateAdSet(t.Context(), spec)
			wantFault(t, err, fault.Refused, code)
			wantFault(t, client.Validate(t.Context(), ads.CampaignSpec{Name: "n"}, spec), fault.Refused, code)
			if len(p.calls) != 0 {
				t.Errorf("called %v", p.keys())
			}
		})
	}
	client, _ := setup(t, nil)
	if err := client.Validate(t.Context(), ads.CampaignSpec{Name: strings.Repeat("é", 512)}, broad()); err != nil {
		t.Errorf("a good plan: %v", err)
	}
	for _, name := range []string{"", strings.Repeat("x", 513)} {
		wantFault(t, client.Validate(t.Context(), ads.CampaignSpec{Name: name}, broad()), fault.Refused, "name")
	}
}

func TestClient_CreateAd(t *testing.T) {
	t.Parallel()
	uploaded := `{"image_id":"ad-site-i18n-sg/example","material_id":"7000000000000000101"}`
	t.Run("UploadsThenMakesTheAd", func(t *testing.T) {
		t.Parallel()
		client, p := setup(t, map[string][]string{upload: {uploaded}, makeAd: {`{"ad_ids":["1800000000000003"]}`}})
		for range 2 {
			e, err := client.CreateAd(t.Context(), projector())
			if err != nil || e.ID != "1800000000000003" || e.Delivery != ads.Paused {
				t.Fatalf("have %+v, %v", e, err)
			}
		}
		const sum = "5456fc54c74a297ce994998c2873b370" // MD5 of "picture"
		want := map[string]string{
			"advertiser_id": "7000000000000000001", "upload_type": "UPLOAD_BY_FILE", "file_name": "ac-" + sum + ".png", "image_signature": sum,
		}
		if diff := cmp.Diff(want, p.last(upload).Form); diff != "" {
			t.Error(diff)
		}
		if got := p.last(upload).File; got != "image_file ac-"+sum+".png picture" {
			t.Error(got)
		}
		sameJSON(t, p.last(makeAd).Raw, `{"advertiser_id":"7000000000000000001","adgroup_id":"1800000000000002","creatives":[{"ad_name":"ad k_7f3a",
			"ad_format":"SINGLE_IMAGE","image_ids":["ad-site-i18n-sg/example"],"ad_text":"Copy & more","call_to_action":"SHOP_NOW",
			"landing_page_url":"https://shop.example.com/products/mini-projector?utm_source=tiktok&utm_medium=paid",
			"identity_type":"CUSTOMIZED_USER","identity_id":"7020000000000000001","operation_status":"DISABLE"}]}`)
		if got := strings.Count(strings.Join(p.keys(), " "), "/file/"); got != 1 {
			t.Errorf("%d uploads of one picture", got)
		}
	})
	t.Run("TakenFileNameIsTriedOnceMore", func(t *testing.T) {
		t.Parallel()
		client, p := setup(t, map[string][]string{upload: {"40911 Duplicated material name.", uploaded}, makeAd: {`{"creatives":[{"ad_id":"3"}]}`}})
		if e, err := client.CreateAd(t.Context(), projector()); err != nil || e.ID != "3" {
			t.Fatalf("have %+v, %v", e, err)
		}
		first, second := p.calls[0].Form["file_name"], p.calls[1].Form["file_name"]
		if first == second || !strings.HasSuffix(second, ".png") {
			t.Errorf("%q then %q", first, second)
		}
		stubborn, _ := setup(t, map[string][]string{upload: {"40911 Duplicated material name."}})
		_, err := stubborn.CreateAd(t.Context(), projector())
		wantFault(t, err, fault.Refused, "duplicate_file_name")
	})
	t.Run("OnlyTheAdItselfIsAmbiguous", func(t *testing.T) {
		t.Parallel()
		client, _ := setup(t, map[string][]string{upload: {"50000 System error", uploaded}, makeAd: {"50000 System error", `{}`}})
		_, err := client.CreateAd(t.Context(), projector())
		wantFault(t, err, fault.Retryable, "platform_error")
		_, err = client.CreateAd(t.Context(), projector())
		wantFault(t, err, fault.Ambiguous, "platform_error")
		_, err = client.CreateAd(t.Context(), projector())
		wantFault(t, err, fault.Ambiguous, "bad_answer")
	})
}

func TestClient_CreateAd_Wording(t *testing.T) {
	t.Parallel()
	long := strings.TrimSpace(strings.Repeat("palavra ", 20))
	cases := []struct{ headline, body, action, wantText, wantAction string }{
		{"Head", "Body", "learn_more", "Body", "LEARN_MORE"},
		{"Head", long, "order_now", "Head", "ORDER_NOW"},
		{"Head", "", "get_offer", "Head", "SHOP_NOW"},
		{long, long, "buy_now", strings.TrimSpace(strings.Repeat("palavra ", 12)) + "…", "SHOP_NOW"},
		{long, "", "shop_now", strings.TrimSpace(strings.Repeat("palavra ", 12)) + "…", "SHOP_NOW"},
		{"", "", "shop_now", "", "SHOP_NOW"},
		{"", strings.Repeat("é", 101), "shop_now", strings.Repeat("é", 99) + "…", "SHOP_NOW"},
	}
	for _, c := range cases {
		client, p := setup(t, map[string][]string{upload: {`{"image_id":"i"}`}, makeAd: {`{"ad_ids":["3"]}`}})
		spec := projector()
		spec.Headline, spec.Body, spec.Action = c.headline, c.body, c.action
		if _, err := client.CreateAd(t.Context(), spec); err != nil {
			t.Fatal(err)
		}
		var body struct {
			Creatives []struct {
				Text   string `json:"ad_text"`
				Action string `json:"call_to_action"`
			}
		}
		if err := json.Unmarshal([]byte(p.last(makeAd).Raw), &body); err != nil {
			t.Fatal(err)
		}
		if got := body.Creatives[0]; got.Text != c.wantText || got.Action != c.wantAction {
			t.Errorf("%s: have %q %s, want %q %s", c.action, got.Text, got.Action, c.wantText, c.wantAction)
		}
	}
}
