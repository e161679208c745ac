package courier_test

import (
	"testing"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/delivery"
	"github.com/agente-ceo/agente-ceo/messages"
)

func TestCourier_EasesOffAsTheQuotaFills(t *testing.T) {
	t.Run("WaitsAndGoesOn", func(t *testing.T) {
		b := setup(t)
		b.quota = delivery.Quota{Percent: 84, At: b.Now()}
		b.create("eff_1")
		b.Advance(9 * time.Second)
		if b.count("create") != 0 {
			t.Errorf("called %v at 84 %% of the quota", b.account.calls)
		}
		b.Advance(2 * time.Second)
		b.wantsDone("eff_1", 1)
	})
	t.Run("RestsUntilCallsAreTakenAgain", func(t *testing.T) {
		b := setup(t)
		b.quota = delivery.Quota{Percent: 100, Regain: 20 * time.Minute, At: b.Now()}
		b.create("eff_1")
		b.Advance(19 * time.Minute)
		if b.count("create") != 0 {
			t.Errorf("called %v while the platform takes no calls", b.account.calls)
		}
		b.Advance(2 * time.Minute)
		b.wantsDone("eff_1", 1)
	})
	t.Run("StopsSpendingAtOnce", func(t *testing.T) {
		b := setup(t)
		b.quota = delivery.Quota{Percent: 100, Regain: 20 * time.Minute, At: b.Now()}
		b.account.entities["set_1"] = ads.Entity{ID: "set_1", Delivery: ads.Active}
		b.create("eff_1")
		b.put("eff_2", setDelivery("set_1", "paused"), "set_delivery")
		b.Tell(meta, &messages.Wake{})
		b.wantsDone("eff_2", 1)
		if b.count("create") != 0 {
			t.Errorf("called %v", b.account.calls)
		}
	})
}
