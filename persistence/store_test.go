package persistence_test

import (
	"testing"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/persistence"
	"github.com/agente-ceo/agente-ceo/persistence/pgtest"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
	"github.com/agente-ceo/agente-ceo/runtime/actortest"
	"github.com/agente-ceo/agente-ceo/runtime/clock"
	"github.com/agente-ceo/agente-ceo/runtime/directory"
)

var _ directory.Ledger = (*persistence.DB)(nil)

func TestDB_IsAStoreOfActors(t *testing.T) {
	t.Parallel()
	actortest.StoreSuite(t, func(t *testing.T) actorkit.Store { return pgtest.New(t) })
}

func TestDB_EveryStatementIsValid(t *testing.T) {
	b := setup(t)
	if err := b.db.PrepareAll(b.ctx); err != nil {
		t.Error(err)
	}
}

// A commit outlives nothing: when its connection is cut, the next one goes through a new connection.
func TestDB_SurvivesCutConnections(t *testing.T) {
	b := setup(t)
	actor := b.actor("scout", "main")
	actor.commit(actorkit.Commit{State: []byte("one")})
	b.exec(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`)
	err := actor.try(actorkit.Commit{State: []byte("two")})
	if err != nil && fault.KindOf(err) != fault.Retryable {
		b.Errorf("commit over a cut connection: %v of kind %s", err, fault.KindOf(err))
	}
	for fault.KindOf(err) == fault.Retryable && err != nil {
		err = actor.try(actorkit.Commit{State: []byte("two")})
	}
	at, err := b.db.Now(b.ctx)
	if off := (clock.System{}).Now().Sub(at).Abs(); err != nil || off > time.Minute {
		t.Errorf("the database's clock shows %s: %v", at, err)
	}
	if err := b.db.Ping(b.ctx); err != nil {
		b.Error(err)
	}
	b.want("two", `SELECT convert_from(state, 'UTF8') FROM actor_snapshot`)
}
