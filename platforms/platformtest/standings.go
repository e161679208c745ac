package platformtest

import (
	"context"
	"fmt"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/platforms"
)

// listsOurs wants campaigns and ad sets under a prefix listed with what was set last, and nothing of others.
func listsOurs(ctx context.Context, account platforms.Ads, c Controls) error {
	ours, err := grow(ctx, account, c, "ac-cmp_l-0")
	if err != nil {
		return err
	}
	if _, err := account.CreateCampaign(ctx, ads.CampaignSpec{Name: "Summer ac-cmp_l-0"}); err != nil {
		return fmt.Errorf("create a campaign of somebody's: %w", err)
	}
	if err := account.SetDelivery(ctx, ads.LevelCampaign, ours.campaign.ID, ads.Active); err != nil {
		return fmt.Errorf("start: %w", err)
	}
	listed, err := account.Campaigns(ctx, "ac-")
	if err != nil {
		return fmt.Errorf("list campaigns: %w", err)
	}
	if len(listed) != 1 || listed[0].ID != ours.campaign.ID || listed[0].Name != "ac-cmp_l-0" || listed[0].Delivery != ads.Active {
		return fmt.Errorf("listed %+v, want the one of ours, active", listed)
	}
	standings, err := account.Standings(ctx, "ac-")
	if err != nil {
		return fmt.Errorf("list standings: %w", err)
	}
	want := map[ads.Level]string{ads.LevelCampaign: ours.campaign.ID, ads.LevelAdSet: ours.adSet.ID}
	for _, s := range standings {
		if want[s.Level] != s.ID || s.CampaignID != ours.campaign.ID {
			return fmt.Errorf("%s %s of %s is listed, want %v", s.Level, s.ID, s.CampaignID, want)
		}
		if s.Level == ads.LevelAdSet && (s.Bid != ads.LowestCost || s.CostCap.Positive()) {
			return fmt.Errorf("the ad set is listed with the bid %q up to %s, want the lowest cost", s.Bid, s.CostCap)
		}
		if s.Level == ads.LevelAdSet && s.Budget != twice(ours.least) {
			return fmt.Errorf("the ad set is listed with %s, want %s", s.Budget, twice(ours.least))
		}
		delete(want, s.Level)
	}
	if len(want) > 0 {
		return fmt.Errorf("%v is not listed", want)
	}
	return listsAds(ctx, account, ours)
}

// listsAds wants the one ad listed, and its ad set with the bid that was set last.
func listsAds(ctx context.Context, account platforms.Ads, ours tree) error {
	listed, err := account.AdStandings(ctx, "ac-")
	if err != nil || len(listed) != 1 || listed[0].ID != ours.ad.ID || listed[0].CampaignID != ours.campaign.ID || listed[0].Level != ads.LevelAd || listed[0].Refused {
		return fmt.Errorf("listed ads %+v, want the one of ours (%w)", listed, err)
	}
	if err := account.SetBid(ctx, ours.adSet.ID, ads.CostCap, ours.least); err != nil {
		return fmt.Errorf("set the bid: %w", err)
	}
	standings, err := account.Standings(ctx, "ac-")
	if err != nil {
		return fmt.Errorf("list standings: %w", err)
	}
	for _, s := range standings {
		if s.Level == ads.LevelAdSet && (s.Bid != ads.CostCap || s.CostCap != ours.least) {
			return fmt.Errorf("the ad set is listed with the bid %q up to %s, want %s", s.Bid, s.CostCap, ours.least)
		}
	}
	return nil
}

// removes wants a campaign gone from the lists, once however often it is asked.
func removes(ctx context.Context, account platforms.Ads, c Controls) error {
	made, err := account.CreateCampaign(ctx, ads.CampaignSpec{Name: "ac-cmp_r-0"})
	if err != nil {
		return fmt.Errorf("create: %w", err)
	}
	for range 2 {
		if err := account.Remove(ctx, made.ID); err != nil {
			return fmt.Errorf("remove: %w", err)
		}
	}
	listed, err := account.Campaigns(ctx, "ac-")
	if err != nil || len(listed) != 0 {
		return fmt.Errorf("after its removal %+v is listed (%w)", listed, err)
	}
	return nil
}
