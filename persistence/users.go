package persistence

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/domain/views"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
)

// UserByEmail finds somebody by an e-mail in small letters; nil when there is nobody.
func (db *DB) UserByEmail(ctx context.Context, email string) (*views.Account, error) {
	if email == "" {
		return nil, nil //nolint:nilnil // nobody
	}
	return one[views.Account](ctx, db, "users_find", clean(email), 0)
}

// UserByID finds somebody by id; nil when there is nobody.
func (db *DB) UserByID(ctx context.Context, id int64) (*views.Account, error) {
	if id == 0 {
		return nil, nil //nolint:nilnil // nobody
	}
	return one[views.Account](ctx, db, "users_find", "", id)
}

// MayApprove reports whether an e-mail is that of somebody with the role approver whose account is not disabled.
func (db *DB) MayApprove(ctx context.Context, email string) (may bool, err error) {
	err = db.pool.QueryRow(ctx, statement("user_may_approve"), clean(email)).Scan(&may)
	return may, classify("look up an approver", err)
}

// ListUsers lists everybody, disabled ones included, by id.
func (db *DB) ListUsers(ctx context.Context) ([]views.User, error) {
	accounts, err := all[views.Account](ctx, db, "users_find", "", 0)
	if err != nil {
		return nil, err
	}
	out := make([]views.User, len(accounts))
	for i, a := range accounts {
		out[i] = a.User
	}
	return out, nil
}

// AddUser lets somebody in. An e-mail that is there already is fault Refused "email_taken".
func (db *DB) AddUser(ctx context.Context, u views.Account, by string, now time.Time) (id int64, err error) {
	d := deed{action: "user_added", subject: u.Email, reason: "an account was made", by: by, at: now, figures: roleFigures(u.Roles)}
	done, err := db.record(ctx, d, func(tx pgx.Tx) (bool, error) {
		err := tx.QueryRow(ctx, statement("user_add"), clean(u.Email), clean(u.Name), u.PasswordHash, u.Roles, u.Language, now).Scan(&id)
		if errors.Is(err, pgx.ErrNoRows) {
			return false, nil
		}
		return true, err
	})
	if err == nil && !done {
		err = fault.Refuse("email_taken", "There is a user with the e-mail %s already.", u.Email)
	}
	return id, err
}

// UpdateUser replaces name, roles, language, password hash and the disabled time. Other roles, another password and a disabled account
// end all sessions of the user. What would leave no administrator is fault Refused "last_admin".
func (db *DB) UpdateUser(ctx context.Context, u views.Account, by string, now time.Time) error {
	d := deed{action: "user_changed", subject: u.Email, reason: "the account was changed", by: by, at: now, figures: roleFigures(u.Roles)}
	if u.DisabledAt != nil {
		d.action, d.reason = "user_disabled", "the account may not be used any more"
	}
	done, err := db.record(ctx, d, func(tx pgx.Tx) (bool, error) { return updateUser(ctx, tx, u, now) })
	if err == nil && !done {
		err = fault.Refuse("unknown_user", "There is no user %d.", u.ID)
	}
	return err
}

func updateUser(ctx context.Context, tx pgx.Tx, u views.Account, now time.Time) (done bool, err error) {
	var admins int
	if err := tx.QueryRow(ctx, statement("admins_lock")).Scan(&admins); err != nil {
		return false, err
	}
	if _, err := tx.Exec(ctx, statement("sessions_delete_changed"), u.ID, u.PasswordHash, u.Roles, u.DisabledAt != nil); err != nil {
		return false, err
	}
	done, err = changes(ctx, tx, "user_update", u.ID, clean(u.Name), u.PasswordHash, u.Roles, u.Language, u.DisabledAt, now)
	if err != nil || admins == 0 || u.DisabledAt == nil && slices.Contains(u.Roles, "admin") {
		return done, err
	}
	if err := tx.QueryRow(ctx, statement("admins_lock")).Scan(&admins); err != nil {
		return false, err
	}
	if admins == 0 {
		return false, fault.Refuse("last_admin", "Somebody must stay administrator.")
	}
	return done, nil
}

func roleFigures(roles []string) []actorkit.Figure {
	return []actorkit.Figure{{Name: "roles", Value: strings.Join(roles, ", ")}}
}
