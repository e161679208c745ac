package world

import (
	"fmt"
	"strings"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/platforms/sandbox/market"
)

func moneySet(a money.Amount) object {
	one := object{"amount": a.Decimal(), "currency_code": string(a.Currency())}
	return object{"shop_money": one, "presentment_money": one}
}

func address(c market.Customer) object {
	var line2 any
	if c.Line2 != "" {
		line2 = c.Line2
	}
	return object{
		"first_name": c.FirstName, "last_name": c.LastName, "name": c.FirstName + " " + c.LastName, "company": nil, "address1": c.Line1, "address2": line2,
		"city": c.City, "province": c.Province, "province_code": c.ProvinceID, "country": c.Country, "country_code": c.CountryCode, "zip": c.Zip,
		"phone": c.Phone, "latitude": nil, "longitude": nil,
	}
}

// landingSite is the path and query of the ad's link as the visitor came in by it, without the address of the shop.
func landingSite(landing, base string) string {
	site := strings.TrimPrefix(strings.TrimPrefix(landing, base), "/shopify")
	if i := strings.Index(site, "/products/"); i > 0 {
		site = site[i:]
	}
	return site
}

// orderBody is the body of orders/create: the bare order.
func orderBody(o market.Purchase, base string) object {
	c := o.Customer
	at, zero := o.At.Format(time.RFC3339), money.Zero(o.Total.Currency())
	attributes := []object{}
	if c.TaxID != "" {
		attributes = append(attributes, object{"name": "cpf", "value": c.TaxID})
	}
	body := object{
		"id": o.OrderID, "admin_graphql_api_id": fmt.Sprintf("gid://shopify/Order/%d", o.OrderID), "app_id": 580111, "browser_ip": "203.0.113.7",
		"buyer_accepts_marketing": false, "cancel_reason": nil, "cancelled_at": nil, "closed_at": nil, "confirmed": true, "contact_email": c.Email, "email": c.Email, "phone": nil,
		"created_at": at, "processed_at": at, "updated_at": at, "currency": string(o.Total.Currency()), "presentment_currency": string(o.Total.Currency()),
		"customer_locale": c.Locale, "discount_codes": []object{}, "financial_status": "paid", "fulfillment_status": nil,
		"landing_site": landingSite(o.Landing, base), "referring_site": referrer(o.Platform), "name": fmt.Sprintf("#%d", o.Number), "number": o.Number - 1000, "order_number": o.Number,
		"note": nil, "note_attributes": attributes, "payment_gateway_names": []string{"shopify_payments"}, "source_name": "web", "tags": "", "tax_lines": []object{}, "taxes_included": false, "test": false,
		"total_discounts": zero.Decimal(), "total_tax": zero.Decimal(), "total_weight": 240 * o.Quantity, "total_outstanding": zero.Decimal(),
		"total_shipping_price_set": moneySet(zero), "billing_address": address(c), "shipping_address": address(c),
		"customer": object{"id": c.ID, "admin_graphql_api_id": fmt.Sprintf("gid://shopify/Customer/%d", c.ID), "email": c.Email, "first_name": c.FirstName, "last_name": c.LastName,
			"phone": c.Phone, "state": "disabled", "verified_email": true, "tags": "", "currency": string(o.Total.Currency()), "default_address": address(c)},
		"line_items": []object{lineItem(o)}, "refunds": []object{}, "fulfillments": []object{},
		"shipping_lines": []object{{"id": o.OrderID - 1, "title": "Standard", "price": zero.Decimal(), "code": "STANDARD"}},
	}
	for _, name := range []string{"total_price", "current_total_price", "subtotal_price", "current_subtotal_price", "total_line_items_price"} {
		body[name], body[name+"_set"] = o.Total.Decimal(), moneySet(o.Total)
	}
	return body
}

func lineItem(o market.Purchase) object {
	id := derived("line", fmt.Sprint(o.OrderID)) >> 8
	return object{
		"id": id, "admin_graphql_api_id": fmt.Sprintf("gid://shopify/LineItem/%d", id), "product_id": derived("product", o.Handle), "variant_id": derived("variant", o.Handle),
		"title": o.Title, "name": o.Title, "variant_title": nil, "sku": o.Ref, "vendor": "Agente Sandbox", "quantity": o.Quantity, "current_quantity": o.Quantity,
		"fulfillable_quantity": o.Quantity, "fulfillment_service": "manual", "fulfillment_status": nil, "grams": 240, "price": o.Unit.Decimal(), "price_set": moneySet(o.Unit),
		"total_discount": "0.00", "requires_shipping": true, "taxable": true, "gift_card": false, "properties": []object{}, "tax_lines": []object{},
	}
}

func referrer(platform string) string {
	switch platform {
	case market.TikTok:
		return "https://www.tiktok.com/"
	case market.Google:
		return "https://www.google.com/"
	}
	return "https://l.facebook.com/"
}

// refundBody is the body of refunds/create.
func refundBody(o market.Purchase, r market.Refund) object {
	id := derived("refund", fmt.Sprint(o.OrderID))
	line := lineItem(o)
	return object{
		"id": id, "admin_graphql_api_id": fmt.Sprintf("gid://shopify/Refund/%d", id), "order_id": o.OrderID, "created_at": r.At.Format(time.RFC3339), "processed_at": r.At.Format(time.RFC3339),
		"note": "customer request", "user_id": nil, "restock": false, "order_adjustments": []object{}, "duties": []object{},
		"refund_line_items": []object{{"id": id + 1, "line_item_id": line["id"], "quantity": o.Quantity, "subtotal": r.Amount.Decimal(), "subtotal_set": moneySet(r.Amount), "total_tax": 0, "line_item": line}},
		"transactions": []object{{"id": id + 2, "order_id": o.OrderID, "kind": "refund", "status": "success", "gateway": "shopify_payments", "amount": r.Amount.Decimal(),
			"currency": string(r.Amount.Currency()), "created_at": r.At.Format(time.RFC3339)}},
	}
}
