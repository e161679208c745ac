package httpapi

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"
	"github.com/gin-gonic/gin"

	"github.com/agente-ceo/agente-ceo/domain/views"
)

// identity is who sent a request.
type identity struct {
	user    Account
	via     string // session | token
	token   string // of the session
	script  []byte // the SHA-256 of a script's token
	expires time.Time
}

type identityKey struct{}

// who is the user of a request that passed the gate.
func who(ctx context.Context) identity {
	i, _ := ctx.Value(identityKey{}).(identity)
	return i
}

// auth finds out who sends a request: a browser by its session cookie, a script by its bearer token.
type auth struct {
	deps     Deps
	sessions *scs.SessionManager
	logins   *throttle
	known    lastKnown
}

func cookieName(tls bool) string { return hostOnly(tls, "agente-session") }

// hostOnly is a cookie's name. Browsers take one that begins with __Host- only over TLS, for this host alone and for every path, so that
// no neighbour under the same domain can plant it.
func hostOnly(tls bool, name string) string {
	if tls {
		return "__Host-" + name
	}
	return name
}

func newAuth(d Deps) *auth {
	m := scs.New()
	m.Store = &sessionStore{d.Sessions, d.Now, d.Idle}
	m.Codec = sessionCodec{}
	m.IdleTimeout, m.Lifetime = d.Idle, d.Absolute
	m.Cookie = scs.SessionCookie{
		Name: cookieName(d.TLS), Path: "/", HttpOnly: true, Secure: d.TLS, SameSite: http.SameSiteStrictMode, Persist: true,
	}
	return &auth{deps: d, sessions: m, logins: newThrottle()}
}

const (
	userKey = "user"
	seenKey = "seen"
	// touchAfter is how old the last sign of life may get before the idle time-out is put off again.
	touchAfter = time.Minute
)

// identify is who sent the request, nil for nobody. It puts off the session's idle time-out by writing to w.
func (a *auth) identify(w http.ResponseWriter, r *http.Request) (*identity, error) {
	if header := r.Header.Get("Authorization"); header != "" {
		return a.byToken(r.Context(), header)
	}
	cookie, err := r.Cookie(a.sessions.Cookie.Name)
	if err != nil || cookie.Value == "" {
		return nil, nil //nolint:nilerr,nilnil // no cookie is nobody
	}
	ctx, err := a.sessions.Load(r.Context(), cookie.Value)
	if err != nil {
		return nil, fmt.Errorf("load the session: %w", err)
	}
	userID := a.sessions.GetInt64(ctx, userKey)
	if userID == 0 {
		return nil, nil //nolint:nilnil // an unknown session is nobody
	}
	user, err := a.active(ctx, userID)
	if user == nil || err != nil {
		return nil, err
	}
	id := &identity{user: *user, via: "session", token: cookie.Value, expires: a.sessions.Deadline(ctx)}
	if err := a.touch(ctx, w); errors.Is(err, errEnded) {
		return nil, nil //nolint:nilnil // logged out meanwhile
	} else if err != nil {
		return nil, err
	}
	return id, nil
}

func (a *auth) byToken(ctx context.Context, header string) (*identity, error) {
	token, isBearer := strings.CutPrefix(header, "Bearer ")
	if !isBearer || token == "" {
		return nil, nil //nolint:nilnil // another scheme is nobody
	}
	hash := sha256.Sum256([]byte(token))
	userID, err := a.deps.Tokens.TokenUser(ctx, hash[:], a.deps.Now())
	if err != nil || userID == 0 {
		return nil, err
	}
	user, err := a.active(ctx, userID)
	if user == nil || err != nil {
		return nil, err
	}
	return &identity{user: *user, via: "token", script: hash[:]}, nil
}

// active reads the user anew for each request, so that a disabled account or a lost role counts at once.
func (a *auth) active(ctx context.Context, id int64) (*Account, error) {
	user, err := a.deps.Users.UserByID(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("find the session's user: %w", err)
	}
	if user == nil || user.DisabledAt != nil {
		return nil, nil //nolint:nilnil // nobody any more
	}
	return user, nil
}

func (a *auth) touch(ctx context.Context, w http.ResponseWriter) error {
	now := a.deps.Now()
	if now.Sub(time.Unix(a.sessions.GetInt64(ctx, seenKey), 0)) < touchAfter {
		return nil
	}
	a.sessions.Put(ctx, seenKey, now.Unix())
	token, expiry, err := a.sessions.Commit(ctx)
	if err != nil {
		return fmt.Errorf("put off the session's end: %w", err)
	}
	if w != nil {
		a.sessions.WriteSessionCookie(ctx, w, token, expiry)
	}
	return nil
}

// begin makes a new session with a new token, and gives its cookie.
func (a *auth) begin(ctx context.Context, user Account) (*http.Cookie, time.Time, error) {
	ctx, err := a.sessions.Load(ctx, "")
	if err != nil {
		return nil, time.Time{}, err
	}
	ctx = context.WithValue(ctx, beginning{}, true)
	a.sessions.SetDeadline(ctx, a.deps.Now().Add(a.deps.Absolute))
	a.sessions.Put(ctx, userKey, user.ID)
	a.sessions.Put(ctx, seenKey, a.deps.Now().Unix())
	token, expiry, err := a.sessions.Commit(ctx)
	if err != nil {
		return nil, time.Time{}, fmt.Errorf("begin a session: %w", err)
	}
	return a.cookie(token, expiry), a.sessions.Deadline(ctx), nil
}

func (a *auth) cookie(token string, expiry time.Time) *http.Cookie {
	c := a.sessions.Cookie
	cookie := &http.Cookie{Name: c.Name, Value: token, Path: c.Path, HttpOnly: true, Secure: c.Secure, SameSite: c.SameSite, Expires: expiry}
	if token == "" {
		cookie.MaxAge, cookie.Expires = -1, time.Time{}
	}
	return cookie
}

// decide is the gate's answer: a problem, or nil and who it is.
func (a *auth) decide(role Role, w http.ResponseWriter, r *http.Request) (*identity, *Problem) {
	id, err := a.recognise(w, r)
	switch {
	case err != nil && unavailable(err):
		return nil, problemOf(err)
	case err != nil:
		return nil, problem(http.StatusInternalServerError, "", "The session could not be read.")
	case id == nil:
		return nil, problem(http.StatusUnauthorized, "", "Log in first.")
	case !role.allows(id.user.Roles):
		return nil, problem(http.StatusForbidden, "", "This needs the role %s.", role)
	}
	return id, nil
}

// recognise is identify, which at the doors for emergencies waits for the database for a moment only, and then goes by memory.
func (a *auth) recognise(w http.ResponseWriter, r *http.Request) (*identity, error) {
	if !emergency(r) {
		id, err := a.identify(w, r)
		if err == nil {
			a.remember(r, id)
		}
		return id, err
	}
	ctx, cancel := context.WithTimeout(r.Context(), askControl)
	defer cancel()
	id, err := a.identify(w, r.WithContext(ctx))
	if err == nil {
		a.remember(r, id)
		return id, nil
	}
	if known := a.recall(r); known != nil {
		return known, nil
	}
	return nil, err
}

// admit is the gate of typed operations.
func (s *Server) admit(role Role) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		if role == Open {
			next(ctx)
			return
		}
		c := humagin.Unwrap(ctx)
		id, refused := s.auth.decide(role, c.Writer, c.Request)
		if refused != nil {
			writeProblem(c.Writer, refused)
			return
		}
		next(huma.WithValue(ctx, identityKey{}, *id))
	}
}

// gate is the gate of plain handlers.
func (s *Server) gate(role Role) gin.HandlerFunc {
	return func(c *gin.Context) {
		id, refused := s.auth.decide(role, c.Writer, c.Request)
		if refused != nil {
			writeProblem(c.Writer, refused)
			c.Abort()
			return
		}
		c.Request = c.Request.WithContext(context.WithValue(c.Request.Context(), identityKey{}, *id))
		c.Next()
	}
}

func (s *Server) sessionView(id identity) views.Session {
	v := views.Session{User: id.user.User, Via: id.via, System: s.system()}
	if !id.expires.IsZero() {
		expires := id.expires.UTC()
		v.ExpiresAt = &expires
	}
	return v
}

func (s *Server) system() views.System {
	d := s.deps.System
	v := views.System{Version: d.Version, World: d.World, Speed: d.Speed, Currency: d.Currency, TimeZone: d.TimeZone, Now: s.deps.Clock.Now().UTC()}
	if d.Mode != nil {
		v.Mode = d.Mode()
	}
	return v
}

// sessionCodec writes a session as JSON, so that the store can tell whose it is.
type sessionCodec struct{}

type sessionData struct {
	Deadline time.Time `json:"deadline"`
	User     int64     `json:"user"`
	Seen     int64     `json:"seen"`
}

// Encode is scs.Codec.
func (sessionCodec) Encode(deadline time.Time, values map[string]interface{}) ([]byte, error) {
	user, _ := values[userKey].(int64)
	seen, _ := values[seenKey].(int64)
	return json.Marshal(sessionData{deadline, user, seen})
}

// Decode is scs.Codec.
func (sessionCodec) Decode(b []byte) (time.Time, map[string]interface{}, error) {
	var d sessionData
	if err := json.Unmarshal(b, &d); err != nil {
		return time.Time{}, nil, fmt.Errorf("read a session: %w", err)
	}
	return d.Deadline, map[string]interface{}{userKey: d.User, seenKey: d.Seen}, nil
}

// sessionStore is SessionStore as scs wants it, with our clock.
type sessionStore struct {
	store SessionStore
	now   func() time.Time
	idle  time.Duration
}

var _ scs.CtxStore = (*sessionStore)(nil)

// beginning marks the context in which a session is made; in every other it is only kept if it is still there.
type beginning struct{}

var errEnded = errors.New("the session has ended meanwhile")

var errNoContext = errors.New("sessions are only reached with a context")

// Delete is scs.Store; it is never called.
func (*sessionStore) Delete(string) error { return errNoContext }

// Find is scs.Store; it is never called.
func (*sessionStore) Find(string) ([]byte, bool, error) { return nil, false, errNoContext }

// Commit is scs.Store; it is never called.
func (*sessionStore) Commit(string, []byte, time.Time) error { return errNoContext }

// DeleteCtx forgets a session.
func (s *sessionStore) DeleteCtx(ctx context.Context, token string) error {
	return s.store.DeleteSession(ctx, token)
}

// FindCtx finds a session that has not ended.
func (s *sessionStore) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	return s.store.FindSession(ctx, token, s.now())
}

// CommitCtx keeps a session until it was idle for too long, or its absolute end. The library reckons that by a clock of its own.
func (s *sessionStore) CommitCtx(ctx context.Context, token string, b []byte, _ time.Time) error {
	var d sessionData
	if err := json.Unmarshal(b, &d); err != nil {
		return fmt.Errorf("read a session: %w", err)
	}
	expiry := s.now().Add(s.idle)
	if d.Deadline.Before(expiry) {
		expiry = d.Deadline
	}
	if ctx.Value(beginning{}) != nil {
		return s.store.SaveSession(ctx, token, b, expiry, d.User)
	}
	kept, err := s.store.KeepSession(ctx, token, b, expiry)
	if err == nil && !kept {
		err = errEnded
	}
	return err
}
