package persistence_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/agente-ceo/agente-ceo/persistence"
	"github.com/agente-ceo/agente-ceo/persistence/pgtest"
)

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

func applied(t *testing.T, url string) (yes, no int) {
	t.Helper()
	list, err := persistence.Status(context.Background(), url)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range list {
		if m.Applied {
			yes++
		} else {
			no++
		}
	}
	return yes, no
}

func TestMigrate_UpDownUp(t *testing.T) {
	t.Parallel()
	url, ctx := pgtest.Empty(t), context.Background()
	if yes, no := applied(t, url); yes != 0 || no == 0 {
		t.Errorf("before: %d applied, %d not", yes, no)
	}
	first, err := persistence.Migrate(ctx, url, quiet())
	if err != nil {
		t.Fatal(err)
	}
	schema := schemaOf(t, url)
	if again, err := persistence.Migrate(ctx, url, quiet()); len(again) != 0 || err != nil {
		t.Errorf("up to date: %v, %v", again, err)
	}
	for version := len(first) - 1; version >= 0; version-- { // one step at a time: every Down is on its own
		if err := persistence.MigrateDown(ctx, url, int64(version), quiet()); err != nil {
			t.Fatal(err)
		}
	}
	if left := schemaOf(t, url); strings.TrimSpace(left) != "" {
		t.Errorf("left after down:\n%s", left)
	}
	if _, err := persistence.Migrate(ctx, url, quiet()); err != nil {
		t.Fatal(err)
	}
	if again := schemaOf(t, url); again != schema {
		t.Errorf("the second up made\n%s\nthe first\n%s", again, schema)
	}
	if yes, no := applied(t, url); yes != len(first) || no != 0 {
		t.Errorf("after: %d applied, %d not", yes, no)
	}
}

// schemaOf lists columns, functions, policies and rights, but for goose's own table.
func schemaOf(t *testing.T, url string) string {
	t.Helper()
	conn := connect(t, url)
	defer conn.Close(context.Background()) //nolint:errcheck // only read
	rows, err := conn.Query(context.Background(), `
		SELECT concat_ws(' ', table_name, column_name, data_type, is_nullable, column_default) FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE 'goose%'
		UNION ALL SELECT concat_ws(' ', 'function', proname, pg_get_function_identity_arguments(oid)) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
		UNION ALL SELECT concat_ws(' ', 'policy', tablename, policyname, roles, cmd) FROM pg_policies WHERE schemaname = 'public' AND tablename NOT LIKE 'goose%'
		UNION ALL SELECT concat_ws(' ', 'index', indexdef) FROM pg_indexes WHERE schemaname = 'public' AND tablename NOT LIKE 'goose%'
		UNION ALL SELECT concat_ws(' ', 'grant', grantee, privilege_type, table_name) FROM information_schema.role_table_grants WHERE grantee LIKE 'agente%' AND table_name NOT LIKE 'goose%'
		ORDER BY 1`)
	if err != nil {
		t.Fatal(err)
	}
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(lines, "\n")
}

func TestMigrate_TwoAtOnce(t *testing.T) {
	t.Parallel()
	url := pgtest.Empty(t)
	errs := make(chan error)
	for range 2 {
		go func() {
			_, err := persistence.Migrate(context.Background(), url, quiet())
			errs <- err
		}()
	}
	for range 2 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
}

func TestOpen_RefusesAnOldSchema(t *testing.T) {
	t.Parallel()
	url, ctx := pgtest.Empty(t), context.Background()
	if _, err := persistence.Open(ctx, url, persistence.Options{}); err == nil || !strings.Contains(err.Error(), "agente-ceo migrate up") {
		t.Errorf("no schema at all: %v", err)
	}
	if _, err := persistence.Migrate(ctx, url, quiet()); err != nil {
		t.Fatal(err)
	}
	if err := persistence.MigrateDown(ctx, url, 8, quiet()); err != nil {
		t.Fatal(err)
	}
	if _, err := persistence.Open(ctx, url, persistence.Options{}); err == nil || !strings.Contains(err.Error(), "has schema version 8") {
		t.Errorf("an old schema: %v", err)
	}
}

// A hosted database's user often may not create or grant roles.
func TestMigrate_WithoutTheRightToMakeRoles(t *testing.T) {
	t.Parallel()
	empty, ctx := pgtest.Empty(t), context.Background()
	super := connect(t, empty)
	role := super.Config().Database + "_tenant"
	for _, sql := range []string{"CREATE ROLE %[1]s LOGIN", "ALTER DATABASE %[2]s OWNER TO %[1]s"} {
		if _, err := super.Exec(ctx, fmt.Sprintf(sql, role, super.Config().Database)); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() {
		if _, err := super.Exec(ctx, fmt.Sprintf("REASSIGN OWNED BY %[1]s TO postgres; DROP OWNED BY %[1]s; DROP ROLE %[1]s", role)); err != nil {
			t.Error(err)
		}
	})
	url := strings.Replace(empty, "postgres://postgres@", "postgres://"+role+"@", 1)
	var said bytes.Buffer
	log := slog.New(slog.NewTextHandler(&said, nil))
	if _, err := persistence.Migrate(ctx, url, log); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(said.String(), "role agente_app could not be created or granted") {
		t.Errorf("no warning in %s", said.String())
	}
	said.Reset()
	b := &bundle{T: t, db: open(t, url, persistence.Options{Log: log}), sql: connect(t, url), url: url, ctx: ctx}
	if !strings.Contains(said.String(), "database role agente_app is missing") {
		t.Errorf("no warning in %s", said.String())
	}
	b.actor("scout", "main").write(product("scouted"), hourOf("ad_1", "cmp_a", start))
	b.want("1", "SELECT count(*) FROM products")
}
