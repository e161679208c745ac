package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/agente-ceo/agente-ceo/platforms/sandbox/faults"
)

// clerk stands before the sandbox in a simulation and asks the database, at every call that changes something, what was committed before it.
type clerk struct {
	db *pgx.Conn

	mu     sync.Mutex
	calls  int
	wrong  []string
	intent map[string]int64 // by effect: the number of the latest intent under which it called
}

func (k *clerk) wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		if writesSomething(r, body) {
			k.look(r)
		}
		next.ServeHTTP(rw, r)
	})
}

// look wants one effect of the courier that calls under way, with an intent that no outcome has followed.
func (k *clerk) look(r *http.Request) {
	service, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	k.mu.Lock()
	defer k.mu.Unlock()
	k.calls++
	rows, err := k.db.Query(context.Background(), `SELECT o.id, max(a.seq) FILTER (WHERE a.action = 'effect_intended'), max(a.seq) FILTER (WHERE a.action <> 'effect_intended')
		FROM outbox o JOIN audit_log a ON a.figures->>'effect' = o.id AND a.action LIKE 'effect\_%' WHERE o.courier = $1 AND o.state = 'inflight' GROUP BY o.id`, couriers[service])
	if err != nil {
		k.wrong = append(k.wrong, err.Error())
		return
	}
	type under struct {
		effect           string
		intended, judged *int64
	}
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (u under, err error) {
		return u, row.Scan(&u.effect, &u.intended, &u.judged)
	})
	switch {
	case err != nil:
		k.wrong = append(k.wrong, err.Error())
	case len(found) != 1:
		k.wrong = append(k.wrong, fmt.Sprintf("%s %s was called with %d effects of %s under way", r.Method, r.URL.Path, len(found), couriers[service]))
	case found[0].intended == nil || found[0].judged != nil && *found[0].judged > *found[0].intended:
		k.wrong = append(k.wrong, fmt.Sprintf("%s %s was called without an intent before it that is open", r.Method, r.URL.Path))
	default:
		k.intent[found[0].effect] = *found[0].intended
	}
}

// TestLoop_EveryCallHasItsIntentAndOutcome judges each call that changed something, at the sandbox's door, in a business of two days with
// answers that get lost: one effect was intended before it, on disk, and an outcome of just that follows.
func TestLoop_EveryCallHasItsIntentAndOutcome(t *testing.T) {
	t.Parallel()
	var script []faults.Fault
	for _, kind := range []faults.Kind{faults.CommitThenDrop, faults.ServerError, faults.Throttle} {
		script = append(script, faults.Fault{Kind: kind, Where: " /meta/", Share: 0.03}, faults.Fault{Kind: kind, Where: " /shopify/", Share: 0.03})
	}
	k := &clerk{intent: map[string]int64{}}
	l := runWith(t, "7", 2, nil, Options{Faults: faults.New(4, script...), seams: seams{world: k.wrap}}, func(conn *pgx.Conn) {
		db, err := pgx.Connect(t.Context(), conn.Config().ConnString())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = db.Close(context.Background()) })
		k.db = db
	})
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, problem := range k.wrong[:min(len(k.wrong), 10)] {
		t.Error(problem)
	}
	if k.calls < 300 || len(k.intent) < 150 {
		t.Errorf("%d calls under %d effects: the test shows nothing", k.calls, len(k.intent))
	}
	for effect, seq := range k.intent {
		var outcomes int
		err := l.db.QueryRow(t.Context(), `SELECT count(*) FROM audit_log a WHERE figures->>'effect' = $1 AND action LIKE 'effect\_%' AND action <> 'effect_intended' AND seq > $2
			AND seq < coalesce((SELECT min(seq) FROM audit_log WHERE figures->>'effect' = $1 AND action = 'effect_intended' AND seq > $2), 9223372036854775807)`, effect, seq).Scan(&outcomes)
		if err != nil {
			t.Fatal(err)
		}
		if outcomes != 1 && l.number(`SELECT count(*) FROM outbox WHERE state = 'inflight'`) == 0 {
			t.Errorf("%d outcomes follow the last intent of %s, want 1", outcomes, effect)
		}
	}
	t.Logf("%d calls under %d effects", k.calls, len(k.intent))
}
