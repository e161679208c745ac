package directory

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"google.golang.org/protobuf/proto"

	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
)

// AskTimeout is how long Ask waits, in real time, when its context sets no earlier end.
const AskTimeout = 10 * time.Second

// refused is the answer of the directory itself.
type refused struct{ err error }

// Pending is a question whose answer has not been taken yet. It is a process of its own rather than the library's future, which
// writes its result without a lock and measures real time.
type Pending struct {
	d    *Local
	to   actorkit.Key
	pid  *actor.PID
	once sync.Once
	ch   chan any // the answer, buffered
}

var _ actor.Process = (*Pending)(nil)

// Ask sends, and waits for the reply. See actorkit.Directory.
func (d *Local) Ask(ctx context.Context, to actorkit.Key, msg proto.Message) (proto.Message, error) {
	pending, err := d.Request(to, msg)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, AskTimeout)
	defer cancel()
	select {
	case answer := <-pending.ch:
		return pending.read(answer)
	case <-ctx.Done():
		pending.Abandon()
		return nil, fault.Retry("no_answer", 0, fmt.Errorf("ask %s: %w", to, ctx.Err()))
	}
}

// Request sends a question without waiting. Either the answer is taken or Abandon is called.
func (d *Local) Request(to actorkit.Key, msg proto.Message) (*Pending, error) {
	pending := &Pending{d: d, to: to, ch: make(chan any, 1)}
	registry := d.system.ProcessRegistry
	pid, absent := registry.Add(pending, "ask"+registry.NextID())
	if !absent {
		return nil, fmt.Errorf("ask %s: the process id was taken", to)
	}
	pending.pid = pid
	if err := d.send(to, &actor.MessageEnvelope{Message: d.copy(msg), Sender: pid}, pending); err != nil {
		pending.Abandon()
		return nil, err
	}
	return pending, nil
}

// Take is the answer if it has come; ok reports whether it had.
func (p *Pending) Take() (msg proto.Message, ok bool, err error) {
	select {
	case answer := <-p.ch:
		msg, err = p.read(answer)
		return msg, true, err
	default:
		return nil, false, nil
	}
}

// Abandon gives up waiting; a later answer is a dead letter.
func (p *Pending) Abandon() { p.once.Do(p.close) }

// close takes the question off the books.
func (p *Pending) close() {
	p.d.system.ProcessRegistry.Remove(p.pid)
	p.d.mu.Lock()
	defer p.d.mu.Unlock()
	if e := p.d.entries[p.to]; e != nil {
		e.asks = slices.DeleteFunc(e.asks, func(x *Pending) bool { return x == p })
	}
}

func (p *Pending) read(answer any) (proto.Message, error) {
	switch m := answer.(type) {
	case *refused:
		return nil, m.err
	case *actorkit.Failed:
		return nil, fault.Retry("actor_failed", 0, fmt.Errorf("ask %s: %w", p.to, m.Err))
	case *actor.DeadLetterResponse:
		return nil, fault.Retry("actor_gone", 0, fmt.Errorf("ask %s: the actor ended", p.to))
	case proto.Message:
		return m, nil
	default:
		return nil, fmt.Errorf("ask %s: it answered with a %T, which is no message", p.to, answer)
	}
}

// SendUserMessage takes the answer; later ones are dropped.
func (p *Pending) SendUserMessage(_ *actor.PID, message any) {
	p.answer(actor.UnwrapEnvelopeMessage(message))
}

func (p *Pending) answer(answer any) {
	p.once.Do(func() {
		p.close()
		if p.d.opts.WhenIdle == nil {
			p.ch <- answer
			return
		}
		p.d.opts.WhenIdle(func() { p.ch <- answer })
	})
}

// SendSystemMessage is not for a question.
func (p *Pending) SendSystemMessage(*actor.PID, any) {}

// Stop is not for a question.
func (p *Pending) Stop(*actor.PID) {}
