package campaign

import (
	"slices"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/campaign"
	"github.com/agente-ceo/agente-ceo/messages"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
)

// look is the hourly alarm. Most often nothing changes but the alarm itself, which the figures' own commit will write down.
func (a *Actor) look(c actor.Context) {
	t := a.begin()
	fetch := t.Look()
	next, out := t.Finish()
	ch := changeOf(next, out)
	if out.Idle() && len(ch.Cancel) == 0 {
		a.kit.Postpone(ch.Schedule...)
	} else {
		ch.State = snapshotOf(next)
		a.kit.Commit(c, ch)
		a.state = next
	}
	if fetch {
		a.fetch()
	}
}

// fetch asks the courier for the figures. A lost question is asked again in an hour.
func (a *Actor) fetch() {
	plan := &a.state.Plan
	a.kit.Tell(courier(string(plan.Platform)), &messages.FetchInsights{
		CampaignId: plan.CampaignID, CampaignExternalId: a.state.ExternalID, Currency: string(plan.DailyBudget.Currency()),
	})
}

func (a *Actor) onInsights(c actor.Context, m *messages.InsightsFetched) {
	t := a.begin()
	decide := t.DecideOnFigures
	if m.Code != "" {
		t.NotObserved(m.Code, m.Text)
	} else {
		t.Observe(when(m.AtMs), seenOf(m.Rows))
	}
	if decide {
		t.Decide(a.deps.Policy(), a.state.DecisionBy)
	}
	a.finish(c, t)
}

// onStandings compares what the platform lists with what it confirmed. Most often there is nothing to note.
func (a *Actor) onStandings(c actor.Context, m *messages.StandingsSeen) {
	if a.state.Plan.CampaignID == "" {
		return
	}
	t := a.begin()
	t.Compare(when(m.AtMs), standingsOf(m.Standings))
	next, out := t.Finish()
	if out.Idle() && len(out.Schedule)+len(out.Cancel) == 0 && slices.Equal(next.Suspects, a.state.Suspects) {
		return
	}
	ch := changeOf(next, out)
	ch.State = snapshotOf(next)
	a.kit.Commit(c, ch)
	a.state = next
}

func standingsOf(rows []*messages.PlatformStanding) []ads.Standing {
	out := make([]ads.Standing, len(rows))
	for i, r := range rows {
		out[i] = ads.Standing{Level: ads.Level(r.Level), Entity: ads.Entity{
			ID: r.ExternalId, Name: r.Name, Delivery: ads.Delivery(r.Delivery), Budget: amount(r.Budget),
			Refused: r.Refused, Reasons: r.Reasons, Bid: ads.BidStrategy(r.Bid), CostCap: amount(r.CostCap),
		}}
	}
	return out
}

func (a *Actor) onConversion(c actor.Context, m *messages.ConversionReceived) {
	t := a.begin()
	t.Sale(m.OrderId, m.Kind, amount(m.Value))
	a.finish(c, t)
}

func seenOf(rows []*messages.AdInsight) []campaign.Seen {
	out := make([]campaign.Seen, len(rows))
	for i, r := range rows {
		out[i] = campaign.Seen{AdExternalID: r.AdExternalId, Total: metricsOf(r.Total)}
	}
	return out
}

func courier(name string) actorkit.Key { return actorkit.Key{Kind: "courier", ID: name} }
