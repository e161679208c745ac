package market

import (
	"math"
	"math/rand/v2"
	"strconv"
	"strings"

	"github.com/agente-ceo/agente-ceo/domain/money"
)

// perUSD are the sandbox's own rates, fixed for ever: units for one US dollar. The model needs them to compare prices; the sources
// always show a product's own currency.
var perUSD = map[money.Currency]float64{
	"USD": 1, "BRL": 5.35, "MYR": 4.2, "IDR": 16500, "PHP": 58, "SGD": 1.31, "THB": 33, "EUR": 0.87, "GBP": 0.76, "MXN": 18.4,
	"AUD": 1.53, "CAD": 1.4, "INR": 88, "VND": 26000, "JPY": 155, "ARS": 1450, "CLP": 940, "COP": 3800,
}

// exchange is what one minor unit of a currency is worth in minor units of another.
func exchange(from, to money.Currency) float64 {
	if from == to {
		return 1
	}
	return perUSD[to] / perUSD[from] * math.Pow10(to.Exponent()-from.Exponent())
}

// Convert gives an amount in another currency at the sandbox's fixed rates, rounded half up; unknown currencies stay as they are.
func Convert(a money.Amount, to money.Currency) money.Amount {
	from := a.Currency()
	if from == to || perUSD[from] == 0 || perUSD[to] == 0 {
		return a
	}
	return money.Minor(int64(math.Round(float64(a.Minor())*exchange(from, to))), to)
}

// fromCatalog makes a product of a listed item. Its listed price is the supplier's; shops ask for about 2.9 times that for a thing of 10
// dollars, 2.2 at 60 and 1.45 at 500, give or take 12 % (an assumption: cheap goods carry the larger mark-up), in the same currency. Sellers,
// trend, rank and shipping time are not in such lists and are drawn by the title.
func (p *Product) fromCatalog(n int, item CatalogItem, account money.Currency) {
	h := hash64(0, "catalog", item.Title)
	r := rand.New(rand.NewPCG(h, uint64(n)))
	p.Ref = strconv.FormatInt(1005007000000000+int64(n)*7919+int64(h%7000), 10)
	p.Title, p.Description, p.Category, p.Image = item.Title, item.Title, item.Category, item.Image
	p.Keywords = keywordsOf(item)
	p.topic = topicOf(p.Title)
	p.Supplier = item.Price
	p.Shipping = item.Shipping.Add(money.Zero(item.Price.Currency()))
	dollars := float64(item.Price.Minor()) * exchange(item.Price.Currency(), "USD") / 100
	markup := (1.25 + 1.9/(1+dollars/60)) * (0.88 + 0.24*r.Float64())
	p.Market = item.Price.MulRatio(int64(markup*1000), 1000, money.Up)
	p.RatingMilli, p.Reviews, p.Sold = item.RatingMilli, item.Reviews, item.Sold
	p.quality = 0.4
	if item.RatingMilli > 0 {
		p.quality = clamp(float64(item.RatingMilli-3500)/1500, 0, 1)
	}
	p.Sellers = 4 + int64(120*r.Float64()*r.Float64())
	p.TrendPct = -20 + r.IntN(100)
	p.Rank = 50 + int64(20000*r.Float64()*r.Float64())
	p.ShipDays = 7 + r.IntN(20)
	p.Listed = [4]bool{true, r.Float64() < 0.85, r.Float64() < 0.75, r.Float64() < 0.5}
}

// topicOf runs the first two longer neighbours of a title together, as hashtags do.
func topicOf(title string) string {
	words := tokens(title)
	for i := 1; i < len(words); i++ {
		if len(words[i-1]) > 3 && len(words[i]) > 3 {
			return words[i-1] + words[i]
		}
	}
	return strings.Join(words[:min(2, len(words))], "")
}

// keywordsOf takes the first four telling words of a title, and its brand.
func keywordsOf(item CatalogItem) []string {
	var out []string
	for _, w := range tokens(item.Title) {
		if len(w) > 3 && len(out) < 4 {
			out = append(out, w)
		}
	}
	return append(out, tokens(item.Brand)...)
}
