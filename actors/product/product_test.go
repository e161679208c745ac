package product

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"google.golang.org/protobuf/proto"

	"github.com/agente-ceo/agente-ceo/domain/catalog"
	"github.com/agente-ceo/agente-ceo/domain/facts"
	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/messages"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
	"github.com/agente-ceo/agente-ceo/runtime/actortest"
)

var (
	start = time.Date(2026, 3, 2, 6, 0, 0, 0, time.UTC)
	self  = actorkit.Key{Kind: Kind, ID: "prd_a"}
	scout = actorkit.Key{Kind: "scout", ID: "main"}
)

// list is a blacklist that the test writes.
type list struct {
	blocked []catalog.Blocked
	err     error
}

func (l *list) Blocked(context.Context) ([]catalog.Blocked, error) { return l.blocked, l.err }

type bundle struct {
	*actortest.Harness
	t         *testing.T
	blacklist *list
	plan      catalog.Plan
}

func setup(t *testing.T) *bundle {
	t.Helper()
	b := &bundle{Harness: actortest.New(t, start), t: t, blacklist: &list{}, plan: catalog.DefaultPlan(money.USD)}
	rules, making := catalog.DefaultRules(money.USD), catalog.DefaultMaking()
	b.Register(Kind, func(key actorkit.Key) actor.Actor {
		return New(Deps{
			Kit: b.Deps(), Blacklist: b.blacklist, Rules: func() catalog.Rules { return rules },
			Making: func() catalog.Making { return making }, Plan: func() catalog.Plan { return b.plan },
		}, key)
	})
	return b
}

func usd(cents int64) *messages.Money { return &messages.Money{Minor: cents, Currency: "USD"} }

func (b *bundle) sighting(change func(*messages.Candidate)) *messages.ProductScouted {
	m := &messages.ProductScouted{SightingId: "sgt_" + b.Now().String(), Candidate: &messages.Candidate{
		ProductId: self.ID, Title: "Portable Blender", Category: "Kitchen", Sources: []string{"aliexpress"}, SupplierRef: "77",
		SupplierPrice: usd(1200), ShippingPrice: usd(300), MarketPrice: usd(4990), RatingMilli: 4700, Reviews: 900,
		Keywords: []string{"blender"}, DemandScore: 80, Competition: 20, TrendPct: 40, ShipDays: 7, SeenAtMs: b.Now().UnixMilli(),
	}}
	if change != nil {
		change(m.Candidate)
	}
	return m
}

func (b *bundle) see(change func(*messages.Candidate)) { b.Send(scout, self, b.sighting(change)) }

func (b *bundle) row() facts.Product {
	var last facts.Product
	for _, f := range b.Facts() {
		if p, ok := f.(facts.Product); ok {
			last = p
		}
	}
	return last
}

func (b *bundle) wantStatus(status string) {
	b.t.Helper()
	if got := b.row().Status; got != status {
		b.t.Fatalf("status %q, want %q; reasons %q", got, status, b.row().Reasons)
	}
}

func (b *bundle) actions() []string {
	var list []string
	for _, a := range b.Audit() {
		list = append(list, a.Action)
	}
	return list
}

// perform answers every open effect of a courier.
func (b *bundle) perform(courier string, done bool) {
	for _, e := range b.Effects(courier) {
		answer := &messages.EffectPerformed{EffectId: e.Effect.ID, Kind: e.Effect.Kind, Outcome: "failed", Code: "gone", Text: "HTTP 500", Attempts: 3}
		if done {
			answer.Outcome, answer.Receipt = "done", &messages.Receipt{Url: "https://shop.example/p/a", Creatives: creatives(e.Effect.ID)}
		}
		b.Answer(e, answer)
	}
}

func creatives(effectID string) []*messages.MadeCreative {
	var made []*messages.MadeCreative
	for _, language := range []string{"pt-BR", "en"} {
		made = append(made, &messages.MadeCreative{
			Ref:      &messages.CreativeRef{CreativeId: "crt_" + language + effectID, Headline: "Mix anywhere", Language: language, MediaKey: "k"},
			MediaUrl: "https://media.example/k", PainPoints: []string{"lumps"},
		})
	}
	return made
}

// ready brings the product to the launch queue.
func (b *bundle) ready() *bundle {
	b.t.Helper()
	b.see(nil)
	b.perform("studio", true)
	b.perform("store", true)
	b.wantStatus(ready)
	return b
}

func (b *bundle) launched() []*messages.PlanCampaign {
	b.t.Helper()
	b.ready()
	b.Send(ceo, self, &messages.LaunchProduct{LaunchId: "lch_1", Platforms: []string{"meta", "tiktok"}})
	b.wantStatus(live)
	return b.plans()
}

func (b *bundle) plans() []*messages.PlanCampaign { return told[*messages.PlanCampaign](b, "campaign") }

func told[M proto.Message](b *bundle, kind string) []M {
	var list []M
	for _, m := range b.Told(kind) {
		if as, ok := m.(M); ok {
			list = append(list, as)
		}
	}
	return list
}

func TestProduct_QualifiesAtOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.see(nil)
	b.wantStatus(qualified)
	row := b.row()
	if row.SellingPrice.Minor() != 4490 || row.ScoreMilli < 70_000 || len(row.ScoreParts) != 3 || row.ScoutedAt != start || row.QualifiedAt != start {
		t.Errorf("recorded %+v", row)
	}
	if got := b.actions(); !slices.Equal(got, []string{"product_scouted", "product_qualified"}) {
		t.Errorf("audited %q", got)
	}
	studio, store := b.Effects("studio"), b.Effects("store")
	if len(studio) != 1 || len(store) != 1 {
		t.Fatalf("%d studio and %d store effects", len(studio), len(store))
	}
	order := studio[0].Effect.Payload.(*messages.Effect).GetProduceCreatives()
	if order.Count != 6 || order.Round != 0 || len(order.Languages) != 2 || order.SellingPrice.Minor != 4490 {
		t.Errorf("ordered %v", order)
	}
}

func TestProduct_RejectsWithReasons(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.blacklist.blocked = []catalog.Blocked{{Kind: "keyword", Term: "blender", Reason: "returns"}}
	b.see(nil)
	b.wantStatus(rejected)
	if r := b.row().Reasons; len(r) != 1 || !strings.Contains(r[0], "returns") {
		t.Errorf("reasons %q", r)
	}
	if len(b.Effects("studio")) != 0 {
		t.Error("creatives were ordered for a rejected product")
	}
}

func TestProduct_WaitsForTheBlacklist(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.blacklist.err = errors.New("database went away")
	b.see(nil)
	b.wantStatus(scouted)
	b.Advance(time.Hour)
	b.wantStatus(scouted)
	b.blacklist.err = nil
	b.Advance(10 * time.Minute)
	b.wantStatus(qualified)
	if n := slices.DeleteFunc(b.actions(), func(a string) bool { return a != "product_scouted" }); len(n) != 1 {
		t.Errorf("scouted %d times", len(n))
	}
}

func TestProduct_LaterSightings(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.see(func(c *messages.Candidate) { c.DemandScore = 10 })
	b.wantStatus(rejected)
	commits := b.Store.Commits()
	b.see(func(c *messages.Candidate) { c.DemandScore = 90 }) // the same moment: handled before
	b.Advance(24 * time.Hour)
	b.see(nil)
	if b.Store.Commits() != commits {
		t.Error("a sighting without news was written")
	}
	b.see(func(c *messages.Candidate) { c.MarketPrice = usd(5990) })
	b.wantStatus(rejected)
	if row := b.row(); row.MarketPrice.Minor() != 5990 || row.LastSeenAt != b.Now() {
		t.Errorf("not refreshed: %+v", row)
	}
	b.RunUntil(start.Add(14 * 24 * time.Hour))
	b.see(nil)
	b.wantStatus(qualified)
	b.Advance(24 * time.Hour)
	b.see(func(c *messages.Candidate) { c.SupplierPrice = usd(1300) })
	b.wantStatus(qualified)
	if n := len(b.Effects("studio")); n != 1 {
		t.Errorf("creatives ordered %d times", n)
	}
}

func TestProduct_SurvivesRestart(t *testing.T) {
	t.Parallel()
	for name, fail := range map[string]func(*bundle){
		"BeforeRecord":          func(b *bundle) { b.FailNextCommit() },
		"BetweenRecordAndReply": func(b *bundle) { b.LoseNextCommit() },
		"OnTheMessage":          func(b *bundle) { b.Crash(self) },
		"WholeProcess":          func(b *bundle) { b.Restart() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			steps := []func(){
				func() { b.see(nil) },
				func() { b.perform("studio", true) },
				func() { b.perform("store", true) },
				func() { b.Send(ceo, self, &messages.LaunchProduct{LaunchId: "lch_1", Platforms: []string{"meta"}}) },
			}
			for _, step := range steps {
				fail(b)
				step()
				b.Advance(10 * time.Minute) // past back-off and redelivery
			}
			b.wantStatus(live)
			if len(b.plans()) != 1 || len(b.Effects("studio")) != 1 || len(b.Effects("store")) != 1 {
				t.Errorf("%d plans, %d studio and %d store effects, want one of each", len(b.plans()), len(b.Effects("studio")), len(b.Effects("store")))
			}
			make := &messages.MakeCreatives{RequestId: "req_1", By: "ana@example.com"}
			fail(b)
			_, _ = b.TryAsk(self, make)
			b.Advance(10 * time.Minute)
			if r, ok := b.Ask(self, make).(*messages.Accepted); !ok || r.Id != "req_1" || len(b.Effects("studio")) != 2 {
				t.Errorf("replied %v after %d orders", r, len(b.Effects("studio")))
			}
		})
	}
}

func TestProduct_IgnoresWhatIsNotItsOwn(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.see(func(c *messages.Candidate) { c.ProductId = "prd_other" })
	b.Send(ceo, self, &messages.EffectPerformed{EffectId: "eff_x", Kind: kindListing, Outcome: "done"})
	b.Send(ceo, self, &messages.CampaignEnded{CampaignId: "cmp_x"})
	b.Send(ceo, self, &messages.StockChanged{NoticeId: "ntc_x"})
	if len(b.Facts()) != 0 {
		t.Errorf("wrote %v", b.Facts())
	}
	if r, ok := b.Ask(self, &messages.Freeze{}).(*messages.Refusal); !ok || r.Code != "unhandled" {
		t.Errorf("replied %v", r)
	}
}
