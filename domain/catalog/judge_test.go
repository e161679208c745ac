package catalog

import (
	"bufio"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/domain/scouting"
)

func usd(cents int64) money.Amount { return money.Minor(cents, money.USD) }

// fine is a candidate that qualifies under the default rules.
func fine() scouting.Candidate {
	return scouting.Candidate{
		ProductID: "prd_fine", Title: "Portable Blender 400ml", Category: "Kitchen", Keywords: []string{"blender"},
		SupplierRef: "1", SupplierPrice: usd(1200), ShippingPrice: usd(300), MarketPrice: usd(4990),
		RatingMilli: 4700, Reviews: 900, Demand: 80, Competition: 20, TrendPct: 40, ShipDays: 7,
	}
}

func rows(t *testing.T, file string) []string {
	t.Helper()
	f, err := os.Open("testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var list []string
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if line := strings.TrimSpace(lines.Text()); line != "" && line[0] != '#' {
			list = append(list, line)
		}
	}
	if len(list) == 0 {
		t.Fatalf("%s holds no rows", file)
	}
	return list
}

func parse(t *testing.T, s string, c money.Currency) money.Amount {
	t.Helper()
	a, err := money.Parse(s, c)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func number(t *testing.T, s string) int {
	t.Helper()
	if s == "-" {
		return 0
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestJudge_GuardrailTable(t *testing.T) {
	t.Parallel()
	for _, row := range rows(t, "guardrails.txt") {
		f := strings.Split(row, "|")
		c := fine()
		c.Title, c.Category = strings.TrimSpace(f[0]), strings.TrimSpace(f[1])
		v := Judge(c, DefaultRules(money.USD), nil)
		reasons, want := strings.Join(v.Reasons, " "), strings.TrimSpace(f[2])
		if want == "ok" && !v.Qualified {
			t.Errorf("%q is refused: %s", c.Title, reasons)
		}
		if want != "ok" && !strings.Contains(reasons, want) {
			t.Errorf("%q: reasons %q, want %q", c.Title, reasons, want)
		}
	}
}

func TestJudge_ScoreTable(t *testing.T) {
	t.Parallel()
	for _, row := range rows(t, "scores.txt") {
		in, out, _ := strings.Cut(row, "|")
		f, rest, _ := strings.Cut(out, "|")
		i := strings.Fields(in)
		c := fine()
		c.Demand, c.TrendPct, c.RatingMilli, c.Reviews = number(t, i[0]), number(t, i[1]), int64(number(t, i[2]))*100, int64(number(t, i[3]))
		c.Competition, c.ShipDays, c.MarketPrice = number(t, i[4]), number(t, i[5]), parse(t, i[6], money.USD)
		c.SupplierPrice, c.ShippingPrice = parse(t, i[7], money.USD), parse(t, i[8], money.USD)
		v := Judge(c, DefaultRules(money.USD), nil)
		decision := "rejected"
		if v.Qualified {
			decision = "qualified"
		}
		p := v.Price.Margin.Permille()
		got := fmt.Sprintf("%s %d.%d %d %d %d %d.%d %s", v.Price.Selling.Decimal(), p/10, p%10, v.Parts[0].Value, v.Parts[1].Value, v.Parts[2].Value,
			v.ScoreMilli/1000, v.ScoreMilli/100%10, decision)
		if want := strings.Join(strings.Fields(f+rest), " "); got != want {
			t.Errorf("%s\n got %s\nwant %s", in, got, want)
		}
	}
}

func TestPriceOf_Table(t *testing.T) {
	t.Parallel()
	for _, row := range rows(t, "prices.txt") {
		in, out, _ := strings.Cut(row, "|")
		i := strings.Fields(in)
		currency := money.Currency(i[0])
		rules := DefaultRules(currency)
		p := PriceOf(scouting.Candidate{SupplierPrice: parse(t, i[1], currency), ShippingPrice: money.Zero(currency), MarketPrice: parse(t, i[2], currency)}, rules)
		got := p.Selling.Decimal() + " " + strings.TrimSuffix(p.Margin.String(), " %")
		if want := strings.Join(strings.Fields(out), " "); got != want {
			t.Errorf("%s: got %s, want %s", in, got, want)
		}
	}
}

func TestJudge_Refuses(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		change  func(*scouting.Candidate, *Rules)
		blocked []Blocked
		want    string
	}{
		"BlacklistedProduct":  {blocked: []Blocked{{Kind: "product", Term: "prd_fine", Reason: "lost money"}}, want: "lost money"},
		"BlacklistedTitle":    {blocked: []Blocked{{Kind: "product", Term: "PORTABLE blender, 400ml"}}, want: "Blacklisted product"},
		"BlacklistedKeyword":  {blocked: []Blocked{{Kind: "keyword", Term: "Blenders"}}, want: "Blacklisted keyword"},
		"BlacklistedCategory": {blocked: []Blocked{{Kind: "category", Term: "kitchen"}}, want: "Blacklisted category"},
		"CategoryNotAllowed":  {change: func(_ *scouting.Candidate, r *Rules) { r.AllowedCategories = []string{"Pets"} }, want: "not among the allowed"},
		"OwnTrademark":        {change: func(_ *scouting.Candidate, r *Rules) { r.Trademarks = []string{"Portable Blender"} }, want: "trademark Portable Blender"},
		"ThinMargin":          {change: func(c *scouting.Candidate, _ *Rules) { c.MarketPrice = usd(2400) }, want: "under 40 %"},
		"TooGoodToBeTrue":     {change: func(c *scouting.Candidate, _ *Rules) { c.SupplierPrice, c.ShippingPrice = usd(1), usd(0) }, want: "Too good to be true"},
		"TooCheap":            {change: func(_ *scouting.Candidate, r *Rules) { r.LeastPrice = usd(10_000) }, want: "under the least of"},
		"NoDemand":            {change: func(c *scouting.Candidate, _ *Rules) { c.Demand = 19 }, want: "Demand of 19"},
		"Crowded":             {change: func(c *scouting.Candidate, _ *Rules) { c.Competition = 86 }, want: "Competition of 86"},
		"Falling":             {change: func(c *scouting.Candidate, _ *Rules) { c.TrendPct = -31 }, want: "falling"},
		"Slow":                {change: func(c *scouting.Candidate, _ *Rules) { c.ShipDays = 21 }, want: "Delivery takes 21 days"},
		"LowScore":            {change: func(_ *scouting.Candidate, r *Rules) { r.PassScore = 100 }, want: "is under 100"},
		"PolicyInDescription": {change: func(c *scouting.Candidate, _ *Rules) { c.Description = "Great for vaping" }, want: "Tobacco"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, rules := fine(), DefaultRules(money.USD)
			if tc.change != nil {
				tc.change(&c, &rules)
			}
			v := Judge(c, rules, tc.blocked)
			if v.Qualified || !strings.Contains(strings.Join(v.Reasons, " "), tc.want) {
				t.Errorf("qualified %v, reasons %q, want %q", v.Qualified, v.Reasons, tc.want)
			}
		})
	}
}

func TestJudge_AcceptsOnTheBoundary(t *testing.T) {
	t.Parallel()
	rules := DefaultRules(money.USD)
	c := fine()
	c.Demand, c.Competition, c.TrendPct = rules.MinDemand, rules.MaxCompetition, rules.MinTrendPct
	rules.PassScore = 0
	if v := Judge(c, rules, []Blocked{{Kind: "creative", Term: "blender"}, {Kind: "keyword"}}); !v.Qualified {
		t.Errorf("refused: %q", v.Reasons)
	}
	rules.FeePermille, rules.FeeFixed, rules.MarkUpPct = 0, usd(0), 250
	c.SupplierPrice, c.ShippingPrice, c.MarketPrice = usd(1494), usd(0), usd(2490) // exactly 40 %
	if v := Judge(c, rules, nil); !v.Qualified {
		t.Errorf("a margin of %s is refused: %q", v.Price.Margin, v.Reasons)
	}
}

func anyCandidate(t *rapid.T) scouting.Candidate {
	c := fine()
	c.Demand, c.Competition = rapid.IntRange(0, 100).Draw(t, "demand"), rapid.IntRange(0, 100).Draw(t, "competition")
	c.TrendPct = rapid.IntRange(-100, 100_000).Draw(t, "trend")
	c.Reviews, c.RatingMilli = rapid.Int64Range(0, 1<<60).Draw(t, "reviews"), rapid.Int64Range(0, 5000).Draw(t, "rating")
	c.SupplierPrice, c.ShippingPrice = usd(rapid.Int64Range(1, 200_000).Draw(t, "supplier")), usd(rapid.Int64Range(0, 200_000).Draw(t, "shipping"))
	c.MarketPrice, c.ShipDays = usd(rapid.Int64Range(1, 2_000_000).Draw(t, "market")), rapid.IntRange(0, 60).Draw(t, "days")
	return c
}

func TestJudge_Properties(t *testing.T) {
	t.Parallel()
	rules := DefaultRules(money.USD)
	rapid.Check(t, func(t *rapid.T) {
		c := anyCandidate(t)
		v := Judge(c, rules, nil)
		if v.ScoreMilli < 0 || v.ScoreMilli > 100_000 {
			t.Fatalf("score %d", v.ScoreMilli)
		}
		for _, p := range v.Parts {
			if p.Value < 0 || p.Value > 100 || p.Why == "" {
				t.Fatalf("part %+v", p)
			}
		}
		if v.Qualified != (len(v.Reasons) == 0) || (v.Qualified && (v.ScoreMilli < 70_000 || !v.Price.Margin.AtLeast(40))) {
			t.Fatalf("qualified %v with score %d, margin %s, reasons %q", v.Qualified, v.ScoreMilli, v.Price.Margin, v.Reasons)
		}
		if c.MarketPrice.Less(v.Price.Selling) || v.Price.Selling.Negative() {
			t.Fatalf("selling price %s, market %s", v.Price.Selling, c.MarketPrice)
		}
		if again := PriceAt(c, v.Price.Selling, DefaultRules(money.USD)); again != v.Price {
			t.Fatalf("at its own price %+v is %+v", v.Price, again)
		}
		if back := v.Price.Profit.Add(v.Price.Fee).Add(c.Landed()); back != v.Price.Selling {
			t.Fatalf("%s do not add up to %s", back, v.Price.Selling)
		}
	})
}

func TestJudge_BetterFiguresNeverScoreLess(t *testing.T) {
	t.Parallel()
	better := map[string]func(*scouting.Candidate, int){
		"Demand":      func(c *scouting.Candidate, by int) { c.Demand += by },
		"Trend":       func(c *scouting.Candidate, by int) { c.TrendPct += by },
		"Competition": func(c *scouting.Candidate, by int) { c.Competition -= by },
		"Rating":      func(c *scouting.Candidate, by int) { c.RatingMilli += int64(by) },
		"Delivery":    func(c *scouting.Candidate, by int) { c.ShipDays = max(1, c.ShipDays-by) },
	}
	for name, improve := range better {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(t *rapid.T) {
				c := anyCandidate(t)
				c.ShipDays++ // 0 is unknown, not fast
				before := Judge(c, DefaultRules(money.USD), nil).ScoreMilli
				improve(&c, rapid.IntRange(0, 100).Draw(t, "by"))
				if after := Judge(c, DefaultRules(money.USD), nil).ScoreMilli; after < before {
					t.Fatalf("score fell from %d to %d", before, after)
				}
			})
		})
	}
}

func TestJudge_MarginPartIsMonotone(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a := MarginOf(usd(rapid.Int64Range(-10_000, 10_000).Draw(t, "a")), usd(10_000))
		b := MarginOf(usd(rapid.Int64Range(-10_000, 10_000).Draw(t, "b")), usd(10_000))
		if a.Permille() <= b.Permille() && marginTable.Score(a.Permille()) > marginTable.Score(b.Permille()) {
			t.Fatalf("margin %s scores more than %s", a, b)
		}
	})
}

// spread is a market's offer as scouting sees it: sought and unsought, empty and crowded, rising and falling, cheap and dear.
func spread(n int) scouting.Candidate {
	at := func(salt, size int) int { return (n*salt + n/7*31) % size }
	c := fine()
	c.Demand, c.Competition, c.TrendPct = 30+at(37, 61), 5+at(53, 76), -25+at(29, 111)
	c.RatingMilli, c.Reviews, c.ShipDays = int64(3700+at(71, 1200)), int64(at(11, 4)*at(13, 700)), 5+at(17, 14)
	c.SupplierPrice = usd(int64(600 + at(97, 3000)))
	c.ShippingPrice = usd(c.SupplierPrice.Minor() * int64(at(5, 21)) / 100)
	c.MarketPrice = c.Landed().MulRatio(int64(170+at(41, 210)), 100, money.Down)
	return c
}

func TestJudge_ApprovesAThirdOfAPlausibleMarket(t *testing.T) {
	t.Parallel()
	qualified, of := 0, 5000
	for n := range of {
		if Judge(spread(n), DefaultRules(money.USD), nil).Qualified {
			qualified++
		}
	}
	if share := qualified * 1000 / of; share < 300 || share > 400 {
		t.Errorf("approved %d.%d %%, want 30 to 40", share/10, share%10)
	}
}

func TestRules_Validate(t *testing.T) {
	t.Parallel()
	if err := DefaultRules(money.USD).Validate(); err != nil {
		t.Errorf("the defaults are refused: %v", err)
	}
	for name, change := range map[string]func(*Rules){
		"NoWeight":       func(r *Rules) { r.Weights = Weights{} },
		"NegativeWeight": func(r *Rules) { r.Weights.Margin = -1 },
		"PassScore":      func(r *Rules) { r.PassScore = 101 },
		"MarkUp":         func(r *Rules) { r.MarkUpPct = 0 },
		"Fee":            func(r *Rules) { r.FeePermille = 501 },
		"Delivery":       func(r *Rules) { r.MaxShipDays = 0 },
		"Margins":        func(r *Rules) { r.MinMarginPct = 85 },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := DefaultRules(money.USD)
			change(&r)
			if r.Validate() == nil {
				t.Error("accepted")
			}
		})
	}
}

func FuzzPolicy(f *testing.F) {
	for _, s := range []string{"massage gun", "gun", "ﬁrearm \u202e", "\xff vape", "pistola de cola pistola"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		c := fine()
		c.Title, c.Category, c.Description, c.Keywords = s, s, s, []string{s}
		Judge(c, DefaultRules(money.USD), []Blocked{{Kind: "keyword", Term: s}, {Kind: "product", Term: s}})
		if hit := Policy(s + " . vape"); len(hit) == 0 {
			t.Errorf("%q hides what follows it", s)
		}
	})
}
