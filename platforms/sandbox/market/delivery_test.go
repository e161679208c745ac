package market_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/agente-ceo/agente-ceo/platforms/sandbox/market"
)

// history runs a fixed story; hourly tells how often the world is looked at, backwards in which order ads go live.
func history(t *testing.T, seed uint64, every time.Duration, backwards bool) ([]market.Totals, []market.Purchase) {
	t.Helper()
	m := world(t, seed, nil)
	products := promising(m, start)[:3]
	var ads []market.Ad
	for _, p := range products {
		publish(m, start, p)
		for n := range 4 {
			ads = append(ads, adOf(market.Meta, p, 1, n, 5000))
		}
	}
	for i := range ads {
		if backwards {
			i = len(ads) - 1 - i
		}
		m.SetLive(start.Add(100*time.Minute), ads[i], true)
	}
	pause, end := start.AddDate(0, 0, 5).Add(7*time.Minute), start.AddDate(0, 0, 15)
	paused := false
	var orders []market.Purchase
	for now := start.Add(2 * time.Hour); !now.After(end); now = now.Add(every) {
		if !paused && !now.Before(pause) {
			paused = true
			m.SetLive(pause, ads[0], false)
		}
		orders = append(orders, m.DueOrders(now)...)
	}
	orders = append(orders, m.DueOrders(end)...)
	var out []market.Totals
	for _, a := range ads {
		out = append(out, m.Lifetime(end, a.Platform, a.ID))
	}
	return out, orders
}

func TestMarket_Deterministic(t *testing.T) {
	t.Parallel()
	totals, orders := history(t, 7, time.Hour, false)
	if len(orders) == 0 || totals[0].Impressions == 0 {
		t.Fatal("nothing happened in fifteen days")
	}
	for name, again := range map[string]func() ([]market.Totals, []market.Purchase){
		"SameCalls":     func() ([]market.Totals, []market.Purchase) { return history(t, 7, time.Hour, false) },
		"OtherOrder":    func() ([]market.Totals, []market.Purchase) { return history(t, 7, time.Hour, true) },
		"OtherInterval": func() ([]market.Totals, []market.Purchase) { return history(t, 7, 7*time.Minute, false) },
	} {
		t2, o2 := again()
		if d := cmp.Diff(totals, t2); d != "" {
			t.Errorf("%s: totals differ: %s", name, d)
		}
		if d := cmp.Diff(fmt.Sprint(orders), fmt.Sprint(o2)); d != "" {
			t.Errorf("%s: orders differ: %s", name, d)
		}
	}
	if other, _ := history(t, 8, time.Hour, false); cmp.Equal(totals, other) {
		t.Error("another seed gave the same world")
	}
}

// allowed are the most that each platform may charge in hundredths of a daily budget, by day and by week.
var allowed = map[string][2]int64{market.Meta: {175, 700}, market.TikTok: {125, 875}, market.Google: {200, 1400}}

func TestMarket_NeverChargesMoreThanAllowed(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		platform := rapid.SampledFrom([]string{market.Meta, market.TikTok, market.Google}).Draw(t, "platform")
		loc, err := time.LoadLocation(rapid.SampledFrom([]string{"America/Sao_Paulo", "America/New_York", "Asia/Tokyo"}).Draw(t, "zone"))
		if err != nil {
			t.Fatal(err)
		}
		// From the end of October on: New York changes its clocks within the time that is drawn.
		begin := time.Date(2026, 10, 25, rapid.IntRange(0, 23).Draw(t, "hour"), 0, 0, 0, time.UTC)
		m := market.New(market.Config{Seed: rapid.Uint64().Draw(t, "seed"), Start: begin, TZ: loc, Greedy: rapid.Bool().Draw(t, "greedy")})
		found, _ := m.Search(begin, market.AliExpress, "", 0, 1)
		budget := rapid.Int64Range(100, 50000).Draw(t, "budget")
		now := begin
		m.List(now, market.Listing{Handle: handleOf(found[0]), Ref: found[0].Ref, Price: found[0].Market})
		for range rapid.IntRange(1, 30).Draw(t, "changes") {
			m.SetLive(now, adOf(platform, found[0], 1, rapid.IntRange(0, 3).Draw(t, "ad"), budget), rapid.IntRange(0, 4).Draw(t, "live") > 0)
			now = now.Add(time.Duration(rapid.IntRange(1, 60*30).Draw(t, "minutes")) * time.Minute)
		}
		m.Advance(now.AddDate(0, 0, 8))
		day, week := m.MaxCharged(loc)
		if most := budget * allowed[platform][0] / 100; day > most {
			t.Fatalf("charged %d on a day with a budget of %d; at most %d", day, budget, most)
		}
		if most := budget * allowed[platform][1] / 100; week > most {
			t.Fatalf("charged %d in a week with a budget of %d; at most %d", week, budget, most)
		}
	})
}

func TestMarket_GreedyTakesTheMost(t *testing.T) {
	t.Parallel()
	m := world(t, 3, func(c *market.Config) { c.Greedy = true })
	p := promising(m, start)[0]
	launch(m, start.Add(9*time.Hour), market.Meta, p, 4, 5000)
	m.Advance(start.AddDate(0, 0, 7))
	day, week := m.MaxCharged(saoPaulo(t))
	if day != 8750 || week != 35000 {
		t.Errorf("greedy Meta charged at most %d a day and %d a week on a budget of 5000, want 8750 and 35000", day, week)
	}
	if first := m.Charged(market.Meta, "2026-03-01"); first != 8750 {
		t.Errorf("an ad set that went live at nine charged %d on its first day, want 8750", first)
	}
}

func TestMarket_UsuallySpendsItsBudget(t *testing.T) {
	t.Parallel()
	m := world(t, 4, nil)
	ads := launch(m, start, market.Meta, promising(m, start)[0], 5, 5000)
	end := start.AddDate(0, 0, 28)
	if spent := sum(m, end, ads).SpendMinor; spent < 28*5000*85/100 || spent > 28*5000 {
		t.Errorf("spent %v in 28 days of 50 a day", usd(spent))
	}
	byDay := int64(0)
	for d := range 28 {
		byDay += m.Charged(market.Meta, start.AddDate(0, 0, d).In(saoPaulo(t)).Format(time.DateOnly))
	}
	if all := m.Spent(); byDay != all {
		t.Errorf("days add up to %d, the ledger to %d", byDay, all)
	}
}

func TestMarket_ReportsLagAndAreRevised(t *testing.T) {
	t.Parallel()
	m := world(t, 5, nil)
	ads := launch(m, start, market.Meta, promising(m, start)[0], 1, 20000)
	now := start.Add(12*time.Hour + 7*time.Minute)
	m.Advance(now)
	shown, charged := m.Lifetime(now, market.Meta, ads[0].ID).SpendMinor, m.Charged(market.Meta, "2026-03-01")
	if shown <= 0 || shown >= charged {
		t.Errorf("the report shows %d of %d charged; it should be a step behind", shown, charged)
	}
	if got := m.Lifetime(now.Add(8*time.Minute), market.Meta, ads[0].ID).SpendMinor; got != charged {
		t.Errorf("at 12:15 the report shows %d, want what was charged by 12:00, %d", got, charged)
	}
	var early, late market.Totals
	for _, p := range promising(m, start) {
		ads = append(ads, launch(m, now, market.Meta, p, 1, 20000)...)
	}
	at := start.AddDate(0, 0, 1).Add(time.Hour)
	for _, a := range ads {
		early = plus(early, m.Day(at, market.Meta, a.ID, "2026-03-01"))
	}
	for _, a := range ads {
		late = plus(late, m.Day(at.AddDate(0, 0, 9), market.Meta, a.ID, "2026-03-01"))
	}
	if late.Purchases <= early.Purchases || late.SpendMinor != early.SpendMinor {
		t.Errorf("the first day went from %+v to %+v; want later purchases under the day of their click", early, late)
	}
	if got := m.Day(at, market.Meta, ads[0].ID, "yesterday"); got != (market.Totals{}) {
		t.Errorf("a day that is none has %+v", got)
	}
}

func TestMarket_PausedDeliversNothing(t *testing.T) {
	t.Parallel()
	m := world(t, 6, nil)
	ads := launch(m, start, market.TikTok, promising(m, start)[0], 1, 5000)
	stop := start.Add(10*time.Hour + 3*time.Minute)
	m.SetLive(stop, ads[0], false)
	m.Advance(stop.Add(Quarter))
	then := m.Spent()
	m.Advance(stop.AddDate(0, 0, 3))
	if now := m.Spent(); now != then || then == 0 {
		t.Errorf("charged %d by the pause and %d after it", then, now)
	}
}

// Quarter is one step.
const Quarter = market.Step

func TestMarket_CostCapDeliversLessNotDearer(t *testing.T) {
	t.Parallel()
	run := func(limit int64) market.Totals {
		m := world(t, 9, nil)
		all := market.Totals{}
		for i, p := range promising(m, start) {
			publish(m, start, p)
			ad := adOf(market.Meta, p, i, 0, 20000)
			ad.CostCap = limit
			m.SetLive(start, ad, true)
			x := m.Lifetime(start.AddDate(0, 0, 40), ad.Platform, ad.ID)
			all.SpendMinor += x.SpendMinor
			all.Purchases += x.Purchases
			m.SetLive(start.AddDate(0, 0, 40), ad, false)
			break
		}
		return all
	}
	open, capped := run(0), run(600)
	if capped.SpendMinor >= open.SpendMinor {
		t.Errorf("a cap of 6 spent %d, no cap %d", capped.SpendMinor, open.SpendMinor)
	}
	if capped.Purchases > 0 && capped.SpendMinor/capped.Purchases > 600*13/10 {
		t.Errorf("a cap of 6 paid %d for a purchase", capped.SpendMinor/capped.Purchases)
	}
}

func TestMarket_OrdersArriveLateAndSomeComeBack(t *testing.T) {
	t.Parallel()
	m := world(t, 10, nil)
	for _, p := range promising(m, start) {
		launch(m, start, market.Meta, p, 3, 30000)
	}
	stop := start.AddDate(0, 0, 14)
	orders := m.DueOrders(stop)
	later := m.DueOrders(stop.AddDate(0, 0, 8))
	refunds := m.DueRefunds(stop.AddDate(0, 0, 40))
	if len(orders) < 100 || len(later) == 0 {
		t.Fatalf("%d orders, %d later", len(orders), len(later))
	}
	ids, last := map[int64]bool{}, time.Time{}
	for _, o := range orders {
		if ids[o.OrderID] || o.OrderID <= 1<<53 || o.At.Before(last) || o.Total.Minor() != o.Unit.Minor()*o.Quantity {
			t.Fatalf("bad order %+v", o)
		}
		ids[o.OrderID], last = true, o.At
		if c := o.Customer; (c.CountryCode == "BR") != (c.TaxID != "") || c.Email == "" || c.Phone == "" || c.Zip == "" {
			t.Fatalf("bad customer %+v", c)
		}
	}
	if share := float64(len(refunds)) / float64(len(orders)+len(later)); share < 0.02 || share > 0.12 {
		t.Errorf("%.1f %% of orders came back, want about 5 to 8", 100*share)
	}
	if again := m.DueOrders(stop); len(again) != 0 {
		t.Errorf("%d orders were given twice", len(again))
	}
}

func TestMarket_NoPageNoPurchase(t *testing.T) {
	t.Parallel()
	m := world(t, 11, nil)
	p := promising(m, start)[0]
	ad := adOf(market.Meta, p, 1, 0, 20000)
	m.SetLive(start, ad, true)
	dead := m.Lifetime(start.AddDate(0, 0, 10), ad.Platform, ad.ID)
	if dead.Clicks == 0 || dead.Purchases != 0 {
		t.Errorf("an ad for a page that is not there has %+v; want clicks and no purchase", dead)
	}
	publish(m, start.AddDate(0, 0, 10), p)
	if alive := m.Lifetime(start.AddDate(0, 0, 30), ad.Platform, ad.ID); alive.Purchases == 0 {
		t.Error("no purchase in twenty days after the page was made")
	}
}

func TestMarket_SupplyChangesNowAndThen(t *testing.T) {
	t.Parallel()
	m := world(t, 12, nil)
	found, _ := m.Search(start, market.AliExpress, "", 0, 1000)
	out, changed, days := 0, 0, 0
	for _, p := range found {
		for d := range 60 {
			s := p.SupplyAt(start.AddDate(0, 0, d))
			days++
			if !s.InStock {
				out++
			}
			if s.Price.Cmp(p.Supplier) != 0 {
				changed++
			}
		}
	}
	if out == 0 || out*100 > days*5 || changed == 0 || changed == days {
		t.Errorf("of %d product-days %d sold out and %d at another price", days, out, changed)
	}
}

func TestMarket_SourcesShowTheSameProductsInOtherWords(t *testing.T) {
	t.Parallel()
	m := world(t, 13, nil)
	onAmazon, _ := m.Search(start, market.Amazon, "", 0, 100)
	reworded := 0
	for _, p := range onAmazon {
		if p.TitleOn(market.Amazon) != p.TitleOn(market.AliExpress) {
			reworded++
		}
		found, _ := m.Search(start, market.AliExpress, p.Title, 0, 3)
		if len(found) == 0 || found[0].Ref != p.Ref {
			t.Errorf("%q is not found at the supplier by its title", p.Title)
		}
	}
	if reworded == 0 || reworded == len(onAmazon) {
		t.Errorf("%d of %d titles differ between sources", reworded, len(onAmazon))
	}
	tags := m.TrendingHashtags(start, "US")
	if len(tags) == 0 {
		t.Fatal("no hashtag is trending")
	}
	if found, _ := m.Search(start, market.AliExpress, tags[0].Name, 0, 3); len(found) == 0 || found[0].TrendPct < 15 {
		t.Errorf("the first hashtag %q leads to %d products", tags[0].Name, len(found))
	}
}
