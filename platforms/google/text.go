package google

import (
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/fault"
)

// What a responsive search ad holds: how many texts of which lengths, in characters.
const (
	leastHeadlines, mostHeadlines       = 3, 15
	leastDescriptions, mostDescriptions = 2, 4
	headlineLimit                       = 30
	descriptionLimit                    = 90
	keywordLimit                        = 80
	keywordWords                        = 10
)

// responsive makes the texts of a search ad from ours: the headline and the body in pieces that fit, and the shop's name where there are too
// few.
func responsive(spec ads.AdSpec) (*responsiveAd, error) {
	u, err := url.Parse(spec.LandingURL)
	if err != nil || u.Hostname() == "" {
		return nil, fault.Refuse("landing_url", "%q is not the address of a landing page", spec.LandingURL)
	}
	shop := strings.TrimPrefix(u.Hostname(), "www.")
	headlines := distinct(mostHeadlines, pieces(spec.Headline, headlineLimit), pieces(spec.Body, headlineLimit), pieces(shop, headlineLimit))
	descriptions := distinct(mostDescriptions, pieces(spec.Body, descriptionLimit), pieces(spec.Headline, descriptionLimit), pieces(shop, descriptionLimit))
	if len(headlines) < leastHeadlines || len(descriptions) < leastDescriptions {
		return nil, fault.Refuse("text_too_short", "a search ad needs %d headlines and %d descriptions", leastHeadlines, leastDescriptions)
	}
	return &responsiveAd{Headlines: assets(headlines), Descriptions: assets(descriptions)}, nil
}

// pieces cuts a text between words into parts of at most limit characters. A word that is longer than that is left out.
func pieces(text string, limit int) []string {
	var parts []string
	var line string
	for _, word := range strings.Fields(text) {
		if utf8.RuneCountInString(word) > limit {
			continue
		}
		longer := strings.TrimSpace(line + " " + word)
		if utf8.RuneCountInString(longer) > limit {
			parts = append(parts, line)
			longer = word
		}
		line = longer
	}
	if line != "" {
		parts = append(parts, line)
	}
	return parts
}

// distinct joins lists without repeats; Google refuses two equal texts whatever their case.
func distinct(most int, lists ...[]string) []string {
	var all []string
	for _, text := range slices.Concat(lists...) {
		same := func(other string) bool { return strings.EqualFold(other, text) }
		if len(all) < most && !slices.ContainsFunc(all, same) {
			all = append(all, text)
		}
	}
	return all
}

func assets(texts []string) []textAsset {
	var all []textAsset
	for _, text := range texts {
		all = append(all, textAsset{Text: text})
	}
	return all
}

// keywordText makes a search keyword of a phrase: its words without the signs that Google refuses, as many as are allowed.
func keywordText(phrase string) string {
	clean := strings.Map(func(r rune) rune {
		if strings.ContainsRune("!@%^*()={};~`<>?\\|,\"'", r) {
			return ' '
		}
		return r
	}, phrase)
	words := strings.Fields(clean)
	words = words[:min(len(words), keywordWords)]
	lines := pieces(strings.Join(words, " "), keywordLimit)
	if len(lines) == 0 {
		return ""
	}
	return strings.ToLower(lines[0])
}
