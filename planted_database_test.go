package main

import (
	"context"
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/agente-ceo/agente-ceo/domain/facts"
	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/messages"
	"github.com/agente-ceo/agente-ceo/persistence"
	"github.com/agente-ceo/agente-ceo/persistence/pgtest"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
)

// judged is a database whose promises are tried.
type judged struct {
	t   *testing.T
	db  *persistence.DB
	sql *pgx.Conn
	url string
}

func (j *judged) exec(sql string, args ...any) {
	j.t.Helper()
	if _, err := j.sql.Exec(j.t.Context(), sql, args...); err != nil {
		j.t.Fatalf("%s: %v", sql, err)
	}
}

var plantedKey = actorkit.Key{Kind: "planted", ID: "main"}

// commitFacts is a commit of a first activation.
func (j *judged) commitFacts(all ...facts.Fact) error {
	j.t.Helper()
	a, err := j.db.Activate(j.t.Context(), plantedKey)
	if err != nil {
		j.t.Fatal(err)
	}
	return j.db.Commit(j.t.Context(), actorkit.Commit{Key: plantedKey, Epoch: a.Epoch, Version: a.Version + 1, Now: simulationStart, Facts: all})
}

// capsHoldInARace has two transactions reserve at the same moment what only one of them may.
func (j *judged) capsHoldInARace() error {
	other := connectTo(j.t, j.url)
	const reserve = `SELECT purse_move('main', 'day', '2026-03-02', 1000, 600, 0, 'USD')`
	j.exec(`SELECT purse_move('main', 'day', '2026-03-02', 1000, 0, 0, 'USD')`)
	j.exec(`BEGIN`)
	j.exec(reserve)
	second := make(chan error, 1)
	go func() {
		_, err := other.Exec(j.t.Context(), reserve)
		second <- err
	}()
	waits := connectTo(j.t, j.url)
	waitFor(readyWithin, func() bool {
		var n int
		err := waits.QueryRow(j.t.Context(), `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`).Scan(&n)
		return err == nil && n > 0
	})
	j.exec(`COMMIT`)
	if err := <-second; err == nil {
		return fmt.Errorf("two reservations of 600 were taken under a cap of 1000")
	}
	return nil
}

// moneyIsKept stores amounts and adds them up.
func (j *judged) moneyIsKept() error {
	var all []facts.Fact
	want := int64(0)
	for n, minor := range []int64{1, 10, 1999, 2900, 8749, 16777217} {
		all = append(all, facts.Posting{ID: fmt.Sprint("pst_", n), Purse: "main", ReservationID: "rsv_1", Kind: "reserve", Debit: "exposure", Credit: "cap", Amount: money.Minor(minor, money.USD), At: simulationStart})
		want += minor
	}
	if err := j.commitFacts(all...); err != nil {
		return err
	}
	var got int64
	if err := j.sql.QueryRow(j.t.Context(), `SELECT sum(amount_minor) FROM postings`).Scan(&got); err != nil {
		j.t.Fatal(err)
	}
	if got != want {
		return fmt.Errorf("%d were posted, %d are stored", want, got)
	}
	return nil
}

// staleEpochsAreRefused has an activation write after another one has begun.
func (j *judged) staleEpochsAreRefused() error {
	old, err := j.db.Activate(j.t.Context(), plantedKey)
	if err != nil {
		j.t.Fatal(err)
	}
	if _, err := j.db.Activate(j.t.Context(), plantedKey); err != nil {
		j.t.Fatal(err)
	}
	err = j.db.Commit(j.t.Context(), actorkit.Commit{Key: plantedKey, Epoch: old.Epoch, Version: old.Version + 1, Now: simulationStart, State: []byte("old")})
	if fault.CodeOf(err) != actorkit.StaleEpoch {
		return fmt.Errorf("an activation that was succeeded could write: %v", err)
	}
	return nil
}

// endedEffectsStay lets a courier that has come late end an effect otherwise than it ended.
func (j *judged) endedEffectsStay() error {
	a, err := j.db.Activate(j.t.Context(), plantedKey)
	if err != nil {
		j.t.Fatal(err)
	}
	commit := func(version int64, c actorkit.Commit) error {
		c.Key, c.Epoch, c.Version, c.Now = plantedKey, a.Epoch, version, simulationStart
		return j.db.Commit(j.t.Context(), c)
	}
	effect := actorkit.Effect{ID: "eff_1", Courier: "crm", Kind: "send_crm", Subject: "ord_1", Payload: &messages.Effect{}}
	for n, c := range []actorkit.Commit{
		{Effects: []actorkit.Effect{effect}}, {Begin: "eff_1"}, {Outcomes: []actorkit.Outcome{{EffectID: "eff_1", State: "done", Receipt: []byte("it is done")}}},
	} {
		if err := commit(int64(n)+1, c); err != nil {
			j.t.Fatal(err)
		}
	}
	_ = commit(4, actorkit.Commit{Outcomes: []actorkit.Outcome{{EffectID: "eff_1", State: "failed", Error: "it came late"}}}) // refused or not: what is stored counts
	var state string
	if err := j.sql.QueryRow(j.t.Context(), `SELECT state FROM outbox WHERE id = 'eff_1'`).Scan(&state); err != nil {
		j.t.Fatal(err)
	}
	if state != "done" {
		return fmt.Errorf("an effect that was done became %s", state)
	}
	return nil
}

// approvalsAreForWhatWasShown uses an approval for something else.
func (j *judged) approvalsAreForWhatWasShown() error {
	j.exec(`INSERT INTO approvals (id, kind, subject, summary, status, decided_by, decided_at, requested_at, updated_at, manifest, details)
		VALUES ('apr_1', 'launch', 'cmp_1', 'a campaign', 'approved', 'ana@example.com', now(), now(), now(), 'what was shown', '[]')`)
	if _, err := j.sql.Exec(j.t.Context(), `SELECT approval_use('apr_1', 'something else', 'cmp_1', now())`); err == nil {
		return fmt.Errorf("an approval was used for what was not shown")
	}
	return nil
}

// freezesOutliveTheProgram stores a freeze and reads it as the next start does.
func (j *judged) freezesOutliveTheProgram() error {
	if err := j.commitFacts(facts.Control{Frozen: true, By: "ana@example.com", Reason: "stop", At: simulationStart}); err != nil {
		return err
	}
	next, err := persistence.Open(j.t.Context(), j.url, persistence.Options{})
	if err != nil {
		j.t.Fatal(err)
	}
	defer next.Close()
	control, err := next.Views().Control(j.t.Context())
	if err != nil {
		j.t.Fatal(err)
	}
	if !control.Frozen {
		return fmt.Errorf("a freeze was forgotten by the next start")
	}
	return nil
}

// TestPlanted_Database plants, in a database of its own, mistakes that a database guards against, and sees that the check of each turns red;
// without the mistake it is green.
func TestPlanted_Database(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		plant string
		check func(*judged) error
	}{
		"CheckThenActCap": {`ALTER TABLE purse_window DROP CONSTRAINT purse_within_cap;
			CREATE OR REPLACE FUNCTION purse_move(p text, k text, s date, cap bigint, reserve bigint, charge bigint, c text) RETURNS void LANGUAGE plpgsql AS $$
			BEGIN
			  IF reserve = 0 THEN
			    INSERT INTO purse_window (purse, kind, starts, cap_minor, reserved_minor, charged_minor, currency) VALUES (p, k, s, cap, 0, 0, c);
			  END IF;
			  IF (SELECT reserved_minor + charged_minor + reserve FROM purse_window w WHERE w.purse = p AND w.kind = k AND w.starts = s) > cap THEN
			    RAISE EXCEPTION 'full' USING ERRCODE = 'AC002';
			  END IF;
			  UPDATE purse_window w SET reserved_minor = w.reserved_minor + reserve WHERE w.purse = p AND w.kind = k AND w.starts = s;
			END $$`, (*judged).capsHoldInARace},
		"FloatMoney": {`CREATE FUNCTION as_float() RETURNS trigger LANGUAGE plpgsql AS $$
			BEGIN NEW.amount_minor := floor((NEW.amount_minor / 100.0)::float4 * 100); RETURN NEW; END $$;
			CREATE TRIGGER as_float BEFORE INSERT ON postings FOR EACH ROW EXECUTE FUNCTION as_float()`, (*judged).moneyIsKept},
		"MissingEpochCheck": {`UPDATE pg_proc SET prosrc = replace(prosrc, 'l.epoch = e', 'true') WHERE proname = 'actor_commit'`, (*judged).staleEpochsAreRefused},
		"StaleWriteAccepted": {`UPDATE pg_proc SET prosrc = regexp_replace(prosrc, 'AND \(o\.state IN \([^)]*\)[^;]*\)', '') WHERE proname = 'effect_finish'`,
			(*judged).endedEffectsStay},
		"ApprovalWithoutVersion": {`UPDATE pg_proc SET prosrc = replace(prosrc, 'AND manifest = m', '') WHERE proname = 'approval_use'`, (*judged).approvalsAreForWhatWasShown},
		"FreezeOnlyInMemory": {`CREATE FUNCTION forgets() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.frozen := false; RETURN NEW; END $$;
			CREATE TRIGGER forgets BEFORE UPDATE ON control FOR EACH ROW EXECUTE FUNCTION forgets()`, (*judged).freezesOutliveTheProgram},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, planted := range []bool{false, true} {
				j := &judged{t: t, url: pgtest.URL(t)}
				j.sql = connectTo(t, j.url)
				if planted {
					j.exec(c.plant)
				}
				var err error
				if j.db, err = persistence.Open(context.Background(), j.url, persistence.Options{}); err != nil {
					t.Fatal(err)
				}
				err = c.check(j)
				j.db.Close()
				if (err != nil) != planted {
					t.Errorf("with the mistake planted %t, the check said %v", planted, err)
				}
			}
		})
	}
}
