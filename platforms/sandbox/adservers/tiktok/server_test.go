package tiktok

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/agente-ceo/agente-ceo/platforms/sandbox/market"
)

func TestServer_Order(t *testing.T) {
	t.Parallel()
	b := setup(t, func(c *Config) {
		c.Limits = Limits{PerSecond: 1}
		c.TokenRevoked = time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)
	})
	for _, path := range []string{root + "/campaign/get", root + "/campaign/", "/", "/campaign/get/"} {
		w := httptest.NewRecorder()
		b.server.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		if w.Code != http.StatusNotFound || w.Body.String() != "404 page not found" {
			t.Errorf("%s answers %d %s", path, w.Code, w.Body)
		}
	}
	b.do(httptest.NewRequest(http.MethodGet, "/open_api/v1.2/campaign/get/", nil)).refused(40051, "version")
	b.post("/campaign/get/", "{}").refused(40117, "method")
	r := httptest.NewRequest(http.MethodGet, root+"/campaign/get/", nil)
	r.Header.Set("Access-Token", "OLD")
	b.do(r).refused(40105, "revoked")
	w := httptest.NewRecorder()
	b.server.ServeHTTP(w, httptest.NewRequest(http.MethodGet, root+"/campaign/get/", nil))
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "40104") {
		t.Errorf("without a token: %d %s", w.Code, w.Body)
	}
	b.get("/campaign/get/", "advertiser_id", "7").refused(40001, "permission")
	b.get("/campaign/get/").ok()
	b.get("/campaign/get/", "page_size", "0").refused(40100, "Too many")
	b.now = b.now.Add(time.Second)
	b.get("/campaign/get/", "page_size", "0").refused(40002, "page_size")
	b.now = b.now.AddDate(0, 0, 1)
	b.get("/campaign/get/").refused(40105, "revoked")
}

func TestServer_Throttles(t *testing.T) {
	t.Parallel()
	b := setup(t, func(c *Config) { c.Limits = Limits{PerSecond: -1, PerMinute: 4, PerDay: 8} })
	for range 4 {
		b.get("/campaign/get/").ok()
	}
	b.get("/campaign/get/").refused(40100, "Too many")
	b.now = b.now.Add(4 * time.Minute)
	b.get("/campaign/get/").refused(40100, "Too many")
	b.now = b.now.Add(time.Minute)
	for range 4 {
		b.get("/campaign/get/").ok()
	}
	b.now = b.now.Add(time.Hour)
	b.get("/campaign/get/").refused(40100, "Too many")
	b.now = time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)
	b.get("/campaign/get/").ok()
}

func TestServer_Conforms(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ids := b.tree()

	t.Run("ReadsBackWhatWasCreated", func(t *testing.T) {
		r := b.get("/campaign/get/", "filtering", `{"campaign_ids":["`+ids["campaign"]+`"]}`).ok()
		r.want("mini-projector k_7f3a", "list", 0, "campaign_name")
		r.want("DISABLE", "list", 0, "operation_status")
		r.want(advertiser, "list", 0, "advertiser_id")
		r = b.get("/adgroup/get/", "filtering", `{"campaign_ids":["`+ids["campaign"]+`"]}`).ok()
		r.want(float64(20), "list", 0, "budget")
		r.want("ADGROUP_STATUS_DISABLE", "list", 0, "secondary_status")
		r = b.get("/ad/get/", "filtering", `{"adgroup_ids":["`+ids["adgroup"]+`"]}`, "fields", `["ad_id","ad_name","secondary_status"]`).ok()
		r.want("AD_STATUS_AUDIT", "list", 0, "secondary_status")
		if len(r.at("list", 0).(map[string]any)) != 3 {
			t.Errorf("fields were not honoured: %s", r.raw)
		}
	})
	t.Run("FindsByName", func(t *testing.T) {
		r := b.get("/ad/get/", "filtering", `{"ad_name":"K_7f3a"}`).ok()
		r.want(ids["ad"], "list", 0, "ad_id")
		b.get("/campaign/get/", "filtering", `{"campaign_name":"nothing"}`).ok().want(float64(0), "page_info", "total_number")
	})
	t.Run("RefusesListsThatAreNotJSON", func(t *testing.T) {
		b.get("/campaign/get/", "filtering", `campaign_ids=1`).refused(40002, "filtering")
		b.get("/campaign/get/", "filtering", `{"campaign_ids":[1]}`).refused(40002, "campaign_ids.0")
		b.get("/campaign/get/", "fields", `campaign_id,campaign_name`).refused(40002, "fields")
		b.get("/campaign/get/", "fields", `["colour"]`).refused(40002, "colour")
	})
	t.Run("RefusesBodiesThatAreNotJSON", func(t *testing.T) {
		b.post("/campaign/create/", "advertiser_id=1").refused(40002, "JSON")
		r := httptest.NewRequest(http.MethodPost, root+"/campaign/create/", strings.NewReader("a=b"))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		b.do(r).refused(40002, "Content-Type")
	})
	t.Run("KnowsTheAdvertiser", func(t *testing.T) {
		r := b.get("/advertiser/info/", "advertiser_ids", `["`+advertiser+`"]`, "fields", `["name","currency","timezone"]`).ok()
		r.want("USD", "list", 0, "currency")
		r.want("America/Sao_Paulo", "list", 0, "timezone")
		b.get("/advertiser/info/", "advertiser_ids", `["1"]`).refused(40001, "permission")
	})
	t.Run("OffersRegionsAndInterests", func(t *testing.T) {
		r := b.get("/tool/region/", "placements", `["PLACEMENT_TIKTOK"]`, "objective_type", "WEB_CONVERSIONS").ok()
		r.want("6252001", "region_info", 0, "location_id")
		category := b.get("/tool/interest_category/").ok().text("interest_categories", 0, "interest_category_id")
		keyword := b.get("/tool/interest_keyword/recommend/", "keyword", "cooking").ok().text("recommended_keywords", 1, "keyword_id")
		b.post("/adgroup/create/", merge(t, fill(ids, valid["adgroup"]), `{"interest_category_ids":["`+category+`"],"interest_keyword_ids":["`+keyword+`"]}`)).ok()
	})
	t.Run("MakesIdentities", func(t *testing.T) {
		id := b.post("/identity/create/", `{"advertiser_id":"`+advertiser+`","display_name":"Shop","image_uri":"`+ids["image"]+`"}`).ok().text("identity_id")
		b.get("/identity/get/", "identity_type", "CUSTOMIZED_USER").ok().want(id, "identity_list", 1, "identity_id")
	})
}

func TestServer_RequestIDs(t *testing.T) {
	t.Parallel()
	b := setup(t)
	body := func(name string) string {
		return merge(t, valid["campaign"], `{"request_id":"77","campaign_name":"`+name+`"}`)
	}
	b.post("/campaign/create/", merge(t, body("a"), `{"objective_type":"NONE"}`)).refused(40002, "objective_type")
	b.post("/campaign/create/", body("a")).ok()
	b.post("/campaign/create/", body("b")).refused(40050, "Duplicated requests have been sent.")
	if n := len(b.server.Snapshot().Campaigns); n != 1 {
		t.Errorf("%d campaigns, want 1", n)
	}
}

func TestServer_EndsTheManualRoute(t *testing.T) {
	t.Parallel()
	b := setup(t, func(c *Config) { c.ManualSalesUntil = time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC) })
	b.post("/campaign/create/", valid["campaign"]).ok()
	b.now = time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	b.post("/campaign/create/", valid["campaign"]).refused(40002, "smart_plus")
	b.post("/campaign/create/", merge(t, valid["campaign"], `{"objective_type":"TRAFFIC"}`)).ok()
}

func TestServer_Files(t *testing.T) {
	t.Parallel()
	b := setup(t)
	data := pngOf(t, 16)
	r := b.upload("image", "k.png", data).ok()
	r.want(float64(16), "width")
	r.want("k.png", "file_name")
	b.upload("image", "k.png", pngOf(t, 17)).refused(40911, "Duplicated material name.")
	b.upload("image", "l.png", data, "image_signature", "00").refused(40900, "signature")
	b.upload("image", "l.png", data, "image_signature", "").refused(40002, "image_signature")
	b.upload("image", "l.png", []byte("no picture")).refused(40908, "unsupported")
	b.upload("image", "l.png", nil).refused(40002, "image_file")
	b.upload("image", "m.png", nil, "upload_type", "UPLOAD_BY_URL", "image_url", "https://shop.example.com/m.png").ok()
	b.upload("image", "n.png", nil, "upload_type", "UPLOAD_BY_URL", "image_url", "nowhere").refused(40902, "URL")
	if n := b.server.Snapshot().Images; n != 2 {
		t.Errorf("%d images, want 2", n)
	}
	b.get("/file/image/ad/info/", "image_ids", `["`+r.text("image_id")+`"]`).ok().want("k.png", "list", 0, "file_name")

	ids := b.tree()
	video := fill(ids, `{"creatives":[{"ad_name":"v","ad_format":"SINGLE_VIDEO","video_id":"{video}","image_ids":["{image}"],"ad_text":"t","landing_page_url":"https://shop.example.com/p","identity_type":"CUSTOMIZED_USER","identity_id":"7020"}]}`)
	b.post("/ad/create/", merge(t, fill(ids, valid["ad"]), video)).refused(40901, "transcoding")
	b.now = b.now.Add(2 * time.Minute)
	b.post("/ad/create/", merge(t, fill(ids, valid["ad"]), video)).ok()
}

func TestAd_Lifecycle(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ids := b.tree()
	step := func(want string, delivers bool) {
		t.Helper()
		b.get("/ad/get/", "filtering", `{"ad_ids":["`+ids["ad"]+`"],"primary_status":"STATUS_ALL"}`).ok().want(want, "list", 0, "secondary_status")
		if _, live := b.market.Live(ids["ad"]); live != delivers {
			t.Errorf("%s: the market was told live=%v, want %v", want, live, delivers)
		}
	}
	for _, level := range []string{"campaign", "adgroup", "ad"} {
		b.setStatus(ids, level, "ENABLE")
	}
	step("AD_STATUS_AUDIT", false)
	b.now = b.now.Add(30 * time.Minute)
	step("AD_STATUS_DELIVERY_OK", true)
	b.setStatus(ids, "campaign", "DISABLE")
	step("AD_STATUS_CAMPAIGN_DISABLE", false)
	b.setStatus(ids, "adgroup", "DISABLE")
	step("AD_STATUS_ADGROUP_DISABLE", false)
	b.setStatus(ids, "campaign", "ENABLE")
	b.setStatus(ids, "adgroup", "ENABLE")
	step("AD_STATUS_DELIVERY_OK", true)
	b.setStatus(ids, "ad", "DISABLE")
	step("AD_STATUS_DISABLE", false)
	b.setStatus(ids, "ad", "ENABLE")
	step("AD_STATUS_DELIVERY_OK", true)
	b.setStatus(ids, "campaign", "DELETE")
	step("AD_STATUS_DELETE", false)
}

func TestServer_ReviewsCopy(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ids := b.tree()
	body := strings.Replace(fill(ids, valid["ad"]), `"ad_text":"Copy"`, `"ad_text":"Get rich with this lamp","operation_status":"ENABLE"`, 1)
	ad := b.post("/ad/create/", body).ok().text("ad_ids", 0)
	b.now = b.now.Add(time.Hour)
	r := b.get("/ad/get/", "filtering", `{"ad_ids":["`+ad+`"]}`).ok()
	r.want("AD_STATUS_AUDIT_DENY", "list", 0, "secondary_status")
	if !strings.Contains(r.text("list", 0, "reject_reason"), "Get rich") {
		t.Errorf("the reason is missing in %s", r.raw)
	}
}

func TestServer_TellsTheMarket(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ids := b.live()
	got, live := b.market.Live(ids["ad"])
	if !live || got.Platform != "tiktok" || got.AdSetID != ids["adgroup"] || got.CampaignID != ids["campaign"] || got.DailyBudget != 2000 || got.CostCap != 0 ||
		got.Audience != "broad" || strings.Join(got.Countries, "+") != "US+BR" || len(got.MediaHash) != 32 || got.Body != "Copy" ||
		got.Landing != "https://shop.example.com/products/mini-projector?utm_source=tiktok" {
		t.Errorf("the market was told %+v live=%v", got, live)
	}
	b.post("/adgroup/update/", `{"advertiser_id":"`+advertiser+`","adgroup_id":"`+ids["adgroup"]+`","budget":30,"bid_type":"BID_TYPE_CUSTOM","conversion_bid_price":12.5}`).ok()
	if got, _ = b.market.Live(ids["ad"]); got.DailyBudget != 3000 || got.CostCap != 1250 {
		t.Errorf("after the edit the market knows %+v", got)
	}
	b.market.Put(ids["ad"], "2026-11-23", market.Totals{Impressions: 5000, SpendMinor: 2500})
	budget := func(amount string) reply {
		return b.post("/adgroup/budget/update/", `{"advertiser_id":"`+advertiser+`","budget":[{"adgroup_id":"`+ids["adgroup"]+`","budget":`+amount+`}]}`)
	}
	budget("26.24").refused(40002, "105%")
	budget("26.25").ok()
	if got, _ = b.market.Live(ids["ad"]); got.DailyBudget != 2625 {
		t.Errorf("after the budget edit the market knows %+v", got)
	}
}

func TestAudience_Lifecycle(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ids := b.tree()
	rule := `{"advertiser_id":"` + advertiser + `","custom_audience_name":"Buyers","audience_type":"PIXEL","rule_spec":{"inclusion_rule_set":{"operator":"OR","rules":[{"event_source_ids":["7010"],"retention_days":180,
		"filter_set":{"operator":"OR","filters":[{"field":"EVENT","operator":"EQ","value":"SHOPPING"}]}}]}}}`
	source := b.post("/dmp/custom_audience/rule/create/", rule).ok().text("custom_audience_id")
	b.post("/dmp/custom_audience/rule/create/", strings.Replace(rule, "7010", "1", 1)).refused(40002, "event_source_ids")
	lookalike := strings.Replace(valid["lookalike"], "7100", source, 1)
	b.market.People = 99
	b.post("/dmp/custom_audience/lookalike/create/", lookalike).refused(40002, "no less than 100")
	b.market.People = 100
	id := b.post("/dmp/custom_audience/lookalike/create/", lookalike).ok().text("custom_audience_id")
	b.post("/dmp/custom_audience/lookalike/create/", strings.Replace(valid["lookalike"], "7100", id, 1)).refused(40002, "cannot be a lookalike")
	usable := func() any {
		return b.get("/dmp/custom_audience/get/", "custom_audience_ids", `["`+id+`"]`).ok().at("list", 0, "audience_details", "is_valid")
	}
	if usable() != false {
		t.Error("a new lookalike is usable at once")
	}
	group := b.post("/adgroup/create/", merge(t, fill(ids, valid["adgroup"]), `{"audience_ids":["`+id+`"],"operation_status":"ENABLE"}`)).ok().text("adgroup_id")
	ad := b.post("/ad/create/", strings.Replace(merge(t, fill(ids, valid["ad"]), `{"adgroup_id":"`+group+`"}`), `"DISABLE"`, `"ENABLE"`, 1)).ok().text("ad_ids", 0)
	b.setStatus(ids, "campaign", "ENABLE")
	b.now = b.now.Add(time.Hour)
	b.server.Step(b.now)
	if _, live := b.market.Live(ad); live {
		t.Error("the ad delivers to an audience that is not calculated")
	}
	b.now = b.now.Add(2 * time.Hour)
	b.server.Step(b.now)
	if got, live := b.market.Live(ad); !live || got.Audience != "lookalike" || got.FromPct != 1 || got.ToPct != 3 {
		t.Errorf("the market knows %+v live=%v", got, live)
	}
	if usable() != true {
		t.Error("the lookalike is not usable after three hours")
	}
}

var _ Trends = (*market.Market)(nil)

type trends struct{}

func (trends) TrendingHashtags(_ time.Time, country string) []market.Hashtag {
	return []market.Hashtag{{ID: "1", Name: "lamp" + country, Category: "Home & Garden", Rank: 1, Posts: 10, Views: 1000, TrendPct: 80}, {ID: "2", Name: "toy", Category: "Pets", Rank: 2}}
}

func TestServer_Trends(t *testing.T) {
	t.Parallel()
	b := setup(t, func(c *Config) { c.Trends = trends{} })
	r := b.get("/discovery/trending_list/", "discovery_type", "HASHTAG", "country_code", "BR", "date_range", "30DAY").ok()
	r.want("lampBR", "list", 0, "hashtag_name")
	r.want(float64(16), "list", 0, "rank_change")
	b.get("/discovery/trending_list/", "discovery_type", "HASHTAG", "category_name", "PETS").ok().want("toy", "list", 0, "hashtag_name")
	b.get("/discovery/trending_list/", "discovery_type", "PRODUCT").refused(40002, "discovery_type")
	b.get("/discovery/trending_list/", "discovery_type", "HASHTAG", "date_range", "2DAY").refused(40002, "date_range")
}

func TestServer_Events(t *testing.T) {
	t.Parallel()
	b := setup(t)
	event := fmt.Sprintf(`{"event_source":"web","event_source_id":"7010","data":[{"event":"Purchase","event_time":%d,"event_id":"1","user":{"email":"%s"},"properties":{"currency":"USD","value":10}}]}`,
		b.now.Unix(), strings.Repeat("ab", 32))
	b.post("/event/track/", event).ok()
	b.post("/event/track/", event).ok()
	b.post("/event/track/", strings.Replace(event, "7010", "1", 1)).refused(40002, "event_source_id")
	b.post("/event/track/", strings.Replace(event, strings.Repeat("ab", 32), "a@example.com", 1)).refused(40002, "email")
	b.now = b.now.AddDate(0, 0, 8)
	b.post("/event/track/", event).refused(40002, "event_time")
	if n := b.server.Snapshot().Events; n != 1 {
		t.Errorf("%d events, want 1", n)
	}
}
