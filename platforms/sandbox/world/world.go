// Package world is what surrounds the advertising platforms in the sandbox: the sources where products are found, the supplier, the shop
// with its webhooks, and the services that take messages and files. Each is one http.Handler that speaks the real service's dialect as its
// vendor publishes it, is as strict as that service, and keeps what it received for inspection. It knows nothing of our own clients.
//
// It is deterministic: ids are counted or derived, and time is asked of the caller.
package world

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/agente-ceo/agente-ceo/platforms/sandbox/market"
)

// Secrets are the credentials that the services accept.
type Secrets struct {
	SerpAPIKey                                           string
	AliExpressKey, AliExpressSecret, AliExpressSession   string
	AmazonClientID, AmazonClientSecret, AmazonPartnerTag string
	ShopifyToken, ShopifyWebhookSecret                   string
	TwilioSID, TwilioToken                               string
	WhatsAppToken, WhatsAppPhoneID                       string
	SupabaseKey                                          string
	CRMSecret                                            string
	SMTPUser, SMTPPassword                               string
}

// DefaultSecrets are obviously not real; every service checks its own.
func DefaultSecrets() Secrets {
	return Secrets{
		SerpAPIKey: "sandbox-serpapi-key", AliExpressKey: "500100", AliExpressSecret: "sandbox-aliexpress-secret", AliExpressSession: "sandbox-aliexpress-session",
		AmazonClientID: "amzn1.application-oa2-client.sandbox", AmazonClientSecret: "sandbox-amazon-secret", AmazonPartnerTag: "agente-20",
		ShopifyToken: "shpat_sandbox", ShopifyWebhookSecret: "sandbox-shopify-secret", TwilioSID: "AC00000000000000000000000000005a17", TwilioToken: "sandbox-twilio-token",
		WhatsAppToken: "sandbox-whatsapp-token", WhatsAppPhoneID: "106540352242922", SupabaseKey: "sandbox.service.role", CRMSecret: "sandbox-crm-secret",
		SMTPUser: "sandbox", SMTPPassword: "sandbox-smtp-password",
	}
}

// Config is what a world is made of.
type Config struct {
	Market  *market.Market
	Now     func() time.Time
	Secrets Secrets // zero value: DefaultSecrets
	// Send delivers the shop's webhooks; default http.DefaultClient.Do. In virtual time it must not wait for the goroutine that calls Deliver.
	Send func(*http.Request) (*http.Response, error)
	// Mail says what the post answers to a message instead of taking it; code 0, or nil: it takes it.
	Mail func() (code int, text string)
}

// World is the state of all services. It is safe for use by several goroutines.
type World struct {
	market  *market.Market
	now     func() time.Time
	secrets Secrets
	send    func(*http.Request) (*http.Response, error)
	mail    func() (code int, text string)

	mu       sync.Mutex
	base     string // where the services are reached, for links that they give
	supplier supplier
	shop     shop
	hooks    hooks
	sinks    sinks
	storage  storage
	tokens   map[string]time.Time // Amazon bearer → end of validity
	calls    map[string]int64     // by service
}

// New makes a world in which nothing was listed, ordered or sent yet.
func New(cfg Config) *World {
	if cfg.Secrets == (Secrets{}) {
		cfg.Secrets = DefaultSecrets()
	}
	if cfg.Send == nil {
		cfg.Send = http.DefaultClient.Do
	}
	if cfg.Mail == nil {
		cfg.Mail = func() (int, string) { return 0, "" }
	}
	return &World{
		mail: cfg.Mail, market: cfg.Market, now: cfg.Now, secrets: cfg.Secrets, send: cfg.Send,
		supplier: newSupplier(), shop: newShop(), storage: newStorage(), sinks: newSinks(),
		tokens: map[string]time.Time{}, calls: map[string]int64{},
	}
}

// SetBase tells under which address the services are reached; pictures and shop pages get addresses below it.
func (w *World) SetBase(base string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.base = base
}

// Secrets returns what the services accept.
func (w *World) Secrets() Secrets { return w.secrets }

// imageURL is where a product's picture is.
func (w *World) imageURL(p market.Product) string {
	if p.Image != "" {
		return p.Image
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.base + "/img/" + p.Ref + ".png"
}

// counted counts the calls of a service.
func (w *World) counted(service string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.mu.Lock()
		w.calls[service]++
		w.mu.Unlock()
		r.Body = http.MaxBytesReader(rw, r.Body, 64<<20)
		next.ServeHTTP(rw, r)
	})
}

// object is a JSON object as a service writes it.
type object = map[string]any

func reply(rw http.ResponseWriter, status int, body any) {
	data, err := json.Marshal(body)
	if err != nil {
		panic(fmt.Sprintf("world: unencodable answer: %v", err))
	}
	rw.Header().Set("Content-Type", "application/json; charset=utf-8")
	rw.WriteHeader(status)
	_, _ = rw.Write(data) // the client may be gone
}

func sign(secret string, body []byte) []byte {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	return mac.Sum(nil)
}

// derived is a stable number of 62 bits for a name.
func derived(parts ...string) int64 {
	h := sha256.New()
	for _, p := range parts {
		h.Write([]byte(p))
		h.Write([]byte{0})
	}
	n := int64(0)
	for _, b := range h.Sum(nil)[:8] {
		n = n<<8 | int64(b)
	}
	return n & (1<<62 - 1)
}
