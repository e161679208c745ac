package alerting_test

import (
	"slices"
	"testing"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/alerting"
	"github.com/agente-ceo/agente-ceo/domain/fault"
)

var now = time.Date(2026, 3, 10, 15, 0, 0, 0, time.UTC)

func TestMute_Allow(t *testing.T) {
	t.Parallel()
	week := now.Add(alerting.Longest)
	for name, c := range map[string]struct {
		mute  alerting.Mute
		admin bool
		code  string
	}{
		"AKind":                 {alerting.Mute{Kind: "health", Until: week, Reason: "known"}, false, ""},
		"AnEntity":              {alerting.Mute{Subject: "cmp_1", Until: week, Reason: "known"}, false, ""},
		"Everything":            {alerting.Mute{Until: week, Reason: "known"}, true, "invalid_mute"},
		"AnUnknownKind":         {alerting.Mute{Kind: "nonsense", Until: week, Reason: "known"}, true, "invalid_mute"},
		"NoReason":              {alerting.Mute{Kind: "health", Until: week}, true, "invalid_mute"},
		"OverAlready":           {alerting.Mute{Kind: "health", Until: now, Reason: "known"}, true, "invalid_mute"},
		"TooLongForAnOperator":  {alerting.Mute{Kind: "health", Until: week.Add(time.Minute), Reason: "known"}, false, "invalid_mute"},
		"LongByAnAdministrator": {alerting.Mute{Kind: "health", Until: week.Add(time.Minute), Reason: "known"}, true, ""},
		"TooLongForAnybody":     {alerting.Mute{Kind: "health", Until: now.Add(alerting.LongestAdmin + time.Minute), Reason: "known"}, true, "invalid_mute"},
		"MoneyAlwaysCritical":   {alerting.Mute{Kind: "ledger_mismatch", Until: week, Reason: "known"}, true, "cannot_mute"},
		"MoneySometimesWarning": {alerting.Mute{Kind: "cap_breach", Until: week, Reason: "known"}, false, ""},
		"CriticalButNotMoney":   {alerting.Mute{Kind: "backup_failed", Until: week, Reason: "known"}, false, ""},
	} {
		err := c.mute.Allow(c.admin, now)
		if got := fault.CodeOf(err); err == nil && c.code != "" || err != nil && got != c.code {
			t.Errorf("%s: %v, want %q", name, err, c.code)
		}
	}
}

func TestRules_AreSortedAndWhole(t *testing.T) {
	t.Parallel()
	var kinds []string
	for _, r := range alerting.Rules() {
		kinds = append(kinds, r.Kind)
		if r.By == "" || len(r.Severities) == 0 {
			t.Errorf("%+v", r)
		}
	}
	if !slices.IsSorted(kinds) || len(slices.Compact(slices.Clone(kinds))) != len(kinds) {
		t.Errorf("the kinds are %v", kinds)
	}
	if loud := alerting.Loud(); !slices.Contains(loud, "cap_breach") || slices.Contains(loud, "budget_80") || slices.Contains(loud, "backup_failed") {
		t.Errorf("loud are %v", loud)
	}
}
