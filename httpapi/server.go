// Package httpapi is the door of the binary: the JSON API, the webhooks of shops and platforms, the live feed and the dashboard's
// files, over Gin, huma and Melody. It knows no SQL and no actors: what it needs is declared here and wired by the root.
//
// routes.go holds one table of every route and who may use it; the router is built from that table and from nothing else.
package httpapi

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"
)

// Clock tells the business's time, which is virtual in the sandbox.
type Clock interface{ Now() time.Time }

// Readiness says what keeps the program from doing its work.
type Readiness interface {
	// Reasons is empty when everything that is required runs: the database, its schema, the actors. Each reason is a sentence.
	Reasons(ctx context.Context) []string
}

// Deps is what the API needs. Fields without a comment "optional" must be set.
type Deps struct {
	Clock    Clock
	Now      func() time.Time     // real time: sessions, tokens, throttling
	Log      *slog.Logger         // optional
	Registry *prometheus.Registry // serves /metrics and takes the API's own metrics
	System   System

	Readiness Readiness
	Actors    Actors
	Webhooks  WebhookStore
	Secrets   func() WebhookSecrets
	Reads     Reads
	Records   Records
	Switch    Switch
	Live      Live // optional: without it there is no /ws, as in simulations

	Users         Users
	Sessions      SessionStore
	People        People
	Tokens        Tokens
	Configuration Configuration
	Settings      SettingsStore
	Vault         Vault
	Factors       SecondFactors
	Readers       Readers
	Connections   Connections
	Engine        Engine
	Credentials   []string                 // names of the credentials that may be stored
	ListActors    func() []ActorRow        // what runs in this process
	OnCredential  func(name, value string) // optional: a stored credential takes effect

	UI    fs.FS        // optional: the built dashboard, index.html at its root
	Media http.Handler // optional: serves /media/, the prefix already taken off

	// TrustedProxies are addresses whose X-Forwarded-For is believed, as CIDRs; none are when it is empty.
	TrustedProxies []string
	// TLS says that browsers reach us by https: cookies are Secure and named __Host-.
	TLS bool
	// Origins are further origins that may open /ws and post, such as "https://agente.example". The API's own host always may.
	Origins []string
	// ImageOrigins are further origins that the dashboard may show pictures from; https ones always may be shown.
	ImageOrigins []string
	Idle         time.Duration // of a session; 0 is 12 hours
	Absolute     time.Duration // of a session; 0 is 7 days
}

// Server is the API. Make it with New, serve Handler, and Close it when the listener has stopped.
type Server struct {
	deps     Deps
	log      *slog.Logger
	engine   *gin.Engine
	api      huma.API
	handler  http.Handler
	auth     *auth
	hub      *hub
	metrics  *metrics
	intake   *intake
	csp      string          // the Content-Security-Policy of every answer
	served   map[string]bool // routes of the table that have a handler
	problems []error         // what went wrong while building
	stop     context.CancelFunc
	done     sync.WaitGroup
}

const (
	defaultIdle     = 12 * time.Hour
	defaultAbsolute = 7 * 24 * time.Hour
	maxBody         = 1 << 20 // bytes of any request
)

// New builds the router from the table of routes. It fails when a dependency is missing, when a route has no handler, or when a
// handler has no route. The live feed runs until Close.
func New(d Deps) (*Server, error) {
	if err := d.complete(); err != nil {
		return nil, err
	}
	engine := gin.New()
	if err := engine.SetTrustedProxies(d.TrustedProxies); err != nil {
		return nil, fmt.Errorf("read trusted proxies: %w", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	s := &Server{deps: d, log: d.Log, engine: engine, metrics: newMetrics(d.Registry), served: map[string]bool{}, stop: cancel}
	s.csp = s.policy()
	s.auth = newAuth(d)
	s.hub = newHub(s)
	s.intake = newIntake(d)
	engine.Use(s.observe, s.recovered, s.secured, wellFormed)
	s.api = newAPI(engine, d.System.Version)
	s.routes()
	for _, r := range table {
		if !s.served[r.String()] {
			s.problems = append(s.problems, fmt.Errorf("route %s has no handler", r))
		}
	}
	if err := errors.Join(s.problems...); err != nil {
		cancel()
		return nil, err
	}
	protection := http.NewCrossOriginProtection()
	protection.SetDenyHandler(http.HandlerFunc(crossOrigin))
	for _, origin := range d.Origins {
		if err := protection.AddTrustedOrigin(origin); err != nil {
			cancel()
			return nil, fmt.Errorf("read origin %q: %w", origin, err)
		}
	}
	s.handler = protection.Handler(engine)
	if d.Live != nil {
		s.done.Go(func() { s.hub.run(ctx) })
		s.done.Go(func() { s.hub.watch(ctx) })
	}
	return s, nil
}

// Handler serves everything.
func (s *Server) Handler() http.Handler { return s.handler }

// Close stores the webhooks that wait, ends the live feed with its connections, and closes Deps.Live if it can be closed.
func (s *Server) Close() error {
	s.intake.close()
	s.stop()
	s.done.Wait()
	err := s.hub.close()
	if closer, ok := s.deps.Live.(io.Closer); ok {
		err = errors.Join(err, closer.Close())
	}
	return err
}

func (d *Deps) complete() error {
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	if d.Idle <= 0 {
		d.Idle = defaultIdle
	}
	if d.Absolute <= 0 {
		d.Absolute = defaultAbsolute
	}
	missing := map[string]bool{
		"Clock": d.Clock == nil, "Now": d.Now == nil, "Registry": d.Registry == nil, "Readiness": d.Readiness == nil,
		"Actors": d.Actors == nil, "Webhooks": d.Webhooks == nil, "Secrets": d.Secrets == nil, "Reads": d.Reads == nil,
		"Records": d.Records == nil, "Switch": d.Switch == nil, "Users": d.Users == nil, "Sessions": d.Sessions == nil,
		"Tokens": d.Tokens == nil, "People": d.People == nil, "Configuration": d.Configuration == nil, "Settings": d.Settings == nil, "Vault": d.Vault == nil,
		"Factors": d.Factors == nil, "Readers": d.Readers == nil, "Connections": d.Connections == nil,
		"ListActors": d.ListActors == nil, "Engine": d.Engine == nil,
	}
	for name, absent := range missing {
		if absent {
			return fmt.Errorf("httpapi needs %s", name)
		}
	}
	for _, cidr := range d.TrustedProxies {
		if _, err := netip.ParsePrefix(cidr); err != nil && !strings.Contains(err.Error(), "no '/'") {
			return fmt.Errorf("read trusted proxy %q: %w", cidr, err)
		}
	}
	return nil
}
