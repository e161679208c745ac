package httpapi

import (
	"encoding/json"
	"strings"
	"time"
)

// The signature covers the body alone: topic, delivery id and time of a webhook are headers that anybody could change who has seen one.
// So what a delivery is, and whether it is an old one, is judged by its body.

// staleAfter is the age from which a delivery is not believed to be on its way still. Shops try for two days.
const staleAfter = 14 * 24 * time.Hour

// signedPart is what the body of a shop's webhook says of itself.
type signedPart struct {
	UpdatedAt   string          `json:"updated_at"`
	ProcessedAt string          `json:"processed_at"`
	CreatedAt   string          `json:"created_at"`
	ModifiedGMT string          `json:"date_modified_gmt"`
	OrderID     json.RawMessage `json:"order_id"`
	LineItems   json.RawMessage `json:"line_items"`
}

// judge says what speaks against a delivery whose signature was right: a reason for the metrics and a sentence; "" for nothing.
func judge(d delivery, now time.Time) (reason, text string) {
	if d.source != "shopify" && d.source != "woocommerce" {
		return "", ""
	}
	var body signedPart
	if json.Unmarshal(d.body, &body) != nil {
		return "malformed", "The body is not what the shop sends."
	}
	switch {
	case strings.HasPrefix(d.topic, "orders/") && body.OrderID != nil, strings.HasPrefix(d.topic, "refunds/") && body.OrderID == nil && body.LineItems != nil:
		return "other_topic", "The topic is not that of the body."
	}
	if at := body.at(); !at.IsZero() && now.Sub(at) > staleAfter {
		return "stale", "This happened too long ago to be on its way still."
	}
	return "", ""
}

// at is when the newest thing happened of which the body tells; zero when it does not say.
func (p signedPart) at() time.Time {
	for _, text := range []string{p.UpdatedAt, p.ProcessedAt, p.CreatedAt} {
		if at, err := time.Parse(time.RFC3339, text); err == nil {
			return at
		}
	}
	at, err := time.Parse("2006-01-02T15:04:05", p.ModifiedGMT)
	if err != nil {
		return time.Time{}
	}
	return at
}

// family is the part of a topic that a body can tell: an order is an order, whatever the header says of why it was sent.
func family(topic string) string {
	kind, _, _ := strings.Cut(topic, "/")
	return kind
}
