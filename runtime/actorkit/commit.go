package actorkit

import (
	"context"
	"fmt"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/agente-ceo/agente-ceo/messages"
	"github.com/agente-ceo/agente-ceo/runtime/clock"
)

// StaleEpoch is the code of the refusal that a store answers to an activation that has been succeeded.
const StaleEpoch = "stale_epoch"

// Commit stores a change, and then sends its messages and wakes its couriers. It panics when the store fails or refuses: the actor
// restarts from what is stored. Memory may be changed only after it has returned.
func (k *Kit) Commit(c actor.Context, ch Change) {
	if err := k.TryCommit(c, ch); err != nil {
		panic(fmt.Errorf("commit of %s: %w", k.key, err))
	}
}

// TryCommit is Commit for changes that the database may refuse, such as a reservation over a cap: then nothing was stored, and
// the refusal is returned. Every other failure panics.
func (k *Kit) TryCommit(_ actor.Context, ch Change) error {
	if k.root == nil || k.stopped {
		panic(fmt.Errorf("commit of %s: the kit is not started", k.key))
	}
	if k.group != nil && k.group.flight != nil {
		panic(fmt.Errorf("commit of %s: its group commits", k.key))
	}
	commit, next, err := k.prepare(ch, k.current.messages(), k.current.alarm())
	if err != nil {
		panic(fmt.Errorf("commit of %s: %w", k.key, err))
	}
	if err := k.store(commit); err != nil {
		if isRefusal(err) {
			return err
		}
		panic(fmt.Errorf("commit of %s: %w", k.key, err))
	}
	k.version, k.alarms = commit.Version, next
	if k.current != nil {
		k.current.committed = true
	}
	k.arm()
	k.send(commit)
	return nil
}

func (k *Kit) prepare(ch Change, handled []string, ended ...string) (Commit, alarms, error) {
	next := k.alarms.changed(ch, ended...)
	commit := Commit{
		Key: k.key, Epoch: k.epoch, Version: k.version + 1, Now: k.Now(),
		Alarms: next.times(), NextDue: next.earliest(),
		Facts: ch.Facts, Audit: ch.Audit, Effects: ch.Effects, Outcomes: ch.Outcomes, Begin: ch.Begin, Handled: handled,
	}
	if ch.State != nil {
		state, err := seal(ch.State)
		if err != nil {
			return Commit{}, nil, err
		}
		commit.State = state
	}
	if len(ch.Tells) > 0 {
		commit.Tells = make([]Message, len(ch.Tells))
	}
	for i, tell := range ch.Tells {
		commit.Tells[i] = Message{ID: MessageID(k.key, tell.To, tell.Msg, commit.Version, i), From: k.key, To: tell.To, Msg: tell.Msg}
	}
	return commit, next, nil
}

func (k *Kit) store(commit Commit) error {
	ctx, cancel := context.WithTimeout(context.Background(), k.deps.StoreTimeout)
	defer cancel()
	watch := clock.Stopwatch()
	err := k.deps.Store.Commit(ctx, commit)
	k.deps.Metrics.committed(k.key.Kind, watch(), err)
	return err
}

// send tells the others what is now stored. All of it comes again if the process dies here.
func (k *Kit) send(commit Commit) {
	for _, msg := range commit.Tells {
		k.deps.Directory.Deliver(msg)
	}
	for i, effect := range commit.Effects {
		if !wokenBefore(commit.Effects[:i], effect.Courier) {
			k.Tell(Key{Kind: courierKind, ID: effect.Courier}, &messages.Wake{})
		}
	}
}

const courierKind = "courier"

func wokenBefore(effects []Effect, courier string) bool {
	for _, e := range effects {
		if e.Courier == courier {
			return true
		}
	}
	return false
}

// forget tells the store that a durable message needed no commit.
func (k *Kit) forget(messageID string) {
	ctx, cancel := context.WithTimeout(context.Background(), k.deps.StoreTimeout)
	defer cancel()
	if err := k.deps.Store.Handled(ctx, k.Fence(), messageID); err != nil {
		panic(fmt.Errorf("forget message %s of %s: %w", messageID, k.key, err))
	}
}
