package campaign

import (
	"github.com/asynkron/protoactor-go/actor"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/campaign"
	"github.com/agente-ceo/agente-ceo/messages"
)

// performed is the one outcome that counts as success.
// The outcomes of effects that matter here; every other one leaves open whether it was done.
const (
	performed = "done"
	refused   = "refused"
)

func (a *Actor) onPerformed(c actor.Context, m *messages.EffectPerformed) {
	t := a.begin()
	t.Performed(campaign.Answer{
		StepID: m.EffectId, Done: m.Outcome == performed && m.Receipt != nil,
		ExternalID: m.Receipt.GetExternalId(), Delivery: ads.Delivery(m.Receipt.GetStatus()),
		Refused: m.Outcome == refused, Code: m.Code, Text: m.Text,
	})
	a.finish(c, t)
}

func (a *Actor) onCreatives(c actor.Context, m *messages.CreativesReady) {
	t := a.begin()
	t.TakeCreatives(m.RequestId, creativesOf(m.Creatives))
	a.finish(c, t)
}
