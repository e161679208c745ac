package market_test

import (
	"testing"

	"github.com/agente-ceo/agente-ceo/platforms/sandbox/market"
)

func BenchmarkSearch_After90Days(b *testing.B) {
	m := world(b, 1, nil)
	now := start.AddDate(0, 0, 90)
	found, _ := m.Search(now, market.AliExpress, "", 0, 1)
	b.ReportAllocs()
	for b.Loop() {
		m.Search(now, market.GoogleShopping, found[0].Title, 0, 40)
	}
}
