package httpapi

import (
	"context"
	"errors"
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
	// recheckEvery is how often is asked whether the people behind the connections may still be there. Of many a part is asked for at a time,
	// so that the feed does not stand still meanwhile.
	recheckEvery = 30 * time.Second
	recheckParts = 20
	recheckLeast = 50
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
	session *melody.Session
	userID  int64
	token   string // of its session, empty for an API token
}

// hub sends every client the same ordered frames.
type hub struct {
	s      *Server
	melody *melody.Melody

	mu      sync.Mutex // held while a frame or a snapshot goes out, so that no client gets them out of order
	clients map[*melody.Session]*client
	behind  map[*melody.Session]bool // missed a frame: they must begin anew
	seq     int64                    // of the last frame
	ready   bool                     // seq is known
	audited int64                    // the newest line of the audit log that went out
	dirty   struct{ summary, treasury bool }
	heavyAt time.Time // when sums went out
	checked time.Time // when people were asked for
	asked   []*client // who is still to be asked for
	part    int       // of them at a time

	snapshots map[bool]keptSnapshot // the newest, for approvers and for others
}

func newHub(s *Server) *hub {
	h := &hub{s: s, melody: melody.New(), clients: map[*melody.Session]*client{}, behind: map[*melody.Session]bool{}, snapshots: map[bool]keptSnapshot{}}
	h.melody.Config.MessageBufferSize = backlog
	h.melody.Config.MaxMessageSize = 1024
	h.melody.Upgrader.CheckOrigin = h.sameOrigin
	h.melody.HandleConnect(h.connected)
	h.melody.HandleDisconnect(h.forget)
	h.melody.HandleError(func(m *melody.Session, err error) {
		if errors.Is(err, melody.ErrMessageBufferFull) {
			h.behind[m] = true // h.mu is held: everything that writes holds it
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
	keys := map[string]any{"client": &client{userID: id.user.ID, token: id.token}, "since": since, "approver": Approver.allows(id.user.Roles)}
	if err := h.melody.HandleRequestWithKeys(c.Writer, c.Request, keys); err != nil {
		h.s.log.DebugContext(c, "live connection ended", "error", err.Error())
	}
}

// connected sends a new client what it lacks, before it takes part in the frames that everybody gets.
func (h *hub) connected(m *melody.Session) {
	c, _ := m.MustGet("client").(*client)
	since, _ := m.MustGet("since").(int64)
	approver, _ := m.MustGet("approver").(bool)
	ctx, cancel := context.WithTimeout(m.Request.Context(), hubTimeout)
	defer cancel()
	h.mu.Lock()
	defer h.mu.Unlock()
	frame, err := h.first(ctx, since, approver)
	if err != nil {
		h.s.log.WarnContext(ctx, "live connection could not begin", "error", err.Error())
		_ = m.Close() // the client tries again
		return
	}
	if m.Write(frame) == nil {
		c.session = m
		h.clients[m] = c
		h.s.metrics.sockets.Set(float64(len(h.clients)))
	}
}

func (h *hub) forget(m *melody.Session) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.clients, m)
	delete(h.behind, m)
	h.s.metrics.sockets.Set(float64(len(h.clients)))
}

// drop closes the connections that are chosen.
func (h *hub) drop(chosen func(*client) bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for m, c := range h.clients {
		if chosen(c) {
			_ = m.CloseWithMsg(melody.FormatCloseMessage(melody.ClosePolicyViolation, "logged out"))
			delete(h.clients, m)
		}
	}
}

// cutOff closes readers that missed a frame, as soon as the word that says so has room; h.mu is held.
func (h *hub) cutOff() {
	for m := range h.behind {
		delete(h.behind, m)
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
	}
	return nil
}

func pause(ctx context.Context, d time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	<-ctx.Done()
}

// turn is whose turn it is to be asked for.
func (h *hub) turn(now time.Time) []*client {
	if len(h.asked) == 0 && now.Sub(h.checked) >= recheckEvery {
		h.checked = now
		h.mu.Lock()
		for _, c := range h.clients {
			h.asked = append(h.asked, c)
		}
		h.part = max(recheckLeast, len(h.asked)/recheckParts)
		h.mu.Unlock()
	}
	n := min(h.part, len(h.asked))
	clients := h.asked[:n]
	h.asked = h.asked[n:]
	return clients
}

// recheck closes the connections of people who were disabled or whose session has ended elsewhere.
func (h *hub) recheck(ctx context.Context) {
	now := h.s.deps.Now()
	for _, c := range h.turn(now) {
		user, err := h.s.auth.active(ctx, c.userID)
		gone := err == nil && user == nil
		if !gone && err == nil && c.token != "" {
			_, known, err := h.s.deps.Sessions.FindSession(ctx, c.token, now)
			gone = err == nil && !known
		}
		if gone {
			h.drop(func(other *client) bool { return other == c })
		}
	}
}
