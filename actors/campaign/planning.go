package campaign

import (
	"github.com/asynkron/protoactor-go/actor"

	"github.com/agente-ceo/agente-ceo/messages"
)

func (a *Actor) onPlan(c actor.Context, m *messages.PlanCampaign) {
	t := a.begin()
	t.Accept(planOf(m))
	a.finish(c, t)
}

func (a *Actor) onApproval(c actor.Context, m *messages.ApprovalDecided) {
	t := a.begin()
	t.Answered(m.ApprovalId, m.Approved, m.Manifest, m.By, m.Reason)
	a.finish(c, t)
}
