package persistence

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
)

// Webhook is a delivery as it came in, its signature already checked.
type Webhook struct {
	ID         int64
	Source     string // "shopify", "meta"
	Topic      string // "orders/create"
	Headers    map[string]string
	Body       []byte
	ReceivedAt time.Time
}

// StoreWebhook keeps a delivery until an actor has taken it in. dedupeKey is the sender's id of the delivery, or a hash of its
// body: the same key from the same source is stored once, and duplicate says that this was not the first; id is the first one's.
func (db *DB) StoreWebhook(ctx context.Context, source, topic, dedupeKey string, headers map[string]string, body []byte, now time.Time) (id int64, duplicate bool, err error) {
	if body == nil {
		body = []byte{}
	}
	err = db.pool.QueryRow(ctx, statement("webhook_store"), source, clean(topic), clean(dedupeKey), cleanMap(headers), body, now).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		duplicate = true
		err = db.pool.QueryRow(ctx, statement("webhook_find"), source, clean(dedupeKey)).Scan(&id)
	}
	return id, duplicate, classify("store a webhook of "+source, err)
}

// UnhandledWebhooks lists deliveries without a facts.WebhookHandled, oldest first.
func (db *DB) UnhandledWebhooks(ctx context.Context, limit int) ([]Webhook, error) {
	rows, err := db.pool.Query(ctx, statement("webhooks_unhandled"), limit)
	if err != nil {
		return nil, classify("list webhooks", err)
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Webhook, error) {
		var w Webhook
		err := row.Scan(&w.ID, &w.Source, &w.Topic, &w.Headers, &w.Body, &w.ReceivedAt)
		w.ReceivedAt = w.ReceivedAt.UTC()
		return w, err
	})
	return out, classify("list webhooks", err)
}
