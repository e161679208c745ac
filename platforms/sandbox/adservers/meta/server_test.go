package meta

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

func (b *bench) uploadBytes(data []byte) reply {
	return b.post("act_42/adimages", map[string]string{"bytes": base64.StdEncoding.EncodeToString(data)})
}

func (b *bench) uploadFile(path, field, name string, data []byte) reply {
	b.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	_ = w.WriteField("access_token", "TOKEN")
	part, err := w.CreateFormFile(field, name)
	if err != nil {
		b.t.Fatal(err)
	}
	_, _ = part.Write(data)
	_ = w.Close()
	r := httptest.NewRequest(http.MethodPost, "/v26.0/"+path, &body)
	r.Header.Set("Content-Type", w.FormDataContentType())
	return b.do(r)
}

func TestServer_Order(t *testing.T) {
	t.Parallel()
	b := setup(t, func(c *Config) { c.TokenExpires = time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC) })
	ask := func(path, token string) reply {
		return b.do(httptest.NewRequest(http.MethodGet, path+"?access_token="+token, nil))
	}
	ask("/v18.0/act_42", "BAD").refused(2635, 0)
	ask("/v24.0/act_42", "TOKEN").refused(2635, 0)
	ask("/v99.0/act_42", "TOKEN").refused(2500, 0)
	ask("/v25.0/act_42", "TOKEN").ok()
	ask("/v26.0/act_43", "BAD").refused(190, 467)
	if r := ask("/v26.0/act_42", "").refused(190, 0); r.Status != http.StatusUnauthorized {
		t.Errorf("a missing token answers %d, want 401", r.Status)
	}
	ask("/v26.0/act_43", "TOKEN").refused(200, 0)
	ask("/v26.0/nothing", "TOKEN").refused(100, 33)
	b.get("act_42", map[string]string{"appsecret_proof": "00"}).refused(100, 0)
	b.now = b.now.AddDate(0, 0, 2)
	ask("/v26.0/act_42", "TOKEN").refused(190, 463)
}

func TestServer_AcceptsEveryBody(t *testing.T) {
	t.Parallel()
	b := setup(t)
	bodies := []struct{ kind, body string }{
		{"application/json", `{"name":"a","objective":"OUTCOME_SALES","status":"PAUSED","special_ad_categories":[],"is_adset_budget_sharing_enabled":false,"id":"1"}`},
		{"application/json", `{"name":"b","objective":"OUTCOME_SALES","status":"PAUSED","special_ad_categories":"[\"NONE\"]","is_adset_budget_sharing_enabled":"true"}`},
		{"application/x-www-form-urlencoded", url.Values{"name": {"c"}, "objective": {"OUTCOME_SALES"}, "special_ad_categories": {"[]"}, "is_adset_budget_sharing_enabled": {"0"}}.Encode()},
	}
	for _, x := range bodies {
		r := httptest.NewRequest(http.MethodPost, "/v26.0/act_42/campaigns", strings.NewReader(x.body))
		r.Header.Set("Content-Type", x.kind)
		r.Header.Set("Authorization", "Bearer TOKEN")
		b.do(r).ok()
	}
	r := httptest.NewRequest(http.MethodGet, "/v26.0/act_42/campaigns?fields=name,special_ad_categories&access_token=TOKEN", strings.NewReader(`{"fields":"nonsense"}`))
	r.Header.Set("Content-Type", "application/json")
	got := b.do(r).ok()
	for i, name := range []string{"c", "b", "a"} {
		got.want(name, "data", i, "name")
	}
}

func TestServer_Conforms(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ids := b.tree()

	t.Run("ReadsBackWhatWasCreated", func(t *testing.T) {
		r := b.get(ids["ad"], map[string]string{"fields": "id,name,status,configured_status,effective_status,adset_id,campaign_id,creative{id,image_hash,title}"}).ok()
		for path, want := range map[string]string{
			"name": "ad k_7f3a a", "status": "PAUSED", "configured_status": "PAUSED", "effective_status": "PENDING_REVIEW", "adset_id": ids["adset"], "campaign_id": ids["campaign"],
		} {
			r.want(want, path)
		}
		r.want(ids["hash"], "creative", "image_hash")
		r.want("Headline", "creative", "title")
		r = b.get(ids["adset"], map[string]string{"fields": "daily_budget,lifetime_budget,bid_strategy,targeting,promoted_object,campaign{name,objective}"}).ok()
		r.want("5000", "daily_budget")
		r.want("0", "lifetime_budget")
		r.want("BR", "targeting", "geo_locations", "countries", 0)
		r.want("OUTCOME_SALES", "campaign", "objective")
	})
	t.Run("ReturnsOnlyTheIDWithoutFields", func(t *testing.T) {
		if r := b.get(ids["campaign"], nil).ok(); len(r.Body) != 1 {
			t.Errorf("got %s", r.Raw)
		}
	})
	t.Run("RefusesUnknownFields", func(t *testing.T) {
		b.get(ids["campaign"], map[string]string{"fields": "id,colour"}).refused(100, 0)
		b.get(ids["campaign"], map[string]string{"fields": "id,adsets{id"}).refused(2500, 0)
	})
	t.Run("ExpandsEdges", func(t *testing.T) {
		r := b.get(ids["campaign"], map[string]string{"fields": "name,adsets.limit(5){name,ads{name}}"}).ok()
		r.want("ad k_7f3a a", "adsets", "data", 0, "ads", "data", 0, "name")
	})
	t.Run("ChecksTheAccount", func(t *testing.T) {
		r := b.get("act_42", map[string]string{"fields": "name,currency,timezone_name,account_status,amount_spent,spend_cap"}).ok()
		r.want("USD", "currency")
		r.want("America/Sao_Paulo", "timezone_name")
		r.want(float64(1), "account_status")
		r.want("0", "amount_spent")
		b.get("me", map[string]string{"fields": "id,name"}).ok()
		b.get("act_42/minimum_budgets", nil).ok().want(float64(100), "data", 0, "min_daily_budget_imp")
		b.post("act_42/subscribed_apps", nil).ok().want(true, "success")
	})
	t.Run("FindsInterestsWhoseIdsItAccepts", func(t *testing.T) {
		r := b.get("search", map[string]string{"type": "adinterest", "q": "Cooking", "limit": "2"}).ok()
		spec := fmt.Sprintf(`{"geo_locations":{"countries":["BR"]},"flexible_spec":[{"interests":[{"id":%q,"name":%q}]}],"targeting_automation":{"advantage_audience":0}}`,
			r.text("data", 1, "id"), r.text("data", 1, "name"))
		b.made("act_42/adsets", with(validAdset(ids["campaign"]), "targeting", spec))
	})
	t.Run("ValidatesOnly", func(t *testing.T) {
		before := len(b.server.Snapshot().Campaigns)
		b.post("act_42/campaigns", with(validCampaign, "execution_options", `["validate_only"]`)).ok().want(true, "success")
		b.post("act_42/campaigns", with(validCampaign, "execution_options", `["validate_only"]`, "objective", "REACH")).refused(100, 2490366)
		b.post("act_42/adsets", with(validAdset(ids["campaign"]), "execution_options", `["validate_only"]`)).ok().want(true, "success")
		if after := len(b.server.Snapshot().Campaigns); after != before {
			t.Errorf("validate_only made %d campaigns", after-before)
		}
	})
	t.Run("MakesTwoOfTheSameName", func(t *testing.T) {
		p := with(validCampaign, "name", "twice")
		first, second := b.made("act_42/campaigns", p), b.made("act_42/campaigns", p)
		if first == second {
			t.Error("creating a name twice gave one object")
		}
	})
}

func TestServer_Lists(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for i := range 7 {
		b.made("act_42/campaigns", with(validCampaign, "name", fmt.Sprintf("ac-cmp_%d-1", i)))
	}
	gone := b.made("act_42/campaigns", with(validCampaign, "name", "ac-cmp_3-2"))
	b.do(httptest.NewRequest(http.MethodDelete, "/v26.0/"+gone+"?access_token=TOKEN", nil)).ok()

	t.Run("PagesToTheEnd", func(t *testing.T) {
		var names []string
		path := "act_42/campaigns"
		query := map[string]string{"fields": "name", "limit": "3"}
		for range 5 {
			r := b.get(path, query).ok()
			for i := range r.at("data").([]any) {
				names = append(names, r.text("data", i, "name"))
			}
			next, more := r.at("paging").(map[string]any)["next"].(string)
			if !more {
				break
			}
			u, err := url.Parse(next)
			if err != nil || u.Query().Get("after") != r.text("paging", "cursors", "after") {
				t.Fatalf("next is %q", next)
			}
			query["after"] = u.Query().Get("after")
		}
		if got := strings.Join(names, " "); got != "ac-cmp_6-1 ac-cmp_5-1 ac-cmp_4-1 ac-cmp_3-1 ac-cmp_2-1 ac-cmp_1-1 ac-cmp_0-1" {
			t.Errorf("paged %s", got)
		}
	})
	t.Run("FiltersByName", func(t *testing.T) {
		for operator, want := range map[string]int{"CONTAIN": 1, "EQUAL": 0, "NOT_CONTAIN": 6} {
			r := b.get("act_42/campaigns", map[string]string{"fields": "name", "filtering": `[{"field":"name","operator":"` + operator + `","value":"cmp_3"}]`}).ok()
			if n := len(r.at("data").([]any)); n != want {
				t.Errorf("%s found %d, want %d", operator, n, want)
			}
		}
		b.get("act_42/campaigns", map[string]string{"filtering": `[{"field":"name","operator":"LIKE","value":"x"}]`}).refused(100, 0)
		b.get("act_42/campaigns", map[string]string{"filtering": `[{"field":"colour","operator":"EQUAL","value":"x"}]`}).refused(100, 0)
	})
	t.Run("ShowsDeletedOnesOnlyWhenAsked", func(t *testing.T) {
		r := b.get("act_42/campaigns", map[string]string{"fields": "name,effective_status", "effective_status": `["DELETED"]`}).ok()
		r.want("ac-cmp_3-2", "data", 0, "name")
	})
	t.Run("EndsEmpty", func(t *testing.T) {
		r := b.get("act_42/ads", nil).ok()
		if r.Raw != `{"data":[]}` {
			t.Errorf("got %s", r.Raw)
		}
	})
}

func TestServer_Images(t *testing.T) {
	t.Parallel()
	b := setup(t)
	data := pngOf(t, 16)
	first := b.uploadBytes(data).ok()
	first.want(float64(16), "images", "bytes", "width")
	file := b.uploadFile("act_42/adimages", "filename", "k_7f3a.png", data).ok()
	if file.text("images", "k_7f3a.png", "hash") != first.text("images", "bytes", "hash") {
		t.Error("the same bytes have two hashes")
	}
	if n := b.server.Snapshot().Images; n != 1 {
		t.Errorf("the library holds %d images, want 1", n)
	}
	b.uploadBytes([]byte("not a picture")).refused(100, 1487411)
	b.post("act_42/adimages", nil).refused(100, 0)
	hash := first.text("images", "bytes", "hash")
	b.get("act_42/adimages", map[string]string{"fields": "hash,name", "hashes": `["` + hash + `"]`}).ok().want(hash, "data", 0, "hash")
}

func TestServer_Videos(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.uploadFile("act_42/advideos", "source", "a.mp4", []byte("film")).ok().text("id")
	b.get(id, map[string]string{"fields": "status"}).ok().want("processing", "status", "video_status")
	spec := map[string]string{"object_story_spec": `{"page_id":"555","video_data":{"video_id":"` + id + `","image_url":"https://x.example.com/a.png","call_to_action":{"type":"SHOP_NOW","value":{"link":"https://shop.example.com/p"}}}}`}
	b.post("act_42/adcreatives", spec).refused(100, 1885252)
	b.now = b.now.Add(2 * time.Minute)
	b.get(id, map[string]string{"fields": "status"}).ok().want("ready", "status", "video_status")
	b.made("act_42/adcreatives", spec)
	b.post("act_42/advideos", map[string]string{"file_url": "nowhere"}).refused(389, 0)
	b.post("act_42/advideos", nil).refused(352, 0)
}

func TestEncode_EscapesAsThePlatformDoes(t *testing.T) {
	t.Parallel()
	if got := string(encode(object{"a": "https://x.y/ção 😀 <b>"})); got != `{"a":"https:\/\/x.y\/\u00e7\u00e3o \ud83d\ude00 <b>"}` {
		t.Errorf("got %s", got)
	}
}
