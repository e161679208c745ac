package treasurer

import (
	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/domain/treasury"
	"github.com/agente-ceo/agente-ceo/messages"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
)

// adjust sets the platforms' own limits to what is planned for the day, where that is worth a change.
func (g *group) adjust() {
	outcome, next := g.book.Adjust(g.rules, g.a.kit.Now()), g.a.nextReview()
	if len(outcome.Facts)+len(outcome.Changes) == 0 {
		g.decision.Postpone = append(g.decision.Postpone, next)
		return
	}
	change := &g.decision.Change
	change.Schedule = append(change.Schedule, next)
	for _, x := range outcome.Changes {
		change.Effects = append(change.Effects, actorkit.Effect{
			ID: x.ID, Courier: string(x.Platform), Kind: "set_account_ceiling", Subject: g.a.kit.Key().ID,
			Payload: &messages.Effect{What: &messages.Effect_SetAccountCeiling{SetAccountCeiling: &messages.SetAccountCeiling{
				Limit: moneyOf(x.Limit), Lowers: x.Before.Positive() && x.Limit.Less(x.Before),
			}}},
		})
		change.Audit = append(change.Audit, auditChange(x))
	}
	g.record(outcome)
}

// performed takes in what became of a change of a ceiling.
func (g *group) performed(m *messages.EffectPerformed) {
	zero := money.Zero(g.rules.Currency())
	have := ads.Ceiling{Limit: zero.Add(amountOf(m.GetReceipt().GetBudget())), Spent: zero.Add(amountOf(m.GetReceipt().GetSpent()))}
	g.record(g.book.CeilingSet(g.rules, g.a.kit.Now(), m.EffectId, m.Outcome, have))
	g.offer()
}

func auditChange(x treasury.CeilingChange) actorkit.Audit {
	entry := actorkit.Audit{
		Action: "ceiling_raised", Subject: string(x.Platform),
		Reason:   "The platform itself shall stop the account when what is planned for the day was charged.",
		Expected: "Nothing is charged beyond the limit, even if we are not there to see it.",
		Figures: []actorkit.Figure{
			{Name: "before", Value: x.Before.String()}, {Name: "limit", Value: x.Limit.String()}, {Name: "planned", Value: x.Planned.String()},
		},
	}
	if x.Before.Positive() && x.Limit.Less(x.Before) {
		entry.Action, entry.Reason = "ceiling_set_back", "Somebody else raised the account's limit."
	}
	return entry
}

func auditDrift(d treasury.Drift) actorkit.Audit {
	entry := actorkit.Audit{
		Action: "ceiling_drifted", Subject: string(d.Platform), Reason: "Somebody else raised the account's limit on the platform.",
		Expected: "It is set back; until then what may be charged is reckoned with it.",
		Figures:  []actorkit.Figure{{Name: "ours", Value: d.Ours.String()}, {Name: "seen", Value: d.Seen.String()}},
	}
	if d.Lowered {
		entry.Reason, entry.Expected = "Somebody else lowered the account's limit on the platform.", "It is kept until the account's next day."
	}
	return entry
}

// plannedOf is a reservation's plan; snapshots from before there were ceilings have none, and mean the budget.
func plannedOf(r *messages.ReservationState) money.Amount {
	if r.Planned == nil {
		return amountOf(r.Nominal)
	}
	return amountOf(r.Planned)
}

func ceilingStates(b treasury.Book) []*messages.CeilingState {
	var out []*messages.CeilingState
	for _, c := range b.Ceilings {
		s := &messages.CeilingState{
			Platform: string(c.Platform), Limit: moneyOf(c.Limit), Spent: moneyOf(c.Spent), SeenAtMs: msOf(c.SeenAt), Asked: moneyOf(c.Asked),
			ChangeId: c.Change, ChangedAtMs: msOf(c.ChangedAt), Changes: int64(c.Changes), KeptDay: string(c.Kept), Raised: c.Raised, Number: c.Number,
		}
		for _, d := range c.Days {
			s.Days = append(s.Days, &messages.CeilingDayState{
				Day: string(d.Day), Begun: moneyOf(d.Begun), Most: moneyOf(d.Most), Open: d.Open, Relief: moneyOf(d.Relief),
			})
		}
		out = append(out, s)
	}
	return out
}

func ceilingsOf(s *messages.TreasurerState) []treasury.Ceiling {
	var out []treasury.Ceiling
	for _, x := range s.Ceilings {
		c := treasury.Ceiling{
			Platform: ads.Platform(x.Platform), Limit: amountOf(x.Limit), Spent: amountOf(x.Spent), SeenAt: timeOf(x.SeenAtMs), Asked: amountOf(x.Asked),
			Change: x.ChangeId, ChangedAt: timeOf(x.ChangedAtMs), Changes: int(x.Changes), Kept: treasury.Day(x.KeptDay), Raised: x.Raised, Number: x.Number,
		}
		for _, d := range x.Days {
			c.Days = append(c.Days, treasury.CeilingDay{
				Day: treasury.Day(d.Day), Begun: amountOf(d.Begun), Most: amountOf(d.Most), Open: d.Open, Relief: amountOf(d.Relief),
			})
		}
		out = append(out, c)
	}
	return out
}
