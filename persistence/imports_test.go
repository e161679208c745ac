package persistence_test

import (
	"slices"
	"testing"

	"github.com/agente-ceo/agente-ceo/domain/facts"
	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/domain/scouting"
	"github.com/agente-ceo/agente-ceo/persistence"
)

func imported(id, version, title string) scouting.Imported {
	return scouting.Imported{ID: id, Version: version, Offer: scouting.Offer{
		Source: "import", Ref: "import:" + id, Title: title, Price: money.Minor(123456, "BRL"), Shipping: money.Minor(100, "BRL"), Images: []string{"https://example.com/a.jpg"},
		RatingMilli: 4500, Sold: 7, IsSupplier: true, InStock: true,
	}}
}

func (b *bundle) imports(dry bool, list ...scouting.Imported) persistence.ImportCounts {
	b.Helper()
	counts, err := b.db.ImportProducts(b.ctx, persistence.Import{File: "list.csv", By: "ana@example.com", At: start, Products: list, DryRun: dry})
	if err != nil {
		b.Fatal(err)
	}
	return counts
}

func (b *bundle) waiting(limit int) []scouting.Imported {
	b.Helper()
	list, err := b.db.WaitingImports(b.ctx, limit)
	if err != nil {
		b.Fatal(err)
	}
	return list
}

func TestDB_ImportsWaitOnce(t *testing.T) {
	b := setup(t)
	lamp, mat := imported("imp_b", "v1", "Lamp"), imported("imp_a", "v1", "Mat")
	if got := b.imports(true, lamp, mat); got != (persistence.ImportCounts{Added: 2}) {
		b.Errorf("a dry run: %+v", got)
	}
	b.want("0|0", `SELECT (SELECT count(*) FROM imported_products) || '|' || (SELECT count(*) FROM audit_log)`)
	if got := b.imports(false, lamp, mat); got != (persistence.ImportCounts{Added: 2}) {
		b.Errorf("the first time: %+v", got)
	}
	if got := b.imports(false, lamp, mat); got != (persistence.ImportCounts{Same: 2}) {
		b.Errorf("the second time: %+v", got)
	}
	b.want(`1|ana@example.com|{"products":"2"}`, `SELECT count(*) || '|' || max(by_whom) || '|' || max(figures::text) FROM audit_log WHERE action = 'products_imported'`)
	list := b.waiting(9)
	if len(list) != 2 || list[0].ID != "imp_b" || !slices.Equal(list[0].Offer.Images, lamp.Offer.Images) || list[0].Offer.Price != lamp.Offer.Price || list[0].Offer.Shipping != lamp.Offer.Shipping || !list[0].Offer.InStock {
		b.Errorf("waiting in the order of the list: %+v", list)
	}
	if n := len(b.waiting(1)); n != 1 {
		b.Errorf("%d of at most one", n)
	}
}

func TestDB_ImportsAreTakenInTheVersionThatWasSeen(t *testing.T) {
	b := setup(t)
	b.imports(false, imported("imp_a", "v1", "Mat"), imported("imp_b", "v1", "Lamp"))
	seen := facts.ImportsTaken{IDs: []string{"imp_a", "imp_b"}, Versions: []string{"v1", "v1"}, RunID: "run_a", At: later}
	if got := b.imports(false, imported("imp_b", "v2", "Lamp of glass")); got != (persistence.ImportCounts{Changed: 1}) {
		b.Errorf("another version: %+v", got)
	}
	b.actor("scout", "main").write(seen)
	if list := b.waiting(9); len(list) != 1 || list[0].Version != "v2" || list[0].Offer.Title != "Lamp of glass" {
		b.Errorf("what nobody has seen waits: %+v", list)
	}
	b.want("run_a", `SELECT taken_run FROM imported_products WHERE id = 'imp_a'`)
	if got := b.imports(false, imported("imp_a", "v2", "Mat"), imported("imp_a2", "v1", "Mat 2")); got != (persistence.ImportCounts{Added: 1, Changed: 1}) {
		b.Errorf("a taken one that changed: %+v", got)
	}
	if n := len(b.waiting(9)); n != 3 {
		b.Errorf("%d wait", n)
	}
}

func TestDB_ImportsAreTextWhateverTheySay(t *testing.T) {
	b := setup(t)
	b.imports(false, imported("imp_a", "v1", "a\x00b\xff'); DROP TABLE products; --\u202e"))
	if list := b.waiting(9); list[0].Offer.Title != "ab\uFFFD'); DROP TABLE products; --\u202e" {
		b.Errorf("%q", list[0].Offer.Title)
	}
}
