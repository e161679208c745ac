package world_test

import (
	"bytes"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestSerpAPI(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var page struct {
		Error   string
		Results []struct {
			Title, Source, Price, Thumbnail string
			ProductID                       string  `json:"product_id"`
			Extracted                       float64 `json:"extracted_price"`
			Position                        int
		} `json:"shopping_results"`
		Next struct{ Next string } `json:"serpapi_pagination"`
	}
	for target, want := range map[string]int{
		"/search.json?engine=google_shopping&q=x&api_key=wrong":                 401,
		"/search.json?engine=google&q=x&api_key=" + b.secret.SerpAPIKey:         400,
		"/search.json?engine=google_shopping&q=&api_key=" + b.secret.SerpAPIKey: 400,
	} {
		if got := b.call(b.world.SerpAPI(), "GET", target, nil, "", &page); got != want || page.Error == "" {
			t.Errorf("%s answered %d %q, want %d and an error", target, got, page.Error, want)
		}
	}
	page.Error = ""
	q := "/search.json?engine=google_shopping&gl=%s&q=trending+products&api_key=" + b.secret.SerpAPIKey
	b.call(b.world.SerpAPI(), "GET", fmt.Sprintf(q, "us"), nil, "", &page)
	if len(page.Results) != 60 || page.Next.Next == "" || !strings.HasPrefix(page.Results[0].Price, "$") || page.Results[0].Extracted <= 0 {
		t.Fatalf("page has %d results, next %q, first %+v", len(page.Results), page.Next.Next, page.Results[0])
	}
	usd := page.Results[0].Extracted
	b.call(b.world.SerpAPI(), "GET", fmt.Sprintf(q, "br"), nil, "", &page)
	if first := page.Results[0]; !strings.HasPrefix(first.Price, "R$\u00a0") || first.Extracted < 4*usd {
		t.Errorf("in Brazil it costs %s (%v), in the States %v", first.Price, first.Extracted, usd)
	}
}

func TestAmazon_TokenLastsAnHour(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.world.Amazon()
	var token struct {
		Access string `json:"access_token"`
		Error  string
	}
	body := `{"grant_type":"client_credentials","client_id":%q,"client_secret":%q,"scope":"creatorsapi::default"}`
	if code := b.call(h, "POST", "/auth/o2/token", nil, fmt.Sprintf(body, b.secret.AmazonClientID, "no"), &token); code != 401 || token.Error != "invalid_client" {
		t.Errorf("wrong secret: %d %+v", code, token)
	}
	b.call(h, "POST", "/auth/o2/token", nil, fmt.Sprintf(body, b.secret.AmazonClientID, b.secret.AmazonClientSecret), &token)
	var found struct {
		Result struct {
			Items []struct {
				ASIN     string
				ItemInfo struct{ Title struct{ DisplayValue string } }
				Offers   struct {
					Listings []struct {
						Price struct{ Money struct{ Amount float64 } }
					}
				} `json:"offersV2"`
				Images any
			}
		} `json:"searchResult"`
		Type string
	}
	search := `{"partnerTag":"agente-20","keywords":"best sellers","itemCount":10,"resources":["itemInfo.title","offersV2.listings.price"]}`
	header := map[string]string{"Authorization": "Bearer " + token.Access, "x-marketplace": "www.amazon.com"}
	if code := b.call(h, "POST", "/catalog/v1/searchItems", header, search, &found); code != 200 || len(found.Result.Items) != 10 {
		t.Fatalf("search answered %d with %d items", code, len(found.Result.Items))
	}
	if i := found.Result.Items[0]; len(i.ASIN) != 10 || i.ItemInfo.Title.DisplayValue == "" || i.Offers.Listings[0].Price.Money.Amount <= 0 || i.Images != nil {
		t.Errorf("first item: %+v", i)
	}
	b.now = b.now.Add(time.Hour)
	if code := b.call(h, "POST", "/catalog/v1/searchItems", header, search, &found); code != 401 || found.Type != "UnauthorizedException" {
		t.Errorf("after an hour: %d %q", code, found.Type)
	}
}

func TestImages_SamePictureForTheSameProduct(t *testing.T) {
	t.Parallel()
	b := setup(t)
	get := func(path string) []byte {
		rec := httptest.NewRecorder()
		b.world.Images().ServeHTTP(rec, httptest.NewRequest("GET", path, nil))
		if rec.Code != 200 {
			return nil
		}
		return rec.Body.Bytes()
	}
	a := get("/1005006000000001.png")
	if !bytes.HasPrefix(a, []byte("\x89PNG")) || !bytes.Equal(a, get("/1005006000000001.png")) || bytes.Equal(a, get("/1005006000000002.png")) {
		t.Error("pictures are not one per product")
	}
	if get("/../secret.png") != nil || get("/x.gif") != nil {
		t.Error("a name that is no product's was answered")
	}
}
