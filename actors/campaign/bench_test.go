package campaign_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"google.golang.org/protobuf/proto"

	subject "github.com/agente-ceo/agente-ceo/actors/campaign"
	"github.com/agente-ceo/agente-ceo/domain/campaign"
	"github.com/agente-ceo/agente-ceo/domain/facts"
	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/domain/strategy"
	"github.com/agente-ceo/agente-ceo/messages"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
	"github.com/agente-ceo/agente-ceo/runtime/actortest"
)

const cmp = "cmp_aaaaaaaaaaaaaaaa"

var (
	key       = actorkit.Key{Kind: "campaign", ID: cmp}
	product   = actorkit.Key{Kind: "product", ID: "prd_x"}
	treasurer = actorkit.Key{Kind: "treasurer", ID: "main"}
	approvals = actorkit.Key{Kind: "approvals", ID: "main"}
	orders    = actorkit.Key{Kind: "orders", ID: "main"}
	ceo       = actorkit.Key{Kind: "ceo", ID: "main"}
	meta      = actorkit.Key{Kind: "courier", ID: "meta"}
)

// bench is one campaign with a platform and a treasurer that the test plays.
type bench struct {
	*actortest.Harness
	t     *testing.T
	rules campaign.Rules

	// grant answers a reservation; nil leaves it unanswered.
	grant func(*messages.ReserveBudget) proto.Message
	// perform answers an effect; nil leaves it unanswered.
	perform func(kind string, e *messages.Effect) *messages.EffectPerformed
	// ad is what one ad has collected by now, from its external id and the hours since the start.
	ad func(external string, hours int64) *messages.Metrics

	start    time.Time
	entities map[string]string // external id → delivery
	budgets  map[string]int64  // ad set → daily budget
	parents  map[string]string // ad → ad set
	made     int
	asked    int // messages to the treasurer that were read
	fetched  int // messages to the courier that were read
}

func setup(t *testing.T, start time.Time) *bench {
	t.Helper()
	zone, err := time.LoadLocation("America/Sao_Paulo")
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{
		Harness: actortest.New(t, start), t: t, rules: campaign.DefaultRules(zone), start: start,
		entities: map[string]string{}, budgets: map[string]int64{}, parents: map[string]string{},
	}
	b.grant = func(r *messages.ReserveBudget) proto.Message {
		return &messages.BudgetReserved{ReservationId: r.ReservationId, Day: r.Day, DailyBudget: r.DailyBudget}
	}
	b.perform = b.obey
	b.Register(subject.Kind, func(k actorkit.Key) actor.Actor {
		return subject.New(subject.Deps{
			Kit: b.Deps(), Rules: func() campaign.Rules { return b.rules }, Policy: func() strategy.Policy { return strategy.DefaultRules() },
		}, k)
	})
	return b
}

func usd(cents int64) *messages.Money { return &messages.Money{Minor: cents, Currency: "USD"} }

func plan(mode string) *messages.PlanCampaign {
	p := &messages.PlanCampaign{
		CampaignId: cmp, ProductId: product.ID, ProductTitle: "Lamp", Platform: "meta", Mode: mode, DailyBudget: usd(5000),
		Countries: []string{"BR", "US"}, LandingUrl: "https://shop.example/p/lamp?x=1", SellingPrice: usd(6000), Keywords: []string{"lamp"}, ScoreMilli: 81000,
	}
	for i := range 6 {
		p.Creatives = append(p.Creatives, &messages.CreativeRef{
			CreativeId: fmt.Sprintf("crt_%d", i), Headline: "Light", Body: "A lamp.", Action: "shop_now", MediaKey: "m", Language: "en",
		})
	}
	return p
}

// obey is a platform that does what it is told.
func (b *bench) obey(_ string, e *messages.Effect) *messages.EffectPerformed {
	r := &messages.Receipt{}
	switch w := e.What.(type) {
	case *messages.Effect_CreateCampaign:
		r.ExternalId = b.entity("c")
	case *messages.Effect_CreateAdSet:
		r.ExternalId = b.entity("s")
		b.budgets[r.ExternalId] = w.CreateAdSet.DailyBudget.Minor
	case *messages.Effect_CreateAd:
		r.ExternalId = b.entity("a")
		b.parents[r.ExternalId] = w.CreateAd.AdSetExternalId
	case *messages.Effect_CreateLookalike:
		r.ExternalId = b.entity("l")
	case *messages.Effect_SetDelivery:
		b.entities[w.SetDelivery.ExternalId] = w.SetDelivery.Delivery
		r.ExternalId, r.Status = w.SetDelivery.ExternalId, w.SetDelivery.Delivery
	case *messages.Effect_SetBudget:
		b.budgets[w.SetBudget.AdSetExternalId] = w.SetBudget.DailyBudget.Minor
		r.Budget = w.SetBudget.DailyBudget
	}
	return &messages.EffectPerformed{Outcome: "done", Receipt: r}
}

func refuse(code string) *messages.EffectPerformed {
	return &messages.EffectPerformed{Outcome: "refused", Code: code, Text: "the platform says no"}
}

func (b *bench) entity(prefix string) string {
	b.made++
	id := fmt.Sprintf("%s%02d", prefix, b.made)
	b.entities[id] = "paused"
	return id
}

// pump answers whatever waits for the platform or the treasurer, until nothing does.
func (b *bench) pump() {
	b.t.Helper()
	for range 1000 {
		if !b.answerEffect() && !b.answerTreasurer() && !b.answerFetch() {
			b.invariants()
			return
		}
	}
	b.t.Fatal("the campaign never comes to rest")
}

func (b *bench) answerEffect() bool {
	for _, courier := range []string{"meta", "crm"} {
		for _, e := range b.Effects(courier) {
			if e.Done {
				continue
			}
			if answer := b.perform(e.Kind, e.Payload.(*messages.Effect)); answer != nil {
				b.Answer(e, answer)
				return true
			}
		}
	}
	return false
}

func (b *bench) answerTreasurer() bool {
	told := b.ToldTo(treasurer)
	if b.asked >= len(told) {
		return false
	}
	msg := told[b.asked]
	b.asked++
	if r, ok := msg.(*messages.ReserveBudget); ok {
		if answer := b.grant(r); answer != nil {
			b.Send(treasurer, key, answer)
		}
	}
	return true
}

func (b *bench) answerFetch() bool {
	told := b.ToldTo(meta)
	if b.fetched >= len(told) {
		return false
	}
	b.fetched++
	answer := &messages.InsightsFetched{CampaignId: cmp, AtMs: b.Now().UnixMilli()}
	if b.ad == nil {
		answer.Code, answer.Text = "unavailable", "no figures"
	} else {
		for _, ad := range b.externals("a") {
			answer.Rows = append(answer.Rows, &messages.AdInsight{
				AdSetExternalId: b.parents[ad], AdExternalId: ad, Total: b.ad(ad, int64(b.Now().Sub(b.start)/time.Hour)),
			})
		}
	}
	b.Tell(key, answer)
	return true
}

func (b *bench) externals(prefix string) []string {
	var out []string
	for i := range b.made + 1 {
		if id := fmt.Sprintf("%s%02d", prefix, i); b.entities[id] != "" {
			out = append(out, id)
		}
	}
	return out
}

// invariants hold whenever the campaign is at rest.
func (b *bench) invariants() {
	b.t.Helper()
	for _, set := range b.externals("s") {
		if b.entities[set] == "active" && b.budgets[set] <= 0 {
			b.t.Fatalf("ad set %s delivers without a budget", set)
		}
	}
}

// run lets time pass in small steps, with the platform and the treasurer answering.
func (b *bench) run(d time.Duration) {
	b.t.Helper()
	const step = 5 * time.Minute
	for end := b.Now().Add(d); b.Now().Before(end); {
		b.Advance(min(step, end.Sub(b.Now())))
		b.pump()
	}
}

func (b *bench) plan(mode string) {
	b.t.Helper()
	b.Send(product, key, plan(mode))
	b.pump()
}

// row is the campaign's newest row.
func (b *bench) row() facts.Campaign {
	var last facts.Campaign
	for _, f := range b.Facts() {
		if c, ok := f.(facts.Campaign); ok {
			last = c
		}
	}
	return last
}

func (b *bench) wantStatus(want string) {
	b.t.Helper()
	if got := b.row(); got.Status != want {
		b.t.Fatalf("at %s the campaign is %s (%s), want %s\n%s", b.Now(), got.Status, got.Reason, want, b.log())
	}
}

func (b *bench) log() string {
	var lines []string
	for _, a := range b.Audit() {
		lines = append(lines, a.Action+": "+a.Reason)
	}
	return strings.Join(lines, "\n")
}

func (b *bench) audited(action string) int {
	n := 0
	for _, a := range b.Audit() {
		if a.Action == action {
			n++
		}
	}
	return n
}

func (b *bench) alerts(kind string) int {
	n := 0
	for _, f := range b.Facts() {
		if a, ok := f.(facts.Alert); ok && a.Kind == kind {
			n++
		}
	}
	return n
}

// delivering is the sum of budgets of ad sets that can spend now.
func (b *bench) delivering() int64 {
	var sum int64
	for _, c := range b.externals("c") {
		if b.entities[c] != "active" {
			return 0
		}
	}
	for _, set := range b.externals("s") {
		if b.entities[set] == "active" {
			sum += b.budgets[set]
		}
	}
	return sum
}

func (b *bench) reservations(purpose string) []*messages.ReserveBudget {
	var out []*messages.ReserveBudget
	for _, m := range b.ToldTo(treasurer) {
		if r, ok := m.(*messages.ReserveBudget); ok && r.Purpose == purpose {
			out = append(out, r)
		}
	}
	return out
}

func count[T proto.Message](told []proto.Message) int {
	n := 0
	for _, m := range told {
		if _, ok := m.(T); ok {
			n++
		}
	}
	return n
}

func cents(minor int64) money.Amount { return money.Minor(minor, money.USD) }

// steady is an ad that collects the same figures every hour.
func steady(impressions, clicks, perTenHours, spend, value int64) func(string, int64) *messages.Metrics {
	return func(_ string, hours int64) *messages.Metrics {
		conversions := hours * perTenHours / 10
		return &messages.Metrics{
			Impressions: impressions * hours, Clicks: clicks * hours, Conversions: conversions, Spend: usd(spend * hours), Revenue: usd(value * conversions),
		}
	}
}

// noon is a moment far from the evening's renewal: 10:00 in São Paulo.
var noon = time.Date(2026, 11, 24, 13, 0, 0, 0, time.UTC)
