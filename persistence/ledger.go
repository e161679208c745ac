package persistence

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
)

// Overdue lists the actors with an alarm before a time, the earliest first; nil when there are none.
func (db *DB) Overdue(ctx context.Context, before time.Time) ([]actorkit.Key, error) {
	rows, err := db.pool.Query(ctx, statement("actors_overdue"), before)
	if err != nil {
		return nil, classify("list overdue actors", err)
	}
	var out []actorkit.Key
	var key actorkit.Key
	_, err = pgx.ForEachRow(rows, []any{&key.Kind, &key.ID}, func() error {
		out = append(out, key)
		return nil
	})
	return out, classify("list overdue actors", err)
}

// Undelivered lists the durable messages that were stored before a time and are not handled yet, the oldest first.
func (db *DB) Undelivered(ctx context.Context, before time.Time) ([]actorkit.Message, error) {
	rows, err := db.pool.Query(ctx, statement("messages_undelivered"), before)
	if err != nil {
		return nil, classify("list undelivered messages", err)
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (actorkit.Message, error) {
		var m actorkit.Message
		var name string
		var body []byte
		if err := row.Scan(&m.ID, &m.From.Kind, &m.From.ID, &m.To.Kind, &m.To.ID, &name, &body); err != nil {
			return m, err
		}
		var err error
		if m.Msg, err = actorkit.Unmarshal(name, body); err != nil {
			return m, fmt.Errorf("read message %s: %w", m.ID, err)
		}
		return m, nil
	})
	return out, classify("list undelivered messages", err)
}
