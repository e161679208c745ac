package product

import (
	"fmt"
	"slices"
	"strings"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/facts"
	"github.com/agente-ceo/agente-ceo/domain/id"
	"github.com/agente-ceo/agente-ceo/messages"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
)

func (a *Actor) onLaunch(c actor.Context, m *messages.LaunchProduct) {
	if a.done(m.LaunchId) {
		return
	}
	next, ch := a.next(), actorkit.Change{}
	markDone(next, m.LaunchId)
	if why := a.unlaunchable(); why != "" {
		next.ReadyTold = false
		ch.Tells = []actorkit.Tell{a.gone(m.LaunchId, why)}
		ch.Audit = []actorkit.Audit{{Action: "launch_refused", Subject: a.id, Reason: why}}
		a.commit(c, next, ch)
		return
	}
	if next.Rehearsed && a.deps.Plan().Mode != dryRun {
		a.publishForReal(c, next, m.LaunchId)
		return
	}
	var planned []string
	for _, platform := range m.Platforms {
		plan := a.plan(next, platform, m)
		if plan == nil {
			continue
		}
		planned = append(planned, platform)
		next.CampaignIds = append(next.CampaignIds, plan.CampaignId)
		next.LiveCampaignIds = append(next.LiveCampaignIds, plan.CampaignId)
		ch.Tells = append(ch.Tells, actorkit.Tell{To: campaign(plan.CampaignId), Msg: plan})
	}
	if len(planned) == 0 {
		why := "No budget is configured for " + strings.Join(m.Platforms, ", ") + "."
		ch.Tells = append(ch.Tells, a.gone(m.LaunchId, why))
		ch.Audit = []actorkit.Audit{{Action: "launch_refused", Subject: a.id, Reason: why}}
		a.commit(c, next, ch)
		return
	}
	next.Status = live
	ch.Facts = rows(next)
	ch.Audit = []actorkit.Audit{{
		Action: "campaigns_planned", Subject: a.id, Reason: "The ceo launched it.", Expected: "A campaign is published on " + strings.Join(planned, ", ") + ".",
		Figures: []actorkit.Figure{{Name: "platforms", Value: strings.Join(planned, ", ")}, {Name: "selling_price", Value: amount(next.SellingPrice).String()}},
	}}
	a.commit(c, next, ch)
}

// publishForReal takes a product back that became ready in a dry run: its page is not in the shop. It is ready again once it is.
func (a *Actor) publishForReal(c actor.Context, next *messages.ProductState, launchID string) {
	why := "Its page was only rehearsed by a dry run; it is being published."
	next.Status, next.LandingUrl, next.Rehearsed, next.ReadyTold = qualified, "", false, false
	a.commit(c, next, actorkit.Change{
		Effects: a.produceFirst(next),
		Tells:   []actorkit.Tell{a.gone(launchID, why)},
		Audit:   []actorkit.Audit{{Action: "launch_refused", Subject: a.id, Reason: why}},
		Facts:   rows(next),
	})
}

// unlaunchable says why the product cannot be launched now; empty when it can.
func (a *Actor) unlaunchable() string {
	switch {
	case a.state.Status != ready && a.state.Status != live:
		return "It is " + orNew(a.state.Status) + ", neither ready nor live."
	case held(a.state):
		return holdReason(a.state)
	case len(a.state.Kept) == 0:
		return "It has no usable creatives."
	}
	return ""
}

func orNew(status string) string {
	if status == "" {
		return "unknown"
	}
	return status
}

// plan is the command for a new campaign on a platform; nil without a budget for it.
func (a *Actor) plan(next *messages.ProductState, platform string, m *messages.LaunchProduct) *messages.PlanCampaign {
	cfg := a.deps.Plan()
	budget := cfg.Budget(ads.Platform(platform))
	if !budget.Positive() {
		return nil
	}
	countries := m.Countries
	if len(countries) == 0 {
		countries = cfg.Countries
	}
	var creatives []*messages.CreativeRef
	for _, kept := range next.Kept[:min(len(next.Kept), adsPerPlan)] {
		creatives = append(creatives, kept.Ref)
	}
	return &messages.PlanCampaign{
		CampaignId: id.Derive(id.Campaign, a.id, platform, m.LaunchId), ProductId: a.id, ProductTitle: next.Candidate.Title, Platform: platform,
		Mode: cfg.Mode, DailyBudget: wireMoney(budget), Countries: countries, LandingUrl: next.LandingUrl, SellingPrice: next.SellingPrice,
		Creatives: creatives, Keywords: next.Candidate.Keywords, ScoreMilli: next.ScoreMilli,
	}
}

func (a *Actor) gone(cause, why string) actorkit.Tell {
	return actorkit.Tell{To: ceo, Msg: &messages.ProductGone{NoticeId: id.Derive(id.Message, a.id, cause), ProductId: a.id, Reason: why}}
}

func (a *Actor) onEnded(c actor.Context, m *messages.CampaignEnded) {
	at := slices.Index(a.state.LiveCampaignIds, m.CampaignId)
	if at < 0 {
		return // ended before
	}
	next, ch := a.next(), actorkit.Change{}
	next.LiveCampaignIds = slices.Delete(next.LiveCampaignIds, at, at+1)
	switch m.Verdict {
	case "winner":
		next.Winners++
	case "loser":
		next.Losers++
	}
	if len(next.LiveCampaignIds) == 0 && next.Status == live {
		a.end(next, &ch, m)
	}
	ch.Facts = append(ch.Facts, rows(next)...)
	a.commit(c, next, ch)
}

// end closes a product whose campaigns are all over. One that only lost must not be tried again.
func (a *Actor) end(next *messages.ProductState, ch *actorkit.Change, m *messages.CampaignEnded) {
	next.Status = ended
	reason := "All its campaigns are over."
	a.forgetSupply(next, ch)
	if next.Losers > 0 && next.Winners == 0 {
		reason = "All its campaigns are over, and it lost: it is blacklisted."
		ch.Facts = append(ch.Facts, facts.Blacklisted{
			Kind: "product", Term: a.id, Reason: fmt.Sprintf("%s lost: %s", next.Candidate.Title, m.Reason), At: a.kit.Now(),
		})
		ch.Facts = append(ch.Facts, a.failCreatives(next)...)
	}
	ch.Audit = append(ch.Audit, actorkit.Audit{
		Action: "product_ended", Subject: a.id, Reason: reason,
		Figures: []actorkit.Figure{{Name: "winners", Value: fmt.Sprint(next.Winners)}, {Name: "losers", Value: fmt.Sprint(next.Losers)},
			{Name: "last_verdict", Value: m.Verdict}, {Name: "last_reason", Value: m.Reason}},
	})
}
