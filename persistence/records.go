package persistence

import (
	"cmp"
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/agente-ceo/agente-ceo/domain/views"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
)

// deed is what a person did without an actor: a line of the audit log and, for dashboards, what changed.
type deed struct {
	action, subject, reason, by string
	figures                     []actorkit.Figure
	topic, key                  string // "" tells dashboards of the audit line alone
	at                          time.Time
}

// dashboard is the actor of deeds in the audit log.
const dashboard = "dashboard"

// record writes something and its line of the audit log, both or neither. It writes nothing when do says that there was nothing.
func (db *DB) record(ctx context.Context, d deed, do func(tx pgx.Tx) (bool, error)) (done bool, err error) {
	err = pgx.BeginFunc(ctx, db.pool, func(tx pgx.Tx) error {
		if done, err = do(tx); err != nil || !done {
			return err
		}
		var batch pgx.Batch
		if db.opts.LiveEvents {
			topics, keys := []string{"audit"}, []string{clean(d.subject)}
			if d.topic != "" {
				topics, keys = append(topics, d.topic), append(keys, clean(d.key))
			}
			batch.Queue(statement("live_tell"), topics, keys, d.at)
		}
		batch.Queue(statement("audit_insert"), d.at, dashboard, d.action, clean(d.subject), clean(d.reason), "",
			actorkit.FiguresJSON(cleanFigures(d.figures)), d.by)
		return tx.SendBatch(ctx, &batch).Close()
	})
	return done, classify("record "+d.action, err)
}

// changes runs a statement and reports whether it changed a row.
func changes(ctx context.Context, tx pgx.Tx, name string, args ...any) (bool, error) {
	tag, err := tx.Exec(ctx, statement(name), args...)
	return tag.RowsAffected() > 0, err
}

// AcknowledgeAlert notes who saw an alert first; found is false when there is no such alert.
func (db *DB) AcknowledgeAlert(ctx context.Context, id, by string, now time.Time) (found bool, err error) {
	d := deed{action: "alert_acknowledged", subject: id, reason: "somebody saw it", by: by, topic: "alert", key: id, at: now}
	return db.record(ctx, d, func(tx pgx.Tx) (bool, error) { return changes(ctx, tx, "alert_acknowledge", clean(id), now, by) })
}

// MuteAlerts keeps alerts quiet; the same id again changes nothing.
func (db *DB) MuteAlerts(ctx context.Context, m views.Mute) error {
	d := deed{action: "alerts_muted", subject: cmp.Or(m.Subject, m.Kind), reason: m.Reason, by: m.By, topic: "alert", key: m.ID, at: m.CreatedAt,
		figures: []actorkit.Figure{{Name: "kind", Value: m.Kind}, {Name: "subject", Value: m.Subject}, {Name: "until", Value: m.Until.UTC().Format(time.RFC3339)}}}
	_, err := db.record(ctx, d, func(tx pgx.Tx) (bool, error) {
		return changes(ctx, tx, "mute_add", m.ID, m.Kind, clean(m.Subject), m.Until, clean(m.Reason), m.By, m.CreatedAt)
	})
	return err
}

// UnmuteAlerts ends a mute before its time; found is false when there is none.
func (db *DB) UnmuteAlerts(ctx context.Context, id, by string, now time.Time) (found bool, err error) {
	d := deed{action: "alerts_unmuted", subject: id, reason: "they are told again", by: by, topic: "alert", key: id, at: now}
	return db.record(ctx, d, func(tx pgx.Tx) (bool, error) { return changes(ctx, tx, "mute_end", clean(id), now, by) })
}

// AddToBlacklist puts down what must not be tried again; what is there already gets the new reason.
func (db *DB) AddToBlacklist(ctx context.Context, b views.Blacklisted) error {
	key := b.Kind + "/" + b.Term
	d := deed{action: "blacklisted", subject: key, reason: b.Reason, by: b.By, topic: "blacklisted", key: key, at: b.At}
	_, err := db.record(ctx, d, func(tx pgx.Tx) (bool, error) {
		return changes(ctx, tx, "blacklist_put", b.Kind, clean(b.Term), clean(b.Reason), b.By, b.At)
	})
	return err
}

// RemoveFromBlacklist allows something again; found is false when it was not forbidden.
func (db *DB) RemoveFromBlacklist(ctx context.Context, kind, term, by string, now time.Time) (found bool, err error) {
	key := kind + "/" + term
	d := deed{action: "blacklist_removed", subject: key, reason: "it may be tried again", by: by, topic: "blacklisted", key: key, at: now}
	return db.record(ctx, d, func(tx pgx.Tx) (bool, error) { return changes(ctx, tx, "blacklist_drop", kind, clean(term)) })
}

// WriteAudit appends lines of who is no actor, in their order.
func (db *DB) WriteAudit(ctx context.Context, actor string, lines []actorkit.Audit, now time.Time) error {
	var batch pgx.Batch
	for _, l := range lines {
		batch.Queue(statement("audit_insert"), now, actor, l.Action, clean(l.Subject), clean(l.Reason), clean(l.Expected),
			actorkit.FiguresJSON(cleanFigures(l.Figures)), l.By)
	}
	return classify("write the audit log", db.pool.SendBatch(ctx, &batch).Close())
}
