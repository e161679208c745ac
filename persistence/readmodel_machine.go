package persistence

import (
	"context"
	"encoding/hex"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/agente-ceo/agente-ceo/domain/views"
	"github.com/agente-ceo/agente-ceo/messages"
)

const (
	shownTables  = 8
	shownBackups = 10
	doneWithin   = 24 * time.Hour
)

// Machine is what the database knows of what the business runs on: queues, couriers with their breakers, backups, nodes, and itself. node is
// the name of this process; quotas and the rest of views.Machine are the caller's to fill in.
func (r ReadModel) Machine(ctx context.Context, node string, now time.Time) (m views.Machine, err error) {
	queue, err := one[views.Queue](ctx, r.db, "view_queue")
	if err != nil {
		return m, err
	}
	m.Queue = *queue
	if m.Couriers, err = r.couriers(ctx, now); err != nil {
		return m, err
	}
	if m.Database, err = r.database(ctx); err != nil {
		return m, err
	}
	if m.Backups, err = all[views.Backup](ctx, r.db, "view_backups", shownBackups); err != nil {
		return m, err
	}
	for i := range m.Backups {
		if m.Backups[i].File != "" {
			m.Backups[i].File = filepath.Base(m.Backups[i].File)
		}
	}
	m.Nodes, err = all[views.Node](ctx, r.db, "view_nodes", node)
	return m, err
}

func (r ReadModel) database(ctx context.Context) (views.DatabaseStatus, error) {
	type row struct {
		Version                                    string
		Bytes, Schema, Connections, ConnectionsMax int64
	}
	d, err := one[row](ctx, r.db, "view_database")
	if err != nil {
		return views.DatabaseStatus{}, err
	}
	tables, err := all[views.Table](ctx, r.db, "view_tables", shownTables)
	return views.DatabaseStatus{
		Version: d.Version, Bytes: d.Bytes, Schema: d.Schema, Connections: d.Connections, ConnectionsMax: d.ConnectionsMax, Tables: tables,
	}, err
}

// courierRow is a courier's queue beside its snapshot.
type courierRow struct {
	Courier                                   string
	Pending, Inflight, Unknown, Dead, Retried int64
	Oldest                                    *time.Time
	Done                                      int64
	LastDone                                  *time.Time
	Error                                     string
	Snapshot                                  []byte
}

func (r ReadModel) couriers(ctx context.Context, now time.Time) ([]views.CourierStatus, error) {
	rows, err := all[courierRow](ctx, r.db, "view_couriers", now.Add(-doneWithin))
	if err != nil {
		return nil, err
	}
	out := make([]views.CourierStatus, len(rows))
	for i, row := range rows {
		out[i] = views.CourierStatus{
			Courier: row.Courier, Pending: row.Pending, Inflight: row.Inflight, Unknown: row.Unknown, Dead: row.Dead, Retried: row.Retried,
			Oldest: row.Oldest, Done: row.Done, LastDone: row.LastDone, Error: row.Error, Breaker: breakerOf(row.Snapshot),
		}
	}
	return out, nil
}

// breakerOf is the breaker in a courier's snapshot. One that cannot be read belongs to an actor that does not start, which the list of
// actors says.
func breakerOf(snapshot []byte) (b views.Breaker) {
	var s messages.CourierState
	if len(snapshot) == 0 || proto.Unmarshal(snapshot, &s) != nil {
		return b
	}
	return views.Breaker{
		Open: s.Openings > 0, Failures: s.ConsecutiveFailures, Openings: s.Openings, OpenedAt: moment(s.OpenedAtMs), Until: moment(s.OpenUntilMs),
		Terminal: s.Terminal, Reason: s.OpenReason,
	}
}

// moment is a time that was stored in milliseconds; 0 is none.
func moment(ms int64) *time.Time {
	if ms == 0 {
		return nil
	}
	at := time.UnixMilli(ms).UTC()
	return &at
}

// Actor is what is stored of an actor; nil when it never ran. Whether it runs now, and how, is for the process that has it to say.
func (r ReadModel) Actor(ctx context.Context, kind, id, node string) (*views.ActorDetail, error) {
	type row struct {
		Kind, ID, Node string
		Epoch          int64
		ActivatedAt    *time.Time
		Version        int64
		SavedAt        *time.Time
		Alarms         map[string]time.Time
		Waiting        int64
	}
	a, err := one[row](ctx, r.db, "view_actor", clean(kind), clean(id), node)
	if a == nil || err != nil {
		return nil, err
	}
	d := &views.ActorDetail{Epoch: a.Epoch, ActivatedAt: a.ActivatedAt, Version: a.Version, SavedAt: a.SavedAt, Waiting: a.Waiting, Alarms: []views.Alarm{}}
	d.Kind, d.ID, d.Node, d.State = a.Kind, a.ID, a.Node, "stopped"
	for name, at := range a.Alarms {
		d.Alarms = append(d.Alarms, views.Alarm{Name: name, At: at.UTC()})
	}
	slices.SortFunc(d.Alarms, func(x, y views.Alarm) int {
		if c := x.At.Compare(y.At); c != 0 {
			return c
		}
		return strings.Compare(x.Name, y.Name)
	})
	return d, nil
}

// AuditStatus is the end of the audit log, and what the last verification found.
func (r ReadModel) AuditStatus(ctx context.Context) (views.AuditStatus, error) {
	head, err := r.db.AuditHead(ctx, time.Time{})
	if err != nil {
		return views.AuditStatus{}, err
	}
	verdict, err := one[views.AuditVerdict](ctx, r.db, "view_audit_verdict")
	return views.AuditStatus{Lines: head.Seq, Hash: hex.EncodeToString(head.Hash), Verified: verdict}, err
}
