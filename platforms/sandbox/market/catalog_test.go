package market_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/agente-ceo/agente-ceo/platforms/sandbox/market"
)

func TestLoadCatalog(t *testing.T) {
	t.Parallel()
	file := "\xef\xbb\xbfTítulo;Preço;Vendidos;Avaliação;Frete;Imagem\n" +
		"Fone sem fio;R$1.029,97;35210 vendido(s);4,5;Frete grátis;https://example.com/a.jpg\n" +
		"Cabo;R$ 9,9;600+;0;+ envio: R$ 13,71;javascript:alert(1)\n" +
		";R$10,00;;;;\n" +
		"Sem preço;;1;5;;\n" +
		"Nota alta;R$10,00;1;5,5;;\n" +
		"Muitos;R$10,00;muitos;5;;\n" +
		"Pouco;R$0,01;1;5;;\n"
	items, bad, err := market.LoadCatalog(strings.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	if len(items) != 2 || len(bad) != 5 {
		t.Fatalf("%d items, %v", len(items), bad)
	}
	a, b := items[0], items[1]
	if a.Price.String() != "1029.97 BRL" || a.RatingMilli != 4500 || a.Sold != 35210 || a.Image == "" {
		t.Errorf("first item is %+v", a)
	}
	if b.Shipping.String() != "13.71 BRL" || b.RatingMilli != 0 || b.Sold != 600 || b.Image != "" {
		t.Errorf("second item is %+v", b)
	}
	for i, want := range []struct {
		row    int
		column string
	}{{4, "Título"}, {5, "Preço"}, {6, "Avaliação"}, {7, "Vendidos"}, {8, "price"}} {
		if bad[i].Row != want.row || bad[i].Column != want.column {
			t.Errorf("error %d is %v, want row %d, %s", i, bad[i], want.row, want.column)
		}
	}
	for _, file := range []string{"", "a,b,c\n1,2,3\n", "title,rating\nx,1\n"} {
		if _, _, err := market.LoadCatalog(strings.NewReader(file)); err == nil {
			t.Errorf("%q was read as a catalogue", file)
		}
	}
}

func TestLoadCatalog_RealFiles(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		file       string
		items, bad int
	}{{"lazada_sample.csv", 945, 55}, {"aliexpress_ptbr.csv", 360, 0}} {
		items, bad, err := market.LoadCatalog(bytes.NewReader(shared(t, "data/products/"+c.file)))
		if err != nil {
			t.Fatal(err)
		}
		for i, b := range bad {
			t.Logf("%s %d: %v", c.file, i, b)
		}
		t.Logf("%s: %d items, %d rows left out", c.file, len(items), len(bad))
		if len(items) != c.items || len(bad) != c.bad {
			t.Errorf("%s: %d items and %d errors, want %d and %d", c.file, len(items), len(bad), c.items, c.bad)
		}
	}
}

func TestMarket_SellsACatalogue(t *testing.T) {
	t.Parallel()
	items, _, err := market.LoadCatalog(strings.NewReader("title,price,currency,rating,sold\nSteel Bottle,R$60,BRL,4.5,100\nDesk Lamp,12.5,MYR,,\n"))
	if err != nil {
		t.Fatal(err)
	}
	m := world(t, 1, func(c *market.Config) { c.Catalog = items })
	found, total := m.Search(start, market.AliExpress, "", 0, 10)
	if total != 2 {
		t.Fatalf("%d products of a catalogue of two", total)
	}
	for _, p := range found {
		if p.Market.Currency() != p.Supplier.Currency() || p.Market.Cmp(p.Supplier) <= 0 {
			t.Errorf("%s costs %s and sells at %s", p.Title, p.Supplier, p.Market)
		}
	}
	if more, _ := m.Search(start.AddDate(0, 0, 9), market.AliExpress, "bottle", 0, 10); len(more) != 1 || more[0].Supplier.String() != "60.00 BRL" {
		t.Errorf("bottle finds %+v", more)
	}
}
