package scouting

import (
	"slices"
	"strings"
	"unicode"
)

// noise are words that sellers add to any title; they say nothing about which product it is.
var noise = wordSet(`a an and as best com da de do dos e em for free frete gratis hot in new nova novo of official oficial on or original
	os ou para por premium promo promocao quality sale shipping the to top with envio brinde garantia lancamento
	2023 2024 2025 2026`)

func wordSet(list string) map[string]bool {
	set := make(map[string]bool)
	for w := range strings.FieldsSeq(list) {
		set[w] = true
	}
	return set
}

// titleWords are the words that identify a product: folded, without noise, sorted and unique; empty when nothing has a letter.
func titleWords(title string) []string {
	all := Words(title)
	words := make([]string, 0, len(all))
	for _, w := range all {
		if !noise[w] {
			words = append(words, w)
		}
	}
	if len(words) == 0 {
		words = all
	}
	if !strings.ContainsFunc(strings.Join(words, ""), unicode.IsLetter) {
		return nil
	}
	slices.Sort(words)
	return slices.Compact(words)
}

// titleKey is the same for every spelling and order of the same words.
func titleKey(words []string) string { return "title:" + strings.Join(words, " ") }

// similarity of two sorted word lists in per cent: shared words over all words. Models and sizes decide alone: when both titles have
// words with digits and these differ ("iphone 13", "iphone 14"), they are different products, similarity 0.
func similarity(a, b []string) int {
	shared, i, j := 0, 0, 0
	var onlyA, onlyB bool // a word with a digit that the other has not
	for i < len(a) || j < len(b) {
		switch {
		case j == len(b) || (i < len(a) && a[i] < b[j]):
			onlyA = onlyA || hasDigit(a[i])
			i++
		case i == len(a) || b[j] < a[i]:
			onlyB = onlyB || hasDigit(b[j])
			j++
		default:
			shared, i, j = shared+1, i+1, j+1
		}
	}
	if onlyA && onlyB {
		return 0
	}
	return 100 * shared / (len(a) + len(b) - shared)
}

func hasDigit(w string) bool { return strings.ContainsFunc(w, unicode.IsDigit) }

// group is the offers of one product. Its words are those of its first offer.
type group struct {
	words     []string
	suppliers []checked
	shops     []checked
	topics    []checked
}

// sameProduct is the similarity from which a shop's offer joins a group, in per cent.
const sameProduct = 60

// groups puts offers of one product together. Suppliers come first and join only under the same words, because a supplier's id is an
// identity; a shop's offer joins the group that it resembles most.
func groups(offers []checked) []*group {
	slices.SortStableFunc(offers, func(a, b checked) int {
		if a.IsSupplier != b.IsSupplier {
			if a.IsSupplier {
				return -1
			}
			return 1
		}
		if c := strings.Compare(a.Source, b.Source); c != 0 {
			return c
		}
		if c := strings.Compare(a.Ref, b.Ref); c != 0 {
			return c
		}
		return strings.Compare(a.Title, b.Title)
	})
	var found []*group
	byKey := make(map[string]*group)
	byWord := make(map[string][]int) // positions in found, ascending
	for _, o := range offers {
		key := titleKey(o.words)
		g := byKey[key]
		if g == nil && !o.IsSupplier {
			g = nearest(found, byWord, o.words)
		}
		if g == nil {
			g = &group{words: o.words}
			for _, w := range o.words {
				byWord[w] = append(byWord[w], len(found))
			}
			found = append(found, g)
			byKey[key] = g
		}
		if o.IsSupplier {
			g.suppliers = append(g.suppliers, o)
		} else {
			g.shops = append(g.shops, o)
		}
	}
	return found
}

// isTopic reports an offer that names a kind of thing rather than a product: a hashtag, one word, with no price.
func isTopic(o checked) bool {
	return !o.IsSupplier && o.Price.IsZero() && len(o.words) == 1 && len(o.words[0]) >= shortestTopic
}

const (
	shortestTopic = 5 // letters: shorter hashtags say nothing
	longestTopic  = 4 // words that a hashtag runs together
)

// addTopics gives each group the topics whose word runs its title's words together: "#portableblender" is about every portable
// blender. A topic tells of the trend alone: views of videos are no demand for one product, and say nothing of its price.
func addTopics(found []*group, topics []checked) {
	byWord := make(map[string][]checked)
	for _, t := range topics {
		byWord[t.words[0]] = append(byWord[t.words[0]], t)
	}
	for _, g := range found {
		for _, word := range runTogether(g.suppliers) {
			g.topics = append(g.topics, byWord[word]...)
		}
	}
}

// runTogether are all runs of neighbouring words in the titles, each as one word, sorted and unique.
func runTogether(offers []checked) []string {
	var runs []string
	for _, o := range offers {
		words := Words(o.Title)
		for i := range words {
			for n := 1; n <= longestTopic && i+n <= len(words); n++ {
				runs = append(runs, strings.Join(words[i:i+n], ""))
			}
		}
	}
	slices.Sort(runs)
	return slices.Compact(runs)
}

// nearest looks only at groups that share the rarer words, so that a large catalogue stays far from comparing all with all.
func nearest(found []*group, byWord map[string][]int, words []string) *group {
	rarest := slices.Clone(words)
	slices.SortStableFunc(rarest, func(a, b string) int { return len(byWord[a]) - len(byWord[b]) })
	// Two titles that share 60 % of all words share one of any 41 % of the words of either.
	looked := make(map[int]bool)
	best, at := sameProduct-1, -1
	for _, w := range rarest[:len(rarest)*41/100+1] {
		for _, i := range byWord[w] {
			if looked[i] {
				continue
			}
			looked[i] = true
			if s := similarity(words, found[i].words); s > best || (s == best && at > i) {
				best, at = s, i
			}
		}
	}
	if at < 0 {
		return nil
	}
	return found[at]
}
