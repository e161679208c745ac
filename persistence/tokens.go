package persistence

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
)

// TokenUser finds the user of an API token by its SHA-256; 0 when it is unknown, revoked or expired. When it was last used is
// written once a minute at most.
func (db *DB) TokenUser(ctx context.Context, hash []byte, now time.Time) (userID int64, err error) {
	for _, name := range []string{"token_user_lately", "token_user"} {
		err = db.pool.QueryRow(ctx, statement(name), hash, now).Scan(&userID)
		if errors.Is(err, pgx.ErrNoRows) {
			err = nil
		}
		if err != nil || userID == 0 {
			break
		}
	}
	return userID, classify("find the user of a token", err)
}

// AddToken keeps the SHA-256 of a new token of a user; a zero expiry is none.
func (db *DB) AddToken(ctx context.Context, userID int64, email, name string, hash []byte, expires, now time.Time) error {
	d := deed{action: "token_made", subject: email, reason: "token " + name + " for scripts", at: now}
	_, err := db.record(ctx, d, func(tx pgx.Tx) (bool, error) {
		return changes(ctx, tx, "token_add", userID, clean(name), hash, now, when(expires))
	})
	return err
}

// RevokeTokens ends all tokens of a user at once, and returns how many there were.
func (db *DB) RevokeTokens(ctx context.Context, userID int64, email string, now time.Time) (n int64, err error) {
	d := deed{action: "tokens_revoked", subject: email, reason: "its tokens may not be used any more", at: now}
	_, err = db.record(ctx, d, func(tx pgx.Tx) (bool, error) {
		tag, err := tx.Exec(ctx, statement("tokens_revoke"), userID, now)
		n = tag.RowsAffected()
		return n > 0, err
	})
	return n, err
}
