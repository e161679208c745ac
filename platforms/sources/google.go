// Package sources looks for products where they are shown but cannot be ordered from: Google Shopping through SerpApi, Amazon's best
// sellers through the Creators API, and TikTok's trending hashtags.
package sources

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/platforms"
	"github.com/agente-ceo/agente-ceo/platforms/httpx"
)

// rising is what is asked of a source that cannot be asked for nothing in particular.
const rising = "best sellers"

// Google is Google Shopping, read through SerpApi's dialect.
type Google struct {
	service *httpx.Service
	key     httpx.Secret
}

// NewGoogle makes a client.
func NewGoogle(baseURL string, key httpx.Secret, h *httpx.Client) (*Google, error) {
	service, err := h.Service("serpapi", baseURL, key)
	if err != nil {
		return nil, err
	}
	return &Google{service: service, key: key}, nil
}

// Name is how offers name their source.
func (g *Google) Name() string { return "google_shopping" }

type shoppingAnswer struct {
	Error   string `json:"error"`
	Results []struct {
		Title     string      `json:"title"`
		ID        string      `json:"product_id"`
		Price     string      `json:"price"`
		Extracted json.Number `json:"extracted_price"`
		Rating    json.Number `json:"rating"`
		Reviews   int64       `json:"reviews"`
		Thumbnail string      `json:"thumbnail"`
		Shops     string      `json:"number_of_comparisons"` // "250+", where Google compares prices
	} `json:"shopping_results"`
}

// Search reads the first page. Several shops sell the same product: they become one offer with the middle price and their number.
func (g *Google) Search(ctx context.Context, keywords, country string, limit int) ([]platforms.Offer, error) {
	if strings.TrimSpace(keywords) == "" {
		keywords = rising
	}
	query := url.Values{"engine": {"google_shopping"}, "q": {keywords}, "gl": {strings.ToLower(country)}, "hl": {"en"}, "api_key": {g.key.Reveal()}}
	res, err := g.service.Do(ctx, httpx.Request{Operation: "search", Method: http.MethodGet, Path: "/search.json", Query: query})
	if err != nil {
		return nil, err
	}
	if err := g.service.StatusFault(res, false, "search Google Shopping"); err != nil {
		return nil, err
	}
	var answer shoppingAnswer
	if err := g.service.Decode(res, false, &answer); err != nil {
		return nil, err
	}
	if len(answer.Results) == 0 && answer.Error != "" && !strings.Contains(answer.Error, "hasn't returned any results") {
		return nil, fault.Refuse("rejected", "SerpApi: %s", answer.Error)
	}
	return merge(answer, country, limit), nil
}

// merge makes one offer of each product id, in the order of first appearance.
func merge(answer shoppingAnswer, country string, limit int) []platforms.Offer {
	var order []string
	byID := map[string]*platforms.Offer{}
	prices := map[string][]money.Amount{}
	for _, r := range answer.Results {
		price, ok := priceOf(r.Price, r.Extracted, country)
		if !ok || r.ID == "" {
			continue // without a price it says nothing about the market
		}
		if byID[r.ID] == nil {
			order = append(order, r.ID)
			byID[r.ID] = &platforms.Offer{
				Source: "google_shopping", Ref: r.ID, Title: r.Title, Images: []string{r.Thumbnail}, RatingMilli: thousandths(r.Rating), Reviews: r.Reviews, InStock: true,
			}
		}
		byID[r.ID].Sellers = max(byID[r.ID].Sellers+1, countOf(r.Shops))
		prices[r.ID] = append(prices[r.ID], price)
	}
	out := make([]platforms.Offer, 0, len(order))
	for _, productID := range order[:min(limit, len(order))] {
		offer := *byID[productID]
		offer.Price = median(prices[productID])
		out = append(out, offer)
	}
	return out
}

// priceOf takes the number that SerpApi extracted and the currency that the shown price has, else the country's.
func priceOf(shown string, extracted json.Number, country string) (money.Amount, bool) {
	currency := map[string]money.Currency{"BR": "BRL", "US": "USD", "PT": "EUR", "GB": "GBP", "CA": "CAD", "MX": "MXN", "AU": "AUD"}[country]
	switch {
	case strings.HasPrefix(shown, "R$"):
		currency = "BRL"
	case strings.HasPrefix(shown, "$") && currency == "":
		currency = "USD"
	}
	if code := strings.Fields(strings.ReplaceAll(shown, "\u00a0", " ")); len(code) == 2 && money.Currency(code[0]).Valid() {
		currency = money.Currency(code[0])
	}
	price, err := money.ParseRounded(extracted.String(), currency, money.HalfUp)
	return price, err == nil && currency != "" && currency.Valid() && price.Positive()
}

func median(prices []money.Amount) money.Amount {
	sorted := append([]money.Amount(nil), prices...)
	for i := 1; i < len(sorted); i++ {
		for j := i; j > 0 && sorted[j].Currency() == sorted[j-1].Currency() && sorted[j].Less(sorted[j-1]); j-- {
			sorted[j], sorted[j-1] = sorted[j-1], sorted[j]
		}
	}
	return sorted[len(sorted)/2]
}

// countOf reads "250+" and "12"; what is no number is 0.
func countOf(s string) int64 {
	n, err := strconv.ParseInt(strings.TrimSuffix(strings.ReplaceAll(s, ",", ""), "+"), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

func thousandths(n json.Number) int64 {
	a, err := money.ParseRounded(n.String(), "KWD", money.HalfUp) // a currency of three decimals: exact thousandths
	if err != nil {
		return 0
	}
	return a.Minor()
}

// Check reads the plan's state.
func (g *Google) Check(ctx context.Context) error {
	res, err := g.service.Do(ctx, httpx.Request{Operation: "check", Method: http.MethodGet, Path: "/account.json", Query: url.Values{"api_key": {g.key.Reveal()}}})
	if err != nil {
		return err
	}
	return g.service.StatusFault(res, false, "read the SerpApi account")
}
