package persistence

import (
	"context"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/money"
)

// Headroom is what a purse's day and week leave under their caps (negative when they were passed), and how many campaigns run.
func (db *DB) Headroom(ctx context.Context, purse, day, week string, capDay, capWeek money.Amount) (free money.Amount, live int, err error) {
	var minor int64
	err = db.pool.QueryRow(ctx, statement("headroom"), purse, day, week, capDay.Minor(), capWeek.Minor()).Scan(&minor, &live)
	if err != nil {
		return money.Amount{}, 0, classify("read headroom", err)
	}
	return money.Minor(minor, capDay.Currency()), live, nil
}

// LastMoment is the latest time that the business wrote down; the zero time before anything was.
func (db *DB) LastMoment(ctx context.Context) (time.Time, error) {
	var at *time.Time
	if err := db.pool.QueryRow(ctx, statement("last_moment")).Scan(&at); err != nil {
		return time.Time{}, classify("read the last moment", err)
	}
	if at == nil {
		return time.Time{}, nil
	}
	return at.UTC(), nil
}
