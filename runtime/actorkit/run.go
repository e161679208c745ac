package actorkit

import (
	"context"
	"strconv"
	"time"

	"github.com/asynkron/protoactor-go/actor"
)

// Run does slow work outside the mailbox: fn runs on the executor, for at most timeout of real time, and what it returns comes
// back as a message of the actor's own, with the asker of this one as its sender. fn must not touch the actor. A nil result sends
// nothing. A panic of fn becomes a panic of the actor.
//
// The message being handled is not over before its work is: it ends with the commit of the handler of the result, and comes again
// if the process dies in between. A handler that commits before it calls Run has ended it already.
func (k *Kit) Run(c actor.Context, timeout time.Duration, fn func(ctx context.Context) any) {
	w := k.current
	if w == nil {
		w = &work{}
	}
	ticket, parent := k.startRun(w)
	root, self, sender := k.root, k.self, c.Sender()
	k.deps.Executor.Go(func() {
		ctx, cancel := context.WithTimeout(parent, timeout)
		defer cancel()
		root.Send(self, &actor.MessageEnvelope{
			Header:  map[string]string{runHeader: ticket},
			Message: guarded(ctx, fn),
			Sender:  sender,
		})
	})
}

// guarded calls fn and turns its panic into a message.
func guarded(ctx context.Context, fn func(ctx context.Context) any) (result any) {
	defer func() {
		if reason := recover(); reason != nil {
			result = &runPanicked{panicOf(reason, "slow work")}
		}
	}()
	result = fn(ctx)
	if result == nil {
		result = runSilent{}
	}
	return result
}

// runPanicked brings a panic of slow work home.
type runPanicked struct{ *Panic }

// runSilent is the result of slow work that has nothing to say.
type runSilent struct{}

// runs is the slow work of one incarnation that has not come back. A nil *runs has none.
type runs struct {
	open map[string]*work // by ticket
	seq  int64
	ctx  context.Context // of all of it
	end  context.CancelFunc
}

// startRun notes slow work that belongs to the handling of a message, under a ticket that no other incarnation gives.
func (k *Kit) startRun(w *work) (ticket string, ctx context.Context) {
	if k.runs == nil {
		k.runs = &runs{open: make(map[string]*work)}
		k.runs.ctx, k.runs.end = context.WithCancel(context.Background())
	}
	w.pending++
	k.runs.seq++
	ticket = strconv.FormatInt(k.epoch, 10) + ":" + strconv.FormatInt(k.runs.seq, 10)
	k.runs.open[ticket] = w
	return ticket, k.runs.ctx
}

// take is the work that a result belongs to, nil for a ticket of another incarnation.
func (r *runs) take(ticket string) *work {
	if r == nil {
		return nil
	}
	w := r.open[ticket]
	if w != nil {
		delete(r.open, ticket)
		w.pending--
	}
	return w
}

// stop cancels the context of all work.
func (r *runs) stop() {
	if r != nil {
		r.end()
	}
}

// abandon forgets all work and returns it, in no order.
func (r *runs) abandon() []*work {
	if r == nil {
		return nil
	}
	out := make([]*work, 0, len(r.open))
	for _, w := range r.open {
		out = append(out, w)
	}
	clear(r.open)
	return out
}
