package world

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/platforms/sandbox/market"
)

const serpPage = 60 // results on a page of shopping search

// SerpAPI is Google Shopping through SerpApi: GET /search.json?engine=google_shopping.
func (w *World) SerpAPI() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /search.json", w.serpSearch)
	mux.HandleFunc("GET /search", w.serpSearch)
	mux.HandleFunc("GET /account.json", w.serpAccount)
	mux.HandleFunc("GET /account", w.serpAccount)
	return w.counted("serpapi", mux)
}

func (w *World) serpRefuses(rw http.ResponseWriter, q url.Values) bool {
	if q.Get("api_key") == w.secrets.SerpAPIKey {
		return false
	}
	reply(rw, http.StatusUnauthorized, object{"error": "Invalid API key. Your API key should be here: https://serpapi.com/manage-api-key"})
	return true
}

func (w *World) serpAccount(rw http.ResponseWriter, r *http.Request) {
	if w.serpRefuses(rw, r.URL.Query()) {
		return
	}
	reply(rw, http.StatusOK, object{"account_status": "Active", "plan_searches_left": 15000, "searches_per_month": 15000})
}

func (w *World) serpSearch(rw http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if w.serpRefuses(rw, q) {
		return
	}
	switch {
	case q.Get("engine") != "google_shopping":
		reply(rw, http.StatusBadRequest, object{"error": fmt.Sprintf("Unsupported `%s` search engine.", q.Get("engine"))})
		return
	case strings.TrimSpace(q.Get("q")) == "":
		reply(rw, http.StatusBadRequest, object{"error": "Missing query `q` parameter."})
		return
	}
	country := strings.ToLower(q.Get("gl"))
	if country == "" {
		country = "us"
	}
	start, err := strconv.Atoi(orElse(q.Get("start"), "0"))
	if err != nil || start < 0 || len(country) != 2 {
		reply(rw, http.StatusBadRequest, object{"error": "Unsupported value for parameter `start` or `gl`."})
		return
	}
	rows := w.shoppingResults(q.Get("q"), country)
	body := object{
		"search_metadata": object{"id": fmt.Sprintf("%024x", derived(r.URL.RawQuery)), "status": "Success",
			"created_at": w.now().UTC().Format("2006-01-02 15:04:05 UTC"), "processed_at": w.now().UTC().Format("2006-01-02 15:04:05 UTC"), "total_time_taken": 1.2},
		"search_parameters":  object{"engine": "google_shopping", "q": q.Get("q"), "google_domain": "google.com", "gl": country, "hl": orElse(q.Get("hl"), "en")},
		"search_information": object{"shopping_results_state": "Results for exact spelling"},
	}
	if start >= len(rows) {
		body["error"] = "Google hasn't returned any results for this query."
		reply(rw, http.StatusOK, body)
		return
	}
	end := min(start+serpPage, len(rows))
	body["shopping_results"] = rows[start:end]
	if end < len(rows) {
		next := url.Values{"engine": {"google_shopping"}, "q": {q.Get("q")}, "gl": {country}, "start": {strconv.Itoa(end)}}
		body["serpapi_pagination"] = object{"next": "https://serpapi.com/search.json?" + next.Encode()}
	}
	reply(rw, http.StatusOK, body)
}

// shoppingResults lists every shop's offer of what matches: first one offer of each product, then the second of each, and so on.
func (w *World) shoppingResults(query, country string) []object {
	found, _ := w.market.Search(w.now(), market.GoogleShopping, query, 0, 40)
	shops := make([][]market.Merchant, len(found))
	for i, p := range found {
		shops[i] = p.Merchants(12)
	}
	var rows []object
	for round := range 12 {
		for i, p := range found {
			if round < len(shops[i]) {
				rows = append(rows, w.shoppingResult(len(rows)+1, p, shops[i][round], country))
			}
		}
	}
	return rows
}

func (w *World) shoppingResult(position int, p market.Product, shop market.Merchant, country string) object {
	price := shop.Price
	if country == "br" {
		price = market.Convert(price, "BRL")
	}
	row := object{
		"position": position, "title": p.TitleOn(market.GoogleShopping), "product_id": p.GoogleID,
		"product_link": "https://www.google.com/shopping/product/" + p.GoogleID, "source": shop.Name, "multiple_sources": p.Sellers > 1, "number_of_comparisons": soldText(p.Sellers),
		"price": shown(price), "extracted_price": json.Number(price.Decimal()), "thumbnail": w.imageURL(p),
	}
	if p.RatingMilli > 0 {
		row["rating"] = json.Number(strconv.FormatFloat(float64(p.RatingMilli)/1000, 'f', 1, 64))
		row["reviews"] = p.Reviews
	}
	if position%5 == 0 {
		old := price.MulRatio(13, 10, money.HalfUp)
		row["old_price"], row["extracted_old_price"] = shown(old), json.Number(old.Decimal())
	}
	return row
}

// shown is a price as Google prints it: $59.99, R$ 318,47, and other currencies by code; the space is a hard one.
func shown(a money.Amount) string {
	switch a.Currency() {
	case "USD":
		return "$" + grouped(a.Decimal(), ",", ".")
	case "BRL":
		return "R$\u00a0" + grouped(a.Decimal(), ".", ",")
	}
	return string(a.Currency()) + "\u00a0" + grouped(a.Decimal(), ",", ".")
}

func grouped(decimal, group, point string) string {
	whole, fraction, has := strings.Cut(decimal, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + group + whole[i:]
	}
	if has {
		return whole + point + fraction
	}
	return whole
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}
