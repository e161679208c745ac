package main

import (
	"strings"
	"testing"

	"github.com/agente-ceo/agente-ceo/messages"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
)

// A required actor whose snapshot is damaged, or was written by a newer program, does not run: the process says so at /readyz, people are
// told, and what is stored stays as it is.
func TestSnapshots_ADamagedOneMakesTheProcessUnready(t *testing.T) {
	t.Parallel()
	for name, plant := range map[string]string{
		"Garbage": `UPDATE actor_snapshot SET state = '\x0102030405' WHERE kind = 'treasurer'`,
		"Newer":   `UPDATE actor_snapshot SET format = 2 WHERE kind = 'treasurer'`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := openOffice(t)
			if err := o.app.Start(t.Context()); err != nil {
				t.Fatal(err)
			}
			treasurer := actorkit.Key{Kind: "treasurer", ID: "main"}
			o.eventually("the business is ready", func() bool { return len(readiness{o.app}.Reasons(t.Context())) == 0 })
			if _, err := o.app.directory.Ask(t.Context(), treasurer, &messages.Freeze{FreezeId: "f", By: "ana@example.com"}); err != nil { // so that there is a state
				t.Fatal(err)
			}
			if _, err := o.db.Exec(t.Context(), plant); err != nil {
				t.Fatal(err)
			}
			var before string
			row := `SELECT coalesce(encode(state, 'hex'), '') || format FROM actor_snapshot WHERE kind = 'treasurer'`
			if err := o.db.QueryRow(t.Context(), row).Scan(&before); err != nil {
				t.Fatal(err)
			}
			// Its next commit is refused as a stale activation's, so it starts anew.
			if _, err := o.db.Exec(t.Context(), `UPDATE actor_lease SET epoch = epoch + 1 WHERE kind = 'treasurer'`); err != nil {
				t.Fatal(err)
			}
			if answer, err := o.app.directory.Ask(t.Context(), treasurer, &messages.Unfreeze{UnfreezeId: "u", By: "ana@example.com"}); err == nil {
				t.Errorf("a stale activation answered %v", answer)
			}
			o.eventually("/readyz says why", func() bool {
				status, body, err := o.call("GET", "/readyz", "", nil)
				return err == nil && status == 503 && strings.Contains(string(body), "snapshot of treasurer/main")
			})
			o.eventually("people are told", func() bool {
				return o.number(`SELECT count(*) FROM alerts WHERE kind = 'actor_stopped' AND severity = 'critical' AND subject = 'treasurer/main'`) > 0
			})
			var after string
			if err := o.db.QueryRow(t.Context(), row).Scan(&after); err != nil || after != before {
				t.Errorf("the snapshot was %s and is %s (%v)", before, after, err)
			}
		})
	}
}
