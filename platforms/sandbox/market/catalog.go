package market

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"

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
	Text   string
}

// Error makes a RowError printable as an error.
func (e RowError) Error() string { return fmt.Sprintf("row %d, %s: %s", e.Row, e.Column, e.Text) }

// column is a field of CatalogItem with the headers under which files carry it, the most telling first.
var columns = []struct {
	field   string
	headers []string
}{
	{"title", []string{"title", "titulo", "name", "nome", "product_title", "product_name", "produto"}},
	{"price", []string{"final_price", "sale_price", "price", "preco", "preco_final", "valor"}},
	{"currency", []string{"currency", "moeda", "currency_code"}},
	{"rating", []string{"rating", "avaliacao", "nota", "stars"}},
	{"reviews", []string{"reviews", "review_count", "avaliacoes", "ratings_count", "num_reviews"}},
	{"sold", []string{"number_sold", "sold", "vendidos", "vendas", "sales", "orders"}},
	{"category", []string{"breadcrumb", "category", "categoria", "busca"}},
	{"image", []string{"image", "imagem", "image_url", "thumbnail"}},
	{"shipping", []string{"shipping", "frete"}},
	{"brand", []string{"brand", "marca"}},
}

// LoadCatalog reads a product list as CSV: comma, semicolon or tab; with or without a byte order mark; headers in English or Portuguese;
// prices as people write them (R$1.234,56 · $12.50 · 10000 with a currency column). A row that cannot be read exactly is left out and
// reported. The error is for files that cannot be read at all: no header, no title or price column.
func LoadCatalog(r io.Reader) ([]CatalogItem, []RowError, error) {
	in := bufio.NewReader(r)
	if bom, err := in.Peek(3); err == nil && bytes.Equal(bom, []byte("\xef\xbb\xbf")) {
		_, _ = in.Discard(3)
	}
	head, err := in.Peek(4096)
	if len(head) == 0 {
		return nil, nil, fmt.Errorf("read catalogue: no header line: %w", err)
	}
	rows := csv.NewReader(in)
	rows.Comma, rows.FieldsPerRecord, rows.TrimLeadingSpace = delimiter(head), -1, true
	header, err := rows.Read()
	if err != nil {
		return nil, nil, fmt.Errorf("read the catalogue's header: %w", err)
	}
	at, err := locate(header)
	if err != nil {
		return nil, nil, err
	}
	return readRows(rows, header, at)
}

func readRows(rows *csv.Reader, header []string, at map[string]int) ([]CatalogItem, []RowError, error) {
	var items []CatalogItem
	var bad []RowError
	for {
		cells, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return items, bad, nil
		}
		var broken *csv.ParseError
		if errors.As(err, &broken) {
			bad = append(bad, RowError{Row: broken.StartLine, Text: broken.Err.Error()})
			continue
		}
		if err != nil {
			return nil, nil, fmt.Errorf("read catalogue: %w", err)
		}
		line, _ := rows.FieldPos(0)
		item, field, err := readItem(cells, at)
		if err != nil {
			name := field
			if i, ok := at[field]; ok {
				name = header[i]
			}
			bad = append(bad, RowError{Row: line, Column: name, Text: err.Error()})
			continue
		}
		items = append(items, item)
	}
}

// readItem reads one row; with an error comes the field it is about.
func readItem(cells []string, at map[string]int) (item CatalogItem, field string, err error) {
	cell := func(name string) string {
		if i, ok := at[name]; ok && i < len(cells) {
			return strings.TrimSpace(cells[i])
		}
		return ""
	}
	item.Title = strings.Join(strings.Fields(cell("title")), " ")
	if item.Title == "" || len(item.Title) > 500 {
		return item, "title", fmt.Errorf("want a title of 1 to 500 bytes, have %d", len(item.Title))
	}
	if item.Price, err = ParsePrice(cell("price"), cell("currency")); err != nil {
		return item, "price", err
	}
	if item.Price.Minor() <= 1 {
		return item, "price", fmt.Errorf("%s is a placeholder, not a price", item.Price)
	}
	if item.RatingMilli, err = parseRating(cell("rating")); err != nil {
		return item, "rating", err
	}
	if item.Reviews, err = parseCount(cell("reviews")); err != nil {
		return item, "reviews", err
	}
	if item.Sold, err = parseCount(cell("sold")); err != nil {
		return item, "sold", err
	}
	if item.Shipping, err = parseShipping(cell("shipping"), item.Price.Currency()); err != nil {
		return item, "shipping", err
	}
	item.Category = strings.ReplaceAll(cell("category"), "+", " ")
	item.Brand = cell("brand")
	if image := cell("image"); strings.HasPrefix(image, "https://") || strings.HasPrefix(image, "http://") {
		item.Image = image
	}
	return item, "", nil
}

// delimiter is the separator that the header line has most of.
func delimiter(head []byte) rune {
	line, _, _ := bytes.Cut(head, []byte("\n"))
	best, count := ',', bytes.Count(line, []byte(","))
	for _, c := range []rune{';', '\t'} {
		if n := bytes.Count(line, []byte(string(c))); n > count {
			best, count = c, n
		}
	}
	return best
}

// locate finds the cell of every field.
func locate(header []string) (map[string]int, error) {
	index := map[string]int{}
	for i, h := range header {
		if key := plain(h); key != "" {
			if _, twice := index[key]; !twice {
				index[key] = i
			}
		}
	}
	at := map[string]int{}
	for _, c := range columns {
		for _, h := range c.headers {
			if i, ok := index[h]; ok {
				at[c.field] = i
				break
			}
		}
	}
	for _, need := range []string{"title", "price"} {
		if _, ok := at[need]; !ok {
			return nil, fmt.Errorf("read the catalogue's header: no %s column among %q", need, header)
		}
	}
	return at, nil
}

var accents = strings.NewReplacer("á", "a", "à", "a", "â", "a", "ã", "a", "é", "e", "ê", "e", "í", "i", "ó", "o", "ô", "o", "õ", "o", "ú", "u", "ç", "c",
	" ", "_", "-", "_")

func plain(header string) string { return accents.Replace(strings.ToLower(strings.TrimSpace(header))) }
