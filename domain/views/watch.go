package views

import (
	"time"

	"github.com/agente-ceo/agente-ceo/domain/money"
)

// Hit is one thing that a search found.
type Hit struct {
	Kind   string     `json:"kind" enum:"campaign,product,order,customer,creative,effect,audit"`
	ID     string     `json:"id"`    // of a line of the audit log its number
	Title  string     `json:"title"` // of an effect and a line of the audit log the kind of what was done
	Note   string     `json:"note"`  // the platform, the product or the address: what tells two of one title apart
	Status string     `json:"status"`
	At     *time.Time `json:"at"`
}

// Detail is one value of something that was asked for or answered, as text.
type Detail struct {
	Name  string `json:"name"` // the message's own names, with dots where one is inside another
	Value string `json:"value"`
}

// TaskDetail is an effect with what it was asked to do, what entitles it, and what became of each attempt.
type TaskDetail struct {
	Task
	From        string      `json:"from"`     // the actor that committed it
	Intent      []Detail    `json:"intent"`   // what is asked for
	Withheld    bool        `json:"withheld"` // a customer's address or message is part of it, and is not shown
	Receipt     []Detail    `json:"receipt"`  // what the other side said when it was read back; empty before that
	Entity      *TaskEntity `json:"entity"`   // what it creates or changes on a platform
	Grant       *TaskGrant  `json:"grant"`    // what it was checked against; null for what raises no spending
	Dismissable bool        `json:"dismissable"`
	DismissedAt *time.Time  `json:"dismissed_at"`
	DismissedBy string      `json:"dismissed_by"`
	History     []Audit     `json:"history"` // intents, outcomes and what people did, oldest first
}

// TaskEntity is the campaign, ad set or ad that an effect is about.
type TaskEntity struct {
	ID         string `json:"id"` // ours
	Level      string `json:"level" enum:",campaign,ad_set,ad"`
	Names      string `json:"names"`       // the external id that a raise names
	ExternalID string `json:"external_id"` // the one that may deliver; empty while none has won
	Made       bool   `json:"made"`        // this effect created it
}

// TaskGrant is what pays for an effect that raises spending.
type TaskGrant struct {
	Day            string       `json:"day"` // of the account
	Until          *time.Time   `json:"until"`
	Amount         money.Amount `json:"amount"` // the daily budget that has to be covered
	ReservationID  string       `json:"reservation_id"`
	Held           money.Amount `json:"held"`  // what is reserved for that day now
	State          string       `json:"state"` // of that reservation; empty where there is none
	ApprovalID     string       `json:"approval_id"`
	Manifest       string       `json:"manifest"`
	ApprovalStatus string       `json:"approval_status"`
	DecidedBy      string       `json:"decided_by"`
	DecidedAt      *time.Time   `json:"decided_at"`
}

// ActorDetail is one actor with what is stored of it.
type ActorDetail struct {
	Actor
	Here        bool       `json:"here"` // it runs in this process; if not, its state is "stopped" and its figures are zero
	Epoch       int64      `json:"epoch"`
	ActivatedAt *time.Time `json:"activated_at"` // on the machine's clock
	Version     int64      `json:"version"`      // commits so far
	SavedAt     *time.Time `json:"saved_at"`     // the last commit of a state
	Alarms      []Alarm    `json:"alarms"`       // as they are stored, the next first
	Waiting     int64      `json:"waiting"`      // messages that were promised to it and not handled yet
}

// Alarm is a timer of an actor.
type Alarm struct {
	Name string    `json:"name"`
	At   time.Time `json:"at"`
}

// Machine is what the business runs on, as a person wants to see it who looks after it.
type Machine struct {
	Node     NodeSelf        `json:"node"`
	Queue    Queue           `json:"queue"`
	Couriers []CourierStatus `json:"couriers"` // by name
	Database DatabaseStatus  `json:"database"`
	Backups  []Backup        `json:"backups"` // newest first
	Nodes    []Node          `json:"nodes"`   // by name
}

// NodeSelf is the process that answers.
type NodeSelf struct {
	Name    string    `json:"name"`
	Version string    `json:"version"`
	Go      string    `json:"go"`
	Started time.Time `json:"started"` // on the machine's clock
}

// Node is a process that runs actors.
type Node struct {
	Name   string    `json:"name"`
	Actors int64     `json:"actors"` // that it activated last
	Latest time.Time `json:"latest"` // when it activated one last, on the machine's clock
	Here   bool      `json:"here"`
}

// Queue is what waits to be done.
type Queue struct {
	Pending    int64      `json:"pending"`
	Inflight   int64      `json:"inflight"`
	Unknown    int64      `json:"unknown"`
	Dead       int64      `json:"dead"`   // refused or given up, and not put aside
	Oldest     *time.Time `json:"oldest"` // effect that is not over
	Messages   int64      `json:"messages"`
	OldestSent *time.Time `json:"oldest_sent"` // of the messages
}

// CourierStatus is one account of the outside world.
type CourierStatus struct {
	Courier  string     `json:"courier"`
	Pending  int64      `json:"pending"`
	Inflight int64      `json:"inflight"`
	Unknown  int64      `json:"unknown"`
	Dead     int64      `json:"dead"`
	Retried  int64      `json:"retried"` // of those that are not over, tried more than once
	Oldest   *time.Time `json:"oldest"`
	Done     int64      `json:"done"` // in the last 24 hours
	LastDone *time.Time `json:"last_done"`
	Error    string     `json:"error"` // of the newest that is not over
	Breaker  Breaker    `json:"breaker"`
	Quota    *Quota     `json:"quota"` // null where the platform does not tell, or has not been asked by this process
}

// Breaker leaves an account alone while it fails.
type Breaker struct {
	Open     bool       `json:"open"`
	Failures int64      `json:"failures"` // of transport in a row
	Openings int64      `json:"openings"` // since it was last closed
	OpenedAt *time.Time `json:"opened_at"`
	Until    *time.Time `json:"until"` // then the account is probed
	Terminal bool       `json:"terminal"`
	Reason   string     `json:"reason"`
}

// Quota is how much of a platform's limit on calls an account has used.
type Quota struct {
	Percent   int       `json:"percent"`    // of the limit that is nearest
	At        time.Time `json:"at"`         // of the answer that said so
	RestUntil time.Time `json:"rest_until"` // the next call may be made then
}

// DatabaseStatus is how the database is.
type DatabaseStatus struct {
	Version        string  `json:"version"`
	Bytes          int64   `json:"bytes"`
	Schema         int64   `json:"schema"` // number of the newest migration
	Connections    int64   `json:"connections"`
	ConnectionsMax int64   `json:"connections_max"`
	Tables         []Table `json:"tables"` // the largest, largest first
}

// Table is one table with its indexes.
type Table struct {
	Name  string `json:"name"`
	Bytes int64  `json:"bytes"`
	Rows  int64  `json:"rows"` // as the planner estimates them
}

// Backup is one try to back the database up.
type Backup struct {
	StartedAt  time.Time `json:"started_at"`
	FinishedAt time.Time `json:"finished_at"`
	File       string    `json:"file"` // empty when it failed
	Bytes      int64     `json:"bytes"`
	SHA256     string    `json:"sha256"`
	Objects    int       `json:"objects"` // that were found when it was read back; 0 when it failed
	Error      string    `json:"error"`
}

// AuditStatus is whether the audit log is what was written.
type AuditStatus struct {
	Lines    int64         `json:"lines"` // the number of the last line
	Hash     string        `json:"hash"`  // of the last line
	Anchors  Anchors       `json:"anchors"`
	Verified *AuditVerdict `json:"verified"` // null when nobody has verified it
}

// Anchors are ends of the audit log that were noted outside of the database.
type Anchors struct {
	File  string     `json:"file"` // empty where none are kept
	Count int64      `json:"count"`
	Line  int64      `json:"line"` // of the newest
	Hash  string     `json:"hash"`
	At    *time.Time `json:"at"` // of the business
}

// AuditVerdict is what a verification of the whole audit log found.
type AuditVerdict struct {
	Whole   bool      `json:"whole"`
	Through int64     `json:"through"` // the last line that holds
	Anchors int64     `json:"anchors"` // that agree
	Problem string    `json:"problem"` // empty when it is whole
	At      time.Time `json:"at"`
	By      string    `json:"by"`
}

// Logs is the end of one process's log.
type Logs struct {
	Node  string    `json:"node"`
	Last  int64     `json:"last"`  // number of the newest line, to ask for what follows it
	Items []LogLine `json:"items"` // oldest first
}

// LogLine is one line of a log, without secrets.
type LogLine struct {
	Seq   int64     `json:"seq"` // within the process
	At    time.Time `json:"at"`
	Level string    `json:"level" enum:"debug,info,warn,error"`
	Text  string    `json:"text"`
	Attrs []Detail  `json:"attrs"`
}
