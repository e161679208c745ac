package campaign

import (
	"github.com/asynkron/protoactor-go/actor"

	"github.com/agente-ceo/agente-ceo/domain/campaign"
	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/messages"
)

func (a *Actor) onPause(c actor.Context, m *messages.PauseCampaign) {
	t := a.begin()
	a.answer(c, t, t.Pause(m.CommandId, m.By, m.Reason))
}

func (a *Actor) onResume(c actor.Context, m *messages.ResumeCampaign) {
	t := a.begin()
	a.answer(c, t, t.Resume(m.CommandId, m.By, m.Reason))
}

func (a *Actor) onChangeBudget(c actor.Context, m *messages.ChangeBudget) {
	t := a.begin()
	a.answer(c, t, t.ChangeBudget(m.CommandId, amount(m.DailyBudget), m.By, m.Reason))
}

func (a *Actor) onDecideNow(c actor.Context, m *messages.DecideNow) {
	t := a.begin()
	fetch, now, err := t.AskDecision(m.CommandId, m.By)
	if now {
		t.Decide(a.deps.Policy(), m.By)
	}
	a.answer(c, t, err)
	if fetch {
		a.fetch()
	}
}

// answer records a command and accepts it, or refuses it and changes nothing.
func (a *Actor) answer(c actor.Context, t *campaign.Turn, err error) {
	if err != nil {
		a.kit.Reply(c, &messages.Refusal{Code: fault.CodeOf(err), Text: err.Error()})
		return
	}
	a.finish(c, t)
	a.kit.Reply(c, &messages.Accepted{Id: a.kit.Key().ID})
}
