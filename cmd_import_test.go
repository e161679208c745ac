package main

import (
	"encoding/csv"
	"encoding/json"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/agente-ceo/agente-ceo/domain/listing"
	"github.com/agente-ceo/agente-ceo/domain/scouting"
	"github.com/agente-ceo/agente-ceo/persistence"
	"github.com/agente-ceo/agente-ceo/persistence/pgtest"
)

// importer is the command with a database of the test's own.
type importer struct {
	t      *testing.T
	db     *persistence.DB
	config string
}

func newImporter(t *testing.T) *importer {
	t.Helper()
	url := pgtest.URL(t)
	db, err := persistence.Open(t.Context(), url, persistence.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	return &importer{t, db, file(t, "config.yaml", "database:\n  url: "+strconv.Quote(url)+"\n")}
}

func (i *importer) run(args ...string) said {
	return command(append([]string{"import", "products", "--config", i.config}, args...)...)
}

func (i *importer) waiting() []scouting.Imported {
	i.t.Helper()
	list, err := i.db.WaitingImports(i.t.Context(), 10_000)
	if err != nil {
		i.t.Fatal(err)
	}
	return list
}

func (i *importer) want(s said, code int, texts ...string) {
	i.t.Helper()
	for _, text := range texts {
		if !strings.Contains(s.out+s.err, text) {
			i.t.Errorf("%q is not in\n%s%s", text, s.out, s.err)
		}
	}
	if s.code != code {
		i.t.Errorf("exit code %d, want %d: %s", s.code, code, s.err)
	}
}

func TestImportProducts_OnceOrNotAtAll(t *testing.T) {
	t.Parallel()
	i := newImporter(t)
	good := file(t, "good.csv", "sku;titulo;preco;vendidos\n1;Tapete de yoga;R$ 1.234,56;35210 vendido(s)\n2;Luminária;R$ 89,90;\n")
	i.want(i.run(good, "--dry-run"), 0, "would import 2 products from good.csv: 2 new, 0 changed", "2 products would be judged")
	if n := len(i.waiting()); n != 0 {
		t.Fatalf("a dry run left %d products", n)
	}
	i.want(i.run(file(t, "bad.csv", "titulo;preco\nCaneca;R$ 10,00\nCopo;barato\n")), 1,
		`row 3, column "preco", value "barato": it is not a price; write it like`, "1 rows cannot be read, so nothing was imported")
	if n := len(i.waiting()); n != 0 {
		t.Fatalf("a list with a bad row left %d products", n)
	}
	i.want(i.run(good), 0, "imported 2 products from good.csv: 2 new, 0 changed; 0 are there already", "next round")
	i.want(i.run(good), 0, "nothing was imported: all 2 products are there already")
	i.want(i.run(file(t, "later.csv", "sku;titulo;preco;vendidos\n2;Luminária;R$ 79,90;\n3;Caneca;R$ 0,50;\n")), 0, "imported 2 products from later.csv: 1 new, 1 changed", "leave out 1: absurd price")
	list := i.waiting()
	if len(list) != 3 || list[0].Offer.Price.String() != "1234.56 BRL" || list[0].Offer.Sold != 35210 || list[1].Offer.Price.String() != "79.90 BRL" {
		t.Errorf("%+v", list)
	}
}

func TestImportProducts_ExitCodes(t *testing.T) {
	t.Parallel()
	small := file(t, "small.csv", "title,price\nLamp,$1\n")
	for want, calls := range map[int][][]string{
		0: {{"import"}, {"import", "products", "--help"}},
		1: {{"import", "products", "nowhere.csv"}, {"import", "products", file(t, "empty.csv", "")}},
		2: {{"import", "products"}, {"import", "products", small, "--currency", "ZZZ"}, {"import", "products", small, "--force"}, {"import", "people", small}},
	} {
		for _, args := range calls {
			if s := command(args...); s.code != want {
				t.Errorf("%q: exit code %d, want %d: %s", args, s.code, want, s.err)
			}
		}
	}
}

func TestImportProducts_PublicData(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		file            string
		products, notes int
	}{{"aliexpress_ptbr.csv", 357, 3}, {"lazada_sample.csv", 1000, 0}, {"dummyjson_products.json", 194, 1}, {"mercadolivre_ptbr.csv", 38, 1}} {
		t.Run(tc.file, func(t *testing.T) {
			t.Parallel()
			path := publicData(t, "products/"+tc.file)
			i := newImporter(t)
			s := i.run(path)
			i.want(s, 0, "imported "+strconv.Itoa(tc.products)+" products", "0 are there already")
			if n := strings.Count(s.err, "note: "); n != tc.notes {
				t.Errorf("%d notes, want %d: %s", n, tc.notes, s.err)
			}
			i.want(i.run(path), 0, "nothing was imported: all "+strconv.Itoa(tc.products)+" products are there already")
			if n := len(i.waiting()); n != tc.products {
				t.Errorf("%d products wait, want %d", n, tc.products)
			}
		})
	}
}

// hostile are titles that strangers wrote to take over who reads them, or to break it.
func hostile(t *testing.T) []string {
	t.Helper()
	var titles []string
	for _, name := range []string{"safety/prompt_injections_deepset_train.csv", "safety/prompt_injections_giskard.csv"} {
		f, err := os.Open(publicData(t, name))
		if err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(f).ReadAll()
		_ = f.Close() // it was only read
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows[1:] {
			titles = append(titles, row...)
		}
	}
	data, err := os.ReadFile(publicData(t, "safety/blns.json"))
	if err != nil {
		t.Fatal(err)
	}
	var naughty []string
	if err := json.Unmarshal(data, &naughty); err != nil {
		t.Fatal(err)
	}
	return append(titles, naughty...)
}

func TestImportProducts_HostileTitlesAreText(t *testing.T) {
	t.Parallel()
	i := newImporter(t)
	type product struct {
		Title string `json:"title"`
		Price string `json:"price"`
		SKU   int    `json:"sku"`
	}
	var list []product
	for n, title := range hostile(t) {
		if title = strings.Join(strings.Fields(title), " "); title != "" && len(title) <= 2000 {
			list = append(list, product{title, "$10.00", n})
		}
	}
	data, err := json.Marshal(list)
	if err != nil {
		t.Fatal(err)
	}
	path := file(t, "hostile.json", string(data))
	s := i.run(path)
	i.want(s, 0, "imported "+strconv.Itoa(len(list))+" products")
	if strings.ContainsAny(s.out+s.err, "\x1b\x00\u202e") {
		t.Error("a title reached the terminal as a command")
	}
	read, err := listing.Read(data, listing.Options{})
	if err != nil {
		t.Fatal(err)
	}
	stored := i.waiting()
	for n, p := range read.Products {
		if got, want := stored[n].Offer.Title, strings.ToValidUTF8(strings.ReplaceAll(p.Title, "\x00", ""), "\uFFFD"); got != want {
			t.Errorf("%q was stored as %q", want, got)
		}
		if stored[n].Offer.Price.String() != "10.00 USD" || !strings.HasPrefix(stored[n].Offer.Ref, "import:imp_") {
			t.Errorf("%q is ordered as %s for %s", p.Title, stored[n].Offer.Ref, stored[n].Offer.Price)
		}
	}
}
