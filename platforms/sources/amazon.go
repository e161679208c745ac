package sources

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/platforms"
	"github.com/agente-ceo/agente-ceo/platforms/httpx"
)

// AmazonConfig is an application of the Creators API with credentials of version 3.
type AmazonConfig struct {
	BaseURL      string // of the catalogue
	TokenURL     string // of the token service; empty: BaseURL
	ClientID     string
	ClientSecret httpx.Secret
	PartnerTag   string
	Clock        platforms.Clock
}

// Amazon is the Creators API. Amazon has no official list of best sellers: the sales rank of what a search finds stands for it.
type Amazon struct {
	cfg     AmazonConfig
	catalog *httpx.Service
	tokens  *httpx.Service

	mu      sync.Mutex
	token   httpx.Secret
	expires time.Time
}

// NewAmazon makes a client.
func NewAmazon(cfg AmazonConfig, h *httpx.Client) (*Amazon, error) {
	if cfg.TokenURL == "" {
		cfg.TokenURL = cfg.BaseURL
	}
	catalog, err := h.Service("amazon", cfg.BaseURL, cfg.ClientSecret)
	if err != nil {
		return nil, err
	}
	tokens, err := h.Service("amazon", cfg.TokenURL, cfg.ClientSecret)
	if err != nil {
		return nil, err
	}
	return &Amazon{cfg: cfg, catalog: catalog, tokens: tokens}, nil
}

// Name is how offers name their source.
func (a *Amazon) Name() string { return "amazon" }

const amazonPage = 10 // the most that one call returns

type amazonSearch struct {
	PartnerTag  string   `json:"partnerTag"`
	Marketplace string   `json:"marketplace"`
	Keywords    string   `json:"keywords"`
	ItemCount   int      `json:"itemCount"`
	ItemPage    int      `json:"itemPage"`
	Resources   []string `json:"resources"`
}

var amazonResources = []string{
	"itemInfo.title", "images.primary.large", "offersV2.listings.price", "browseNodeInfo.websiteSalesRank", "customerReviews.starRating", "customerReviews.count",
}

type amazonAnswer struct {
	Result struct {
		Items []struct {
			ASIN string `json:"asin"`
			Info struct {
				Title struct {
					Value string `json:"displayValue"`
				} `json:"title"`
			} `json:"itemInfo"`
			Images struct {
				Primary struct {
					Large struct {
						URL string `json:"url"`
					} `json:"large"`
				} `json:"primary"`
			} `json:"images"`
			Offers struct {
				Listings []struct {
					Price struct {
						Money struct {
							Amount   json.Number `json:"amount"`
							Currency string      `json:"currency"`
						} `json:"money"`
					} `json:"price"`
				} `json:"listings"`
			} `json:"offersV2"`
			Nodes struct {
				Rank struct {
					Rank int64 `json:"salesRank"`
				} `json:"websiteSalesRank"`
			} `json:"browseNodeInfo"`
			Reviews struct {
				Count int64 `json:"count"`
				Stars struct {
					Value json.Number `json:"value"`
				} `json:"starRating"`
			} `json:"customerReviews"`
		} `json:"items"`
	} `json:"searchResult"`
}

// Search reads page after page until limit. Countries without a store of their own are asked at amazon.com.
func (a *Amazon) Search(ctx context.Context, keywords, country string, limit int) ([]platforms.Offer, error) {
	if strings.TrimSpace(keywords) == "" {
		keywords = rising
	}
	store := map[string]string{"BR": "www.amazon.com.br", "MX": "www.amazon.com.mx", "GB": "www.amazon.co.uk", "CA": "www.amazon.ca", "AU": "www.amazon.com.au"}[country]
	if store == "" {
		store = "www.amazon.com"
	}
	var out []platforms.Offer
	for page := 1; page <= 10 && len(out) < limit; page++ {
		answer, err := a.page(ctx, store, keywords, page)
		if err != nil {
			return out, err
		}
		out = append(out, offersOf(answer)...)
		if len(answer.Result.Items) < amazonPage {
			break
		}
	}
	return out[:min(limit, len(out))], nil
}

func (a *Amazon) page(ctx context.Context, store, keywords string, page int) (amazonAnswer, error) {
	var answer amazonAnswer
	token, err := a.bearer(ctx)
	if err != nil {
		return answer, err
	}
	body, err := httpx.JSON(amazonSearch{
		PartnerTag: a.cfg.PartnerTag, Marketplace: store, Keywords: keywords, ItemCount: amazonPage, ItemPage: page, Resources: amazonResources,
	})
	if err != nil {
		return answer, err
	}
	res, err := a.catalog.Do(ctx, httpx.Request{
		Operation: "search", Method: http.MethodPost, Path: "/catalog/v1/searchItems", Body: body,
		Header: http.Header{"Authorization": {"Bearer " + token.Reveal()}, "X-Marketplace": {store}},
	})
	if err != nil {
		return answer, err
	}
	if res.Status == http.StatusUnauthorized {
		a.forget()
		return answer, fault.Retry("token_expired", 0, errors.New("the token of Amazon has expired before its time"))
	}
	if err := a.catalog.StatusFault(res, false, "search Amazon"); err != nil {
		return answer, err
	}
	return answer, a.catalog.Decode(res, false, &answer)
}

func offersOf(answer amazonAnswer) []platforms.Offer {
	var out []platforms.Offer
	for _, item := range answer.Result.Items {
		if len(item.Offers.Listings) == 0 {
			continue // not for sale now
		}
		m := item.Offers.Listings[0].Price.Money
		price, err := money.ParseRounded(m.Amount.String(), money.Currency(m.Currency), money.HalfUp)
		if err != nil || m.Currency == "" || !money.Currency(m.Currency).Valid() {
			continue
		}
		out = append(out, platforms.Offer{
			Source: "amazon", Ref: item.ASIN, Title: item.Info.Title.Value, Price: price, Images: []string{item.Images.Primary.Large.URL},
			BestRank: item.Nodes.Rank.Rank, Reviews: item.Reviews.Count, RatingMilli: thousandths(item.Reviews.Stars.Value), InStock: true,
		})
	}
	return out
}

type tokenRequest struct {
	GrantType    string `json:"grant_type"`
	ClientID     string `json:"client_id"`
	ClientSecret string `json:"client_secret"`
	Scope        string `json:"scope"`
}

// bearer returns a token that lives for another minute at least; tokens live for an hour.
func (a *Amazon) bearer(ctx context.Context) (httpx.Secret, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := a.cfg.Clock.Now()
	if a.token != "" && now.Before(a.expires.Add(-time.Minute)) {
		return a.token, nil
	}
	body, err := httpx.JSON(tokenRequest{GrantType: "client_credentials", ClientID: a.cfg.ClientID, ClientSecret: a.cfg.ClientSecret.Reveal(), Scope: "creatorsapi::default"})
	if err != nil {
		return "", err
	}
	res, err := a.tokens.Do(ctx, httpx.Request{Operation: "token", Method: http.MethodPost, Path: "/auth/o2/token", Body: body})
	if err != nil {
		return "", err
	}
	if err := a.tokens.StatusFault(res, false, "get Amazon's token"); err != nil {
		if fault.KindOf(err) == fault.Refused { // OAuth refuses a client, its grant or its scope with 400: nothing to ask again for
			return "", &fault.Error{Kind: fault.Terminal, Code: "token_invalid", Err: err}
		}
		return "", err
	}
	var answer struct {
		Token   string `json:"access_token"`
		Expires int64  `json:"expires_in"`
	}
	if err := a.tokens.Decode(res, false, &answer); err != nil {
		return "", err
	}
	if answer.Token == "" {
		return "", fault.Retry("bad_answer", 0, errors.New("the answer of Amazon has no token"))
	}
	a.token, a.expires = httpx.Secret(answer.Token), now.Add(time.Duration(answer.Expires)*time.Second)
	return a.token, nil
}

func (a *Amazon) forget() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.token = ""
}

// Check gets a token.
func (a *Amazon) Check(ctx context.Context) error {
	_, err := a.bearer(ctx)
	return err
}
