package meta

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func (b *bench) effective(id string) string {
	b.t.Helper()
	return b.get(id, map[string]string{"fields": "effective_status"}).ok().text("effective_status")
}

func TestAd_Lifecycle(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ids := b.tree()
	step := func(want string, delivers bool) {
		t.Helper()
		if got := b.effective(ids["ad"]); got != want {
			t.Errorf("the ad is %s, want %s", got, want)
		}
		if _, live := b.market.Live(ids["ad"]); live != delivers {
			t.Errorf("%s: the market was told live=%v, want %v", want, live, delivers)
		}
	}
	set := func(level, status string) {
		t.Helper()
		b.post(ids[level], map[string]string{"status": status}).ok()
	}
	step("PENDING_REVIEW", false)
	for _, level := range []string{"campaign", "adset", "ad"} {
		set(level, "ACTIVE")
	}
	step("PENDING_REVIEW", false)
	b.now = b.now.Add(29 * time.Minute)
	step("PENDING_REVIEW", false)
	b.now = b.now.Add(time.Minute)
	step("ACTIVE", true)
	set("campaign", "PAUSED")
	step("CAMPAIGN_PAUSED", false)
	set("adset", "PAUSED")
	set("campaign", "ACTIVE")
	step("ADSET_PAUSED", false)
	set("adset", "ACTIVE")
	step("ACTIVE", true)
	set("ad", "PAUSED")
	step("PAUSED", false)
	set("ad", "ACTIVE")
	b.post(ids["ad"], map[string]string{"creative": `{"creative_id":"` + b.made("act_42/adcreatives", validCreative(ids["hash"])) + `"}`}).ok()
	step("PENDING_REVIEW", false)
	b.now = b.now.Add(time.Hour)
	step("ACTIVE", true)
	b.do(httptest.NewRequest(http.MethodDelete, "/v26.0/"+ids["adset"]+"?access_token=TOKEN", nil)).ok()
	step("DELETED", false)
}

func TestServer_TellsTheMarket(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ids := b.live()
	got, live := b.market.Live(ids["ad"])
	if !live || got.Platform != "meta" || got.AdSetID != ids["adset"] || got.CampaignID != ids["campaign"] || got.DailyBudget != 5000 || got.CostCap != 0 ||
		got.Audience != "broad" || strings.Join(got.Countries, "+") != "BR+US" || got.MediaHash != ids["hash"] || got.Headline != "Headline" ||
		got.Landing != "https://shop.example.com/products/mini-projector?utm_source=meta" {
		t.Errorf("the market was told %+v live=%v", got, live)
	}
	calls := len(b.market.Calls)
	b.post(ids["adset"], map[string]string{"name": "renamed"}).ok()
	b.server.Step(b.now)
	if len(b.market.Calls) != calls {
		t.Error("a rename was announced to the market")
	}
	b.post(ids["adset"], map[string]string{"daily_budget": "6000", "bid_strategy": "COST_CAP", "bid_amount": "1250"}).ok()
	if got, _ = b.market.Live(ids["ad"]); got.DailyBudget != 6000 || got.CostCap != 1250 {
		t.Errorf("after the edit the market knows %+v", got)
	}
	b.post(ids["adset"], map[string]string{"bid_strategy": "LOWEST_COST_WITHOUT_CAP"}).ok()
	if got, _ = b.market.Live(ids["ad"]); got.CostCap != 0 {
		t.Errorf("back at lowest cost the market knows %+v", got)
	}
}

func TestServer_StepStartsDelivery(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ids := b.tree()
	start := b.now.Add(5 * time.Hour)
	b.post(ids["adset"], map[string]string{"start_time": start.Format(time.RFC3339), "status": "ACTIVE"}).ok()
	b.post(ids["campaign"], map[string]string{"status": "ACTIVE"}).ok()
	b.post(ids["ad"], map[string]string{"status": "ACTIVE"}).ok()
	for _, x := range []struct {
		at   time.Time
		live bool
	}{{b.now.Add(time.Hour), false}, {start.Add(-time.Second), false}, {start, true}} {
		b.now = x.at
		b.server.Step(b.now)
		if _, live := b.market.Live(ids["ad"]); live != x.live {
			t.Errorf("at %s live=%v, want %v", x.at, live, x.live)
		}
	}
}

func TestServer_ReviewsCopy(t *testing.T) {
	t.Parallel()
	for _, x := range []struct{ copy, want string }{
		{"A tidy desk in a minute", "ACTIVE"},
		{"This miracle lamp works", "DISAPPROVED"},
		{"Are you fat? Try this", "WITH_ISSUES"},
	} {
		t.Run(x.want, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			b.post("act_42/subscribed_apps", nil).ok()
			ids := b.tree()
			cr := b.made("act_42/adcreatives", map[string]string{"object_story_spec": `{"page_id":"555","link_data":{"link":"https://shop.example.com/p","message":"` + x.copy + `"}}`})
			ad := b.made("act_42/ads", with(validAd(ids["adset"], cr), "status", "ACTIVE"))
			b.post(ids["campaign"], map[string]string{"status": "ACTIVE"}).ok()
			b.post(ids["adset"], map[string]string{"status": "ACTIVE"}).ok()
			b.now = b.now.Add(time.Hour)
			b.server.Step(b.now)
			if got := b.effective(ad); got != x.want {
				t.Errorf("the ad is %s", got)
			}
			if _, live := b.market.Live(ad); live != (x.want == "ACTIVE") {
				t.Errorf("the ad is live=%v", live)
			}
			r := b.get(ad, map[string]string{"fields": "ad_review_feedback,issues_info"}).ok()
			if _, has := r.Body["issues_info"]; has == (x.want == "ACTIVE") {
				t.Errorf("issues: %s", r.Raw)
			}
			b.checkHooks(len(b.server.Snapshot().Ads))
		})
	}
}

// checkHooks wants one signed notification for each reviewed ad.
func (b *bench) checkHooks(want int) {
	b.t.Helper()
	if len(b.hooks) != want {
		b.t.Errorf("%d webhooks, want %d", len(b.hooks), want)
	}
	for _, h := range b.hooks {
		mac := hmac.New(sha256.New, []byte("app-secret"))
		mac.Write(h.Body)
		if h.Signature != "sha256="+hex.EncodeToString(mac.Sum(nil)) {
			b.t.Errorf("the signature %s does not fit %s", h.Signature, h.Body)
		}
	}
}

func TestAdset_LimitsBudgetEdits(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ids := b.tree()
	budget := func(cents string) reply { return b.post(ids["adset"], map[string]string{"daily_budget": cents}) }
	for _, cents := range []string{"5100", "5200", "5300", "5400"} {
		budget(cents).ok()
	}
	budget("5400").ok() // unchanged, so it does not count
	budget("5500").refused(613, 1487632)
	b.post(ids["adset"], map[string]string{"status": "ACTIVE"}).ok()
	b.now = b.now.Add(59 * time.Minute)
	budget("5500").refused(613, 1487632)
	b.now = b.now.Add(2 * time.Minute)
	budget("5500").ok()
}

func TestAudience_Lifecycle(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ids := b.tree()
	lookalike := map[string]string{
		"name": "LAL 2-3% buyers", "subtype": "LOOKALIKE", "origin_audience_id": "6001",
		"lookalike_spec": `{"location_spec": {"geo_locations": {"countries": ["BR", "US"]}}, "starting_ratio": 0.02, "ratio": 0.03}`,
	}
	b.market.People = 99
	b.post("act_42/customaudiences", lookalike).refused(2654, 1713007)
	b.market.People = 100
	id := b.made("act_42/customaudiences", lookalike)
	state := func() float64 {
		return b.get(id, map[string]string{"fields": "delivery_status,operation_status,subtype"}).ok().at("delivery_status", "code").(float64)
	}
	if state() == 200 {
		t.Error("a new lookalike is usable at once")
	}
	spec := `{"geo_locations":{"countries":["BR","US"]},"custom_audiences":[{"id":"` + id + `"}],"targeting_automation":{"advantage_audience":0}}`
	set := b.made("act_42/adsets", with(validAdset(ids["campaign"]), "targeting", spec, "status", "ACTIVE"))
	ad := b.made("act_42/ads", with(validAd(set, ids["creative"]), "status", "ACTIVE"))
	b.post(ids["campaign"], map[string]string{"status": "ACTIVE"}).ok()
	b.now = b.now.Add(2 * time.Hour)
	b.server.Step(b.now)
	if _, live := b.market.Live(ad); live {
		t.Error("the ad delivers to a lookalike that is not filled")
	}
	b.now = b.now.Add(time.Hour)
	b.server.Step(b.now)
	if got, live := b.market.Live(ad); !live || got.Audience != "lookalike" || got.FromPct != 2 || got.ToPct != 3 {
		t.Errorf("the market knows %+v live=%v", got, live)
	}
	if state() != 200 {
		t.Error("the lookalike is not usable after three hours")
	}
}

func TestAdset_Copies(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ids := b.live()
	r := b.post(ids["adset"]+"/copies", map[string]string{
		"deep_copy": "true", "rename_options": `{"rename_strategy":"DEEP_RENAME","rename_suffix":" v2"}`,
	}).ok()
	set, ad := r.text("copied_adset_id"), r.text("ad_object_ids", 1, "copied_id")
	r.want("ad_set", "ad_object_ids", 0, "ad_object_type")
	r.want(ids["ad"], "ad_object_ids", 1, "source_id")
	got := b.get(ad, map[string]string{"fields": "name,status,adset{id,name,status,daily_budget},campaign_id"}).ok()
	got.want("ad k_7f3a a v2", "name")
	got.want("PAUSED", "status")
	got.want(set, "adset", "id")
	got.want("broad 18-65 BR+US|k_7f3a v2", "adset", "name")
	got.want("5000", "adset", "daily_budget")
	got.want(ids["campaign"], "campaign_id")
	for range 3 {
		b.made("act_42/ads", validAd(ids["adset"], ids["creative"]))
	}
	b.post(ids["adset"]+"/copies", map[string]string{"deep_copy": "true"}).refused(100, 1885194)
	b.post(ids["adset"]+"/copies", map[string]string{"deep_copy": "false", "status_option": "INHERITED_FROM_SOURCE"}).ok()
	if sets := b.server.Snapshot().AdSets; len(sets) != 3 || sets[2].Configured != "ACTIVE" {
		t.Errorf("the ad sets are %+v", sets)
	}
}

func TestServer_Throttles(t *testing.T) {
	t.Parallel()
	t.Run("ByScore", func(t *testing.T) {
		t.Parallel()
		b := setup(t, func(c *Config) { c.Development = true })
		for range 20 {
			b.post("act_42/campaigns", validCampaign).ok()
		}
		b.get("act_42", nil).refused(613, 1487742).want(true, "error", "is_transient")
		b.now = b.now.Add(4 * time.Minute)
		b.get("act_42", nil).refused(613, 1487742)
		b.now = b.now.Add(time.Minute)
		b.get("act_42", nil).ok()
		if n := len(b.server.Snapshot().Campaigns); n != 20 {
			t.Errorf("%d campaigns", n)
		}
	})
	t.Run("ByBusinessUseCase", func(t *testing.T) {
		t.Parallel()
		b := setup(t, func(c *Config) { c.Limits = Limits{ManagementPerHour: 4, InsightsPerHour: 2, Score: -1} })
		for range 4 {
			b.get("act_42", nil).ok()
		}
		b.now = b.now.Add(30 * time.Minute)
		r := b.get("act_42", nil).refused(80004, 2446079)
		usage := r.Header.Get("X-Business-Use-Case-Usage")
		if !strings.Contains(usage, `"call_count":100`) || !strings.Contains(usage, `"estimated_time_to_regain_access":31`) || !strings.Contains(usage, `"42"`) {
			t.Errorf("the usage header is %s", usage)
		}
		b.get("act_42/insights", nil).ok()
		b.get("act_42/insights", nil).ok()
		b.get("act_42/insights", nil).refused(80000, 2446079)
		b.now = b.now.Add(31 * time.Minute)
		b.get("act_42", nil).ok()
	})
	t.Run("ByMutationsPerSecond", func(t *testing.T) {
		t.Parallel()
		b := setup(t, func(c *Config) { c.Limits = Limits{MutationsPerSecond: 2} })
		b.post("act_42/campaigns", validCampaign).ok()
		b.post("act_42/campaigns", validCampaign).ok()
		b.post("act_42/campaigns", validCampaign).refused(613, 5044001)
		b.now = b.now.Add(time.Second)
		b.post("act_42/campaigns", validCampaign).ok()
	})
}
