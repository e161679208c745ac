package persistence

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"

	"github.com/jackc/pgx/v5"
)

// journalParts are the statements whose lines make the journal, in order. Each is in an order of its own that does not depend on
// when or where it was written.
var journalParts = []string{"journal_audit", "journal_reservations", "journal_postings", "journal_windows", "journal_orders", "journal_days"}

// WriteJournal writes the lines that JournalSHA256 hashes, the audit log with its text, so that two journals can be compared.
func (db *DB) WriteJournal(ctx context.Context, w io.Writer) error {
	return db.journal(ctx, w, append([]string{"journal_text"}, journalParts[1:]...))
}

// JournalSHA256 sums up in one hash, as hex, what the business did: the audit chain, the purse's ledger and windows, the orders and
// the days' figures. Two simulations of one seed have the same. It is read as of one moment.
func (db *DB) JournalSHA256(ctx context.Context) (string, error) {
	sum := sha256.New()
	if err := db.journal(ctx, sum, journalParts); err != nil {
		return "", err
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

func (db *DB) journal(ctx context.Context, w io.Writer, parts []string) error {
	err := pgx.BeginTxFunc(ctx, db.pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		for _, part := range parts {
			if err := writeLines(ctx, tx, w, part); err != nil {
				return fmt.Errorf("%s: %w", part, err)
			}
		}
		return nil
	})
	return classify("read the journal", err)
}

func writeLines(ctx context.Context, tx pgx.Tx, w io.Writer, part string) error {
	rows, err := tx.Query(ctx, statement(part))
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintln(w, part); err != nil {
		return err
	}
	var line string
	_, err = pgx.ForEachRow(rows, []any{&line}, func() error {
		_, err := fmt.Fprintln(w, line)
		return err
	})
	return err
}
