package persistence

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/persistence/embedded"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
)

// Backups writes checked dumps of a database into a directory, and keeps the newest.
type Backups struct {
	DB     *DB
	Dir    string // empty: Backup does nothing
	BinDir string // where pg_dump and pg_restore are; empty searches
	Keep   int    // how many dumps stay; 0 means 14
}

const dumpSuffix = ".dump"

// Backup dumps the database with pg_dump (custom format), has pg_restore read it back, records it in table backups, and returns
// its path; "" when there is no directory for it. now names the file. A dump that failed leaves a row with its error and no file, and
// one by a stale epoch, which is fault Refused "stale_epoch", neither.
func (b *Backups) Backup(ctx context.Context, by actorkit.Fence, now time.Time) (string, error) {
	if b.Dir == "" {
		return "", nil
	}
	path := filepath.Join(b.Dir, "agente-"+now.UTC().Format("20060102T150405Z")+dumpSuffix)
	made, err := b.write(ctx, path)
	text := ""
	if err != nil {
		text, path = err.Error(), ""
	}
	_, recordErr := b.DB.fenced(context.WithoutCancel(ctx), by, "backup_insert", now, now, path, made.bytes, made.sum, made.objects, clean(text))
	recordErr = classify("record the backup", recordErr)
	if fault.CodeOf(recordErr) == actorkit.StaleEpoch && path != "" {
		err = errors.Join(err, os.Remove(path))
	}
	if err = errors.Join(err, recordErr); err != nil {
		return "", err
	}
	return path, b.prune()
}

type dump struct {
	bytes   int64
	sum     []byte
	objects int
}

func (b *Backups) write(ctx context.Context, path string) (dump, error) {
	if err := os.MkdirAll(b.Dir, 0o700); err != nil {
		return dump{}, fmt.Errorf("make the backup directory: %w", err)
	}
	part := path + ".part"
	defer os.Remove(part) //nolint:errcheck // after success it has another name
	if _, err := b.run(ctx, "pg_dump", "--format=custom", "--compress=1", "--no-password", "--file="+part); err != nil {
		return dump{}, err
	}
	list, err := b.run(ctx, "pg_restore", "--list", part)
	if err != nil {
		return dump{}, fmt.Errorf("read the backup back: %w", err)
	}
	made := dump{objects: countObjects(list)}
	if made.objects == 0 {
		return dump{}, errors.New("read the backup back: it holds nothing")
	}
	if made.bytes, made.sum, err = hashFile(part); err != nil {
		return dump{}, err
	}
	return made, os.Rename(part, path)
}

// run runs a tool of Postgres against the database. The connection goes through the environment, where other users cannot read
// the password.
func (b *Backups) run(ctx context.Context, tool string, args ...string) ([]byte, error) {
	path, err := embedded.FindTool(b.BinDir, tool)
	if err != nil {
		return nil, err
	}
	env, err := connectionEnvironment(b.DB.url)
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Env = append(os.Environ(), env...)
	var out, complaint bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaint
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("%s: %w: %s", tool, err, strings.TrimSpace(complaint.String()))
	}
	return out.Bytes(), nil
}

func connectionEnvironment(url string) ([]string, error) {
	c, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("read the database URL: %w", err)
	}
	ssl := "disable"
	if c.TLSConfig != nil {
		ssl = "require"
	}
	return []string{"PGHOST=" + c.Host, "PGPORT=" + strconv.Itoa(int(c.Port)), "PGUSER=" + c.User, "PGPASSWORD=" + c.Password,
		"PGDATABASE=" + c.Database, "PGSSLMODE=" + ssl}, nil
}

// countObjects counts the entries of pg_restore --list; lines with a semicolon first are remarks.
func countObjects(list []byte) int {
	n := 0
	for lines := bufio.NewScanner(bytes.NewReader(list)); lines.Scan(); {
		if text := strings.TrimSpace(lines.Text()); text != "" && text[0] != ';' {
			n++
		}
	}
	return n
}

func hashFile(path string) (int64, []byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return 0, nil, fmt.Errorf("hash the backup: %w", err)
	}
	defer file.Close() //nolint:errcheck // it was only read
	sum := sha256.New()
	n, err := io.Copy(sum, file)
	if err != nil {
		return 0, nil, fmt.Errorf("hash the backup: %w", err)
	}
	return n, sum.Sum(nil), nil
}

// prune removes all but the newest dumps; their names sort by time.
func (b *Backups) prune() error {
	keep := b.Keep
	if keep <= 0 {
		keep = 14
	}
	dumps, err := filepath.Glob(filepath.Join(b.Dir, "agente-*"+dumpSuffix))
	if err != nil {
		return fmt.Errorf("list old backups: %w", err)
	}
	slices.Sort(dumps)
	for _, path := range dumps[:max(0, len(dumps)-keep)] {
		if err := os.Remove(path); err != nil {
			return fmt.Errorf("remove an old backup: %w", err)
		}
	}
	return nil
}
