package main

import (
	"context"
	"encoding/hex"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"

	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/domain/views"
	"github.com/agente-ceo/agente-ceo/persistence"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
	"github.com/agente-ceo/agente-ceo/runtime/logging"
)

// node is how this process is called where people look at it: as its machine.
func (a *App) node() string {
	name, err := os.Hostname()
	if err != nil || name == "" {
		return "agente-ceo"
	}
	return name
}

// engine tells people what this process knows of itself.
type engine struct {
	app       *App
	verifying sync.Mutex
}

// Self names the process.
func (e *engine) Self() views.NodeSelf {
	return views.NodeSelf{Name: e.app.node(), Version: version, Go: runtime.Version(), Started: e.app.began.UTC()}
}

// Quotas is how much of the platforms' limits on calls is used, by courier.
func (e *engine) Quotas() map[string]views.Quota {
	out := map[string]views.Quota{}
	for id, port := range e.app.outside.couriers {
		if port.quota == nil {
			continue
		}
		if q := port.quota(); !q.At.IsZero() {
			out[id] = views.Quota{Percent: q.Percent, At: q.At.UTC(), RestUntil: q.RestUntil().UTC()}
		}
	}
	return out
}

// Logs are the newest lines of this process's log.
func (e *engine) Logs(level string, after int64, most int) ([]views.LogLine, int64) {
	var from slog.Level
	if err := from.UnmarshalText([]byte(level)); err != nil {
		from = slog.LevelInfo
	}
	kept, last := e.app.opts.Logs.Lines(from, after, most)
	out := make([]views.LogLine, len(kept))
	for i, l := range kept {
		out[i] = lineOf(l)
	}
	return out, last
}

func lineOf(l logging.Line) views.LogLine {
	line := views.LogLine{Seq: l.Seq, At: l.At.UTC(), Level: strings.ToLower(l.Level.String()), Text: l.Text, Attrs: make([]views.Detail, len(l.Attrs))}
	for i, a := range l.Attrs {
		line.Attrs[i] = views.Detail{Name: a.Key, Value: a.Value}
	}
	return line
}

// Anchors are the ends of the audit log that were noted beside the database.
func (e *engine) Anchors() (views.Anchors, error) {
	if e.app.anchors == nil {
		return views.Anchors{}, nil
	}
	file := anchorFile(e.app.cfg)
	noted, err := file.Read(0)
	if err != nil {
		return views.Anchors{}, err
	}
	out := views.Anchors{File: filepath.Base(file.Path), Count: int64(len(noted))}
	if len(noted) > 0 {
		last := noted[len(noted)-1]
		at := last.At.UTC()
		out.Line, out.Hash, out.At = last.Seq, hex.EncodeToString(last.Hash), &at
	}
	return out, nil
}

// VerifyAudit checks the whole audit log, and notes in it what was found. It goes on when whoever asked has left.
func (e *engine) VerifyAudit(ctx context.Context, by string) (v views.AuditVerdict, err error) {
	if !e.verifying.TryLock() {
		return v, fault.Refuse("verifying", "The audit log is being verified already.")
	}
	defer e.verifying.Unlock()
	ctx = context.WithoutCancel(ctx)
	lines, anchors, err := proveAudit(ctx, e.app.cfg, e.app.db, 1)
	v = views.AuditVerdict{Whole: err == nil, Through: lines, Anchors: int64(anchors), By: by, At: e.app.clock.Now().UTC()}
	action, reason := "audit_verified", "Every line follows from the one before it, and agrees with what was noted outside of the database."
	var broken *persistence.AuditBreak
	switch {
	case errors.As(err, &broken):
		action, reason, v.Through = "audit_broken", broken.Error(), broken.Seq-1
		v.Problem = reason
		e.app.log.ErrorContext(ctx, "audit log was found broken", "line", broken.Seq, logging.Error, broken.Why)
	case err != nil:
		return v, err
	}
	line := actorkit.Audit{Action: action, Subject: "audit_log", Reason: reason, By: by, Figures: []actorkit.Figure{
		{Name: "through", Value: strconv.FormatInt(v.Through, 10)}, {Name: "anchors", Value: strconv.FormatInt(v.Anchors, 10)},
	}}
	return v, e.app.db.WriteAudit(ctx, "dashboard", []actorkit.Audit{line}, v.At)
}
