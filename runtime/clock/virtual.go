package clock

import (
	"container/heap"
	"context"
	"sync"
	"time"
)

// Virtual is a world on one goroutine: a queue of functions, and timers that fire when the queue is empty.
//
// It is at once a Clock, the Dispatcher of all actors (Schedule, Throughput) and the Executor of their slow work (Go). Whoever
// calls RunUntil, Settle or External drives it and is the one goroutine on which mailboxes, timers and slow work run; time stands
// still while anything is queued. Timers fire one at a time in the order (time, owner, order of setting), each with all its
// consequences before the next. So a run depends on nothing but what was put in, and the same seed gives the same journal.
//
// The methods that put something in may be called from any goroutine: an HTTP handler that a blocked driver waits for may send
// messages. Driving from within what is being driven is a bug and panics.
type Virtual struct {
	mu     sync.Mutex
	work   sync.Cond
	now    time.Time
	seq    uint64
	queue  fifo
	idle   fifo
	timers timerHeap
	driver sync.Mutex
}

// NewVirtual makes a world that stands at start.
func NewVirtual(start time.Time) *Virtual {
	v := &Virtual{now: start.UTC()}
	v.work.L = &v.mu
	return v
}

// Now is the virtual time.
func (v *Virtual) Now() time.Time {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.now
}

// At calls fn on the driver's goroutine when the world reaches t.
func (v *Virtual) At(t time.Time, owner string, fn func()) Timer {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.seq++
	timer := &virtualTimer{world: v, at: t, owner: owner, seq: v.seq, fn: fn}
	heap.Push(&v.timers, timer)
	return timer
}

// Schedule appends fn to the queue. It is the Dispatcher's half that mailboxes call.
func (v *Virtual) Schedule(fn func()) {
	v.mu.Lock()
	v.queue.push(fn)
	v.mu.Unlock()
	v.work.Signal()
}

// Throughput is how many messages a mailbox handles before it yields; there is nobody to yield to.
func (v *Virtual) Throughput() int { return 1 << 30 }

// Go appends fn to the queue, so that slow work runs inline, after the message that asked for it.
func (v *Virtual) Go(fn func()) { v.Schedule(fn) }

// WhenIdle calls fn on the driver's goroutine once the queue is empty. Answers to goroutines outside are released by it, one at a
// time: what they do next then comes after all consequences of what they did before, not somewhere among them.
func (v *Virtual) WhenIdle(fn func()) {
	v.mu.Lock()
	v.idle.push(fn)
	v.mu.Unlock()
	v.work.Signal()
}

// Settle runs everything that is queued, and what follows from it, without letting time pass.
func (v *Virtual) Settle() {
	defer v.drive()()
	v.drain()
}

// RunUntil settles, and then fires timer after timer up to and including t, settling after each. It ends at t, or where the
// context was cancelled with the context's error; a t in the past only settles.
func (v *Virtual) RunUntil(ctx context.Context, t time.Time) error {
	defer v.drive()()
	for {
		v.drain()
		if err := ctx.Err(); err != nil {
			return err
		}
		fn := v.nextTimer(t)
		if fn == nil {
			return nil
		}
		fn()
	}
}

// External runs fn on a goroutine of its own and drives the world, without letting time pass, until fn has returned and the world
// has settled. It is how API calls that ask actors are made inside virtual time. It returns the context's error when that ends
// first; fn should watch the same context.
func (v *Virtual) External(ctx context.Context, fn func()) error {
	defer v.drive()()
	done := false
	go func() {
		defer func() {
			v.mu.Lock()
			done = true
			v.mu.Unlock()
			v.work.Broadcast()
		}()
		fn()
	}()
	defer context.AfterFunc(ctx, func() {
		v.mu.Lock() // so that the wake-up cannot fall between the check in wait and its sleep
		defer v.mu.Unlock()
		v.work.Broadcast()
	})()
	for {
		v.drain()
		if v.wait(ctx, &done) {
			v.drain()
			return ctx.Err()
		}
	}
}

// wait sleeps until there is something to drain; it reports true when the outside is done or given up.
func (v *Virtual) wait(ctx context.Context, done *bool) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	for v.queue.len() == 0 && v.idle.len() == 0 {
		if *done || ctx.Err() != nil {
			return true
		}
		v.work.Wait()
	}
	return false
}

// Pending is how many functions are queued and how many timers are set.
func (v *Virtual) Pending() (queued, timers int) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.queue.len() + v.idle.len(), len(v.timers)
}

func (v *Virtual) drive() (release func()) {
	if !v.driver.TryLock() {
		panic("clock: a virtual world was driven twice at once, or from within")
	}
	return v.driver.Unlock
}

func (v *Virtual) drain() {
	for fn := v.next(); fn != nil; fn = v.next() {
		fn()
	}
}

func (v *Virtual) next() func() {
	v.mu.Lock()
	defer v.mu.Unlock()
	if fn := v.queue.pop(); fn != nil {
		return fn
	}
	return v.idle.pop()
}

// nextTimer advances to the earliest timer up to t and takes it; with none left it advances to t and returns nil.
func (v *Virtual) nextTimer(t time.Time) func() {
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.timers) == 0 || v.timers[0].at.After(t) {
		if t.After(v.now) {
			v.now = t.UTC()
		}
		return nil
	}
	timer := heap.Pop(&v.timers).(*virtualTimer)
	if timer.at.After(v.now) {
		v.now = timer.at.UTC()
	}
	return timer.fn
}

type virtualTimer struct {
	world *Virtual
	at    time.Time
	owner string
	seq   uint64
	index int // in the heap, -1 once fired or stopped
	fn    func()
}

// Stop cancels the call and reports whether it had not fired yet.
func (t *virtualTimer) Stop() bool {
	t.world.mu.Lock()
	defer t.world.mu.Unlock()
	if t.index < 0 {
		return false
	}
	heap.Remove(&t.world.timers, t.index)
	return true
}

type timerHeap []*virtualTimer

// Len, Less, Swap, Push and Pop are heap.Interface.
func (h timerHeap) Len() int { return len(h) }

func (h timerHeap) Less(i, j int) bool {
	a, b := h[i], h[j]
	if !a.at.Equal(b.at) {
		return a.at.Before(b.at)
	}
	if a.owner != b.owner {
		return a.owner < b.owner
	}
	return a.seq < b.seq
}

func (h timerHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].index, h[j].index = i, j
}

func (h *timerHeap) Push(x any) {
	t := x.(*virtualTimer)
	t.index = len(*h)
	*h = append(*h, t)
}

func (h *timerHeap) Pop() any {
	last := len(*h) - 1
	t := (*h)[last]
	(*h)[last] = nil
	*h = (*h)[:last]
	t.index = -1
	return t
}

// fifo is a queue that reuses its space once it has run empty.
type fifo struct {
	items []func()
	head  int
}

func (q *fifo) len() int { return len(q.items) - q.head }

func (q *fifo) push(fn func()) {
	if q.head > 1024 && q.head*2 > len(q.items) {
		q.items = q.items[:copy(q.items, q.items[q.head:])]
		q.head = 0
	}
	q.items = append(q.items, fn)
}

func (q *fifo) pop() func() {
	if q.head == len(q.items) {
		q.items, q.head = q.items[:0], 0
		return nil
	}
	fn := q.items[q.head]
	q.items[q.head] = nil
	q.head++
	return fn
}
