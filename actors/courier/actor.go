// Package courier performs effects against one account of the outside world, one at a time: rate limits, retries, the circuit breaker
// and the reading back happen here and nowhere else.
//
//	receives  Wake, FetchInsights, FetchSpend, FetchTracking, EffectPerformed of its own effects; its alarms "next" and "survey"
//	replies   EffectPerformed to who committed the effect, durable; InsightsFetched to campaigns, SpendObserved to treasurers,
//	          TrackingFetched to orders/main; unasked, StandingsSeen to campaigns
//	owns      what becomes of its effects in the outbox; alerts on failures and on a closed account; orphans on its account, which it
//	          stops and removes
//	survives  everything: the outbox is its queue. An effect that was begun and has no outcome is looked up before it is repeated
package courier

import (
	"context"
	"slices"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"google.golang.org/protobuf/proto"

	"github.com/agente-ceo/agente-ceo/domain/delivery"
	"github.com/agente-ceo/agente-ceo/messages"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
)

// Outbox is the couriers' queue. What becomes of an effect is written with the courier's commit (Change.Outcomes).
type Outbox interface {
	// PendingEffects lists up to limit effects of a courier that are not over and due by dueBy, oldest first.
	PendingEffects(ctx context.Context, courier string, dueBy time.Time, limit int) ([]actorkit.PendingEffect, error)
	// BeginEffect writes down that an effect is about to be performed: it is inflight, with one attempt more. One that raises spending
	// and is not entitled to is Refused, or, if it was begun before, may only be looked up.
	BeginEffect(ctx context.Context, by actorkit.Fence, effectID string, now time.Time) (lookOnly, err error)
	// CampaignWinners are the external ids of all campaigns that won on a platform, by plan.
	CampaignWinners(ctx context.Context, platform string) (map[string]string, error)
	// Winner is the external id of the one entity of a plan that may deliver, empty when there is none yet.
	Winner(ctx context.Context, plan, entity string) (string, error)
}

// Brake stops what raises spending in this process, whatever the database says.
type Brake interface {
	// Refusal is fault Refused "frozen" while spending is frozen, and nil when it is not.
	Refusal() error
	// Guard gives a context that ends when spending is frozen.
	Guard(ctx context.Context) (context.Context, context.CancelFunc)
}

// Deps are what the actor needs.
type Deps struct {
	Kit    actorkit.Deps
	Outbox Outbox
	// Performer is the account. Reads and Parcels are nil where nothing of the kind can be asked.
	Performer Performer
	Reads     Reads
	Parcels   Parcels
	Brake     Brake
	// Quota is what the account has used of the platform's limits on calls; nil where it does not say.
	Quota func() delivery.Quota
	// Surveyor lists the account every SurveyEvery; nil where there is nothing to list.
	Surveyor    Surveyor
	SurveyEvery func() time.Duration
	Policy      func() delivery.Policy
	// Timeout bounds one call of the performer, in real time; zero is DefaultTimeout.
	Timeout time.Duration
	Metrics *Metrics // nil counts nothing
}

// DefaultTimeout is how long performing one effect may take.
const DefaultTimeout = 2 * time.Minute

const (
	nextAlarm     = "next"
	outboxTimeout = 10 * time.Second
	// batch is how many effects are looked at: enough to see past those that wait.
	batch = 200
	// horizon makes the outbox list effects that are not due yet, so that their order on one target is kept.
	horizon = 24 * time.Hour
	// throttlePause is how long the whole account rests after a throttle, at most: some throttles concern one ad set alone.
	throttlePause = time.Minute
	// firstSurvey is how long after its start a courier surveys its account: what a crash left is found soon.
	firstSurvey = 30 * time.Second
)

// Actor is a courier.
type Actor struct {
	deps      Deps
	kit       *actorkit.Kit
	breaker   delivery.Breaker
	tries     map[string]int64 // failed tries of effects that are not over
	performed int64

	busy      bool
	reads     []proto.Message
	readNext  bool // an effect was performed last: a waiting read goes first
	restUntil time.Time

	surveyNow bool
	orphans   []delivery.Orphan
	sweeps    int64
	lastSeen  map[string]string // how everything stood at the last survey
	unsettled map[string]bool   // campaigns that were told once only that something stands otherwise
	gone      map[string]bool   // winners that were found deleted at the last survey
	// reviewedAt is when the ads were listed last.
	reviewedAt time.Time

	known    []actorkit.PendingEffect // the queue as last read, less what was done since
	knownAll bool                     // it was read to its end
}

// New makes the courier for its key, courier/{account}.
func New(d Deps, key actorkit.Key) actor.Actor {
	if d.Timeout <= 0 {
		d.Timeout = DefaultTimeout
	}
	return &Actor{deps: d, kit: actorkit.New(d.Kit, key)}
}

// The results of slow work.
type (
	performed struct {
		effect  actorkit.PendingEffect
		attempt attempt
	}
	probed struct{ err error }
	read   struct {
		to     actorkit.Key
		answer proto.Message
		err    error
	}
)

// Receive routes; it decides nothing.
func (a *Actor) Receive(c actor.Context) {
	switch m := c.Message().(type) {
	case *actor.Started:
		a.onStarted(c)
	case *actor.Stopping, *actor.Stopped, *actor.Restarting:
		a.kit.Stop()
	case *messages.Wake:
		a.forget()
		a.next(c)
	case *actorkit.Due:
		a.onDue(c, m)
	case *messages.EffectPerformed:
		a.onOwn(m)
	case *messages.FetchInsights:
		a.onRead(c, m)
	case *messages.FetchSpend:
		a.onRead(c, m)
	case *messages.FetchTracking:
		a.onRead(c, m)
	case *performed:
		a.onPerformed(c, m)
	case *probed:
		a.onProbed(c, m)
	case *read:
		a.onAnswered(c, m)
	case *surveyed:
		a.onSurveyed(c, m)
	default:
		a.kit.Unhandled(c)
	}
}

func (a *Actor) onStarted(c actor.Context) {
	var state messages.CourierState
	a.kit.Start(c, &state)
	a.load(&state)
	a.deps.Metrics.open(a.kit.Key().ID, a.breaker.Open())
	a.lastSeen, a.unsettled = map[string]string{}, map[string]bool{}
	a.armSurvey(firstSurvey)
	a.next(c)
}

// onDue looks at the queue, or has the account surveyed.
func (a *Actor) onDue(c actor.Context, due *actorkit.Due) {
	if due.Name == surveyAlarm {
		a.onSurveyDue()
	} else {
		a.forget()
	}
	a.next(c)
}

// next begins the one thing that is to be done now, or sleeps until something is.
func (a *Actor) next(c actor.Context) {
	now := a.kit.Now()
	switch {
	case a.busy:
		return
	case a.breaker.Open():
		a.turnDownReads()
		if now.Before(a.breaker.OpenUntil) {
			a.sleepUntil(c, a.breaker.OpenUntil)
			return
		}
		a.probe(c)
		return
	case now.Before(a.restUntil):
		a.sleepUntil(c, a.restUntil)
		return
	}
	effect, ready, later := choose(a.waiting(now), now)
	ease := a.easeUntil()
	switch {
	case now.Before(ease) && (ready || a.surveyNow || len(a.reads) > 0) && !(ready && urgent(effect)):
		if !later.IsZero() && later.Before(ease) {
			ease = later // it may stop spending, which does not wait
		}
		a.sleepUntil(c, ease)
	case a.surveyNow && !(ready && urgent(effect)):
		a.survey(c)
	case a.readFirst(effect, ready):
		a.readNext = false
		a.ask(c)
	case ready:
		a.start(c, effect)
	case !later.IsZero():
		a.sleepUntil(c, later)
	}
}

// easeUntil is when the platform's limits on calls leave room for the next one.
func (a *Actor) easeUntil() time.Time {
	if a.deps.Quota == nil {
		return time.Time{}
	}
	return a.deps.Quota().RestUntil()
}

// readFirst reports whether a question comes before the effect that is ready, if one is.
func (a *Actor) readFirst(effect actorkit.PendingEffect, ready bool) bool {
	return len(a.reads) > 0 && (!ready || a.readNext && !urgent(effect))
}

// follows is the effect that next would perform now, if the queue is known: the commit of the last one begins it too.
// What raises spending is begun by itself, where it can be refused alone.
func (a *Actor) follows(now time.Time) (effect actorkit.PendingEffect, ok bool) {
	if a.breaker.Open() || now.Before(a.restUntil) {
		return effect, false
	}
	effect, ready, _ := choose(a.known, now)
	if now.Before(a.easeUntil()) && !urgent(effect) {
		return effect, false
	}
	return effect, ready && !a.surveyNow && !raises(effect) && !a.readFirst(effect, ready)
}

// waiting is the queue as it was last read. New effects come with a Wake, which has it read again; in between only what this courier
// itself did has changed it.
func (a *Actor) waiting(now time.Time) []actorkit.PendingEffect {
	if len(a.known) > 0 || a.knownAll {
		return a.known
	}
	ctx, cancel := context.WithTimeout(context.Background(), outboxTimeout)
	defer cancel()
	waiting, err := a.deps.Outbox.PendingEffects(ctx, a.kit.Key().ID, now.Add(horizon), batch)
	if err != nil {
		panic(err) // the store is away: the supervisor tries again
	}
	a.known, a.knownAll = waiting, len(waiting) < batch
	return waiting
}

// forget has the queue read again before the next turn.
func (a *Actor) forget() { a.known, a.knownAll = nil, false }

// done takes an effect that is over out of the queue.
func (a *Actor) done(effectID string) {
	a.known = slices.DeleteFunc(a.known, func(e actorkit.PendingEffect) bool { return e.ID == effectID })
}

// probe asks the account whether it works again.
func (a *Actor) probe(c actor.Context) {
	a.busy = true
	performer := a.deps.Performer
	a.kit.Run(c, a.deps.Timeout, func(ctx context.Context) any {
		return &probed{err: guarded(func() error { return performer.Check(ctx) })}
	})
}

func (a *Actor) onProbed(c actor.Context, m *probed) {
	a.busy = false
	before := a.breaker
	a.breaker = before.Probed(a.deps.Policy(), a.kit.Now(), m.err)
	a.deps.Metrics.open(a.kit.Key().ID, a.breaker.Open())
	change := actorkit.Change{State: a.state()}
	if m.err == nil {
		change.Facts = append(change.Facts, a.accountResolved())
		change.Audit = append(change.Audit, actorkit.Audit{
			Action: "account_available", Subject: a.kit.Key().ID, Reason: "The account answers again.",
			Figures: []actorkit.Figure{{Name: "since", Value: before.OpenedAt.Format(time.RFC3339)}, {Name: "reason", Value: before.Reason}},
		})
	}
	a.kit.Commit(c, change)
	a.next(c)
}

// sleepUntil arms the alarm, unless it comes soon enough already.
func (a *Actor) sleepUntil(c actor.Context, at time.Time) {
	if due, armed := a.kit.Alarm(nextAlarm); armed && !due.After(at) {
		return
	}
	a.kit.Commit(c, actorkit.Change{Schedule: []actorkit.Alarm{{Name: nextAlarm, At: at}}})
}
