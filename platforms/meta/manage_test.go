package meta_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/domain/money"
)

func TestClient_Find(t *testing.T) {
	t.Parallel()
	page := func(data, next string) string {
		return `{"data":[` + data + `],"paging":{"cursors":{"before":"A","after":"` + next + `"}` +
			map[bool]string{true: "", false: `,"next":"https://graph.facebook.com/v26.0/x?access_token=TOKEN"`}[next == ""] + `}}`
	}
	t.Run("ComparesExactlyAndFollowsCursors", func(t *testing.T) {
		t.Parallel()
		client, g := setup(t, map[string][]string{"GET act_1234567890/campaigns": {
			page(`{"id":"1","name":"ac-1 copy","status":"ACTIVE"}`, "CUR"), page(`{"id":"2","name":"ac-1","status":"ACTIVE","effective_status":"ACTIVE"}`, ""),
		}})
		e, err := client.Find(t.Context(), ads.LevelCampaign, "", "ac-1")
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(ads.Entity{ID: "2", Name: "ac-1", Delivery: ads.Active, Effective: "ACTIVE"}, e, sameMoney); diff != "" {
			t.Error(diff)
		}
		if got := g.calls[0].Query.Get("filtering"); got != `[{"field":"name","operator":"CONTAIN","value":"ac-1"}]` {
			t.Error(got)
		}
		if got := g.calls[1].Query.Get("after"); got != "CUR" {
			t.Errorf("second page after %q", got)
		}
	})
	t.Run("ReadsEverythingWhereTheFilterIsRefused", func(t *testing.T) {
		t.Parallel()
		client, g := setup(t, map[string][]string{"GET act_1234567890/campaigns": {
			`400 {"error":{"message":"(#100) Filtering is not supported","code":100}}`, page(`{"id":"1","name":"other"}`, "CUR"), page(`{"id":"2","name":"ac-1"}`, ""),
		}})
		e, err := client.Find(t.Context(), ads.LevelCampaign, "", "ac-1")
		if err != nil || e.ID != "2" {
			t.Fatalf("have %+v, %v", e, err)
		}
		if g.calls[1].Query.Has("filtering") || g.calls[1].Query.Has("after") {
			t.Errorf("the second walk still filters: %v", g.calls[1].Query)
		}
	})
	t.Run("KeepsToTheParent", func(t *testing.T) {
		t.Parallel()
		client, _ := setup(t, map[string][]string{
			"GET act_1234567890/ads":    {page(`{"id":"1","name":"a","adset_id":"10","campaign_id":"100"},{"id":"2","name":"a","adset_id":"11","campaign_id":"100"}`, "")},
			"GET act_1234567890/adsets": {page(`{"id":"5","name":"s","campaign_id":"100","daily_budget":"5000"},{"id":"6","name":"s","campaign_id":"101","daily_budget":"5001"}`, "")},
		})
		if e, err := client.Find(t.Context(), ads.LevelAd, "11", "a"); err != nil || e.ID != "2" {
			t.Errorf("ad: %+v, %v", e, err)
		}
		if e, err := client.Find(t.Context(), ads.LevelAdSet, "101", "s"); err != nil || e.ID != "6" || e.Budget != usd(5001) {
			t.Errorf("ad set: %+v, %v", e, err)
		}
		if e, err := client.Find(t.Context(), ads.LevelAdSet, "", "s"); err != nil || e.ID != "5" {
			t.Errorf("any parent: %+v, %v", e, err)
		}
		_, err := client.Find(t.Context(), ads.LevelAd, "12", "a")
		wantFault(t, err, fault.Refused, "not_found")
	})
	t.Run("GivesUpOnEndlessPages", func(t *testing.T) {
		t.Parallel()
		client, _ := setup(t, map[string][]string{"GET act_1234567890/campaigns": {page(`{"id":"1","name":"x"}`, "SAME")}})
		_, err := client.Find(t.Context(), ads.LevelCampaign, "", "ac-1")
		wantFault(t, err, fault.Refused, "too_much_data")
	})
}

func TestClient_Get(t *testing.T) {
	t.Parallel()
	client, g := setup(t, map[string][]string{
		"GET 3": {`{"id":"3","name":"ad","status":"ACTIVE","effective_status":"DISAPPROVED",
			"ad_review_feedback":{"global":{"b":"Second","a":"First"}},"issues_info":[{"error_summary":"Ad rejected","error_message":"Policy."}]}`},
		"GET 2": {`{"id":"2","name":"set","status":"PAUSED","effective_status":"CAMPAIGN_PAUSED","daily_budget":"5000"}`},
		"GET 9": {`400 {"error":{"message":"Unsupported get request.","code":100,"error_subcode":33}}`},
	})
	e, err := client.Get(t.Context(), ads.LevelAd, "3")
	if err != nil {
		t.Fatal(err)
	}
	want := ads.Entity{ID: "3", Name: "ad", Delivery: ads.Active, Effective: "DISAPPROVED", Reasons: []string{"a: First", "b: Second", "Ad rejected: Policy."}, Refused: true}
	if diff := cmp.Diff(want, e, sameMoney); diff != "" {
		t.Error(diff)
	}
	if e, err = client.Get(t.Context(), ads.LevelAdSet, "2"); err != nil || e.Budget != usd(5000) || e.Effective != "CAMPAIGN_PAUSED" {
		t.Errorf("have %+v, %v", e, err)
	}
	if got := g.last("GET 2").Query.Get("fields"); !strings.Contains(got, "daily_budget") {
		t.Errorf("fields of an ad set: %q", got)
	}
	_, err = client.Get(t.Context(), ads.LevelCampaign, "9")
	wantFault(t, err, fault.Refused, "not_found")
	for _, id := range []string{"", "../me", "1?fields=x", "act_1/campaigns"} {
		_, err = client.Get(t.Context(), ads.LevelCampaign, id)
		wantFault(t, err, fault.Refused, "not_found")
	}
}

func TestClient_Edits(t *testing.T) {
	t.Parallel()
	client, g := setup(t, map[string][]string{"POST 2": {`{"success":true}`}})
	steps := []struct {
		do   func() error
		want map[string]string
	}{
		{func() error { return client.SetDelivery(t.Context(), ads.LevelAdSet, "2", ads.Active) }, map[string]string{"status": "ACTIVE"}},
		{func() error { return client.SetDelivery(t.Context(), ads.LevelAdSet, "2", ads.Paused) }, map[string]string{"status": "PAUSED"}},
		{func() error { return client.SetBudget(t.Context(), "2", usd(6000)) }, map[string]string{"daily_budget": "6000"}},
		{func() error { return client.SetBid(t.Context(), "2", ads.CostCap, usd(1999)) }, map[string]string{"bid_strategy": "COST_CAP", "bid_amount": "1999"}},
		{func() error { return client.SetBid(t.Context(), "2", ads.LowestCost, money.Amount{}) }, map[string]string{"bid_strategy": "LOWEST_COST_WITHOUT_CAP"}},
	}
	for _, s := range steps {
		if err := s.do(); err != nil {
			t.Fatal(err)
		}
		sameForm(t, g.last("POST 2").Form, s.want)
	}
	wantFault(t, client.SetBudget(t.Context(), "2", money.Minor(1, "BRL")), fault.Refused, "currency_mismatch")
	wantFault(t, client.SetBudget(t.Context(), "x/y", usd(1)), fault.Refused, "not_found")
	silent, _ := setup(t, map[string][]string{"POST 2": {`{}`}})
	wantFault(t, silent.SetBudget(t.Context(), "2", usd(6000)), fault.Ambiguous, "bad_answer")
}

// TestClient_Units: Meta counts some currencies in whole units, whatever decimals ISO 4217 gives them.
func TestClient_Units(t *testing.T) {
	t.Parallel()
	cases := []struct {
		amount money.Amount
		units  string
		back   money.Amount
	}{
		{money.Minor(5000, "USD"), "5000", money.Minor(5000, "USD")},
		{money.Minor(5001, "BRL"), "5001", money.Minor(5001, "BRL")},
		{money.Minor(5000, "JPY"), "5000", money.Minor(5000, "JPY")},
		{money.Minor(123400, "COP"), "1234", money.Minor(123400, "COP")},
		{money.Minor(123499, "HUF"), "1234", money.Minor(123400, "HUF")},
		{money.Minor(12345, "KWD"), "1234", money.Minor(12340, "KWD")},
	}
	for _, c := range cases {
		t.Run(c.amount.String(), func(t *testing.T) {
			t.Parallel()
			conf := config()
			conf.Currency = c.amount.Currency()
			client, g := setupWith(t, conf, map[string][]string{"POST 2": {`{"success":true}`}, "GET 2": {`{"id":"2","daily_budget":"` + c.units + `"}`}})
			if err := client.SetBudget(t.Context(), "2", c.amount); err != nil {
				t.Fatal(err)
			}
			if got := g.last("POST 2").Form.Get("daily_budget"); got != c.units {
				t.Errorf("sent %s, want %s", got, c.units)
			}
			e, err := client.Get(t.Context(), ads.LevelAdSet, "2")
			if err != nil || e.Budget != c.back {
				t.Errorf("read %v, %v, want %v", e.Budget, err, c.back)
			}
		})
	}
}

func TestClient_MinimumBudget(t *testing.T) {
	t.Parallel()
	client, _ := setup(t, map[string][]string{"GET act_1234567890/minimum_budgets": {
		`{"data":[{"currency":"BRL","min_daily_budget_imp":566},{"currency":"USD","min_daily_budget_imp":100,"min_daily_budget_low_freq":4000}]}`, `{"data":[]}`,
	}})
	if least, err := client.MinimumBudget(t.Context(), money.USD); err != nil || least != usd(100) {
		t.Errorf("have %v, %v", least, err)
	}
	_, err := client.MinimumBudget(t.Context(), money.USD)
	wantFault(t, err, fault.Refused, "minimum_unknown")
	_, err = client.MinimumBudget(t.Context(), "BRL")
	wantFault(t, err, fault.Refused, "currency_mismatch")
}

func TestClient_Check(t *testing.T) {
	t.Parallel()
	client, _ := setup(t, map[string][]string{"GET act_1234567890": {
		`{"id":"act_1234567890","account_status":1,"currency":"USD"}`,
		`{"id":"act_1234567890","account_status":2,"currency":"USD"}`,
		`{"id":"act_1234567890","account_status":1,"currency":"BRL"}`,
		`400 {"error":{"message":"Session has expired.","code":190,"error_subcode":463}}`,
	}})
	if err := client.Check(t.Context()); err != nil {
		t.Error(err)
	}
	wantFault(t, client.Check(t.Context()), fault.Terminal, "account_disabled")
	wantFault(t, client.Check(t.Context()), fault.Terminal, "currency_mismatch")
	wantFault(t, client.Check(t.Context()), fault.Terminal, "token_expired")
}
