package listing_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/agente-ceo/agente-ceo/domain/listing"
	"github.com/agente-ceo/agente-ceo/domain/money"
)

func read(t *testing.T, text string, opts listing.Options) listing.File {
	t.Helper()
	f, err := listing.Read([]byte(text), opts)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestRead_CSV(t *testing.T) {
	t.Parallel()
	f := read(t, "\ufeffTítulo;Preço;Vendidos;Avaliação;Frete;Imagem;Loja;Link\n"+
		"Fone  sem fio;R$1.029,97;35210 vendido(s);4,5;Frete grátis;https://example.com/a.jpg;Loja A;https://pt.aliexpress.com/item/1005001234567890.html?x=1\n"+
		"Cabo;R$ 9,9;Novo  |  600+ vendidos;0;+ envio: R$ 13,71;javascript:alert(1);Loja B;\n"+
		"Caixa;R$7.949;+5mil vendidos;;;;;\n"+
		"Mesa;R$ 10,00;Usado;5;R$ 0,00;;;\n", listing.Options{})
	var got []string
	for _, p := range f.Products {
		got = append(got, fmt.Sprintf("%d|%s|%s+%s|%d|%d|%d|%s", p.Row, p.Title, p.Price, p.Shipping, p.RatingMilli, p.Sold, len(p.Images), p.SupplierRef))
	}
	want := []string{"2|Fone sem fio|1029.97 BRL+0.00 BRL|4500|35210|1|1005001234567890", "3|Cabo|9.90 BRL+13.71 BRL|0|600|0|", "4|Caixa|7949.00 BRL+0|0|5000|0|", "5|Mesa|10.00 BRL+0.00 BRL|5000|0|0|"}
	if strings.Join(got, "\n") != strings.Join(want, "\n") || len(f.Problems) != 0 {
		t.Errorf("%s\nwant\n%s\n%v", strings.Join(got, "\n"), strings.Join(want, "\n"), f.Problems)
	}
	if len(f.Notes) != 1 || !strings.Contains(f.Notes[0].Text, "1 products are used goods") {
		t.Errorf("notes %v", f.Notes)
	}
	if ref := f.Products[1].Offer().Ref; !strings.HasPrefix(ref, "import:imp_") {
		t.Errorf("a product that no supplier is named for is ordered as %s", ref)
	}
}

func TestRead_ProblemsSayWhatToDo(t *testing.T) {
	t.Parallel()
	f := read(t, "title,price,currency,rating,sold,shipping\n"+
		",R$10,BRL,,,\nNo price,,BRL,,,\nWords,cheap,BRL,,,\nTwo currencies,R$10,USD,,,\nNo such,10,ZZZ,,,\nNothing,0,BRL,,,\nFine,9.999,USD,,,\n"+
		"Stars,1,USD,5.5,,\nMany,1,USD,,lots,\nDear,1,USD,,,soon\nWide,1,USD,,,,1\n", listing.Options{})
	want := []string{
		`row 12: Left out: it has 7 cells, the header 6`,
		`row 2, column "title": a title has 1 to 2000 bytes, this one 0; give it one, or delete the row`,
		`row 3, column "price": there is no price; give it one, or delete the row`,
		`row 4, column "price", value "cheap": it is not a price; write it like R$ 1.234,56`,
		`row 5, column "price", value "R$10": the price says BRL, the currency column says USD; correct one of them`,
		`row 6, column "price", value "10": its currency "ZZZ" is not one of ISO 4217; write a code such as BRL`,
		`row 7, column "price", value "0": a price is above 0`,
		`row 8, column "price", value "9.999": USD has 2 decimals; round it`,
		`row 9, column "rating", value "5.5": a rating is 0 (unrated) to 5; correct it, or leave it blank`,
		`row 10, column "sold", value "lots": it is no whole number; write digits`,
		`row 11, column "shipping", value "soon": it is no shipping price; write an amount`,
	}
	if len(f.Products) != 0 || len(f.Problems) != len(want) {
		t.Fatalf("%v %v", f.Products, f.Problems)
	}
	for i, p := range f.Problems {
		if !strings.HasPrefix(p.Error(), want[i]) {
			t.Errorf("%s\nwant %s", p.Error(), want[i])
		}
	}
}

func TestRead_PricesWithoutACurrency(t *testing.T) {
	t.Parallel()
	const text = "title,price\nLamp,12.50\n"
	if f := read(t, text, listing.Options{}); len(f.Problems) != 1 || !strings.Contains(f.Problems[0].Do, "--currency") {
		t.Errorf("%v", f.Problems)
	}
	f := read(t, text, listing.Options{Currency: money.USD})
	if len(f.Products) != 1 || f.Products[0].Price != money.Minor(1250, money.USD) || len(f.Notes) != 1 || !strings.Contains(f.Notes[0].Text, "taken as USD") {
		t.Errorf("%+v", f)
	}
}

func TestRead_JSON(t *testing.T) {
	t.Parallel()
	f := read(t, `{"total":3,"products":[
		{"id":7,"title":"Mascara","price":9.99,"rating":2.56,"reviews":[{"rating":2},{"rating":3}],"images":["https://example.com/1.png","https://example.com/2.png"],"meta":{"barcode":"1"}},
		{"title":"Bag","price":"R$ 1.234,56","supplier_ref":"1005001"},
		"nonsense",
		{"title":"Gone","price":null}]}`, listing.Options{Currency: money.USD})
	if len(f.Products) != 2 || len(f.Problems) != 2 || f.Problems[0].Row != 3 || f.Problems[1].Row != 4 {
		t.Fatalf("%+v", f)
	}
	a, b := f.Products[0], f.Products[1]
	if a.Price != money.Minor(999, money.USD) || a.RatingMilli != 2560 || a.Reviews != 2 || len(a.Images) != 2 || a.Key != "7" || a.SupplierRef != "" {
		t.Errorf("%+v", a)
	}
	if b.Price.String() != "1234.56 BRL" || b.RatingMilli != 0 || b.Reviews != 0 || b.Offer().Ref != "1005001" {
		t.Errorf("%+v", b)
	}
	if p := read(t, `[{"title":"Bag","price":"$1","rating":{"rate":4.5,"count":120}}]`, listing.Options{}).Products[0]; p.RatingMilli != 4500 || p.Reviews != 120 {
		t.Errorf("%+v", p)
	}
	for text, want := range map[string]string{
		`{"a":1}`: "want a list", `[`: "read the JSON", `[] []`: "more follows", `[]`: "no title column", `[{"title":"x"}]`: "no price column", "title,price\n": "no product", "": "empty",
	} {
		if _, err := listing.Read([]byte(text), listing.Options{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}

func TestFile_UniqueKeepsTheCheapest(t *testing.T) {
	t.Parallel()
	f := read(t, "title,price,shop,shipping\nLamp,$12.00,A,$1.00\nLamp,$10.00,B,\nLAMP!,$11.00,A,\n", listing.Options{})
	f.Unique()
	if len(f.Products) != 2 || f.Products[0].Row != 4 || f.Products[1].Row != 3 || len(f.Notes) != 1 || f.Notes[0].Row != 2 || !strings.Contains(f.Notes[0].Text, "row 4") {
		t.Errorf("%+v", f)
	}
}

func TestProduct_ImportedIsTheSameForTheSame(t *testing.T) {
	t.Parallel()
	one := func(text string) (id, version string) {
		p := read(t, "sku,title,price\n"+text+"\n", listing.Options{}).Products[0].Imported()
		return p.ID, p.Version
	}
	id, version := one("1,Lamp,$12.00")
	for text, want := range map[string][2]bool{
		"1,Lamp,$12.00": {true, true}, "1,Lamp,US$ 12": {true, true}, "1,Lamp,$13.00": {true, false}, "2,Lamp,$12.00": {false, false}, "1,Mat,$12.00": {false, false},
	} {
		if i, v := one(text); (i == id) != want[0] || (v == version) != want[1] {
			t.Errorf("%s is %s in %s, the first was %s in %s", text, i, v, id, version)
		}
	}
}

// FuzzRead reads anything: it ends, and what it takes for a product has a title, a price and an id.
func FuzzRead(f *testing.F) {
	for _, seed := range []string{
		"title,price\nLamp,$12.00\n", "Título;Preço;Vendidos\nA;R$1.234,56;35210 vendido(s)\n", `[{"title":"x","price":1e2,"reviews":[{}]}]`, `{"items":[{"title":1,"price":"1"}]}`, "[[[[",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := listing.Read(data, listing.Options{Currency: money.USD})
		if err != nil {
			return
		}
		file.Unique()
		for _, p := range file.Products {
			if p.Title == "" || !p.Price.Positive() || p.Shipping.Negative() || p.Sold < 0 || p.Reviews < 0 || p.RatingMilli < 0 || p.RatingMilli > 5000 {
				t.Errorf("%+v", p)
			}
		}
		for _, p := range file.Problems {
			if p.Row < 1 || p.Wrong == "" {
				t.Errorf("%+v says nothing", p)
			}
		}
	})
}
