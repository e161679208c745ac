package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/agente-ceo/agente-ceo/configs"
	"github.com/agente-ceo/agente-ceo/runtime/logging"
)

func newServe(c *common) *cobra.Command {
	cmd := &cobra.Command{
		Use: "serve", Short: "Run the business: database, actors, API and dashboard", Args: noArgs,
		Long: "Runs everything. The first interrupt drains and ends within ten seconds; a second one ends at once.",
		RunE: func(cmd *cobra.Command, _ []string) error { return c.serve(cmd.Context()) },
	}
	c.setting(cmd, "addr", "http.addr", "listen on `HOST:PORT` (default 127.0.0.1:8080)")
	c.setting(cmd, "data-dir", "data_dir", "keep the database, media and backups in `DIR` (default ./data)")
	c.setting(cmd, "world", "world", "sandbox or live (default sandbox)")
	c.setting(cmd, "mode", "mode", "dry_run, approval or auto (default auto in the sandbox, dry_run live)")
	c.setting(cmd, "speed", "speed", "virtual seconds per second in the sandbox (default 1440: a day a minute)")
	c.setting(cmd, "seed", "seed", "seed of the sandbox's market (default 1)")
	c.setting(cmd, "catalog", "catalog", "CSV `FILE` of real products for the sandbox's sources")
	return cmd
}

// keptLines is how much of the log the dashboard can show.
const keptLines = 2000

func (c *common) serve(ctx context.Context) error {
	layers := c.layers()
	cfg, origins, err := configs.Load(layers)
	if err != nil {
		return err
	}
	logs, err := c.logOptions()
	if err != nil {
		return err
	}
	logs.Tail = logging.NewTail(keptLines)
	log := logging.New(c.stderr, logs)
	if err := c.placeData(&cfg, &layers, log); err != nil {
		return err
	}
	for _, o := range origins {
		log.Info("setting is not the default", "key", o.Key, "value", o.Value, "source", o.Source)
	}
	app, err := New(ctx, Options{Config: cfg, Layers: layers, Log: log, Logs: logs.Tail})
	if err != nil {
		return err
	}
	password, err := app.firstAdministrator(ctx)
	if err != nil {
		return errors.Join(err, app.Close())
	}
	c.greet(app, password)
	return app.Run(ctx)
}

// greet says what to open and how to sign in. A generated password is shown this once and kept nowhere.
func (c *common) greet(app *App, password string) {
	fmt.Fprintf(c.stdout, "\n  Agente-CEO %s runs in the %s world, mode %s.\n\n  Open      http://%s\n  Sign in   %s\n", version, app.cfg.World, app.cfg.Mode, app.Addr(), app.cfg.Admin.Email)
	if password != "" {
		fmt.Fprintf(c.stdout, "  Password  %s   (shown only now; change it with: agente-ceo user reset %s)\n", password, app.cfg.Admin.Email)
	}
	fmt.Fprint(c.stdout, "\n  Ctrl-C stops it; the next start goes on where it stopped.\n\n")
}

// systemData is where data go when PostgreSQL, which never runs as root, cannot enter the working directory.
const systemData = "/var/lib/agente-ceo"

// placeData makes the data directory absolute, and puts the default one elsewhere when we are root below a directory that is closed to others.
func (c *common) placeData(cfg *configs.Config, layers *configs.Layers, log *slog.Logger) error {
	dir, err := filepath.Abs(cfg.DataDir)
	if err != nil {
		return fmt.Errorf("find the data directory: %w", err)
	}
	if os.Geteuid() == 0 && cfg.DataDir == configs.Default().DataDir && cfg.Database.URL == "" && closedAbove(dir) {
		log.Info("data are kept where the database's user can enter", "dir", systemData)
		dir = systemData
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("make the data directory: %w", err)
	}
	cfg.DataDir = dir
	flags := map[string]string{"data_dir": dir}
	for key, value := range layers.Flags {
		if key != "data_dir" {
			flags[key] = value
		}
	}
	layers.Flags = flags
	return nil
}

// closedAbove reports whether some directory above dir lets nobody else in.
func closedAbove(dir string) bool {
	for parent := filepath.Dir(dir); ; parent = filepath.Dir(parent) {
		if info, err := os.Stat(parent); err == nil && info.Mode().Perm()&0o001 == 0 {
			return true
		}
		if parent == filepath.Dir(parent) {
			return false
		}
	}
}
