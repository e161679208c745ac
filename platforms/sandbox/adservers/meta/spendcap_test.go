package meta

import (
	"testing"
	"time"
)

func TestAccount_SpendCap(t *testing.T) {
	t.Parallel()
	read := map[string]string{"fields": "spend_cap,amount_spent"}
	set := func(b *bench, limit string) reply { return b.post("act_42", map[string]string{"spend_cap": limit}) }
	t.Run("WrittenInUnitsReadInMinorUnits", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		set(b, "123.5").ok()
		b.get("act_42", read).ok().want("12350", "spend_cap")
		if b.market.Ceiling != 12350 {
			t.Errorf("the market stops at %d, want 12350", b.market.Ceiling)
		}
		set(b, "0").ok()
		b.get("act_42", read).ok().want("0", "spend_cap")
		if b.market.Ceiling != 0 {
			t.Errorf("the market stops at %d without a limit", b.market.Ceiling)
		}
	})
	t.Run("ResetBeginsToCountAnew", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		b.market.Spent = 5400
		b.post("act_42", map[string]string{"spend_cap": "100", "spend_cap_action": "reset"}).ok()
		if b.market.Ceiling != 15400 {
			t.Errorf("the market stops at %d, want 100.00 more than what was charged", b.market.Ceiling)
		}
		b.post("act_42", map[string]string{"spend_cap_action": "delete"}).ok()
		b.get("act_42", read).ok().want("0", "spend_cap")
	})
	t.Run("TenChangesADay", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		for range capChanges {
			set(b, "100").ok()
		}
		set(b, "200").refused(17, 1885172)
		b.get("act_42", read).ok().want("10000", "spend_cap")
		b.now = b.now.Add(24 * time.Hour)
		set(b, "200").ok()
	})
	t.Run("RefusesWhatIsNoLimit", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		for _, wrong := range []string{"-1", "12.345", "lots"} {
			set(b, wrong).refused(100, 0)
		}
		b.post("act_42", map[string]string{"spend_cap_action": "double"}).refused(100, 0)
	})
}
