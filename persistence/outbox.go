package persistence

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/agente-ceo/agente-ceo/domain/fault"
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
// attempts are one more, and the audit log has an effect_intended line. An effect that has ended is Refused "effect_ended", a courier
// that has been succeeded Refused "stale_epoch".
//
// One that raises spending begins only if, in the same statement, spending is not frozen, it names the winner of its entity, and the
// grant (and approval) that it carries stands: else it is Refused with the code of what is missing and nothing is written. If it was begun
// before, so that it may have been performed already, it begins all the same, and the refusal is given as lookOnly: it may be looked up
// and not repeated.
func (db *DB) BeginEffect(ctx context.Context, by actorkit.Fence, effectID string, now time.Time) (lookOnly, err error) {
	var code string
	err = db.pool.QueryRow(ctx, statement("effect_begin_fenced"), by.Key.Kind, by.Key.ID, by.Epoch, effectID, now).Scan(&code)
	if err != nil {
		return nil, classify("begin effect "+effectID, err)
	}
	if code != "" {
		return refusedRaise(code), nil
	}
	return nil, nil
}

func refusedRaise(code string) error { return fault.Refuse(code, "%s", refusals[code]) }

// PendingCouriers lists the couriers that have something to do now, by name.
func (db *DB) PendingCouriers(ctx context.Context, now time.Time) ([]string, error) {
	rows, err := db.pool.Query(ctx, statement("couriers_pending"), now)
	if err != nil {
		return nil, classify("list couriers with effects", err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowTo[string])
	return out, classify("list couriers with effects", err)
}
