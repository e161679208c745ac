package main

import (
	"strconv"
	"testing"

	"github.com/agente-ceo/agente-ceo/platforms/sandbox/faults"
)

// Accounts whose platforms always charge the most, each in a world of its own with faults by its seed: a week of each of TORTURE_SEEDS
// seeds in a thorough run; two days of one otherwise, as the loop tests have more.
func TestTorture_AccountHours(t *testing.T) {
	t.Parallel()
	first, seeds, days := sizeOf(t, "TORTURE_FIRST", 1), sizeOf(t, "TORTURE_SEEDS", 1), 7
	if seeds == 1 {
		days = 2
	}
	for seed := first; seed < first+seeds; seed++ {
		var script []faults.Fault
		for _, kind := range []faults.Kind{faults.CommitThenDrop, faults.ErrorAfterCommit, faults.ServerError, faults.Throttle} {
			for _, where := range []string{" /meta/", " /tiktok/", " /shopify/"} {
				script = append(script, faults.Fault{Kind: kind, Where: where, Share: 0.03})
			}
		}
		t.Run(strconv.Itoa(seed), func(t *testing.T) {
			l := run(t, strconv.Itoa(seed), days, []string{"AGENTE_SANDBOX_GREEDY=true"}, faults.New(uint64(seed), script...))
			l.mustHold(l.capsHold, l.onePlanOneCampaign, l.ordersOnce, l.booksAgree)
		})
	}
	t.Logf("%d hours of accounts", 24*days*seeds)
}
