package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/agente-ceo/agente-ceo/persistence"
	"github.com/agente-ceo/agente-ceo/persistence/embedded"
	"github.com/agente-ceo/agente-ceo/runtime/torture"
)

// newborn is a stage on which nothing has happened.
func newborn(t *testing.T) *stage {
	t.Helper()
	c := &common{flags: map[string]string{"seed": "7"}}
	cfg, err := c.simulationConfig("default", nil)
	if err != nil {
		t.Fatal(err)
	}
	return &stage{name: "newborn", cfg: cfg, dir: t.TempDir(), at: simulationStart}
}

// durable starts a PostgreSQL that keeps what it has committed, in a directory of its own.
func durable(t *testing.T, dir string) *embedded.Server {
	t.Helper()
	server, err := embedded.Start(t.Context(), embedded.Config{DataDir: dir, Durable: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Stop(context.Background()); err != nil {
			t.Log(err) // it was killed before
		}
	})
	if _, err := persistence.Migrate(t.Context(), server.URL(), slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	return server
}

// postmaster is the process id of the PostgreSQL below a directory.
func postmaster(t *testing.T, dir string) int {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, "pgdata-*", "postmaster.pid"))
	if err != nil || len(found) != 1 {
		t.Fatal("no PostgreSQL runs in ", dir, err)
	}
	first, _, _ := strings.Cut(read(t, found[0]), "\n")
	pid, err := strconv.Atoi(first)
	if err != nil {
		t.Fatal(err)
	}
	return pid
}

// openDir is a directory that PostgreSQL's own user can enter; it is removed with the test.
func openDir(t *testing.T) string {
	t.Helper()
	dir, err := simulationDir()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// TestTorture_PostgresIsKilled kills a PostgreSQL that somebody else runs, under load, and starts it again as they would.
func TestTorture_PostgresIsKilled(t *testing.T) {
	t.Parallel()
	for seed := range uint64(sizeOf(t, "TORTURE_SEEDS", 2)) {
		t.Run(fmt.Sprint("seed_", seed+1), func(t *testing.T) {
			r, dir := seeded(seed+1), openDir(t)
			server := durable(t, dir)
			m := newTormentOn(t, newborn(t), server.URL())
			p, wire := m.begin(torture.Point{})
			m.awaitReady(p, wire)
			for range 3 {
				pause(time.Duration(300+r.IntN(1200)) * time.Millisecond)
				if err := syscall.Kill(postmaster(t, dir), syscall.SIGKILL); err != nil {
					t.Fatal(err)
				}
				<-server.Done()
				m.pg.Break()
				pause(time.Duration(r.IntN(500)) * time.Millisecond)
				if err := server.Restart(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			m.mustRecover()
		})
	}
}

// databaseBack is how soon after a death of PostgreSQL the program must be ready: the server may have to go through its log first.
const databaseBack = 30 * time.Second

// swept is how long it may take until all that a death or a fight left lying about was sent again.
const swept = 60 * time.Second

// bodyOf is what an address says, for people.
func bodyOf(url string) string {
	answer, err := http.Get(url)
	if err != nil {
		return err.Error()
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(answer.Body, 1<<12))
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// mustRecover leaves a torment in peace and judges it.
func (m *torment) mustRecover() {
	m.t.Helper()
	if took, ready := waitFor(databaseBack, func() bool { return answers200("http://" + m.addr + "/readyz") }); !ready {
		m.t.Errorf("not ready after %s: %s", took, bodyOf("http://"+m.addr+"/readyz"))
	}
	m.watch.reconnect() // the old connection may have been killed
	l := &loop{t: m.t, db: m.watch.db}
	if _, published := waitFor(swept, func() bool {
		m.watch.mu.Lock()
		defer m.watch.mu.Unlock()
		return l.number(`SELECT count(*) FROM campaigns WHERE activated_at IS NOT NULL`) > 0 && len(nothingStuck(l)) == 0
	}); !published {
		m.t.Errorf("%d campaigns were published; stuck: %q; said: %s", l.number(`SELECT count(*) FROM campaigns WHERE activated_at IS NOT NULL`),
			nothingStuck(l), bodyOf("http://"+m.addr+"/readyz"))
	}
	m.rest()
	for _, problem := range m.watch.judge() {
		m.t.Error(problem)
	}
	for _, freeze := range l.notFrozen() {
		m.t.Log(freeze) // it fails safe: an outage may last over the time in which a reservation has to be renewed
	}
}

// TestTorture_EmbeddedPostgresIsKilled kills the PostgreSQL that the program itself runs.
func TestTorture_EmbeddedPostgresIsKilled(t *testing.T) {
	t.Parallel()
	s, dir := newborn(t), openDir(t)
	m := newTormentOn(t, s, durable(t, openDir(t)).URL())
	p := m.command(m.addr, dir)
	p.cmd.Env = append(p.cmd.Env, "DATABASE_URL=")
	m.launch(p)
	if took, ready := waitFor(time.Minute, func() bool { return answers200("http://" + m.addr + "/readyz") }); !ready {
		t.Fatalf("not ready after %s", took)
	}
	// What the witness asks for intents is in the program's own database.
	found, err := filepath.Glob(filepath.Join(dir, "pgdata-*", "postmaster.pid"))
	if err != nil || len(found) != 1 {
		t.Fatal(found, err)
	}
	socket := strings.Split(read(t, found[0]), "\n")[4]
	m.url = fmt.Sprintf("postgres://postgres@/%s?host=%s&sslmode=disable", embedded.Database, socket)
	for range 3 {
		pause(time.Second)
		if err := syscall.Kill(postmaster(t, dir), syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		if took, ready := waitFor(databaseBack, func() bool { return answers200("http://" + m.addr + "/readyz") }); !ready {
			t.Fatalf("not ready %s after the death of its PostgreSQL: %s", took, bodyOf("http://"+m.addr+"/readyz"))
		}
	}
	// The program may not have noticed yet that the last one died.
	if took, back := waitFor(databaseBack, func() bool {
		conn, err := pgx.Connect(t.Context(), m.url)
		return err == nil && conn.Close(t.Context()) == nil
	}); !back {
		t.Fatalf("PostgreSQL is not back after %s", took)
	}
	l := &loop{t: t, db: connectTo(t, m.url)}
	if _, published := waitFor(swept, func() bool {
		return l.number(`SELECT count(*) FROM campaigns WHERE activated_at IS NOT NULL`) > 0 && len(nothingStuck(l)) == 0
	}); !published {
		t.Errorf("nothing was published, or something is stuck: %q", nothingStuck(l))
	}
}

// TestTorture_SlowPostgres puts some milliseconds before every message.
func TestTorture_SlowPostgres(t *testing.T) {
	t.Parallel()
	m := newTorment(t, prepareStage(t, "launch", "7", 50*time.Minute))
	m.pg.Delay(func(string) { pause(time.Millisecond) })
	p, wire := m.begin(torture.Point{})
	took, ready, _ := m.awaitReady(p, wire)
	if !ready {
		t.Fatalf("not ready after %s", took)
	}
	m.mustRecover()
}

// TestTorture_DiskFull fills the disk under PostgreSQL, and empties it again.
func TestTorture_DiskFull(t *testing.T) {
	t.Parallel()
	dir := openDir(t)
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=200m,mode=0755", "tmpfs", dir).CombinedOutput(); err != nil {
		t.Skipf("a small disk cannot be mounted here: %s", strings.TrimSpace(string(out)))
	}
	t.Cleanup(func() { _ = exec.Command("umount", "-l", dir).Run() })
	server := durable(t, dir)
	m := newTormentOn(t, newborn(t), server.URL())
	p, wire := m.begin(torture.Point{})
	m.awaitReady(p, wire)
	pause(700 * time.Millisecond)
	ballast := filepath.Join(dir, "ballast")
	_ = exec.Command("dd", "if=/dev/zero", "of="+ballast, "bs=1M", "count=400").Run() // it ends when the disk is full
	pause(2 * time.Second)
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	select {
	case <-server.Done(): // a server that cannot write its log ends itself
		if err := server.Restart(t.Context()); err != nil {
			t.Fatal(err)
		}
	default:
	}
	m.mustRecover()
}
