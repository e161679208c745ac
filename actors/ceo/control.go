package ceo

import (
	"slices"
	"strconv"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/agente-ceo/agente-ceo/domain/facts"
	"github.com/agente-ceo/agente-ceo/domain/id"
	"github.com/agente-ceo/agente-ceo/messages"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
)

// treasurer grants nothing while spending is frozen, whoever asks.
var treasurer = actorkit.Key{Kind: "treasurer", ID: "main"}

// onFreeze stops all spending. Each new freeze pauses everything again, also when frozen already: an emergency button that is pressed
// twice does its work twice.
func (a *Actor) onFreeze(c actor.Context, m *messages.Freeze) {
	freezeID := m.FreezeId
	if freezeID == "" {
		// An emergency is never refused for want of an id.
		freezeID = id.Derive(id.Message, "freeze", a.kit.Now().Format(time.RFC3339Nano))
	}
	if a.done(freezeID) {
		a.kit.Reply(c, &messages.Accepted{Id: freezeID})
		return
	}
	stuck := a.deps.Brake.Pull(freezeID, m.By, m.Reason, a.kit.Now()) // before the commit, which may have to wait for the database
	next, ch := a.next(), actorkit.Change{}
	markDone(next, freezeID)
	if !next.Frozen {
		next.Frozen, next.FrozenBy, next.FrozenReason, next.FrozenAtMs = true, m.By, m.Reason, a.kit.Now().UnixMilli()
	}
	for _, open := range next.Campaigns {
		if !slices.Contains(next.FrozenCampaigns, open.CampaignId) {
			next.FrozenCampaigns = append(next.FrozenCampaigns, open.CampaignId)
		}
		ch.Tells = append(ch.Tells, pause(open.CampaignId, freezeID, m.Reason))
	}
	ch.Tells = append(ch.Tells, actorkit.Tell{To: treasurer, Msg: &messages.Freeze{FreezeId: freezeID, By: m.By, Reason: m.Reason}})
	ch.Facts = []facts.Fact{a.controlRow(next)}
	ch.Audit = []actorkit.Audit{{
		Action: "spending_frozen", Subject: Key.String(), Reason: m.Reason, By: m.By,
		Expected: "Every campaign is paused, and nothing is launched until an administrator resumes.",
		Figures:  []actorkit.Figure{{Name: "open_campaigns", Value: number(len(next.Campaigns))}},
	}}
	if stuck != nil { // the row of control still keeps spending frozen over a restart
		ch.Audit[0].Figures = append(ch.Audit[0].Figures, actorkit.Figure{Name: "brake", Value: stuck.Error()})
	}
	a.commit(c, next, ch)
	a.kit.Reply(c, &messages.Accepted{Id: freezeID})
}

func pause(campaignID, cause, reason string) actorkit.Tell {
	return actorkit.Tell{To: campaign(campaignID), Msg: &messages.PauseCampaign{
		CommandId: id.Derive(id.Message, cause, campaignID, "pause"), By: "ceo", Reason: "All spending is frozen: " + reason,
	}}
}

func campaign(campaignID string) actorkit.Key { return actorkit.Key{Kind: "campaign", ID: campaignID} }

// onUnfreeze lets the campaigns that the switch paused go on. Each reserves its budget anew before it delivers.
func (a *Actor) onUnfreeze(c actor.Context, m *messages.Unfreeze) {
	switch {
	case m.UnfreezeId != "" && a.done(m.UnfreezeId):
		a.release(c, m.UnfreezeId)
		return
	case m.UnfreezeId == "":
		a.kit.Reply(c, &messages.Refusal{Code: "unfreeze_id_missing", Text: "The command needs an id, so that repeating it does not undo a later freeze."})
		return
	case !a.state.Frozen && a.deps.Brake.Refusal() == nil:
		a.kit.Reply(c, &messages.Refusal{Code: "not_frozen", Text: "Spending is not frozen."})
		return
	}
	next := a.next()
	markDone(next, m.UnfreezeId)
	ch := actorkit.Change{Audit: []actorkit.Audit{{
		Action: "spending_resumed", Subject: Key.String(), Reason: m.Reason, By: m.By,
		Expected: "Campaigns that the freeze paused deliver again once their budgets are reserved.",
		Figures: []actorkit.Figure{{Name: "campaigns", Value: number(len(next.FrozenCampaigns))},
			{Name: "frozen_since", Value: time.UnixMilli(next.FrozenAtMs).UTC().Format(time.RFC3339)}, {Name: "frozen_by", Value: next.FrozenBy}},
	}}}
	for _, campaignID := range next.FrozenCampaigns {
		ch.Tells = append(ch.Tells, actorkit.Tell{To: campaign(campaignID), Msg: &messages.ResumeCampaign{
			CommandId: id.Derive(id.Message, m.UnfreezeId, campaignID, "resume"), By: "ceo", Reason: "Spending is no longer frozen.",
		}})
	}
	// The purse opens before anybody asks it for money again.
	ch.Tells = slices.Insert(ch.Tells, 0, actorkit.Tell{To: treasurer, Msg: &messages.Unfreeze{UnfreezeId: m.UnfreezeId, By: m.By, Reason: m.Reason}})
	next.Frozen, next.FrozenBy, next.FrozenReason, next.FrozenAtMs, next.FrozenCampaigns = false, m.By, m.Reason, a.kit.Now().UnixMilli(), nil
	ch.Facts = []facts.Fact{a.controlRow(next)}
	a.soon(next, &ch)
	a.commit(c, next, ch)
	a.release(c, m.UnfreezeId)
}

// release lets the process spend again, after the commit that says so, unless spending was frozen once more since.
func (a *Actor) release(c actor.Context, unfreezeID string) {
	if a.state.Frozen {
		a.kit.Reply(c, &messages.Accepted{Id: unfreezeID})
		return
	}
	if err := a.deps.Brake.Release(); err != nil {
		a.kit.Reply(c, &messages.Refusal{Code: "brake_stuck", Text: "Spending stays frozen: " + err.Error()})
		return
	}
	a.kit.Reply(c, &messages.Accepted{Id: unfreezeID})
}

// control is the switch now; by, reason and time are of its last change.
func (a *Actor) control() *messages.ControlState {
	s := a.state
	return &messages.ControlState{Frozen: s.Frozen, By: s.FrozenBy, Reason: s.FrozenReason, AtMs: s.FrozenAtMs, OpenCampaigns: int64(len(s.Campaigns))}
}

func (a *Actor) controlRow(s *messages.CEOState) facts.Fact {
	at := a.kit.Now()
	if s.FrozenAtMs != 0 {
		at = time.UnixMilli(s.FrozenAtMs).UTC()
	}
	return facts.Control{Frozen: s.Frozen, By: s.FrozenBy, Reason: s.FrozenReason, At: at}
}

const (
	warnAfter = 3  // restarts
	warnEvery = 20 // restarts, after that
)

// onFailed raises an alert for an actor that was stopped, and a warning for one that keeps restarting. Single restarts are the
// supervisor's daily work and are counted in the metrics.
func (a *Actor) onFailed(c actor.Context, m *messages.ActorFailed) {
	name := m.Kind + "/" + m.Id
	alert := facts.Alert{ID: id.Derive(id.Alert, "actor_stopped", name), Kind: "actor_stopped", Subject: name, Detail: m.Error, At: a.kit.Now()}
	entry := actorkit.Audit{Subject: name, Reason: m.Error, Figures: []actorkit.Figure{{Name: "restarts", Value: strconv.FormatInt(m.Restarts, 10)}}}
	switch {
	case m.Stopped:
		alert.Severity, alert.Title = "critical", "Actor "+name+" was stopped"
		entry.Action, entry.Expected = "actor_stopped", "A person looks into it; it starts again with the process."
	case m.Restarts == warnAfter || (m.Restarts > 0 && m.Restarts%warnEvery == 0):
		alert.Severity, alert.Title = "warning", "Actor "+name+" keeps restarting"
		entry.Action, entry.Expected = "actor_unstable", "It is restarted, each time after a longer pause."
	default:
		return
	}
	a.kit.Commit(c, actorkit.Change{Facts: []facts.Fact{alert}, Audit: []actorkit.Audit{entry}})
}
