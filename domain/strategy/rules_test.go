package strategy_test

import (
	"bufio"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/kpi"
	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/domain/strategy"
)

var start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func usd(cents int64) money.Amount { return money.Minor(cents, money.USD) }

func hour(t *testing.T, s string) time.Time {
	t.Helper()
	if s == "-" {
		return time.Time{}
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		t.Fatal(err)
	}
	return start.Add(time.Duration(n) * time.Hour)
}

func TestRules_Table(t *testing.T) {
	t.Parallel()
	f, err := os.Open("testdata/rules.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		line, _, _ := strings.Cut(lines.Text(), "#")
		if strings.TrimSpace(line) == "" {
			continue
		}
		var hours, ext, remedy, scaling, verdict, actions string
		var m kpi.Metrics
		var spend, revenue int64
		if _, err := fmt.Sscan(line, &hours, &m.Impressions, &m.Clicks, &m.Conversions, &spend, &revenue,
			&scaling, &ext, &remedy, &verdict, &actions); err != nil {
			t.Fatalf("line %d: %v", n, err)
		}
		m.Spend, m.Revenue = usd(spend), usd(revenue)
		d := strategy.DefaultRules().Decide(strategy.View{
			Now: hour(t, hours), ActivatedAt: start, Total: m, Scaling: scaling == "yes",
			ExtendedUntil: hour(t, ext), LastRemedyAt: hour(t, remedy), AOV: usd(5000),
		})
		if string(d.Verdict) != verdict || join(d.Actions) != actions {
			t.Errorf("line %d: %s %s, want %s %s (%s)", n, d.Verdict, join(d.Actions), verdict, actions, d.Reason)
		}
		if d.Reason == "" || d.Expected == "" || len(d.Figures) == 0 {
			t.Errorf("line %d: a decision must explain itself: %+v", n, d)
		}
	}
}

func join(actions []strategy.Action) string {
	if len(actions) == 0 {
		return "-"
	}
	out := make([]string, len(actions))
	for i, a := range actions {
		out[i] = string(a)
	}
	return strings.Join(out, ",")
}

func winning() kpi.Metrics {
	return kpi.Metrics{Impressions: 50000, Clicks: 1000, Conversions: 40, Spend: usd(50000), Revenue: usd(200000)}
}

func TestRules_RollsBack(t *testing.T) {
	t.Parallel()
	raised := strategy.LastRaise{At: start, ROAS: kpi.NewRatio(4, 1)}
	for _, tc := range []struct {
		name    string
		hours   int
		impr    int64
		revenue int64
		want    bool
	}{
		{"MoreThanAFifth", 18, 5000, 3199, true},
		{"ExactlyAFifth", 18, 5000, 3200, false},
		{"TooEarly", 17, 5000, 100, false},
		{"TooFewImpressions", 18, 999, 100, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			l := raised
			l.Since = kpi.Metrics{Impressions: tc.impr, Clicks: 10, Conversions: 1, Spend: usd(1000), Revenue: usd(tc.revenue)}
			d := strategy.DefaultRules().Decide(strategy.View{
				Now: start.Add(time.Duration(tc.hours) * time.Hour), ActivatedAt: start.Add(-72 * time.Hour),
				Total: winning(), Scaling: true, LastRaise: l,
			})
			if got := d.Has(strategy.RollBack); got != tc.want {
				t.Errorf("rolls back: %v, want %v (%s)", got, tc.want, d.Reason)
			}
			if d.Verdict != strategy.Winner {
				t.Errorf("verdict %s", d.Verdict)
			}
		})
	}
}

func TestRules_Fade(t *testing.T) {
	t.Parallel()
	r := strategy.DefaultRules()
	v := strategy.View{
		Now: start.Add(200 * time.Hour), ActivatedAt: start, Total: winning(), Scaling: true,
		Recent: kpi.Metrics{Impressions: 9000, Clicks: 90, Spend: usd(9000), Revenue: usd(9000), Conversions: 2}, RecentFor: 72 * time.Hour,
	}
	if d := r.Decide(v); d.Verdict != strategy.Winner {
		t.Errorf("by totals alone it is a winner, have %s", d.Verdict)
	}
	r.Fade = 72 * time.Hour
	d := r.Decide(v)
	if d.Verdict != strategy.Potential || !d.Has(strategy.Extend) {
		t.Errorf("a fading winner is %s with %v", d.Verdict, d.Actions)
	}
	v.ExtendedUntil = v.Now
	if d := r.Decide(v); !d.Has(strategy.Stop) {
		t.Errorf("still fading after its extension it has %v", d.Actions)
	}
	v.RecentFor = 71 * time.Hour
	if d := r.Decide(v); d.Verdict != strategy.Winner {
		t.Errorf("without a full period it is %s", d.Verdict)
	}
}

func TestRules_EstimatesMissingRevenue(t *testing.T) {
	t.Parallel()
	m := winning()
	m.Revenue = usd(0)
	v := strategy.View{Now: start.Add(48 * time.Hour), ActivatedAt: start, Total: m, AOV: usd(5000)}
	if d := strategy.DefaultRules().Decide(v); d.Verdict != strategy.Winner {
		t.Errorf("40 orders of $50 for $500 are a winner, have %s", d.Verdict)
	}
}

func TestRules_AdSetFails(t *testing.T) {
	t.Parallel()
	v := strategy.AdSetView{Now: start.Add(48 * time.Hour), ActivatedAt: start,
		Total: kpi.Metrics{Impressions: 1000, Clicks: 10, Conversions: 1, Spend: usd(1000), Revenue: usd(1499)}}
	if why, fails := strategy.DefaultRules().AdSetFails(v); !fails || why == "" {
		t.Error("a ROAS of 1.499 after 48 hours was kept")
	}
	for name, keep := range map[string]func(*strategy.AdSetView){
		"OnTarget":          func(v *strategy.AdSetView) { v.Total.Revenue = usd(1500) },
		"TooYoung":          func(v *strategy.AdSetView) { v.Now = v.Now.Add(-time.Second) },
		"TooFewImpressions": func(v *strategy.AdSetView) { v.Total.Impressions = 999 },
	} {
		young := v
		keep(&young)
		if why, fails := strategy.DefaultRules().AdSetFails(young); fails {
			t.Errorf("%s: %s", name, why)
		}
	}
}

func TestRules_Validate(t *testing.T) {
	t.Parallel()
	if err := strategy.DefaultRules().Validate(); err != nil {
		t.Error(err)
	}
	for name, spoil := range map[string]func(*strategy.Rules){
		"Impressions": func(r *strategy.Rules) { r.MinImpressions = 0 },
		"Test":        func(r *strategy.Rules) { r.MinTest = 24 },
		"Extension":   func(r *strategy.Rules) { r.Extension = 0 },
		"Fade":        func(r *strategy.Rules) { r.Fade = -1 },
		"Fall":        func(r *strategy.Rules) { r.RollBackFall = kpi.NewRatio(1, 1) },
		"Criteria":    func(r *strategy.Rules) { r.Criteria.MinCTR = kpi.Ratio{} },
	} {
		r := strategy.DefaultRules()
		spoil(&r)
		if r.Validate() == nil {
			t.Errorf("%s: nonsense was accepted", name)
		}
	}
}
