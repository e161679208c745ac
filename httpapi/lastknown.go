package httpapi

import (
	"crypto/sha256"
	"net/http"
	"sync"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/views"
)

// lastKnown remembers who was let in, so that spending can be frozen, and the freeze be watched, while the database that knows people is
// away. It opens these two doors and no other, and only to who came in through the database not long ago.
type lastKnown struct {
	mu     sync.Mutex
	people map[[sha256.Size]byte]knownPerson
}

type knownPerson struct {
	id identity
	at time.Time
}

// maxKnown bounds the memory.
const maxKnown = 1000

// emergency reports whether a request is for one of the doors that open without the database.
func emergency(r *http.Request) bool {
	return r.Method == http.MethodPost && r.URL.Path == "/api/control/freeze" || r.Method == http.MethodGet && r.URL.Path == "/api/control"
}

// all are those that are remembered.
func (k *lastKnown) all() (keys [][sha256.Size]byte, guests []views.Guest) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for key, p := range k.people {
		keys = append(keys, key)
		guests = append(guests, views.Guest{UserID: p.id.user.ID, Roles: p.id.user.Roles, Session: p.id.token, Script: p.id.script})
	}
	return keys, guests
}

func (k *lastKnown) forget(key [sha256.Size]byte) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.people, key)
}

// credential is what a request shows, hashed; ok is false for none.
func (a *auth) credential(r *http.Request) (key [sha256.Size]byte, ok bool) {
	if header := r.Header.Get("Authorization"); header != "" {
		return sha256.Sum256([]byte("token " + header)), true
	}
	cookie, err := r.Cookie(a.sessions.Cookie.Name)
	if err != nil || cookie.Value == "" {
		return key, false
	}
	return sha256.Sum256([]byte("session " + cookie.Value)), true
}

// remember notes who the database said it was; nobody is forgotten at once.
func (a *auth) remember(r *http.Request, id *identity) {
	key, ok := a.credential(r)
	if !ok {
		return
	}
	k, now := &a.known, a.deps.Now()
	k.mu.Lock()
	defer k.mu.Unlock()
	if id == nil {
		delete(k.people, key)
		return
	}
	if k.people == nil {
		k.people = map[[sha256.Size]byte]knownPerson{}
	}
	if len(k.people) >= maxKnown {
		for other, p := range k.people {
			if now.Sub(p.at) > time.Hour || len(k.people) >= maxKnown {
				delete(k.people, other)
			}
		}
	}
	k.people[key] = knownPerson{id: *id, at: now}
}

// recall is who showed the same credential while the database could say, nil for nobody.
func (a *auth) recall(r *http.Request) *identity {
	key, ok := a.credential(r)
	if !ok {
		return nil
	}
	k, now := &a.known, a.deps.Now()
	k.mu.Lock()
	defer k.mu.Unlock()
	p, known := k.people[key]
	if !known || now.Sub(p.at) > a.deps.Idle || !p.id.expires.IsZero() && now.After(p.id.expires) {
		return nil
	}
	return &p.id
}
