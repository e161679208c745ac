package treasury

import (
	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/money"
)

// totals are sums over a book's reservations that a turn has asked for, kept while it changes them: many asks are decided in one turn,
// and each looks at its day, its week and its platform several times.
type totals struct {
	days, weeks map[Day]Window // before what ceilings make impossible
	loads       map[platformDay]load
}

type platformDay struct {
	platform ads.Platform
	day      Day
}

func newTotals() *totals {
	return &totals{days: map[Day]Window{}, weeks: map[Day]Window{}, loads: map[platformDay]load{}}
}

// replace takes a reservation out, unless it was not there, and puts another in.
func (s *totals) replace(before, after Reservation) {
	if before.ID != "" {
		if w, ok := s.days[before.Day]; ok {
			s.days[before.Day] = w.without(before)
		}
		if w, ok := s.weeks[before.Week]; ok {
			s.weeks[before.Week] = w.without(before)
		}
		at := platformDay{before.Platform, before.Day}
		if l, ok := s.loads[at]; ok {
			s.loads[at] = l.without(before)
		}
	}
	if w, ok := s.days[after.Day]; ok {
		s.days[after.Day] = w.with(after)
	}
	if w, ok := s.weeks[after.Week]; ok {
		s.weeks[after.Week] = w.with(after)
	}
	at := platformDay{after.Platform, after.Day}
	if l, ok := s.loads[at]; ok {
		s.loads[at] = l.with(after)
	}
}

// look sums up what an ask for a day on a platform will look at, in one go over the book.
func (t *turn) look(p ads.Platform, d Day) {
	at, first := platformDay{p, d}, t.rules.Calendar.Week(d)
	if _, known := t.kept.loads[at]; known {
		return
	}
	l := load{t.rules.zero(), t.rules.zero(), t.rules.zero()}
	var day, week Window
	for i := range t.Book.Reservations {
		x := &t.Book.Reservations[i]
		if x.Week != first && x.Day != d {
			continue
		}
		remaining := x.Remaining()
		if x.Week == first {
			week = Window{Charged: week.Charged.Add(x.Charged), Remaining: week.Remaining.Add(remaining)}
		}
		if x.Day == d {
			day = Window{Charged: day.Charged.Add(x.Charged), Remaining: day.Remaining.Add(remaining)}
		}
		if x.Day == d && x.Platform == p {
			l = load{l.charged.Add(x.Charged), l.remaining.Add(remaining), l.planned.Add(x.Planned)}
		}
	}
	t.kept.days[d], t.kept.weeks[first], t.kept.loads[at] = day, week, l
}

// window is a kept sum, or what is summed up now.
func (t *turn) window(kept map[Day]Window, key Day, in func(*Reservation) bool) Window {
	if w, ok := kept[key]; ok {
		return w
	}
	var w Window
	for i := range t.Book.Reservations {
		if in(&t.Book.Reservations[i]) {
			w = w.with(t.Book.Reservations[i])
		}
	}
	kept[key] = w
	return w
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
	at := platformDay{p, day}
	l, ok := t.kept.loads[at]
	if !ok {
		l = load{t.rules.zero(), t.rules.zero(), t.rules.zero()}
		for i := range t.Book.Reservations {
			if x := &t.Book.Reservations[i]; x.Platform == p && x.Day == day {
				l = l.with(*x)
			}
		}
		t.kept.loads[at] = l
	}
	if but == "" {
		return l
	}
	if x, ok := t.Book.Of(but, day); ok && x.Platform == p {
		l.remaining, l.planned = l.remaining.Sub(x.Remaining()), l.planned.Sub(x.Planned)
	}
	return l
}

// day is Book.Day.
func (t *turn) day(d Day) Window {
	w := t.window(t.kept.days, d, func(x *Reservation) bool { return x.Day == d })
	w.Remaining = w.Remaining.Sub(t.Book.relief(func(x Day) bool { return x == d }))
	return w
}

// week is Book.Week of the week of a day.
func (t *turn) week(d Day) Window {
	first := t.rules.Calendar.Week(d)
	w := t.window(t.kept.weeks, first, func(x *Reservation) bool { return x.Week == first })
	if len(t.Book.Ceilings) == 0 {
		return w
	}
	last := first.AddDays(6)
	w.Remaining = w.Remaining.Sub(t.Book.relief(func(x Day) bool { return first <= x && x <= last }))
	return w
}

// free is Book.Free.
func (t *turn) free(d Day) money.Amount {
	return money.Max(t.rules.zero(), money.Min(t.rules.Caps.Day.Sub(t.day(d).Held()), t.rules.Caps.Week.Sub(t.week(d).Held())))
}
