package catalog

import (
	_ "embed" // the lists are part of the binary
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/agente-ceo/agente-ceo/domain/scouting"
)

//go:embed policy.txt
var policyText string

//go:embed trademarks.txt
var trademarkText string

//go:embed profanity.txt
var profanityText string

// lexicon finds phrases on whole words, accents folded, singular and plural alike.
type lexicon struct {
	byFirst  map[string][]phrase // by the first word
	harmless map[string][]phrase
}

type phrase struct {
	words []string
	label string // as the list writes it
	rule  rule
}

// rule is what a phrase stands for: a policy's or a brand's name, and what the marketer is told.
type rule struct{ name, reason string }

// match is a phrase found at a word position.
type match struct {
	phrase
	at int
}

func newLexicon() *lexicon {
	return &lexicon{byFirst: make(map[string][]phrase), harmless: make(map[string][]phrase)}
}

func (l *lexicon) add(label string, r rule) { put(l.byFirst, label, r) }

func (l *lexicon) except(label string) { put(l.harmless, label, rule{}) }

func put(into map[string][]phrase, label string, r rule) {
	words := stems(label)
	if len(words) > 0 {
		into[words[0]] = append(into[words[0]], phrase{words: words, label: label, rule: r})
	}
}

// find returns what stands in the text, in order, leaving out what lies within a harmless phrase.
func (l *lexicon) find(words []string) []match {
	covered := make([]bool, len(words))
	for _, m := range scan(l.harmless, words) {
		for i := range m.words {
			covered[m.at+i] = true
		}
	}
	var found []match
	for _, m := range scan(l.byFirst, words) {
		if !covered[m.at] {
			found = append(found, m)
		}
	}
	return found
}

func scan(byFirst map[string][]phrase, words []string) []match {
	var found []match
	for at, w := range words {
		for _, p := range byFirst[w] {
			if startsWith(words[at:], p.words) {
				found = append(found, match{phrase: p, at: at})
			}
		}
	}
	return found
}

func startsWith(words, prefix []string) bool {
	if len(words) < len(prefix) {
		return false
	}
	for i, w := range prefix {
		if words[i] != w {
			return false
		}
	}
	return true
}

// stems are a text's folded words without the plural s, in lists and texts alike.
func stems(s string) []string {
	words := scouting.Words(s)
	for i, w := range words {
		if len(w) > 3 && strings.HasSuffix(w, "s") && !strings.HasSuffix(w, "ss") {
			words[i] = strings.TrimSuffix(w, "s")
		}
	}
	return words
}

// readRules reads "[name] reason", phrases and "! harmless phrase" lines.
func readRules(into *lexicon, text string) error {
	var current rule
	for n, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
		case strings.HasPrefix(line, "["):
			name, reason, ok := strings.Cut(line[1:], "]")
			if !ok || strings.TrimSpace(reason) == "" {
				return fmt.Errorf("line %d: want [name] reason, have %q", n+1, line)
			}
			current = rule{name: name, reason: strings.TrimSpace(reason)}
		case current.name == "":
			return fmt.Errorf("line %d: %q stands before any [name]", n+1, line)
		case strings.HasPrefix(line, "!"):
			into.except(strings.TrimSpace(line[1:]))
		default:
			into.add(line, current)
		}
	}
	return nil
}

// readBrands reads "Brand: phrase, phrase" lines.
func readBrands(into *lexicon, text string) error {
	for n, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		brand, names, ok := strings.Cut(line, ":")
		if !ok {
			return fmt.Errorf("line %d: want Brand: phrase, phrase; have %q", n+1, line)
		}
		for name := range strings.SplitSeq(names, ",") {
			into.add(strings.TrimSpace(name), brandRule(brand))
		}
	}
	return nil
}

func brandRule(brand string) rule {
	return rule{name: brand, reason: "The title names the trademark " + brand + ", which we have no right to advertise."}
}

// lists are those of the binary.
type lists struct{ policy, brands *lexicon }

// builtIn reads the lists once. They are part of the program: that they can be read is tested, so a failure is a bug.
var builtIn = sync.OnceValue(func() lists {
	l := lists{policy: newLexicon(), brands: newLexicon()}
	err := errors.Join(readRules(l.policy, policyText), readRules(l.policy, profanityText), readBrands(l.brands, trademarkText))
	if err != nil {
		panic("catalog: read built-in lists: " + err.Error())
	}
	return l
})
