package sources_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/platforms"
	"github.com/agente-ceo/agente-ceo/platforms/httpx"
	"github.com/agente-ceo/agente-ceo/platforms/platformtest"
	"github.com/agente-ceo/agente-ceo/platforms/sources"
)

func amazon(t *testing.T, tokens []string, answers ...string) (*sources.Amazon, *site, *dial) {
	t.Helper()
	s, address := open(t, map[string][]string{tokenPath: tokens, amazonPath: answers})
	clock := &dial{now: time.Date(2026, 11, 23, 15, 0, 0, 0, time.UTC)}
	client, err := sources.NewAmazon(sources.AmazonConfig{BaseURL: address, ClientID: "id", ClientSecret: "secret-key", PartnerTag: "agente-20", Clock: clock}, httpx.New(httpx.Options{}))
	if err != nil {
		t.Fatal(err)
	}
	return client, s, clock
}

// pageOf is an answer with items numbered from first on.
func pageOf(first, n int) string {
	var items []string
	for i := first; i < first+n; i++ {
		items = append(items, fmt.Sprintf(`{"asin":"B%d","itemInfo":{"title":{"displayValue":"Lamp"}},"offersV2":{"listings":[{"price":{"money":{"amount":%d.5,"currency":"USD"}}}]},
			"browseNodeInfo":{"websiteSalesRank":{"salesRank":%d}},"customerReviews":{"count":7,"starRating":{"value":4.25}}}`, i, i, i))
	}
	return `{"searchResult":{"items":[` + strings.Join(items, ",") + `]}}`
}

func TestAmazon_Search_Sample(t *testing.T) {
	t.Parallel()
	var sample struct {
		Request struct {
			JSON    map[string]any
			Headers map[string]string
		}
		Response json.RawMessage
	}
	platformtest.Sample(t, "amazon-creators/search-items.json", &sample)
	client, s, _ := amazon(t, []string{strings.Replace(aToken, "Atc|1", "TOKEN", 1)}, string(sample.Response))
	offers, err := client.Search(t.Context(), "mini projector", "US", 10)
	want := []platforms.Offer{{
		Source: "amazon", Ref: "B0EXAMPLE1", Title: "Mini Projector 1080p", Price: usd(5999), Images: []string{"https://m.media.example.com/x.jpg"}, BestRank: 812, InStock: true,
	}}
	if diff := cmp.Diff(want, offers, sameMoney); diff != "" || err != nil {
		t.Error(diff, err)
	}
	asked := s.of(amazonPath)[0]
	for name, value := range sample.Request.Headers {
		if got := asked.header.Get(name); got != value {
			t.Errorf("header %s is %q, want %q", name, got, value)
		}
	}
	var sent map[string]any
	if err := json.Unmarshal([]byte(asked.body), &sent); err != nil {
		t.Fatal(err)
	}
	sample.Request.JSON["resources"] = append(sample.Request.JSON["resources"].([]any), "customerReviews.starRating", "customerReviews.count")
	if diff := cmp.Diff(sample.Request.JSON, sent); diff != "" {
		t.Error(diff)
	}
}

func TestAmazon_Search(t *testing.T) {
	t.Parallel()
	t.Run("ReadsPageAfterPage", func(t *testing.T) {
		t.Parallel()
		client, s, _ := amazon(t, []string{aToken}, pageOf(1, 10), pageOf(11, 10), pageOf(21, 3))
		offers, err := client.Search(t.Context(), "", "US", 100)
		if err != nil || len(offers) != 23 || offers[22].Ref != "B23" || offers[22].Price != usd(2350) || offers[22].RatingMilli != 4250 || offers[22].Reviews != 7 {
			t.Errorf("%d offers: %v", len(offers), err)
		}
		if calls := s.of(amazonPath); len(calls) != 3 || !strings.Contains(calls[2].body, `"itemPage":3`) || !strings.Contains(calls[0].body, `"keywords":"best sellers"`) {
			t.Errorf("asked %+v", calls)
		}
	})
	t.Run("StopsAtTheLimit", func(t *testing.T) {
		t.Parallel()
		client, s, _ := amazon(t, []string{aToken}, pageOf(1, 10))
		if offers, err := client.Search(t.Context(), "lamp", "US", 15); err != nil || len(offers) != 15 || len(s.of(amazonPath)) != 2 {
			t.Errorf("%d offers of %d pages: %v", len(offers), len(s.of(amazonPath)), err)
		}
	})
	t.Run("AsksTheCountrysStore", func(t *testing.T) {
		t.Parallel()
		for country, store := range map[string]string{"BR": "www.amazon.com.br", "US": "www.amazon.com", "UY": "www.amazon.com"} {
			client, s, _ := amazon(t, []string{aToken}, pageOf(1, 1))
			if _, err := client.Search(t.Context(), "lamp", country, 5); err != nil {
				t.Fatal(err)
			}
			if c := s.of(amazonPath)[0]; c.header.Get("X-Marketplace") != store || !strings.Contains(c.body, `"marketplace":"`+store+`"`) {
				t.Errorf("%s was asked at %s", country, c.header.Get("X-Marketplace"))
			}
		}
	})
	t.Run("LeavesOutWhatIsNotForSale", func(t *testing.T) {
		t.Parallel()
		client, _, _ := amazon(t, []string{aToken}, `{"searchResult":{"items":[{"asin":"B1"},{"asin":"B2","offersV2":{"listings":[{"price":{"money":{"amount":5,"currency":"XXQ"}}}]}},{"asin":"B3","offersV2":{"listings":[{"price":{"money":{"amount":5}}}]}}]}}`)
		if offers, err := client.Search(t.Context(), "lamp", "US", 5); err != nil || len(offers) != 0 {
			t.Errorf("%+v %v", offers, err)
		}
	})
}

func TestAmazon_Tokens(t *testing.T) {
	t.Parallel()
	t.Run("AreAskedForOnceAnHour", func(t *testing.T) {
		t.Parallel()
		client, s, clock := amazon(t, []string{aToken, strings.Replace(aToken, "Atc|1", "Atc|2", 1)}, pageOf(1, 1))
		for _, after := range []time.Duration{0, 58 * time.Minute, 90 * time.Second} {
			clock.turn(after)
			if _, err := client.Search(t.Context(), "lamp", "US", 5); err != nil {
				t.Fatal(err)
			}
		}
		calls := s.of(amazonPath)
		if len(s.of(tokenPath)) != 2 || calls[1].header.Get("Authorization") != "Bearer Atc|1" || calls[2].header.Get("Authorization") != "Bearer Atc|2" {
			t.Errorf("%d tokens; the last call used %q", len(s.of(tokenPath)), calls[2].header.Get("Authorization"))
		}
		var asked map[string]string
		if err := json.Unmarshal([]byte(s.of(tokenPath)[0].body), &asked); err != nil {
			t.Fatal(err)
		}
		want := map[string]string{"grant_type": "client_credentials", "client_id": "id", "client_secret": "secret-key", "scope": "creatorsapi::default"}
		if diff := cmp.Diff(want, asked); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("AreForgottenWhenRefused", func(t *testing.T) {
		t.Parallel()
		client, s, _ := amazon(t, []string{aToken}, `401 {"type":"UnauthorizedException","reason":"TokenExpired"}`, pageOf(1, 1))
		if _, err := client.Search(t.Context(), "lamp", "US", 5); fault.KindOf(err) != fault.Retryable || fault.CodeOf(err) != "token_expired" {
			t.Errorf("a refused token: %v", err)
		}
		if offers, err := client.Search(t.Context(), "lamp", "US", 5); err != nil || len(offers) != 1 || len(s.of(tokenPath)) != 2 {
			t.Errorf("%d offers, %d tokens: %v", len(offers), len(s.of(tokenPath)), err)
		}
	})
	for answer, want := range map[string]struct {
		kind fault.Kind
		code string
	}{
		`401 {"error":"invalid_client","error_description":"Client authentication failed"}`: {fault.Terminal, "token_invalid"},
		`400 {"error":"invalid_scope"}`: {fault.Terminal, "token_invalid"},
		`429 {}`:                        {fault.Retryable, "throttled"},
		`503 busy`:                      {fault.Retryable, "server_error"},
		`<html>`:                        {fault.Retryable, "bad_answer"},
		`{}`:                            {fault.Retryable, "bad_answer"},
	} {
		client, _, _ := amazon(t, []string{answer}, pageOf(1, 1))
		for what, err := range map[string]error{"check": client.Check(t.Context()), "search": second(client.Search(t.Context(), "lamp", "US", 5))} {
			if fault.KindOf(err) != want.kind || fault.CodeOf(err) != want.code {
				t.Errorf("%s with a token service that answers %s: %s %s %v", what, answer, fault.KindOf(err), fault.CodeOf(err), err)
			}
			if err != nil && strings.Contains(err.Error(), "secret-key") {
				t.Errorf("the error tells the secret: %v", err)
			}
		}
	}
}
