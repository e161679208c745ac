package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/agente-ceo/agente-ceo/domain/views"
	"github.com/agente-ceo/agente-ceo/messages"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
)

// office is the whole program on scaled time, without its clockwork, and a way in for scripts.
type office struct {
	*loop
	t *testing.T
}

func openOffice(t *testing.T, env ...string) *office {
	t.Helper()
	c := &common{flags: map[string]string{"seed": "3"}}
	cfg, err := c.simulationConfig("default", append(env, "AGENTE_SPEED=60"))
	if err != nil {
		t.Fatal(err)
	}
	if cfg.DataDir, err = simulationDir(); err != nil {
		t.Fatal(err)
	}
	app, err := New(t.Context(), Options{Config: cfg, Log: slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelError})), Throwaway: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := app.Close(); err != nil {
			t.Error(err)
		}
		if err := os.RemoveAll(cfg.DataDir); err != nil {
			t.Error(err)
		}
	})
	conn, err := pgx.Connect(t.Context(), app.server.URL())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(t.Context()) })
	app.askTheTime(t.Context()) // as Start does: by a clock that nobody confirms nothing is granted
	return &office{loop: &loop{t: t, app: app, db: conn}, t: t}
}

// approver makes a person with a token.
func (o *office) approver(name string) (token string) {
	o.t.Helper()
	account := views.Account{PasswordHash: "none"}
	account.Email, account.Name, account.Roles = name+"@example.com", name, []string{"approver"}
	id, err := o.app.db.AddUser(o.t.Context(), account, "test", o.app.clock.Now())
	if err != nil {
		o.t.Fatal(err)
	}
	hash := sha256.Sum256([]byte(name))
	if err := o.app.db.AddToken(o.t.Context(), id, account.Email, "test", hash[:], time.Time{}, o.app.clock.Now()); err != nil {
		o.t.Fatal(err)
	}
	return name
}

func (o *office) call(method, path, token string, body any) (int, []byte, error) {
	data, err := json.Marshal(body)
	if err != nil {
		return 0, nil, err
	}
	req, err := http.NewRequestWithContext(o.t.Context(), method, "http://"+o.app.Addr()+path, bytes.NewReader(data))
	if err != nil {
		return 0, nil, err
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer res.Body.Close() //nolint:errcheck // it is read
	answer, err := io.ReadAll(res.Body)
	return res.StatusCode, answer, err
}

// plan gives a campaign actor a plan, as a product would, and waits until it has asked.
func (o *office) plan(campaign string) views.Approval {
	o.t.Helper()
	now := o.app.clock.Now()
	o.app.witnesses.Hear("meta", now, now, now)                                                                                            // nobody surveys the accounts here, and without that the clock is doubted
	_, err := o.app.directory.Ask(o.t.Context(), actorkit.Key{Kind: "campaign", ID: campaign}, &messages.PauseCampaign{CommandId: "warm"}) // it is there now
	if err != nil {
		o.t.Fatal(err)
	}
	msg := &messages.PlanCampaign{
		CampaignId: campaign, ProductId: "prd_none", ProductTitle: "Lamp", Platform: "meta", Mode: "approval", DailyBudget: &messages.Money{Minor: 5000, Currency: "USD"},
		Countries: []string{"BR"}, LandingUrl: "https://shop.example/p/lamp", SellingPrice: &messages.Money{Minor: 6000, Currency: "USD"},
	}
	key, _, err := o.app.media.Put(o.t.Context(), square(o.t), "image/png")
	if err != nil {
		o.t.Fatal(err)
	}
	for i := range 3 {
		msg.Creatives = append(msg.Creatives, &messages.CreativeRef{CreativeId: fmt.Sprint("crt_", i), Headline: "Light", Body: "A lamp.", Action: "shop_now", Language: "en", MediaKey: key})
	}
	o.app.directory.Tell(actorkit.Key{Kind: "campaign", ID: campaign}, msg)
	var asked []views.Approval
	o.eventually("the campaign asks", func() bool {
		var err error
		asked, err = o.app.db.Views().Approvals(o.t.Context(), views.List{Limit: 10, Status: "pending", Subject: campaign})
		return err == nil && len(asked) == 1
	})
	return asked[0]
}

// eventually asks again and again, as the actors go on by themselves.
func (o *office) eventually(what string, is func() bool) {
	o.t.Helper()
	o.within(30*time.Second, what, is)
}

func (o *office) within(patience time.Duration, what string, is func() bool) {
	o.t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	late := time.After(patience)
	for !is() {
		select {
		case <-tick.C:
		case <-late:
			o.t.Log(o.texts(`SELECT kind || ' ' || state || ' ' || last_error FROM outbox ORDER BY seq`), o.texts(`SELECT action || ': ' || reason FROM audit_log ORDER BY seq`))
			o.t.Fatalf("%s: not within %s", what, patience)
		}
	}
}

// Many people answer the same question at once, some of them twice, and disagree: one decision, and at most one launch, come of it.
func TestApprovals_ManyAnswersAtOnceAreOneDecision(t *testing.T) {
	t.Parallel()
	o := openOffice(t, "AGENTE_MODE=approval")
	var tokens []string
	for i := range 6 {
		tokens = append(tokens, o.approver(fmt.Sprint("approver", i)))
	}
	for round, rejecters := range []int{0, 3} {
		campaign := fmt.Sprintf("cmp_aaaaaaaaaaaaaaa%c", 'b'+round)
		q := o.plan(campaign)
		var wait sync.WaitGroup
		var mu sync.Mutex
		statuses := map[int]int{}
		start := make(chan struct{})
		for i := range 24 {
			decision := "approve"
			if i%len(tokens) < rejecters {
				decision = "reject"
			}
			wait.Add(1)
			go func() {
				defer wait.Done()
				<-start
				status, answer, err := o.call("POST", "/api/approvals/"+q.ID+"/decision", tokens[i%len(tokens)], map[string]string{"decision": decision, "manifest": q.Manifest})
				if err != nil || status != 202 && status != 409 {
					t.Errorf("an answer got %d %s: %v", status, answer, err)
				}
				mu.Lock()
				defer mu.Unlock()
				statuses[status]++
			}()
		}
		close(start)
		wait.Wait()
		o.oneDecision(q, campaign, statuses)
	}
}

func (o *office) oneDecision(q views.Approval, campaign string, statuses map[int]int) {
	o.t.Helper()
	if statuses[202] < 1 || statuses[202] > 4 { // who decided is told so each of the four times
		o.t.Errorf("the answers got %v", statuses)
	}
	decided := o.texts(`SELECT status FROM approvals WHERE id = '` + q.ID + `'`)
	if n := o.number(`SELECT count(*) FROM audit_log WHERE action IN ('approval_approved', 'approval_rejected') AND figures->>'approval' = '` + q.ID + `'`); n != 1 {
		o.t.Errorf("%d decisions are in the audit log", n)
	}
	if decided[0] == "rejected" {
		o.eventually("it ends", func() bool {
			return o.number(`SELECT count(*) FROM campaigns WHERE status = 'ended' AND id = '`+campaign+`'`) == 1
		})
		if n := o.number(`SELECT count(*) FROM outbox WHERE subject = '` + campaign + `'`); n != 0 {
			o.t.Errorf("a rejected campaign has %d effects", n)
		}
		return
	}
	o.eventually("it is used", func() bool {
		return o.number(`SELECT count(*) FROM approvals WHERE used_at IS NOT NULL AND id = '`+q.ID+`'`) == 1
	})
	if n := o.number(`SELECT count(*) FROM outbox WHERE kind = 'create_campaign' AND subject = '` + campaign + `'`); n != 1 {
		o.t.Errorf("%d campaigns are created", n)
	}
}

// A person who loses the role between being shown a question and answering it is not heard, at any of the two doors.
func TestApprovals_ARevokedApproverDecidesNothing(t *testing.T) {
	t.Parallel()
	o := openOffice(t, "AGENTE_MODE=approval")
	token := o.approver("bia")
	q := o.plan("cmp_aaaaaaaaaaaaaaad")
	if _, err := o.db.Exec(t.Context(), `UPDATE users SET disabled_at = now()`); err != nil {
		t.Fatal(err)
	}
	status, _, err := o.call("POST", "/api/approvals/"+q.ID+"/decision", token, map[string]string{"decision": "approve", "manifest": q.Manifest})
	if err != nil || status != 401 {
		t.Errorf("the API answered %d, %v", status, err)
	}
	answer, err := o.app.directory.Ask(t.Context(), actorkit.Key{Kind: "approvals", ID: "main"}, &messages.DecideApproval{
		ApprovalId: q.ID, Decision: "approve", Manifest: q.Manifest, By: "bia@example.com",
	})
	if refusal, ok := answer.(*messages.Refusal); err != nil || !ok || refusal.Code != "not_an_approver" {
		t.Errorf("the actor answered %v, %v", answer, err)
	}
	if n := o.number(`SELECT count(*) FROM approvals WHERE status = 'pending'`); n != 1 {
		t.Errorf("%d questions wait", n)
	}
}
