// Package housekeeper keeps the house: old rows are purged, the database is backed up and the roll-ups are checked every night, and
// every connection is tried every five minutes.
//
//	receives  RunBackup; its alarms "health" (every 5 min) and "night" (03:00 UTC)
//	replies   Accepted or Refusal
//	owns      the alerts of kinds health, backup_failed, rollup_mismatch and ledger_mismatch
//	survives  a missed night: it is made up for at the next start
package housekeeper

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"google.golang.org/protobuf/proto"

	"github.com/agente-ceo/agente-ceo/domain/facts"
	"github.com/agente-ceo/agente-ceo/domain/id"
	"github.com/agente-ceo/agente-ceo/messages"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
)

// Store is the part of the database that housekeeping touches.
type Store interface {
	// Purge deletes what is older than before and returns how many rows went, by table, in words.
	Purge(ctx context.Context, by actorkit.Fence, before time.Time) (string, error)
	// Backup writes a checked backup and returns its path; "" where backups make no sense.
	Backup(ctx context.Context, by actorkit.Fence, now time.Time) (string, error)
	// CheckRollups compares the roll-ups with the rows that they sum and describes every difference.
	CheckRollups(ctx context.Context) ([]string, error)
	// CheckLedger adds the purse up again out of its postings and describes every difference.
	CheckLedger(ctx context.Context) ([]string, error)
}

// Connection is something that can be out of order.
type Connection struct {
	Name  string
	Check func(ctx context.Context) error
}

// Settings are what an administrator may change.
type Settings struct {
	HealthEvery time.Duration
	KeepDays    int
}

// Deps are what the actor needs. Connections are tried in their order.
type Deps struct {
	Kit         actorkit.Deps
	Store       Store
	Connections []Connection
	Settings    func() Settings
}

const (
	healthAlarm   = "health"
	nightAlarm    = "night"
	nightHour     = 3 // UTC
	healthTimeout = time.Minute
	nightTimeout  = 15 * time.Minute
)

// Actor is the housekeeper.
type Actor struct {
	deps  Deps
	kit   *actorkit.Kit
	state messages.HousekeeperState
}

// New makes the actor for its key, housekeeper/main.
func New(d Deps, key actorkit.Key) actor.Actor {
	return &Actor{deps: d, kit: actorkit.New(d.Kit, key)}
}

// healthTaken is what the connections said; problems has one entry by failing connection, in their order.
type healthTaken struct {
	failing  []string
	problems []string
}

// nightDone is what a night's work came to.
type nightDone struct {
	date                          string
	purged, backup                string
	mismatches, ledger            []string
	purgeErr, backupErr, checkErr error
	ledgerErr                     error
	by                            string
}

// Receive routes; it decides nothing.
func (a *Actor) Receive(c actor.Context) {
	switch m := c.Message().(type) {
	case *actor.Started:
		a.onStarted(c)
	case *actor.Stopping, *actor.Stopped, *actor.Restarting:
		a.kit.Stop()
	case *actorkit.Due:
		a.onDue(c, m)
	case *messages.RunBackup:
		a.night(c, m.By)
		a.kit.Reply(c, &messages.Accepted{Id: m.RunId})
	case healthTaken:
		a.onHealth(c, m)
	case nightDone:
		a.onNight(c, m)
	default:
		a.kit.Unhandled(c)
	}
}

func (a *Actor) onStarted(c actor.Context) {
	if a.kit.Start(c, &a.state) {
		return
	}
	now := a.kit.Now()
	a.kit.Commit(c, actorkit.Change{State: &a.state, Schedule: []actorkit.Alarm{
		// The first look comes at once: wrong credentials are to be seen before anything is planned with them.
		{Name: healthAlarm, At: now}, {Name: nightAlarm, At: nightAfter(now)},
	}})
}

func (a *Actor) onDue(c actor.Context, m *actorkit.Due) {
	switch m.Name {
	case healthAlarm:
		connections := a.deps.Connections
		a.kit.Run(c, healthTimeout, func(ctx context.Context) any { return takeHealth(ctx, connections) })
	case nightAlarm:
		a.night(c, "")
	default:
		a.kit.Unhandled(c)
	}
}

func takeHealth(ctx context.Context, connections []Connection) any {
	var out healthTaken
	for _, conn := range connections {
		if err := conn.Check(ctx); err != nil {
			out.failing = append(out.failing, conn.Name)
			out.problems = append(out.problems, conn.Name+": "+err.Error())
		}
	}
	return out
}

func (a *Actor) onHealth(c actor.Context, m healthTaken) {
	now := a.kit.Now()
	next := proto.CloneOf(&a.state)
	next.Unhealthy = m.failing
	ch := actorkit.Change{Schedule: []actorkit.Alarm{{Name: healthAlarm, At: now.Add(a.deps.Settings().HealthEvery)}}}
	for i, name := range m.failing {
		if !slices.Contains(a.state.Unhealthy, name) {
			ch.Facts = append(ch.Facts, facts.Alert{
				ID: healthAlertID(name), Kind: "health", Severity: "warning", Subject: name,
				Title: "A connection does not answer", Detail: m.problems[i], At: now,
			})
			ch.Audit = append(ch.Audit, actorkit.Audit{Action: "connection_lost", Subject: name, Reason: m.problems[i]})
		}
	}
	for _, name := range a.state.Unhealthy {
		if !slices.Contains(m.failing, name) {
			ch.Facts = append(ch.Facts, facts.AlertResolved{ID: healthAlertID(name), At: now})
			ch.Audit = append(ch.Audit, actorkit.Audit{Action: "connection_restored", Subject: name, Reason: "it answers again"})
		}
	}
	a.commit(c, next, ch)
}

func healthAlertID(name string) string { return id.Derive(id.Alert, "health", name) }

func (a *Actor) night(c actor.Context, by string) {
	store, now, fence := a.deps.Store, a.kit.Now(), a.kit.Fence()
	before := now.AddDate(0, 0, -a.deps.Settings().KeepDays)
	a.kit.Run(c, nightTimeout, func(ctx context.Context) any {
		done := nightDone{date: now.Format(time.DateOnly), by: by}
		done.purged, done.purgeErr = store.Purge(ctx, fence, before)
		done.mismatches, done.checkErr = store.CheckRollups(ctx)
		done.ledger, done.ledgerErr = store.CheckLedger(ctx)
		done.backup, done.backupErr = store.Backup(ctx, fence, now)
		return done
	})
}

func (a *Actor) onNight(c actor.Context, m nightDone) {
	now := a.kit.Now()
	next := proto.CloneOf(&a.state)
	ch := actorkit.Change{Schedule: []actorkit.Alarm{{Name: nightAlarm, At: nightAfter(now)}}}
	if m.purgeErr == nil {
		next.LastPurge = m.date
		ch.Audit = append(ch.Audit, actorkit.Audit{Action: "old_rows_purged", Subject: "database", Reason: m.purged, By: m.by})
	}
	if m.backupErr == nil && m.backup != "" {
		next.LastBackup = m.date
		ch.Audit = append(ch.Audit, actorkit.Audit{Action: "backup_made", Subject: m.date, Reason: "the nightly backup was written and read back", By: m.by})
	}
	ch.Facts = append(ch.Facts, problem("backup_failed", "critical", "The backup did not succeed", m.backupErr, now))
	ch.Facts = append(ch.Facts, problem("purge_failed", "warning", "Old rows could not be purged", m.purgeErr, now))
	ch.Facts = append(ch.Facts, problem("rollup_mismatch", "critical", "The roll-ups do not match the figures they sum", differences(m.mismatches, m.checkErr), now))
	ch.Facts = append(ch.Facts, problem("ledger_mismatch", "critical", "The purse does not add up to what was posted", differences(m.ledger, m.ledgerErr), now))
	a.commit(c, next, ch)
}

// differences is what a check found, as one error; nil when it found nothing.
func differences(found []string, err error) error {
	if err != nil || len(found) == 0 {
		return err
	}
	return fmt.Errorf("%d differences, the first: %s", len(found), found[0])
}

// problem is an alert while there is one, and its resolution when there is none.
func problem(kind, severity, title string, err error, now time.Time) facts.Fact {
	alertID := id.Derive(id.Alert, kind)
	if err == nil {
		return facts.AlertResolved{ID: alertID, At: now}
	}
	return facts.Alert{ID: alertID, Kind: kind, Severity: severity, Subject: "database", Title: title, Detail: err.Error(), At: now}
}

func (a *Actor) commit(c actor.Context, next *messages.HousekeeperState, ch actorkit.Change) {
	ch.State = next
	a.kit.Commit(c, ch)
	proto.Reset(&a.state)
	proto.Merge(&a.state, next)
}

func nightAfter(now time.Time) time.Time {
	at := time.Date(now.Year(), now.Month(), now.Day(), nightHour, 0, 0, 0, time.UTC)
	if !at.After(now) {
		at = at.AddDate(0, 0, 1)
	}
	return at
}
