package treasury_test

import (
	"testing"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/facts"
	"github.com/agente-ceo/agente-ceo/domain/treasury"
)

// ceiled is a book on whose account Meta has counted nothing yet and stops at a limit, in whole units; 0 is none. It was read yesterday.
func ceiled(t *testing.T, limit int64) *bench {
	b := setup(t)
	b.rules.Ceilings = map[ads.Platform]bool{ads.Meta: true}
	noon := b.now
	b.now = noon.AddDate(0, 0, -1)
	b.see(limit, 0)
	b.now = noon
	return b
}

// see is an observation of the ceiling, and of charges.
func (b *bench) see(limit, spent int64, rows ...treasury.Spend) treasury.Outcome {
	o := b.book.Settle(b.rules, b.now, treasury.Observation{
		At: b.now, Platform: ads.Meta, Spend: rows, Ceiled: true, Ceiling: ads.Ceiling{Limit: usd(limit), Spent: usd(spent)},
	})
	b.book = o.Book
	return o
}

// adjust has the ceilings set, and returns the one limit that is asked for, in minor units; 0 for none.
func (b *bench) adjust() (change string, limit int64) {
	b.t.Helper()
	o := b.book.Adjust(b.rules, b.now)
	b.book = o.Book
	if len(o.Changes) == 0 {
		return "", 0
	}
	return o.Changes[0].ID, o.Changes[0].Limit.Minor()
}

func (b *bench) landed(change, outcome string, limit, spent int64) treasury.Outcome {
	o := b.book.CeilingSet(b.rules, b.now, change, outcome, ads.Ceiling{Limit: usd(limit), Spent: usd(spent)})
	b.book = o.Book
	return o
}

func alertsOf(o treasury.Outcome) (kinds []string) {
	for _, f := range o.Facts {
		if a, ok := f.(facts.Alert); ok {
			kinds = append(kinds, a.Kind+" "+a.Severity)
		}
	}
	return kinds
}

func TestBook_ReserveUnderACeiling(t *testing.T) {
	t.Run("GrantsBudgetsAndNotTheirWorstCase", func(t *testing.T) {
		b := ceiled(t, 1)
		for _, c := range []string{"a", "b", "c"} {
			if a := b.ask(treasury.Ask{CampaignID: c, Daily: usd(100)}); a.Granted != usd(100) {
				t.Errorf("%s got %+v", c, a)
			}
		}
		b.wants(today, usd(0), usd(300))
		if a := b.ask(treasury.Ask{CampaignID: "d", Daily: usd(10), Minimum: usd(5)}); !a.Refused() {
			t.Errorf("the day is full, and got %+v", a)
		}
	})
	t.Run("GrantsByTheFactorWhileNoneIsInForce", func(t *testing.T) {
		b := ceiled(t, 0)
		if a := b.ask(treasury.Ask{CampaignID: "a", Daily: usd(300)}); a.Granted != usd(171) {
			t.Errorf("got %+v", a)
		}
	})
	t.Run("GrantsByTheFactorWhereTheLimitIsTooHigh", func(t *testing.T) {
		b := ceiled(t, 10_000)
		if a := b.ask(treasury.Ask{CampaignID: "a", Daily: usd(300)}); a.Granted != usd(171) {
			t.Errorf("got %+v", a)
		}
	})
	t.Run("DecidesManyAsOneByOne", func(t *testing.T) {
		b := ceiled(t, 40)
		desk, want := b.book.Desk(b.rules, b.now), b.book
		for i, campaign := range []string{"a", "b", "a", "c", "b", "d"} {
			ask := treasury.Ask{ID: campaign, CampaignID: campaign, Platform: ads.Meta, Daily: usd(int64(60 + 20*i)), Minimum: usd(5)}
			o, answer := want.Reserve(b.rules, b.now, ask)
			want = o.Book
			if got := desk.Reserve(ask); got != answer {
				t.Errorf("ask %d: got %+v, one by one %+v", i, got, answer)
			}
		}
		if got, alone := desk.Outcome().Book.Day(today), want.Day(today); got != alone {
			t.Errorf("holds %+v, one by one %+v", got, alone)
		}
	})
	t.Run("CountsWhatTheLimitHasLeft", func(t *testing.T) {
		b := ceiled(t, 200) // 200 can be charged today whatever is planned
		b.ask(treasury.Ask{CampaignID: "a", Daily: usd(150)})
		b.wants(today, usd(0), usd(200))
		if a := b.ask(treasury.Ask{CampaignID: "t", Platform: ads.TikTok, Daily: usd(100)}); a.Granted != usd(80) {
			t.Errorf("TikTok got %+v of the 100 that are left", a)
		}
		if a := b.ask(treasury.Ask{CampaignID: "b", Daily: usd(50)}); a.Granted != usd(50) {
			t.Errorf("what the limit leaves anyway was not granted: %+v", a)
		}
		b.wants(today, usd(0), usd(300))
	})
	t.Run("ChargesOfOthersEatTheLimit", func(t *testing.T) {
		b := ceiled(t, 100)
		b.ask(treasury.Ask{CampaignID: "a", Daily: usd(100)})
		b.see(100, 40, treasury.Spend{CampaignID: "theirs", Day: today, Amount: usd(40), Foreign: true})
		b.wants(today, usd(40), usd(60))
	})
	t.Run("KnowsNothingOfADayOnWhichItBeganToRead", func(t *testing.T) {
		b := setup(t)
		b.rules.Ceilings = map[ads.Platform]bool{ads.Meta: true}
		b.see(5_000, 4_900) // the account is old, and how much of that is of today nobody knows
		if a := b.ask(treasury.Ask{CampaignID: "a", Daily: usd(300)}); a.Granted != usd(171) {
			t.Errorf("got %+v", a)
		}
		if _, limit := b.adjust(); limit != 0 {
			t.Errorf("asks for a limit of %d under what was counted", limit)
		}
	})
	t.Run("HoldsWhatTheFactorSaysOnceItIsSwitchedOff", func(t *testing.T) {
		b := ceiled(t, 1)
		b.ask(treasury.Ask{CampaignID: "a", Daily: usd(100)})
		b.wants(today, usd(0), usd(100))
		b.rules.Ceilings = nil
		b.see(1, 0)
		b.wants(today, usd(0), usd(175))
		if len(b.book.Ceilings) != 0 {
			t.Errorf("still knows %+v", b.book.Ceilings)
		}
	})
}

func TestBook_Adjust(t *testing.T) {
	t.Run("RaisesToWhatIsPlanned", func(t *testing.T) {
		b := ceiled(t, 1)
		b.ask(treasury.Ask{CampaignID: "a", Daily: usd(120)})
		change, limit := b.adjust()
		if limit != 120_00 {
			t.Errorf("asks for %d", limit)
		}
		if _, again := b.adjust(); again != 0 {
			t.Errorf("asks for %d while a change is under way", again)
		}
		b.now = b.now.Add(time.Minute)
		b.landed(change, "done", 120, 0)
		b.wants(today, usd(0), usd(120))
		if c, _ := b.book.Ceiling(ads.Meta); c.Limit != usd(120) || c.Change != "" {
			t.Errorf("knows %+v", c)
		}
		if _, again := b.adjust(); again != 0 {
			t.Errorf("asks for %d although it is in force", again)
		}
	})
	t.Run("TakesAnUnknownOutcomeForARaise", func(t *testing.T) {
		b := ceiled(t, 1)
		b.ask(treasury.Ask{CampaignID: "a", Daily: usd(200)})
		change, _ := b.adjust()
		b.now = b.now.Add(time.Minute)
		b.landed(change, "failed", 0, 0)
		b.book = b.book.Release(b.rules, b.now, "a", b.now).Book
		b.now = b.now.Add(4 * time.Hour)
		b.settle(b.now, treasury.Spend{CampaignID: "a", Day: today, Amount: usd(0)}) // it is over: nothing is planned any more
		if a := b.ask(treasury.Ask{CampaignID: "b", Daily: usd(200)}); a.Granted != usd(200) {
			t.Errorf("what may be in force was not granted: %+v", a)
		}
		b.wants(today, usd(0), usd(200))
		if a := b.ask(treasury.Ask{CampaignID: "t", Platform: ads.TikTok, Daily: usd(200)}); a.Granted != usd(80) {
			t.Errorf("TikTok got %+v beside a limit of 200", a)
		}
		b.see(1, 0) // it was never in force
		if c, _ := b.book.Ceiling(ads.Meta); !c.Asked.IsZero() {
			t.Errorf("knows %+v", c)
		}
	})
	t.Run("ARefusalChangedNothing", func(t *testing.T) {
		b := ceiled(t, 1)
		b.ask(treasury.Ask{CampaignID: "a", Daily: usd(200)})
		change, _ := b.adjust()
		b.landed(change, "refused", 0, 0)
		if c, _ := b.book.Ceiling(ads.Meta); !c.Asked.IsZero() || c.Limit != usd(1) {
			t.Errorf("knows %+v", c)
		}
	})
	t.Run("AtMostFourTimesADay", func(t *testing.T) {
		b := ceiled(t, 1)
		raises := 0
		for n := range int64(8) {
			b.now = b.now.Add(time.Minute)
			b.ask(treasury.Ask{CampaignID: "a", Daily: usd(20 * (n + 1))})
			if change, limit := b.adjust(); change != "" {
				raises++
				b.landed(change, "done", limit/100, 0)
			}
		}
		if raises != treasury.RaisesADay {
			t.Errorf("raised %d times", raises)
		}
	})
	t.Run("NotWhileFrozenAndNotForALittle", func(t *testing.T) {
		b := ceiled(t, 100)
		b.ask(treasury.Ask{CampaignID: "a", Daily: usd(103)})
		if _, limit := b.adjust(); limit != 0 {
			t.Errorf("asks for %d for the sake of 3", limit)
		}
		b.ask(treasury.Ask{CampaignID: "a", Daily: usd(150)})
		b.book.Frozen = true
		if _, limit := b.adjust(); limit != 0 {
			t.Errorf("asks for %d while everything is frozen", limit)
		}
	})
}

func TestBook_CeilingOverMidnight(t *testing.T) {
	midnight := time.Date(2026, 11, 26, 3, 0, 0, 0, time.UTC)
	// We die at noon with 300 planned and in force, 50 charged; the campaign goes on over midnight.
	dead := func(t *testing.T) *bench {
		b := ceiled(t, 300)
		b.ask(treasury.Ask{CampaignID: "a", Daily: usd(300)})
		b.see(300, 50, treasury.Spend{CampaignID: "a", Day: today, Amount: usd(50)})
		b.now = midnight.Add(5 * time.Hour)
		o := b.book.Roll(b.rules, b.now)
		if b.book = o.Book; len(o.Breaches) != 0 || len(o.Assumed) != 1 {
			t.Errorf("assumed %+v, found %+v", o.Assumed, o.Breaches)
		}
		return b
	}
	t.Run("WhatIsLeftOfTheLimitIsCountedInTheNewDay", func(t *testing.T) {
		b := dead(t)
		b.wants(today, usd(50), usd(250))
		b.wants(tomorrow, usd(0), usd(300)) // 250 are left of it, and 300 are planned
	})
	t.Run("AndIsFreeOnceTheDayIsSettled", func(t *testing.T) {
		b := dead(t)
		b.see(300, 300, treasury.Spend{CampaignID: "a", Day: today, Amount: usd(280)}, treasury.Spend{CampaignID: "a", Day: tomorrow, Amount: usd(20)})
		b.wants(today, usd(280), usd(0))
		b.wants(tomorrow, usd(20), usd(280))
		if _, limit := b.adjust(); limit != 580_00 {
			t.Errorf("asks for %d, want what was counted before the day and 300", limit)
		}
	})
	t.Run("ARenewalIsPlannedForBeforeItsDay", func(t *testing.T) {
		b := ceiled(t, 300)
		b.ask(treasury.Ask{CampaignID: "a", Daily: usd(300)})
		b.now = midnight.Add(-90 * time.Minute)
		b.see(300, 270, treasury.Spend{CampaignID: "a", Day: today, Amount: usd(270)})
		if a := b.ask(treasury.Ask{CampaignID: "a", Day: tomorrow, Daily: usd(300)}); a.Granted != usd(300) {
			t.Errorf("got %+v", a)
		}
		b.wants(tomorrow, usd(0), usd(300))
		b.now = midnight.Add(15 * time.Minute)
		b.book = b.book.Roll(b.rules, b.now).Book
		if _, limit := b.adjust(); limit != 570_00 {
			t.Errorf("asks for %d, want 300 more than what was certainly counted before midnight", limit)
		}
	})
}

func TestBook_CeilingChangedBySomebody(t *testing.T) {
	t.Run("ARaiseIsReckonedWithAndSetBack", func(t *testing.T) {
		b := ceiled(t, 100)
		b.ask(treasury.Ask{CampaignID: "a", Daily: usd(100)})
		o := b.see(250, 10)
		if got := alertsOf(o); len(got) != 1 || got[0] != "ceiling_changed critical" || len(o.Drifts) != 1 || len(o.Breaches) != 0 {
			t.Errorf("alerts %v, %+v", got, o.Drifts)
		}
		b.wants(today, usd(0), usd(175)) // the campaign's own worst case is less than the limit now
		change, limit := b.adjust()
		if limit != 100_00 {
			t.Errorf("sets it back to %d", limit)
		}
		b.now = b.now.Add(time.Minute)
		b.landed(change, "done", 100, 10)
		b.wants(today, usd(0), usd(175)) // it may have been charged by now
		b.now = b.now.Add(4 * time.Hour)
		b.see(100, 90)
		b.wants(today, usd(0), usd(100))
	})
	t.Run("ARaiseBeyondTheCapsIsABreach", func(t *testing.T) {
		b := ceiled(t, 1)
		b.ask(treasury.Ask{CampaignID: "a", Daily: usd(250)})
		b.ask(treasury.Ask{CampaignID: "t", Platform: ads.TikTok, Daily: usd(40)})
		if o := b.see(2_000, 10); len(o.Breaches) != 1 || o.Breaches[0].Code != "ceiling_lost" {
			t.Errorf("found %+v", o.Breaches)
		}
		b.wants(today, usd(0), usd(300)) // the windows hold no more than their caps
	})
	t.Run("TakingItAwayIsABreachToo", func(t *testing.T) {
		b := ceiled(t, 1)
		b.ask(treasury.Ask{CampaignID: "a", Daily: usd(250)})
		if o := b.see(0, 10); len(o.Breaches) != 1 {
			t.Errorf("found %+v", o.Breaches)
		}
		if _, limit := b.adjust(); limit != 250_00 {
			t.Errorf("sets it to %d", limit)
		}
	})
	t.Run("ALowerOneIsKeptForTheDay", func(t *testing.T) {
		b := ceiled(t, 200)
		b.ask(treasury.Ask{CampaignID: "a", Daily: usd(200)})
		if got := alertsOf(b.see(50, 10)); len(got) != 1 || got[0] != "ceiling_changed warning" {
			t.Errorf("alerts %v", got)
		}
		if _, limit := b.adjust(); limit != 0 {
			t.Errorf("raises it to %d against somebody's will", limit)
		}
		b.now = b.now.AddDate(0, 0, 1)
		b.book = b.book.Roll(b.rules, b.now).Book
		if _, limit := b.adjust(); limit == 0 {
			t.Error("never raises it again")
		}
	})
	t.Run("ACountThatBeginsAnewAllowsTheWholeLimitOnceMore", func(t *testing.T) {
		b := ceiled(t, 100)
		b.ask(treasury.Ask{CampaignID: "a", Daily: usd(100)})
		b.see(100, 60, treasury.Spend{CampaignID: "a", Day: today, Amount: usd(60)})
		b.wants(today, usd(60), usd(40))
		b.see(100, 0)
		b.wants(today, usd(60), usd(115)) // all that the campaign's budget can cost, 175
	})
	t.Run("AnOldReadingIsNobodysDoing", func(t *testing.T) {
		b := ceiled(t, 1)
		b.ask(treasury.Ask{CampaignID: "a", Daily: usd(100)})
		change, _ := b.adjust()
		read := b.now
		b.now = b.now.Add(time.Minute)
		b.landed(change, "done", 100, 0)
		o := b.book.Settle(b.rules, b.now, treasury.Observation{At: read, Platform: ads.Meta, Ceiled: true, Ceiling: ads.Ceiling{Limit: usd(1), Spent: usd(0)}})
		if len(o.Drifts) != 0 {
			t.Errorf("found %+v", o.Drifts)
		}
	})
}

func TestRules_NextReview(t *testing.T) {
	b := setup(t)
	at, last := b.rules.Calendar.Start(today), ""
	for range treasury.RaisesADay + 1 {
		at = b.rules.NextReview(at)
		last += at.Format(" 02T15:04")
	}
	if want := " 25T03:15 25T06:30 25T15:00 25T20:00 26T03:15"; last != want {
		t.Errorf("reviews at%s, want%s", last, want)
	}
}
