package world

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/agente-ceo/agente-ceo/platforms/sandbox/market"
)

// Amazon is the Creators API: POST /auth/o2/token and POST /catalog/v1/searchItems.
func (w *World) Amazon() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /auth/o2/token", w.amazonToken)
	mux.HandleFunc("POST /catalog/v1/searchItems", w.amazonSearch)
	return w.counted("amazon", mux)
}

func (w *World) amazonToken(rw http.ResponseWriter, r *http.Request) {
	var in struct {
		GrantType    string `json:"grant_type"`
		ClientID     string `json:"client_id"`
		ClientSecret string `json:"client_secret"`
		Scope        string `json:"scope"`
	}
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		reply(rw, http.StatusBadRequest, object{"error": "invalid_request", "error_description": "The request body must be JSON"})
		return
	}
	switch {
	case in.GrantType != "client_credentials":
		reply(rw, http.StatusBadRequest, object{"error": "unsupported_grant_type", "error_description": "The authorization grant type is not supported"})
	case in.Scope != "creatorsapi::default":
		reply(rw, http.StatusBadRequest, object{"error": "invalid_scope", "error_description": "The requested scope is invalid"})
	case in.ClientID != w.secrets.AmazonClientID || in.ClientSecret != w.secrets.AmazonClientSecret:
		reply(rw, http.StatusUnauthorized, object{"error": "invalid_client", "error_description": "Client authentication failed"})
	default:
		now := w.now()
		token := fmt.Sprintf("Atc|%x", derived("amazon", now.UTC().Format(time.RFC3339Nano)))
		w.mu.Lock()
		for old, end := range w.tokens {
			if end.Before(now) {
				delete(w.tokens, old)
			}
		}
		w.tokens[token] = now.Add(time.Hour)
		w.mu.Unlock()
		reply(rw, http.StatusOK, object{"access_token": token, "token_type": "bearer", "expires_in": 3600, "scope": in.Scope})
	}
}

type amazonQuery struct {
	PartnerTag   string   `json:"partnerTag"`
	Marketplace  string   `json:"marketplace"`
	Keywords     string   `json:"keywords"`
	BrowseNodeID string   `json:"browseNodeId"`
	SearchIndex  string   `json:"searchIndex"`
	SortBy       string   `json:"sortBy"`
	ItemCount    int      `json:"itemCount"`
	ItemPage     int      `json:"itemPage"`
	Resources    []string `json:"resources"`
}

func (w *World) amazonSearch(rw http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	end, known := w.tokens[strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")]
	w.mu.Unlock()
	if !known || !w.now().Before(end) {
		reply(rw, http.StatusUnauthorized, object{"type": "UnauthorizedException", "message": "The access token is invalid or has expired", "reason": "TokenExpired"})
		return
	}
	var q amazonQuery
	decoder := json.NewDecoder(r.Body)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&q); err != nil {
		amazonInvalid(rw, "The request body is not valid: "+err.Error())
		return
	}
	if q.ItemCount == 0 {
		q.ItemCount = 10
	}
	if q.ItemPage == 0 {
		q.ItemPage = 1
	}
	switch {
	case r.Header.Get("x-marketplace") == "":
		amazonInvalid(rw, "Header x-marketplace is missing")
	case q.PartnerTag != w.secrets.AmazonPartnerTag:
		amazonInvalid(rw, "The partner tag is invalid or not mapped to the store of the credentials")
	case q.Keywords == "" && q.BrowseNodeID == "":
		amazonInvalid(rw, "One of keywords, browseNodeId must be given")
	case q.ItemCount < 1 || q.ItemCount > 10 || q.ItemPage < 1 || q.ItemPage > 10:
		amazonInvalid(rw, "itemCount and itemPage must be 1 to 10")
	default:
		reply(rw, http.StatusOK, w.amazonResult(q))
	}
}

func amazonInvalid(rw http.ResponseWriter, message string) {
	reply(rw, http.StatusBadRequest, object{"type": "ValidationException", "message": message, "reason": "FieldValidationFailed"})
}

func (w *World) amazonResult(q amazonQuery) object {
	found, total := w.market.Search(w.now(), market.Amazon, q.Keywords, 0, 100)
	slices.SortStableFunc(found, func(a, b market.Product) int { return int(a.Rank - b.Rank) })
	from := min((q.ItemPage-1)*q.ItemCount, len(found))
	items := []object{}
	for _, p := range found[from:min(from+q.ItemCount, len(found))] {
		items = append(items, w.amazonItem(p, q))
	}
	return object{"searchResult": object{"totalResultCount": total, "items": items,
		"searchURL": "https://www.amazon.com/s?tag=" + q.PartnerTag}}
}

// amazonItem holds the parts that the query's resources ask for, and no others.
func (w *World) amazonItem(p market.Product, q amazonQuery) object {
	asked := func(prefix string) bool {
		return slices.ContainsFunc(q.Resources, func(r string) bool { return strings.HasPrefix(r, prefix) })
	}
	item := object{"asin": p.ASIN, "detailPageURL": "https://www.amazon.com/dp/" + p.ASIN + "?tag=" + q.PartnerTag}
	if asked("itemInfo.title") {
		item["itemInfo"] = object{"title": object{"displayValue": p.TitleOn(market.Amazon), "label": "Title", "locale": "en_US"}}
	}
	if asked("images.primary") {
		item["images"] = object{"primary": object{"large": object{"url": w.imageURL(p), "width": 500, "height": 500}}}
	}
	if asked("offersV2.listings") {
		price := p.Merchants(1)[0].Price
		item["offersV2"] = object{"listings": []object{{"isBuyBoxWinner": true, "availability": object{"type": "IN_STOCK"}, "price": object{"money": object{
			"amount": json.Number(price.Decimal()), "currency": string(price.Currency()), "displayAmount": shown(price)}}}}}
	}
	if asked("browseNodeInfo") {
		_, leaf, _ := strings.Cut(p.Category, " > ")
		info := object{"browseNodes": []object{{"id": strconv.FormatInt(derived(p.Category)%1e10, 10), "displayName": orElse(leaf, p.Category), "salesRank": p.Rank}}}
		if asked("browseNodeInfo.websiteSalesRank") {
			info["websiteSalesRank"] = object{"salesRank": p.Rank}
		}
		item["browseNodeInfo"] = info
	}
	if asked("customerReviews") && p.RatingMilli > 0 {
		item["customerReviews"] = object{"count": p.Reviews, "starRating": object{"value": json.Number(strconv.FormatFloat(float64(p.RatingMilli)/1000, 'f', 1, 64))}}
	}
	return item
}
