package httpapi

import (
	"bufio"
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/olahol/melody"

	"github.com/agente-ceo/agente-ceo/domain/views"
)

const (
	// tick is the least time between two frames of deltas: what changed meanwhile is merged into one.
	tick = 250 * time.Millisecond
	// resumable is how many changes a client may have missed before a new snapshot is cheaper.
	resumable = 2000
	// backlog is how many frames may wait for a slow reader before it is cut off.
	backlog    = 64
	retryLive  = 2 * time.Second
	hubTimeout = 10 * time.Second
	// poll is how often is looked without being told: a long transaction can hide a commit from the first look.
	poll = time.Second
	// heavyEvery is the least time between two sums of the day and of the purse.
	heavyEvery = time.Second
)

// snapshotFrame is the first frame of a connection: everything, as of seq.
type snapshotFrame struct {
	Type string         `json:"type"` // "snapshot"
	Seq  int64          `json:"seq"`
	Data views.Overview `json:"data"`
}

// deltaFrame brings a client from the frame before to seq. Rows replace what the client has; a null row says "fetch it again".
type deltaFrame struct {
	Type  string      `json:"type"` // "delta"
	Seq   int64       `json:"seq"`
	Items []deltaItem `json:"items"`
}

type deltaItem struct {
	Topic string `json:"topic"`
	ID    string `json:"id"`
	Row   any    `json:"row"`
}

// client is one open connection.
type client struct {
	guest    views.Guest
	audience audience
	line     net.Conn // what it runs over
}

// hub sends every client the same ordered frames.
type hub struct {
	s      *Server
	melody *melody.Melody

	mu      sync.Mutex // held while a frame or a snapshot goes out, so that no client gets them out of order
	clients map[*melody.Session]*client
	seq     int64 // of the last frame
	ready   bool  // seq is known
	audited int64 // the newest line of the audit log that went out
	dirty   struct{ summary, treasury bool }
	heavyAt time.Time // when sums went out

	snapshots map[audience]keptSnapshot // the newest

	door   sync.Mutex                  // never held while something else is waited for
	guests map[*melody.Session]*client // everybody connected, from before their first frame
	behind map[*melody.Session]bool    // missed a frame: they must begin anew
	guard  guard
}

func newHub(s *Server) *hub {
	h := &hub{
		s: s, melody: melody.New(), clients: map[*melody.Session]*client{}, guests: map[*melody.Session]*client{},
		behind: map[*melody.Session]bool{}, guard: newGuard(), snapshots: map[audience]keptSnapshot{},
	}
	h.melody.Config.MessageBufferSize = backlog
	h.melody.Config.MaxMessageSize = 1024
	h.melody.Upgrader.CheckOrigin = h.sameOrigin
	h.melody.HandleConnect(h.connected)
	h.melody.HandleDisconnect(h.forget)
	h.melody.HandleError(func(m *melody.Session, err error) {
		if errors.Is(err, melody.ErrMessageBufferFull) {
			h.door.Lock()
			h.behind[m] = true
			h.door.Unlock()
		}
	})
	return h
}

// sameOrigin lets pages of our own host and of configured origins connect. Clients that are no browsers send no origin.
func (h *hub) sameOrigin(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if origin == "" {
		return true
	}
	u, err := url.Parse(origin)
	return err == nil && (u.Host == r.Host || slices.Contains(h.s.deps.Origins, origin))
}

// serve upgrades a request that has passed the gate.
func (h *hub) serve(c *gin.Context) {
	if h.s.deps.Live == nil {
		writeProblem(c.Writer, problem(http.StatusServiceUnavailable, "", "This program has no live feed."))
		return
	}
	if !h.sameOrigin(c.Request) {
		crossOrigin(c.Writer, c.Request)
		return
	}
	if c.GetHeader("Upgrade") == "" {
		writeProblem(c.Writer, problem(http.StatusUpgradeRequired, "upgrade_required", "This is a WebSocket."))
		return
	}
	id := who(c.Request.Context())
	since, err := strconv.ParseInt(c.DefaultQuery("since", "-1"), 10, 64)
	if err != nil {
		since = -1
	}
	joining := &client{
		guest:    views.Guest{UserID: id.user.ID, Roles: id.user.Roles, Session: id.token, Script: id.script},
		audience: audienceOf(id.user.Roles),
	}
	w := &tapped{ResponseWriter: c.Writer, client: joining}
	if err := h.melody.HandleRequestWithKeys(w, c.Request, map[string]any{"client": joining, "since": since}); err != nil {
		h.s.log.DebugContext(c, "live connection ended", "error", err.Error())
	}
}

// tapped keeps hold of the connection that a WebSocket is made of.
type tapped struct {
	gin.ResponseWriter
	client *client
}

// Hijack is http.Hijacker.
func (t *tapped) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	line, buffered, err := t.ResponseWriter.Hijack()
	t.client.line = line
	return line, buffered, err
}

// connected sends a new client what it lacks, before it takes part in the frames that everybody gets.
func (h *hub) connected(m *melody.Session) {
	c, _ := m.MustGet("client").(*client)
	since, _ := m.MustGet("since").(int64)
	h.admit(m, c)
	ctx, cancel := context.WithTimeout(m.Request.Context(), hubTimeout)
	defer cancel()
	h.mu.Lock()
	defer h.mu.Unlock()
	frame, err := h.first(ctx, since, c.audience)
	if err != nil {
		h.s.log.WarnContext(ctx, "live connection could not begin", "error", err.Error())
		_ = m.Close() // the client tries again
		return
	}
	if m.Write(frame) == nil {
		h.clients[m] = c
	}
}

func (h *hub) forget(m *melody.Session) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.clients, m)
	h.door.Lock()
	defer h.door.Unlock()
	delete(h.guests, m)
	delete(h.behind, m)
	h.s.metrics.sockets.Set(float64(len(h.guests)))
}

// cutOff closes readers that missed a frame, as soon as the word that says so has room; h.mu is held.
func (h *hub) cutOff() {
	h.door.Lock()
	behind := h.behind
	h.behind = map[*melody.Session]bool{}
	h.door.Unlock()
	for m := range behind {
		delete(h.clients, m)
		if !m.IsClosed() {
			_ = m.CloseWithMsg(melody.FormatCloseMessage(melody.CloseTryAgainLater, "too slow"))
		}
	}
}

func (h *hub) close() error {
	if h.melody.IsClosed() {
		return nil
	}
	return h.melody.Close()
}

// run follows the commits until the context ends.
func (h *hub) run(ctx context.Context) {
	for ctx.Err() == nil {
		if err := h.follow(ctx); err != nil && ctx.Err() == nil {
			h.s.log.WarnContext(ctx, "live feed was interrupted", "error", err.Error())
			pause(ctx, retryLive)
		}
	}
}

func (h *hub) follow(ctx context.Context) error {
	for ctx.Err() == nil {
		if err := h.step(ctx); err != nil {
			return err
		}
		pause(ctx, tick)
		waiting, cancel := context.WithTimeout(ctx, poll)
		err := h.s.deps.Live.Wait(waiting)
		timedOut := waiting.Err() != nil
		cancel()
		if err != nil && !timedOut {
			return err
		}
		if err == nil {
			h.guard.poke()
		}
	}
	return nil
}

func pause(ctx context.Context, d time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	<-ctx.Done()
}
