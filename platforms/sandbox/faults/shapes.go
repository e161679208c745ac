package faults

import (
	"bytes"
	"encoding/json"
	"math/big"
	"regexp"
	"strings"
)

// spoil is what becomes of an answer; false when the fault does not apply to it.
func (p *Plan) spoil(f Fault, text string, status int, body []byte) ([]byte, bool) {
	switch f.Kind {
	case "":
		return body, false
	case MalformedJSON:
		return append(append([]byte{}, body...), `,"and":{[`...), true
	case TruncatedBody:
		return body[:len(body)/2], len(body) > 1
	case EmptyBody:
		return nil, true
	case HTML:
		return []byte(page), true
	case WrongType:
		return body, true
	case StaleStatus, FrozenMetrics:
		return p.recall(text, body)
	}
	if status > 299 {
		return body, false
	}
	tree, err := decode(body)
	if err != nil {
		return body, false
	}
	edited := &edit{fault: f, service: serviceOf(pathOf(text)), young: p.young(f)}
	tree = edited.walk("", tree)
	if edited.changes == 0 {
		return body, false
	}
	out, err := json.Marshal(tree)
	if err != nil {
		return body, false
	}
	return out, true
}

func decode(body []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var tree any
	err := d.Decode(&tree)
	return tree, err
}

func pathOf(text string) string {
	_, rest, _ := strings.Cut(text, " ")
	return rest
}

// edit changes one answer, depth first.
type edit struct {
	fault   Fault
	service string
	young   map[string]bool // ids that a lagging list does not show
	changes int
}

func (e *edit) walk(name string, v any) any {
	switch v := v.(type) {
	case map[string]any:
		for key, inner := range v {
			v[key] = e.walk(key, inner)
		}
		e.object(v)
		return v
	case []any:
		for i := range v {
			v[i] = e.walk(name, v[i])
		}
		return e.list(name, v)
	}
	return e.value(name, v)
}

// idNames are the fields in which services give ids, unless a script names another.
var idNames = map[string]bool{
	"id": true, "campaign_id": true, "adgroup_id": true, "ad_id": true, "ad_ids": true, "image_id": true, "resourceName": true, "ad_account_id": true, "product_id": true, "itemId": true, "hash": true,
}

func (e *edit) concerns(name string) bool {
	if e.fault.Field != "" {
		return name == e.fault.Field
	}
	return idNames[name]
}

func (e *edit) object(v map[string]any) {
	switch e.fault.Kind {
	case DroppedField, NullField, WrongValue:
		for key := range v {
			if e.concerns(key) {
				e.field(v, key)
			}
		}
	case CursorLoop:
		e.loop(v)
	case Disapproved:
		e.disapprove(v)
	case PageVanished:
		for _, key := range []string{"productByIdentifier", "productByHandle", "product"} {
			if v[key] != nil {
				v[key] = nil
				e.changes++
			}
		}
	}
}

func (e *edit) field(v map[string]any, key string) {
	e.changes++
	switch e.fault.Kind {
	case DroppedField:
		delete(v, key)
	case NullField:
		v[key] = nil
	default:
		v[key] = map[string]any{"unexpected": []any{v[key]}}
	}
}

// loop makes every page say that another one follows it, under the same cursor.
func (e *edit) loop(v map[string]any) {
	if data, ok := v["data"].([]any); ok && e.service == "meta" && len(data) > 0 {
		v["paging"] = map[string]any{"cursors": map[string]any{"before": "LOOP", "after": "LOOP"}, "next": "https://graph.facebook.com/loop"}
		e.changes++
	}
	if info, ok := v["page_info"].(map[string]any); ok {
		info["total_page"], info["total_number"] = json.Number("1000000"), json.Number("100000000")
		e.changes++
	}
	if _, ok := v["results"].([]any); ok && e.service == "google" {
		v["nextPageToken"] = "LOOP"
		e.changes++
	}
}

// disapprove makes ads that run read as refused by the platform's review.
func (e *edit) disapprove(v map[string]any) {
	for key, refused := range map[string]string{"effective_status": "DISAPPROVED", "secondary_status": "AD_STATUS_AUDIT_DENY", "approvalStatus": "DISAPPROVED"} {
		if _, ok := v[key].(string); ok {
			v[key] = refused
			e.changes++
		}
	}
}

// rowNames are the fields in which services list rows.
var rowNames = map[string]bool{"data": true, "list": true, "results": true}

func (e *edit) list(name string, v []any) any {
	if !rowNames[name] {
		return v
	}
	switch e.fault.Kind {
	case DuplicateRows:
		out := make([]any, 0, 2*len(v))
		for _, row := range v {
			out = append(out, row, row)
		}
		e.changes += len(v)
		return out
	case LateReports:
		e.changes += len(v)
		return []any{}
	case ListLag:
		out := make([]any, 0, len(v))
		for _, row := range v {
			if e.tooYoung(row) {
				e.changes++
				continue
			}
			out = append(out, row)
		}
		return out
	}
	return v
}

func (e *edit) tooYoung(row any) bool {
	fields, ok := row.(map[string]any)
	if !ok {
		return false
	}
	for key, v := range fields {
		if text, ok := v.(string); ok && idNames[key] && e.young[text] {
			return true
		}
		if inner, ok := v.(map[string]any); ok && e.service == "google" && e.tooYoung(inner) {
			return true
		}
	}
	return false
}

var digits = regexp.MustCompile(`^[0-9]{16,}$`)

// figures are the fields in which reports count what is charged and seen.
var figures = map[string]bool{"spend": true, "impressions": true, "clicks": true, "inline_link_clicks": true, "costMicros": true, "cost_micros": true}

// prices are the fields in which the supplier names a price.
var prices = map[string]bool{"offer_sale_price": true, "sku_price": true, "offer_bulk_sale_price": true, "target_sale_price": true, "targetSalePrice": true, "salePrice": true, "sale_price": true}

func (e *edit) value(name string, v any) any {
	text, number := "", false
	switch x := v.(type) {
	case string:
		text = x
	case json.Number:
		text, number = x.String(), true
	default:
		return v
	}
	switch e.fault.Kind {
	case BigNumbers:
		if e.concerns(name) && !number && digits.MatchString(text) {
			e.changes++
			return json.Number(text)
		}
	case MetricsFall, MetricsRevised:
		if figures[name] {
			ratio := map[Kind]*big.Rat{MetricsFall: big.NewRat(1, 2), MetricsRevised: big.NewRat(11, 10)}[e.fault.Kind]
			return e.scaled(text, number, ratio)
		}
	case PriceJump:
		if prices[name] {
			return e.scaled(text, number, big.NewRat(5, 1))
		}
	case OutOfStock:
		if name == "sku_available_stock" {
			e.changes++
			return json.Number("0")
		}
	}
	return v
}

// scaled multiplies a figure and keeps its decimals and whether it is a text.
func (e *edit) scaled(text string, number bool, ratio *big.Rat) any {
	value, ok := new(big.Rat).SetString(text)
	if !ok {
		return text
	}
	e.changes++
	_, decimals, _ := strings.Cut(text, ".")
	out := value.Mul(value, ratio).FloatString(len(decimals))
	if number {
		return json.Number(out)
	}
	return out
}
