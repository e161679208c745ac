package persistence

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
)

// tokenKey is what is kept of a session's token: whoever reads the table cannot become anybody.
func tokenKey(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// FindSession finds what a session holds, if it has not ended.
func (db *DB) FindSession(ctx context.Context, token string, now time.Time) (data []byte, found bool, err error) {
	err = db.pool.QueryRow(ctx, statement("session_find"), tokenKey(token), now).Scan(&data)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, false, nil
	}
	return data, err == nil, classify("find a session", err)
}

// SaveSession keeps a session of a user until its expiry; user 0 is nobody's.
func (db *DB) SaveSession(ctx context.Context, token string, data []byte, expiry time.Time, userID int64) error {
	_, err := db.pool.Exec(ctx, statement("session_save"), tokenKey(token), data, expiry, userID)
	return classify("save a session", err)
}

// DeleteSession ends a session.
func (db *DB) DeleteSession(ctx context.Context, token string) error {
	_, err := db.pool.Exec(ctx, statement("session_delete"), tokenKey(token))
	return classify("end a session", err)
}

// DeleteSessionsOf ends all sessions of a user.
func (db *DB) DeleteSessionsOf(ctx context.Context, userID int64) error {
	_, err := db.pool.Exec(ctx, statement("sessions_delete_of"), userID)
	return classify("end a user's sessions", err)
}
