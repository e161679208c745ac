package treasury

import (
	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/money"
)

// totals are sums over a book's reservations, kept while a turn changes them: many asks are decided in one turn, and each looks at its
// day, its week and its platform several times.
type totals struct {
	days, weeks map[Day]Window // before what ceilings make impossible
	loads       map[platformDay]load
}

type platformDay struct {
	platform ads.Platform
	day      Day
}

// sums are the totals of the turn's book.
func (t *turn) sums() *totals {
	if t.kept == nil {
		t.kept = &totals{days: map[Day]Window{}, weeks: map[Day]Window{}, loads: map[platformDay]load{}}
		for _, r := range t.Book.Reservations {
			t.kept.add(r)
		}
	}
	return t.kept
}

func (s *totals) add(r Reservation) {
	s.days[r.Day], s.weeks[r.Week] = s.days[r.Day].with(r), s.weeks[r.Week].with(r)
	at := platformDay{r.Platform, r.Day}
	s.loads[at] = s.loads[at].with(r)
}

// take takes a reservation out; one that was not there is none.
func (s *totals) take(r Reservation) {
	if r.ID == "" {
		return
	}
	s.days[r.Day], s.weeks[r.Week] = s.days[r.Day].without(r), s.weeks[r.Week].without(r)
	at := platformDay{r.Platform, r.Day}
	s.loads[at] = s.loads[at].without(r)
}

func (w Window) without(r Reservation) Window {
	return Window{Charged: w.Charged.Sub(r.Charged), Remaining: w.Remaining.Sub(r.Remaining())}
}

// load is what a platform's reservations of one day come to.
type load struct{ charged, remaining, planned money.Amount }

func (l load) with(r Reservation) load {
	return load{l.charged.Add(r.Charged), l.remaining.Add(r.Remaining()), l.planned.Add(r.Planned)}
}

func (l load) without(r Reservation) load {
	return load{l.charged.Sub(r.Charged), l.remaining.Sub(r.Remaining()), l.planned.Sub(r.Planned)}
}

// load sums up a platform's day; of the campaign but, if it is there, only what was charged counts.
func (t *turn) load(p ads.Platform, day Day, but string) load {
	l, zero := t.sums().loads[platformDay{p, day}], t.rules.zero()
	l = load{zero.Add(l.charged), zero.Add(l.remaining), zero.Add(l.planned)}
	if x, ok := t.Book.Of(but, day); ok && x.Platform == p {
		l.remaining, l.planned = l.remaining.Sub(x.Remaining()), l.planned.Sub(x.Planned)
	}
	return l
}

// day is Book.Day.
func (t *turn) day(d Day) Window {
	w := t.sums().days[d]
	w.Remaining = w.Remaining.Sub(t.Book.relief(func(x Day) bool { return x == d }))
	return w
}

// week is Book.Week of the week of a day.
func (t *turn) week(d Day) Window {
	first := t.rules.Calendar.Week(d)
	w, last := t.sums().weeks[first], first.AddDays(6)
	w.Remaining = w.Remaining.Sub(t.Book.relief(func(x Day) bool { return first <= x && x <= last }))
	return w
}

// free is Book.Free.
func (t *turn) free(d Day) money.Amount {
	return money.Max(t.rules.zero(), money.Min(t.rules.Caps.Day.Sub(t.day(d).Held()), t.rules.Caps.Week.Sub(t.week(d).Held())))
}
