// Package approvals is the actor that asks people, binds their answer to exactly what was asked, and lets questions expire.
//
//	receives  AskApproval, DecideApproval, WithdrawApproval; its alarm "expiry"
//	replies   Accepted or Refusal to DecideApproval; ApprovalDecided, durable, to whoever asked
//	owns      the open questions and the recent answers; the rows of approvals, the alerts approval_waiting
//	survives  restarts at any point: an answer that was recorded is repeated, a question that was asked is asked once
package approvals

import (
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"google.golang.org/protobuf/proto"

	"github.com/agente-ceo/agente-ceo/messages"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
)

// Key is where the actor lives.
var Key = actorkit.Key{Kind: "approvals", ID: "main"}

// Deps is what the actor needs.
type Deps struct{ Kit actorkit.Deps }

// Actor is the approvals actor.
type Actor struct {
	kit   *actorkit.Kit
	state *messages.ApprovalsState
}

// New makes the actor.
func New(d Deps, key actorkit.Key) actor.Actor {
	return &Actor{kit: actorkit.New(d.Kit, key), state: &messages.ApprovalsState{}}
}

// Receive sorts what arrives.
func (a *Actor) Receive(c actor.Context) {
	switch m := c.Message().(type) {
	case *actor.Started:
		a.kit.Start(c, a.state)
	case *actor.Stopping, *actor.Stopped, *actor.Restarting:
		a.kit.Stop()
	case *actorkit.Due:
		a.onExpiry(c)
	case *messages.AskApproval:
		a.onAsk(c, m)
	case *messages.DecideApproval:
		a.onDecide(c, m)
	case *messages.WithdrawApproval:
		a.onWithdraw(c, m)
	default:
		a.kit.Unhandled(c)
	}
}

func (a *Actor) onAsk(c actor.Context, m *messages.AskApproval) {
	if a.knows(m.ApprovalId) {
		return
	}
	now := a.kit.Now()
	p := &messages.PendingApproval{Ask: m, RequestedAtMs: now.UnixMilli()}
	next := a.next()
	next.Pending = append(next.Pending, p)
	a.commit(c, next, actorkit.Change{
		Facts: append(waiting(p, now), row(p, answer{status: "pending"})),
		Audit: []actorkit.Audit{asked(p)},
	})
}

func (a *Actor) onDecide(c actor.Context, m *messages.DecideApproval) {
	now := a.kit.Now()
	p := a.pending(m.ApprovalId)
	if p == nil {
		a.kit.Reply(c, a.decidedBefore(m))
		return
	}
	if expired(p, now) {
		a.expire(c, now)
		a.kit.Reply(c, a.decidedBefore(m))
		return
	}
	if refusal := refuse(p.Ask, m); refusal != nil {
		a.kit.Reply(c, refusal)
		return
	}
	a.close(c, p, answer{status: statuses[m.Decision], by: m.By, reason: m.Reason, at: now})
	a.kit.Reply(c, &messages.Accepted{Id: m.ApprovalId})
}

func (a *Actor) onWithdraw(c actor.Context, m *messages.WithdrawApproval) {
	if p := a.pending(m.ApprovalId); p != nil {
		a.close(c, p, answer{status: statusVoid, reason: m.Reason, at: a.kit.Now()})
	}
}

func (a *Actor) onExpiry(c actor.Context) { a.expire(c, a.kit.Now()) }

// expire answers every question whose time is over, in one commit.
func (a *Actor) expire(c actor.Context, now time.Time) {
	next, ch := a.next(), actorkit.Change{}
	for _, p := range a.state.Pending {
		if expired(p, now) {
			settle(next, &ch, p, answer{status: statusExpired, reason: "nobody answered in time", at: now})
		}
	}
	a.commit(c, next, ch)
}

func (a *Actor) close(c actor.Context, p *messages.PendingApproval, given answer) {
	next, ch := a.next(), actorkit.Change{}
	settle(next, &ch, p, given)
	a.commit(c, next, ch)
}

// commit records the change with the next state and the alarm for the question that expires first.
func (a *Actor) commit(c actor.Context, next *messages.ApprovalsState, ch actorkit.Change) {
	ch.State = next
	if at, ok := firstExpiry(next); ok {
		ch.Schedule = []actorkit.Alarm{{Name: "expiry", At: at}}
	} else {
		ch.Cancel = []string{"expiry"}
	}
	a.kit.Commit(c, ch)
	a.state = next
}

// next is a copy of the state to change: what is in memory is only what was recorded.
func (a *Actor) next() *messages.ApprovalsState {
	return proto.Clone(a.state).(*messages.ApprovalsState)
}

func (a *Actor) pending(approvalID string) *messages.PendingApproval {
	for _, p := range a.state.Pending {
		if p.Ask.ApprovalId == approvalID {
			return p
		}
	}
	return nil
}

func (a *Actor) decided(approvalID string) *messages.DecidedApproval {
	for _, d := range a.state.Decided {
		if d.ApprovalId == approvalID {
			return d
		}
	}
	return nil
}

func (a *Actor) knows(approvalID string) bool {
	return a.pending(approvalID) != nil || a.decided(approvalID) != nil
}

// decidedBefore answers for a question that is not open: the same answer to the same command, a refusal to any other.
func (a *Actor) decidedBefore(m *messages.DecideApproval) proto.Message {
	d := a.decided(m.ApprovalId)
	switch {
	case d == nil:
		return &messages.Refusal{Code: "unknown_approval", Text: "There is no such question. It may be long answered: look at the list again."}
	case d.Status == statuses[m.Decision] && d.By == m.By && d.Manifest == m.Manifest:
		return &messages.Accepted{Id: m.ApprovalId}
	case d.Status == statusExpired:
		return &messages.Refusal{Code: "expired", Text: "Nobody answered in time, so the question has expired. The campaign asks again if it still wants it."}
	case d.Status == statusVoid:
		return &messages.Refusal{Code: "withdrawn", Text: "The campaign no longer asks this."}
	}
	return &messages.Refusal{Code: "already_decided", Text: "This was " + d.Status + " by " + d.By + " before."}
}
