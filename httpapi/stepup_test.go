package httpapi

import (
	"strings"
	"testing"
)

func TestRaises(t *testing.T) {
	t.Parallel()
	// Each line: key, from, to, and whether money may rise by it.
	for line := range strings.Lines(`
caps.daily 300 300.01 yes
caps.daily 300 299 no
caps.weekly 900 1500 yes
caps.alert_percent 80 90 no
mode dry_run approval yes
mode auto dry_run no
mode approval auto yes
campaigns.budget_meta 50 60 yes
campaigns.budget_meta 50 5 no
campaigns.max_open 20 21 yes
campaigns.countries BR BR,US no
scaling.raise_percent 20 30 yes
approvals.above 100 0 yes
approvals.above 0 100 no
approvals.above 100 200 yes
approvals.above 200 100 no
approvals.raises_above 50% 80% yes
approvals.raises_above 50% 30% no
approvals.raises_above 50% 10 yes
approvals.step_up_above 100 0 yes
treasury.account_ceiling auto off yes
targets.roas 1.5 1.2 no
`) {
		f := strings.Fields(line)
		if len(f) == 0 {
			continue
		}
		if got := len(raises(map[string]string{f[0]: f[1]}, map[string]string{f[0]: f[2]})) > 0; got != (f[3] == "yes") {
			t.Errorf("%s from %s to %s: %v", f[0], f[1], f[2], got)
		}
	}
	if raises(map[string]string{"caps.daily": "300"}, map[string]string{"caps.daily": "300"}) != nil {
		t.Error("what did not change rises")
	}
	if !grows("much", "1") {
		t.Error("what is no number is taken for safe")
	}
}

func TestAdmin_RaisingMoneyNeedsThePassword(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := b.as("admin")
	put := func(version int64, value, password string) reply {
		return v.do("PUT", "/api/admin/config", map[string]any{"version": version, "changes": map[string]string{"campaigns.budget_meta": value}, "reason": "trying", "password": password})
	}
	put(0, "60", "").code(403, "password_required")
	put(0, "60", "wrong horse battery").code(403, "wrong_password")
	put(0, "60", testPassword).want(200)
	put(1, "40", "").want(200)
	if got := b.config.applied["campaigns.budget_meta"]; got != "40" {
		t.Errorf("in force is %s", got)
	}
}
