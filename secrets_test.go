package main

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/agente-ceo/agente-ceo/platforms/sandbox/faults"
	"github.com/agente-ceo/agente-ceo/runtime/clock"
	"github.com/agente-ceo/agente-ceo/runtime/logging"
)

// pages is a log that is kept.
type pages struct {
	mu  sync.Mutex
	all bytes.Buffer
}

// Write is io.Writer's.
func (p *pages) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.all.Write(b)
}

func (p *pages) text() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.all.String()
}

// secretsOf are all values that the configuration calls secret, by their settings.
func secretsOf(v reflect.Value) map[string]string {
	out := map[string]string{}
	for i := range v.NumField() {
		field, at := v.Type().Field(i), v.Field(i)
		switch {
		case at.Kind() == reflect.Struct:
			for name, value := range secretsOf(at) {
				out[name] = value
			}
		case field.Tag.Get("secret") == "true" && at.String() != "":
			out[field.Tag.Get("koanf")] = at.String()
		}
	}
	return out
}

// Three days with everything that goes wrong between us and the platforms, and the chattiest log: no secret is in anything written.
func TestSecrets_AreInNothingThatIsWritten(t *testing.T) {
	t.Parallel()
	c := &common{flags: map[string]string{"seed": "7"}}
	cfg, err := c.simulationConfig("default", []string{"AGENTE_MASTER_KEY=bWFzdGVyLWtleS1vZi0zMi1ieXRlcy1wbGFudGVkISE="})
	if err != nil {
		t.Fatal(err)
	}
	if cfg.DataDir, err = simulationDir(); err != nil {
		t.Fatal(err)
	}
	cfg.Admin.Password = "planted admin password"
	var log pages
	virtual := clock.NewVirtual(simulationStart)
	var script []faults.Fault
	for _, kind := range []faults.Kind{faults.CommitThenDrop, faults.ErrorAfterCommit, faults.ServerError, faults.Throttle} {
		for _, where := range []string{" /meta/", " /tiktok/", " /shopify/", " /crm", " /serpapi/"} {
			script = append(script, faults.Fault{Kind: kind, Where: where, Share: 0.02})
		}
	}
	app, err := New(t.Context(), Options{Config: cfg, Log: logging.New(&log, logging.Options{Level: slog.LevelDebug, Now: virtual.Now}), Virtual: virtual, Throwaway: true, Faults: faults.New(5, script...)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := app.Close(); err != nil {
			t.Error(err)
		}
		_ = os.RemoveAll(cfg.DataDir) // it is temporary
	})
	if _, err := app.firstAdministrator(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := app.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := virtual.RunUntil(t.Context(), simulationStart.AddDate(0, 0, 3)); err != nil {
		t.Fatal(err)
	}
	secrets := secretsOf(reflect.ValueOf(app.cfg))
	for _, must := range []string{"meta_access_token", "tiktok_access_token", "shopify_access_token", "shopify_webhook_secret", "serpapi_key", "master_key", "password", "crm_webhook_secret"} {
		if secrets[must] == "" {
			t.Errorf("no %s is configured: the test shows nothing of it", must)
		}
	}
	kept := filepath.Join(t.TempDir(), "journal")
	if err := app.keepJournal(t.Context(), kept); err != nil {
		t.Fatal(err)
	}
	journal, err := os.ReadFile(filepath.Join(kept, "journal.txt"))
	if err != nil {
		t.Fatal(err)
	}
	written := map[string]string{"log": log.text(), "journal": string(journal)}
	for name, text := range tablesOf(t, app) {
		written[name] = text
	}
	for name, text := range written {
		for _, found := range leaks(text, secrets) {
			t.Errorf("%s is written in %s", found, name)
		}
	}
	if len(written["table audit_log"]) < 10000 || len(written["log"]) < 1000 {
		t.Errorf("only %d characters of audit log and %d of log were written: the test shows nothing", len(written["table audit_log"]), len(written["log"]))
	}
	if got := leaks("x "+secrets["serpapi_key"]+` \x`+hex.EncodeToString([]byte(secrets["master_key"])), secrets); len(got) < 2 {
		t.Errorf("planted secrets are not found: %v", got)
	}
}

// leaks names the secrets that are in a text, as they are, in hex as the database shows bytes, and as they are in an address.
func leaks(text string, secrets map[string]string) (found []string) {
	for name, value := range secrets {
		for _, form := range []string{value, hex.EncodeToString([]byte(value)), strings.ReplaceAll(value, " ", "+")} {
			if strings.Contains(text, form) {
				found = append(found, name)
				break
			}
		}
	}
	return found
}

// tablesOf is every table's rows as text.
func tablesOf(t *testing.T, app *App) map[string]string {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), app.server.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(t.Context()) }() // it was only read
	l := &loop{t: t, app: app, db: conn}
	out := map[string]string{}
	for _, table := range l.texts(`SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'`) {
		out["table "+table] = strings.Join(l.texts(fmt.Sprintf(`SELECT x::text FROM %s x`, table)), "\n")
	}
	return out
}
