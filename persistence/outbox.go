package persistence

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
)

// PendingEffects lists what a courier has to do by now, in the order in which it was decided. An effect in state inflight was
// begun and never ended: unless the courier is at it this moment, what became of it is unknown and must be looked up.
func (db *DB) PendingEffects(ctx context.Context, courier string, now time.Time, limit int) ([]actorkit.PendingEffect, error) {
	rows, err := db.pool.Query(ctx, statement("effects_pending"), courier, now, limit)
	if err != nil {
		return nil, classify("list the effects of "+courier, err)
	}
	out, err := pgx.CollectRows(rows, scanEffect)
	return out, classify("list the effects of "+courier, err)
}

func scanEffect(row pgx.CollectableRow) (actorkit.PendingEffect, error) {
	var e actorkit.PendingEffect
	var name string
	var body []byte
	err := row.Scan(&e.ID, &e.Courier, &e.Kind, &e.Subject, &e.ReplyTo.Kind, &e.ReplyTo.ID, &name, &body, &e.State, &e.Attempts,
		&e.NextAttempt, &e.LastError, &e.CreatedAt)
	if err != nil {
		return e, err
	}
	if e.Payload, err = actorkit.Unmarshal(name, body); err != nil {
		return e, fmt.Errorf("read effect %s: %w", e.ID, err)
	}
	e.NextAttempt, e.CreatedAt = e.NextAttempt.UTC(), e.CreatedAt.UTC()
	return e, nil
}

// BeginEffect records, before the call that cannot be taken back, that it is about to be made: the effect is inflight, its
// attempts are one more, and the audit log has an effect_intended line. An effect that has ended is Refused "effect_ended".
func (db *DB) BeginEffect(ctx context.Context, effectID string, now time.Time) error {
	_, err := db.pool.Exec(ctx, statement("effect_begin"), effectID, now)
	return classify("begin effect "+effectID, err)
}

// PendingCouriers lists the couriers that have something to do now, by name.
func (db *DB) PendingCouriers(ctx context.Context, now time.Time) ([]string, error) {
	rows, err := db.pool.Query(ctx, statement("couriers_pending"), now)
	if err != nil {
		return nil, classify("list couriers with effects", err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowTo[string])
	return out, classify("list couriers with effects", err)
}
