// Command agente-ceo runs a dropshipping shop's marketing around the clock: it scouts products, qualifies them, makes creatives, plans and
// publishes campaigns, watches them, decides, scales, fulfils orders and reports.
//
// app.go wires everything; each subcommand has its file, cmd_….go.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/agente-ceo/agente-ceo/configs"
	"github.com/agente-ceo/agente-ceo/runtime/logging"
)

// version is set by the linker.
var version = "dev"

func main() {
	os.Exit(execute(os.Args[1:], os.Stdout, os.Stderr))
}

// errUsage marks errors that come from a wrong command line: exit code 2.
var errUsage = errors.New("wrong usage")

// execute runs one command and returns the process's exit code: 0, 1 for a failure, 2 for a wrong command line. The first interrupt
// ends the command in order, a second one at once.
func execute(args []string, stdout, stderr io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)
	root := newRoot(stdout, stderr)
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	switch {
	case err == nil:
		return 0
	case errors.Is(err, errUsage):
		fmt.Fprintf(stderr, "agente-ceo: %v\nRun agente-ceo %s --help.\n", err, firstWord(args))
		return 2
	}
	fmt.Fprintf(stderr, "agente-ceo: %v\n", err)
	return 1
}

func firstWord(args []string) string {
	if len(args) > 0 && args[0] != "" && args[0][0] != '-' {
		return args[0]
	}
	return ""
}

// common are the flags that every command has.
type common struct {
	configFile string
	logFormat  string
	verbose    bool
	flags      map[string]string // YAML path → value, of flags that were given
	stdout     io.Writer
	stderr     io.Writer
}

func newRoot(stdout, stderr io.Writer) *cobra.Command {
	c := &common{flags: map[string]string{}, stdout: stdout, stderr: stderr}
	root := &cobra.Command{
		Use: "agente-ceo", Short: "Runs a dropshipping shop's marketing around the clock",
		SilenceErrors: true, SilenceUsage: true,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return fmt.Errorf("%w: there is no command %q", errUsage, args[0])
			}
			return nil
		},
	}
	root.SetOut(stdout)
	root.SetErr(stderr)
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return fmt.Errorf("%w: %v", errUsage, err) })
	flags := root.PersistentFlags()
	flags.StringVar(&c.configFile, "config", "", "YAML `FILE` with settings")
	flags.StringVar(&c.logFormat, "log-format", "auto", "`FORMAT` of log lines: auto, text or json")
	flags.BoolVarP(&c.verbose, "verbose", "v", false, "also log what is ordinary")
	root.AddCommand(newServe(c), newSimulate(c), newSandbox(c), newReview(c), newImport(c), newMigrate(c), newAudit(c), newUser(c), newDoctor(c), newVersion(c))
	root.CompletionOptions.HiddenDefaultCmd = true
	return root
}

func newVersion(c *common) *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Print the version", Args: noArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintln(c.stdout, "agente-ceo", version)
			return err
		},
	}
}

func noArgs(_ *cobra.Command, args []string) error {
	if len(args) > 0 {
		return fmt.Errorf("%w: unexpected argument %q", errUsage, args[0])
	}
	return nil
}

// setting ties a flag to a YAML path: it is a layer of the configuration only when it was given.
func (c *common) setting(cmd *cobra.Command, name, path, usage string) {
	cmd.Flags().Func(name, usage, func(value string) error {
		c.flags[path] = value
		return nil
	})
}

func (c *common) layers() configs.Layers {
	return configs.Layers{File: c.configFile, Env: configs.Environment(), Flags: c.flags}
}

func (c *common) logOptions() (logging.Options, error) {
	format, err := logging.ParseFormat(c.logFormat)
	if err != nil {
		return logging.Options{}, fmt.Errorf("%w: %v", errUsage, err)
	}
	return logging.Options{Format: format, Level: levelOf(c.verbose)}, nil
}

func levelOf(verbose bool) slog.Level {
	if verbose {
		return slog.LevelDebug
	}
	return slog.LevelInfo
}
