package scout

import (
	"errors"
	"slices"
	"testing"

	"github.com/agente-ceo/agente-ceo/domain/facts"
	"github.com/agente-ceo/agente-ceo/domain/scouting"
	"github.com/agente-ceo/agente-ceo/messages"
)

func (b *bundle) taken() []facts.ImportsTaken {
	var list []facts.ImportsTaken
	for _, f := range b.Facts() {
		if t, ok := f.(facts.ImportsTaken); ok {
			list = append(list, t)
		}
	}
	return list
}

func stapler() scouting.Imported {
	return scouting.Imported{ID: "imp_a", Version: "v1", Offer: scouting.Offer{Source: "import", Ref: "import:imp_a", Title: "Stapler", Price: usd(700), IsSupplier: true, InStock: true}}
}

func TestScout_TakesInWhatPeoplePutIn(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.shelf.imported = []scouting.Imported{stapler()}
	b.Ask(Key, &messages.RunScout{RunId: "run_a"})
	var found *messages.Candidate
	for _, m := range b.Told("product") {
		if c := m.(*messages.ProductScouted).Candidate; c.Title == "Stapler" {
			found = c
		}
	}
	if found == nil || !slices.Equal(found.Sources, []string{"import"}) || found.SupplierPrice.Minor != 700 || found.SupplierRef != "import:imp_a" {
		t.Errorf("told %v", found)
	}
	if got := b.taken(); len(got) != 1 || got[0].RunID != "run_a" || !slices.Equal(got[0].IDs, []string{"imp_a"}) || !slices.Equal(got[0].Versions, []string{"v1"}) || !got[0].At.Equal(start) {
		t.Errorf("taken %+v", got)
	}
}

func TestScout_ImportsAreNoSourceThatFails(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.ali.err, b.amazon.err = errors.New("down"), errors.New("down")
	b.ali.offers, b.amazon.offers = nil, nil
	b.shelf.imported = []scouting.Imported{stapler()}
	b.Ask(Key, &messages.RunScout{RunId: "run_a"})
	if run := b.runs()[0]; run.Products != 1 || len(run.Errors) != 2 {
		t.Errorf("a run of what people put in alone: %+v", run)
	}
	b.shelf.imported, b.shelf.err = nil, errors.New("no database")
	b.Ask(Key, &messages.RunScout{RunId: "run_b"})
	if run := b.runs()[1]; run.Errors["import"] == "" || len(b.taken()) != 1 {
		t.Errorf("a run without the shelf: %+v, taken %v", run, b.taken())
	}
}
