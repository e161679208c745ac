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
}

// windowMove is what a commit changes in one window.
type windowMove struct {
	purse, kind, starts, currency string
	cap, reserve, charge          int64
}

// reservation keeps the last of what is said of one reservation: each is the whole row.
func (w *writer) reservation(r facts.Reservation) {
	rows := &w.purse.reservations
	if i := slices.IndexFunc(*rows, func(x facts.Reservation) bool { return x.ID == r.ID }); i >= 0 {
		(*rows)[i] = r
	} else {
		*rows = append(*rows, r)
	}
	w.changed("reservation", r.ID)
}

func (w *writer) posting(p facts.Posting) {
	w.purse.postings = append(w.purse.postings, p)
	w.changed("posting", p.ID)
}

// purseMove moves both windows, the day first.
func (w *writer) purseMove(m facts.PurseMove) {
	c := w.oneCurrency("purse "+m.Purse, m.CapDay, m.CapWeek, m.Reserve, m.Charge)
	w.purse.move(windowMove{m.Purse, "day", m.Day, c, m.CapDay.Minor(), m.Reserve.Minor(), m.Charge.Minor()})
	w.purse.move(windowMove{m.Purse, "week", m.Week, c, m.CapWeek.Minor(), m.Reserve.Minor(), m.Charge.Minor()})
	w.changed("purse_move", m.Purse)
}

// move adds to the last move of the same window where that comes to the same: what reserves is tested against its cap by itself and in
// its order, and everything else is recorded whatever the cap says.
func (p *purseRows) move(m windowMove) {
	for i := len(p.moves) - 1; i >= 0 && m.reserve <= 0 && p.moves[i].reserve <= 0; i-- {
		have := &p.moves[i]
		if have.purse == m.purse && have.kind == m.kind && have.starts == m.starts && have.cap == m.cap && have.currency == m.currency {
			have.reserve, have.charge = have.reserve+m.reserve, have.charge+m.charge
			return
		}
	}
	p.moves = append(p.moves, m)
}

// write queues a statement for each table. Windows that only give back or are charged are locked days first, then weeks, by date;
// those of a reservation in its own order, which is the same.
func (p *purseRows) write(w *writer) {
	p.writeReservations(w)
	p.writePostings(w)
	if len(p.moves) == 0 {
		return
	}
	if !slices.ContainsFunc(p.moves, func(m windowMove) bool { return m.reserve > 0 }) {
		slices.SortStableFunc(p.moves, func(a, b windowMove) int {
			return cmp.Or(cmp.Compare(a.purse, b.purse), cmp.Compare(a.kind, b.kind), cmp.Compare(a.starts, b.starts))
		})
	}
	var purses, kinds, starts, currencies []string
	var caps, reserves, charges []int64
	for _, m := range p.moves {
		purses, kinds, starts, currencies = append(purses, m.purse), append(kinds, m.kind), append(starts, m.starts), append(currencies, m.currency)
		caps, reserves, charges = append(caps, m.cap), append(reserves, m.reserve), append(charges, m.charge)
	}
	w.add("purse_moves", purses, kinds, starts, caps, reserves, charges, currencies)
}

func (p *purseRows) writeReservations(w *writer) {
	if len(p.reservations) == 0 {
		return
	}
	var ids, purses, campaigns, platforms, days, weeks, currencies, states []string
	var nominal, worst, charged []int64
	var at []time.Time
	for _, r := range p.reservations {
		ids, purses, campaigns, platforms = append(ids, r.ID), append(purses, r.Purse), append(campaigns, r.CampaignID), append(platforms, r.Platform)
		days, weeks, states, at = append(days, r.Day), append(weeks, r.Week), append(states, r.State), append(at, r.At)
		nominal, worst, charged = append(nominal, r.Nominal.Minor()), append(worst, r.WorstCase.Minor()), append(charged, r.Charged.Minor())
		currencies = append(currencies, w.oneCurrency("reservation "+r.ID, r.Nominal, r.WorstCase, r.Charged))
	}
	w.add("reservations_put", ids, purses, campaigns, platforms, days, weeks, nominal, worst, charged, currencies, states, at)
}

func (p *purseRows) writePostings(w *writer) {
	if len(p.postings) == 0 {
		return
	}
	var ids, purses, reservations, kinds, debits, credits, currencies []string
	var amounts []int64
	var at []time.Time
	for _, x := range p.postings {
		ids, purses, reservations, kinds = append(ids, x.ID), append(purses, x.Purse), append(reservations, x.ReservationID), append(kinds, x.Kind)
		debits, credits, at = append(debits, x.Debit), append(credits, x.Credit), append(at, x.At)
		amounts, currencies = append(amounts, x.Amount.Minor()), append(currencies, string(x.Amount.Currency()))
	}
	w.add("postings_insert", ids, purses, reservations, kinds, debits, credits, amounts, currencies, at)
}
