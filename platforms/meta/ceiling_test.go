package meta_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/domain/money"
)

func TestClient_Ceiling(t *testing.T) {
	t.Parallel()
	const account = "act_1234567890"
	t.Run("ReadsMinorUnits", func(t *testing.T) {
		t.Parallel()
		client, _ := setup(t, map[string][]string{"GET " + account: {`{"currency":"USD","spend_cap":"45000","amount_spent":"123","id":"act_1234567890"}`}})
		have, err := client.Ceiling(t.Context())
		if diff := cmp.Diff(ads.Ceiling{Limit: usd(45000), Spent: usd(123)}, have, sameMoney); err != nil || diff != "" {
			t.Errorf("%v %s", err, diff)
		}
	})
	t.Run("ReadsThatThereIsNone", func(t *testing.T) {
		t.Parallel()
		client, _ := setup(t, map[string][]string{"GET " + account: {`{"currency":"USD","spend_cap":"0","amount_spent":"0"}`}})
		if have, err := client.Ceiling(t.Context()); err != nil || !have.Limit.IsZero() || !have.Spent.IsZero() {
			t.Errorf("have %+v, %v", have, err)
		}
	})
	t.Run("BelievesNothingThatItCannotRead", func(t *testing.T) {
		t.Parallel()
		for _, body := range []string{`{"spend_cap":"450.00","amount_spent":"1"}`, `{"spend_cap":"450"}`, `{"spend_cap":"-1","amount_spent":"1"}`} {
			client, _ := setup(t, map[string][]string{"GET " + account: {body}})
			_, err := client.Ceiling(t.Context())
			wantFault(t, err, fault.Retryable, "malformed")
		}
		client, _ := setup(t, map[string][]string{"GET " + account: {`{"currency":"BRL","spend_cap":"0","amount_spent":"0"}`}})
		_, err := client.Ceiling(t.Context())
		wantFault(t, err, fault.Terminal, "currency_mismatch")
	})
	t.Run("WritesUnitsOfTheCurrency", func(t *testing.T) {
		t.Parallel()
		client, g := setup(t, map[string][]string{"POST " + account: {`{"success":true}`}})
		if err := client.SetCeiling(t.Context(), usd(45050)); err != nil {
			t.Fatal(err)
		}
		if got := g.last("POST " + account).Form.Get("spend_cap"); got != "450.50" {
			t.Errorf("spend_cap was sent as %q", got)
		}
		wantFault(t, client.SetCeiling(t.Context(), usd(0)), fault.Refused, "amount_not_positive")
		wantFault(t, client.SetCeiling(t.Context(), money.Minor(100, "BRL")), fault.Refused, "currency_mismatch")
	})
	t.Run("IsRefusedWhenChangedTooOften", func(t *testing.T) {
		t.Parallel()
		client, _ := setup(t, map[string][]string{"POST " + account: {`400 {"error":{"message":"(#17)","code":17,"error_subcode":1885172}}`}})
		wantFault(t, client.SetCeiling(t.Context(), usd(100)), fault.Refused, "spend_cap_edit_limit")
	})
}
