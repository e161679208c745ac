package treasurer

import (
	"context"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/facts"
	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/domain/treasury"
	"github.com/agente-ceo/agente-ceo/messages"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
)

// group is several messages as they are decided, each on the book that those before it leave. Nothing of the actor changes before
// the commit.
type group struct {
	a            *Actor
	rules        treasury.Rules
	book         treasury.Book
	desk         *treasury.Desk // open while asks follow each other
	observations int64
	answers      []treasury.Answer // given for the first time
	given        map[string]treasury.Answer
	refused      error // the ledger's, to the only message of the group
	changed      bool  // the book or the number of observations has to be written
	decision     actorkit.Decision
	after        []func() // what is said once it is stored
}

// decide is the treasurer's actorkit.Decide.
func (a *Actor) decide(asked []actorkit.Asked, refused error) actorkit.Decision {
	if fault.CodeOf(refused) == "answered_before" {
		a.recall(asked)
	} else if refused != nil {
		a.deps.Kit.Log.Warn("the ledger refused what the book allowed", "actor", a.kit.Key().String(), "messages", len(asked), "error", refused)
		if len(asked) > 1 {
			return actorkit.Decision{Singly: true}
		}
	}
	g := &group{a: a, rules: a.deps.Rules(), book: a.book, observations: a.observations, refused: refused}
	g.expect(len(asked))
	for _, x := range asked {
		g.take(x)
	}
	g.closeDesk()
	if g.changed {
		g.decision.Change.State = a.encoded.snapshot(g.book, g.observations)
	}
	g.decision.Apply = g.apply
	return g.decision
}

// expect makes room for what so many asks come to: an answer, a reservation and a posting each, a line of the audit log and a message.
func (g *group) expect(asks int) {
	change := &g.decision.Change
	change.Facts, change.Audit, change.Tells = make([]facts.Fact, 0, 3*asks+1), make([]actorkit.Audit, 0, asks), make([]actorkit.Tell, 0, asks)
	g.answers, g.given = make([]treasury.Answer, 0, asks), make(map[string]treasury.Answer, asks)
}

// recall reads the answers of asks that this incarnation does not remember.
func (a *Actor) recall(asked []actorkit.Asked) {
	var ids []string
	for _, x := range asked {
		if m, ok := x.Msg.(*messages.ReserveBudget); ok {
			ids = append(ids, m.ReservationId)
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), readTimeout)
	defer cancel()
	found, err := a.deps.Answers.BudgetAnswers(ctx, ids)
	if err != nil {
		panic(err) // the store is away: the supervisor tries again
	}
	for _, f := range found {
		a.answers.keep(answerOf(f))
	}
}

func (g *group) apply() {
	g.a.book, g.a.observations = g.book, g.observations
	for _, answer := range g.answers {
		g.a.answers.keep(answer)
	}
	for _, say := range g.after {
		say()
	}
}

// take decides one message.
func (g *group) take(x actorkit.Asked) {
	if m, ok := x.Msg.(*messages.ReserveBudget); ok {
		g.reserve(askOf(m))
		return
	}
	g.closeDesk()
	now := g.a.kit.Now()
	switch m := x.Msg.(type) {
	case *messages.ReleaseBudget:
		g.record(g.book.Release(g.rules, now, m.CampaignId, timeOf(m.StoppedAtMs)))
	case *messages.SpendObserved:
		g.observe(m)
	case *messages.EffectPerformed:
		g.performed(m)
	case *messages.Freeze:
		g.freeze(x, m.FreezeId, m.By, m.Reason, true)
	case *messages.Unfreeze:
		g.freeze(x, m.UnfreezeId, m.By, m.Reason, false)
	case *actorkit.Due:
		g.due(m)
	}
}

// reserve answers a campaign. The book decides; the database has the last word, and its refusal is an answer too.
func (g *group) reserve(ask treasury.Ask) {
	answer, known := g.given[ask.ID]
	if !known {
		answer, known = g.a.answers.of(ask.ID)
	}
	if !known {
		answer = g.answer(ask)
	}
	to := actorkit.Key{Kind: "campaign", ID: answer.CampaignID}
	g.decision.Change.Tells = append(g.decision.Change.Tells, actorkit.Tell{To: to, Msg: answerMessage(answer)})
}

func (g *group) answer(ask treasury.Ask) treasury.Answer {
	if g.desk == nil {
		g.desk = g.book.Desk(g.rules, g.a.kit.Now())
	}
	decide := g.desk.Reserve
	if g.refused != nil && fault.CodeOf(g.refused) != "answered_before" {
		decide = g.desk.Refuse
	}
	answer := decide(ask)
	g.given[ask.ID] = answer
	g.answers = append(g.answers, answer)
	g.decision.Change.Facts = append(g.decision.Change.Facts, answerFact(g.rules.Purse, answer))
	g.decision.Change.Audit = append(g.decision.Change.Audit, auditAnswer(g.rules, g.desk, ask, answer))
	return answer
}

// closeDesk takes over what the asks since the last other message have changed.
func (g *group) closeDesk() {
	if g.desk == nil {
		return
	}
	outcome := g.desk.Outcome()
	g.desk = nil
	g.record(outcome)
}

func (g *group) observe(m *messages.SpendObserved) {
	if !m.Ok {
		return // what is not known stays held; the next settlement asks again
	}
	outcome := g.book.Settle(g.rules, g.a.kit.Now(), observationOf(m))
	if len(outcome.Facts) == 0 && len(outcome.Breaches) == 0 {
		g.book = outcome.Book // only the time of the observation, which needs no disk
		return
	}
	g.record(outcome)
	if len(outcome.Drifts) > 0 {
		g.adjust()
	}
	g.offer()
}

func (g *group) due(m *actorkit.Due) {
	switch m.Name {
	case dayAlarm:
		g.roll()
	case ceilingAlarm:
		g.adjust()
	default:
		g.settle()
	}
}

// roll begins an account day. What had to be assumed for it is stopped, and what it was charged is asked for at once.
func (g *group) roll() {
	outcome := g.book.Roll(g.rules, g.a.kit.Now())
	g.record(outcome)
	next := g.a.nextDay()
	if g.book.Latest < g.rules.Calendar.Day(g.a.kit.Now()) { // nobody has confirmed yet that it has begun
		next.At = g.a.kit.Now().Add(unconfirmedFor)
	}
	g.decision.Change.Schedule = append(g.decision.Change.Schedule, next)
	if len(outcome.Assumed) > 0 {
		g.settle()
	}
}

// settle frees what was held for campaigns that never got anywhere, and asks the platforms what they charged.
func (g *group) settle() {
	now := g.a.kit.Now()
	today := g.rules.Calendar.Day(now)
	since := g.book.Since(today, lookBack)
	unpublished := map[string]bool{}
	for _, p := range ads.Platforms() {
		ceiling := g.rules.Ceilings[p]
		if ours := g.a.published(g.book.Campaigns(p, since), unpublished); len(ours) > 0 || ceiling {
			g.observations++
			ask := fetchSpend(g.a.kit.Key().ID, p, g.observations, since, today, ours, ceiling)
			g.after = append(g.after, func() { g.a.kit.Tell(actorkit.Key{Kind: "courier", ID: string(p)}, ask) })
		}
	}
	if expired := g.book.Expire(g.rules, now, unpublished); len(expired.Facts) > 0 {
		g.record(expired)
	}
	// Asking changes nothing: what is answered will be written down.
	g.decision.Postpone = append(g.decision.Postpone, g.a.nextSettlement())
}

func (g *group) freeze(x actorkit.Asked, commandID, by, reason string, frozen bool) {
	if g.book.Frozen != frozen {
		next := g.book
		next.Frozen = frozen
		action := "purse_unfrozen"
		if frozen {
			action = "purse_frozen"
		}
		g.record(treasury.Outcome{Book: next})
		g.decision.Change.Audit = append(g.decision.Change.Audit, actorkit.Audit{Action: action, Subject: g.a.kit.Key().ID, Reason: reason, By: by})
	}
	g.after = append(g.after, func() { x.Reply(&messages.Accepted{Id: commandID}) })
}

// record takes an outcome over, with whatever follows from it.
func (g *group) record(o treasury.Outcome) {
	change := &g.decision.Change
	change.Facts = append(change.Facts, o.Facts...)
	change.Audit = append(change.Audit, auditOutcome(o)...)
	g.lapse(o)
	g.trust(o)
	for _, b := range o.Breaches {
		change.Facts = append(change.Facts, g.a.breachAlert(b))
		change.Tells = append(change.Tells, g.a.freeze(b))
	}
	g.book, g.changed = o.Book, true
}
