package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/agente-ceo/agente-ceo/configs"
	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/domain/views"
)

// connectionNeeds is what each connection needs to be made, by the environment's names, beside an address that is known.
var connectionNeeds = map[string][]string{
	"meta": {"META_ACCESS_TOKEN", "META_AD_ACCOUNT_ID"}, "tiktok": {"TIKTOK_ACCESS_TOKEN", "TIKTOK_ADVERTISER_ID"},
	"google": {"GOOGLE_ACCESS_TOKEN", "GOOGLE_CUSTOMER_ID"}, "google_shopping": {"SERPAPI_KEY"},
	"aliexpress": {"ALIEXPRESS_APP_KEY", "ALIEXPRESS_APP_SECRET", "ALIEXPRESS_ACCESS_TOKEN"},
	"amazon":     {"AMAZON_CLIENT_ID", "AMAZON_CLIENT_SECRET", "AMAZON_PARTNER_TAG"},
	"shopify":    {"SHOPIFY_ACCESS_TOKEN", "SHOPIFY_BASE_URL"}, "woocommerce": {"WOOCOMMERCE_CONSUMER_KEY", "WOOCOMMERCE_CONSUMER_SECRET", "WOOCOMMERCE_BASE_URL"},
	"email": {"SMTP_URL"}, "sms": {"TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_FROM"}, "whatsapp": {"WHATSAPP_PHONE_ID", "WHATSAPP_TOKEN"},
}

// connections tries connections to the outside with what is stored now, which those that run may not have yet.
type connections struct{ app *App }

// ConnectionOf is the connection that a credential is for, "" for one that nothing can be asked about.
func (connections) ConnectionOf(credential string) string {
	for name, needs := range connectionNeeds {
		for _, need := range needs {
			if need == credential {
				return name
			}
		}
	}
	return ""
}

// TestConnection makes the production client anew and lets it read something harmless.
func (c connections) TestConnection(ctx context.Context, name string) (views.ConnectionTest, error) {
	out := views.ConnectionTest{Name: name, Missing: []string{}}
	needs, known := connectionNeeds[name]
	if !known {
		return out, fault.Refuse("unknown_connection", "There is no connection called %q.", name)
	}
	cfg, err := c.stored(ctx)
	if err != nil {
		return out, err
	}
	if out.Missing = configs.Missing(cfg, needs); len(out.Missing) > 0 {
		out.Code, out.Detail = "not_configured", "Not set: "+strings.Join(out.Missing, ", ")
		return out, nil
	}
	a := c.app
	outside, err := connect(cfg, a.clock, a.media, newCalls(prometheus.NewRegistry()), a.witnesses, allowedEgress(cfg), "")
	if err != nil {
		out.Code, out.Detail = "not_configured", err.Error()
		return out, nil
	}
	for _, check := range outside.checks {
		if check.Name == name {
			ctx, cancel := context.WithTimeout(ctx, cfg.Courier.CallTimeout)
			defer cancel()
			out.Code, out.Detail = verdictOn(check.Check(ctx))
			out.OK = out.Code == ""
			return out, nil
		}
	}
	out.Code, out.Detail = "not_configured", "The connection could not be made from what is set."
	return out, nil
}

// stored is the configuration with the settings and credentials that are stored now.
func (c connections) stored(ctx context.Context) (configs.Config, error) {
	saved, err := c.app.savedSettings(ctx)
	if err != nil {
		return configs.Config{}, err
	}
	layers := c.app.opts.Layers
	layers.Saved = saved
	cfg, _, err := configs.Load(layers)
	if err != nil {
		return cfg, fmt.Errorf("read the stored settings: %w", err)
	}
	cfg.SandboxURL, cfg.DataDir = c.app.cfg.SandboxURL, c.app.cfg.DataDir
	return c.app.addresses(cfg), nil
}

// verdictOn says what a check's error asks a person to do.
func verdictOn(err error) (code, detail string) {
	if err == nil {
		return "", ""
	}
	code = map[fault.Kind]string{fault.Terminal: "credentials", fault.Refused: "refused", fault.Retryable: "unreachable", fault.Ambiguous: "unreachable"}[fault.KindOf(err)]
	if code == "" {
		code = "unknown"
	}
	return code, err.Error()
}
