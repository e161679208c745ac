// Package embedded runs a real Postgres server as a child of this process, for who has none: found on the machine, reached
// through a unix socket only, ended with its parent.
//
// States of a Server: running (Done is open) → ended, by Stop or by its own death (Done is closed, Err says why) → running again
// by Restart. The data directory is never wiped. Two processes cannot use one data directory: a lock file is held while the Server lives.
package embedded

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// Config says where and how; only DataDir is needed.
type Config struct {
	// DataDir holds the cluster in pgdata-<major>. It is made when it does not exist.
	DataDir string
	// BinDir is where postgres and initdb are; empty searches PATH and the places where distributions put them.
	BinDir string
	// Durable keeps what was committed, through a power cut too. False is for simulations and tests: much faster, but a server that
	// is killed forgets its last moments, and a crash of the machine may destroy the cluster.
	Durable bool
	// MaxConnections bounds the clients; 0 means 60.
	MaxConnections int
	// Settings are further server settings, "name=value".
	Settings []string
	// Log gets the server's own lines at debug level, and its deaths as errors; nil discards them.
	Log *slog.Logger
}

// Database is the name of the database that Start makes in a new cluster.
const Database = "agente"

// superuser is the cluster's first role, whoever the operating system's user is.
const superuser = "postgres"

const (
	// readyTimeout bounds the start of a server, recovery after a crash included.
	readyTimeout = 2 * time.Minute
	// retryFor is how long a start is tried again after a double kill, while remains of the old server go away.
	retryFor  = 10 * time.Second
	pollPause = 20 * time.Millisecond
)

// Server is a running Postgres. It is safe for concurrent use.
type Server struct {
	cfg     Config
	bin     Binaries
	account account
	dataDir string // pgdata-<major>
	socket  string
	lock    *os.File

	mu   sync.Mutex
	proc *process
}

// Start finds binaries, makes the cluster where there is none, and returns when the server takes connections. Errors say what to
// do next: install Postgres, move the data directory, or use another version.
func Start(ctx context.Context, cfg Config) (*Server, error) {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	dir, err := filepath.Abs(cfg.DataDir)
	if err != nil {
		return nil, fmt.Errorf("find the data directory %s: %w", cfg.DataDir, err)
	}
	cfg.DataDir = dir
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("make the data directory: %w", err)
	}
	s := &Server{cfg: cfg}
	if s.lock, err = lockDir(ctx, dir); err != nil {
		return nil, err
	}
	if err := s.prepare(ctx); err != nil {
		return nil, errors.Join(err, s.unlock())
	}
	if err := s.launch(ctx); err != nil {
		return nil, errors.Join(err, s.unlock())
	}
	return s, nil
}

// unlock lets another process use the data directory.
func (s *Server) unlock() error {
	if s.lock == nil {
		return nil
	}
	err := s.lock.Close()
	s.lock = nil
	if err != nil {
		return fmt.Errorf("unlock the data directory: %w", err)
	}
	return nil
}

func (s *Server) prepare(ctx context.Context) error {
	found, err := findBinaries(ctx, s.cfg.BinDir)
	if err != nil {
		return err
	}
	s.bin, s.dataDir, err = chooseCluster(s.cfg.DataDir, found)
	if err != nil {
		return err
	}
	if s.account, err = chooseAccount(s.dataDir); err != nil {
		return err
	}
	if err := s.account.canReach(s.cfg.DataDir); err != nil {
		return err
	}
	if s.socket, err = socketDir(s.dataDir, s.account); err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(s.dataDir, "PG_VERSION")); errors.Is(err, os.ErrNotExist) {
		return s.initdb(ctx)
	}
	return waitForOther(ctx, s.dataDir)
}

// launch starts the process until it takes connections; while remains of a killed server are in its way, it tries again.
func (s *Server) launch(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, readyTimeout)
	defer cancel()
	retry, stop := context.WithTimeout(ctx, retryFor)
	defer stop()
	for {
		proc, err := startProcess(s.account, s.bin.path("postgres"), s.arguments(), s.cfg.Log)
		if err != nil {
			return err
		}
		err = s.waitReady(ctx, proc)
		if err == nil {
			s.mu.Lock()
			s.proc = proc
			s.mu.Unlock()
			return nil
		}
		proc.end(syscall.SIGQUIT)
		if !proc.inTheWay() || retry.Err() != nil {
			return err
		}
		pause(ctx, 10*pollPause)
	}
}

func (s *Server) waitReady(ctx context.Context, proc *process) error {
	for {
		err := s.ensureDatabase(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-proc.done:
			return fmt.Errorf("start postgres in %s: it ended: %s", s.dataDir, proc.lastWords())
		case <-ctx.Done():
			return fmt.Errorf("start postgres in %s: not ready in time: %w (last: %s)", s.dataDir, err, proc.lastWords())
		default:
			pause(ctx, pollPause)
		}
	}
}

// ensureDatabase connects, which shows that the server is ready, and makes our database where it is missing.
func (s *Server) ensureDatabase(ctx context.Context) error {
	conn, err := pgx.Connect(ctx, s.URLOf(superuser))
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx)) //nolint:errcheck // nothing was left unsaid
	var exists bool
	err = conn.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", Database).Scan(&exists)
	if err != nil || exists {
		return err
	}
	_, err = conn.Exec(ctx, "CREATE DATABASE "+Database)
	return err
}

func (s *Server) arguments() []string {
	connections := s.cfg.MaxConnections
	if connections == 0 {
		connections = 60
	}
	settings := []string{
		"listen_addresses=", "unix_socket_permissions=0700", "max_connections=" + strconv.Itoa(connections),
		"shared_buffers=64MB", "work_mem=8MB", "maintenance_work_mem=64MB", "max_wal_size=512MB", "checkpoint_timeout=15min",
		"wal_level=minimal", "max_wal_senders=0", "max_parallel_workers_per_gather=0", "jit=off", "huge_pages=off",
		"timezone=UTC", "log_timezone=UTC", "log_min_error_statement=panic", "logging_collector=off",
	}
	if !s.cfg.Durable {
		// Commits stay synchronous: without fsync that is one write into the page cache, which costs less than waking the WAL writer.
		settings = append(settings, "fsync=off", "full_page_writes=off")
	}
	args := []string{"-D", s.dataDir, "-k", s.socket}
	for _, setting := range append(settings, s.cfg.Settings...) {
		args = append(args, "-c", setting)
	}
	return args
}

// URL connects to our database as the cluster's superuser, through the socket, which only this user and root can open.
func (s *Server) URL() string { return s.URLOf(Database) }

// URLOf is URL for another database of the cluster.
func (s *Server) URLOf(database string) string {
	return fmt.Sprintf("postgres://%s@/%s?host=%s&sslmode=disable", superuser, url.PathEscape(database), url.QueryEscape(s.socket))
}

// BinDir is where the server's binaries are; pg_dump and pg_restore of the same version are usually beside them.
func (s *Server) BinDir() string { return s.bin.Dir }

// Major is the server's major version.
func (s *Server) Major() int { return s.bin.Major }

// Done is closed when the server process has ended, for whatever reason.
func (s *Server) Done() <-chan struct{} { return s.current().done }

// Err says why the server ended; nil while it runs and after Stop.
func (s *Server) Err() error {
	proc := s.current()
	select {
	case <-proc.done:
		return proc.failure()
	default:
		return nil
	}
}

// Restart starts the server again after it died; a running one is left alone.
func (s *Server) Restart(ctx context.Context) error {
	select {
	case <-s.Done():
	default:
		return nil
	}
	if err := waitForOther(ctx, s.dataDir); err != nil {
		return err
	}
	return s.launch(ctx)
}

// Stop ends the server: clients are disconnected and everything is written. If ctx ends first, the server is stopped at once and
// recovers at its next start. Stopping twice does nothing more.
func (s *Server) Stop(ctx context.Context) error {
	proc := s.current()
	proc.stopping.Store(true)
	proc.signal(syscall.SIGINT)
	var err error
	select {
	case <-proc.done:
	case <-ctx.Done():
		proc.end(syscall.SIGQUIT)
		err = fmt.Errorf("stop postgres: not in time, it recovers at its next start: %w", ctx.Err())
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	_ = os.RemoveAll(s.socket) // an empty directory in /tmp harms nobody
	return errors.Join(err, s.unlock())
}

func (s *Server) current() *process {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.proc
}

// pause waits in real time, as operating system processes do; it ends early with ctx.
func pause(ctx context.Context, d time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	<-ctx.Done()
}
