package persistence_test

import (
	"strings"
	"testing"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/treasury"
)

// purse writes a story of the real book: two campaigns, one of them under the platform's own ceiling, charges, a stop and two days.
func purse(b *bundle) {
	b.Helper()
	calendar, err := treasury.NewCalendar("America/Sao_Paulo", time.Sunday)
	if err != nil {
		b.Fatal(err)
	}
	rules := treasury.DefaultRules(calendar)
	rules.Ceilings = map[ads.Platform]bool{ads.Meta: true}
	treasurer := b.actor("treasurer", "main")
	book, now := treasury.Book{}, time.Date(2026, 3, 3, 12, 0, 0, 0, time.UTC)
	take := func(o treasury.Outcome) {
		b.Helper()
		treasurer.write(o.Facts...)
		book = o.Book
	}
	ask := func(id, campaign string, p ads.Platform, daily int64) {
		b.Helper()
		o, answer := book.Reserve(rules, now, treasury.Ask{ID: id, CampaignID: campaign, Platform: p, Daily: usd(daily), Minimum: usd(500)})
		if answer.Refused() {
			b.Fatalf("refused: %s", answer.Text)
		}
		take(o)
	}
	see := func(p ads.Platform, campaign string, amount, limit int64) {
		b.Helper()
		o := treasury.Observation{At: now, Platform: p, Spend: []treasury.Spend{{CampaignID: campaign, Day: calendar.Day(now), Amount: usd(amount)}}}
		o.Ceiled, o.Ceiling = p == ads.Meta, ads.Ceiling{Limit: usd(limit), Spent: usd(amount)}
		take(book.Settle(rules, now, o))
	}
	see(ads.Meta, "cmp_a", 0, 20000)
	ask("a1", "cmp_a", ads.Meta, 9000)
	ask("t1", "cmp_b", ads.TikTok, 5000)
	now = now.Add(4 * time.Hour)
	see(ads.Meta, "cmp_a", 8000, 20000)
	see(ads.TikTok, "cmp_b", 3000, 0)
	take(book.Release(rules, now, "cmp_b", now))
	now = now.Add(4 * time.Hour)
	see(ads.TikTok, "cmp_b", 3100, 0)
	now = now.Add(8 * time.Hour)
	take(book.Roll(rules, now))
	ask("a2", "cmp_a", ads.Meta, 12000)
}

func TestDB_CheckLedger(t *testing.T) {
	t.Run("FindsNothingInWhatTheBookWrote", func(t *testing.T) {
		b := setup(t)
		purse(b)
		if wrong, err := b.db.CheckLedger(b.ctx); len(wrong) != 0 || err != nil {
			b.Errorf("found %q, %v", wrong, err)
		}
		if b.text(`SELECT count(*) > 0 FROM postings WHERE kind = 'relief'`) != "true" {
			b.Error("the story has nothing under a ceiling")
		}
	})
	for name, plant := range map[string]struct{ change, want string }{
		"AWindowThatHoldsLess":            {`UPDATE purse_window SET reserved_minor = reserved_minor - 1 WHERE kind = 'day' AND starts = '2026-03-04'`, "day 2026-03-04 of main"},
		"AWindowThatWasChargedLess":       {`UPDATE purse_window SET charged_minor = charged_minor - 100 WHERE kind = 'week'`, "week 2026-03-01 of main"},
		"AWindowThatIsGone":               {`DELETE FROM purse_window WHERE kind = 'week'`, "week 2026-03-01 of main"},
		"AReservationThatWasChargedLess":  {`UPDATE reservations SET charged_minor = 0 WHERE campaign_id = 'cmp_b'`, "3100 charged and 0 held are posted"},
		"AReservationThatSeemsReleased":   {`UPDATE reservations SET state = 'released' WHERE campaign_id = 'cmp_a' AND day = '2026-03-04'`, "it is released"},
		"AReservationThatIsGone":          {`DELETE FROM reservations WHERE campaign_id = 'cmp_b'`, "it is missing"},
		"AChargeThatIsGone":               {`DELETE FROM postings WHERE kind = 'post' AND debit = 'platform:tiktok:charged'`, "it is released with 3100 charged"},
		"AReliefThatNobodyKnows":          {`DELETE FROM postings WHERE kind = 'relief'`, "day 2026-03-04 of main"},
		"APostingToAReservationUnknownUs": {`UPDATE postings SET reservation_id = 'rsv_none' WHERE kind = 'post'`, "it is missing"},
	} {
		t.Run("Finds"+name, func(t *testing.T) {
			b := setup(t)
			purse(b)
			b.exec(plant.change)
			wrong, err := b.db.CheckLedger(b.ctx)
			if err != nil || !strings.Contains(strings.Join(wrong, "\n"), plant.want) {
				b.Errorf("found %q, %v; want %q", wrong, err, plant.want)
			}
		})
	}
}
