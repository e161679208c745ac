package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/spf13/cobra"

	"github.com/agente-ceo/agente-ceo/configs"
	"github.com/agente-ceo/agente-ceo/persistence"
	"github.com/agente-ceo/agente-ceo/platforms/media"
	"github.com/agente-ceo/agente-ceo/runtime/clock"
)

func newDoctor(c *common) *cobra.Command {
	return &cobra.Command{
		Use: "doctor", Short: "Check configuration, database, credentials and every platform connection", Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return c.doctor(cmd.Context()) },
	}
}

var errUnwell = errors.New("something is not in order: see the lines marked FAIL")

// doctor prints one line a check and goes on after a failure.
func (c *common) doctor(ctx context.Context) error {
	well := true
	say := func(name string, err error) {
		if err != nil {
			well = false
			fmt.Fprintf(c.stdout, "FAIL  %-16s %v\n", name, err)
			return
		}
		fmt.Fprintf(c.stdout, "ok    %s\n", name)
	}
	cfg, _, err := configs.Load(c.layers())
	say("configuration", err)
	if err != nil {
		return errUnwell
	}
	say("database", c.withDatabase(ctx, func(ctx context.Context, _ configs.Config, db *persistence.DB) error { return db.Ping(ctx) }))
	if err := c.checkPlatforms(ctx, cfg, say); err != nil {
		say("platforms", err)
	}
	if !well {
		return errUnwell
	}
	return nil
}

func (c *common) checkPlatforms(ctx context.Context, cfg configs.Config, say func(string, error)) error {
	if cfg.World == "sandbox" {
		cfg.SandboxAddr = "127.0.0.1:0"
		start := clock.System{}.Now()
		w, err := openWorld(worldOptions{cfg: cfg, start: start, now: clock.System{}.Now, log: slog.New(slog.DiscardHandler)})
		if err != nil {
			return err
		}
		defer w.close()
		cfg = withSandbox(cfg, w.URLs(w.base), w.Credentials())
	} else {
		cfg = withLiveAddresses(cfg)
	}
	files, err := media.NewLocal(filepath.Join(cfg.DataDir, "media"), "http://localhost")
	if err != nil {
		return err
	}
	out, err := connect(cfg, clock.System{}, files, newCalls(prometheus.NewRegistry()), nil, allowedEgress(cfg), cfg.HTTP.PublicURL)
	if err != nil {
		return err
	}
	for _, check := range out.checks {
		checkCtx, cancel := context.WithTimeout(ctx, cfg.Courier.CallTimeout)
		say(check.Name, check.Check(checkCtx))
		cancel()
	}
	return nil
}
