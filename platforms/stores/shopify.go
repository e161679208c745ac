package stores

import (
	"context"
	"fmt"
	"html"
	"net/http"
	"strings"

	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/platforms"
	"github.com/agente-ceo/agente-ceo/platforms/httpx"
)

// shopifyVersion is the quarterly version of the Admin API that this client was written for; each lives for twelve months.
const shopifyVersion = "2026-07"

// Shopify makes product pages through the Admin GraphQL API.
type Shopify struct {
	service *httpx.Service
	token   httpx.Secret
	shopURL string
	// webhooks is our address that the shop tells of orders; empty where we do not know it, and then nothing is subscribed.
	webhooks string
}

// TellAt names our address for webhooks.
func (s *Shopify) TellAt(webhooks string) { s.webhooks = webhooks }

// NewShopify makes a client. shopURL is where customers see the shop; empty takes what the API calls the page's address.
func NewShopify(baseURL, shopURL string, token httpx.Secret, h *httpx.Client) (*Shopify, error) {
	service, err := h.Service("shopify", baseURL, token)
	if err != nil {
		return nil, err
	}
	return &Shopify{service: service, token: token, shopURL: strings.TrimSuffix(shopURL, "/")}, nil
}

type graphQL struct {
	Query     string `json:"query"`
	Variables any    `json:"variables,omitempty"`
}

type graphError struct {
	Message    string `json:"message"`
	Extensions struct {
		Code string `json:"code"`
	} `json:"extensions"`
}

// do sends one document. Everything that this client sends is safe to repeat, so a lost answer is Retryable.
func (s *Shopify) do(ctx context.Context, operation, document string, variables, into any) error {
	body, err := httpx.JSON(graphQL{Query: document, Variables: variables})
	if err != nil {
		return err
	}
	res, err := s.service.Do(ctx, httpx.Request{
		Operation: operation, Method: http.MethodPost, Path: "/admin/api/" + shopifyVersion + "/graphql.json",
		Header: http.Header{"X-Shopify-Access-Token": {s.token.Reveal()}}, Body: body,
	})
	if err != nil {
		return err
	}
	if err := s.service.StatusFault(res, false, operation); err != nil {
		return err
	}
	var failed struct {
		Errors []graphError `json:"errors"`
	}
	if err := s.service.Decode(res, false, &failed); err != nil {
		return err
	}
	if len(failed.Errors) > 0 {
		return graphFault(failed.Errors[0])
	}
	return s.service.Decode(res, false, into)
}

func graphFault(e graphError) error {
	switch e.Extensions.Code {
	case "THROTTLED":
		return fault.Retry("throttled", 0, fmt.Errorf("Shopify: %s", e.Message))
	case "ACCESS_DENIED":
		return fault.Stop("permission_denied", "Shopify: %s", e.Message)
	case "INTERNAL_SERVER_ERROR":
		return fault.Retry("server_error", 0, fmt.Errorf("Shopify: %s", e.Message))
	}
	return fault.Refuse("rejected", "Shopify: %s", e.Message)
}

const setProduct = `mutation($identifier: ProductSetIdentifiers, $input: ProductSetInput!) {
  productSet(synchronous: true, identifier: $identifier, input: $input) {
    product { id handle onlineStoreUrl }
    userErrors { field message code }
  }
}`

type setVariables struct {
	Identifier handleOnly   `json:"identifier"`
	Input      productInput `json:"input"`
}

type handleOnly struct {
	Handle string `json:"handle"`
}

type productInput struct {
	Handle      string          `json:"handle"`
	Title       string          `json:"title"`
	Description string          `json:"descriptionHtml"`
	Status      string          `json:"status"`
	Options     []productOption `json:"productOptions"`
	Variants    []variantInput  `json:"variants"`
	Files       []fileInput     `json:"files,omitempty"`
}

type productOption struct {
	Name   string       `json:"name"`
	Values []optionName `json:"values"`
}

type optionName struct {
	Name string `json:"name"`
}

type variantInput struct {
	Options   []variantOption `json:"optionValues"`
	Price     string          `json:"price"`
	SKU       string          `json:"sku"`
	Inventory inventoryItem   `json:"inventoryItem"`
}

type variantOption struct {
	Option string `json:"optionName"`
	Name   string `json:"name"`
}

type inventoryItem struct {
	Tracked bool `json:"tracked"`
}

type fileInput struct {
	Source string `json:"originalSource"`
	Kind   string `json:"contentType"`
}

// Publish makes the product's page, or sets the one that exists: the handle is made of key, so a repeat finds it. The supplier's
// reference becomes the SKU, by which orders find their way back.
func (s *Shopify) Publish(ctx context.Context, key, title, description, supplierRef string, price money.Amount, images []string) (platforms.Listing, error) {
	handle := Handle(key)
	in := setVariables{Identifier: handleOnly{Handle: handle}, Input: productInput{
		Handle: handle, Title: clip(title, 255), Description: "<p>" + html.EscapeString(description) + "</p>", Status: "ACTIVE",
		Options:  []productOption{{Name: "Title", Values: []optionName{{Name: "Default Title"}}}},
		Variants: []variantInput{{Options: []variantOption{{Option: "Title", Name: "Default Title"}}, Price: price.Decimal(), SKU: supplierRef}},
	}}
	for _, image := range images {
		in.Input.Files = append(in.Input.Files, fileInput{Source: image, Kind: "IMAGE"})
	}
	var answer struct {
		Data struct {
			Set struct {
				Product *struct {
					ID     string `json:"id"`
					Handle string `json:"handle"`
					URL    string `json:"onlineStoreUrl"`
				} `json:"product"`
				Errors []struct {
					Message string `json:"message"`
					Code    string `json:"code"`
				} `json:"userErrors"`
			} `json:"productSet"`
		} `json:"data"`
	}
	if err := s.do(ctx, "publish_product", setProduct, in, &answer); err != nil {
		return platforms.Listing{}, err
	}
	set := answer.Data.Set
	if len(set.Errors) > 0 {
		return platforms.Listing{}, fault.Refuse("rejected", "Shopify: %s (%s)", set.Errors[0].Message, set.Errors[0].Code)
	}
	if set.Product == nil {
		return platforms.Listing{}, fault.Retry("bad_answer", 0, fmt.Errorf("Shopify answered without a product"))
	}
	url := set.Product.URL
	if s.shopURL != "" {
		url = s.shopURL + "/products/" + set.Product.Handle
	}
	if url == "" {
		return platforms.Listing{}, fault.Refuse("not_published", "Shopify keeps the product off the online store: publish the app's sales channel, or set SHOP_URL")
	}
	return platforms.Listing{ID: set.Product.ID, URL: url}, nil
}

// Handle is the page's name for one of our product ids.
func Handle(key string) string { return strings.ReplaceAll(strings.ToLower(key), "_", "-") }

// Check reads the shop's name.
func (s *Shopify) Check(ctx context.Context) error {
	var answer struct {
		Data struct {
			Shop struct {
				Name string `json:"name"`
			} `json:"shop"`
		} `json:"data"`
	}
	return s.do(ctx, "check", `query { shop { name } }`, nil, &answer)
}

func clip(s string, n int) string {
	runes := []rune(s)
	if len(runes) <= n {
		return s
	}
	return string(runes[:n])
}
