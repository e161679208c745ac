package treasury

import (
	"slices"
	"sort"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/id"
	"github.com/agente-ceo/agente-ceo/domain/money"
)

// State is where a reservation stands.
type State string

// The states. Only an Outstanding reservation holds its worst case; the others hold what was charged.
const (
	Outstanding State = "outstanding"
	Posted      State = "posted"   // the day is over and the figure known
	Released    State = "released" // stopped before the day was over, and the figure known
	Expired     State = "expired"  // the campaign never reached the platform
)

// Reservation is what one campaign may be charged on one account day.
type Reservation struct {
	ID         string
	CampaignID string
	Platform   ads.Platform
	Day        Day
	Week       Day          // first day of the account week
	Nominal    money.Amount // daily budget granted, the highest of the day
	Planned    money.Amount // what the platform's ceiling is to leave room for: the budget, and once the figure is final no more than that
	WorstCase  money.Amount // the most that the platform may charge for it
	Charged    money.Amount // what it charged, as far as it is known
	State      State
	Priority   int64     // the campaign's ROAS in thousandths when it last asked, 0 when new
	GrantedAt  time.Time // when it last grew or was confirmed
	StoppedAt  time.Time // zero while the campaign delivers
	SeenAt     time.Time // when Charged was last observed, zero for never
	Launch     bool      // of a campaign's first day
	Assumed    bool      // made at midnight for a campaign that was neither renewed nor stopped
	Breached   bool      // charged more than the worst case, and reported
}

// Remaining is what can still be charged: nothing once the final figure is known.
func (r Reservation) Remaining() money.Amount {
	left := r.WorstCase.Sub(r.Charged)
	if r.State != Outstanding || left.Negative() {
		return money.Zero(r.WorstCase.Currency())
	}
	return left
}

// Held is what the reservation takes of the caps: charged and still chargeable.
func (r Reservation) Held() money.Amount { return r.Charged.Add(r.Remaining()) }

// Live reports whether the campaign may be delivering under it.
func (r Reservation) Live() bool { return r.State == Outstanding && r.StoppedAt.IsZero() }

// Book is a purse's reservations. The zero value is an empty book. Its methods change nothing: they return the
// book as it is afterwards.
type Book struct {
	Reservations []Reservation // in order of day, then campaign
	Number       int64         // of the last posting
	AlertedDay   Day           // last day with an alert at AlertPercent
	AlertedWeek  Day
	BreachedDay  Day // last account day on which a cap was found broken
	Frozen       bool
	Ceilings     []Ceiling // by platform
	Latest       Day       // the latest account day that has begun
	Wishes       []Wish    // of today, by campaign
	AlertedClock Day       // on which the clock was found to have been put back
	DoubtedAt    time.Time // since when the clock is contradicted; zero: it is not
}

func (b Book) clone() Book {
	b.Reservations = slices.Clone(b.Reservations)
	return b
}

// find is where a reservation is, or would be.
func (b Book) find(campaign string, day Day) (int, bool) {
	i := sort.Search(len(b.Reservations), func(i int) bool {
		r := &b.Reservations[i]
		return r.Day > day || r.Day == day && r.CampaignID >= campaign
	})
	return i, i < len(b.Reservations) && b.Reservations[i].Day == day && b.Reservations[i].CampaignID == campaign
}

// Of returns the reservation of a campaign for a day.
func (b Book) Of(campaign string, day Day) (Reservation, bool) {
	i, ok := b.find(campaign, day)
	if !ok {
		return Reservation{}, false
	}
	return b.Reservations[i], true
}

func (b *Book) put(r Reservation) {
	i, ok := b.find(r.CampaignID, r.Day)
	if ok {
		b.Reservations[i] = r
		return
	}
	b.Reservations = slices.Insert(b.Reservations, i, r)
}

// Window is what a day or a week holds.
type Window struct {
	Charged   money.Amount // what the platforms have charged, as far as it is known
	Remaining money.Amount // the most that they can still charge
}

// Held is both together, which the cap bounds.
func (w Window) Held() money.Amount { return w.Charged.Add(w.Remaining) }

func (w Window) with(r Reservation) Window {
	return Window{Charged: w.Charged.Add(r.Charged), Remaining: w.Remaining.Add(r.Remaining())}
}

// Day sums up an account day.
func (b Book) Day(d Day) Window {
	var w Window
	for _, r := range b.Reservations {
		if r.Day == d {
			w = w.with(r)
		}
	}
	w.Remaining = w.Remaining.Sub(b.relief(func(x Day) bool { return x == d }))
	return w
}

// Week sums up the account week that begins on first.
func (b Book) Week(first Day) Window {
	var w Window
	for _, r := range b.Reservations {
		if r.Week == first {
			w = w.with(r)
		}
	}
	last := first.AddDays(6)
	w.Remaining = w.Remaining.Sub(b.relief(func(x Day) bool { return first <= x && x <= last }))
	return w
}

// Free is what may still be held for a day under both caps: never negative.
func (b Book) Free(r Rules, d Day) money.Amount {
	day := r.Caps.Day.Sub(b.Day(d).Held())
	week := r.Caps.Week.Sub(b.Week(r.Calendar.Week(d)).Held())
	return money.Max(r.zero(), money.Min(day, week))
}

// kept is what of a day's free money only launches may have: the share that is theirs, less what they hold of it.
func (b Book) kept(r Rules, d Day) money.Amount {
	left := r.Caps.Day.MulRatio(r.LaunchPercent, 100, money.Down)
	for i := range b.Reservations {
		if x := &b.Reservations[i]; x.Launch && x.Day == d {
			left = left.Sub(b.takes(r, *x))
		}
	}
	return money.Max(r.zero(), left)
}

// takes is what a reservation takes of the caps by itself: under a ceiling, which bounds all of them together, what it plans.
func (b Book) takes(r Rules, x Reservation) money.Amount {
	c, ok := b.Ceiling(x.Platform)
	if !ok || !r.Ceilings[x.Platform] || c.on(x.Day).Open {
		return x.Held()
	}
	return money.Min(x.Held(), money.Max(x.Planned, x.Charged))
}

// View is a purse at a moment, for people.
type View struct {
	Day, WeekStart Day
	Today, Week    Window
	Free           money.Amount
	Live           int // campaigns that may be delivering today
}

// View sums the book up at now.
func (b Book) View(r Rules, now time.Time) View {
	day := b.today(r, now)
	week := r.Calendar.Week(day)
	v := View{Day: day, WeekStart: week, Today: b.Day(day), Week: b.Week(week), Free: b.Free(r, day)}
	for _, x := range b.Reservations {
		if x.Day == day && x.Live() {
			v.Live++
		}
	}
	return v
}

func reservationID(purse, campaign string, day Day) string {
	return id.Derive(id.Reservation, purse, campaign, string(day))
}
