package treasury_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/facts"
	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/domain/treasury"
)

func usd(dollars int64) money.Amount { return money.Minor(dollars*100, money.USD) }

// bench is a book under the default rules on Wednesday 2026-11-25, noon in São Paulo.
type bench struct {
	t     *testing.T
	rules treasury.Rules
	book  treasury.Book
	now   time.Time
	asked int
}

const today, tomorrow = treasury.Day("2026-11-25"), treasury.Day("2026-11-26")

func setup(t *testing.T) *bench {
	t.Parallel()
	return &bench{t: t, rules: treasury.DefaultRules(calendar(t, "America/Sao_Paulo", time.Sunday)), now: time.Date(2026, 11, 25, 15, 0, 0, 0, time.UTC)}
}

func (b *bench) ask(a treasury.Ask) treasury.Answer {
	b.t.Helper()
	b.asked++
	if a.ID == "" {
		a.ID = fmt.Sprint("ask-", b.asked)
	}
	if a.Platform == "" {
		a.Platform = ads.Meta
	}
	o, answer := b.book.Reserve(b.rules, b.now, a)
	b.book = o.Book
	return answer
}

func (b *bench) settle(at time.Time, rows ...treasury.Spend) treasury.Outcome {
	o := b.book.Settle(b.rules, at, treasury.Observation{At: at, Platform: ads.Meta, Spend: rows})
	b.book = o.Book
	return o
}

func (b *bench) wants(day treasury.Day, charged, remaining money.Amount) {
	b.t.Helper()
	if w := b.book.Day(day); w.Charged.Cmp(charged) != 0 || w.Remaining.Cmp(remaining) != 0 {
		b.t.Errorf("%s: %s charged and %s to come, want %s and %s", day, w.Charged, w.Remaining, charged, remaining)
	}
}

func TestBook_Reserve(t *testing.T) {
	t.Run("HoldsTheWorstCase", func(t *testing.T) {
		b := setup(t)
		a := b.ask(treasury.Ask{CampaignID: "a", Daily: usd(50)})
		if a.Refused() || a.Partial || a.Granted != usd(50) || a.WorstCase != money.Minor(87_50, money.USD) {
			t.Errorf("answered %+v", a)
		}
		b.wants(today, usd(0), money.Minor(87_50, money.USD))
	})
	t.Run("DecidesManyAsOneByOne", func(t *testing.T) {
		b := setup(t)
		desk, want := b.book.Desk(b.rules, b.now), b.book
		for i, campaign := range []string{"a", "b", "a", "c", "b"} {
			ask := treasury.Ask{ID: fmt.Sprint(i), CampaignID: campaign, Platform: ads.Meta, Daily: usd(int64(40 + i))}
			o, answer := want.Reserve(b.rules, b.now, ask)
			want = o.Book
			if diff := cmp.Diff(answer, desk.Reserve(ask), cmp.AllowUnexported(money.Amount{})); diff != "" {
				t.Errorf("ask %d: %s", i, diff)
			}
		}
		if diff := cmp.Diff(want, desk.Outcome().Book, cmp.AllowUnexported(money.Amount{})); diff != "" {
			t.Error(diff)
		}
		if len(b.book.Reservations) != 0 {
			t.Error("the desk changed the book that it was opened on")
		}
	})
	t.Run("TopsUpARaise", func(t *testing.T) {
		b := setup(t)
		b.ask(treasury.Ask{CampaignID: "a", Daily: usd(40)})
		if a := b.ask(treasury.Ask{CampaignID: "a", Daily: usd(60)}); a.Granted != usd(60) || a.WorstCase != usd(105) {
			t.Errorf("answered %+v", a)
		}
		b.wants(today, usd(0), usd(105))
	})
	t.Run("KeepsWhatWasPossibleEarlierInTheDay", func(t *testing.T) {
		b := setup(t)
		b.ask(treasury.Ask{CampaignID: "a", Daily: usd(60)})
		if a := b.ask(treasury.Ask{CampaignID: "a", Daily: usd(40)}); a.Granted != usd(40) || a.WorstCase != usd(105) {
			t.Errorf("answered %+v", a)
		}
	})
	t.Run("GrantsWholeDollarsOfWhatIsLeft", func(t *testing.T) {
		b := setup(t)
		b.ask(treasury.Ask{CampaignID: "a", Daily: usd(100)})
		a := b.ask(treasury.Ask{CampaignID: "b", Daily: usd(100), Minimum: usd(20)})
		if !a.Partial || a.Granted != usd(71) { // (300 − 175) × 4/7 = 71.43
			t.Errorf("answered %+v", a)
		}
	})
}

func TestBook_ReserveRefuses(t *testing.T) {
	t.Run("OverDailyCap", func(t *testing.T) {
		b := setup(t)
		b.ask(treasury.Ask{CampaignID: "a", Daily: usd(150)})
		a := b.ask(treasury.Ask{CampaignID: "b", Daily: usd(50), Minimum: usd(22)})
		if a.Code != treasury.CodeCapDay || a.RetryAt.Format(time.RFC3339) != "2026-11-26T03:00:00Z" || !a.Granted.IsZero() {
			t.Errorf("answered %+v", a)
		}
		b.wants(today, usd(0), money.Minor(262_50, money.USD))
	})
	t.Run("OverWeeklyCap", func(t *testing.T) {
		b := setup(t)
		b.rules.Caps.Week = usd(350)
		b.ask(treasury.Ask{CampaignID: "a", Daily: usd(150)})
		a := b.ask(treasury.Ask{CampaignID: "a", Day: tomorrow, Daily: usd(150), Minimum: usd(60)})
		// Today's remainder may be free again three hours after midnight.
		if a.Code != treasury.CodeCapWeek || a.RetryAt.Format(time.RFC3339) != "2026-11-26T06:00:00Z" {
			t.Errorf("answered %+v", a)
		}
	})
	t.Run("WhileFrozen", func(t *testing.T) {
		b := setup(t)
		b.book.Frozen = true
		if a := b.ask(treasury.Ask{CampaignID: "a", Daily: usd(5)}); a.Code != treasury.CodeFrozen {
			t.Errorf("answered %+v", a)
		}
	})
	t.Run("Nonsense", func(t *testing.T) {
		b := setup(t)
		for _, a := range []treasury.Ask{
			{CampaignID: "a", Daily: usd(0)}, {CampaignID: "a", Daily: money.Minor(5000, "BRL")}, {CampaignID: "a", Daily: usd(5), Platform: "myspace"},
			{CampaignID: "a", Daily: usd(5), Day: "2026-11-24"}, {CampaignID: "a", Daily: usd(5), Day: "2026-11-27"},
		} {
			if answer := b.ask(a); !answer.Refused() {
				t.Errorf("%+v was granted: %+v", a, answer)
			}
		}
	})
}

func TestBook_ReserveTomorrow(t *testing.T) {
	t.Run("SharesByROAS", func(t *testing.T) {
		b := setup(t)
		for _, c := range []string{"a", "b"} {
			b.ask(treasury.Ask{CampaignID: c, Daily: usd(80), Priority: 1000})
		}
		rich := b.ask(treasury.Ask{CampaignID: "a", Day: tomorrow, Daily: usd(160), Minimum: usd(10), Priority: 3000})
		poor := b.ask(treasury.Ask{CampaignID: "b", Day: tomorrow, Daily: usd(80), Minimum: usd(10), Priority: 1000})
		if rich.Granted != usd(128) || poor.Granted != usd(42) { // 3/4 and 1/4 of $300, by 4/7
			t.Errorf("granted %s and %s", rich.Granted, poor.Granted)
		}
	})
	t.Run("GrantsAllWhenAllFits", func(t *testing.T) {
		b := setup(t)
		b.ask(treasury.Ask{CampaignID: "a", Daily: usd(80)})
		b.ask(treasury.Ask{CampaignID: "b", Daily: usd(80)})
		if a := b.ask(treasury.Ask{CampaignID: "b", Day: tomorrow, Daily: usd(80)}); a.Partial || a.Refused() {
			t.Errorf("answered %+v", a)
		}
	})
}

func TestBook_Release(t *testing.T) {
	t.Run("HoldsUntilTheFigureIsKnown", func(t *testing.T) {
		b := setup(t)
		b.ask(treasury.Ask{CampaignID: "a", Daily: usd(40)})
		stop := b.now.Add(time.Hour)
		b.book = b.book.Release(b.rules, stop, "a", stop).Book
		b.wants(today, usd(0), usd(70))
		b.settle(stop.Add(b.rules.SettleLag-time.Second), treasury.Spend{CampaignID: "a", Day: today, Amount: usd(9)})
		b.wants(today, usd(9), usd(61))
		o := b.settle(stop.Add(b.rules.SettleLag), treasury.Spend{CampaignID: "a", Day: today, Amount: usd(10)})
		b.wants(today, usd(10), usd(0))
		if len(o.Settled) != 1 || o.Settled[0].State != treasury.Released {
			t.Errorf("settled %+v", o.Settled)
		}
	})
	t.Run("FreesDaysThatHaveNotBegunAtOnce", func(t *testing.T) {
		b := setup(t)
		b.ask(treasury.Ask{CampaignID: "a", Day: tomorrow, Daily: usd(40)})
		b.book = b.book.Release(b.rules, b.now, "a", b.now).Book
		b.wants(tomorrow, usd(0), usd(0))
	})
	t.Run("IgnoresAStopFromBeforeTheGrant", func(t *testing.T) {
		b := setup(t)
		b.ask(treasury.Ask{CampaignID: "a", Daily: usd(40)})
		b.book = b.book.Release(b.rules, b.now, "a", b.now.Add(-time.Minute)).Book
		if r, _ := b.book.Of("a", today); !r.Live() {
			t.Errorf("an old message stopped %+v", r)
		}
	})
	t.Run("ResumesOnTheSameDay", func(t *testing.T) {
		b := setup(t)
		b.ask(treasury.Ask{CampaignID: "a", Daily: usd(40)})
		b.book = b.book.Release(b.rules, b.now, "a", b.now).Book
		b.now = b.now.Add(4 * time.Hour)
		b.settle(b.now, treasury.Spend{CampaignID: "a", Day: today, Amount: usd(30)})
		if a := b.ask(treasury.Ask{CampaignID: "a", Daily: usd(8)}); a.Granted != usd(8) || a.WorstCase != usd(30) {
			t.Errorf("answered %+v", a)
		}
		b.wants(today, usd(30), usd(0))
	})
}

func TestBook_Settle(t *testing.T) {
	after := time.Date(2026, 11, 26, 6, 0, 0, 0, time.UTC) // three hours after the end of today

	t.Run("PostsADayThatIsOver", func(t *testing.T) {
		b := setup(t)
		b.ask(treasury.Ask{CampaignID: "a", Daily: usd(40)})
		b.settle(after.Add(-time.Second), treasury.Spend{CampaignID: "a", Day: today, Amount: usd(30)})
		b.wants(today, usd(30), usd(40))
		b.settle(after, treasury.Spend{CampaignID: "a", Day: today, Amount: usd(31)})
		b.wants(today, usd(31), usd(0))
	})
	t.Run("TakesRevisionsLater", func(t *testing.T) {
		b := setup(t)
		b.ask(treasury.Ask{CampaignID: "a", Daily: usd(40)})
		b.settle(after, treasury.Spend{CampaignID: "a", Day: today, Amount: usd(31)})
		b.settle(after.Add(time.Hour), treasury.Spend{CampaignID: "a", Day: today, Amount: usd(29)})
		b.wants(today, usd(29), usd(0))
	})
	t.Run("IgnoresOlderObservations", func(t *testing.T) {
		b := setup(t)
		b.ask(treasury.Ask{CampaignID: "a", Daily: usd(40)})
		b.settle(after, treasury.Spend{CampaignID: "a", Day: today, Amount: usd(31)})
		b.settle(after.Add(-time.Minute), treasury.Spend{CampaignID: "a", Day: today, Amount: usd(2)})
		b.wants(today, usd(31), usd(0))
	})
	t.Run("GivesNothingBackWhileTheDayRuns", func(t *testing.T) {
		b := setup(t)
		b.ask(treasury.Ask{CampaignID: "a", Daily: usd(40)})
		b.settle(b.now, treasury.Spend{CampaignID: "a", Day: today, Amount: usd(31)})
		b.settle(b.now.Add(time.Hour), treasury.Spend{CampaignID: "a", Day: today, Amount: usd(2)})
		b.wants(today, usd(31), usd(39))
	})
}

func TestBook_SettleFinds(t *testing.T) {
	t.Run("ChargesOverTheReservationOnce", func(t *testing.T) {
		b := setup(t)
		b.ask(treasury.Ask{CampaignID: "a", Daily: usd(40)})
		over := treasury.Spend{CampaignID: "a", Day: today, Amount: money.Minor(70_01, money.USD)}
		if o := b.settle(b.now, over); len(o.Breaches) != 1 || o.Breaches[0].Code != "over_reservation" {
			t.Errorf("found %+v", o.Breaches)
		}
		if o := b.settle(b.now.Add(time.Hour), over); len(o.Breaches) != 0 {
			t.Errorf("found again %+v", o.Breaches)
		}
	})
	t.Run("ABrokenCap", func(t *testing.T) {
		b := setup(t)
		b.ask(treasury.Ask{CampaignID: "a", Daily: usd(170)})
		o := b.settle(b.now, treasury.Spend{CampaignID: "a", Day: today, Amount: usd(301)})
		if len(o.Breaches) != 2 || o.Breaches[1].Code != treasury.CodeCapDay || o.Breaches[1].Held != usd(301) {
			t.Errorf("found %+v", o.Breaches)
		}
	})
	t.Run("ForeignSpendWithoutStopping", func(t *testing.T) {
		b := setup(t)
		o := b.settle(b.now, treasury.Spend{CampaignID: "120", Day: today, Amount: usd(50), Foreign: true})
		b.wants(today, usd(50), usd(0))
		if len(o.Breaches) != 0 || len(alerts(o)) != 1 {
			t.Errorf("found %+v and %+v", o.Breaches, alerts(o))
		}
	})
	t.Run("EightyPerCentOnceAWindow", func(t *testing.T) {
		b := setup(t)
		b.ask(treasury.Ask{CampaignID: "a", Daily: usd(171)})
		for i, want := range []int{0, 1, 0} {
			spent := money.Minor([]int64{239_99, 240_00, 250_00}[i], money.USD)
			o := b.settle(b.now.Add(time.Duration(i)*time.Hour), treasury.Spend{CampaignID: "a", Day: today, Amount: spent})
			if got := alerts(o); len(got) != want {
				t.Errorf("at %s: %+v", spent, got)
			}
		}
		o := b.book.Roll(b.rules, time.Date(2026, 11, 26, 6, 0, 0, 0, time.UTC))
		if len(o.Facts) == 0 || o.Book.AlertedDay != "" {
			t.Errorf("the alert of a day that is over stays open: %+v", o.Facts)
		}
	})
}

func alerts(o treasury.Outcome) []facts.Alert {
	var out []facts.Alert
	for _, f := range o.Facts {
		if a, ok := f.(facts.Alert); ok {
			out = append(out, a)
		}
	}
	return out
}
