package actorkit

import (
	"fmt"
	"runtime/debug"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/agente-ceo/agente-ceo/domain/fault"
)

const runHeader = "ac-run"

// Spawn is how one actor is made. It is shared by all its incarnations and not copied.
type Spawn struct {
	Key Key
	// Make builds an incarnation: it only allocates.
	Make    func(Key) actor.Actor
	Metrics *Metrics
	// Stats receives the actor's counters, over all its incarnations.
	Stats Stats
	// Done is told the id of each durable message that is no longer being handled, whether it succeeded or not; nil is not told.
	Done func(messageID string)
}

// Props wraps an actor in the shell that this package's promises need: it ends durable messages and alarms that were handled
// without a commit, drops what was meant for an earlier incarnation, and counts. The shell is an actor around the actor, not a
// receiver middleware: that costs no allocation a message, and no context extras an actor.
func Props(cfg *Spawn, opts ...actor.PropsOption) *actor.Props {
	return actor.PropsFromProducer(func() actor.Actor { return &shell{inner: cfg.Make(cfg.Key), cfg: cfg} }, opts...)
}

type shell struct {
	inner actor.Actor
	cfg   *Spawn
	kit   *Kit // nil until the actor called Kit.Start
}

// work is the handling of one message, from its arrival to the last of the slow work that it started.
type work struct {
	id        string // durable message, empty for none
	fired     string // alarm, empty for none
	pending   int    // slow work under way
	committed bool
}

// message is the durable message that a commit now would end.
func (w *work) message() string {
	if w == nil || w.committed {
		return ""
	}
	return w.id
}

// messages is message as the store takes it.
func (w *work) messages() []string {
	if id := w.message(); id != "" {
		return []string{id}
	}
	return nil
}

// alarm is the alarm that a commit now would end.
func (w *work) alarm() string {
	if w == nil || w.committed {
		return ""
	}
	return w.fired
}

// Receive sorts what arrives.
func (s *shell) Receive(c actor.Context) {
	switch m := c.Message().(type) {
	case *actor.Started:
		defer s.blame(c, "Started")
		s.inner.Receive(c)
	case *actor.Stopping, *actor.Stopped, *actor.Restarting:
		s.wind(c)
	case *Due:
		if s.kit == nil || !s.kit.fire(m) {
			s.drop("stale_alarm")
			return
		}
		s.handle(c, &work{fired: m.Name})
	case *roundup:
		if s.kit == nil || s.kit.stopped || s.kit.group != m.group {
			s.drop("stale_result")
			return
		}
		s.handle(c, &work{})
	default:
		s.receive(c)
	}
}

func (s *shell) receive(c actor.Context) {
	header := c.MessageHeader()
	if header == nil {
		s.handle(c, &work{})
		return
	}
	ticket := header.Get(runHeader)
	if ticket == "" {
		s.handle(c, &work{id: header.Get(MessageHeader)})
		return
	}
	w := s.takeRun(ticket)
	if w == nil {
		s.drop("stale_result")
		return
	}
	s.handle(c, w)
}

// takeRun is the work that a result belongs to; nil when it was started by an earlier incarnation.
func (s *shell) takeRun(ticket string) *work {
	if s.kit == nil || s.kit.stopped {
		return nil
	}
	return s.kit.runs.take(ticket)
}

// handle gives the message to the actor and ends it.
func (s *shell) handle(c actor.Context, w *work) {
	name := messageName(c.Message())
	s.cfg.Stats.handled.Add(1)
	s.cfg.Metrics.handled(s.cfg.Key.Kind, name)
	over := false
	defer func() {
		if !over {
			s.abandonGroup()
		}
		if !over || w.pending == 0 {
			s.done(w)
		}
	}()
	defer s.blame(c, name)
	if s.kit != nil {
		s.kit.current = w
	}
	switch m := c.Message().(type) {
	case *runPanicked:
		panic(m.Panic)
	case runSilent:
	case *flight:
		m.group.landed(m)
	case *roundup:
		m.group.next()
	default:
		s.inner.Receive(c)
	}
	s.end(w)
	over = true
}

// end closes a message that changed nothing, and arms the next alarm.
func (s *shell) end(w *work) {
	k := s.kit
	if k == nil {
		return
	}
	if w.pending == 0 && !w.committed && !k.stopped {
		switch {
		case w.fired != "":
			k.Commit(nil, Change{})
		case w.id != "":
			k.forget(w.id)
		}
	}
	k.current = nil
	if w.fired != "" {
		k.arm()
	}
}

func (s *shell) done(w *work) {
	if w.id != "" && s.cfg.Done != nil {
		s.cfg.Done(w.id)
	}
}

// wind hands the end of an incarnation to the actor. A panic here would leave the parent waiting for ever, so it ends here.
func (s *shell) wind(c actor.Context) {
	defer func() {
		if reason := recover(); reason != nil {
			s.cfg.Metrics.panicked(s.cfg.Key.Kind)
		}
		if s.kit == nil {
			return
		}
		s.kit.Stop()
		for _, w := range s.kit.runs.abandon() {
			s.done(w)
		}
		s.abandonGroup()
	}()
	s.inner.Receive(c)
}

// abandonGroup gives up what waits for a decision, when the incarnation has failed or ended.
func (s *shell) abandonGroup() {
	if s.kit == nil {
		return
	}
	for _, w := range s.kit.group.abandon() {
		s.done(w)
	}
}

func (s *shell) drop(reason string) { s.cfg.Metrics.dropped(s.cfg.Key.Kind, reason) }

// blame is deferred around the actor's code: it counts a panic, tells who waits for an answer, and sends the panic on with what was
// being handled and where it broke.
func (s *shell) blame(c actor.Context, name string) {
	if reason := recover(); reason != nil {
		s.cfg.Metrics.panicked(s.cfg.Key.Kind)
		p := panicOf(reason, name)
		if c.Sender() != nil {
			c.Respond(&Failed{p})
		}
		panic(p)
	}
}

// Failed answers a question whose handler panicked. A directory turns it into an error; actors do not see it, as they do not ask.
type Failed struct{ Err error }

// Panic is what an actor's panic reaches its supervisor as.
type Panic struct {
	Err   error  // the reason, with its classification if it has one
	On    string // name of the message that was being handled
	Stack string // empty for classified errors, which name their place themselves
}

// Error says what happened on which message.
func (p *Panic) Error() string { return "on " + p.On + ": " + p.Err.Error() }

// Unwrap gives the reason.
func (p *Panic) Unwrap() error { return p.Err }

func panicOf(reason any, on string) *Panic {
	switch r := reason.(type) {
	case *Panic:
		return r
	case error:
		p := &Panic{Err: r, On: on}
		if fault.KindOf(r) == fault.Bug {
			p.Stack = string(debug.Stack())
		}
		return p
	default:
		return &Panic{Err: fmt.Errorf("%v", r), On: on, Stack: string(debug.Stack())}
	}
}
