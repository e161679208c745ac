package campaign

import (
	"fmt"
	"slices"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/money"
)

// Answer is what a courier says of a step. Done is only ever true with what the other side said when it was read back.
type Answer struct {
	StepID     string
	Done       bool
	ExternalID string
	Delivery   ads.Delivery // as read back
	Refused    bool         // not Done, and certainly not done: anything else may have happened all the same
	Code, Text string       // why not
}

// Performed takes a courier's answer. An answer to a step that is not open was taken before.
func (t *Turn) Performed(a Answer) {
	i := slices.IndexFunc(t.Open, func(o OpenStep) bool { return o.ID == a.StepID })
	if i < 0 {
		return
	}
	o := t.Open[i]
	t.Open = slices.Delete(t.Open, i, i+1)
	if o.Kind == SetDelivery && a.Done && a.Delivery != o.Delivery {
		a.Done, a.Code = false, "not_confirmed"
		a.Text = fmt.Sprintf("it was set to %s but reads back as %q", o.Delivery, a.Delivery)
	}
	if o.Kind == SetDelivery || o.Kind == SetBudget || o.Kind == SetBid {
		t.SettledAt = t.Now
	}
	if t.turnedDown(o, a) {
		return
	}
	switch o.Kind {
	case CreateCampaign:
		t.campaignMade(a)
	case CreateAdSet:
		t.adSetMade(o, a)
	case CreateAd:
		t.adMade(o, a)
	case SetDelivery:
		t.deliverySet(o, a)
	case SetBudget:
		t.budgetSet(o, a)
	case SetBid:
		t.bidSet(o, a)
	case CreateLookalike:
		t.lookalikeMade(o, a)
	case ValidatePlan:
		t.validated(a)
	case SendCRM:
		if !a.Done {
			t.note("crm_not_told", sentence(a.Text), "The CRM does not know of this campaign.", Figure{"code", a.Code})
		}
	}
}

func (t *Turn) campaignMade(a Answer) {
	if !a.Done {
		t.fail(a.Code, "the platform did not create the campaign: "+a.Text)
		return
	}
	t.ExternalID = a.ExternalID
}

func (t *Turn) adSetMade(o OpenStep, a Answer) {
	set := t.AdSet(o.Target)
	if !a.Done {
		set.Status = entityError
		t.adSetLost(set, "the platform did not create it: "+a.Text)
		return
	}
	set.ExternalID, set.Budget = a.ExternalID, o.Budget
}

// adSetLost ends an ad set that cannot deliver. Its campaign goes on with the others, if there are any.
func (t *Turn) adSetLost(set *AdSet, why string) {
	set.Off = true
	for i := range t.Ads {
		if ad := &t.Ads[i]; ad.AdSetID == set.ID && ad.Status == entityDraft {
			ad.Status = entityError
		}
	}
	others := 0
	for i := range t.AdSets {
		if t.AdSets[i].live() {
			others++
		}
	}
	if others == 0 {
		t.fail("ad_set_failed", "its only ad set failed: "+why)
		return
	}
	t.note("ad_set_failed", sentence(why), "The campaign goes on with its other ad sets.", Figure{"ad_set", set.ID}, Figure{"audience", set.Audience})
	t.alert("api_failure", "warning", "An ad set could not be run", why, set.ID)
}

func (t *Turn) adMade(o OpenStep, a Answer) {
	ad := t.Ad(o.Target)
	if ad == nil {
		return
	}
	if !a.Done {
		t.adLost(ad, "the platform did not create it: "+a.Text, a.Code)
		return
	}
	ad.ExternalID = a.ExternalID
}

// adLost drops one ad: a campaign is published without it.
func (t *Turn) adLost(ad *Ad, why, code string) {
	ad.Status, ad.Off = entityError, true
	t.note("ad_dropped", sentence(why), "The campaign goes on without it.", Figure{"ad", ad.ID}, Figure{"code", code})
}

func (t *Turn) deliverySet(o OpenStep, a Answer) {
	switch {
	case o.Target == t.Plan.CampaignID && o.Delivery == ads.Active:
		t.campaignActive(a)
	case o.Target == t.Plan.CampaignID:
		t.campaignPaused(a)
	case t.AdSet(o.Target) != nil:
		t.adSetDelivery(t.AdSet(o.Target), o, a)
	case t.Ad(o.Target) != nil:
		t.adDelivery(t.Ad(o.Target), o, a)
	}
}

func (t *Turn) adDelivery(ad *Ad, o OpenStep, a Answer) {
	switch {
	case !a.Done && o.Delivery == ads.Active:
		t.adLost(ad, "the platform did not activate it: "+a.Text, a.Code)
	case !a.Done:
		t.retryLater("ad", ad.ID, a)
	case o.Delivery == ads.Active:
		ad.Status = entityActive
		if ad.ActivatedAt.IsZero() {
			ad.ActivatedAt = t.Now
		}
	default:
		ad.Status, ad.StoppedAt = entityPaused, t.Now
	}
}

func (t *Turn) adSetDelivery(set *AdSet, o OpenStep, a Answer) {
	switch {
	case !a.Done && o.Delivery == ads.Active:
		set.Status = entityError
		if !a.Refused {
			set.Status = entityActive // it may deliver: it is paused to be certain, as it is off now
		}
		t.adSetLost(set, "the platform did not activate it: "+a.Text)
	case !a.Done:
		t.retryLater("ad_set", set.ID, a)
	case o.Delivery == ads.Active:
		set.Status = entityActive
		if set.ActivatedAt.IsZero() {
			set.ActivatedAt = t.Now
		}
	case set.Off:
		set.Status = entityEnded
		t.endAds(set.ID)
	default:
		set.Status = entityPaused
	}
}

// endAds marks the ads of an ad set that is over; on the platform they stop with it.
func (t *Turn) endAds(set string) {
	for i := range t.Ads {
		if ad := &t.Ads[i]; ad.AdSetID == set && (ad.Status == entityActive || ad.Status == entityDraft) {
			ad.Status, ad.Off, ad.StoppedAt = entityEnded, true, t.Now
		}
	}
}

// retryLater keeps a pause that did not work from being forgotten: it is the one thing that must happen.
func (t *Turn) retryLater(level, id string, a Answer) {
	t.RetryAt = t.Now.Add(10 * time.Minute)
	t.at(AlarmRetry, t.RetryAt)
	t.note("pause_failed", sentence("the platform did not pause the "+level+": "+a.Text), "It is tried again in ten minutes.",
		Figure{"id", id}, Figure{"code", a.Code})
	t.alert("api_failure", "critical", "Something could not be paused", a.Text, id)
}

func (t *Turn) campaignActive(a Answer) {
	if !a.Done {
		t.fail(a.Code, "the platform did not activate the campaign: "+a.Text)
		return
	}
	if t.Status != Publishing {
		return // it was told to stop in the meantime: advance pauses it
	}
	first := t.ActivatedAt.IsZero()
	t.Status = Active
	if t.ResumeTo != "" {
		t.Status = t.ResumeTo
	}
	t.Reason, t.ResumeTo, t.StoppedAt, t.MovedAt = "delivers", "", time.Time{}, t.Now
	t.cancel(AlarmDeadline)
	t.watch()
	if first {
		t.ActivatedAt = t.Now
		t.note("campaign_published", fmt.Sprintf("The platform confirmed that it delivers: %s a day.", t.wanted()), "It is judged after a day of test.",
			Figure{"external_id", t.ExternalID})
		t.step(Step{Kind: SendCRM, Target: t.Plan.CampaignID + "/crm", ExternalID: t.ExternalID})
		return
	}
	t.note("campaign_resumed", fmt.Sprintf("The platform confirmed that it delivers again: %s a day.", t.wanted()), "It is judged as before.")
	t.resolve("auto_paused")
}

// watch arms the alarms of a campaign that delivers.
func (t *Turn) watch() {
	t.at(AlarmMonitor, t.nextLook(t.rules.MonitorEvery))
	t.at(AlarmDecide, t.Now.Add(t.rules.DecideEvery))
	t.at(AlarmRotate, t.Now.Add(t.rules.RotateEvery))
	if t.Status == Scaling {
		t.at(AlarmScale, t.nextRaise())
		t.at(AlarmExpand, t.outOfLate(t.Now.Add(t.rules.DecideEvery)))
	}
}

func (t *Turn) campaignPaused(a Answer) {
	if !a.Done {
		t.retryLater("campaign", t.Plan.CampaignID, a)
		return
	}
	t.MayDeliver, t.RetryAt, t.StoppedAt = false, time.Time{}, t.Now
	t.note("campaign_stopped", "The platform confirmed that it is paused.", "Its budget is free for others once the last charges are known.")
	t.cancel(AlarmDecide, AlarmScale, AlarmExpand, AlarmRotate)
	t.at(AlarmMonitor, t.nextLook(t.rules.MonitorEvery))
	if !t.Final {
		return
	}
	for i := range t.AdSets {
		if set := &t.AdSets[i]; set.Status == entityActive || set.Status == entityDraft || set.Status == entityPaused {
			set.Status = entityEnded
			t.endAds(set.ID)
		}
	}
}

func (t *Turn) budgetSet(o OpenStep, a Answer) {
	set := t.AdSet(o.Target)
	if a.Done {
		set.Budget = o.Budget
		return
	}
	t.note("budget_change_failed", sentence("the platform did not change the budget: "+a.Text), "It keeps what it has, or stops where it has too much.",
		Figure{"ad_set", set.ID}, Figure{"asked", o.Budget.Decimal()}, Figure{"code", a.Code})
	t.alert("api_failure", "warning", "A budget could not be changed", a.Text, set.ID)
	if set.Budget.Less(o.Budget) {
		set.Planned, set.Wanted, set.BeforeRaise = set.Budget, money.Min(set.Wanted, set.Budget), money.Zero(set.Budget.Currency())
		if !a.Refused {
			set.Budget = o.Budget // it may have been raised: it counts as such until a lower one is confirmed
		}
		return
	}
	// What cannot be lowered is paused. A platform that refuses has a reason that lasts for the day, such as more being spent already:
	// the new day's alarm tries again.
	set.Wanted = money.Zero(set.Budget.Currency())
	if !a.Refused {
		t.at(AlarmRetry, t.Now.Add(10*time.Minute))
	}
}

func (t *Turn) bidSet(o OpenStep, a Answer) {
	set := t.AdSet(o.Target)
	if set == nil {
		return
	}
	if a.Done && !o.Budget.Positive() {
		set.CostCap = o.Budget
		t.note("bid_changed", "It bids for the lowest cost again.", "It goes on as before.", Figure{"ad_set", set.ID})
		return
	}
	if a.Done {
		set.CostCap = o.Budget
		t.note("bid_changed", fmt.Sprintf("The campaign is stable; it now bids with a cost cap of %s per purchase.", o.Budget),
			"Purchases cost at most about that; delivery may slow down.", Figure{"ad_set", set.ID})
		return
	}
	t.Bid = ads.LowestCost
	t.WinnerStreak = 0
	t.note("bid_change_failed", sentence("the platform did not change the bid: "+a.Text), "It goes on with the lowest cost.", Figure{"code", a.Code})
}

func (t *Turn) validated(a Answer) {
	if a.Done {
		t.Reason = "dry run: the platform accepts this plan"
		t.note("plan_validated", "The platform checked the plan and would accept it.", "Nothing was created.")
		return
	}
	t.Reason = "dry run: the platform refuses this plan: " + a.Text
	t.note("plan_refused", sentence("the platform checked the plan and refuses it: "+a.Text), "Nothing was created.", Figure{"code", a.Code})
}

// Deadline is the alarm of a publication that takes too long.
func (t *Turn) Deadline() {
	if t.Status == Publishing {
		t.alert("api_failure", "warning", "A publication takes too long",
			fmt.Sprintf("Not live after %s; %d steps are open.", t.rules.PublishWithin, len(t.Open)), "deadline")
	}
}
