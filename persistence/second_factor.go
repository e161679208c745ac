package persistence

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/domain/views"
)

// factorName is what a secret is sealed for: it cannot be passed off as somebody else's.
func factorName(userID int64) []byte {
	return []byte("second factor of user " + strconv.FormatInt(userID, 10))
}

// SecondFactor is somebody's second factor with its secret, nil when none was begun. One that another key sealed is an error that says
// what to do.
func (v *Vault) SecondFactor(ctx context.Context, userID int64) (*views.SecondFactor, error) {
	type row struct {
		KeyID       string
		Ciphertext  []byte
		ConfirmedAt *time.Time
		Recovery    int
	}
	r, err := one[row](ctx, v.db, "second_factor", userID)
	if r == nil || err != nil {
		return nil, err
	}
	if r.KeyID != v.keyID {
		return nil, fmt.Errorf("the second factor of user %d was sealed with key %s and the master key is %s: restore that key, or reset it", userID, r.KeyID, v.keyID)
	}
	secret, err := v.seal.Open(nil, nil, r.Ciphertext, factorName(userID))
	if err != nil {
		return nil, fmt.Errorf("open the second factor of user %d: %w", userID, err)
	}
	return &views.SecondFactor{Secret: string(secret), ConfirmedAt: r.ConfirmedAt, Recovery: r.Recovery}, nil
}

// BeginSecondFactor keeps a secret in place of one that was not confirmed. One that is in force is fault Refused "second_factor_on".
func (v *Vault) BeginSecondFactor(ctx context.Context, userID int64, secret string, now time.Time) error {
	sealed := v.seal.Seal(nil, nil, []byte(secret), factorName(userID))
	tag, err := v.db.pool.Exec(ctx, statement("second_factor_begin"), userID, v.keyID, sealed, now)
	if err == nil && tag.RowsAffected() == 0 {
		err = fault.Refuse("second_factor_on", "The second factor is on already: take it away first.")
	}
	return classify("begin a second factor", err)
}

// ConfirmSecondFactor puts it in force with the hashes of its recovery codes; step is used up. Without one that waits for it, it is fault
// Refused "no_second_factor".
func (v *Vault) ConfirmSecondFactor(ctx context.Context, u views.User, step int64, recovery [][]byte, now time.Time) error {
	d := deed{action: "second_factor_on", subject: u.Email, reason: "a code of it was given", by: u.Email, at: now}
	done, err := v.db.record(ctx, d, func(tx pgx.Tx) (bool, error) {
		done, err := changes(ctx, tx, "second_factor_confirm", u.ID, now, step)
		if err != nil || !done {
			return done, err
		}
		return changes(ctx, tx, "recovery_codes_add", u.ID, recovery)
	})
	if err == nil && !done {
		err = fault.Refuse("no_second_factor", "Begin a second factor first.")
	}
	return err
}

// UseStep uses a step of 30 seconds up: fresh is false when it, or a later one, was used before.
func (v *Vault) UseStep(ctx context.Context, userID, step int64) (fresh bool, err error) {
	tag, err := v.db.pool.Exec(ctx, statement("second_factor_step"), userID, step)
	return tag.RowsAffected() > 0, classify("use a code up", err)
}

// UseRecovery uses a recovery code up, by its SHA-256; was is false when there is no such code left.
func (v *Vault) UseRecovery(ctx context.Context, u views.User, hash []byte, now time.Time) (was bool, err error) {
	d := deed{action: "recovery_code_used", subject: u.Email, reason: "instead of a code of the second factor", by: u.Email, at: now}
	return v.db.record(ctx, d, func(tx pgx.Tx) (bool, error) { return changes(ctx, tx, "recovery_code_use", u.ID, hash) })
}

// RemoveSecondFactor takes it away with its recovery codes; found is false when there was none.
func (v *Vault) RemoveSecondFactor(ctx context.Context, u views.User, by string, now time.Time) (found bool, err error) {
	return v.db.RemoveSecondFactor(ctx, u, by, now)
}

// RemoveSecondFactor takes somebody's second factor away with its recovery codes; found is false when there was none.
func (db *DB) RemoveSecondFactor(ctx context.Context, u views.User, by string, now time.Time) (found bool, err error) {
	d := deed{action: "second_factor_off", subject: u.Email, reason: "the password alone lets them in", by: by, at: now}
	return db.record(ctx, d, func(tx pgx.Tx) (bool, error) { return changes(ctx, tx, "second_factor_remove", u.ID) })
}
