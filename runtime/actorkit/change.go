package actorkit

import (
	"context"
	"encoding/json"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/agente-ceo/agente-ceo/domain/facts"
)

// Key names an actor: its kind and its id, unique in the whole system.
type Key struct{ Kind, ID string }

// String is "kind/id".
func (k Key) String() string { return k.Kind + "/" + k.ID }

// Change is everything that one handled message changes, committed in one transaction: it is on disk whole, or it did not happen.
type Change struct {
	// State replaces the actor's snapshot; nil leaves it.
	State proto.Message
	// Facts go to the read model.
	Facts []facts.Fact
	// Audit entries are appended to audit_log, in order.
	Audit []Audit
	// Effects are appended to the outbox for couriers.
	Effects []Effect
	// Outcomes end or postpone effects; only a courier's changes have them.
	Outcomes []Outcome
	// Begin is the id of the effect that the courier performs next, empty for none: with this change it is inflight, with one attempt
	// more and its line in the audit log. An effect that has ended is refused, and the change with it.
	Begin string
	// Tells are messages to other actors: stored with the change, sent after it, repeated until the receiver has handled them.
	Tells []Tell
	// Schedule sets (or moves) the actor's durable timers by name; Cancel removes them. A timer that fired is removed by the
	// commit of the handler that it fired, unless that schedules it again.
	Schedule []Alarm
	Cancel   []string
}

// empty reports whether nothing would be stored.
func (ch Change) empty() bool {
	return ch.State == nil && ch.Begin == "" &&
		len(ch.Facts)+len(ch.Audit)+len(ch.Effects)+len(ch.Outcomes)+len(ch.Tells)+len(ch.Schedule)+len(ch.Cancel) == 0
}

// Alarm is a durable timer: it survives restarts, and comes as *Due.
type Alarm struct {
	Name string
	At   time.Time
}

// Due is the private message that an alarm sends to its own actor. Now may be later than At, after a stop.
type Due struct {
	Name string
	At   time.Time

	kit *Kit // the incarnation that armed it: others drop it
}

// Tell is a durable message. Msg's first field is the id that makes it idempotent.
type Tell struct {
	To  Key
	Msg proto.Message
}

// Effect is something to do in the outside world. ID is derived from the decision, so that a repeated decision writes the same effect.
// The courier answers with a durable *messages.EffectPerformed to the actor that committed it.
type Effect struct {
	ID      string
	Courier string // id of the courier: "meta", "tiktok", "google", "studio", "store", "supplier", "notify", "crm"
	Kind    string // for people and for metrics: "create_campaign"
	Subject string // what it is about: campaign, order or product id
	Payload proto.Message
}

// Audit is one line of audit_log. Actor and time are filled in by the kit.
type Audit struct {
	Action   string // past tense: "campaign_paused"
	Subject  string // id of what it happened to
	Reason   string // why, in a sentence a marketer understands
	Expected string // what should follow from it
	Figures  []Figure
	By       string // operator's e-mail; empty for the agent itself
}

// Figure is one number or text that a decision rests on.
type Figure struct{ Name, Value string }

// FiguresJSON is the figures as a JSON object in the order given.
func FiguresJSON(figures []Figure) []byte {
	n := 2
	for _, f := range figures {
		n += len(f.Name) + len(f.Value) + len(`"":"",`)
	}
	out := append(make([]byte, 0, n), '{')
	for i, f := range figures {
		if i > 0 {
			out = append(out, ',')
		}
		out = appendQuoted(append(appendQuoted(out, f.Name), ':'), f.Value)
	}
	return append(out, '}')
}

// appendQuoted appends a JSON string as encoding/json writes it, which most figures need no help for.
func appendQuoted(out []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			text, _ := json.Marshal(s) // a string always marshals
			return append(out, text...)
		}
	}
	return append(append(append(out, '"'), s...), '"')
}

// Activation is what the store knows of an actor when it starts.
type Activation struct {
	Epoch   int64
	Version int64  // of the last commit, 0 before the first; it goes on counting over epochs
	State   []byte // nil: never saved; with its checksum, so that an empty message is not nil either
	Format  int    // how State is written; see SnapshotFormat
	Alarms  map[string]time.Time
}

// Fence says which activation writes: the store refuses one that has been succeeded.
type Fence struct {
	Key   Key
	Epoch int64
}

// Commit is a Change as the store takes it.
type Commit struct {
	Key     Key
	Epoch   int64 // refused when a newer activation exists
	Version int64 // of this commit: the activation's, plus one for each commit since; the store keeps it
	Now     time.Time
	State   []byte // nil: unchanged
	Alarms  map[string]time.Time
	NextDue time.Time // earliest alarm, zero for none
	Facts   []facts.Fact
	Audit   []Audit
	Effects []Effect
	// Outcomes end or postpone effects of the outbox, in a courier's commits; Begin is the one that comes next, empty for none.
	Outcomes []Outcome
	Begin    string
	Tells    []Message
	Handled  []string // ids of the durable messages that this commit handles
}

// Message is a stored Tell.
type Message struct {
	ID   string // made by MessageID, the same when the decision is repeated
	From Key
	To   Key
	Msg  proto.Message
}

// Store keeps actors. persistence implements it; runtime/actortest has one in memory that passes the same suite.
type Store interface {
	// Activate begins a new epoch of an actor and loads its snapshot.
	Activate(ctx context.Context, key Key) (Activation, error)
	// Commit writes everything or nothing. A stale epoch is fault Refused "stale_epoch"; a cap that does not hold is Refused "cap_exceeded".
	Commit(ctx context.Context, c Commit) error
	// Handled forgets a durable message that needed no commit. A stale epoch is fault Refused "stale_epoch".
	Handled(ctx context.Context, by Fence, messageID string) error
}
