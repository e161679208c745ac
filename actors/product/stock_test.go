package product

import (
	"slices"
	"testing"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/facts"
	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/messages"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
	"github.com/agente-ceo/agente-ceo/runtime/actortest"
)

// selling brings the product to life, past the first look at its supplier's stock.
func (b *bundle) selling() []*messages.PlanCampaign {
	b.t.Helper()
	plans := b.launched()
	b.Advance(time.Minute)
	return plans
}

// checks are the questions to the supplier so far.
func (b *bundle) checks() []actortest.StoredEffect { return b.Effects("supplier") }

// says answers the last question to the supplier. Price nil names none.
func (b *bundle) says(status string, price *messages.Money) {
	b.t.Helper()
	asked := b.checks()
	if len(asked) == 0 {
		b.t.Fatal("the supplier was not asked")
	}
	last := asked[len(asked)-1]
	b.Answer(last, &messages.EffectPerformed{
		EffectId: last.Effect.ID, Kind: last.Effect.Kind, Outcome: "done", Receipt: &messages.Receipt{Status: status, Cost: price},
	})
}

// alerts counts the alerts of a kind that were raised and those of the product that were resolved.
func (b *bundle) alerts(kind string) (raised, resolved int) {
	for _, f := range b.Facts() {
		switch f := f.(type) {
		case facts.Alert:
			if f.Kind == kind {
				raised++
			}
		case facts.AlertResolved:
			resolved++
		}
	}
	return raised, resolved
}

func (b *bundle) audited(action string) (n int) {
	for _, a := range b.actions() {
		if a == action {
			n++
		}
	}
	return n
}

func (b *bundle) pauses() []*messages.PauseCampaign {
	return told[*messages.PauseCampaign](b, "campaign")
}

func (b *bundle) resumes() []*messages.ResumeCampaign {
	return told[*messages.ResumeCampaign](b, "campaign")
}

func TestProduct_AsksItsSupplierEveryDayWhileItIsLive(t *testing.T) {
	t.Parallel()
	b := setup(t).ready()
	b.Advance(3 * 24 * time.Hour)
	if n := len(b.checks()); n != 0 {
		t.Fatalf("asked %d times before anything was spent", n)
	}
	b.Send(ceo, self, &messages.LaunchProduct{LaunchId: "lch_1", Platforms: []string{"meta"}})
	b.Advance(time.Minute)
	for day := 1; day <= 3; day++ {
		asked := b.checks()
		if len(asked) != day {
			t.Fatalf("asked %d times by day %d", len(asked), day)
		}
		if e := asked[day-1].Effect; e.Kind != kindStock || e.Subject != self.ID || e.Payload.(*messages.Effect).GetCheckStock().GetSupplierRef() != "77" {
			t.Fatalf("asked %+v", e)
		}
		b.says("in_stock", usd(1200))
		b.Advance(24 * time.Hour)
	}
	if len(b.pauses()) != 0 || b.audited("supplier_price_changed") != 0 {
		t.Errorf("an answer without news paused %v and audited %q", b.pauses(), b.actions())
	}
	b.says("in_stock", nil)
	plan := b.plans()[0]
	b.Send(campaign(plan.CampaignId), self, &messages.CampaignEnded{CampaignId: plan.CampaignId, Verdict: "potential"})
	asked := len(b.checks())
	b.Advance(5 * 24 * time.Hour)
	if len(b.checks()) != asked {
		t.Error("the supplier of an ended product was asked")
	}
}

func TestProduct_AsksOneQuestionAtATime(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.selling()
	b.Advance(3 * 24 * time.Hour) // the supplier's courier is closed
	if n := len(b.checks()); n != 1 {
		t.Fatalf("%d questions are open", n)
	}
	b.says("out_of_stock", nil)
	b.says("in_stock", nil) // the same question is not answered twice
	if len(b.pauses()) != 2 || len(b.resumes()) != 0 {
		t.Errorf("paused %v, resumed %v", b.pauses(), b.resumes())
	}
	b.Advance(24 * time.Hour)
	if n := len(b.checks()); n != 2 {
		t.Errorf("asked %d times after the answer", n)
	}
}

func TestProduct_GoesOnAskingWhileOutOfStock(t *testing.T) {
	t.Parallel()
	b := setup(t)
	plans := b.selling()
	for day := 1; day <= 3; day++ {
		b.says("out_of_stock", nil)
		b.Advance(24 * time.Hour)
		if n := len(b.checks()); n != day+1 {
			t.Fatalf("asked %d times by day %d", n, day)
		}
	}
	if len(b.pauses()) != len(plans) || b.audited("product_out_of_stock") != 1 {
		t.Errorf("paused %v", b.pauses())
	}
	b.says("in_stock", usd(1300))
	if len(b.resumes()) != len(plans) || b.row().SupplierPrice.Minor() != 1300 || b.audited("product_back_in_stock") != 1 {
		t.Errorf("resumed %v at %s", b.resumes(), b.row().SupplierPrice)
	}
	if raised, resolved := b.alerts("out_of_stock"); raised != 1 || resolved != 1 {
		t.Errorf("%d alerts raised, %d resolved", raised, resolved)
	}
}

func TestProduct_AsksAgainTomorrowWhenTheSupplierDoesNotAnswer(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.selling()
	for n := 1; n <= 2; n++ {
		e := b.checks()[n-1]
		b.Answer(e, &messages.EffectPerformed{EffectId: e.Effect.ID, Kind: e.Effect.Kind, Outcome: "failed", Code: "gone", Text: "HTTP 500"})
		if b.audited("stock_not_checked") != n || len(b.pauses()) != 0 {
			t.Fatalf("audited %q, paused %v", b.actions(), b.pauses())
		}
		b.Advance(24 * time.Hour)
	}
	b.wantStatus(live)
}

func TestProduct_PausesWithoutMargin(t *testing.T) {
	t.Parallel()
	b := setup(t)
	plans := b.selling()
	b.says("in_stock", usd(4100)) // sold at 44.90, shipped for 3.00: the payment fee takes the rest
	pauses := b.pauses()
	if len(pauses) != len(plans) || pauses[0].Reason != "Its supplier's price leaves no margin." {
		t.Fatalf("paused %v", pauses)
	}
	if raised, _ := b.alerts("no_margin"); raised != 1 || b.audited("product_without_margin") != 1 || b.audited("supplier_price_changed") != 1 {
		t.Errorf("%d alerts, audited %q", raised, b.actions())
	}
	b.Advance(24 * time.Hour)
	b.says("out_of_stock", nil)
	b.Advance(24 * time.Hour)
	b.says("in_stock", usd(4100))
	if len(b.pauses()) != len(plans) || len(b.resumes()) != 0 {
		t.Errorf("held for one reason more and one less: paused %v, resumed %v", b.pauses(), b.resumes())
	}
	b.Advance(24 * time.Hour)
	b.says("in_stock", usd(1500))
	if resumes := b.resumes(); len(resumes) != len(plans) || b.audited("product_earns_again") != 1 {
		t.Errorf("resumed %v, audited %q", resumes, b.actions())
	}
	if _, resolved := b.alerts("no_margin"); resolved != 2 {
		t.Errorf("%d alerts resolved, want both", resolved)
	}
}

func TestProduct_IgnoresAPriceInAnotherCurrency(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.selling()
	b.says("in_stock", &messages.Money{Minor: 9_000, Currency: "BRL"})
	if b.row().SupplierPrice != money.Minor(1200, money.USD) || len(b.pauses()) != 0 {
		t.Errorf("supplier price %s, paused %v", b.row().SupplierPrice, b.pauses())
	}
}

func TestProduct_KeepsTheSupplierThatItsPageNames(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.selling()
	b.says("in_stock", nil)
	b.Advance(24 * time.Hour)
	commits := b.Store.Commits()
	b.see(func(c *messages.Candidate) {
		c.SupplierRef, c.SupplierPrice, c.ShippingPrice = "88", usd(900), usd(100)
	})
	if b.Store.Commits() != commits {
		t.Error("another supplier's offer was written")
	}
	b.see(func(c *messages.Candidate) {
		c.SupplierRef, c.SupplierPrice, c.MarketPrice, c.SeenAtMs = "88", usd(900), usd(5990), c.SeenAtMs+1
	})
	if row := b.row(); row.SupplierRef != "77" || row.SupplierPrice.Minor() != 1200 || row.MarketPrice.Minor() != 5990 {
		t.Errorf("recorded %+v", row)
	}
}

func TestProduct_WaitsForItsSupplierBeforeTheLaunch(t *testing.T) {
	t.Parallel()
	b := setup(t).ready()
	b.Send(actorkit.Key{Kind: "orders", ID: "main"}, self, &messages.StockChanged{NoticeId: "ntc_1"})
	if len(b.checks()) != 0 {
		t.Error("asked at once what has just been told")
	}
	b.Advance(24 * time.Hour)
	b.says("in_stock", nil)
	if n := len(told[*messages.ProductReady](b, "ceo")); n != 2 {
		t.Errorf("the ceo was told %d times that it is ready, want again after it came back", n)
	}
	b.Advance(5 * 24 * time.Hour)
	if n := len(b.checks()); n != 1 {
		t.Errorf("asked %d times, want no more after it came back", n)
	}
}

func TestProduct_EndsTheStockAlertsWithItself(t *testing.T) {
	t.Parallel()
	b := setup(t)
	plans := b.selling()
	b.says("out_of_stock", nil)
	for _, p := range plans {
		b.Send(campaign(p.CampaignId), self, &messages.CampaignEnded{CampaignId: p.CampaignId, Verdict: "potential"})
	}
	b.wantStatus(ended)
	b.Send(actorkit.Key{Kind: "orders", ID: "main"}, self, &messages.StockChanged{NoticeId: "ntc_late"})
	if raised, resolved := b.alerts("out_of_stock"); raised != 1 || resolved != 1 {
		t.Errorf("%d alerts raised, %d resolved", raised, resolved)
	}
}

func TestProduct_StockSurvivesRestart(t *testing.T) {
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
			plans := b.selling()
			b.says("in_stock", nil)
			steps := []func(){
				func() { b.Advance(24 * time.Hour) },
				func() { b.says("out_of_stock", nil) },
				func() { b.Advance(24 * time.Hour) },
				func() { b.says("in_stock", usd(1400)) },
			}
			for _, step := range steps {
				fail(b)
				step()
				b.Advance(10 * time.Minute) // past back-off and redelivery
			}
			var ids []string
			for _, e := range b.checks() {
				ids = append(ids, e.Effect.ID)
			}
			if slices.Sort(ids); len(ids) != 3 || len(slices.Compact(ids)) != 3 {
				t.Errorf("asked %q, want once on each of three days", ids)
			}
			if len(b.pauses()) != len(plans) || len(b.resumes()) != len(plans) || b.row().SupplierPrice.Minor() != 1400 {
				t.Errorf("paused %v, resumed %v at %s", b.pauses(), b.resumes(), b.row().SupplierPrice)
			}
			if raised, resolved := b.alerts("out_of_stock"); raised != 1 || resolved != 1 {
				t.Errorf("%d alerts raised, %d resolved", raised, resolved)
			}
		})
	}
}

func TestProduct_PausesWhileOutOfStock(t *testing.T) {
	t.Parallel()
	b := setup(t)
	plans := b.launched()
	courier := actorkit.Key{Kind: "courier", ID: "supplier"}
	for range 2 {
		b.Send(courier, self, &messages.StockChanged{NoticeId: "ntc_1", SupplierPrice: usd(1500)})
	}
	pauses := told[*messages.PauseCampaign](b, "campaign")
	if len(pauses) != len(plans) || pauses[0].CommandId == pauses[1].CommandId {
		t.Fatalf("paused %v", pauses)
	}
	if row := b.row(); row.SupplierPrice.Minor() != 1500 {
		t.Errorf("supplier price %s", row.SupplierPrice)
	}
	b.Send(courier, self, &messages.StockChanged{NoticeId: "ntc_2", InStock: true})
	if resumes := told[*messages.ResumeCampaign](b, "campaign"); len(resumes) != len(plans) {
		t.Errorf("resumed %v", resumes)
	}
	raised, resolved := 0, 0
	for _, f := range b.Facts() {
		switch f := f.(type) {
		case facts.Alert:
			if raised++; f.Kind != "out_of_stock" {
				t.Errorf("alert %+v", f)
			}
		case facts.AlertResolved:
			resolved++
		}
	}
	if raised != 1 || resolved != 1 {
		t.Errorf("%d alerts raised, %d resolved", raised, resolved)
	}
}

func TestProduct_LeavesTheQueueWhileOutOfStock(t *testing.T) {
	t.Parallel()
	b := setup(t).ready()
	b.Send(scout, self, &messages.StockChanged{NoticeId: "ntc_1"})
	b.Send(scout, self, &messages.StockChanged{NoticeId: "ntc_2", InStock: true})
	if told := b.ToldTo(ceo); len(told) != 3 || told[1].(*messages.ProductGone).ProductId != self.ID || told[2].(*messages.ProductReady).ProductId != self.ID {
		t.Errorf("the ceo was told %v, want ready, gone, ready", told)
	}
}
