package configs

import (
	"encoding/base64"
	"errors"
	"fmt"
	"math/big"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/money"
)

// Validate checks every value and joins what is wrong: one line per key, with the value and what is allowed.
func (c Config) Validate() error {
	v := &validator{}
	v.oneOf("world", c.World, "sandbox", "live")
	v.oneOf("mode", c.Mode, "dry_run", "approval", "auto")
	v.oneOf("cluster", c.Cluster, "off")
	v.that(c.Speed >= 1 && c.Speed <= 100000, "speed", c.Speed, "1 to 100000 virtual seconds per second")
	v.that(c.World != "live" || c.Speed == 1 || c.Speed == Default().Speed, "speed", c.Speed, "1 in the live world")
	v.that(c.DataDir != "", "data_dir", c.DataDir, "a directory")
	_, _, err := net.SplitHostPort(c.HTTP.Addr)
	v.that(err == nil, "http.addr", c.HTTP.Addr, "HOST:PORT, such as 127.0.0.1:8080")
	_, _, err = net.SplitHostPort(c.SandboxAddr)
	v.that(err == nil, "sandbox_addr", c.SandboxAddr, "HOST:PORT, such as 127.0.0.1:8089")
	v.that(c.SandboxURL == "" || c.World == "sandbox" && strings.HasPrefix(c.SandboxURL, "http://"), "sandbox_url", c.SandboxURL,
		"http://HOST:PORT, in the sandbox world")
	v.cidrs("http.trusted_proxies", c.HTTP.TrustedProxies)
	v.cidrs("egress_allow", c.EgressAllow)
	v.that(c.HTTP.Idle > 0 && c.HTTP.Absolute >= c.HTTP.Idle, "http.session_absolute", c.HTTP.Absolute, "at least http.session_idle, which is positive")
	_, err = time.LoadLocation(c.Account.TZ)
	v.that(err == nil && c.Account.TZ != "", "account.tz", c.Account.TZ, "an IANA zone such as America/Sao_Paulo")
	v.that(money.Currency(c.Account.Currency).Valid(), "account.currency", c.Account.Currency, "an ISO 4217 code such as USD")
	if money.Currency(c.Account.Currency).Valid() {
		_, err = money.NewRates(money.Currency(c.Account.Currency), c.Account.Rates)
		v.that(err == nil, "account.rates", c.Account.Rates, fmt.Sprint("positive decimals by ISO code: ", err))
	}
	v.that(strings.Contains(c.Admin.Email, "@"), "admin.email", c.Admin.Email, "an e-mail address")
	v.that(c.Admin.Password == "" || len(c.Admin.Password) >= 10, "admin.password", "(secret)", "at least 10 characters")
	v.masterKey(c.MasterKey)
	c.validateRules(v)
	c.validateLimits(v)
	return v.err()
}

func (c Config) validateRules(v *validator) {
	v.ratio("targets.roas", c.Targets.ROAS, "0", "100")
	v.ratio("targets.ctr", c.Targets.CTR, "0", "1")
	v.ratio("targets.cvr", c.Targets.CVR, "0", "1")
	v.ratio("targets.cpa_of_aov", c.Targets.CPAOfAOV, "0", "10")
	v.ratio("targets.expand_roas", c.Targets.ExpandROAS, "0", "100")
	v.that(c.Targets.MinImpressions >= 0, "targets.min_impressions", c.Targets.MinImpressions, "0 or more")
	v.that(c.Targets.TestPeriod >= time.Hour && c.Targets.TestPeriod <= 7*day, "targets.test_period", c.Targets.TestPeriod, "1h to 168h; the mission says 24h to 48h")
	v.ratio("qualify.min_margin", c.Qualify.MinMargin, "0", "1")
	v.ratio("qualify.max_margin", c.Qualify.MaxMargin, "0", "1")
	v.ratio("qualify.payment_fee", c.Qualify.PaymentFee, "0", "0.5")
	v.ratio("qualify.mark_up", c.Qualify.MarkUp, "1", "20")
	v.ratio("scouting.market_markup", c.Scouting.MarketMarkup, "1", "10")
	v.that(c.Qualify.MinScore >= 0 && c.Qualify.MinScore <= 100, "qualify.min_score", c.Qualify.MinScore, "0 to 100")
	weights := c.Qualify.WeightConv + c.Qualify.WeightComp + c.Qualify.WeightMargin
	v.that(weights > 0 && c.Qualify.WeightConv >= 0 && c.Qualify.WeightComp >= 0 && c.Qualify.WeightMargin >= 0,
		"qualify.weight_conversion", c.Qualify.WeightConv, "weights of 0 or more with a positive sum")
	v.ratio("scaling.rollback_fall", c.Scaling.RollbackFall, "0", "1")
	v.ratio("scaling.copy_fraction", c.Scaling.CopyFraction, "0", "1")
	v.ratio("scaling.cost_cap_of_aov", c.Scaling.CostCapOfAOV, "0", "1")
	v.that(c.Scaling.RaisePercent >= 1 && c.Scaling.RaisePercent <= 30, "scaling.raise_percent", c.Scaling.RaisePercent, "1 to 30")
	v.that(c.Scaling.MaxTimes >= 1 && c.Scaling.MaxTimes <= 10, "scaling.max_times", c.Scaling.MaxTimes, "1 to 10")
	for platform, factor := range c.Caps.Overdelivery {
		v.ratio("caps.overdelivery."+platform, factor, "1", "10")
	}
}

func (c Config) validateLimits(v *validator) {
	v.oneOf("treasury.account_ceiling", c.Treasury.AccountCeiling, "auto", "on", "off")
	currency := money.Currency(c.Account.Currency)
	daily := v.amount("caps.daily", c.Caps.Daily, currency)
	weekly := v.amount("caps.weekly", c.Caps.Weekly, currency)
	if daily.Currency() == weekly.Currency() {
		v.that(!weekly.Less(daily), "caps.weekly", c.Caps.Weekly, "at least caps.daily")
	}
	v.that(c.Caps.LaunchShare >= 0 && c.Caps.LaunchShare <= 50, "caps.launch_percent", c.Caps.LaunchShare, "0 to 50")
	v.that(c.Caps.AlertPercent > 0 && c.Caps.AlertPercent <= 100, "caps.alert_percent", c.Caps.AlertPercent, "1 to 100")
	v.atLeastNothing("approvals.above", c.Approvals.Above, currency)
	v.atLeastNothing("approvals.step_up_above", c.Approvals.StepUpAbove, currency)
	v.share("approvals.raises_above", c.Approvals.RaisesAbove, currency)
	v.that(c.Campaigns.ApprovalTTL >= time.Minute, "campaigns.approval_ttl", c.Campaigns.ApprovalTTL, "a minute or more, such as 48h")
	v.amount("campaigns.budget_meta", c.Campaigns.BudgetMeta, currency)
	v.amount("campaigns.budget_tiktok", c.Campaigns.BudgetTikTok, currency)
	v.amount("campaigns.budget_google", c.Campaigns.BudgetGoogle, currency)
	v.amount("targets.max_cpa", c.Targets.MaxCPA, currency)
	v.amount("targets.min_aov", c.Targets.MinAOV, currency)
	for _, p := range c.Campaigns.Platforms {
		v.oneOf("campaigns.platforms", p, "meta", "tiktok", "google")
	}
	v.that(len(c.Campaigns.Platforms) > 0, "campaigns.platforms", c.Campaigns.Platforms, "one or more of meta, tiktok, google")
	v.countries("campaigns.countries", c.Campaigns.Countries)
	v.countries("scouting.countries", c.Scouting.Countries)
	v.amount("campaigns.least_free", c.Campaigns.LeastFree, currency)
	v.that(c.Campaigns.MaxOpen >= 1 && c.Campaigns.MaxOpen <= 1000, "campaigns.max_open", c.Campaigns.MaxOpen, "1 to 1000")
	v.oneOf("campaigns.drift", c.Campaigns.Drift, "undo", "adopt")
	v.that(c.Campaigns.PerCycle >= 1, "campaigns.per_cycle", c.Campaigns.PerCycle, "1 or more")
	v.atLeastNothing("qualify.fixed_fee", c.Qualify.FixedFee, currency)
	v.atLeastNothing("qualify.min_price", c.Qualify.MinPrice, currency)
	v.that(c.Creatives.Variations >= 5 && c.Creatives.Variations <= 10, "creatives.variations", c.Creatives.Variations, "5 to 10")
	v.that(c.Creatives.ImageSize >= 64 && c.Creatives.ImageSize <= 2160, "creatives.image_size", c.Creatives.ImageSize, "64 to 2160 pixels")
	for _, language := range c.Creatives.Languages {
		v.oneOf("creatives.languages", language, "pt-BR", "en")
	}
	for key, d := range map[string]time.Duration{
		"scouting.every": c.Scouting.Every, "schedule.monitor": c.Schedule.Monitor, "schedule.decide": c.Schedule.Decide,
		"schedule.plan": c.Schedule.Plan, "schedule.sweep": c.Schedule.Sweep, "schedule.survey": c.Schedule.Survey,
		"schedule.health": c.Schedule.Health, "schedule.track": c.Schedule.Track, "schedule.reconcile": c.Schedule.Reconcile, "scaling.raise_every": c.Scaling.RaiseEvery,
		"scaling.rotate_every": c.Scaling.RotateEvery, "courier.call_timeout": c.Courier.CallTimeout,
	} {
		v.that(d >= time.Second, key, d, "a duration of a second or more, such as 6h")
	}
	v.that(c.Courier.Tries >= 1 && c.Courier.Tries <= 10, "courier.tries", c.Courier.Tries, "1 to 10")
	v.that(c.Retention.Days >= 8, "retention.days", c.Retention.Days, "8 or more: attribution still moves for a week")
}

type validator struct{ problems []error }

func (v *validator) that(ok bool, key string, value any, allowed string) {
	if !ok {
		v.problems = append(v.problems, fmt.Errorf("%s: %v is not allowed; want %s", key, value, allowed))
	}
}

func (v *validator) oneOf(key, value string, allowed ...string) {
	v.that(slices.Contains(allowed, value), key, fmt.Sprintf("%q", value), "one of "+strings.Join(allowed, ", "))
}

func (v *validator) ratio(key, value, low, high string) {
	r, ok := new(big.Rat).SetString(value)
	lowest, _ := new(big.Rat).SetString(low)
	highest, _ := new(big.Rat).SetString(high)
	v.that(ok && r.Cmp(lowest) >= 0 && r.Cmp(highest) <= 0, key, fmt.Sprintf("%q", value), "a decimal from "+low+" to "+high)
}

func (v *validator) amount(key, value string, c money.Currency) money.Amount {
	a, err := money.Parse(value, c)
	v.that(err == nil && a.Positive(), key, fmt.Sprintf("%q", value), "a positive amount such as 50 or 49.90")
	return a
}

func (v *validator) atLeastNothing(key, value string, c money.Currency) {
	a, err := money.Parse(value, c)
	v.that(err == nil && !a.Negative(), key, fmt.Sprintf("%q", value), "an amount of 0 or more such as 0.30")
}

// share takes a percentage or an amount.
func (v *validator) share(key, value string, c money.Currency) {
	text, isShare := strings.CutSuffix(value, "%")
	if !isShare {
		v.atLeastNothing(key, value, c)
		return
	}
	r, ok := new(big.Rat).SetString(text)
	v.that(ok && r.Sign() >= 0 && r.Cmp(big.NewRat(1000, 1)) <= 0, key, fmt.Sprintf("%q", value), "a share from 0% to 1000%, or an amount such as 25.00")
}

func (v *validator) countries(key string, codes []string) {
	v.that(len(codes) > 0, key, codes, "one or more ISO 3166 codes such as BR,US")
	for _, code := range codes {
		upper := len(code) == 2 && strings.ToUpper(code) == code
		v.that(upper, key, fmt.Sprintf("%q", code), "ISO 3166 codes of two capitals")
	}
}

func (v *validator) cidrs(key, list string) {
	for _, text := range strings.Split(list, ",") {
		if text = strings.TrimSpace(text); text != "" {
			_, _, err := net.ParseCIDR(text)
			v.that(err == nil, key, fmt.Sprintf("%q", text), "a list of CIDRs such as 10.0.0.0/8")
		}
	}
}

func (v *validator) masterKey(text string) {
	if text == "" {
		return
	}
	raw, err := base64.StdEncoding.DecodeString(text)
	v.that(err == nil && len(raw) == 32, "master_key", "(secret)", "32 bytes in base64 (openssl rand -base64 32)")
}

func (v *validator) err() error { return errors.Join(v.problems...) }
