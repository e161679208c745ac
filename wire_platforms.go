package main

import (
	"cmp"
	"context"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/agente-ceo/agente-ceo/actors/courier"
	"github.com/agente-ceo/agente-ceo/actors/housekeeper"
	"github.com/agente-ceo/agente-ceo/actors/orders"
	"github.com/agente-ceo/agente-ceo/actors/scout"
	"github.com/agente-ceo/agente-ceo/configs"
	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/delivery"
	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/platforms"
	"github.com/agente-ceo/agente-ceo/platforms/aliexpress"
	"github.com/agente-ceo/agente-ceo/platforms/crm"
	"github.com/agente-ceo/agente-ceo/platforms/google"
	"github.com/agente-ceo/agente-ceo/platforms/httpx"
	"github.com/agente-ceo/agente-ceo/platforms/llm"
	"github.com/agente-ceo/agente-ceo/platforms/media"
	"github.com/agente-ceo/agente-ceo/platforms/meta"
	"github.com/agente-ceo/agente-ceo/platforms/notify"
	"github.com/agente-ceo/agente-ceo/platforms/pictures"
	"github.com/agente-ceo/agente-ceo/platforms/sources"
	"github.com/agente-ceo/agente-ceo/platforms/stores"
	"github.com/agente-ceo/agente-ceo/platforms/studio"
	"github.com/agente-ceo/agente-ceo/platforms/tiktok"
	"github.com/agente-ceo/agente-ceo/platforms/writer"
)

// outside is every client of the outside world that has credentials.
type outside struct {
	ads       map[ads.Platform]platforms.Ads
	sources   []scout.Source
	couriers  map[string]courierPort // by courier id
	checks    []housekeeper.Connection
	connected []ads.Platform
	shopURL   string // where the shop's pages are
	shops     []orders.Shop
}

// courierPort is what one courier works with. reads and parcels and surveyor are nil where nothing of the kind can be asked.
type courierPort struct {
	performer courier.Performer
	reads     courier.Reads
	parcels   courier.Parcels
	surveyor  courier.Surveyor
	quota     func() delivery.Quota // nil where the platform does not tell
}

// teller is the time that adapters sign and wait by.
type teller interface{ Now() time.Time }

// connect makes the clients. What has no credentials is left disconnected: its effects wait and say so.
func connect(cfg configs.Config, now teller, files *media.Local, observer httpx.Observer, witness httpx.Witness, allow []netip.Prefix, tellAt string) (*outside, error) {
	h := httpx.New(httpx.Options{Timeout: cfg.Courier.CallTimeout, Observer: observer, Clock: now, Witness: witness})
	o := &outside{ads: map[ads.Platform]platforms.Ads{}, couriers: map[string]courierPort{}}
	steps := []func() error{
		func() error { return o.connectAds(cfg, h, now, files) },
		func() error { return o.connectSources(cfg, h, now) },
		func() error { return o.connectShop(cfg, h, tellAt) },
		func() error { return o.connectCustomers(cfg, h) },
		func() error { return o.connectStudio(cfg, files, allow) },
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return nil, err
		}
	}
	for _, id := range []string{"meta", "tiktok", "google", "store", "supplier", "notify", "crm"} {
		if _, ok := o.couriers[id]; !ok {
			o.couriers[id] = courierPort{performer: courier.Disconnected{Account: id}}
		}
	}
	return o, nil
}

func (o *outside) connectAds(cfg configs.Config, h *httpx.Client, now teller, files *media.Local) error {
	p, currency := cfg.Platforms, money.Currency(cfg.Account.Currency)
	if p.MetaAccessToken != "" && p.MetaAdAccountID != "" {
		client, err := meta.New(meta.Config{
			BaseURL: p.MetaBaseURL, Version: p.MetaAPIVersion, Token: httpx.Secret(p.MetaAccessToken), AccountID: p.MetaAdAccountID, PixelID: p.MetaPixelID,
			PageID: p.MetaPageID, Advertiser: p.MetaAdvertiser, Currency: currency, HTTP: h, Media: files,
		})
		if err != nil {
			return err
		}
		o.addAds(ads.Meta, client)
	}
	if p.TikTokAccessToken != "" && p.TikTokAdvertiserID != "" {
		client, err := tiktok.New(tiktok.Config{
			BaseURL: p.TikTokBaseURL, Token: httpx.Secret(p.TikTokAccessToken), AdvertiserID: p.TikTokAdvertiserID, PixelID: p.TikTokPixelID,
			IdentityID: p.TikTokIdentityID, Currency: currency, HTTP: h, Media: files, Clock: now,
		})
		if err != nil {
			return err
		}
		o.addAds(ads.TikTok, client)
	}
	if p.GoogleToken != "" && p.GoogleCustomerID != "" {
		client, err := google.New(google.Config{
			BaseURL: p.GoogleAdsBaseURL, Tokens: google.StaticToken(httpx.Secret(p.GoogleToken)), CustomerID: p.GoogleCustomerID, Currency: currency, HTTP: h,
		})
		if err != nil {
			return err
		}
		o.addAds(ads.Google, client)
	}
	return nil
}

func (o *outside) addAds(platform ads.Platform, client platforms.Ads) {
	o.ads[platform] = client
	o.connected = append(o.connected, platform)
	port := courierPort{performer: courier.NewAds(client), reads: client, surveyor: client}
	if metered, does := client.(platforms.Metered); does {
		port.quota = metered.Quota
	}
	o.couriers[string(platform)] = port
	o.check(string(platform), client.Check)
}

func (o *outside) check(name string, check func(context.Context) error) {
	o.checks = append(o.checks, housekeeper.Connection{Name: name, Check: check})
}

// connectSources connects the sources in the order in which the scout asks them: who sells first, then who merely shows.
func (o *outside) connectSources(cfg configs.Config, h *httpx.Client, now teller) error {
	p := cfg.Platforms
	if p.AliExpressAppKey != "" {
		client, err := aliexpress.New(aliexpress.Config{
			BaseURL: p.AliExpressBaseURL, AppKey: p.AliExpressAppKey, AppSecret: httpx.Secret(p.AliExpressSecret), Session: httpx.Secret(p.AliExpressToken),
			Currency: cfg.Account.Currency, Clock: now,
		}, h)
		if err != nil {
			return err
		}
		o.sources = append(o.sources, client)
		o.couriers["supplier"] = courierPort{performer: courier.NewSupplier(client), parcels: client}
		o.check("aliexpress", client.Check)
	}
	if p.SerpAPIKey != "" {
		client, err := sources.NewGoogle(p.SerpAPIBaseURL, httpx.Secret(p.SerpAPIKey), h)
		if err != nil {
			return err
		}
		o.sources = append(o.sources, client)
		o.check("google_shopping", client.Check)
	}
	if p.AmazonClientID != "" {
		client, err := sources.NewAmazon(sources.AmazonConfig{
			BaseURL: p.AmazonBaseURL, TokenURL: p.AmazonTokenURL, ClientID: p.AmazonClientID, ClientSecret: httpx.Secret(p.AmazonSecret),
			PartnerTag: p.AmazonPartnerTag, Clock: now,
		}, h)
		if err != nil {
			return err
		}
		o.sources = append(o.sources, client)
		o.check("amazon", client.Check)
	}
	if p.TikTokAccessToken != "" && p.TikTokAdvertiserID != "" {
		client, err := sources.NewTikTok(p.TikTokBaseURL, httpx.Secret(p.TikTokAccessToken), p.TikTokAdvertiserID, h)
		if err != nil {
			return err
		}
		o.sources = append(o.sources, client)
		o.check("tiktok_trends", client.Check)
	}
	return nil
}

// connectShop connects the shops; tellAt is where they reach us. Pages are published in Shopify, orders come from both.
func (o *outside) connectShop(cfg configs.Config, h *httpx.Client, tellAt string) error {
	p := cfg.Platforms
	o.shopURL = cmp.Or(p.ShopURL, p.ShopifyBaseURL)
	tellers := map[string]courier.Teller{}
	var pages courier.Shop
	if p.ShopifyToken != "" && p.ShopifyBaseURL != "" {
		client, err := stores.NewShopify(p.ShopifyBaseURL, p.ShopURL, httpx.Secret(p.ShopifyToken), h)
		if err != nil {
			return err
		}
		if tellAt != "" {
			client.TellAt(tellAt + "/api/webhooks/shopify")
		}
		pages, tellers[client.Shop()], o.shops = client, client, append(o.shops, client)
		o.check("shopify", client.Check)
	}
	if p.WooKey != "" && p.WooBaseURL != "" {
		client, err := stores.NewWooCommerce(p.WooBaseURL, httpx.Secret(p.WooKey), httpx.Secret(p.WooKeySecret), h)
		if err != nil {
			return err
		}
		if p.WooSecret != "" && tellAt != "" { // without it its webhooks could not be believed
			client.TellAt(tellAt+"/api/webhooks/woocommerce", httpx.Secret(p.WooSecret))
		}
		tellers[client.Shop()], o.shops = client, append(o.shops, client)
		o.check("woocommerce", client.Check)
	}
	if len(tellers) > 0 {
		o.couriers["store"] = courierPort{performer: courier.NewShop(pages, tellers)}
	}
	return nil
}

func (o *outside) connectCustomers(cfg configs.Config, h *httpx.Client) error {
	p := cfg.Platforms
	var channels []courier.Notifier
	if p.SMTPURL != "" {
		client, err := notify.NewMail(p.SMTPURL, p.MailFrom)
		if err != nil {
			return err
		}
		channels = append(channels, client)
	}
	if p.TwilioSID != "" {
		client, err := notify.NewSMS(p.TwilioBaseURL, p.TwilioSID, httpx.Secret(p.TwilioToken), p.TwilioFrom, h)
		if err != nil {
			return err
		}
		channels = append(channels, client)
	}
	if p.WhatsAppPhoneID != "" {
		client, err := notify.NewWhatsApp(p.WhatsAppBaseURL, p.MetaAPIVersion, p.WhatsAppPhoneID, httpx.Secret(p.WhatsAppToken), h)
		if err != nil {
			return err
		}
		channels = append(channels, client)
	}
	if len(channels) > 0 {
		o.couriers["notify"] = courierPort{performer: courier.NewNotify(channels...)}
	}
	for _, channel := range channels {
		o.check(channel.Channel(), channel.Check)
	}
	if p.CRMWebhookURL == "" {
		return nil
	}
	client, err := crm.New(p.CRMWebhookURL, httpx.Secret(p.CRMSecret), h)
	if err != nil {
		return err
	}
	o.couriers["crm"] = courierPort{performer: courier.NewCRM(client)}
	return nil
}

func (o *outside) connectStudio(cfg configs.Config, files *media.Local, allow []netip.Prefix) error {
	painter, err := studio.New(cfg.Creatives.ImageSize)
	if err != nil {
		return err
	}
	var words courier.Writer = writer.Templates{}
	if p := cfg.Platforms; p.OpenAIKey != "" && p.OpenAIModel != "" {
		words = llm.New(llm.Config{
			BaseURL: p.OpenAIBaseURL, Key: httpx.Secret(p.OpenAIKey), Model: p.OpenAIModel, Fallback: writer.Templates{},
			HTTP: &http.Client{Timeout: cfg.Courier.CallTimeout},
		})
	}
	o.couriers["studio"] = courierPort{performer: courier.NewStudio(courier.Studio{
		Writer: words, Painter: painter, Media: files, Pictures: pictures.New(allow),
	})}
	return nil
}

// withSandbox points every address and credential that is not set at the sandbox.
func withSandbox(cfg configs.Config, urls, credentials map[string]string) configs.Config {
	p := &cfg.Platforms
	fill := func(field *string, name string) {
		if *field == "" {
			*field = urls[name] + credentials[name]
		}
	}
	for name, field := range map[string]*string{
		"META_BASE_URL": &p.MetaBaseURL, "TIKTOK_BASE_URL": &p.TikTokBaseURL, "GOOGLE_ADS_BASE_URL": &p.GoogleAdsBaseURL, "SERPAPI_BASE_URL": &p.SerpAPIBaseURL,
		"ALIEXPRESS_BASE_URL": &p.AliExpressBaseURL, "AMAZON_BASE_URL": &p.AmazonBaseURL, "AMAZON_TOKEN_URL": &p.AmazonTokenURL, "TWILIO_BASE_URL": &p.TwilioBaseURL,
		"WHATSAPP_BASE_URL": &p.WhatsAppBaseURL, "CRM_WEBHOOK_URL": &p.CRMWebhookURL, "SHOPIFY_BASE_URL": &p.ShopifyBaseURL, "SMTP_URL": &p.SMTPURL,
		"META_ACCESS_TOKEN": &p.MetaAccessToken, "META_AD_ACCOUNT_ID": &p.MetaAdAccountID, "META_APP_SECRET": &p.MetaAppSecret,
		"META_VERIFY_TOKEN": &p.MetaVerifyToken, "META_PIXEL_ID": &p.MetaPixelID, "META_PAGE_ID": &p.MetaPageID,
		"TIKTOK_ACCESS_TOKEN": &p.TikTokAccessToken, "TIKTOK_ADVERTISER_ID": &p.TikTokAdvertiserID, "TIKTOK_PIXEL_ID": &p.TikTokPixelID,
		"TIKTOK_IDENTITY_ID": &p.TikTokIdentityID, "GOOGLE_ACCESS_TOKEN": &p.GoogleToken, "GOOGLE_CUSTOMER_ID": &p.GoogleCustomerID,
		"SERPAPI_API_KEY": &p.SerpAPIKey, "ALIEXPRESS_APP_KEY": &p.AliExpressAppKey, "ALIEXPRESS_APP_SECRET": &p.AliExpressSecret,
		"ALIEXPRESS_SESSION": &p.AliExpressToken, "AMAZON_CLIENT_ID": &p.AmazonClientID, "AMAZON_CLIENT_SECRET": &p.AmazonSecret,
		"AMAZON_PARTNER_TAG": &p.AmazonPartnerTag, "SHOPIFY_ACCESS_TOKEN": &p.ShopifyToken, "SHOPIFY_WEBHOOK_SECRET": &p.ShopifySecret,
		"TWILIO_ACCOUNT_SID": &p.TwilioSID, "TWILIO_AUTH_TOKEN": &p.TwilioToken, "TWILIO_FROM": &p.TwilioFrom,
		"WHATSAPP_ACCESS_TOKEN": &p.WhatsAppToken, "WHATSAPP_PHONE_NUMBER_ID": &p.WhatsAppPhoneID, "CRM_WEBHOOK_SECRET": &p.CRMSecret,
	} {
		fill(field, name)
	}
	return cfg
}

// liveAddresses are where the platforms really are.
func withLiveAddresses(cfg configs.Config) configs.Config {
	p := &cfg.Platforms
	for field, address := range map[*string]string{
		&p.MetaBaseURL: meta.DefaultBaseURL, &p.TikTokBaseURL: tiktok.DefaultBaseURL, &p.GoogleAdsBaseURL: google.DefaultBaseURL,
		&p.SerpAPIBaseURL: "https://serpapi.com", &p.AliExpressBaseURL: "https://api-sg.aliexpress.com", &p.AmazonBaseURL: "https://creatorsapi.amazon",
		&p.AmazonTokenURL: "https://api.amazon.com", &p.TwilioBaseURL: "https://api.twilio.com", &p.WhatsAppBaseURL: meta.DefaultBaseURL,
	} {
		if *field == "" {
			*field = address
		}
	}
	return cfg
}

// allowedEgress are the private networks that fetches of foreign addresses may reach.
func allowedEgress(cfg configs.Config) []netip.Prefix {
	var out []netip.Prefix
	for _, text := range strings.Split(cfg.EgressAllow, ",") {
		if prefix, err := netip.ParsePrefix(strings.TrimSpace(text)); err == nil {
			out = append(out, prefix.Masked())
		}
	}
	if cfg.World == "sandbox" {
		out = append(out, netip.MustParsePrefix("127.0.0.0/8"))
	}
	return out
}
