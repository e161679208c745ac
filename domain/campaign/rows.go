package campaign

import (
	"reflect"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/facts"
	"github.com/agente-ceo/agente-ceo/domain/money"
)

// rows adds the rows of the read model that differ from before the turn.
func (t *Turn) rows() {
	if now, was := t.Row(), t.before.Row(); t.before.Plan.CampaignID == "" || !reflect.DeepEqual(now, was) {
		t.out.Facts = append(t.out.Facts, now)
	}
	for i := range t.AdSets {
		now := t.AdSets[i].row(t.Plan.CampaignID)
		was := t.before.AdSet(now.ID)
		if was == nil || !reflect.DeepEqual(now, was.row(t.Plan.CampaignID)) {
			t.out.Facts = append(t.out.Facts, now)
		}
	}
	for i := range t.Ads {
		now := t.Ads[i].row(t.Plan.CampaignID)
		if was := t.before.Ad(now.ID); was == nil || now != was.row(t.Plan.CampaignID) {
			t.out.Facts = append(t.out.Facts, now)
		}
	}
}

// Row is the campaign in the read model.
func (s *State) Row() facts.Campaign {
	bid := s.Bid
	if bid == "" {
		bid = ads.LowestCost
	}
	return facts.Campaign{
		ID: s.Plan.CampaignID, ProductID: s.Plan.ProductID, Platform: string(s.Plan.Platform), Name: "ac-" + s.Plan.CampaignID + "-0",
		Status: string(s.Status), Verdict: s.Verdict, Reason: s.Reason, ExternalID: s.ExternalID, Mode: string(s.Plan.Mode),
		InitialBudget: s.Plan.DailyBudget, DailyBudget: s.Budget(), Countries: s.Plan.Countries, BidStrategy: string(bid),
		CreatedAt: s.CreatedAt, ActivatedAt: s.ActivatedAt, EndedAt: s.EndedAt,
	}
}

func (a *AdSet) row(campaignID string) facts.AdSet {
	status := a.Status
	if status == entityProposed {
		status = entityDraft
	}
	return facts.AdSet{
		ID: a.ID, CampaignID: campaignID, Name: a.Name, Status: status, ExternalID: a.ExternalID, Audience: a.Audience,
		Countries: a.Countries, DailyBudget: orPlanned(a.Budget, a.Planned), CreatedAt: a.CreatedAt,
	}
}

// orPlanned is what the platform confirmed, or what is planned before there is an ad set to confirm it.
func orPlanned(confirmed, planned money.Amount) money.Amount {
	if confirmed.IsZero() {
		return planned
	}
	return confirmed
}

func (a *Ad) row(campaignID string) facts.Ad {
	return facts.Ad{
		ID: a.ID, AdSetID: a.AdSetID, CampaignID: campaignID, CreativeID: a.CreativeID,
		Status: a.Status, ExternalID: a.ExternalID, CreatedAt: a.CreatedAt,
	}
}
