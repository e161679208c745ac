// Package product is the actor of one product: judged at first sight, given creatives and a page in the shop, launched on
// platforms, and ended when its campaigns are over.
//
//	receives  ProductScouted, MakeCreatives, LaunchProduct, CampaignEnded, StockChanged, EffectPerformed; its alarms "qualify", "retry", "stock"
//	replies   Accepted or Refusal to MakeCreatives; CreativesReady to campaigns; ProductReady and ProductGone to ceo/main;
//	          PlanCampaign, PauseCampaign and ResumeCampaign to its campaigns; all but the first durable
//	owns      the rows of products and creatives, the product entries of blacklist, the alerts out_of_stock and no_margin
//	survives  restarts at any point: a sighting is judged once, an effect is asked for once, a launch plans each campaign once
//
// Statuses: scouted → qualified | rejected → creatives_ready → live → ended.
package product

import (
	"context"
	"slices"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"google.golang.org/protobuf/proto"

	"github.com/agente-ceo/agente-ceo/domain/catalog"
	"github.com/agente-ceo/agente-ceo/messages"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
)

// Kind is the kind of its keys; the id is the product's.
const Kind = "product"

// Blacklist is what must not be tried again.
type Blacklist interface {
	Blocked(ctx context.Context) ([]catalog.Blocked, error)
}

// Deps is what the actor needs. Settings are read when they are used, so that changed ones take effect.
type Deps struct {
	Kit       actorkit.Deps
	Blacklist Blacklist
	Rules     func() catalog.Rules
	Making    func() catalog.Making
	Plan      func() catalog.Plan
}

// The statuses of a product, as the products table has them.
const (
	scouted   = "scouted"
	qualified = "qualified"
	rejected  = "rejected"
	ready     = "creatives_ready"
	live      = "live"
	ended     = "ended"
)

const (
	alarmQualify = "qualify"
	alarmRetry   = "retry"
	alarmStock   = "stock"

	lookupTimeout = 15 * time.Second // real time
	lookupRetry   = 5 * time.Minute
	refreshAfter  = 72 * time.Hour // a sighting without news is recorded this long after the last
	remembered    = 50             // ids of commands
	keptCreatives = 30
	adsPerPlan    = 10
)

var ceo = actorkit.Key{Kind: "ceo", ID: "main"}

// looked is the blacklist as slow work brought it home, for judging a candidate.
type looked struct {
	candidate *messages.Candidate
	blocked   []catalog.Blocked
	err       error
}

// Actor is one product.
type Actor struct {
	deps  Deps
	kit   *actorkit.Kit
	id    string
	state *messages.ProductState
}

// New makes the actor of the product that key names.
func New(d Deps, key actorkit.Key) actor.Actor {
	return &Actor{deps: d, kit: actorkit.New(d.Kit, key), id: key.ID, state: &messages.ProductState{}}
}

// Receive sorts what arrives.
func (a *Actor) Receive(c actor.Context) {
	switch m := c.Message().(type) {
	case *actor.Started:
		a.kit.Start(c, a.state)
	case *actor.Stopping, *actor.Stopped, *actor.Restarting:
		a.kit.Stop()
	case *actorkit.Due:
		a.onDue(c, m)
	case *messages.ProductScouted:
		a.onScouted(c, m)
	case *looked:
		a.onLooked(c, m)
	case *messages.EffectPerformed:
		a.onPerformed(c, m)
	case *messages.MakeCreatives:
		a.onMake(c, m)
	case *messages.LaunchProduct:
		a.onLaunch(c, m)
	case *messages.CampaignEnded:
		a.onEnded(c, m)
	case *messages.StockChanged:
		a.onStock(c, m)
	default:
		a.kit.Unhandled(c)
	}
}

func (a *Actor) onDue(c actor.Context, m *actorkit.Due) {
	switch {
	case m.Name == alarmQualify && a.state.Status == scouted:
		a.look(c, a.state.Candidate)
	case m.Name == alarmRetry && a.state.Status == qualified:
		a.retry(c)
	case m.Name == alarmStock && watched(a.state):
		a.checkStock(c)
	}
}

func (a *Actor) onScouted(c actor.Context, m *messages.ProductScouted) {
	seen := m.Candidate
	switch {
	case seen.GetProductId() != a.id || seen.SeenAtMs <= a.state.LastSeenAtMs:
		return // another product's, or handled before
	case a.judgeable():
		a.look(c, seen)
	case a.news(pinned(a.state, seen)):
		a.refresh(c, seen)
	}
}

// judgeable reports whether the next sighting is to be judged: the first, and one of a product that was rejected long enough ago.
func (a *Actor) judgeable() bool {
	switch a.state.Status {
	case "", scouted:
		return true
	case rejected:
		return a.kit.Now().Sub(when(a.state.QualifiedAtMs)) >= a.deps.Making().RequalifyAfter
	}
	return false
}

// look reads the blacklist outside the mailbox; the judgement follows when it is there.
func (a *Actor) look(c actor.Context, candidate *messages.Candidate) {
	blacklist := a.deps.Blacklist
	a.kit.Run(c, lookupTimeout, func(ctx context.Context) any {
		blocked, err := blacklist.Blocked(ctx)
		return &looked{candidate: candidate, blocked: blocked, err: err}
	})
}

func (a *Actor) onLooked(c actor.Context, m *looked) {
	switch {
	case m.candidate.SeenAtMs < a.state.LastSeenAtMs || !a.judgeable():
		return // a later sighting was judged meanwhile
	case m.err != nil:
		a.postpone(c, m)
	default:
		a.judge(c, m.candidate, m.blocked)
	}
}

// postpone records the product as scouted and looks again later.
func (a *Actor) postpone(c actor.Context, m *looked) {
	next := a.next()
	firstSight := next.Status == ""
	next.Status = scouted
	a.see(next, m.candidate)
	ch := actorkit.Change{State: next, Facts: rows(next), Schedule: a.in(alarmQualify, lookupRetry)}
	if firstSight {
		ch.Audit = []actorkit.Audit{sighted(next)}
	}
	a.commit(c, next, ch)
}

func (a *Actor) judge(c actor.Context, candidate *messages.Candidate, blocked []catalog.Blocked) {
	next := a.next()
	firstSight := next.Status == ""
	a.see(next, candidate)
	v := catalog.Judge(candidateOf(next.Candidate), a.deps.Rules(), blocked)
	next.Status, next.Reasons, next.Tries = rejected, v.Reasons, 0
	next.ScoreMilli, next.ScoreParts, next.SellingPrice = v.ScoreMilli, shares(v.Parts), wireMoney(v.Price.Selling)
	next.QualifiedAtMs = a.kit.Now().UnixMilli()
	ch := actorkit.Change{Cancel: []string{alarmQualify}}
	if firstSight {
		ch.Audit = append(ch.Audit, sighted(next))
	}
	ch.Audit = append(ch.Audit, judged(next, v))
	if v.Qualified {
		next.Status = qualified
		ch.Effects = a.produceFirst(next)
	}
	ch.State, ch.Facts = next, rows(next)
	a.commit(c, next, ch)
}

// see takes over what the sources say today.
func (a *Actor) see(next *messages.ProductState, candidate *messages.Candidate) {
	next.Candidate, next.LastSeenAtMs = pinned(next, candidate), candidate.SeenAtMs
	if next.ScoutedAtMs == 0 {
		next.ScoutedAtMs = candidate.SeenAtMs
	}
}

// news reports whether a sighting is worth a write: a figure that people see has changed, or the last write is days ago.
func (a *Actor) news(seen *messages.Candidate) bool {
	old := a.state.Candidate
	return when(seen.SeenAtMs).Sub(when(a.state.LastSeenAtMs)) >= refreshAfter ||
		!proto.Equal(old.SupplierPrice, seen.SupplierPrice) || !proto.Equal(old.ShippingPrice, seen.ShippingPrice) ||
		!proto.Equal(old.MarketPrice, seen.MarketPrice) || old.SupplierRef != seen.SupplierRef || old.RatingMilli != seen.RatingMilli
}

func (a *Actor) refresh(c actor.Context, seen *messages.Candidate) {
	next := a.next()
	a.see(next, seen)
	a.commit(c, next, actorkit.Change{State: next, Facts: rows(next)})
}

// next is a copy of the state to change: what is in memory is only what was recorded.
func (a *Actor) next() *messages.ProductState { return proto.Clone(a.state).(*messages.ProductState) }

func (a *Actor) commit(c actor.Context, next *messages.ProductState, ch actorkit.Change) {
	ch.State = next
	a.watch(next, &ch)
	a.kit.Commit(c, ch)
	a.state = next
}

func (a *Actor) in(name string, d time.Duration) []actorkit.Alarm {
	return []actorkit.Alarm{{Name: name, At: a.kit.Now().Add(d)}}
}

func (a *Actor) done(commandID string) bool { return slices.Contains(a.state.DoneIds, commandID) }

func markDone(next *messages.ProductState, commandID string) {
	next.DoneIds = append(next.DoneIds, commandID)
	next.DoneIds = next.DoneIds[max(0, len(next.DoneIds)-remembered):]
}
