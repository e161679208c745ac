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
		p.index = map[string]int{}
	}
	p.index[r.ID] = len(p.reservations)
	p.reservations = append(p.reservations, r)
	w.changed("reservation", r.ID)
}

func (w *writer) posting(p facts.Posting) {
	w.purse.postings = append(w.purse.postings, p)
	w.changed("posting", p.ID)
}

// purseMove moves both windows, the day first.
func (w *writer) purseMove(m facts.PurseMove) {
	c := w.oneCurrency("purse "+m.Purse, m.CapDay, m.CapWeek, m.Reserve, m.Charge)
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
	var purses, kinds, starts, currencies []string
	var caps, reserves, charges []int64
	for _, m := range merged(p.moves) {
		purses, kinds, starts, currencies = append(purses, m.purse), append(kinds, m.kind), append(starts, m.starts), append(currencies, m.currency)
		caps, reserves, charges = append(caps, m.cap), append(reserves, m.reserve), append(charges, m.charge)
	}
	w.add("purse_moves", purses, kinds, starts, caps, reserves, charges, currencies)
}

func (p *purseRows) writeAnswers(w *writer) {
	if len(p.answers) == 0 {
		return
	}
	var ids, purses, campaigns, days, currencies, codes, texts []string
	var granted, worst []int64
	var partial []bool
	var retries []*time.Time
	var at []time.Time
	for _, a := range p.answers {
		ids, purses, campaigns, days = append(ids, a.AskID), append(purses, a.Purse), append(campaigns, a.CampaignID), append(days, a.Day)
		granted, worst = append(granted, a.Granted.Minor()), append(worst, a.WorstCase.Minor())
		currencies = append(currencies, w.oneCurrency("answer to "+a.AskID, a.Granted, a.WorstCase))
		partial, codes, texts = append(partial, a.Partial), append(codes, a.Code), append(texts, clean(a.Text))
		retries, at = append(retries, when(a.RetryAt)), append(at, a.At)
	}
	w.add("budget_answers_insert", ids, purses, campaigns, days, granted, worst, currencies, partial, codes, texts, retries, at)
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
