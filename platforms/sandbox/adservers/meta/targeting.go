package meta

import (
	"crypto/md5"
	"encoding/binary"
	"strings"
)

// targeting is the part of an ad set's targeting that the server judges; the rest is kept as sent.
type targeting struct {
	Geo        geo        `json:"geo_locations"`
	AgeMin     looseText  `json:"age_min"`
	AgeMax     looseText  `json:"age_max"`
	Genders    []any      `json:"genders"`
	Audiences  []idName   `json:"custom_audiences"`
	Excluded   []idName   `json:"excluded_custom_audiences"`
	Interests  []idName   `json:"interests"`
	Flexible   []flexible `json:"flexible_spec"`
	Platforms  []string   `json:"publisher_platforms"`
	Facebook   []string   `json:"facebook_positions"`
	Instagram  []string   `json:"instagram_positions"`
	Automation struct {
		Advantage looseText `json:"advantage_audience"`
	} `json:"targeting_automation"`
}

type geo struct {
	Countries []string `json:"countries"`
}

type idName struct {
	ID   looseText `json:"id"`
	Name string    `json:"name"`
}

type flexible struct {
	Interests []idName `json:"interests"`
	Behaviors []idName `json:"behaviors"`
}

// The countries that the simulated platform sells in, and those of them where the EU's transparency rules apply.
const (
	countries   = "AE AR AT AU BE BG BO BR CA CH CL CN CO CR CY CZ DE DK DO EC EE EG ES FI FR GB GR GT HK HN HR HU ID IE IL IN IT JP KE KR LT LU LV MA MT MX MY NG NI NL NO NZ PA PE PH PL PT PY RO SA SE SG SI SK SV TH TR TW US UY VE VN ZA"
	euCountries = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"
)

// narrowed reports whether the audience is anything but the platform's default set-up.
func (t *targeting) narrowed() bool {
	return t.AgeMin != "" && t.AgeMin != "18" || t.AgeMax != "" && t.AgeMax != "65" || len(t.Genders)+len(t.Audiences)+len(t.Excluded)+len(t.Interests)+len(t.Flexible) > 0
}

// check judges a targeting spec.
func (s *Server) checkTargeting(t *targeting) *fail {
	if len(t.Geo.Countries) == 0 {
		return refuse(1885364, "targeting", "Location is missing", "Your audience needs at least one country in geo_locations.countries.")
	}
	for _, code := range t.Geo.Countries {
		if !contains(countries, code) {
			return refuse(1487851, "targeting", "Invalid location", "The country code "+code+" is invalid.")
		}
	}
	if bad := t.checkAges(); bad != nil {
		return bad
	}
	switch {
	case t.Automation.Advantage != "" && t.Automation.Advantage != "0" && t.Automation.Advantage != "1":
		return invalid("Param targeting[targeting_automation][advantage_audience] must be 0 or 1")
	case t.Automation.Advantage == "" && t.narrowed():
		return refuse(1870227, "targeting", "Advantage audience flag required",
			"To create your ad set, you need to enable or disable the Advantage audience feature: set the advantage_audience flag to 1 or 0 within the targeting_automation field.")
	}
	if bad := s.checkAudiences(t); bad != nil {
		return bad
	}
	return t.checkPlacements()
}

func (t *targeting) checkAges() *fail {
	low, high := int64(18), int64(65)
	if t.AgeMin != "" {
		n, ok := t.AgeMin.number()
		if low = n; !ok || n < 18 || n > 65 {
			return invalid("Param targeting[age_min] must be between 18 and 65")
		}
	}
	if t.AgeMax != "" {
		n, ok := t.AgeMax.number()
		if high = n; !ok || n < 18 || n > 65 {
			return invalid("Param targeting[age_max] must be between 18 and 65")
		}
	}
	if low > high {
		return invalid("Param targeting[age_min] must not exceed targeting[age_max]")
	}
	if t.Automation.Advantage == "1" && (high < 65 || low > 25) {
		return refuse(1870189, "targeting", "Age range can't be limited", "With Advantage audience, ages are suggestions: age_max must be 65 and age_min at most 25.")
	}
	return nil
}

func (s *Server) checkAudiences(t *targeting) *fail {
	for _, a := range append(append([]idName{}, t.Audiences...), t.Excluded...) {
		if _, ok := s.nodes[string(a.ID)].(*audience); !ok {
			return refuse(1487713, "targeting", "Invalid custom audience", "The custom audience "+string(a.ID)+" does not exist or is not shared with this account.")
		}
	}
	interests := append([]idName{}, t.Interests...)
	for _, f := range t.Flexible {
		interests = append(interests, f.Interests...)
		if len(f.Interests)+len(f.Behaviors) == 0 {
			return invalid("Every entry of targeting[flexible_spec] must name at least one interest")
		}
	}
	for _, i := range interests {
		if !knownInterest(i) {
			return refuse(1487079, "targeting", "Invalid interest", "The interest "+string(i.ID)+" is invalid. Use the ids of the search endpoint.")
		}
	}
	return nil
}

func (t *targeting) checkPlacements() *fail {
	for _, p := range t.Facebook {
		if p == "video_feeds" {
			return refuse(1815089, "targeting", "Placement not available", "The Facebook position video_feeds can no longer be chosen.")
		}
	}
	for _, p := range t.Instagram {
		if p == "explore" || p == "explore_home" {
			return refuse(1815089, "targeting", "Placement not available", "The Instagram position "+p+" can no longer be chosen.")
		}
	}
	if len(t.Facebook)+len(t.Instagram) > 0 && len(t.Platforms) == 0 {
		return invalid("Positions need targeting[publisher_platforms]")
	}
	return nil
}

// interestID is the id of an interest: the platform's prefix and nine digits drawn from its name, so that ids need no table.
func interestID(name string) string {
	sum := md5.Sum([]byte(strings.ToLower(name)))
	return "6003" + pad(int64(binary.BigEndian.Uint32(sum[:4]))%1_000_000_000, 9)
}

func knownInterest(i idName) bool {
	if i.Name != "" {
		return string(i.ID) == interestID(i.Name)
	}
	_, numeric := i.ID.number()
	return numeric && len(i.ID) == 13 && strings.HasPrefix(string(i.ID), "6003")
}

// search answers GET /search?type=adinterest: the words themselves and what is commonly near them.
func (s *Server) search(c *call) (any, *fail) {
	if c.params["type"] != "adinterest" {
		return nil, invalid("Param type must be adinterest")
	}
	q := strings.TrimSpace(c.params["q"])
	if q == "" {
		return nil, missing("q")
	}
	limit, ok, bad := c.params.integer("limit")
	if bad != nil {
		return nil, bad
	}
	if !ok {
		limit = 25
	}
	names := []string{q}
	for _, suffix := range []string{"shopping", "products", "fans", "reviews"} {
		names = append(names, q+" "+suffix)
	}
	data := []object{}
	for i, name := range names[:min(len(names), int(limit))] {
		data = append(data, object{
			"id": interestID(name), "name": name, "type": "interests", "path": []string{"Interests", "Shopping and fashion", name},
			"topic": "Shopping and fashion", "audience_size_lower_bound": 12_000_000 >> i, "audience_size_upper_bound": 14_000_000 >> i,
		})
	}
	return object{"data": data}, nil
}
