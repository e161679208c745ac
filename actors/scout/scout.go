// Package scout is the actor that asks the sources what sells, and tells the products what it saw.
//
//	receives  RunScout; its alarm "scout", every 24 h
//	replies   Accepted or Refusal to RunScout; ProductScouted, durable, to each product seen
//	owns      the run under way, each source's failures, what identifies products that were seen; the rows of scout_runs and which imported
//	          products were taken in
//	survives  restarts at any point: a run that had begun asks all sources again and ends once
//
// Scouting spends nothing, so the kill switch does not stop it.
package scout

import (
	"context"
	"slices"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"google.golang.org/protobuf/proto"

	"github.com/agente-ceo/agente-ceo/domain/facts"
	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/domain/id"
	"github.com/agente-ceo/agente-ceo/domain/scouting"
	"github.com/agente-ceo/agente-ceo/messages"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
)

// Key is where the actor lives.
var Key = actorkit.Key{Kind: "scout", ID: "main"}

// Source is a place where products are found.
type Source interface {
	// Name is how the run reports the source: "aliexpress".
	Name() string
	// Search lists up to limit offers: what is rising when keywords is empty, else what matches it.
	Search(ctx context.Context, keywords, country string, limit int) ([]scouting.Offer, error)
}

// Shelf is where people put products themselves.
type Shelf interface {
	// WaitingImports lists up to limit products that no run has taken in, oldest first.
	WaitingImports(ctx context.Context, limit int) ([]scouting.Imported, error)
}

// Config says how runs are made.
type Config struct {
	Rules     scouting.Rules
	Every     time.Duration // from run to run
	FirstIn   time.Duration // from the first start to the first run
	RetryIn   time.Duration // to the next run when every source failed
	Timeout   time.Duration // of one search, real time
	Limit     int           // offers of one search
	Keywords  []string      // searched beside what is rising; empty: rising only
	Countries []string      // searched one by one; the first alone is asked for what is rising if there are no keywords
}

// DefaultConfig runs each day, first after a minute, and takes in up to 100 rising offers of each source in each country.
func DefaultConfig(rules scouting.Rules) Config {
	return Config{
		Rules: rules, Every: 24 * time.Hour, FirstIn: time.Minute, RetryIn: time.Hour, Timeout: 30 * time.Second, Limit: 100, Countries: []string{"US"},
	}
}

// Deps is what the actor needs. Config is read at each run, so that changed settings take effect.
type Deps struct {
	Kit     actorkit.Deps
	Sources []Source
	Shelf   Shelf
	Config  func() Config
}

const (
	alarm      = "scout"
	failsAlert = 3                   // failures in a row
	memory     = 90 * 24 * time.Hour // how long a product that is no longer seen stays known
	remembered = 50                  // ids of runs
	shelfLimit = 500                 // imported products that one run takes in
)

// answered is what a source said, brought home by slow work.
type answered struct {
	runID  string
	source int
	offers []scouting.Offer
	err    error
}

// fetched is what waited on the shelf, brought home by slow work.
type fetched struct {
	runID    string
	imported []scouting.Imported
	err      error
}

// Actor is the scout.
type Actor struct {
	deps  Deps
	kit   *actorkit.Kit
	state *messages.ScoutState

	offers []scouting.Offer   // of the run under way
	taken  facts.ImportsTaken // what of the shelf is among the offers
	errors map[string]string  // of the run under way, by source
}

// New makes the actor.
func New(d Deps, key actorkit.Key) actor.Actor {
	return &Actor{deps: d, kit: actorkit.New(d.Kit, key), state: &messages.ScoutState{}}
}

// Receive sorts what arrives.
func (a *Actor) Receive(c actor.Context) {
	switch m := c.Message().(type) {
	case *actor.Started:
		a.onStarted(c)
	case *actor.Stopping, *actor.Stopped, *actor.Restarting:
		a.kit.Stop()
	case *actorkit.Due:
		a.onDue(c, m)
	case *messages.RunScout:
		a.onRun(c, m)
	case *answered:
		a.onAnswered(c, m)
	case *fetched:
		a.onFetched(c, m)
	default:
		a.kit.Unhandled(c)
	}
}

func (a *Actor) onStarted(c actor.Context) {
	found := a.kit.Start(c, a.state)
	if _, armed := a.kit.Alarm(alarm); !found && !armed {
		a.kit.Commit(c, actorkit.Change{State: a.state, Schedule: a.nextRun(a.deps.Config().FirstIn)})
	}
	if a.state.Open != nil {
		a.ask(c, 0)
	}
}

func (a *Actor) onDue(c actor.Context, m *actorkit.Due) {
	if a.state.Open != nil {
		a.kit.Commit(c, actorkit.Change{Schedule: a.nextRun(a.deps.Config().Every)})
		return
	}
	a.begin(c, id.Derive(id.Run, "scout", m.At.UTC().Format(time.RFC3339)), "")
}

func (a *Actor) onRun(c actor.Context, m *messages.RunScout) {
	switch {
	case m.RunId == "":
		a.kit.Reply(c, &messages.Refusal{Code: "run_id_missing", Text: "A run needs an id, so that repeating the command does not run twice."})
	case slices.Contains(a.state.DoneIds, m.RunId) || a.state.Open.GetRunId() == m.RunId:
		a.kit.Reply(c, &messages.Accepted{Id: m.RunId})
	case a.state.Open != nil:
		a.kit.Reply(c, &messages.Refusal{Code: "run_under_way", Text: "A scouting run is under way: wait until it has ended."})
	default:
		a.begin(c, m.RunId, m.By)
		a.kit.Reply(c, &messages.Accepted{Id: m.RunId})
	}
}

// begin records that a run is under way and asks the first source.
func (a *Actor) begin(c actor.Context, runID, by string) {
	next := a.next()
	next.Open = &messages.OpenRun{RunId: runID, By: by, StartedAtMs: a.kit.Now().UnixMilli()}
	a.kit.Commit(c, actorkit.Change{State: next, Schedule: a.nextRun(a.deps.Config().Every)})
	a.state = next
	a.ask(c, 0)
}

// ask puts all searches of a run to one source; its answer brings the next source's turn.
func (a *Actor) ask(c actor.Context, source int) {
	if source == 0 {
		a.offers, a.errors = nil, make(map[string]string)
	}
	if source == len(a.deps.Sources) {
		a.fetch(c)
		return
	}
	cfg, s, runID := a.deps.Config(), a.deps.Sources[source], a.state.Open.RunId
	searches := max(1, len(cfg.Keywords)+1) * max(1, len(cfg.Countries))
	a.kit.Run(c, cfg.Timeout*time.Duration(searches), func(ctx context.Context) any {
		offers, err := search(ctx, s, cfg)
		return &answered{runID: runID, source: source, offers: offers, err: err}
	})
}

func (a *Actor) onAnswered(c actor.Context, m *answered) {
	if a.state.Open.GetRunId() != m.runID {
		return
	}
	if m.err != nil {
		a.errors[a.deps.Sources[m.source].Name()] = scouting.Clean(m.err.Error(), 300)
	}
	a.offers = append(a.offers, m.offers...)
	a.ask(c, m.source+1)
}

// fetch brings what people put in, after all sources were asked.
func (a *Actor) fetch(c actor.Context) {
	shelf, runID := a.deps.Shelf, a.state.Open.RunId
	a.kit.Run(c, a.deps.Config().Timeout, func(ctx context.Context) any {
		imported, err := shelf.WaitingImports(ctx, shelfLimit)
		return &fetched{runID: runID, imported: imported, err: err}
	})
}

// onFetched ends the run. What people chose comes first, so that a run full of offers does not leave it out.
func (a *Actor) onFetched(c actor.Context, m *fetched) {
	if a.state.Open.GetRunId() != m.runID {
		return
	}
	if m.err != nil {
		a.errors[scouting.SourceImport] = scouting.Clean(m.err.Error(), 300)
	}
	a.taken = facts.ImportsTaken{RunID: m.runID}
	chosen := make([]scouting.Offer, len(m.imported))
	for i, p := range m.imported {
		chosen[i] = p.Offer
		a.taken.IDs, a.taken.Versions = append(a.taken.IDs, p.ID), append(a.taken.Versions, p.Version)
	}
	a.offers = append(chosen, a.offers...)
	a.finish(c)
}

// search asks one source for what is rising and for each keyword, in each country. The first error ends it, but what was found stays.
func search(ctx context.Context, s Source, cfg Config) ([]scouting.Offer, error) {
	var found []scouting.Offer
	for _, country := range cfg.Countries {
		for _, keywords := range append([]string{""}, cfg.Keywords...) {
			offers, err := s.Search(ctx, keywords, country, cfg.Limit)
			if err != nil {
				return found, err
			}
			for _, o := range offers[:min(len(offers), cfg.Limit)] {
				o.Source = s.Name()
				found = append(found, o)
			}
		}
	}
	if len(found) == 0 {
		return nil, fault.Retry("no_offers", 0, errNoOffers)
	}
	return found, nil
}

func (a *Actor) nextRun(in time.Duration) []actorkit.Alarm {
	return []actorkit.Alarm{{Name: alarm, At: a.kit.Now().Add(in)}}
}

func (a *Actor) next() *messages.ScoutState { return proto.Clone(a.state).(*messages.ScoutState) }
