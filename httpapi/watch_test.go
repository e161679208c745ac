package httpapi

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/domain/views"
	"github.com/agente-ceo/agente-ceo/messages"
	"github.com/agente-ceo/agente-ceo/persistence"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
)

// fakeEngine is a process that says the same every time.
type fakeEngine struct{}

func (fakeEngine) Self() views.NodeSelf {
	return views.NodeSelf{Name: "here", Version: "test", Go: "go1.26", Started: businessNow.Add(-time.Hour)}
}

func (fakeEngine) Quotas() map[string]views.Quota {
	return map[string]views.Quota{"meta": {Percent: 82, At: businessNow.Add(-time.Minute), RestUntil: businessNow.Add(8 * time.Second)}}
}

func (fakeEngine) Logs(level string, after int64, most int) ([]views.LogLine, int64) {
	lines := []views.LogLine{
		{Seq: 1, At: businessNow.Add(-time.Minute), Level: "info", Text: "database was migrated", Attrs: []views.Detail{{Name: "migrations", Value: "15"}}},
		{Seq: 2, At: businessNow, Level: "warn", Text: "actor failed and is restarted", Attrs: []views.Detail{{Name: "actor", Value: "scout/main"}, {Name: "error", Value: "the database is busy"}}},
	}
	lines = slices.DeleteFunc(lines, func(l views.LogLine) bool { return l.Seq <= after || level == "warn" && l.Level == "info" })
	return lines[:min(most, len(lines))], 2
}

func (fakeEngine) Anchors() (views.Anchors, error) {
	at := businessNow.Add(-10 * time.Minute)
	return views.Anchors{File: "audit.anchors", Count: 3, Line: 5, Hash: "ab12", At: &at}, nil
}

func (fakeEngine) VerifyAudit(_ context.Context, by string) (views.AuditVerdict, error) {
	if by == "busy-admin@example.com" {
		return views.AuditVerdict{}, fault.Refuse("verifying", "The audit log is being verified already.")
	}
	return views.AuditVerdict{Whole: true, Through: 9, Anchors: 3, At: businessNow, By: by}, nil
}

// lampIsRaised writes what pays for a raise of cmp_lamp, the effect that is to do it, and the one that created the campaign.
func (b *bench) lampIsRaised() {
	b.t.Helper()
	receipt, err := proto.Marshal(&messages.Receipt{ExternalId: "120210001", Status: "paused"})
	if err != nil {
		b.t.Fatal(err)
	}
	raise := &messages.Effect{
		Entity: "cmp_lamp", What: &messages.Effect_SetDelivery{SetDelivery: &messages.SetDelivery{Level: "campaign", ExternalId: "120210001", Delivery: "active"}},
		Grant: &messages.SpendGrant{ReservationId: "rsv_1", Day: "2026-03-10", UntilMs: businessNow.Add(8 * time.Hour).UnixMilli(), Amount: &messages.Money{Minor: 2400, Currency: "USD"}},
	}
	supply := &messages.Effect{What: &messages.Effect_PlaceSupplierOrder{PlaceSupplierOrder: &messages.PlaceSupplierOrder{
		OrderId: "ord_1", Items: []*messages.SupplierItem{{SupplierRef: "1005001", Quantity: 2}}, Address: &messages.Address{Name: "Ana Souza", Line1: "Rua A, 1", Country: "BR"},
	}}}
	create := &messages.Effect{Entity: "cmp_lamp", What: &messages.Effect_CreateCampaign{CreateCampaign: &messages.CreateCampaign{Name: "Galaxy lamp · cmp_lamp"}}}
	b.commit("campaign", actorkit.Commit{
		Effects: []actorkit.Effect{
			{ID: "eff_create", Courier: "meta", Kind: "create_campaign", Subject: "cmp_lamp", Payload: create},
			{ID: "eff_switch_on", Courier: "meta", Kind: "set_delivery", Subject: "cmp_lamp", Payload: raise},
			{ID: "eff_supply", Courier: "supplier", Kind: "place_supplier_order", Subject: "ord_1", Payload: supply},
		},
		Alarms: map[string]time.Time{"monitor": businessNow.Add(time.Hour), "decide": businessNow.Add(6 * time.Hour)},
	})
	b.commit("courier", actorkit.Commit{Begin: "eff_create"})
	b.commit("courier", actorkit.Commit{
		Outcomes: []actorkit.Outcome{{EffectID: "eff_create", State: actorkit.EffectDone, Receipt: receipt,
			Won: &actorkit.Won{Plan: "cmp_lamp", Entity: "cmp_lamp", Level: "campaign", Platform: "meta", ExternalID: "120210001"}}},
		Audit: []actorkit.Audit{{Action: "effect_done", Subject: "cmp_lamp", Reason: "The other side confirms it.", Figures: []actorkit.Figure{{Name: "effect", Value: "eff_create"}, {Name: "attempt", Value: "1"}}}},
	})
}

func TestGolden_SingleEffectsAndActors(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.seed()
	b.lampIsRaised()
	v := b.as("viewer")
	keep(t, "task", v.get("/api/tasks/eff_switch_on").want(200).body)
	keep(t, "task_done", v.get("/api/tasks/eff_create").want(200).body)
	body := regexp.MustCompile(`"activated_at":"[^"]+"`).ReplaceAll(v.get("/api/actors/campaign/main").want(200).body, []byte(`"activated_at":"2026-03-10T12:00:00Z"`))
	keep(t, "actor", body)
	v.get("/api/tasks/eff_none").code(404, "not_found")
	v.get("/api/actors/campaign/cmp_none").code(404, "not_found")
}

func TestTask_KeepsCustomersToItself(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.seed()
	b.lampIsRaised()
	r := b.as("viewer").get("/api/tasks/eff_supply").want(200)
	for _, secret := range []string{"Ana Souza", "Rua A"} {
		if strings.Contains(string(r.body), secret) {
			t.Errorf("the effect tells %q: %s", secret, r.body)
		}
	}
	d := into[views.TaskDetail](r)
	want := []views.Detail{{Name: "order_id", Value: "ord_1"}, {Name: "items.1.supplier_ref", Value: "1005001"}, {Name: "items.1.quantity", Value: "2"}, {Name: "address.country", Value: "BR"}}
	if !d.Withheld || !slices.Equal(d.Intent, want) {
		t.Errorf("withheld %v, intent %v, want %v", d.Withheld, d.Intent, want)
	}
}

func TestActor_ThatRunsElsewhereIsKnownByItsSnapshot(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.seed()
	b.lampIsRaised()
	v := b.as("viewer")
	stored := into[views.ActorDetail](v.get("/api/actors/campaign/main").want(200))
	if stored.Here || stored.State != "stopped" || len(stored.Alarms) != 2 || stored.Alarms[0].Name != "monitor" {
		t.Errorf("stored: %+v", stored)
	}
	if runs := into[views.ActorDetail](v.get("/api/actors/ceo/main").want(200)); !runs.Here || runs.State != "running" || runs.Handled != 90 {
		t.Errorf("running: %+v", runs)
	}
}

// found lists what a search gives, kind and id.
func (v *visitor) search(what string) (found []string) {
	v.b.t.Helper()
	for _, hit := range into[views.Page[views.Hit]](v.get("/api/search?q=" + what).want(200)).Items {
		found = append(found, hit.Kind+" "+hit.ID)
	}
	return found
}

func TestSearch_FindsByNameIdAndNumber(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.seed()
	v := b.as("viewer")
	for what, want := range map[string][]string{
		"GALAXY":        {"campaign cmp_tiktok", "campaign cmp_lamp", "product prd_lamp"},
		"120210000":     {"campaign cmp_old"},
		"5001":          {"order ord_1"},
		"%235002":       {"order ord_2"},
		"lb123456789sg": {"order ord_1"},
		"souza":         {"customer cus_ana"},
		"estrelas":      {"creative crt_lamp3", "creative crt_lamp2", "creative crt_lamp1"},
		"eff_raise":     {"effect eff_raise"},
		"%232":          {"audit 2"},
		"%25":           nil,
		"_amp":          nil,
		"%20":           nil,
	} {
		if got := v.search(what); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", what, got, want)
		}
	}
	v.get("/api/search").want(422)
}

func TestSearch_FindsOnlyWhatTheRolesMaySee(t *testing.T) {
	t.Parallel()
	if got := searchableBy([]string{"approver"}); len(got) != 0 {
		t.Errorf("who only approves may search %v", got)
	}
	if got := searchableBy([]string{"viewer"}); len(got) != len(searchable) {
		t.Errorf("a viewer may search %v", got)
	}
	for _, s := range searchable {
		if !slices.ContainsFunc(table, func(r Route) bool { return r.String() == s.route }) {
			t.Errorf("%s is searched by the right to use %s, which is no route", s.kind, s.route)
		}
	}
}

func TestAudit_IsSearchedByWhoWhatAndWhen(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.seed()
	v := b.as("viewer")
	for query, want := range map[string][]string{
		"actor=campaign":            {"campaign_decided", "campaign_activated"},
		"actor=campaign/main":       {"campaign_decided", "campaign_activated"},
		"actor=camp":                nil,
		"by=people":                 {"user_added", "spending_resumed"},
		"q=PIXEL":                   {"spending_resumed"},
		"q=ana@example":             {"spending_resumed"},
		"seq=2":                     {"product_rejected", "product_qualified"},
		"to=2026-03-10T15:30:00Z":   nil,
		"from=2026-03-10T15:30:01Z": nil,
		"subject=prd_lamp":          {"product_qualified"},
	} {
		var got []string
		for _, line := range into[views.Page[views.Audit]](v.get("/api/audit?" + query).want(200)).Items {
			got = append(got, line.Action)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", query, got, want)
		}
	}
}

func TestOrders_AreListedByDayAndText(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.seed()
	v := b.as("viewer")
	for query, want := range map[string]int{"from=2026-03-10T00:00:00Z": 1, "to=2026-03-10T00:00:00Z": 1, "q=galaxy": 2, "q=5002": 1, "q=nobody": 0} {
		if got := into[views.Page[views.Order]](v.get("/api/orders?" + query).want(200)).Items; len(got) != want {
			t.Errorf("%s: %d orders, want %d", query, len(got), want)
		}
	}
}

func TestMachine_ShowsQueuesBreakersAndBackups(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.seed()
	b.giveUp("eff_given_up", "failed")
	state, err := proto.Marshal(&messages.CourierState{ConsecutiveFailures: 5, Openings: 2, OpenUntilMs: businessNow.Add(time.Minute).UnixMilli(), OpenReason: "timeout"})
	if err != nil {
		t.Fatal(err)
	}
	act, err := b.db.Activate(t.Context(), actorkit.Key{Kind: "courier", ID: "tiktok"})
	if err != nil {
		t.Fatal(err)
	}
	if err := b.db.Commit(t.Context(), actorkit.Commit{Key: actorkit.Key{Kind: "courier", ID: "tiktok"}, Epoch: act.Epoch, Version: 1, State: state, Now: businessNow}); err != nil {
		t.Fatal(err)
	}
	if _, err := (&persistence.Backups{DB: b.db, Dir: t.TempDir()}).Backup(t.Context(), actorkit.Fence{Key: actorkit.Key{Kind: "courier", ID: "tiktok"}, Epoch: act.Epoch}, businessNow); err != nil {
		t.Fatal(err)
	}
	m := into[views.Machine](b.as("viewer").get("/api/system").want(200))
	if m.Queue.Pending != 1 || m.Queue.Dead != 1 || m.Queue.Messages != 1 || m.Queue.Oldest == nil {
		t.Errorf("queue %+v", m.Queue)
	}
	by := map[string]views.CourierStatus{}
	for _, c := range m.Couriers {
		by[c.Courier] = c
	}
	if c := by["meta"]; c.Pending != 1 || c.Dead != 1 || c.Breaker.Open || c.Quota == nil || c.Quota.Percent != 82 {
		t.Errorf("meta %+v", c)
	}
	if c := by["tiktok"].Breaker; !c.Open || c.Failures != 5 || c.Reason != "timeout" || c.Until == nil {
		t.Errorf("the breaker of tiktok is %+v", c)
	}
	if len(m.Backups) != 1 || m.Backups[0].Objects == 0 || m.Backups[0].Bytes == 0 || strings.Contains(m.Backups[0].File, "/") {
		t.Errorf("backups %+v", m.Backups)
	}
	if m.Database.Bytes == 0 || m.Database.Schema == 0 || m.Database.Connections == 0 || len(m.Database.Tables) == 0 {
		t.Errorf("database %+v", m.Database)
	}
	if len(m.Nodes) != 1 || m.Nodes[0].Name != "here" || !m.Nodes[0].Here {
		t.Errorf("nodes %+v", m.Nodes)
	}
}

func TestAudit_IsVerifiedByAdministrators(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.seed()
	b.as("operator").do("POST", "/api/audit/verify", nil).want(403)
	if verdict := into[views.AuditVerdict](b.as("admin").do("POST", "/api/audit/verify", nil).want(200)); !verdict.Whole || verdict.By != "admin@example.com" {
		t.Errorf("verdict %+v", verdict)
	}
	b.user("busy-admin@example.com", "admin")
	b.login("busy-admin@example.com").do("POST", "/api/audit/verify", nil).code(409, "verifying")
	found := []actorkit.Audit{{Action: "audit_broken", Subject: "audit_log", Reason: "audit log, line 3: it was changed", Figures: []actorkit.Figure{{Name: "through", Value: "2"}}}}
	if err := b.db.WriteAudit(t.Context(), "dashboard", found, businessNow); err != nil {
		t.Fatal(err)
	}
	status := into[views.AuditStatus](b.as("viewer").get("/api/audit/status").want(200))
	if status.Verified == nil || status.Verified.Whole || status.Verified.Through != 2 || status.Lines == 0 || status.Anchors.Line != 5 {
		t.Errorf("status %+v, %+v", status, status.Verified)
	}
}

func TestLogs_AreForOperators(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.as("viewer").get("/api/system/logs").want(403)
	v := b.as("operator")
	if l := into[views.Logs](v.get("/api/system/logs?level=warn").want(200)); l.Last != 2 || len(l.Items) != 1 || l.Node != "here" {
		t.Errorf("warnings: %+v", l)
	}
	if l := into[views.Logs](v.get("/api/system/logs?after=2").want(200)); len(l.Items) != 0 {
		t.Errorf("nothing new: %+v", l)
	}
}
