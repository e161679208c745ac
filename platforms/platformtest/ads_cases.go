package platformtest

import (
	"context"
	"errors"
	"fmt"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/platforms"
)

// wantKind demands a classified failure; code "" takes any.
func wantKind(what string, err error, kind fault.Kind, code string) error {
	if err == nil {
		return fmt.Errorf("%s: no error, want %s %s", what, kind, code)
	}
	if fault.KindOf(err) != kind || (code != "" && fault.CodeOf(err) != code) {
		return fmt.Errorf("%s: want %s %s, have %s %s: %w", what, kind, code, fault.KindOf(err), fault.CodeOf(err), err)
	}
	return nil
}

func createsPaused(ctx context.Context, account platforms.Ads, c Controls) error {
	t, err := grow(ctx, account, c, "ac-paused")
	if err != nil {
		return err
	}
	return t.each(func(level ads.Level, _ string, e ads.Entity) error {
		if e.ID == "" || e.Delivery != ads.Paused {
			return fmt.Errorf("made %+v, want an id and paused", e)
		}
		read, err := account.Get(ctx, level, e.ID)
		if err != nil {
			return err
		}
		if read.ID != e.ID || read.Name != e.Name || read.Delivery != ads.Paused {
			return fmt.Errorf("read back %+v of %+v", read, e)
		}
		if level == ads.LevelAdSet && (read.Budget != twice(t.least) || e.Budget != twice(t.least)) {
			return fmt.Errorf("budget %v made and %v read, want %v", e.Budget, read.Budget, twice(t.least))
		}
		return nil
	})
}

func findsByName(ctx context.Context, account platforms.Ads, c Controls) error {
	t, err := grow(ctx, account, c, "ac-find")
	if err != nil {
		return err
	}
	other, err := grow(ctx, account, c, "ac-find copy")
	if err != nil {
		return err
	}
	if c.SeveralAdSets {
		if _, err := account.CreateAdSet(ctx, c.adSetSpec(t.adSet.Name, other.campaign.ID, twice(t.least))); err != nil {
			return fmt.Errorf("an ad set of the same name under another campaign: %w", err)
		}
	}
	for _, one := range []tree{t, other} {
		err := one.each(func(level ads.Level, parent string, e ads.Entity) error {
			found, err := account.Find(ctx, level, parent, e.Name)
			if err == nil && (found.ID != e.ID || found.Name != e.Name) {
				err = fmt.Errorf("found %+v for %+v", found, e)
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	_, err = account.Find(ctx, ads.LevelAd, other.adSet.ID, t.ad.Name)
	return wantKind("an ad under another ad set", err, fault.Refused, "not_found")
}

func refusesUnknown(ctx context.Context, account platforms.Ads, c Controls) error {
	least, err := account.MinimumBudget(ctx, c.Currency)
	if err != nil {
		return err
	}
	var problems []error
	for _, level := range []ads.Level{ads.LevelCampaign, ads.LevelAdSet, ads.LevelAd} {
		_, err := account.Find(ctx, level, "", "ac-nobody")
		problems = append(problems, wantKind("find an unknown "+string(level), err, fault.Refused, "not_found"))
		_, err = account.Get(ctx, level, c.UnknownID)
		problems = append(problems, wantKind("get an unknown "+string(level), err, fault.Refused, "not_found"))
		err = account.SetDelivery(ctx, level, c.UnknownID, ads.Paused)
		problems = append(problems, wantKind("pause an unknown "+string(level), err, fault.Refused, ""))
	}
	problems = append(problems,
		wantKind("budget of an unknown ad set", account.SetBudget(ctx, c.UnknownID, twice(least)), fault.Refused, ""),
		wantKind("bid of an unknown ad set", account.SetBid(ctx, c.UnknownID, ads.LowestCost, money.Amount{}), fault.Refused, ""))
	_, err = account.CreateAdSet(ctx, c.adSetSpec("ac-orphan", c.UnknownID, twice(least)))
	problems = append(problems, wantKind("an ad set under an unknown campaign", err, fault.Refused, ""))
	_, err = account.CreateAd(ctx, c.adSpec("ac-orphan", ads.Entity{ID: c.UnknownID}, ads.Entity{ID: c.UnknownID}))
	return errors.Join(append(problems, wantKind("an ad under an unknown ad set", err, fault.Refused, ""))...)
}

func startsAndPauses(ctx context.Context, account platforms.Ads, c Controls) error {
	t, err := grow(ctx, account, c, "ac-start")
	if err != nil {
		return err
	}
	for _, d := range []ads.Delivery{ads.Active, ads.Active, ads.Paused} {
		err := t.each(func(level ads.Level, _ string, e ads.Entity) error {
			if err := account.SetDelivery(ctx, level, e.ID, d); err != nil {
				return fmt.Errorf("make it %s: %w", d, err)
			}
			read, err := account.Get(ctx, level, e.ID)
			if err == nil && read.Delivery != d {
				err = fmt.Errorf("told to be %s, it is %s", d, read.Delivery)
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func changesBudgetAndBid(ctx context.Context, account platforms.Ads, c Controls) error {
	t, err := grow(ctx, account, c, "ac-edit")
	if err != nil {
		return err
	}
	raised := t.adSet.Budget.MulRatio(12, 10, money.Down)
	if err := account.SetBudget(ctx, t.adSet.ID, raised); err != nil {
		return fmt.Errorf("raise budget: %w", err)
	}
	read, err := account.Get(ctx, ads.LevelAdSet, t.adSet.ID)
	if err != nil {
		return err
	}
	if read.Budget != raised {
		return fmt.Errorf("raised the budget to %v, it is %v", raised, read.Budget)
	}
	if err := account.SetBid(ctx, t.adSet.ID, ads.CostCap, t.least); err != nil {
		return fmt.Errorf("cap the cost: %w", err)
	}
	if err := account.SetBid(ctx, t.adSet.ID, ads.LowestCost, money.Amount{}); err != nil {
		return fmt.Errorf("lift the cap: %w", err)
	}
	if err := account.SetBid(ctx, t.adSet.ID, ads.CostCap, money.Zero(c.Currency)); err == nil {
		return errors.New("took a cost cap of nothing")
	}
	return nil
}

func refusesLowBudgets(ctx context.Context, account platforms.Ads, c Controls) error {
	t, err := grow(ctx, account, c, "ac-low")
	if err != nil {
		return err
	}
	low := t.least.Sub(money.Minor(1, c.Currency))
	_, err = account.CreateAdSet(ctx, c.adSetSpec("ac-low 2", t.campaign.ID, low))
	created := wantKind("create with "+low.String(), err, fault.Refused, "budget_too_low")
	lowered := wantKind("lower to "+low.String(), account.SetBudget(ctx, t.adSet.ID, low), fault.Refused, "budget_too_low")
	read, err := account.Get(ctx, ads.LevelAdSet, t.adSet.ID)
	if err == nil && read.Budget != t.adSet.Budget {
		err = fmt.Errorf("the refused budget was taken: %v", read.Budget)
	}
	return errors.Join(created, lowered, err)
}

func refusesAnotherCurrency(ctx context.Context, account platforms.Ads, c Controls) error {
	t, err := grow(ctx, account, c, "ac-currency")
	if err != nil {
		return err
	}
	foreign := money.Minor(10000, "EUR")
	if c.Currency == "EUR" {
		foreign = money.Minor(10000, money.USD)
	}
	return wantKind("a budget in "+string(foreign.Currency()), account.SetBudget(ctx, t.adSet.ID, foreign), fault.Refused, "currency_mismatch")
}

func reportsNothing(ctx context.Context, account platforms.Ads, c Controls) error {
	t, err := grow(ctx, account, c, "ac-quiet")
	if err != nil {
		return err
	}
	rows, err := account.Insights(ctx, t.campaign.ID)
	if err != nil {
		return fmt.Errorf("insights: %w", err)
	}
	if len(rows) != 0 {
		return fmt.Errorf("insights before delivery: %+v", rows)
	}
	spent, err := account.Spend(ctx, c.Since, c.Since)
	if err != nil {
		return fmt.Errorf("spend: %w", err)
	}
	if len(spent) != 0 {
		return fmt.Errorf("spend before delivery: %+v", spent)
	}
	return nil
}

func lostAnswers(ctx context.Context, account platforms.Ads, c Controls) error {
	if c.LoseAnswer == nil {
		return nil
	}
	least, err := account.MinimumBudget(ctx, c.Currency)
	if err != nil {
		return err
	}
	var campaign, adSet ads.Entity
	lose := func(level ads.Level, parent, name string, create func() error) (ads.Entity, error) {
		c.LoseAnswer(level)
		if err := wantKind("a lost answer", create(), fault.Ambiguous, ""); err != nil {
			return ads.Entity{}, fmt.Errorf("%s: %w", level, err)
		}
		found, err := account.Find(ctx, level, parent, name)
		if err != nil {
			return found, fmt.Errorf("look for the %s: %w", level, err)
		}
		if found.ID == "" || found.Delivery != ads.Paused {
			return found, fmt.Errorf("found the %s as %+v, want it paused", level, found)
		}
		if c.Count != nil && c.Count(level, name) != 1 {
			return found, fmt.Errorf("the platform holds %d of %s %q", c.Count(level, name), level, name)
		}
		return found, nil
	}
	campaign, err = lose(ads.LevelCampaign, "", "ac-lost", func() error {
		_, err := account.CreateCampaign(ctx, ads.CampaignSpec{Name: "ac-lost"})
		return err
	})
	if err != nil {
		return err
	}
	adSet, err = lose(ads.LevelAdSet, campaign.ID, "ac-lost set", func() error {
		_, err := account.CreateAdSet(ctx, c.adSetSpec("ac-lost set", campaign.ID, twice(least)))
		return err
	})
	if err != nil {
		return err
	}
	_, err = lose(ads.LevelAd, adSet.ID, "ac-lost ad", func() error {
		_, err := account.CreateAd(ctx, c.adSpec("ac-lost ad", campaign, adSet))
		return err
	})
	return err
}

func validates(ctx context.Context, account platforms.Ads, c Controls) error {
	least, err := account.MinimumBudget(ctx, c.Currency)
	if err != nil {
		return err
	}
	plan := ads.CampaignSpec{Name: "ac-dry"}
	if err := account.Validate(ctx, plan, c.adSetSpec("ac-dry set", "", twice(least))); err != nil {
		return fmt.Errorf("a good plan: %w", err)
	}
	_, err = account.Find(ctx, ads.LevelCampaign, "", plan.Name)
	if err := wantKind("the campaign that was only validated", err, fault.Refused, "not_found"); err != nil {
		return err
	}
	low := least.Sub(money.Minor(1, c.Currency))
	err = account.Validate(ctx, plan, c.adSetSpec("ac-dry set", "", low))
	return wantKind("a plan under the minimum", err, fault.Refused, "budget_too_low")
}

// lookalikes: an account without buyers may refuse one as too early, or not offer them at all; one that makes them makes each once.
func lookalikes(ctx context.Context, account platforms.Ads, c Controls) error {
	first, err := account.CreateLookalike(ctx, "ac-lookalike", c.Countries, 0, 1)
	if code := fault.CodeOf(err); err != nil && (code == "audience_too_small" || code == "unsupported") {
		return wantKind("a lookalike too early", err, fault.Refused, "")
	}
	if err != nil || first == "" {
		return fmt.Errorf("lookalike %q: %w", first, err)
	}
	again, err := account.CreateLookalike(ctx, "ac-lookalike", c.Countries, 0, 1)
	if err == nil && again != first {
		err = fmt.Errorf("the same name gave %s and then %s", first, again)
	}
	return err
}

func checks(ctx context.Context, account platforms.Ads, c Controls) error {
	if err := account.Check(ctx); err != nil {
		return err
	}
	least, err := account.MinimumBudget(ctx, c.Currency)
	if err == nil && (!least.Positive() || least.Currency() != c.Currency) {
		err = fmt.Errorf("the minimum budget is %v, want something in %s", least, c.Currency)
	}
	return err
}

func cancelled(ctx context.Context, account platforms.Ads, _ Controls) error {
	ctx, cancel := context.WithCancel(ctx)
	cancel()
	_, err := account.CreateCampaign(ctx, ads.CampaignSpec{Name: "ac-cancelled"})
	return wantKind("a call that was cancelled before it was sent", err, fault.Retryable, "")
}
