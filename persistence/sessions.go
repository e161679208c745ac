package persistence

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/agente-ceo/agente-ceo/domain/views"
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

// KeepSession puts a session's end off; kept is false when it has ended meanwhile.
func (db *DB) KeepSession(ctx context.Context, token string, data []byte, expiry time.Time) (kept bool, err error) {
	tag, err := db.pool.Exec(ctx, statement("session_keep"), tokenKey(token), data, expiry)
	return tag.RowsAffected() > 0, classify("keep a session", err)
}

// DeleteSession ends a session.
func (db *DB) DeleteSession(ctx context.Context, token string) error {
	_, err := db.pool.Exec(ctx, statement("session_delete"), tokenKey(token))
	return classify("end a session", err)
}

// PeopleVersion grows with every commit that disables or changes somebody, or ends a session or a token, on any node.
func (db *DB) PeopleVersion(ctx context.Context) (version int64, err error) {
	err = db.pool.QueryRow(ctx, statement("people_version")).Scan(&version)
	return version, classify("look for changes of people", err)
}

// Gone says for each guest whether they are no longer who they were: disabled, of other roles, logged out, timed out or revoked.
func (db *DB) Gone(ctx context.Context, guests []views.Guest, now time.Time) ([]bool, error) {
	if len(guests) == 0 {
		return nil, nil
	}
	ids, roles := make([]int64, len(guests)), make([]string, len(guests))
	sessions, scripts := make([]string, len(guests)), make([][]byte, len(guests))
	for i, g := range guests {
		ids[i], roles[i], scripts[i] = g.UserID, strings.Join(g.Roles, " "), g.Script
		if g.Session != "" {
			sessions[i] = tokenKey(g.Session)
		}
	}
	rows, err := db.pool.Query(ctx, statement("people_gone"), ids, roles, sessions, scripts, now)
	if err != nil {
		return nil, classify("ask for people", err)
	}
	gone, err := pgx.CollectRows(rows, pgx.RowTo[bool])
	return gone, classify("ask for people", err)
}
