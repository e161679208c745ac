package scouting

import (
	"bufio"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/agente-ceo/agente-ceo/domain/id"
	"github.com/agente-ceo/agente-ceo/domain/money"
)

var today = time.Date(2026, 3, 2, 6, 0, 0, 0, time.UTC)

func usd(cents int64) money.Amount { return money.Minor(cents, money.USD) }

func setup(t testing.TB) Rules {
	t.Helper()
	rates, err := money.NewRates(money.USD, map[string]string{"BRL": "5"})
	if err != nil {
		t.Fatal(err)
	}
	return DefaultRules(rates)
}

func supplier(ref, title string) Offer {
	return Offer{Source: "aliexpress", Ref: ref, Title: title, Price: usd(1000), Shipping: usd(200), IsSupplier: true, InStock: true, ShipDays: 9,
		Images: []string{"https://img.example/" + ref + ".jpg"}}
}

func shop(source, ref, title string, cents int64) Offer {
	return Offer{Source: source, Ref: ref, Title: title, Price: usd(cents)}
}

// table reads the fields of a text table's lines.
func table(t *testing.T, file string, fields func(line string) []string) [][]string {
	t.Helper()
	f, err := os.Open("testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var rows [][]string
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if line := strings.TrimSpace(lines.Text()); line != "" && line[0] != '#' {
			rows = append(rows, fields(line))
		}
	}
	if len(rows) == 0 {
		t.Fatalf("%s holds no rows", file)
	}
	return rows
}

func TestScores_Table(t *testing.T) {
	t.Parallel()
	tables := map[string]Table{"sold": soldTable, "rank": rankTable, "reviews": reviewsTable, "sellers": sellersTable}
	for _, row := range table(t, "scores.txt", strings.Fields) {
		value, errValue := strconv.ParseInt(row[1], 10, 64)
		want, errWant := strconv.Atoi(row[2])
		if errValue != nil || errWant != nil {
			t.Fatalf("bad line %v", row)
		}
		if got := tables[row[0]].Score(value); got != want {
			t.Errorf("%s %d scores %d, want %d", row[0], value, got, want)
		}
	}
}

func TestMerge_Titles(t *testing.T) {
	t.Parallel()
	rules := setup(t)
	split := func(line string) []string { return strings.Split(line, "|") }
	for _, row := range table(t, "titles.txt", split) {
		r := Merge([]Offer{supplier("1", row[1]), shop("amazon", "B0", row[2], 3999)}, nil, rules, today)
		if len(r.Candidates) != 1 {
			t.Fatalf("%v: %d candidates", row, len(r.Candidates))
		}
		joined := !r.Candidates[0].MarketAssumed
		if want := strings.TrimSpace(row[0]) == "same"; joined != want {
			t.Errorf("%q and %q: taken for the same %v, want %v", row[1], row[2], joined, want)
		}
	}
}

func TestMerge_JoinsSources(t *testing.T) {
	t.Parallel()
	offers := []Offer{
		{Source: "tiktok_trends", Ref: "t1", Title: "portable blender usb 400ml", Sold: 40_000, TrendPct: 60, Keywords: []string{"#Blender", "Fitness"}},
		{Source: "google_shopping", Ref: "g1", Title: "Portable Blender 400ml USB", Price: money.Minor(20_000, "BRL"), Sellers: 30, RatingMilli: 4000, Reviews: 100},
		{Source: "amazon", Ref: "B01", Title: "Portable Blender 400ml USB free shipping", Price: usd(4400), BestRank: 100, RatingMilli: 5000, Reviews: 300, TrendPct: 20},
		supplier("77", "Portable Blender 400ml USB"),
	}
	r := Merge(offers, nil, setup(t), today)
	if len(r.Candidates) != 1 || r.New != 1 || r.Offers != 4 {
		t.Fatalf("merged into %+v", r)
	}
	want := Candidate{
		ProductID: id.Derive(id.Product, "ref:aliexpress:77"), Title: "Portable Blender 400ml USB",
		Sources:     []string{"aliexpress", "amazon", "google_shopping", "tiktok_trends"},
		SupplierRef: "77", SupplierPrice: usd(1000), ShippingPrice: usd(200), MarketPrice: usd(4200),
		Images: []string{"https://img.example/77.jpg"}, RatingMilli: 4750, Reviews: 400, Keywords: []string{"blender", "fitness"},
		Demand: (50*86 + 30*70 + 20*51) / 100, Competition: 50, TrendPct: 40, ShipDays: 9, SeenAt: today,
	}
	if diff := cmp.Diff(want, r.Candidates[0], cmp.AllowUnexported(money.Amount{})); diff != "" {
		t.Error(diff)
	}
}

func TestMerge_TopicsTellOfTheTrendAlone(t *testing.T) {
	t.Parallel()
	topic := func(word string) Offer {
		return Offer{Source: "tiktok_trends", Ref: word, Title: "#" + word, TrendPct: 80, Sold: 9_000_000}
	}
	r := Merge([]Offer{topic("portableblender"), topic("catbed"), topic("usb"), supplier("1", "New Portable Blender USB"), supplier("2", "Dog Bed")}, nil, setup(t), today)
	for _, c := range r.Candidates {
		wantTrend, wantSources := 0, 1
		if c.SupplierRef == "1" {
			wantTrend, wantSources = 80, 2
		}
		if c.TrendPct != wantTrend || len(c.Sources) != wantSources || c.Demand != 0 || !c.MarketAssumed {
			t.Errorf("%s became %+v", c.Title, c)
		}
	}
	if len(r.Candidates) != 2 {
		t.Errorf("%d candidates, want 2", len(r.Candidates))
	}
}

func TestMerge_UnknownIsNotBad(t *testing.T) {
	t.Parallel()
	c := Merge([]Offer{supplier("1", "Pet Water Fountain")}, nil, setup(t), today).Candidates[0]
	if c.RatingMilli != 0 || c.Reviews != 0 || c.Competition != unknownCompetition || c.Demand != 0 {
		t.Errorf("unknown figures became %+v", c)
	}
	if !c.MarketAssumed || c.MarketPrice != usd(3000) {
		t.Errorf("market price without shops is %s (assumed %v), want 30.00 assumed", c.MarketPrice, c.MarketAssumed)
	}
}

func TestMerge_KeepsIdentityAcrossDays(t *testing.T) {
	t.Parallel()
	rules := setup(t)
	first := Merge([]Offer{supplier("9", "Neck Massager Pulse")}, nil, rules, today)
	known := make(Known)
	for _, k := range first.Keys {
		known[k.Key] = k.ProductID
	}
	for name, offers := range map[string][]Offer{
		"Retitled":         {supplier("9", "Cervical Massager with Heat")},
		"OtherSupplier":    {supplier("1", "Neck massager PULSE")},
		"CheaperSupplier":  {supplier("9", "Neck Massager Pulse"), supplier("1", "neck massager pulse")},
		"AnotherLineOrder": {shop("amazon", "B", "Neck Massager Pulse", 5000), supplier("9", "Neck Massager Pulse")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := Merge(offers, known, rules, today.Add(24*time.Hour))
			if len(r.Candidates) != 1 || r.New != 0 || r.Candidates[0].ProductID != first.Candidates[0].ProductID {
				t.Errorf("the next day it is %+v, want the product %s again", r, first.Candidates[0].ProductID)
			}
		})
	}
}

func TestMerge_PicksCheapestFittingSupplier(t *testing.T) {
	t.Parallel()
	slow, gone, dear, good := supplier("1", "Desk Fan"), supplier("2", "Desk Fan"), supplier("3", "Desk Fan"), supplier("4", "Desk Fan")
	slow.Price, slow.ShipDays = usd(100), 60
	gone.Price, gone.InStock = usd(100), false
	dear.Price = usd(2000)
	r := Merge([]Offer{slow, gone, dear, good}, nil, setup(t), today)
	if len(r.Candidates) != 1 || r.Candidates[0].SupplierRef != "4" {
		t.Errorf("picked %+v, want reference 4", r.Candidates)
	}
}

func TestMerge_ASlowSupplierIsBetterThanNone(t *testing.T) {
	t.Parallel()
	slow, slower := supplier("1", "Desk Fan"), supplier("2", "Desk Fan")
	slow.ShipDays, slower.ShipDays, slower.Price = 40, 50, usd(1100)
	r := Merge([]Offer{slow, slower}, nil, setup(t), today)
	if len(r.Candidates) != 1 || r.Candidates[0].SupplierRef != "1" || r.Candidates[0].ShipDays != 40 {
		t.Errorf("picked %+v, want reference 1", r.Candidates)
	}
}

func TestMerge_CountsWhatItLeavesOut(t *testing.T) {
	t.Parallel()
	with := func(change func(*Offer)) Offer {
		o := supplier("5", "Yoga Mat")
		change(&o)
		return o
	}
	for reason, o := range map[string]Offer{
		DropNoTitle:      with(func(o *Offer) { o.Title = " ★ 123 " }),
		DropControl:      with(func(o *Offer) { o.Title = "Yoga\x00Mat" }),
		DropHugeTitle:    with(func(o *Offer) { o.Title = strings.Repeat("mat ", 1000) }),
		DropNoRef:        with(func(o *Offer) { o.Ref = "\u200b" }),
		DropNoPrice:      with(func(o *Offer) { o.Price = money.Amount{} }),
		DropAbsurdPrice:  with(func(o *Offer) { o.Price = usd(math.MaxInt64) }),
		DropCurrency:     with(func(o *Offer) { o.Price = money.Minor(100, "XTS") }),
		DropAbsurdFigure: with(func(o *Offer) { o.RatingMilli = 5001 }),
		DropNoSupplier:   with(func(o *Offer) { o.IsSupplier = false }),
		DropOutOfStock:   with(func(o *Offer) { o.InStock = false }),
	} {
		t.Run(reason, func(t *testing.T) {
			t.Parallel()
			r := Merge([]Offer{o, supplier("6", "Jump Rope")}, nil, setup(t), today)
			if want := []Count{{reason, 1}}; !slices.Equal(r.Dropped, want) {
				t.Errorf("dropped %v, want %v", r.Dropped, want)
			}
			if len(r.Candidates) != 1 || r.Candidates[0].SupplierRef != "6" {
				t.Errorf("the rest became %+v, want the jump rope alone", r.Candidates)
			}
		})
	}
}

func TestMerge_TakesInNoMoreThanItsLimit(t *testing.T) {
	t.Parallel()
	rules := setup(t)
	rules.MaxOffers = 2
	r := Merge([]Offer{supplier("1", "Red Lamp"), supplier("2", "Blue Kettle"), supplier("3", "Green Chair")}, nil, rules, today)
	if len(r.Candidates) != 2 || !slices.Equal(r.Dropped, []Count{{DropOverLimit, 1}}) {
		t.Errorf("took in %d, dropped %v", len(r.Candidates), r.Dropped)
	}
}

func anyOffer(t *rapid.T) Offer {
	return Offer{
		Source: rapid.SampledFrom([]string{"aliexpress", "amazon", "google_shopping", "tiktok_trends", ""}).Draw(t, "source"),
		Ref:    rapid.StringN(0, 3, 8).Draw(t, "ref"),
		Title: rapid.OneOf(rapid.String(), rapid.StringMatching(`(red|blue|big|mini|pro) (lamp|fan|mat|cup) ?[0-9]?`)).
			Draw(t, "title"),
		Price:       money.Minor(rapid.Int64().Draw(t, "price"), rapid.SampledFrom([]money.Currency{"USD", "BRL", "ZZZ", ""}).Draw(t, "currency")),
		Shipping:    money.Minor(rapid.Int64Range(-1, 3000).Draw(t, "shipping"), "USD"),
		RatingMilli: rapid.Int64Range(-1, 5001).Draw(t, "rating"), Reviews: rapid.Int64Min(-1).Draw(t, "reviews"),
		Sold: rapid.Int64Min(-1).Draw(t, "sold"), Sellers: rapid.Int64Min(-1).Draw(t, "sellers"), BestRank: rapid.Int64Min(-1).Draw(t, "rank"),
		TrendPct: rapid.IntRange(-150, 200_000).Draw(t, "trend"), ShipDays: rapid.IntRange(-1, 40).Draw(t, "days"),
		IsSupplier: rapid.Bool().Draw(t, "supplier"), InStock: rapid.Bool().Draw(t, "stock"),
		Images: rapid.SliceOfN(rapid.String(), 0, 2).Draw(t, "images"), Keywords: rapid.SliceOfN(rapid.String(), 0, 3).Draw(t, "keywords"),
	}
}

// plausible offers are few of many drawn; this one makes every second offer acceptable.
func offerOf(t *rapid.T) Offer {
	o := anyOffer(t)
	if rapid.Bool().Draw(t, "plausible") {
		o.Price, o.RatingMilli, o.TrendPct = usd(rapid.Int64Range(100, 9000).Draw(t, "cents")), 4500, 10
		o.Reviews, o.Sold, o.Sellers, o.BestRank = max(o.Reviews, 0), max(o.Sold, 0), max(o.Sellers, 0), max(o.BestRank, 0)
		o.Shipping, o.ShipDays, o.Ref = usd(0), 5, "r"+o.Ref
	}
	return o
}

func TestMerge_Properties(t *testing.T) {
	t.Parallel()
	rules := setup(t)
	rapid.Check(t, func(t *rapid.T) {
		offers := rapid.SliceOfN(rapid.Custom(offerOf), 0, 30).Draw(t, "offers")
		r := Merge(slices.Clone(offers), nil, rules, today)
		ids := make(map[string]bool)
		for _, c := range r.Candidates {
			switch {
			case ids[c.ProductID]:
				t.Fatalf("product %s twice", c.ProductID)
			case c.Demand < 0 || c.Demand > 100 || c.Competition < 0 || c.Competition > 100:
				t.Fatalf("scores out of range: %+v", c)
			case !c.SupplierPrice.Positive() || !c.MarketPrice.Positive() || c.MarketPrice.Currency() != money.USD:
				t.Fatalf("prices make no sense: %+v", c)
			case c.Title == "" || c.SupplierRef == "":
				t.Fatalf("not a product: %+v", c)
			}
			ids[c.ProductID] = true
		}
		slices.Reverse(offers)
		again := Merge(offers, nil, rules, today)
		if len(again.Candidates) != len(r.Candidates) || again.New != r.New || !slices.Equal(again.Dropped, r.Dropped) {
			t.Fatalf("another order of offers gave %d candidates, %v; want %d, %v", len(again.Candidates), again.Dropped, len(r.Candidates), r.Dropped)
		}
	})
}

func TestMerge_NaughtyStringsHurtNobody(t *testing.T) {
	t.Parallel()
	offers := []Offer{supplier("good", "Jump Rope")}
	for i, s := range naughtyStrings(t) {
		o := supplier(strconv.Itoa(i), s)
		o.Description, o.Category, o.Keywords, o.Images = s, s, []string{s}, []string{s}
		offers = append(offers, o)
	}
	r := Merge(offers, nil, setup(t), today)
	if !slices.ContainsFunc(r.Candidates, func(c Candidate) bool { return c.Title == "Jump Rope" }) {
		t.Error("the honest offer was lost")
	}
	for _, c := range r.Candidates {
		if hasControl(c.Title + c.Description + c.Category) {
			t.Errorf("%q carries control characters", c.Title)
		}
	}
}

func TestRules_Validate(t *testing.T) {
	t.Parallel()
	if err := setup(t).Validate(); err != nil {
		t.Errorf("the defaults are refused: %v", err)
	}
	for name, change := range map[string]func(*Rules){
		"Prices":   func(r *Rules) { r.LeastPrice = r.MostPrice },
		"MarkUp":   func(r *Rules) { r.MarkUpPct = 99 },
		"Shipping": func(r *Rules) { r.MaxShipDays = 0 },
		"Offers":   func(r *Rules) { r.MaxOffers = 0 },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := setup(t)
			change(&r)
			if r.Validate() == nil {
				t.Error("accepted")
			}
		})
	}
}

func BenchmarkMerge(b *testing.B) {
	rules := setup(b)
	var offers []Offer
	for i := range 2000 {
		title := "Thing " + strconv.Itoa(i%500) + " for home kitchen garden"
		if i < 500 {
			offers = append(offers, supplier(strconv.Itoa(i), title))
		} else {
			offers = append(offers, shop("amazon", strconv.Itoa(i), title+" extra", 4000))
		}
	}
	for b.Loop() {
		Merge(offers, nil, rules, today)
	}
}
