package approvals

import (
	"slices"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/facts"
	"github.com/agente-ceo/agente-ceo/domain/id"
	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/messages"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
)

const (
	statusExpired = "expired"
	statusVoid    = "void"
	remembered    = 200 // answers that are repeated when asked again
)

// statuses are what a person's decisions make of a question.
var statuses = map[string]string{"approve": "approved", "reject": "rejected"}

// answer is what became of a question.
type answer struct {
	status, by, reason string
	at                 time.Time
}

// refuse says why a person's answer to an open question does not count; nil when it does.
func refuse(ask *messages.AskApproval, m *messages.DecideApproval, rules Rules) *messages.Refusal {
	switch {
	case statuses[m.Decision] == "":
		return &messages.Refusal{Code: "unknown_decision", Text: "Decide approve or reject."}
	case m.By == "":
		return &messages.Refusal{Code: "approver_missing", Text: "An answer needs the name of who gives it: sign in again."}
	case m.Manifest != ask.Manifest:
		return &messages.Refusal{Code: "other_manifest", Text: "What is asked is not what you were shown. Load it again and decide on that."}
	case m.By == ask.ProposedBy:
		return &messages.Refusal{Code: "own_proposal", Text: "Who proposes does not approve: ask another approver."}
	}
	if above := rules.StepUpAbove; m.Decision == "approve" && !m.PasswordChecked && above.Positive() && above.Less(amount(ask.Amount)) {
		return &messages.Refusal{Code: "password_required", Text: "Approving more than " + above.String() + " a day needs the password again."}
	}
	return nil
}

func expired(p *messages.PendingApproval, now time.Time) bool {
	return p.Ask.ExpiresAtMs > 0 && p.Ask.ExpiresAtMs <= now.UnixMilli()
}

func firstExpiry(s *messages.ApprovalsState) (time.Time, bool) {
	var first int64
	for _, p := range s.Pending {
		if at := p.Ask.ExpiresAtMs; at > 0 && (first == 0 || at < first) {
			first = at
		}
	}
	return time.UnixMilli(first).UTC(), first > 0
}

// settle takes a question off the state and adds to the change all that its answer brings about. Only a withdrawn question is not
// answered to who asked: it was they who withdrew it.
func settle(next *messages.ApprovalsState, ch *actorkit.Change, p *messages.PendingApproval, given answer) {
	ask := p.Ask
	next.Pending = slices.DeleteFunc(next.Pending, func(o *messages.PendingApproval) bool { return o.Ask.ApprovalId == ask.ApprovalId })
	remember(next, &messages.DecidedApproval{ApprovalId: ask.ApprovalId, Status: given.status, By: given.by, Manifest: ask.Manifest})
	ch.Facts = append(ch.Facts, row(p, given), facts.AlertResolved{ID: alertID(ask.ApprovalId), At: given.at})
	ch.Audit = append(ch.Audit, actorkit.Audit{
		Action: "approval_" + given.status, Subject: subject(ask), Reason: given.reason, By: given.by,
		Figures: []actorkit.Figure{{Name: "approval", Value: ask.ApprovalId}, {Name: "asked", Value: ask.Summary}, {Name: "manifest", Value: ask.Manifest}},
	})
	if given.status == statusVoid {
		return
	}
	ch.Tells = append(ch.Tells, actorkit.Tell{
		To: actorkit.Key{Kind: ask.RequesterKind, ID: ask.RequesterId},
		Msg: &messages.ApprovalDecided{
			ApprovalId: ask.ApprovalId, Approved: given.status == "approved", Manifest: ask.Manifest, By: given.by, Reason: given.reason,
		},
	})
}

func remember(next *messages.ApprovalsState, d *messages.DecidedApproval) {
	next.Decided = append(next.Decided, d)
	if extra := len(next.Decided) - remembered; extra > 0 {
		next.Decided = next.Decided[extra:]
	}
}

// revoked is the change that takes back an approval that was given and not used. Who asked knows: it is they who take it back.
func revoked(d *messages.DecidedApproval, reason string, now time.Time) actorkit.Change {
	return actorkit.Change{
		Facts: []facts.Fact{facts.ApprovalVoided{ID: d.ApprovalId, Reason: reason, At: now}},
		Audit: []actorkit.Audit{{
			Action: "approval_void", Subject: d.ApprovalId, Reason: reason, Expected: "It allows nothing any more; what is still wanted is asked anew.",
			Figures: []actorkit.Figure{{Name: "approval", Value: d.ApprovalId}, {Name: "approved_by", Value: d.By}, {Name: "manifest", Value: d.Manifest}},
		}},
	}
}

func asked(p *messages.PendingApproval) actorkit.Audit {
	return actorkit.Audit{
		Action: "approval_asked", Subject: subject(p.Ask), Reason: p.Ask.Why, Expected: "A person approves or rejects: " + p.Ask.Summary, By: p.Ask.ProposedBy,
		Figures: []actorkit.Figure{{Name: "approval", Value: p.Ask.ApprovalId}, {Name: "amount", Value: amount(p.Ask.Amount).String()}, {Name: "manifest", Value: p.Ask.Manifest}},
	}
}

func waiting(p *messages.PendingApproval, now time.Time) []facts.Fact {
	return []facts.Fact{facts.Alert{
		ID: alertID(p.Ask.ApprovalId), Kind: "approval_waiting", Severity: "info", Subject: subject(p.Ask),
		Title: "Waiting for approval: " + p.Ask.Summary, Detail: p.Ask.Why, At: now,
	}}
}

func alertID(approvalID string) string { return id.Derive(id.Alert, "approval_waiting", approvalID) }

// subject is what the question is about: the actor that asks.
func subject(ask *messages.AskApproval) string { return ask.RequesterId }

func row(p *messages.PendingApproval, given answer) facts.Fact {
	ask := p.Ask
	proposedBy := ask.ProposedBy
	if proposedBy == "" {
		proposedBy = ask.RequesterKind + "/" + ask.RequesterId
	}
	fact := facts.Approval{
		ID: ask.ApprovalId, Subject: subject(ask), Kind: ask.Kind, Status: given.status, Summary: ask.Summary, Why: ask.Why,
		Amount: amount(ask.Amount), Manifest: ask.Manifest, Details: ask.Details, ProposedBy: proposedBy,
		DecidedBy: given.by, Reason: given.reason, RequestedAt: time.UnixMilli(p.RequestedAtMs).UTC(), DecidedAt: given.at,
	}
	if ask.ExpiresAtMs > 0 {
		fact.ExpiresAt = time.UnixMilli(ask.ExpiresAtMs).UTC()
	}
	return fact
}

func amount(m *messages.Money) money.Amount {
	return money.Minor(m.GetMinor(), money.Currency(m.GetCurrency()))
}
