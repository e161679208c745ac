package treasury_test

import (
	"strings"
	"testing"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/treasury"
)

func (b *bench) offered() string {
	o := b.book.Offer(b.rules, b.now)
	b.book = o.Book
	var names []string
	for _, w := range o.Offers {
		names = append(names, w.CampaignID)
	}
	return strings.Join(names, " ")
}

func TestBook_Offer(t *testing.T) {
	// The day is full with 171 a day of a; b and c were refused, d got a part.
	fill := func(b *bench) *bench {
		b.ask(treasury.Ask{CampaignID: "a", Daily: usd(150)})
		b.ask(treasury.Ask{CampaignID: "d", Platform: ads.TikTok, Daily: usd(60), Priority: 1200})
		b.ask(treasury.Ask{CampaignID: "b", Daily: usd(30), Minimum: usd(5), Priority: 1500})
		b.ask(treasury.Ask{CampaignID: "c", Daily: usd(30), Minimum: usd(5), Priority: 3000})
		return b
	}
	full := func(t *testing.T) *bench { return fill(setup(t)) }
	// stopped frees what a held and did not need.
	stopped := func(b *bench) {
		b.book = b.book.Release(b.rules, b.now, "a", b.now).Book
		b.now = b.now.Add(4 * time.Hour)
		b.settle(b.now, treasury.Spend{CampaignID: "a", Day: today, Amount: usd(60)})
	}
	t.Run("TellsNobodyWhileTheDayIsFull", func(t *testing.T) {
		b := full(t)
		if got := b.offered(); got != "" {
			t.Errorf("told %q", got)
		}
	})
	t.Run("TellsTheBestFirstAndOnlyAsManyAsFit", func(t *testing.T) {
		b := full(t)
		stopped(b)
		if got := b.offered(); got != "c b d" {
			t.Errorf("told %q", got)
		}
		b = fill(setup2(t))
		b.book = b.book.Release(b.rules, b.now, "a", b.now).Book
		b.now = b.now.Add(4 * time.Hour)
		b.settle(b.now, treasury.Spend{CampaignID: "a", Day: today, Amount: usd(200)})
		if got := b.offered(); got != "c" {
			t.Errorf("told %q of the 62 that are free", got)
		}
	})
	t.Run("GrantsNothing", func(t *testing.T) {
		b := full(t)
		stopped(b)
		before := b.book.Day(today)
		b.offered()
		b.wants(today, before.Charged, before.Remaining)
	})
	t.Run("NotTwiceInAnHour", func(t *testing.T) {
		b := full(t)
		stopped(b)
		b.offered()
		if got := b.offered(); got != "" {
			t.Errorf("told %q again", got)
		}
		b.now = b.now.Add(time.Hour)
		if got := b.offered(); got != "c b d" {
			t.Errorf("told %q after an hour", got)
		}
	})
	t.Run("NotWhoHasItNowOrStopped", func(t *testing.T) {
		b := full(t)
		stopped(b)
		b.ask(treasury.Ask{CampaignID: "c", Daily: usd(30), Priority: 3000})
		b.book = b.book.Release(b.rules, b.now, "b", b.now).Book
		if got := b.offered(); got != "d" {
			t.Errorf("told %q", got)
		}
	})
	t.Run("NotOfADayThatIsOver", func(t *testing.T) {
		b := full(t)
		b.now = b.now.AddDate(0, 0, 1)
		b.book = b.book.Roll(b.rules, b.now).Book
		if got := b.offered(); got != "" || len(b.book.Wishes) != 0 {
			t.Errorf("told %q, remembers %v", got, b.book.Wishes)
		}
	})
}
