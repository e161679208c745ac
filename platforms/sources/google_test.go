package sources_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/platforms"
	"github.com/agente-ceo/agente-ceo/platforms/httpx"
	"github.com/agente-ceo/agente-ceo/platforms/platformtest"
	"github.com/agente-ceo/agente-ceo/platforms/sources"
)

func google(t *testing.T, answers ...string) (*sources.Google, *site) {
	t.Helper()
	s, address := open(t, map[string][]string{googlePath: answers, "/account.json": answers})
	client, err := sources.NewGoogle(address, "secret-key", httpx.New(httpx.Options{}))
	if err != nil {
		t.Fatal(err)
	}
	return client, s
}

func TestGoogle_Search_Sample(t *testing.T) {
	t.Parallel()
	var sample json.RawMessage
	platformtest.Sample(t, "serpapi/google-shopping.response.json", &sample)
	client, _ := google(t, string(sample))
	offers, err := client.Search(t.Context(), "mini projector", "US", 10)
	want := []platforms.Offer{{
		Source: "google_shopping", Ref: "1234567890123456789", Title: "Mini Projector 1080p", Price: usd(5999), Images: []string{"https://img.example.com/t.jpg"},
		RatingMilli: 4500, Reviews: 1200, Sellers: 1, InStock: true,
	}}
	if diff := cmp.Diff(want, offers, sameMoney); diff != "" || err != nil {
		t.Error(diff, err)
	}
}

func TestGoogle_Search_Asks(t *testing.T) {
	t.Parallel()
	for keywords, want := range map[string]string{"": "best sellers", "  ": "best sellers", "mini projector & lamp": "mini projector & lamp"} {
		client, s := google(t, `{"shopping_results":[]}`)
		if _, err := client.Search(t.Context(), keywords, "BR", 10); err != nil {
			t.Fatal(err)
		}
		got := s.of(googlePath)[0].query
		expected := map[string][]string{"engine": {"google_shopping"}, "q": {want}, "gl": {"br"}, "hl": {"en"}, "api_key": {"secret-key"}}
		if diff := cmp.Diff(expected, got); diff != "" {
			t.Error(diff)
		}
	}
}

// TestGoogle_Search_Merges: the same product from several shops is one offer with the middle price.
func TestGoogle_Search_Merges(t *testing.T) {
	t.Parallel()
	client, _ := google(t, `{"shopping_results":[
		{"product_id":"1","title":"Lamp","price":"$30.00","extracted_price":30},
		{"product_id":"2","title":"Mug","price":"$5.00","extracted_price":5,"number_of_comparisons":"1,250+"},
		{"product_id":"1","title":"Lamp","price":"$10.00","extracted_price":10},
		{"product_id":"1","title":"Lamp","price":"$20.00","extracted_price":20.004},
		{"product_id":"3","title":"Toy","price":"$7.00","extracted_price":7},
		{"product_id":"","title":"No id","price":"$7.00","extracted_price":7}]}`)
	offers, err := client.Search(t.Context(), "x", "US", 2)
	if err != nil || len(offers) != 2 {
		t.Fatalf("%+v %v", offers, err)
	}
	if o := offers[0]; o.Ref != "1" || o.Price != usd(2000) || o.Sellers != 3 {
		t.Errorf("three shops: %+v", o)
	}
	if o := offers[1]; o.Ref != "2" || o.Price != usd(500) || o.Sellers != 1250 {
		t.Errorf("a comparison: %+v", o)
	}
}

func TestGoogle_Search_Currencies(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		shown, extracted, country string
		want                      money.Amount
	}{
		{"$59.99", "59.99", "US", usd(5999)},
		{"$59.99", "59.99", "JP", usd(5999)},
		{"$59.99", "59.99", "CA", money.Minor(5999, "CAD")},
		{"R$\u00a0318,47", "318.47", "BR", money.Minor(31847, "BRL")},
		{"R$ 318,47", "318.47", "US", money.Minor(31847, "BRL")},
		{"EUR\u00a049.90", "49.9", "US", money.Minor(4990, "EUR")},
		{"£20.00", "20", "GB", money.Minor(2000, "GBP")},
	} {
		client, _ := google(t, `{"shopping_results":[{"product_id":"1","title":"Lamp","price":"`+c.shown+`","extracted_price":`+c.extracted+`}]}`)
		offers, err := client.Search(t.Context(), "lamp", c.country, 5)
		if err != nil || len(offers) != 1 || offers[0].Price != c.want {
			t.Errorf("%s in %s: %+v %v, want %v", c.shown, c.country, offers, err, c.want)
		}
	}
	client, _ := google(t, `{"shopping_results":[{"product_id":"1","title":"Lamp","price":"¥5,000","extracted_price":5000}]}`)
	if offers, err := client.Search(t.Context(), "lamp", "JP", 5); err != nil || len(offers) != 0 {
		t.Errorf("a price in an unknown currency: %+v %v", offers, err)
	}
}

func TestGoogle_Search_Refusals(t *testing.T) {
	t.Parallel()
	client, _ := google(t, `{"error":"Google hasn't returned any results for this query."}`)
	if offers, err := client.Search(t.Context(), "zzz", "US", 5); err != nil || len(offers) != 0 {
		t.Errorf("nothing found: %+v %v", offers, err)
	}
	client, _ = google(t, `{"error":"Unsupported value for parameter gl."}`)
	if _, err := client.Search(t.Context(), "lamp", "XX", 5); fault.KindOf(err) != fault.Refused {
		t.Errorf("a refused question: %v", err)
	}
	client, _ = google(t, `401 {"error":"Invalid API key."}`)
	for what, err := range map[string]error{"check": client.Check(t.Context()), "search": second(client.Search(t.Context(), "lamp", "US", 5))} {
		if fault.KindOf(err) != fault.Terminal || fault.CodeOf(err) != "token_invalid" {
			t.Errorf("%s with a wrong key: %v", what, err)
		}
	}
}

func second[T any](_ T, err error) error { return err }
