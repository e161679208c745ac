package ads_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/kpi"
	"github.com/agente-ceo/agente-ceo/domain/money"
)

var sameMoney = cmpopts.EquateComparable(money.Amount{})

func TestLatestSpend_CountsARepeatedRowOnce(t *testing.T) {
	t.Parallel()
	row := func(campaign, day string, cents int64) ads.SpendRow {
		return ads.SpendRow{CampaignID: campaign, Day: day, Spend: money.Minor(cents, money.USD)}
	}
	got := ads.LatestSpend([]ads.SpendRow{
		row("1", "2026-11-19", 100), row("1", "2026-11-20", 250), row("1", "2026-11-19", 90), row("2", "2026-11-19", 7), row("2", "2026-11-19", 0), row("3", "2026-11-19", 0),
	})
	want := []ads.SpendRow{row("1", "2026-11-19", 90), row("1", "2026-11-20", 250)}
	if diff := cmp.Diff(want, got, sameMoney); diff != "" {
		t.Error(diff)
	}
}

func TestLatestInsights_KeepsTheNewestRevisionOfAnAd(t *testing.T) {
	t.Parallel()
	row := func(ad string, seen, cents int64) ads.InsightRow {
		return ads.InsightRow{CampaignID: "1", AdSetID: "2", AdID: ad, Metrics: kpi.Metrics{Impressions: seen, Spend: money.Minor(cents, money.USD)}}
	}
	got := ads.LatestInsights([]ads.InsightRow{row("a", 10, 5), row("b", 3, 1), row("a", 12, 6), row("c", 0, 0)})
	if diff := cmp.Diff([]ads.InsightRow{row("a", 12, 6), row("b", 3, 1)}, got, sameMoney); diff != "" {
		t.Error(diff)
	}
	if none := ads.LatestInsights(nil); none != nil {
		t.Errorf("of nothing: %v", none)
	}
}
