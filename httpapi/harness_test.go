package httpapi

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"google.golang.org/protobuf/proto"

	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/domain/views"
	"github.com/agente-ceo/agente-ceo/messages"
	"github.com/agente-ceo/agente-ceo/persistence"
	"github.com/agente-ceo/agente-ceo/persistence/pgtest"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// businessNow is the fixed time of the tests' business.
var businessNow = time.Date(2026, 3, 10, 15, 30, 0, 0, time.UTC)

type fixedClock struct{}

func (fixedClock) Now() time.Time { return businessNow }

// fakeActors answers as it is told, and remembers what it was sent.
type fakeActors struct {
	mu     sync.Mutex
	asked  []proto.Message
	told   []proto.Message
	keys   []actorkit.Key
	answer func(to actorkit.Key, msg proto.Message) (proto.Message, error)
}

func (f *fakeActors) Ask(_ context.Context, to actorkit.Key, msg proto.Message) (proto.Message, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked, f.keys = append(f.asked, msg), append(f.keys, to)
	if _, purse := msg.(*messages.GetTreasury); purse && f.answer == nil {
		return nil, fault.Retry("no_answer", 0, nil)
	}
	if f.answer != nil {
		return f.answer(to, msg)
	}
	return &messages.Accepted{Id: to.ID}, nil
}

func (f *fakeActors) Tell(_ actorkit.Key, msg proto.Message) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.told = append(f.told, msg)
}

func (f *fakeActors) List() []views.Actor {
	at := businessNow.Add(time.Hour)
	return []views.Actor{
		{Kind: "campaign", ID: "cmp_lamp", State: "running", Handled: 12, NextAlarm: &at, Node: "here"},
		{Kind: "ceo", ID: "main", State: "running", Handled: 90, Mailbox: 1, Node: "here"},
		{Kind: "scout", ID: "main", State: "restarting", Restarts: 2, LastError: "the database is busy", Node: "here"},
	}
}

type fakeReadiness struct{ reasons []string }

func (f *fakeReadiness) Reasons(context.Context) []string { return f.reasons }

// fakeConfiguration knows three keys and a secret.
type fakeConfiguration struct{ applied map[string]string }

func (f *fakeConfiguration) Describe(saved map[string]string) ([]views.Setting, error) {
	if v := saved["targets.roas"]; v == "lots" {
		return nil, fault.Refuse("invalid_setting", "targets.roas is %q and must be a decimal", v)
	}
	value, origin := "1.5", "default"
	if v, is := saved["targets.roas"]; is {
		value, origin = v, "settings"
	}
	budget := "50"
	if v, is := saved["campaigns.budget_meta"]; is {
		budget = v
	}
	return []views.Setting{
		{Key: "campaigns.budget_meta", Value: budget, Default: "50", Origin: "default", Editable: true, Help: "What a campaign begins with a day"},
		{Key: "caps.daily", Value: "300", Default: "300", Origin: "environment", Help: "The most that may be charged a day"},
		{Key: "platforms.meta_access_token", Default: "", Origin: "default", Secret: true},
		{Key: "targets.roas", Value: value, Default: "1.5", Origin: origin, Editable: true, Help: "What a winner returns"},
	}, nil
}

func (f *fakeConfiguration) Apply(saved map[string]string) error {
	f.applied = saved
	return nil
}

// fakeConnections knows one that works and one that does not.
type fakeConnections struct{}

func (fakeConnections) ConnectionOf(credential string) string {
	if credential == "META_ACCESS_TOKEN" {
		return "meta"
	}
	return ""
}

func (fakeConnections) TestConnection(_ context.Context, name string) (views.ConnectionTest, error) {
	switch name {
	case "meta":
		return views.ConnectionTest{Name: name, Code: "credentials", Detail: "the token has expired", Missing: []string{}}, nil
	case "email":
		return views.ConnectionTest{Name: name, OK: true, Missing: []string{}}, nil
	}
	return views.ConnectionTest{}, fault.Refuse("unknown_connection", "There is no connection called %q.", name)
}

// bench is a server over a database of its own, and a client that talks to it as a browser would.
type bench struct {
	t       *testing.T
	db      *persistence.DB
	server  *Server
	http    *httptest.Server
	actors  *fakeActors
	ready   *fakeReadiness
	config  *fakeConfiguration
	brake   *fakeSwitch
	away    atomic.Bool // the database does not answer who somebody is, nor how the kill switch stands
	secrets WebhookSecrets
	stepUp  money.Amount

	mu   sync.Mutex
	skip time.Duration // how far the real clock was put forward
	tls  bool
}

func (b *bench) now() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return time.Now().Add(b.skip)
}

func (b *bench) pass(d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.skip += d
}

const testPassword = "correct horse battery"

func setup(t *testing.T) *bench {
	t.Helper()
	return serve(t, pgtest.New(t, persistence.Options{LiveEvents: true}))
}

// serve is a node over a database that may have others. Changes are made before anybody comes.
func serve(t *testing.T, db *persistence.DB, change ...func(*Deps)) *bench {
	t.Helper()
	b := &bench{t: t, db: db, actors: &fakeActors{}, ready: &fakeReadiness{}, config: &fakeConfiguration{}, brake: &fakeSwitch{}}
	b.secrets = WebhookSecrets{MetaApp: "app-secret", MetaVerify: "verify-me", Shopify: "shhh", WooCommerce: "wc-secret"}
	vault, err := b.db.Vault(bytes.Repeat([]byte{7}, persistence.MasterKeyBytes))
	if err != nil {
		t.Fatal(err)
	}
	deps := Deps{
		Clock: fixedClock{}, Now: b.now, Log: slog.New(slog.NewTextHandler(t.Output(), nil)), Registry: prometheus.NewRegistry(),
		System:    System{Version: "test", World: "sandbox", Mode: func() string { return "auto" }, Speed: 1440, Currency: "USD", TimeZone: "America/Sao_Paulo", StepUpAbove: func() money.Amount { return b.stepUp }},
		Readiness: b.ready, Actors: b.actors, Webhooks: b.db, Secrets: func() WebhookSecrets { return b.secrets },
		Reads: awayReads{b.db.Views(), &b.away}, Records: b.db, Switch: b.brake, Live: b.db.Tail(),
		Users: awayUsers{b.db, &b.away}, Sessions: awaySessions{b.db, &b.away}, People: b.db, Tokens: b.db, Configuration: b.config, Settings: b.db, Vault: vault, Factors: vault, Readers: b.db, Connections: fakeConnections{},
		Credentials: []string{"META_ACCESS_TOKEN", "SHOPIFY_WEBHOOK_SECRET"}, ListActors: b.actors.List, Engine: fakeEngine{},
		UI: fstest.MapFS{
			"index.html":           {Data: []byte("<!doctype html><title>dashboard</title>")},
			"assets/app-1a2b3c.js": {Data: []byte("export {}")},
			".gitkeep":             {},
		},
		Media: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, "picture "+r.URL.Path) }),
	}
	for _, f := range change {
		f(&deps)
	}
	b.tls = deps.TLS
	b.server, err = New(deps)
	if err != nil {
		t.Fatal(err)
	}
	b.http = httptest.NewServer(b.server.Handler())
	t.Cleanup(func() {
		if err := b.server.Close(); err != nil {
			t.Error(err)
		}
		b.http.Close()
	})
	return b
}

// passwordHash is made once: it is slow by design.
var passwordHash = sync.OnceValues(func() (string, error) { return HashPassword(testPassword) })

func (b *bench) user(email string, roles ...string) int64 {
	b.t.Helper()
	hash, err := passwordHash()
	if err != nil {
		b.t.Fatal(err)
	}
	id, err := b.db.AddUser(b.t.Context(), views.Account{User: views.User{Email: email, Name: "Somebody", Roles: roles}, PasswordHash: hash}, "test", businessNow)
	if err != nil {
		b.t.Fatal(err)
	}
	return id
}

// visitor is a browser with its cookie.
type visitor struct {
	b      *bench
	cookie *http.Cookie
	device *http.Cookie
	header http.Header
}

func (b *bench) visitor() *visitor { return &visitor{b: b, header: http.Header{}} }

// as makes a user with roles and logs them in.
func (b *bench) as(roles ...string) *visitor {
	b.t.Helper()
	email := strings.Join(roles, "-") + "@example.com"
	b.user(email, roles...)
	return b.login(email)
}

func (b *bench) login(email string) *visitor {
	b.t.Helper()
	v := b.visitor()
	v.do("POST", "/api/login", map[string]string{"email": email, "password": testPassword}).want(200)
	return v
}

type reply struct {
	t      *testing.T
	status int
	header http.Header
	body   []byte
	name   string
}

func (v *visitor) do(method, path string, body any) reply {
	v.b.t.Helper()
	var reader io.Reader
	switch body := body.(type) {
	case nil:
	case string:
		reader = strings.NewReader(body)
	default:
		data, err := json.Marshal(body)
		if err != nil {
			v.b.t.Fatal(err)
		}
		reader = bytes.NewReader(data)
	}
	req, err := http.NewRequestWithContext(v.b.t.Context(), method, v.b.http.URL+path, reader)
	if err != nil {
		v.b.t.Fatal(err)
	}
	req.Header = v.header.Clone()
	if reader != nil && req.Header.Get("Content-Type") == "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for _, cookie := range []*http.Cookie{v.cookie, v.device} {
		if cookie != nil {
			req.AddCookie(cookie)
		}
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		v.b.t.Fatal(err)
	}
	defer res.Body.Close() //nolint:errcheck // it was read
	data, err := io.ReadAll(res.Body)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		v.b.t.Fatal(err)
	}
	for _, c := range res.Cookies() {
		switch c.Name {
		case cookieName(v.b.tls):
			v.cookie = c
		case deviceCookie(v.b.tls):
			v.device = c
		}
	}
	return reply{v.b.t, res.StatusCode, res.Header, data, method + " " + path}
}

func (v *visitor) get(path string) reply { v.b.t.Helper(); return v.do("GET", path, nil) }

func (r reply) want(status int) reply {
	r.t.Helper()
	if r.status != status {
		r.t.Fatalf("%s answered %d, want %d: %s", r.name, r.status, status, r.body)
	}
	return r
}

// code checks a problem's status and code.
func (r reply) code(status int, code string) reply {
	r.t.Helper()
	r.want(status)
	var p Problem
	if err := json.Unmarshal(r.body, &p); err != nil || p.Code != code || r.header.Get("Content-Type") != "application/problem+json" {
		r.t.Fatalf("%s answered %s %s, want the problem %q", r.name, r.header.Get("Content-Type"), r.body, code)
	}
	return r
}

func into[T any](r reply) T {
	r.t.Helper()
	var v T
	if err := json.Unmarshal(r.body, &v); err != nil {
		r.t.Fatalf("%s: %v in %s", r.name, err, r.body)
	}
	return v
}
