package world

import (
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/platforms/sandbox/market"
)

// ShopDomain is the name that the shop signs its webhooks with.
const ShopDomain = "agente-sandbox.myshopify.com"

// shopVersion is the one API version that the shop speaks besides its neighbours of the year.
var shopVersion = regexp.MustCompile(`^20(25-(10)|26-(01|04|07|10))$`)

// shop is the catalogue of the shop.
type shop struct {
	products []*shopProduct
	byHandle map[string]*shopProduct
}

func newShop() shop { return shop{byHandle: map[string]*shopProduct{}} }

type shopProduct struct {
	number                                   int64
	handle, title, body, status, vendor, sku string
	price                                    money.Amount
	images                                   []string
}

func (p *shopProduct) id() string { return fmt.Sprintf("gid://shopify/Product/%d", p.number) }

// Shopify is the shop: its admin API, POST /admin/api/{version}/graphql.json, and its product pages, GET /products/{handle}.
func (w *World) Shopify() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /admin/api/{version}/graphql.json", w.shopAdmin)
	mux.HandleFunc("GET /products/{handle}", w.shopPage)
	return w.counted("shopify", mux)
}

func (w *World) shopPage(rw http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	p := w.shop.byHandle[r.PathValue("handle")]
	w.mu.Unlock()
	if p == nil {
		http.NotFound(rw, r)
		return
	}
	rw.Header().Set("Content-Type", "text/html; charset=utf-8")
	fmt.Fprintf(rw, "<!doctype html><title>%s</title><h1>%s</h1><p>%s %s</p>%s", html.EscapeString(p.title), html.EscapeString(p.title),
		p.price.Decimal(), p.price.Currency(), p.body)
}

func (w *World) shopAdmin(rw http.ResponseWriter, r *http.Request) {
	if !shopVersion.MatchString(r.PathValue("version")) {
		reply(rw, http.StatusNotFound, object{"errors": "Not Found"})
		return
	}
	if r.Header.Get("X-Shopify-Access-Token") != w.secrets.ShopifyToken {
		reply(rw, http.StatusUnauthorized, object{"errors": "[API] Invalid API key or access token (unrecognized login or wrong password)"})
		return
	}
	var in struct {
		Query     string         `json:"query"`
		Variables map[string]any `json:"variables"`
	}
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil || in.Query == "" {
		reply(rw, http.StatusBadRequest, object{"errors": object{"query": "Required parameter missing or invalid"}})
		return
	}
	mutation, fields, err := readGraphQL(in.Query, in.Variables)
	if err != nil {
		gqlError(rw, err)
		return
	}
	data := object{}
	for _, f := range fields {
		value, err := w.shopField(mutation, f)
		if err == nil {
			value, err = project(value, f.fields, f.name)
		}
		if err != nil {
			gqlError(rw, err)
			return
		}
		data[f.alias] = value
	}
	reply(rw, http.StatusOK, object{"data": data, "extensions": object{"cost": object{"requestedQueryCost": 10, "actualQueryCost": 10,
		"throttleStatus": object{"maximumAvailable": 2000.0, "currentlyAvailable": 1990, "restoreRate": 100.0}}}})
}

// gqlError travels with HTTP 200, as all errors of GraphQL.
func gqlError(rw http.ResponseWriter, err error) {
	reply(rw, http.StatusOK, object{"errors": []object{{"message": err.Error(), "extensions": object{"code": "undefinedField"}}}})
}

func (w *World) shopField(mutation bool, f gqlField) (any, error) {
	if mutation {
		switch f.name {
		case "productSet":
			return w.productSet(argObject(f.args, "input"), argObject(f.args, "identifier"))
		case "productCreate":
			input := argObject(f.args, "product")
			if input == nil {
				input = argObject(f.args, "input")
			}
			return w.productCreate(input, f.args["media"])
		case "productVariantsBulkUpdate":
			return w.variantsUpdate(argText(f.args, "productId"), f.args["variants"])
		case "webhookSubscriptionCreate":
			return w.subscribe(argText(f.args, "topic"), argObject(f.args, "webhookSubscription"))
		case "webhookSubscriptionDelete":
			return w.unsubscribe(argText(f.args, "id")), nil
		}
		return nil, fmt.Errorf("field %q doesn't exist on type %q", f.name, "Mutation")
	}
	switch f.name {
	case "shop":
		return object{"id": "gid://shopify/Shop/1", "name": "Agente Sandbox", "currencyCode": string(w.market.Currency()), "myshopifyDomain": ShopDomain,
			"url": "https://" + ShopDomain, "ianaTimezone": "America/Sao_Paulo"}, nil
	case "productByHandle", "productByIdentifier", "product":
		return w.oneProduct(f), nil
	case "products":
		return w.listProducts(argText(f.args, "query"))
	case "orders":
		return w.listOrders(f.args)
	case "webhookSubscriptions":
		return w.subscriptions(), nil
	}
	return nil, fmt.Errorf("field %q doesn't exist on type %q", f.name, "QueryRoot")
}

func argObject(args map[string]any, name string) map[string]any {
	o, _ := args[name].(map[string]any)
	return o
}

func argText(args map[string]any, name string) string {
	s, _ := args[name].(string)
	return s
}

func connection(nodes []object) object {
	edges := make([]object, len(nodes))
	for i, n := range nodes {
		edges[i] = object{"node": n, "cursor": fmt.Sprintf("c%d", i)}
	}
	return object{"nodes": nodes, "edges": edges, "pageInfo": object{"hasNextPage": false, "hasPreviousPage": false, "startCursor": nil, "endCursor": nil}}
}

// node is a product as the API shows it. The caller holds the lock.
func (w *World) node(p *shopProduct) object {
	url := w.base + "/shopify/products/" + p.handle
	variant := object{"id": fmt.Sprintf("gid://shopify/ProductVariant/%d", p.number+1000), "sku": p.sku, "price": p.price.Decimal(), "title": "Default Title",
		"inventoryItem": object{"id": fmt.Sprintf("gid://shopify/InventoryItem/%d", p.number+2000), "sku": p.sku, "tracked": false}}
	return object{"id": p.id(), "legacyResourceId": fmt.Sprint(p.number), "handle": p.handle, "title": p.title, "descriptionHtml": p.body, "status": p.status, "vendor": p.vendor,
		"onlineStoreUrl": url, "onlineStorePreviewUrl": url, "variants": connection([]object{variant})}
}

func (w *World) oneProduct(f gqlField) any {
	w.mu.Lock()
	defer w.mu.Unlock()
	handle, id := argText(f.args, "handle"), argText(f.args, "id")
	if identifier := argObject(f.args, "identifier"); identifier != nil {
		handle, id = argText(identifier, "handle"), argText(identifier, "id")
	}
	for _, p := range w.shop.products {
		if (handle != "" && p.handle == handle) || (id != "" && p.id() == id) {
			return w.node(p)
		}
	}
	return nil
}

var productQuery = regexp.MustCompile(`^(handle|sku|title):\s*['"]?([^'"]+?)['"]?$`)

func (w *World) listProducts(query string) (any, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	m := productQuery.FindStringSubmatch(strings.TrimSpace(query))
	if query != "" && m == nil {
		return nil, fmt.Errorf("products query %q is not understood, want handle:, sku: or title: and a value", query)
	}
	nodes := []object{}
	for _, p := range w.shop.products {
		if m == nil || (m[1] == "handle" && p.handle == m[2]) || (m[1] == "sku" && p.sku == m[2]) || (m[1] == "title" && strings.EqualFold(p.title, m[2])) {
			nodes = append(nodes, w.node(p))
		}
	}
	return connection(nodes[:min(len(nodes), 250)]), nil
}

func userErrors(code, message string, field ...string) []object {
	return []object{{"field": field, "message": message, "code": code}}
}

var handlePattern = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// productSet makes a product, or sets the one that the identifier or the handle names.
func (w *World) productSet(input, identifier map[string]any) (any, error) {
	if input == nil {
		return nil, fmt.Errorf("field 'productSet' is missing required arguments: input")
	}
	p, problem := w.productOf(input)
	if problem != nil {
		return object{"product": nil, "productSetOperation": nil, "userErrors": problem}, nil
	}
	variants, _ := input["variants"].([]any)
	if len(variants) != 1 {
		return object{"product": nil, "productSetOperation": nil, "userErrors": userErrors("INVALID_INPUT", "one variant with a price is expected", "input", "variants")}, nil
	}
	variant, _ := variants[0].(map[string]any)
	if problem := w.setVariant(p, variant); problem != nil {
		return object{"product": nil, "productSetOperation": nil, "userErrors": problem}, nil
	}
	w.mu.Lock()
	old := w.shop.byHandle[p.handle]
	if named := argText(identifier, "handle"); named != "" {
		old = w.shop.byHandle[named]
	}
	if old != nil && identifier == nil && argText(input, "id") != old.id() {
		w.mu.Unlock()
		return object{"product": nil, "productSetOperation": nil, "userErrors": handleTaken(p.handle, "input", "handle")}, nil
	}
	node := w.keep(p, old)
	w.mu.Unlock()
	w.offer(p)
	return object{"product": node, "productSetOperation": nil, "userErrors": []object{}}, nil
}

func handleTaken(handle string, field ...string) []object {
	return userErrors("HANDLE_NOT_UNIQUE", fmt.Sprintf("Handle '%s' already in use. Please provide a new handle.", handle), field...)
}

// productCreate makes a product with one unpriced variant, to be priced by productVariantsBulkUpdate.
func (w *World) productCreate(input map[string]any, media any) (any, error) {
	if input == nil {
		return nil, fmt.Errorf("field 'productCreate' is missing required arguments: product")
	}
	p, problem := w.productOf(input)
	if problem == nil {
		p.price = money.Zero(w.market.Currency())
		p.images = sources(media)
		w.mu.Lock()
		if w.shop.byHandle[p.handle] != nil {
			problem = handleTaken(p.handle, "handle")
		} else {
			node := w.keep(p, nil)
			w.mu.Unlock()
			return object{"product": node, "userErrors": []object{}}, nil
		}
		w.mu.Unlock()
	}
	return object{"product": nil, "userErrors": problem}, nil
}

func (w *World) productOf(input map[string]any) (*shopProduct, []object) {
	p := &shopProduct{title: strings.TrimSpace(argText(input, "title")), handle: argText(input, "handle"), body: argText(input, "descriptionHtml"),
		status: orElse(argText(input, "status"), "ACTIVE"), vendor: argText(input, "vendor"), images: sources(input["files"])}
	if p.handle == "" {
		p.handle = strings.Trim(regexp.MustCompile(`[^a-z0-9]+`).ReplaceAllString(strings.ToLower(p.title), "-"), "-")
	}
	switch {
	case p.title == "":
		return nil, userErrors("BLANK", "Title can't be blank", "input", "title")
	case utf8.RuneCountInString(p.title) > 255:
		return nil, userErrors("TOO_LONG", "Title is too long (maximum is 255 characters)", "input", "title")
	case !handlePattern.MatchString(p.handle) || len(p.handle) > 255:
		return nil, userErrors("INVALID", "Handle is invalid", "input", "handle")
	case p.status != "ACTIVE" && p.status != "DRAFT" && p.status != "ARCHIVED":
		return nil, userErrors("INVALID", "Status is invalid", "input", "status")
	}
	return p, nil
}

func sources(files any) []string {
	list, _ := files.([]any)
	var out []string
	for _, f := range list {
		if file, ok := f.(map[string]any); ok {
			out = append(out, argText(file, "originalSource"))
		}
	}
	return out
}

func (w *World) setVariant(p *shopProduct, v map[string]any) []object {
	text := fmt.Sprint(v["price"])
	price, err := money.Parse(text, w.market.Currency())
	if err != nil || price.Negative() {
		return userErrors("INVALID_PRICE", "Price must be a decimal of the shop's currency", "input", "variants", "0", "price")
	}
	p.price, p.sku = price, argText(v, "sku")
	if item := argObject(v, "inventoryItem"); item != nil && p.sku == "" {
		p.sku = argText(item, "sku")
	}
	return nil
}

// keep stores a product in place of an old one. The caller holds the lock.
func (w *World) keep(p, old *shopProduct) object {
	if old != nil {
		delete(w.shop.byHandle, old.handle)
		p.number = old.number
		*old = *p
		p = old
	} else {
		p.number = 788032119674292000 + int64(len(w.shop.products)) + 1
		w.shop.products = append(w.shop.products, p)
	}
	w.shop.byHandle[p.handle] = p
	return w.node(p)
}

// offer puts an active, priced product on sale in the market.
func (w *World) offer(p *shopProduct) {
	if p.status != "ACTIVE" {
		return
	}
	w.market.List(w.now(), market.Listing{Handle: p.handle, Ref: p.sku, Title: p.title, Price: p.price})
}

func (w *World) variantsUpdate(productID string, variants any) (any, error) {
	list, _ := variants.([]any)
	w.mu.Lock()
	var found *shopProduct
	for _, p := range w.shop.products {
		if p.id() == productID {
			found = p
		}
	}
	if found == nil || len(list) != 1 {
		w.mu.Unlock()
		return object{"product": nil, "productVariants": nil, "userErrors": userErrors("PRODUCT_DOES_NOT_EXIST", "Product does not exist", "productId")}, nil
	}
	variant, _ := list[0].(map[string]any)
	if problem := w.setVariant(found, variant); problem != nil {
		w.mu.Unlock()
		return object{"product": nil, "productVariants": nil, "userErrors": problem}, nil
	}
	node, copied := w.node(found), *found
	w.mu.Unlock()
	w.offer(&copied)
	return object{"product": node, "productVariants": node["variants"].(object)["nodes"], "userErrors": []object{}}, nil
}
