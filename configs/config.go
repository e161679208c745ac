// Package configs is the typed configuration of the binary: defaults, where values come from, and what they may be.
//
// Precedence is flags > environment > file > settings saved from the dashboard > defaults. A wrong value stops the start with the
// key, the value (unless it is a secret) and what is allowed.
package configs

import (
	"time"
)

// Config is everything that can be set. Field tags are the YAML path; the environment name is AGENTE_ and the path in capitals.
type Config struct {
	World string `koanf:"world"` // sandbox | live
	Mode  string `koanf:"mode"`  // dry_run | approval | auto; empty: auto in the sandbox, dry_run live
	// Speed is virtual seconds per second in the sandbox world; live is always 1.
	Speed   float64 `koanf:"speed"`
	Seed    uint64  `koanf:"seed"`
	DataDir string  `koanf:"data_dir"`
	Catalog string  `koanf:"catalog"` // CSV of real products for the sandbox's sources

	Database  Database  `koanf:"database"`
	HTTP      HTTP      `koanf:"http"`
	Account   Account   `koanf:"account"`
	Admin     Admin     `koanf:"admin"`
	Targets   Targets   `koanf:"targets"`
	Caps      Caps      `koanf:"caps"`
	Treasury  Treasury  `koanf:"treasury"`
	Scouting  Scouting  `koanf:"scouting"`
	Qualify   Qualify   `koanf:"qualify"`
	Creatives Creatives `koanf:"creatives"`
	Campaigns Campaigns `koanf:"campaigns"`
	Approvals Approvals `koanf:"approvals"`
	Scaling   Scaling   `koanf:"scaling"`
	Schedule  Schedule  `koanf:"schedule"`
	Courier   Courier   `koanf:"courier"`
	Retention Retention `koanf:"retention"`
	Platforms Platforms `koanf:"platforms"`

	SandboxURL  string `koanf:"sandbox_url"`    // a sandbox that runs elsewhere (agente-ceo sandbox); empty: the built-in one
	SandboxAddr string `koanf:"sandbox_addr"`   // where the built-in sandbox listens; a busy port gives way to a free one
	Greedy      bool   `koanf:"sandbox_greedy"` // the sandbox's platforms always charge the most that they may
	MasterKey   string `koanf:"master_key" secret:"true"`
	EgressAllow string `koanf:"egress_allow"`
	Cluster     string `koanf:"cluster"` // off
}

// Database says which Postgres to use.
type Database struct {
	URL      string `koanf:"url" secret:"true"` // empty: an embedded server in DataDir
	Binaries string `koanf:"binaries"`          // directory with postgres and initdb; empty: found on the machine
}

// HTTP is the listener of the API and the dashboard.
type HTTP struct {
	Addr           string        `koanf:"addr"`
	TrustedProxies string        `koanf:"trusted_proxies"` // comma-separated CIDRs; empty trusts none
	PublicURL      string        `koanf:"public_url"`      // where platforms reach our webhooks; empty: http://ADDR
	Idle           time.Duration `koanf:"session_idle"`
	Absolute       time.Duration `koanf:"session_absolute"`
}

// Account is the ad account that money is reckoned in.
type Account struct {
	TZ       string            `koanf:"tz"` // IANA zone
	Currency string            `koanf:"currency"`
	Rates    map[string]string `koanf:"rates"` // units of each currency per unit of Currency
}

// Admin is the first administrator, made when there are no users.
type Admin struct {
	Email    string `koanf:"email"`
	Password string `koanf:"password" secret:"true"`
}

// Targets are the bars of the decision rules; ratios are decimals.
type Targets struct {
	ROAS           string        `koanf:"roas"`
	CTR            string        `koanf:"ctr"` // 0.015 = 1.5 %
	CVR            string        `koanf:"cvr"`
	CPAOfAOV       string        `koanf:"cpa_of_aov"`
	MinImpressions int64         `koanf:"min_impressions"`
	TestPeriod     time.Duration `koanf:"test_period"` // 24 to 48 hours
	Extension      time.Duration `koanf:"extension"`   // what a potential gets once
	MaxCPA         string        `koanf:"max_cpa"`
	MinAOV         string        `koanf:"min_aov"`
	ExpandROAS     string        `koanf:"expand_roas"` // above it a product goes to the next platform
}

// Caps bound what the platforms charge, in the account's currency and zone.
type Caps struct {
	Daily        string            `koanf:"daily"`
	Weekly       string            `koanf:"weekly"`
	AlertPercent int               `koanf:"alert_percent"`
	LaunchShare  int               `koanf:"launch_percent"` // of the daily cap, kept for campaigns on their first day
	Overdelivery map[string]string `koanf:"overdelivery"`   // platform → the most it may charge as a multiple of a daily budget
	SettleLag    time.Duration     `koanf:"settle_lag"`     // how long after delivery a platform's figure is final
}

// Treasury says by which means the caps are kept.
type Treasury struct {
	// AccountCeiling: on sets the platform's own spending limit of the ad account, where it has one, so that more of the caps can be used;
	// off leaves it alone. auto is on in the sandbox and off live, where it is a setting of the owner's.
	AccountCeiling string `koanf:"account_ceiling"`
}

// Scouting says how products are looked for.
type Scouting struct {
	Every        time.Duration `koanf:"every"`
	PerSource    int           `koanf:"per_source"` // offers of one search
	Countries    []string      `koanf:"countries"`
	Keywords     []string      `koanf:"keywords"` // searched beside what is rising
	MaxShipDays  int           `koanf:"max_ship_days"`
	MarketMarkup string        `koanf:"market_markup"` // assumed market price where no other shop was seen, as a multiple of the landed price
}

// Qualify says what a good product is.
type Qualify struct {
	MinScore     int      `koanf:"min_score"`
	WeightConv   int      `koanf:"weight_conversion"`
	WeightComp   int      `koanf:"weight_competitiveness"`
	WeightMargin int      `koanf:"weight_margin"`
	MinMargin    string   `koanf:"min_margin"` // 0.40
	MaxMargin    string   `koanf:"max_margin"` // above it the figures are not believed
	MarkUp       string   `koanf:"mark_up"`    // our price as a multiple of the landed price, before the market caps it
	PaymentFee   string   `koanf:"payment_fee"`
	FixedFee     string   `koanf:"fixed_fee"`
	MinPrice     string   `koanf:"min_price"`
	Allowed      []string `koanf:"allowed_categories"`   // empty: all
	Forbidden    []string `koanf:"forbidden_categories"` // beside the built-in ones
	Trademarks   []string `koanf:"trademarks"`           // beside the built-in ones
	RejudgeAfter int      `koanf:"rejudge_after_days"`
}

// Creatives says what is made for each product.
type Creatives struct {
	Variations int      `koanf:"variations"` // 5..10
	Languages  []string `koanf:"languages"`
	ImageSize  int      `koanf:"image_size"` // pixels of the square picture
}

// Campaigns says how campaigns start.
type Campaigns struct {
	Platforms     []string      `koanf:"platforms"`
	BudgetMeta    string        `koanf:"budget_meta"`
	BudgetTikTok  string        `koanf:"budget_tiktok"`
	BudgetGoogle  string        `koanf:"budget_google"`
	Countries     []string      `koanf:"countries"`
	MaxOpen       int           `koanf:"max_open"`  // campaigns planned or live at once
	PerCycle      int           `koanf:"per_cycle"` // products launched in one cycle at most
	LeastFree     string        `koanf:"least_free"`
	MaxQueueAge   time.Duration `koanf:"max_queue_age"`
	ApprovalTTL   time.Duration `koanf:"approval_ttl"`
	PublishWithin time.Duration `koanf:"publish_within"`
	BudgetWait    time.Duration `koanf:"budget_wait"`
	Drift         string        `koanf:"drift"` // what follows when a person raises a budget on the platform: undo | adopt
}

// Approvals say when a person has to agree, beside what the mode says. Amounts are a campaign's daily budget.
type Approvals struct {
	Above       string `koanf:"above"`         // asks a person in auto mode too; 0 never
	RaisesAbove string `koanf:"raises_above"`  // in approval mode: how much more than was agreed asks again, "50%" or an amount
	StepUpAbove string `koanf:"step_up_above"` // approving more than this needs the password again; 0 never
}

// Scaling says how winners grow.
type Scaling struct {
	RaisePercent  int           `koanf:"raise_percent"`
	RaiseEvery    time.Duration `koanf:"raise_every"`
	MaxTimes      int           `koanf:"max_times"` // of the initial budget
	RollbackFall  string        `koanf:"rollback_fall"`
	CopyFraction  string        `koanf:"copy_fraction"`
	RotateEvery   time.Duration `koanf:"rotate_every"`
	RotateCount   int           `koanf:"rotate_count"` // new creatives each time
	KeepTop       int           `koanf:"keep_top"`
	RetireAfter   time.Duration `koanf:"retire_after"`
	CostCapOfAOV  string        `koanf:"cost_cap_of_aov"`
	StableSales   int64         `koanf:"stable_sales"`
	MaxAdSets     int           `koanf:"max_ad_sets"`
	MaxAdsPerSet  int           `koanf:"max_ads_per_ad_set"`
	MaxExpansions int           `koanf:"max_expansions"` // geographic, of one campaign
}

// Schedule says how often the clockwork runs.
type Schedule struct {
	Monitor time.Duration `koanf:"monitor"`
	Decide  time.Duration `koanf:"decide"`
	Plan    time.Duration `koanf:"plan"`
	Sweep   time.Duration `koanf:"sweep"`
	Survey  time.Duration `koanf:"survey"` // how often each advertising account is listed: orphans, what people changed
	Health  time.Duration `koanf:"health"`
	Track   time.Duration `koanf:"track"` // how often a supplier is asked for tracking
	// Reconcile is how often the shops are asked what their webhooks may have missed.
	Reconcile time.Duration `koanf:"reconcile"`
}

// Courier says how effects are retried.
type Courier struct {
	Tries       int           `koanf:"tries"`
	Backoff     time.Duration `koanf:"backoff"`
	BackoffMax  time.Duration `koanf:"backoff_max"`
	BreakAfter  int           `koanf:"break_after"`
	BreakFor    time.Duration `koanf:"break_for"`
	CallTimeout time.Duration `koanf:"call_timeout"`
	PoolSize    int           `koanf:"pool_size"`
}

// Retention says what is kept and for how long.
type Retention struct {
	Days    int `koanf:"days"`
	Backups int `koanf:"backups"`
}

// Platforms are addresses and credentials of the outside world. Addresses left empty are the platform's own in the live world and the
// built-in sandbox in the sandbox world.
type Platforms struct {
	MetaBaseURL        string `koanf:"meta_base_url" env:"META_BASE_URL"`
	TikTokBaseURL      string `koanf:"tiktok_base_url" env:"TIKTOK_BASE_URL"`
	GoogleAdsBaseURL   string `koanf:"google_ads_base_url" env:"GOOGLE_ADS_BASE_URL"`
	SerpAPIBaseURL     string `koanf:"serpapi_base_url" env:"SERPAPI_BASE_URL"`
	AliExpressBaseURL  string `koanf:"aliexpress_base_url" env:"ALIEXPRESS_BASE_URL"`
	AmazonBaseURL      string `koanf:"amazon_base_url" env:"AMAZON_BASE_URL"`
	TwilioBaseURL      string `koanf:"twilio_base_url" env:"TWILIO_BASE_URL"`
	WhatsAppBaseURL    string `koanf:"whatsapp_base_url" env:"WHATSAPP_BASE_URL"`
	SMTPURL            string `koanf:"smtp_url" env:"SMTP_URL" secret:"true"`
	CRMWebhookURL      string `koanf:"crm_webhook_url" env:"CRM_WEBHOOK_URL"`
	ShopifyBaseURL     string `koanf:"shopify_base_url" env:"SHOPIFY_BASE_URL"`
	MetaAccessToken    string `koanf:"meta_access_token" env:"META_ACCESS_TOKEN" secret:"true"`
	MetaAdAccountID    string `koanf:"meta_ad_account_id" env:"META_AD_ACCOUNT_ID"`
	MetaAppSecret      string `koanf:"meta_app_secret" env:"META_APP_SECRET" secret:"true"`
	MetaVerifyToken    string `koanf:"meta_verify_token" env:"META_VERIFY_TOKEN" secret:"true"`
	MetaPixelID        string `koanf:"meta_pixel_id" env:"META_PIXEL_ID"`
	MetaPageID         string `koanf:"meta_page_id" env:"META_PAGE_ID"`
	MetaAPIVersion     string `koanf:"meta_api_version" env:"META_API_VERSION"`
	TikTokAccessToken  string `koanf:"tiktok_access_token" env:"TIKTOK_ACCESS_TOKEN" secret:"true"`
	TikTokAdvertiserID string `koanf:"tiktok_advertiser_id" env:"TIKTOK_ADVERTISER_ID"`
	TikTokPixelID      string `koanf:"tiktok_pixel_id" env:"TIKTOK_PIXEL_ID"`
	TikTokIdentityID   string `koanf:"tiktok_identity_id" env:"TIKTOK_IDENTITY_ID"`
	GoogleCustomerID   string `koanf:"google_customer_id" env:"GOOGLE_CUSTOMER_ID"`
	GoogleToken        string `koanf:"google_access_token" env:"GOOGLE_ACCESS_TOKEN" secret:"true"`
	MetaAdvertiser     string `koanf:"meta_advertiser" env:"META_ADVERTISER"` // who pays, shown with ads in the European Union
	AmazonTokenURL     string `koanf:"amazon_token_url" env:"AMAZON_TOKEN_URL"`
	SerpAPIKey         string `koanf:"serpapi_key" env:"SERPAPI_KEY" secret:"true"`
	AliExpressAppKey   string `koanf:"aliexpress_app_key" env:"ALIEXPRESS_APP_KEY"`
	AliExpressSecret   string `koanf:"aliexpress_app_secret" env:"ALIEXPRESS_APP_SECRET" secret:"true"`
	AliExpressToken    string `koanf:"aliexpress_access_token" env:"ALIEXPRESS_ACCESS_TOKEN" secret:"true"`
	AmazonClientID     string `koanf:"amazon_client_id" env:"AMAZON_CLIENT_ID"`
	AmazonSecret       string `koanf:"amazon_client_secret" env:"AMAZON_CLIENT_SECRET" secret:"true"`
	AmazonPartnerTag   string `koanf:"amazon_partner_tag" env:"AMAZON_PARTNER_TAG"`
	ShopifyToken       string `koanf:"shopify_access_token" env:"SHOPIFY_ACCESS_TOKEN" secret:"true"`
	ShopifySecret      string `koanf:"shopify_webhook_secret" env:"SHOPIFY_WEBHOOK_SECRET" secret:"true"`
	WooSecret          string `koanf:"woocommerce_webhook_secret" env:"WOOCOMMERCE_WEBHOOK_SECRET" secret:"true"`
	WooBaseURL         string `koanf:"woocommerce_base_url" env:"WOOCOMMERCE_BASE_URL"`
	WooKey             string `koanf:"woocommerce_consumer_key" env:"WOOCOMMERCE_CONSUMER_KEY" secret:"true"`
	WooKeySecret       string `koanf:"woocommerce_consumer_secret" env:"WOOCOMMERCE_CONSUMER_SECRET" secret:"true"`
	ShopURL            string `koanf:"shop_url" env:"SHOP_URL"`
	TwilioSID          string `koanf:"twilio_account_sid" env:"TWILIO_ACCOUNT_SID"`
	TwilioToken        string `koanf:"twilio_auth_token" env:"TWILIO_AUTH_TOKEN" secret:"true"`
	TwilioFrom         string `koanf:"twilio_from" env:"TWILIO_FROM"`
	WhatsAppPhoneID    string `koanf:"whatsapp_phone_id" env:"WHATSAPP_PHONE_ID"`
	WhatsAppToken      string `koanf:"whatsapp_token" env:"WHATSAPP_TOKEN" secret:"true"`
	CRMSecret          string `koanf:"crm_webhook_secret" env:"CRM_WEBHOOK_SECRET" secret:"true"`
	MailFrom           string `koanf:"mail_from" env:"MAIL_FROM"`
	OpenAIBaseURL      string `koanf:"openai_base_url" env:"OPENAI_BASE_URL"` // with its version; empty: OpenAI's own
	OpenAIKey          string `koanf:"openai_api_key" env:"OPENAI_API_KEY" secret:"true"`
	OpenAIModel        string `koanf:"openai_model" env:"OPENAI_MODEL"`
}
