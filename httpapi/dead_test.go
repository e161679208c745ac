package httpapi

import (
	"testing"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/views"
	"github.com/agente-ceo/agente-ceo/messages"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
)

// giveUp commits an effect that ended in a state, and a message that nobody handles.
func (b *bench) giveUp(id, state string) {
	b.t.Helper()
	old := businessNow.Add(-time.Hour)
	for _, c := range []actorkit.Commit{
		{Key: actorkit.Key{Kind: "campaign", ID: "cmp_dead"}, Effects: []actorkit.Effect{{ID: id, Courier: "meta", Kind: "create_ad", Subject: "cmp_dead", Payload: &messages.Effect{}}},
			Tells: []actorkit.Message{{ID: "msg_" + id, From: actorkit.Key{Kind: "campaign", ID: "cmp_dead"}, To: actorkit.Key{Kind: "product", ID: "prd_gone"}, Msg: &messages.CampaignEnded{CampaignId: "cmp_dead"}}}},
		{Key: actorkit.Key{Kind: "courier", ID: "meta"}, Outcomes: []actorkit.Outcome{{EffectID: id, State: state, Error: "it was refused"}}},
	} {
		a, err := b.db.Activate(b.t.Context(), c.Key)
		if err != nil {
			b.t.Fatal(err)
		}
		c.Epoch, c.Version, c.Now = a.Epoch, a.Version+1, old
		if err := b.db.Commit(b.t.Context(), c); err != nil {
			b.t.Fatal(err)
		}
	}
}

func (v *visitor) tasks(state string) (ids []string) {
	v.b.t.Helper()
	for _, task := range into[views.Page[views.Task]](v.get("/api/tasks?state=" + state).want(200)).Items {
		ids = append(ids, task.ID+" "+task.State)
	}
	return ids
}

func TestDeadLetters_AreListedRetriedAndDismissed(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := b.as("operator")
	b.giveUp("eff_refused", "refused")
	b.giveUp("eff_failed", "failed")
	if got := v.tasks("dead"); len(got) != 2 {
		t.Fatalf("dead: %v", got)
	}
	v.do("POST", "/api/tasks/eff_failed/retry", nil).want(202)
	v.do("POST", "/api/tasks/eff_refused/retry", nil).want(202)
	if got := v.tasks("open"); len(got) != 2 || got[0] != "eff_failed unknown" || got[1] != "eff_refused pending" {
		t.Errorf("asked for again: %v; what may have been done has to be looked up first", got)
	}
	if len(b.actors.told) != 2 {
		t.Errorf("the courier was told %v", b.actors.told)
	}
	b.giveUp("eff_last", "failed")
	v.do("POST", "/api/tasks/eff_last/dismiss", nil).want(200)
	if got := v.tasks("dead"); len(got) != 0 {
		t.Errorf("put aside, and still dead: %v", got)
	}
	for _, path := range []string{"/api/tasks/eff_last/dismiss", "/api/tasks/eff_failed/dismiss", "/api/tasks/eff_none/retry", "/api/tasks/eff_failed/retry", "/api/messages/msg_none/dismiss"} {
		v.do("POST", path, nil).code(404, "not_found")
	}
	waiting := into[views.Page[views.Message]](v.get("/api/messages").want(200)).Items
	if len(waiting) != 3 || waiting[0].To != "product/prd_gone" || waiting[0].From != "campaign/cmp_dead" {
		t.Fatalf("messages: %+v", waiting)
	}
	v.do("POST", "/api/messages/"+waiting[0].ID+"/dismiss", nil).want(200)
	if left := into[views.Page[views.Message]](v.get("/api/messages").want(200)).Items; len(left) != 2 {
		t.Errorf("messages: %+v", left)
	}
	for action, want := range map[string]int{"task_retried": 2, "task_dismissed": 1, "message_dismissed": 1} {
		lines := into[views.Page[views.Audit]](b.login("operator@example.com").get("/api/audit?action=" + action).want(200)).Items
		if len(lines) != want || lines[0].By != "operator@example.com" {
			t.Errorf("%s is audited %d times: %+v", action, len(lines), lines)
		}
	}
	tasks, unknown, undelivered, err := b.db.Dead(t.Context(), businessNow, patience)
	if tasks != 0 || unknown != 1 || undelivered != 2 || err != nil {
		t.Errorf("counted %d, %d, %d, %v", tasks, unknown, undelivered, err)
	}
}
