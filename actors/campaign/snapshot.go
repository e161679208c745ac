package campaign

import (
	"slices"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/campaign"
	"github.com/agente-ceo/agente-ceo/messages"
)

// stateOf reads a snapshot.
func stateOf(m *messages.CampaignState) *campaign.State {
	s := &campaign.State{
		Plan: planOf(m.Plan), Status: campaign.Status(m.Status), Verdict: m.Verdict, Reason: m.Reason, ExternalID: m.ExternalId,
		ApprovalID: m.ApprovalId, Manifest: m.Manifest, Approved: m.Approved,
		MayDeliver: m.MayDeliver, Final: m.Final, Closed: m.Closed, Holds: m.Holds, ResumeTo: campaign.Status(m.ResumeStatus),
		CreatedAt: when(m.CreatedAtMs), ActivatedAt: when(m.ActivatedAtMs), StoppedAt: when(m.StoppedAtMs), EndedAt: when(m.EndedAtMs),
		ExtendedUntil: when(m.ExtendedUntilMs), LastRaiseAt: when(m.LastRaiseAtMs), LastRemedyAt: when(m.LastRemedyAtMs),
		LastRotationAt: when(m.LastRotationMs), LastObservedAt: when(m.LastObservedMs), RetryAt: when(m.RetryAtMs), RaiseAt: when(m.RaiseAtMs),
		Proposed: m.Proposed, MovedAt: when(m.MovedAtMs), FiguresStill: m.FiguresStill, SettledAt: when(m.SettledAtMs), Suspects: m.Suspects, LookalikeAt: when(m.LookalikeAtMs),
		AtRaise: metricsOf(m.AtRaise), RaiseStands: m.RaiseStands, ROASLow: m.RoasLow, Total: metricsOf(m.Total), Next: m.NextNumber, Done: m.DoneIds,
		Bid: ads.BidStrategy(m.BidStrategy), Proven: m.Expanded, ShopOrders: m.ShopOrders, ShopRevenue: amount(m.ShopRevenue),
		AudiencesTried: m.AudiencesTried, CountriesTried: m.CountriesTried, InsightFailures: m.InsightFailures, WinnerStreak: m.WinnerStreak,
		DecideOnFigures: m.DecideOnInsights, DecisionBy: m.DecisionBy,
	}
	for _, x := range m.AdSets {
		s.AdSets = append(s.AdSets, adSetStateOf(x))
	}
	for _, x := range m.Ads {
		s.Ads = append(s.Ads, adStateOf(x))
	}
	for _, x := range m.OpenEffects {
		s.Open = append(s.Open, campaign.OpenStep{
			ID: x.EffectId, Kind: campaign.Kind(x.Kind), Target: x.Target, Delivery: ads.Delivery(x.Delivery), Budget: amount(x.Budget),
		})
	}
	for _, x := range m.Lookalikes {
		s.Lookalikes = append(s.Lookalikes, campaign.Lookalike{Audience: x.Audience, ExternalID: x.ExternalId})
	}
	for _, x := range m.Grants {
		s.Grants = append(s.Grants, campaign.Grant{ReservationID: x.ReservationId, Day: x.Day, Nominal: amount(x.Nominal)})
	}
	s.ApprovedBudget, s.LaunchUsed = amount(m.ApprovedBudget), m.LaunchUsed
	if x := m.Asked; x != nil {
		s.Asked = campaign.Question{
			ID: x.ApprovalId, Manifest: x.Manifest, Purpose: campaign.Purpose(x.Purpose), Budget: amount(x.DailyBudget), Minimum: amount(x.Minimum),
			Target: x.Target, By: x.By, Reason: x.Reason, Approver: x.Approver,
		}
	}
	if x := m.PendingBudget; x != nil {
		s.Pending = campaign.Pending{
			ReservationID: x.ReservationId, Day: x.Day, Budget: amount(x.DailyBudget), Purpose: campaign.Purpose(x.Purpose),
			By: x.By, Reason: x.Reason, Target: x.Target,
		}
	}
	for i, x := range m.AtDecisions {
		s.History = append(s.History, campaign.Point{At: when(m.DecidedAtMs[i]), Total: metricsOf(x)})
	}
	return s
}

// snapshotOf writes a snapshot. Frozen and DailyBudget are there for readers.
func snapshotOf(s *campaign.State) *messages.CampaignState {
	m := &messages.CampaignState{
		Plan: wirePlan(s.Plan), Status: string(s.Status), Verdict: s.Verdict, Reason: s.Reason, ExternalId: s.ExternalID, DailyBudget: wireMoney(s.Budget()),
		ApprovalId: s.ApprovalID, Manifest: s.Manifest, Approved: s.Approved,
		MayDeliver: s.MayDeliver, Final: s.Final, Closed: s.Closed, Holds: s.Holds, ResumeStatus: string(s.ResumeTo),
		Frozen:      slices.Contains(s.Holds, campaign.HoldFreeze),
		CreatedAtMs: millis(s.CreatedAt), ActivatedAtMs: millis(s.ActivatedAt), StoppedAtMs: millis(s.StoppedAt), EndedAtMs: millis(s.EndedAt),
		ExtendedUntilMs: millis(s.ExtendedUntil), LastRaiseAtMs: millis(s.LastRaiseAt), LastRemedyAtMs: millis(s.LastRemedyAt),
		LastRotationMs: millis(s.LastRotationAt), LastObservedMs: millis(s.LastObservedAt), RetryAtMs: millis(s.RetryAt), RaiseAtMs: millis(s.RaiseAt),
		Proposed: s.Proposed, MovedAtMs: millis(s.MovedAt), FiguresStill: s.FiguresStill, SettledAtMs: millis(s.SettledAt), Suspects: s.Suspects, LookalikeAtMs: millis(s.LookalikeAt),
		AtRaise: wireMetrics(s.AtRaise), RaiseStands: s.RaiseStands, RoasLow: s.ROASLow, RoasAtRaiseMilli: s.AtRaise.ROAS().Milli(),
		Total: wireMetrics(s.Total), NextNumber: s.Next, DoneIds: s.Done,
		BidStrategy: string(s.Bid), Expanded: s.Proven, ShopOrders: s.ShopOrders, ShopRevenue: wireMoney(s.ShopRevenue),
		AudiencesTried: s.AudiencesTried, CountriesTried: s.CountriesTried, InsightFailures: s.InsightFailures, WinnerStreak: s.WinnerStreak,
		DecideOnInsights: s.DecideOnFigures, DecisionBy: s.DecisionBy,
	}
	for i := range s.AdSets {
		m.AdSets = append(m.AdSets, wireAdSet(&s.AdSets[i]))
	}
	for i := range s.Ads {
		m.Ads = append(m.Ads, wireAd(&s.Ads[i]))
	}
	for _, x := range s.Open {
		m.OpenEffects = append(m.OpenEffects, &messages.OpenEffect{
			EffectId: x.ID, Kind: string(x.Kind), Target: x.Target, Delivery: string(x.Delivery), Budget: wireMoney(x.Budget),
		})
	}
	for _, x := range s.Lookalikes {
		m.Lookalikes = append(m.Lookalikes, &messages.LookalikeState{Audience: x.Audience, ExternalId: x.ExternalID})
	}
	for _, x := range s.Grants {
		m.Grants = append(m.Grants, &messages.BudgetGrant{ReservationId: x.ReservationID, Day: x.Day, Nominal: wireMoney(x.Nominal)})
	}
	m.ApprovedBudget, m.LaunchUsed = wireMoney(s.ApprovedBudget), s.LaunchUsed
	if x := s.Asked; x.ID != "" {
		m.Asked = &messages.GrowthAsked{
			ApprovalId: x.ID, Manifest: x.Manifest, Purpose: string(x.Purpose), DailyBudget: wireMoney(x.Budget), Minimum: wireMoney(x.Minimum),
			Target: x.Target, By: x.By, Reason: x.Reason, Approver: x.Approver,
		}
	}
	if x := s.Pending; x.ReservationID != "" {
		m.PendingBudget = &messages.PendingBudget{
			ReservationId: x.ReservationID, Day: x.Day, DailyBudget: wireMoney(x.Budget), Purpose: string(x.Purpose), By: x.By, Reason: x.Reason, Target: x.Target,
		}
	}
	for _, x := range s.History {
		total := wireMetrics(x.Total)
		if total == nil {
			total = &messages.Metrics{}
		}
		m.AtDecisions, m.DecidedAtMs = append(m.AtDecisions, total), append(m.DecidedAtMs, millis(x.At))
	}
	return m
}
