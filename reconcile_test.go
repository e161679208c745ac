package main

import (
	"fmt"
	"log/slog"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/agente-ceo/agente-ceo/domain/facts"
	"github.com/agente-ceo/agente-ceo/domain/ordering"
	"github.com/agente-ceo/agente-ceo/platforms/httpx"
	"github.com/agente-ceo/agente-ceo/platforms/stores"
	"github.com/agente-ceo/agente-ceo/runtime/clock"
)

// runTo is run, with something done to the business on the way.
func runTo(t *testing.T, seed string, days int, at time.Time, do func(*loop)) *loop {
	t.Helper()
	c := &common{flags: map[string]string{"seed": seed}}
	cfg, err := c.simulationConfig("default", nil)
	if err != nil {
		t.Fatal(err)
	}
	if cfg.DataDir, err = simulationDir(); err != nil {
		t.Fatal(err)
	}
	virtual := clock.NewVirtual(simulationStart)
	app, err := New(t.Context(), Options{Config: cfg, Log: slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelError})), Virtual: virtual, Throwaway: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := app.Close(); err != nil {
			t.Error(err)
		}
		if err := os.RemoveAll(cfg.DataDir); err != nil {
			t.Error(err)
		}
	})
	if err := app.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.Connect(t.Context(), app.server.URL())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(t.Context()) })
	l := &loop{t: t, app: app, days: days, db: conn}
	if err := virtual.RunUntil(t.Context(), at); err != nil {
		t.Fatal(err)
	}
	do(l)
	if err := virtual.RunUntil(t.Context(), simulationStart.AddDate(0, 0, days)); err != nil {
		t.Fatal(err)
	}
	return l
}

// shop is a client of its own, which no fault reaches.
func (l *loop) shop() *stores.Shopify {
	l.t.Helper()
	p := l.app.cfg.Platforms
	client, err := stores.NewShopify(p.ShopifyBaseURL, p.ShopURL, httpx.Secret(p.ShopifyToken), httpx.New(httpx.Options{Clock: l.app.clock}))
	if err != nil {
		l.t.Fatal(err)
	}
	client.TellAt(l.app.tellAt() + "/api/webhooks/shopify")
	return client
}

// The shop drops our subscriptions: its orders are found all the same, the subscriptions are renewed, and people are told.
func TestLoop_ADroppedSubscriptionIsRenewedAndMissesNothing(t *testing.T) {
	t.Parallel()
	dropped := simulationStart.AddDate(0, 0, 3).Add(10 * time.Minute)
	l := runTo(t, "7", 5, dropped, func(l *loop) {
		for _, topic := range stores.Topics {
			id, err := l.shop().Subscription(t.Context(), topic)
			if err != nil || id == "" {
				t.Fatalf("there is no subscription of %s: %v", topic, err)
			}
			if err := l.shop().Unsubscribe(t.Context(), id); err != nil {
				t.Fatal(err)
			}
		}
	})
	l.mustHold(l.ordersOnce, l.booksAgree, l.asTheShopTells)
	for _, topic := range stores.Topics {
		if id, err := l.shop().Subscription(t.Context(), topic); err != nil || id == "" {
			t.Errorf("%s was not subscribed again: %v", topic, err)
		}
	}
	if n := l.number(`SELECT count(*) FROM alerts WHERE kind = 'webhook_subscription' AND resolved_at IS NOT NULL`); n != 1 {
		t.Errorf("%d alerts of it were raised and resolved", n)
	}
	if n := l.number(`SELECT count(*) FROM outbox WHERE kind = 'ensure_webhook' AND state = 'done'`); n != int64(len(stores.Topics)) {
		t.Errorf("%d subscriptions were renewed", n)
	}
	if n := l.number(`SELECT count(*) FROM orders WHERE placed_at > '` + dropped.Format(time.RFC3339) + `'`); n == 0 {
		t.Error("nothing was sold since: the test shows nothing")
	}
}

// asTheShopTells compares our orders, most of which webhooks brought, with what the shop answers when it is asked: both mean the same.
func (l *loop) asTheShopTells() (problems []string) {
	changes, err := l.shop().Changed(l.t.Context(), simulationStart)
	if err != nil {
		l.t.Fatal(err)
	}
	orders, refunds := 0, 0
	for _, in := range changes.Incoming {
		external := in.Order.ExternalID
		if in.Kind == ordering.KindRefund {
			external = in.Refund.ExternalID
		}
		known, err := l.app.db.Order(l.t.Context(), ordering.OrderID(external))
		switch {
		case err != nil:
			l.t.Fatal(err)
		case in.Kind == ordering.KindRefund:
			refunds++
			if known != nil && !slices.Contains(known.RefundIDs, in.Refund.ID) && l.app.clock.Now().Sub(in.Refund.At) > 2*time.Hour {
				problems = append(problems, fmt.Sprintf("refund %s of order %s is not in", in.Refund.ID, external))
			}
		case in.Kind != ordering.KindOrder:
			problems = append(problems, "the shop's order cannot be read: "+in.Problem)
		case known == nil:
			if l.app.clock.Now().Sub(in.Order.PlacedAt) > 2*time.Hour {
				problems = append(problems, fmt.Sprintf("order %s of %s is not in", external, in.Order.PlacedAt))
			}
		default:
			orders++
			problems = append(problems, differences(*known, ordering.NewOrder(in.Order, known.ProductID, known.UpdatedAt))...)
		}
	}
	if orders == 0 {
		problems = append(problems, "the shop has no orders: nothing was compared")
	}
	l.t.Logf("%d orders and %d refunds were compared", orders, refunds)
	return problems
}

func differences(have, told facts.Order) (problems []string) {
	for name, pair := range map[string][2]any{
		"total": {have.Total, told.Total}, "email": {have.Email, told.Email}, "phone": {have.Phone, told.Phone}, "campaign": {have.CampaignID, told.CampaignID},
		"ad": {have.AdID, told.AdID}, "country": {have.Country, told.Country}, "placed": {have.PlacedAt.Unix(), told.PlacedAt.Unix()},
		"customer": {have.CustomerID, told.CustomerID}, "lines": {len(have.Items), len(told.Items)}, "utm": {fmt.Sprint(have.UTM), fmt.Sprint(told.UTM)},
	} {
		if pair[0] != pair[1] {
			problems = append(problems, fmt.Sprintf("order %s: %s is %v, the shop says %v", have.ExternalID, name, pair[0], pair[1]))
		}
	}
	return problems
}
