package persistence

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
)

// AuditBreak says where the audit log is not what was written.
type AuditBreak struct {
	Seq int64 // the first line that is wrong
	Why string
}

// Error names the line and what is wrong with it.
func (b *AuditBreak) Error() string { return fmt.Sprintf("audit log, line %d: %s", b.Seq, b.Why) }

type auditLine struct {
	seq      int64
	at       time.Time
	texts    [7]string // actor, action, subject, reason, expected, figures, by_whom
	prev, is []byte
}

// VerifyAudit reads the audit log from a line on (1 for all of it), computes every hash again, and returns how many lines hold.
// The first that was changed, taken out or put in is an *AuditBreak. Both ends are checked: what prev_hash of the first line says
// is believed only when it is not line 1, and the last line must be the head of the chain.
func (db *DB) VerifyAudit(ctx context.Context, from int64) (int64, error) {
	from = max(from, 1)
	v := verifier{next: from}
	err := pgx.BeginTxFunc(ctx, db.pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		return v.run(ctx, tx, from)
	})
	return v.next - from, classify("verify the audit log", err)
}

// verifier follows the chain.
type verifier struct {
	next int64  // the line that must come
	hash []byte // of the line before it; nil before the first
}

func (v *verifier) run(ctx context.Context, tx pgx.Tx, from int64) error {
	rows, err := tx.Query(ctx, statement("audit_from"), from)
	if err != nil {
		return err
	}
	var l auditLine
	t := &l.texts
	into := []any{&l.seq, &l.at, &t[0], &t[1], &t[2], &t[3], &t[4], &t[5], &t[6], &l.prev, &l.is}
	if _, err := pgx.ForEachRow(rows, into, func() error { return v.check(l) }); err != nil {
		return err
	}
	var seq int64
	var head []byte
	if err := tx.QueryRow(ctx, statement("audit_head")).Scan(&seq, &head); err != nil {
		return err
	}
	if v.next <= seq {
		return &AuditBreak{Seq: v.next, Why: fmt.Sprintf("it is missing: the chain goes on to line %d", seq)}
	}
	if v.next == seq+1 && v.hash != nil && !bytes.Equal(head, v.hash) {
		return &AuditBreak{Seq: seq, Why: "it is not what the head of the chain was made from"}
	}
	return nil
}

func (v *verifier) check(l auditLine) error {
	switch {
	case l.seq != v.next:
		return &AuditBreak{Seq: v.next, Why: fmt.Sprintf("it is missing: line %d follows", l.seq)}
	case v.hash != nil && !bytes.Equal(l.prev, v.hash), l.seq == 1 && len(l.prev) != 0:
		return &AuditBreak{Seq: l.seq, Why: "it does not follow from the line before it"}
	case !bytes.Equal(l.is, l.sum()):
		return &AuditBreak{Seq: l.seq, Why: "it was changed after it was written"}
	}
	v.next, v.hash = l.seq+1, bytes.Clone(l.is)
	return nil
}

// sum is the hash as the database's trigger audit_chain makes it.
func (l auditLine) sum() []byte {
	text := append([]byte{}, l.prev...)
	text = append(strconv.AppendInt(text, l.seq, 10), ' ')
	text = append(strconv.AppendInt(text, l.at.UnixMicro(), 10), ' ')
	for _, t := range l.texts {
		text = append(strconv.AppendInt(text, int64(len(t)), 10), ':')
		text = append(text, t...)
	}
	sum := sha256.Sum256(text)
	return sum[:]
}
