// Package torture stands between a program under test and what it talks to. Its proxies see every message on the wire, count it by class,
// and strike at a chosen one, before or after it is passed on: a test kills the program there. Nothing of it is in the product.
package torture

import (
	"errors"
	"fmt"
	"sync"
)

// Class is a kind of message on the wire, as far as a crash at it may differ from a crash at another.
type Class string

// Classes of messages. A transaction of the program ends with a PgCommit; what was sent before it is undone by a crash.
const (
	PgSend      Class = "pg_send"      // to Postgres: Parse, Bind, Execute and the like
	PgCommit    Class = "pg_commit"    // to Postgres: Sync or Query, after which the server acts
	PgAnswer    Class = "pg_answer"    // from Postgres: ReadyForQuery, the end of an answer
	WriteCall   Class = "write_call"   // to a platform: changes something
	WriteAnswer Class = "write_answer" // from a platform: the answer to it
	ReadCall    Class = "read_call"    // to a platform: changes nothing
	ReadAnswer  Class = "read_answer"
	HookCall    Class = "hook_call"   // from the shop to the program
	HookAnswer  Class = "hook_answer" // the program's answer to it
)

// Classes lists all classes in the order of tables.
func Classes() []Class {
	return []Class{PgSend, PgCommit, PgAnswer, WriteCall, WriteAnswer, ReadCall, ReadAnswer, HookCall, HookAnswer}
}

// Point is where to strike: at the N-th message of a class, counted from 1, before or after it was passed on.
type Point struct {
	Class Class
	N     int64
	After bool
}

// String is "write_call#3 after".
func (p Point) String() string {
	when := "before"
	if p.After {
		when = "after"
	}
	return fmt.Sprintf("%s#%d %s", p.Class, p.N, when)
}

// errStruck ends the forwarding of a wire that was struck.
var errStruck = errors.New("the wire was struck")

// Wire is one life of the program: what it says and hears until it is struck. It is safe for use by several goroutines.
type Wire struct {
	point  Point
	strike func()

	mu     sync.Mutex
	counts map[Class]int64
	dead   bool
	what   string
	struck chan struct{}
}

// NewWire makes the wire of one life. strike is called once, when the point is reached; nothing passes afterwards. The zero Point never
// strikes.
func NewWire(point Point, strike func()) *Wire {
	return &Wire{point: point, strike: strike, counts: map[Class]int64{}, struck: make(chan struct{})}
}

// Struck is closed when the point was reached and strike has returned.
func (w *Wire) Struck() <-chan struct{} { return w.struck }

// What names the message that was struck, "" before.
func (w *Wire) What() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.what
}

// Counts says how many messages of each class were seen.
func (w *Wire) Counts() map[Class]int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := map[Class]int64{}
	for class, n := range w.counts {
		out[class] = n
	}
	return out
}

// Cut lets nothing pass from now on, without a strike.
func (w *Wire) Cut() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.dead = true
}

// pass counts a message and passes it on, unless the wire was struck before, or is struck at it.
func (w *Wire) pass(class Class, what string, forward func() error) error {
	w.mu.Lock()
	if w.dead {
		w.mu.Unlock()
		return errStruck
	}
	w.counts[class]++
	hit := w.point.Class == class && w.point.N == w.counts[class]
	if hit && !w.point.After {
		w.hit(what)
		w.mu.Unlock()
		return errStruck
	}
	w.mu.Unlock()
	err := forward()
	if !hit {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.dead {
		w.hit(what)
	}
	return errStruck
}

// hit strikes; the lock is held, so that nothing overtakes it.
func (w *Wire) hit(what string) {
	w.dead, w.what = true, what
	w.strike()
	close(w.struck)
}
