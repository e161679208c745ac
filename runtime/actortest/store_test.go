package actortest_test

import (
	"slices"
	"testing"
	"time"

	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
	"github.com/agente-ceo/agente-ceo/runtime/actortest"
)

func TestStore(t *testing.T) {
	t.Parallel()
	actortest.StoreSuite(t, func(*testing.T) actorkit.Store { return actortest.NewStore() })
}

func TestStore_Outcomes(t *testing.T) {
	t.Parallel()
	cases := map[string][]string{
		actorkit.EffectDone: nil, actorkit.EffectRefused: nil, actorkit.EffectFailed: nil,
		actorkit.EffectPending: {"meta"}, actorkit.EffectUnknown: {"meta"},
	}
	for state, want := range cases {
		t.Run(state, func(t *testing.T) {
			t.Parallel()
			store, key := actortest.NewStore(), actorkit.Key{Kind: "courier", ID: "meta"}
			act, err := store.Activate(t.Context(), key)
			if err != nil {
				t.Fatal(err)
			}
			err = store.Commit(t.Context(), actorkit.Commit{
				Key: key, Epoch: act.Epoch, Version: 1,
				Effects:  []actorkit.Effect{{ID: "eff_1", Courier: "meta"}},
				Outcomes: []actorkit.Outcome{{EffectID: "eff_1", State: state}},
			})
			if err != nil {
				t.Fatal(err)
			}
			if got, err := store.PendingCouriers(t.Context(), time.Time{}); err != nil || !slices.Equal(got, want) {
				t.Errorf("pending %q, want %q, %v", got, want, err)
			}
		})
	}
}
