package courier

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/delivery"
	"github.com/agente-ceo/agente-ceo/domain/facts"
	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/domain/id"
	"github.com/agente-ceo/agente-ceo/messages"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
)

// Surveyor lists everything of ours on an advertising account.
type Surveyor interface {
	// Standings lists campaigns and ad sets, AdStandings ads. What was deleted is in neither.
	Standings(ctx context.Context, prefix string) ([]ads.Standing, error)
	AdStandings(ctx context.Context, prefix string) ([]ads.Standing, error)
	// Get reads one; fault Refused "not_found", or a status that says so, when it was deleted.
	Get(ctx context.Context, level ads.Level, id string) (ads.Entity, error)
}

const (
	surveyAlarm = "survey"
	// reviewEvery is how often the ads are listed too, for what the platform's review refused since it let them pass.
	reviewEvery = time.Hour
	// looksForLost is how many campaigns that are not listed are looked up in one survey.
	looksForLost = 5
)

// surveyed is how the account stood.
type surveyed struct {
	at      time.Time
	rows    []ads.Standing
	winners map[string]string // external ids by plan
	gone    []string          // of winners that were found to be deleted
	ads     bool              // ads were listed too
	err     error
}

// armSurvey sets the alarm of the first survey; it is put off in memory alone, as a survey may be repeated.
func (a *Actor) armSurvey(after time.Duration) {
	if a.deps.Surveyor != nil {
		a.kit.Postpone(actorkit.Alarm{Name: surveyAlarm, At: a.kit.Now().Add(after)})
	}
}

// onSurveyDue has the account surveyed as soon as nothing else is under way.
func (a *Actor) onSurveyDue() {
	a.surveyNow = true
	a.armSurvey(a.deps.SurveyEvery())
}

// survey lists the account outside the mailbox, and then reads which ids have won: what is created meanwhile is in neither.
func (a *Actor) survey(c actor.Context) {
	a.busy, a.surveyNow = true, false
	surveyor, outbox, platform, at := a.deps.Surveyor, a.deps.Outbox, a.kit.Key().ID, a.kit.Now()
	known, review := maps.Clone(a.gone), at.Sub(a.reviewedAt) >= reviewEvery
	a.kit.Run(c, a.deps.Timeout, func(ctx context.Context) any {
		out := &surveyed{at: at, ads: review}
		out.err = guarded(func() (err error) { out.rows, err = surveyor.Standings(ctx, ads.NamePrefix); return err })
		if out.err == nil {
			out.winners, out.err = outbox.CampaignWinners(ctx, platform)
		}
		if out.err == nil {
			out.err = guarded(func() error { return out.lookForLost(ctx, surveyor, known) })
		}
		if out.err == nil && review {
			out.err = guarded(func() error { return out.lookForRefused(ctx, surveyor) })
		}
		return out
	})
}

// lookForLost reads winners that are not listed: lists lag, and a reading does not. What was found deleted before is not read again.
func (s *surveyed) lookForLost(ctx context.Context, surveyor Surveyor, known map[string]bool) error {
	listed := map[string]bool{}
	for _, row := range s.rows {
		listed[row.ID] = listed[row.ID] || row.Level == ads.LevelCampaign
	}
	looks := 0
	for _, plan := range slices.Sorted(maps.Keys(s.winners)) {
		id := s.winners[plan]
		if listed[id] {
			continue
		}
		if !known[id] {
			if looks++; looks > looksForLost {
				break
			}
			e, err := surveyor.Get(ctx, ads.LevelCampaign, id)
			missing := fault.KindOf(err) == fault.Refused && (fault.CodeOf(err) == "not_found" || fault.CodeOf(err) == "deleted")
			if err != nil && !missing {
				return err
			}
			if err == nil && !e.Deleted() {
				continue
			}
		}
		s.gone = append(s.gone, id)
		s.rows = append(s.rows, ads.Standing{Level: ads.LevelCampaign, CampaignID: id, Entity: ads.Entity{ID: id, Delivery: ads.Gone}})
	}
	return nil
}

// lookForRefused adds the ads that the platform's review refused.
func (s *surveyed) lookForRefused(ctx context.Context, surveyor Surveyor) error {
	rows, err := surveyor.AdStandings(ctx, ads.NamePrefix)
	for _, row := range rows {
		if row.Refused {
			s.rows = append(s.rows, row)
		}
	}
	return err
}

// onSurveyed tells the campaigns how they stand, stops and removes what stands for nothing, and learns from an error as from any other.
func (a *Actor) onSurveyed(c actor.Context, m *surveyed) {
	a.busy = false
	policy, now := a.deps.Policy(), a.kit.Now()
	v := policy.Judge(tryOf(m.err))
	if v.Throttled {
		a.restUntil = now.Add(min(v.Wait, throttlePause))
	}
	before := a.breaker
	a.breaker = before.After(policy, now, v, clip(textOf(m.err)))
	a.deps.Metrics.outcome(a.kit.Key().ID, "survey", string(v.State))
	a.deps.Metrics.open(a.kit.Key().ID, a.breaker.Open())
	switch {
	case a.breaker.Open() && !before.Open():
		a.kit.Commit(c, actorkit.Change{State: a.state(), Facts: []facts.Fact{a.accountAlert()}})
	case m.err == nil:
		a.gone = map[string]bool{}
		for _, id := range m.gone {
			a.gone[id] = true
		}
		if m.ads {
			a.reviewedAt = m.at
		}
		a.tellStandings(m)
		a.sweep(c, m)
	}
	a.next(c)
}

// tellStandings tells every campaign that delivers, or stands otherwise than at the last survey, how it stands.
func (a *Actor) tellStandings(m *surveyed) {
	plans := map[string]string{}
	for plan, external := range m.winners {
		plans[external] = plan
	}
	byPlan, order := map[string]*messages.StandingsSeen{}, []string{}
	telling := map[string]bool{}
	seen := map[string]string{}
	for _, row := range m.rows {
		plan, known := plans[row.CampaignID]
		if !known {
			continue
		}
		if byPlan[plan] == nil {
			byPlan[plan] = &messages.StandingsSeen{CampaignId: plan, AtMs: m.at.UnixMilli()}
			order = append(order, plan)
		}
		byPlan[plan].Standings = append(byPlan[plan].Standings, standingOf(row))
		if row.Level == ads.LevelAd {
			telling[plan] = true // once an hour, as long as it is listed
			continue
		}
		key := string(row.Level) + "/" + row.ID
		seen[key] = strings.Join([]string{string(row.Delivery), row.Budget.Decimal(), string(row.Bid), row.CostCap.Decimal(), row.Name}, " ")
		if seen[key] != a.lastSeen[key] || a.unsettled[plan] || row.Level == ads.LevelCampaign && row.Delivery == ads.Active {
			telling[plan] = true
		}
		if seen[key] != a.lastSeen[key] {
			a.unsettled[plan] = true
		}
	}
	for _, plan := range order {
		if telling[plan] {
			a.kit.Tell(actorkit.Key{Kind: "campaign", ID: plan}, byPlan[plan])
		}
		if telling[plan] && a.unsettled[plan] && !changedNow(byPlan[plan], seen, a.lastSeen) {
			delete(a.unsettled, plan) // it was told twice: a campaign believes what two surveys in a row say
		}
	}
	a.lastSeen = seen
}

func standingOf(row ads.Standing) *messages.PlatformStanding {
	standing := &messages.PlatformStanding{
		Level: string(row.Level), ExternalId: row.ID, Name: row.Name, Delivery: string(row.Delivery), Refused: row.Refused, Bid: string(row.Bid),
	}
	if row.Refused {
		standing.Reasons = row.Reasons
	}
	if row.Budget.Positive() {
		standing.Budget = moneyOf(row.Budget)
	}
	if row.CostCap.Positive() {
		standing.CostCap = moneyOf(row.CostCap)
	}
	return standing
}

// changedNow reports whether something of a campaign stands otherwise than at the survey before.
func changedNow(m *messages.StandingsSeen, seen, before map[string]string) bool {
	for _, s := range m.Standings {
		if s.Level == string(ads.LevelAd) {
			continue
		}
		if key := s.Level + "/" + s.ExternalId; seen[key] != before[key] {
			return true
		}
	}
	return false
}

// sweep commits what is to be done about orphans as effects of this courier's own: each has its intent and its outcome in the audit log.
func (a *Actor) sweep(c actor.Context, m *surveyed) {
	known, steps := delivery.Orphans(a.orphans, m.rows, m.winners, a.kit.Now())
	ch := actorkit.Change{}
	for _, s := range steps {
		a.sweepOne(&ch, s)
	}
	if slices.Equal(known, a.orphans) && len(ch.Effects)+len(ch.Audit) == 0 {
		return
	}
	a.orphans = known
	ch.State = a.state()
	a.kit.Commit(c, ch)
	a.forget()
}

func (a *Actor) sweepOne(ch *actorkit.Change, s delivery.OrphanStep) {
	figures := []actorkit.Figure{{Name: "external_id", Value: s.ExternalID}, {Name: "name", Value: s.Name}}
	if s.New {
		ch.Audit = append(ch.Audit, actorkit.Audit{
			Action: "orphan_found", Subject: s.Plan, Reason: "A campaign with a name of ours is not the one that was recorded.",
			Expected: "It is kept paused, and removed after an hour.", Figures: figures,
		})
	}
	if a.pendingOn(s.ExternalID) {
		return
	}
	switch {
	case s.Stop:
		ch.Effects = append(ch.Effects, a.sweepEffect(s, "set_delivery", &messages.Effect{Quiet: true, What: &messages.Effect_SetDelivery{
			SetDelivery: &messages.SetDelivery{Level: string(ads.LevelCampaign), ExternalId: s.ExternalID, Delivery: string(ads.Paused)},
		}}))
		ch.Audit = append(ch.Audit, actorkit.Audit{
			Action: "orphan_stopped", Subject: s.Plan, Reason: "It delivers although nothing stands for it.", Expected: "It is paused at once.", Figures: figures,
		})
		ch.Facts = append(ch.Facts, facts.Alert{
			ID: id.Derive(id.Alert, "orphan", a.kit.Key().ID, s.ExternalID), Kind: "orphan", Severity: "critical", Subject: s.Plan,
			Title: "A campaign delivers that is in no book of ours", Detail: s.ExternalID + " on " + a.kit.Key().ID + " is paused at once.", At: a.kit.Now(),
		})
	case s.Remove:
		ch.Effects = append(ch.Effects, a.sweepEffect(s, "remove_campaign", &messages.Effect{Quiet: true, What: &messages.Effect_RemoveCampaign{
			RemoveCampaign: &messages.RemoveCampaign{ExternalId: s.ExternalID},
		}}))
	}
}

func (a *Actor) sweepEffect(s delivery.OrphanStep, kind string, payload *messages.Effect) actorkit.Effect {
	a.sweeps++
	return actorkit.Effect{
		ID: id.Derive(id.Effect, "sweep", a.kit.Key().ID, strconv.FormatInt(a.sweeps, 10)), Courier: a.kit.Key().ID, Kind: kind, Subject: s.Plan, Payload: payload,
	}
}

// pendingOn reports whether an effect on an external id waits already. An effect that is not in the part of the queue that is known
// comes twice then, which changes nothing.
func (a *Actor) pendingOn(externalID string) bool {
	return slices.ContainsFunc(a.waiting(a.kit.Now()), func(e actorkit.PendingEffect) bool {
		payload, ok := e.Payload.(*messages.Effect)
		return ok && (payload.ExternalID() == externalID || payload.GetRemoveCampaign().GetExternalId() == externalID)
	})
}

// onOwn takes the answer to an effect of the sweep: one that was given up is decided anew by the next survey.
func (a *Actor) onOwn(m *messages.EffectPerformed) {
	a.deps.Metrics.outcome(a.kit.Key().ID, "sweep", m.Outcome)
}
