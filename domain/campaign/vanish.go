package campaign

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/money"
)

// missingAfter is how long ago an ad set must have begun to deliver for its absence in a list to mean that it was deleted: lists lag.
const missingAfter = time.Hour

// withMissing adds the ad sets that a list of the campaign should show and does not, as gone.
func (t *Turn) withMissing(seen []ads.Standing) []ads.Standing {
	listed, whole := map[string]bool{}, false
	for _, s := range seen {
		listed[s.ID] = true
		whole = whole || s.Level == ads.LevelCampaign && s.Delivery != ads.Gone
	}
	if !whole {
		return seen
	}
	seen = slices.Clone(seen)
	for i := range t.AdSets {
		a := &t.AdSets[i]
		if listed[a.ExternalID] || a.ExternalID == "" || !a.live() || a.ActivatedAt.IsZero() || t.Now.Sub(a.ActivatedAt) < missingAfter {
			continue
		}
		seen = append(seen, ads.Standing{Level: ads.LevelAdSet, CampaignID: t.ExternalID, Entity: ads.Entity{ID: a.ExternalID, Delivery: ads.Gone}})
	}
	return seen
}

// campaignGone ends a campaign that somebody deleted on the platform. What was charged until then stays held until the figures are final.
func (t *Turn) campaignGone() {
	if t.Final {
		t.MayDeliver = false
		return
	}
	t.drifted("critical", "A campaign was deleted on the platform", "Somebody deleted it on the platform.",
		"It is over here too; its budget is free for others once the last charges are known.", t.ExternalID)
	if t.MayDeliver {
		t.MayDeliver, t.StoppedAt = false, t.Now
	}
	t.Status, t.Reason, t.Final = Ended, "was deleted on the platform", true
	t.Pending, t.RetryAt = Pending{}, time.Time{}
	t.dropDrafts(entityEnded)
	for i := range t.AdSets {
		if a := &t.AdSets[i]; a.Status == entityActive || a.Status == entityPaused {
			a.Status, a.Off = entityEnded, true
			t.endAds(a.ID)
		}
	}
	t.at(AlarmMonitor, t.nextLook(t.rules.MonitorEvery))
}

// adSetGone ends an ad set that somebody deleted. What it used today stays paid for.
func (t *Turn) adSetGone(a *AdSet) {
	a.Off, a.Status = true, entityEnded
	t.endAds(a.ID)
	t.drifted("warning", "An ad set was deleted on the platform", "Somebody deleted it on the platform.", "The campaign goes on with the others.", a.ExternalID)
	if !slices.ContainsFunc(t.AdSets, func(x AdSet) bool { return x.live() }) {
		t.fail("ad_set_deleted", "its only ad set was deleted on the platform")
	}
}

// adSeen switches an ad off that the platform's review refused after it had let it pass.
func (t *Turn) adSeen(s ads.Standing) {
	i := slices.IndexFunc(t.Ads, func(a Ad) bool { return a.ExternalID == s.ID && a.ExternalID != "" })
	if i < 0 || !s.Refused || t.Ads[i].Off || t.Ads[i].Status != entityActive {
		return
	}
	ad := &t.Ads[i]
	ad.Off = true
	why := strings.Join(s.Reasons, "; ")
	t.note("ad_refused", sentence("the platform refused it: "+why), "It is switched off; the campaign goes on with the others.", Figure{"ad", ad.ID}, Figure{"creative", ad.CreativeID})
	t.alert("ad_refused", "warning", "The platform refused an ad that was running", why, ad.ID)
	set := t.AdSet(ad.AdSetID)
	if len(t.ranked(ad.AdSetID)) == 0 && set != nil && set.live() {
		t.adSetLost(set, "the platform refused its ads")
	}
}

// bidDiffers compares how an ad set bids with what was confirmed; a platform that does not say it is believed. To take a limit off the bids
// again raises what is spent, and is compared when that may be done.
func (t *Turn) bidDiffers(a *AdSet, s ads.Standing) bool {
	if s.Bid == "" || a.Off || !a.live() || t.Now.Before(t.RaiseAt) || !t.Running() {
		return false
	}
	if a.CostCap.Positive() {
		return s.Bid != ads.CostCap || s.CostCap != a.CostCap
	}
	return s.Bid != ads.LowestCost
}

// bidChanged keeps a bid that a person set, where that is the policy and it is one of ours, and else sets ours back. What a day may cost does
// not depend on it.
func (t *Turn) bidChanged(a *AdSet, s ads.Standing) {
	reason := fmt.Sprintf("Somebody changed how it bids, to %s.", words(string(s.Bid)))
	if s.CostCap.Positive() {
		reason = fmt.Sprintf("Somebody changed how it bids, to a cost cap of %s.", s.CostCap)
	}
	if t.rules.Drift == DriftAdopt && (s.Bid == ads.CostCap && s.CostCap.Positive() || s.Bid == ads.LowestCost) {
		a.CostCap = s.CostCap
		if s.Bid == ads.LowestCost {
			a.CostCap, t.Bid, t.WinnerStreak = money.Zero(a.Budget.Currency()), ads.LowestCost, 0
		}
		t.drifted("warning", "A bid was changed on the platform", reason, "It is kept.", a.ExternalID)
		return
	}
	t.drifted("warning", "A bid was changed on the platform", reason, "It is set back.", a.ExternalID)
	t.step(Step{Kind: SetBid, Target: a.ID, Level: ads.LevelAdSet, ExternalID: a.ExternalID, Budget: money.Zero(a.Budget.Currency()).Add(a.CostCap)})
}
