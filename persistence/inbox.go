package persistence

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/agente-ceo/agente-ceo/domain/views"
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

// StoreWebhooks keeps deliveries until an actor has taken them in: all of them, in one transaction and in their order, or none. A
// dedupe key of one source is stored once; duplicate says for each delivery that it was not the first, here or before.
func (db *DB) StoreWebhooks(ctx context.Context, list []views.Delivery) (duplicate []bool, err error) {
	n := len(list)
	sources, topics, keys, headers := make([]string, n), make([]string, n), make([]string, n), make([]string, n)
	bodies, at := make([][]byte, n), make([]time.Time, n)
	for i, d := range list {
		text, err := json.Marshal(cleanMap(d.Headers))
		if err != nil {
			return nil, fmt.Errorf("write the headers of a webhook of %s: %w", d.Source, err)
		}
		sources[i], topics[i], keys[i], headers[i] = d.Source, clean(d.Topic), clean(d.DedupeKey), string(text)
		bodies[i], at[i] = d.Body, d.ReceivedAt
		if d.Body == nil {
			bodies[i] = []byte{} // nil would be NULL
		}
	}
	rows, err := db.pool.Query(ctx, statement("webhooks_store"), sources, topics, keys, headers, bodies, at)
	if err != nil {
		return nil, classify("store webhooks", err)
	}
	type key struct{ source, dedupe string }
	fresh, stored := map[key]bool{}, key{}
	if _, err := pgx.ForEachRow(rows, []any{&stored.source, &stored.dedupe}, func() error { fresh[stored] = true; return nil }); err != nil {
		return nil, classify("store webhooks", err)
	}
	duplicate = make([]bool, n)
	for i := range list {
		k := key{sources[i], keys[i]}
		duplicate[i] = !fresh[k]
		delete(fresh, k) // of those that came together, the first was stored
	}
	return duplicate, nil
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
