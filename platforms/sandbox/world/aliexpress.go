package world

import (
	"crypto/hmac"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/agente-ceo/agente-ceo/platforms/sandbox/market"
)

// aliClockSkew is how far a request's timestamp may be from now. The real gateway allows minutes; a world whose day lasts a minute must
// allow more.
const aliClockSkew = 4 * time.Hour

// AliExpress is the dropshipping gateway: GET or POST /sync with method=….
func (w *World) AliExpress() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/sync", w.aliSync)
	return w.counted("aliexpress", mux)
}

// aliFault is a gateway error; it travels with HTTP 200.
type aliFault struct{ code, msg string }

// aliCall is one request past the gateway.
type aliCall struct {
	args     url.Values
	simplify bool
}

// list is how the gateway wraps a list: {"name": [...]}, bare when the caller asked to simplify.
func (c aliCall) list(name string, items any) any {
	if c.simplify {
		return items
	}
	return object{name: items}
}

func (w *World) aliSync(rw http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		w.aliFail(rw, aliFault{"InvalidParameter", "The request body cannot be read"})
		return
	}
	methods := map[string]func(aliCall) (any, *aliFault){
		"aliexpress.ds.text.search":        w.aliTextSearch,
		"aliexpress.ds.recommend.feed.get": w.aliFeed,
		"aliexpress.ds.product.get":        w.aliProduct,
		"aliexpress.ds.freight.query":      w.aliFreight,
		"aliexpress.ds.order.create":       w.aliOrderCreate,
		"aliexpress.ds.order.tracking.get": w.aliTracking,
		"aliexpress.trade.ds.order.get":    w.aliOrderGet,
	}
	name := r.Form.Get("method")
	if name == "aliexpress.ds.order.create" && r.Method != http.MethodPost { // stricter than the gateway: what changes something can be told by its verb
		w.aliFail(rw, aliFault{"InvalidHttpMethod", "An order is created by POST"})
		return
	}
	if fault := w.aliGate(r.Form); fault != nil {
		w.aliFail(rw, *fault)
		return
	}
	method, ok := methods[name]
	if !ok {
		w.aliFail(rw, aliFault{"InvalidApiPath", "The specified API path is invalid: " + name})
		return
	}
	call := aliCall{args: r.Form, simplify: r.Form.Get("simplify") == "true"}
	body, fault := method(call)
	if fault != nil {
		w.aliFail(rw, *fault)
		return
	}
	fields := body.(object)
	fields["request_id"] = w.aliRequestID()
	if call.simplify {
		reply(rw, http.StatusOK, fields)
		return
	}
	reply(rw, http.StatusOK, object{strings.ReplaceAll(name, ".", "_") + "_response": fields})
}

func (w *World) aliRequestID() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return fmt.Sprintf("2140%016d", w.calls["aliexpress"])
}

func (w *World) aliFail(rw http.ResponseWriter, f aliFault) {
	reply(rw, http.StatusOK, object{"error_response": object{"type": "ISV", "code": f.code, "msg": f.msg, "request_id": w.aliRequestID()}})
}

// aliGate checks what every call needs, the signature last.
func (w *World) aliGate(args url.Values) *aliFault {
	for _, need := range []string{"method", "app_key", "timestamp", "sign_method", "sign"} {
		if args.Get(need) == "" {
			return &aliFault{"MissingParameter", "The input parameter “" + need + "” that is mandatory for processing this request is not supplied"}
		}
	}
	ms, err := strconv.ParseInt(args.Get("timestamp"), 10, 64)
	switch {
	case args.Get("app_key") != w.secrets.AliExpressKey:
		return &aliFault{"InvalidAppKey", "The specified App Key is invalid"}
	case args.Get("sign_method") != "sha256":
		return &aliFault{"InvalidSignMethod", "The specified sign method is invalid"}
	case err != nil || w.now().Sub(time.UnixMilli(ms)).Abs() > aliClockSkew:
		return &aliFault{"IllegalTimestamp", "The timestamp is illegal or expired"}
	case !hmac.Equal([]byte(AliExpressSign(w.secrets.AliExpressSecret, "", args)), []byte(args.Get("sign"))):
		return &aliFault{"IncompleteSignature", "The request signature does not conform to platform standards"}
	case args.Get("session") != w.secrets.AliExpressSession:
		return &aliFault{"IllegalAccessToken", "The specified access token is invalid or expired"}
	}
	return nil
}

// AliExpressSign is the gateway's signature: upper-case hex HMAC-SHA256 over the path (empty for /sync) and all parameters but sign, sorted,
// each key followed by its value.
func AliExpressSign(secret, path string, args url.Values) string {
	var b strings.Builder
	b.WriteString(path)
	for _, k := range slices.Sorted(maps.Keys(args)) {
		if k != "sign" {
			b.WriteString(k)
			b.WriteString(args.Get(k))
		}
	}
	return fmt.Sprintf("%X", sign(secret, []byte(b.String())))
}

func (c aliCall) require(names ...string) *aliFault {
	for _, n := range names {
		if c.args.Get(n) == "" {
			return &aliFault{"MissingParameter", "The input parameter “" + n + "” that is mandatory for processing this request is not supplied"}
		}
	}
	return nil
}

func (c aliCall) page(index, size string, most int) (offset, limit int, fault *aliFault) {
	i, errIndex := strconv.Atoi(orElse(c.args.Get(index), "1"))
	n, errSize := strconv.Atoi(orElse(c.args.Get(size), "20"))
	if errIndex != nil || errSize != nil || i < 1 || n < 1 || n > most {
		return 0, 0, &aliFault{"InvalidParameter", fmt.Sprintf("%s must be at least 1 and %s 1 to %d", index, size, most)}
	}
	return (i - 1) * n, n, nil
}

// soldText is a sales count as listings print it: 7, 340+, 12,000+.
func soldText(n int64) string {
	if n < 10 {
		return strconv.FormatInt(n, 10)
	}
	unit := int64(10)
	for n/unit >= 100 {
		unit *= 10
	}
	return grouped(strconv.FormatInt(n/unit*unit, 10), ",", ".") + "+"
}

func ratingText(milli int64) string { return strconv.FormatFloat(float64(milli)/1000, 'f', 1, 64) }

func (w *World) aliTextSearch(c aliCall) (any, *aliFault) {
	if fault := c.require("countryCode", "currency"); fault != nil {
		return nil, fault
	}
	offset, limit, fault := c.page("pageIndex", "pageSize", 50)
	if fault != nil {
		return nil, fault
	}
	now := w.now()
	found, total := w.market.Search(now, market.AliExpress, c.args.Get("keyWord"), offset, limit)
	items := []object{}
	for _, p := range found {
		price := p.SupplyAt(now).Price
		was := price.MulRatio(3, 2, 0)
		row := object{
			"itemId": p.Ref, "title": p.TitleOn(market.AliExpress), "itemMainPic": w.imageURL(p), "itemUrl": "//www.aliexpress.com/item/" + p.Ref + ".html",
			"type": "natural", "cateId": strconv.FormatInt(derived(p.Category)%1e9, 10), "orders": soldText(p.Sold), "discount": "33%",
			"salePrice": price.Decimal(), "salePriceCurrency": string(price.Currency()), "originalPrice": was.Decimal(), "originalPriceCurrency": string(price.Currency()),
			"targetSalePrice": price.Decimal(), "targetOriginalPrice": was.Decimal(), "targetOriginalPriceCurrency": string(price.Currency()),
		}
		if p.RatingMilli > 0 {
			row["score"], row["evaluateRate"] = ratingText(p.RatingMilli), fmt.Sprintf("%.1f%%", float64(p.RatingMilli)/50)
		}
		items = append(items, row)
	}
	return object{"code": "200", "msg": "success", "data": object{
		"totalCount": total, "pageIndex": offset/limit + 1, "pageSize": limit, "products": c.list("selection_search_product", items)}}, nil
}

func (w *World) aliFeed(c aliCall) (any, *aliFault) {
	if fault := c.require("feed_name"); fault != nil {
		return nil, fault
	}
	offset, limit, fault := c.page("page_no", "page_size", 50)
	if fault != nil {
		return nil, fault
	}
	now := w.now()
	found, total := w.market.Search(now, market.AliExpress, "", offset, limit)
	items := []object{}
	for _, p := range found {
		price := p.SupplyAt(now).Price
		id, _ := strconv.ParseInt(p.Ref, 10, 64)
		first, second, _ := strings.Cut(p.Category, " > ")
		items = append(items, object{
			"product_id": id, "product_title": p.TitleOn(market.AliExpress), "product_main_image_url": w.imageURL(p), "lastest_volume": p.Sold,
			"target_sale_price": price.Decimal(), "target_sale_price_currency": string(price.Currency()), "sale_price": price.Decimal(),
			"sale_price_currency": string(price.Currency()), "evaluate_rate": fmt.Sprintf("%.1f%%", float64(p.RatingMilli)/50), "ship_to_days": fmt.Sprintf("ship to in %d days", p.ShipDays),
			"first_level_category_name": first, "second_level_category_name": second, "product_detail_url": "https://www.aliexpress.com/item/" + p.Ref + ".html",
		})
	}
	return object{"rsp_code": "200", "rsp_msg": "Call succeeds", "result": object{
		"current_page_no": offset/limit + 1, "current_record_count": len(items), "total_record_count": total, "is_finished": offset+limit >= total,
		"products": c.list("traffic_product_d_t_o", items)}}, nil
}

func (w *World) aliProduct(c aliCall) (any, *aliFault) {
	if fault := c.require("product_id", "ship_to_country"); fault != nil {
		return nil, fault
	}
	now := w.now()
	p, ok := w.market.Product(now, c.args.Get("product_id"))
	if !ok {
		return object{"rsp_code": "605", "rsp_msg": "The product does not exist or cannot be sold in the country"}, nil
	}
	supply := p.SupplyAt(now)
	id, _ := strconv.ParseInt(p.Ref, 10, 64)
	currency := string(supply.Price.Currency())
	base := object{
		"product_id": id, "category_id": derived(p.Category) % 1e9, "category_sequence": p.Category, "subject": p.TitleOn(market.AliExpress), "currency_code": currency,
		"product_status_type": "onSelling", "evaluation_count": strconv.FormatInt(p.Reviews, 10), "sales_count": soldText(p.Sold),
		"detail": "<p>" + p.Description + "</p>", "gmt_create": p.Born.UTC().Format(time.DateTime),
	}
	base["avg_evaluation_rating"] = ratingText(p.RatingMilli)
	sku := object{
		"sku_id": "1200" + p.Ref, "id": "<none>", "sku_attr": "", "sku_price": supply.Price.MulRatio(3, 2, 0).Decimal(), "offer_sale_price": supply.Price.Decimal(),
		"offer_bulk_sale_price": supply.Price.Decimal(), "sku_bulk_order": 1, "sku_available_stock": supply.Units, "sku_stock": supply.InStock, "currency_code": currency,
	}
	return object{"rsp_code": 200, "rsp_msg": "Call succeeds", "result": object{
		"ae_item_base_info_dto": base, "ae_item_sku_info_dtos": c.list("ae_item_sku_info_d_t_o", []object{sku}),
		"ae_multimedia_info_dto": object{"image_urls": w.imageURL(p)},
		"logistics_info_dto":     object{"delivery_time": p.ShipDays, "ship_to_country": c.args.Get("ship_to_country")},
		"package_info_dto":       object{"package_length": 22, "package_width": 16, "package_height": 9, "gross_weight": "0.450", "package_type": false, "product_unit": 100000015},
		"ae_store_info":          object{"store_id": derived(p.Ref) % 1e9, "store_name": "Shop" + strconv.FormatInt(derived(p.Ref)%1e9, 10) + " Store", "shipping_speed_rating": "4.6", "communication_rating": "4.7", "item_as_described_rating": "4.6"},
	}}, nil
}

func (w *World) aliFreight(c aliCall) (any, *aliFault) {
	var req struct {
		ProductID     json.Number `json:"productId"`
		ShipToCountry string      `json:"shipToCountry"`
		Quantity      json.Number `json:"quantity"`
	}
	if err := json.Unmarshal([]byte(c.args.Get("queryDeliveryReq")), &req); err != nil || req.ProductID == "" || req.ShipToCountry == "" {
		return nil, &aliFault{"MissingParameter", "queryDeliveryReq must be JSON with productId, shipToCountry and quantity"}
	}
	p, ok := w.market.Product(w.now(), req.ProductID.String())
	if !ok {
		return object{"result": object{"success": false, "code": 501, "msg": "product not found"}}, nil
	}
	option := object{"code": "CAINIAO_STANDARD", "company": "AliExpress standard shipping", "tracking": true, "free_shipping": p.Shipping.IsZero(),
		"shipping_fee_cent": p.Shipping.Decimal(), "shipping_fee_currency": string(p.Supplier.Currency()), "min_delivery_days": p.ShipDays, "max_delivery_days": p.ShipDays + 6}
	return object{"result": object{"success": true, "code": 200, "msg": "Call succeeds", "delivery_options": c.list("delivery_option_d_t_o", []object{option})}}, nil
}
