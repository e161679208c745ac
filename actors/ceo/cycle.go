package ceo

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"google.golang.org/protobuf/proto"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/catalog"
	"github.com/agente-ceo/agente-ceo/domain/facts"
	"github.com/agente-ceo/agente-ceo/domain/id"
	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/messages"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
)

// onCycle plans: it asks the treasury what is free, unless there is nothing to launch.
func (a *Actor) onCycle(c actor.Context) {
	if a.state.Frozen || len(a.state.Queue)+len(a.state.Expansions) == 0 {
		next, ch := a.next(), actorkit.Change{Schedule: a.cycleIn(a.deps.Launching().Every)}
		a.dropOld(next, &ch, a.deps.Launching())
		a.commit(c, next, ch)
		return
	}
	treasury := a.deps.Treasury
	a.kit.Run(c, lookupTimeout, func(ctx context.Context) any {
		free, live, err := treasury.Headroom(ctx)
		return &roomFound{free: free, live: live, err: err}
	})
}

// onRoom launches what fits: proven products on their next platform first, then the queue by score.
func (a *Actor) onRoom(c actor.Context, m *roomFound) {
	cfg, next := a.deps.Launching(), a.next()
	ch := actorkit.Change{Schedule: a.cycleIn(cfg.Every)}
	a.dropOld(next, &ch, cfg)
	if m.err != nil {
		ch.Schedule = a.cycleIn(soonAfter) // the treasury could not be read: nothing is launched blindly
		a.commit(c, next, ch)
		return
	}
	if !next.Frozen {
		room := catalog.Room{Open: max(len(next.Campaigns)+len(next.Launches), m.live), Free: m.free}
		// Launches under way have not reserved yet: their share of what is free is not free.
		room.Free = room.Free.Sub(cfg.LeastFree.MulRatio(int64(len(next.Launches)), 1, money.Down))
		room = a.expand(next, &ch, cfg, room)
		a.launchQueue(next, &ch, cfg, room)
	}
	if len(ch.Tells)+len(ch.Audit)+len(ch.Facts) == 0 && proto.Equal(next, a.state) {
		a.kit.Postpone(ch.Schedule...)
		return
	}
	a.commit(c, next, ch)
}

// dropOld forgets launches that came to nothing and products that have waited too long.
func (a *Actor) dropOld(next *messages.CEOState, ch *actorkit.Change, cfg catalog.Launching) {
	now := a.kit.Now()
	next.Launches = slices.DeleteFunc(next.Launches, func(l *messages.OpenLaunch) bool {
		old := now.Sub(time.UnixMilli(l.AtMs)) > cfg.LaunchExpiry
		if old {
			ch.Audit = append(ch.Audit, actorkit.Audit{Action: "launch_unanswered", Subject: l.ProductId, Reason: "No campaign on " + l.Platform + " came of its launch."})
		}
		return old
	})
	next.Queue = slices.DeleteFunc(next.Queue, func(q *messages.QueuedProduct) bool {
		old := cfg.Expired(waiting(q), now)
		if old {
			ch.Audit = append(ch.Audit, actorkit.Audit{
				Action: "product_dropped", Subject: q.Ready.ProductId,
				Reason:  "It waited in the queue for over " + number(int(cfg.QueueAge.Hours()/24)) + " days: its demand was measured too long ago.",
				Figures: []actorkit.Figure{{Name: "score", Value: milli(q.Ready.ScoreMilli)}},
			})
		}
		return old
	})
}

// expand launches proven products on their next platform while there is room.
func (a *Actor) expand(next *messages.CEOState, ch *actorkit.Change, cfg catalog.Launching, room catalog.Room) catalog.Room {
	var kept []*messages.CampaignProven
	for _, proof := range next.Expansions {
		platform, ok := catalog.Next(ads.Platform(proof.Platform))
		if !ok || triedOn(next, proof.ProductId, string(platform)) {
			continue
		}
		if !slices.Contains(cfg.Connected, platform) {
			a.notConnected(ch, proof, platform)
			continue
		}
		chosen, left := cfg.Fit([]ads.Platform{platform}, room)
		if len(chosen) == 0 {
			kept = append(kept, proof)
			continue
		}
		room = left
		a.launch(next, ch, proof.ProductId, chosen, actorkit.Audit{
			Action: "product_expanded", Reason: "Campaign " + proof.CampaignId + " on " + proof.Platform + " has proven itself.",
			Figures: []actorkit.Figure{{Name: "roas", Value: milli(proof.RoasMilli)}},
		})
	}
	next.Expansions = kept
	return room
}

// notConnected says what cannot be done for want of credentials; nothing is launched.
func (a *Actor) notConnected(ch *actorkit.Change, proof *messages.CampaignProven, platform ads.Platform) {
	why := "Campaign " + proof.CampaignId + " has proven itself on " + proof.Platform + ", but " + string(platform) + " is not connected."
	ch.Audit = append(ch.Audit, actorkit.Audit{
		Action: "expansion_not_possible", Subject: proof.ProductId, Reason: why,
		Figures: []actorkit.Figure{{Name: "roas", Value: milli(proof.RoasMilli)}, {Name: "platform", Value: string(platform)}},
	})
	ch.Facts = append(ch.Facts, facts.Alert{
		ID: id.Derive(id.Alert, "not_connected", string(platform)), Kind: "health", Severity: "info", Subject: proof.ProductId, At: a.kit.Now(),
		Title: "Connect " + string(platform) + ": a winning product could go there", Detail: why,
	})
}

// launchQueue launches the best products while there is room, a limited number each cycle.
func (a *Actor) launchQueue(next *messages.CEOState, ch *actorkit.Change, cfg catalog.Launching, room catalog.Room) {
	for range cfg.PerCycle {
		if len(next.Queue) == 0 {
			return
		}
		chosen, left := cfg.Fit(cfg.Platforms, room)
		if len(chosen) == 0 {
			return
		}
		best := next.Queue[0].Ready
		next.Queue = next.Queue[1:]
		a.launch(next, ch, best.ProductId, chosen, actorkit.Audit{
			Action: "product_launched", Reason: "It has the highest score of the " + number(len(next.Queue)+1) + " that wait.",
			Figures: []actorkit.Figure{{Name: "score", Value: milli(best.ScoreMilli)}, {Name: "open_campaigns", Value: number(room.Open)}, {Name: "headroom", Value: room.Free.String()}},
		})
		room = left
	}
}

// launch tells a product to plan campaigns.
func (a *Actor) launch(next *messages.CEOState, ch *actorkit.Change, productID string, platforms []ads.Platform, why actorkit.Audit) {
	next.NextNumber++
	launchID := id.Derive(id.Message, "launch", productID, strconv.FormatInt(next.NextNumber, 10))
	names := make([]string, 0, len(platforms))
	for _, p := range platforms {
		names = append(names, string(p))
		next.Launches = append(next.Launches, &messages.OpenLaunch{LaunchId: launchID, ProductId: productID, Platform: string(p), AtMs: a.kit.Now().UnixMilli()})
		next.Launched = append(next.Launched, pair(productID, string(p)))
	}
	next.Launched = next.Launched[max(0, len(next.Launched)-launchMemory):]
	why.Subject, why.Expected = productID, "A campaign opens on "+strings.Join(names, " and ")+"."
	ch.Audit = append(ch.Audit, why)
	ch.Tells = append(ch.Tells, actorkit.Tell{
		To: actorkit.Key{Kind: "product", ID: productID}, Msg: &messages.LaunchProduct{LaunchId: launchID, Platforms: names},
	})
}

func (a *Actor) onProven(c actor.Context, m *messages.CampaignProven) {
	if a.done(m.ProofId) {
		return
	}
	next, ch := a.next(), actorkit.Change{}
	markDone(next, m.ProofId)
	entry := actorkit.Audit{
		Action: "campaign_proven", Subject: m.CampaignId, Reason: "It earns more than the target for expansion.",
		Figures: []actorkit.Figure{{Name: "product", Value: m.ProductId}, {Name: "platform", Value: m.Platform}, {Name: "roas", Value: milli(m.RoasMilli)}},
	}
	switch platform, ok := catalog.Next(ads.Platform(m.Platform)); {
	case !ok:
		entry.Expected = "Nothing: it was the last platform."
	case triedOn(next, m.ProductId, string(platform)):
		entry.Expected = "Nothing: its product was launched on " + string(platform) + " before."
	default:
		entry.Expected = "Its product goes to " + string(platform) + " when there is room."
		next.Expansions = append(next.Expansions, m)
		a.soon(next, &ch)
	}
	ch.Audit = append(ch.Audit, entry)
	a.commit(c, next, ch)
}

// triedOn reports whether a product was launched on a platform, whatever became of it.
func triedOn(s *messages.CEOState, productID, platform string) bool {
	return slices.Contains(s.Launched, pair(productID, platform)) ||
		slices.ContainsFunc(s.Campaigns, func(o *messages.CampaignOpened) bool { return o.ProductId == productID && o.Platform == platform })
}

func (a *Actor) launchedBefore(productID string) bool {
	return slices.ContainsFunc(a.state.Launched, func(s string) bool { return strings.HasPrefix(s, productID+" ") })
}

func pair(productID, platform string) string { return productID + " " + platform }

func waiting(q *messages.QueuedProduct) catalog.Waiting {
	return catalog.Waiting{ProductID: q.Ready.ProductId, ScoreMilli: q.Ready.ScoreMilli, Since: time.UnixMilli(q.SinceMs)}
}

func number(n int) string { return strconv.Itoa(n) }

// milli is a figure in thousandths as a decimal with two digits: 83812 is "83.81".
func milli(n int64) string {
	return strconv.FormatInt(n/1000, 10) + "." + strconv.FormatInt(n/100%10, 10) + strconv.FormatInt(n/10%10, 10)
}
