package tiktok_test

import (
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/domain/money"
)

func TestClient_Find(t *testing.T) {
	t.Parallel()
	client, p := setup(t, map[string][]string{
		listCampaign: {
			`{"list":[{"campaign_id":"1","campaign_name":"ac-1 copy"}],"page_info":{"page":1,"total_page":2}}`,
			`{"list":[{"campaign_id":"2","campaign_name":"ac-1","operation_status":"ENABLE","secondary_status":"CAMPAIGN_STATUS_ENABLE","budget":0}],"page_info":{"page":2,"total_page":2}}`,
			nothing,
		},
		listAds: {`{"list":[{"ad_id":"3","ad_name":"a","adgroup_id":"10"},{"ad_id":"4","ad_name":"a","adgroup_id":"11"}],"page_info":{"total_page":1}}`},
	})
	e, err := client.Find(t.Context(), ads.LevelCampaign, "", "ac-1")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(ads.Entity{ID: "2", Name: "ac-1", Delivery: ads.Active, Effective: "CAMPAIGN_STATUS_ENABLE"}, e, sameMoney); diff != "" {
		t.Error(diff)
	}
	want := url.Values{"advertiser_id": {"7000000000000000001"}, "filtering": {`{"campaign_name":"ac-1"}`}, "page": {"2"}, "page_size": {"100"}}
	if diff := cmp.Diff(want, p.calls[1].Query); diff != "" {
		t.Error(diff)
	}
	_, err = client.Find(t.Context(), ads.LevelCampaign, "", "ac-1")
	wantFault(t, err, fault.Refused, "not_found")
	if e, err = client.Find(t.Context(), ads.LevelAd, "11", "a"); err != nil || e.ID != "4" {
		t.Errorf("have %+v, %v", e, err)
	}
	if got := p.last(listAds).Query.Get("filtering"); got != `{"adgroup_ids":["11"],"ad_name":"a"}` {
		t.Error(got)
	}
	_, err = client.Find(t.Context(), ads.LevelAd, "12", "a")
	wantFault(t, err, fault.Refused, "not_found")
}

func TestClient_Find_GivesUpOnEndlessPages(t *testing.T) {
	t.Parallel()
	client, _ := setup(t, map[string][]string{listCampaign: {`{"list":[],"page_info":{"total_page":1000000}}`}})
	_, err := client.Find(t.Context(), ads.LevelCampaign, "", "ac-1")
	wantFault(t, err, fault.Refused, "too_much_data")
}

func TestClient_Get(t *testing.T) {
	t.Parallel()
	client, p := setup(t, map[string][]string{
		listAdGroups: {
			`{"list":[{"adgroup_id":"2","adgroup_name":"s","operation_status":"DISABLE","secondary_status":"ADGROUP_STATUS_DISABLE","budget":20.5}],"page_info":{"total_page":1}}`,
			`{"list":[{"adgroup_id":"2","budget":"twenty"}],"page_info":{"total_page":1}}`,
			nothing,
		},
		listAds: {`{"list":[{"ad_id":"3","ad_name":"a","operation_status":"ENABLE","secondary_status":"AD_STATUS_AUDIT_DENY"}],"page_info":{"total_page":1}}`},
	})
	e, err := client.Get(t.Context(), ads.LevelAdSet, "2")
	want := ads.Entity{ID: "2", Name: "s", Delivery: ads.Paused, Effective: "ADGROUP_STATUS_DISABLE", Budget: usd(2050)}
	if diff := cmp.Diff(want, e, sameMoney); diff != "" || err != nil {
		t.Error(diff, err)
	}
	if got := p.last(listAdGroups).Query.Get("filtering"); got != `{"adgroup_ids":["2"]}` {
		t.Error(got)
	}
	_, err = client.Get(t.Context(), ads.LevelAdSet, "2")
	wantFault(t, err, fault.Retryable, "bad_answer")
	_, err = client.Get(t.Context(), ads.LevelAdSet, "2")
	wantFault(t, err, fault.Refused, "not_found")
	_, err = client.Get(t.Context(), ads.LevelAd, "")
	wantFault(t, err, fault.Refused, "not_found")
	e, err = client.Get(t.Context(), ads.LevelAd, "3")
	if diff := cmp.Diff([]string{"AD_STATUS_AUDIT_DENY"}, e.Reasons); diff != "" || err != nil {
		t.Error(diff, err)
	}
}

func TestClient_Edits(t *testing.T) {
	t.Parallel()
	campaigns, adGroups, adStatus, update := "POST /campaign/status/update/", "POST /adgroup/status/update/", "POST /ad/status/update/", "POST /adgroup/update/"
	client, p := setup(t, map[string][]string{campaigns: {`{}`}, adGroups: {`{}`}, adStatus: {`{}`}, update: {`{}`}})
	const account = `{"advertiser_id":"7000000000000000001",`
	steps := []struct {
		do        func() error
		key, want string
	}{
		{func() error { return client.SetDelivery(t.Context(), ads.LevelCampaign, "1", ads.Active) }, campaigns, `"campaign_ids":["1"],"operation_status":"ENABLE"}`},
		{func() error { return client.SetDelivery(t.Context(), ads.LevelAdSet, "2", ads.Paused) }, adGroups, `"adgroup_ids":["2"],"operation_status":"DISABLE"}`},
		{func() error { return client.SetDelivery(t.Context(), ads.LevelAd, "3", ads.Active) }, adStatus, `"ad_ids":["3"],"operation_status":"ENABLE"}`},
		{func() error { return client.SetBudget(t.Context(), "2", usd(2050)) }, update, `"adgroup_id":"2","budget":20.50}`},
		{func() error { return client.SetBid(t.Context(), "2", ads.CostCap, usd(999)) }, update, `"adgroup_id":"2","bid_type":"BID_TYPE_CUSTOM","conversion_bid_price":9.99}`},
		{func() error { return client.SetBid(t.Context(), "2", ads.LowestCost, money.Amount{}) }, update, `"adgroup_id":"2","bid_type":"BID_TYPE_NO_BID"}`},
	}
	for _, s := range steps {
		if err := s.do(); err != nil {
			t.Fatal(err)
		}
		if got := p.last(s.key).Raw; got != account+s.want {
			t.Errorf("have %s, want %s", got, account+s.want)
		}
	}
	wantFault(t, client.SetBudget(t.Context(), "2", usd(1999)), fault.Refused, "budget_too_low")
	wantFault(t, client.SetBudget(t.Context(), "", usd(2000)), fault.Refused, "not_found")
	wantFault(t, client.SetDelivery(t.Context(), ads.LevelAd, "", ads.Active), fault.Refused, "not_found")
}

func TestClient_MinimumBudget(t *testing.T) {
	t.Parallel()
	client, _ := setup(t, nil)
	if least, err := client.MinimumBudget(t.Context(), money.USD); err != nil || least != usd(2000) {
		t.Errorf("have %v, %v", least, err)
	}
	_, err := client.MinimumBudget(t.Context(), "BRL")
	wantFault(t, err, fault.Refused, "currency_mismatch")
}

func TestClient_Check(t *testing.T) {
	t.Parallel()
	client, p := setup(t, map[string][]string{"GET /advertiser/info/": {
		`{"list":[{"advertiser_id":"7000000000000000001","status":"STATUS_ENABLE","currency":"USD"}]}`,
		`{"list":[{"status":"STATUS_DISABLE","currency":"USD"}]}`,
		`{"list":[{"status":"STATUS_ENABLE","currency":"BRL"}]}`,
		`{"list":[]}`,
		`40105 Access token is incorrect or has been revoked.`,
		`HTTP 404 404 page not found`,
	}})
	if err := client.Check(t.Context()); err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff(url.Values{"advertiser_ids": {`["7000000000000000001"]`}}, p.calls[0].Query); diff != "" {
		t.Error(diff)
	}
	for _, code := range []string{"account_disabled", "currency_mismatch", "account_unknown", "token_invalid", "bad_address"} {
		wantFault(t, client.Check(t.Context()), fault.Terminal, code)
	}
}
