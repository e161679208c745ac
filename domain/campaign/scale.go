package campaign

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/kpi"
	"github.com/agente-ceo/agente-ceo/domain/money"
)

// byROAS lists the ad sets that take part in the budget, best ROAS first, older ones first among equals.
func (t *Turn) byROAS() []*AdSet {
	var sets []*AdSet
	for i := range t.AdSets {
		if t.AdSets[i].live() {
			sets = append(sets, &t.AdSets[i])
		}
	}
	aov := t.AOV()
	slices.SortStableFunc(sets, func(a, b *AdSet) int {
		return b.Total.WithAOV(aov).ROAS().Compare(a.Total.WithAOV(aov).ROAS())
	})
	return sets
}

// best is the ad set that delivers with the best ROAS; nil when none does.
func (t *Turn) best() *AdSet {
	for _, set := range t.byROAS() {
		if set.Status == entityActive {
			return set
		}
	}
	return nil
}

// raiseTargets is what each live ad set's budget would be after a raise: one step up, at most the maximum multiple of what it began with.
func (t *Turn) raiseTargets() (targets []money.Amount, total money.Amount) {
	total = money.Zero(t.Plan.DailyBudget.Currency())
	step := kpi.NewRatio(1, 1).Add(t.rules.RaiseBy)
	for i := range t.AdSets {
		a := &t.AdSets[i]
		target := a.Planned
		if a.live() && a.Status == entityActive {
			most := t.rules.MaxMultiple.Of(a.Initial, money.Down)
			target = money.Max(a.Planned, money.Min(step.Of(a.Planned, money.Down), most))
		}
		targets = append(targets, target)
		if a.live() {
			total = total.Add(target)
		}
	}
	return targets, total
}

// raise asks for a higher budget, unless it is too late in the day or the last raise is too young.
func (t *Turn) raise() {
	have := t.Budget()
	switch next := t.nextRaise(); {
	case t.Pending.ReservationID != "" || t.Asked.ID != "" || t.short():
		t.at(AlarmScale, t.outOfLate(t.Now.Add(t.rules.DecideEvery)))
		return
	case next.After(t.Now):
		t.at(AlarmScale, next)
		return
	}
	_, total := t.raiseTargets()
	t.at(AlarmScale, t.outOfLate(t.Now.Add(t.rules.ScaleEvery)))
	if !have.Less(total) {
		return
	}
	half := total.Sub(have).MulRatio(1, 2, money.Up)
	t.grow(Question{Purpose: ForRaise, Budget: total, Minimum: have.Add(half)})
}

// nextRaise is the earliest time of a raise.
func (t *Turn) nextRaise() time.Time {
	next := t.Now
	if !t.LastRaiseAt.IsZero() {
		next = t.LastRaiseAt.Add(t.rules.ScaleEvery)
	}
	return t.outOfLate(next)
}

// raised shares a granted raise out; less than asked raises everybody by less.
func (t *Turn) raised(granted money.Amount) {
	have := t.Budget()
	targets, total := t.raiseTargets()
	granted = granted.Sub(t.sunk())
	if t.Status != Scaling || !have.Less(total) || !have.Less(granted) {
		return
	}
	granted = money.Min(granted, total)
	share, whole := granted.Sub(have).Minor(), total.Sub(have).Minor()
	for i := range t.AdSets {
		a := &t.AdSets[i]
		a.BeforeRaise = a.Planned
		a.Planned = a.Planned.Add(targets[i].Sub(a.Planned).MulRatio(share, whole, money.Down))
	}
	t.LastRaiseAt, t.AtRaise, t.RaiseStands = t.Now, t.Total, true
	t.note("budget_raised", fmt.Sprintf("It is a winner: from %s to %s a day.", have, t.Budget()),
		"More orders at about the same ROAS; a fall of more than a fifth takes it back.",
		Figure{"before", have.Decimal()}, Figure{"after", t.Budget().Decimal()}, Figure{"roas", t.roasAtRaise().Decimal(2)})
}

func (t *Turn) roasAtRaise() kpi.Ratio { return t.AtRaise.WithAOV(t.AOV()).ROAS() }

// rollBack takes the last raise back.
func (t *Turn) rollBack() {
	have := t.Budget()
	for i := range t.AdSets {
		if a := &t.AdSets[i]; a.BeforeRaise.Positive() {
			a.Planned, a.BeforeRaise = money.Min(a.Planned, a.BeforeRaise), money.Zero(have.Currency())
		}
	}
	t.LastRaiseAt, t.RaiseStands = t.Now, false
	t.apply()
	t.note("budget_rolled_back", fmt.Sprintf("The ROAS fell after the raise: from %s back to %s a day.", have, t.Budget()),
		"The ROAS recovers.", Figure{"before", have.Decimal()}, Figure{"after", t.Budget().Decimal()})
	if t.Status == Scaling {
		t.at(AlarmScale, t.nextRaise())
	}
}

// Scale is the alarm of the next vertical step.
func (t *Turn) Scale() {
	if t.Status != Scaling {
		return
	}
	if t.Verdict != "winner" {
		t.at(AlarmScale, t.outOfLate(t.Now.Add(t.rules.DecideEvery)))
		return
	}
	t.raise()
}

// Expand is the alarm of the next horizontal step: one more ad set like the best one, for other people, at half its budget. One at a time.
func (t *Turn) Expand() {
	if t.Status != Scaling {
		return
	}
	if t.Pending.ReservationID != "" || t.Asked.ID != "" || t.proposed() != nil || t.short() {
		t.at(AlarmExpand, t.outOfLate(t.Now.Add(t.rules.DecideEvery)))
		return
	}
	t.at(AlarmExpand, t.outOfLate(t.Now.Add(t.rules.ScaleEvery)))
	base := t.best()
	if base == nil || len(t.byROAS()) >= t.rules.maxAdSets(t.Plan.Platform) {
		return
	}
	t.propose(base)
}

// propose begins with the first audience that was not tried. A lookalike has to exist before money is asked for.
func (t *Turn) propose(base *AdSet) {
	budget := money.Max(t.rules.CopyShare.Of(base.Planned, money.Down), t.least())
	audience, countries := t.nextAudience(base)
	if audience == "" {
		return
	}
	t.AudiencesTried = append(t.AudiencesTried, audience)
	set := t.AdSet(t.addAdSet(audience, countries, budget, entityProposed))
	for _, made := range t.Lookalikes {
		if made.Audience == audience {
			set.LookalikeID = made.ExternalID
		}
	}
	if !set.needsLookalike() {
		t.askExpansion(set)
	}
}

func (t *Turn) askExpansion(set *AdSet) {
	t.grow(Question{Purpose: ForExpand, Budget: t.Budget().Add(set.Planned), Minimum: t.Budget().Add(t.least()), Target: set.ID})
}

// nextAudience picks lookalike 1 %, lookalike 2–3 %, interests, and then new countries.
func (t *Turn) nextAudience(base *AdSet) (string, []string) {
	for _, audience := range []string{AudienceLookalike1, AudienceLookalike2to3, AudienceInterests} {
		lookalike := audience != AudienceInterests
		if slices.Contains(t.AudiencesTried, audience) || (lookalike && t.Now.Before(t.LookalikeAt)) || (!lookalike && len(t.Plan.Keywords) == 0) {
			continue
		}
		return audience, base.Countries
	}
	if len(t.CountriesTried) >= t.rules.MaxGeo {
		return "", nil
	}
	used := slices.Concat(t.Plan.Countries, t.CountriesTried)
	ranked := RankCountries(t.rules.Countries, t.languages(), used)
	if len(ranked) == 0 {
		return "", nil
	}
	t.CountriesTried = append(t.CountriesTried, ranked[0].Code)
	return AudienceGeo, []string{ranked[0].Code}
}

func (t *Turn) languages() []string {
	var out []string
	for _, c := range t.Plan.Creatives {
		if c.Language != "" && !slices.Contains(out, c.Language) {
			out = append(out, c.Language)
		}
	}
	return out
}

func (t *Turn) proposed() *AdSet {
	for i := range t.AdSets {
		if t.AdSets[i].Status == entityProposed {
			return &t.AdSets[i]
		}
	}
	return nil
}

// dropProposed forgets an ad set that was only an intention. Its audience may be tried again.
func (t *Turn) dropProposed() {
	set := t.proposed()
	if set == nil {
		return
	}
	audience, gone := set.Audience, set.ID
	t.AudiencesTried = slices.DeleteFunc(t.AudiencesTried, func(a string) bool { return a == audience })
	if audience == AudienceGeo {
		t.CountriesTried = slices.DeleteFunc(t.CountriesTried, func(c string) bool { return slices.Contains(set.Countries, c) })
	}
	t.AdSets = slices.DeleteFunc(t.AdSets, func(a AdSet) bool { return a.ID == gone })
	if t.Pending.Target == gone {
		t.Pending = Pending{}
	}
}

// lookalikeMade asks for the money of a lookalike ad set, or tries the next audience where there are too few buyers yet.
func (t *Turn) lookalikeMade(o OpenStep, a Answer) {
	set := t.AdSet(o.Target)
	if set == nil || set.Status != entityProposed {
		return
	}
	if a.Done {
		set.LookalikeID = a.ExternalID
		t.Lookalikes = append(t.Lookalikes, Lookalike{Audience: set.Audience, ExternalID: a.ExternalID})
		if t.Pending.ReservationID == "" && t.Asked.ID == "" && !t.rules.late(t.Now) {
			t.askExpansion(set)
			return
		}
		t.dropProposed()
		t.at(AlarmExpand, t.outOfLate(t.Now.Add(time.Hour)))
		return
	}
	t.note("lookalike_refused", sentence("no lookalike audience: "+a.Text), "Another audience is tried first.", Figure{"code", a.Code})
	t.dropProposed()
	t.LookalikeAt = t.Now.Add(t.rules.RotateEvery)
	if base := t.best(); base != nil && t.Status == Scaling && t.Pending.ReservationID == "" && !t.rules.late(t.Now) {
		t.propose(base)
	}
}

// expanded builds the ad set that was granted, with the best creatives of the best one.
func (t *Turn) expanded(target string, granted money.Amount) {
	set := t.AdSet(target)
	if set == nil || set.Status != entityProposed {
		return
	}
	base := t.best()
	budget := money.Min(set.Planned, granted.Sub(t.sunk()).Sub(t.Budget()))
	if base == nil || t.Status != Scaling || budget.Less(t.least()) {
		t.dropProposed()
		return
	}
	set.Planned, set.Wanted, set.Initial, set.Status = budget, budget, budget, entityDraft
	t.addAds(set.ID, t.topCreatives(base.ID, t.rules.KeepTop))
	t.note("audience_expanded", fmt.Sprintf("A copy of the winning ad set for %s in %s at %s a day.", words(set.Audience), strings.Join(set.Countries, ", "), budget),
		"More buyers like those it has; it is paused by itself if its ROAS stays under target.", Figure{"ad_set", set.ID}, Figure{"audience", set.Audience})
}

// splitAudience tests another audience without spending more: the best ad set gives half of its budget to one for related interests.
func (t *Turn) splitAudience() {
	base := t.best()
	if base == nil || t.rules.maxAdSets(t.Plan.Platform) == 1 || t.proposed() != nil || slices.Contains(t.AudiencesTried, AudienceInterests) || len(t.Plan.Keywords) == 0 {
		t.note("audience_advised", "The CPA is too high for this audience, and no other one is left to test by itself.",
			"A narrower or different audience may buy at a lower cost.")
		return
	}
	half := base.Planned.MulRatio(1, 2, money.Down)
	if half.Less(t.least()) {
		t.note("audience_advised", fmt.Sprintf("The CPA is too high for this audience, but half of %s is under the least budget of %s.", base.Planned, t.least()),
			"With more budget another audience could be tested beside this one.")
		return
	}
	base.Planned, base.Wanted, base.BeforeRaise = half, money.Min(base.Wanted, half), money.Zero(half.Currency())
	creatives, countries := t.topCreatives(base.ID, t.rules.KeepTop), base.Countries
	t.AudiencesTried = append(t.AudiencesTried, AudienceInterests)
	set := t.addAdSet(AudienceInterests, countries, half, entityDraft) // base is not valid any more
	t.addAds(set, creatives)
	t.note("audience_changed", fmt.Sprintf("The CPA is too high: half of the budget, %s a day, now goes to people with related interests.", half),
		"The better audience shows within two days; the other one is paused.", Figure{"ad_set", set})
}

func words(audience string) string {
	switch audience {
	case AudienceLookalike1:
		return "people most like its buyers (lookalike 1 %)"
	case AudienceLookalike2to3:
		return "people like its buyers (lookalike 2–3 %)"
	case AudienceInterests:
		return "people with related interests"
	}
	return "new shoppers"
}

// AudienceOf is an ad set's audience in the platforms' vocabulary, with the lookalike band in per cent.
func AudienceOf(a *AdSet) (kind ads.AudienceKind, from, to int) {
	switch a.Audience {
	case AudienceLookalike1:
		return ads.Lookalike, 0, 1
	case AudienceLookalike2to3:
		return ads.Lookalike, 1, 3
	case AudienceInterests:
		return ads.Interests, 0, 0
	}
	return ads.Broad, 0, 0
}
