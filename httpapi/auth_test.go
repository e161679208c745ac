package httpapi

import (
	"crypto/sha256"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/signin"
	"github.com/agente-ceo/agente-ceo/domain/views"
)

// token lets a visitor in as a script.
func token(t *testing.T, b *bench, v *visitor, email string) {
	t.Helper()
	secret := "script-" + email + "-" + v.header.Get("X-Token")
	hash := sha256.Sum256([]byte(secret))
	user, err := b.db.UserByEmail(t.Context(), email)
	if err != nil || user == nil {
		t.Fatalf("find %s: %v", email, err)
	}
	if known, _ := b.db.TokenUser(t.Context(), hash[:], b.now()); known == 0 {
		if err := b.db.AddToken(t.Context(), user.ID, email, "test", hash[:], b.now().Add(time.Hour), businessNow); err != nil {
			t.Fatal(err)
		}
	}
	v.header.Set("Authorization", "Bearer "+secret)
}

func TestRole_Allows(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		role Role
		have string
		want bool
	}{
		{Viewer, "viewer", true}, {Viewer, "operator", true}, {Viewer, "admin", true}, {Viewer, "approver", false}, {Viewer, "", false},
		{Operator, "viewer", false}, {Operator, "operator", true}, {Operator, "admin", true}, {Operator, "approver", false},
		{Admin, "operator", false}, {Admin, "admin", true}, {Approver, "admin", false}, {Approver, "approver", true},
		{Approver, "operator,approver", true}, {Session, "", true}, {Admin, "nonsense", false},
	} {
		if got := c.role.allows(strings.Split(c.have, ",")); got != c.want {
			t.Errorf("%s for %q: %v", c.role, c.have, got)
		}
	}
}

func TestLogin_SessionCookie(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := b.as("viewer")
	if c := v.cookie; !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || c.Path != "/" || len(c.Value) < 40 {
		t.Errorf("the cookie is %v", c)
	}
	session := into[views.Session](v.get("/api/session").want(200))
	if session.User.Email != "viewer@example.com" || session.Via != "session" || session.ExpiresAt == nil {
		t.Errorf("the session is %+v", session)
	}
	old := v.cookie.Value
	again := b.login("viewer@example.com")
	if again.cookie.Value == old {
		t.Error("a second login has the first one's token")
	}
	stolen := *v.cookie
	v.do("POST", "/api/logout", nil).want(204)
	v.cookie = &stolen
	v.get("/api/session").code(401, "unauthenticated")
	again.get("/api/session").want(200)
}

func TestLogin_DoesNotTakeOverAGivenToken(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.user("a@example.com", "viewer")
	v := b.visitor()
	v.cookie = &http.Cookie{Name: cookieName(false), Value: "chosen-by-somebody-else"}
	v.do("POST", "/api/login", map[string]string{"email": " A@Example.com", "password": testPassword}).want(200)
	if v.cookie.Value == "chosen-by-somebody-else" {
		t.Error("the session was fixed from outside")
	}
}

func TestLogin_WrongAndMadeToWait(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.user("a@example.com", "viewer")
	v := b.visitor()
	wrong := map[string]string{"email": "a@example.com", "password": "wrong"}
	unknown := v.do("POST", "/api/login", map[string]string{"email": "nobody@example.com", "password": "wrong"}).code(401, "wrong_login")
	for range signin.Tries {
		if r := v.do("POST", "/api/login", wrong).code(401, "wrong_login"); string(r.body) != string(unknown.body) {
			t.Fatalf("a wrong password and an unknown e-mail differ: %s and %s", r.body, unknown.body)
		}
	}
	right := map[string]string{"email": "a@example.com", "password": testPassword}
	if r := v.do("POST", "/api/login", right).code(429, "throttled"); r.header.Get("Retry-After") == "" {
		t.Error("who has to wait is not told for how long")
	}
	b.pass(signin.Pause + time.Second)
	v.do("POST", "/api/login", right).want(200)
}

func TestSession_TimesOut(t *testing.T) {
	t.Parallel()
	b := setup(t)
	idle, busy := b.as("viewer"), b.as("operator")
	for range 4 { // a sign of life every third of the idle time-out keeps a session, up to its absolute end
		b.pass(defaultIdle / 3)
		busy.get("/api/session").want(200)
	}
	idle.get("/api/session").code(401, "unauthenticated")
	b.pass(defaultAbsolute)
	busy.get("/api/session").code(401, "unauthenticated")
}

func TestToken_OfAScript(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.user("script@example.com", "operator")
	v := b.visitor()
	token(t, b, v, "script@example.com")
	if s := into[views.Session](v.get("/api/session").want(200)); s.Via != "token" || s.ExpiresAt != nil {
		t.Errorf("the session is %+v", s)
	}
	b.pass(2 * time.Hour)
	v.get("/api/session").code(401, "unauthenticated")
	v.header.Set("Authorization", "Basic c2NyaXB0")
	v.get("/api/session").code(401, "unauthenticated")
}

func TestPassword_HashAndVerify(t *testing.T) {
	t.Parallel()
	hash, err := HashPassword("a long enough one")
	if err != nil || !strings.HasPrefix(hash, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Fatalf("the hash is %q, %v", hash, err)
	}
	if !VerifyPassword(hash, "a long enough one") || VerifyPassword(hash, "a long enough two") {
		t.Error("it does not tell right from wrong")
	}
	for _, bad := range []string{"", "$argon2id$", "plain", strings.Replace(hash, "m=19456", "m=99999999", 1), strings.Replace(hash, "argon2id", "argon2i", 1)} {
		if VerifyPassword(bad, "a long enough one") {
			t.Errorf("%q was taken", bad)
		}
	}
	if _, err := HashPassword("short"); err == nil {
		t.Error("a short password was taken")
	}
}
