package market

import (
	_ "embed"
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/money"
)

//go:embed parts/goods.txt
var goodsText string

//go:embed parts/trouble.txt
var troubleText string

//go:embed parts/words.txt
var wordsText string

// good is a kind of thing that products are made of.
type good struct {
	category, noun string
	low, high      int64 // market price in whole units of the account currency
}

var (
	goods   = readGoods(goodsText)
	trouble = readGoods(troubleText)
	words   = readWords(wordsText)
)

func readGoods(text string) []good {
	var out []good
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		f := strings.Split(line, "|")
		low, errLow := strconv.ParseInt(f[2], 10, 64)
		high, errHigh := strconv.ParseInt(f[3], 10, 64)
		if errLow != nil || errHigh != nil {
			panic("market: bad line in the embedded goods: " + line)
		}
		out = append(out, good{category: f[0], noun: f[1], low: low, high: high})
	}
	return out
}

func readWords(text string) [3][]string {
	var out [3][]string
	i := 0
	for line := range strings.Lines(text) {
		if line[0] != '#' {
			out[i] = strings.Split(strings.TrimSpace(line), "|")
			i++
		}
	}
	return out
}

// Product is one thing that can be sold: what the sources show of it, and what nobody is told.
type Product struct {
	Ref         string // supplier reference: AliExpress product id
	GoogleID    string
	ASIN        string
	Title       string
	Description string
	Category    string
	Keywords    []string
	Image       string // address of a foreign picture; empty: the sandbox draws one by Ref
	Supplier    money.Amount
	Shipping    money.Amount
	Market      money.Amount // what shops ask
	RatingMilli int64        // 0 unrated
	Reviews     int64
	Sold        int64 // a month
	Sellers     int64
	TrendPct    int
	Rank        int64 // best-seller rank in its category
	ShipDays    int
	Born        time.Time
	Listed      [4]bool // on AliExpress, Google Shopping, Amazon, TikTok

	number   int // in the order of birth
	hash     uint64
	topic    string // hashtag
	day      dayKey
	reject   bool    // made to be refused by a guardrail
	fair     int64   // market price in account minor units
	ctr, buy float64 // true rates before creative, price and season
	cpm      float64 // log factor
	quality  float64 // 0 poor .. 1 good: refunds
}

// bear makes the products of every day up to now's, at midnight of the account's zone. Each day has its own generator.
func (m *Market) bear(now time.Time) {
	for today := dayOf(now, m.loc); m.bornDay < today; {
		m.bornDay++
		r := stream(m.cfg.Seed, "day", m.bornDay.String())
		for range m.births(r) {
			m.birth(r)
		}
	}
}

// births is how many products a day brings: 24 on the first, then 8 to 12; a catalogue is spread over 30 days, at least 12 a day.
func (m *Market) births(r *rand.Rand) int {
	first := len(m.products) == 0
	if len(m.cfg.Catalog) > 0 {
		n := max(12, (len(m.cfg.Catalog)+29)/30)
		if first {
			n *= 2
		}
		return min(n, len(m.cfg.Catalog)-len(m.products))
	}
	if first {
		return 24
	}
	return 8 + r.IntN(5)
}

func (m *Market) birth(r *rand.Rand) {
	n := len(m.products)
	p := &Product{number: n, day: m.bornDay, Born: m.bornDay.start(m.loc)}
	if len(m.cfg.Catalog) > 0 {
		p.fromCatalog(n, m.cfg.Catalog[n], m.cfg.Currency)
	} else {
		p.invent(n, m.shuffle, r, m.cfg.Currency)
	}
	p.hash = hash64(m.cfg.Seed, "product", p.Ref)
	p.identify(n)
	p.fair = int64(math.Round(float64(p.Market.Minor()) * exchange(p.Market.Currency(), m.cfg.Currency)))
	p.appeal(r, m.asm)
	m.products = append(m.products, p)
	m.byRef[p.Ref] = p
	m.enter(p)
}

// invent makes a plausible product. A third look good on every visible count, so that they pass a sensible qualification; the others have
// thin margins, crowds of sellers, bad or no ratings or falling demand in some mixture, and one in eight should be refused outright.
func (p *Product) invent(n int, shuffle []int, r *rand.Rand, c money.Currency) {
	p.Ref = strconv.FormatInt(1005006000000000+int64(n)*7919+int64(r.IntN(7000)), 10)
	g := goods[shuffle[n%len(shuffle)]]
	adj, spec, aim := words[0][r.IntN(len(words[0]))], words[1][r.IntN(len(words[1]))], words[2][r.IntN(len(words[2]))]
	p.Title = fmt.Sprintf("%s %s %s %s", adj, g.noun, spec, aim)
	if r.Float64() < 0.12 {
		g = trouble[r.IntN(len(trouble))]
		p.Title, p.reject = fmt.Sprintf("%s %s", g.noun, spec), true
	}
	p.Category = g.category
	p.Keywords = append(strings.Fields(strings.ToLower(g.noun)), strings.ToLower(adj))
	p.topic = strings.ToLower(strings.ReplaceAll(g.noun, " ", ""))
	p.Description = fmt.Sprintf("%s. %s, %s. Ships in a protective box with instructions.", p.Title, strings.ToLower(adj), strings.ToLower(spec))
	ask := float64(g.low) + r.Float64()*float64(g.high-g.low)
	p.Market = wholeMinus1(ask, c)
	p.Listed = [4]bool{true, r.Float64() < 0.85, r.Float64() < 0.75, r.Float64() < 0.5}
	if r.Float64() < 0.37 {
		p.promise(ask, r, c)
		return
	}
	p.disappoint(ask, r, c)
}

// promise gives the visible figures of a product worth testing.
func (p *Product) promise(ask float64, r *rand.Rand, c money.Currency) {
	p.quality = 0.6 + 0.4*r.Float64()
	p.price(ask, 0.22+0.16*r.Float64(), 0.04*r.Float64(), c)
	p.RatingMilli = 4400 + 10*int64(r.IntN(50))
	p.Reviews = int64(150 * math.Exp(2.6*r.Float64()))
	p.Sold = int64(2500 * math.Exp(2.2*r.Float64()))
	p.Sellers = 3 + int64(r.IntN(18))
	p.TrendPct = 15 + r.IntN(95)
	p.Rank = 20 + int64(r.IntN(900))
	p.ShipDays = 7 + r.IntN(8)
}

// disappoint gives the visible figures of a product with something against it.
func (p *Product) disappoint(ask float64, r *rand.Rand, c money.Currency) {
	p.quality = 0.7 * r.Float64()
	p.price(ask, 0.38+0.4*r.Float64(), 0.14*r.Float64(), c)
	p.RatingMilli = 3100 + 10*int64(r.IntN(150))
	p.Reviews = int64(8 * math.Exp(3.5*r.Float64()))
	p.Sold = int64(60 * math.Exp(3.4*r.Float64()))
	p.Sellers = 25 + int64(r.IntN(260))
	p.TrendPct = -40 + r.IntN(65)
	p.Rank = 2000 + int64(r.IntN(90000))
	p.ShipDays = 10 + r.IntN(30)
	switch {
	case r.Float64() < 0.12: // unrated: unknown, not bad
		p.RatingMilli, p.Reviews = 0, 0
	case r.Float64() < 0.05: // a margin too good to be true
		p.price(ask, 0.01, 0, c)
	}
}

func (p *Product) price(ask, supplierShare, shippingShare float64, c money.Currency) {
	p.Supplier = minorOf(ask*supplierShare, c)
	p.Shipping = minorOf(ask*shippingShare, c)
}

// identify derives the names under which the other sources know the product.
func (p *Product) identify(n int) {
	p.GoogleID = strconv.FormatUint(1e18+p.hash%8e18, 10)
	p.ASIN = "B0" + strings.ToUpper(strconv.FormatUint(8e10+(p.hash+uint64(n))%2.6e12, 36)) // always eight digits of base 36
}

// appeal draws the hidden truth. Click and purchase rates follow Beta distributions over products; what can be seen tells a little of
// them (correlations of about 0.15 and 0.25), as in life.
func (p *Product) appeal(r *rand.Rand, a *Assumptions) {
	seen := gauss(uint64(clamp(p.quality, 0.01, 0.99) * (1 << 63) * 2))
	p.ctr = betaQuantile(normalCDF(mixed(0.15, seen, r.NormFloat64())), a.CTRA, a.CTRB)
	p.buy = betaQuantile(normalCDF(mixed(0.25, seen, r.NormFloat64())), a.BuyA, a.BuyB)
	p.cpm = 0.75 * a.CPMSpread * r.NormFloat64()
}

func mixed(rho, seen, hidden float64) float64 { return rho*seen + math.Sqrt(1-rho*rho)*hidden }

func minorOf(units float64, c money.Currency) money.Amount {
	return money.Minor(int64(math.Round(units*math.Pow10(c.Exponent()))), c)
}

// wholeMinus1 is a shop's price: 39.99.
func wholeMinus1(units float64, c money.Currency) money.Amount {
	a := minorOf(math.Ceil(units), c)
	return money.Minor(a.Minor()-1, c)
}
