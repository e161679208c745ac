package persistence_test

import (
	"context"
	"testing"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/domain/views"
	"github.com/agente-ceo/agente-ceo/persistence"
	"github.com/agente-ceo/agente-ceo/persistence/pgtest"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
)

func TestTail_FollowsWholeCommits(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t, persistence.Options{LiveEvents: true})
	tail := db.Tail()
	t.Cleanup(func() {
		if err := tail.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := tail.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	key := actorkit.Key{Kind: "ceo", ID: "main"}
	activation, err := db.Activate(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	commit := actorkit.Commit{Key: key, Epoch: activation.Epoch, Version: 1, Now: peopleNow, Audit: []actorkit.Audit{{Action: "a", Subject: "one"}, {Action: "b", Subject: "two"}}}
	if err := db.Commit(t.Context(), commit); err != nil {
		t.Fatal(err)
	}
	if err := tail.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	var got []views.LiveChange
	for len(got) == 0 { // a transaction of another test may still hold the commit back
		if got, _, err = tail.Since(t.Context(), 0, 10); err != nil {
			t.Fatal(err)
		}
	}
	if len(got) != 2 || got[0].Seq != got[1].Seq || got[0].Key != "one" || got[1].Topic != "audit" {
		t.Errorf("the changes are %+v", got)
	}
	if more, complete, err := tail.Since(t.Context(), got[0].Seq, 10); len(more) != 0 || !complete || err != nil {
		t.Errorf("after them: %v, %v, %v", more, complete, err)
	}
	if _, complete, err := tail.Since(t.Context(), 0, 1); complete || err != nil {
		t.Errorf("a commit was cut in two: %v, %v", complete, err)
	}
	if head, err := tail.Head(t.Context()); head < got[0].Seq || err != nil {
		t.Errorf("the head is %d, %v", head, err)
	}
}

// A hub listens for as long as it lives, and a database that is closed before it must not wait for it.
func TestTail_DoesNotHoldUpTheDatabase(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t, persistence.Options{LiveEvents: true})
	tail := db.Tail()
	if err := tail.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	listening, stop := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- tail.Wait(listening) }()
	patience, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	closed := make(chan struct{})
	go func() { defer close(closed); db.Close() }()
	select {
	case <-closed:
	case <-patience.Done():
		t.Error("the database waits for who listens")
	}
	stop()
	if err := <-ended; fault.KindOf(err) != fault.Retryable {
		t.Errorf("listening ended with %v", err)
	}
	if err := tail.Close(); err != nil {
		t.Error(err)
	}
	<-closed
}
