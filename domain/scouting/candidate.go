package scouting

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/id"
	"github.com/agente-ceo/agente-ceo/domain/money"
)

// Candidate is one product merged over the sources, in the account's currency.
type Candidate struct {
	ProductID     string
	Title         string
	Description   string
	Category      string
	Sources       []string // sorted
	SupplierRef   string
	SupplierPrice money.Amount
	ShippingPrice money.Amount
	MarketPrice   money.Amount
	MarketAssumed bool // no other shop was seen: the market price is the supplier's landed price times the configured mark-up
	Images        []string
	RatingMilli   int64 // 0 with Reviews 0 means unknown
	Reviews       int64
	Keywords      []string
	Demand        int // 0..100
	Competition   int // 0..100, higher is more crowded; 50 when unknown
	TrendPct      int
	ShipDays      int // 0 unknown
	SeenAt        time.Time
}

// Landed is what one unit costs us at the customer's door, before the payment fee.
func (c Candidate) Landed() money.Amount { return c.SupplierPrice.Add(c.ShippingPrice) }

// Known maps what identified products in earlier runs ("ref:" and "title:" keys) to their product ids. Merge reads it and returns
// what it learned in Result.Keys.
type Known map[string]string

// Count is how often something was left out.
type Count struct {
	Reason string
	N      int
}

// Result is what a run makes of its offers.
type Result struct {
	Offers     int         // looked at
	Candidates []Candidate // sorted by product id
	New        int         // candidates that no earlier run knew
	Dropped    []Count     // offers and products left out, sorted by reason
	Keys       []Key       // what identifies each candidate, sorted
}

// Key is one thing that identifies a product: a supplier's reference or the words of its title.
type Key struct{ Key, ProductID string }

// Merge finds the candidates in the offers of all sources.
func Merge(offers []Offer, known Known, rules Rules, now time.Time) Result {
	dropped := make(map[string]int)
	if len(offers) > rules.MaxOffers {
		dropped[DropOverLimit] = len(offers) - rules.MaxOffers
		offers = offers[:rules.MaxOffers]
	}
	var good, topics []checked
	for _, o := range offers {
		switch ok, why := rules.check(o); {
		case why != "":
			dropped[why]++
		case isTopic(ok):
			topics = append(topics, ok)
		default:
			good = append(good, ok)
		}
	}
	found := groups(good)
	addTopics(found, topics)
	result := Result{Offers: len(offers)}
	seen := make(map[string]bool)
	for _, g := range found {
		supplier, why := rules.pickSupplier(g.suppliers)
		if why != "" {
			dropped[why]++
			continue
		}
		productID, isNew := g.identify(known)
		if seen[productID] {
			continue // two groups that an earlier run knew as one: the first, in source order, speaks for it
		}
		seen[productID] = true
		if isNew {
			result.New++
		}
		result.Candidates = append(result.Candidates, rules.candidate(productID, g, supplier, now))
		for _, key := range g.keys() {
			result.Keys = append(result.Keys, Key{Key: key, ProductID: productID})
		}
	}
	slices.SortFunc(result.Candidates, func(a, b Candidate) int { return strings.Compare(a.ProductID, b.ProductID) })
	slices.SortFunc(result.Keys, func(a, b Key) int {
		return cmp.Or(strings.Compare(a.Key, b.Key), strings.Compare(a.ProductID, b.ProductID))
	})
	result.Dropped = counts(dropped)
	return result
}

func counts(byReason map[string]int) []Count {
	list := make([]Count, 0, len(byReason))
	for reason, n := range byReason {
		list = append(list, Count{Reason: reason, N: n})
	}
	slices.SortFunc(list, func(a, b Count) int { return strings.Compare(a.Reason, b.Reason) })
	return list
}

// pickSupplier takes, of those who have it, the cheapest at the customer's door who delivers in time, else the cheapest; or says why
// there is none. That nobody delivers in time is for the qualification to refuse, with its reason.
func (r Rules) pickSupplier(suppliers []checked) (checked, string) {
	why := DropNoSupplier
	var best *checked
	for i := range suppliers {
		s := &suppliers[i]
		if !s.InStock {
			why = DropOutOfStock
			continue
		}
		if best == nil || r.preferred(s, best) {
			best = s
		}
	}
	if best == nil {
		return checked{}, why
	}
	return *best, ""
}

func (r Rules) preferred(s, over *checked) bool {
	if late, overLate := s.ShipDays > r.MaxShipDays, over.ShipDays > r.MaxShipDays; late != overLate {
		return overLate
	}
	return s.landed().Less(over.landed())
}

func (c checked) landed() money.Amount { return c.Price.Add(c.Shipping) }

// keys identify the group's product, suppliers' references first.
func (g *group) keys() []string {
	keys := make([]string, 0, len(g.suppliers)+1)
	for _, s := range g.suppliers {
		keys = append(keys, "ref:"+s.Source+":"+s.Ref)
	}
	return append(keys, titleKey(g.words))
}

// identify gives the product's id: the one that an earlier run gave it, else one derived from the first supplier's reference.
func (g *group) identify(known Known) (productID string, isNew bool) {
	keys := g.keys()
	for _, key := range keys {
		if productID, ok := known[key]; ok {
			return productID, false
		}
	}
	return id.Derive(id.Product, keys[0]), true
}

func (r Rules) candidate(productID string, g *group, supplier checked, now time.Time) Candidate {
	all := slices.Concat(g.suppliers, g.shops)
	c := Candidate{
		ProductID: productID, Title: supplier.Title, Description: supplier.Description, Category: supplier.Category,
		SupplierRef: supplier.Ref, SupplierPrice: supplier.Price, ShippingPrice: supplier.Shipping,
		ShipDays: supplier.ShipDays, SeenAt: now,
		Sources: sources(append(all, g.topics...)), Images: images(supplier, all), Keywords: keywords(all, g.words),
		Demand: demand(all), Competition: competition(all), TrendPct: trend(append(all, g.topics...)),
	}
	c.MarketPrice, c.MarketAssumed = r.marketPrice(g.shops, supplier)
	c.RatingMilli, c.Reviews = rating(all)
	for _, o := range all {
		if len(o.Description) > len(c.Description) {
			c.Description = o.Description
		}
		if c.Category == "" {
			c.Category = o.Category
		}
	}
	return c
}

// marketPrice is the median of what other shops ask at the customer's door; where none was seen, the supplier's landed price times
// the mark-up, and assumed.
func (r Rules) marketPrice(shops []checked, supplier checked) (price money.Amount, assumed bool) {
	var asked []money.Amount
	for _, s := range shops {
		if s.Price.Positive() {
			asked = append(asked, s.landed())
		}
	}
	if len(asked) == 0 {
		return supplier.landed().MulRatio(int64(r.MarkUpPct), 100, money.Down), true
	}
	slices.SortFunc(asked, money.Amount.Cmp)
	middle := len(asked) / 2
	if len(asked)%2 == 1 {
		return asked[middle], false
	}
	return asked[middle-1].Add(asked[middle]).MulRatio(1, 2, money.Down), false
}

func sources(all []checked) []string {
	var names []string
	for _, o := range all {
		names = append(names, o.Source)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func images(supplier checked, all []checked) []string {
	var urls []string
	for _, o := range append([]checked{supplier}, all...) {
		for _, u := range o.Images {
			if len(urls) < maxImages && !slices.Contains(urls, u) {
				urls = append(urls, u)
			}
		}
	}
	return urls
}

// keywords are those that the sources name, folded, in source order; the title's words where they name none.
func keywords(all []checked, titleWords []string) []string {
	var words []string
	add := func(w string) {
		if w != "" && len(words) < maxKeywords && !slices.Contains(words, w) {
			words = append(words, w)
		}
	}
	for _, o := range all {
		for _, k := range o.Keywords {
			add(Fold(Clean(k, keywordLimit)))
		}
	}
	if len(words) == 0 {
		for _, w := range titleWords {
			add(w)
		}
	}
	return words
}
