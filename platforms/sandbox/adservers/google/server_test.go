package google

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/agente-ceo/agente-ceo/platforms/sandbox/adservers/internal/fakemarket"
	"github.com/agente-ceo/agente-ceo/platforms/sandbox/market"
)

// bench is a customer with a clock that stands still until it is moved.
type bench struct {
	t      *testing.T
	now    time.Time
	market *fakemarket.Market
	server *Server
}

func setup(t *testing.T, change ...func(*Config)) *bench {
	t.Helper()
	b := &bench{t: t, now: time.Date(2026, 11, 23, 15, 0, 0, 0, time.UTC)}
	zone := time.FixedZone("America/Sao_Paulo", -3*3600)
	b.market = &fakemarket.Market{Zone: zone}
	cfg := Config{
		Token: "TOKEN", CustomerID: "1234567890", ManagerID: "9876543210", Zone: zone, Market: b.market,
		Now: func() time.Time { return b.now }, ReviewDelay: 30 * time.Minute,
	}
	for _, f := range change {
		f(&cfg)
	}
	b.server = New(cfg)
	return b
}

// reply is an answer taken apart; Body is the last element when the answer is a list.
type reply struct {
	t      *testing.T
	Status int
	Body   any
	Raw    string
}

func (b *bench) ask(method, path, body string, headers ...string) reply {
	b.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer TOKEN")
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	b.server.ServeHTTP(w, r)
	out := reply{t: b.t, Status: w.Code, Raw: w.Body.String()}
	if err := json.Unmarshal(w.Body.Bytes(), &out.Body); err != nil {
		b.t.Fatalf("the answer is no JSON: %v %s", err, w.Body)
	}
	if list, ok := out.Body.([]any); ok {
		out.Body = list[len(list)-1]
	}
	return out
}

func (b *bench) call(method, body string) reply {
	b.t.Helper()
	return b.ask(http.MethodPost, "/v26/customers/1234567890/"+method, body, "login-customer-id", "9876543210")
}

func (r reply) at(path ...any) any {
	r.t.Helper()
	v := r.Body
	for _, step := range path {
		switch x := v.(type) {
		case map[string]any:
			v = x[step.(string)]
		case []any:
			if step.(int) >= len(x) {
				r.t.Fatalf("%v: there are only %d entries in %s", path, len(x), r.Raw)
			}
			v = x[step.(int)]
		default:
			r.t.Fatalf("%v is not in %s", path, r.Raw)
		}
	}
	return v
}

func (r reply) ok() reply {
	r.t.Helper()
	if r.Status != http.StatusOK {
		r.t.Fatalf("the call was refused: %d %s", r.Status, r.Raw)
	}
	return r
}

// refused wants "family.CODE", or a canonical status when there is no dot.
func (r reply) refused(want string) {
	r.t.Helper()
	family, code, dotted := strings.Cut(want, ".")
	if r.Status < 400 || !dotted && r.at("error", "status") != want || dotted && r.at("error", "details", 0, "errors", 0, "errorCode", family) != code {
		r.t.Errorf("the answer is %d %s, want %s", r.Status, r.Raw, want)
	}
}

func (r reply) want(want any, path ...any) {
	r.t.Helper()
	if got := r.at(path...); got != want {
		r.t.Errorf("%v is %v, want %v in %s", path, got, want, r.Raw)
	}
}

// made creates one object and returns its resource name.
func (b *bench) made(collection, create string) string {
	b.t.Helper()
	return b.call(collection+":mutate", `{"operations":[{"create":`+create+`}]}`).ok().at("results", 0, "resourceName").(string)
}

func (b *bench) update(collection, mask, body string) reply {
	b.t.Helper()
	return b.call(collection+":mutate", `{"operations":[{"updateMask":"`+mask+`","update":`+body+`}]}`)
}

func (b *bench) search(query string) reply {
	b.t.Helper()
	body, _ := json.Marshal(map[string]string{"query": query})
	return b.call("googleAds:searchStream", string(body))
}

const validBudget = `{"name":"budget k_7f3a","amountMicros":"20000000","deliveryMethod":"STANDARD","explicitlyShared":false}`

func campaignOf(budget string) string {
	return `{"name":"mini-projector k_7f3a","status":"PAUSED","advertisingChannelType":"SEARCH","campaignBudget":"` + budget + `",
		"containsEuPoliticalAdvertising":"DOES_NOT_CONTAIN_EU_POLITICAL_ADVERTISING","maximizeConversions":{},
		"networkSettings":{"targetGoogleSearch":true,"targetSearchNetwork":false,"targetContentNetwork":false}}`
}

func adOf(group string) string {
	return `{"adGroup":"` + group + `","status":"PAUSED","ad":{"name":"ad k_7f3a a","finalUrls":["https://shop.example.com/p?utm_source=google"],
		"responsiveSearchAd":{"headlines":[{"text":"One"},{"text":"Two"},{"text":"Three"}],"descriptions":[{"text":"First"},{"text":"Second"}]}}}`
}

// tree makes one object of each kind, all paused.
func (b *bench) tree() map[string]string {
	b.t.Helper()
	ids := map[string]string{"budget": b.made("campaignBudgets", validBudget)}
	ids["campaign"] = b.made("campaigns", campaignOf(ids["budget"]))
	ids["adgroup"] = b.made("adGroups", `{"name":"group k_7f3a","campaign":"`+ids["campaign"]+`","status":"PAUSED","type":"SEARCH_STANDARD"}`)
	ids["ad"] = b.made("adGroupAds", adOf(ids["adgroup"]))
	return ids
}

func (b *bench) setStatus(collection, resource, status string) {
	b.t.Helper()
	b.update(collection, "status", `{"resourceName":"`+resource+`","status":"`+status+`"}`).ok()
}

// live makes a tree whose ad delivers, and gives the ad's id.
func (b *bench) live() (ids map[string]string, ad string) {
	b.t.Helper()
	ids = b.tree()
	b.setStatus("campaigns", ids["campaign"], "ENABLED")
	b.setStatus("adGroups", ids["adgroup"], "ENABLED")
	b.setStatus("adGroupAds", ids["ad"], "ENABLED")
	b.now = b.now.Add(time.Hour)
	b.server.Step(b.now)
	return ids, ids["ad"][strings.LastIndex(ids["ad"], "~")+1:]
}

func TestServer_Order(t *testing.T) {
	t.Parallel()
	b := setup(t, func(c *Config) { c.TokenExpires = time.Date(2026, 11, 23, 16, 0, 0, 0, time.UTC); c.PerDay = 2 })
	path := "/customers/1234567890/googleAds:search"
	q := `{"query":"SELECT customer.id FROM customer"}`
	b.ask(http.MethodPost, "/v25"+path, q, "Authorization", "").refused("NOT_FOUND")
	b.ask(http.MethodPost, "/v26"+path, q, "Authorization", "Bearer OLD").refused("authenticationError.OAUTH_TOKEN_INVALID")
	b.ask(http.MethodPost, "/v26/customers/1/googleAds:search", q).refused("authorizationError.USER_PERMISSION_DENIED")
	b.ask(http.MethodPost, "/v26"+path, q, "login-customer-id", "5").refused("authorizationError.USER_PERMISSION_DENIED")
	b.ask(http.MethodPost, "/v26"+path, q, "developer-token", "tolerated").ok().want("1234567890", "results", 0, "customer", "id")
	b.ask(http.MethodGet, "/v26/customers:listAccessibleCustomers", "").ok().want("customers/1234567890", "resourceNames", 0)
	b.call("googleAds:search", q).ok()
	b.call("googleAds:search", q).refused("quotaError.RESOURCE_EXHAUSTED")
	b.now = b.now.Add(time.Hour)
	b.call("googleAds:search", q).refused("UNAUTHENTICATED")
}

func TestServer_Refuses(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ids := b.tree()
	other := b.made("campaignBudgets", strings.Replace(validBudget, "k_7f3a", "two", 1))
	fresh := strings.Replace(campaignOf(other), "k_7f3a", "two", 1)
	without := func(text, part string) string { return strings.Replace(text, part, "", 1) }
	before := fmt.Sprint(b.server.Snapshot())
	for name, x := range map[string]struct{ collection, create, want string }{
		"ABudgetNameTwice":         {"campaignBudgets", validBudget, "campaignBudgetError.DUPLICATE_NAME"},
		"ABudgetOfNothing":         {"campaignBudgets", `{"name":"x","amountMicros":"0"}`, "campaignBudgetError.MONEY_AMOUNT_LESS_THAN_CURRENCY_MINIMUM_CPC"},
		"ABudgetOfPartsOfACent":    {"campaignBudgets", `{"name":"x","amountMicros":"20000001"}`, "campaignBudgetError.NON_MULTIPLE_OF_MINIMUM_CURRENCY_UNIT"},
		"ABudgetWithoutAmount":     {"campaignBudgets", `{"name":"x"}`, "fieldError.REQUIRED"},
		"AnUnknownName":            {"campaignBudgets", `{"name":"x","amount":"1"}`, "INVALID_ARGUMENT"},
		"ACampaignNameTwice":       {"campaigns", campaignOf(other), "campaignError.DUPLICATE_CAMPAIGN_NAME"},
		"NoPoliticalDeclaration":   {"campaigns", without(fresh, `"containsEuPoliticalAdvertising":"DOES_NOT_CONTAIN_EU_POLITICAL_ADVERTISING",`), "fieldError.REQUIRED"},
		"NoBidding":                {"campaigns", without(fresh, `"maximizeConversions":{},`), "fieldError.REQUIRED"},
		"TwoBiddings":              {"campaigns", strings.Replace(fresh, `"maximizeConversions":{}`, `"maximizeConversions":{},"manualCpc":{}`, 1), "fieldError.REQUIRED"},
		"AnUnknownBudget":          {"campaigns", strings.Replace(fresh, other, "customers/1/campaignBudgets/9", 1), "mutateError.RESOURCE_NOT_FOUND"},
		"ABudgetOfAnotherCampaign": {"campaigns", strings.Replace(fresh, other, ids["budget"], 1), "campaignError.CAMPAIGN_CANNOT_USE_SHARED_BUDGET"},
		"TheOldStartDate":          {"campaigns", strings.Replace(fresh, `"status"`, `"startDate":"2026-12-01","status"`, 1), "INVALID_ARGUMENT"},
		"ALongName":                {"campaigns", strings.Replace(fresh, "mini", strings.Repeat("m", 130), 1), "stringLengthError.TOO_LONG"},
		"ShoppingWithoutMerchant":  {"campaigns", strings.Replace(fresh, "SEARCH", "SHOPPING", 1), "fieldError.REQUIRED"},
		"AnAdGroupNameTwice":       {"adGroups", `{"name":"group k_7f3a","campaign":"` + ids["campaign"] + `"}`, "adGroupError.DUPLICATE_ADGROUP_NAME"},
		"AnAdGroupOfNoCampaign":    {"adGroups", `{"name":"x"}`, "fieldError.REQUIRED"},
		"AnAdWithTwoHeadlines":     {"adGroupAds", without(adOf(ids["adgroup"]), `{"text":"One"},`), "collectionSizeError.TOO_FEW"},
		"AnAdWithALongHeadline":    {"adGroupAds", strings.Replace(adOf(ids["adgroup"]), "One", strings.Repeat("x", 31), 1), "adError.LINE_TOO_WIDE"},
		"AnAdWithoutURL":           {"adGroupAds", without(adOf(ids["adgroup"]), `"finalUrls":["https://shop.example.com/p?utm_source=google"],`), "fieldError.REQUIRED"},
		"AKeywordWithoutMatchType": {"adGroupCriteria", `{"adGroup":"` + ids["adgroup"] + `","keyword":{"text":"lamp"}}`, "enumError.ENUM_VALUE_NOT_PERMITTED"},
		"AnUnknownLocation":        {"campaignCriteria", `{"campaign":"` + ids["campaign"] + `","location":{"geoTargetConstant":"geoTargetConstants/1"}}`, "criterionError.INVALID_LOCATION_ID"},
	} {
		t.Run(name, func(t *testing.T) {
			r := b.call(x.collection+":mutate", `{"operations":[{"create":`+x.create+`}]}`)
			r.t = t
			r.refused(x.want)
		})
	}
	b.update("campaigns", "advertising_channel_type", `{"resourceName":"`+ids["campaign"]+`"}`).refused("fieldError.IMMUTABLE_FIELD")
	b.call("campaigns:mutate", `{"operations":[{"update":{"resourceName":"`+ids["campaign"]+`","status":"ENABLED"}}]}`).refused("fieldMaskError.FIELD_MASK_MISSING")
	b.call("campaignBudgets:mutate", `{"operations":[{"remove":"`+ids["budget"]+`"}]}`).refused("campaignBudgetError.CAMPAIGN_BUDGET_IN_USE")
	if after := fmt.Sprint(b.server.Snapshot()); after != before {
		t.Errorf("refused calls changed the account:\n%s\n%s", before, after)
	}
	b.made("campaigns", fresh)
}

func TestServer_MutatesAtomically(t *testing.T) {
	t.Parallel()
	b := setup(t)
	chain := `{"mutateOperations":[
		{"campaignBudgetOperation":{"create":{"resourceName":"customers/1234567890/campaignBudgets/-1","name":"b","amountMicros":20000000,"explicitlyShared":false}}},
		{"campaignOperation":{"create":` + strings.Replace(campaignOf("customers/1234567890/campaignBudgets/-1"), `"name"`, `"resourceName":"customers/1234567890/campaigns/-2","name"`, 1) + `}},
		{"adGroupOperation":{"create":{"name":"g","campaign":"customers/1234567890/campaigns/-2"BROKEN}}}]}`
	b.call("googleAds:mutate", strings.Replace(chain, "BROKEN", `,"status":"LIVE"`, 1)).refused("enumError.ENUM_VALUE_NOT_PERMITTED")
	if n := len(b.server.Snapshot().Campaigns); n != 0 {
		t.Fatalf("a failed request left %d campaigns", n)
	}
	good := strings.Replace(chain, "BROKEN", "", 1)
	b.call("googleAds:mutate", strings.Replace(good, `{"mutate`, `{"validateOnly":true,"mutate`, 1)).ok()
	if n := len(b.server.Snapshot().Campaigns); n != 0 {
		t.Fatalf("validateOnly left %d campaigns", n)
	}
	r := b.call("googleAds:mutate", good).ok()
	if name, _ := r.at("mutateOperationResponses", 2, "adGroupResult", "resourceName").(string); !strings.HasPrefix(name, "customers/1234567890/adGroups/") {
		t.Errorf("got %s", r.Raw)
	}
	r = b.call("campaignBudgets:mutate", `{"partialFailure":true,"operations":[{"create":{"name":"b","amountMicros":"1"}},{"create":{"name":"c","amountMicros":"10000"}}]}`).ok()
	r.want(float64(3), "partialFailureError", "code")
	if r.at("results", 1, "resourceName") == nil || r.at("results", 0, "resourceName") != nil {
		t.Errorf("got %s", r.Raw)
	}
}

func TestServer_TellsTheMarket(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ids, ad := b.live()
	got, live := b.market.Live(ad)
	if !live || got.Platform != "google" || got.DailyBudget != 2000 || got.Headline != "One" || got.Body != "First" || got.Audience != "broad" ||
		got.Landing != "https://shop.example.com/p?utm_source=google" || len(got.Countries) < 10 {
		t.Errorf("the market was told %+v live=%v", got, live)
	}
	b.made("campaignCriteria", `{"campaign":"`+ids["campaign"]+`","location":{"geoTargetConstant":"geoTargetConstants/2076"}}`)
	b.made("adGroupCriteria", `{"adGroup":"`+ids["adgroup"]+`","status":"ENABLED","keyword":{"text":"mini projector","matchType":"PHRASE"}}`)
	b.update("campaignBudgets", "amount_micros", `{"resourceName":"`+ids["budget"]+`","amountMicros":"30000000"}`).ok()
	b.update("campaigns", "maximize_conversions.target_cpa_micros", `{"resourceName":"`+ids["campaign"]+`","maximizeConversions":{"targetCpaMicros":"12500000"}}`).ok()
	if got, _ = b.market.Live(ad); got.DailyBudget != 3000 || got.CostCap != 1250 || strings.Join(got.Countries, "+") != "BR" || got.Audience != "interests" {
		t.Errorf("after the edits the market knows %+v", got)
	}
	b.setStatus("campaigns", ids["campaign"], "PAUSED")
	if _, live = b.market.Live(ad); live {
		t.Error("the ad of a paused campaign delivers")
	}
	b.setStatus("campaigns", ids["campaign"], "ENABLED")
	b.call("adGroups:mutate", `{"operations":[{"remove":"`+ids["adgroup"]+`"}]}`).ok()
	if _, live = b.market.Live(ad); live {
		t.Error("the ad of a removed ad group delivers")
	}
}

func TestServer_Reviews(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ids := b.tree()
	b.made("adGroupAds", strings.Replace(adOf(ids["adgroup"]), `"One"`, `"Miracle lamp"`, 1))
	q := "SELECT ad_group_ad.ad.id, ad_group_ad.policy_summary.approval_status, ad_group_ad.policy_summary.review_status FROM ad_group_ad"
	b.search(q).ok().want("REVIEW_IN_PROGRESS", "results", 0, "adGroupAd", "policySummary", "reviewStatus")
	b.now = b.now.Add(time.Hour)
	r := b.search(q).ok()
	r.want("APPROVED", "results", 0, "adGroupAd", "policySummary", "approvalStatus")
	r.want("DISAPPROVED", "results", 1, "adGroupAd", "policySummary", "approvalStatus")
}

func TestSearch(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ids, ad := b.live()
	b.now = b.now.AddDate(0, 0, 2)
	b.market.Put(ad, "2026-11-23", market.Totals{Impressions: 900, Clicks: 57, Purchases: 2, SpendMinor: 1234, RevenueMinor: 12940})
	b.market.Put(ad, "2026-11-25", market.Totals{Impressions: 100, SpendMinor: 100})
	b.made("campaignBudgets", `{"name":"b2","amountMicros":"50000000"}`)

	t.Run("WritesFiguresLikeTheSample", func(t *testing.T) {
		r := b.search("SELECT campaign.id, campaign.name, metrics.cost_micros, metrics.clicks, metrics.conversions, metrics.conversions_value FROM campaign WHERE segments.date BETWEEN '2026-11-23' AND '2026-11-24' AND campaign.status != 'REMOVED'").ok()
		r.want(ids["campaign"], "results", 0, "campaign", "resourceName")
		r.want("mini-projector k_7f3a", "results", 0, "campaign", "name")
		r.want("12340000", "results", 0, "metrics", "costMicros")
		r.want("57", "results", 0, "metrics", "clicks")
		r.want(2.0, "results", 0, "metrics", "conversions")
		r.want(129.4, "results", 0, "metrics", "conversionsValue")
		r.want("campaign.id,campaign.name,metrics.costMicros,metrics.clicks,metrics.conversions,metrics.conversionsValue", "fieldMask")
	})
	t.Run("AnswersQueries", func(t *testing.T) {
		for query, want := range map[string]string{
			"SELECT segments.date, metrics.cost_micros FROM campaign WHERE segments.date DURING LAST_30_DAYS":                                            "1",
			"SELECT segments.date, metrics.cost_micros, ad_group.id FROM ad_group WHERE segments.date >= '2026-11-20' AND segments.date <= '2026-11-30'": "2",
			"SELECT campaign.id FROM campaign WHERE campaign.name = 'mini-projector k_7f3a'":                                                             "1",
			"SELECT campaign.id FROM campaign WHERE campaign.name LIKE '%7f3a%' LIMIT 5":                                                                 "1",
			"SELECT campaign.id FROM campaign WHERE campaign.status IN ('PAUSED', 'REMOVED')":                                                            "0",
			"SELECT ad_group_ad.ad.id, campaign.id FROM ad_group_ad WHERE campaign.resource_name = '" + ids["campaign"] + "' AND metrics.clicks > 10":    "1",
			"SELECT campaign_budget.amount_micros FROM campaign_budget ORDER BY campaign_budget.amount_micros DESC":                                      "2",
			"SELECT customer.currency_code, metrics.cost_micros FROM customer WHERE segments.date DURING TODAY":                                          "1",
		} {
			if got := fmt.Sprint(len(b.search(query).ok().at("results").([]any))); got != want {
				t.Errorf("%s: %s rows, want %s", query, got, want)
			}
		}
		b.search("SELECT campaign_budget.amount_micros FROM campaign_budget ORDER BY campaign_budget.amount_micros DESC").want("50000000", "results", 0, "campaignBudget", "amountMicros")
		b.search("SELECT metrics.cost_micros FROM customer").want("13340000", "results", 0, "metrics", "costMicros")
	})
	t.Run("Refuses", func(t *testing.T) {
		for query, want := range map[string]string{
			"SELECT campaign.colour FROM campaign":                               "queryError.UNRECOGNIZED_FIELD",
			"SELECT ad_group.id FROM campaign":                                   "queryError.UNRECOGNIZED_FIELD",
			"SELECT campaign.id FROM video":                                      "queryError.BAD_RESOURCE_TYPE_IN_FROM_CLAUSE",
			"campaigns please":                                                   "queryError.BAD_RESOURCE_TYPE_IN_FROM_CLAUSE",
			"SELECT segments.date FROM campaign":                                 "queryError.EXPECTED_FILTERS_ON_DATE_RANGE",
			"SELECT campaign.id FROM campaign WHERE segments.date DURING EVER":   "queryError.INVALID_VALUE_WITH_DURING_OPERATOR",
			"SELECT campaign.id FROM campaign WHERE segments.date = 'yesterday'": "queryError.BAD_VALUE",
		} {
			b.search(query).refused(want)
		}
	})
}
