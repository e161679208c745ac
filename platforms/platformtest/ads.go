package platformtest

import (
	"context"
	"fmt"
	"testing"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/platforms"
)

// Controls is what the suite knows of an account besides the port, and how it reaches behind it.
type Controls struct {
	Currency   money.Currency
	MediaKey   string   // a picture that the account can read
	LandingURL string   // a page that the account may advertise
	Countries  []string // where it may advertise, sorted; empty: BR and US
	UnknownID  string   // an id that nothing has; empty: a long number
	Since      string   // a day of the account, YYYY-MM-DD, on which nothing was charged yet
	// SeveralAdSets says that a campaign holds more than one ad set.
	SeveralAdSets bool
	// LoseAnswer has the platform perform the next create of the level and lose its answer. nil: it cannot, and that part is skipped.
	LoseAnswer func(level ads.Level)
	// Count is how many things of that name the platform holds. nil: unknown.
	Count func(level ads.Level, name string) int
}

// AdsCase is one demand on an adapter of platforms.Ads. Run gets an account without campaigns and says what is wrong.
type AdsCase struct {
	Name string
	Run  func(ctx context.Context, account platforms.Ads, c Controls) error
}

// AdsCases are the demands of AdsSuite.
func AdsCases() []AdsCase {
	return []AdsCase{
		{"CreatesPausedAndReadsBack", createsPaused},
		{"FindsByExactNameUnderItsParent", findsByName},
		{"RefusesWhatIsNotThere", refusesUnknown},
		{"StartsAndPauses", startsAndPauses},
		{"ChangesBudgetAndBid", changesBudgetAndBid},
		{"RefusesBudgetsUnderTheMinimum", refusesLowBudgets},
		{"RefusesAnotherCurrency", refusesAnotherCurrency},
		{"ReportsNothingBeforeDelivery", reportsNothing},
		{"LostAnswersAreFoundByName", lostAnswers},
		{"ListsOursAsTheyStand", listsOurs},
		{"RemovesACampaign", removes},
		{"ValidatesWithoutCreating", validates},
		{"LookalikesAreMadeOnceOrTooEarly", lookalikes},
		{"ChecksCredentials", checks},
		{"ClassifiesACancelledCall", cancelled},
	}
}

// AdsSuite runs every case on an account of its own.
func AdsSuite(t *testing.T, newAccount func(t *testing.T) (platforms.Ads, Controls)) {
	t.Helper()
	for _, c := range AdsCases() {
		t.Run(c.Name, func(t *testing.T) {
			account, controls := newAccount(t)
			if err := c.Run(t.Context(), account, controls.complete()); err != nil {
				t.Error(err)
			}
		})
	}
}

func (c Controls) complete() Controls {
	if len(c.Countries) == 0 {
		c.Countries = []string{"BR", "US"}
	}
	if c.UnknownID == "" {
		c.UnknownID = "999999999999999"
	}
	return c
}

// tree is a campaign with an ad set and an ad, made under names that no other case uses.
type tree struct {
	campaign, adSet, ad ads.Entity
	least               money.Amount
}

func (c Controls) adSetSpec(name, campaignID string, budget money.Amount) ads.AdSetSpec {
	return ads.AdSetSpec{
		Name: name, CampaignID: campaignID, DailyBudget: budget, Bid: ads.LowestCost,
		Audience: ads.Audience{Kind: ads.Broad, Countries: c.Countries, AgeMin: 18, AgeMax: 65},
	}
}

func (c Controls) adSpec(name string, campaign, adSet ads.Entity) ads.AdSpec {
	return ads.AdSpec{
		Name: name, CampaignID: campaign.ID, AdSetID: adSet.ID, Headline: "Cinema at home", Body: "A small projector with a large picture.",
		Action: "shop_now", LandingURL: c.LandingURL, MediaKey: c.MediaKey,
	}
}

func grow(ctx context.Context, account platforms.Ads, c Controls, name string) (tree, error) {
	var t tree
	var err error
	if t.least, err = account.MinimumBudget(ctx, c.Currency); err != nil {
		return t, fmt.Errorf("minimum budget: %w", err)
	}
	if t.campaign, err = account.CreateCampaign(ctx, ads.CampaignSpec{Name: name}); err != nil {
		return t, fmt.Errorf("create campaign: %w", err)
	}
	if t.adSet, err = account.CreateAdSet(ctx, c.adSetSpec(name+" set", t.campaign.ID, twice(t.least))); err != nil {
		return t, fmt.Errorf("create ad set: %w", err)
	}
	if t.ad, err = account.CreateAd(ctx, c.adSpec(name+" ad", t.campaign, t.adSet)); err != nil {
		return t, fmt.Errorf("create ad: %w", err)
	}
	return t, nil
}

func twice(a money.Amount) money.Amount { return a.Add(a) }

// each visits the three rungs of a tree in order.
func (t tree) each(visit func(level ads.Level, parent string, e ads.Entity) error) error {
	for _, rung := range []struct {
		level  ads.Level
		parent string
		e      ads.Entity
	}{{ads.LevelCampaign, "", t.campaign}, {ads.LevelAdSet, t.campaign.ID, t.adSet}, {ads.LevelAd, t.adSet.ID, t.ad}} {
		if err := visit(rung.level, rung.parent, rung.e); err != nil {
			return fmt.Errorf("%s: %w", rung.level, err)
		}
	}
	return nil
}
