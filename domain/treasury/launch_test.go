package treasury_test

import (
	"testing"

	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/domain/treasury"
)

// A fifth of the day's cap is kept for campaigns on their first day: 60 of 300, 34 a day on Meta.
func TestBook_KeepsAShareForLaunches(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		asks []treasury.Ask
		want []int64 // granted a day, in whole units; 0 refused
	}{
		"OthersHaveTheRest":      {[]treasury.Ask{{CampaignID: "a", Daily: usd(200)}, {CampaignID: "b", Daily: usd(5), Minimum: usd(5)}}, []int64{137, 0}},
		"ALaunchHasItsShare":     {[]treasury.Ask{{CampaignID: "a", Daily: usd(200)}, {CampaignID: "n", Daily: usd(50), Launch: true}}, []int64{137, 34}},
		"WhatLaunchesHoldIsGone": {[]treasury.Ask{{CampaignID: "n", Daily: usd(20), Launch: true}, {CampaignID: "a", Daily: usd(200)}, {CampaignID: "m", Daily: usd(50), Launch: true}}, []int64{20, 137, 14}},
		"LaunchesMayHaveMore":    {[]treasury.Ask{{CampaignID: "n", Daily: usd(200), Launch: true}, {CampaignID: "a", Daily: usd(5), Minimum: usd(5)}}, []int64{171, 0}},
		"ItIsALaunchAllDay":      {[]treasury.Ask{{CampaignID: "n", Daily: usd(10), Launch: true}, {CampaignID: "a", Daily: usd(200)}, {CampaignID: "n", Daily: usd(40)}}, []int64{10, 137, 34}},
		"TomorrowItIsNone": {[]treasury.Ask{{CampaignID: "n", Daily: usd(10), Launch: true}, {CampaignID: "a", Day: tomorrow, Daily: usd(120)},
			{CampaignID: "n", Day: tomorrow, Daily: usd(50), Minimum: usd(5)}}, []int64{10, 120, 17}},
	} {
		t.Run(name, func(t *testing.T) {
			b := setup(t)
			b.rules.LaunchPercent = 20
			for i, ask := range tc.asks {
				want := money.Minor(tc.want[i]*100, money.USD)
				if a := b.ask(ask); a.Granted.Cmp(want) != 0 || a.Refused() != (tc.want[i] == 0) {
					t.Errorf("ask %d got %s (%s %s), want %s", i, a.Granted, a.Code, a.Text, want)
				}
			}
		})
	}
}
