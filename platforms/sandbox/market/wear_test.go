package market_test

import (
	"testing"

	"github.com/agente-ceo/agente-ceo/platforms/sandbox/market"
)

// A product that sold a lot sells less, and fresh creatives are no help; left alone for months it sells as before, and another
// platform's people have not bought it.
func TestMarket_ProductsWearOut(t *testing.T) {
	t.Parallel()
	const before, rest = 40, 240 // days
	// rate is what fresh ads sell per click in ten days, on a platform, once the product was advertised on Meta for some days and then rested.
	rate := func(platform string, shown, rested int) float64 {
		var all market.Totals
		for seed := range uint64(4) {
			m, now := world(t, 40+seed, nil), start
			found := promising(m, now)[:3]
			for _, p := range found {
				publish(m, now, p)
				if shown > 0 {
					m.SetLive(now, adOf(market.Meta, p, 1, 0, 20000), true)
				}
			}
			now = now.AddDate(0, 0, before)
			for _, p := range found {
				m.SetLive(now, adOf(market.Meta, p, 1, 0, 20000), false)
			}
			now = now.AddDate(0, 0, rested)
			var fresh []market.Ad
			for _, p := range found {
				ad := adOf(platform, p, 2, 1, 20000)
				m.SetLive(now, ad, true)
				fresh = append(fresh, ad)
			}
			now = now.AddDate(0, 0, 10)
			for _, ad := range fresh {
				m.SetLive(now, ad, false)
			}
			all = plus(all, sum(m, now.AddDate(0, 0, 9), fresh))
		}
		return float64(all.Purchases) / float64(all.Clicks)
	}
	for name, tc := range map[string]struct {
		platform string
		rested   int
		from, to float64
	}{
		"Worn": {market.Meta, 0, 0.3, 0.75}, "Rested": {market.Meta, rest, 0.88, 1.12}, "Elsewhere": {market.TikTok, 0, 0.88, 1.12},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := rate(tc.platform, before, tc.rested) / rate(tc.platform, 0, tc.rested); got < tc.from || got > tc.to {
				t.Errorf("it sells %.2f of what it would have, want %.2f to %.2f", got, tc.from, tc.to)
			}
		})
	}
}
