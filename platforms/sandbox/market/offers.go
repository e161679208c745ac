package market

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/agente-ceo/agente-ceo/domain/money"
)

// Source is a place where products are found; its value is the index of Product.Listed.
type Source int

// The sources.
const (
	AliExpress Source = iota
	GoogleShopping
	Amazon
	TikTokTrends
)

// risingDays is how long a product counts as new, shown to those who ask for nothing in particular.
const risingDays = 4

// tokens are the lower-case words of a text.
func tokens(s string) []string {
	return strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// popular are words that ask for what sells instead of naming it.
var popular = []string{"best", "bestseller", "bestsellers", "hot", "items", "new", "popular", "products", "rising", "sellers", "selling", "top", "trending"}

// Search finds products on a source at now: those that match most of the keywords first, newer before older; what is rising without
// keywords, or with such as "best sellers" that name nothing. The answer holds at most limit products from offset on, and how many there are.
func (m *Market) Search(now time.Time, s Source, keywords string, offset, limit int) ([]Product, int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.advance(now)
	asked := tokens(keywords)
	var found []*Product
	if slices.ContainsFunc(asked, func(word string) bool { return !slices.Contains(popular, word) }) {
		found = m.matching(s, asked)
	} else {
		found = m.rising(s, dayOf(now, m.loc))
	}
	total := len(found)
	offset = min(max(offset, 0), total)
	page := found[offset:min(total, offset+max(limit, 0))]
	out := make([]Product, len(page))
	for i, p := range page {
		out[i] = *p
	}
	return out, total
}

// matching ranks by words in common; at least half of the asked words must be there. Newer products come first among equals.
func (m *Market) matching(s Source, asked []string) []*Product {
	score := map[*Product]int{}
	var found []*Product
	for i, word := range asked {
		if slices.Contains(asked[:i], word) {
			continue
		}
		for _, p := range m.index[word] {
			if !p.Listed[s] {
				continue
			}
			if score[p]++; score[p] == 1 {
				found = append(found, p)
			}
		}
	}
	found = slices.DeleteFunc(found, func(p *Product) bool { return 2*score[p] < len(asked) })
	slices.SortFunc(found, func(a, b *Product) int { return cmp.Or(score[b]-score[a], b.number-a.number) })
	return found
}

// enter puts a product into the index of words.
func (m *Market) enter(p *Product) {
	words := append(tokens(p.Title), tokens(p.Category)...)
	words = append(append(words, p.Keywords...), p.topic)
	slices.Sort(words)
	for _, w := range slices.Compact(words) {
		m.index[w] = append(m.index[w], p)
	}
}

func (m *Market) rising(s Source, today dayKey) []*Product {
	var found []*Product
	for i := len(m.products) - 1; i >= 0; i-- {
		p := m.products[i]
		if p.day+risingDays <= today {
			break
		}
		if p.Listed[s] {
			found = append(found, p)
		}
	}
	return found
}

// Product is what the supplier's catalogue has under a reference.
func (m *Market) Product(now time.Time, ref string) (Product, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.advance(now)
	p, ok := m.byRef[ref]
	if !ok {
		return Product{}, false
	}
	return *p, true
}

// TitleOn is the product's title as a source words it: the same thing, rarely the same string.
func (p Product) TitleOn(s Source) string {
	h := hashN(p.hash, int64(s)+100)
	switch s {
	case AliExpress:
		return []string{"2026 New ", "Hot Sale ", "", ""}[h%4] + p.Title
	case GoogleShopping:
		return p.Title + []string{"", " - Black", " (Upgraded)", ""}[h%4]
	case Amazon:
		return []string{"Homevia ", "", "Lumora ", ""}[h%4] + p.Title + []string{", Gift Idea", ""}[h>>8%2]
	}
	return "#" + p.topic
}

// Merchant is one shop that sells a product, as a price comparison shows it.
type Merchant struct {
	Name  string
	Price money.Amount
}

var merchantNames = []string{"Casa Viva", "UrbanNest", "ShopHaven", "Loja Prática", "BrightBuy", "NorthPeak Goods", "Mundo Casa", "DailyFinds", "Oferta Já", "TrendCart", "BlueDoor", "Central Shop"}

// Merchants are the shops that sell the product, at most limit of them, around the market price.
func (p Product) Merchants(limit int) []Merchant {
	n := int(min(p.Sellers, int64(limit)))
	out := make([]Merchant, 0, n)
	for i := range n {
		h := hashN(p.hash, int64(i)+500)
		price := p.Market.MulRatio(930+int64(h%141), 1000, money.HalfUp)
		name := merchantNames[(h>>16)%uint64(len(merchantNames))]
		if i >= len(merchantNames) {
			name += " " + strconv.Itoa(i)
		}
		out = append(out, Merchant{Name: name, Price: price})
	}
	return out
}

// Supply is what the supplier says of a product at one moment.
type Supply struct {
	InStock bool
	Units   int64
	Price   money.Amount
}

// SupplyAt tells a product's stock and price at now. In any week one product in 25 is sold out for two to five days; every ten days or so
// one in four changes its price, by up to 12 %.
func (p Product) SupplyAt(now time.Time) Supply {
	days := int64(now.Sub(p.Born) / (24 * time.Hour))
	h := hashN(p.hash, 9000+days/7)
	from, length := int64(h>>8%5), int64(2+h>>16%4)
	in := days%7 - from
	out := unit(h) < 0.04 && in >= 0 && in < length && days > 1
	factor := 1.0
	for block := int64(1); block <= days/10; block++ {
		if g := hashN(p.hash, 9500+block); g%4 == 0 {
			factor *= 0.94 + 0.18*unit(finish(g))
		}
	}
	s := Supply{InStock: !out, Price: p.Supplier.MulRatio(int64(math.Round(factor*1000)), 1000, money.HalfUp)}
	if s.InStock {
		s.Units = 40 + int64(h%2000)
	}
	return s
}

// Hashtag is a rising topic of the short-video platform: a word, not a product.
type Hashtag struct {
	ID       string
	Name     string // without #
	Category string // the platform's key, such as PETS
	Posts    int64
	Views    int64
	TrendPct int
	Rank     int // 1 is the first
}

// hashtagCategories maps the first part of a product's category to the platform's key.
var hashtagCategories = map[string]string{
	"Home & Kitchen": "HOME_AND_GARDEN", "Pet Supplies": "PETS", "Beauty & Personal Care": "BEAUTY_AND_PERSONAL_CARE", "Sports & Outdoors": "SPORTS_AND_OUTDOOR",
	"Automotive": "VEHICLE_AND_TRANSPORTATION", "Electronics": "GADGETS_AND_INNOVATION", "Baby & Kids": "BABY_KIDS_AND_MATERNITY", "Office": "PRODUCTIVITY_AND_EFFICIENCY",
	"Garden": "HOME_AND_GARDEN", "Travel": "GENERAL_TRAVEL", "Fashion": "APPAREL_AND_ACCESSORIES", "Health & Wellness": "HEALTH_AND_WELLNESS", "Hobbies": "CRAFTING_AND_CREATIONS",
}

// TrendingHashtags lists what rises in a country, strongest first. It is the only official trend feed there is, and names topics only.
func (m *Market) TrendingHashtags(now time.Time, country string) []Hashtag {
	found, _ := m.Search(now, TikTokTrends, "", 0, 200)
	slices.SortStableFunc(found, func(a, b Product) int { return b.TrendPct - a.TrendPct })
	out := make([]Hashtag, 0, len(found))
	for i, p := range found {
		h := hashN(p.hash, int64(hash64(0, country)>>1))
		first, _, _ := strings.Cut(p.Category, " > ")
		category := cmp.Or(hashtagCategories[first], "MISCELLANEOUS_PERFORMANCES")
		views := p.Sold*40 + int64(h%50000)
		out = append(out, Hashtag{
			ID: strconv.FormatUint(7e18+p.hash%1e18, 10), Name: strings.TrimPrefix(p.TitleOn(TikTokTrends), "#"), Category: category,
			Posts: views / 180, Views: views, TrendPct: p.TrendPct, Rank: i + 1,
		})
	}
	return out
}
