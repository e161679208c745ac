package persistence_test

import (
	"testing"

	"github.com/agente-ceo/agente-ceo/domain/facts"
)

func TestDB_WebhooksWaitUntilHandled(t *testing.T) {
	b := setup(t)
	store := func(source, key, body string) (int64, bool) {
		b.Helper()
		id, duplicate, err := b.db.StoreWebhook(b.ctx, source, "orders/create", key, map[string]string{"X-Topic": "a"}, []byte(body), start)
		if err != nil {
			b.Fatal(err)
		}
		return id, duplicate
	}
	first, duplicate := store("shopify", "k1", "one")
	if duplicate {
		b.Error("the first delivery is no duplicate")
	}
	if id, duplicate := store("shopify", "k1", "other"); id != first || !duplicate {
		b.Errorf("the second delivery is %d %t, want %d true", id, duplicate, first)
	}
	second, duplicate := store("meta", "k1", "")
	if duplicate || second == first {
		b.Errorf("another source's delivery is %d %t", second, duplicate)
	}
	list, err := b.db.UnhandledWebhooks(b.ctx, 10)
	if err != nil || len(list) != 2 {
		b.Fatalf("waiting: %v, %v", list, err)
	}
	if w := list[0]; w.ID != first || string(w.Body) != "one" || w.Headers["X-Topic"] != "a" || w.Topic != "orders/create" || !w.ReceivedAt.Equal(start) {
		b.Errorf("webhook: %+v", w)
	}
	b.actor("orders", "main").write(facts.WebhookHandled{ID: first, Result: "order_created", Detail: "ord_a", At: later})
	if list, err := b.db.UnhandledWebhooks(b.ctx, 10); err != nil || len(list) != 1 || list[0].ID != second {
		b.Errorf("waiting after one was handled: %v, %v", list, err)
	}
	b.want("order_created ord_a", `SELECT result || ' ' || detail FROM webhook_inbox WHERE id = $1`, first)
}
