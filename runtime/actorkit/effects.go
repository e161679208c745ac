package actorkit

import (
	"time"

	"google.golang.org/protobuf/proto"
)

// The states of an effect in the outbox.
const (
	// EffectPending waits for its courier, or for its next attempt.
	EffectPending = "pending"
	// EffectInflight was begun: if its courier died since, what became of it is unknown and must be looked up.
	EffectInflight = "inflight"
	// EffectUnknown was sent and got no answer: look it up by our id before anything else.
	EffectUnknown = "unknown"
	// EffectDone has a receipt.
	EffectDone = "done"
	// EffectRefused was turned down by the other side's rules.
	EffectRefused = "refused"
	// EffectFailed was given up.
	EffectFailed = "failed"
)

// Outcome is what became of one effect. A final state (done, refused, failed) ends it; pending and unknown bring it back at NextAttempt.
type Outcome struct {
	EffectID    string
	State       string    // done | refused | failed | pending | unknown
	Receipt     []byte    // what the other side says now, serialised; nil for none. Done needs one
	Error       string    // for people; empty when done
	NextAttempt time.Time // for pending and unknown
}

// PendingEffect is an effect that its courier has to perform or to look up.
type PendingEffect struct {
	ID          string
	Courier     string
	Kind        string
	Subject     string
	ReplyTo     Key // the actor that committed it
	Payload     proto.Message
	State       string // pending, inflight or unknown
	Attempts    int    // how often it was begun
	NextAttempt time.Time
	LastError   string
	CreatedAt   time.Time
}
