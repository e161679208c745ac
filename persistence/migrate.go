package persistence

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"path"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// oldestServer is the first major version that this schema works on: CREATE DATABASE … STRATEGY and grants on public need it.
const oldestServer = 150000

// Migration is one step of the schema and whether a database has it.
type Migration struct {
	Version   int64
	Name      string
	Applied   bool
	AppliedAt time.Time // zero when not applied
}

// Migrate brings the schema of the database at url up to date and applies the rights of table_rights. Several nodes may do it at
// the same moment. The connecting user becomes the owner; where it may not create roles, log gets a warning and all else works.
// It returns the names of what was applied.
func Migrate(ctx context.Context, url string, log *slog.Logger) ([]string, error) {
	var applied []string
	err := withProvider(ctx, url, log, func(p *goose.Provider, db *sql.DB) error {
		results, err := p.Up(ctx)
		if err != nil {
			return fmt.Errorf("migrate up: %w", err)
		}
		for _, r := range results {
			applied = append(applied, path.Base(r.Source.Path))
		}
		return grantRights(ctx, db)
	})
	return applied, err
}

// grantTries is how often rights are granted before the start gives up.
const grantTries = 10

// grantRights applies table_rights. It locks every table, so a transaction that a killed process left behind, or another node's, can be in
// its way: the one that Postgres ends to resolve a deadlock is begun again.
func grantRights(ctx context.Context, db *sql.DB) error {
	var err error
	for range grantTries {
		if _, err = db.ExecContext(ctx, statement("grant_rights")); err == nil {
			return nil
		}
		var pg *pgconn.PgError
		if !errors.As(err, &pg) || !strings.HasPrefix(pg.Code, "40") {
			break
		}
	}
	return fmt.Errorf("grant rights: %w", err)
}

// MigrateDown takes the newest steps back, down to (and without) the step numbered version; 0 removes everything, data included.
func MigrateDown(ctx context.Context, url string, version int64, log *slog.Logger) error {
	return withProvider(ctx, url, log, func(p *goose.Provider, _ *sql.DB) error {
		if _, err := p.DownTo(ctx, version); err != nil {
			return fmt.Errorf("migrate down to %d: %w", version, err)
		}
		return nil
	})
}

// Status lists every step that this program knows, oldest first.
func Status(ctx context.Context, url string) ([]Migration, error) {
	var out []Migration
	err := withProvider(ctx, url, slog.New(slog.DiscardHandler), func(p *goose.Provider, _ *sql.DB) error {
		steps, err := p.Status(ctx)
		if err != nil {
			return fmt.Errorf("read the migration status: %w", err)
		}
		for _, s := range steps {
			out = append(out, Migration{Version: s.Source.Version, Name: path.Base(s.Source.Path),
				Applied: s.State == goose.StateApplied, AppliedAt: s.AppliedAt.UTC()})
		}
		return nil
	})
	return out, err
}

// latestMigration is the version that this program was built with.
func latestMigration() (int64, error) {
	names, err := fs.Glob(migrationFiles, "migrations/*.sql")
	if err != nil || len(names) == 0 {
		return 0, fmt.Errorf("list migrations (%d found): %w", len(names), err)
	}
	return goose.NumericComponent(names[len(names)-1])
}

func withProvider(ctx context.Context, url string, log *slog.Logger, do func(*goose.Provider, *sql.DB) error) error {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return fmt.Errorf("read the database URL: %w", err)
	}
	config.OnNotice = func(_ *pgconn.PgConn, n *pgconn.Notice) {
		if n.Severity == "WARNING" {
			log.WarnContext(ctx, "database warned during migration", "warning", n.Message)
		}
	}
	db := stdlib.OpenDB(*config)
	defer db.Close() //nolint:errcheck // nothing is written through it any more
	if err := checkServer(ctx, db); err != nil {
		return err
	}
	files, err := fs.Sub(migrationFiles, "migrations")
	if err != nil {
		return fmt.Errorf("open the embedded migrations: %w", err)
	}
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 120))
	if err != nil {
		return fmt.Errorf("make the migration lock: %w", err)
	}
	provider, err := goose.NewProvider(goose.DialectPostgres, db, files, goose.WithSessionLocker(locker), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return fmt.Errorf("read the embedded migrations: %w", err)
	}
	return do(provider, db)
}

func checkServer(ctx context.Context, db *sql.DB) error {
	var version int
	if err := db.QueryRowContext(ctx, statement("server_version")).Scan(&version); err != nil {
		return classify("connect to the database", err)
	}
	if version < oldestServer {
		return fmt.Errorf("this is PostgreSQL %d: version %d or newer is needed", version/10000, oldestServer/10000)
	}
	return nil
}
