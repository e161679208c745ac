package httpapi

import (
	"strings"
	"time"

	"github.com/tidwall/gjson"
)

// The signature covers the body alone: topic, delivery id and time of a webhook are headers that anybody could change who has seen one.
// So what a delivery is, and whether it is an old one, is judged by its body.

// staleAfter is the age from which a delivery is not believed to be on its way still. Shops try for two days.
const staleAfter = 14 * 24 * time.Hour

// judge says what speaks against a delivery whose signature was right: a reason for the metrics and a sentence; "" for nothing.
func judge(d delivery, now time.Time) (reason, text string) {
	if d.source != "shopify" && d.source != "woocommerce" {
		return "", ""
	}
	body := signedPartOf(d.body)
	switch {
	case strings.HasPrefix(d.topic, "orders/") && body.ofOrder, strings.HasPrefix(d.topic, "refunds/") && !body.ofOrder && body.lines:
		return "other_topic", "The topic is not that of the body."
	case !body.at.IsZero() && now.Sub(body.at) > staleAfter:
		return "stale", "This happened too long ago to be on its way still."
	}
	return "", ""
}

// signedPart is what the body of a shop's webhook says of itself.
type signedPart struct {
	ofOrder bool      // it belongs to an order, as a refund does
	lines   bool      // it has lines, as an order does
	at      time.Time // when the latest happened of which it tells; zero when it does not say
}

// signedPartOf goes once over the top of a body.
func signedPartOf(body []byte) (p signedPart) {
	gjson.ParseBytes(body).ForEach(func(name, value gjson.Result) bool {
		switch name.Str {
		case "order_id":
			p.ofOrder = true
		case "line_items":
			p.lines = true
		case "updated_at", "processed_at", "created_at":
			p.saw(time.RFC3339, value.Str)
		case "date_modified_gmt":
			p.saw("2006-01-02T15:04:05", value.Str)
		}
		return true
	})
	return p
}

func (p *signedPart) saw(layout, text string) {
	if at, err := time.Parse(layout, text); err == nil && at.After(p.at) {
		p.at = at
	}
}

// family is the part of a topic that a body can tell: an order is an order, whatever the header says of why it was sent.
func family(topic string) string {
	kind, _, _ := strings.Cut(topic, "/")
	return kind
}
