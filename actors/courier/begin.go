package courier

import (
	"context"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/agente-ceo/agente-ceo/domain/delivery"
	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/messages"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
)

// ended is the code of an effect that is over: the courier's queue is older than the outbox.
const ended = "effect_ended"

// start begins an effect and has it performed. A raise of spending that is not entitled to begin is over without a call, unless it may
// have been performed before: then it is looked up, and no more.
func (a *Actor) start(c actor.Context, effect actorkit.PendingEffect) {
	refusal, err := a.begin(effect)
	switch {
	case err == nil:
		a.perform(c, effect, refusal)
	case fault.KindOf(err) == fault.Refused && fault.CodeOf(err) != ended && fault.CodeOf(err) != actorkit.StaleEpoch:
		a.onPerformed(c, &performed{effect: effect, attempt: attempt{err: err, verdict: delivery.Verdict{State: delivery.Refused}, unsent: true}})
	default:
		panic(err)
	}
}

// begin writes down the intent, before the call that cannot be taken back.
func (a *Actor) begin(effect actorkit.PendingEffect) (lookOnly, err error) {
	if err := a.objection(effect); err != nil {
		if effect.State == actorkit.EffectPending {
			return nil, err
		}
		lookOnly = err
	}
	ctx, cancel := context.WithTimeout(context.Background(), outboxTimeout)
	defer cancel()
	refusal, err := a.deps.Outbox.BeginEffect(ctx, a.kit.Fence(), effect.ID, a.kit.Now())
	if lookOnly == nil {
		lookOnly = refusal
	}
	return lookOnly, err
}

// objection is what speaks against a raise of spending without asking the database: the brake, or that nothing pays for it.
func (a *Actor) objection(effect actorkit.PendingEffect) error {
	if !raises(effect) {
		return nil
	}
	if payload := effect.Payload.(*messages.Effect); payload.Raises() && payload.Grant == nil {
		return fault.Refuse("grant_missing", "it carries nothing that pays for it")
	}
	return a.deps.Brake.Refusal()
}

// raises reports whether an effect is one that the brake stops: it raises spending or loosens a limit on it.
func raises(e actorkit.PendingEffect) bool {
	payload, ok := e.Payload.(*messages.Effect)
	return ok && (payload.Raises() || payload.Loosens())
}

// perform has an effect done outside the mailbox that is written down as begun. What raises spending is asked of the brake once more
// right before the call, and broken off when the brake is pulled meanwhile.
func (a *Actor) perform(c actor.Context, effect actorkit.PendingEffect, lookOnly error) {
	a.busy, a.readNext = true, true
	performer, policy, failed := a.deps.Performer, a.deps.Policy(), int(a.tries[effect.ID])
	brake := a.deps.Brake
	a.kit.Run(c, a.deps.Timeout, func(ctx context.Context) any {
		if raises(effect) {
			guarded, release := brake.Guard(ctx)
			defer release()
			ctx = guarded
			if lookOnly == nil {
				lookOnly = brake.Refusal()
			}
		}
		return &performed{effect: effect, attempt: attemptAt(ctx, performer, policy, effect, failed, lookOnly)}
	})
}

// won is what a created entity is to be the only one of.
func (a *Actor) won(e actorkit.PendingEffect, done attempt) *actorkit.Won {
	payload, ok := e.Payload.(*messages.Effect)
	if !ok || !payload.Creates() || payload.Entity == "" || done.verdict.State != delivery.Done {
		return nil
	}
	return &actorkit.Won{
		Plan: e.Subject, Entity: payload.Entity, Level: payload.Level(), Platform: a.kit.Key().ID, ExternalID: done.receipt.GetExternalId(),
	}
}

// yield gives an answer the external id that won before this one: what was made now is a twin, stays paused, and is swept.
func (a *Actor) yield(m *performed) {
	ctx, cancel := context.WithTimeout(context.Background(), outboxTimeout)
	defer cancel()
	payload := m.effect.Payload.(*messages.Effect)
	winner, err := a.deps.Outbox.Winner(ctx, m.effect.Subject, payload.Entity)
	if err != nil {
		panic(err)
	}
	m.attempt.twin = m.attempt.receipt.ExternalId
	m.attempt.receipt.ExternalId = winner
}
