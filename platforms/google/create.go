package google

import (
	"context"
	"fmt"

	"golang.org/x/text/language"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/fault"
)

const (
	enabled = "ENABLED"
	paused  = "PAUSED"
)

// temporary ids stand for things that an earlier operation of the same mutation makes.
const (
	temporaryBudget   = "-1"
	temporaryCampaign = "-2"
	temporaryAdGroup  = "-3"
)

func create[T any](v T) *op[T] { return &op[T]{Create: &v} }

func update[T any](v T, mask string) *op[T] { return &op[T]{Update: &v, Mask: mask} }

// CreateCampaign makes a paused search campaign and its budget, which is the minimum until an ad set brings its own. Repeating a name gives
// the campaign that exists.
func (c *Client) CreateCampaign(ctx context.Context, spec ads.CampaignSpec) (ads.Entity, error) {
	micros, err := c.micros(c.config.MinimumBudget)
	if err != nil {
		return ads.Entity{}, err
	}
	made, err := c.mutate(ctx, "create_campaign", c.campaignOperations(spec.Name, micros)...)
	if fault.CodeOf(err) == "duplicate_name" {
		return c.existing(ctx, ads.LevelCampaign, "", spec.Name, err)
	}
	if err != nil {
		return ads.Entity{}, err
	}
	return ads.Entity{ID: lastPart(made[1]), Name: spec.Name, Delivery: ads.Paused}, nil
}

// existing ends a create whose name is taken. Removed things keep their names, so there may be nothing to find.
func (c *Client) existing(ctx context.Context, level ads.Level, parentID, name string, duplicate error) (ads.Entity, error) {
	found, err := c.Find(ctx, level, parentID, name)
	if fault.CodeOf(err) == "not_found" {
		return ads.Entity{}, duplicate
	}
	return found, err
}

func (c *Client) campaignOperations(name, micros string) []operation {
	own := false
	return []operation{
		{Budget: create(budget{
			Resource: c.resource("campaignBudgets", temporaryBudget), Name: "budget " + name, Micros: micros, Delivery: "STANDARD", Shared: &own,
		})},
		{Campaign: create(campaign{
			Resource:  c.resource("campaigns", temporaryCampaign),
			Name:      name,
			Status:    paused,
			Channel:   "SEARCH",
			Budget:    c.resource("campaignBudgets", temporaryBudget),
			Political: "DOES_NOT_CONTAIN_EU_POLITICAL_ADVERTISING",
			Bidding:   &maximizeConversions{},
			Networks:  &networks{Search: true},
		})},
	}
}

// CreateAdSet makes a paused ad group in a campaign that has none, and gives the campaign its budget, bid and countries, all at once.
// Repeating a name gives the ad group that exists; a second one is Refused "one_ad_set_per_campaign".
func (c *Client) CreateAdSet(ctx context.Context, spec ads.AdSetSpec) (ads.Entity, error) {
	ops, err := c.adGroupOperations(c.resource("campaigns", spec.CampaignID), spec)
	if err != nil {
		return ads.Entity{}, err
	}
	home, err := c.home(ctx, spec.CampaignID)
	if err != nil {
		return ads.Entity{}, err
	}
	if found, err := c.onlyAdGroup(ctx, spec); err != nil || found.ID != "" {
		return found, err
	}
	changes, err := c.homeOperations(home, spec)
	if err != nil {
		return ads.Entity{}, err
	}
	made, err := c.mutate(ctx, "create_ad_set", append(ops, changes...)...)
	if fault.CodeOf(err) == "duplicate_name" {
		return c.existing(ctx, ads.LevelAdSet, spec.CampaignID, spec.Name, err)
	}
	if err != nil {
		return ads.Entity{}, err
	}
	return ads.Entity{ID: lastPart(made[0]), Name: spec.Name, Delivery: ads.Paused, Budget: spec.DailyBudget}, nil
}

// onlyAdGroup finds the ad group of that name, and refuses when the campaign has another one.
func (c *Client) onlyAdGroup(ctx context.Context, spec ads.AdSetSpec) (ads.Entity, error) {
	rows, err := c.search(ctx, "list_ad_groups",
		"SELECT ad_group.id, ad_group.name FROM ad_group WHERE campaign.id = "+spec.CampaignID+" AND ad_group.status != 'REMOVED'")
	if err != nil || len(rows) == 0 {
		return ads.Entity{}, err
	}
	if rows[0].AdGroup.Name != spec.Name {
		return ads.Entity{}, fault.Refuse("one_ad_set_per_campaign", "the campaign has the ad set %q already, and Google keeps one budget for all", rows[0].AdGroup.Name)
	}
	return c.Get(ctx, ads.LevelAdSet, rows[0].AdGroup.ID)
}

// homeOperations set what the ad set decides but Google keeps at the campaign.
func (c *Client) homeOperations(home campaign, spec ads.AdSetSpec) ([]operation, error) {
	micros, err := c.budgetMicros(spec.DailyBudget)
	if err != nil {
		return nil, err
	}
	bid, err := c.bidOperation(home.Resource, spec.Bid, spec.CostCap)
	if err != nil {
		return nil, err
	}
	return []operation{{Budget: update(budget{Resource: home.Budget, Micros: micros}, "amountMicros")}, bid}, nil
}

// adGroupOperations make the ad group first, then what surrounds it.
func (c *Client) adGroupOperations(campaignResource string, spec ads.AdSetSpec) ([]operation, error) {
	if _, err := c.budgetMicros(spec.DailyBudget); err != nil {
		return nil, err
	}
	self := c.resource("adGroups", temporaryAdGroup)
	ops := []operation{{AdGroup: create(adGroup{
		Resource: self, Name: spec.Name, Campaign: campaignResource, Type: "SEARCH_STANDARD", Status: paused,
	})}}
	where, err := locations(campaignResource, spec.Audience.Countries)
	if err != nil {
		return nil, err
	}
	ages, err := excludedAges(self, spec.Audience)
	if err != nil {
		return nil, err
	}
	words, err := interests(self, spec.Audience)
	if err != nil {
		return nil, err
	}
	ops = append(ops, where...)
	ops = append(ops, ages...)
	return append(ops, words...), nil
}

// locations: Google's id of a country is 2000 plus its number in ISO 3166-1 (source: "Geo targets").
func locations(campaignResource string, countries []string) ([]operation, error) {
	var ops []operation
	for _, country := range countries {
		region, err := language.ParseRegion(country)
		if err != nil || !region.IsCountry() || region.M49() == 0 {
			return nil, fault.Refuse("country_unsupported", "%q is not a country", country)
		}
		constant := fmt.Sprintf("geoTargetConstants/%d", 2000+region.M49())
		ops = append(ops, operation{CampaignCriterion: create(campaignCriterion{Campaign: campaignResource, Location: location{Constant: constant}})})
	}
	if len(ops) == 0 {
		return nil, fault.Refuse("countries_missing", "an ad set addresses at least one country")
	}
	return ops, nil
}

var ages = []struct {
	from, to int
	name     string
}{
	{18, 24, "AGE_RANGE_18_24"}, {25, 34, "AGE_RANGE_25_34"}, {35, 44, "AGE_RANGE_35_44"}, {45, 54, "AGE_RANGE_45_54"},
	{55, 64, "AGE_RANGE_55_64"}, {65, 200, "AGE_RANGE_65_UP"},
}

// excludedAges: everybody is addressed who is not excluded, so the groups that share no year with the range are.
func excludedAges(self string, a ads.Audience) ([]operation, error) {
	if a.AgeMin < 18 || a.AgeMin > a.AgeMax {
		return nil, fault.Refuse("age_range", "ages %d to %d: want 18 or more, in order", a.AgeMin, a.AgeMax)
	}
	var ops []operation
	for _, g := range ages {
		if a.AgeMin > g.to || a.AgeMax < g.from {
			ops = append(ops, operation{AdGroupCriterion: create(adGroupCriterion{AdGroup: self, Negative: true, Age: &ageRange{Type: g.name}})})
		}
	}
	return ops, nil
}

// interests are keywords here. A broad audience gets its keyword with its first ad.
func interests(self string, a ads.Audience) ([]operation, error) {
	if a.Kind == ads.Lookalike {
		return nil, fault.Refuse("unsupported", "search campaigns have no lookalike audiences")
	}
	if a.Kind != ads.Interests {
		return nil, nil
	}
	var texts []string
	for _, phrase := range a.InterestKeywords {
		if text := keywordText(phrase); text != "" {
			texts = append(texts, text)
		}
	}
	var ops []operation
	for _, text := range distinct(len(texts), texts) {
		ops = append(ops, keywordOperation(self, text))
	}
	if len(ops) == 0 {
		return nil, fault.Refuse("interests_unknown", "no keyword in %q", a.InterestKeywords)
	}
	return ops, nil
}

func keywordOperation(adGroup, text string) operation {
	return operation{AdGroupCriterion: create(adGroupCriterion{AdGroup: adGroup, Status: enabled, Keyword: &keyword{Text: text, Match: "BROAD"}})}
}

// nameParameter carries our name of an ad: search ads have no name of their own.
const nameParameter = "acname"

// CreateAd makes a paused responsive search ad; the picture has no place in it. An ad group without keywords gets the headline as its first.
func (c *Client) CreateAd(ctx context.Context, spec ads.AdSpec) (ads.Entity, error) {
	texts, err := responsive(spec)
	if err != nil {
		return ads.Entity{}, err
	}
	if !isID(spec.AdSetID) {
		return ads.Entity{}, fault.Refuse("not_found", "%q is not an id of Google's", spec.AdSetID)
	}
	self := c.resource("adGroups", spec.AdSetID)
	ops := []operation{{AdGroupAd: create(adGroupAd{AdGroup: self, Status: paused, Ad: &ad{
		FinalURLs: []string{spec.LandingURL}, Parameters: []customParameter{{Key: nameParameter, Value: spec.Name}}, Responsive: texts,
	}})}}
	words, err := c.search(ctx, "list_keywords",
		"SELECT ad_group_criterion.criterion_id FROM ad_group_criterion WHERE ad_group.id = "+spec.AdSetID+
			" AND ad_group_criterion.type = 'KEYWORD' AND ad_group_criterion.status != 'REMOVED' LIMIT 1")
	if err != nil {
		return ads.Entity{}, err
	}
	if text := keywordText(spec.Headline); len(words) == 0 && text != "" {
		ops = append(ops, keywordOperation(self, text))
	}
	made, err := c.mutate(ctx, "create_ad", ops...)
	if err != nil {
		return ads.Entity{}, err
	}
	return ads.Entity{ID: lastPart(made[0]), Name: spec.Name, Delivery: ads.Paused}, nil
}

// Validate has Google check the whole plan without making it.
func (c *Client) Validate(ctx context.Context, campaign ads.CampaignSpec, adSet ads.AdSetSpec) error {
	if adSet.CampaignID != "" {
		ops, err := c.adGroupOperations(c.resource("campaigns", adSet.CampaignID), adSet)
		if err != nil {
			return err
		}
		return c.validate(ctx, "validate_ad_set", ops...)
	}
	micros, err := c.budgetMicros(adSet.DailyBudget)
	if err != nil {
		return err
	}
	ops, err := c.adGroupOperations(c.resource("campaigns", temporaryCampaign), adSet)
	if err != nil {
		return err
	}
	return c.validate(ctx, "validate", append(c.campaignOperations(campaign.Name, micros), ops...)...)
}

// CreateLookalike is Refused "unsupported": search campaigns have no such audiences.
func (c *Client) CreateLookalike(context.Context, string, []string, int, int) (string, error) {
	return "", fault.Refuse("unsupported", "search campaigns have no lookalike audiences")
}
