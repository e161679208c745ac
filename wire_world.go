package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/agente-ceo/agente-ceo/configs"
	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/platforms/sandbox"
	"github.com/agente-ceo/agente-ceo/platforms/sandbox/adservers"
	sandboxgoogle "github.com/agente-ceo/agente-ceo/platforms/sandbox/adservers/google"
	sandboxmeta "github.com/agente-ceo/agente-ceo/platforms/sandbox/adservers/meta"
	sandboxtiktok "github.com/agente-ceo/agente-ceo/platforms/sandbox/adservers/tiktok"
	"github.com/agente-ceo/agente-ceo/platforms/sandbox/faults"
	"github.com/agente-ceo/agente-ceo/platforms/sandbox/journal"
	"github.com/agente-ceo/agente-ceo/platforms/sandbox/market"
)

// The sandbox's accounts: obviously not real.
const (
	sandboxMetaToken   = "sandbox-meta-token"
	sandboxMetaSecret  = "sandbox-meta-app-secret"
	sandboxMetaVerify  = "sandbox-meta-verify-token"
	sandboxAccount     = "1000000001"
	sandboxPixel       = "998877665544"
	sandboxPage        = "555000111"
	sandboxTikTokToken = "sandbox-tiktok-token"
	sandboxAdvertiser  = "7000000000000000001"
	sandboxTikTokPixel = "7000000000000000777"
	sandboxIdentity    = "7000000000000000888"
	sandboxGoogleToken = "sandbox-google-token"
	sandboxCustomer    = "1234567890"
)

// reviewDelay is how long the sandbox's platforms look at a new ad.
const reviewDelay = 10 * time.Minute

// world is the simulated world with its listener.
type world struct {
	*sandbox.Sandbox
	ads      map[string]interface{ Snapshot() adservers.Tree }
	journal  *journal.Journal // nil in simulations, which have no tomorrow
	server   *http.Server
	base     string
	resumeAt time.Time // the journal's last moment; zero for a new world
	post     func(*http.Request) (*http.Response, error)
}

// worldOptions say which world to open.
type worldOptions struct {
	cfg         configs.Config
	start       time.Time
	now         func() time.Time
	journalPath string // empty: nothing is kept
	faults      *faults.Plan
	webhooks    string                                      // where the shop sends them, from the first moment on, replayed ones included; empty: nowhere yet
	post        func(*http.Request) (*http.Response, error) // sends the shop's webhooks; nil: HTTP
	front       func(http.Handler) http.Handler             // put before the listener; nil: nothing
	log         *slog.Logger
}

// openWorld makes the world, replays its journal and begins to listen.
func openWorld(o worldOptions) (*world, error) {
	catalog, err := loadCatalog(o.cfg.Catalog, o.log)
	if err != nil {
		return nil, err
	}
	w := &world{post: o.post}
	if w.post == nil {
		w.post = webhookClient.Do
	}
	now := o.now
	if o.journalPath != "" {
		if w.journal, err = journal.Open(o.journalPath); err != nil {
			return nil, err
		}
		now = func() time.Time {
			if at, replaying := w.journal.Now(); replaying {
				return at
			}
			return o.now()
		}
	}
	w.assemble(o, catalog, now)
	if err := w.listen(o, now); err != nil {
		return nil, err
	}
	w.World().SetBase(w.base)
	if o.webhooks != "" {
		if err := w.Subscribe(o.webhooks); err != nil {
			return nil, err
		}
	}
	if w.journal != nil {
		var entries int
		if entries, w.resumeAt, err = w.journal.Replay(w.Sandbox); err != nil {
			return nil, err
		}
		o.log.Info("sandbox's world was rebuilt", "entries", entries)
	}
	return w, nil
}

func (w *world) assemble(o worldOptions, catalog []market.CatalogItem, now func() time.Time) {
	cfg := o.cfg
	zone, currency := accountZone(cfg), money.Currency(cfg.Account.Currency)
	m := market.New(market.Config{Seed: cfg.Seed, Start: o.start, TZ: zone, Currency: currency, Greedy: cfg.Greedy || o.faults.Greedy(), Catalog: catalog})
	metaServer := sandboxmeta.New(sandboxmeta.Config{
		Token: sandboxMetaToken, AppSecret: sandboxMetaSecret, AccountID: sandboxAccount, AccountName: "Agente sandbox", PixelID: sandboxPixel, PageID: sandboxPage,
		Currency: string(currency), Zone: zone, Market: m, Now: now, ReviewDelay: reviewDelay,
	})
	tiktokServer := sandboxtiktok.New(sandboxtiktok.Config{
		Token: sandboxTikTokToken, AdvertiserID: sandboxAdvertiser, AdvertiserName: "Agente sandbox", PixelID: sandboxTikTokPixel, IdentityID: sandboxIdentity,
		Currency: string(currency), Zone: zone, Market: m, Trends: m, Now: now, ReviewDelay: reviewDelay,
	})
	googleServer := sandboxgoogle.New(sandboxgoogle.Config{
		Token: sandboxGoogleToken, CustomerID: sandboxCustomer, Currency: string(currency), Zone: zone, Market: m, Now: now, ReviewDelay: reviewDelay,
	})
	w.ads = map[string]interface{ Snapshot() adservers.Tree }{"meta": metaServer, "tiktok": tiktokServer, "google": googleServer}
	w.Sandbox = sandbox.New(sandbox.Config{
		Market: m, TZ: zone, Now: now, Speed: cfg.Speed, Faults: o.faults, Send: w.send,
		AdServers: map[string]http.Handler{"meta": metaServer, "tiktok": tiktokServer, "google": googleServer},
		AdCredentials: map[string]string{
			"META_ACCESS_TOKEN": sandboxMetaToken, "META_APP_SECRET": sandboxMetaSecret, "META_VERIFY_TOKEN": sandboxMetaVerify,
			"META_AD_ACCOUNT_ID": sandboxAccount, "META_PIXEL_ID": sandboxPixel, "META_PAGE_ID": sandboxPage,
			"TIKTOK_ACCESS_TOKEN": sandboxTikTokToken, "TIKTOK_ADVERTISER_ID": sandboxAdvertiser, "TIKTOK_PIXEL_ID": sandboxTikTokPixel,
			"TIKTOK_IDENTITY_ID": sandboxIdentity, "GOOGLE_ACCESS_TOKEN": sandboxGoogleToken, "GOOGLE_CUSTOMER_ID": sandboxCustomer,
		},
	})
}

// webhookClient posts the shop's webhooks; the receiver has five seconds, as a real shop gives it.
var webhookClient = &http.Client{Timeout: 5 * time.Second}

// send posts a webhook and lets the journal remember the answer; during a replay the remembered answer comes back instead.
func (w *world) send(r *http.Request) (*http.Response, error) {
	if w.journal == nil {
		return w.post(r)
	}
	status := w.journal.Answer(func() int {
		res, err := w.post(r)
		if err != nil {
			return 0
		}
		_ = res.Body.Close() // the status is all that is wanted
		return res.StatusCode
	})
	if status == 0 {
		return nil, fmt.Errorf("the webhook's receiver did not answer")
	}
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(http.NoBody), Request: r}, nil
}

func (w *world) listen(o worldOptions, now func() time.Time) error {
	listener, err := listenNear(o.cfg.SandboxAddr)
	if err != nil {
		return fmt.Errorf("open the sandbox's port: %w", err)
	}
	if err := w.Start(); err != nil {
		return err
	}
	w.base = "http://" + listener.Addr().String()
	var handler http.Handler = w.Sandbox
	if w.journal != nil {
		handler = w.journal.Wrap(handler, now)
	}
	if o.front != nil {
		handler = o.front(handler)
	}
	w.server = &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = w.server.Serve(listener) }() // ends with Close, and says only that
	return nil
}

// listenNear takes the address, or a free port of the same host when it is taken.
func listenNear(addr string) (net.Listener, error) {
	listener, err := net.Listen("tcp", addr)
	if err == nil {
		return listener, nil
	}
	host, _, splitErr := net.SplitHostPort(addr)
	if splitErr != nil {
		return nil, err
	}
	return net.Listen("tcp", net.JoinHostPort(host, "0"))
}

// step brings the world to now and delivers its webhooks.
func (w *world) step(ctx context.Context, now time.Time) error {
	if w.journal == nil {
		return w.Step(ctx, now)
	}
	return w.journal.Tick(w.Sandbox, now)
}

// close ends the listeners and the journal.
func (w *world) close() {
	if w.server != nil {
		_ = w.server.Close() // connections of our own clients only
	}
	_ = w.Close()
	if w.journal != nil {
		_ = w.journal.Close() // every line was flushed when it was written
	}
}

// loadCatalog reads a real product list; rows that cannot be used are logged and left out.
func loadCatalog(path string, log *slog.Logger) ([]market.CatalogItem, error) {
	if path == "" {
		return nil, nil
	}
	file, err := os.Open(filepath.Clean(path))
	if err != nil {
		return nil, fmt.Errorf("open the catalogue: %w", err)
	}
	defer func() { _ = file.Close() }() // it was only read
	items, bad, err := market.LoadCatalog(file)
	if err != nil {
		return nil, fmt.Errorf("read the catalogue %s: %w", path, err)
	}
	for i, row := range bad {
		if i == 10 {
			log.Warn("more rows of the catalogue were left out", "rows", len(bad)-i)
			break
		}
		log.Warn("row of the catalogue was left out", "problem", row.Error())
	}
	if len(items) == 0 {
		return nil, fmt.Errorf("the catalogue %s has no usable row", path)
	}
	return items, nil
}
