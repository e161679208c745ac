package main

import (
	"fmt"
	"syscall"
	"testing"
	"time"

	"github.com/agente-ceo/agente-ceo/runtime/torture"
)

// TestTorture_TwoActivations runs the whole program twice on one database, so that every actor lives twice, and lets now the one and now the
// other stand still at random moments: between a decision and its commit, between a commit and the call that it intends.
func TestTorture_TwoActivations(t *testing.T) {
	seeds := sizeOf(t, "TORTURE_SEEDS", 2)
	prepared := stages(t)
	first := uint64(sizeOf(t, "TORTURE_FIRST", 1))
	for n := range uint64(seeds) {
		name := []string{"launch", "orders"}[n%2]
		t.Run(fmt.Sprintf("%s_%d", name, first+n), func(t *testing.T) {
			t.Parallel()
			liveTwice(t, prepared[name], first+n)
		})
	}
}

func liveTwice(t *testing.T, s *stage, seed uint64) {
	r := seeded(seed)
	m := newTorment(t, s)
	m.watch.shared = true
	one, wire := m.begin(torture.Point{})
	two := m.command(freeAddr(t), s.copyOf(t))
	m.launch(two)
	if _, ready, _ := m.awaitReady(one, wire); !ready {
		t.Fatal("the first one is not ready")
	}
	both, stopped := []*process{one, two}, 0
	for range 8 {
		p := both[r.IntN(2)]
		pause(time.Duration(20+r.IntN(400)) * time.Millisecond)
		if err := p.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
			t.Fatal(err)
		}
		stopped++
		pause(time.Duration(50+r.IntN(700)) * time.Millisecond)
		if err := p.cmd.Process.Signal(syscall.SIGCONT); err != nil {
			t.Fatal(err)
		}
	}
	pause(time.Second)
	two.kill()
	// Its actors wait out the pauses that the fight has brought them.
	if _, ready := waitFor(databaseBack, func() bool { return answers200("http://" + m.addr + "/readyz") }); !ready {
		t.Error("the one that is left is not ready")
	}
	l := &loop{t: t, db: m.watch.db}
	pause(4 * time.Second)
	waitFor(swept, func() bool { // what a succeeded activation let fall is sent again by the sweeper
		m.watch.mu.Lock()
		defer m.watch.mu.Unlock()
		return len(nothingStuck(l)) == 0
	})
	m.rest()
	problems := m.watch.judge()
	if n := l.number(`SELECT count(*) FROM actor_lease WHERE epoch > 2`); n == 0 {
		problems = append(problems, "no actor was activated by both: the test shows nothing")
	}
	for _, freeze := range l.notFrozen() {
		t.Logf("stage %s, seed %d: %s", s.name, seed, freeze) // it fails safe: half an hour passes while a program stands still
	}
	for _, problem := range problems {
		t.Errorf("stage %s, seed %d, after %d stops: %s", s.name, seed, stopped, problem)
	}
}
