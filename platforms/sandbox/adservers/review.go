package adservers

import (
	"regexp"
	"strings"
	"unicode"
)

// Outcome is what a platform's review says of an ad.
type Outcome int

// The outcomes: Approved may deliver; Disapproved never does until its creative changes; Flagged is held back with an issue.
const (
	Approved Outcome = iota
	Disapproved
	Flagged
)

// Verdict is the outcome of a review and the policy it rests on; Policy and Detail are empty when approved.
type Verdict struct {
	Outcome Outcome
	Policy  string
	Detail  string
}

// The claims are those that every large platform's advertising policy forbids, in the two languages of the shops.
var forbidden = []struct {
	policy string
	words  *regexp.Regexp
}{
	{"Misleading health claims", regexp.MustCompile(`(?i)\b(cures?|miracle|curam?|milagros[oa]|milagre)\b`)},
	{"Weight loss claims", regexp.MustCompile(`(?i)\b(lose \d+ ?(kg|kilos|pounds|lbs)|emagre[cç]a \d+|perca \d+ ?(kg|quilos))`)},
	{"Before and after images", regexp.MustCompile(`(?i)\b(before and after|antes e depois)\b`)},
	{"Get rich quick", regexp.MustCompile(`(?i)\b(get rich|easy money|dinheiro f[aá]cil|fique rico)\b`)},
	{"Unsupported guarantees", regexp.MustCompile(`(?i)\b(100 ?% guaranteed results|guaranteed results|resultados? 100 ?% garantidos?)\b`)},
}

var personal = regexp.MustCompile(`(?i)\b(are you (fat|ugly|depressed|broke|single)|voc[eê] [eé] (gord[oa]|fei[oa]|pobre))\b`)

// Review judges the words of an ad. It is a pure function of the words, so that the same ad always meets the same fate.
func Review(words ...string) Verdict {
	text := strings.Join(words, "\n")
	for _, f := range forbidden {
		if m := f.words.FindString(text); m != "" {
			return Verdict{Outcome: Disapproved, Policy: f.policy, Detail: "The ad says “" + m + "”."}
		}
	}
	if m := personal.FindString(text); m != "" {
		return Verdict{Outcome: Flagged, Policy: "Personal attributes", Detail: "The ad implies a personal attribute: “" + m + "”."}
	}
	if strings.Count(text, "!") > 6 || shouting(text) {
		return Verdict{Outcome: Flagged, Policy: "Grammar and profanity", Detail: "The ad uses excessive capitals or punctuation."}
	}
	return Verdict{}
}

// shouting reports whether most of a longer text is capitals.
func shouting(text string) bool {
	letters, capitals := 0, 0
	for _, r := range text {
		if unicode.IsLetter(r) {
			letters++
			if unicode.IsUpper(r) {
				capitals++
			}
		}
	}
	return letters >= 40 && capitals*10 > letters*7
}
