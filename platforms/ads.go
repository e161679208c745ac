package platforms

import (
	"context"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/delivery"
	"github.com/agente-ceo/agente-ceo/domain/money"
)

// Ads is one account on one advertising platform. Creates make paused entities and are not idempotent: after an Ambiguous error the
// caller looks the name up with Find before it creates again.
type Ads interface {
	CreateCampaign(ctx context.Context, spec ads.CampaignSpec) (ads.Entity, error)
	CreateAdSet(ctx context.Context, spec ads.AdSetSpec) (ads.Entity, error)
	// CreateAd uploads the image if the platform does not have it, makes the creative and the ad.
	CreateAd(ctx context.Context, spec ads.AdSpec) (ads.Entity, error)
	// Find looks an entity up by its exact name; fault Refused "not_found" when there is none. parentID narrows the search (campaign for an
	// ad set, ad set for an ad); empty searches the account.
	Find(ctx context.Context, level ads.Level, parentID, name string) (ads.Entity, error)
	// Get reads an entity.
	Get(ctx context.Context, level ads.Level, id string) (ads.Entity, error)
	SetDelivery(ctx context.Context, level ads.Level, id string, d ads.Delivery) error
	SetBudget(ctx context.Context, adSetID string, daily money.Amount) error
	// SetBid changes how an ad set bids; costCap is per purchase and only for ads.CostCap.
	SetBid(ctx context.Context, adSetID string, s ads.BidStrategy, costCap money.Amount) error
	// CreateLookalike makes (or finds by name) an audience like our buyers: between fromPct and toPct of each country. Refused
	// "audience_too_small" until there are enough buyers.
	CreateLookalike(ctx context.Context, name string, countries []string, fromPct, toPct int) (string, error)
	// Insights reads lifetime totals by ad of one campaign; an empty list means no delivery yet.
	Insights(ctx context.Context, campaignID string) ([]ads.InsightRow, error)
	// Spend reads what the account was charged by campaign and account day, both inclusive, as YYYY-MM-DD.
	Spend(ctx context.Context, since, until string) ([]ads.SpendRow, error)
	// Campaigns lists the campaigns whose names begin with prefix, those that were removed aside. Lists may lag behind.
	Campaigns(ctx context.Context, prefix string) ([]ads.Entity, error)
	// Standings lists the campaigns whose names begin with prefix, and the ad sets whose names do, in a constant number of calls a page.
	Standings(ctx context.Context, prefix string) ([]ads.Standing, error)
	// AdStandings lists the ads whose names begin with prefix. Those that a review refused say so.
	AdStandings(ctx context.Context, prefix string) ([]ads.Standing, error)
	// Remove takes a campaign away for good, where the platform keeps no bin into its archive. Removing it again changes nothing.
	Remove(ctx context.Context, campaignID string) error
	// Validate asks the platform to check a plan without creating anything (validate-only where offered; a local check elsewhere).
	Validate(ctx context.Context, campaign ads.CampaignSpec, adSet ads.AdSetSpec) error
	// MinimumBudget is the least daily budget of an ad set.
	MinimumBudget(ctx context.Context, c money.Currency) (money.Amount, error)
	// Check validates the credentials with one cheap read.
	Check(ctx context.Context) error
}

// Ceiled is an advertising account that the platform itself stops when it was charged a given amount in all, until that is raised. Of
// the platforms here only Meta has it for the whole account; the others' clients do not implement it.
type Ceiled interface {
	// Ceiling reads the limit in force and what counts towards it.
	Ceiling(ctx context.Context) (ads.Ceiling, error)
	// SetCeiling changes the limit, which is positive; setting the same again changes nothing but may be counted by the platform.
	// Refused "spend_cap_edit_limit" when it was changed too often.
	SetCeiling(ctx context.Context, limit money.Amount) error
}

// Metered is an account whose platform says with its answers how much of its limits on calls is used up. Of the platforms here only Meta
// does; the others say it when a call is turned down.
type Metered interface {
	// Quota is what the last answer said.
	Quota() delivery.Quota
}
