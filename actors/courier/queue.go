package courier

import (
	"time"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/messages"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
)

// choose picks the effect to perform now: a stop of spending before everything else, then the oldest. What changes the same thing keeps
// its order, so that a pause that is being retried is not overtaken by the activation that followed it. later is when the next one is
// due if none is ready.
func choose(waiting []actorkit.PendingEffect, now time.Time) (effect actorkit.PendingEffect, ready bool, later time.Time) {
	blocked := map[string]bool{}
	for _, e := range waiting {
		on := target(e)
		if blocked[on] {
			continue
		}
		blocked[on] = true
		switch {
		case e.NextAttempt.After(now):
			if later.IsZero() || e.NextAttempt.Before(later) {
				later = e.NextAttempt
			}
		case urgent(e):
			return e, true, later
		case !ready:
			effect, ready = e, true
		}
	}
	return effect, ready, later
}

// target names what an effect changes; effects that change nothing which another one could change are their own.
func target(e actorkit.PendingEffect) string {
	payload, ok := e.Payload.(*messages.Effect)
	if !ok {
		return e.ID
	}
	switch what := payload.What.(type) {
	case *messages.Effect_SetDelivery:
		return "delivery/" + what.SetDelivery.Level + "/" + what.SetDelivery.ExternalId
	case *messages.Effect_SetBudget:
		return "budget/" + what.SetBudget.AdSetExternalId
	case *messages.Effect_SetBid:
		return "bid/" + what.SetBid.AdSetExternalId
	case *messages.Effect_SetAccountCeiling:
		return "ceiling"
	case *messages.Effect_NotifyCustomer:
		return "notify/" + what.NotifyCustomer.Channel + "/" + e.Subject
	}
	return e.ID
}

// urgent reports whether an effect stops spending.
func urgent(e actorkit.PendingEffect) bool {
	payload, ok := e.Payload.(*messages.Effect)
	return ok && payload.GetSetDelivery().GetDelivery() == string(ads.Paused)
}
