package main

import (
	"context"
	"slices"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/agente-ceo/agente-ceo/actors/approvals"
	"github.com/agente-ceo/agente-ceo/actors/campaign"
	"github.com/agente-ceo/agente-ceo/actors/ceo"
	"github.com/agente-ceo/agente-ceo/actors/courier"
	"github.com/agente-ceo/agente-ceo/actors/housekeeper"
	"github.com/agente-ceo/agente-ceo/actors/orders"
	"github.com/agente-ceo/agente-ceo/actors/product"
	"github.com/agente-ceo/agente-ceo/actors/reporter"
	"github.com/agente-ceo/agente-ceo/actors/scout"
	"github.com/agente-ceo/agente-ceo/actors/treasurer"
	"github.com/agente-ceo/agente-ceo/domain/catalog"
	"github.com/agente-ceo/agente-ceo/domain/delivery"
	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/domain/ordering"
	"github.com/agente-ceo/agente-ceo/domain/reporting"
	"github.com/agente-ceo/agente-ceo/domain/strategy"
	"github.com/agente-ceo/agente-ceo/persistence"
	"github.com/agente-ceo/agente-ceo/platforms/stores"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
)

// required are the actors without which the business does not run: /readyz watches them, and they are woken at every start.
func (a *App) required() []actorkit.Key {
	keys := []actorkit.Key{
		{Kind: "treasurer", ID: "main"}, {Kind: "ceo", ID: "main"}, {Kind: "approvals", ID: "main"}, {Kind: "orders", ID: "main"},
		{Kind: "scout", ID: "main"}, {Kind: "reporter", ID: "main"}, {Kind: "housekeeper", ID: "main"},
	}
	for _, id := range courierIDs {
		keys = append(keys, actorkit.Key{Kind: "courier", ID: id})
	}
	return keys
}

var courierIDs = []string{"meta", "tiktok", "google", "studio", "store", "supplier", "notify", "crm"}

// rehearsing are the couriers that touch nothing in a dry run. The advertising platforms' campaigns know their mode themselves.
var rehearsing = []string{"store", "supplier", "notify", "crm"}

// registerActors makes every kind known to the directory.
func (a *App) registerActors(kit actorkit.Deps) {
	book := &a.rules
	register := func(kind string, make func(actorkit.Key) actor.Actor) { a.directory.Register(kind, make) }
	register("scout", func(k actorkit.Key) actor.Actor {
		return scout.New(scout.Deps{Kit: kit, Sources: a.outside.sources, Shelf: a.db, Config: func() scout.Config { return book.get().scouting }}, k)
	})
	register("product", func(k actorkit.Key) actor.Actor {
		return product.New(product.Deps{
			Kit: kit, Blacklist: blacklist{a.db}, Rules: func() catalog.Rules { return book.get().catalog },
			Making: func() catalog.Making { return book.get().making }, Plan: func() catalog.Plan { return book.get().plan },
		}, k)
	})
	register("ceo", func(k actorkit.Key) actor.Actor {
		return ceo.New(ceo.Deps{Kit: kit, Treasury: headroom{a}, Brake: a.brake, Launching: func() catalog.Launching { return book.get().launching }}, k)
	})
	register("approvals", func(k actorkit.Key) actor.Actor {
		return approvals.New(approvals.Deps{Kit: kit, People: a.db, Rules: func() approvals.Rules { return book.get().approvals }}, k)
	})
	register("campaign", func(k actorkit.Key) actor.Actor {
		return campaign.New(campaign.Deps{
			Kit: kit, Rules: a.campaignRules, Policy: func() strategy.Policy { return book.get().policy },
		}, k)
	})
	register("treasurer", func(k actorkit.Key) actor.Actor {
		return treasurer.New(treasurer.Deps{Kit: kit, Answers: a.db, Campaigns: a.db, Rules: a.treasuryRules}, k)
	})
	metrics := courier.NewMetrics(a.metrics)
	register("courier", func(k actorkit.Key) actor.Actor {
		port := a.outside.couriers[k.ID]
		if slices.Contains(rehearsing, k.ID) {
			port.performer = courier.Rehearse(port.performer, a.outside.shopURL, func() bool { return book.get().plan.Mode == "dry_run" })
		}
		return courier.New(courier.Deps{
			Kit: kit, Outbox: a.db, Performer: a.opts.seams.overPerformer(k.ID, port.performer), Reads: port.reads, Parcels: port.parcels, Brake: cautious{a.brake, a.verdict},
			Surveyor: port.surveyor, SurveyEvery: a.surveyEvery, Quota: port.quota,
			Policy: func() delivery.Policy { return book.get().courier }, Timeout: 4 * a.cfg.Courier.CallTimeout, Metrics: metrics,
		}, k)
	})
	register("orders", func(k actorkit.Key) actor.Actor {
		return orders.New(orders.Deps{Kit: kit, Inbox: inbox{a.db}, Book: a.db, Shops: a.outside.shops, Settings: a.orderSettings}, k)
	})
	register("reporter", func(k actorkit.Key) actor.Actor {
		return reporter.New(reporter.Deps{Kit: kit, Books: books{a}, Target: func() reporting.Target { return book.get().target }, Post: a.db, Base: a.cfg.HTTP.PublicURL}, k)
	})
	register("housekeeper", func(k actorkit.Key) actor.Actor {
		return housekeeper.New(housekeeper.Deps{
			Kit: kit, Store: house{DB: a.db, backups: a.backups}, Connections: a.connections(), Settings: func() housekeeper.Settings { return book.get().house },
		}, k)
	})
}

// surveyReal is how long, in real time, an account is left between two surveys at least: in a fast world it would be listed without end.
const surveyReal = 2 * time.Second

// surveyEvery is the couriers' interval in business time.
func (a *App) surveyEvery() time.Duration {
	return max(a.cfg.Schedule.Survey, surveyReal*time.Duration(a.speed()))
}

// connections are what the housekeeper tries: the database and everything outside.
func (a *App) connections() []housekeeper.Connection {
	first := []housekeeper.Connection{{Name: "database", Check: a.pingDatabase}, a.delivered()}
	if a.anchors != nil {
		first = append(first, housekeeper.Connection{Name: "audit_anchor", Check: a.anchors.look})
	}
	return append(first, a.outside.checks...)
}

// blacklist reads what must not be tried again.
type blacklist struct{ db *persistence.DB }

// Blocked lists it in the catalogue's words.
func (b blacklist) Blocked(ctx context.Context) ([]catalog.Blocked, error) {
	rows, err := b.db.Blacklist(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]catalog.Blocked, len(rows))
	for i, r := range rows {
		out[i] = catalog.Blocked{Kind: r.Kind, Term: r.Term, Reason: r.Reason}
	}
	return out, nil
}

// headroom answers what the purse leaves, out of the database that guards the caps.
type headroom struct{ app *App }

// Headroom is what may still be committed in the current day and week, and how many campaigns run.
func (h headroom) Headroom(ctx context.Context) (free money.Amount, live int, err error) {
	rules := h.app.rules.get().treasury
	day := rules.Calendar.Day(h.app.clock.Now())
	return h.app.db.Headroom(ctx, rules.Purse, string(day), string(rules.Calendar.Week(day)), rules.Caps.Day, rules.Caps.Week)
}

// inbox reads stored webhooks in the shop's dialect.
type inbox struct{ db *persistence.DB }

// Waiting parses what waits; one webhook may hold several happenings.
func (i inbox) Waiting(ctx context.Context, limit int) ([]ordering.Incoming, error) {
	stored, err := i.db.UnhandledWebhooks(ctx, limit)
	if err != nil {
		return nil, err
	}
	var out []ordering.Incoming
	for _, w := range stored {
		parsed := stores.Parse(w.ID, w.Source, w.Topic, w.Body)
		for j := range parsed[:len(parsed)-1] {
			parsed[j].WebhookID = 0 // the last one marks the webhook, when all before it are on disk
		}
		out = append(out, parsed...)
	}
	return out, nil
}

// reconcileReal is the shortest interval, in real time, at which the shops are asked for their orders: a fast world would ask all the time.
const reconcileReal = time.Second

func (a *App) orderSettings() orders.Settings {
	s := a.rules.get().orders
	s.Reconcile = max(s.Reconcile, reconcileReal*time.Duration(a.speed()))
	return s
}

// books adds the caps in force to the figures of the database.
type books struct{ app *App }

// Figures sums up a period.
func (b books) Figures(ctx context.Context, from, to time.Time) (reporting.Figures, error) {
	f, err := b.app.db.Figures(ctx, from, to)
	caps := b.app.rules.get().treasury.Caps
	f.CapDay, f.CapWeek = caps.Day, caps.Week
	return f, err
}

// Pulse sums up the last 24 hours.
func (b books) Pulse(ctx context.Context, now time.Time) (reporting.Pulse, error) {
	return b.app.db.Pulse(ctx, now)
}

// house is the database with its backups.
type house struct {
	*persistence.DB
	backups *persistence.Backups
}

// Backup writes a checked backup; "" where backups make no sense.
func (h house) Backup(ctx context.Context, by actorkit.Fence, now time.Time) (string, error) {
	return h.backups.Backup(ctx, by, now)
}
