package httpapi

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/agente-ceo/agente-ceo/domain/views"
)

func TestHealth_ReadyAndNot(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := b.visitor()
	v.get("/healthz").want(200)
	v.get("/readyz").want(200)
	b.ready.reasons = []string{"actor scout/main was stopped after 10 failures"}
	if r := into[readiness](v.get("/readyz").want(503)); r.Status != "not_ready" || len(r.Reasons) != 1 {
		t.Errorf("readyz says %+v", r)
	}
}

func TestStatic_FilesAndFallback(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := b.visitor()
	for _, path := range []string{"/", "/campaigns/cmp_lamp"} {
		r := v.get(path).want(200)
		if !strings.Contains(string(r.body), "dashboard") || r.header.Get("Content-Type") != "text/html; charset=utf-8" || r.header.Get("Cache-Control") != "no-cache" {
			t.Errorf("%s is %s %s", path, r.header.Get("Content-Type"), r.body)
		}
	}
	asset := v.get("/assets/app-1a2b3c.js").want(200)
	if asset.header.Get("Content-Type") != "text/javascript; charset=utf-8" || !strings.Contains(asset.header.Get("Cache-Control"), "immutable") {
		t.Errorf("the asset has %v", asset.header)
	}
	v.get("/assets/gone.js").code(404, "not_found")
	v.get("/.gitkeep").code(404, "not_found")
	v.get("/api/nothing").code(404, "not_found")
	v.do("POST", "/campaigns", nil).code(404, "not_found")
	v.do("PUT", "/api/products", nil).code(405, "method_not_allowed")
	if r := v.get("/media/lamp/1.png").want(200); string(r.body) != "picture /lamp/1.png" || !strings.Contains(r.header.Get("Content-Security-Policy"), "sandbox") {
		t.Errorf("the picture is %s with %s", r.body, r.header.Get("Content-Security-Policy"))
	}
	b.server.deps.UI = nil
	if r := v.get("/").want(200); !strings.Contains(string(r.body), "was not built") {
		t.Errorf("without a dashboard / says %s", r.body)
	}
}

func TestHeaders_KeepBrowsersCareful(t *testing.T) {
	t.Parallel()
	h := setup(t).visitor().get("/").header
	if csp := h.Get("Content-Security-Policy"); strings.Contains(csp, "unsafe") || !strings.Contains(csp, "frame-ancestors 'none'") {
		t.Errorf("the policy is %s", csp)
	}
	for _, name := range []string{"X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy", "Cross-Origin-Opener-Policy"} {
		if h.Get(name) == "" {
			t.Errorf("%s is missing", name)
		}
	}
}

func TestOpenAPI_DescribesEveryRoute(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := b.visitor()
	var doc struct {
		OpenAPI string                                `json:"openapi"`
		Paths   map[string]map[string]json.RawMessage `json:"paths"`
	}
	if err := json.Unmarshal(v.get("/openapi.json").want(200).body, &doc); err != nil || !strings.HasPrefix(doc.OpenAPI, "3.1") {
		t.Fatalf("it is %s, %v", doc.OpenAPI, err)
	}
	for _, r := range table {
		if doc.Paths[templated(r.Path)][strings.ToLower(r.Method)] == nil {
			t.Errorf("%s is not described", r)
		}
	}
	page := string(v.get("/docs").want(200).body)
	for _, asset := range []string{"/docs/docs.js", "/docs/docs.css"} {
		if !strings.Contains(page, asset) {
			t.Errorf("the page does not load %s", asset)
		}
		v.get(asset).want(200)
	}
	v.get("/docs/none.js").code(404, "not_found")
}

func TestPaths_WithStrangeBytes(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := b.as("operator", "approver")
	for _, path := range []string{
		"/api/products/%00", "/api/campaigns/%ff%fe", "/api/orders/a%00b", "/api/creatives/%00", "/api/products?q=%00", "/api/campaigns?q=%ff",
		"/api/audit?subject=%00", "/api/tasks?courier=%00", "/api/customers?q=%00", "/api/creatives?product_id=%00", "/api/orders?campaign_id=%ff",
		"/api/alerts?kind=%00", "/api/approvals?subject=%00", "/api/reports/2026-13-99", "/api/reports/yesterday", "/api/metrics/daily?from=0001-01-01",
		"/api/metrics/summary?from=2026-02-02&to=2026-01-01", "/%00", "/assets/%2e%2e/%2e%2e/etc/passwd", "/media/%2e%2e/secret",
	} {
		if r := v.get(path); r.status >= 500 {
			t.Errorf("%s answered %d: %s", path, r.status, r.body)
		}
	}
}

func TestAdmin_ConfigIsCheckedVersionedAudited(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := b.as("admin")
	put := func(version int64, key, value string) reply {
		return v.do("PUT", "/api/admin/config", map[string]any{"version": version, "changes": map[string]string{key: value}, "reason": "trying"})
	}
	put(0, "targets.roas", "lots").code(422, "invalid_setting")
	put(0, "no.such", "1").code(422, "invalid_setting")
	put(0, "caps.daily", "9999").code(422, "invalid_setting")
	put(0, "platforms.meta_access_token", "x").code(422, "invalid_setting")
	saved := into[views.Settings](put(0, "targets.roas", "1.8").want(200))
	if saved.Version != 1 || saved.Saved["targets.roas"] != "1.8" || b.config.applied["targets.roas"] != "1.8" || len(saved.History) != 1 {
		t.Errorf("saved %+v, applied %v", saved, b.config.applied)
	}
	put(0, "targets.roas", "1.9").code(409, "version_conflict")
	back := into[views.Settings](put(1, "targets.roas", "").want(200))
	if len(back.Saved) != 0 || back.History[0].Changes["targets.roas"] != (views.Edited{From: "1.8"}) {
		t.Errorf("taken back: %+v", back)
	}
	lines := into[views.Page[views.Audit]](v.get("/api/audit?action=settings_changed").want(200))
	if len(lines.Items) != 2 || lines.Items[0].By != "admin@example.com" {
		t.Errorf("the audit log says %+v", lines.Items)
	}
}

func TestAdmin_CredentialsAreWriteOnly(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := b.as("admin")
	put := func(name, value string) reply {
		return v.do("PUT", "/api/admin/credentials", map[string]string{"name": name, "value": value})
	}
	put("HOME", "x").code(422, "invalid_credential")
	const secret = "EAAB-very-secret-token-9876"
	r := put("META_ACCESS_TOKEN", secret).want(200)
	all := string(r.body) + string(v.get("/api/admin/credentials").want(200).body) + string(v.get("/api/audit").want(200).body)
	if strings.Contains(all, "very-secret") || !strings.Contains(all, `"hint":"…9876"`) {
		t.Errorf("the API says %s", all)
	}
	put("META_ACCESS_TOKEN", "").want(200)
	list := into[views.Page[views.Credential]](v.get("/api/admin/credentials").want(200))
	if len(list.Items) != 2 || list.Items[0].Set {
		t.Errorf("after taking it away: %+v", list.Items)
	}
}

func TestAdmin_Users(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := b.as("admin")
	add := map[string]any{"email": "New@Example.com", "password": "0123456789", "roles": []string{"viewer", "viewer", "approver"}}
	user := into[views.User](v.do("POST", "/api/admin/users", add).want(200))
	if user.Email != "new@example.com" || strings.Join(user.Roles, ",") != "approver,viewer" {
		t.Errorf("the user is %+v", user)
	}
	v.do("POST", "/api/admin/users", add).code(409, "email_taken")
	v.do("POST", "/api/admin/users", map[string]any{"email": "no mail", "password": "0123456789", "roles": []string{"viewer"}}).code(422, "invalid_email")
	v.do("POST", "/api/admin/users", map[string]any{"email": "a@b.c", "password": "short", "roles": []string{"king"}}).code(422, "invalid")
	me, err := b.db.UserByEmail(t.Context(), "admin@example.com")
	if err != nil {
		t.Fatal(err)
	}
	path := "/api/admin/users/" + json.Number(string(mustJSON(t, me.ID))).String()
	v.do("PATCH", path, map[string]bool{"disabled": true}).code(409, "last_admin")
	v.do("PATCH", path, map[string][]string{"roles": {"viewer"}}).code(409, "last_admin")
	v.do("PATCH", "/api/admin/users/999", map[string]string{"name": "x"}).code(404, "not_found")
	other := b.login("admin@example.com")
	v.do("PATCH", path, map[string]string{"password": "another long one"}).want(200)
	other.get("/api/session").code(401, "unauthenticated")
	if strings.Contains(string(b.login2("admin@example.com", "another long one").get("/api/admin/users").want(200).body), "argon2id") {
		t.Error("password hashes leave the program")
	}
}

func (b *bench) login2(email, password string) *visitor {
	b.t.Helper()
	v := b.visitor()
	v.do("POST", "/api/login", map[string]string{"email": email, "password": password}).want(200)
	return v
}

func mustJSON(t *testing.T, v any) []byte {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestNew_NamesWhatIsMissing(t *testing.T) {
	t.Parallel()
	if _, err := New(Deps{}); err == nil || !strings.Contains(err.Error(), "httpapi needs ") {
		t.Errorf("it says %v", err)
	}
}
