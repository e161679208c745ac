package httpapi

import (
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/agente-ceo/agente-ceo/domain/facts"
	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/domain/views"
	"github.com/agente-ceo/agente-ceo/messages"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
)

func TestCommands_ReachTheirActor(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.seed()
	v := b.as("admin", "approver")
	v.header.Set("Idempotency-Key", "once")
	budget := map[string]any{"daily_budget": map[string]string{"amount": "28.80", "currency": "USD"}, "reason": "it earns"}
	for _, c := range []struct {
		path string
		body any
		to   string
		want proto.Message
	}{
		{"/api/run/scout", nil, "scout/main", &messages.RunScout{}},
		{"/api/run/creatives/prd_lamp", map[string]int{"count": 3}, "product/prd_lamp", &messages.MakeCreatives{Count: 3}},
		{"/api/run/report/weekly/2026-02-20", nil, "reporter/main", &messages.RunReport{Kind: "weekly", Date: "2026-02-20"}},
		{"/api/run/backup", nil, "housekeeper/main", &messages.RunBackup{}},
		{"/api/campaigns/cmp_lamp/decide", nil, "campaign/cmp_lamp", &messages.DecideNow{}},
		{"/api/campaigns/cmp_lamp/pause", map[string]string{"reason": "stock"}, "campaign/cmp_lamp", &messages.PauseCampaign{Reason: "stock"}},
		{"/api/campaigns/cmp_lamp/resume", nil, "campaign/cmp_lamp", &messages.ResumeCampaign{}},
		{"/api/campaigns/cmp_lamp/budget", budget, "campaign/cmp_lamp", &messages.ChangeBudget{DailyBudget: &messages.Money{Minor: 2880, Currency: "USD"}, Reason: "it earns"}},
		{"/api/control/freeze", nil, "ceo/main", &messages.Freeze{}},
		{"/api/control/resume", nil, "ceo/main", &messages.Unfreeze{}},
		{"/api/approvals/apr_1/decision", map[string]string{"decision": "approve", "manifest": "sha256:1f2e"}, "approvals/main", &messages.DecideApproval{Decision: "approve", Manifest: "sha256:1f2e"}},
	} {
		status := 202
		if c.path == "/api/control/freeze" {
			status = 200 // it has happened
		}
		v.do("POST", c.path, c.body).want(status)
		v.do("POST", c.path, c.body).want(status)
		n := len(b.actors.asked)
		got, repeated := b.actors.asked[n-1], b.actors.asked[n-2]
		if b.actors.keys[n-1].String() != c.to || !proto.Equal(got, repeated) {
			t.Errorf("%s went to %s; repeated: %v, %v", c.path, b.actors.keys[n-1], repeated, got)
		}
		m := got.ProtoReflect()
		id, by := m.Get(m.Descriptor().Fields().ByNumber(1)).String(), m.Get(m.Descriptor().Fields().ByName("by")).String()
		if id == "" || by != "admin-approver@example.com" {
			t.Errorf("%s has id %q by %q", c.path, id, by)
		}
		m.Clear(m.Descriptor().Fields().ByNumber(1))
		m.Clear(m.Descriptor().Fields().ByName("by"))
		if !proto.Equal(got, c.want) {
			t.Errorf("%s sent %v, want %v", c.path, got, c.want)
		}
	}
}

func TestCommands_AnswersOfActors(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := b.as("operator")
	var reply proto.Message
	var err error
	b.actors.answer = func(actorkit.Key, proto.Message) (proto.Message, error) { return reply, err }
	for _, c := range []struct {
		reply  proto.Message
		err    error
		status int
		code   string
	}{
		{&messages.Refusal{Code: "frozen", Text: "Spending is frozen."}, nil, 409, "frozen"},
		{&messages.Refusal{Code: "unknown_run", Text: "No."}, nil, 404, "unknown_run"},
		{nil, fault.Retry("no_answer", 3*time.Second, errors.New("busy")), 503, "no_answer"},
		{nil, fault.Unknown("sent", errors.New("lost")), 202, "sent"},
		{nil, fault.Stop("actor_stopped", "It was stopped."), 502, "actor_stopped"},
		{nil, errors.New("secret internals"), 500, "internal"},
		{&messages.Wake{}, nil, 500, "internal"},
	} {
		reply, err = c.reply, c.err
		r := v.do("POST", "/api/run/scout", nil).code(c.status, c.code)
		if strings.Contains(string(r.body), "secret internals") {
			t.Errorf("a bug's text reached the client: %s", r.body)
		}
		if c.status == 503 && r.header.Get("Retry-After") != "3" {
			t.Errorf("Retry-After is %q", r.header.Get("Retry-After"))
		}
	}
}

func TestCommands_InvalidOnesReachNobody(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.seed()
	v := b.as("admin", "approver")
	money := func(amount, currency string) any {
		return map[string]any{"daily_budget": map[string]string{"amount": amount, "currency": currency}}
	}
	for _, c := range []struct {
		path   string
		body   any
		status int
		code   string
	}{
		{"/api/campaigns/cmp_none/pause", nil, 404, "not_found"},
		{"/api/run/creatives/prd_none", nil, 404, "not_found"},
		{"/api/run/creatives/prd_lamp", map[string]int{"count": 999}, 422, "invalid"},
		{"/api/campaigns/cmp_lamp/budget", nil, 400, "malformed"},
		{"/api/campaigns/cmp_lamp/budget", money("0", "USD"), 422, "invalid_amount"},
		{"/api/campaigns/cmp_lamp/budget", money("-5", "USD"), 422, "invalid_amount"},
		{"/api/campaigns/cmp_lamp/budget", money("10.00", "EUR"), 422, "invalid_amount"},
		{"/api/campaigns/cmp_lamp/budget", money("1e3", "USD"), 422, "invalid"},
		{"/api/campaigns/cmp_lamp/budget", money("10.001", "USD"), 422, "invalid"},
		{"/api/campaigns/cmp_lamp/budget", "{", 400, "malformed"},
		{"/api/campaigns/cmp_lamp/budget", `{"daily_budget":"` + strings.Repeat("9", maxBody) + `"}`, 413, "too_large"},
		{"/api/approvals/apr_1/decision", map[string]string{"decision": "maybe", "manifest": "x"}, 422, "invalid"},
		{"/api/approvals/apr_1/decision", map[string]string{"decision": "approve"}, 422, "invalid"},
	} {
		v.do("POST", c.path, c.body).code(c.status, c.code)
	}
	if len(b.actors.asked) != 0 {
		t.Errorf("actors were asked %v", b.actors.asked)
	}
	r := v.do("POST", "/api/approvals/apr_1/decision", map[string]string{"decision": "maybe", "manifest": "x"})
	if p := into[Problem](r); len(p.Errors) != 1 || p.Errors[0].Location != "body.decision" {
		t.Errorf("the field errors are %v", p.Errors)
	}
}

func TestLists_CursorsWalkEverythingOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var many []facts.Fact
	for i := range 25 {
		p, _ := seedCatalogue()[0].(facts.Product)
		p.ID = "prd_" + string(rune('a'+i))
		p.ScoutedAt = businessNow.Add(time.Duration(i/5) * time.Microsecond) // five at a time
		many = append(many, p)
	}
	b.commit("product", actorkit.Commit{Facts: many})
	v := b.as("viewer")
	seen, cursor, pages := map[string]bool{}, "", 0
	for {
		p := into[views.Page[views.Product]](v.get("/api/products?limit=4&cursor=" + url.QueryEscape(cursor)).want(200))
		for _, product := range p.Items {
			if seen[product.ID] {
				t.Fatalf("%s came twice", product.ID)
			}
			seen[product.ID] = true
		}
		if pages++; p.Next == "" {
			break
		}
		cursor = p.Next
	}
	if len(seen) != 25 || pages != 7 {
		t.Errorf("%d products on %d pages", len(seen), pages)
	}
	for _, bad := range []string{"?limit=0", "?limit=201", "?limit=x", "?cursor=%21", "?cursor=aGk", "?status=nonsense"} {
		if r := v.get("/api/products" + bad); r.status != 422 {
			t.Errorf("%s answered %d", bad, r.status)
		}
	}
}

func TestLists_WalkEveryKind(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.seed()
	v := b.as("operator", "approver")
	for _, path := range []string{"products", "creatives", "campaigns", "orders", "customers", "alerts", "approvals", "reports", "audit", "tasks", "blacklist"} {
		whole := len(into[views.Page[any]](v.get("/api/" + path).want(200)).Items)
		walked, cursor := 0, ""
		for {
			p := into[views.Page[any]](v.get("/api/" + path + "?limit=1&cursor=" + cursor).want(200))
			walked += len(p.Items)
			if cursor = p.Next; cursor == "" || walked > whole {
				break
			}
		}
		if walked != whole || whole == 0 {
			t.Errorf("%s: %d one by one, %d at once", path, walked, whole)
		}
	}
}

func TestCustomers_ByWhatTheyBrought(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var list []facts.Fact
	for i, ltv := range []int64{500, 9000, 0, 9000, 700} {
		name := string(rune('a' + i))
		list = append(list, facts.Customer{ID: "cus_" + name, Email: name + "@cliente.example", AddOrders: 1, AddRevenue: usd(ltv), SeenAt: businessNow})
	}
	b.commit("orders", actorkit.Commit{Facts: list})
	v := b.as("viewer")
	var walked []string
	for cursor := "begin"; cursor != "" && len(walked) < 10; {
		p := into[views.Page[views.Customer]](v.get("/api/customers?order=ltv&limit=1&cursor=" + strings.TrimPrefix(cursor, "begin")).want(200))
		for _, c := range p.Items {
			walked = append(walked, c.ID)
		}
		cursor = p.Next
	}
	if got := strings.Join(walked, " "); got != "cus_d cus_b cus_e cus_a cus_c" {
		t.Errorf("walked %s", got)
	}
}

func TestRecords_AcknowledgeAndBlacklist(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.seed()
	v := b.as("operator")
	v.do("POST", "/api/alerts/alt_budget/ack", nil).want(204)
	v.do("POST", "/api/alerts/alt_none/ack", nil).code(404, "not_found")
	alerts := into[views.Page[views.Alert]](v.get("/api/alerts?status=unacknowledged").want(200))
	if len(alerts.Items) != 1 || alerts.Items[0].ID != "alt_winner" {
		t.Errorf("unacknowledged are %+v", alerts.Items)
	}
	v.do("POST", "/api/blacklist", map[string]string{"kind": "product", "term": " prd_x ", "reason": "broken"}).want(200)
	v.do("POST", "/api/blacklist", map[string]string{"kind": "person", "term": "x"}).code(422, "invalid")
	v.do("DELETE", "/api/blacklist?kind=product&term=prd_x", nil).want(204)
	v.do("DELETE", "/api/blacklist?kind=product&term=prd_x", nil).code(404, "not_found")
	lines := into[views.Page[views.Audit]](v.get("/api/audit?actor=dashboard&limit=3").want(200))
	var actions []string
	for _, l := range lines.Items {
		actions = append(actions, l.Action+" "+l.By)
	}
	if got := strings.Join(actions, ", "); got != "blacklist_removed operator@example.com, blacklisted operator@example.com, alert_acknowledged operator@example.com" {
		t.Errorf("the audit log says %s", got)
	}
	if _, err := b.db.VerifyAudit(t.Context(), 1); err != nil {
		t.Error(err)
	}
}
