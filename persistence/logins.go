package persistence

import (
	"context"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/agente-ceo/agente-ceo/domain/signin"
)

// LoginPlace is the place of an attempt: the device when its hash is one that the user came in with lately, or else the network.
func (db *DB) LoginPlace(ctx context.Context, userID int64, device, network []byte, now time.Time) (signin.Place, error) {
	type row struct {
		Place      []byte
		Failures   *int
		WaitsUntil *time.Time
		Trusted    bool
		Strangers  int
	}
	trusted, crowd := now.Add(-signin.TrustFor), now.Add(-signin.CrowdWithin)
	rows, err := all[row](ctx, db, "login_place", userID, device, network, trusted, crowd)
	if err != nil {
		return signin.Place{}, err
	}
	chosen := rows[len(rows)-1]
	if rows[0].Trusted {
		chosen = rows[0]
	}
	p := signin.Place{Key: chosen.Place, Trusted: chosen.Trusted, Strangers: chosen.Strangers}
	if chosen.Failures != nil {
		p.Failures = *chosen.Failures
	}
	if chosen.WaitsUntil != nil {
		p.WaitsUntil = *chosen.WaitsUntil
	}
	return p, nil
}

// LoginFailed counts a failure at a place, which has to wait until a time that is not zero; a note is a line of the audit log.
func (db *DB) LoginFailed(ctx context.Context, userID int64, place []byte, waitUntil time.Time, note string, now time.Time) error {
	if note == "" {
		_, err := db.pool.Exec(ctx, statement("login_failed"), userID, place, when(waitUntil), now)
		return classify("note a failed login", err)
	}
	d := deed{action: "user_locked", subject: "user " + strconv.FormatInt(userID, 10), reason: note, at: now}
	_, err := db.record(ctx, d, func(tx pgx.Tx) (bool, error) {
		return changes(ctx, tx, "login_failed", userID, place, when(waitUntil), now)
	})
	return err
}

// LoginSucceeded forgets the failures at places and trusts them from now on.
func (db *DB) LoginSucceeded(ctx context.Context, userID int64, places [][]byte, now time.Time) error {
	err := pgx.BeginFunc(ctx, db.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, statement("login_trusted"), userID, places, now); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, statement("login_noted"), userID, now)
		return err
	})
	return classify("note a login", err)
}
