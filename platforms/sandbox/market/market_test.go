package market_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/platforms/sandbox/market"
)

var start = time.Date(2026, 3, 1, 3, 0, 0, 0, time.UTC) // a Sunday, midnight in São Paulo

func saoPaulo(t testing.TB) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation("America/Sao_Paulo")
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

func world(t testing.TB, seed uint64, change func(*market.Config)) *market.Market {
	t.Helper()
	cfg := market.Config{Seed: seed, Start: start, TZ: saoPaulo(t)}
	if change != nil {
		change(&cfg)
	}
	return market.New(cfg)
}

// promising lists the products that somebody sensible would test: rated, in demand, few sellers, growing, a margin above one half.
func promising(m *market.Market, now time.Time) []market.Product {
	found, _ := m.Search(now, market.AliExpress, "", 0, 1000)
	var out []market.Product
	for _, p := range found {
		margin := 1 - float64(p.Supplier.Minor()+p.Shipping.Minor())/float64(p.Market.Minor())
		if p.RatingMilli >= 4200 && p.Sold >= 1000 && p.Sellers <= 40 && p.TrendPct > 0 && margin > 0.5 && margin < 0.95 {
			out = append(out, p)
		}
	}
	return out
}

func handleOf(p market.Product) string { return "p-" + p.Ref }

// publish lists a product in the shop at the market price.
func publish(m *market.Market, now time.Time, p market.Product) {
	m.List(now, market.Listing{Handle: handleOf(p), Ref: p.Ref, Title: p.Title, Price: p.Market})
}

func adOf(platform string, p market.Product, set, n int, budget int64) market.Ad {
	return market.Ad{
		Platform: platform, ID: fmt.Sprintf("%s-%d-%d", p.Ref, set, n), AdSetID: fmt.Sprintf("%s-set%d", p.Ref, set), CampaignID: "c" + p.Ref,
		Landing:  "https://shop.example.com/products/" + handleOf(p) + "?utm_source=" + platform,
		Headline: fmt.Sprintf("headline %d", n), Body: "body", MediaHash: fmt.Sprint(n), Countries: []string{"BR", "US"}, Audience: "broad", DailyBudget: budget,
	}
}

// launch starts a campaign of one broad ad set with ads ads.
func launch(m *market.Market, now time.Time, platform string, p market.Product, ads int, budget int64) []market.Ad {
	publish(m, now, p)
	var out []market.Ad
	for n := range ads {
		ad := adOf(platform, p, 1, n, budget)
		m.SetLive(now, ad, true)
		out = append(out, ad)
	}
	return out
}

func sum(m *market.Market, now time.Time, ads []market.Ad) (t market.Totals) {
	for _, a := range ads {
		t = plus(t, m.Lifetime(now, a.Platform, a.ID))
	}
	return t
}

func plus(t, x market.Totals) market.Totals {
	t.Impressions += x.Impressions
	t.Clicks += x.Clicks
	t.Purchases += x.Purchases
	t.SpendMinor += x.SpendMinor
	t.RevenueMinor += x.RevenueMinor
	return t
}

func winner(t market.Totals) bool {
	return t.Clicks > 0 && t.Purchases > 0 && 2*t.RevenueMinor >= 3*t.SpendMinor && 1000*t.Clicks >= 15*t.Impressions &&
		50*t.Purchases >= t.Clicks && 10*t.SpendMinor*t.Purchases <= 4*t.RevenueMinor*t.Purchases
}

func usd(minor int64) money.Amount { return money.Minor(minor, money.USD) }

func TestMarket_Search(t *testing.T) {
	t.Parallel()
	m := world(t, 1, nil)
	rising, total := m.Search(start, market.AliExpress, "", 0, 5)
	best, same := m.Search(start, market.AliExpress, "Best Sellers", 0, 5)
	if len(rising) != 5 || total != same || rising[0].Ref != best[0].Ref {
		t.Errorf("best sellers are %d products, what rises %d", same, total)
	}
	if found, n := m.Search(start, market.AliExpress, "zzzqqqxxx", 0, 5); n != 0 || len(found) != 0 {
		t.Errorf("%d products match what nobody sells", n)
	}
	if found, _ := m.Search(start, market.AliExpress, "best "+rising[0].Title, 0, 5); len(found) == 0 || found[0].Category != rising[0].Category {
		t.Errorf("the title of %s finds %d products", rising[0].Ref, len(found))
	}
}
