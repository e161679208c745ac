package treasury_test

import (
	"strings"
	"testing"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/domain/treasury"
)

func TestBook_Expire(t *testing.T) {
	b := setup(t)
	b.ask(treasury.Ask{CampaignID: "a", Daily: usd(40)})
	b.ask(treasury.Ask{CampaignID: "b", Daily: usd(40)})
	over := b.rules.Calendar.End(today).Add(b.rules.SettleLag)
	unpublished := map[string]bool{"a": true}
	if o := b.book.Expire(b.rules, over.Add(-time.Second), unpublished); len(o.Settled) != 0 {
		t.Errorf("expired early: %+v", o.Settled)
	}
	o := b.book.Expire(b.rules, over, unpublished)
	b.book = o.Book
	b.wants(today, usd(0), usd(70))
	if len(o.Settled) != 1 || o.Settled[0].CampaignID != "a" || o.Settled[0].State != treasury.Expired {
		t.Errorf("settled %+v", o.Settled)
	}
}

func TestBook_Roll(t *testing.T) {
	midnight := time.Date(2026, 11, 26, 3, 0, 0, 0, time.UTC)

	t.Run("AssumesWhoWasNeitherRenewedNorStopped", func(t *testing.T) {
		b := setup(t)
		b.ask(treasury.Ask{CampaignID: "forgotten", Daily: usd(40)})
		b.ask(treasury.Ask{CampaignID: "renewed", Daily: usd(20)})
		b.ask(treasury.Ask{CampaignID: "stopped", Daily: usd(20)})
		b.ask(treasury.Ask{CampaignID: "renewed", Day: tomorrow, Daily: usd(20)})
		b.book = b.book.Release(b.rules, b.now, "stopped", b.now).Book
		o := b.book.Roll(b.rules, midnight)
		if len(o.Assumed) != 1 || o.Assumed[0].CampaignID != "forgotten" || len(o.Breaches) != 0 {
			t.Errorf("assumed %+v, found %+v", o.Assumed, o.Breaches)
		}
		b.book = o.Book
		b.wants(tomorrow, usd(0), usd(105))
		if again := b.book.Roll(b.rules, midnight.Add(time.Hour)); len(again.Assumed) != 0 {
			t.Errorf("assumed again %+v", again.Assumed)
		}
	})
	t.Run("CoversTheDaysThatWeWereAway", func(t *testing.T) {
		b := setup(t)
		b.ask(treasury.Ask{CampaignID: "a", Daily: usd(40)})
		o := b.book.Roll(b.rules, midnight.AddDate(0, 0, 2))
		if len(o.Assumed) != 3 {
			t.Errorf("assumed %d days, want 3", len(o.Assumed))
		}
	})
	t.Run("AssumesNoMoreThanTheCapsLeave", func(t *testing.T) {
		b := crowded(t, midnight)
		b.wants(tomorrow, usd(0), usd(300))
		if x, _ := b.book.Of("a", tomorrow); !x.Assumed || x.WorstCase != usd(125) {
			t.Errorf("assumed %+v", x)
		}
	})
	t.Run("HoldsMoreOfItOnceThereIsRoom", func(t *testing.T) {
		b := crowded(t, midnight)
		b.book = b.book.Release(b.rules, midnight.Add(time.Minute), "b", midnight.Add(time.Minute)).Book
		b.settle(midnight.Add(4*time.Hour), treasury.Spend{CampaignID: "b", Day: tomorrow, Amount: usd(5)})
		if o := b.settle(midnight.Add(4*time.Hour), treasury.Spend{CampaignID: "a", Day: tomorrow, Amount: usd(130)}); len(o.Breaches) != 0 {
			t.Errorf("found %+v", o.Breaches)
		}
		b.wants(tomorrow, usd(135), usd(45))
	})
	t.Run("OfWhatWasStoppedOnlyTheChargesCount", func(t *testing.T) {
		b := crowded(t, midnight)
		b.book = b.book.Release(b.rules, midnight.Add(time.Minute), "a", midnight.Add(time.Minute)).Book
		if o := b.settle(midnight.Add(4*time.Hour), treasury.Spend{CampaignID: "a", Day: tomorrow, Amount: usd(3)}); len(o.Breaches) != 0 {
			t.Errorf("found %+v", o.Breaches)
		}
		b.wants(tomorrow, usd(3), usd(175))
	})
	t.Run("FindsChargesThatTheCapsHadNoRoomFor", func(t *testing.T) {
		b := crowded(t, midnight)
		o := b.settle(midnight.Add(4*time.Hour), treasury.Spend{CampaignID: "a", Day: tomorrow, Amount: usd(126)})
		if len(o.Breaches) != 2 || o.Breaches[0].Subject != "a" || o.Breaches[1].Code != treasury.CodeCapDay {
			t.Errorf("found %+v", o.Breaches)
		}
	})
	t.Run("DoesNotAssumeTwiceWhatCostsNothing", func(t *testing.T) {
		b := setup(t)
		b.ask(treasury.Ask{CampaignID: "a", Daily: usd(40)})
		b.book = b.book.Roll(b.rules, midnight).Book
		if o := b.book.Roll(b.rules, midnight.AddDate(0, 0, 1)); len(o.Assumed) != 0 {
			t.Errorf("assumed %+v", o.Assumed)
		}
	})
	t.Run("ForgetsWhatIsLongSettled", func(t *testing.T) {
		b := setup(t)
		b.ask(treasury.Ask{CampaignID: "a", Daily: usd(40)})
		b.settle(midnight.Add(3*time.Hour), treasury.Spend{CampaignID: "a", Day: today, Amount: usd(31)})
		o := b.book.Roll(b.rules, midnight.AddDate(0, 0, treasury.Keep+1))
		if len(o.Book.Reservations) != 0 {
			t.Errorf("still holds %+v", o.Book)
		}
		b.book = o.Book
		b.settle(midnight.AddDate(0, 0, treasury.Keep+1), treasury.Spend{CampaignID: "a", Day: today, Amount: usd(31)})
		b.wants(today, usd(0), usd(0))
	})
	t.Run("FindsACapThatWasLowered", func(t *testing.T) {
		b := setup(t)
		b.ask(treasury.Ask{CampaignID: "a", Daily: usd(100)})
		b.rules.Caps.Day = usd(100)
		if o := b.book.Roll(b.rules, b.now); len(o.Breaches) != 1 || !strings.Contains(o.Breaches[0].Text, "over the cap of 100.00 USD") {
			t.Errorf("found %+v", o.Breaches)
		}
	})
}

// A report that knows nothing of what was charged before is late: nothing is freed by it.
func TestBook_SettleLateReport(t *testing.T) {
	b := setup(t)
	b.ask(treasury.Ask{CampaignID: "a", Daily: usd(40)})
	b.settle(b.now, treasury.Spend{CampaignID: "a", Day: today, Amount: usd(12)})
	over := b.rules.Calendar.End(today).Add(b.rules.SettleLag)
	b.settle(over, treasury.Spend{CampaignID: "a", Day: today, Amount: usd(0)}, treasury.Spend{CampaignID: "a", Day: tomorrow, Amount: usd(0)})
	b.wants(today, usd(12), usd(58))
	b.settle(over.Add(time.Hour), treasury.Spend{CampaignID: "a", Day: today, Amount: usd(31)})
	b.wants(today, usd(31), usd(0))
}

// crowded is a day that begins with a campaign of 100 a day that nobody renewed, where another one's 175 leave 125.
func crowded(t *testing.T, midnight time.Time) *bench {
	b := setup(t)
	b.ask(treasury.Ask{CampaignID: "a", Daily: usd(100)})
	b.ask(treasury.Ask{CampaignID: "b", Day: tomorrow, Daily: usd(100), Minimum: usd(100)})
	b.settle(midnight, treasury.Spend{CampaignID: "a", Day: today, Amount: usd(0)})
	o := b.book.Roll(b.rules, midnight)
	if len(o.Breaches) != 0 || len(o.Assumed) != 1 {
		t.Errorf("assumed %+v, found %+v", o.Assumed, o.Breaches)
	}
	b.book = o.Book
	return b
}

func TestBook_View(t *testing.T) {
	b := setup(t)
	b.ask(treasury.Ask{CampaignID: "a", Daily: usd(40)})
	b.ask(treasury.Ask{CampaignID: "a", Day: tomorrow, Daily: usd(40)})
	v := b.book.View(b.rules, b.now)
	if v.Day != today || v.WeekStart != "2026-11-22" || v.Live != 1 || v.Free != usd(230) || v.Week.Remaining != usd(140) {
		t.Errorf("sees %+v", v)
	}
	if got := b.book.Campaigns(ads.Meta, today); len(got) != 1 || got[0] != "a" {
		t.Errorf("campaigns are %v", got)
	}
	if got := b.book.Campaigns(ads.TikTok, today); len(got) != 0 {
		t.Errorf("campaigns on another platform are %v", got)
	}
}

// FuzzRules_Affordable proves the arithmetic that partial grants rest on: the worst case of what is affordable fits, and of one unit
// more does not.
func FuzzRules_Affordable(f *testing.F) {
	f.Add(int64(12500), int64(7), int64(4))
	f.Add(int64(1), int64(2), int64(1))
	f.Add(int64(30000), int64(5), int64(4))
	f.Fuzz(func(t *testing.T, room, num, den int64) {
		if room < 0 || room > 1<<50 || num < 1 || den < 1 || num < den || num > 1000 || den > 1000 {
			t.Skip()
		}
		r := treasury.DefaultRules(treasury.Calendar{})
		r.Overdelivery[ads.Meta] = treasury.Ratio{Num: num, Den: den}
		have := money.Minor(room, money.USD)
		daily := r.Affordable(ads.Meta, have)
		if have.Less(r.WorstCase(ads.Meta, daily)) || daily.Minor()%100 != 0 || daily.Negative() {
			t.Fatalf("of %s by %d/%d: %s", have, num, den, daily)
		}
		if more := daily.Add(usd(1)); !have.Less(r.WorstCase(ads.Meta, more)) {
			t.Fatalf("of %s by %d/%d: %s would have fitted", have, num, den, more)
		}
	})
}
