package persistence

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
)

// Activate begins a new epoch of the actor and loads its snapshot, in one round trip.
func (db *DB) Activate(ctx context.Context, key actorkit.Key) (actorkit.Activation, error) {
	var a actorkit.Activation
	err := db.pool.QueryRow(ctx, statement("actor_activate"), key.Kind, key.ID, db.opts.Node).Scan(&a.Epoch, &a.Version, &a.State, &a.Alarms, &a.Format)
	if err != nil {
		return actorkit.Activation{}, classify("activate "+key.String(), err)
	}
	return a, nil
}

// Commit writes everything or nothing. All statements go out together and end in one Sync, which makes them one transaction
// and one round trip. A stale epoch is fault Refused "stale_epoch", a cap that does not hold is Refused "cap_exceeded", trouble
// with the connection is Retryable: what became of the transaction then is found by loading the snapshot again.
func (db *DB) Commit(ctx context.Context, c actorkit.Commit) error {
	w := newWriter(db, &c)
	w.snapshot()
	for _, f := range c.Facts {
		w.fact(f)
	}
	w.purse.write(w)
	w.rollUps()
	w.effects()
	w.outcomes()
	w.messages()
	if db.opts.LiveEvents {
		w.liveEvents()
	}
	w.audit()
	if c.Begin != "" {
		w.add("effect_begin", c.Begin, c.Now, false)
	}
	if w.err != nil {
		return fmt.Errorf("commit %s: %w", c.Key, w.err)
	}
	return w.send(ctx)
}

// Handled forgets a durable message that needed no commit. A stale epoch is fault Refused "stale_epoch".
func (db *DB) Handled(ctx context.Context, by actorkit.Fence, messageID string) error {
	_, err := db.pool.Exec(ctx, statement("message_handled"), by.Key.Kind, by.Key.ID, by.Epoch, messageID)
	return classify("forget message "+messageID, err)
}

// writer collects the statements of one commit. Rows that several actors write are locked in one order, so that commits wait for
// each other and never deadlock: the actor's own rows, the windows of the purse, roll-ups of campaigns by id, roll-ups of days by date, and the end of the
// audit chain last.
type writer struct {
	db    *DB
	c     *actorkit.Commit
	batch pgx.Batch
	names []string // of the statements in batch
	purse purseRows
	roll  rollUps
	live  []liveEvent
	said  map[liveEvent]bool // the events in live
	err   error              // the first fact that cannot be written
}

func newWriter(db *DB, c *actorkit.Commit) *writer {
	return &writer{db: db, c: c, roll: rollUps{fallback: db.opts.Currency}}
}

func (w *writer) add(name string, args ...any) {
	w.batch.Queue(statement(name), args...)
	w.names = append(w.names, name)
}

func (w *writer) fail(err error) {
	if w.err == nil {
		w.err = err
	}
}

func (w *writer) snapshot() {
	alarms := w.c.Alarms
	if alarms == nil {
		alarms = map[string]time.Time{}
	}
	w.add("actor_commit", w.c.Key.Kind, w.c.Key.ID, w.c.Epoch, w.c.Version, w.c.State, alarms, when(w.c.NextDue), w.c.Now, w.c.Handled)
}

func (w *writer) effects() {
	if len(w.c.Effects) == 0 {
		return
	}
	var ids, couriers, kinds, subjects, types []string
	var bodies [][]byte
	var entities []string
	for _, e := range w.c.Effects {
		name, body, err := actorkit.Marshal(e.Payload)
		if err != nil {
			w.fail(fmt.Errorf("write effect %s: %w", e.ID, err))
			return
		}
		ids, couriers, kinds = append(ids, e.ID), append(couriers, e.Courier), append(kinds, e.Kind)
		subjects, types, bodies = append(subjects, e.Subject), append(types, name), append(bodies, body)
		entities = append(entities, entityOf(e.Payload))
	}
	w.add("effect_insert", ids, couriers, kinds, subjects, types, bodies, w.c.Key.Kind, w.c.Key.ID, w.c.Now, entities)
	w.entitlements()
}

func (w *writer) outcomes() {
	for _, o := range w.c.Outcomes {
		w.add("effect_outcome", o.EffectID, o.State, o.Receipt, clean(o.Error), when(o.NextAttempt), w.c.Now)
		if x := o.Won; x != nil {
			w.add("entity_win", x.Plan, x.Entity, x.Level, x.Platform, x.ExternalID, o.EffectID, w.c.Now)
		}
	}
}

func (w *writer) messages() {
	if len(w.c.Tells) == 0 {
		return
	}
	m, n := w.c.Tells, len(w.c.Tells)
	types, bodies := make([]string, n), make([][]byte, n)
	for i := range m {
		var err error
		if types[i], bodies[i], err = actorkit.Marshal(m[i].Msg); err != nil {
			w.fail(fmt.Errorf("write message %s to %s: %w", m[i].ID, m[i].To, err))
			return
		}
	}
	w.add("message_insert", column(n, func(i int) string { return m[i].ID }),
		column(n, func(i int) string { return m[i].From.Kind }), column(n, func(i int) string { return m[i].From.ID }),
		column(n, func(i int) string { return m[i].To.Kind }), column(n, func(i int) string { return m[i].To.ID }), types, bodies, w.c.Now)
}

func (w *writer) audit() {
	if len(w.c.Audit) == 0 {
		return
	}
	n := len(w.c.Audit)
	actions, subjects, reasons := make([]string, n), make([]string, n), make([]string, n)
	expected, figures, by := make([]string, n), make([]string, n), make([]string, n)
	for i, a := range w.c.Audit {
		actions[i], subjects[i], reasons[i], expected[i], by[i] = a.Action, a.Subject, clean(a.Reason), clean(a.Expected), a.By
		figures[i] = string(actorkit.FiguresJSON(cleanFigures(a.Figures)))
	}
	w.add("audit_append", w.c.Now, w.c.Key.String(), actions, subjects, reasons, expected, figures, by)
}

func (w *writer) send(ctx context.Context) error {
	results := w.db.pool.SendBatch(ctx, &w.batch)
	for _, name := range w.names {
		if _, err := results.Exec(); err != nil {
			_ = results.Close() // it can only repeat err
			return classify(fmt.Sprintf("commit %s, %s", w.c.Key, name), err)
		}
	}
	return classify("commit "+w.c.Key.String(), results.Close())
}

func cleanFigures(figures []actorkit.Figure) []actorkit.Figure {
	if !slices.ContainsFunc(figures, func(f actorkit.Figure) bool { return clean(f.Name) != f.Name || clean(f.Value) != f.Value }) {
		return figures
	}
	out := slices.Clone(figures)
	for i := range out {
		out[i].Name, out[i].Value = clean(out[i].Name), clean(out[i].Value)
	}
	return out
}
