// Package pgtest gives tests real, empty, migrated databases: one throwaway cluster for each test binary, and a copy of one
// template for each test, in about a tenth of a second.
//
// A package that uses it has `func TestMain(m *testing.M) { pgtest.Main(m) }`. A missing server is a failure, never a skip.
package pgtest

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/agente-ceo/agente-ceo/persistence"
	"github.com/agente-ceo/agente-ceo/persistence/embedded"
)

const (
	dirPrefix    = "agente-pgtest-"
	template     = "template_agente"
	startTimeout = 2 * time.Minute
	stepTimeout  = time.Minute
)

type cluster struct {
	dir    string
	server *embedded.Server
	admin  *pgxpool.Pool
	copies atomic.Int64
}

var (
	shared  = sync.OnceValues(start)
	started atomic.Pointer[cluster]
)

// Main runs the tests of a package and removes its cluster, if one was started. It does not return.
func Main(m *testing.M) {
	code := m.Run()
	if c := started.Load(); c != nil {
		c.remove()
	}
	os.Exit(code)
}

// New opens a database of its own for the test, with Options' zero value unless given; it is dropped when the test ends.
func New(tb testing.TB, options ...persistence.Options) *persistence.DB {
	tb.Helper()
	url := URL(tb)
	var opts persistence.Options
	if len(options) > 0 {
		opts = options[0]
	}
	db, err := persistence.Open(context.Background(), url, opts)
	if err != nil {
		tb.Fatalf("open the test's database: %v", err)
	}
	tb.Cleanup(db.Close)
	return db
}

// URL is a migrated database of the test's own, as the cluster's superuser.
func URL(tb testing.TB) string { tb.Helper(); return database(tb, template) }

// Empty is a database of the test's own without any schema.
func Empty(tb testing.TB) string { tb.Helper(); return database(tb, "template0") }

// Copy is a database of the test's own with all that another one holds, to which nobody may be connected.
func Copy(tb testing.TB, from string) string {
	tb.Helper()
	config, err := pgx.ParseConfig(from)
	if err != nil {
		tb.Fatalf("read the address of the database to copy: %v", err)
	}
	return database(tb, config.Database)
}

// Server is the cluster that the tests of this binary share.
func Server(tb testing.TB) *embedded.Server {
	tb.Helper()
	c, err := shared()
	if err != nil {
		tb.Fatalf("start the tests' PostgreSQL: %v", err)
	}
	return c.server
}

func database(tb testing.TB, from string) string {
	tb.Helper()
	c, err := shared()
	if err != nil {
		tb.Fatalf("start the tests' PostgreSQL: %v", err)
	}
	name := fmt.Sprintf("test_%d", c.copies.Add(1))
	c.exec(tb, fmt.Sprintf("CREATE DATABASE %s TEMPLATE %s STRATEGY file_copy", name, from))
	tb.Cleanup(func() { c.exec(tb, "DROP DATABASE "+name+" WITH (FORCE)") })
	return c.server.URLOf(name)
}

func (c *cluster) exec(tb testing.TB, sql string) {
	tb.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), stepTimeout)
	defer cancel()
	if _, err := c.admin.Exec(ctx, sql); err != nil {
		tb.Errorf("%s: %v", sql, err)
	}
}

func start() (*cluster, error) {
	sweep()
	dir, err := os.MkdirTemp(base(), dirPrefix+strconv.Itoa(os.Getpid())+"-")
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(dir, 0o755); err != nil { // the server may run as another user
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	defer cancel()
	c := &cluster{dir: dir}
	c.server, err = embedded.Start(ctx, embedded.Config{DataDir: dir, MaxConnections: 200, Settings: []string{"shared_buffers=32MB", "autovacuum=off"}})
	if err != nil {
		return nil, err
	}
	started.Store(c)
	if c.admin, err = pgxpool.New(ctx, c.server.URLOf("postgres")); err != nil {
		return nil, err
	}
	if _, err := c.admin.Exec(ctx, "CREATE DATABASE "+template); err != nil {
		return nil, err
	}
	_, err = persistence.Migrate(ctx, c.server.URLOf(template), slog.New(slog.DiscardHandler))
	return c, err
}

func (c *cluster) remove() {
	if c.admin != nil {
		c.admin.Close()
	}
	ctx, cancel := context.WithTimeout(context.Background(), stepTimeout)
	defer cancel()
	if err := c.server.Stop(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "pgtest:", err)
	}
	if err := os.RemoveAll(c.dir); err != nil {
		fmt.Fprintln(os.Stderr, "pgtest:", err)
	}
}

// sweep removes what killed test binaries left; their servers have ended with them.
func sweep() {
	left, _ := filepath.Glob(filepath.Join(base(), dirPrefix+"*")) // only a bad pattern fails
	for _, dir := range left {
		number, _, _ := strings.Cut(strings.TrimPrefix(filepath.Base(dir), dirPrefix), "-")
		if pid, err := strconv.Atoi(number); err == nil && syscall.Kill(pid, 0) == syscall.ESRCH {
			_ = os.RemoveAll(dir) // another user's stays
		}
	}
}

// roomy is how much memory must be free for a cluster to live in it.
const roomy = 2 << 30

// base is where clusters go: memory where there is plenty, as making databases is mostly making files.
func base() string {
	const memory = "/dev/shm"
	var fs syscall.Statfs_t
	if err := syscall.Statfs(memory, &fs); err == nil && int64(fs.Bavail)*int64(fs.Bsize) > roomy && syscall.Access(memory, 2) == nil {
		return memory
	}
	return os.TempDir()
}
