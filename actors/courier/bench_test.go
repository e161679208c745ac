package courier_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/agente-ceo/agente-ceo/actors/courier"
	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/delivery"
	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/domain/kpi"
	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/messages"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
	"github.com/agente-ceo/agente-ceo/runtime/actortest"
)

var (
	meta     = actorkit.Key{Kind: "courier", ID: "meta"}
	campaign = actorkit.Key{Kind: "campaign", ID: "cmp_a"}
)

// outbox is the couriers' queue in memory, on top of the harness's store: outcomes are written with the commit.
type outbox struct {
	*actortest.Store
	effects   []actorkit.PendingEffect
	ended     map[string]actorkit.Outcome
	begun     []string
	dieAtNext bool // the process dies right after the intent was written
	winners   map[string]string
	refusal   error // what is said to raises that are about to begin
}

func (o *outbox) Commit(ctx context.Context, c actorkit.Commit) error {
	before := o.Commits()
	for _, outcome := range c.Outcomes {
		if w := outcome.Won; w != nil && o.winners[w.Entity] != "" && o.winners[w.Entity] != w.ExternalID {
			return fault.Refuse(actorkit.AnotherWon, "%s has won", o.winners[w.Entity])
		}
	}
	err := o.Store.Commit(ctx, c)
	if o.Commits() == before {
		return err
	}
	for _, outcome := range c.Outcomes {
		i := slices.IndexFunc(o.effects, func(e actorkit.PendingEffect) bool { return e.ID == outcome.EffectID })
		if outcome.Won != nil {
			o.winners[outcome.Won.Entity] = outcome.Won.ExternalID
		}
		if delivery.State(outcome.State).Final() {
			o.ended[outcome.EffectID] = outcome
			o.effects = slices.Delete(o.effects, i, i+1)
			continue
		}
		o.effects[i].State, o.effects[i].NextAttempt, o.effects[i].LastError = outcome.State, outcome.NextAttempt, outcome.Error
	}
	for _, e := range c.Effects {
		o.effects = append(o.effects, actorkit.PendingEffect{
			ID: e.ID, Courier: e.Courier, Kind: e.Kind, Subject: e.Subject, ReplyTo: c.Key, Payload: e.Payload, State: actorkit.EffectPending,
			NextAttempt: c.Now, CreatedAt: c.Now,
		})
	}
	if c.Begin != "" {
		_, beginErr := o.BeginEffect(ctx, actorkit.Fence{Key: c.Key, Epoch: c.Epoch}, c.Begin, c.Now)
		return errors.Join(err, beginErr)
	}
	return err
}

func (o *outbox) PendingEffects(_ context.Context, _ string, dueBy time.Time, limit int) ([]actorkit.PendingEffect, error) {
	var out []actorkit.PendingEffect
	for _, e := range o.effects {
		if !e.NextAttempt.After(dueBy) && len(out) < limit {
			out = append(out, e)
		}
	}
	return out, nil
}

func (o *outbox) Winner(_ context.Context, _, entity string) (string, error) {
	return o.winners[entity], nil
}

func (o *outbox) CampaignWinners(context.Context, string) (map[string]string, error) {
	return o.winners, nil
}

func (o *outbox) BeginEffect(_ context.Context, _ actorkit.Fence, effectID string, _ time.Time) (lookOnly, err error) {
	i := slices.IndexFunc(o.effects, func(e actorkit.PendingEffect) bool { return e.ID == effectID })
	if i < 0 {
		return nil, fault.Refuse("effect_ended", "effect %s has ended", effectID)
	}
	if o.refusal != nil && o.effects[i].Payload.(*messages.Effect).Raises() {
		if o.effects[i].State == actorkit.EffectPending {
			return nil, o.refusal
		}
		lookOnly = o.refusal
	}
	o.effects[i].State = actorkit.EffectInflight
	o.effects[i].Attempts++
	o.begun = append(o.begun, effectID)
	if o.dieAtNext {
		o.dieAtNext = false
		return nil, errors.New("the process died")
	}
	return lookOnly, nil
}

// brake is pulled by the test.
type brake struct{ pulled bool }

func (b *brake) Refusal() error {
	if b.pulled {
		return fault.Refuse("frozen", "all spending is frozen")
	}
	return nil
}

func (b *brake) Guard(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithCancel(ctx)
}

func (a *account) Order(_ context.Context, orderID string) (delivery.SupplierOrder, error) {
	defer a.enter("order " + orderID)()
	return delivery.SupplierOrder{ID: orderID, Status: "shipped", TrackingCode: "LB" + orderID}, a.parcels[orderID]
}

// account is an advertising account that fails as the test says.
type account struct {
	entities map[string]ads.Entity // by id
	script   []error               // one for each mutation to come; nil succeeds
	after    bool                  // the mutation is performed although its answer is an error
	ignores  bool                  // settings are accepted and not kept
	onCreate func()                // called once, by the next create
	check    error
	readErr  error
	calls    []string
	spend    []ads.SpendRow
	parcels  map[string]error // what asking about an order fails with
	running  int
	parallel bool
}

func (a *account) enter(call string) func() {
	a.calls = append(a.calls, call)
	a.running++
	a.parallel = a.parallel || a.running > 1
	return func() { a.running-- }
}

func (a *account) next() error {
	if len(a.script) == 0 {
		return nil
	}
	err := a.script[0]
	a.script = a.script[1:]
	return err
}

func (a *account) create(call, name string) (ads.Entity, error) {
	defer a.enter(call)()
	if a.onCreate != nil {
		a.onCreate()
		a.onCreate = nil
	}
	err := a.next()
	if err != nil && !a.after {
		return ads.Entity{}, err
	}
	e := ads.Entity{ID: fmt.Sprint("12021", len(a.entities)), Name: name, Delivery: ads.Paused}
	a.entities[e.ID] = e
	if err != nil {
		return ads.Entity{}, err
	}
	return e, nil
}

func (a *account) CreateCampaign(_ context.Context, s ads.CampaignSpec) (ads.Entity, error) {
	return a.create("create_campaign", s.Name)
}

func (a *account) CreateAdSet(_ context.Context, s ads.AdSetSpec) (ads.Entity, error) {
	return a.create("create_ad_set", s.Name)
}

func (a *account) CreateAd(_ context.Context, s ads.AdSpec) (ads.Entity, error) {
	return a.create("create_ad", s.Name)
}

func (a *account) CreateLookalike(context.Context, string, []string, int, int) (string, error) {
	return "aud_1", a.next()
}

func (a *account) set(call, id string, change func(*ads.Entity)) error {
	defer a.enter(call)()
	err := a.next()
	if (err == nil || a.after) && !a.ignores {
		e := a.entities[id]
		change(&e)
		a.entities[id] = e
	}
	return err
}

func (a *account) SetDelivery(_ context.Context, _ ads.Level, id string, d ads.Delivery) error {
	return a.set("set_delivery "+id+" "+string(d), id, func(e *ads.Entity) { e.Delivery = d })
}

func (a *account) SetBudget(_ context.Context, id string, daily money.Amount) error {
	return a.set("set_budget", id, func(e *ads.Entity) { e.Budget = daily })
}

func (a *account) SetBid(_ context.Context, id string, _ ads.BidStrategy, _ money.Amount) error {
	return a.set("set_bid", id, func(*ads.Entity) {})
}

func (a *account) Find(_ context.Context, _ ads.Level, _, name string) (ads.Entity, error) {
	defer a.enter("find")()
	if a.readErr != nil {
		return ads.Entity{}, a.readErr
	}
	for _, e := range a.entities {
		if e.Name == name {
			return e, nil
		}
	}
	return ads.Entity{}, fault.Refuse("not_found", "no %s", name)
}

func (a *account) Get(_ context.Context, _ ads.Level, id string) (ads.Entity, error) {
	defer a.enter("get")()
	return a.entities[id], a.readErr
}

func (a *account) Remove(_ context.Context, id string) error {
	defer a.enter("remove " + id)()
	delete(a.entities, id)
	return a.next()
}

func (a *account) Validate(context.Context, ads.CampaignSpec, ads.AdSetSpec) error { return a.next() }

func (a *account) Check(context.Context) error {
	defer a.enter("check")()
	return a.check
}

func (a *account) Insights(context.Context, string) ([]ads.InsightRow, error) {
	defer a.enter("insights")()
	row := ads.InsightRow{AdSetID: "set", AdID: "ad", Metrics: kpi.Metrics{Impressions: 7, Spend: money.Minor(123, money.USD)}}
	return []ads.InsightRow{row}, a.readErr
}

func (a *account) Spend(context.Context, string, string) ([]ads.SpendRow, error) {
	defer a.enter("spend")()
	return a.spend, a.readErr
}

type bench struct {
	*actortest.Harness
	t       *testing.T
	outbox  *outbox
	account *account
	brake   *brake
	list    *list // nil: the account is not surveyed
	quota   delivery.Quota
}

func setup(t *testing.T) *bench {
	t.Parallel()
	h := actortest.New(t, time.Date(2026, 11, 25, 15, 0, 0, 0, time.UTC))
	b := &bench{
		Harness: h, t: t, outbox: &outbox{Store: h.Store, ended: map[string]actorkit.Outcome{}, winners: map[string]string{}},
		account: &account{entities: map[string]ads.Entity{}}, brake: &brake{},
	}
	h.Register("courier", func(key actorkit.Key) actor.Actor {
		deps := h.Deps()
		deps.Store = b.outbox
		var surveyor courier.Surveyor
		if b.list != nil {
			surveyor = b.list
		}
		return courier.New(courier.Deps{
			Surveyor: surveyor, SurveyEvery: func() time.Duration { return 5 * time.Minute },
			Kit: deps, Outbox: b.outbox, Performer: courier.NewAds(b.account), Reads: b.account, Parcels: b.account, Brake: b.brake,
			Policy: delivery.DefaultPolicy, Quota: func() delivery.Quota { return b.quota },
		}, key)
	})
	return b
}

// put writes effects into the outbox, without waking the courier.
func (b *bench) put(id string, what *messages.Effect, kind string) {
	b.outbox.effects = append(b.outbox.effects, actorkit.PendingEffect{
		ID: id, Courier: "meta", Kind: kind, Subject: "cmp_a", ReplyTo: campaign, Payload: what, State: actorkit.EffectPending,
		NextAttempt: b.Now(), CreatedAt: b.Now(),
	})
}

func createCampaign(name string) *messages.Effect {
	return &messages.Effect{What: &messages.Effect_CreateCampaign{CreateCampaign: &messages.CreateCampaign{Name: name}}}
}

func setDelivery(id, d string) *messages.Effect {
	return &messages.Effect{Grant: &messages.SpendGrant{ReservationId: "rsv_1"}, What: &messages.Effect_SetDelivery{SetDelivery: &messages.SetDelivery{Level: "ad_set", ExternalId: id, Delivery: d}}}
}

func (b *bench) create(id string) {
	b.put(id, createCampaign("ac-"+id), "create_campaign")
	b.Tell(meta, &messages.Wake{})
}

// answers are the distinct answers that the campaign got, by effect.
func (b *bench) answers() map[string]*messages.EffectPerformed {
	out := map[string]*messages.EffectPerformed{}
	for _, m := range b.ToldTo(campaign) {
		if p, ok := m.(*messages.EffectPerformed); ok {
			if before := out[p.EffectId]; before != nil && before.Outcome != p.Outcome {
				b.t.Errorf("answered %s twice: %v and %v", p.EffectId, before, p)
			}
			out[p.EffectId] = p
		}
	}
	return out
}

func (b *bench) wantsDone(id string, entities int) {
	b.t.Helper()
	answer := b.answers()[id]
	if answer == nil || answer.Outcome != "done" || answer.Receipt.GetExternalId() == "" {
		b.t.Errorf("%s was answered %v", id, answer)
	}
	if len(b.account.entities) != entities {
		b.t.Errorf("the platform has %d entities, want %d", len(b.account.entities), entities)
	}
	if b.outbox.ended[id].State != "done" || len(b.outbox.ended[id].Receipt) == 0 {
		b.t.Errorf("the outbox says %+v", b.outbox.ended[id])
	}
	if b.account.parallel {
		b.t.Error("two calls ran at once")
	}
}
