// Package logging sets up slog: text for people on a terminal, JSON lines for machines otherwise, and no secrets in either.
//
// What holds: an attribute whose key names a secret is printed as Redacted whatever its value, at any depth of groups; and a text that
// carries a secret in a known form, such as a bearer token or an access_token in a URL, is printed with that part redacted. Types that
// hold secrets should implement slog.LogValuer all the same: this is the net, not the rope.
package logging

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"time"

	"github.com/mattn/go-isatty"
)

// Format is how lines look.
type Format string

// The formats.
const (
	Auto Format = "auto" // Text on a terminal, JSON otherwise
	Text Format = "text"
	JSON Format = "json"
)

// ParseFormat reads a format as it is written in a configuration; empty is Auto.
func ParseFormat(s string) (Format, error) {
	switch f := Format(s); f {
	case "":
		return Auto, nil
	case Auto, Text, JSON:
		return f, nil
	default:
		return "", fmt.Errorf("log format %q is none of auto, text, json", s)
	}
}

// Options are how to log. The zero value logs from Info in the format that suits the writer.
type Options struct {
	Format Format
	Level  slog.Leveler // nil is Info
	// Now stamps lines with another clock's time, such as the virtual one; nil is the machine's.
	Now func() time.Time
	// Tail keeps the last lines beside what is printed; nil keeps none.
	Tail *Tail
}

// New makes a logger that writes to w.
func New(w io.Writer, o Options) *slog.Logger {
	options := &slog.HandlerOptions{Level: o.Level, ReplaceAttr: replace}
	var handler slog.Handler
	if o.Format == Text || (o.Format != JSON && isTerminal(w)) {
		handler = slog.NewTextHandler(w, options)
	} else {
		handler = slog.NewJSONHandler(w, options)
	}
	if o.Tail != nil {
		handler = tailed{Handler: handler, tail: o.Tail}
	}
	if o.Now != nil {
		handler = stamped{handler, o.Now}
	}
	return slog.New(redacting{handler})
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && isatty.IsTerminal(f.Fd())
}

// stamped sets the time of each line.
type stamped struct {
	slog.Handler
	now func() time.Time
}

// Handle is slog.Handler's.
func (s stamped) Handle(ctx context.Context, r slog.Record) error {
	r.Time = s.now()
	return s.Handler.Handle(ctx, r)
}

// WithAttrs is slog.Handler's.
func (s stamped) WithAttrs(attrs []slog.Attr) slog.Handler {
	return stamped{s.Handler.WithAttrs(attrs), s.now}
}

// WithGroup is slog.Handler's.
func (s stamped) WithGroup(name string) slog.Handler {
	return stamped{s.Handler.WithGroup(name), s.now}
}
