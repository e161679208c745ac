package writer_test

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/platforms"
	"github.com/agente-ceo/agente-ceo/platforms/writer"
)

func brief() platforms.Brief {
	return platforms.Brief{
		ProductID: "prd_x", Title: "Mini Projetor Portátil Full HD 1080p com Bluetooth e Controle", Keywords: []string{"mini projetor"},
		Price: money.Minor(5990, money.USD), MarketPrice: money.Minor(7990, money.USD), Languages: []string{"pt-BR", "en"}, Count: 10,
	}
}

func TestTemplates_Write(t *testing.T) {
	t.Parallel()
	copies, err := writer.Templates{}.Write(t.Context(), brief())
	if err != nil {
		t.Fatal(err)
	}
	t.Run("MakesTheCountInBothLanguagesAndAllStyles", func(t *testing.T) {
		t.Parallel()
		kinds := map[string]int{}
		for _, c := range copies {
			kinds[c.Language+" "+c.Style]++
		}
		if len(copies) != 10 || len(kinds) != 6 {
			t.Fatalf("%d copies of kinds %v", len(copies), kinds)
		}
	})
	t.Run("FitsThePlacementsAndFillsEveryTemplate", func(t *testing.T) {
		t.Parallel()
		for _, c := range copies {
			if utf8.RuneCountInString(c.Headline) > 40 || utf8.RuneCountInString(c.Body) > 100 || strings.ContainsAny(c.Headline+c.Body+c.Badge, "{}") {
				t.Errorf("%q / %q / %q", c.Headline, c.Body, c.Badge)
			}
		}
	})
	t.Run("NeverWritesTheSameAdTwice", func(t *testing.T) {
		t.Parallel()
		seen := map[string]bool{}
		for _, c := range copies {
			key := c.Language + c.Headline + c.Body
			if seen[key] {
				t.Errorf("twice: %s", key)
			}
			seen[key] = true
		}
	})
	t.Run("RepeatsItselfForTheSameBriefAndChangesByRound", func(t *testing.T) {
		t.Parallel()
		again, err := writer.Templates{}.Write(t.Context(), brief())
		if diff := cmp.Diff(copies, again); err != nil || diff != "" {
			t.Fatalf("error %v, differs: %s", err, diff)
		}
		next := brief()
		next.Round = 1
		fresh, err := writer.Templates{}.Write(t.Context(), next)
		if err != nil || cmp.Equal(copies, fresh) {
			t.Fatalf("round 1 is round 0, error %v", err)
		}
	})
	t.Run("PromisesOnlyATrueDiscount", func(t *testing.T) {
		t.Parallel()
		dear := brief()
		dear.MarketPrice = dear.Price
		copies, err := writer.Templates{}.Write(t.Context(), dear)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range copies {
			if strings.Contains(c.Badge, "%") {
				t.Errorf("badge %q without a discount", c.Badge)
			}
		}
	})
}

func TestTemplates_Refuses(t *testing.T) {
	t.Parallel()
	for i, broken := range []func(*platforms.Brief){
		func(b *platforms.Brief) { b.Title = " " },
		func(b *platforms.Brief) { b.Count = 0 },
		func(b *platforms.Brief) { b.Languages = []string{"tlh"} },
	} {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			b := brief()
			broken(&b)
			if _, err := (writer.Templates{}).Write(t.Context(), b); err == nil {
				t.Fatal("no error")
			}
		})
	}
}
