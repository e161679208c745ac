package google

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestServer_Criteria(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ids := b.tree()
	b.made("adGroupCriteria", `{"adGroup":"`+ids["adgroup"]+`","status":"ENABLED","keyword":{"text":"mini projector","matchType":"BROAD"}}`)
	b.made("adGroupCriteria", `{"adGroup":"`+ids["adgroup"]+`","negative":true,"ageRange":{"type":"AGE_RANGE_18_24"}}`)
	r := b.search("SELECT ad_group_criterion.criterion_id, ad_group_criterion.keyword.text, ad_group_criterion.keyword.match_type, ad_group.name " +
		"FROM ad_group_criterion WHERE ad_group_criterion.type = 'KEYWORD' AND ad_group_criterion.status != 'REMOVED' LIMIT 1").ok()
	r.want("mini projector", "results", 0, "adGroupCriterion", "keyword", "text")
	r.want("BROAD", "results", 0, "adGroupCriterion", "keyword", "matchType")
	r.want("group k_7f3a", "results", 0, "adGroup", "name")
	r = b.search("SELECT ad_group_criterion.age_range.type, ad_group_criterion.negative FROM ad_group_criterion WHERE ad_group_criterion.type = 'AGE_RANGE'").ok()
	r.want("AGE_RANGE_18_24", "results", 0, "adGroupCriterion", "ageRange", "type")
	r.want(true, "results", 0, "adGroupCriterion", "negative")
	for criterion, want := range map[string]string{
		`"ageRange":{"type":"AGE_RANGE_0_17"}`:                                               "enumError.ENUM_VALUE_NOT_PERMITTED",
		`"keyword":{"text":"50% off","matchType":"BROAD"}`:                                   "criterionError.KEYWORD_HAS_INVALID_CHARS",
		`"keyword":{"text":"a b c d e f g h i j k","matchType":"BROAD"}`:                     "criterionError.INVALID_KEYWORD_TEXT",
		`"keyword":{"text":"a","matchType":"EXACT"},"ageRange":{"type":"AGE_RANGE_18_24"}`:   "mutateError.MUTATE_NOT_ALLOWED",
		`"status":"REMOVED","ageRange":{"type":"AGE_RANGE_18_24"}`:                           "enumError.ENUM_VALUE_NOT_PERMITTED",
		`"userInterest":{"userInterestCategory":"customers/1234567890/userInterests/80001"}`: "INVALID_ARGUMENT",
	} {
		b.call("adGroupCriteria:mutate", `{"operations":[{"create":{"adGroup":"`+ids["adgroup"]+`",`+criterion+`}}]}`).refused(want)
	}
	b.call("adGroupCriteria:mutate", `{"operations":[{"remove":"customers/1234567890/adGroupCriteria/1~2"}]}`).refused("mutateError.OPERATION_DOES_NOT_SUPPORT_UPDATE")
}

func TestServer_CustomParameters(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ids := b.tree()
	group := ids["adgroup"]
	with := func(parameters string) string {
		text := strings.Replace(adOf(group), `"name":"ad k_7f3a a",`, `"urlCustomParameters":[`+parameters+`],`, 1)
		return strings.Replace(text, "utm_source=google", "utm_source=google&c={_acname}", 1)
	}
	resource := b.made("adGroupAds", with(`{"key":"acname","value":"ad & one"}`))
	r := b.search("SELECT ad_group_ad.ad.url_custom_parameters FROM ad_group_ad WHERE ad_group_ad.resource_name = '" + resource + "'").ok()
	r.want("ad & one", "results", 0, "adGroupAd", "ad", "urlCustomParameters", 0, "value")
	if ads := b.server.Snapshot().Ads; ads[1].Name != "ad & one" || ads[0].Name != "ad k_7f3a a" {
		t.Errorf("the ads are called %q and %q", ads[0].Name, ads[1].Name)
	}
	for _, x := range [][2]string{{"campaigns", ids["campaign"]}, {"adGroups", group}, {"adGroupAds", resource}} {
		b.setStatus(x[0], x[1], "ENABLED")
	}
	b.now = b.now.Add(time.Hour)
	b.server.Step(b.now)
	if told, live := b.market.Live(resource[strings.LastIndex(resource, "~")+1:]); !live || told.Landing != "https://shop.example.com/p?utm_source=google&c=ad+%26+one" {
		t.Errorf("the market was told of %q, live=%v", told.Landing, live)
	}
	for parameters, want := range map[string]string{
		`{"key":"ac_name","value":"x"}`:                                        "urlFieldError.INVALID_CUSTOM_PARAMETER_KEY",
		`{"key":"acname","value":"` + strings.Repeat("x", 201) + `"}`:          "stringLengthError.TOO_LONG",
		strings.TrimSuffix(strings.Repeat(`{"key":"a","value":"x"},`, 9), ","): "collectionSizeError.TOO_MANY",
	} {
		b.call("adGroupAds:mutate", `{"operations":[{"create":`+with(parameters)+`}]}`).refused(want)
	}
}

func TestServer_SaysWhyNothingDelivers(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ids := b.tree()
	reasons := func() string {
		r := b.search("SELECT campaign.primary_status_reasons, ad_group.primary_status_reasons, ad_group_ad.primary_status_reasons FROM ad_group_ad").ok()
		return fmt.Sprint(r.at("results", 0, "campaign", "primaryStatusReasons"), r.at("results", 0, "adGroup", "primaryStatusReasons"), r.at("results", 0, "adGroupAd", "primaryStatusReasons"))
	}
	if got := reasons(); got != "[CAMPAIGN_PAUSED] [AD_GROUP_PAUSED CAMPAIGN_PAUSED] [AD_GROUP_AD_PAUSED AD_GROUP_AD_UNDER_REVIEW AD_GROUP_PAUSED CAMPAIGN_PAUSED]" {
		t.Errorf("all paused: %s", got)
	}
	b.setStatus("campaigns", ids["campaign"], "ENABLED")
	b.setStatus("adGroups", ids["adgroup"], "ENABLED")
	b.setStatus("adGroupAds", ids["ad"], "ENABLED")
	b.now = b.now.Add(time.Hour)
	if got := reasons(); got != "<nil> <nil> <nil>" {
		t.Errorf("all eligible: %s", got)
	}
}

func TestParse_Quotes(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`campaign.name = 'pots and pans'`:                     "[pots and pans]",
		`campaign.name = 'Tom\'s "new" a\\b'`:                 `[Tom's "new" a\b]`,
		`campaign.name IN ('a, b', "c) LIMIT 1")`:             "[a, b c) LIMIT 1]",
		`segments.date BETWEEN '2026-01-01' AND '2026-01-31'`: "[2026-01-01 2026-01-31]",
	} {
		q, bad := parse("SELECT campaign.id FROM campaign WHERE " + text + " AND campaign.status != 'REMOVED'")
		if bad != nil || len(q.conditions) != 2 || fmt.Sprint(q.conditions[0].values) != want {
			t.Errorf("%s: %+v %+v, want %s", text, q, bad, want)
		}
	}
	if _, bad := parse("SELECT campaign.id FROM campaign WHERE campaign.name = 'no end"); bad == nil {
		t.Error("a text without an end was taken")
	}
}
