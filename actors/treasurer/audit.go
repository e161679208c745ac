package treasurer

import (
	"fmt"

	"github.com/agente-ceo/agente-ceo/domain/facts"
	"github.com/agente-ceo/agente-ceo/domain/id"
	"github.com/agente-ceo/agente-ceo/domain/treasury"
	"github.com/agente-ceo/agente-ceo/messages"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
)

// auditAnswer explains a grant or a refusal by what the windows hold after it.
func auditAnswer(rules treasury.Rules, desk *treasury.Desk, ask treasury.Ask, answer treasury.Answer) actorkit.Audit {
	day, week := desk.Windows(answer.Day)
	entry := actorkit.Audit{
		Action: "budget_granted", Subject: answer.CampaignID,
		Reason:   "It fits under both caps, even if the platform delivers as much over as it may or its own limit on the account allows.",
		Expected: fmt.Sprintf("At most %s is charged on %s.", answer.WorstCase, answer.Day),
		Figures: []actorkit.Figure{
			{Name: "day", Value: string(answer.Day)},
			{Name: "asked", Value: ask.Daily.String()}, {Name: "minimum", Value: ask.Minimum.String()}, {Name: "granted", Value: answer.Granted.String()},
			{Name: "worst_case", Value: answer.WorstCase.String()},
			{Name: "held_day", Value: day.Held().String()}, {Name: "cap_day", Value: rules.Caps.Day.String()},
			{Name: "held_week", Value: week.Held().String()}, {Name: "cap_week", Value: rules.Caps.Week.String()},
		},
	}
	switch {
	case answer.Refused():
		entry.Action, entry.Reason = "budget_refused", answer.Text
		entry.Expected = "The campaign does not deliver under this budget."
		entry.Figures = append(entry.Figures, actorkit.Figure{Name: "code", Value: answer.Code})
	case answer.Partial:
		entry.Action, entry.Reason = "budget_partly_granted", "The caps leave room for a part of it."
	}
	return entry
}

// auditOutcome explains settlements, assumed reservations and breaches.
func auditOutcome(o treasury.Outcome) []actorkit.Audit {
	var out []actorkit.Audit
	for _, r := range o.Settled {
		out = append(out, actorkit.Audit{
			Action: "reservation_" + string(r.State), Subject: r.CampaignID,
			Reason:   "The platform's figure for the day is final.",
			Expected: "What was held and not charged is free again.",
			Figures: []actorkit.Figure{
				{Name: "day", Value: string(r.Day)}, {Name: "charged", Value: r.Charged.String()}, {Name: "budget", Value: r.Nominal.String()},
				{Name: "difference", Value: r.Charged.Sub(r.Nominal).String()}, {Name: "worst_case", Value: r.WorstCase.String()},
			},
		})
	}
	for _, r := range o.Assumed {
		out = append(out, actorkit.Audit{
			Action: "reservation_assumed", Subject: r.CampaignID,
			Reason:   "The campaign was neither renewed nor stopped before the day began, so it may be delivering.",
			Expected: "Nothing else is granted in its place, and it is told to stop.",
			Figures: []actorkit.Figure{
				{Name: "day", Value: string(r.Day)}, {Name: "budget", Value: r.Nominal.String()}, {Name: "worst_case", Value: r.WorstCase.String()},
			},
		})
	}
	for _, d := range o.Drifts {
		out = append(out, auditDrift(d))
	}
	for _, b := range o.Breaches {
		out = append(out, actorkit.Audit{
			Action: "cap_breached", Subject: b.Subject, Reason: b.Text, Expected: "All spending stops until a person lets it go on.",
			Figures: []actorkit.Figure{{Name: "code", Value: b.Code}, {Name: "held", Value: b.Held.String()}, {Name: "limit", Value: b.Limit.String()}},
		})
	}
	return out
}

func (a *Actor) breachAlert(b treasury.Breach) facts.Alert {
	return facts.Alert{
		ID: id.Derive(id.Alert, "cap_breach", a.kit.Key().ID, b.Code, b.Subject, a.today()), Kind: "cap_breach", Severity: "critical",
		Subject: b.Subject, Title: "Spending was stopped: more can be charged than is allowed", Detail: b.Text, At: a.kit.Now(),
	}
}

func (a *Actor) freeze(b treasury.Breach) actorkit.Tell {
	return actorkit.Tell{To: actorkit.Key{Kind: "ceo", ID: "main"}, Msg: &messages.Freeze{
		FreezeId: id.Derive("frz", a.kit.Key().ID, b.Code, b.Subject, a.today()), By: "treasurer", Reason: b.Text,
	}}
}

func (a *Actor) today() string { return string(a.deps.Rules().Calendar.Day(a.kit.Now())) }
