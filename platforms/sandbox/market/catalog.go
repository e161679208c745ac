package market

import (
	"cmp"
	"fmt"
	"io"
	"slices"

	"github.com/agente-ceo/agente-ceo/domain/listing"
	"github.com/agente-ceo/agente-ceo/domain/money"
)

// CatalogItem is one real product of a list: its listed price is what the supplier asks.
type CatalogItem struct {
	Title       string
	Price       money.Amount
	Shipping    money.Amount // zero value: not told
	RatingMilli int64        // 0 unrated
	Reviews     int64        // 0 unknown
	Sold        int64        // 0 unknown
	Category    string
	Image       string // http(s) address, may be empty
	Brand       string
}

// RowError says why a row of a catalogue was left out, or what of it could not be read. Nothing is guessed in its place.
type RowError struct {
	Row    int    // line of the file, the header being 1
	Column string // header of the cell; empty when the whole row is unreadable
	Text   string // with row and column
}

// Error makes a RowError printable as an error.
func (e RowError) Error() string { return e.Text }

// LoadCatalog reads a product list, CSV or JSON, as domain/listing does, but with rows that cannot be used left out and reported. The
// error is for files that cannot be read at all: no header, no title or price column.
func LoadCatalog(r io.Reader) ([]CatalogItem, []RowError, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, nil, fmt.Errorf("read catalogue: %w", err)
	}
	file, err := listing.Read(data, listing.Options{})
	if err != nil {
		return nil, nil, fmt.Errorf("read catalogue: %w", err)
	}
	var bad []RowError
	for _, p := range file.Problems {
		bad = append(bad, RowError{Row: p.Row, Column: p.Column, Text: p.Error()})
	}
	var items []CatalogItem
	for _, p := range file.Products {
		item, why := usable(p)
		if why != "" {
			bad = append(bad, RowError{Row: p.Row, Column: "price", Text: why})
			continue
		}
		items = append(items, item)
	}
	slices.SortStableFunc(bad, func(a, b RowError) int { return cmp.Compare(a.Row, b.Row) })
	return items, bad, nil
}

// usable makes an item of a listed product, or says why the market cannot sell it.
func usable(p listing.Product) (CatalogItem, string) {
	switch {
	case p.Price.Minor() <= 1:
		return CatalogItem{}, fmt.Sprintf("row %d: %s is a placeholder, not a price", p.Row, p.Price)
	case perUSD[p.Price.Currency()] == 0:
		return CatalogItem{}, fmt.Sprintf("row %d: currency %q is not known here", p.Row, p.Price.Currency())
	}
	item := CatalogItem{Title: p.Title, Price: p.Price, Shipping: p.Shipping, RatingMilli: p.RatingMilli, Reviews: p.Reviews, Sold: p.Sold, Category: p.Category, Brand: p.Brand}
	if len(p.Images) > 0 {
		item.Image = p.Images[0]
	}
	return item, ""
}
