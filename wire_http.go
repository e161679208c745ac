package main

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"github.com/agente-ceo/agente-ceo/configs"
	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/domain/views"
	"github.com/agente-ceo/agente-ceo/httpapi"
	"github.com/agente-ceo/agente-ceo/persistence"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
	"github.com/agente-ceo/agente-ceo/runtime/clock"
	"github.com/agente-ceo/agente-ceo/ui"
)

// handler builds the API and the dashboard over the read model, the actors and the configuration.
func (a *App) handler() (http.Handler, error) {
	vault, err := a.openVault()
	if err != nil {
		return nil, err
	}
	views, p := a.db.Views(), a.cfg.Platforms
	deps := httpapi.Deps{
		Clock: a.clock, Now: clock.System{}.Now, Log: a.log, Registry: a.metrics,
		System: httpapi.System{
			Version: version, World: a.cfg.World, Mode: func() string { return a.rules.get().plan.Mode }, Speed: a.speed(),
			Currency: a.cfg.Account.Currency, TimeZone: a.cfg.Account.TZ,
			StepUpAbove: func() money.Amount { return a.rules.get().approvals.StepUpAbove },
		},
		Readiness: readiness{a}, Actors: a.directory, Webhooks: a.opts.seams.overWebhooks(a.db), Reads: views, Records: a.db, Switch: killSwitch{a},
		Secrets: func() httpapi.WebhookSecrets {
			return httpapi.WebhookSecrets{MetaApp: p.MetaAppSecret, MetaVerify: p.MetaVerifyToken, Shopify: p.ShopifySecret, WooCommerce: p.WooSecret}
		},
		Users: a.db, Sessions: a.db, People: a.db, Tokens: a.db, Configuration: configuration{a}, Settings: a.db, Vault: vault, Factors: vault, Readers: a.db, Connections: connections{a}, Credentials: configs.Credentials(),
		ListActors: a.listActors, Engine: &engine{app: a}, UI: builtUI(), Media: a.media.Handler(),
		TrustedProxies: splitList(a.cfg.HTTP.TrustedProxies), TLS: strings.HasPrefix(a.cfg.HTTP.PublicURL, "https://"),
		ImageOrigins: a.imageOrigins(), Idle: a.cfg.HTTP.Idle, Absolute: a.cfg.HTTP.Absolute,
	}
	if !a.opts.Throwaway {
		deps.Live = a.db.Tail()
	}
	server, err := httpapi.New(deps)
	if err != nil {
		return nil, fmt.Errorf("build the API: %w", err)
	}
	a.onClose(func(context.Context) error { return server.Close() })
	return server.Handler(), nil
}

// speed is business seconds per second.
func (a *App) speed() int64 {
	if a.cfg.World == "live" || a.opts.Virtual != nil {
		return 1
	}
	return int64(a.cfg.Speed)
}

// builtUI is the embedded dashboard, nil when it was not built.
func builtUI() fs.FS {
	files := ui.Files()
	if _, err := fs.Stat(files, "index.html"); err != nil {
		return nil
	}
	return files
}

// imageOrigins lets the dashboard show the sandbox's product pictures.
func (a *App) imageOrigins() []string {
	switch {
	case a.world != nil:
		return []string{a.world.base}
	case a.cfg.World == "sandbox":
		return []string{strings.TrimSuffix(a.cfg.SandboxURL, "/")}
	}
	return nil
}

func splitList(text string) []string {
	var out []string
	for _, part := range strings.Split(text, ",") {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}

// listActors is what runs in this process.
func (a *App) listActors() []httpapi.ActorRow {
	listed := a.directory.List()
	out := make([]httpapi.ActorRow, len(listed))
	for i, l := range listed {
		out[i] = httpapi.ActorRow{Kind: l.Key.Kind, ID: l.Key.ID, State: l.State, Mailbox: l.Mailbox, Handled: l.Handled, Restarts: l.Restarts, LastError: l.LastError, Node: a.node()}
		if !l.NextAlarm.IsZero() {
			at := l.NextAlarm.UTC()
			out[i].NextAlarm = &at
		}
	}
	return out
}

// readiness says what keeps the business from running.
type readiness struct{ app *App }

// Reasons is empty when everything required runs.
func (r readiness) Reasons(ctx context.Context) []string {
	var out []string
	if err := r.app.db.Ping(ctx); err != nil {
		out = append(out, "The database does not answer: "+err.Error())
	}
	for _, failure := range r.app.directory.Failures().Stopped() {
		out = append(out, fmt.Sprintf("Actor %s was given up after %d restarts: %s", failure.Key, failure.Restarts, failure.LastError))
	}
	return append(out, r.dead()...)
}

// dead names the required actors that do not run, or that fail whenever they are started.
func (r readiness) dead() (out []string) {
	failures := r.app.directory.Failures()
	for _, failure := range failures.Failing(clock.System{}.Now()) {
		out = append(out, fmt.Sprintf("Actor %s fails again and again (%d times in a row): %s", failure.Key, failure.InARow, failure.LastError))
	}
	runs := map[actorkit.Key]bool{}
	for _, l := range r.app.directory.List() {
		runs[l.Key] = true
	}
	for _, key := range r.app.required() {
		if !runs[key] && !failures.Of(key).Stopped {
			out = append(out, fmt.Sprintf("Actor %s does not run.", key))
		}
	}
	return out
}

// configuration shows and changes what administrators may set.
type configuration struct{ app *App }

// Describe lists every key with the value that saved settings would give it.
func (c configuration) Describe(saved map[string]string) ([]views.Setting, error) {
	layers := c.app.opts.Layers
	layers.Saved = saved
	described, err := configs.Describe(layers)
	if err != nil {
		return nil, refusedSetting(err)
	}
	out := make([]views.Setting, len(described))
	for i, d := range described {
		out[i] = views.Setting{Key: d.Key, Value: d.Value, Default: d.Default, Origin: d.Origin, Secret: d.Secret, Editable: d.Editable, Help: d.Help}
	}
	return out, nil
}

// Apply makes saved settings take effect at the next decision of every actor.
func (c configuration) Apply(saved map[string]string) error {
	layers := c.app.opts.Layers
	layers.Saved = saved
	cfg, _, err := configs.Load(layers)
	if err != nil {
		return refusedSetting(err)
	}
	return c.app.rules.set(cfg, c.app.outside.connected)
}

// savedSettings are what administrators saved, and the stored credentials under their settings' names.
func (a *App) savedSettings(ctx context.Context) (map[string]string, error) {
	_, saved, err := a.db.SavedSettings(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the saved settings: %w", err)
	}
	vault, err := a.openVault()
	if err != nil {
		return nil, err
	}
	credentials, err := vault.Secrets(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the stored credentials: %w", err)
	}
	all := map[string]string{}
	for key, value := range saved {
		all[key] = value
	}
	for name, value := range credentials {
		if key, known := configs.CredentialKey(name); known {
			all[key] = value
		}
	}
	return all, nil
}

// openVault opens the stored credentials with the master key, which is made once and kept beside the data, readable by us alone.
func (a *App) openVault() (*persistence.Vault, error) {
	if a.cfg.MasterKey != "" {
		key, err := base64.StdEncoding.DecodeString(a.cfg.MasterKey)
		if err != nil {
			return nil, fmt.Errorf("read the master key: %w", err)
		}
		return a.db.Vault(key)
	}
	path := filepath.Join(a.cfg.DataDir, "master.key")
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		key := make([]byte, persistence.MasterKeyBytes)
		if _, err := rand.Read(key); err != nil {
			return nil, fmt.Errorf("make a master key: %w", err)
		}
		text = []byte(base64.StdEncoding.EncodeToString(key) + "\n")
		err = os.WriteFile(path, text, 0o600)
	}
	if err != nil {
		return nil, fmt.Errorf("keep the master key: %w", err)
	}
	key, err := base64.StdEncoding.DecodeString(strings.TrimSpace(string(text)))
	if err != nil {
		return nil, fmt.Errorf("read the master key from %s: %w", path, err)
	}
	return a.db.Vault(key)
}

// firstAdministrator makes one when there is nobody. password is what was generated, "" when there was somebody or it was configured.
func (a *App) firstAdministrator(ctx context.Context) (password string, err error) {
	users, err := a.db.ListUsers(ctx)
	if err != nil || len(users) > 0 {
		return "", err
	}
	secret := a.cfg.Admin.Password
	if secret == "" {
		raw := make([]byte, 15)
		if _, err := rand.Read(raw); err != nil {
			return "", fmt.Errorf("make a password: %w", err)
		}
		secret = base64.RawURLEncoding.EncodeToString(raw)
		password = secret
	}
	hash, err := httpapi.HashPassword(secret)
	if err != nil {
		return "", fmt.Errorf("hash the first password: %w", err)
	}
	account := views.Account{PasswordHash: hash}
	account.Email, account.Name, account.Roles = a.cfg.Admin.Email, "Administrator", []string{"admin", "approver"}
	for range busyStarts {
		_, err = a.db.AddUser(ctx, account, "set-up", a.clock.Now())
		if fault.KindOf(err) != fault.Retryable {
			break
		}
	}
	switch {
	case fault.KindOf(err) == fault.Refused && err != nil:
		return "", a.someAdministrator(ctx, err)
	case err != nil:
		return "", fmt.Errorf("make the first administrator: %w", err)
	}
	return password, nil
}

// busyStarts is how often a start asks a database that another node's start keeps busy.
const busyStarts = 10

// someAdministrator is nil when a node that started at the same moment has made the first administrator.
func (a *App) someAdministrator(ctx context.Context, refusal error) error {
	if users, err := a.db.ListUsers(ctx); err != nil || len(users) == 0 {
		return fmt.Errorf("make the first administrator: %w", errors.Join(refusal, err))
	}
	return nil
}

// refusedSetting marks a wrong setting as the operator's to correct.
func refusedSetting(err error) error {
	return fault.Refuse("invalid_setting", "%s", err.Error())
}
