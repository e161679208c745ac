package google_test

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/domain/money"
)

const newCampaign = `{"campaignBudgetOperation":{"create":{"resourceName":"customers/1234567890/campaignBudgets/-1","name":"budget mini-projector k_7f3a",
	"amountMicros":"1000000","deliveryMethod":"STANDARD","explicitlyShared":false}}},
	{"campaignOperation":{"create":{"resourceName":"customers/1234567890/campaigns/-2","name":"mini-projector k_7f3a","status":"PAUSED",
	"advertisingChannelType":"SEARCH","campaignBudget":"customers/1234567890/campaignBudgets/-1",
	"containsEuPoliticalAdvertising":"DOES_NOT_CONTAIN_EU_POLITICAL_ADVERTISING","maximizeConversions":{},
	"networkSettings":{"targetGoogleSearch":true,"targetSearchNetwork":false,"targetContentNetwork":false}}}}`

func TestClient_CreateCampaign(t *testing.T) {
	t.Parallel()
	a := &api{mutations: []string{done("campaignBudgets/111", "campaigns/222"), done("campaignBudgets/111")}}
	client := setup(t, a)
	e, err := client.CreateCampaign(t.Context(), ads.CampaignSpec{Name: "mini-projector k_7f3a"})
	want := ads.Entity{ID: "222", Name: "mini-projector k_7f3a", Delivery: ads.Paused}
	if diff := cmp.Diff(want, e, sameMoney); diff != "" || err != nil {
		t.Fatal(diff, err)
	}
	c := a.last("mutate")
	sameJSON(t, c.Body, `{"mutateOperations":[`+newCampaign+`]}`)
	if c.Header.Get("Authorization") != "Bearer TOKEN" || c.Header.Get("Login-Customer-Id") != "9876543210" {
		t.Errorf("headers %v", c.Header)
	}
	// Fewer results than operations leave open what was made.
	_, err = client.CreateCampaign(t.Context(), ads.CampaignSpec{Name: "n"})
	wantFault(t, err, fault.Ambiguous, "bad_answer")
}

func TestClient_Create_TakenNamesAreFound(t *testing.T) {
	t.Parallel()
	a := &api{
		mutations: []string{refused("campaignError", "DUPLICATE_CAMPAIGN_NAME"), refused("campaignBudgetError", "DUPLICATE_NAME")},
		searches:  []string{rows(campaign222), rows()},
	}
	client := setup(t, a)
	e, err := client.CreateCampaign(t.Context(), ads.CampaignSpec{Name: "mini-projector k_7f3a"})
	if err != nil || e.ID != "222" {
		t.Fatalf("have %+v, %v", e, err)
	}
	_, err = client.CreateCampaign(t.Context(), ads.CampaignSpec{Name: "removed long ago"})
	wantFault(t, err, fault.Refused, "duplicate_name")
}

const (
	newAdGroup = `{"adGroupOperation":{"create":{"resourceName":"customers/1234567890/adGroups/-3","name":"BR+US",
		"campaign":"customers/1234567890/campaigns/222","type":"SEARCH_STANDARD","status":"PAUSED"}}}`
	inBrazilAndTheStates = `{"campaignCriterionOperation":{"create":{"campaign":"customers/1234567890/campaigns/222","location":{"geoTargetConstant":"geoTargetConstants/2076"}}}},
		{"campaignCriterionOperation":{"create":{"campaign":"customers/1234567890/campaigns/222","location":{"geoTargetConstant":"geoTargetConstants/2840"}}}}`
)

func setBudget(micros string) string {
	return `{"campaignBudgetOperation":{"update":{"resourceName":"customers/1234567890/campaignBudgets/111","amountMicros":"` + micros + `"},"updateMask":"amountMicros"}}`
}

func setTarget(micros string) string {
	return `{"campaignOperation":{"update":{"resourceName":"customers/1234567890/campaigns/222","maximizeConversions":{"targetCpaMicros":"` + micros + `"}},
		"updateMask":"maximizeConversions.targetCpaMicros"}}`
}

func TestClient_CreateAdSet(t *testing.T) {
	t.Parallel()
	t.Run("BringsBudgetBidAndCountries", func(t *testing.T) {
		t.Parallel()
		a := &api{
			searches:  []string{rows(campaign222), rows()},
			mutations: []string{done("adGroups/333", "campaignCriteria/1", "campaignCriteria/2", "campaignBudgets/111", "campaigns/222")},
		}
		e, err := setup(t, a).CreateAdSet(t.Context(), broad())
		want := ads.Entity{ID: "333", Name: "BR+US", Delivery: ads.Paused, Budget: usd(2000)}
		if diff := cmp.Diff(want, e, sameMoney); diff != "" || err != nil {
			t.Fatal(diff, err)
		}
		sameJSON(t, a.last("mutate").Body, `{"mutateOperations":[`+newAdGroup+`,`+inBrazilAndTheStates+`,`+setBudget("20000000")+`,`+setTarget("0")+`]}`)
	})
	t.Run("InterestsAreKeywordsAndAgesAreExcluded", func(t *testing.T) {
		t.Parallel()
		a := &api{searches: []string{rows(campaign222), rows()}, mutations: []string{done("adGroups/333", "2", "3", "4", "5", "6", "7", "8")}}
		spec := broad()
		spec.Bid, spec.CostCap = ads.CostCap, usd(1999)
		spec.Audience = ads.Audience{Kind: ads.Interests, Countries: []string{"BR"}, AgeMin: 25, AgeMax: 50, InterestKeywords: []string{"Home, cinema!", "home cinema", "?"}}
		if _, err := setup(t, a).CreateAdSet(t.Context(), spec); err != nil {
			t.Fatal(err)
		}
		exclude := func(name string) string {
			return `{"adGroupCriterionOperation":{"create":{"adGroup":"customers/1234567890/adGroups/-3","negative":true,"ageRange":{"type":"` + name + `"}}}}`
		}
		brazil, _, _ := strings.Cut(inBrazilAndTheStates, "},\n")
		sameJSON(t, a.last("mutate").Body, `{"mutateOperations":[`+newAdGroup+`,`+brazil+`},`+exclude("AGE_RANGE_18_24")+`,`+exclude("AGE_RANGE_55_64")+`,`+
			exclude("AGE_RANGE_65_UP")+`,{"adGroupCriterionOperation":{"create":{"adGroup":"customers/1234567890/adGroups/-3","status":"ENABLED",
			"keyword":{"text":"home cinema","matchType":"BROAD"}}}},`+setBudget("20000000")+`,`+setTarget("19990000")+`]}`)
	})
	t.Run("RepeatedGivesWhatExists", func(t *testing.T) {
		t.Parallel()
		a := &api{searches: []string{rows(campaign222), rows(adGroup333), rows(adGroup333), rows(budget20)}}
		e, err := setup(t, a).CreateAdSet(t.Context(), broad())
		if err != nil || e.ID != "333" || e.Budget != usd(2000) {
			t.Fatalf("have %+v, %v", e, err)
		}
	})
	t.Run("ASecondOneIsRefused", func(t *testing.T) {
		t.Parallel()
		a := &api{searches: []string{rows(campaign222), rows(adGroup333)}}
		spec := broad()
		spec.Name = "another"
		_, err := setup(t, a).CreateAdSet(t.Context(), spec)
		wantFault(t, err, fault.Refused, "one_ad_set_per_campaign")
	})
	t.Run("UnknownCampaign", func(t *testing.T) {
		t.Parallel()
		_, err := setup(t, &api{searches: []string{rows()}}).CreateAdSet(t.Context(), broad())
		wantFault(t, err, fault.Refused, "not_found")
	})
}

func TestClient_CreateAdSet_RefusesBeforeCalling(t *testing.T) {
	t.Parallel()
	for code, spoil := range map[string]func(*ads.AdSetSpec){
		"currency_mismatch":   func(s *ads.AdSetSpec) { s.DailyBudget = money.Minor(5000, "BRL") },
		"budget_too_low":      func(s *ads.AdSetSpec) { s.DailyBudget = usd(99) },
		"countries_missing":   func(s *ads.AdSetSpec) { s.Audience.Countries = nil },
		"country_unsupported": func(s *ads.AdSetSpec) { s.Audience.Countries = []string{"BR", "XX"} },
		"age_range":           func(s *ads.AdSetSpec) { s.Audience.AgeMin = 13 },
		"unsupported":         func(s *ads.AdSetSpec) { s.Audience.Kind = ads.Lookalike },
		"interests_unknown":   func(s *ads.AdSetSpec) { s.Audience.Kind = ads.Interests },
		"not_found":           func(s *ads.AdSetSpec) { s.CampaignID = "222 OR 1=1" },
	} {
		t.Run(code, func(t *testing.T) {
			t.Parallel()
			spec := broad()
			spoil(&spec)
			_, err := setup(t, &api{}).CreateAdSet(t.Context(), spec)
			wantFault(t, err, fault.Refused, code)
		})
	}
}

func projector() ads.AdSpec {
	return ads.AdSpec{
		Name: "ad k_7f3a", CampaignID: "222", AdSetID: "333", Headline: "Cinema em casa", Body: "Mini projetor com tela grande e som claro para noites em família.",
		Action: "shop_now", LandingURL: "https://www.shop.example.com/p?utm_source=google",
	}
}

const newAd = `{"adGroupAdOperation":{"create":{"adGroup":"customers/1234567890/adGroups/333","status":"PAUSED","ad":{
	"finalUrls":["https://www.shop.example.com/p?utm_source=google"],"urlCustomParameters":[{"key":"acname","value":"ad k_7f3a"}],
	"responsiveSearchAd":{"headlines":[{"text":"Cinema em casa"},{"text":"Mini projetor com tela grande"},{"text":"e som claro para noites em"},
	{"text":"família."},{"text":"shop.example.com"}],"descriptions":[{"text":"Mini projetor com tela grande e som claro para noites em família."},
	{"text":"Cinema em casa"},{"text":"shop.example.com"}]}}}}}`

func TestClient_CreateAd(t *testing.T) {
	t.Parallel()
	a := &api{
		searches:  []string{rows(), rows(`{"adGroupCriterion":{"criterionId":"1"}}`)},
		mutations: []string{done("adGroupAds/333~444", "adGroupCriteria/333~1"), done("adGroupAds/333~445")},
	}
	client := setup(t, a)
	e, err := client.CreateAd(t.Context(), projector())
	if err != nil || e.ID != "333~444" || e.Delivery != ads.Paused || e.Name != "ad k_7f3a" {
		t.Fatalf("have %+v, %v", e, err)
	}
	sameJSON(t, a.last("mutate").Body, `{"mutateOperations":[`+newAd+`,{"adGroupCriterionOperation":{"create":{
		"adGroup":"customers/1234567890/adGroups/333","status":"ENABLED","keyword":{"text":"cinema em casa","matchType":"BROAD"}}}}]}`)
	if e, err = client.CreateAd(t.Context(), projector()); err != nil || e.ID != "333~445" {
		t.Fatalf("have %+v, %v", e, err)
	}
	sameJSON(t, a.last("mutate").Body, `{"mutateOperations":[`+newAd+`]}`)
}

func TestClient_CreateAd_RefusesBeforeCalling(t *testing.T) {
	t.Parallel()
	for code, spoil := range map[string]func(*ads.AdSpec){
		"landing_url":    func(s *ads.AdSpec) { s.LandingURL = "/p" },
		"not_found":      func(s *ads.AdSpec) { s.AdSetID = "x" },
		"text_too_short": func(s *ads.AdSpec) { s.Headline, s.Body = "", "" },
	} {
		spec := projector()
		spoil(&spec)
		_, err := setup(t, &api{}).CreateAd(t.Context(), spec)
		wantFault(t, err, fault.Refused, code)
	}
}

// TestClient_CreateAd_TextsFit: whatever the copy, the texts keep to Google's counts and lengths and differ from each other.
func TestClient_CreateAd_TextsFit(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		"Cinema em casa", strings.Repeat("palavra ", 200), strings.Repeat("é", 31) + " curta", "a b c d e f g", strings.Repeat("x ", 100),
	} {
		a := &api{searches: []string{rows(`{}`)}, mutations: []string{done("adGroupAds/333~444")}}
		spec := projector()
		spec.Body = body
		if _, err := setup(t, a).CreateAd(t.Context(), spec); err != nil {
			if fault.CodeOf(err) != "text_too_short" {
				t.Errorf("%.20s: %v", body, err)
			}
			continue
		}
		var sent struct {
			Operations []struct {
				Ad struct {
					Create struct {
						Ad struct {
							Texts map[string][]struct{ Text string } `json:"responsiveSearchAd"`
						}
					}
				} `json:"adGroupAdOperation"`
			} `json:"mutateOperations"`
		}
		if err := json.Unmarshal([]byte(a.last("mutate").Body), &sent); err != nil {
			t.Fatal(err)
		}
		for kind, bounds := range map[string][3]int{"headlines": {3, 15, 30}, "descriptions": {2, 4, 90}} {
			texts := sent.Operations[0].Ad.Create.Ad.Texts[kind]
			seen := map[string]bool{}
			for _, text := range texts {
				if n := utf8.RuneCountInString(text.Text); n == 0 || n > bounds[2] || seen[strings.ToLower(text.Text)] {
					t.Errorf("%.20s: bad %s %q", body, kind, text.Text)
				}
				seen[strings.ToLower(text.Text)] = true
			}
			if len(texts) < bounds[0] || len(texts) > bounds[1] {
				t.Errorf("%.20s: %d %s", body, len(texts), kind)
			}
		}
	}
}

func TestClient_Validate(t *testing.T) {
	t.Parallel()
	a := &api{mutations: []string{`{}`, `{}`, refused("campaignBudgetError", "BUDGET_BELOW_PER_DAY_MINIMUM")}}
	client := setup(t, a)
	spec := broad()
	if err := client.Validate(t.Context(), ads.CampaignSpec{Name: "n"}, spec); err != nil {
		t.Fatal(err)
	}
	sameJSON(t, a.last("mutate").Body, `{"mutateOperations":[`+newAdGroup+`,`+inBrazilAndTheStates+`],"validateOnly":true}`)
	spec.CampaignID = ""
	if err := client.Validate(t.Context(), ads.CampaignSpec{Name: "mini-projector k_7f3a"}, spec); err != nil {
		t.Fatal(err)
	}
	planned := strings.ReplaceAll(newAdGroup+`,`+inBrazilAndTheStates, "campaigns/222", "campaigns/-2")
	whole := strings.Replace(newCampaign, `"1000000"`, `"20000000"`, 1)
	sameJSON(t, a.last("mutate").Body, `{"mutateOperations":[`+whole+`,`+planned+`],"validateOnly":true}`)
	wantFault(t, client.Validate(t.Context(), ads.CampaignSpec{Name: "n"}, spec), fault.Refused, "budget_too_low")
}
