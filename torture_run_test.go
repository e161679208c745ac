package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/agente-ceo/agente-ceo/persistence/pgtest"
	"github.com/agente-ceo/agente-ceo/runtime/clock"
	"github.com/agente-ceo/agente-ceo/runtime/torture"
)

// tortureSpeed is virtual seconds per second: a virtual hour in two seconds and a half.
const tortureSpeed = 1440

// torturePassword is the administrator's; nobody can reach him.
const torturePassword = "torture-torture"

// readyWithin is how soon after a start the program must be ready again.
const readyWithin = 5 * time.Second

// torment is one program under torture: its processes come and go, its world and its database stay.
type torment struct {
	t     *testing.T
	stage *stage
	dir   string
	url   string // the database, not through the proxy
	addr  string
	pg    *torture.Postgres
	calls *torture.Calls
	front *http.Server // the proxy before the world
	base  string
	world *world
	clock *clock.Scaled
	watch *witness
	log   *os.File
	stand func() // lets the world stand still from then on; it may be called more than once

	mu    sync.Mutex
	wire  *torture.Wire
	slots map[string]*process
}

// process is one life of the program.
type process struct {
	cmd  *exec.Cmd
	gone chan struct{}
}

// kill ends it as a power cut does, and waits for its end.
func (p *process) kill() {
	_ = p.cmd.Process.Kill() // it may have ended by itself
	<-p.gone
}

func newTorment(t *testing.T, s *stage) *torment {
	t.Helper()
	return newTormentOn(t, s, pgtest.Copy(t, s.url))
}

// newTormentOn is a torment over a database that is there.
func newTormentOn(t *testing.T, s *stage, url string) *torment {
	t.Helper()
	m := &torment{t: t, stage: s, dir: s.copyOf(t), url: url, addr: freeAddr(t), slots: map[string]*process{}}
	m.clock = clock.NewScaled(s.at, tortureSpeed)
	m.openLog()
	m.openDatabase()
	m.openWorld()
	t.Cleanup(m.close)
	return m
}

func (m *torment) openLog() {
	var err error
	if m.log, err = os.Create(filepath.Join(m.dir, "process.log")); err != nil {
		m.t.Fatal(err)
	}
}

func (m *torment) openDatabase() {
	config, err := pgx.ParseConfig(m.url)
	if err != nil {
		m.t.Fatal(err)
	}
	network, address := pgxNetwork(config)
	m.pg, err = torture.NewPostgres(func() (net.Conn, error) { return net.Dial(network, address) })
	if err != nil {
		m.t.Fatal(err)
	}
}

// pgxNetwork is where pgx would connect.
func pgxNetwork(config *pgx.ConnConfig) (network, address string) {
	if strings.HasPrefix(config.Host, "/") {
		return "unix", fmt.Sprintf("%s/.s.PGSQL.%d", config.Host, config.Port)
	}
	return "tcp", net.JoinHostPort(config.Host, fmt.Sprint(config.Port))
}

// openWorld opens the world where the stage left it, and puts the proxy before it.
func (m *torment) openWorld() {
	cfg := m.stage.cfg
	cfg.Speed, cfg.SandboxAddr = tortureSpeed, "127.0.0.1:0"
	m.watch = newWitness(m.t, m)
	w, err := openWorld(worldOptions{
		cfg: cfg, start: simulationStart, now: m.clock.Now, journalPath: filepath.Join(m.dir, "sandbox.journal"),
		webhooks: "http://" + m.addr + "/api/webhooks/shopify", log: slog.New(slog.DiscardHandler),
		post: torture.Hooks(m.currentWire, m.watch.post),
	})
	if err != nil {
		m.t.Fatal(err)
	}
	// From here on nothing is written to its journal: it outlives the program, as the real world does.
	m.world = w
	m.calls = &torture.Calls{Next: w.Sandbox, Writes: writesSomething, Before: m.watch.before, Behind: m.watch.behind}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		m.t.Fatal(err)
	}
	m.base = "http://" + listener.Addr().String()
	m.front = &http.Server{Handler: m.calls, ReadHeaderTimeout: time.Minute, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)}
	go func() { _ = m.front.Serve(listener) }() // ends with Close
	ctx, cancel := context.WithCancel(context.Background())
	stepped := make(chan struct{})
	go func() { defer close(stepped); m.turn(ctx) }()
	m.stand = func() { cancel(); <-stepped }
}

// turn lets the world go on every quarter of an hour of its time.
func (m *torment) turn(ctx context.Context) {
	for {
		next := make(chan struct{})
		timer := m.clock.At(m.world.NextStep(m.clock.Now()), "world", func() { close(next) })
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-next:
		}
		if err := m.world.Step(ctx, m.clock.Now()); err != nil && ctx.Err() == nil {
			m.t.Errorf("the world did not go on: %v", err)
			return
		}
	}
}

func (m *torment) currentWire() *torture.Wire {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.wire
}

// begin starts the program on a wire that kills it at the point.
func (m *torment) begin(point torture.Point) (*process, *torture.Wire) {
	m.t.Helper()
	p := m.command(m.addr, m.dir)
	wire := torture.NewWire(point, func() { _ = p.cmd.Process.Kill() })
	m.mu.Lock()
	m.wire = wire
	m.mu.Unlock()
	m.pg.Use(wire)
	m.calls.Use(wire)
	m.launch(p)
	return p, wire
}

// command is the program as it will be started.
func (m *torment) command(addr, dir string, env ...string) *process {
	config, err := pgx.ParseConfig(m.url)
	if err != nil {
		m.t.Fatal(err)
	}
	cmd := exec.Command(binary(m.t), "serve", "--addr", addr, "--data-dir", dir, "--log-format", "json")
	cmd.Env = append([]string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + m.dir, "GOMAXPROCS=2", "AGENTE_SANDBOX_URL=" + m.base, "AGENTE_ADMIN_PASSWORD=" + torturePassword,
		fmt.Sprintf("DATABASE_URL=postgres://%s@%s/%s?sslmode=disable", config.User, m.pg.Addr(), config.Database),
		fmt.Sprint("AGENTE_CREATIVES_IMAGE_SIZE=", m.stage.cfg.Creatives.ImageSize), "SHOP_URL=" + m.stage.cfg.Platforms.ShopURL,
	}, append(m.stage.env, env...)...)
	cmd.Stdout, cmd.Stderr = m.log, m.log
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	return &process{cmd: cmd, gone: make(chan struct{})}
}

func (m *torment) launch(p *process) {
	m.t.Helper()
	started := make(chan error, 1)
	go func() {
		// The kernel sends Pdeathsig when the *thread* that started the program ends, and Go ends threads: this one is kept until the program is gone.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := p.cmd.Start()
		started <- err
		if err == nil {
			_ = p.cmd.Wait() // it was killed
		}
		close(p.gone)
	}()
	if err := <-started; err != nil {
		m.t.Fatal(err)
	}
	m.mu.Lock()
	m.slots[fmt.Sprint(p.cmd.Process.Pid)] = p
	m.mu.Unlock()
}

// awaitReady waits for the program to be ready; struck reports that the wire was struck before.
func (m *torment) awaitReady(p *process, w *torture.Wire) (took time.Duration, ready, struck bool) {
	took, ready = waitFor(4*readyWithin, func() bool { return answers200("http://" + m.addr + "/readyz") }, w.Struck(), p.gone)
	return took, ready, w.What() != ""
}

// end kills whatever runs.
func (m *torment) end() {
	m.mu.Lock()
	running := make([]*process, 0, len(m.slots))
	for _, p := range m.slots {
		running = append(running, p)
	}
	clear(m.slots)
	m.mu.Unlock()
	for _, p := range running {
		p.kill()
	}
}

// rest stops the world, gives the program time for the orders that it was told of, and kills it.
func (m *torment) rest() {
	m.t.Helper()
	m.stand()
	waitFor(databaseBack, func() bool {
		m.watch.mu.Lock()
		defer m.watch.mu.Unlock()
		return (&loop{t: m.t, db: m.watch.db}).number(`SELECT count(*) FROM webhook_inbox WHERE handled_at IS NULL`) == 0
	})
	m.end()
}

func (m *torment) close() {
	m.end()
	m.stand()
	_ = m.front.Close() // connections of dead processes only
	m.pg.Close()
	m.world.close()
	if m.t.Failed() {
		m.keepLog()
	}
	_ = m.log.Close() // it was written to by processes that are dead
}

// keepLog shows the end of what the processes said.
func (m *torment) keepLog() {
	text, err := os.ReadFile(m.log.Name())
	if err != nil {
		m.t.Log(err)
		return
	}
	var said []string
	for line := range strings.Lines(string(text)) {
		if !strings.Contains(line, `"level":"INFO"`) && strings.TrimSpace(line) != "" {
			said = append(said, line)
		}
	}
	m.t.Logf("the processes' last words:\n%s", strings.Join(said[max(0, len(said)-30):], ""))
}
