package scout

import (
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/agente-ceo/agente-ceo/domain/facts"
	"github.com/agente-ceo/agente-ceo/domain/id"
	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/domain/scouting"
	"github.com/agente-ceo/agente-ceo/messages"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
)

var errNoOffers = errors.New("the source answered without a single offer")

// finish merges what the sources said, and records and tells it all in one commit.
func (a *Actor) finish(c actor.Context) {
	cfg, now, run := a.deps.Config(), a.kit.Now(), a.state.Open
	result := scouting.Merge(a.offers, known(a.state), cfg.Rules, now)
	next := a.next()
	next.Open = nil
	next.Known = remember(next.Known, result.Keys, now)
	next.DoneIds = append(next.DoneIds, run.RunId)
	next.DoneIds = next.DoneIds[max(0, len(next.DoneIds)-remembered):]
	ch := actorkit.Change{
		State: next,
		Facts: []facts.Fact{facts.ScoutRun{
			ID: run.RunId, StartedAt: time.UnixMilli(run.StartedAtMs).UTC(), FinishedAt: now, Offers: len(a.offers),
			Products: len(result.Candidates), New: result.New, Errors: maps.Clone(a.errors),
		}},
		Audit: []actorkit.Audit{audit(run, result, len(a.offers), a.failed())},
	}
	if len(a.taken.IDs) > 0 {
		a.taken.At = now
		ch.Facts = append(ch.Facts, a.taken)
	}
	a.judgeSources(next, &ch, now)
	for _, candidate := range result.Candidates {
		ch.Tells = append(ch.Tells, actorkit.Tell{
			To:  actorkit.Key{Kind: "product", ID: candidate.ProductID},
			Msg: &messages.ProductScouted{SightingId: id.Derive(id.Message, run.RunId, candidate.ProductID), Candidate: wire(candidate)},
		})
	}
	if a.allFailed() {
		ch.Schedule = a.nextRun(cfg.RetryIn)
	}
	a.kit.Commit(c, ch)
	a.state, a.offers, a.errors, a.taken = next, nil, nil, facts.ImportsTaken{}
}

// allFailed reports whether no source answered; what people put in is no source that can fail.
func (a *Actor) allFailed() bool {
	for _, s := range a.deps.Sources {
		if _, failed := a.errors[s.Name()]; !failed {
			return false
		}
	}
	return true
}

// failed lists the sources that failed in this run, sorted.
func (a *Actor) failed() []string { return slices.Sorted(maps.Keys(a.errors)) }

// judgeSources counts failures in a row: the third raises an alert, the next success resolves it.
func (a *Actor) judgeSources(next *messages.ScoutState, ch *actorkit.Change, now time.Time) {
	var health []*messages.SourceHealth
	for _, s := range a.deps.Sources {
		name, before := s.Name(), failures(a.state, s.Name())
		alertID := id.Derive(id.Alert, "source_failure", name)
		text, failed := a.errors[name]
		switch {
		case failed && before+1 >= failsAlert:
			ch.Facts = append(ch.Facts, facts.Alert{
				ID: alertID, Kind: "source_failure", Severity: "warning", Subject: name, At: now,
				Title: "Source " + name + " failed " + strconv.FormatInt(before+1, 10) + " times in a row", Detail: text,
			})
		case !failed && before >= failsAlert:
			ch.Facts = append(ch.Facts, facts.AlertResolved{ID: alertID, At: now})
		}
		if failed {
			health = append(health, &messages.SourceHealth{Source: name, Failures: before + 1})
		}
	}
	next.Sources = health
}

func failures(s *messages.ScoutState, source string) int64 {
	for _, h := range s.Sources {
		if h.Source == source {
			return h.Failures
		}
	}
	return 0
}

func audit(run *messages.OpenRun, r scouting.Result, offers int, failed []string) actorkit.Audit {
	n := strconv.Itoa
	figures := []actorkit.Figure{{Name: "offers", Value: n(offers)}, {Name: "products", Value: n(len(r.Candidates))}, {Name: "new", Value: n(r.New)}}
	for _, d := range r.Dropped {
		figures = append(figures, actorkit.Figure{Name: "left_out_" + d.Reason, Value: n(d.N)})
	}
	reason := "Daily scouting."
	if run.By != "" {
		reason = "Scouting on request."
	}
	if len(failed) > 0 {
		figures = append(figures, actorkit.Figure{Name: "failed_sources", Value: strings.Join(failed, ", ")})
		reason += " Some sources failed; the others were used."
	}
	return actorkit.Audit{
		Action: "products_scouted", Subject: run.RunId, Reason: reason, Expected: "Each product is judged at once.", Figures: figures, By: run.By,
	}
}

func known(s *messages.ScoutState) scouting.Known {
	k := make(scouting.Known, len(s.Known))
	for _, p := range s.Known {
		k[p.Key] = p.ProductId
	}
	return k
}

// remember adds what a run learned, refreshes what it saw again, and forgets what was not seen for long; sorted by key.
func remember(old []*messages.KnownProduct, seen []scouting.Key, now time.Time) []*messages.KnownProduct {
	byKey := make(map[string]*messages.KnownProduct, len(old)+len(seen))
	for _, p := range old {
		if now.Sub(time.UnixMilli(p.SeenAtMs)) <= memory {
			byKey[p.Key] = p
		}
	}
	for _, k := range seen {
		byKey[k.Key] = &messages.KnownProduct{Key: k.Key, ProductId: k.ProductID, SeenAtMs: now.UnixMilli()}
	}
	list := make([]*messages.KnownProduct, 0, len(byKey))
	for _, key := range slices.Sorted(maps.Keys(byKey)) {
		list = append(list, byKey[key])
	}
	return list
}

func wire(c scouting.Candidate) *messages.Candidate {
	return &messages.Candidate{
		ProductId: c.ProductID, Title: c.Title, Description: c.Description, Category: c.Category, Sources: c.Sources,
		SupplierRef: c.SupplierRef, SupplierPrice: wireMoney(c.SupplierPrice), ShippingPrice: wireMoney(c.ShippingPrice),
		MarketPrice: wireMoney(c.MarketPrice), MarketAssumed: c.MarketAssumed, Images: c.Images, RatingMilli: c.RatingMilli, Reviews: c.Reviews,
		Keywords: c.Keywords, DemandScore: int64(c.Demand), Competition: int64(c.Competition), TrendPct: int64(c.TrendPct),
		ShipDays: int64(c.ShipDays), SeenAtMs: c.SeenAt.UnixMilli(),
	}
}

func wireMoney(a money.Amount) *messages.Money {
	return &messages.Money{Minor: a.Minor(), Currency: string(a.Currency())}
}
