package clock

import (
	"context"
	"sync"
)

// Inline is an executor that runs a function before Go returns. Virtual is the better one for actors, as it lets the message
// that is being handled finish first.
type Inline struct{}

// Go runs fn.
func (Inline) Go(fn func()) { fn() }

// Pool is an executor of at most n functions at a time. Go never blocks: what does not fit waits in order. Goroutines exist only
// while there is work.
type Pool struct {
	mu      sync.Mutex
	limit   int
	running int
	queue   []func()
	idle    []chan struct{}
}

// NewPool makes a pool of n; less than one counts as one.
func NewPool(n int) *Pool { return &Pool{limit: max(1, n)} }

// Go runs fn on a goroutine of the pool as soon as one is free. A panic of fn is not caught.
func (p *Pool) Go(fn func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.running == p.limit {
		p.queue = append(p.queue, fn)
		return
	}
	p.running++
	go p.work(fn)
}

func (p *Pool) work(fn func()) {
	for fn != nil {
		fn()
		fn = p.next()
	}
}

// next takes the longest-waiting function, or retires the goroutine.
func (p *Pool) next() func() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.queue) > 0 {
		fn := p.queue[0]
		p.queue[0] = nil
		p.queue = p.queue[1:]
		return fn
	}
	p.running--
	if p.running == 0 {
		for _, ch := range p.idle {
			close(ch)
		}
		p.idle = nil
	}
	return nil
}

// Load is how many functions are running and how many wait.
func (p *Pool) Load() (running, waiting int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.running, len(p.queue)
}

// Wait returns when nothing runs and nothing waits, or with the context's error.
func (p *Pool) Wait(ctx context.Context) error {
	p.mu.Lock()
	if p.running == 0 {
		p.mu.Unlock()
		return nil
	}
	ch := make(chan struct{})
	p.idle = append(p.idle, ch)
	p.mu.Unlock()
	select {
	case <-ch:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
