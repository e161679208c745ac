package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"runtime/debug"
	"runtime/pprof"
	"strconv"
	"time"

	"github.com/mattn/go-isatty"
	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"

	"github.com/agente-ceo/agente-ceo/configs"
	"github.com/agente-ceo/agente-ceo/runtime/clock"
	"github.com/agente-ceo/agente-ceo/runtime/logging"
)

// simulationStart is the first moment of every simulation, so that a seed is all that a result depends on.
var simulationStart = time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)

type simulateFlags struct {
	days            int
	policy, profile string
	cpuProfile      string
	json            bool
	out             string
}

func newSimulate(c *common) *cobra.Command {
	f := &simulateFlags{}
	cmd := &cobra.Command{
		Use: "simulate", Short: "Run the business through virtual days and print what it earned", Args: noArgs,
		Long: "The same actors, clients, PostgreSQL and sandbox as serve, in virtual time. The same seed gives the same journal_sha256 on every run and machine.",
		RunE: func(cmd *cobra.Command, _ []string) error { return c.simulate(cmd.Context(), f) },
	}
	cmd.Flags().IntVar(&f.days, "days", 90, "virtual days, 1 to 1000")
	c.setting(cmd, "seed", "seed", "seed of the market (default 1)")
	cmd.Flags().StringVar(&f.policy, "policy", "rules", "who decides: rules")
	cmd.Flags().StringVar(&f.profile, "profile", "default", "default (the mission's caps) or growth (ten times them)")
	c.setting(cmd, "catalog", "catalog", "CSV `FILE` of real products for the sandbox's sources")
	cmd.Flags().BoolVar(&f.json, "json", false, "print one JSON document instead of the report")
	cmd.Flags().StringVar(&f.cpuProfile, "cpuprofile", "", "write where the time goes to `FILE`, for go tool pprof")
	cmd.Flags().StringVar(&f.out, "out", "", "keep the report, the daily table and the journal in `DIR`")
	return cmd
}

func (c *common) simulate(ctx context.Context, f *simulateFlags) error {
	if f.days < 1 || f.days > 1000 {
		return fmt.Errorf("%w: --days %d is not allowed; want 1 to 1000", errUsage, f.days)
	}
	if f.policy != "rules" {
		return fmt.Errorf("%w: --policy %q is not allowed; want rules", errUsage, f.policy)
	}
	cfg, err := c.simulationConfig(f.profile, configs.Environment())
	if err != nil {
		return err
	}
	logs, err := c.logOptions()
	if err != nil {
		return err
	}
	if !c.verbose {
		logs.Level = slog.LevelError
	}
	dir, err := simulationDir()
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }() // it is temporary: what stays is the system's to sweep
	cfg.DataDir = dir
	// A simulation makes garbage at the speed of weeks a second: collecting it less often costs some memory and saves a tenth of the time.
	defer debug.SetGCPercent(debug.SetGCPercent(400))
	stopProfile, err := startProfile(f.cpuProfile)
	if err != nil {
		return err
	}
	defer stopProfile()
	virtual := clock.NewVirtual(simulationStart)
	logs.Now = virtual.Now
	watch := clock.Stopwatch()
	app, err := New(ctx, Options{Config: cfg, Log: logging.New(c.stderr, logs), Virtual: virtual, Throwaway: true})
	if err != nil {
		return err
	}
	result, err := c.run(ctx, app, virtual, f)
	if closeErr := app.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return err
	}
	result.WallSeconds = json.Number(strconv.FormatFloat(watch().Seconds(), 'f', 1, 64))
	return c.publish(result, f)
}

// simulationDir makes a directory that PostgreSQL can enter, which runs as somebody else when we are root.
func simulationDir() (string, error) {
	dir, err := os.MkdirTemp("", "agente-simulate-")
	if err == nil {
		err = os.Chmod(dir, 0o755)
	}
	if err != nil {
		return "", fmt.Errorf("make a directory for the simulation: %w", err)
	}
	return dir, nil
}

// startProfile begins to write a CPU profile; without a path it does nothing.
func startProfile(path string) (stop func(), err error) {
	if path == "" {
		return func() {}, nil
	}
	file, err := os.Create(path)
	if err != nil {
		return nil, fmt.Errorf("make the profile: %w", err)
	}
	if err := pprof.StartCPUProfile(file); err != nil {
		return nil, fmt.Errorf("profile: %w", err)
	}
	return func() {
		pprof.StopCPUProfile()
		_ = file.Close() // the profile is complete, or the next reader says that it is not
	}, nil
}

// run drives virtual time day by day.
func (c *common) run(ctx context.Context, app *App, virtual *clock.Virtual, f *simulateFlags) (*simulation, error) {
	if err := app.Start(ctx); err != nil {
		return nil, err
	}
	bar := c.progress(f.days)
	for day := 1; day <= f.days; day++ {
		if err := virtual.RunUntil(ctx, simulationStart.AddDate(0, 0, day)); err != nil {
			return nil, fmt.Errorf("simulate day %d: %w", day, err)
		}
		bar(day)
	}
	return app.summarise(ctx, f)
}

// progress shows a bar on a terminal and a plain line every ten days otherwise.
func (c *common) progress(days int) func(day int) {
	if file, ok := c.stderr.(*os.File); ok && isatty.IsTerminal(file.Fd()) {
		bar := progressbar.NewOptions(days, progressbar.OptionSetWriter(c.stderr), progressbar.OptionSetDescription("simulating days"),
			progressbar.OptionShowCount(), progressbar.OptionClearOnFinish(), progressbar.OptionSetPredictTime(true))
		return func(int) { _ = bar.Add(1) } // a bar that cannot be drawn is no reason to stop
	}
	return func(day int) {
		if day%10 == 0 || day == days {
			_, _ = fmt.Fprintf(c.stderr, "simulated %d of %d days\n", day, days)
		}
	}
}

// simulationConfig is the configuration of a simulation: the usual layers, in the sandbox, with cheaper pictures and rarer sweeps.
func (c *common) simulationConfig(profile string, environment []string) (configs.Config, error) {
	layers := c.layers()
	layers.Env = environment
	flags := map[string]string{
		"world": "sandbox", "http.addr": "127.0.0.1:0", "sandbox_addr": "127.0.0.1:0", "creatives.image_size": "128",
		"schedule.sweep": "6h", "schedule.reconcile": "1h", "schedule.survey": "30m", "schedule.health": "24h", "database.url": "",
		// Ports differ from run to run and would be in every landing page: the shop gets a name instead.
		"platforms.shop_url": "http://shop.invalid",
	}
	switch profile {
	case "default":
	case "growth":
		flags["caps.daily"], flags["caps.weekly"], flags["campaigns.max_open"], flags["campaigns.per_cycle"] = "3000", "15000", "60", "6"
	default:
		return configs.Config{}, fmt.Errorf("%w: --profile %q is not allowed; want default or growth", errUsage, profile)
	}
	for path, value := range layers.Flags {
		flags[path] = value
	}
	layers.Flags = flags
	cfg, _, err := configs.Load(layers)
	return cfg, err
}

// publish prints the result and keeps it where asked.
func (c *common) publish(result *simulation, f *simulateFlags) error {
	data, err := json.MarshalIndent(result, "", "  ")
	if err != nil {
		return fmt.Errorf("encode the result: %w", err)
	}
	if f.out != "" {
		if err := keep(f.out, map[string][]byte{"simulation.json": data, "report.md": []byte(result.text())}); err != nil {
			return err
		}
	}
	if f.json {
		_, err = fmt.Fprintln(c.stdout, string(data))
		return err
	}
	_, err = io.WriteString(c.stdout, result.text())
	return err
}

func keep(dir string, files map[string][]byte) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("make %s: %w", dir, err)
	}
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
			return fmt.Errorf("keep the result: %w", err)
		}
	}
	return nil
}
