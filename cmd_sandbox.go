package main

import (
	"context"
	"fmt"
	"sort"
	"time"

	"github.com/spf13/cobra"

	"github.com/agente-ceo/agente-ceo/configs"
	"github.com/agente-ceo/agente-ceo/platforms/sandbox/faults"
	"github.com/agente-ceo/agente-ceo/runtime/clock"
	"github.com/agente-ceo/agente-ceo/runtime/logging"
)

func newSandbox(c *common) *cobra.Command {
	var webhooks string
	cmd := &cobra.Command{
		Use: "sandbox", Short: "Run the simulated platforms alone, for other people's clients", Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return c.sandbox(cmd.Context(), webhooks) },
	}
	c.setting(cmd, "addr", "sandbox_addr", "listen on `HOST:PORT` (default 127.0.0.1:8089)")
	c.setting(cmd, "seed", "seed", "seed of the market (default 1)")
	c.setting(cmd, "speed", "speed", "virtual seconds per second (default 1440: a day a minute)")
	c.setting(cmd, "catalog", "catalog", "CSV `FILE` of real products for the sources")
	cmd.Flags().StringVar(&webhooks, "webhooks", "", "`URL` that the shop sends its orders and refunds to")
	return cmd
}

func (c *common) sandbox(ctx context.Context, webhooks string) error {
	cfg, _, err := configs.Load(c.layers())
	if err != nil {
		return err
	}
	logs, err := c.logOptions()
	if err != nil {
		return err
	}
	start := clock.System{}.Now().Truncate(24 * time.Hour)
	scaled := clock.NewScaled(start, cfg.Speed)
	w, err := openWorld(worldOptions{cfg: cfg, start: start, now: scaled.Now, faults: faults.New(cfg.Seed), log: logging.New(c.stderr, logs)})
	if err != nil {
		return err
	}
	defer w.close()
	if webhooks != "" {
		if err := w.Subscribe(webhooks); err != nil {
			return err
		}
	}
	c.describeSandbox(w)
	for {
		next := make(chan struct{})
		timer := scaled.At(w.NextStep(scaled.Now()), "world", func() { close(next) })
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil
		case <-next:
		}
		if err := w.Step(ctx, scaled.Now()); err != nil && ctx.Err() == nil {
			return err
		}
	}
}

// describeSandbox prints addresses and credentials as settings, to be put into another program's environment.
func (c *common) describeSandbox(w *world) {
	settings := w.URLs(w.base)
	for name, value := range w.Credentials() {
		settings[name] = value
	}
	names := make([]string, 0, len(settings))
	for name := range settings {
		names = append(names, name)
	}
	sort.Strings(names)
	fmt.Fprintf(c.stdout, "# The sandbox listens at %s\n", w.base)
	for _, name := range names {
		fmt.Fprintf(c.stdout, "%s=%s\n", name, settings[name])
	}
}
