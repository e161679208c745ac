package market_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/agente-ceo/agente-ceo/platforms/sandbox/market"
)

func TestMarket_CeilingStopsEverything(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		m := market.New(market.Config{Seed: rapid.Uint64().Draw(rt, "seed"), Start: start, Greedy: rapid.Bool().Draw(rt, "greedy")})
		products := promising(m, start)
		if len(products) < 4 {
			rt.Skip("a world of few promising products")
		}
		for i := range 3 {
			launch(m, start, market.Meta, products[i], 2, 10000)
		}
		launch(m, start, market.TikTok, products[3], 2, 10000)
		now, limit := start, int64(0)
		for range rapid.IntRange(1, 8).Draw(rt, "raises") {
			limit += rapid.Int64Range(1, 40000).Draw(rt, "more")
			m.SetCeiling(now, market.Meta, limit)
			now = now.Add(time.Duration(rapid.IntRange(1, 72*60).Draw(rt, "minutes")) * time.Minute)
			if spent := m.Lifelong(now, market.Meta); spent > limit {
				rt.Fatalf("%d was charged over a ceiling of %d", spent, limit)
			}
		}
		sum := int64(0)
		for _, c := range m.Ledger() {
			if c.Platform == market.Meta {
				sum += c.Minor
			}
		}
		if spent := m.Lifelong(now, market.Meta); sum != spent {
			rt.Fatalf("the ledger lists %d, the account was charged %d", sum, spent)
		}
	})
}

func TestMarket_CeilingIsUsedUpAndRaised(t *testing.T) {
	t.Parallel()
	m := world(t, 5, nil)
	products := promising(m, start)
	launch(m, start, market.Meta, products[0], 2, 10000)
	launch(m, start, market.TikTok, products[1], 2, 10000)
	m.SetCeiling(start, market.Meta, 5000)
	now := start.AddDate(0, 0, 2)
	if spent := m.Lifelong(now, market.Meta); spent != 5000 {
		t.Errorf("%d was charged under a ceiling of 5000", spent)
	}
	if spent := m.Lifelong(now, market.TikTok); spent < 15000 {
		t.Errorf("TikTok charged %d in two days: it has no ceiling", spent)
	}
	m.SetCeiling(now, market.Meta, 6000)
	if spent := m.Lifelong(now.AddDate(0, 0, 1), market.Meta); spent != 6000 {
		t.Errorf("%d was charged after the ceiling was raised to 6000", spent)
	}
	m.SetCeiling(now.AddDate(0, 0, 1), market.Meta, 0)
	if spent := m.Lifelong(now.AddDate(0, 0, 2), market.Meta); spent < 12000 {
		t.Errorf("%d was charged a day after the ceiling was taken away", spent)
	}
}
