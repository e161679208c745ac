package httpapi

import (
	"encoding/json"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/agente-ceo/agente-ceo/domain/facts"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
)

// rights is a table of testdata: what somebody may, by name and role.
type rights map[string]map[string]string

// readRights reads rows whose last columns are the roles' answers.
func readRights(t *testing.T, file string, roles ...string) rights {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", file))
	if err != nil {
		t.Fatal(err)
	}
	out := rights{}
	for line := range strings.Lines(string(text)) {
		fields := strings.Fields(line)
		if strings.HasPrefix(line, "#") || len(fields) == 0 {
			continue
		}
		first := len(fields) - len(roles)
		if first < 1 {
			t.Fatalf("%s: %q has too few columns", file, line)
		}
		name := strings.Join(fields[:first], " ")
		if out[name] != nil {
			t.Errorf("%s has %s twice", file, name)
		}
		out[name] = map[string]string{}
		for i, role := range roles {
			out[name][role] = fields[first+i]
		}
	}
	return out
}

var everybody = []string{"nobody", "viewer", "operator", "approver", "admin"}

// somebody is a visitor of a role, by a script's token: one of the routes ends sessions.
func (b *bench) somebody(role string) *visitor {
	b.t.Helper()
	v := b.visitor()
	if role == "nobody" {
		return v
	}
	if user, _ := b.db.UserByEmail(b.t.Context(), role+"@example.com"); user == nil {
		b.user(role+"@example.com", role)
	}
	token(b.t, b, v, role+"@example.com")
	return v
}

// sample is a path of a route with something in place of its parameters.
func sample(path string) string {
	return strings.NewReplacer("{id}", "1", "{product_id}", "prd_none", "{date}", "2026-03-09", "{kind}", "daily", ":file", "docs.css", "*path", "lamp.png").Replace(path)
}

// registered is every route that the router serves, as the table writes it.
func (b *bench) registered() []string {
	var out []string
	for _, r := range b.server.engine.Routes() {
		parts := strings.Split(r.Path, "/")
		for i, part := range parts {
			if strings.HasPrefix(part, ":") && strings.HasPrefix(r.Path, "/api/") {
				parts[i] = "{" + part[1:] + "}"
			}
		}
		out = append(out, r.Method+" "+strings.Join(parts, "/"))
	}
	slices.Sort(out)
	return out
}

func TestRoles_EveryRouteIsInTheTable(t *testing.T) {
	t.Parallel()
	want := slices.Sorted(maps.Keys(readRights(t, "roles.txt", everybody...)))
	if got := setup(t).registered(); !slices.Equal(got, want) {
		for _, route := range got {
			if !slices.Contains(want, route) {
				t.Errorf("testdata/roles.txt does not say who may use %s", route)
			}
		}
		for _, route := range want {
			if !slices.Contains(got, route) {
				t.Errorf("testdata/roles.txt has %s, which is not served", route)
			}
		}
	}
}

func TestRoles_EachRouteAsTheTableSays(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for route, may := range readRights(t, "roles.txt", everybody...) {
		method, path, _ := strings.Cut(route, " ")
		for _, role := range everybody {
			r := b.somebody(role).do(method, sample(path), nil)
			got := "yes"
			var p Problem
			// A forged webhook is refused for its signature, a login for its password: that is no matter of roles.
			if json.Unmarshal(r.body, &p) == nil && (p.Code == "unauthenticated" || p.Code == "forbidden") {
				got = map[int]string{http.StatusUnauthorized: "401", http.StatusForbidden: "403"}[r.status]
			}
			if got != may[role] {
				t.Errorf("%s is %s for %s, want %s: %d %s", route, got, role, may[role], r.status, r.body)
			}
		}
	}
}

func TestRoles_NoOtherMethodIsServed(t *testing.T) {
	t.Parallel()
	b := setup(t)
	served := map[string]bool{}
	for _, route := range b.registered() {
		served[route] = true
	}
	admin := b.somebody("admin")
	for _, route := range b.registered() {
		_, path, _ := strings.Cut(route, " ")
		for _, method := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "INVENTED"} {
			if served[method+" "+path] {
				continue
			}
			if got := admin.do(method, sample(path), nil).status; got != http.StatusMethodNotAllowed && got != http.StatusNotFound {
				t.Errorf("%s %s is not in the table and answered %d", method, path, got)
			}
		}
	}
}

func TestRoles_EveryTopicAsTheTableSays(t *testing.T) {
	t.Parallel()
	table := readRights(t, "topics.txt", everybody[1:]...)
	if got, want := slices.Sorted(maps.Keys(topics)), slices.Sorted(maps.Keys(table)); !slices.Equal(got, want) {
		t.Fatalf("topics are %v, testdata/topics.txt has %v", got, want)
	}
	for topic, may := range table {
		for _, role := range everybody[1:] {
			if got := audienceOf([]string{role}).hears(topic); got != (may[role] == "yes") {
				t.Errorf("%s for %s: %v, want %s", topic, role, got, may[role])
			}
		}
	}
	for _, topic := range append([]string{"user", "session", "", "nonsense"}, plainTopics...) {
		if _, known := topics[topic]; known != slices.Contains(plainTopics, topic) || !known && audienceOf([]string{"admin", "approver"}).hears(topic) {
			t.Errorf("topic %q is told to somebody, or to nobody", topic)
		}
	}
	if audienceOf(nil).hears("summary") || audienceOf([]string{"nonsense"}).hears("audit") {
		t.Error("somebody without a role hears of the business")
	}
}

// busy commits something of every kind.
func (b *bench) busy() {
	b.t.Helper()
	list := append(append(append(seedCatalogue(), seedCampaigns()...), seedSales()...), seedTreasury()...)
	b.commit("busy", actorkit.Commit{
		Facts: append(append(list, seedOffice()...), facts.Approval{ID: "apr_last", Subject: "cmp_lamp", Kind: "budget", Status: "pending", Manifest: "sha256:2", Details: []byte("{}"), RequestedAt: businessNow}),
		Audit: []actorkit.Audit{{Action: "budget_raised", Subject: "cmp_lamp", Reason: "It stays a winner."}},
	})
}

func TestRoles_FramesHoldWhatTheRoleHears(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.seed()
	table := readRights(t, "topics.txt", everybody[1:]...)
	sockets := map[string]*socket{}
	for _, role := range everybody[1:] {
		v := b.somebody(role)
		b.visible("audit", role+"@example.com")
		s := v.listen("")
		first := s.next()
		viewer := table["summary"][role] == "yes"
		if first.Type != "snapshot" || len(first.Data.Campaigns) > 0 != viewer || len(first.Data.Approvals) > 0 != (table["approval"][role] == "yes") {
			t.Errorf("the snapshot of %s is %s", role, first.raw)
		}
		sockets[role] = s
	}
	b.busy()
	for role, s := range sockets {
		last := "budget_raised" // what the commit's frame has and no other
		if table["audit"][role] != "yes" {
			last = "apr_last"
		}
		f := s.next()
		for !strings.Contains(string(f.raw), last) {
			f = s.next()
		}
		got := map[string]bool{}
		for _, item := range f.Items {
			got[item.Topic] = true
			if table[item.Topic][role] != "yes" {
				t.Errorf("%s was told of %s %s", role, item.Topic, item.ID)
			}
		}
		for _, topic := range []string{"product", "creative", "campaign", "ad_set", "ad", "order", "alert", "report", "customer", "audit", "blacklisted", "approval", "control", "system"} {
			if got[topic] != (table[topic][role] == "yes") {
				t.Errorf("the frame of %s with %s: %v", role, topic, got[topic])
			}
		}
	}
}

func TestLive_WhatBrowsersSayChangesNothing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := b.as("viewer")
	b.visible("audit", "viewer@example.com")
	s := v.listen("")
	seq := s.next().Seq
	for _, said := range []string{`{"type":"subscribe","topic":"approval"}`, `{"type":"freeze"}`, "\x00", "[]"} {
		if err := s.conn.WriteMessage(1, []byte(said)); err != nil {
			t.Fatal(err)
		}
	}
	b.busy()
	f, _ := s.until("audit", seq)
	for _, item := range f.Items {
		if item.Topic == "approval" {
			t.Error("a viewer asked for approvals and got them")
		}
	}
	if b.brake.Standing().Frozen {
		t.Error("a word over the socket froze spending")
	}
}
