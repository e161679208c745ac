package views

import (
	"encoding/json"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/money"
)

// Alert is something that people should know.
type Alert struct {
	ID             string     `json:"id"`
	Kind           string     `json:"kind"`
	Severity       string     `json:"severity" enum:"info,warning,critical"`
	Subject        string     `json:"subject"`
	Title          string     `json:"title"`
	Detail         string     `json:"detail"`
	Count          int64      `json:"count"`
	FirstAt        time.Time  `json:"first_at"`
	LastAt         time.Time  `json:"last_at"`
	AcknowledgedAt *time.Time `json:"acknowledged_at"`
	AcknowledgedBy string     `json:"acknowledged_by"`
	ResolvedAt     *time.Time `json:"resolved_at"`
	MutedUntil     *time.Time `json:"muted_until"` // null when it is not quiet
}

// Mute keeps alerts quiet for a while.
type Mute struct {
	ID        string    `json:"id"`
	Kind      string    `json:"kind"`    // "" for every kind
	Subject   string    `json:"subject"` // "" for everything
	Until     time.Time `json:"until"`   // of the business
	Reason    string    `json:"reason"`
	By        string    `json:"by"`
	CreatedAt time.Time `json:"created_at"`
}

// AlertRule is what is known of a kind of alert.
type AlertRule struct {
	Kind       string      `json:"kind"`
	Severities []string    `json:"severities"`
	By         string      `json:"by"`         // the kind of actor that raises it
	Loud       bool        `json:"loud"`       // critical ones are never muted
	Thresholds []Threshold `json:"thresholds"` // what decides when
	Sent       []string    `json:"sent"`       // where it is told: dashboard, log
}

// Threshold is a setting with the value in force.
type Threshold struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// Approval is something that waits for a person, or was answered.
type Approval struct {
	ID          string          `json:"id"`
	Subject     string          `json:"subject"`
	Kind        string          `json:"kind" enum:"launch,budget,expand"`
	Status      string          `json:"status" enum:"pending,approved,rejected,expired,void"`
	Summary     string          `json:"summary"`
	Why         string          `json:"why"`
	Amount      money.Amount    `json:"amount"` // at stake a day
	Manifest    string          `json:"manifest"`
	Details     json.RawMessage `json:"details"` // exactly what is asked; the manifest is its hash
	Changes     json.RawMessage `json:"changes"` // what differs from now: [{field, from, to}]; what was asked is void as soon as "from" is no longer so
	ProposedBy  string          `json:"proposed_by"`
	DecidedBy   string          `json:"decided_by"`
	Reason      string          `json:"reason"`
	RequestedAt *time.Time      `json:"requested_at"`
	ExpiresAt   *time.Time      `json:"expires_at"`
	DecidedAt   *time.Time      `json:"decided_at"`
	UsedAt      *time.Time      `json:"used_at"` // when what it allows was done; it allows that once
	StepUp      bool            `json:"step_up"` // an approval of it needs the password again
}

// Audit is one line of the audit log.
type Audit struct {
	Seq      int64           `json:"seq"`
	At       time.Time       `json:"at"`
	Actor    string          `json:"actor"`
	Action   string          `json:"action"`
	Subject  string          `json:"subject"`
	Reason   string          `json:"reason"`
	Expected string          `json:"expected"`
	Figures  json.RawMessage `json:"figures"` // names and texts, in the order that they were considered
	By       string          `json:"by"`      // e-mail, empty for the agent itself
	Hash     string          `json:"hash"`    // hex
}

// Report is one report as it was made.
type Report struct {
	Kind string    `json:"kind" enum:"daily,weekly,monthly"`
	Date string    `json:"date"`
	Text string    `json:"text"` // Markdown
	At   time.Time `json:"at"`
}

// ReportDetail is a report with its figures.
type ReportDetail struct {
	Report
	Body json.RawMessage `json:"body"`
}

// Control is the kill switch.
type Control struct {
	Frozen bool       `json:"frozen"`
	By     string     `json:"by"`
	Reason string     `json:"reason"`
	At     *time.Time `json:"at"`
}

// ControlDetail is the kill switch of the process and of the database, and what it has come to.
type ControlDetail struct {
	Control
	// Recorded says that the database agrees with Frozen: it does not while it is away.
	Recorded bool `json:"recorded"`
	// Halt is how far pausing on the platforms has come, while spending is frozen.
	Halt *Halt `json:"halt,omitempty"`
}

// Halt is how far pausing everything directly on the platforms has come.
type Halt struct {
	Since     time.Time     `json:"since"`
	Settled   bool          `json:"settled"` // every account was read, and everything that delivered is confirmed as paused
	Open      int           `json:"open"`    // campaigns that delivered
	Paused    int           `json:"paused"`  // of them, confirmed by reading back
	NotPaused []NotPaused   `json:"not_paused"`
	Accounts  []HaltAccount `json:"accounts"`
}

// NotPaused is a campaign that may still deliver although spending is frozen.
type NotPaused struct {
	Platform   string `json:"platform"`
	ExternalID string `json:"external_id"`
	Name       string `json:"name"`
	Reason     string `json:"reason"`
}

// HaltAccount is whether an account's campaigns could be listed.
type HaltAccount struct {
	Platform string `json:"platform"`
	Listed   bool   `json:"listed"`
	Reason   string `json:"reason"` // why the last look failed
}

// Message is one message between actors that was promised and has not been handled.
type Message struct {
	ID        string    `json:"id"`
	Seq       int64     `json:"seq"`
	From      string    `json:"from"`
	To        string    `json:"to"`
	Type      string    `json:"type"`
	CreatedAt time.Time `json:"created_at"`
}

// Task is one effect on the outside world that a courier performs or performed.
type Task struct {
	ID            string    `json:"id"`
	Seq           int64     `json:"seq"`
	Courier       string    `json:"courier"`
	Kind          string    `json:"kind"`
	Subject       string    `json:"subject"`
	State         string    `json:"state" enum:"pending,inflight,done,refused,failed,unknown"`
	Attempts      int       `json:"attempts"`
	NextAttemptAt time.Time `json:"next_attempt_at"`
	LastError     string    `json:"last_error"`
	CreatedAt     time.Time `json:"created_at"`
	UpdatedAt     time.Time `json:"updated_at"`
}

// Actor is one actor of this process.
type Actor struct {
	Kind      string     `json:"kind"`
	ID        string     `json:"id"`
	State     string     `json:"state" enum:"starting,running,restarting,stopped"`
	Mailbox   int        `json:"mailbox"`
	Handled   int64      `json:"handled"`
	Restarts  int        `json:"restarts"`
	LastError string     `json:"last_error"`
	NextAlarm *time.Time `json:"next_alarm"`
	Node      string     `json:"node"` // the process that runs it
}
