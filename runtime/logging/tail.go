package logging

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"
)

// Line is one line of the log as it was printed: without secrets.
type Line struct {
	Seq   int64 // 1 for the first line of the process
	At    time.Time
	Level slog.Level
	Text  string
	Attrs []Attr
}

// Attr is an attribute as text; groups are part of the key, with dots.
type Attr struct{ Key, Value string }

// Tail keeps the last lines of a log in memory, in a ring of fixed size. It is safe for concurrent use; nil keeps nothing.
type Tail struct {
	mu   sync.Mutex
	ring []Line
	last int64
}

// longest is how many bytes of a text or value a Tail keeps: a stack must not fill the memory.
const longest = 2000

// NewTail keeps so many lines, at least one.
func NewTail(lines int) *Tail { return &Tail{ring: make([]Line, 0, max(lines, 1))} }

// Lines are those from a level on that came after a number (0: all that are kept), the newest most of them, oldest first; last is the
// number of the newest line of any level.
func (t *Tail) Lines(from slog.Level, after int64, most int) (lines []Line, last int64) {
	if t == nil {
		return nil, 0
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	for seq := t.last; seq > max(after, t.last-int64(len(t.ring))) && len(lines) < most; seq-- {
		if line := t.ring[(seq-1)%int64(cap(t.ring))]; line.Level >= from {
			lines = append(lines, line)
		}
	}
	slices.Reverse(lines)
	return lines, t.last
}

func (t *Tail) keep(l Line) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.last++
	l.Seq = t.last
	if len(t.ring) < cap(t.ring) {
		t.ring = append(t.ring, l)
		return
	}
	t.ring[(l.Seq-1)%int64(cap(t.ring))] = l
}

// tailed copies each line into a Tail on its way to what prints it.
type tailed struct {
	slog.Handler
	tail   *Tail
	groups []string
	attrs  []Attr
}

// Handle is slog.Handler's.
func (h tailed) Handle(ctx context.Context, r slog.Record) error {
	line := Line{At: r.Time, Level: r.Level, Text: clip(Redact(r.Message)), Attrs: slices.Clone(h.attrs)}
	r.Attrs(func(a slog.Attr) bool {
		line.Attrs = flat(line.Attrs, h.groups, a)
		return true
	})
	h.tail.keep(line)
	return h.Handler.Handle(ctx, r)
}

// WithAttrs is slog.Handler's.
func (h tailed) WithAttrs(attrs []slog.Attr) slog.Handler {
	kept := slices.Clone(h.attrs)
	for _, a := range attrs {
		kept = flat(kept, h.groups, a)
	}
	return tailed{h.Handler.WithAttrs(attrs), h.tail, h.groups, kept}
}

// WithGroup is slog.Handler's.
func (h tailed) WithGroup(name string) slog.Handler {
	return tailed{h.Handler.WithGroup(name), h.tail, append(slices.Clone(h.groups), name), h.attrs}
}

// flat adds an attribute, each member of a group by itself, without its secrets.
func flat(into []Attr, groups []string, a slog.Attr) []Attr {
	a.Value = a.Value.Resolve()
	if a.Value.Kind() == slog.KindGroup {
		inner := groups
		if a.Key != "" {
			inner = append(slices.Clone(groups), a.Key)
		}
		for _, member := range a.Value.Group() {
			into = flat(into, inner, member)
		}
		return into
	}
	if a.Equal(slog.Attr{}) {
		return into
	}
	key := ""
	for _, group := range groups {
		key += group + "."
	}
	return append(into, Attr{Key: key + a.Key, Value: clip(replace(groups, a).Value.String())})
}

func clip(s string) string {
	if len(s) <= longest {
		return s
	}
	return strings.ToValidUTF8(s[:longest], "") + "…"
}
