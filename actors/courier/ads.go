package courier

import (
	"context"
	"fmt"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/messages"
)

// AdsMaker creates, always paused. Creates are not idempotent.
type AdsMaker interface {
	CreateCampaign(ctx context.Context, spec ads.CampaignSpec) (ads.Entity, error)
	CreateAdSet(ctx context.Context, spec ads.AdSetSpec) (ads.Entity, error)
	CreateAd(ctx context.Context, spec ads.AdSpec) (ads.Entity, error)
	// CreateLookalike makes an audience or finds it by name.
	CreateLookalike(ctx context.Context, name string, countries []string, fromPct, toPct int) (string, error)
}

// AdsSteering changes what exists; setting the same again changes nothing.
type AdsSteering interface {
	SetDelivery(ctx context.Context, level ads.Level, id string, d ads.Delivery) error
	SetBudget(ctx context.Context, adSetID string, daily money.Amount) error
	SetBid(ctx context.Context, adSetID string, s ads.BidStrategy, costCap money.Amount) error
	// Remove takes a campaign away; removing it again changes nothing.
	Remove(ctx context.Context, campaignID string) error
}

// AdsFinder looks at what exists.
type AdsFinder interface {
	// Find looks an entity up by its exact name; fault Refused "not_found" when there is none.
	Find(ctx context.Context, level ads.Level, parentID, name string) (ads.Entity, error)
	Get(ctx context.Context, level ads.Level, id string) (ads.Entity, error)
}

// AdsChecker validates without changing anything.
type AdsChecker interface {
	Validate(ctx context.Context, campaign ads.CampaignSpec, adSet ads.AdSetSpec) error
	Check(ctx context.Context) error
}

// AdsAccount is one account on one advertising platform.
type AdsAccount interface {
	AdsMaker
	AdsSteering
	AdsFinder
	AdsChecker
}

// AdsCeiling is an account that the platform stops by itself when it was charged a given amount in all. Accounts without it refuse the
// effect.
type AdsCeiling interface {
	Ceiling(ctx context.Context) (ads.Ceiling, error)
	SetCeiling(ctx context.Context, limit money.Amount) error
}

type adsPerformer struct{ account AdsAccount }

// NewAds performs effects on an advertising account.
func NewAds(account AdsAccount) Performer { return adsPerformer{account} }

// Check validates the credentials.
func (p adsPerformer) Check(ctx context.Context) error { return p.account.Check(ctx) }

// Perform does one effect and reads it back.
func (p adsPerformer) Perform(ctx context.Context, t Task) (*messages.Receipt, error) {
	switch what := t.Effect.What.(type) {
	case *messages.Effect_CreateCampaign:
		e, err := p.account.CreateCampaign(ctx, ads.CampaignSpec{Name: what.CreateCampaign.Name})
		return p.created(ctx, ads.LevelCampaign, e, err)
	case *messages.Effect_CreateAdSet:
		e, err := p.account.CreateAdSet(ctx, adSetSpec(what.CreateAdSet))
		return p.created(ctx, ads.LevelAdSet, e, err)
	case *messages.Effect_CreateAd:
		e, err := p.account.CreateAd(ctx, adSpec(what.CreateAd))
		return p.created(ctx, ads.LevelAd, e, err)
	case *messages.Effect_CreateLookalike:
		m := what.CreateLookalike
		audience, err := p.account.CreateLookalike(ctx, m.Name, m.Countries, int(m.FromPct), int(m.ToPct))
		if err != nil {
			return nil, fmt.Errorf("create lookalike %s: %w", m.Name, err)
		}
		return &messages.Receipt{ExternalId: audience, Status: "created"}, nil
	case *messages.Effect_SetDelivery:
		m := what.SetDelivery
		err := p.account.SetDelivery(ctx, ads.Level(m.Level), m.ExternalId, ads.Delivery(m.Delivery))
		return p.changed(ctx, t, err)
	case *messages.Effect_SetBudget:
		err := p.account.SetBudget(ctx, what.SetBudget.AdSetExternalId, amountOf(what.SetBudget.DailyBudget))
		return p.changed(ctx, t, err)
	case *messages.Effect_SetBid:
		m := what.SetBid
		err := p.account.SetBid(ctx, m.AdSetExternalId, ads.BidStrategy(m.BidStrategy), amountOf(m.CostCap))
		return p.changed(ctx, t, err)
	case *messages.Effect_RemoveCampaign:
		if err := p.account.Remove(ctx, what.RemoveCampaign.ExternalId); err != nil {
			return nil, fmt.Errorf("remove campaign %s: %w", what.RemoveCampaign.ExternalId, err)
		}
		return &messages.Receipt{ExternalId: what.RemoveCampaign.ExternalId, Status: "removed"}, nil
	case *messages.Effect_ValidatePlan:
		return p.validated(ctx, what.ValidatePlan)
	case *messages.Effect_SetAccountCeiling:
		return p.ceiled(ctx, amountOf(what.SetAccountCeiling.Limit))
	}
	return nil, wrongEffect("an advertising account", t)
}

// Find looks created things up by their names, and compares changed ones with what was asked. A bid strategy cannot be read back and a
// look-alike is found by creating it: both are simply repeated, as is a removal.
func (p adsPerformer) Find(ctx context.Context, t Task) (*messages.Receipt, error) {
	switch what := t.Effect.What.(type) {
	case *messages.Effect_CreateCampaign:
		return p.named(ctx, ads.LevelCampaign, "", what.CreateCampaign.Name)
	case *messages.Effect_CreateAdSet:
		return p.named(ctx, ads.LevelAdSet, what.CreateAdSet.CampaignExternalId, what.CreateAdSet.Name)
	case *messages.Effect_CreateAd:
		return p.named(ctx, ads.LevelAd, what.CreateAd.AdSetExternalId, what.CreateAd.Name)
	case *messages.Effect_SetDelivery, *messages.Effect_SetBudget:
		e, asked, err := p.readBack(ctx, t)
		if err != nil || !asked {
			return nil, err
		}
		return receiptOfEntity(e), nil
	case *messages.Effect_SetAccountCeiling:
		return p.ceilingIs(ctx, amountOf(what.SetAccountCeiling.Limit))
	}
	return nil, nil
}

func (p adsPerformer) named(ctx context.Context, level ads.Level, parent, name string) (*messages.Receipt, error) {
	e, err := p.account.Find(ctx, level, parent, name)
	if fault.KindOf(err) == fault.Refused && fault.CodeOf(err) == "not_found" {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look up %s %s: %w", level, name, err)
	}
	return receiptOfEntity(e), nil
}

// created reads a new entity back. Once it exists, nothing that goes wrong may have it created again without a look-up.
func (p adsPerformer) created(ctx context.Context, level ads.Level, e ads.Entity, err error) (*messages.Receipt, error) {
	if err != nil {
		return nil, fmt.Errorf("create %s: %w", level, err)
	}
	back, err := p.account.Get(ctx, level, e.ID)
	if err != nil {
		return nil, fault.Unknown("unread", fmt.Errorf("read back %s %s: %w", level, e.ID, err))
	}
	return receiptOfEntity(back), nil
}

// changed reads back what was set: it is done only when it is what was asked.
func (p adsPerformer) changed(ctx context.Context, t Task, err error) (*messages.Receipt, error) {
	if err != nil {
		return nil, err
	}
	e, asked, err := p.readBack(ctx, t)
	if err != nil {
		return nil, fault.Unknown("unread", fmt.Errorf("read back: %w", err))
	}
	if !asked {
		return nil, fault.Retry("read_back_differs", 0, fmt.Errorf("%s is %s with a budget of %s after it was changed", e.ID, e.Delivery, e.Budget))
	}
	return receiptOfEntity(e), nil
}

// readBack reads what an effect changes, and reports whether it is as asked.
func (p adsPerformer) readBack(ctx context.Context, t Task) (e ads.Entity, asked bool, err error) {
	switch what := t.Effect.What.(type) {
	case *messages.Effect_SetDelivery:
		m := what.SetDelivery
		e, err = p.account.Get(ctx, ads.Level(m.Level), m.ExternalId)
		return e, e.Delivery == ads.Delivery(m.Delivery), err
	case *messages.Effect_SetBudget:
		e, err = p.account.Get(ctx, ads.LevelAdSet, what.SetBudget.AdSetExternalId)
		return e, e.Budget == amountOf(what.SetBudget.DailyBudget), err
	case *messages.Effect_SetBid:
		e, err = p.account.Get(ctx, ads.LevelAdSet, what.SetBid.AdSetExternalId)
		return e, true, err
	}
	return e, false, wrongEffect("reading back", t)
}

func (p adsPerformer) validated(ctx context.Context, m *messages.ValidatePlan) (*messages.Receipt, error) {
	plan := ads.AdSetSpec{
		Name: m.Name, DailyBudget: amountOf(m.DailyBudget), Bid: ads.LowestCost,
		Audience: ads.Audience{Kind: ads.Broad, Countries: m.Countries, AgeMin: 18, AgeMax: 65},
	}
	if err := p.account.Validate(ctx, ads.CampaignSpec{Name: m.Name}, plan); err != nil {
		return nil, fmt.Errorf("validate %s: %w", m.Name, err)
	}
	return &messages.Receipt{Status: "valid", Budget: m.DailyBudget}, nil
}

func adSetSpec(m *messages.CreateAdSet) ads.AdSetSpec {
	return ads.AdSetSpec{
		Name: m.Name, CampaignID: m.CampaignExternalId, DailyBudget: amountOf(m.DailyBudget),
		Audience: ads.Audience{
			Kind: ads.AudienceKind(m.Audience), Countries: m.Countries, AgeMin: int(m.AgeMin), AgeMax: int(m.AgeMax),
			LookalikeID: m.LookalikeId, FromPct: int(m.FromPct), ToPct: int(m.ToPct), InterestKeywords: m.InterestKeywords,
		},
		Bid: ads.BidStrategy(m.BidStrategy), CostCap: amountOf(m.CostCap),
	}
}

func adSpec(m *messages.CreateAd) ads.AdSpec {
	return ads.AdSpec{
		Name: m.Name, CampaignID: m.CampaignExternalId, AdSetID: m.AdSetExternalId, LandingURL: m.LandingUrl,
		Headline: m.GetCreative().GetHeadline(), Body: m.GetCreative().GetBody(), Action: m.GetCreative().GetAction(),
		MediaKey: m.GetCreative().GetMediaKey(),
	}
}

func receiptOfEntity(e ads.Entity) *messages.Receipt {
	r := &messages.Receipt{ExternalId: e.ID, Status: string(e.Delivery)}
	if e.Budget.Positive() {
		r.Budget = moneyOf(e.Budget)
	}
	return r
}

func wrongEffect(who string, t Task) error {
	return fault.Refuse("wrong_courier", "%s does not perform %T", who, t.Effect.GetWhat())
}
