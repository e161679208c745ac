package market

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"github.com/agente-ceo/agente-ceo/domain/money"
)

// symbols are the signs that name one currency. A bare $ is taken as US dollars; ¥ and kr could be several and are refused.
var symbols = map[string]money.Currency{
	"R$": "BRL", "US$": "USD", "$": "USD", "RM": "MYR", "RP": "IDR", "₱": "PHP", "S$": "SGD", "฿": "THB", "€": "EUR", "£": "GBP",
	"MX$": "MXN", "A$": "AUD", "C$": "CAD", "₹": "INR", "₫": "VND",
}

// commaDecimals are currencies of places that write 1.234,56.
var commaDecimals = map[money.Currency]bool{"BRL": true, "EUR": true, "IDR": true, "VND": true, "ARS": true, "CLP": true, "COP": true}

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

// ParsePrice reads a price as shops print it, with its currency in the text, in the column beside it, or in both alike. One that can be
// read two ways is an error.
func ParsePrice(text, column string) (money.Amount, error) {
	sign, number := splitPrice(text)
	currency, err := currencyOf(sign, column)
	if err != nil {
		return money.Amount{}, fmt.Errorf("price %q: %w", text, err)
	}
	decimal, err := plainDecimal(unscientific(number, currency.Exponent()), commaDecimals[currency])
	if err != nil {
		return money.Amount{}, fmt.Errorf("price %q: %w", text, err)
	}
	amount, err := money.Parse(decimal, currency)
	if err != nil {
		return money.Amount{}, fmt.Errorf("price %q: %w", text, err)
	}
	return amount, nil
}

// splitPrice parts "R$ 1.234,56" into its sign and its number; a second number (a range) stays in the sign, which is then unknown.
func splitPrice(text string) (sign, number string) {
	text = strings.TrimSpace(strings.ReplaceAll(text, " ", " "))
	from := strings.IndexFunc(text, unicode.IsDigit)
	if from < 0 {
		return text, ""
	}
	to := strings.LastIndexFunc(text, unicode.IsDigit) + 1
	return strings.TrimSpace(text[:from]) + strings.TrimSpace(text[to:]), text[from:to]
}

func currencyOf(sign, column string) (money.Currency, error) {
	named := money.Currency(strings.ToUpper(strings.TrimSpace(column)))
	signed := money.Currency("")
	if sign != "" {
		upper := strings.ToUpper(sign)
		if c, ok := symbols[upper]; ok {
			signed = c
		} else {
			signed = money.Currency(upper)
		}
	}
	currency := named
	switch {
	case named == "" && signed == "":
		return "", fmt.Errorf("no currency in the text nor in a currency column")
	case named == "":
		currency = signed
	case signed != "" && signed != named && sign != "$": // a bare $ is many countries' own
		return "", fmt.Errorf("the text says %s, the currency column says %s", signed, named)
	}
	if _, ok := perUSD[currency]; !ok {
		return "", fmt.Errorf("currency %q is not known here", currency)
	}
	return currency, nil
}

var grouped = regexp.MustCompile(`^\d{1,3}([.,]\d{3})+$`)

// plainDecimal turns a number with separators into digits and one point. The last of two different separators is the decimal one; a
// single one before exactly three digits is read as the currency's country writes it.
func plainDecimal(s string, comma bool) (string, error) {
	dots, commas := strings.Count(s, "."), strings.Count(s, ",")
	point, group := ".", ","
	switch {
	case s == "" || strings.Trim(s, "0123456789.,") != "":
		return "", fmt.Errorf("%q is not a number", s)
	case dots > 0 && commas > 0:
		if strings.LastIndex(s, ",") > strings.LastIndex(s, ".") {
			point, group = ",", "."
		}
	case dots+commas == 0:
		return s, nil
	case grouped.MatchString(s):
		ours := (comma && dots > 0) || (!comma && commas > 0)
		if dots+commas == 1 && !ours {
			return "", fmt.Errorf("%q can be thousands or decimals", s)
		}
		return strings.NewReplacer(".", "", ",", "").Replace(s), nil
	case commas > 0:
		point, group = ",", "."
	}
	whole, fraction, _ := strings.Cut(s, point)
	if strings.Contains(fraction, point) || strings.Contains(fraction, group) || fraction == "" {
		return "", fmt.Errorf("%q is not a number", s)
	}
	if strings.Contains(whole, group) && !regexp.MustCompile(`^\d{1,3}(`+regexp.QuoteMeta(group)+`\d{3})+$`).MatchString(whole) {
		return "", fmt.Errorf("%q groups its digits oddly", s)
	}
	return strings.ReplaceAll(whole, group, "") + "." + fraction, nil
}

var scientific = regexp.MustCompile(`^\d(\.\d+)?[eE][+-]\d{1,2}$`)

// unscientific writes 2.794000000000000e+01, as data frames export numbers, as 27.94. Such text is a binary fraction: what is within its
// precision of an amount in the currency (6.906999999999999e+01 of 69.07) is that amount. Anything else stays.
func unscientific(s string, decimals int) string {
	if !scientific.MatchString(s) {
		return s
	}
	n, ok := new(big.Rat).SetString(s)
	if !ok {
		return s
	}
	near := n.FloatString(decimals)
	rounded, _ := new(big.Rat).SetString(near)
	off := new(big.Rat).Sub(rounded, n)
	if off.Abs(off).Cmp(new(big.Rat).Mul(n, big.NewRat(1, 1e13))) > 0 {
		return s
	}
	return near
}

func parseRating(s string) (int64, error) {
	if s == "" {
		return 0, nil
	}
	v, err := strconv.ParseFloat(strings.ReplaceAll(s, ",", "."), 64)
	if err != nil || v < 0 || v > 5 {
		return 0, fmt.Errorf("rating %q: want 0 (unrated) to 5", s)
	}
	return int64(math.Round(v * 1000)), nil
}

var countPattern = regexp.MustCompile(`^(\d{1,3}(?:[.,]\d{3})+|\d+)\s*\+?\s*(?:vendidos?|vendido\(s\)|sold|orders|avalia\S*|reviews?)?$`)

// parseCount reads 35210, 1.234, 600+ or "35210 vendido(s)"; an empty cell is unknown, 0.
func parseCount(s string) (int64, error) {
	if s == "" {
		return 0, nil
	}
	m := countPattern.FindStringSubmatch(strings.ToLower(s))
	if m == nil {
		return 0, fmt.Errorf("count %q: want a whole number", s)
	}
	return strconv.ParseInt(strings.NewReplacer(".", "", ",", "").Replace(m[1]), 10, 64)
}

// parseShipping reads "Frete grátis", "+ envio: R$ 13,71" or a plain price; an empty cell is not told.
func parseShipping(s string, c money.Currency) (money.Amount, error) {
	low := strings.ToLower(s)
	switch {
	case s == "":
		return money.Amount{}, nil
	case strings.Contains(low, "grátis") || strings.Contains(low, "gratis") || strings.Contains(low, "free"):
		return money.Zero(c), nil
	}
	if _, after, ok := strings.Cut(s, ":"); ok {
		s = after
	}
	a, err := ParsePrice(s, string(c))
	if err != nil {
		return money.Amount{}, fmt.Errorf("shipping: %w", err)
	}
	return a, nil
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
