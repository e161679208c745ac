package actortest_test

import (
	"testing"

	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
	"github.com/agente-ceo/agente-ceo/runtime/actortest"
)

func TestStore(t *testing.T) {
	t.Parallel()
	actortest.StoreSuite(t, func(*testing.T) actorkit.Store { return actortest.NewStore() })
}
