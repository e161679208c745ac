package httpapi

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/agente-ceo/agente-ceo/domain/facts"
	"github.com/agente-ceo/agente-ceo/domain/views"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
)

type frame struct {
	Type string `json:"type"`
	Seq  int64  `json:"seq"`
	Data struct {
		Campaigns []struct{ ID string } `json:"campaigns"`
		Approvals []struct{ ID string } `json:"approvals"`
	} `json:"data"`
	Items []struct {
		Topic string          `json:"topic"`
		ID    string          `json:"id"`
		Row   json.RawMessage `json:"row"`
	} `json:"items"`
	raw []byte
}

// socket is an open live feed.
type socket struct {
	t    *testing.T
	conn *websocket.Conn
}

func (v *visitor) dial(query string, header http.Header) (*websocket.Conn, *http.Response, error) {
	if header == nil {
		header = http.Header{}
	}
	for name, values := range v.header {
		header[name] = values
	}
	if v.cookie != nil {
		header.Set("Cookie", v.cookie.Name+"="+v.cookie.Value)
	}
	return websocket.DefaultDialer.DialContext(v.b.t.Context(), strings.Replace(v.b.http.URL, "http", "ws", 1)+"/ws"+query, header)
}

func (v *visitor) listen(query string) *socket {
	v.b.t.Helper()
	conn, res, err := v.dial(query, nil)
	if err != nil {
		v.b.t.Fatal(err)
	}
	_ = res.Body.Close() // an upgraded connection has none
	v.b.t.Cleanup(func() { _ = conn.Close() })
	return &socket{v.b.t, conn}
}

func (s *socket) next() frame {
	s.t.Helper()
	if err := s.conn.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
		s.t.Fatal(err)
	}
	_, data, err := s.conn.ReadMessage()
	if err != nil {
		s.t.Fatalf("read a frame: %v", err)
	}
	f := frame{raw: data}
	if err := json.Unmarshal(data, &f); err != nil {
		s.t.Fatal(err)
	}
	return f
}

// until reads frames until one of them has an item of a topic, and checks that their numbers grow.
func (s *socket) until(topic string, after int64) (frame, json.RawMessage) {
	s.t.Helper()
	for {
		f := s.next()
		if f.Type != "delta" || f.Seq < after {
			s.t.Fatalf("got a %s frame %d after %d", f.Type, f.Seq, after)
		}
		after = f.Seq
		for _, item := range f.Items {
			if item.Topic == topic {
				return f, item.Row
			}
		}
	}
}

func TestLive_SnapshotThenDeltas(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.seed()
	v := b.as("viewer")
	b.visible("audit", "viewer@example.com")
	s := v.listen("")
	snapshot := s.next()
	if snapshot.Type != "snapshot" || len(snapshot.Data.Campaigns) != 2 || len(snapshot.Data.Approvals) != 0 {
		t.Fatalf("the first frame is %s", snapshot.raw)
	}
	lamp, _ := seedCampaigns()[0].(facts.Campaign)
	lamp.Status = "paused"
	b.commit("campaign", actorkit.Commit{Facts: []facts.Fact{lamp}, Audit: []actorkit.Audit{{Action: "campaign_paused", Subject: lamp.ID, Reason: "an operator said so"}}})
	delta, row := s.until("campaign", snapshot.Seq)
	if !strings.Contains(string(row), `"status":"paused"`) {
		t.Errorf("the campaign's row is %s", row)
	}
	topics := map[string]int{}
	for _, item := range delta.Items {
		topics[item.Topic]++
	}
	if topics["audit"] != 1 || topics["campaign"] != 1 || topics["system"] != 1 {
		t.Errorf("one commit's frame has %v", topics)
	}
}

func TestLive_ResumesWithoutASnapshot(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.seed()
	v := b.as("viewer")
	b.visible("audit", "viewer@example.com")
	seq := v.listen("").next().Seq
	b.commit("product", actorkit.Commit{Facts: []facts.Fact{seedCatalogue()[1]}})
	b.eventually("the commit is readable", func() bool {
		changes, complete, err := b.db.Tail().Since(t.Context(), seq, 10)
		return err == nil && complete && len(changes) == 1
	})
	s := v.listen("?since=" + strconv.FormatInt(seq, 10))
	if _, row := s.until("product", seq); !strings.Contains(string(row), "Foldable bottle") {
		t.Errorf("the product's row is %s", row)
	}
	if f := v.listen("?since=99999999999").next(); f.Type != "snapshot" {
		t.Errorf("a number of the future was answered with a %s", f.Type)
	}
	if f := v.listen("?since=nonsense").next(); f.Type != "snapshot" {
		t.Errorf("nonsense was answered with a %s", f.Type)
	}
}

func TestLive_FramesAreGolden(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.seed()
	v := b.as("admin", "approver")
	b.visible("audit", "admin-approver@example.com")
	s := v.listen("")
	first := s.next()
	if len(first.Data.Approvals) != 1 {
		t.Errorf("an approver's snapshot has approvals %v", first.Data.Approvals)
	}
	lamp, _ := seedCampaigns()[0].(facts.Campaign)
	lamp.DailyBudget = usd(2880)
	b.commit("campaign", actorkit.Commit{
		Facts: []facts.Fact{lamp, facts.Approval{ID: "apr_2", Subject: "cmp_lamp", Kind: "budget", Status: "pending", Manifest: "sha256:2", Details: []byte("{}"), RequestedAt: businessNow}},
		Audit: []actorkit.Audit{{Action: "budget_raised", Subject: "cmp_lamp", Reason: "It stays a winner after 48 hours.", Figures: []actorkit.Figure{{Name: "roas", Value: "2.38"}}}},
	})
	delta, _ := s.until("campaign", first.Seq)
	numbers := strings.NewReplacer(`"seq":`+strconv.FormatInt(first.Seq, 10)+`,"data"`, `"seq":1000,"data"`, `"seq":`+strconv.FormatInt(delta.Seq, 10)+`,"items"`, `"seq":1001,"items"`)
	keep(t, "ws_snapshot", []byte(numbers.Replace(string(first.raw))))
	keep(t, "ws_delta", []byte(numbers.Replace(string(delta.raw))))
}

func TestLive_OnlyForPeopleOfThisSite(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for name, c := range map[string]struct {
		who    *visitor
		origin string
		status int
	}{
		"Nobody":          {b.visitor(), "", 401},
		"AnotherSite":     {b.as("viewer"), "https://evil.example", 403},
		"ASandboxedFrame": {b.as("operator"), "null", 403},
		"AnotherPort":     {b.as("admin"), "http://127.0.0.1:1", 403},
	} {
		header := http.Header{}
		if c.origin != "" {
			header.Set("Origin", c.origin)
		}
		conn, res, err := c.who.dial("", header)
		if err == nil {
			_ = conn.Close()
			t.Fatalf("%s could connect", name)
		}
		if res == nil || res.StatusCode != c.status {
			t.Errorf("%s was answered %v", name, res)
		}
	}
	own := http.Header{"Origin": {b.http.URL}}
	conn, _, err := b.as("approver").dial("", own)
	if err != nil {
		t.Fatalf("a page of our own could not connect: %v", err)
	}
	_ = conn.Close()
}

func TestLive_LogoutAndDisablingCloseSockets(t *testing.T) {
	t.Parallel()
	b := setup(t)
	admin, viewer := b.as("admin"), b.as("viewer")
	second := b.login("viewer@example.com")
	first, other, own := viewer.listen(""), second.listen(""), admin.listen("")
	for _, s := range []*socket{first, other, own} {
		s.next()
	}
	viewer.do("POST", "/api/logout", nil).want(204)
	first.closed()
	user, err := b.db.UserByEmail(t.Context(), "viewer@example.com")
	if err != nil {
		t.Fatal(err)
	}
	admin.do("PATCH", "/api/admin/users/"+strconv.FormatInt(user.ID, 10), map[string]bool{"disabled": true}).want(200)
	other.closed()
	second.get("/api/session").code(401, "unauthenticated")
	admin.get("/api/session").want(200)
}

func (s *socket) closed() {
	s.t.Helper()
	if err := s.conn.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
		s.t.Fatal(err)
	}
	for {
		_, _, err := s.conn.ReadMessage()
		if err == nil {
			continue
		}
		if !websocket.IsCloseError(err, websocket.ClosePolicyViolation) { // and not a deadline of ours
			s.t.Errorf("the socket ended with %v", err)
		}
		return
	}
}

// visible waits until a change, and all that was committed before it, can be followed: transactions of other tests hold it up.
func (b *bench) visible(topic, key string) {
	b.t.Helper()
	b.eventually("the change of "+key+" is readable", func() bool {
		changes, _, err := b.db.Tail().Since(b.t.Context(), 0, 1000)
		if err != nil {
			b.t.Fatal(err)
		}
		return slices.ContainsFunc(changes, func(c views.LiveChange) bool { return c.Topic == topic && c.Key == key })
	})
}

// eventually probes until something holds.
func (b *bench) eventually(what string, holds func() bool) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.t.Context(), 20*time.Second)
	defer cancel()
	for !holds() {
		if ctx.Err() != nil {
			b.t.Fatalf("%s: never", what)
		}
		pause(ctx, 5*time.Millisecond)
	}
}

// countedReads counts how often the newest lines of the audit log are read, which every snapshot has.
type countedReads struct {
	Reads
	snapshots int
}

func (c *countedReads) Audit(ctx context.Context, l views.List) ([]views.Audit, error) {
	if l.Limit == overviewActivity {
		c.snapshots++
	}
	return c.Reads.Audit(ctx, l)
}

func TestLive_WhoComeTogetherShareASnapshot(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.seed()
	at, deps := time.Now(), b.server.deps
	counted := &countedReads{Reads: deps.Reads}
	deps.Reads, deps.Now = counted, func() time.Time { return at }
	h := newHub(&Server{deps: deps, log: deps.Log})
	defer h.close() //nolint:errcheck // nobody is connected
	read := func(want int, roles ...string) {
		t.Helper()
		if _, err := h.first(t.Context(), -1, audienceOf(roles)); err != nil || counted.snapshots != want {
			t.Errorf("%d snapshots were read, want %d; %v", counted.snapshots, want, err)
		}
	}
	read(1, "viewer")
	read(1, "viewer")
	read(2, "viewer", "approver") // hears more
	h.seq++
	read(3, "viewer") // it is as of another number
	at = at.Add(tick)
	read(4, "viewer") // too old
}
