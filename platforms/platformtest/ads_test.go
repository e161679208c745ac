package platformtest_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/domain/kpi"
	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/platforms"
	"github.com/agente-ceo/agente-ceo/platforms/platformtest"
)

// shelf is an account in memory, right unless a flaw is planted in it.
type shelf struct {
	flaw      string
	things    []thing
	lookalike int
	lose      ads.Level
}

type thing struct {
	level  ads.Level
	parent string
	e      ads.Entity
}

var minimum = money.Minor(500, money.USD)

func (s *shelf) at(level ads.Level, id string) (*thing, error) {
	for i := range s.things {
		if s.things[i].level == level && s.things[i].e.ID == id {
			return &s.things[i], nil
		}
	}
	return nil, fault.Refuse("not_found", "no %s %s", level, id)
}

func (s *shelf) create(ctx context.Context, level ads.Level, parent, name string, budget money.Amount) (ads.Entity, error) {
	if err := ctx.Err(); err != nil && s.flaw != "bug on cancel" {
		return ads.Entity{}, fault.Retry("unreachable", 0, err)
	} else if err != nil {
		return ads.Entity{}, err
	}
	if above := map[ads.Level]ads.Level{ads.LevelAdSet: ads.LevelCampaign, ads.LevelAd: ads.LevelAdSet}[level]; above != "" && s.flaw != "orphans" {
		if _, err := s.at(above, parent); err != nil {
			return ads.Entity{}, err
		}
	}
	e := ads.Entity{ID: fmt.Sprint(len(s.things) + 1), Name: name, Delivery: ads.Paused, Budget: budget}
	if s.flaw == "creates active" {
		e.Delivery = ads.Active
	}
	lost := s.lose == level
	s.lose = ""
	if lost && s.flaw == "loses the work" {
		return ads.Entity{}, fault.Unknown("no_answer", nil)
	}
	s.things = append(s.things, thing{level, parent, e})
	if lost && s.flaw == "duplicates" {
		s.things = append(s.things, thing{level, parent, e})
	}
	switch {
	case lost && s.flaw == "lost is retryable":
		return ads.Entity{}, fault.Retry("no_answer", 0, nil)
	case lost:
		return ads.Entity{}, fault.Unknown("no_answer", nil)
	}
	return e, nil
}

func (s *shelf) CreateCampaign(ctx context.Context, spec ads.CampaignSpec) (ads.Entity, error) {
	return s.create(ctx, ads.LevelCampaign, "", spec.Name, money.Amount{})
}

func (s *shelf) low(daily money.Amount) error {
	if daily.Currency() != money.USD && s.flaw != "any currency" {
		return fault.Refuse("currency_mismatch", "want USD")
	}
	if s.flaw == "no minimum" || s.flaw == "any currency" || !daily.Less(minimum) {
		return nil
	}
	return fault.Refuse("budget_too_low", "%v is too low", daily)
}

func (s *shelf) CreateAdSet(ctx context.Context, spec ads.AdSetSpec) (ads.Entity, error) {
	if err := s.low(spec.DailyBudget); err != nil {
		return ads.Entity{}, err
	}
	made, err := s.create(ctx, ads.LevelAdSet, spec.CampaignID, spec.Name, spec.DailyBudget)
	if set, missing := s.at(ads.LevelAdSet, made.ID); missing == nil {
		set.e.Bid, set.e.CostCap = spec.Bid, spec.CostCap
	}
	return made, err
}

func (s *shelf) CreateAd(ctx context.Context, spec ads.AdSpec) (ads.Entity, error) {
	return s.create(ctx, ads.LevelAd, spec.AdSetID, spec.Name, money.Amount{})
}

func (s *shelf) Find(_ context.Context, level ads.Level, parent, name string) (ads.Entity, error) {
	for _, x := range s.things {
		same := x.e.Name == name || s.flaw == "finds by part" && strings.Contains(name, x.e.Name)
		if x.level == level && same && (parent == "" || x.parent == parent || s.flaw == "ignores parents") {
			return x.e, nil
		}
	}
	if s.flaw == "not found is a bug" {
		return ads.Entity{}, fmt.Errorf("no %s", name)
	}
	return ads.Entity{}, fault.Refuse("not_found", "no %s %q", level, name)
}

func (s *shelf) Get(_ context.Context, level ads.Level, id string) (ads.Entity, error) {
	x, err := s.at(level, id)
	if err != nil {
		return ads.Entity{}, err
	}
	return x.e, nil
}

func (s *shelf) SetDelivery(_ context.Context, level ads.Level, id string, d ads.Delivery) error {
	x, err := s.at(level, id)
	if s.flaw == "ignores edits" {
		return nil
	}
	if err == nil {
		x.e.Delivery = d
	}
	return err
}

func (s *shelf) SetBudget(_ context.Context, id string, daily money.Amount) error {
	if err := s.low(daily); err != nil {
		return err
	}
	x, err := s.at(ads.LevelAdSet, id)
	if err == nil && s.flaw != "forgets budgets" {
		x.e.Budget = daily
	}
	return err
}

func (s *shelf) SetBid(_ context.Context, id string, b ads.BidStrategy, limit money.Amount) error {
	if b == ads.CostCap && !limit.Positive() && s.flaw != "empty caps" {
		return fault.Refuse("amount_not_positive", "no cap")
	}
	set, err := s.at(ads.LevelAdSet, id)
	if err == nil && s.flaw != "lists old bids" {
		set.e.Bid, set.e.CostCap = b, limit
	}
	return err
}

func (s *shelf) CreateLookalike(context.Context, string, []string, int, int) (string, error) {
	if s.flaw == "lookalikes twice" || s.lookalike == 0 {
		s.lookalike++
	}
	return fmt.Sprint(s.lookalike), nil
}

func (s *shelf) Insights(context.Context, string) ([]ads.InsightRow, error) {
	if s.flaw == "invents insights" {
		return []ads.InsightRow{{Metrics: kpi.Metrics{Clicks: 1}}}, nil
	}
	return nil, nil
}

func (s *shelf) Spend(context.Context, string, string) ([]ads.SpendRow, error) {
	if s.flaw == "invents spend" {
		return []ads.SpendRow{{Spend: minimum}}, nil
	}
	return nil, nil
}

func (s *shelf) Campaigns(_ context.Context, prefix string) (out []ads.Entity, err error) {
	for _, x := range s.things {
		if x.level == ads.LevelCampaign && (strings.HasPrefix(x.e.Name, prefix) || s.flaw == "lists what others run") {
			out = append(out, x.e)
		}
	}
	return out, nil
}

func (s *shelf) Standings(_ context.Context, prefix string) (out []ads.Standing, err error) {
	for _, x := range s.things {
		if x.level == ads.LevelAd || !strings.HasPrefix(x.e.Name, prefix) {
			continue
		}
		standing := ads.Standing{Level: x.level, CampaignID: x.parent, Entity: x.e}
		if x.level == ads.LevelCampaign {
			standing.CampaignID = x.e.ID
		}
		if s.flaw == "lists no budgets" {
			standing.Budget = money.Amount{}
		}
		out = append(out, standing)
	}
	return out, nil
}

func (s *shelf) AdStandings(_ context.Context, prefix string) (out []ads.Standing, err error) {
	for _, x := range s.things {
		if x.level != ads.LevelAd || !strings.HasPrefix(x.e.Name, prefix) || s.flaw == "lists no ads" {
			continue
		}
		i := slices.IndexFunc(s.things, func(set thing) bool { return set.e.ID == x.parent })
		out = append(out, ads.Standing{Level: x.level, CampaignID: s.things[i].parent, Entity: x.e})
	}
	return out, nil
}

func (s *shelf) Remove(_ context.Context, id string) error {
	if s.flaw == "keeps what is removed" {
		return nil
	}
	s.things = slices.DeleteFunc(s.things, func(x thing) bool { return x.level == ads.LevelCampaign && x.e.ID == id })
	return nil
}

func (s *shelf) Validate(ctx context.Context, campaign ads.CampaignSpec, adSet ads.AdSetSpec) error {
	if s.flaw == "validate creates" {
		if _, err := s.CreateCampaign(ctx, campaign); err != nil {
			return err
		}
	}
	return s.low(adSet.DailyBudget)
}

func (s *shelf) MinimumBudget(context.Context, money.Currency) (money.Amount, error) {
	if s.flaw == "minimum in another currency" {
		return money.Minor(500, "BRL"), nil
	}
	return minimum, nil
}

func (s *shelf) Check(context.Context) error {
	if s.flaw == "check fails" {
		return fault.Stop("token_expired", "expired")
	}
	return nil
}

func controls(s *shelf) platformtest.Controls {
	return platformtest.Controls{
		Currency: money.USD, Since: "2026-11-20", SeveralAdSets: true, LandingURL: "https://shop.example.com/p", MediaKey: "k",
		UnknownID: "999", Countries: []string{"BR", "US"},
		LoseAnswer: func(level ads.Level) { s.lose = level },
		Count: func(level ads.Level, name string) int {
			n := 0
			for _, x := range s.things {
				if x.level == level && x.e.Name == name {
					n++
				}
			}
			return n
		},
	}
}

func TestAdsSuite_PassesARightAccount(t *testing.T) {
	t.Parallel()
	platformtest.AdsSuite(t, func(*testing.T) (platforms.Ads, platformtest.Controls) {
		s := &shelf{}
		return s, controls(s)
	})
}

// TestAdsCases_TurnRedOnPlantedFlaws: a demand that no flaw can break would not be one.
func TestAdsCases_TurnRedOnPlantedFlaws(t *testing.T) {
	t.Parallel()
	caught := map[string]bool{}
	for flaw, expected := range map[string]string{
		"creates active":              "CreatesPausedAndReadsBack",
		"finds by part":               "FindsByExactNameUnderItsParent",
		"ignores parents":             "FindsByExactNameUnderItsParent",
		"not found is a bug":          "RefusesWhatIsNotThere",
		"orphans":                     "RefusesWhatIsNotThere",
		"ignores edits":               "StartsAndPauses",
		"forgets budgets":             "ChangesBudgetAndBid",
		"empty caps":                  "ChangesBudgetAndBid",
		"no minimum":                  "RefusesBudgetsUnderTheMinimum",
		"any currency":                "RefusesAnotherCurrency",
		"invents insights":            "ReportsNothingBeforeDelivery",
		"invents spend":               "ReportsNothingBeforeDelivery",
		"loses the work":              "LostAnswersAreFoundByName",
		"lost is retryable":           "LostAnswersAreFoundByName",
		"duplicates":                  "LostAnswersAreFoundByName",
		"lists what others run":       "ListsOursAsTheyStand",
		"lists no budgets":            "ListsOursAsTheyStand",
		"lists no ads":                "ListsOursAsTheyStand",
		"lists old bids":              "ListsOursAsTheyStand",
		"keeps what is removed":       "RemovesACampaign",
		"validate creates":            "ValidatesWithoutCreating",
		"lookalikes twice":            "LookalikesAreMadeOnceOrTooEarly",
		"check fails":                 "ChecksCredentials",
		"minimum in another currency": "ChecksCredentials",
		"bug on cancel":               "ClassifiesACancelledCall",
	} {
		caught[expected] = true
		for _, c := range platformtest.AdsCases() {
			if c.Name != expected {
				continue
			}
			s := &shelf{flaw: flaw}
			if err := c.Run(t.Context(), s, controls(s)); err == nil {
				t.Errorf("%s does not notice an account that %q", c.Name, flaw)
			}
		}
	}
	for _, c := range platformtest.AdsCases() {
		if !caught[c.Name] {
			t.Errorf("no flaw is planted for %s", c.Name)
		}
	}
}
