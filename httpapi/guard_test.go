package httpapi

import (
	"context"
	"errors"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/agente-ceo/agente-ceo/persistence"
)

// cutWithin is how soon somebody who was shut out has to be gone, on every node.
const cutWithin = time.Second

// cut waits for the end of a socket and checks how long it took since something was done.
func (s *socket) cut(since time.Time) {
	s.t.Helper()
	s.closed()
	if took := time.Since(since); took > cutWithin {
		s.t.Errorf("it was cut after %s", took)
	}
}

// twoNodes are two servers over one database. Nothing that happens in one of them is told to the other but by the database.
func twoNodes(t *testing.T) (here, there *bench) {
	t.Helper()
	here = setup(t)
	return here, serve(t, here.db)
}

// on is the same browser, at another node.
func (v *visitor) on(b *bench) *visitor {
	return &visitor{b: b, cookie: v.cookie, device: v.device, header: v.header}
}

func TestGuard_CutsOnTheOtherNode(t *testing.T) {
	t.Parallel()
	for name, deed := range map[string]func(admin *visitor, path string, self *visitor){
		"Disabled": func(admin *visitor, path string, _ *visitor) {
			admin.do("PATCH", path, map[string]bool{"disabled": true}).want(200)
		},
		"RoleTaken": func(admin *visitor, path string, _ *visitor) {
			admin.do("PATCH", path, map[string][]string{"roles": {"approver"}}).want(200)
		},
		"RoleGiven": func(admin *visitor, path string, _ *visitor) {
			admin.do("PATCH", path, map[string][]string{"roles": {"viewer", "operator"}}).want(200)
		},
		"OtherPassword": func(admin *visitor, path string, _ *visitor) {
			admin.do("PATCH", path, map[string]string{"password": "another long one"}).want(200)
		},
		"LoggedOut": func(_ *visitor, _ string, self *visitor) { self.do("POST", "/api/logout", nil).want(204) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			here, there := twoNodes(t)
			admin, viewer := here.as("admin"), here.as("viewer")
			user, err := here.db.UserByEmail(t.Context(), "viewer@example.com")
			if err != nil {
				t.Fatal(err)
			}
			own, elsewhere, others := viewer.listen(""), viewer.on(there).listen(""), admin.on(there).listen("")
			for _, s := range []*socket{own, elsewhere, others} {
				s.next()
			}
			cookie := *viewer.cookie
			at := time.Now()
			deed(admin, "/api/admin/users/"+strconv.FormatInt(user.ID, 10), viewer)
			own.cut(at)
			elsewhere.cut(at)
			viewer.cookie = &cookie
			viewer.get("/api/session").code(401, "unauthenticated")
			viewer.on(there).get("/api/session").code(401, "unauthenticated")
			admin.on(there).get("/api/session").want(200)
			others.open()
		})
	}
}

// open checks that a socket is not being closed.
func (s *socket) open() {
	s.t.Helper()
	if err := s.conn.SetReadDeadline(time.Now().Add(cutWithin)); err != nil {
		s.t.Fatal(err)
	}
	for {
		if _, _, err := s.conn.ReadMessage(); err != nil {
			if websocket.IsUnexpectedCloseError(err) {
				s.t.Errorf("it was closed: %v", err)
			}
			return
		}
	}
}

func TestGuard_CutsScripts(t *testing.T) {
	t.Parallel()
	here, there := twoNodes(t)
	id := here.user("script@example.com", "operator")
	script := there.visitor()
	token(t, there, script, "script@example.com")
	s := script.listen("")
	s.next()
	at := time.Now()
	if _, err := here.db.RevokeTokens(t.Context(), id, "script@example.com", businessNow); err != nil {
		t.Fatal(err)
	}
	s.cut(at)
}

// Whoever does not read has no room left for the word that says so.
func TestGuard_CutsWhoDoesNotRead(t *testing.T) {
	t.Parallel()
	b := setup(t)
	viewer := b.as("viewer")
	user, err := b.db.UserByEmail(t.Context(), "viewer@example.com")
	if err != nil {
		t.Fatal(err)
	}
	s := viewer.listen("")
	s.next()
	b.server.hub.door.Lock()
	for m := range b.server.hub.guests {
		b.server.hub.behind[m] = true // as the library says when a frame found no room
	}
	b.server.hub.door.Unlock()
	now := b.now()
	user.DisabledAt = &now
	b.user("admin@example.com", "admin")
	if err := b.db.UpdateUser(t.Context(), *user, "test", businessNow); err != nil {
		t.Fatal(err)
	}
	if err := s.conn.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	for {
		if _, _, err := s.conn.ReadMessage(); err != nil {
			if errors.Is(err, os.ErrDeadlineExceeded) {
				t.Error("the connection is still there")
			}
			return
		}
	}
}

// A session that ends by itself is told of by nobody.
func TestGuard_CutsSessionsThatTimedOut(t *testing.T) {
	t.Parallel()
	b := setup(t)
	s := b.as("viewer").listen("")
	s.next()
	b.pass(defaultIdle + time.Minute)
	s.closed()
}

// Without a word from the database, what is looked at every now and then is enough.
func TestGuard_CutsWithoutNotifications(t *testing.T) {
	t.Parallel()
	here := setup(t)
	there := serve(t, here.db, func(d *Deps) { d.Live = deaf{here.db.Tail()} })
	admin, viewer := here.as("admin"), here.as("viewer")
	user, err := here.db.UserByEmail(t.Context(), "viewer@example.com")
	if err != nil {
		t.Fatal(err)
	}
	s := viewer.on(there).listen("")
	s.next()
	at := time.Now()
	admin.do("PATCH", "/api/admin/users/"+strconv.FormatInt(user.ID, 10), map[string]bool{"disabled": true}).want(200)
	s.cut(at)
}

// deaf is a feed that is never told of anything.
type deaf struct{ *persistence.Tail }

func (deaf) Wait(ctx context.Context) error {
	<-ctx.Done()
	return ctx.Err()
}

func TestGuard_ForgetsWhoIsRemembered(t *testing.T) {
	t.Parallel()
	here, there := twoNodes(t)
	operator := here.as("operator")
	operator.on(there).get("/api/control").want(200)
	operator.do("POST", "/api/logout", nil).want(204)
	there.eventually("the other node forgets them", func() bool {
		_, guests := there.server.auth.known.all()
		return len(guests) == 0
	})
}
