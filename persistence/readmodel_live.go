package persistence

import (
	"context"
	"strconv"
	"sync"

	"github.com/jackc/pgx/v5"

	"github.com/agente-ceo/agente-ceo/domain/views"
)

// Tail follows live_event. From the first Wait until Close it has a connection of its own, which is none of the pool's: DB.Close waits for
// those, and nobody gives one back who listens. One goroutine may Wait.
type Tail struct {
	db   *DB
	mu   sync.Mutex
	conn *pgx.Conn
}

// Tail begins to follow the commits of all processes that write live events.
func (db *DB) Tail() *Tail { return &Tail{db: db} }

// Head is the number up to which everything can be read now: that of the newest transaction below all that run.
func (t *Tail) Head(ctx context.Context) (seq int64, err error) {
	err = t.db.pool.QueryRow(ctx, statement("live_head")).Scan(&seq)
	return seq, classify("read the head of live events", err)
}

// Since lists the changes after a number, of whole transactions. complete is false when some were purged, or more than limit wait.
func (t *Tail) Since(ctx context.Context, seq int64, limit int) (changes []views.LiveChange, complete bool, err error) {
	after := strconv.FormatInt(max(seq, 0), 10)
	if err := t.db.pool.QueryRow(ctx, statement("live_whole"), after).Scan(&complete); err != nil {
		return nil, false, classify("look for the oldest live event", err)
	}
	if !complete {
		return nil, false, nil
	}
	rows, err := t.db.pool.Query(ctx, statement("live_since"), after, limit+1)
	if err != nil {
		return nil, false, classify("read live events", err)
	}
	changes, err = pgx.CollectRows(rows, pgx.RowToStructByPos[views.LiveChange])
	if err != nil || len(changes) > limit {
		return nil, false, classify("read live events", err)
	}
	return changes, true, nil
}

// Wait returns when something was committed since it was last called, or when the context ends. The first call returns at once.
func (t *Tail) Wait(ctx context.Context) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.conn != nil && !t.conn.IsClosed() {
		_, err := t.conn.WaitForNotification(ctx)
		if err == nil {
			err = t.drain(ctx)
		}
		if err != nil && ctx.Err() == nil {
			t.drop()
		}
		return classify("wait for live events", err)
	}
	t.drop()
	conn, err := t.db.pool.Acquire(ctx)
	if err != nil {
		return classify("listen to live events", err)
	}
	t.conn = conn.Hijack()
	if _, err = t.conn.Exec(ctx, statement("live_listen")); err != nil {
		t.drop() // it does not listen
	}
	return classify("listen to live events", err)
}

// drain takes all words that have arrived: they say the same, and the server keeps those that nobody takes.
func (t *Tail) drain(ctx context.Context) error {
	if err := t.conn.Ping(ctx); err != nil { // its answer comes after them
		return err
	}
	ended, cancel := context.WithCancel(ctx)
	cancel()
	for {
		if _, err := t.conn.WaitForNotification(ended); err != nil {
			return nil //nolint:nilerr // none is left
		}
	}
}

// drop closes the connection.
func (t *Tail) drop() {
	if t.conn == nil {
		return
	}
	_ = t.conn.Close(context.Background()) // it is thrown away
	t.conn = nil
}

// Close closes the connection. A Wait that runs ends first.
func (t *Tail) Close() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.drop()
	return nil
}
