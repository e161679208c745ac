package google_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/domain/money"
)

const (
	ad444 = `{"adGroup":{"id":"333"},"adGroupAd":{"status":"ENABLED","primaryStatus":"NOT_ELIGIBLE","primaryStatusReasons":["AD_GROUP_AD_DISAPPROVED"],
		"ad":{"id":"444","urlCustomParameters":[{"key":"other","value":"x"},{"key":"acname","value":"ad k_7f3a"}]}}}`
	foreignAd = `{"adGroup":{"id":"333"},"adGroupAd":{"status":"ENABLED","ad":{"id":"443"}}}`
)

func TestClient_Get(t *testing.T) {
	t.Parallel()
	a := &api{searches: []string{rows(campaign222), rows(adGroup333), rows(budget20), rows(ad444), `[]`}}
	client := setup(t, a)
	for _, c := range []struct {
		level ads.Level
		id    string
		want  ads.Entity
	}{
		{ads.LevelCampaign, "222", ads.Entity{ID: "222", Name: "mini-projector k_7f3a", Delivery: ads.Paused}},
		{ads.LevelAdSet, "333", ads.Entity{ID: "333", Name: "BR+US", Delivery: ads.Paused, Effective: "PAUSED", Budget: usd(2000)}},
		{ads.LevelAd, "333~444", ads.Entity{
			ID: "333~444", Name: "ad k_7f3a", Delivery: ads.Active, Effective: "NOT_ELIGIBLE", Reasons: []string{"AD_GROUP_AD_DISAPPROVED"},
		}},
	} {
		e, err := client.Get(t.Context(), c.level, c.id)
		if diff := cmp.Diff(c.want, e, sameMoney); diff != "" || err != nil {
			t.Error(c.level, diff, err)
		}
	}
	if got := a.calls[3].Query; !strings.HasSuffix(got, "AND ad_group.id = 333 AND ad_group_ad.ad.id = 444") {
		t.Error(got)
	}
	_, err := client.Get(t.Context(), ads.LevelCampaign, "9")
	wantFault(t, err, fault.Refused, "not_found")
	for _, bad := range []struct {
		level ads.Level
		id    string
	}{{ads.LevelCampaign, ""}, {ads.LevelCampaign, "1 OR 1=1"}, {ads.LevelAd, "444"}, {ads.LevelAdSet, "333~444"}} {
		_, err := client.Get(t.Context(), bad.level, bad.id)
		wantFault(t, err, fault.Refused, "not_found")
	}
}

func TestClient_Find(t *testing.T) {
	t.Parallel()
	a := &api{searches: []string{rows(`{"campaign":{"id":"2","name":"it's \\ here"}}`), rows(adGroup333), rows(budget20), rows(foreignAd, ad444), rows(foreignAd)}}
	client := setup(t, a)
	if e, err := client.Find(t.Context(), ads.LevelCampaign, "", `it's \ here`); err != nil || e.ID != "2" {
		t.Fatalf("have %+v, %v", e, err)
	}
	if got := a.calls[0].Query; !strings.HasSuffix(got, `campaign.name = 'it\'s \\ here'`) {
		t.Error(got)
	}
	if e, err := client.Find(t.Context(), ads.LevelAdSet, "222", "BR+US"); err != nil || e.ID != "333" || e.Budget != usd(2000) {
		t.Fatalf("have %+v, %v", e, err)
	}
	if got := a.calls[1].Query; !strings.HasSuffix(got, `ad_group.name = 'BR+US' AND campaign.id = 222`) {
		t.Error(got)
	}
	if e, err := client.Find(t.Context(), ads.LevelAd, "333", "ad k_7f3a"); err != nil || e.ID != "333~444" {
		t.Fatalf("have %+v, %v", e, err)
	}
	_, err := client.Find(t.Context(), ads.LevelAd, "", "ad k_7f3a")
	wantFault(t, err, fault.Refused, "not_found")
	_, err = client.Find(t.Context(), ads.LevelAd, "333~444", "ad k_7f3a")
	wantFault(t, err, fault.Refused, "not_found")
}

func TestClient_Edits(t *testing.T) {
	t.Parallel()
	a := &api{}
	client := setup(t, a)
	status := func(kind, resource, to string) string {
		return `{"` + kind + `":{"update":{"resourceName":"customers/1234567890/` + resource + `","status":"` + to + `"},"updateMask":"status"}}`
	}
	for _, s := range []struct {
		do    func() error
		reads []string
		want  string
	}{
		{func() error { return client.SetDelivery(t.Context(), ads.LevelCampaign, "222", ads.Active) }, nil, status("campaignOperation", "campaigns/222", "ENABLED")},
		{func() error { return client.SetDelivery(t.Context(), ads.LevelAdSet, "333", ads.Paused) }, nil, status("adGroupOperation", "adGroups/333", "PAUSED")},
		{func() error { return client.SetDelivery(t.Context(), ads.LevelAd, "333~444", ads.Active) }, nil, status("adGroupAdOperation", "adGroupAds/333~444", "ENABLED")},
		{func() error { return client.SetBudget(t.Context(), "333", usd(2050)) }, []string{rows(adGroup333), rows(campaign222)}, setBudget("20500000")},
		{func() error { return client.SetBid(t.Context(), "333", ads.CostCap, usd(999)) }, []string{rows(adGroup333), rows(campaign222)}, setTarget("9990000")},
		{func() error { return client.SetBid(t.Context(), "333", ads.LowestCost, money.Amount{}) }, []string{rows(adGroup333), rows(campaign222)}, setTarget("0")},
	} {
		a.searches, a.mutations = s.reads, []string{done("x/1")}
		if err := s.do(); err != nil {
			t.Fatal(err)
		}
		sameJSON(t, a.last("mutate").Body, `{"mutateOperations":[`+s.want+`]}`)
	}
	a.searches = []string{rows(), rows(adGroup333), rows(), rows(adGroup333), rows(`{"campaign":{"id":"222","campaignBudget":"customers/9/campaignBudgets/1"}}`)}
	wantFault(t, client.SetBudget(t.Context(), "333", usd(2000)), fault.Refused, "not_found")
	wantFault(t, client.SetBudget(t.Context(), "333", usd(2000)), fault.Refused, "not_found")
	wantFault(t, client.SetBudget(t.Context(), "333", usd(2000)), fault.Retryable, "bad_answer")
	wantFault(t, client.SetBudget(t.Context(), "333", usd(99)), fault.Refused, "budget_too_low")
	wantFault(t, client.SetBudget(t.Context(), "x", usd(2000)), fault.Refused, "not_found")
	wantFault(t, client.SetBid(t.Context(), "333", ads.CostCap, usd(0)), fault.Refused, "amount_not_positive")
	wantFault(t, client.SetDelivery(t.Context(), ads.LevelAd, "444", ads.Active), fault.Refused, "not_found")
	_, err := client.CreateLookalike(t.Context(), "n", []string{"BR"}, 0, 1)
	wantFault(t, err, fault.Refused, "unsupported")
}

func TestClient_Account(t *testing.T) {
	t.Parallel()
	client := setup(t, &api{searches: []string{
		rows(`{"customer":{"id":"1234567890","currencyCode":"USD","status":"ENABLED"}}`), rows(`{"customer":{"currencyCode":"USD","status":"SUSPENDED"}}`),
		rows(`{"customer":{"currencyCode":"BRL","status":"ENABLED"}}`), rows(),
	}})
	if err := client.Check(t.Context()); err != nil {
		t.Error(err)
	}
	for _, code := range []string{"account_disabled", "currency_mismatch", "account_unknown"} {
		wantFault(t, client.Check(t.Context()), fault.Terminal, code)
	}
	if least, err := client.MinimumBudget(t.Context(), money.USD); err != nil || least != usd(100) {
		t.Errorf("have %v, %v", least, err)
	}
	_, err := client.MinimumBudget(t.Context(), "BRL")
	wantFault(t, err, fault.Refused, "currency_mismatch")
}
