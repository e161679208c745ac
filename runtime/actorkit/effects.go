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
	Won         *Won      // what it created, to be the only one of its kind; nil where it created nothing
}

// Won names the one thing outside that may stand for one of ours. The store sets it once: another one in its place refuses the commit
// with AnotherWon.
type Won struct {
	Plan       string // the campaign
	Entity     string // our id of the campaign, ad set or ad
	Level      string // campaign | ad_set | ad
	Platform   string
	ExternalID string
}

// AnotherWon is the code of the refusal of a commit whose Won names something else than what won before.
const AnotherWon = "another_won"

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
