package campaign

import (
	"fmt"
	"slices"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/money"
)

// Drift says what follows when a person raises a budget on the platform.
type Drift string

// The policies. What is lowered or paused there is always adopted, and what is switched on is always switched off again.
const (
	DriftUndo  Drift = "undo"  // a raise is taken back
	DriftAdopt Drift = "adopt" // a raise is kept as far as today's grant pays for it, and else taken back
)

// ForDrift is the purpose of a reservation for what a person did on the platform.
const ForDrift Purpose = "drift"

// HoldPlatform keeps a campaign paused that a person paused on the platform; a person lifts it.
const HoldPlatform = "platform"

// Compare takes how the platform lists the campaign and its ad sets, as of a time, and finds what somebody changed there. Lists lag behind,
// so a difference counts when two surveys in a row show it, and what was changed by us since, or is being changed, is not looked at.
func (t *Turn) Compare(at time.Time, seen []ads.Standing) {
	if t.ExternalID == "" || !at.After(t.SettledAt) {
		return
	}
	var suspects []string
	for _, s := range t.withMissing(seen) {
		act, what := t.difference(s)
		if act == nil {
			continue
		}
		if slices.Contains(t.Suspects, what) {
			act()
			continue
		}
		suspects = append(suspects, what)
	}
	slices.Sort(suspects)
	t.Suspects = suspects
}

// difference is what is to be done about an entity that does not stand as confirmed, and how the difference is remembered; nil for none.
func (t *Turn) difference(s ads.Standing) (act func(), what string) {
	if s.Level == ads.LevelCampaign && s.ID == t.ExternalID {
		return t.campaignDiffers(s)
	}
	if s.Level == ads.LevelAd {
		t.adSeen(s)
		return nil, ""
	}
	for i := range t.AdSets {
		if a := &t.AdSets[i]; s.Level == ads.LevelAdSet && a.ExternalID == s.ID && !t.busy(a.ID, "") {
			return t.adSetDiffers(a, s)
		}
	}
	return nil, ""
}

func (t *Turn) campaignDiffers(s ads.Standing) (func(), string) {
	switch {
	case s.Delivery == ads.Gone && t.SettledAt.IsZero() && t.ActivatedAt.IsZero():
		return nil, "" // nothing of it was read back yet: it may be too new to be found
	case s.Delivery == ads.Gone:
		return t.campaignGone, "gone/" + s.ID
	case t.busy(t.Plan.CampaignID, ""):
		return nil, ""
	case s.Delivery == ads.Active && !t.MayDeliver:
		return func() { t.startedByAPerson() }, "started/" + s.ID
	case s.Delivery == ads.Paused && t.Running():
		return func() { t.pausedByAPerson("campaign") }, "paused/" + s.ID
	case s.Name != t.name("0"):
		return t.renamed(s, t.name("0"))
	}
	return nil, ""
}

func (t *Turn) adSetDiffers(a *AdSet, s ads.Standing) (func(), string) {
	switch {
	case s.Delivery == ads.Gone:
		return func() { t.adSetGone(a) }, "gone/" + s.ID
	case a.Budget.Positive() && s.Budget.Positive() && s.Budget != a.Budget:
		return func() { t.budgetChanged(a, s.Budget) }, "budget/" + s.ID + "/" + s.Budget.Decimal()
	case s.Delivery == ads.Paused && a.Status == entityActive && t.Running():
		return func() { t.adSetPaused(a) }, "paused/" + s.ID
	case s.Delivery == ads.Active && a.Off && (a.Status == entityPaused || a.Status == entityEnded) && t.MayDeliver:
		return func() { t.adSetStarted(a) }, "started/" + s.ID
	case t.bidDiffers(a, s):
		return func() { t.bidChanged(a, s) }, "bid/" + s.ID + "/" + string(s.Bid) + "/" + s.CostCap.Decimal()
	case s.Name != a.Name:
		return t.renamed(s, a.Name)
	}
	return nil, ""
}

// drifted notes what a person did, and alerts.
func (t *Turn) drifted(severity, title, reason, expected, target string, figures ...Figure) {
	t.note("platform_drift", reason, expected, append([]Figure{{"target", target}}, figures...)...)
	t.alert("drift", severity, title, reason+" "+expected, target, t.Now.Format(time.RFC3339))
}

// startedByAPerson stops what must not deliver. Until the stop is confirmed it counts as delivering, and is to be paid for as such.
func (t *Turn) startedByAPerson() {
	t.drifted("critical", "A campaign was switched on on the platform", "Somebody switched it on on the platform although it is to be paused.",
		"It is paused again at once.", t.ExternalID)
	t.MayDeliver, t.RetryAt = true, time.Time{}
	t.coverDrift()
}

// coverDrift asks for a grant of all that may be charged today as things stand. Where it is refused, what is not covered is stopped.
func (t *Turn) coverDrift() {
	t.touch()
	if total := t.exposure(nil); t.Pending.ReservationID == "" && t.Grant(t.today()).Less(total) {
		t.reserve(ForDrift, t.today(), total.Sub(t.sunk()), total.Sub(t.sunk()))
	}
}

func (t *Turn) pausedByAPerson(what string) {
	t.drifted("warning", "A campaign was paused on the platform", "Somebody paused the "+what+" on the platform.",
		"It stays paused until it is resumed here.", t.ExternalID)
	if !slices.Contains(t.Holds, HoldPlatform) {
		t.Holds = append(t.Holds, HoldPlatform)
		slices.Sort(t.Holds)
	}
	t.cancel(AlarmNewDay, AlarmLaunch)
	t.pause("paused by a person on the platform")
}

// budgetChanged takes over what the platform has as what is confirmed. The plan follows a lower one, and a higher one that is adopted;
// every other is set back by the reconciler.
func (t *Turn) budgetChanged(a *AdSet, now money.Amount) {
	before := a.Budget
	a.Budget = now
	figures := []Figure{{"before", before.Decimal()}, {"after", now.Decimal()}}
	if now.Less(before) {
		a.Planned, a.Wanted, a.BeforeRaise = money.Min(a.Planned, now), money.Min(a.Wanted, now), money.Zero(now.Currency())
		t.drifted("warning", "A budget was lowered on the platform", fmt.Sprintf("Somebody lowered it from %s to %s a day.", before, now),
			"The lower budget is kept.", a.ExternalID, figures...)
		return
	}
	covered := !t.Grant(t.today()).Less(t.exposure(nil))
	if t.rules.Drift == DriftAdopt && covered && !a.Off && a.Wanted.Positive() {
		a.Planned, a.Wanted, a.BeforeRaise = now, now, money.Zero(now.Currency())
		t.drifted("warning", "A budget was raised on the platform", fmt.Sprintf("Somebody raised it from %s to %s a day; today's grant pays for that.", before, now),
			"The higher budget is kept.", a.ExternalID, figures...)
		return
	}
	severity := "warning"
	if !covered {
		severity = "critical"
	}
	t.drifted(severity, "A budget was raised on the platform", fmt.Sprintf("Somebody raised it from %s to %s a day.", before, now),
		"It is set back at once.", a.ExternalID, figures...)
	a.Edits = nil // the platform counts edits by the hour; taking this one back is worth being turned away
	t.coverDrift()
}

func (t *Turn) adSetPaused(a *AdSet) {
	others := 0
	for i := range t.AdSets {
		if x := &t.AdSets[i]; x.ID != a.ID && x.live() {
			others++
		}
	}
	if others == 0 {
		t.pausedByAPerson("only ad set")
		return
	}
	a.Off = true
	t.drifted("warning", "An ad set was paused on the platform", "Somebody paused it on the platform.", "It stays off; the campaign goes on with the others.", a.ExternalID)
}

func (t *Turn) adSetStarted(a *AdSet) {
	a.Status = entityActive
	t.drifted("critical", "An ad set was switched on on the platform", "Somebody switched it on on the platform although it is over.", "It is paused again at once.", a.ExternalID)
	t.coverDrift()
}

func (t *Turn) renamed(s ads.Standing, ours string) (func(), string) {
	what := "renamed/" + s.ID + "/" + s.Name
	if slices.Contains(t.Done, what) {
		return nil, ""
	}
	return func() {
		t.doneBefore(what)
		t.drifted("warning", "Something was renamed on the platform", fmt.Sprintf("Somebody renamed %s to %q.", ours, s.Name),
			"Please give it its name back: by it, it is found when spending is frozen.", s.ID)
	}, what
}
