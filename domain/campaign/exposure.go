package campaign

import (
	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/money"
)

// A platform may charge each ad set up to a multiple of its daily budget on one day, whenever on that day it delivers. What a day's
// reservation has to cover is therefore the sum, over every ad set that delivered at any time of the day, of the highest budget under
// which it did: an ad set that was paused or lowered at noon may have been charged all of it by then.

// Peak is the highest daily budget under which an ad set may have delivered on an account day.
type Peak struct {
	Day    string
	Budget money.Amount
}

// touch notes under which budgets the ad sets may be delivering now. It is called as a turn begins, when a new day may have begun too,
// and as it ends, when steps that raise or start something are on their way.
func (t *Turn) touch() {
	if !t.MayDeliver {
		return
	}
	today := t.today()
	for i := range t.AdSets {
		a := &t.AdSets[i]
		if !t.delivers(a) {
			continue
		}
		most := money.Max(a.Budget, t.used(a))
		for _, o := range t.Open {
			if o.Target == a.ID && o.Kind == SetBudget {
				most = money.Max(most, o.Budget)
			}
		}
		if most.Positive() {
			a.Peak = Peak{Day: today, Budget: most}
		}
	}
}

// delivers reports whether the ad set delivers as soon as its campaign does: it is active, or its activation is on its way.
func (t *Turn) delivers(a *AdSet) bool {
	if a.Status == entityActive {
		return true
	}
	for _, o := range t.Open {
		if o.Target == a.ID && o.Kind == SetDelivery && o.Delivery == ads.Active {
			return true
		}
	}
	return false
}

// used is the highest budget under which the ad set may have delivered today.
func (t *Turn) used(a *AdSet) money.Amount {
	if a.Peak.Day == t.today() {
		return a.Peak.Budget
	}
	return money.Zero(t.Plan.DailyBudget.Currency())
}

// usedToday is what today's reservation has to cover whatever happens from now on.
func (t *Turn) usedToday() money.Amount {
	sum := money.Zero(t.Plan.DailyBudget.Currency())
	for i := range t.AdSets {
		sum = sum.Add(t.used(&t.AdSets[i]))
	}
	return sum
}

// sunk is what today's reservation has to cover beside the plans: ad sets that were stopped or lowered today.
func (t *Turn) sunk() money.Amount {
	sum := money.Zero(t.Plan.DailyBudget.Currency())
	for i := range t.AdSets {
		a := &t.AdSets[i]
		used := t.used(a)
		if a.live() {
			used = used.Sub(money.Min(used, a.Planned))
		}
		sum = sum.Add(used)
	}
	return sum
}

// short reports whether today's grant does not cover the plans beside what was used already.
func (t *Turn) short() bool { return t.Grant(t.today()).Less(t.Budget().Add(t.sunk())) }

// exposure is what today's grant has to cover if the campaign delivers now, with one more ad set where more is not nil: every ad set at
// the highest of what it used, what is confirmed and what is wanted.
func (t *Turn) exposure(more *AdSet) money.Amount {
	sum := money.Zero(t.Plan.DailyBudget.Currency())
	for i := range t.AdSets {
		a := &t.AdSets[i]
		part := t.used(a)
		if t.delivers(a) || more != nil && a.ID == more.ID {
			part = money.Max(part, money.Max(a.Wanted, a.Budget))
		}
		sum = sum.Add(part)
	}
	return sum
}

// covered reports whether today's grant pays for one more ad set beside those that deliver. Once it was checked what may deliver into
// tomorrow, what begins has to be covered for tomorrow too: nothing would stop it at midnight.
func (t *Turn) covered(more *AdSet) bool {
	if t.Grant(t.today()).Less(t.exposure(more)) {
		return false
	}
	checked := TimeOn(t.today(), enforceHour, enforceMinute, t.rules.Zone)
	return t.Now.Before(checked) || !t.Grant(t.tomorrow()).Less(t.delivering(more))
}

// delivering is what the ad sets that deliver, and one more where more is not nil, may spend a day.
func (t *Turn) delivering(more *AdSet) money.Amount {
	sum := money.Zero(t.Plan.DailyBudget.Currency())
	for i := range t.AdSets {
		a := &t.AdSets[i]
		switch {
		case more != nil && a.ID == more.ID:
			sum = sum.Add(money.Max(a.Wanted, a.Budget))
		case t.delivers(a):
			sum = sum.Add(a.Budget)
		}
	}
	return money.Max(sum, money.Minor(1, sum.Currency())) // a campaign without any grant is never covered
}

// apply sets what each ad set may spend a day under the grants: today's, and tomorrow's too once it is known, so that nothing has to be
// lowered at midnight.
func (t *Turn) apply() {
	limit, next := t.Grant(t.today()), t.Grant(t.tomorrow())
	if !limit.Positive() || !t.Live() && t.Status != Paused {
		return
	}
	used := t.usedToday()
	floor := t.used
	if limit.Less(used) { // more than is granted was used: lower everything, as if nothing had been
		limit = money.Max(money.Zero(limit.Currency()), limit.Sub(t.sunk()))
		floor = func(*AdSet) money.Amount { return money.Zero(limit.Currency()) }
		used = money.Zero(limit.Currency())
	}
	t.fit(limit.Sub(used), floor)
	if next.Positive() && t.rules.late(t.Now) {
		today := make([]money.Amount, len(t.AdSets))
		for i := range t.AdSets {
			today[i] = t.AdSets[i].Wanted
		}
		t.fit(next, func(*AdSet) money.Amount { return money.Zero(next.Currency()) })
		for i := range t.AdSets {
			t.AdSets[i].Wanted = money.Min(t.AdSets[i].Wanted, today[i])
		}
	}
}

// fit gives every ad set what it has in any case, its floor, and shares a spare amount out in proportion to what the plans want beyond that. Ad
// sets whose share would be under the platform's minimum are parked, the worst ROAS first.
func (t *Turn) fit(spare money.Amount, floor func(*AdSet) money.Amount) {
	sets := t.byROAS()
	for len(sets) > 0 && !t.shares(sets, spare, floor) {
		sets[len(sets)-1].Wanted = money.Zero(spare.Currency())
		sets = sets[:len(sets)-1]
	}
}

func (t *Turn) shares(sets []*AdSet, spare money.Amount, floor func(*AdSet) money.Amount) bool {
	beyond := func(a *AdSet) money.Amount { return a.Planned.Sub(money.Min(a.Planned, floor(a))) }
	whole := money.Zero(spare.Currency())
	for _, a := range sets {
		whole = whole.Add(beyond(a))
	}
	least, enough := t.least(), true
	for _, a := range sets {
		a.Wanted = a.Planned
		if spare.Less(whole) {
			a.Wanted = a.Planned.Sub(beyond(a)).Add(beyond(a).MulRatio(spare.Minor(), whole.Minor(), money.Down))
			enough = enough && !a.Wanted.Less(least)
		}
	}
	return enough
}
