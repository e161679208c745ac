package treasury_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/domain/treasury"
)

// BenchmarkDesk_Reserve decides 256 raises at once, on a book of 256 campaigns; one operation is one raise.
func BenchmarkDesk_Reserve(b *testing.B) {
	c, err := treasury.NewCalendar("America/Sao_Paulo", time.Sunday)
	if err != nil {
		b.Fatal(err)
	}
	rules, now := treasury.DefaultRules(c), time.Date(2026, 11, 25, 15, 0, 0, 0, time.UTC)
	rules.Caps = treasury.Caps{Day: money.Minor(1e15, money.USD), Week: money.Minor(7e15, money.USD)}
	var book treasury.Book
	b.ReportAllocs()
	for n := 0; n < b.N; {
		desk := book.Desk(rules, now)
		for i := range 256 {
			n++
			desk.Reserve(treasury.Ask{
				ID: "ask", CampaignID: fmt.Sprintf("cmp_%016d", i), Platform: ads.Meta, Daily: money.Minor(int64(2000+n), money.USD), Minimum: money.Minor(1000, money.USD),
			})
		}
		book = desk.Outcome().Book
	}
}
