package persistence

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/agente-ceo/agente-ceo/domain/id"
	"github.com/agente-ceo/agente-ceo/domain/views"
)

// RetryTask has an effect that was refused or given up tried once more: looked up first, where it may have been done. It gives the courier
// that has to be woken; found is false when there is no such effect, or it has not ended that way.
func (db *DB) RetryTask(ctx context.Context, effectID, by string, now time.Time) (courier string, found bool, err error) {
	d := deed{action: "task_retried", subject: effectID, reason: "somebody asked for it again", by: by, topic: "task", key: effectID, at: now}
	found, err = db.record(ctx, d, func(tx pgx.Tx) (bool, error) {
		err := tx.QueryRow(ctx, statement("task_retry"), clean(effectID), now).Scan(&courier)
		if errors.Is(err, pgx.ErrNoRows) {
			return false, nil
		}
		return err == nil, err
	})
	return courier, found, err
}

// DismissTask puts an effect that was refused or given up aside: it is no dead letter any more, and its alert is resolved.
func (db *DB) DismissTask(ctx context.Context, effectID, by string, now time.Time) (found bool, err error) {
	d := deed{action: "task_dismissed", subject: effectID, reason: "somebody has seen to it", by: by, topic: "task", key: effectID, at: now}
	return db.record(ctx, d, func(tx pgx.Tx) (bool, error) {
		done, err := changes(ctx, tx, "task_dismiss", clean(effectID), now, by)
		if err != nil || !done {
			return false, err
		}
		_, err = changes(ctx, tx, "task_resolve_alert", id.Derive(id.Alert, "api_failure", effectID), now)
		return true, err
	})
}

// DismissMessage drops a message that its receiver does not handle; found is false when there is none.
func (db *DB) DismissMessage(ctx context.Context, messageID, by string, now time.Time) (found bool, err error) {
	d := deed{action: "message_dismissed", subject: messageID, reason: "somebody has seen to it", by: by, at: now}
	return db.record(ctx, d, func(tx pgx.Tx) (bool, error) { return changes(ctx, tx, "message_dismiss", clean(messageID)) })
}

// Dead counts the effects that were refused or given up and nobody has put aside, those whose outcome is unknown, and the messages that
// have waited for longer than patience.
func (db *DB) Dead(ctx context.Context, now time.Time, patience time.Duration) (tasks, unknown, messages int64, err error) {
	err = db.pool.QueryRow(ctx, statement("dead_counts"), now.Add(-patience)).Scan(&tasks, &unknown, &messages)
	return tasks, unknown, messages, classify("count what was given up", err)
}

// Undelivered lists messages that were promised before a time and not handled, oldest first.
func (r ReadModel) Undelivered(ctx context.Context, l views.List) ([]views.Message, error) {
	return all[views.Message](ctx, r.db, "view_messages", l.Limit, l.After.Seq, l.To)
}
