package main

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/agente-ceo/agente-ceo/actors/approvals"
	"github.com/agente-ceo/agente-ceo/actors/housekeeper"
	"github.com/agente-ceo/agente-ceo/actors/orders"
	"github.com/agente-ceo/agente-ceo/actors/scout"
	"github.com/agente-ceo/agente-ceo/configs"
	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/campaign"
	"github.com/agente-ceo/agente-ceo/domain/catalog"
	"github.com/agente-ceo/agente-ceo/domain/delivery"
	"github.com/agente-ceo/agente-ceo/domain/kpi"
	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/domain/reporting"
	"github.com/agente-ceo/agente-ceo/domain/scouting"
	"github.com/agente-ceo/agente-ceo/domain/strategy"
	"github.com/agente-ceo/agente-ceo/domain/treasury"
)

// rules are the configuration in the words of the actors. They are made once for each version of the configuration and read by
// whoever decides, so that a changed setting takes effect at the next decision.
type rules struct {
	scouting  scout.Config
	catalog   catalog.Rules
	making    catalog.Making
	plan      catalog.Plan
	launching catalog.Launching
	campaign  campaign.Rules
	policy    strategy.Policy
	treasury  treasury.Rules
	courier   delivery.Policy
	orders    orders.Settings
	approvals approvals.Rules
	house     housekeeper.Settings
	target    reporting.Target
}

// rulebook hands out the rules in force.
type rulebook struct{ current atomic.Pointer[rules] }

func (b *rulebook) get() *rules { return b.current.Load() }

// set puts a configuration in force; an error leaves the old one.
func (b *rulebook) set(cfg configs.Config, connected []ads.Platform) error {
	r, err := rulesOf(cfg, connected)
	if err != nil {
		return err
	}
	b.current.Store(r)
	return nil
}

func rulesOf(cfg configs.Config, connected []ads.Platform) (*rules, error) {
	currency := money.Currency(cfg.Account.Currency)
	rates, err := money.NewRates(currency, cfg.Account.Rates)
	if err != nil {
		return nil, err
	}
	zone, err := time.LoadLocation(cfg.Account.TZ)
	if err != nil {
		return nil, err
	}
	r := &rules{
		making: catalog.DefaultMaking(), launching: catalog.DefaultLaunching(currency), catalog: catalog.DefaultRules(currency),
		campaign: campaign.DefaultRules(zone), courier: delivery.DefaultPolicy(),
		orders: orders.Settings{TrackEvery: cfg.Schedule.Track, Reconcile: cfg.Schedule.Reconcile, SMS: cfg.Platforms.TwilioSID != "", WhatsApp: cfg.Platforms.WhatsAppPhoneID != "", Rates: rates},
		house:  housekeeper.Settings{HealthEvery: cfg.Schedule.Health, KeepDays: cfg.Retention.Days},
		target: reporting.Target{ROAS: exact(cfg.Targets.ROAS), AlertPercent: int64(cfg.Caps.AlertPercent)},
	}
	r.scoutingOf(cfg, rates)
	r.catalogOf(cfg, currency)
	r.launchingOf(cfg, currency, connected)
	r.campaignOf(cfg, currency)
	r.askingOf(cfg, currency)
	r.courierOf(cfg)
	if err := r.treasuryOf(cfg, currency, connected); err != nil {
		return nil, err
	}
	return r, r.validate()
}

func (r *rules) validate() error {
	checks := map[string]func() error{
		"scouting": r.scouting.Rules.Validate, "qualification": r.catalog.Validate, "creatives": r.making.Validate,
		"launching": r.launching.Validate, "campaigns": r.campaign.Validate, "decisions": r.policy.(strategy.Rules).Validate,
	}
	for _, name := range []string{"scouting", "qualification", "creatives", "launching", "campaigns", "decisions"} {
		if err := checks[name](); err != nil {
			return fmt.Errorf("settings of %s: %w", name, err)
		}
	}
	return nil
}

func (r *rules) scoutingOf(cfg configs.Config, rates money.Rates) {
	rule := scouting.DefaultRules(rates)
	rule.MarkUpPct, rule.MaxShipDays = percent(cfg.Scouting.MarketMarkup), cfg.Scouting.MaxShipDays
	r.scouting = scout.DefaultConfig(rule)
	r.scouting.Every, r.scouting.Limit = cfg.Scouting.Every, cfg.Scouting.PerSource
	r.scouting.Countries, r.scouting.Keywords = cfg.Scouting.Countries, cfg.Scouting.Keywords
}

func (r *rules) catalogOf(cfg configs.Config, currency money.Currency) {
	q := cfg.Qualify
	c := &r.catalog
	c.Weights = catalog.Weights{Conversion: q.WeightConv, Competitiveness: q.WeightComp, Margin: q.WeightMargin}
	c.PassScore, c.MarkUpPct = q.MinScore, percent(q.MarkUp)
	c.FeePermille = scaled(q.PaymentFee, 1000)
	c.FeeFixed, c.LeastPrice = amountOf(q.FixedFee, currency), amountOf(q.MinPrice, currency)
	c.MinMarginPct, c.MaxMarginPct = percent(q.MinMargin), percent(q.MaxMargin)
	c.AllowedCategories = q.Allowed
	c.ForbiddenCategories = append(append([]string(nil), c.ForbiddenCategories...), q.Forbidden...)
	c.Trademarks = append(append([]string(nil), c.Trademarks...), q.Trademarks...)
	r.making.Variations, r.making.Languages = cfg.Creatives.Variations, cfg.Creatives.Languages
	r.making.RequalifyAfter = time.Duration(q.RejudgeAfter) * 24 * time.Hour
}

func (r *rules) launchingOf(cfg configs.Config, currency money.Currency, connected []ads.Platform) {
	c := cfg.Campaigns
	r.plan = catalog.Plan{
		Mode: cfg.Mode, Countries: c.Countries, Meta: amountOf(c.BudgetMeta, currency), TikTok: amountOf(c.BudgetTikTok, currency), Google: amountOf(c.BudgetGoogle, currency),
	}
	l := &r.launching
	l.Platforms = nil
	for _, p := range c.Platforms {
		l.Platforms = append(l.Platforms, ads.Platform(p))
	}
	l.Connected, l.MaxCampaigns, l.PerCycle = connected, c.MaxOpen, c.PerCycle
	l.Every, l.QueueAge, l.LeastFree = cfg.Schedule.Plan, c.MaxQueueAge, amountOf(c.LeastFree, currency)
}

func (r *rules) campaignOf(cfg configs.Config, currency money.Currency) {
	s, c := cfg.Scaling, &r.campaign
	c.MonitorEvery, c.DecideEvery, c.ScaleEvery, c.RotateEvery = cfg.Schedule.Monitor, cfg.Schedule.Decide, s.RaiseEvery, s.RotateEvery
	c.RaiseBy, c.MaxMultiple = kpi.NewRatio(int64(s.RaisePercent), 100), kpi.NewRatio(int64(s.MaxTimes), 1)
	c.CopyShare, c.CostCapShare = kpi.MustRatio(s.CopyFraction), kpi.MustRatio(s.CostCapOfAOV)
	c.Drift = campaign.Drift(cfg.Campaigns.Drift)
	c.MaxAdSets, c.MaxAds, c.MaxGeo = s.MaxAdSets, s.MaxAdsPerSet, s.MaxExpansions
	c.StableConversions, c.KeepTop, c.RunBeforeOff, c.RotateCount = s.StableSales, s.KeepTop, s.RetireAfter, s.RotateCount
	c.ProvenROAS = kpi.MustRatio(cfg.Targets.ExpandROAS)
	c.PublishWithin, c.ApprovalFor, c.LaunchWithin = cfg.Campaigns.PublishWithin, cfg.Campaigns.ApprovalTTL, cfg.Campaigns.BudgetWait

	policy := strategy.DefaultRules()
	policy.Criteria = kpi.Criteria{
		TargetROAS: kpi.MustRatio(cfg.Targets.ROAS), MinCTR: kpi.MustRatio(cfg.Targets.CTR), MinCVR: kpi.MustRatio(cfg.Targets.CVR),
		MaxCPAOfAOV: kpi.MustRatio(cfg.Targets.CPAOfAOV), MaxCPA: amountOf(cfg.Targets.MaxCPA, currency), MinAOV: amountOf(cfg.Targets.MinAOV, currency),
	}
	policy.MinImpressions, policy.MinTest, policy.Extension = cfg.Targets.MinImpressions, cfg.Targets.TestPeriod, cfg.Targets.Extension
	policy.RollBackFall = kpi.MustRatio(s.RollbackFall)
	r.policy = policy
}

// askingOf says when a person has to agree.
func (r *rules) askingOf(cfg configs.Config, currency money.Currency) {
	asking := campaign.Asking{Mode: campaign.Mode(cfg.Mode), Above: amountOf(cfg.Approvals.Above, currency)}
	if share, isShare := strings.CutSuffix(cfg.Approvals.RaisesAbove, "%"); isShare {
		asking.RaiseShare = kpi.MustRatio(share).Mul(kpi.NewRatio(1, 100))
	} else {
		asking.RaiseAmount = amountOf(cfg.Approvals.RaisesAbove, currency)
	}
	r.campaign.Asking = asking
	r.approvals = approvals.Rules{StepUpAbove: amountOf(cfg.Approvals.StepUpAbove, currency)}
}

func (r *rules) courierOf(cfg configs.Config) {
	c := cfg.Courier
	r.courier.Tries, r.courier.FirstWait, r.courier.LongestWait = c.Tries, c.Backoff, c.BackoffMax
	r.courier.BreakAfter, r.courier.OpenFor = c.BreakAfter, c.BreakFor
}

func (r *rules) treasuryOf(cfg configs.Config, currency money.Currency, connected []ads.Platform) error {
	calendar, err := treasury.NewCalendar(cfg.Account.TZ, time.Sunday)
	if err != nil {
		return err
	}
	r.treasury = treasury.DefaultRules(calendar)
	r.treasury.Caps = treasury.Caps{Day: amountOf(cfg.Caps.Daily, currency), Week: amountOf(cfg.Caps.Weekly, currency)}
	r.treasury.SettleLag, r.treasury.AlertPercent = cfg.Caps.SettleLag, int64(cfg.Caps.AlertPercent)
	r.treasury.LaunchPercent = int64(cfg.Caps.LaunchShare)
	if on := cfg.Treasury.AccountCeiling; on == "on" || on == "auto" && cfg.World == "sandbox" {
		// Of the platforms only Meta stops a whole account at a limit.
		r.treasury.Ceilings = map[ads.Platform]bool{ads.Meta: slices.Contains(connected, ads.Meta)}
	}
	r.treasury.Overdelivery = map[ads.Platform]treasury.Ratio{}
	for platform, text := range cfg.Caps.Overdelivery {
		factor := exact(text)
		r.treasury.Overdelivery[ads.Platform(platform)] = treasury.Ratio{Num: factor.Num().Int64(), Den: factor.Denom().Int64()}
	}
	return nil
}

// amountOf reads a configured amount. Validation has read it before, so a failure is a bug.
func amountOf(text string, currency money.Currency) money.Amount {
	a, err := money.Parse(text, currency)
	if err != nil {
		panic(fmt.Errorf("configured amount %q was not validated: %w", text, err))
	}
	return a
}

// exact reads a configured decimal, under the same promise.
func exact(text string) *big.Rat {
	r, ok := new(big.Rat).SetString(text)
	if !ok {
		panic(fmt.Errorf("configured decimal %q was not validated", text))
	}
	return r
}

// percent reads a configured decimal as whole per cent, rounded down: "0.40" is 40.
func percent(text string) int { return scaled(text, 100) }

func scaled(text string, by int64) int {
	times := new(big.Rat).Mul(exact(text), big.NewRat(by, 1))
	return int(new(big.Int).Quo(times.Num(), times.Denom()).Int64())
}

func accountZone(cfg configs.Config) *time.Location {
	zone, err := time.LoadLocation(cfg.Account.TZ)
	if err != nil {
		panic(fmt.Errorf("configured zone %q was not validated: %w", cfg.Account.TZ, err))
	}
	return zone
}
