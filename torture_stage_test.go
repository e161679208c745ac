package main

import (
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/agente-ceo/agente-ceo/configs"
	"github.com/agente-ceo/agente-ceo/persistence/pgtest"
	"github.com/agente-ceo/agente-ceo/runtime/clock"
)

// testBinary builds the product once for each run of the tests.
var testBinary = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "agente-torture-")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "agente-ceo")
	if out, err := exec.Command("go", "build", "-o", path, ".").CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the product: %w: %s", err, out)
	}
	return path, nil
})

// binary is the built product; it is removed with the test.
func binary(t *testing.T) string {
	t.Helper()
	path, err := testBinary()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// stage is a business that has lived for some hours: each torture begins with a copy of its database, its files and its world.
type stage struct {
	name string
	cfg  configs.Config
	url  string
	dir  string
	at   time.Time
	env  []string // settings, for the processes too
	left string   // what its world looked like in the end
}

// prepareStage lets a business live in virtual time, in one process with its world, and keeps what it left.
func prepareStage(t *testing.T, name, seed string, live time.Duration, env ...string) *stage {
	t.Helper()
	c := &common{flags: map[string]string{"seed": seed, "database.url": pgtest.URL(t), "data_dir": t.TempDir()}}
	cfg, err := c.simulationConfig("default", env)
	if err != nil {
		t.Fatal(err)
	}
	virtual := clock.NewVirtual(simulationStart)
	log := slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelError}))
	app, err := New(t.Context(), Options{Config: cfg, Layers: c.layers(), Log: log, Virtual: virtual})
	if err != nil {
		t.Fatal(err)
	}
	err = app.Start(t.Context())
	if err == nil {
		err = virtual.RunUntil(t.Context(), simulationStart.Add(live))
	}
	left := looks(app.world)
	if closeErr := app.Close(); err != nil || closeErr != nil {
		t.Fatal(err, closeErr)
	}
	return &stage{name: name, cfg: cfg, url: cfg.Database.URL, dir: cfg.DataDir, at: simulationStart.Add(live), env: env, left: left}
}

// looks is everything that a world knows of ads, money and orders, as text.
func looks(w *world) string {
	var b strings.Builder
	fmt.Fprintln(&b, w.Market().Ledger(), w.Market().Buyers(), w.World().Snapshot(time.UTC).Webhooks.Orders)
	for _, platform := range slices.Sorted(maps.Keys(w.ads)) {
		fmt.Fprintf(&b, "%s %+v\n", platform, w.ads[platform].Snapshot())
	}
	return b.String()
}

// copyOf gives a torture its own data directory.
func (s *stage) copyOf(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(s.dir)); err != nil {
		t.Fatal(err)
	}
	return dir
}

// freeAddr is an address of this machine that nobody listens on now.
func freeAddr(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }() // it was only asked for a number
	return listener.Addr().String()
}

// waitFor asks every 10 ms whether something is so, in real time, and gives up after patience.
func waitFor(patience time.Duration, so func() bool, unless ...<-chan struct{}) (took time.Duration, ok bool) {
	passed := clock.Stopwatch()
	for {
		if so() {
			return passed(), true
		}
		if passed() > patience {
			return passed(), false
		}
		next := make(chan struct{})
		clock.System{}.At(clock.System{}.Now().Add(10*time.Millisecond), "", func() { close(next) })
		<-next
		for _, end := range unless {
			select {
			case <-end:
				return passed(), false
			default:
			}
		}
	}
}

// pause waits real time, or less when one of the signals comes first.
func pause(d time.Duration, unless ...<-chan struct{}) {
	waitFor(d, func() bool { return false }, unless...)
}

// answers200 asks an address.
func answers200(url string) bool {
	client := http.Client{Timeout: time.Second}
	res, err := client.Get(url)
	if err != nil {
		return false
	}
	_ = res.Body.Close() // the status is all that is wanted
	return res.StatusCode == http.StatusOK
}

// sizeOf reads a size of the tests from the environment: make torture sets larger ones.
func sizeOf(t *testing.T, name string, small int) int {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return small
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		t.Fatalf("%s=%q: want a number", name, text)
	}
	return n
}

// seeded is the randomness of one torture.
func seeded(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0x746f7274757265)) }

// connectTo opens a connection as the database's owner for the length of the test.
func connectTo(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(t.Context()) })
	return conn
}
