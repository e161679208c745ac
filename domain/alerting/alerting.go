// Package alerting is what is known of each kind of alert: who raises it, at what threshold, and whether it may be muted.
package alerting

import (
	"slices"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/fault"
)

// Rule is one kind of alert.
type Rule struct {
	Kind       string
	Severities []string // that it is raised with: info, warning, critical
	By         string   // the kind of actor that raises it
	Money      bool     // it says that money is or may be spent that should not be: critical ones of it are never quiet
	Settings   []string // keys of the configuration that decide when
}

// Rules are all kinds, by name.
func Rules() []Rule { return slices.Clone(rules) }

var rules = []Rule{
	{"actor_stopped", []string{"critical", "warning"}, "ceo", false, nil},
	{"ad_refused", []string{"warning"}, "campaign", false, []string{"schedule.survey"}},
	{"api_failure", []string{"critical", "warning"}, "courier", false, []string{"courier.break_after", "courier.tries"}},
	{"approval_waiting", []string{"info"}, "approvals", false, []string{"approvals.above", "approvals.raises_above", "campaigns.approval_ttl"}},
	{"auto_paused", []string{"warning"}, "campaign", false, []string{"targets.roas"}},
	{"backup_failed", []string{"critical"}, "housekeeper", false, []string{"retention.backups"}},
	{"budget_80", []string{"warning"}, "treasurer", true, []string{"caps.alert_percent", "caps.daily", "caps.weekly"}},
	{"budget_lapsed", []string{"warning"}, "treasurer", true, nil},
	{"cap_breach", []string{"critical", "warning"}, "treasurer", true, []string{"caps.daily", "caps.weekly"}},
	{"ceiling_changed", []string{"critical"}, "treasurer", true, nil},
	{"clock_doubted", []string{"critical"}, "treasurer", true, nil},
	{"clock_went_back", []string{"critical"}, "treasurer", true, nil},
	{"conversion_above_mean", []string{"info"}, "campaign", false, nil},
	{"drift", []string{"critical", "warning", "info"}, "campaign", true, []string{"schedule.survey"}},
	{"figures_still", []string{"warning"}, "campaign", false, nil},
	{"health", []string{"warning", "info"}, "housekeeper", false, []string{"schedule.health"}},
	{"ledger_mismatch", []string{"critical"}, "housekeeper", true, nil},
	{"letter_failed", []string{"warning"}, "reporter", false, nil},
	{"new_winner", []string{"info"}, "campaign", false, []string{"targets.roas", "targets.ctr", "targets.cvr"}},
	{"no_conversions", []string{"critical"}, "reporter", true, nil},
	{"no_exchange_rate", []string{"warning"}, "orders", false, nil},
	{"no_margin", []string{"warning"}, "product", false, nil},
	{"order_stuck", []string{"critical", "warning"}, "orders", false, nil},
	{"orphan", []string{"critical", "warning"}, "courier", true, []string{"schedule.survey"}},
	{"out_of_stock", []string{"warning"}, "product", false, nil},
	{"platform_notice", []string{"warning"}, "orders", false, nil},
	{"purge_failed", []string{"warning"}, "housekeeper", false, nil},
	{"roas_below_target", []string{"warning"}, "reporter", false, []string{"targets.roas"}},
	{"rollup_mismatch", []string{"critical"}, "housekeeper", true, nil},
	{"shop_unreadable", []string{"warning"}, "orders", false, []string{"schedule.reconcile"}},
	{"source_failure", []string{"warning"}, "scout", false, nil},
	{"webhook", []string{"warning"}, "orders", false, nil},
	{"webhook_subscription", []string{"critical", "warning"}, "orders", false, []string{"schedule.reconcile"}},
	{"webhooks_missed", []string{"warning"}, "orders", false, []string{"schedule.reconcile"}},
}

// Loud are the kinds whose critical alerts are never quiet, by name.
func Loud() []string {
	var out []string
	for _, r := range rules {
		if r.Money && slices.Contains(r.Severities, "critical") {
			out = append(out, r.Kind)
		}
	}
	return out
}

// Mute keeps alerts quiet for a while: those of a kind, of an entity, or both; one of them is given.
type Mute struct {
	Kind, Subject string
	Until         time.Time
	Reason        string
}

// How long somebody may mute at most.
const (
	Longest      = 7 * 24 * time.Hour
	LongestAdmin = 90 * 24 * time.Hour
)

// Allow is nil when somebody may mute so, or what is wrong (fault Refused). now is the business's time.
func (m Mute) Allow(admin bool, now time.Time) error {
	longest := Longest
	if admin {
		longest = LongestAdmin
	}
	at := slices.IndexFunc(rules, func(r Rule) bool { return r.Kind == m.Kind })
	switch {
	case m.Kind == "" && m.Subject == "":
		return fault.Refuse("invalid_mute", "Name a kind of alert, or what it is about.")
	case m.Kind != "" && at < 0:
		return fault.Refuse("invalid_mute", "There is no alert of the kind %q.", m.Kind)
	case m.Kind != "" && slices.Contains(Loud(), m.Kind) && !slices.ContainsFunc(rules[at].Severities, func(s string) bool { return s != "critical" }):
		return fault.Refuse("cannot_mute", "Critical alerts about money cannot be muted.")
	case m.Reason == "":
		return fault.Refuse("invalid_mute", "Say why.")
	case !m.Until.After(now):
		return fault.Refuse("invalid_mute", "The end is over already.")
	case m.Until.After(now.Add(longest)):
		return fault.Refuse("invalid_mute", "You may mute for %d days at most.", int64(longest/(24*time.Hour)))
	}
	return nil
}
