package treasurer

import (
	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/id"
	"github.com/agente-ceo/agente-ceo/domain/treasury"
	"github.com/agente-ceo/agente-ceo/messages"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
)

// offer tells campaigns that did not get all they asked for today that there is room again.
func (g *group) offer() {
	outcome := g.book.Offer(g.rules, g.a.kit.Now())
	if len(outcome.Offers) == 0 {
		return
	}
	for _, w := range outcome.Offers {
		g.decision.Change.Tells = append(g.decision.Change.Tells, actorkit.Tell{
			To:  actorkit.Key{Kind: "campaign", ID: w.CampaignID},
			Msg: &messages.BudgetFreed{FreedId: id.Derive(id.Reservation, g.rules.Purse, "freed", w.ID, g.a.kit.Now().UTC().Format("2006-01-02T15:04")), Day: string(w.Day)},
		})
	}
	g.record(outcome)
}

// trust lets everybody ask again who was stopped while the clock was contradicted, and arms the alarms anew: they were set by it.
func (g *group) trust(o treasury.Outcome) {
	if !o.Trusted {
		return
	}
	change, now, today := &g.decision.Change, g.a.kit.Now(), o.Book.Latest
	change.Schedule = append(change.Schedule, g.a.nextSettlement(), g.a.nextDay(), g.a.nextReview())
	change.Audit = append(change.Audit, actorkit.Audit{
		Action: "clock_confirmed", Subject: g.a.kit.Key().ID, Reason: "Another clock agrees with that of this machine again.",
		Expected: "Campaigns that were paused ask for their budgets again.", Figures: []actorkit.Figure{{Name: "day", Value: string(today)}},
	})
	for _, p := range ads.Platforms() {
		for _, campaign := range o.Book.Campaigns(p, today.AddDays(-1)) {
			change.Tells = append(change.Tells, actorkit.Tell{To: actorkit.Key{Kind: "campaign", ID: campaign}, Msg: &messages.BudgetFreed{
				FreedId: id.Derive(id.Reservation, g.rules.Purse, "trusted", campaign, now.UTC().Format("2006-01-02T15:04")), Day: string(today),
			}})
		}
	}
}

func wishStates(b treasury.Book) []*messages.WishState {
	var out []*messages.WishState
	for _, w := range b.Wishes {
		out = append(out, &messages.WishState{
			ReservationId: w.ID, CampaignId: w.CampaignID, Platform: string(w.Platform), Day: string(w.Day), DailyBudget: moneyOf(w.Daily),
			Minimum: moneyOf(w.Minimum), PriorityMilli: w.Priority, Launch: w.Launch, OfferedAtMs: msOf(w.OfferedAt),
		})
	}
	return out
}

func wishesOf(s *messages.TreasurerState) []treasury.Wish {
	var out []treasury.Wish
	for _, w := range s.Wishes {
		out = append(out, treasury.Wish{OfferedAt: timeOf(w.OfferedAtMs), Ask: treasury.Ask{
			ID: w.ReservationId, CampaignID: w.CampaignId, Platform: ads.Platform(w.Platform), Day: treasury.Day(w.Day), Daily: amountOf(w.DailyBudget),
			Minimum: amountOf(w.Minimum), Priority: w.PriorityMilli, Launch: w.Launch,
		}})
	}
	return out
}
