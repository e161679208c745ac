package main

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/agente-ceo/agente-ceo/configs"
	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/domain/views"
	"github.com/agente-ceo/agente-ceo/httpapi"
	"github.com/agente-ceo/agente-ceo/persistence"
	"github.com/agente-ceo/agente-ceo/persistence/embedded"
	"github.com/agente-ceo/agente-ceo/runtime/clock"
)

// withURL runs fn against the configured database: DATABASE_URL, or the embedded server of the data directory, which is started for
// the while. A server that a running serve holds is refused with the reason.
func (c *common) withURL(ctx context.Context, fn func(ctx context.Context, cfg configs.Config, url string) error) error {
	layers := c.layers()
	cfg, _, err := configs.Load(layers)
	if err != nil {
		return err
	}
	if cfg.Database.URL != "" {
		return fn(ctx, cfg, cfg.Database.URL)
	}
	quiet := slog.New(slog.DiscardHandler)
	if err := c.placeData(&cfg, &layers, quiet); err != nil {
		return err
	}
	server, err := embedded.Start(ctx, embedded.Config{DataDir: cfg.DataDir, BinDir: cfg.Database.Binaries, Durable: true, Log: quiet})
	if err != nil {
		return fmt.Errorf("start PostgreSQL (stop a running agente-ceo serve first, or set DATABASE_URL): %w", err)
	}
	return errors.Join(fn(ctx, cfg, server.URL()), server.Stop(context.WithoutCancel(ctx)))
}

// withDatabase is withURL, migrated and opened.
func (c *common) withDatabase(ctx context.Context, fn func(context.Context, configs.Config, *persistence.DB) error) error {
	return c.withURL(ctx, func(ctx context.Context, cfg configs.Config, url string) error {
		quiet := slog.New(slog.DiscardHandler)
		if _, err := persistence.Migrate(ctx, url, quiet); err != nil {
			return fmt.Errorf("migrate the database: %w", err)
		}
		db, err := persistence.Open(ctx, url, persistence.Options{Currency: money.Currency(cfg.Account.Currency), Log: quiet})
		if err != nil {
			return fmt.Errorf("open the database: %w", err)
		}
		defer db.Close()
		return fn(ctx, cfg, db)
	})
}

func newMigrate(c *common) *cobra.Command {
	cmd := &cobra.Command{Use: "migrate", Short: "Change the database's schema", Args: noArgs, RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() }}
	quiet := slog.New(slog.DiscardHandler)
	up := &cobra.Command{Use: "up", Short: "Apply every migration that is missing", Args: noArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		return c.withURL(cmd.Context(), func(ctx context.Context, _ configs.Config, url string) error {
			applied, err := persistence.Migrate(ctx, url, quiet)
			for _, name := range applied {
				fmt.Fprintln(c.stdout, "applied", name)
			}
			if err == nil && len(applied) == 0 {
				fmt.Fprintln(c.stdout, "nothing to apply")
			}
			return err
		})
	}}
	var to int64
	down := &cobra.Command{Use: "down", Short: "Take migrations back", Args: noArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		if !cmd.Flags().Changed("to") {
			return fmt.Errorf("%w: migrate down needs --to VERSION; it drops what later versions made (0 drops everything)", errUsage)
		}
		return c.withURL(cmd.Context(), func(ctx context.Context, _ configs.Config, url string) error {
			return persistence.MigrateDown(ctx, url, to, quiet)
		})
	}}
	down.Flags().Int64Var(&to, "to", 0, "the `VERSION` to go back to")
	status := &cobra.Command{Use: "status", Short: "List migrations", Args: noArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		return c.withURL(cmd.Context(), func(ctx context.Context, _ configs.Config, url string) error {
			list, err := persistence.Status(ctx, url)
			for _, m := range list {
				state := "missing"
				if m.Applied {
					state = "applied"
				}
				fmt.Fprintf(c.stdout, "%-8s %s\n", state, m.Name)
			}
			return err
		})
	}}
	cmd.AddCommand(up, down, status)
	return cmd
}

func newAudit(c *common) *cobra.Command {
	cmd := &cobra.Command{Use: "audit", Short: "Examine the audit log", Args: noArgs, RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() }}
	var from int64
	verify := &cobra.Command{Use: "verify", Short: "Prove that no line of the audit log was changed, dropped or put in, and that the purse adds up", Args: noArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		return c.withDatabase(cmd.Context(), func(ctx context.Context, cfg configs.Config, db *persistence.DB) error {
			if err := verifyAudit(ctx, c.stdout, cfg, db, from); err != nil {
				return err
			}
			return c.verifyLedger(ctx, db)
		})
	}}
	verify.Flags().Int64Var(&from, "from", 1, "begin at this `LINE`")
	cmd.AddCommand(verify)
	return cmd
}

// verifyLedger adds the purse up again out of its postings.
func (c *common) verifyLedger(ctx context.Context, db *persistence.DB) error {
	wrong, err := db.CheckLedger(ctx)
	if err != nil {
		return err
	}
	if len(wrong) > 0 {
		return fmt.Errorf("the purse does not add up:\n%s", strings.Join(wrong, "\n"))
	}
	_, err = fmt.Fprintln(c.stdout, "the purse adds up: every reservation and window is what was posted")
	return err
}

func newUser(c *common) *cobra.Command {
	cmd := &cobra.Command{Use: "user", Short: "Manage people who sign in", Args: noArgs, RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() }}
	var roles []string
	add := &cobra.Command{Use: "add EMAIL", Short: "Add somebody; a password is made and shown once", Args: oneArg, RunE: func(cmd *cobra.Command, args []string) error {
		return c.withDatabase(cmd.Context(), func(ctx context.Context, _ configs.Config, db *persistence.DB) error {
			return c.addUser(ctx, db, args[0], roles)
		})
	}}
	add.Flags().StringSliceVar(&roles, "role", []string{"viewer"}, "`ROLES`: viewer, operator, admin and approver, separated by commas")
	list := &cobra.Command{Use: "list", Short: "List everybody", Args: noArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		return c.withDatabase(cmd.Context(), func(ctx context.Context, _ configs.Config, db *persistence.DB) error { return c.listUsers(ctx, db) })
	}}
	disable := &cobra.Command{Use: "disable EMAIL", Short: "Shut somebody out", Args: oneArg, RunE: func(cmd *cobra.Command, args []string) error {
		return c.changeUser(cmd.Context(), args[0], func(u *views.Account) (string, error) {
			now := clock.System{}.Now()
			u.DisabledAt = &now
			return "disabled", nil
		})
	}}
	reset := &cobra.Command{Use: "reset EMAIL", Short: "Give somebody a new password, take a second factor away, and let them in again", Args: oneArg, RunE: func(cmd *cobra.Command, args []string) error {
		return c.changeUser(cmd.Context(), args[0], func(u *views.Account) (string, error) {
			password, hash, err := newPassword()
			u.PasswordHash, u.DisabledAt = hash, nil
			return "password: " + password, err
		}, withoutFactor)
	}}
	var revoke bool
	token := &cobra.Command{Use: "token EMAIL", Short: "Make a bearer token for scripts; it is shown once", Args: oneArg, RunE: func(cmd *cobra.Command, args []string) error {
		return c.withDatabase(cmd.Context(), func(ctx context.Context, _ configs.Config, db *persistence.DB) error {
			if revoke {
				return c.revokeTokens(ctx, db, args[0])
			}
			return c.makeToken(ctx, db, args[0])
		})
	}}
	token.Flags().BoolVar(&revoke, "revoke", false, "make none, and revoke all that there are")
	cmd.AddCommand(add, list, disable, reset, token)
	return cmd
}

func oneArg(_ *cobra.Command, args []string) error {
	if len(args) != 1 || !strings.Contains(args[0], "@") {
		return fmt.Errorf("%w: want one e-mail address", errUsage)
	}
	return nil
}

// secretBytes is the entropy of generated passwords and tokens: 120 bits.
const secretBytes = 15

func newSecret() (string, error) {
	raw := make([]byte, secretBytes)
	if _, err := rand.Read(raw); err != nil {
		return "", fmt.Errorf("make a secret: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(raw), nil
}

func newPassword() (password, hash string, err error) {
	if password, err = newSecret(); err != nil {
		return "", "", err
	}
	hash, err = httpapi.HashPassword(password)
	return password, hash, err
}

func (c *common) addUser(ctx context.Context, db *persistence.DB, email string, roles []string) error {
	for _, role := range roles {
		if !strings.Contains(" viewer operator admin approver ", " "+role+" ") {
			return fmt.Errorf("%w: role %q is not one of viewer, operator, admin, approver", errUsage, role)
		}
	}
	password, hash, err := newPassword()
	if err != nil {
		return err
	}
	account := views.Account{PasswordHash: hash}
	account.Email, account.Roles = email, roles
	if _, err := db.AddUser(ctx, account, "command line", clock.System{}.Now()); err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.stdout, "added %s (%s)\npassword: %s\n", email, strings.Join(roles, ", "), password)
	return err
}

func (c *common) listUsers(ctx context.Context, db *persistence.DB) error {
	users, err := db.ListUsers(ctx)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(c.stdout, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "E-MAIL\tROLES\tLAST SIGN-IN\tSTATE")
	for _, u := range users {
		last, state := "never", "active"
		if u.LastLoginAt != nil {
			last = u.LastLoginAt.UTC().Format(time.DateTime)
		}
		if u.DisabledAt != nil {
			state = "disabled"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", u.Email, strings.Join(u.Roles, ", "), last, state)
	}
	return w.Flush()
}

// withoutFactor takes the second factor away of somebody who may have lost it.
func withoutFactor(ctx context.Context, db *persistence.DB, u views.User) error {
	_, err := db.RemoveSecondFactor(ctx, u, "command line", clock.System{}.Now())
	return err
}

func (c *common) changeUser(ctx context.Context, email string, change func(*views.Account) (said string, err error), also ...func(context.Context, *persistence.DB, views.User) error) error {
	return c.withDatabase(ctx, func(ctx context.Context, _ configs.Config, db *persistence.DB) error {
		user, err := db.UserByEmail(ctx, email)
		if err != nil {
			return err
		}
		if user == nil {
			return fmt.Errorf("there is no user %s; see agente-ceo user list", email)
		}
		said, err := change(user)
		if err != nil {
			return err
		}
		if err := db.UpdateUser(ctx, *user, "command line", clock.System{}.Now()); err != nil {
			return err
		}
		for _, f := range also {
			if err := f(ctx, db, user.User); err != nil {
				return err
			}
		}
		_, err = fmt.Fprintln(c.stdout, email, said)
		return err
	})
}

func (c *common) makeToken(ctx context.Context, db *persistence.DB, email string) error {
	user, err := db.UserByEmail(ctx, email)
	if err != nil {
		return err
	}
	if user == nil {
		return fmt.Errorf("there is no user %s; see agente-ceo user list", email)
	}
	secret, err := newSecret()
	if err != nil {
		return err
	}
	token := "ac_" + secret
	hash := sha256.Sum256([]byte(token))
	if err := db.AddToken(ctx, user.ID, email, "command line", hash[:], time.Time{}, clock.System{}.Now()); err != nil {
		return err
	}
	_, err = fmt.Fprintln(c.stdout, token)
	return err
}

func (c *common) revokeTokens(ctx context.Context, db *persistence.DB, email string) error {
	user, err := db.UserByEmail(ctx, strings.ToLower(email))
	if err != nil {
		return err
	}
	if user == nil {
		return fmt.Errorf("there is no user %s", email)
	}
	n, err := db.RevokeTokens(ctx, user.ID, user.Email, clock.System{}.Now())
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.stdout, "%d tokens of %s were revoked\n", n, user.Email)
	return err
}
