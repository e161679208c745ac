// Package ceo is the actor that decides what is launched when, and holds the kill switch.
//
//	receives  ProductReady, ProductGone, CampaignOpened, CampaignClosed, CampaignProven, Freeze, Unfreeze, GetControl, ActorFailed;
//	          its alarm "cycle", every hour, and soon after there is something to launch
//	replies   Accepted or Refusal to Freeze and Unfreeze, ControlState to GetControl; LaunchProduct to products, PauseCampaign and
//	          ResumeCampaign to campaigns, durable
//	owns      the launch queue, the register of open campaigns, the row of control, the alerts actor_stopped
//	survives  restarts at any point: the switch stays as it was set, a product is launched once, a freeze pauses every campaign
package ceo

import (
	"context"
	"slices"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"google.golang.org/protobuf/proto"

	"github.com/agente-ceo/agente-ceo/domain/catalog"
	"github.com/agente-ceo/agente-ceo/domain/facts"
	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/messages"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
)

// Key is where the actor lives.
var Key = actorkit.Key{Kind: "ceo", ID: "main"}

// Treasury tells how much may still be spent.
type Treasury interface {
	// Headroom is the money that new campaigns may still reserve, and how many campaigns hold reservations.
	Headroom(ctx context.Context) (free money.Amount, live int, err error)
}

// Brake is the kill switch of the process, which stops spending whatever the database says.
type Brake interface {
	// Pull stops spending at once; an error says that it may not outlast the process.
	Pull(id, by, reason string, at time.Time) error
	// Release lets spending go on; on an error it does not.
	Release() error
	// Refusal is not nil while it is pulled.
	Refusal() error
}

// Deps is what the actor needs. Launching is read at each cycle, so that changed settings take effect.
type Deps struct {
	Kit       actorkit.Deps
	Treasury  Treasury
	Brake     Brake
	Launching func() catalog.Launching
}

const (
	alarmCycle    = "cycle"
	soonAfter     = 5 * time.Minute
	lookupTimeout = 15 * time.Second // real time
	remembered    = 200              // ids of commands
	launchMemory  = 1000             // product and platform pairs that were launched
)

// roomFound is the treasury's answer, brought home by slow work.
type roomFound struct {
	free money.Amount
	live int
	err  error
}

// Actor is the ceo.
type Actor struct {
	deps  Deps
	kit   *actorkit.Kit
	state *messages.CEOState
}

// New makes the actor.
func New(d Deps, key actorkit.Key) actor.Actor {
	return &Actor{deps: d, kit: actorkit.New(d.Kit, key), state: &messages.CEOState{}}
}

// Receive sorts what arrives.
func (a *Actor) Receive(c actor.Context) {
	switch m := c.Message().(type) {
	case *actor.Started:
		a.onStarted(c)
	case *actor.Stopping, *actor.Stopped, *actor.Restarting:
		a.kit.Stop()
	case *actorkit.Due:
		a.onCycle(c)
	case *roomFound:
		a.onRoom(c, m)
	case *messages.ProductReady:
		a.onReady(c, m)
	case *messages.ProductGone:
		a.onGone(c, m)
	case *messages.CampaignOpened:
		a.onOpened(c, m)
	case *messages.CampaignClosed:
		a.onClosed(c, m)
	case *messages.CampaignProven:
		a.onProven(c, m)
	case *messages.Freeze:
		a.onFreeze(c, m)
	case *messages.Unfreeze:
		a.onUnfreeze(c, m)
	case *messages.GetControl:
		a.kit.Reply(c, a.control())
	case *messages.ActorFailed:
		a.onFailed(c, m)
	default:
		a.kit.Unhandled(c)
	}
}

func (a *Actor) onStarted(c actor.Context) {
	found := a.kit.Start(c, a.state)
	if a.state.Frozen && a.deps.Brake.Refusal() == nil {
		if err := a.deps.Brake.Pull("restart", a.state.FrozenBy, a.state.FrozenReason, a.kit.Now()); err != nil {
			// The row of control still freezes the couriers.
			a.deps.Kit.Log.Warn("freeze could not be kept beside the database", "error", err)
		}
	}
	if _, armed := a.kit.Alarm(alarmCycle); found && armed {
		return
	}
	a.commit(c, a.next(), actorkit.Change{
		Facts: []facts.Fact{a.controlRow(a.state)}, Schedule: a.cycleIn(a.deps.Launching().Every),
	})
}

func (a *Actor) onReady(c actor.Context, m *messages.ProductReady) {
	if a.queued(m.ProductId) || a.launchedBefore(m.ProductId) {
		return
	}
	next := a.next()
	next.Queue = append(next.Queue, &messages.QueuedProduct{Ready: m, SinceMs: a.kit.Now().UnixMilli()})
	slices.SortFunc(next.Queue, func(x, y *messages.QueuedProduct) int { return catalog.ByScore(waiting(x), waiting(y)) })
	ch := actorkit.Change{Audit: []actorkit.Audit{{
		Action: "product_queued", Subject: m.ProductId, Reason: m.Title + " is ready to be launched.",
		Expected: "It is launched by score, when campaigns and budget leave room.",
		Figures:  []actorkit.Figure{{Name: "score", Value: milli(m.ScoreMilli)}, {Name: "waiting", Value: number(len(next.Queue))}},
	}}}
	a.soon(next, &ch)
	a.commit(c, next, ch)
}

func (a *Actor) onGone(c actor.Context, m *messages.ProductGone) {
	if a.done(m.NoticeId) {
		return
	}
	next := a.next()
	markDone(next, m.NoticeId)
	next.Queue = slices.DeleteFunc(next.Queue, func(q *messages.QueuedProduct) bool { return q.Ready.ProductId == m.ProductId })
	next.Launches = slices.DeleteFunc(next.Launches, func(l *messages.OpenLaunch) bool {
		if l.ProductId != m.ProductId {
			return false
		}
		// What was not launched after all may be launched later.
		next.Launched = slices.DeleteFunc(next.Launched, func(s string) bool { return s == pair(l.ProductId, l.Platform) })
		return true
	})
	ch := actorkit.Change{Audit: []actorkit.Audit{{Action: "product_left_queue", Subject: m.ProductId, Reason: m.Reason}}}
	a.soon(next, &ch)
	a.commit(c, next, ch)
}

func (a *Actor) onOpened(c actor.Context, m *messages.CampaignOpened) {
	if a.open(m.CampaignId) {
		return
	}
	next := a.next()
	if at := slices.Index(next.DoneIds, closedEarly(m.CampaignId)); at >= 0 {
		next.DoneIds = slices.Delete(next.DoneIds, at, at+1)
		a.commit(c, next, actorkit.Change{})
		return
	}
	next.Campaigns = append(next.Campaigns, m)
	next.Launches = slices.DeleteFunc(next.Launches, func(l *messages.OpenLaunch) bool {
		return l.ProductId == m.ProductId && l.Platform == m.Platform
	})
	ch := actorkit.Change{Audit: []actorkit.Audit{{
		Action: "campaign_registered", Subject: m.CampaignId, Reason: "It is planned or live on " + m.Platform + ".",
		Figures: []actorkit.Figure{{Name: "product", Value: m.ProductId}, {Name: "open_campaigns", Value: number(len(next.Campaigns))}},
	}}}
	if next.Frozen {
		next.FrozenCampaigns = append(next.FrozenCampaigns, m.CampaignId)
		ch.Tells = append(ch.Tells, pause(m.CampaignId, "frozen:"+number(int(next.FrozenAtMs)), next.FrozenReason))
	}
	a.commit(c, next, ch)
}

func (a *Actor) onClosed(c actor.Context, m *messages.CampaignClosed) {
	next := a.next()
	if !a.open(m.CampaignId) {
		// Its opening has not arrived yet, or this was told before: the mark makes a late opening harmless.
		if !a.done(closedEarly(m.CampaignId)) {
			markDone(next, closedEarly(m.CampaignId))
			a.commit(c, next, actorkit.Change{})
		}
		return
	}
	next.Campaigns = slices.DeleteFunc(next.Campaigns, func(o *messages.CampaignOpened) bool { return o.CampaignId == m.CampaignId })
	next.FrozenCampaigns = slices.DeleteFunc(next.FrozenCampaigns, func(s string) bool { return s == m.CampaignId })
	ch := actorkit.Change{Audit: []actorkit.Audit{{
		Action: "campaign_left_register", Subject: m.CampaignId, Reason: "It is over.", Expected: "Its place is free for the next product.",
		Figures: []actorkit.Figure{{Name: "verdict", Value: m.Verdict}, {Name: "open_campaigns", Value: number(len(next.Campaigns))}},
	}}}
	a.soon(next, &ch)
	a.commit(c, next, ch)
}

// next is a copy of the state to change: what is in memory is only what was recorded.
func (a *Actor) next() *messages.CEOState { return proto.Clone(a.state).(*messages.CEOState) }

func (a *Actor) commit(c actor.Context, next *messages.CEOState, ch actorkit.Change) {
	ch.State = next
	a.kit.Commit(c, ch)
	a.state = next
}

func (a *Actor) cycleIn(d time.Duration) []actorkit.Alarm {
	return []actorkit.Alarm{{Name: alarmCycle, At: a.kit.Now().Add(d)}}
}

// soon brings the next cycle forward when there is something to launch and, as far as is known, room for it.
func (a *Actor) soon(next *messages.CEOState, ch *actorkit.Change) {
	if next.Frozen || len(next.Queue)+len(next.Expansions) == 0 || len(next.Campaigns)+len(next.Launches) >= a.deps.Launching().MaxCampaigns {
		return
	}
	if at, ok := a.kit.Alarm(alarmCycle); !ok || at.After(a.kit.Now().Add(soonAfter)) {
		ch.Schedule = a.cycleIn(soonAfter)
	}
}

func (a *Actor) done(commandID string) bool { return slices.Contains(a.state.DoneIds, commandID) }

func markDone(next *messages.CEOState, commandID string) {
	next.DoneIds = append(next.DoneIds, commandID)
	next.DoneIds = next.DoneIds[max(0, len(next.DoneIds)-remembered):]
}

func closedEarly(campaignID string) string { return "closed:" + campaignID }

func (a *Actor) open(campaignID string) bool {
	return slices.ContainsFunc(a.state.Campaigns, func(o *messages.CampaignOpened) bool { return o.CampaignId == campaignID })
}

func (a *Actor) queued(productID string) bool {
	return slices.ContainsFunc(a.state.Queue, func(q *messages.QueuedProduct) bool { return q.Ready.ProductId == productID })
}
