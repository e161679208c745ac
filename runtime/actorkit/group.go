package actorkit

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"

	"github.com/asynkron/protoactor-go/actor"
	"google.golang.org/protobuf/proto"

	"github.com/agente-ceo/agente-ceo/domain/fault"
)

// MaxGroup is the most messages that one commit decides: what waits beyond it is the next group, so that a long queue does not
// become a transaction that cannot end in time.
const MaxGroup = 1024

// Group commits the changes of many messages at once. While a commit is on its way, outside the mailbox, the messages that arrive
// wait; when it has returned, all that wait are decided, one after another by the actor's own Decide, and written in one
// transaction. Nobody waits for company: a message that comes alone is committed alone, at once. But what lies in the mailbox already when
// a decision is due is part of it: otherwise the first of many to come would be committed alone, with all others waiting for it.
//
// What Kit promises holds: memory changes after the commit, the durable messages and alarms of a group end with its commit, and
// after a panic, a restart or a newer activation they come again. An actor with a Group commits through it alone once it has
// started, and gives it every message whose handling may change what is decided.
type Group struct {
	kit     *Kit
	decide  Decide
	waiting []Asked
	flight  *flight // what is being decided or committed, nil for nothing
	called  bool    // a roundup is on its way
	crowd   bool    // the last decision was one of several messages
	singly  int     // how many of those that wait are to be decided one by one, as their group was refused
}

// Decide decides messages in their order, each on what those before it leave, and changes nothing yet. refused is nil the first
// time. When the store has refused the decision, the same messages are decided again, with its refusal: nothing was stored.
type Decide func(asked []Asked, refused error) Decision

// Decision is what a group of messages comes to.
type Decision struct {
	// Change is everything that they change together. An alarm of the group that it neither schedules nor postpones is removed.
	Change Change
	// Postpone moves alarms as Kit.Postpone does: without a commit where nothing else needs one.
	Postpone []Alarm
	// Singly answers a refusal of several messages: each is to be decided and committed by itself, so that what cannot be stored fails
	// alone. The rest of the decision is not used.
	Singly bool
	// Apply takes the decision over, after the commit. It may reply, tell, and must not commit.
	Apply func()
}

// Asked is a message that waits for its decision.
type Asked struct {
	// Msg is what was sent, or the *Due of an alarm.
	Msg    any
	sender *actor.PID
	work   *work
	root   *actor.RootContext
}

// Reply answers who asked, if anybody did. It is for Decision.Apply.
func (a Asked) Reply(msg proto.Message) {
	if a.sender != nil {
		a.root.Send(a.sender, proto.Clone(msg))
	}
}

// flight is a commit on its way.
type flight struct {
	group    *Group
	asked    []Asked
	decision Decision
	commit   Commit
	alarms   alarms
	tries    int // decisions that were refused before
	err      error
}

// maxTries is how often one group is decided anew. An actor that meets a refusal with the same decision again is broken.
const maxTries = 3

// Group makes the actor's group. The kit has one.
func (k *Kit) Group(decide Decide) *Group {
	k.group = &Group{kit: k, decide: decide}
	return k.group
}

// roundup is sent to the actor itself when something is to be decided: it comes after all that lies in the mailbox.
type roundup struct{ group *Group }

// Add lets the message that is being handled wait for its decision, which is taken next when no commit is on its way.
func (g *Group) Add(c actor.Context) {
	w := g.kit.current
	w.pending++
	g.waiting = append(g.waiting, Asked{Msg: c.Message(), sender: c.Sender(), work: w, root: g.kit.root})
	g.call()
}

// call has what waits decided after what lies in the mailbox.
func (g *Group) call() {
	if g.flight == nil && !g.called && len(g.waiting) > 0 {
		g.called = true
		if g.crowd {
			runtime.Gosched() // those who were answered, and ask again, get to it
		}
		g.kit.root.Send(g.kit.self, &roundup{g})
	}
}

// next decides what waits, until something has to be committed.
func (g *Group) next() {
	g.called = false
	for g.flight == nil && len(g.waiting) > 0 {
		n := min(len(g.waiting), MaxGroup)
		if g.singly > 0 {
			n = 1
			g.singly--
		}
		g.crowd = n > 1
		asked := slices.Clone(g.waiting[:n])
		g.waiting = slices.Delete(g.waiting, 0, n)
		g.start(&flight{group: g, asked: asked}, nil)
	}
}

// start decides, and sends the commit off.
func (g *Group) start(f *flight, refused error) {
	g.flight = f // so that a panic from here on gives its messages up with the others
	f.decision = g.decide(f.asked, refused)
	if f.decision.Singly && len(f.asked) > 1 {
		g.flight = nil
		g.singly += len(f.asked)
		g.waiting = append(f.asked, g.waiting...)
		return
	}
	if f.idle() {
		g.kit.alarms = g.kit.alarms.changed(Change{Schedule: f.decision.Postpone})
		g.land(f)
		return
	}
	f.decision.Change.Schedule = append(f.decision.Change.Schedule, f.decision.Postpone...)
	handled, ended := f.ends()
	var err error
	if f.commit, f.alarms, err = g.kit.prepare(f.decision.Change, handled, ended...); err != nil {
		panic(fmt.Errorf("commit of %s: %w", g.kit.key, err))
	}
	g.kit.fly(f)
}

// idle reports whether nothing has to be stored: no change, no durable message, and no alarm but those that are only moved.
func (f *flight) idle() bool {
	handled, ended := f.ends()
	for _, name := range ended {
		if !slices.ContainsFunc(f.decision.Postpone, func(x Alarm) bool { return x.Name == name }) {
			return false
		}
	}
	return len(handled) == 0 && f.decision.Change.empty()
}

// ends is the durable messages and the alarms that the flight's commit ends.
func (f *flight) ends() (handled, ended []string) {
	for _, a := range f.asked {
		if id := a.work.message(); id != "" {
			handled = append(handled, id)
		}
		if name := a.work.alarm(); name != "" {
			ended = append(ended, name)
		}
	}
	return handled, ended
}

// fly stores a group's commit outside the mailbox; the flight itself is the message that brings the outcome.
func (k *Kit) fly(f *flight) {
	ticket, _ := k.startRun(&work{})
	root, self, executor := k.root, k.self, k.deps.Commits
	if executor == nil {
		executor = k.deps.Executor
	}
	executor.Go(func() {
		// Not the runs' context, which ends with the actor: what was decided may as well be stored.
		result := guarded(context.Background(), func(context.Context) any { f.err = k.store(f.commit); return f })
		root.Send(self, &actor.MessageEnvelope{Header: map[string]string{runHeader: ticket}, Message: result})
	})
}

// landed takes the outcome of a commit.
func (g *Group) landed(f *flight) {
	switch {
	case f.err == nil:
		g.kit.version = f.commit.Version
		g.kit.alarms = f.alarms.firedLike(g.kit.alarms)
		g.land(f)
		g.kit.send(f.commit)
	case isRefusal(f.err) && f.tries < maxTries:
		f.tries++
		g.start(f, f.err)
	default:
		panic(fmt.Errorf("commit of %s: %w", g.kit.key, f.err))
	}
	g.call()
}

// land makes the decision true in memory and ends its messages.
func (g *Group) land(f *flight) {
	if f.decision.Apply != nil {
		f.decision.Apply()
	}
	for _, a := range f.asked {
		a.work.pending--
		a.work.committed = true
		// The shell ends the message that is being handled.
		if a.work.id != "" && a.work != g.kit.current && g.kit.done != nil {
			g.kit.done(a.work.id)
		}
	}
	g.flight = nil
	g.kit.arm()
}

var errEnded = errors.New("the actor ended before it was decided")

// abandon gives up what waits: durable messages come again, and who asked is told.
func (g *Group) abandon() []*work {
	if g == nil {
		return nil
	}
	asked := g.waiting
	if g.flight != nil {
		asked = append(slices.Clone(g.flight.asked), asked...)
	}
	g.waiting, g.flight = nil, nil
	out := make([]*work, 0, len(asked))
	for _, a := range asked {
		if a.sender != nil {
			a.root.Send(a.sender, &Failed{fault.Retry("actor_restarted", 0, errEnded)})
		}
		out = append(out, a.work)
	}
	return out
}

func isRefusal(err error) bool {
	return fault.KindOf(err) == fault.Refused && fault.CodeOf(err) != StaleEpoch
}
