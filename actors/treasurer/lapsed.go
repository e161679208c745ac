package treasurer

import (
	"fmt"

	"github.com/agente-ceo/agente-ceo/domain/facts"
	"github.com/agente-ceo/agente-ceo/domain/id"
	"github.com/agente-ceo/agente-ceo/domain/treasury"
	"github.com/agente-ceo/agente-ceo/messages"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
)

// lapse tells campaigns that were neither renewed nor stopped that they have no budget for the day that has begun, which stops them, and
// somebody else too. Once the figures of such a day are final, that is over.
func (g *group) lapse(o treasury.Outcome) {
	change := &g.decision.Change
	for _, r := range o.Assumed {
		change.Facts = append(change.Facts, facts.Alert{
			ID: g.lapsedID(r), Kind: "budget_lapsed", Severity: "warning", Subject: r.CampaignID,
			Title: "A campaign was neither renewed nor stopped before midnight",
			Detail: fmt.Sprintf("It may be delivering on %s without a budget, up to %s; %s is held for that. It is told to stop.",
				r.Day, g.rules.WorstCase(r.Platform, r.Nominal), r.WorstCase),
			At: g.a.kit.Now(),
		})
		if r.Day != o.Book.Latest {
			continue // that day is over: it is stopped for the one that is not
		}
		change.Tells = append(change.Tells, actorkit.Tell{
			To: actorkit.Key{Kind: "campaign", ID: r.CampaignID},
			Msg: &messages.BudgetRefused{
				ReservationId: r.ID, Day: string(r.Day), Code: treasury.CodeLapsed, Text: "it was not renewed for " + string(r.Day),
			},
		})
	}
	for _, r := range o.Settled {
		if r.Assumed {
			change.Facts = append(change.Facts, facts.AlertResolved{ID: g.lapsedID(r), At: g.a.kit.Now()})
		}
	}
}

func (g *group) lapsedID(r treasury.Reservation) string {
	return id.Derive(id.Alert, "budget_lapsed", g.a.kit.Key().ID, r.CampaignID, string(r.Day))
}
