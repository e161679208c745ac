package httpapi

import (
	"errors"
	"sync"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/domain/views"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
)

// fakeSwitch is a kill switch in memory; unkept is what it cannot be written with.
type fakeSwitch struct {
	mu     sync.Mutex
	state  views.ControlDetail
	unkept error
}

func (f *fakeSwitch) Freeze(_, by, reason string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	at := businessNow
	f.state = views.ControlDetail{Control: views.Control{Frozen: true, By: by, Reason: reason, At: &at}, Halt: &views.Halt{
		Since: businessNow, Open: 2, Paused: 1, NotPaused: []views.NotPaused{{Platform: "meta", ExternalID: "1", Name: "ac-cmp_1-0", Reason: "throttled"}},
		Accounts: []views.HaltAccount{{Platform: "meta", Listed: true}},
	}}
	return f.unkept
}

func (f *fakeSwitch) Standing() views.ControlDetail {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.state
}

// The switch is thrown before anybody is asked, so that a ceo or a database that does not answer holds nothing up.
func TestFreeze_ActsBeforeItAsks(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := b.as("operator")
	b.actors.answer = func(actorkit.Key, proto.Message) (proto.Message, error) {
		if !b.brake.Standing().Frozen {
			t.Error("the ceo was asked first")
		}
		return nil, fault.Retry("no_answer", 0, errors.New("busy"))
	}
	got := into[frozenBody](v.do("POST", "/api/control/freeze", map[string]string{"reason": "wrong prices"}).want(200))
	if got.ID == "" || got.Recorded {
		t.Errorf("answered %+v", got)
	}
	control := into[views.ControlDetail](v.get("/api/control").want(200))
	if !control.Frozen || control.Recorded || control.Reason != "wrong prices" || control.Halt == nil || len(control.Halt.NotPaused) != 1 {
		t.Errorf("control is %+v", control)
	}
	b.brake.unkept = errors.New("disk full")
	v.do("POST", "/api/control/freeze", nil).code(503, "freeze_not_kept")
}

// While the database is away, whoever was let in before can freeze and watch; nobody else, and nothing else.
func TestFreeze_WorksWithoutTheDatabase(t *testing.T) {
	t.Parallel()
	b := setup(t)
	operator, viewer, gone := b.as("operator"), b.as("viewer"), b.as("operator", "approver")
	for _, v := range []*visitor{operator, viewer, gone} {
		v.get("/api/control").want(200)
	}
	gone.do("POST", "/api/logout", nil).want(204)
	gone.get("/api/session").code(401, "unauthenticated")
	b.db.Close()
	b.actors.answer = func(actorkit.Key, proto.Message) (proto.Message, error) { return nil, fault.Retry("no_answer", 0, nil) }
	operator.do("POST", "/api/control/freeze", nil).want(200)
	if !into[views.ControlDetail](viewer.get("/api/control").want(200)).Frozen {
		t.Error("it is not frozen")
	}
	viewer.do("POST", "/api/control/freeze", nil).code(403, "forbidden")
	for _, nobody := range []*visitor{b.visitor(), gone} {
		if r := nobody.do("POST", "/api/control/freeze", nil); r.status < 400 {
			t.Errorf("somebody unknown froze: %d", r.status)
		}
	}
	if r := operator.do("POST", "/api/control/resume", nil); r.status < 400 {
		t.Errorf("resuming without the database: %d", r.status)
	}
	b.pass(13 * time.Hour)
	if r := operator.do("POST", "/api/control/freeze", nil); r.status < 400 {
		t.Errorf("what is known is believed for ever: %d", r.status)
	}
}
