package httpapi

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/signin"
	"github.com/agente-ceo/agente-ceo/persistence"
	"github.com/agente-ceo/agente-ceo/persistence/pgtest"
)

func overTLS(d *Deps) { d.TLS = true }

func TestCookies_OverTLS(t *testing.T) {
	t.Parallel()
	b := serve(t, pgtest.New(t, persistence.Options{LiveEvents: true}), overTLS)
	v := b.as("viewer")
	for _, c := range []*http.Cookie{v.cookie, v.device} {
		// What a browser asks of a name that begins with __Host-: Secure, the path /, no domain.
		if !strings.HasPrefix(c.Name, "__Host-") || !c.Secure || c.Path != "/" || c.Domain != "" || !c.HttpOnly || c.SameSite != http.SameSiteStrictMode {
			t.Errorf("the cookie is %v", c)
		}
	}
	v.get("/api/session").want(200)
	if h := v.get("/").header; !strings.HasPrefix(h.Get("Strict-Transport-Security"), "max-age=") {
		t.Errorf("the headers are %v", h)
	}
	v.cookie = &http.Cookie{Name: cookieName(false), Value: v.cookie.Value}
	v.get("/api/session").code(401, "unauthenticated") // a neighbour could have planted that one
}

func TestLogin_EndsTheSessionThatTheBrowserHad(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := b.as("viewer")
	old := *v.cookie
	v.do("POST", "/api/login", map[string]string{"email": "viewer@example.com", "password": testPassword}).want(200)
	if v.cookie.Value == old.Value {
		t.Fatal("the token was not changed")
	}
	v.get("/api/session").want(200)
	v.cookie = &old
	v.get("/api/session").code(401, "unauthenticated")
}

// forgetful is a database in which somebody logs out between a session's being found and its being kept.
type forgetful struct{ SessionStore }

func (f forgetful) FindSession(ctx context.Context, token string, now time.Time) ([]byte, bool, error) {
	data, found, err := f.SessionStore.FindSession(ctx, token, now)
	if err == nil {
		err = f.DeleteSession(ctx, token)
	}
	return data, found, err
}

func TestSession_DoesNotComeBack(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := b.as("viewer")
	b.pass(touchAfter + time.Second)
	late := v.on(serve(t, b.db, func(d *Deps) { d.Sessions, d.Now = forgetful{b.db}, b.now }))
	late.get("/api/session").code(401, "unauthenticated")
	v.get("/api/session").code(401, "unauthenticated")
}

// guess tries wrong passwords from somewhere.
func (v *visitor) guess(email string, n int) {
	v.b.t.Helper()
	for range n {
		v.do("POST", "/api/login", map[string]string{"email": email, "password": "wrong"}).code(401, "wrong_login")
	}
}

func TestLogin_GuessersDoNotLockOutWhoIsKnown(t *testing.T) {
	t.Parallel()
	b := setup(t)
	owner := b.as("viewer")
	right := map[string]string{"email": "viewer@example.com", "password": testPassword}
	stranger := b.visitor() // of the same network, without the device's cookie: as near as a guesser gets
	stranger.guess("viewer@example.com", signin.Tries)
	stranger.do("POST", "/api/login", right).code(429, "throttled")
	owner.do("POST", "/api/login", right).want(200)
}

func TestLogin_ForgedAddressesDoNotHelp(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.user("a@example.com", "viewer")
	for i := range signin.Tries {
		v := b.visitor()
		for _, name := range []string{"X-Forwarded-For", "X-Real-Ip", "Forwarded", "Cf-Connecting-Ip", "True-Client-Ip"} {
			v.header.Set(name, "203.0.113."+string(rune('0'+i)))
		}
		v.guess("a@example.com", 1)
	}
	v := b.visitor()
	v.header.Set("X-Forwarded-For", "203.0.113.99")
	v.do("POST", "/api/login", map[string]string{"email": "a@example.com", "password": testPassword}).code(429, "throttled")
}

func TestLogin_ATrustedProxyTellsWhoItIs(t *testing.T) {
	t.Parallel()
	b := serve(t, pgtest.New(t, persistence.Options{LiveEvents: true}), func(d *Deps) { d.TrustedProxies = []string{"127.0.0.1/32"} })
	b.user("a@example.com", "viewer")
	from := func(address string) *visitor {
		v := b.visitor()
		v.header.Set("X-Forwarded-For", "198.51.100.1, "+address) // only what the proxy itself added is believed
		return v
	}
	from("203.0.113.7").guess("a@example.com", signin.Tries)
	right := map[string]string{"email": "a@example.com", "password": testPassword}
	from("203.0.113.7").do("POST", "/api/login", right).code(429, "throttled")
	from("203.0.113.8").do("POST", "/api/login", right).want(200)
}

func TestLogin_ThrottledByNetwork(t *testing.T) {
	t.Parallel()
	limits := newThrottle()
	now := businessNow
	allowed := 0
	for i := range perAddress * 3 {
		if limits.allow("2001:db8::"+string(rune('a'+i%6)), now) {
			allowed++
		}
	}
	if allowed != perAddress {
		t.Errorf("%d tries of one network were allowed at once", allowed)
	}
	if !limits.allow("2001:db8:0:1::a", now) || !limits.allow("203.0.113.8", now) || !limits.allow("2001:db8::a", now.Add(time.Minute)) {
		t.Error("others, or the same a minute later, were refused")
	}
	if networkOf("::ffff:203.0.113.8") != networkOf("203.0.113.8") || networkOf("nonsense") != "nonsense" {
		t.Error("one address has two names")
	}
}

func TestRequests_FromAnotherSiteAreRefused(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := b.as("operator")
	v.header.Set("Sec-Fetch-Site", "cross-site")
	v.do("POST", "/api/control/freeze", nil).code(403, "cross_origin")
	v.header.Set("Sec-Fetch-Site", "same-origin")
	v.do("POST", "/api/control/freeze", nil).want(200)
	v.header = http.Header{"Origin": {"https://evil.example"}}
	v.do("POST", "/api/control/freeze", nil).code(403, "cross_origin")
}

// A token in an address is kept by histories, logs and other sites.
func TestRoutes_NoSecretInAnAddress(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var doc struct {
		Paths map[string]map[string]struct {
			Parameters []struct{ Name, In string }
		} `json:"paths"`
	}
	if err := json.Unmarshal(b.visitor().get("/openapi.json").want(200).body, &doc); err != nil {
		t.Fatal(err)
	}
	for path, methods := range doc.Paths {
		for method, op := range methods {
			for _, p := range op.Parameters {
				name := strings.ToLower(p.Name)
				if p.In != "header" && slices.ContainsFunc([]string{"token", "secret", "password", "session", "credential", "code", "auth"}, func(word string) bool { return strings.Contains(name, word) }) {
					t.Errorf("%s %s takes %s in its address", method, path, p.Name)
				}
			}
		}
	}
	v := b.as("viewer")
	value := v.cookie.Value
	v.cookie = nil
	for _, query := range []string{"?token=", "?session=", "?access_token=", "?" + cookieName(false) + "="} {
		v.get("/api/session"+query+value).code(401, "unauthenticated")
	}
	if r := v.do("POST", "/api/login", map[string]string{"email": "viewer@example.com", "password": testPassword}).want(200); bytes.Contains(r.body, []byte(v.cookie.Value)) {
		t.Error("the session's token is where scripts can read it")
	}
}
