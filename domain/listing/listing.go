// Package listing reads lists of products, as CSV or JSON, as shops and people write them in English and Portuguese: prices with their
// currency, counts in words, ratings. A row that cannot be read exactly is a problem that says what to do; nothing is guessed in its place.
package listing

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/agente-ceo/agente-ceo/domain/id"
	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/domain/scouting"
	"github.com/agente-ceo/agente-ceo/domain/table"
)

// Product is one row of a list. Its price is what the supplier asks.
type Product struct {
	Row         int
	Key         string // what tells it from others in its list: its reference, else its title and shop
	SupplierRef string // what the supplier knows it by; empty when the list does not say
	Title       string
	Description string
	Category    string
	Brand       string
	Price       money.Amount
	Shipping    money.Amount // zero value: not told
	RatingMilli int64        // 0 unrated
	Reviews     int64        // 0 unknown
	Sold        int64        // 0 unknown
	Images      []string     // http(s) addresses
}

// Problem is a cell that cannot be read, and what to do about it.
type Problem struct {
	Row    int    // line of a CSV file, from 1; of JSON the product, from 1
	Column string // as the file writes it; empty when the whole row is unreadable
	Value  string // as the file writes it, shortened
	Wrong  string
	Do     string // may be empty
}

// Error is the problem as one line.
func (p Problem) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "row %d", p.Row)
	if p.Column != "" {
		fmt.Fprintf(&b, ", column %q", p.Column)
	}
	if p.Value != "" {
		fmt.Fprintf(&b, ", value %q", p.Value)
	}
	b.WriteString(": " + p.Wrong)
	if p.Do != "" {
		b.WriteString("; " + p.Do)
	}
	return b.String()
}

// File is a list of products as it was read. A row is in Products or has Problems.
type File struct {
	Products []Product
	Problems []Problem
	Notes    []table.Note // about the whole file
}

// Options say how to read.
type Options struct {
	// Currency is that of prices that name none; empty: that is a problem.
	Currency money.Currency
}

// fields are what a product has, with the headers under which lists carry it, folded, the most telling first.
var fields = []struct {
	name    string
	headers []string
}{
	{"title", []string{"title", "titulo", "name", "nome", "product title", "product name", "nome do produto", "produto"}},
	{"price", []string{"final price", "sale price", "price", "preco", "preco final", "valor"}},
	{"currency", []string{"currency", "moeda", "currency code", "price currency"}},
	{"rating", []string{"rating", "avaliacao", "nota", "stars", "rating rate"}},
	{"reviews", []string{"reviews", "review count", "avaliacoes", "ratings count", "num reviews", "rating count"}},
	{"sold", []string{"number sold", "sold", "vendidos", "vendas", "sales", "orders"}},
	{"category", []string{"breadcrumb", "category", "categoria", "busca"}},
	{"images", []string{"image", "imagem", "image url", "images", "imagens", "thumbnail"}},
	{"shipping", []string{"shipping", "frete", "shipping price"}},
	{"brand", []string{"brand", "marca"}},
	{"description", []string{"description", "descricao"}},
	{"supplier", []string{"supplier ref", "supplier reference", "aliexpress id", "referencia do fornecedor"}},
	{"key", []string{"sku", "ref", "reference", "referencia", "product id", "id", "asin", "codigo", "url", "link"}},
	{"shop", []string{"shop", "loja", "store", "seller", "vendedor"}},
}

var fieldOf = func() map[string]bool {
	out := map[string]bool{}
	for _, f := range fields {
		for _, h := range f.headers {
			out[h] = true
		}
	}
	return out
}()

// Read reads a list. The error is for a file that cannot be read at all: no header, no title or price.
func Read(data []byte, opts Options) (File, error) {
	var t table.Table
	var err error
	if head := bytes.TrimLeft(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")), " \t\r\n"); len(head) > 0 && (head[0] == '[' || head[0] == '{') {
		t, err = fromJSON(head)
	} else {
		t, err = table.Read(data, func(header string) bool { return fieldOf[scouting.Fold(header)] })
	}
	if err != nil {
		return File{}, err
	}
	return read(t, opts)
}

func read(t table.Table, opts Options) (File, error) {
	at := locate(t.Header)
	for _, need := range []string{"title", "price"} {
		if _, ok := at[need]; !ok {
			return File{}, fmt.Errorf("there is no %s column among %q; call one of them %q", need, t.Header, need)
		}
	}
	r := &reader{t: t, at: at, opts: opts, prices: table.ParseNumbers(t.Column(at["price"]), false)}
	var f File
	for _, n := range t.Notes {
		if n.Row > 0 {
			f.Problems = append(f.Problems, Problem{Row: n.Row, Wrong: n.Text})
		} else {
			f.Notes = append(f.Notes, n)
		}
	}
	for i := range t.Rows {
		p, problem := r.product(i)
		if problem != nil {
			f.Problems = append(f.Problems, *problem)
			continue
		}
		f.Products = append(f.Products, p)
	}
	if len(t.Rows) == 0 && len(f.Problems) == 0 {
		return File{}, errors.New("there is no product in it")
	}
	if r.bare > 0 {
		f.Notes = append(f.Notes, table.Note{Column: t.Name(at["price"]), Text: fmt.Sprintf("%d prices name no currency and are taken as %s.", r.bare, opts.Currency)})
	}
	if r.used > 0 {
		f.Notes = append(f.Notes, table.Note{Text: fmt.Sprintf("%d products are used goods by their own words.", r.used)})
	}
	return f, nil
}

// locate finds the column of every field.
func locate(header []string) map[string]int {
	index := map[string]int{}
	for i, h := range header {
		if name := scouting.Fold(h); name != "" {
			if _, twice := index[name]; !twice {
				index[name] = i
			}
		}
	}
	at := map[string]int{}
	for _, f := range fields {
		for _, h := range f.headers {
			if i, ok := index[h]; ok {
				at[f.name] = i
				break
			}
		}
	}
	return at
}

// reader turns rows into products.
type reader struct {
	t          table.Table
	at         map[string]int
	opts       Options
	prices     table.Numbers
	bare, used int // rows whose price names no currency, and rows of used goods
}

func (r *reader) cell(i int, field string) string {
	if at, ok := r.at[field]; ok {
		return r.t.Rows[i].Cells[at]
	}
	return ""
}

// longestTitle bounds a title, in bytes.
const longestTitle = 2000

// product reads one row, or says what of it cannot be read.
func (r *reader) product(i int) (Product, *Problem) {
	p := Product{Row: r.t.Rows[i].Line}
	wrong := func(field string, err error) (Product, *Problem) {
		return p, r.problem(i, field, err)
	}
	p.Title = strings.Join(strings.Fields(r.cell(i, "title")), " ")
	if p.Title == "" || len(p.Title) > longestTitle {
		return wrong("title", advised{fmt.Errorf("a title has 1 to %d bytes, this one %d", longestTitle, len(p.Title)), "give it one, or delete the row"})
	}
	var err error
	if p.Price, err = r.price(i); err != nil {
		return wrong("price", err)
	}
	if p.RatingMilli, err = parseRating(r.cell(i, "rating")); err != nil {
		return wrong("rating", err)
	}
	if p.Reviews, err = parseCount(r.cell(i, "reviews")); err != nil {
		return wrong("reviews", err)
	}
	if p.Sold, err = parseCount(r.cell(i, "sold")); err != nil {
		return wrong("sold", err)
	}
	if p.Shipping, err = parseShipping(r.cell(i, "shipping"), p.Price.Currency()); err != nil {
		return wrong("shipping", err)
	}
	if used.MatchString(r.cell(i, "sold")) {
		r.used++
	}
	p.Category = strings.ReplaceAll(r.cell(i, "category"), "+", " ")
	p.Brand, p.Description = r.cell(i, "brand"), r.cell(i, "description")
	p.Images = pictures(r.cell(i, "images"))
	p.SupplierRef, p.Key = r.references(i, p.Title)
	return p, nil
}

var (
	used     = regexp.MustCompile(`(?i)\b(usado|used|recondicionado|refurbished)\b`)
	itemPage = regexp.MustCompile(`^https?://(?:[a-z]+\.)?aliexpress\.(?:com|us|ru)/item/(?:[^/?#]*/)?(\d{6,20})\.html`)
)

// references are what the supplier knows the product by, and what the list does. Only a column that says so, or the address of its page
// at the supplier, names a product to a supplier: a list's own number may be another product's there.
func (r *reader) references(i int, title string) (supplier, key string) {
	supplier, key = r.cell(i, "supplier"), r.cell(i, "key")
	if page := itemPage.FindStringSubmatch(key); supplier == "" && page != nil {
		supplier = page[1]
	}
	switch {
	case supplier != "":
		return supplier, supplier
	case key != "":
		return "", key
	}
	return "", scouting.Fold(title) + " / " + scouting.Fold(r.cell(i, "shop"))
}

func pictures(cell string) []string {
	var out []string
	for _, s := range strings.Fields(strings.ReplaceAll(cell, "|", " ")) {
		if strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://") {
			out = append(out, s)
		}
	}
	return out
}

// advised is an error with what to do about it.
type advised struct {
	error
	do string
}

// shown is how much of a value a problem repeats, in runes.
const shown = 60

func (r *reader) problem(i int, field string, err error) *Problem {
	p := &Problem{Row: r.t.Rows[i].Line, Value: scouting.Clean(r.cell(i, field), shown), Wrong: err.Error()}
	var a advised
	if errors.As(err, &a) {
		p.Do = a.do
	}
	if at, ok := r.at[field]; ok {
		p.Column = r.t.Name(at)
	}
	return p
}

// Unique drops rows that say the same product twice: the cheapest at the customer's door stays, the first of equals. Each of the others is a note.
func (f *File) Unique() {
	first := map[string]int{}
	var kept []Product
	for _, p := range f.Products {
		at, twice := first[p.ID()]
		if !twice {
			first[p.ID()] = len(kept)
			kept = append(kept, p)
			continue
		}
		stays, goes := kept[at], p
		if p.Price.Currency() == stays.Price.Currency() && p.Price.Add(p.Shipping).Less(stays.Price.Add(stays.Shipping)) {
			stays, goes = p, stays
			kept[at] = p
		}
		f.Notes = append(f.Notes, table.Note{Row: goes.Row, Text: fmt.Sprintf("The same product as row %d, which is kept.", stays.Row)})
	}
	f.Products = kept
}

// ID is what the product is stored under, the same whenever a list says it again. A list's own number alone could be anything, so the
// title belongs to it unless a supplier knows the product.
func (p Product) ID() string {
	if p.SupplierRef != "" {
		return id.Derive(id.Import, p.SupplierRef)
	}
	return id.Derive(id.Import, p.Key, scouting.Fold(p.Title))
}

// Offer is the product as the scout takes it.
func (p Product) Offer() scouting.Offer {
	ref := p.SupplierRef
	if ref == "" {
		ref = scouting.SourceImport + ":" + p.ID() // no supplier knows it, so none sends something else
	}
	return scouting.Offer{
		Source: scouting.SourceImport, Ref: ref, Title: p.Title, Description: p.Description, Category: p.Category, Price: p.Price, Shipping: p.Shipping, Images: p.Images,
		RatingMilli: p.RatingMilli, Reviews: p.Reviews, Sold: p.Sold, IsSupplier: true, InStock: true,
	}
}

// Imported is the product as it is put in: the same version as long as the list says the same of it.
func (p Product) Imported() scouting.Imported {
	o := p.Offer()
	version := id.Derive(id.Import, o.Ref, o.Title, o.Description, o.Category, p.Brand, o.Price.String(), o.Shipping.String(), strings.Join(o.Images, " "),
		strconv.FormatInt(o.RatingMilli, 10), strconv.FormatInt(o.Reviews, 10), strconv.FormatInt(o.Sold, 10))
	return scouting.Imported{ID: p.ID(), Version: version, Offer: o}
}
