package kpi_test

import (
	"bufio"
	"fmt"
	"os"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/agente-ceo/agente-ceo/domain/kpi"
	"github.com/agente-ceo/agente-ceo/domain/money"
)

func usd(cents int64) money.Amount { return money.Minor(cents, money.USD) }

func TestJudge_Table(t *testing.T) {
	t.Parallel()
	f, err := os.Open("testdata/judge.txt")
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
		var m kpi.Metrics
		var spend, revenue int64
		var want string
		if _, err := fmt.Sscan(line, &m.Impressions, &m.Clicks, &m.Conversions, &spend, &revenue, &want); err != nil {
			t.Fatalf("line %d: %v", n, err)
		}
		m.Spend, m.Revenue = usd(spend), usd(revenue)
		j := kpi.Judge(m, kpi.DefaultCriteria())
		got := fmt.Sprint(j.Passed())
		got = strings.ReplaceAll(strings.Trim(got, "[]"), " ", ",")
		if got == "" {
			got = "none"
		}
		if got != want {
			t.Errorf("line %d: passed %s, want %s", n, got, want)
		}
		if len(j.Passed())+len(j.Failed()) != 4 {
			t.Errorf("line %d: %v and %v are not all four", n, j.Passed(), j.Failed())
		}
	}
}

func TestJudge_KPITable(t *testing.T) {
	t.Parallel()
	at := kpi.Metrics{Impressions: 5000, Clicks: 100, Conversions: 2, Spend: usd(6000), Revenue: usd(10000)}
	j := kpi.Judge(at, kpi.DefaultCriteria())
	if j.CPAHigh || j.AOVLow {
		t.Errorf("a CPA of exactly $30 and an AOV of exactly $50 are on target: high %v, low %v", j.CPAHigh, j.AOVLow)
	}
	at.Spend, at.Revenue = usd(6001), usd(9999)
	j = kpi.Judge(at, kpi.DefaultCriteria())
	if !j.CPAHigh || !j.AOVLow {
		t.Errorf("half a cent off the targets: high %v, low %v", j.CPAHigh, j.AOVLow)
	}
}

func TestJudge_Explain(t *testing.T) {
	t.Parallel()
	j := kpi.Judge(kpi.Metrics{Impressions: 1000, Clicks: 12, Spend: usd(500)}, kpi.DefaultCriteria())
	for check, want := range map[kpi.Check]string{
		kpi.ROAS: "ROAS 0.00 is under 1.50",
		kpi.CTR:  "CTR 1.20 % is under 1.50 %",
		kpi.CVR:  "CVR 0.00 % is under 2.00 %",
		kpi.CPA:  "CPA is not met: nobody bought",
	} {
		if got := j.Explain(check); got != want {
			t.Errorf("%s: %q, want %q", check, got, want)
		}
	}
}

func TestRatio_Parse(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{"", "1e3", "-1", "1/2", " 1", "1,5", ".", "1.2.3", "NaN"} {
		if r, err := kpi.ParseRatio(bad); err == nil {
			t.Errorf("%q was read as %s", bad, r)
		}
	}
	if r := kpi.MustRatio("0.015"); r.Compare(kpi.NewRatio(15, 1000)) != 0 {
		t.Errorf("0.015 was read as %s", r)
	}
}

func TestRatio_Formats(t *testing.T) {
	t.Parallel()
	r := kpi.NewRatio(1, 3)
	if r.Decimal(2) != "0.33" || r.Percent(1) != "33.3 %" || r.Milli() != 333 {
		t.Errorf("a third is %s, %s, %d", r.Decimal(2), r.Percent(1), r.Milli())
	}
	if got := kpi.NewRatio(5, 2).Amount(money.USD); got != usd(3) {
		t.Errorf("2.5 cents read %s, want 0.03", got)
	}
	if got := kpi.MustRatio("0.3").Of(usd(5001), money.Down); got != usd(1500) {
		t.Errorf("30 %% of 50.01 is %s", got)
	}
	var none kpi.Ratio
	if none.Decimal(2) != "n/a" || none.Milli() != 0 || none.AtMost(r) || none.AtLeast(r) || none.Compare(r) != -1 {
		t.Error("an undefined ratio has a value")
	}
}

// Rounding must never decide: a ratio is judged like the cross product of its integers.
func TestRatio_ComparesExactly(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.Int64Range(0, 1<<30).Draw(t, "a"), rapid.Int64Range(1, 1<<30).Draw(t, "b")
		c, d := rapid.Int64Range(0, 1<<30).Draw(t, "c"), rapid.Int64Range(1, 1<<30).Draw(t, "d")
		if got, want := kpi.NewRatio(a, b).AtLeast(kpi.NewRatio(c, d)), a*d >= c*b; got != want {
			t.Fatalf("%d/%d ≥ %d/%d is %v, want %v", a, b, c, d, got, want)
		}
	})
}

func TestCriteria_Validate(t *testing.T) {
	t.Parallel()
	if err := kpi.DefaultCriteria().Validate(); err != nil {
		t.Error(err)
	}
	c := kpi.DefaultCriteria()
	c.MinCVR = kpi.Ratio{}
	if err := c.Validate(); err == nil {
		t.Error("criteria without a CVR were accepted")
	}
}

func TestMetrics_WithAOV(t *testing.T) {
	t.Parallel()
	m := kpi.Metrics{Conversions: 3, Spend: usd(100)}
	if got := m.WithAOV(usd(6000)).Revenue; got != usd(18000) {
		t.Errorf("estimated %s", got)
	}
	m.Revenue = usd(1)
	if got := m.WithAOV(usd(6000)).Revenue; got != usd(1) {
		t.Errorf("a reported revenue was replaced by %s", got)
	}
}
