package persistence

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/agente-ceo/agente-ceo/domain/fault"
)

func TestClassify(t *testing.T) {
	t.Parallel()
	state := func(code string) error { return fmt.Errorf("x: %w", &pgconn.PgError{Code: code, Message: "m"}) }
	cases := []struct {
		err  error
		kind fault.Kind
		code string
	}{
		{state("AC001"), fault.Refused, "stale_epoch"},
		{state("AC002"), fault.Refused, "cap_exceeded"},
		{state("40001"), fault.Retryable, "database_busy"},
		{state("40P01"), fault.Retryable, "database_busy"},
		{state("53300"), fault.Retryable, "database_busy"},
		{state("57P01"), fault.Retryable, "database_busy"},
		{state("08006"), fault.Retryable, "database_busy"},
		{state("25006"), fault.Retryable, "database_busy"},
		{state("23505"), fault.Bug, "internal"},
		{state("42703"), fault.Bug, "internal"},
		{state("AC003"), fault.Bug, "internal"},
		{&net.OpError{Op: "read", Err: errors.New("reset")}, fault.Retryable, "database_unreachable"},
		{io.ErrUnexpectedEOF, fault.Retryable, "database_unreachable"},
		{context.DeadlineExceeded, fault.Retryable, "database_unreachable"},
		{context.Canceled, fault.Retryable, "database_unreachable"},
		{fault.Refuse("mine", "m"), fault.Refused, "mine"},
		{errors.New("odd"), fault.Bug, "internal"},
	}
	for _, c := range cases {
		got := classify("do it", c.err)
		if fault.KindOf(got) != c.kind || fault.CodeOf(got) != c.code || !strings.HasPrefix(got.Error(), "do it: ") {
			t.Errorf("%v: %v is %s %s, want %s %s", c.err, got, fault.KindOf(got), fault.CodeOf(got), c.kind, c.code)
		}
	}
	if classify("do it", nil) != nil {
		t.Error("nil became an error")
	}
}

func TestStatements(t *testing.T) {
	t.Parallel()
	files := fstest.MapFS{"queries/a.sql": {Data: []byte("-- about\n-- name: one\nSELECT 1;\n\n-- name: two\nSELECT\n2;\n")}}
	got, err := readStatements(files)
	if err != nil || len(got) != 2 || got["one"] != "SELECT 1;" || got["two"] != "SELECT\n2;" {
		t.Errorf("read %q, %v", got, err)
	}
	files["queries/b.sql"] = &fstest.MapFile{Data: []byte("-- name: one\nSELECT 3;\n")}
	if _, err := readStatements(files); err == nil {
		t.Error("two statements of one name were taken")
	}
}

// Every statement is used, by its name in quotes or as a part of a list.
func TestStatements_AreUsed(t *testing.T) {
	t.Parallel()
	code := ""
	paths, _ := filepath.Glob("*.go")
	for _, path := range paths {
		if !strings.HasSuffix(path, "_test.go") {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			code += string(text)
		}
	}
	for name := range statements {
		if !strings.Contains(code, `"`+name+`"`) && !strings.Contains(code, `"`+strings.TrimPrefix(name, "purge_")+`"`) {
			t.Errorf("statement %s is used nowhere", name)
		}
	}
}

// PrepareAll has the database check every statement; it is for tests outside this package, which have a database.
func (db *DB) PrepareAll(ctx context.Context) error {
	conn, err := db.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	for name, text := range statements {
		if _, err := conn.Conn().Prepare(ctx, name, text); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}
