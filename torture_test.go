package main

import (
	"bufio"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/agente-ceo/agente-ceo/runtime/torture"
)

// crashesPerRun is how often one business is killed before it is left in peace and judged.
const crashesPerRun = 5

// likely says how often each class is chosen, in hundredths, and about how many messages of it one life has.
var likely = []struct {
	class  torture.Class
	share  int
	number int64
}{
	{torture.PgCommit, 24, 300}, {torture.PgAnswer, 12, 300}, {torture.PgSend, 12, 2000}, {torture.WriteCall, 20, 20}, {torture.WriteAnswer, 16, 20},
	{torture.ReadCall, 4, 20}, {torture.ReadAnswer, 4, 20}, {torture.HookCall, 4, 2}, {torture.HookAnswer, 4, 2},
}

// stages are the moments in a business's life at which it is tortured: as its first campaigns are published, and, with ten times the caps,
// as renewals, stops, orders and insights come together.
func stages(t *testing.T) map[string]*stage {
	t.Helper()
	return map[string]*stage{
		"launch": prepareStage(t, "launch", "7", 50*time.Minute),
		"orders": prepareStage(t, "orders", "7", 49*time.Hour+10*time.Minute,
			"AGENTE_CAPS_DAILY=3000", "AGENTE_CAPS_WEEKLY=15000", "AGENTE_CAMPAIGNS_PER_CYCLE=6"),
	}
}

// drawPoint chooses where a life ends: early messages more often, as all lives have those. Half of the points after the first of a run
// are so early that they fall into the recovery from the one before.
func drawPoint(r *rand.Rand, recovering bool) torture.Point {
	dice := r.IntN(100)
	for _, l := range likely {
		if dice -= l.share; dice >= 0 {
			continue
		}
		u := r.Float64()
		most := l.number
		if recovering {
			most = max(3, most/6)
		}
		return torture.Point{Class: l.class, N: 1 + int64(float64(most)*u*u), After: r.IntN(2) == 1}
	}
	panic("the shares do not add up to a hundred")
}

// matrix counts crashes by where they happened.
type matrix struct {
	mu     sync.Mutex
	rows   map[string]*crashCount
	points int
	timed  int           // killed at a moment instead, as the message did not come
	slow   time.Duration // the longest time until ready again
	runs   int
	failed []string
}

type crashCount struct{ before, after, recovering int }

func (x *matrix) add(p torture.Point, recovering bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	row := x.rows[string(p.Class)]
	if row == nil {
		row = &crashCount{}
		x.rows[string(p.Class)] = row
	}
	x.points++
	if p.After {
		row.after++
	} else {
		row.before++
	}
	if recovering {
		row.recovering++
	}
}

// String is the crash matrix as it is printed.
func (x *matrix) String() string {
	x.mu.Lock()
	defer x.mu.Unlock()
	var b strings.Builder
	fmt.Fprintf(&b, "crash matrix: %d points in %d runs, %d kills at a moment, slowest ready %d ms, %d runs failed\n", x.points, x.runs, x.timed, x.slow.Milliseconds(), len(x.failed))
	fmt.Fprintf(&b, "| %-12s | %6s | %6s | %15s |\n|---|---|---|---|\n", "message", "before", "after", "before ready")
	for _, class := range torture.Classes() {
		if row := x.rows[string(class)]; row != nil {
			fmt.Fprintf(&b, "| %-12s | %6d | %6d | %15d |\n", class, row.before, row.after, row.recovering)
		}
	}
	return b.String()
}

func TestTorture_CrashPoints(t *testing.T) {
	points := sizeOf(t, "TORTURE_POINTS", 150)
	prepared := stages(t)
	theWorldIsReplayedExactly(t, prepared["orders"])
	x := &matrix{rows: map[string]*crashCount{}}
	t.Run("runs", func(t *testing.T) {
		for _, c := range crashRuns(t, points) {
			t.Run(fmt.Sprintf("%s_%d", c.stage, c.seed), func(t *testing.T) {
				t.Parallel()
				crashRun(t, prepared[c.stage], c.seed, x)
			})
		}
	})
	t.Log(x)
	fmt.Print(x)
	if x.points < points {
		t.Errorf("only %d of %d points were reached", x.points, points)
	}
}

// theWorldIsReplayedExactly compares a world with the one that its journal makes, on which every torture rests, and every restart of serve.
func theWorldIsReplayedExactly(t *testing.T, s *stage) {
	t.Helper()
	cfg := s.cfg
	cfg.SandboxAddr = "127.0.0.1:0"
	w, err := openWorld(worldOptions{
		cfg: cfg, start: simulationStart, now: func() time.Time { return s.at }, journalPath: filepath.Join(s.copyOf(t), "sandbox.journal"),
		webhooks: "http://127.0.0.1:9/", log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	defer w.close()
	if again := looks(w); again != s.left {
		t.Errorf("the replayed world differs:\n%s\nwas\n%s", again, s.left)
	}
}

type crashSeed struct {
	stage string
	seed  uint64
}

// crashRuns lists the runs that once failed, and as many more as it takes.
func crashRuns(t *testing.T, points int) []crashSeed {
	t.Helper()
	var out []crashSeed
	lines := bufio.NewScanner(strings.NewReader(read(t, "runtime/torture/testdata/crashes.txt")))
	for lines.Scan() {
		var c crashSeed
		if _, err := fmt.Sscan(lines.Text(), &c.stage, &c.seed); err == nil && !strings.HasPrefix(lines.Text(), "#") {
			out = append(out, c)
		}
	}
	first := uint64(sizeOf(t, "TORTURE_FIRST", 1))
	names := []string{"launch", "orders"}
	// Some points do not come: five runs are given for four.
	for n := uint64(0); len(out)*crashesPerRun*4/5 < points; n++ {
		c := crashSeed{names[n%2], first + n}
		if !slices.Contains(out, c) {
			out = append(out, c)
		}
	}
	return out
}

// crashRun kills one business again and again, leaves it in peace for a while, and judges.
func crashRun(t *testing.T, s *stage, seed uint64, x *matrix) {
	r := seeded(seed)
	m := newTorment(t, s)
	var story []string
	for n := range crashesPerRun {
		point := drawPoint(r, n > 0 && r.IntN(2) == 0)
		p, w := m.begin(point)
		took, ready, struck := m.awaitReady(p, w)
		if !struck {
			mustBeReady(t, story, took, ready)
			pause(2*time.Second, w.Struck())
		}
		select {
		case <-w.Struck():
			story = append(story, fmt.Sprintf("%s (%s)", point, w.What()))
			x.add(point, !ready)
		default:
			story = append(story, fmt.Sprintf("at a moment, as %s did not come", point))
			x.mu.Lock()
			x.timed++
			x.mu.Unlock()
		}
		w.Cut()
		p.kill()
	}
	p, w := m.begin(torture.Point{})
	took, ready, _ := m.awaitReady(p, w)
	mustBeReady(t, story, took, ready)
	x.mu.Lock()
	x.runs, x.slow = x.runs+1, max(x.slow, took)
	x.mu.Unlock()
	pause(5 * time.Second)
	m.rest()
	problems := append(m.watch.judge(), (&loop{t: t, db: m.watch.db}).notFrozen()...)
	if len(problems) == 0 {
		return
	}
	x.mu.Lock()
	x.failed = append(x.failed, fmt.Sprintf("%s %d", s.name, seed))
	x.mu.Unlock()
	t.Errorf("stage %s, seed %d (keep it in runtime/torture/testdata/crashes.txt)\nkilled %s\n%s", s.name, seed, strings.Join(story, "\n       "), strings.Join(problems, "\n"))
}

func mustBeReady(t *testing.T, story []string, took time.Duration, ready bool) {
	t.Helper()
	if !ready || took > readyWithin {
		t.Errorf("ready %t after %s, want within %s, after %v", ready, took, readyWithin, story)
	}
}
