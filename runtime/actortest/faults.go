package actortest

import (
	"context"
	"errors"

	"github.com/asynkron/protoactor-go/actor"
	"google.golang.org/protobuf/proto"

	"github.com/agente-ceo/agente-ceo/messages"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
)

var errNoAnswer = errors.New("the world settled without an answer")

// Crash makes an actor of a registered kind panic at its next message, before it sees it. It restarts after a back-off: let time
// pass. A durable message comes again.
func (h *Harness) Crash(key actorkit.Key) { h.crash[key] = true }

// FailNextCommit makes the next commit of any actor fail before anything is written.
func (h *Harness) FailNextCommit() {
	h.Store.mu.Lock()
	defer h.Store.mu.Unlock()
	h.Store.failures++
}

// LoseNextCommit writes the next commit of any actor, and then tells the actor that it failed: the crash between record and reply.
func (h *Harness) LoseNextCommit() {
	h.Store.mu.Lock()
	defer h.Store.mu.Unlock()
	h.Store.losses++
}

// RefuseCommits lets a test play the database's constraints: a refusal that it returns is the commit's, nil lets it pass.
func (h *Harness) RefuseCommits(refuse func(actorkit.Commit) error) {
	h.Store.mu.Lock()
	defer h.Store.mu.Unlock()
	h.Store.refuse = refuse
}

// Restart ends the process and starts another from what is stored: all memory is gone, and what waits is woken and sent again.
func (h *Harness) Restart() {
	h.t.Helper()
	h.close()
	h.open()
	if _, err := h.Sweeper.WakeAll(context.Background()); err != nil {
		h.t.Fatal(err)
	}
	h.Settle()
}

// fragile is an actor that can be made to panic.
type fragile struct {
	h     *Harness
	key   actorkit.Key
	inner actor.Actor
}

// Receive panics if the test wants it.
func (f *fragile) Receive(c actor.Context) {
	switch c.Message().(type) {
	case actor.SystemMessage, actor.AutoReceiveMessage:
	default:
		if f.h.crash[f.key] {
			delete(f.h.crash, f.key)
			panic("the test crashed " + f.key.String())
		}
	}
	f.inner.Receive(c)
}

// recorder builds the actors of kinds that are not registered.
func (h *Harness) recorder(key actorkit.Key) actor.Actor { return &recorder{h: h, key: key} }

type recorder struct {
	h   *Harness
	key actorkit.Key
}

// Receive keeps the message and ends it.
func (r *recorder) Receive(c actor.Context) {
	msg, ok := c.Message().(proto.Message)
	if _, lifecycle := c.Message().(actor.SystemMessage); !ok || lifecycle {
		return
	}
	if _, wake := msg.(*messages.Wake); wake {
		r.h.woken[r.key]++
		return
	}
	r.h.told = append(r.h.told, told{to: r.key, msg: msg})
	if header := c.MessageHeader(); header != nil && header.Get(actorkit.MessageHeader) != "" {
		act, err := r.h.Store.Activate(context.Background(), r.key)
		if err == nil {
			err = r.h.Store.Handled(context.Background(), actorkit.Fence{Key: r.key, Epoch: act.Epoch}, header.Get(actorkit.MessageHeader))
		}
		if err != nil {
			panic(err)
		}
	}
}

// forward is the directory of the process that runs now.
type forward struct{ h *Harness }

// Tell is actorkit.Directory's.
func (f forward) Tell(to actorkit.Key, msg proto.Message) { f.h.Directory.Tell(to, msg) }

// Ask is actorkit.Directory's.
func (f forward) Ask(ctx context.Context, to actorkit.Key, msg proto.Message) (proto.Message, error) {
	return f.h.Directory.Ask(ctx, to, msg)
}

// Deliver is actorkit.Directory's.
func (f forward) Deliver(msg actorkit.Message) { f.h.Directory.Deliver(msg) }
