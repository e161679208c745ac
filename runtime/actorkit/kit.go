package actorkit

import (
	"context"
	"fmt"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"google.golang.org/protobuf/proto"

	"github.com/agente-ceo/agente-ceo/messages"
	"github.com/agente-ceo/agente-ceo/runtime/clock"
	"github.com/agente-ceo/agente-ceo/runtime/logging"
)

// Kit is one incarnation's hold on its durable self. The actor makes it in its constructor, and it works from Start to Stop.
// It belongs to the actor's mailbox: none of it may be called from elsewhere.
type Kit struct {
	deps  *Deps
	key   Key
	owner string // key as text, for the clock
	self  *actor.PID
	root  *actor.RootContext

	epoch   int64
	version int64
	stopped bool

	alarms  alarms
	timer   clock.Timer
	armed   *Due   // what timer waits for
	current *work  // what is being handled
	runs    *runs  // nil until there was slow work
	group   *Group // nil for an actor that commits each message by itself
	done    func(messageID string)
	stats   *Stats
}

// New makes the kit of the actor called key.
func New(d Deps, key Key) *Kit {
	if d.StoreTimeout <= 0 {
		d.StoreTimeout = DefaultStoreTimeout
	}
	return &Kit{deps: &d, key: key, owner: key.String()}
}

// Key is the actor's name.
func (k *Kit) Key() Key { return k.key }

// Fence is what the store checks when the actor writes something outside of a commit.
func (k *Kit) Fence() Fence { return Fence{k.key, k.epoch} }

// Now is the time on the system's clock.
func (k *Kit) Now() time.Time { return k.deps.Clock.Now() }

// Start begins a new epoch: it loads the snapshot into state, reports whether there was one, and arms the stored alarms. It is
// called on *actor.Started, and panics when the store fails, so that the supervisor tries again, or when the snapshot cannot be
// believed, which is Terminal: the supervisor gives up at once.
func (k *Kit) Start(c actor.Context, state proto.Message) (found bool) {
	shell, ok := c.Actor().(*shell)
	if !ok {
		panic(fmt.Errorf("actor %s was spawned without actorkit.Props", k.key))
	}
	ctx, cancel := context.WithTimeout(context.Background(), k.deps.StoreTimeout)
	defer cancel()
	act, err := k.deps.Store.Activate(ctx, k.key)
	if err != nil {
		panic(fmt.Errorf("activate %s: %w", k.key, err))
	}
	if act.State != nil {
		if err := unseal(k.key, act, state); err != nil {
			panic(err)
		}
	}
	k.self, k.root = c.Self(), c.ActorSystem().Root
	k.epoch, k.version = act.Epoch, act.Version
	k.alarms = alarmsOf(act.Alarms)
	k.stats, k.done = &shell.cfg.Stats, shell.cfg.Done
	shell.kit = k
	k.arm()
	return act.State != nil
}

// Stop disarms the alarms and abandons slow work. It may be called more than once; the shell calls it too.
func (k *Kit) Stop() {
	k.stopped = true
	k.disarm()
	k.runs.stop()
}

// Alarm is when a durable alarm is due.
func (k *Kit) Alarm(name string) (time.Time, bool) {
	i := k.alarms.find(name)
	if i < 0 || k.alarms[i].fired {
		return time.Time{}, false
	}
	return k.alarms[i].At, true
}

// Tell sends a message that may be lost.
func (k *Kit) Tell(to Key, msg proto.Message) { k.deps.Directory.Tell(to, msg) }

// Reply answers who asked, if anybody did. Inside a handler of a result of Run it answers who sent the message that started the
// work. The receiver gets a copy.
func (k *Kit) Reply(c actor.Context, msg proto.Message) {
	if c.Sender() != nil {
		c.Respond(proto.Clone(msg))
	}
}

// Unhandled ends every Receive: it notes a message that the actor does not know, and refuses it if somebody waits for an answer.
// Wake and the library's own messages are silent.
func (k *Kit) Unhandled(c actor.Context) {
	switch m := c.Message().(type) {
	case *messages.Wake, actor.SystemMessage, actor.AutoReceiveMessage:
	default:
		name := messageName(m)
		k.deps.Metrics.dropped(k.key.Kind, "unhandled")
		k.deps.Log.Warn("message was not handled", logging.Actor, k.owner, logging.Message, name)
		k.Reply(c, &messages.Refusal{Code: "unhandled", Text: k.key.Kind + " does not understand " + name})
	}
}
