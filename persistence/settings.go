package persistence

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/domain/views"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
)

// SavedSettings is the newest version of what was saved from the dashboard; version 0 and nothing before anything was.
func (db *DB) SavedSettings(ctx context.Context) (version int64, saved map[string]string, err error) {
	err = db.pool.QueryRow(ctx, statement("settings_newest")).Scan(&version, &saved)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, map[string]string{}, nil
	}
	return version, saved, classify("read the saved settings", err)
}

// SaveSettings keeps a new version, whole. When base is not the newest version any more, it is fault Refused "version_conflict".
func (db *DB) SaveSettings(ctx context.Context, base int64, saved map[string]string, reason, by string, now time.Time) (int64, error) {
	newest, before, err := db.SavedSettings(ctx)
	if err != nil {
		return 0, err
	}
	conflict := fault.Refuse("version_conflict", "The settings were changed meanwhile: load them again.")
	if newest != base {
		return 0, conflict
	}
	edits, figures := edited(before, saved)
	d := deed{action: "settings_changed", subject: "settings", reason: reason, by: by, at: now, figures: figures}
	done, err := db.record(ctx, d, func(tx pgx.Tx) (bool, error) {
		return changes(ctx, tx, "settings_add", base+1, cleanMap(saved), edits, clean(reason), by, now)
	})
	if err == nil && !done {
		err = conflict
	}
	return base + 1, err
}

func edited(before, after map[string]string) (map[string]views.Edited, []actorkit.Figure) {
	keys := maps.Clone(before)
	if keys == nil {
		keys = map[string]string{}
	}
	maps.Copy(keys, after)
	edits, figures := map[string]views.Edited{}, []actorkit.Figure(nil)
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		if before[key] != after[key] {
			edits[clean(key)] = views.Edited{From: clean(before[key]), To: clean(after[key])}
			figures = append(figures, actorkit.Figure{Name: key, Value: before[key] + " → " + after[key]})
		}
	}
	return edits, figures
}

// SettingsHistory lists saved versions, newest first.
func (db *DB) SettingsHistory(ctx context.Context, limit int) ([]views.SettingsVersion, error) {
	return all[views.SettingsVersion](ctx, db, "settings_history", limit)
}
