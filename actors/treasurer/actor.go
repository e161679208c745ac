// Package treasurer is the only one who grants money: what campaigns may be charged by the day, under the caps of a day and a week.
//
//	receives  ReserveBudget, ReleaseBudget, SpendObserved, EffectPerformed, GetTreasury, Freeze, Unfreeze; its alarms "settle" (hourly), "day" (account midnight), "ceiling"
//	replies   BudgetReserved or BudgetRefused to campaign/{id}, durable; Treasury, Accepted
//	owns      reservations, postings, the windows of the purse, the platforms' own limits on the account; FetchSpend to the platforms' couriers; Freeze to the ceo on a breach
//	survives  everything: the book is its snapshot, a repeated request gets the same answer, and the database refuses what would pass a cap
package treasurer

import (
	"context"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/treasury"
	"github.com/agente-ceo/agente-ceo/messages"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
)

// Campaigns reads what the platforms call our campaigns.
type Campaigns interface {
	// ExternalIDs maps our ids to the platforms'. A campaign that does not exist on its platform yet is absent.
	ExternalIDs(ctx context.Context, campaignIDs []string) (map[string]string, error)
}

// Deps are what the actor needs.
type Deps struct {
	Kit       actorkit.Deps
	Campaigns Campaigns
	// Rules are read at every decision, so that changed caps take effect at once.
	Rules func() treasury.Rules
}

const (
	settleAlarm  = "settle"
	dayAlarm     = "day"
	ceilingAlarm = "ceiling"
	settleEvery  = time.Hour
	readTimeout  = 10 * time.Second
	// lookBack is how many days back the platforms are asked for figures: they revise for that long.
	lookBack = 3
)

// Actor is a treasurer.
type Actor struct {
	deps         Deps
	kit          *actorkit.Kit
	book         treasury.Book
	observations int64 // number of the last one that was asked for
}

// New makes the actor for its key, treasurer/main.
func New(d Deps, key actorkit.Key) actor.Actor {
	return &Actor{deps: d, kit: actorkit.New(d.Kit, key)}
}

// Receive routes; it decides nothing.
func (a *Actor) Receive(c actor.Context) {
	switch m := c.Message().(type) {
	case *actor.Started:
		a.onStarted(c)
	case *actor.Stopping, *actor.Stopped, *actor.Restarting:
		a.kit.Stop()
	case *messages.Wake:
	case *actorkit.Due:
		a.onDue(c, m)
	case *messages.ReserveBudget:
		a.onReserve(c, m)
	case *messages.ReleaseBudget:
		a.onRelease(c, m)
	case *messages.SpendObserved:
		a.onSpendObserved(c, m)
	case *messages.EffectPerformed:
		a.onPerformed(c, m)
	case *messages.GetTreasury:
		a.onGetTreasury(c)
	case *messages.Freeze:
		a.onFreeze(c, m.FreezeId, m.By, m.Reason, true)
	case *messages.Unfreeze:
		a.onFreeze(c, m.UnfreezeId, m.By, m.Reason, false)
	default:
		a.kit.Unhandled(c)
	}
}

func (a *Actor) onStarted(c actor.Context) {
	var state messages.TreasurerState
	a.kit.Start(c, &state)
	a.book, a.observations = bookOf(&state), state.SettleNumber
	if _, armed := a.kit.Alarm(settleAlarm); !armed {
		a.kit.Commit(c, actorkit.Change{Schedule: []actorkit.Alarm{a.nextSettlement(), a.nextDay()}})
	}
	if _, armed := a.kit.Alarm(ceilingAlarm); !armed {
		a.kit.Commit(c, actorkit.Change{Schedule: []actorkit.Alarm{{Name: ceilingAlarm, At: a.deps.Rules().NextReview(a.kit.Now())}}})
	}
}

func (a *Actor) onDue(c actor.Context, m *actorkit.Due) {
	switch m.Name {
	case dayAlarm:
		a.record(c, a.book.Roll(a.deps.Rules(), a.kit.Now()), actorkit.Change{Schedule: []actorkit.Alarm{a.nextDay()}})
	case ceilingAlarm:
		a.adjust(c)
	default:
		a.settle(c)
	}
}

// onReserve answers a campaign. The book decides; the database has the last word, and its refusal is an answer too.
func (a *Actor) onReserve(c actor.Context, m *messages.ReserveBudget) {
	rules, now, ask := a.deps.Rules(), a.kit.Now(), askOf(m)
	outcome, answer := a.book.Reserve(rules, now, ask)
	change := a.answered(outcome, ask, answer)
	if err := a.kit.TryCommit(c, change); err != nil {
		a.deps.Kit.Log.Warn("the ledger refused what the book allowed", "actor", a.kit.Key().String(), "campaign", ask.CampaignID, "error", err)
		outcome, answer = a.book.Refuse(rules, now, ask)
		a.kit.Commit(c, a.answered(outcome, ask, answer))
	}
	a.book = outcome.Book
}

func (a *Actor) answered(o treasury.Outcome, ask treasury.Ask, answer treasury.Answer) actorkit.Change {
	change := actorkit.Change{
		State: stateOf(o.Book, a.observations),
		Facts: o.Facts,
		Tells: []actorkit.Tell{{To: actorkit.Key{Kind: "campaign", ID: answer.CampaignID}, Msg: answerMessage(answer)}},
	}
	if len(o.Book.Answers) > len(a.book.Answers) {
		change.Audit = append(change.Audit, a.auditAnswer(o.Book, ask, answer))
	}
	return change
}

func (a *Actor) onRelease(c actor.Context, m *messages.ReleaseBudget) {
	a.record(c, a.book.Release(a.deps.Rules(), a.kit.Now(), m.CampaignId, timeOf(m.StoppedAtMs)), actorkit.Change{})
}

func (a *Actor) onSpendObserved(c actor.Context, m *messages.SpendObserved) {
	if !m.Ok {
		return // what is not known stays held; the next settlement asks again
	}
	outcome := a.book.Settle(a.deps.Rules(), a.kit.Now(), observationOf(m))
	if len(outcome.Facts) == 0 && len(outcome.Breaches) == 0 {
		a.book = outcome.Book // only the time of the observation, which needs no disk
		return
	}
	a.record(c, outcome, actorkit.Change{})
	if len(outcome.Drifts) > 0 {
		a.adjust(c)
	}
}

// settle frees what was held for campaigns that never got anywhere, and asks the platforms what they charged.
func (a *Actor) settle(c actor.Context) {
	rules, now := a.deps.Rules(), a.kit.Now()
	today := rules.Calendar.Day(now)
	since := a.book.Since(today, lookBack)
	asks := make([]*messages.FetchSpend, len(ads.Platforms()))
	unpublished := map[string]bool{}
	for i, p := range ads.Platforms() {
		asks[i] = a.spendOf(p, since, today, unpublished)
	}
	if expired := a.book.Expire(rules, now, unpublished); len(expired.Facts) > 0 {
		a.record(c, expired, actorkit.Change{Schedule: []actorkit.Alarm{a.nextSettlement()}})
	} else {
		a.kit.Postpone(a.nextSettlement()) // asking changes nothing: what is answered will be written down
	}
	for i, p := range ads.Platforms() {
		if asks[i] != nil {
			a.kit.Tell(actorkit.Key{Kind: "courier", ID: string(p)}, asks[i])
		}
	}
}

// spendOf is the question to one platform, nil when nothing of ours is there and no ceiling is to be read; campaigns that never reached it go into unpublished.
func (a *Actor) spendOf(p ads.Platform, since, until treasury.Day, unpublished map[string]bool) *messages.FetchSpend {
	campaigns, ceiling := a.book.Campaigns(p, since), a.deps.Rules().Ceilings[p]
	if len(campaigns) == 0 && !ceiling {
		return nil
	}
	external := a.externalIDs(campaigns)
	ours := map[string]string{}
	for _, id := range campaigns {
		if external[id] == "" {
			unpublished[id] = true
			continue
		}
		ours[external[id]] = id
	}
	if len(ours) == 0 && !ceiling {
		return nil
	}
	a.observations++
	return fetchSpend(a.kit.Key().ID, p, a.observations, since, until, ours, ceiling)
}

func (a *Actor) externalIDs(campaigns []string) map[string]string {
	if len(campaigns) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), readTimeout)
	defer cancel()
	external, err := a.deps.Campaigns.ExternalIDs(ctx, campaigns)
	if err != nil {
		panic(err) // the store is away: the supervisor tries again
	}
	return external
}

// record commits an outcome together with whatever else changes, and then takes it over.
func (a *Actor) record(c actor.Context, o treasury.Outcome, change actorkit.Change) {
	change.State, change.Facts = stateOf(o.Book, a.observations), o.Facts
	change.Audit = append(change.Audit, auditOutcome(o)...)
	for _, b := range o.Breaches {
		change.Facts = append(change.Facts, a.breachAlert(b))
		change.Tells = append(change.Tells, a.freeze(b))
	}
	a.kit.Commit(c, change)
	a.book = o.Book
}

func (a *Actor) onFreeze(c actor.Context, commandID, by, reason string, frozen bool) {
	if a.book.Frozen != frozen {
		next := a.book
		next.Frozen = frozen
		action := "purse_unfrozen"
		if frozen {
			action = "purse_frozen"
		}
		a.record(c, treasury.Outcome{Book: next}, actorkit.Change{Audit: []actorkit.Audit{{Action: action, Subject: a.kit.Key().ID, Reason: reason, By: by}}})
	}
	a.kit.Reply(c, &messages.Accepted{Id: commandID})
}

func (a *Actor) onGetTreasury(c actor.Context) {
	rules := a.deps.Rules()
	a.kit.Reply(c, treasuryMessage(rules, a.book.View(rules, a.kit.Now())))
}

func (a *Actor) nextSettlement() actorkit.Alarm {
	return actorkit.Alarm{Name: settleAlarm, At: a.kit.Now().Add(settleEvery)}
}

func (a *Actor) nextDay() actorkit.Alarm {
	calendar := a.deps.Rules().Calendar
	return actorkit.Alarm{Name: dayAlarm, At: calendar.End(calendar.Day(a.kit.Now()))}
}
