package faults

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"strings"
	"sync"
	"time"
)

// Fault is a line of a script. The zero values of all but Kind mean: everywhere, always, every time.
type Fault struct {
	Kind Kind `json:"kind"`
	// Where is words that must all be in the call: method, path, query and the beginning of its body. "/meta POST /adsets".
	// For mail and people it is the name of the platform, for webhooks the topic.
	Where string    `json:"where,omitempty"`
	From  time.Time `json:"from,omitzero"`
	Until time.Time `json:"until,omitzero"`
	// Share of the calls that it happens to, 0 to 1; 0 means all.
	Share float64 `json:"share,omitempty"`
	// Times is how often it happens; 0 means as often as it can.
	Times int `json:"times,omitempty"`
	// Field is what dropped_field, null_field and wrong_value_type do their work on; empty: the id that the service gives.
	Field string `json:"field,omitempty"`
	// Minutes is how far list_lag lags; 0 means 30.
	Minutes int `json:"minutes,omitempty"`

	line int // of the script, from 0
}

// Plan decides the fate of calls, webhooks, mails and campaigns. Its randomness is drawn in the order of arrival, so that a client that
// works one call at a time meets the same faults again. It is safe for use by several goroutines; a nil *Plan does nothing.
type Plan struct {
	mu     sync.Mutex
	now    func() time.Time
	script []Fault
	used   []int // by line of the script
	random *rand.Rand
	counts map[Kind]int64
	memory *memory
	held   *heldHook
	people map[string]bool // what was done to a campaign already
}

// New makes a plan. It panics on a script that Set would refuse, as that is a mistake in the code.
func New(seed uint64, script ...Fault) *Plan {
	p := &Plan{now: func() time.Time { return time.Time{} }, random: rand.New(rand.NewPCG(seed, 0x6661756c7473)), counts: map[Kind]int64{}, memory: newMemory(), people: map[string]bool{}}
	if err := p.Set(script); err != nil {
		panic("faults: " + err.Error())
	}
	return p
}

// Begin tells the plan the world's clock.
func (p *Plan) Begin(now func() time.Time) {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.now = now
}

// Set replaces the script; what has happened stays counted.
func (p *Plan) Set(script []Fault) error {
	for i, f := range script {
		if err := f.check(); err != nil {
			return fmt.Errorf("line %d: %w", i+1, err)
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.script, p.used = append([]Fault{}, script...), make([]int, len(script))
	return nil
}

// Script is what is in force.
func (p *Plan) Script() []Fault {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]Fault{}, p.script...)
}

// Counts says how often each kind has happened.
func (p *Plan) Counts() map[Kind]int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return maps.Clone(p.counts)
}

// Greedy reports whether platforms charge the most that they may.
func (p *Plan) Greedy() bool {
	if p == nil {
		return false
	}
	for _, f := range p.Script() {
		if f.Kind == Greedy {
			return true
		}
	}
	return false
}

// draw is the fault that happens to something of the scopes, described by text; false for none. The line that comes first wins.
func (p *Plan) draw(text string, wanted ...scope) (Fault, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	for i, f := range p.script {
		if !isOneOf(scopes[f.Kind], wanted) || now.Before(f.From) || !f.Until.IsZero() && !now.Before(f.Until) || f.Times > 0 && p.used[i] >= f.Times {
			continue
		}
		if !describes(f.Where, text) || !suits(f.Kind, text) {
			continue
		}
		if f.Share > 0 && p.random.Float64() >= f.Share {
			continue
		}
		p.used[i]++
		f.line = i
		return f, true
	}
	return Fault{}, false
}

// missed takes back that a fault happened to an answer that it means nothing to.
func (p *Plan) missed(f Fault) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if f.line < len(p.used) && p.used[f.line] > 0 {
		p.used[f.line]--
	}
}

// happened counts a fault that had an effect.
func (p *Plan) happened(k Kind) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.counts[k]++
}

func isOneOf(s scope, list []scope) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

func describes(where, text string) bool {
	for _, word := range strings.Fields(where) {
		if !strings.Contains(text, word) {
			return false
		}
	}
	return true
}

// suits leaves calls alone to which a kind means nothing.
func suits(k Kind, text string) bool {
	switch k {
	case FrozenMetrics, MetricsFall, MetricsRevised, LateReports:
		return isReport(text)
	case StaleStatus:
		return strings.HasPrefix(text, "GET ") && !isReport(text)
	case SupplierRefuses, DuplicateOrder:
		return strings.Contains(text, "order.create")
	case ModelGarbage, ModelInjection, ModelTimeout:
		return strings.Contains(text, " /llm/")
	}
	return true
}

func isReport(text string) bool {
	return strings.Contains(text, "/insights") || strings.Contains(text, "/report/") || strings.Contains(text, "metrics.")
}
