package httpapi

import (
	"context"
	"time"

	"github.com/olahol/melody"

	"github.com/agente-ceo/agente-ceo/domain/views"
)

const (
	// guardEvery is how often is looked, without being told, whether somebody may have to go.
	guardEvery = 400 * time.Millisecond
	// recheckEvery is how often everybody is asked for: sessions also end by themselves, and nobody tells of that.
	recheckEvery = 10 * time.Second
	// lastWord is how long a connection that is closed may take to be told why.
	lastWord = 300 * time.Millisecond
)

// guard watches a number in the database that grows whenever somebody was disabled, lost a role, got another password or was logged
// out, on whatever node: then everybody connected here is asked for anew.
type guard struct {
	told    chan struct{}
	version int64     // that everybody was asked for at; -1 is never
	at      time.Time // when that was
}

func newGuard() guard { return guard{told: make(chan struct{}, 1), version: -1} }

// poke makes the guard look at once.
func (g *guard) poke() {
	select {
	case g.told <- struct{}{}:
	default: // it is about to
	}
}

// admit puts somebody on the guard's list. Between the gate and here they may have been shut out: everybody is asked for again.
func (h *hub) admit(m *melody.Session, c *client) {
	h.door.Lock()
	h.guests[m] = c
	h.guard.version = -1
	h.s.metrics.sockets.Set(float64(len(h.guests)))
	h.door.Unlock()
	h.guard.poke()
}

// watch keeps guard until the context ends.
func (h *hub) watch(ctx context.Context) {
	for ctx.Err() == nil {
		if err := h.look(ctx); err != nil && ctx.Err() == nil {
			h.s.log.WarnContext(ctx, "people could not be looked for", "error", err.Error())
			pause(ctx, retryLive)
		}
		waiting, cancel := context.WithTimeout(ctx, guardEvery)
		select {
		case <-waiting.Done():
		case <-h.guard.told:
		}
		cancel()
	}
}

// look asks for everybody, when there is a reason to.
func (h *hub) look(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, hubTimeout)
	defer cancel()
	version, err := h.s.deps.People.PeopleVersion(ctx)
	if err != nil {
		return err
	}
	now := h.s.deps.Now()
	h.door.Lock()
	due := version != h.guard.version || now.Sub(h.guard.at) >= recheckEvery
	h.guard.version, h.guard.at = version, now
	sessions, guests := make([]*melody.Session, 0, len(h.guests)), make([]views.Guest, 0, len(h.guests))
	for m, c := range h.guests {
		sessions, guests = append(sessions, m), append(guests, c.guest)
	}
	h.door.Unlock()
	if !due {
		return nil
	}
	keys, known := h.s.auth.known.all()
	gone, err := h.s.deps.People.Gone(ctx, append(guests, known...), now)
	if err != nil {
		h.door.Lock()
		h.guard.version = -1
		h.door.Unlock()
		return err
	}
	for i, m := range sessions {
		if gone[i] {
			h.showOut(m)
		}
	}
	for i, key := range keys {
		if gone[len(sessions)+i] {
			h.s.auth.known.forget(key)
		}
	}
	return nil
}

// drop closes the connections that are chosen.
func (h *hub) drop(chosen func(*client) bool) {
	h.door.Lock()
	var leaving []*melody.Session
	for m, c := range h.guests {
		if chosen(c) {
			leaving = append(leaving, m)
		}
	}
	h.door.Unlock()
	for _, m := range leaving {
		h.showOut(m)
	}
}

// showOut closes a connection and says why; one that does not listen is cut.
func (h *hub) showOut(m *melody.Session) {
	h.door.Lock()
	c := h.guests[m]
	delete(h.guests, m)
	full := h.behind[m]
	h.door.Unlock()
	if c == nil {
		return
	}
	_ = m.CloseWithMsg(melody.FormatCloseMessage(melody.ClosePolicyViolation, "logged out"))
	h.door.Lock()
	full = full || h.behind[m]
	h.door.Unlock()
	if full {
		_ = c.line.Close() // the word has no room
		return
	}
	_ = c.line.SetWriteDeadline(h.s.deps.Now().Add(lastWord))
}
