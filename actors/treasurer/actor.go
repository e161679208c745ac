// Package treasurer is the only one who grants money: what campaigns may be charged by the day, under the caps of a day and a week.
//
//	receives  ReserveBudget, ReleaseBudget, SpendObserved, EffectPerformed, GetTreasury, Freeze, Unfreeze; its alarms "settle" (hourly), "day" (account midnight), "ceiling"
//	replies   BudgetReserved or BudgetRefused to campaign/{id}, durable; Treasury, Accepted
//	owns      reservations, postings, the windows of the purse, the platforms' own limits on the account; FetchSpend to the platforms' couriers; Freeze to the ceo on a breach
//	survives  everything: the book is its snapshot, a repeated request gets the same answer, and the database refuses what would pass a cap
//
// What arrives while a commit is on its way is decided together, one after another, and committed at once (actorkit.Group).
package treasurer

import (
	"context"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/agente-ceo/agente-ceo/domain/facts"
	"github.com/agente-ceo/agente-ceo/domain/treasury"
	"github.com/agente-ceo/agente-ceo/messages"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
)

// Campaigns reads what the platforms call our campaigns.
type Campaigns interface {
	// ExternalIDs maps our ids to the platforms'. A campaign that does not exist on its platform yet is absent.
	ExternalIDs(ctx context.Context, campaignIDs []string) (map[string]string, error)
}

// Answers reads what was answered to asks of a budget, by the facts that were committed with the answers.
type Answers interface {
	// BudgetAnswers lists the answers in no order. An ask that was never answered is absent.
	BudgetAnswers(ctx context.Context, askIDs []string) ([]facts.BudgetAnswer, error)
}

// Deps are what the actor needs.
type Deps struct {
	Kit       actorkit.Deps
	Campaigns Campaigns
	Answers   Answers
	// Rules are read at every decision, so that changed caps take effect at once.
	Rules func() treasury.Rules
}

const (
	settleAlarm  = "settle"
	dayAlarm     = "day"
	ceilingAlarm = "ceiling"
	settleEvery  = time.Hour
	readTimeout  = 10 * time.Second
	// unconfirmedFor is when a day that nobody has confirmed to have begun is looked at again.
	unconfirmedFor = 5 * time.Minute
	// lookBack is how many days back the platforms are asked for figures: they revise for that long.
	lookBack = 3
)

// Actor is a treasurer.
type Actor struct {
	deps         Deps
	kit          *actorkit.Kit
	group        *actorkit.Group
	book         treasury.Book
	answers      remembered
	encoded      encoded
	observations int64 // number of the last one that was asked for
}

// New makes the actor for its key, treasurer/main.
func New(d Deps, key actorkit.Key) actor.Actor {
	a := &Actor{deps: d, kit: actorkit.New(d.Kit, key)}
	a.group = a.kit.Group(a.decide)
	return a
}

// Receive routes; it decides nothing.
func (a *Actor) Receive(c actor.Context) {
	switch c.Message().(type) {
	case *actor.Started:
		a.onStarted(c)
	case *actor.Stopping, *actor.Stopped, *actor.Restarting:
		a.kit.Stop()
	case *messages.Wake:
	case *messages.GetTreasury:
		a.onGetTreasury(c)
	case *actorkit.Due, *messages.ReserveBudget, *messages.ReleaseBudget, *messages.SpendObserved, *messages.EffectPerformed, *messages.Freeze,
		*messages.Unfreeze:
		a.group.Add(c)
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
		a.kit.Commit(c, actorkit.Change{Schedule: []actorkit.Alarm{a.nextReview()}})
	}
}

// published maps the platforms' ids of campaigns to ours; those that never reached their platform go into unpublished.
func (a *Actor) published(campaigns []string, unpublished map[string]bool) map[string]string {
	if len(campaigns) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), readTimeout)
	defer cancel()
	external, err := a.deps.Campaigns.ExternalIDs(ctx, campaigns)
	if err != nil {
		panic(err) // the store is away: the supervisor tries again
	}
	ours := map[string]string{}
	for _, id := range campaigns {
		if external[id] == "" {
			unpublished[id] = true
			continue
		}
		ours[external[id]] = id
	}
	return ours
}

func (a *Actor) onGetTreasury(c actor.Context) {
	rules := a.deps.Rules()
	a.kit.Reply(c, treasuryMessage(rules, a.book.View(rules, a.kit.Now())))
}

func (a *Actor) nextSettlement() actorkit.Alarm {
	return actorkit.Alarm{Name: settleAlarm, At: a.kit.Now().Add(settleEvery)}
}

func (a *Actor) nextReview() actorkit.Alarm {
	return actorkit.Alarm{Name: ceilingAlarm, At: a.deps.Rules().NextReview(a.kit.Now())}
}

func (a *Actor) nextDay() actorkit.Alarm {
	calendar := a.deps.Rules().Calendar
	return actorkit.Alarm{Name: dayAlarm, At: calendar.End(calendar.Day(a.kit.Now()))}
}
