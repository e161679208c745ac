package campaign

import (
	"cmp"
	"slices"
	"strings"
)

// Country is a candidate for geographic expansion. Scores are 0..100, rough and configurable: they order candidates, nothing else.
type Country struct {
	Code       string   // ISO 3166-1 alpha-2
	Languages  []string // BCP 47 primary tags that most shoppers read
	Purchasing int      // purchasing power
	Logistics  int      // how well and fast parcels arrive
}

// DefaultCountries orders what a small shop can reach. Purchasing follows GDP per head at purchasing power, Logistics the World Bank's
// logistics performance index, both rescaled by hand;
// Ireland's product per head counts profits that no shopper spends, so it stands lower here.
func DefaultCountries() []Country {
	return []Country{
		{"AU", []string{"en"}, 78, 74}, {"BR", []string{"pt"}, 30, 55}, {"CA", []string{"en", "fr"}, 74, 80},
		{"DE", []string{"de", "en"}, 80, 84}, {"ES", []string{"es"}, 62, 78}, {"FR", []string{"fr"}, 70, 78},
		{"GB", []string{"en"}, 70, 74}, {"IE", []string{"en"}, 70, 70}, {"IT", []string{"it"}, 66, 74},
		{"MX", []string{"es"}, 36, 50}, {"NL", []string{"nl", "en"}, 84, 82}, {"NZ", []string{"en"}, 64, 68},
		{"PT", []string{"pt", "en"}, 56, 68}, {"US", []string{"en", "es"}, 90, 76}, {"ZA", []string{"en"}, 24, 58},
	}
}

// RankCountries orders the candidates that speak one of the creatives' languages and are not used yet: best first, by the share of
// languages that match, then by purchasing power and logistics together.
func RankCountries(candidates []Country, languages, used []string) []Country {
	var out []Country
	for _, c := range candidates {
		if languageMatch(c, languages) > 0 && !slices.Contains(used, c.Code) {
			out = append(out, c)
		}
	}
	slices.SortStableFunc(out, func(a, b Country) int {
		return cmp.Or(
			cmp.Compare(score(b, languages), score(a, languages)),
			cmp.Compare(a.Code, b.Code),
		)
	})
	return out
}

// score weighs language 50, purchasing power 30 and logistics 20: an ad that is not understood sells nothing.
func score(c Country, languages []string) int {
	return 50*languageMatch(c, languages) + 30*c.Purchasing + 20*c.Logistics
}

// languageMatch is 100 when the country's first language is ours, 60 when another one is, 0 when none is.
func languageMatch(c Country, languages []string) int {
	for i, l := range c.Languages {
		for _, have := range languages {
			if primary, _, _ := strings.Cut(have, "-"); strings.EqualFold(primary, l) {
				if i == 0 {
					return 100
				}
				return 60
			}
		}
	}
	return 0
}
