package world

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"regexp"
	"slices"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/money"
)

// change is one version of an order.
type change struct {
	at    time.Time
	order int64
}

func (c change) compare(o change) int {
	return cmp.Or(c.at.Compare(o.at), cmp.Compare(c.order, o.order))
}

// touchOrder notes that an order has a new version. The caller holds the lock.
func (w *World) touchOrder(order int64, at time.Time) {
	w.hooks.orders[order].updated = at
	c := change{at, order}
	i, _ := slices.BinarySearchFunc(w.hooks.changed, c, change.compare)
	w.hooks.changed = slices.Insert(w.hooks.changed, i, c)
}

// ordersQuery is the part of the search syntax that orders are asked for with.
var ordersQuery = regexp.MustCompile(`^updated_at:>='?([0-9TZ:+.-]+)'?$`)

// listOrders lists orders by their latest change, oldest first.
func (w *World) listOrders(args map[string]any) (any, error) {
	first, ok := args["first"].(float64)
	if !ok || first < 1 || first > 250 {
		return nil, fmt.Errorf("you must provide one of first or last, from 1 to 250")
	}
	if key := argText(args, "sortKey"); key != "UPDATED_AT" {
		return nil, fmt.Errorf("orders sorted by %q are not understood, want UPDATED_AT", key)
	}
	m := ordersQuery.FindStringSubmatch(argText(args, "query"))
	if m == nil {
		return nil, fmt.Errorf("orders query %q is not understood, want updated_at:>='TIME'", argText(args, "query"))
	}
	since, err := time.Parse(time.RFC3339, m[1])
	if err != nil {
		return nil, fmt.Errorf("orders query: time %q is invalid", m[1])
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	from := change{at: since}
	if after := argText(args, "after"); after != "" {
		if from, err = readCursor(after); err != nil {
			return nil, err
		}
	}
	i, _ := slices.BinarySearchFunc(w.hooks.changed, from, change.compare)
	return w.ordersFrom(i, int(first)), nil
}

func (w *World) ordersFrom(i, first int) any {
	nodes, end := []object{}, any(nil)
	for ; i < len(w.hooks.changed) && len(nodes) < first; i++ {
		c := w.hooks.changed[i]
		if o := w.hooks.orders[c.order]; o.updated.Equal(c.at) { // an older version is not shown any more
			nodes = append(nodes, w.orderNode(o))
		}
		end = base64.StdEncoding.EncodeToString(fmt.Appendf(nil, "%d %d", c.at.UnixNano(), c.order+1))
	}
	out := connection(nodes)
	out["pageInfo"] = object{"hasNextPage": i < len(w.hooks.changed), "hasPreviousPage": false, "startCursor": nil, "endCursor": end}
	return out
}

func readCursor(text string) (change, error) {
	raw, err := base64.StdEncoding.DecodeString(text)
	var nanos, order int64
	if err == nil {
		_, err = fmt.Sscanf(string(raw), "%d %d", &nanos, &order)
	}
	if err != nil {
		return change{}, fmt.Errorf("cursor %q is invalid", text)
	}
	return change{time.Unix(0, nanos), order}, nil
}

func bag(a money.Amount) object {
	one := object{"amount": a.Decimal(), "currencyCode": string(a.Currency())}
	return object{"shopMoney": one, "presentmentMoney": one}
}

// orderNode is an order as the API shows it: the same order as its webhook's, in other words.
func (w *World) orderNode(o *orderRecord) object {
	c, landing := o.Customer, object{"landingPage": landingSite(o.Landing, w.base)}
	attributes := []object{}
	if c.TaxID != "" {
		attributes = append(attributes, object{"key": "cpf", "value": c.TaxID})
	}
	line := object{"id": fmt.Sprintf("gid://shopify/LineItem/%d", derived("line", fmt.Sprint(o.OrderID))>>8), "title": o.Title, "sku": o.Ref,
		"quantity": o.Quantity, "originalUnitPriceSet": bag(o.Unit)}
	refunds := []object{}
	if o.refunded {
		id := derived("refund", fmt.Sprint(o.OrderID))
		paid := object{"id": fmt.Sprintf("gid://shopify/OrderTransaction/%d", id+2), "kind": "REFUND", "status": "SUCCESS", "amountSet": bag(o.refund.Amount)}
		refunds = append(refunds, object{"id": fmt.Sprintf("gid://shopify/Refund/%d", id), "legacyResourceId": fmt.Sprint(id),
			"createdAt": o.refund.At.Format(time.RFC3339), "totalRefundedSet": bag(o.refund.Amount), "transactions": connection([]object{paid})})
	}
	var line2 any
	if c.Line2 != "" {
		line2 = c.Line2
	}
	return object{
		"id": fmt.Sprintf("gid://shopify/Order/%d", o.OrderID), "legacyResourceId": fmt.Sprint(o.OrderID), "name": fmt.Sprintf("#%d", o.Number),
		"email": c.Email, "phone": nil, "currencyCode": string(o.Total.Currency()), "createdAt": o.At.Format(time.RFC3339),
		"updatedAt": o.updated.Format(time.RFC3339), "cancelledAt": nil, "customerLocale": c.Locale, "test": false, "totalPriceSet": bag(o.Total),
		"customAttributes": attributes, "customerJourneySummary": object{"firstVisit": landing, "lastVisit": landing},
		"customer": object{"id": fmt.Sprintf("gid://shopify/Customer/%d", c.ID), "firstName": c.FirstName, "lastName": c.LastName, "email": c.Email, "phone": c.Phone},
		"shippingAddress": object{"name": c.FirstName + " " + c.LastName, "phone": c.Phone, "address1": c.Line1, "address2": line2, "city": c.City,
			"province": c.Province, "countryCodeV2": c.CountryCode, "zip": c.Zip, "company": nil},
		"lineItems": connection([]object{line}), "refunds": refunds,
	}
}
