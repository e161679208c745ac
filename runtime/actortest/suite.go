package actortest

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"

	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/messages"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
	"github.com/agente-ceo/agente-ceo/runtime/directory"
)

// StoreSuite is what every actorkit.Store must pass. newStore makes an empty store that also is a directory.Ledger; each subtest
// asks for its own. Times are whole microseconds, which is what Postgres keeps.
func StoreSuite(t *testing.T, newStore func(t *testing.T) actorkit.Store) {
	t.Helper()
	cases := []struct {
		name string
		run  func(*suite)
	}{
		{"NewActorHasNothing", (*suite).newActorHasNothing},
		{"CommitIsLoaded", (*suite).commitIsLoaded},
		{"EpochsFence", (*suite).epochsFence},
		{"NilStateLeavesTheSnapshot", (*suite).nilStateLeavesTheSnapshot},
		{"EmptyStateIsAState", (*suite).emptyStateIsAState},
		{"AlarmsAreReplaced", (*suite).alarmsAreReplaced},
		{"OverdueListsActorsByDueTime", (*suite).overdueListsActorsByDueTime},
		{"RefusedCommitWritesNothing", (*suite).refusedCommitWritesNothing},
		{"TellsAreKeptUntilHandled", (*suite).tellsAreKeptUntilHandled},
		{"TellsKeepTheirOrder", (*suite).tellsKeepTheirOrder},
		{"CommitForgetsWhatItHandled", (*suite).commitForgetsWhatItHandled},
		{"SameMessageTwiceIsStoredOnce", (*suite).sameMessageTwiceIsStoredOnce},
		{"HandledMessageCanBeStoredAgain", (*suite).handledMessageCanBeStoredAgain},
		{"SameEffectTwiceIsStoredOnce", (*suite).sameEffectTwiceIsStoredOnce},
		{"EffectsWaitForTheirCourier", (*suite).effectsWaitForTheirCourier},
		{"CancelledContextIsNoBug", (*suite).cancelledContextIsNoBug},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			store := newStore(t)
			ledger, ok := store.(directory.Ledger)
			if !ok {
				t.Fatalf("%T is no directory.Ledger", store)
			}
			c.run(&suite{T: t, store: store, ledger: ledger, ctx: t.Context()})
		})
	}
}

type suite struct {
	*testing.T
	store  actorkit.Store
	ledger directory.Ledger
	ctx    context.Context
}

var (
	suiteNow = time.Date(2026, time.March, 1, 12, 0, 0, 123456000, time.UTC)
	treasury = actorkit.Key{Kind: "treasurer", ID: "main"}
	campaign = actorkit.Key{Kind: "campaign", ID: "cmp_aaaaaaaaaaaaaaaa"}
)

func (s *suite) activate(key actorkit.Key) actorkit.Activation {
	s.Helper()
	act, err := s.store.Activate(s.ctx, key)
	if err != nil {
		s.Fatalf("activate %s: %v", key, err)
	}
	return act
}

// first is a commit of a new activation, to be filled in.
func (s *suite) first(key actorkit.Key) actorkit.Commit {
	s.Helper()
	act := s.activate(key)
	return actorkit.Commit{Key: key, Epoch: act.Epoch, Version: act.Version + 1, Now: suiteNow}
}

func (s *suite) commit(c actorkit.Commit) {
	s.Helper()
	if err := s.store.Commit(s.ctx, c); err != nil {
		s.Fatalf("commit of %s: %v", c.Key, err)
	}
}

func (s *suite) undelivered() []actorkit.Message {
	s.Helper()
	out, err := s.ledger.Undelivered(s.ctx, suiteNow.Add(time.Hour))
	if err != nil {
		s.Fatalf("undelivered: %v", err)
	}
	return out
}

func (s *suite) overdue(before time.Time) []actorkit.Key {
	s.Helper()
	out, err := s.ledger.Overdue(s.ctx, before)
	if err != nil {
		s.Fatalf("overdue: %v", err)
	}
	return out
}

func (s *suite) couriers() []string {
	s.Helper()
	out, err := s.ledger.PendingCouriers(s.ctx, suiteNow.Add(time.Hour))
	if err != nil {
		s.Fatalf("pending couriers: %v", err)
	}
	return out
}

func (s *suite) equal(what string, got, want any) {
	s.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		s.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func (s *suite) ids(list []actorkit.Message) []string {
	out := []string{}
	for _, m := range list {
		out = append(out, m.ID)
	}
	return out
}

func tellOf(from actorkit.Key, releaseID string) actorkit.Message {
	msg := &messages.ReleaseBudget{ReleaseId: releaseID, CampaignId: campaign.ID, StoppedAtMs: 7}
	return actorkit.Message{ID: actorkit.MessageID(from, treasury, msg, 1, 0), From: from, To: treasury, Msg: msg}
}

func effectOf(id string) actorkit.Effect {
	payload := &messages.Effect{What: &messages.Effect_CreateCampaign{CreateCampaign: &messages.CreateCampaign{Name: "one"}}}
	return actorkit.Effect{ID: id, Courier: "meta", Kind: "create_campaign", Subject: campaign.ID, Payload: payload}
}

func (s *suite) newActorHasNothing() {
	act := s.activate(campaign)
	if act.Epoch < 1 || act.Version != 0 || act.State != nil || len(act.Alarms) != 0 {
		s.Errorf("a new actor has %+v", act)
	}
}

func (s *suite) commitIsLoaded() {
	c := s.first(campaign)
	at := suiteNow.Add(time.Hour)
	c.State, c.Alarms, c.NextDue = []byte("state"), map[string]time.Time{"monitor": at}, at
	c.Audit = []actorkit.Audit{{Action: "campaign_planned", Subject: campaign.ID, Reason: "it qualified", Figures: []actorkit.Figure{{Name: "score", Value: "81"}}}}
	s.commit(c)
	act := s.activate(campaign)
	s.equal("state", string(act.State), "state")
	s.equal("alarms", act.Alarms, c.Alarms)
	s.equal("version", act.Version, c.Version)
	if act.Epoch <= c.Epoch {
		s.Errorf("epoch %d does not follow %d", act.Epoch, c.Epoch)
	}
}

func (s *suite) epochsFence() {
	old := s.first(campaign)
	fresh := s.first(campaign)
	old.State, fresh.State = []byte("old"), []byte("fresh")
	err := s.store.Commit(s.ctx, old)
	if fault.KindOf(err) != fault.Refused || fault.CodeOf(err) != actorkit.StaleEpoch {
		s.Errorf("commit of an old epoch: %v", err)
	}
	s.commit(fresh)
	s.equal("state", string(s.activate(campaign).State), "fresh")
}

func (s *suite) nilStateLeavesTheSnapshot() {
	c := s.first(campaign)
	c.State = []byte("kept")
	s.commit(c)
	c.State, c.Version = nil, c.Version+1
	s.commit(c)
	act := s.activate(campaign)
	s.equal("state", string(act.State), "kept")
	s.equal("version", act.Version, c.Version)
}

func (s *suite) emptyStateIsAState() {
	c := s.first(campaign)
	c.State = []byte{}
	s.commit(c)
	if act := s.activate(campaign); act.State == nil || len(act.State) != 0 {
		s.Errorf("an empty snapshot was loaded as %#v", act.State)
	}
}

func (s *suite) alarmsAreReplaced() {
	c := s.first(campaign)
	c.Alarms = map[string]time.Time{"monitor": suiteNow, "decide": suiteNow.Add(time.Hour)}
	c.NextDue = suiteNow
	s.commit(c)
	c.Alarms, c.NextDue, c.Version = map[string]time.Time{"decide": suiteNow.Add(2 * time.Hour)}, suiteNow.Add(2*time.Hour), c.Version+1
	s.commit(c)
	act := s.activate(campaign)
	s.equal("alarms", act.Alarms, c.Alarms)
	c.Epoch = act.Epoch
	c.Alarms, c.NextDue, c.Version = nil, time.Time{}, c.Version+1
	s.commit(c)
	if act := s.activate(campaign); len(act.Alarms) != 0 {
		s.Errorf("alarms %v are left", act.Alarms)
	}
}

func (s *suite) overdueListsActorsByDueTime() {
	for i, key := range []actorkit.Key{treasury, campaign} {
		c := s.first(key)
		at := suiteNow.Add(time.Duration(i) * time.Hour)
		c.Alarms, c.NextDue = map[string]time.Time{"look": at}, at
		s.commit(c)
	}
	s.first(actorkit.Key{Kind: "scout", ID: "main"}) // activated, never saved
	s.equal("before the first", s.overdue(suiteNow.Add(-time.Second)), []actorkit.Key(nil))
	s.equal("between", s.overdue(suiteNow.Add(time.Minute)), []actorkit.Key{treasury})
	got := s.overdue(suiteNow.Add(2 * time.Hour))
	if len(got) != 2 {
		s.Errorf("after the last: %v", got)
	}
}

func (s *suite) refusedCommitWritesNothing() {
	old := s.first(campaign)
	s.activate(campaign)
	waiting := s.first(treasury)
	waiting.Tells = []actorkit.Message{tellOf(treasury, "waits")}
	s.commit(waiting)
	old.State, old.Tells, old.Effects = []byte("x"), []actorkit.Message{tellOf(campaign, "r1")}, []actorkit.Effect{effectOf("eff_1")}
	old.Alarms, old.NextDue, old.Handled = map[string]time.Time{"monitor": suiteNow}, suiteNow, []string{waiting.Tells[0].ID}
	if err := s.store.Commit(s.ctx, old); err == nil {
		s.Fatal("a stale commit was accepted")
	}
	act := s.activate(campaign)
	if act.State != nil || len(act.Alarms) != 0 || act.Version != 0 {
		s.Errorf("a refused commit left %+v", act)
	}
	s.equal("messages", s.ids(s.undelivered()), []string{waiting.Tells[0].ID})
	if got := s.couriers(); len(got) != 0 {
		s.Errorf("couriers %v have work", got)
	}
}

func (s *suite) tellsAreKeptUntilHandled() {
	c := s.first(campaign)
	c.Tells = []actorkit.Message{tellOf(campaign, "r1")}
	s.commit(c)
	early, err := s.ledger.Undelivered(s.ctx, suiteNow.Add(-time.Second))
	if err != nil || len(early) != 0 {
		s.Errorf("before it was stored: %v, %v", early, err)
	}
	got := s.undelivered()
	if len(got) != 1 {
		s.Fatalf("%d messages wait, want 1", len(got))
	}
	s.equal("id", got[0].ID, c.Tells[0].ID)
	s.equal("from", got[0].From, campaign)
	s.equal("to", got[0].To, treasury)
	if !proto.Equal(got[0].Msg, c.Tells[0].Msg) {
		s.Errorf("message %v, want %v", got[0].Msg, c.Tells[0].Msg)
	}
	stale := actorkit.Fence{Key: treasury, Epoch: s.activate(treasury).Epoch}
	by := actorkit.Fence{Key: treasury, Epoch: s.activate(treasury).Epoch}
	if err := s.store.Handled(s.ctx, stale, got[0].ID); fault.CodeOf(err) != actorkit.StaleEpoch || len(s.undelivered()) != 1 {
		s.Errorf("an activation that was succeeded forgot a message: %v", err)
	}
	for range 2 { // forgetting twice is no error
		if err := s.store.Handled(s.ctx, by, got[0].ID); err != nil {
			s.Fatal(err)
		}
	}
	s.equal("messages", s.ids(s.undelivered()), []string{})
}

func (s *suite) tellsKeepTheirOrder() {
	c := s.first(campaign)
	var want []string
	for _, id := range []string{"z", "a", "m", "b"} {
		c.Tells = append(c.Tells, tellOf(campaign, id))
		want = append(want, tellOf(campaign, id).ID)
	}
	s.commit(c)
	s.equal("messages", s.ids(s.undelivered()), want)
}

func (s *suite) commitForgetsWhatItHandled() {
	sender := s.first(campaign)
	sender.Tells = []actorkit.Message{tellOf(campaign, "r1"), tellOf(campaign, "r2"), tellOf(campaign, "r3")}
	s.commit(sender)
	receiver := s.first(treasury)
	receiver.State, receiver.Handled = []byte("released"), []string{sender.Tells[0].ID, sender.Tells[2].ID}
	s.commit(receiver)
	s.equal("messages", s.ids(s.undelivered()), []string{sender.Tells[1].ID})
}

func (s *suite) sameMessageTwiceIsStoredOnce() {
	c := s.first(campaign)
	c.Tells = []actorkit.Message{tellOf(campaign, "r1"), tellOf(campaign, "r1")}
	s.commit(c)
	c.Version++
	s.commit(c)
	s.equal("messages", s.ids(s.undelivered()), []string{c.Tells[0].ID})
}

func (s *suite) handledMessageCanBeStoredAgain() {
	c := s.first(campaign)
	c.Tells = []actorkit.Message{tellOf(campaign, "r1")}
	s.commit(c)
	if err := s.store.Handled(s.ctx, actorkit.Fence{Key: campaign, Epoch: c.Epoch}, c.Tells[0].ID); err != nil {
		s.Fatal(err)
	}
	c.Version++
	s.commit(c)
	s.equal("messages", s.ids(s.undelivered()), []string{c.Tells[0].ID})
}

func (s *suite) sameEffectTwiceIsStoredOnce() {
	c := s.first(campaign)
	c.Effects = []actorkit.Effect{effectOf("eff_1")}
	s.commit(c)
	c.Version++
	s.commit(c)
	s.equal("couriers", s.couriers(), []string{"meta"})
}

func (s *suite) effectsWaitForTheirCourier() {
	c := s.first(campaign)
	first, second := effectOf("eff_1"), effectOf("eff_2")
	second.Courier = "crm"
	c.Effects = []actorkit.Effect{first, second, effectOf("eff_3")}
	s.commit(c)
	s.equal("couriers", s.couriers(), []string{"crm", "meta"})
}

func (s *suite) cancelledContextIsNoBug() {
	ctx, cancel := context.WithCancel(s.ctx)
	cancel()
	if _, err := s.store.Activate(ctx, campaign); err == nil || fault.KindOf(err) == fault.Bug {
		s.Errorf("activate with a cancelled context: %v of kind %s", err, fault.KindOf(err))
	}
	c := s.first(campaign)
	if err := s.store.Commit(ctx, c); err == nil || fault.KindOf(err) == fault.Bug || fault.KindOf(err) == fault.Refused {
		s.Errorf("commit with a cancelled context: %v of kind %s", err, fault.KindOf(err))
	}
}
