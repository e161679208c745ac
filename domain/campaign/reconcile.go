package campaign

import (
	"time"

	"github.com/agente-ceo/agente-ceo/domain/ads"
)

// advance emits the steps that lead from what the platform confirmed to what is wanted. An entity with an open step waits for its answer.
func (t *Turn) advance() {
	if t.Live() {
		t.coverToday()
	}
	if t.Live() {
		t.wantToday()
		t.build()
	}
	if t.Running() || t.Status == Publishing {
		t.adjust()
	}
	t.deliver()
}

// coverToday stops a campaign that would deliver on a day for which it holds no budget, whatever led there, and while nobody knows which
// day it is.
func (t *Turn) coverToday() {
	switch {
	case !t.MayDeliver:
	case t.rules.ClockWrong != "":
		t.pauseForBudget(t.rules.ClockWrong, t.Now.Add(raiseAgainAfter))
	case t.Grant(t.today()).IsZero():
		t.pauseForBudget("no budget for "+t.today(), t.Now.Add(time.Minute))
	}
}

// build creates what does not exist: the campaign, its ad sets, their ads, each paused.
func (t *Turn) build() {
	if t.ExternalID == "" {
		if !t.busy(t.Plan.CampaignID, CreateCampaign) {
			t.step(Step{Kind: CreateCampaign, Target: t.Plan.CampaignID, Level: ads.LevelCampaign, Name: t.name("0")})
		}
		return
	}
	for i := range t.AdSets {
		switch a := &t.AdSets[i]; {
		case t.busy(a.ID, ""):
		case a.Status == entityProposed && a.needsLookalike():
			t.step(Step{Kind: CreateLookalike, Target: a.ID, Name: a.Name})
		case a.Status == entityDraft && a.ExternalID == "" && a.Wanted.Positive():
			if t.Bid == ads.CostCap {
				a.CostCap = t.costCap()
			}
			t.step(Step{Kind: CreateAdSet, Target: a.ID, Level: ads.LevelAdSet, Budget: a.Wanted})
		}
	}
	for i := range t.Ads {
		a := &t.Ads[i]
		if set := t.AdSet(a.AdSetID); a.Status == entityDraft && a.ExternalID == "" && set.ExternalID != "" && !t.busy(a.ID, "") {
			t.step(Step{Kind: CreateAd, Target: a.ID, Level: ads.LevelAd, ExternalID: set.ExternalID})
		}
	}
}

func (a *AdSet) needsLookalike() bool {
	return (a.Audience == AudienceLookalike1 || a.Audience == AudienceLookalike2to3) && a.LookalikeID == ""
}

// adjust activates, pauses and re-budgets ads and ad sets: ads first, then their ad set, as soon as every ad of it is settled.
func (t *Turn) adjust() {
	for i := range t.AdSets {
		a := &t.AdSets[i]
		if a.ExternalID == "" {
			continue
		}
		uncreated, drafts, good := t.adsOf(a.ID)
		if uncreated == 0 {
			t.adjustAds(a.ID)
		}
		if t.busy(a.ID, "") {
			continue
		}
		switch {
		case a.Status == entityActive && (a.Off || a.Wanted.IsZero()):
			if t.Now.Before(t.RetryAt) {
				continue
			}
			t.step(Step{Kind: SetDelivery, Target: a.ID, Level: ads.LevelAdSet, ExternalID: a.ExternalID, Delivery: ads.Paused})
		case (a.Status == entityDraft || a.Status == entityPaused && !a.Off) && a.Wanted.Positive():
			a.Status = entityDraft
			t.activateSet(a, drafts, good)
		case a.Status == entityActive && a.Wanted != a.Budget:
			t.rebudget(a)
		case a.Status == entityActive:
			t.rebid(a)
		}
	}
}

// adsOf counts an ad set's wanted ads: not created, not active yet (created or not), and active.
func (t *Turn) adsOf(set string) (uncreated, drafts, good int) {
	for i := range t.Ads {
		a := &t.Ads[i]
		switch {
		case a.AdSetID != set || a.Off:
		case a.Status == entityDraft && a.ExternalID == "":
			uncreated++
			drafts++
		case a.Status == entityDraft:
			drafts++
		case a.Status == entityActive:
			good++
		}
	}
	return uncreated, drafts, good
}

func (t *Turn) adjustAds(set string) {
	for i := range t.Ads {
		a := &t.Ads[i]
		if a.AdSetID != set || a.ExternalID == "" || t.busy(a.ID, "") {
			continue
		}
		switch {
		case a.Status == entityDraft && !a.Off && !t.mayRaise():
		case a.Status == entityDraft && !a.Off:
			t.step(Step{Kind: SetDelivery, Target: a.ID, Level: ads.LevelAd, ExternalID: a.ExternalID, Delivery: ads.Active})
		case a.Status == entityActive && a.Off && !t.Now.Before(t.RetryAt):
			t.step(Step{Kind: SetDelivery, Target: a.ID, Level: ads.LevelAd, ExternalID: a.ExternalID, Delivery: ads.Paused})
		}
	}
}

func (t *Turn) activateSet(a *AdSet, drafts, good int) {
	switch {
	case drafts > 0 || t.busy(a.ID, ""):
	case good < t.rules.MinAds:
		a.Status = entityError
		t.adSetLost(a, "none of its ads could be published")
	case a.Wanted != a.Budget:
		t.rebudget(a)
	case t.covered(a) && !t.Now.Before(t.RaiseAt):
		t.step(Step{Kind: SetDelivery, Target: a.ID, Level: ads.LevelAdSet, ExternalID: a.ExternalID, Delivery: ads.Active})
	}
}

// rebudget changes an ad set's budget, at most as often an hour as the platform allows. A raise waits until what pays for it is confirmed.
func (t *Turn) rebudget(a *AdSet) {
	if a.Budget.Less(a.Wanted) && (!t.covered(a) || t.Now.Before(t.RaiseAt)) {
		return
	}
	recent := a.Edits[:0:0]
	for _, at := range a.Edits {
		if t.Now.Sub(at) < time.Hour {
			recent = append(recent, at)
		}
	}
	a.Edits = recent
	if len(recent) >= t.rules.EditsPerHour {
		t.at(AlarmRetry, recent[0].Add(time.Hour))
		return
	}
	a.Edits = append(a.Edits, t.Now)
	t.step(Step{Kind: SetBudget, Target: a.ID, Level: ads.LevelAdSet, ExternalID: a.ExternalID, Budget: a.Wanted})
}

func (t *Turn) rebid(a *AdSet) {
	if t.Bid != ads.CostCap || a.CostCap.Positive() || a.Off {
		return
	}
	if limit := t.costCap(); limit.Positive() {
		t.step(Step{Kind: SetBid, Target: a.ID, Level: ads.LevelAdSet, ExternalID: a.ExternalID, Budget: limit})
	}
}

// deliver starts the campaign last, once its ad sets are settled, and stops it first.
func (t *Turn) deliver() {
	id := t.Plan.CampaignID
	if t.ExternalID == "" || t.busy(id, "") || t.Now.Before(t.RetryAt) {
		return
	}
	switch {
	case !t.Live() && t.MayDeliver:
		t.step(Step{Kind: SetDelivery, Target: id, Level: ads.LevelCampaign, ExternalID: t.ExternalID, Delivery: ads.Paused})
	case t.Status == Publishing && !t.Now.Before(t.RaiseAt) && t.ready() && t.cleared():
		t.useLaunch()
		t.MayDeliver = true
		t.step(Step{Kind: SetDelivery, Target: id, Level: ads.LevelCampaign, ExternalID: t.ExternalID, Delivery: ads.Active})
	}
}

// ready reports whether the last step of a publication may come: at least one ad set is active, none is on its way, today is paid for.
// Without any ad set that could still become active, the campaign fails.
func (t *Turn) ready() bool {
	active, waiting := 0, 0
	for i := range t.AdSets {
		switch a := &t.AdSets[i]; {
		case a.Status == entityActive && !a.Off && a.Wanted.Positive():
			active++
			if a.Wanted != a.Budget {
				waiting++
			}
		case a.live():
			waiting++
		}
	}
	if active == 0 && waiting == 0 {
		t.fail("no_ad_set", "no ad set could be published")
		return false
	}
	if active == 0 || waiting > t.parked() {
		return false
	}
	if !t.covered(nil) {
		if t.Pending.ReservationID == "" && t.Grant(t.today()).Less(t.exposure(nil)) {
			t.reserve(ForRenewal, t.today(), t.Budget(), t.least())
		}
		return false
	}
	return true
}

// parked counts the ad sets that wait for money: they do not hold a publication up.
func (t *Turn) parked() int {
	n := 0
	for i := range t.AdSets {
		if a := &t.AdSets[i]; a.live() && a.Wanted.IsZero() && a.Status != entityActive {
			n++
		}
	}
	return n
}
