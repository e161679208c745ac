package campaign

import (
	"github.com/asynkron/protoactor-go/actor"

	"github.com/agente-ceo/agente-ceo/messages"
)

func (a *Actor) onReserved(c actor.Context, m *messages.BudgetReserved) {
	t := a.begin()
	t.Granted(m.ReservationId, m.Day, amount(m.DailyBudget), m.Partial)
	a.finish(c, t)
}

func (a *Actor) onRefused(c actor.Context, m *messages.BudgetRefused) {
	t := a.begin()
	t.Refused(m.ReservationId, m.Code, m.Text, when(m.RetryAtMs))
	a.finish(c, t)
}

func (a *Actor) onFreed(c actor.Context, m *messages.BudgetFreed) {
	t := a.begin()
	t.Freed(m.Day)
	a.finish(c, t)
}
