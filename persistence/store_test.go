package persistence_test

import (
	"testing"

	"github.com/agente-ceo/agente-ceo/persistence"
	"github.com/agente-ceo/agente-ceo/persistence/pgtest"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
	"github.com/agente-ceo/agente-ceo/runtime/actortest"
	"github.com/agente-ceo/agente-ceo/runtime/directory"
)

var _ directory.Ledger = (*persistence.DB)(nil)

func TestDB_IsAStoreOfActors(t *testing.T) {
	t.Parallel()
	actortest.StoreSuite(t, func(t *testing.T) actorkit.Store { return pgtest.New(t) })
}
