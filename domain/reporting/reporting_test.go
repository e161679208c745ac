package reporting_test

import (
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/kpi"
	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/domain/reporting"
)

var target = reporting.Target{ROAS: big.NewRat(3, 2), AlertPercent: 80}

func usd(cents int64) money.Amount { return money.Minor(cents, money.USD) }

func figures(products int) reporting.Figures {
	f := reporting.Figures{
		From: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), To: time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC),
		Ads:     kpi.Metrics{Impressions: 1000, Clicks: 20, Conversions: 2, Spend: usd(10000), Revenue: usd(12000)},
		Revenue: usd(14000), SupplierCost: usd(4000), Refunds: usd(1000), Orders: 3, ActiveCampaigns: 1,
		Allotted: usd(30000), Charged: usd(10000), CapDay: usd(30000), CapWeek: usd(150000),
	}
	for i := range products {
		f.Products = append(f.Products, reporting.ProductFigures{
			ID: fmt.Sprintf("prd_%02d", i), Title: fmt.Sprintf("Product | %d", i), Status: "live", Orders: int64(i),
			Revenue: usd(int64(i) * 1000), Cost: usd(int64(i) * 300), Refunds: usd(0), Spend: usd(2500),
		})
	}
	return f
}

func TestCompose(t *testing.T) {
	t.Parallel()
	r := reporting.Compose(reporting.Daily, figures(12), target)
	t.Run("AddsUpWhatRemains", func(t *testing.T) {
		t.Parallel()
		if r.Contribution != usd(14000-1000-4000-10000) || r.ROAS != "1.40" {
			t.Fatalf("contribution %v, ROAS %s", r.Contribution, r.ROAS)
		}
	})
	t.Run("RanksTenAtTheTopAndFiveAtTheBottom", func(t *testing.T) {
		t.Parallel()
		if len(r.Top) != 10 || r.Top[0].ID != "prd_11" || len(r.Bottom) != 5 || r.Bottom[0].ID != "prd_00" {
			t.Fatalf("top %d from %s, bottom %d from %s", len(r.Top), r.Top[0].ID, len(r.Bottom), r.Bottom[0].ID)
		}
	})
	t.Run("AdvisesOnWeakROASLosersAndUnusedBudget", func(t *testing.T) {
		t.Parallel()
		text := strings.Join(r.Advice, "\n")
		for _, want := range []string{"under the target of 1.50", "Product | 0 lost 25.00 USD", "Only 100.00 USD of 300.00 USD", "No campaign is scaling"} {
			if !strings.Contains(text, want) {
				t.Errorf("no %q in %s", want, text)
			}
		}
	})
	t.Run("MarkdownKeepsForeignTextInItsCell", func(t *testing.T) {
		t.Parallel()
		if text := r.Markdown(); !strings.Contains(text, "| Product / 11 |") {
			t.Fatalf("cell was broken:\n%s", text)
		}
	})
}

func TestWatch(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		pulse reporting.Pulse
		want  string
	}{
		"QuietWithoutSpend":        {reporting.Pulse{Hours: 24}, ""},
		"TooEarlyToSay":            {reporting.Pulse{Hours: 20, Spend: usd(5000)}, ""},
		"ROASExactlyOnTargetIsMet": {reporting.Pulse{Hours: 24, Spend: usd(1000), Revenue: usd(1500), Orders: 1}, ""},
		"ROASUnderTarget":          {reporting.Pulse{Hours: 24, Spend: usd(1000), Revenue: usd(1499), Orders: 1}, "roas_below_target"},
		"NothingSold":              {reporting.Pulse{Hours: 24, Spend: usd(1000)}, "roas_below_target no_conversions"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			raised := reporting.Watch(c.pulse, target, now)
			var kinds []string
			for _, a := range raised.Alerts {
				kinds = append(kinds, a.Kind)
			}
			if got := strings.Join(kinds, " "); got != c.want || len(raised.Alerts)+len(raised.Resolved) != 2 {
				t.Fatalf("raised %q, resolved %v", got, raised.Resolved)
			}
		})
	}
}

func TestPeriod(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 4, 0, 0, 0, 0, time.UTC) // a Wednesday
	for kind, want := range map[reporting.Kind]string{
		reporting.Daily: "2026-03-03 2026-03-04", reporting.Weekly: "2026-02-23 2026-03-02", reporting.Monthly: "2026-02-01 2026-03-01",
	} {
		from, to := reporting.Period(kind, now)
		if got := from.Format(time.DateOnly) + " " + to.Format(time.DateOnly); got != want {
			t.Errorf("%s: %s, want %s", kind, got, want)
		}
		again, end, err := reporting.PeriodOf(kind, from.Format(time.DateOnly))
		if err != nil || again != from || end != to {
			t.Errorf("%s: PeriodOf gives %v to %v, error %v", kind, again, end, err)
		}
		for day := from; day.Before(to); day = day.AddDate(0, 0, 1) {
			if begin, end, err := reporting.PeriodOf(kind, day.Format(time.DateOnly)); err != nil || begin != from || end != to {
				t.Errorf("%s of %s: %v to %v, error %v", kind, day.Format(time.DateOnly), begin, end, err)
			}
		}
	}
	if _, _, err := reporting.PeriodOf("yearly", "2026-01-01"); err == nil {
		t.Error("an unknown kind was taken")
	}
}
