package product

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/agente-ceo/agente-ceo/domain/facts"
	"github.com/agente-ceo/agente-ceo/domain/id"
	"github.com/agente-ceo/agente-ceo/messages"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
)

const (
	kindCreatives = "produce_creatives"
	kindListing   = "publish_listing"

	dryRun    = "dry_run"   // the mode
	rehearsed = "rehearsed" // the status of a receipt

	variationsMax = 10
)

// produceFirst asks for what a product lacks to be launched: creatives and a page in the shop.
func (a *Actor) produceFirst(next *messages.ProductState) []actorkit.Effect {
	var effects []actorkit.Effect
	if len(next.Kept) == 0 {
		effects = append(effects, a.creatives(next, 0))
	}
	if next.LandingUrl == "" {
		effects = append(effects, a.listing(next))
	}
	return effects
}

// creatives is the effect of another round; count 0 is the configured number.
func (a *Actor) creatives(next *messages.ProductState, count int64) actorkit.Effect {
	making, cand := a.deps.Making(), next.Candidate
	if count <= 0 {
		count = int64(making.Variations)
	}
	round := next.CreativeRound
	next.CreativeRound++
	effectID := id.Derive(id.Effect, a.id, kindCreatives, strconv.FormatInt(round, 10))
	next.OpenEffects = append(next.OpenEffects, effectID)
	return actorkit.Effect{ID: effectID, Courier: "studio", Kind: kindCreatives, Subject: a.id, Payload: &messages.Effect{
		What: &messages.Effect_ProduceCreatives{ProduceCreatives: &messages.ProduceCreatives{
			ProductId: a.id, Title: cand.Title, Description: cand.Description, Category: cand.Category, Images: cand.Images, Keywords: cand.Keywords,
			SellingPrice: next.SellingPrice, MarketPrice: cand.MarketPrice, Count: min(count, variationsMax), Round: round, Languages: making.Languages,
		}},
	}}
}

func (a *Actor) listing(next *messages.ProductState) actorkit.Effect {
	cand := next.Candidate
	// The try is part of the id: a courier never performs an effect that it has given up.
	parts := []string{a.id, kindListing, strconv.FormatInt(next.QualifiedAtMs, 10), strconv.FormatInt(next.Tries, 10)}
	if a.deps.Plan().Mode == dryRun {
		parts = append(parts, rehearsed) // the real page is another effect, when the mode changes
	}
	effectID := id.Derive(id.Effect, parts...)
	next.OpenEffects = append(next.OpenEffects, effectID)
	return actorkit.Effect{ID: effectID, Courier: "store", Kind: kindListing, Subject: a.id, Payload: &messages.Effect{
		What: &messages.Effect_PublishListing{PublishListing: &messages.PublishListing{
			ProductId: a.id, Title: cand.Title, Description: cand.Description, SupplierRef: cand.SupplierRef, Price: next.SellingPrice, Images: cand.Images,
		}},
	}}
}

func (a *Actor) onPerformed(c actor.Context, m *messages.EffectPerformed) {
	if m.EffectId != "" && m.EffectId == a.state.StockCheck {
		a.onStockChecked(c, m)
		return
	}
	at := slices.Index(a.state.OpenEffects, m.EffectId)
	if at < 0 {
		return // answered before
	}
	next, ch := a.next(), actorkit.Change{}
	next.OpenEffects = slices.Delete(next.OpenEffects, at, at+1)
	made := m.Outcome == "done"
	switch {
	case m.Kind == kindListing && made && m.Receipt.GetUrl() != "":
		next.LandingUrl, next.Rehearsed = m.Receipt.Url, m.Receipt.Status == rehearsed
		ch.Audit = append(ch.Audit, listed(next))
	case m.Kind == kindCreatives && made && len(m.Receipt.GetCreatives()) > 0:
		a.keep(next, &ch, m.Receipt.Creatives)
	default:
		ch.Audit = append(ch.Audit, notMade(a.id, m))
		if next.Status == qualified {
			ch.Schedule = a.in(alarmRetry, a.deps.Making().RetryAfter)
		}
	}
	a.answerRequest(next, &ch, m)
	a.becomeReady(next, &ch)
	ch.Facts = append(ch.Facts, rows(next)...)
	a.commit(c, next, ch)
}

// keep takes made creatives over, newest first, and gives each its row.
func (a *Actor) keep(next *messages.ProductState, ch *actorkit.Change, made []*messages.MadeCreative) {
	now := a.kit.Now()
	var fresh []*messages.KeptCreative
	for _, m := range made {
		kept := &messages.KeptCreative{Ref: m.Ref, MediaUrl: m.MediaUrl, PainPoints: m.PainPoints, CreatedAtMs: now.UnixMilli()}
		fresh = append(fresh, kept)
		ch.Facts = append(ch.Facts, a.creativeRow(kept, "ready"))
	}
	next.Kept = append(fresh, next.Kept...)
	next.Kept = next.Kept[:min(len(next.Kept), keptCreatives)]
	ch.Audit = append(ch.Audit, actorkit.Audit{
		Action: "creatives_made", Subject: a.id, Reason: fmt.Sprintf("%d variations were written, rendered and stored.", len(made)),
		Expected: "Ads test them against each other.",
	})
}

// answerRequest gives a campaign what it asked for; nothing if nothing could be made, so that it does not wait for ever.
func (a *Actor) answerRequest(next *messages.ProductState, ch *actorkit.Change, m *messages.EffectPerformed) {
	at := slices.IndexFunc(next.Requests, func(r *messages.CreativeRequest) bool { return r.EffectId == m.EffectId })
	if at < 0 {
		return
	}
	request := next.Requests[at]
	next.Requests = slices.Delete(next.Requests, at, at+1)
	if request.CampaignId == "" {
		return
	}
	var refs []*messages.CreativeRef
	if m.Outcome == "done" {
		for _, made := range m.Receipt.GetCreatives() {
			refs = append(refs, made.Ref)
		}
	}
	ch.Tells = append(ch.Tells, creativesFor(request.CampaignId, request.RequestId, refs))
}

func creativesFor(campaignID, requestID string, refs []*messages.CreativeRef) actorkit.Tell {
	return actorkit.Tell{To: campaign(campaignID), Msg: &messages.CreativesReady{RequestId: requestID, Creatives: refs}}
}

func campaign(campaignID string) actorkit.Key {
	return actorkit.Key{Kind: "campaign", ID: campaignID}
}

// becomeReady puts a product that has all it needs into the launch queue.
func (a *Actor) becomeReady(next *messages.ProductState, ch *actorkit.Change) {
	if next.Status != qualified || len(next.Kept) == 0 || next.LandingUrl == "" {
		return
	}
	next.Status, next.CreativesReadyAtMs, next.Tries = ready, a.kit.Now().UnixMilli(), 0
	ch.Cancel = append(ch.Cancel, alarmRetry)
	ch.Schedule = nil
	ch.Audit = append(ch.Audit, actorkit.Audit{
		Action: "product_ready", Subject: a.id, Reason: fmt.Sprintf("It has %d creatives and a page in the shop.", len(next.Kept)),
		Expected: "It is launched when campaigns and budget leave room.",
	})
	if !held(next) {
		a.tellReady(next, ch)
	}
}

func (a *Actor) tellReady(next *messages.ProductState, ch *actorkit.Change) {
	next.ReadyTold = true
	ch.Tells = append(ch.Tells, actorkit.Tell{To: ceo, Msg: &messages.ProductReady{ProductId: a.id, ScoreMilli: next.ScoreMilli, Title: next.Candidate.Title}})
}

// retry asks again for what could not be made, or gives the product up.
func (a *Actor) retry(c actor.Context) {
	next, ch := a.next(), actorkit.Change{}
	if len(next.OpenEffects) > 0 { // the other half is still under way: its answer decides
		a.commit(c, next, actorkit.Change{Schedule: a.in(alarmRetry, a.deps.Making().RetryAfter)})
		return
	}
	next.Tries++
	if next.Tries >= int64(a.deps.Making().Tries) {
		why := fmt.Sprintf("Its creatives or its page in the shop could not be made in %d tries.", next.Tries)
		next.Status, next.Reasons = rejected, []string{why}
		a.forgetSupply(next, &ch)
		ch.Audit = append(ch.Audit, actorkit.Audit{Action: "product_rejected", Subject: a.id, Reason: why})
		ch.Facts = append(ch.Facts, rows(next)...)
	} else {
		ch.Effects = a.produceFirst(next)
	}
	a.commit(c, next, ch)
}

func (a *Actor) onMake(c actor.Context, m *messages.MakeCreatives) {
	if a.done(m.RequestId) {
		a.kit.Reply(c, &messages.Accepted{Id: m.RequestId})
		return
	}
	if refusal := a.refuseMaking(m); refusal != nil {
		if m.CampaignId != "" && m.RequestId != "" {
			next := a.next()
			markDone(next, m.RequestId)
			a.commit(c, next, actorkit.Change{Tells: []actorkit.Tell{creativesFor(m.CampaignId, m.RequestId, nil)}})
		}
		a.kit.Reply(c, refusal)
		return
	}
	next := a.next()
	markDone(next, m.RequestId)
	effect := a.creatives(next, m.Count)
	next.Requests = append(next.Requests, &messages.CreativeRequest{RequestId: m.RequestId, CampaignId: m.CampaignId, EffectId: effect.ID})
	a.commit(c, next, actorkit.Change{
		Effects: []actorkit.Effect{effect},
		Audit:   []actorkit.Audit{requested(a.id, m)},
	})
	a.kit.Reply(c, &messages.Accepted{Id: m.RequestId})
}

func (a *Actor) refuseMaking(m *messages.MakeCreatives) *messages.Refusal {
	switch a.state.Status {
	case qualified, ready, live:
	case "":
		return &messages.Refusal{Code: "unknown_product", Text: "There is no such product."}
	default:
		return &messages.Refusal{Code: "wrong_status", Text: "Creatives are made for products that are qualified, ready or live; this one is " + a.state.Status + "."}
	}
	if m.RequestId == "" {
		return &messages.Refusal{Code: "request_id_missing", Text: "A request needs an id, so that repeating it does not make creatives twice."}
	}
	return nil
}

// failCreatives gives every usable creative the status of what lost, and keeps none.
func (a *Actor) failCreatives(next *messages.ProductState) []facts.Fact {
	var list []facts.Fact
	for _, kept := range next.Kept {
		list = append(list, a.creativeRow(kept, "failed"))
	}
	next.Kept = nil
	return list
}
