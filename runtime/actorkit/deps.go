package actorkit

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/agente-ceo/agente-ceo/runtime/clock"
)

// Directory finds actors by key, and starts those that do not run. runtime/directory implements it.
type Directory interface {
	// Tell sends without waiting and without a promise: the message is lost if the receiver crashes. The receiver gets a copy.
	Tell(to Key, msg proto.Message)
	// Ask sends and waits for the reply. It is for HTTP handlers and main, never for actors. Without an answer in time it is
	// fault Retryable; a stopped actor is Terminal, an unknown kind a Bug.
	Ask(ctx context.Context, to Key, msg proto.Message) (proto.Message, error)
	// Deliver sends a stored message under its id, unless that one is being handled already.
	Deliver(msg Message)
}

// Executor runs slow work outside the mailbox: a clock.Pool in serve, a clock.Virtual in virtual time.
type Executor interface{ Go(fn func()) }

// Deps is what all kits share.
type Deps struct {
	Clock     clock.Clock
	Store     Store
	Directory Directory
	Executor  Executor
	// Commits runs the commits of groups, which must not wait behind slow work; nil is Executor.
	Commits Executor
	Log     *slog.Logger
	Metrics *Metrics // nil counts nothing
	// StoreTimeout bounds one call of the store, in real time; zero is DefaultStoreTimeout.
	StoreTimeout time.Duration
}

// DefaultStoreTimeout is how long a call of the store may take.
const DefaultStoreTimeout = 15 * time.Second

// MessageHeader is the header of a protoactor envelope that carries a durable message's id.
const MessageHeader = "ac-msg"

// ParseKey reads what Key.String wrote.
func ParseKey(s string) (Key, error) {
	kind, id, ok := strings.Cut(s, "/")
	if !ok || kind == "" || id == "" {
		return Key{}, fmt.Errorf("actor key %q is not kind/id", s)
	}
	return Key{Kind: kind, ID: id}, nil
}

// Compare orders keys by kind, then by id.
func (k Key) Compare(other Key) int {
	if c := strings.Compare(k.Kind, other.Kind); c != 0 {
		return c
	}
	return strings.Compare(k.ID, other.ID)
}
