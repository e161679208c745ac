package pgtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/agente-ceo/agente-ceo/persistence"
	"github.com/agente-ceo/agente-ceo/persistence/embedded"
)

// Durable is the address of a migrated database on a server of its own that keeps what was committed, on the disk of the machine, for
// benchmarks. It is gone when the test ends.
func Durable(tb testing.TB) (url string) {
	tb.Helper()
	dir, err := os.MkdirTemp("", "agente-bench-")
	if err != nil {
		tb.Fatal(err)
	}
	if err := os.Chmod(dir, 0o755); err != nil { // the server may run as another user
		tb.Fatal(err)
	}
	server, err := embedded.Start(context.Background(), embedded.Config{DataDir: dir, Durable: true, MaxConnections: 100})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := errors.Join(server.Stop(context.Background()), os.RemoveAll(dir)); err != nil {
			tb.Error(err)
		}
	})
	url = server.URLOf(embedded.Database)
	if _, err := persistence.Migrate(context.Background(), url, slog.New(slog.DiscardHandler)); err != nil {
		tb.Fatal(err)
	}
	return url
}

// Compared is what two ways of doing the same work measured, round by round, each pair one right after the other. What else the machine
// does, and what it was like an hour ago, is in both of a pair, so that the median of the pairs' ratios says more than a ratio of medians.
type Compared struct{ ours, theirs []float64 }

// Add adds a round of both.
func (c *Compared) Add(ours, theirs float64) {
	c.ours, c.theirs = append(c.ours, ours), append(c.theirs, theirs)
}

// Ratio is the median over the rounds of ours divided by theirs.
func (c *Compared) Ratio() float64 {
	ratios := make([]float64, len(c.ours))
	for i := range ratios {
		ratios[i] = c.ours[i] / c.theirs[i]
	}
	return Quantile(ratios, 0.5)
}

// Ours is the median of ours.
func (c *Compared) Ours() float64 { return Quantile(c.ours, 0.5) }

// Quantile is the value below which a share q of the values lies; there must be one.
func Quantile(x []float64, q float64) float64 {
	x = slices.Sorted(slices.Values(x))
	return x[min(len(x)-1, int(q*float64(len(x))))]
}

// InTurn calls both, the first one first in even rounds and last in odd ones: whoever comes second finds the caches, the disk and the
// garbage of the other.
func InTurn(round int, first, second func()) {
	if round%2 == 1 {
		first, second = second, first
	}
	first()
	second()
}

// ticksPerSecond is the unit of /proc/PID/stat on every Linux.
const ticksPerSecond = 100

// Processor measures the processor time of this process and of all that it started, such as a PostgreSQL server, until stop is called. What
// work costs by it hardly depends on what else the machine does. Where there is no /proc, it is that of this process alone.
func Processor(tb testing.TB) (stop func() time.Duration) {
	tb.Helper()
	others := descendants()
	own := self(tb) // last, and first when it ends: looking at the others is not part of it
	return func() time.Duration { return self(tb) - own + descendants() - others }
}

func self(tb testing.TB) time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		tb.Fatal(fmt.Errorf("read the processor time: %w", err))
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

func descendants() (sum time.Duration) {
	all := processes()
	for pid := range all {
		if pid != os.Getpid() && descends(all, pid) {
			sum += all[pid].used
		}
	}
	return sum
}

type processStat struct {
	parent int
	used   time.Duration // with what its own children used that have ended
}

func processes() map[int]processStat {
	out := map[int]processStat{}
	files, _ := filepath.Glob("/proc/[0-9]*/stat") // the pattern is well-formed
	for _, file := range files {
		text, err := os.ReadFile(file)
		_, rest, found := bytes.Cut(text, []byte(") ")) // the name before it may hold anything
		fields := bytes.Fields(rest)
		if err != nil || !found || len(fields) < 15 {
			continue // it ended meanwhile
		}
		pid := number([]byte(filepath.Base(filepath.Dir(file))))
		ticks := number(fields[11]) + number(fields[12]) + number(fields[13]) + number(fields[14])
		out[pid] = processStat{parent: number(fields[1]), used: time.Duration(ticks) * time.Second / ticksPerSecond}
	}
	return out
}

func number(text []byte) int {
	n, _ := strconv.Atoi(string(text)) // the kernel writes numbers
	return n
}

func descends(all map[int]processStat, pid int) bool {
	for pid > 1 {
		if pid == os.Getpid() {
			return true
		}
		pid = all[pid].parent
	}
	return false
}
