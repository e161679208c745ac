// Package approvals is the actor that asks people, binds their answer to exactly what was asked, and lets questions expire.
//
//	receives  AskApproval, DecideApproval, WithdrawApproval; its alarm "expiry"
//	replies   Accepted or Refusal to DecideApproval; ApprovalDecided, durable, to whoever asked
//	owns      the open questions and the recent answers; the rows of approvals, the alerts approval_waiting
//	survives  restarts at any point: an answer that was recorded is repeated, a question that was asked is asked once
//
// Nothing but a person's answer approves: who gives it is looked up among the people who may, at the moment of the answer.
package approvals

import (
	"context"
	"fmt"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"google.golang.org/protobuf/proto"

	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/messages"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
)

// Key is where the actor lives.
var Key = actorkit.Key{Kind: "approvals", ID: "main"}

// People knows who may approve.
type People interface {
	// MayApprove reports whether an e-mail is that of a person who has the role now and whose account is not disabled.
	MayApprove(ctx context.Context, email string) (bool, error)
}

// Rules are read at every answer.
type Rules struct {
	StepUpAbove money.Amount // approving more than this a day needs the password again; 0 never
}

// lookUp is how long the question who may approve may take.
const lookUp = 10 * time.Second

// Deps is what the actor needs.
type Deps struct {
	Kit    actorkit.Deps
	People People
	Rules  func() Rules
}

// Actor is the approvals actor.
type Actor struct {
	kit   *actorkit.Kit
	deps  Deps
	state *messages.ApprovalsState
}

// New makes the actor.
func New(d Deps, key actorkit.Key) actor.Actor {
	return &Actor{kit: actorkit.New(d.Kit, key), deps: d, state: &messages.ApprovalsState{}}
}

// answered is a person's answer, with what was found out about the person.
type answered struct {
	*messages.DecideApproval
	may bool
	err error
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
	case *answered:
		a.onAnswered(c, m)
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

// onDecide looks up who answers. An answer without a name needs no looking up.
func (a *Actor) onDecide(c actor.Context, m *messages.DecideApproval) {
	if m.By == "" || a.pending(m.ApprovalId) == nil {
		a.decide(c, m)
		return
	}
	people := a.deps.People
	a.kit.Run(c, lookUp, func(ctx context.Context) any {
		may, err := people.MayApprove(ctx, m.By)
		return &answered{m, may, err}
	})
}

func (a *Actor) onAnswered(c actor.Context, m *answered) {
	switch {
	case m.err != nil:
		panic(fmt.Errorf("look up approver %s: %w", m.By, m.err))
	case !m.may:
		a.kit.Reply(c, &messages.Refusal{Code: "not_an_approver", Text: "Only a person with the role approver answers, and the account must be in use."})
	default:
		a.decide(c, m.DecideApproval)
	}
}

func (a *Actor) decide(c actor.Context, m *messages.DecideApproval) {
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
	if refusal := refuse(p.Ask, m, a.deps.Rules()); refusal != nil {
		a.kit.Reply(c, refusal)
		return
	}
	a.close(c, p, answer{status: statuses[m.Decision], by: m.By, reason: m.Reason, at: now})
	a.kit.Reply(c, &messages.Accepted{Id: m.ApprovalId})
}

func (a *Actor) onWithdraw(c actor.Context, m *messages.WithdrawApproval) {
	now := a.kit.Now()
	if p := a.pending(m.ApprovalId); p != nil {
		a.close(c, p, answer{status: statusVoid, reason: m.Reason, at: now})
		return
	}
	next := a.next()
	d := decidedIn(next, m.ApprovalId)
	switch {
	case d == nil: // it came before its question, which is not asked then
		remember(next, &messages.DecidedApproval{ApprovalId: m.ApprovalId, Status: statusVoid})
		a.commit(c, next, actorkit.Change{})
	case d.Status == statuses["approve"]:
		d.Status = statusVoid
		a.commit(c, next, revoked(d, m.Reason, now))
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
	return decidedIn(a.state, approvalID)
}

func decidedIn(s *messages.ApprovalsState, approvalID string) *messages.DecidedApproval {
	for _, d := range s.Decided {
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
