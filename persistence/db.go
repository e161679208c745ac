package persistence

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
)

// Options of Open; the zero value is what a simulation wants.
type Options struct {
	// MaxConns bounds the pool; 0 means 8.
	MaxConns int32
	// LiveEvents makes every commit tell the dashboard what changed: rows of live_event and one NOTIFY on "live".
	LiveEvents bool
	// Node is the name of this process in actor_lease; empty on a single node.
	Node string
	// Currency is the ad account's, for roll-ups of figures that carry no money; empty means USD.
	Currency money.Currency
	// Log gets the warning that the application's role is missing; nil discards it.
	Log *slog.Logger
}

// DB is the database. It is safe for concurrent use, and implements actorkit.Store.
type DB struct {
	pool *pgxpool.Pool
	opts Options
	url  string
}

var _ actorkit.Store = (*DB)(nil)

// connectTimeout bounds one attempt to connect, so that a lost network shows in seconds.
const connectTimeout = 5 * time.Second

// Open connects to a migrated database and works in it as agente_app. Where that role does not exist (a hosted database whose
// user may not create roles), it works as the connecting user and warns. A database that is older than this program is an error.
func Open(ctx context.Context, url string, opts Options) (*DB, error) {
	if opts.Currency == "" {
		opts.Currency = money.USD
	}
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	config, err := poolConfig(url, opts)
	if err != nil {
		return nil, err
	}
	hasRole, err := inspect(ctx, config.ConnConfig)
	if err != nil {
		return nil, err
	}
	config.AfterConnect = func(ctx context.Context, c *pgx.Conn) error {
		readable(c.TypeMap())
		if !hasRole {
			return nil
		}
		_, err := c.Exec(ctx, statement("set_role"), pgx.QueryExecModeSimpleProtocol)
		return err
	}
	if !hasRole {
		opts.Log.WarnContext(ctx, "database role agente_app is missing: working as the connecting user, which row level security does not bind")
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, classify("open the database pool", err)
	}
	return &DB{pool: pool, opts: opts, url: url}, nil
}

func poolConfig(url string, opts Options) (*pgxpool.Config, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("read the database URL: %w", err)
	}
	config.MaxConns = 8
	if opts.MaxConns > 0 {
		config.MaxConns = opts.MaxConns
	}
	if config.ConnConfig.ConnectTimeout == 0 || config.ConnConfig.ConnectTimeout > connectTimeout {
		config.ConnConfig.ConnectTimeout = connectTimeout
	}
	config.ConnConfig.RuntimeParams["timezone"] = "UTC"
	if config.ConnConfig.RuntimeParams["application_name"] == "" {
		config.ConnConfig.RuntimeParams["application_name"] = "agente-ceo"
	}
	return config, nil
}

// inspect connects once to see that the schema is there, and whether agente_app may be worked as.
func inspect(ctx context.Context, config *pgx.ConnConfig) (hasRole bool, err error) {
	conn, err := pgx.ConnectConfig(ctx, config.Copy())
	if err != nil {
		return false, classify("connect to the database", err)
	}
	defer conn.Close(context.WithoutCancel(ctx)) //nolint:errcheck // it was only looked at
	if err := conn.QueryRow(ctx, statement("may_be_app")).Scan(&hasRole); err != nil {
		return false, classify("look for the role agente_app", err)
	}
	want, err := latestMigration()
	if err != nil {
		return false, err
	}
	var have int64
	if err := conn.QueryRow(ctx, statement("schema_version")).Scan(&have); err != nil {
		return false, fmt.Errorf("read the schema version (run: agente-ceo migrate up): %w", err)
	}
	if have < want {
		return false, fmt.Errorf("the database has schema version %d and this program needs %d: run agente-ceo migrate up", have, want)
	}
	return hasRole, nil
}

// Close ends all connections; work in progress is waited for.
func (db *DB) Close() { db.pool.Close() }

// Now is the time by the clock of the database's machine.
func (db *DB) Now(ctx context.Context) (now time.Time, err error) {
	err = db.pool.QueryRow(ctx, statement("server_time")).Scan(&now)
	return now, classify("ask the database for the time", err)
}

// Ping asks the database for a sign of life.
func (db *DB) Ping(ctx context.Context) error {
	return classify("ping the database", db.pool.Ping(ctx))
}
