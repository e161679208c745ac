package persistence

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"

	"github.com/jackc/pgx/v5"
)

// journalParts are the statements whose lines make the journal, in order. Each is in an order of its own that does not depend on
// when or where it was written.
var journalParts = []string{"journal_audit", "journal_reservations", "journal_postings", "journal_windows", "journal_orders", "journal_days"}

// JournalSHA256 sums up in one hash, as hex, what the business did: the audit chain, the purse's ledger and windows, the orders and
// the days' figures. Two simulations of one seed have the same. It is read as of one moment.
func (db *DB) JournalSHA256(ctx context.Context) (string, error) {
	sum := sha256.New()
	err := pgx.BeginTxFunc(ctx, db.pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		for _, part := range journalParts {
			if err := hashLines(ctx, tx, sum, part); err != nil {
				return fmt.Errorf("%s: %w", part, err)
			}
		}
		return nil
	})
	if err != nil {
		return "", classify("hash the journal", err)
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

func hashLines(ctx context.Context, tx pgx.Tx, sum hash.Hash, part string) error {
	rows, err := tx.Query(ctx, statement(part))
	if err != nil {
		return err
	}
	fmt.Fprintln(sum, part)
	var line string
	_, err = pgx.ForEachRow(rows, []any{&line}, func() error {
		_, err := fmt.Fprintln(sum, line)
		return err
	})
	return err
}
