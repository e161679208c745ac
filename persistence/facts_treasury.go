package persistence

import (
	"github.com/agente-ceo/agente-ceo/domain/facts"
)

func (w *writer) reservation(r facts.Reservation) {
	w.add("reservation_put", r.ID, r.Purse, r.CampaignID, r.Platform, r.Day, r.Week, r.Nominal.Minor(), r.WorstCase.Minor(),
		r.Charged.Minor(), w.oneCurrency("reservation "+r.ID, r.Nominal, r.WorstCase, r.Charged), r.State, r.At)
	w.changed("reservation", r.ID)
}

func (w *writer) posting(p facts.Posting) {
	w.add("posting_insert", p.ID, p.Purse, p.ReservationID, p.Kind, p.Debit, p.Credit, p.Amount.Minor(), string(p.Amount.Currency()), p.At)
	w.changed("posting", p.ID)
}

// purseMove moves both windows, the day first: every commit locks them in that order.
func (w *writer) purseMove(m facts.PurseMove) {
	c := w.oneCurrency("purse "+m.Purse, m.CapDay, m.CapWeek, m.Reserve, m.Charge)
	w.add("purse_move", m.Purse, "day", m.Day, m.CapDay.Minor(), m.Reserve.Minor(), m.Charge.Minor(), c)
	w.add("purse_move", m.Purse, "week", m.Week, m.CapWeek.Minor(), m.Reserve.Minor(), m.Charge.Minor(), c)
	w.changed("purse_move", m.Purse)
}
