package product

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/catalog"
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

// unlaunchable says why the product cannot be launched now; empty when it can.
func (a *Actor) unlaunchable() string {
	switch {
	case a.state.Status != ready && a.state.Status != live:
		return "It is " + orNew(a.state.Status) + ", neither ready nor live."
	case a.state.OutOfStock:
		return "Its supplier is out of stock."
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
	if next.OutOfStock {
		ch.Facts = append(ch.Facts, facts.AlertResolved{ID: a.stockAlert(), At: a.kit.Now()})
	}
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

func (a *Actor) onStock(c actor.Context, m *messages.StockChanged) {
	if a.done(m.NoticeId) || a.state.Candidate == nil {
		return
	}
	next, ch := a.next(), actorkit.Change{}
	markDone(next, m.NoticeId)
	now := a.kit.Now()
	next.SupplierChangedMs = now.UnixMilli()
	if price := amount(m.SupplierPrice); price.Positive() && price != amount(next.Candidate.SupplierPrice) {
		next.Candidate.SupplierPrice = m.SupplierPrice
		ch.Audit = append(ch.Audit, a.repriced(next))
	}
	switch {
	case !m.InStock && !next.OutOfStock:
		a.runOut(next, &ch, m, now)
	case m.InStock && next.OutOfStock:
		a.comeBack(next, &ch, m, now)
	}
	ch.Facts = append(ch.Facts, rows(next)...)
	a.commit(c, next, ch)
}

// repriced tells what a supplier's new price leaves at the price that the shop asks.
func (a *Actor) repriced(next *messages.ProductState) actorkit.Audit {
	cand := candidateOf(next.Candidate)
	selling := amount(next.SellingPrice)
	return actorkit.Audit{
		Action: "supplier_price_changed", Subject: a.id, Reason: "The supplier asks another price.",
		Figures: []actorkit.Figure{{Name: "supplier_price", Value: cand.SupplierPrice.String()}, {Name: "selling_price", Value: selling.String()},
			{Name: "margin_before_fee", Value: catalog.MarginOf(selling.Sub(cand.Landed()), selling).String()}},
	}
}

func (a *Actor) stockAlert() string { return id.Derive(id.Alert, "out_of_stock", a.id) }

func (a *Actor) runOut(next *messages.ProductState, ch *actorkit.Change, m *messages.StockChanged, now time.Time) {
	next.OutOfStock = true
	for _, campaignID := range next.LiveCampaignIds {
		ch.Tells = append(ch.Tells, actorkit.Tell{To: campaign(campaignID), Msg: &messages.PauseCampaign{
			CommandId: id.Derive(id.Message, m.NoticeId, campaignID, "pause"), By: "product", Reason: "The supplier is out of stock.",
		}})
	}
	if next.ReadyTold && next.Status == ready {
		next.ReadyTold = false
		ch.Tells = append(ch.Tells, a.gone(m.NoticeId, "Its supplier is out of stock."))
	}
	ch.Facts = append(ch.Facts, facts.Alert{
		ID: a.stockAlert(), Kind: "out_of_stock", Severity: "warning", Subject: a.id, At: now,
		Title: "Out of stock: " + next.Candidate.Title, Detail: fmt.Sprintf("%d live campaigns are paused until the supplier has it again.", len(next.LiveCampaignIds)),
	})
	ch.Audit = append(ch.Audit, actorkit.Audit{
		Action: "product_out_of_stock", Subject: a.id, Reason: "The supplier says that it cannot be ordered.", Expected: "Nothing is spent on what cannot be delivered.",
	})
}

func (a *Actor) comeBack(next *messages.ProductState, ch *actorkit.Change, m *messages.StockChanged, now time.Time) {
	next.OutOfStock = false
	for _, campaignID := range next.LiveCampaignIds {
		ch.Tells = append(ch.Tells, actorkit.Tell{To: campaign(campaignID), Msg: &messages.ResumeCampaign{
			CommandId: id.Derive(id.Message, m.NoticeId, campaignID, "resume"), By: "product", Reason: "The supplier has it again.",
		}})
	}
	if next.Status == ready && !next.ReadyTold {
		a.tellReady(next, ch)
	}
	ch.Facts = append(ch.Facts, facts.AlertResolved{ID: a.stockAlert(), At: now})
	ch.Audit = append(ch.Audit, actorkit.Audit{Action: "product_back_in_stock", Subject: a.id, Reason: "The supplier says that it can be ordered again."})
}
