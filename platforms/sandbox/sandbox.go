// Package sandbox is a whole simulated world behind one HTTP listener: advertising platforms, product sources, a supplier, a shop that
// sends webhooks, and services that take messages and files, each under its own path and in its own dialect. The production clients are
// pointed at it by their base URLs and do not know the difference.
//
// The caller drives it: Step (or Tick) brings the world to a moment and delivers the shop's webhooks one at a time; without it nothing
// is delivered. With the same seed, calls and steps it is the same world.
package sandbox

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/platforms/sandbox/adservers"
	"github.com/agente-ceo/agente-ceo/platforms/sandbox/faults"
	"github.com/agente-ceo/agente-ceo/platforms/sandbox/market"
	"github.com/agente-ceo/agente-ceo/platforms/sandbox/world"
)

// Config says which world to make. Now is required, and Start unless Market is given.
type Config struct {
	Seed     uint64
	Start    time.Time      // the world's first moment
	TZ       *time.Location // of the ad account; default UTC
	Currency money.Currency // of the ad account and the shop; default USD
	Greedy   bool           // platforms always charge the most they may
	Catalog  []market.CatalogItem
	Now      func() time.Time
	Market   *market.Market // instead of one made of the fields above; TZ is still asked

	// AdServers are the advertising platforms by name (meta, tiktok, google): each is served under /{name} and sees the rest of the path,
	// such as /v26.0/… and /open_api/v1.3/…. One that has Step(now time.Time) is stepped with the world, in the order of names.
	AdServers map[string]http.Handler
	// AdCredentials are the settings that go with them, by environment name (META_ACCESS_TOKEN, …).
	AdCredentials map[string]string

	Secrets world.Secrets // zero value: world.DefaultSecrets
	// Send delivers the shop's webhooks; default http.DefaultClient.Do. In virtual time it must not wait for the goroutine that calls Step.
	Send func(*http.Request) (*http.Response, error)
	// MailAddr is where the SMTP sink listens once started; default 127.0.0.1:0.
	MailAddr string
	// Speed is what /_sandbox/clock says of Now, in virtual seconds per second.
	Speed  float64
	Faults *faults.Plan // nil: nothing goes wrong
}

// Sandbox is the assembled world.
type Sandbox struct {
	cfg    Config
	market *market.Market
	world  *world.World
	mux    *http.ServeMux
	root   http.Handler
	mail   *world.MailSink
}

// services are the paths that the world itself serves.
func services(w *world.World) map[string]http.Handler {
	return map[string]http.Handler{
		"serpapi": w.SerpAPI(), "aliexpress": w.AliExpress(), "amazon": w.Amazon(), "shopify": w.Shopify(), "twilio": w.Twilio(), "whatsapp": w.WhatsApp(),
		"crm": w.CRM(), "supabase": w.Supabase(), "img": w.Images(),
	}
}

// New assembles a world. It panics without Now, as nothing could be answered.
func New(cfg Config) *Sandbox {
	if cfg.Now == nil {
		panic("sandbox: Config.Now is required")
	}
	if cfg.TZ == nil {
		cfg.TZ = time.UTC
	}
	if cfg.MailAddr == "" {
		cfg.MailAddr = "127.0.0.1:0"
	}
	m := cfg.Market
	if m == nil {
		m = market.New(market.Config{Seed: cfg.Seed, Start: cfg.Start, TZ: cfg.TZ, Currency: cfg.Currency, Greedy: cfg.Greedy || cfg.Faults.Greedy(), Catalog: cfg.Catalog})
	}
	cfg.Faults.Begin(cfg.Now)
	s := &Sandbox{cfg: cfg, market: m, mux: http.NewServeMux()}
	send := cfg.Send
	if send == nil {
		send = http.DefaultClient.Do
	}
	s.world = world.New(world.Config{
		Market: m, Now: cfg.Now, Secrets: cfg.Secrets, Send: cfg.Faults.Send(send, func() { s.world.Unsubscribe() }), Mail: cfg.Faults.Mail,
	})
	all := services(s.world)
	all["_sandbox"] = s.control(s.world.State(cfg.TZ))
	for _, name := range slices.Sorted(maps.Keys(all)) {
		s.Mount(name, all[name])
	}
	for _, name := range slices.Sorted(maps.Keys(cfg.AdServers)) {
		s.Mount(name, cfg.AdServers[name])
	}
	s.mux.HandleFunc("GET /{$}", func(rw http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprintln(rw, "Agente-CEO sandbox: simulated platforms. State: /_sandbox/state")
	})
	s.root = cfg.Faults.Wrap(s.mux)
	return s
}

// Mount serves a handler under /{name}; the handler sees the path without it. Mount before serving.
func (s *Sandbox) Mount(name string, h http.Handler) {
	s.mux.Handle("/"+name+"/", http.StripPrefix("/"+name, h))
	s.mux.Handle("/"+name, http.StripPrefix("/"+name, h))
}

// Market is the model behind the world, for ad servers to be made over and for tests.
func (s *Sandbox) Market() *market.Market { return s.market }

// World is everything but the ads.
func (s *Sandbox) World() *world.World { return s.world }

// Handler serves all services.
func (s *Sandbox) Handler() http.Handler { return s }

// ServeHTTP serves all services. Above each answer is the world's time, as above a real platform's.
func (s *Sandbox) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	rw.Header().Set("Date", s.cfg.Now().UTC().Format(http.TimeFormat))
	s.root.ServeHTTP(rw, r)
}

// Start opens the SMTP sink. Close it afterwards.
func (s *Sandbox) Start() error {
	sink, err := s.world.ListenMail(s.cfg.MailAddr)
	if err != nil {
		return fmt.Errorf("start the sandbox: %w", err)
	}
	s.mail = sink
	return nil
}

// Close ends the SMTP sink; without Start it does nothing.
func (s *Sandbox) Close() error {
	if s.mail == nil {
		return nil
	}
	return s.mail.Close()
}

// Step brings the world to now: advertising, purchases, and the shop's webhooks, sent one at a time in a fixed order. The error is only for
// a context that ended; what is undelivered stays due.
func (s *Sandbox) Step(ctx context.Context, now time.Time) error {
	for _, name := range slices.Sorted(maps.Keys(s.cfg.AdServers)) {
		if server, ok := s.cfg.AdServers[name].(interface{ Step(now time.Time) }); ok {
			server.Step(now)
		}
	}
	s.people()
	s.market.Advance(now)
	return s.world.Deliver(ctx, now)
}

// people lets people edit campaigns on the platforms, where a plan of faults says so.
func (s *Sandbox) people() {
	ids := map[string][2]string{
		"meta": {"META_ACCESS_TOKEN", "META_AD_ACCOUNT_ID"}, "tiktok": {"TIKTOK_ACCESS_TOKEN", "TIKTOK_ADVERTISER_ID"}, "google": {"GOOGLE_ACCESS_TOKEN", "GOOGLE_CUSTOMER_ID"},
	}
	for _, name := range slices.Sorted(maps.Keys(s.cfg.AdServers)) {
		server, ok := s.cfg.AdServers[name].(interface{ Snapshot() adservers.Tree })
		if ok && s.cfg.Faults != nil {
			s.cfg.Faults.People(faults.Account{
				Platform: name, Tree: server.Snapshot, Call: s.cfg.AdServers[name], Token: s.cfg.AdCredentials[ids[name][0]], ID: s.cfg.AdCredentials[ids[name][1]],
			})
		}
	}
}

// Tick is Step without a context, for a journal.
func (s *Sandbox) Tick(now time.Time) { _ = s.Step(context.Background(), now) }

// NextStep is when to step next after now: the next quarter of an hour.
func (s *Sandbox) NextStep(now time.Time) time.Time {
	return now.Truncate(market.Step).Add(market.Step)
}

// Subscribe makes the shop send its orders and refunds to an address, as its owner would in its settings.
func (s *Sandbox) Subscribe(address string) error {
	for _, topic := range []string{"ORDERS_CREATE", "REFUNDS_CREATE"} {
		if err := s.world.Subscribe(topic, address); err != nil {
			return fmt.Errorf("subscribe to the shop: %w", err)
		}
	}
	return nil
}

// URLs are the base addresses of the services by setting, for a sandbox reached at base (http://127.0.0.1:9000). It also tells the world its
// address, which pictures and shop pages are linked under.
func (s *Sandbox) URLs(base string) map[string]string {
	base = strings.TrimSuffix(base, "/")
	s.world.SetBase(base)
	urls := map[string]string{
		"META_BASE_URL": base + "/meta", "TIKTOK_BASE_URL": base + "/tiktok/open_api/v1.3", "GOOGLE_ADS_BASE_URL": base + "/google", "SERPAPI_BASE_URL": base + "/serpapi",
		"ALIEXPRESS_BASE_URL": base + "/aliexpress", "AMAZON_BASE_URL": base + "/amazon", "AMAZON_TOKEN_URL": base + "/amazon", "SUPABASE_URL": base + "/supabase",
		"TWILIO_BASE_URL": base + "/twilio", "WHATSAPP_BASE_URL": base + "/whatsapp", "CRM_WEBHOOK_URL": base + "/crm", "SHOPIFY_BASE_URL": base + "/shopify",
	}
	if s.mail != nil {
		secrets := s.world.Secrets()
		urls["SMTP_URL"] = fmt.Sprintf("smtp://%s:%s@%s", secrets.SMTPUser, secrets.SMTPPassword, s.mail.Addr())
	}
	return urls
}

// Credentials are what the services accept, by setting.
func (s *Sandbox) Credentials() map[string]string {
	x := s.world.Secrets()
	out := map[string]string{
		"SERPAPI_API_KEY": x.SerpAPIKey, "ALIEXPRESS_APP_KEY": x.AliExpressKey, "ALIEXPRESS_APP_SECRET": x.AliExpressSecret, "ALIEXPRESS_SESSION": x.AliExpressSession,
		"AMAZON_CLIENT_ID": x.AmazonClientID, "AMAZON_CLIENT_SECRET": x.AmazonClientSecret, "AMAZON_PARTNER_TAG": x.AmazonPartnerTag,
		"SHOPIFY_ACCESS_TOKEN": x.ShopifyToken, "SHOPIFY_WEBHOOK_SECRET": x.ShopifyWebhookSecret, "TWILIO_ACCOUNT_SID": x.TwilioSID, "TWILIO_AUTH_TOKEN": x.TwilioToken,
		"TWILIO_FROM": "+15550100000", "WHATSAPP_ACCESS_TOKEN": x.WhatsAppToken, "WHATSAPP_PHONE_NUMBER_ID": x.WhatsAppPhoneID, "SUPABASE_SERVICE_KEY": x.SupabaseKey,
		"CRM_WEBHOOK_SECRET": x.CRMSecret,
	}
	maps.Copy(out, s.cfg.AdCredentials)
	return out
}
