package treasury

import "github.com/agente-ceo/agente-ceo/domain/money"

// totals are the sums of a book's windows, kept while a turn changes it: many asks are decided in one turn, and each looks at its day and
// its week several times.
type totals struct {
	days     map[Day]Window
	weeks    map[Day]Window
	launches map[Day]money.Amount // held by campaigns on their first day
}

func totalsOf(b Book) *totals {
	s := &totals{days: map[Day]Window{}, weeks: map[Day]Window{}, launches: map[Day]money.Amount{}}
	for _, r := range b.Reservations {
		s.add(r)
	}
	return s
}

func (s *totals) add(r Reservation) {
	s.days[r.Day] = s.days[r.Day].with(r)
	s.weeks[r.Week] = s.weeks[r.Week].with(r)
	if r.Launch {
		s.launches[r.Day] = s.launches[r.Day].Add(r.Held())
	}
}

func (s *totals) take(r Reservation) {
	if r.ID == "" {
		return
	}
	s.days[r.Day] = s.days[r.Day].without(r)
	s.weeks[r.Week] = s.weeks[r.Week].without(r)
	if r.Launch {
		s.launches[r.Day] = s.launches[r.Day].Sub(r.Held())
	}
}

func (w Window) without(r Reservation) Window {
	return Window{Charged: w.Charged.Sub(r.Charged), Remaining: w.Remaining.Sub(r.Remaining())}
}

// windows are the totals of the turn's book.
func (t *turn) windows() *totals {
	if t.sums == nil {
		t.sums = totalsOf(t.Book)
	}
	return t.sums
}

// free is Book.Free.
func (t *turn) free(d Day) money.Amount {
	day := t.rules.Caps.Day.Sub(t.windows().days[d].Held())
	week := t.rules.Caps.Week.Sub(t.windows().weeks[t.rules.Calendar.Week(d)].Held())
	return money.Max(t.rules.zero(), money.Min(day, week))
}

// kept is what of a day's free money only launches may have: the share that is theirs, less what they hold of it.
func (t *turn) kept(d Day) money.Amount {
	left := t.rules.Caps.Day.MulRatio(t.rules.LaunchPercent, 100, money.Down)
	return money.Max(t.rules.zero(), left.Sub(t.windows().launches[d]))
}
