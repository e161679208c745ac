package main

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"sync"
	"time"

	"github.com/agente-ceo/agente-ceo/configs"
	"github.com/agente-ceo/agente-ceo/persistence"
	"github.com/agente-ceo/agente-ceo/runtime/clock"
)

// anchorEvery is how often, in real time, the end of the audit log is noted beside the database at most.
const anchorEvery = 10 * time.Minute

// anchors notes the end of the audit log in a file of the data directory, and in the log of the program.
type anchors struct {
	app *App

	mu   sync.Mutex
	last persistence.AuditAnchor
	due  time.Time
}

func anchorFile(cfg configs.Config) persistence.AnchorFile {
	return persistence.AnchorFile{Path: filepath.Join(cfg.DataDir, "audit.anchors")}
}

// look notes the end if it is time. It is one of the things that the housekeeper tries every few minutes.
func (a *anchors) look(ctx context.Context) error {
	now := clock.System{}.Now()
	a.mu.Lock()
	defer a.mu.Unlock()
	if now.Before(a.due) {
		return nil
	}
	if err := a.note(ctx); err != nil {
		return err
	}
	a.due = now.Add(anchorEvery)
	return nil
}

// close notes the last end, so that nothing is left open while the program does not run.
func (a *anchors) close(ctx context.Context) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.note(ctx)
}

func (a *anchors) note(ctx context.Context) error {
	head, err := a.app.db.AuditHead(ctx, a.app.clock.Now())
	if err != nil || head.Seq == a.last.Seq {
		return err
	}
	if err := anchorFile(a.app.cfg).Append(head); err != nil {
		return err
	}
	a.last = head
	a.app.log.Info("audit log was anchored", "line", head.Seq, "hash", fmt.Sprintf("%x", head.Hash))
	return nil
}

// verifyAudit proves the chain, and that its end is not older than it was.
func verifyAudit(ctx context.Context, out io.Writer, cfg configs.Config, db *persistence.DB, from int64) error {
	if from < 1 {
		return fmt.Errorf("%w: the audit log begins at line 1", errUsage)
	}
	head, err := db.AuditHead(ctx, clock.System{}.Now())
	if err != nil {
		return err
	}
	lines, noted, err := proveAudit(ctx, cfg, db, from)
	if err != nil {
		return err
	}
	if from > 1 && from > head.Seq {
		return fmt.Errorf("%w: there is no line %d, the audit log ends at line %d", errUsage, from, head.Seq)
	}
	_, err = fmt.Fprintf(out, "the audit log is whole: %d lines, %d anchors\n", lines, noted)
	return err
}

// proveAudit follows the chain from a line on and compares it with the anchors; it says how many lines and anchors hold.
func proveAudit(ctx context.Context, cfg configs.Config, db *persistence.DB, from int64) (lines int64, anchors int, err error) {
	noted, err := anchorFile(cfg).Read(from)
	if err != nil {
		return 0, 0, err
	}
	if lines, err = db.VerifyAudit(ctx, from); err != nil {
		return lines, 0, err
	}
	return lines, len(noted), db.VerifyAnchors(ctx, noted)
}
