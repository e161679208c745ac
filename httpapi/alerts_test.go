package httpapi

import (
	"strings"
	"testing"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/facts"
	"github.com/agente-ceo/agente-ceo/domain/views"
	"github.com/agente-ceo/agente-ceo/messages"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
)

func mute(kind, subject string, days int) map[string]any {
	return map[string]any{"kind": kind, "subject": subject, "until": businessNow.Add(time.Duration(days) * 24 * time.Hour), "reason": "We know."}
}

// alerts are the ids of a status.
func (v *visitor) alerts(status string) string {
	v.b.t.Helper()
	var ids []string
	for _, a := range into[views.Page[views.Alert]](v.get("/api/alerts?status=" + status).want(200)).Items {
		ids = append(ids, a.ID)
	}
	return strings.Join(ids, " ")
}

func TestAlerts_MutedByKindAndEntity(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.seed()
	b.commit("treasurer", actorkit.Commit{Facts: []facts.Fact{
		facts.Alert{ID: "alt_breach", Kind: "cap_breach", Severity: "critical", Subject: "treasurer/main", Title: "The cap was passed", At: businessNow},
	}})
	v := b.as("operator")
	if got := v.alerts("open"); got != "alt_breach alt_winner alt_budget" {
		t.Fatalf("open are %s", got)
	}
	v.do("POST", "/api/alerts/mutes", mute("new_winner", "", 2)).want(200)
	list := into[views.Page[views.Mute]](v.do("POST", "/api/alerts/mutes", mute("", "treasurer/main", 1)).want(200))
	if len(list.Items) != 2 || list.Items[0].Subject != "treasurer/main" || list.Items[0].By != "operator@example.com" || list.Items[0].Reason != "We know." {
		t.Errorf("muted are %+v", list.Items)
	}
	// Everything about the treasurer is quiet, but for what is critical and about money.
	if open, muted := v.alerts("open"), v.alerts("muted"); open != "alt_breach" || muted != "alt_winner alt_budget" {
		t.Errorf("open are %s, muted %s", open, muted)
	}
	if o := into[views.Overview](v.get("/api/overview").want(200)); len(o.Alerts) != 1 || o.Summary.Counts.OpenAlerts != 1 || o.Summary.Counts.CriticalAlerts != 1 {
		t.Errorf("the overview has %d alerts, counts %+v", len(o.Alerts), o.Summary.Counts)
	}
	v.do("DELETE", "/api/alerts/mutes/"+list.Items[1].ID, nil).want(200)
	v.do("DELETE", "/api/alerts/mutes/"+list.Items[1].ID, nil).code(404, "not_found")
	if open := v.alerts("open"); open != "alt_breach alt_winner" {
		t.Errorf("afterwards open are %s", open)
	}
	lines := into[views.Page[views.Audit]](v.get("/api/audit?action=alerts_muted").want(200))
	if len(lines.Items) != 2 || lines.Items[0].By != "operator@example.com" {
		t.Errorf("the audit log says %+v", lines.Items)
	}
}

func TestAlerts_WhatMayNotBeMuted(t *testing.T) {
	t.Parallel()
	b := setup(t)
	operator, admin := b.as("operator"), b.as("admin")
	operator.do("POST", "/api/alerts/mutes", mute("health", "", 8)).code(422, "invalid_mute")
	admin.do("POST", "/api/alerts/mutes", mute("health", "", 8)).want(200)
	admin.do("POST", "/api/alerts/mutes", mute("ledger_mismatch", "", 1)).code(409, "cannot_mute")
	admin.do("POST", "/api/alerts/mutes", mute("", "", 1)).code(422, "invalid_mute")
	admin.do("POST", "/api/alerts/mutes", mute("nonsense", "", 1)).code(422, "invalid_mute")
	admin.do("POST", "/api/alerts/mutes", mute("health", "", 0)).code(422, "invalid_mute")
}

func TestAlerts_RulesSayTheThresholdsInForce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, r := range into[views.Page[views.AlertRule]](b.as("viewer").get("/api/alerts/rules").want(200)).Items {
		if r.Kind == "roas_below_target" && (len(r.Thresholds) != 1 || r.Thresholds[0] != views.Threshold{Key: "targets.roas", Value: "1.5"}) {
			t.Errorf("the rule is %+v", r)
		}
		if r.Loud != (r.Kind == "cap_breach") && (r.Kind == "cap_breach" || r.Kind == "health") {
			t.Errorf("%s is loud: %v", r.Kind, r.Loud)
		}
	}
}

func TestReports_SentToPeople(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.seed()
	operator, admin := b.as("operator"), b.as("admin")
	send := func(v *visitor, kind string, to ...string) reply {
		return v.do("POST", "/api/reports/2026-03-09/mail", map[string]any{"kind": kind, "to": to})
	}
	send(operator, "daily", "Admin@example.com", "admin@example.com", "operator@example.com").want(202)
	m, _ := b.actors.asked[0].(*messages.MailReport)
	if m == nil || m.Kind != "daily" || m.Date != "2026-03-09" || m.By != "operator@example.com" || len(m.To) != 2 || m.To[0].Email != "admin@example.com" {
		t.Errorf("sent %v", m)
	}
	send(operator, "daily", "rival@example.org").code(409, "not_a_person_here")
	send(operator, "daily", "no address").code(422, "invalid_email")
	send(operator, "monthly", "admin@example.com").code(404, "not_found")
	send(admin, "daily", "partner@example.org").want(202)
	if len(b.actors.asked) != 2 {
		t.Errorf("sent %v", b.actors.asked)
	}
}

func TestReports_OptedIn(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := b.as("viewer")
	choose := func(kinds ...string) string {
		return strings.Join(into[views.Profile](v.do("PUT", "/api/account/reports", map[string][]string{"kinds": append([]string{}, kinds...)}).want(200)).Reports, " ")
	}
	if got := choose("weekly", "daily"); got != "daily weekly" {
		t.Errorf("chosen are %s", got)
	}
	if got := choose("weekly"); got != "weekly" {
		t.Errorf("chosen are %s", got)
	}
	readers, err := b.db.ReportReaders(t.Context(), "weekly")
	if err != nil || len(readers) != 1 || readers[0].Email != "viewer@example.com" {
		t.Errorf("readers are %+v, %v", readers, err)
	}
	if got := choose(); got != "" {
		t.Errorf("chosen are %s", got)
	}
	v.do("PUT", "/api/account/reports", map[string][]string{"kinds": {"hourly"}}).code(422, "invalid")
}

func TestConnections_AreTried(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := b.as("admin")
	if r := into[views.ConnectionTest](v.do("POST", "/api/admin/connections/meta/test", nil).want(200)); r.OK || r.Code != "credentials" || r.Detail == "" {
		t.Errorf("it says %+v", r)
	}
	if r := into[views.ConnectionTest](v.do("POST", "/api/admin/connections/email/test", nil).want(200)); !r.OK {
		t.Errorf("it says %+v", r)
	}
	v.do("POST", "/api/admin/connections/nonsense/test", nil).code(404, "unknown_connection")
	v.do("POST", "/api/admin/channels/email/test", map[string]string{"to": "a@example.com"}).want(202)
	if m, is := b.actors.asked[0].(*messages.TestChannel); !is || m.Channel != "email" || m.To != "a@example.com" || m.By != "admin@example.com" {
		t.Errorf("sent %v", b.actors.asked)
	}
	v.do("POST", "/api/admin/channels/pigeon/test", map[string]string{"to": "a@example.com"}).code(422, "invalid")
}
