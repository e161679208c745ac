package persistence_test

import (
	"slices"
	"testing"

	"github.com/agente-ceo/agente-ceo/domain/facts"
	"github.com/agente-ceo/agente-ceo/domain/views"
)

func TestDB_WebhooksWaitUntilHandled(t *testing.T) {
	b := setup(t)
	of := func(source, key, body string) views.Delivery {
		return views.Delivery{Source: source, Topic: "orders/create", DedupeKey: key, Headers: map[string]string{"X-Topic": "a"}, Body: []byte(body), ReceivedAt: start}
	}
	store := func(want []bool, list ...views.Delivery) {
		b.Helper()
		if duplicate, err := b.db.StoreWebhooks(b.ctx, list); err != nil || !slices.Equal(duplicate, want) {
			b.Errorf("duplicates %v, want %v, %v", duplicate, want, err)
		}
	}
	store([]bool{false, true}, of("shopify", "k1", "one"), of("shopify", "k1", "other"))
	store([]bool{true, false, true}, of("shopify", "k1", "again"), of("meta", "k1", ""), of("meta", "k1", ""))
	list, err := b.db.UnhandledWebhooks(b.ctx, 10)
	if err != nil || len(list) != 2 {
		b.Fatalf("waiting: %v, %v", list, err)
	}
	first, second := list[0].ID, list[1].ID
	if w := list[0]; w.ID != first || string(w.Body) != "one" || w.Headers["X-Topic"] != "a" || w.Topic != "orders/create" || !w.ReceivedAt.Equal(start) {
		b.Errorf("webhook: %+v", w)
	}
	b.actor("orders", "main").write(facts.WebhookHandled{ID: first, Result: "order_created", Detail: "ord_a", At: later})
	if list, err := b.db.UnhandledWebhooks(b.ctx, 10); err != nil || len(list) != 1 || list[0].ID != second {
		b.Errorf("waiting after one was handled: %v, %v", list, err)
	}
	b.want("order_created ord_a", `SELECT result || ' ' || detail FROM webhook_inbox WHERE id = $1`, first)
}
