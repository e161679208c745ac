package persistence

import (
	"cmp"
	"slices"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/facts"
)

// purseRows gathers what one commit changes in the purse, as the columns that unnest takes: an hour's settlement is dozens of rows.
type purseRows struct {
	reservations []facts.Reservation
	postings     []facts.Posting
	moves        []windowMove
	answers      []facts.BudgetAnswer
	index        map[string]int // of reservations, by id
}

// windowMove is what a commit changes in one window.
type windowMove struct {
	purse, kind, starts, currency string
	cap, reserve, charge          int64
}

// reservation keeps the last of what is said of one reservation: each is the whole row.
func (w *writer) reservation(r facts.Reservation) {
	p := &w.purse
	if i, again := p.index[r.ID]; again {
		p.reservations[i] = r
		return
	}
	if p.index == nil {
		p.index, p.reservations = make(map[string]int, w.third()), make([]facts.Reservation, 0, w.third())
	}
	p.index[r.ID] = len(p.reservations)
	p.reservations = append(p.reservations, r)
	w.changed("reservation", r.ID)
}

// third is how many reservations, postings and answers a group of asks comes to, each: as much room is made at once.
func (w *writer) third() int { return 1 + len(w.c.Facts)/3 }

func (w *writer) posting(p facts.Posting) {
	if w.purse.postings == nil {
		w.purse.postings = make([]facts.Posting, 0, w.third())
	}
	w.purse.postings = append(w.purse.postings, p)
	w.changed("posting", p.ID)
}

// purseMove moves both windows, the day first.
func (w *writer) purseMove(m facts.PurseMove) {
	c := w.oneCurrency("purse ", m.Purse, m.CapDay, m.CapWeek, m.Reserve, m.Charge)
	w.purse.moves = append(w.purse.moves,
		windowMove{m.Purse, "day", m.Day, c, m.CapDay.Minor(), m.Reserve.Minor(), m.Charge.Minor()},
		windowMove{m.Purse, "week", m.Week, c, m.CapWeek.Minor(), m.Reserve.Minor(), m.Charge.Minor()})
	w.changed("purse_move", m.Purse)
}

// merged is the moves with those of one window added up, days first, then weeks, by date, which is the order of their locks. Moves are
// only added where that comes to the same: what reserves is tested against its cap, where it stands among what gives back, and moves that
// reserve and take nothing back all fit when the last of them does. Everything else is recorded whatever the cap says.
func merged(moves []windowMove) []windowMove {
	slices.SortStableFunc(moves, func(a, b windowMove) int {
		return cmp.Or(cmp.Compare(a.purse, b.purse), cmp.Compare(a.kind, b.kind), cmp.Compare(a.starts, b.starts))
	})
	out := moves[:0]
	for _, m := range moves {
		if n := len(out); n > 0 && out[n-1].adds(m) {
			out[n-1].reserve, out[n-1].charge = out[n-1].reserve+m.reserve, out[n-1].charge+m.charge
			continue
		}
		out = append(out, m)
	}
	return out
}

func (m windowMove) adds(next windowMove) bool {
	same := m.purse == next.purse && m.kind == next.kind && m.starts == next.starts && m.cap == next.cap && m.currency == next.currency
	grow := m.reserve > 0 && m.charge >= 0 && next.reserve > 0 && next.charge >= 0
	return same && (grow || m.reserve <= 0 && next.reserve <= 0)
}

// write queues a statement for each table.
func (p *purseRows) write(w *writer) {
	p.writeAnswers(w)
	p.writeReservations(w)
	p.writePostings(w)
	if len(p.moves) == 0 {
		return
	}
	m := merged(p.moves)
	n := len(m)
	w.add("purse_moves", column(n, func(i int) string { return m[i].purse }), column(n, func(i int) string { return m[i].kind }),
		column(n, func(i int) string { return m[i].starts }), column(n, func(i int) int64 { return m[i].cap }),
		column(n, func(i int) int64 { return m[i].reserve }), column(n, func(i int) int64 { return m[i].charge }),
		column(n, func(i int) string { return m[i].currency }))
}

// column is a column of n rows, as unnest takes it.
func column[T any](n int, of func(row int) T) []T {
	out := make([]T, n)
	for i := range out {
		out[i] = of(i)
	}
	return out
}

func (p *purseRows) writeAnswers(w *writer) {
	x, n := p.answers, len(p.answers)
	if n == 0 {
		return
	}
	w.add("budget_answers_insert", column(n, func(i int) string { return x[i].AskID }), column(n, func(i int) string { return x[i].Purse }),
		column(n, func(i int) string { return x[i].CampaignID }), column(n, func(i int) string { return x[i].Day }),
		column(n, func(i int) int64 { return x[i].Granted.Minor() }), column(n, func(i int) int64 { return x[i].WorstCase.Minor() }),
		column(n, func(i int) string { return w.oneCurrency("answer to ", x[i].AskID, x[i].Granted, x[i].WorstCase) }),
		column(n, func(i int) bool { return x[i].Partial }), column(n, func(i int) string { return x[i].Code }),
		column(n, func(i int) string { return clean(x[i].Text) }), column(n, func(i int) *time.Time { return when(x[i].RetryAt) }),
		column(n, func(i int) time.Time { return x[i].At }))
}

func (p *purseRows) writeReservations(w *writer) {
	r, n := p.reservations, len(p.reservations)
	if n == 0 {
		return
	}
	w.add("reservations_put", column(n, func(i int) string { return r[i].ID }), column(n, func(i int) string { return r[i].Purse }),
		column(n, func(i int) string { return r[i].CampaignID }), column(n, func(i int) string { return r[i].Platform }),
		column(n, func(i int) string { return r[i].Day }), column(n, func(i int) string { return r[i].Week }),
		column(n, func(i int) int64 { return r[i].Nominal.Minor() }), column(n, func(i int) int64 { return r[i].WorstCase.Minor() }),
		column(n, func(i int) int64 { return r[i].Charged.Minor() }),
		column(n, func(i int) string {
			return w.oneCurrency("reservation ", r[i].ID, r[i].Nominal, r[i].WorstCase, r[i].Charged)
		}),
		column(n, func(i int) string { return r[i].State }), column(n, func(i int) time.Time { return r[i].At }))
}

func (p *purseRows) writePostings(w *writer) {
	x, n := p.postings, len(p.postings)
	if n == 0 {
		return
	}
	w.add("postings_insert", column(n, func(i int) string { return x[i].ID }), column(n, func(i int) string { return x[i].Purse }),
		column(n, func(i int) string { return x[i].ReservationID }), column(n, func(i int) string { return x[i].Kind }),
		column(n, func(i int) string { return x[i].Debit }), column(n, func(i int) string { return x[i].Credit }),
		column(n, func(i int) int64 { return x[i].Amount.Minor() }), column(n, func(i int) string { return string(x[i].Amount.Currency()) }),
		column(n, func(i int) time.Time { return x[i].At }))
}
