// Package campaign is the actor of one campaign on one platform.
//
//	receives  PlanCampaign, ApprovalDecided, BudgetReserved, BudgetRefused, BudgetFreed, EffectPerformed, InsightsFetched, StandingsSeen, ConversionReceived,
//	          CreativesReady, PauseCampaign, ResumeCampaign, ChangeBudget, DecideNow; its alarms
//	replies   Accepted or Refusal to the four commands; to others by durable messages: AskApproval, WithdrawApproval, ReserveBudget, ReleaseBudget,
//	          CampaignOpened, CampaignClosed, CampaignProven, CampaignEnded, MakeCreatives; effects to its platform's courier
//	owns      the plan, what the platform confirmed, what is wanted, and the figures of one campaign
//	survives  anything between two commits: every decision is taken again from the snapshot, and its ids come out the same
//
// What it does is decided in domain/campaign and domain/strategy; this package carries messages in and changes out.
package campaign

import (
	"github.com/asynkron/protoactor-go/actor"

	"github.com/agente-ceo/agente-ceo/domain/campaign"
	"github.com/agente-ceo/agente-ceo/domain/strategy"
	"github.com/agente-ceo/agente-ceo/messages"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
)

// Kind is the actor kind; the id is the campaign's.
const Kind = "campaign"

// Deps is what a campaign needs. Rules and Policy are asked at every message, so that changed settings take effect at once.
type Deps struct {
	Kit    actorkit.Deps
	Rules  func() campaign.Rules
	Policy func() strategy.Policy
}

// Actor is one campaign.
type Actor struct {
	deps  Deps
	kit   *actorkit.Kit
	state *campaign.State
}

// New makes the actor of the campaign that key names.
func New(d Deps, key actorkit.Key) actor.Actor {
	return &Actor{deps: d, kit: actorkit.New(d.Kit, key), state: &campaign.State{}}
}

// Receive dispatches.
func (a *Actor) Receive(c actor.Context) {
	switch m := c.Message().(type) {
	case *actor.Started:
		a.onStarted(c)
	case *actor.Stopping, *actor.Stopped, *actor.Restarting:
		a.kit.Stop()
	case *actorkit.Due:
		a.onDue(c, m)
	case *messages.PlanCampaign:
		a.onPlan(c, m)
	case *messages.ApprovalDecided:
		a.onApproval(c, m)
	case *messages.BudgetReserved:
		a.onReserved(c, m)
	case *messages.BudgetRefused:
		a.onRefused(c, m)
	case *messages.BudgetFreed:
		a.onFreed(c, m)
	case *messages.EffectPerformed:
		a.onPerformed(c, m)
	case *messages.InsightsFetched:
		a.onInsights(c, m)
	case *messages.StandingsSeen:
		a.onStandings(c, m)
	case *messages.ConversionReceived:
		a.onConversion(c, m)
	case *messages.CreativesReady:
		a.onCreatives(c, m)
	case *messages.PauseCampaign:
		a.onPause(c, m)
	case *messages.ResumeCampaign:
		a.onResume(c, m)
	case *messages.ChangeBudget:
		a.onChangeBudget(c, m)
	case *messages.DecideNow:
		a.onDecideNow(c, m)
	default:
		a.kit.Unhandled(c)
	}
}

func (a *Actor) onStarted(c actor.Context) {
	var snapshot messages.CampaignState
	if a.kit.Start(c, &snapshot) {
		a.state = stateOf(&snapshot)
	}
}

// begin opens the turn of the message that is being handled.
func (a *Actor) begin() *campaign.Turn {
	return campaign.Begin(a.state, a.deps.Rules(), a.kit.Now())
}

// finish records what the turn decided, and only then remembers it.
func (a *Actor) finish(c actor.Context, t *campaign.Turn) {
	next, out := t.Finish()
	ch := changeOf(next, out)
	ch.State = snapshotOf(next)
	a.kit.Commit(c, ch)
	a.state = next
}

// onDue hands an alarm to the turn that it is for.
func (a *Actor) onDue(c actor.Context, due *actorkit.Due) {
	if due.Name == campaign.AlarmMonitor {
		a.look(c)
		return
	}
	t := a.begin()
	switch due.Name {
	case campaign.AlarmDecide:
		t.DecideAgain()
		t.Decide(a.deps.Policy(), "")
	case campaign.AlarmScale:
		t.Scale()
	case campaign.AlarmExpand:
		t.Expand()
	case campaign.AlarmRotate:
		t.Rotate()
	case campaign.AlarmRenew:
		t.Renew()
	case campaign.AlarmEnforce:
		t.Enforce(due.At)
	case campaign.AlarmNewDay:
		t.NewDay()
	case campaign.AlarmLaunch:
		t.Launch()
	case campaign.AlarmDeadline:
		t.Deadline()
	case campaign.AlarmGrow:
		t.Grow()
	case campaign.AlarmRetry:
		t.Retry()
	}
	a.finish(c, t)
}
