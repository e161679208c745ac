package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/agente-ceo/agente-ceo/platforms/sandbox/journal"
	"github.com/agente-ceo/agente-ceo/runtime/clock"
)

func (a *App) journalPath() string { return filepath.Join(a.cfg.DataDir, "sandbox.journal") }

// resumeAt is where the sandbox's clock goes on: the last moment that the business or its world wrote down, so that time never goes
// back; today at midnight when there is none.
func (a *App) resumeAt(ctx context.Context) (time.Time, error) {
	business, err := a.db.LastMoment(ctx)
	if err != nil {
		return time.Time{}, err
	}
	world, err := journal.Last(a.journalPath())
	if err != nil {
		return time.Time{}, err
	}
	if world.After(business) {
		business = world
	}
	if business.IsZero() {
		return clock.System{}.Now().Truncate(24 * time.Hour), nil
	}
	return business, nil
}

// firstMoment is when the sandbox's world began: its products and prices follow from it and the seed, so it is kept beside the journal.
func (a *App) firstMoment() (time.Time, error) {
	path := filepath.Join(a.cfg.DataDir, "sandbox.start")
	text, err := os.ReadFile(path)
	if err == nil {
		first, err := time.Parse(time.RFC3339, strings.TrimSpace(string(text)))
		if err != nil {
			return time.Time{}, fmt.Errorf("read when the sandbox began from %s: %w", path, err)
		}
		return first, nil
	}
	if !os.IsNotExist(err) {
		return time.Time{}, fmt.Errorf("read when the sandbox began: %w", err)
	}
	first := a.clock.Now().Truncate(24 * time.Hour)
	if err := os.WriteFile(path, []byte(first.Format(time.RFC3339)+"\n"), 0o600); err != nil {
		return time.Time{}, fmt.Errorf("keep when the sandbox began: %w", err)
	}
	return first, nil
}
