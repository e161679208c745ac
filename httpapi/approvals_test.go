package httpapi

import (
	"crypto/sha256"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/domain/signin"
	"github.com/agente-ceo/agente-ceo/domain/views"
	"github.com/agente-ceo/agente-ceo/messages"
)

const decisionOf1 = "/api/approvals/apr_1/decision"

func yes(extra ...string) map[string]string {
	body := map[string]string{"decision": "approve", "manifest": "sha256:1f2e"}
	for i := 0; i+1 < len(extra); i += 2 {
		body[extra[i]] = extra[i+1]
	}
	return body
}

func TestApprovals_ShowWhatDiffersFromNow(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.seed()
	b.stepUp = money.Minor(4999, money.USD)
	items := into[views.Page[views.Approval]](b.as("approver").get("/api/approvals?status=pending").want(200)).Items
	if len(items) != 1 || items[0].Manifest == "" || items[0].ExpiresAt == nil || !items[0].StepUp {
		t.Fatalf("approvals are %+v", items)
	}
	var changes []struct{ Field, From, To string }
	if err := json.Unmarshal(items[0].Changes, &changes); err != nil || len(changes) != 2 || changes[1].From != "0.00" || changes[1].To != "50.00" {
		t.Errorf("the changes are %s", items[0].Changes)
	}
}

func TestApprovals_StepUp(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.seed()
	b.stepUp = money.Minor(4999, money.USD)
	v := b.as("approver")
	v.do("POST", decisionOf1, yes()).code(403, "password_required")
	v.do("POST", decisionOf1, yes("password", "wrong horse battery")).code(403, "wrong_password")
	if len(b.actors.asked) != 0 {
		t.Fatalf("an answer without the password reached the actor: %v", b.actors.asked)
	}
	v.do("POST", decisionOf1, yes("password", testPassword)).want(202)
	if m := b.actors.asked[0].(*messages.DecideApproval); !m.PasswordChecked || m.By != "approver@example.com" {
		t.Errorf("sent %v", m)
	}
	v.do("POST", decisionOf1, yes("decision", "reject")).want(202) // a rejection spends nothing
	if m := b.actors.asked[1].(*messages.DecideApproval); m.PasswordChecked {
		t.Errorf("sent %v", m)
	}
}

func TestApprovals_WrongPasswordsAreThrottledAsLogins(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.seed()
	b.stepUp = money.Minor(1, money.USD)
	v := b.as("approver")
	for range signin.Tries {
		v.do("POST", decisionOf1, yes("password", "wrong horse battery")).code(403, "wrong_password")
	}
	v.do("POST", decisionOf1, yes("password", testPassword)).code(429, "throttled")
	v.do("POST", "/api/login", map[string]string{"email": "approver@example.com", "password": testPassword}).code(429, "throttled")
	if len(b.actors.asked) != 0 {
		t.Errorf("a place that waits was heard: %v", b.actors.asked)
	}
	b.pass(signin.Pause + time.Minute)
	v.do("POST", decisionOf1, yes("password", testPassword)).want(202)
}

// Sessions and tokens that are open stay open as cookies and strings: what they are worth is looked up at each request.
func TestApprovals_RevokedUsersAreNotHeard(t *testing.T) {
	t.Parallel()
	for name, revoke := range map[string]func(now time.Time, user *views.Account){
		"Disabled":  func(now time.Time, user *views.Account) { user.DisabledAt = &now },
		"RoleTaken": func(_ time.Time, user *views.Account) { user.Roles = []string{"viewer"} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			b.seed()
			b.user("admin@example.com", "admin")
			id := b.user("bia@example.com", "approver")
			browser := b.login("bia@example.com")
			script := b.visitor()
			hash := sha256.Sum256([]byte("bia's token"))
			if err := b.db.AddToken(t.Context(), id, "bia@example.com", "phone", hash[:], time.Time{}, b.now()); err != nil {
				t.Fatal(err)
			}
			script.header.Set("Authorization", "Bearer bia's token")
			browser.get("/api/approvals").want(200)
			script.get("/api/approvals").want(200)
			user, err := b.db.UserByID(t.Context(), id)
			if err != nil {
				t.Fatal(err)
			}
			revoke(b.now(), user)
			if err := b.db.UpdateUser(t.Context(), *user, "another process", b.now()); err != nil { // which ends no session
				t.Fatal(err)
			}
			for _, v := range []*visitor{browser, script} {
				if r := v.do("POST", decisionOf1, yes()); r.status != 401 && r.status != 403 {
					t.Errorf("a revoked user's answer got %d: %s", r.status, r.body)
				}
			}
			if may, err := b.db.MayApprove(t.Context(), "bia@example.com"); err != nil || may {
				t.Errorf("the actor would hear her: %t, %v", may, err)
			}
			if len(b.actors.asked) != 0 {
				t.Errorf("the actor was asked %v", b.actors.asked)
			}
		})
	}
}

func TestApprovals_RevokedTokensAreNotHeard(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.seed()
	id := b.user("bia@example.com", "approver")
	hash := sha256.Sum256([]byte("t"))
	if err := b.db.AddToken(t.Context(), id, "bia@example.com", "phone", hash[:], time.Time{}, b.now()); err != nil {
		t.Fatal(err)
	}
	v := b.visitor()
	v.header.Set("Authorization", "Bearer t")
	v.get("/api/approvals").want(200)
	if n, err := b.db.RevokeTokens(t.Context(), id, "bia@example.com", b.now()); n != 1 || err != nil {
		t.Fatalf("revoked %d: %v", n, err)
	}
	v.do("POST", decisionOf1, yes()).want(401)
}

func TestApprovals_BadAnswersChangeNothing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.seed()
	v := b.as("approver")
	for _, c := range []struct {
		path   string
		body   any
		status int
		code   string
	}{
		{"/api/approvals/apr_none/decision", yes(), 404, "not_found"},
		{"/api/approvals/" + strings.Repeat("a", 81) + "/decision", yes(), 422, "invalid"},
		{"/api/approvals/%00/decision", yes(), 400, "malformed"},
		{decisionOf1, nil, 400, "malformed"},
		{decisionOf1, "{", 400, "malformed"},
		{decisionOf1, "[]", 422, "invalid"},
		{decisionOf1, yes("decision", "APPROVE"), 422, "invalid"},
		{decisionOf1, yes("decision", ""), 422, "invalid"},
		{decisionOf1, yes("manifest", ""), 422, "invalid"},
		{decisionOf1, yes("by", "somebody@example.com"), 422, "invalid"},
		{decisionOf1, yes("password_checked", "true"), 422, "invalid"},
		{decisionOf1, yes("reason", strings.Repeat("x", 501)), 422, "invalid"},
		{decisionOf1, yes("reason", strings.Repeat("x", maxBody)), 413, "too_large"},
	} {
		v.do("POST", c.path, c.body).code(c.status, c.code)
	}
	b.as("admin").do("POST", decisionOf1, yes()).code(403, "forbidden") // administrators are no approvers by that
	b.visitor().do("POST", decisionOf1, yes()).code(401, "unauthenticated")
	if len(b.actors.asked) != 0 {
		t.Errorf("actors were asked %v", b.actors.asked)
	}
}
