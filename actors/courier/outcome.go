package courier

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/asynkron/protoactor-go/actor"
	"google.golang.org/protobuf/proto"

	"github.com/agente-ceo/agente-ceo/domain/delivery"
	"github.com/agente-ceo/agente-ceo/domain/facts"
	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/domain/id"
	"github.com/agente-ceo/agente-ceo/messages"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
)

// maxText bounds what the other side's error texts may take in messages and rows.
const maxText = 500

// onPerformed records how an attempt ended, together with the answer if it is over and the beginning of what follows, and goes on.
func (a *Actor) onPerformed(c actor.Context, m *performed) {
	a.busy = false
	now, v := a.kit.Now(), m.attempt.verdict
	text := clip(textOf(m.attempt.err))
	wasOpen := a.breaker.Open()
	if !m.attempt.unsent { // what was not sent says nothing of the account
		a.breaker = a.breaker.After(a.deps.Policy(), now, v, text)
	}
	a.count(m.effect.ID, v)
	if v.Throttled {
		a.restUntil = now.Add(min(v.Wait, throttlePause))
	}
	if v.State.Final() {
		a.done(m.effect.ID)
	} else {
		a.forget()
	}
	following, follows := a.follows(now)
	change := a.outcome(m, text)
	if v.Exhausted && v.Failed == a.deps.Policy().Tries {
		change.Facts = append(change.Facts, a.effectAlert(m.effect, text))
	}
	if a.breaker.Open() && !wasOpen {
		change.Facts = append(change.Facts, a.accountAlert())
	}
	if follows {
		change.Begin = following.ID
	}
	if err := a.kit.TryCommit(c, change); err != nil {
		a.lostTheRace(c, m, err)
		return
	}
	a.deps.Metrics.outcome(a.kit.Key().ID, m.effect.Kind, string(v.State))
	a.deps.Metrics.open(a.kit.Key().ID, a.breaker.Open())
	if follows {
		a.perform(c, following, nil)
		return
	}
	a.next(c)
}

// outcome is what is committed of an attempt: what became of the effect, its line in the audit log, and the answer or the next attempt.
func (a *Actor) outcome(m *performed, text string) actorkit.Change {
	v := m.attempt.verdict
	change := actorkit.Change{
		State: a.state(),
		Outcomes: []actorkit.Outcome{{
			EffectID: m.effect.ID, State: string(v.State), Error: text, Receipt: receiptOf(m.attempt.receipt), Won: a.won(m.effect, m.attempt),
		}},
		Audit: []actorkit.Audit{auditOf(m.effect, m.attempt, text)},
	}
	if m.attempt.twin != "" {
		change.Audit = append(change.Audit, a.twinAudit(m))
		change.Facts = append(change.Facts, a.twinAlert(m))
	}
	if v.State.Final() {
		if !unasked(m.effect, v.State) {
			change.Tells = []actorkit.Tell{{To: m.effect.ReplyTo, Msg: answerOf(m.effect, m.attempt, text)}}
		}
		return change
	}
	next := a.kit.Now().Add(v.Wait)
	if next.Before(a.breaker.OpenUntil) {
		next = a.breaker.OpenUntil
	}
	change.Outcomes[0].NextAttempt = next
	change.Schedule = a.alarmBy(next)
	return change
}

// lostTheRace records an attempt once more whose entity is not the one that won: the answer then names the winner. Every other refusal of
// the store is a bug.
func (a *Actor) lostTheRace(c actor.Context, m *performed, err error) {
	if fault.CodeOf(err) != actorkit.AnotherWon || m.attempt.twin != "" {
		panic(err)
	}
	a.yield(m)
	a.performed-- // it is counted again
	a.onPerformed(c, m)
}

func (a *Actor) count(effectID string, v delivery.Verdict) {
	switch {
	case v.State.Final():
		a.performed++
		delete(a.tries, effectID)
	case v.Failed > 0:
		a.tries[effectID] = int64(v.Failed)
	}
}

// alarmBy moves the alarm forward to at if it is later or not set.
func (a *Actor) alarmBy(at time.Time) []actorkit.Alarm {
	if due, armed := a.kit.Alarm(nextAlarm); armed && !due.After(at) {
		return nil
	}
	return []actorkit.Alarm{{Name: nextAlarm, At: at}}
}

// unasked reports whether nobody waits for this answer: a notice that was sent is of interest to the outbox alone.
func unasked(e actorkit.PendingEffect, state delivery.State) bool {
	payload, ok := e.Payload.(*messages.Effect)
	return ok && payload.Quiet && state == delivery.Done
}

func answerOf(e actorkit.PendingEffect, done attempt, text string) *messages.EffectPerformed {
	answer := &messages.EffectPerformed{
		EffectId: e.ID, Kind: e.Kind, Subject: e.Subject, Outcome: string(done.verdict.State),
		Receipt: done.receipt, Attempts: int64(e.Attempts) + 1,
	}
	if done.err != nil {
		answer.Code, answer.Text, answer.Receipt = fault.CodeOf(done.err), text, nil
	}
	return answer
}

func auditOf(e actorkit.PendingEffect, done attempt, text string) actorkit.Audit {
	entry := actorkit.Audit{
		Action: "effect_" + string(done.verdict.State), Subject: e.Subject, Reason: text,
		Figures: []actorkit.Figure{
			{Name: "effect", Value: e.ID}, {Name: "kind", Value: e.Kind}, {Name: "attempt", Value: strconv.Itoa(e.Attempts + 1)},
		},
	}
	switch {
	case done.err != nil:
		entry.Figures = append(entry.Figures, actorkit.Figure{Name: "code", Value: fault.CodeOf(done.err)})
		switch {
		case done.verdict.Terminal:
			entry.Expected = "It waits until the account works again."
		case !done.verdict.State.Final():
			entry.Expected = fmt.Sprintf("It is tried again in %s.", done.verdict.Wait.Round(time.Second))
		}
	case done.found:
		entry.Reason = "It had been done before; its answer was lost."
	default:
		entry.Reason = "The other side confirms it."
	}
	if r := done.receipt; r != nil {
		entry.Figures = append(entry.Figures, actorkit.Figure{Name: "external_id", Value: r.ExternalId}, actorkit.Figure{Name: "status", Value: r.Status})
	}
	return entry
}

func (a *Actor) twinAudit(m *performed) actorkit.Audit {
	return actorkit.Audit{
		Action: "twin_found", Subject: m.effect.Subject, Reason: "It was created twice; the one that was recorded first counts.",
		Expected: "The other one stays paused and is removed.",
		Figures:  []actorkit.Figure{{Name: "effect", Value: m.effect.ID}, {Name: "winner", Value: m.attempt.receipt.ExternalId}, {Name: "twin", Value: m.attempt.twin}},
	}
}

func (a *Actor) twinAlert(m *performed) facts.Alert {
	return facts.Alert{
		ID: id.Derive(id.Alert, "twin", m.effect.ID, m.attempt.twin), Kind: "orphan", Severity: "warning", Subject: m.effect.Subject,
		Title: "Something was created twice on " + a.kit.Key().ID, Detail: m.attempt.twin + " stays paused and is removed.", At: a.kit.Now(),
	}
}

func (a *Actor) effectAlert(e actorkit.PendingEffect, text string) facts.Alert {
	return facts.Alert{
		ID: id.Derive(id.Alert, "api_failure", e.ID), Kind: "api_failure", Severity: "critical", Subject: e.Subject,
		Title: fmt.Sprintf("%s could not %s", a.kit.Key().ID, e.Kind), Detail: text, At: a.kit.Now(),
	}
}

func (a *Actor) accountAlert() facts.Alert {
	title := a.kit.Key().ID + " does not answer; its work waits"
	if a.breaker.Terminal {
		title = a.kit.Key().ID + " is closed to us until a person acts; its work waits"
	}
	return facts.Alert{
		ID: a.accountAlertID(), Kind: "api_failure", Severity: "critical", Subject: a.kit.Key().ID,
		Title: title, Detail: a.breaker.Reason, At: a.kit.Now(),
	}
}

func (a *Actor) accountResolved() facts.AlertResolved {
	return facts.AlertResolved{ID: a.accountAlertID(), At: a.kit.Now()}
}

func (a *Actor) accountAlertID() string { return id.Derive(id.Alert, "account", a.kit.Key().ID) }

func receiptOf(r *messages.Receipt) []byte {
	if r == nil {
		return nil
	}
	out, err := proto.MarshalOptions{Deterministic: true}.MarshalAppend([]byte{}, r)
	if err != nil {
		panic(fmt.Errorf("write the receipt: %w", err)) // only text that is not UTF-8 does that; the adapters read text as such
	}
	return out
}

// textOf is what an error says, without what only classifies it.
func textOf(err error) string {
	if err == nil {
		return ""
	}
	var e *fault.Error
	if errors.As(err, &e) && e.Text == "" && e.Err != nil {
		return e.Code + ": " + e.Err.Error()
	}
	return err.Error()
}

func clip(text string) string {
	if len(text) > maxText {
		text = text[:maxText]
	}
	if !utf8.ValidString(text) {
		return string([]rune(text))
	}
	return text
}

// load and state map the snapshot.
func (a *Actor) load(s *messages.CourierState) {
	a.performed, a.tries, a.sweeps, a.orphans = s.Performed, map[string]int64{}, s.Sweeps, nil
	for _, o := range s.Orphans {
		a.orphans = append(a.orphans, delivery.Orphan{ExternalID: o.ExternalId, Name: o.Name, FirstSeen: time.UnixMilli(o.FirstSeenMs).UTC()})
	}
	for _, t := range s.Tries {
		a.tries[t.EffectId] = t.Tries
	}
	a.breaker = delivery.Breaker{
		Failures: int(s.ConsecutiveFailures), Openings: int(s.Openings), OpenUntil: time.UnixMilli(s.OpenUntilMs).UTC(),
		OpenedAt: time.UnixMilli(s.OpenedAtMs).UTC(), Terminal: s.Terminal, Reason: s.OpenReason,
	}
}

func (a *Actor) state() *messages.CourierState {
	s := &messages.CourierState{
		ConsecutiveFailures: int64(a.breaker.Failures), Openings: int64(a.breaker.Openings), Terminal: a.breaker.Terminal,
		OpenReason: a.breaker.Reason, Performed: a.performed, Sweeps: a.sweeps,
	}
	for _, o := range a.orphans {
		s.Orphans = append(s.Orphans, &messages.Orphan{ExternalId: o.ExternalID, Name: o.Name, FirstSeenMs: o.FirstSeen.UnixMilli()})
	}
	if a.breaker.Open() {
		s.OpenUntilMs, s.OpenedAtMs = a.breaker.OpenUntil.UnixMilli(), a.breaker.OpenedAt.UnixMilli()
	}
	for effect, n := range a.tries {
		s.Tries = append(s.Tries, &messages.EffectTries{EffectId: effect, Tries: n})
	}
	slices.SortFunc(s.Tries, func(x, y *messages.EffectTries) int { return strings.Compare(x.EffectId, y.EffectId) })
	return s
}
