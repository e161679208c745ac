package persistence

import (
	"bufio"
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// AuditAnchor is the end of the audit log as it was at some moment.
type AuditAnchor struct {
	Seq  int64
	Hash []byte
	At   time.Time
}

// String is how an anchor is written: line, hash, time.
func (a AuditAnchor) String() string {
	return fmt.Sprintf("%d %s %s", a.Seq, hex.EncodeToString(a.Hash), a.At.UTC().Format(time.RFC3339))
}

// AuditHead is the end of the audit log now; line 0 before anything was written.
func (db *DB) AuditHead(ctx context.Context, now time.Time) (AuditAnchor, error) {
	a := AuditAnchor{At: now}
	err := db.pool.QueryRow(ctx, statement("audit_head")).Scan(&a.Seq, &a.Hash)
	return a, classify("read the end of the audit log", err)
}

// VerifyAnchors compares the audit log with ends of it that were noted outside of the database. A line that is gone, or that is another
// now, is an *AuditBreak: somebody who owns the tables has cut the log or written it anew, chain and head included.
func (db *DB) VerifyAnchors(ctx context.Context, anchors []AuditAnchor) error {
	seqs := make([]int64, len(anchors))
	for i, a := range anchors {
		seqs[i] = a.Seq
	}
	rows, err := db.pool.Query(ctx, statement("audit_hashes"), seqs)
	if err != nil {
		return classify("compare the audit log with its anchors", err)
	}
	have := map[int64][]byte{}
	var seq int64
	var hash []byte
	if _, err := pgx.ForEachRow(rows, []any{&seq, &hash}, func() error { have[seq] = bytes.Clone(hash); return nil }); err != nil {
		return classify("compare the audit log with its anchors", err)
	}
	for _, a := range anchors {
		switch is, there := have[a.Seq]; {
		case !there:
			return &AuditBreak{Seq: a.Seq, Why: "it is missing, and it was there on " + a.At.Format(time.RFC3339)}
		case !bytes.Equal(is, a.Hash):
			return &AuditBreak{Seq: a.Seq, Why: "it is not the line that was there on " + a.At.Format(time.RFC3339)}
		}
	}
	return nil
}

// AnchorFile keeps anchors beside the data, one a line, oldest first. Whoever can change the database and not this file cannot cut the
// log unseen, but for what was written since the last anchor.
type AnchorFile struct{ Path string }

// Append adds an anchor, and returns when it is on disk. The end of an empty log is none.
func (f AnchorFile) Append(a AuditAnchor) error {
	if a.Seq == 0 {
		return nil
	}
	file, err := os.OpenFile(f.Path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("open the anchors of the audit log: %w", err)
	}
	_, err = file.WriteString(a.String() + "\n")
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return fmt.Errorf("anchor the audit log: %w", err)
	}
	return nil
}

// Read lists the anchors from a line of the log on. Without a file there are none; a last line that a crash cut off is left out, any other
// that cannot be read is an error.
func (f AnchorFile) Read(from int64) ([]AuditAnchor, error) {
	data, err := os.ReadFile(f.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the anchors of the audit log: %w", err)
	}
	var out []AuditAnchor
	lines := bufio.NewScanner(bytes.NewReader(data[:bytes.LastIndexByte(data, '\n')+1]))
	for n := 1; lines.Scan(); n++ {
		a, err := parseAnchor(lines.Text())
		if err != nil {
			return nil, fmt.Errorf("%s, line %d: %w", f.Path, n, err)
		}
		if a.Seq >= from {
			out = append(out, a)
		}
	}
	return out, lines.Err()
}

func parseAnchor(line string) (a AuditAnchor, err error) {
	parts := strings.Fields(line)
	if len(parts) != 3 {
		return a, fmt.Errorf("an anchor is a line, a hash and a time, not %q", line)
	}
	var errs [3]error
	a.Seq, errs[0] = strconv.ParseInt(parts[0], 10, 64)
	a.Hash, errs[1] = hex.DecodeString(parts[1])
	a.At, errs[2] = time.Parse(time.RFC3339, parts[2])
	return a, errors.Join(errs[:]...)
}
