package httpapi

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/views"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden are all GET routes that answer JSON, by the file that their answer is kept in. The dashboard's tests are fed with them.
var golden = []struct{ file, path string }{
	{"session", "/api/session"}, {"account", "/api/account"}, {"overview", "/api/overview"},
	{"summary", "/api/metrics/summary?from=2026-03-09&to=2026-03-10"}, {"daily", "/api/metrics/daily?from=2026-03-06&to=2026-03-10"},
	{"products", "/api/products"}, {"product", "/api/products/prd_lamp"}, {"creatives", "/api/creatives"}, {"creative", "/api/creatives/crt_lamp1"},
	{"campaigns", "/api/campaigns"}, {"campaign", "/api/campaigns/cmp_lamp"}, {"treasury", "/api/treasury"},
	{"windows", "/api/treasury/windows"}, {"campaign_days", "/api/metrics/campaigns"},
	{"orders", "/api/orders"}, {"order", "/api/orders/ord_1"}, {"customers", "/api/customers"},
	{"alerts", "/api/alerts"}, {"alert_rules", "/api/alerts/rules"}, {"approvals", "/api/approvals"}, {"reports", "/api/reports"}, {"report", "/api/reports/2026-03-09"},
	{"audit", "/api/audit"}, {"tasks", "/api/tasks"}, {"messages", "/api/messages"}, {"actors", "/api/actors"}, {"control", "/api/control"}, {"blacklist", "/api/blacklist"},
	{"search", "/api/search?q=lamp"}, {"system", "/api/system"}, {"logs", "/api/system/logs"}, {"audit_status", "/api/audit/status"},
	{"config", "/api/admin/config"}, {"credentials", "/api/admin/credentials"}, {"users", "/api/admin/users"},
	{"mutes", "/api/alerts/mutes"}, // the last: it is made just before
}

// machineSizes are of the machine that the tests run on, and differ on each.
var machineSizes = regexp.MustCompile(`"(version|bytes|rows|connections|connections_max|schema|latest)": ("[0-9][^"]*"|[0-9]+)`)

// wallTimes are of the real clock, and differ each time.
var wallTimes = regexp.MustCompile(`"(expires_at|last_login_at)": "20[^"]+"`)

func keep(t *testing.T, name string, body []byte) {
	t.Helper()
	var pretty bytes.Buffer
	if err := json.Indent(&pretty, body, "", "  "); err != nil {
		t.Fatalf("%s is no JSON: %v: %s", name, err, body)
	}
	got := bytes.TrimSpace(pretty.Bytes())
	if name == "session" || name == "account" || name == "users" {
		got = wallTimes.ReplaceAll(got, []byte(`"$1": "2026-03-17T12:00:00Z"`))
	}
	if name == "system" {
		got = steadyMachine(got)
	}
	got = append(got, '\n')
	file := filepath.Join("testdata", "golden", name+".json")
	if *update {
		if err := os.WriteFile(file, got, 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s has changed; look at it, and run the test with -update:\n%s", file, got)
	}
}

// steadyMachine puts the same sizes into every machine's answer, and one table in the place of those that are the largest there.
func steadyMachine(body []byte) []byte {
	steady := map[string]string{"version": `"17.2"`, "bytes": "18874368", "rows": "120", "connections": "9", "connections_max": "100", "schema": "15", "latest": `"2026-03-10T12:00:00Z"`}
	body = regexp.MustCompile(`(?s)"tables": \[.*?\]`).ReplaceAll(body, []byte(`"tables": [{"name": "audit_log", "bytes": 0, "rows": 0}]`))
	return machineSizes.ReplaceAllFunc(body, func(field []byte) []byte {
		name := machineSizes.FindSubmatch(field)[1]
		return []byte(`"` + string(name) + `": ` + steady[string(name)])
	})
}

func TestGolden_EveryGetRoute(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.seed()
	v := b.as("admin", "approver")
	for _, g := range golden {
		if g.file == "mutes" {
			if err := b.db.MuteAlerts(t.Context(), views.Mute{ID: "mut_1", Kind: "new_winner", Until: businessNow.Add(24 * time.Hour), Reason: "We know.", By: "ana@example.com", CreatedAt: businessNow}); err != nil {
				t.Fatal(err)
			}
		}
		keep(t, g.file, v.get(g.path).want(200).body)
	}
	listed := map[string]bool{}
	for _, g := range golden {
		path, _, _ := strings.Cut(g.path, "?")
		listed[path] = true
	}
	for _, r := range table {
		if r.Method == "GET" && strings.HasPrefix(r.Path, "/api/") && !strings.Contains(r.Path, "{") && !strings.Contains(r.Path, "webhooks") && !listed[r.Path] {
			t.Errorf("%s has no golden file", r)
		}
	}
}
