package ceo

import (
	"errors"
	"testing"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/facts"
	"github.com/agente-ceo/agente-ceo/messages"
)

func freeze(id string) *messages.Freeze {
	return &messages.Freeze{FreezeId: id, By: "ana@example.com", Reason: "wrong prices"}
}

func unfreeze(id string) *messages.Unfreeze {
	return &messages.Unfreeze{UnfreezeId: id, By: "root@example.com", Reason: "prices corrected"}
}

func (b *bundle) lastControl() facts.Control {
	var last facts.Control
	for _, f := range b.Facts() {
		if c, ok := f.(facts.Control); ok {
			last = c
		}
	}
	return last
}

func TestFreeze_PausesEverythingAndUnfreezeResumesIt(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.opened("cmp_1", "prd_a", "meta")
	b.opened("cmp_2", "prd_b", "tiktok")
	b.ready("prd_c", 80_000)
	wantAccepted(t, b.Ask(Key, freeze("frz_1")), "frz_1")
	wantAccepted(t, b.Ask(Key, freeze("frz_1")), "frz_1")
	if n := len(told[*messages.PauseCampaign](b, "campaign")); n != 2 {
		t.Fatalf("%d campaigns paused, want 2", n)
	}
	if state := b.control(); !state.Frozen || state.By != "ana@example.com" || state.AtMs != start.UnixMilli() || state.OpenCampaigns != 2 {
		t.Errorf("control is %v", state)
	}
	if row := b.lastControl(); !row.Frozen || row.Reason != "wrong prices" || row.At != start {
		t.Errorf("the row of control is %+v", row)
	}
	b.opened("cmp_3", "prd_c", "meta") // was under way
	if n := len(told[*messages.PauseCampaign](b, "campaign")); n != 3 {
		t.Errorf("%d campaigns paused, want the late one too", n)
	}
	b.Advance(3 * time.Hour)
	b.wantLaunches()
	b.send(&messages.CampaignClosed{CampaignId: "cmp_2"})
	wantAccepted(t, b.Ask(Key, unfreeze("unf_1")), "unf_1")
	wantAccepted(t, b.Ask(Key, unfreeze("unf_1")), "unf_1")
	resumed := told[*messages.ResumeCampaign](b, "campaign")
	if len(resumed) != 2 {
		t.Errorf("%d campaigns resumed, want the two that are still open", len(resumed))
	}
	if row := b.lastControl(); row.Frozen || row.By != "root@example.com" {
		t.Errorf("the row of control is %+v", row)
	}
	b.Advance(5 * time.Minute)
	b.wantLaunches("prd_c meta tiktok")
}

func TestFreeze_AgainPausesAgain(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.opened("cmp_1", "prd_a", "meta")
	b.Ask(Key, freeze("frz_1"))
	b.Advance(time.Hour)
	wantAccepted(t, b.Ask(Key, &messages.Freeze{FreezeId: "frz_2", By: "treasurer", Reason: "breach"}), "frz_2")
	if n := len(told[*messages.PauseCampaign](b, "campaign")); n != 2 {
		t.Errorf("told to pause %d times, want twice", n)
	}
	if state := b.control(); state.By != "ana@example.com" || state.AtMs != start.UnixMilli() {
		t.Errorf("the second freeze took the first one's place: %v", state)
	}
}

func TestFreeze_NeedsNoId(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.Ask(Key, freeze(""))
	if !b.control().Frozen {
		t.Error("an emergency was refused for want of an id")
	}
}

// The brake is pulled before anything is written, and let go after all is.
func TestFreeze_PullsTheBrake(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.Tell(Key, &messages.Wake{})
	b.FailNextCommit()
	_, _ = b.TryAsk(Key, freeze("frz_1"))
	if !b.pedal.pulled {
		t.Fatal("the brake waits for the database")
	}
	b.Advance(10 * time.Minute)
	wantAccepted(t, b.Ask(Key, freeze("frz_2")), "frz_2")
	b.FailNextCommit()
	_, _ = b.TryAsk(Key, unfreeze("unf_1"))
	if !b.pedal.pulled {
		t.Fatal("the brake was let go before that was written")
	}
	b.Advance(10 * time.Minute)
	wantAccepted(t, b.Ask(Key, unfreeze("unf_1")), "unf_1")
	if b.pedal.pulled {
		t.Error("the brake is still pulled")
	}
}

// A brake that was pulled while the database was away is an administrator's to let go, although no row says that spending is frozen.
func TestUnfreeze_LetsGoABrakeThatWasPulledAlone(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.pedal.pulled = true
	wantAccepted(t, b.Ask(Key, unfreeze("unf_1")), "unf_1")
	if b.pedal.pulled {
		t.Error("the brake is still pulled")
	}
}

func TestFreeze_PullsTheBrakeAfterARestart(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.Ask(Key, freeze("frz_1"))
	b.pedal.pulled = false // a new process whose file is gone
	b.Restart()
	b.control()
	if !b.pedal.pulled {
		t.Error("a restart let spending go on")
	}
}

func TestUnfreeze_SaysWhenTheBrakeIsStuck(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.Ask(Key, freeze("frz_1"))
	b.pedal.stuck = errors.New("read-only file system")
	wantRefusal(t, b.Ask(Key, unfreeze("unf_1")), "brake_stuck")
	b.pedal.stuck = nil
	wantAccepted(t, b.Ask(Key, unfreeze("unf_1")), "unf_1")
	if b.pedal.pulled {
		t.Error("the brake is still pulled")
	}
}

func TestUnfreeze_Refuses(t *testing.T) {
	t.Parallel()
	b := setup(t)
	wantRefusal(t, b.Ask(Key, unfreeze("unf_1")), "not_frozen")
	b.Ask(Key, freeze("frz_1"))
	wantRefusal(t, b.Ask(Key, unfreeze("")), "unfreeze_id_missing")
	if !b.control().Frozen {
		t.Error("a refused command unfroze")
	}
}

func TestCeo_SurvivesRestart(t *testing.T) {
	t.Parallel()
	for name, fail := range map[string]func(*bundle){
		"BeforeRecord":          func(b *bundle) { b.FailNextCommit() },
		"BetweenRecordAndReply": func(b *bundle) { b.LoseNextCommit() },
		"OnTheMessage":          func(b *bundle) { b.Crash(Key) },
		"WholeProcess":          func(b *bundle) { b.Restart() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			b.Tell(Key, &messages.Wake{})
			fail(b)
			b.opened("cmp_1", "prd_x", "meta")
			b.Advance(10 * time.Minute)
			fail(b)
			b.ready("prd_a", 80_000)
			b.Advance(20 * time.Minute)
			b.wantLaunches("prd_a meta tiktok")
			fail(b)
			_, _ = b.TryAsk(Key, freeze("frz_1"))
			b.Advance(10 * time.Minute)
			wantAccepted(t, b.Ask(Key, freeze("frz_1")), "frz_1")
			if n := len(told[*messages.PauseCampaign](b, "campaign")); n != 1 {
				t.Errorf("told to pause %d times, want once", n)
			}
			b.Restart()
			if !b.control().Frozen {
				t.Error("the switch did not stay as it was set")
			}
		})
	}
}

func TestCeo_RaisesAlertsForFailedActors(t *testing.T) {
	t.Parallel()
	b := setup(t)
	failed := func(restarts int64, stopped bool) {
		b.Tell(Key, &messages.ActorFailed{Kind: "campaign", Id: "cmp_1", Error: "boom", Restarts: restarts, Stopped: stopped})
	}
	for n := range int64(5) {
		failed(n, false)
	}
	failed(10, true)
	var alerts []facts.Alert
	for _, f := range b.Facts() {
		if a, ok := f.(facts.Alert); ok {
			alerts = append(alerts, a)
		}
	}
	if len(alerts) != 2 || alerts[0].Severity != "warning" || alerts[1].Severity != "critical" || alerts[1].Kind != "actor_stopped" || alerts[1].Subject != "campaign/cmp_1" {
		t.Errorf("alerts %+v, want a warning at the third restart and a critical one at the stop", alerts)
	}
}

func TestCeo_RefusesWhatItDoesNotKnow(t *testing.T) {
	t.Parallel()
	wantRefusal(t, setup(t).Ask(Key, &messages.RunScout{}), "unhandled")
}
