package scout

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/agente-ceo/agente-ceo/domain/facts"
	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/domain/scouting"
	"github.com/agente-ceo/agente-ceo/messages"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
	"github.com/agente-ceo/agente-ceo/runtime/actortest"
)

var start = time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)

// source is a place whose offers and failures the test sets.
type source struct {
	name   string
	offers []scouting.Offer
	err    error
	asked  []string
}

func (s *source) Name() string { return s.name }

func (s *source) Search(_ context.Context, keywords, country string, _ int) ([]scouting.Offer, error) {
	s.asked = append(s.asked, country+":"+keywords)
	return s.offers, s.err
}

// shelf holds what people put in.
type shelf struct {
	imported []scouting.Imported
	err      error
}

func (s *shelf) WaitingImports(context.Context, int) ([]scouting.Imported, error) {
	return s.imported, s.err
}

type bundle struct {
	*actortest.Harness
	ali, amazon *source
	shelf       *shelf
	cfg         Config
}

func usd(cents int64) money.Amount { return money.Minor(cents, money.USD) }

func setup(t *testing.T) *bundle {
	t.Helper()
	rates, err := money.NewRates(money.USD, nil)
	if err != nil {
		t.Fatal(err)
	}
	b := &bundle{
		Harness: actortest.New(t, start), shelf: &shelf{}, cfg: DefaultConfig(scouting.DefaultRules(rates)),
		ali: &source{name: "aliexpress", offers: []scouting.Offer{
			{Ref: "1", Title: "Yoga Mat", Price: usd(900), IsSupplier: true, InStock: true},
			{Ref: "2", Title: "Desk Lamp", Price: usd(1200), IsSupplier: true, InStock: true},
		}},
		amazon: &source{name: "amazon", offers: []scouting.Offer{{Ref: "B1", Title: "Yoga mat", Price: usd(3900)}, {Title: "\x00"}}},
	}
	b.Register(Key.Kind, func(key actorkit.Key) actor.Actor {
		return New(Deps{Kit: b.Deps(), Sources: []Source{b.ali, b.amazon}, Shelf: b.shelf, Config: func() Config { return b.cfg }}, key)
	})
	return b
}

func (b *bundle) runs() []facts.ScoutRun {
	var list []facts.ScoutRun
	for _, f := range b.Facts() {
		if r, ok := f.(facts.ScoutRun); ok {
			list = append(list, r)
		}
	}
	return list
}

func (b *bundle) alerts() (raised, resolved int) {
	for _, f := range b.Facts() {
		switch f.(type) {
		case facts.Alert:
			raised++
		case facts.AlertResolved:
			resolved++
		}
	}
	return raised, resolved
}

func TestScout_RunsSoonAndThenDaily(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.Tell(Key, &messages.Wake{})
	b.Advance(time.Minute)
	if n := len(b.runs()); n != 1 {
		t.Fatalf("%d runs after a minute, want 1", n)
	}
	b.Advance(24 * time.Hour)
	b.Advance(24 * time.Hour)
	runs := b.runs()
	if len(runs) != 3 || runs[0].ID == runs[1].ID {
		t.Fatalf("runs after two more days: %+v", runs)
	}
	if runs[0].New != 2 || runs[1].New != 0 || runs[0].Products != 2 || runs[0].Offers != 4 {
		t.Errorf("runs are %+v", runs)
	}
	if told := b.Told("product"); len(told) != 6 {
		t.Errorf("%d sightings of two products on three days", len(told))
	}
}

func TestScout_TellsWhatItMerged(t *testing.T) {
	t.Parallel()
	b := setup(t)
	if r, ok := b.Ask(Key, &messages.RunScout{RunId: "run_a", By: "ana@example.com"}).(*messages.Accepted); !ok || r.Id != "run_a" {
		t.Fatalf("replied %v", r)
	}
	var mat *messages.ProductScouted
	for _, m := range b.Told("product") {
		if s := m.(*messages.ProductScouted); s.Candidate.Title == "Yoga Mat" {
			mat = s
		}
	}
	if mat == nil || mat.Candidate.MarketPrice.Minor != 3900 || mat.Candidate.MarketAssumed || mat.SightingId == "" || mat.Candidate.SeenAtMs != start.UnixMilli() {
		t.Errorf("told %v", mat)
	}
	audit := b.Audit()
	if len(audit) != 1 || audit[0].Action != "products_scouted" || audit[0].By != "ana@example.com" ||
		audit[0].Figures[3] != (actorkit.Figure{Name: "left_out_control_characters", Value: "1"}) {
		t.Errorf("audited %+v", audit)
	}
}

func TestScout_AsksForKeywordsInEachCountry(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.cfg.Keywords, b.cfg.Countries = []string{"pets"}, []string{"BR", "US"}
	b.Ask(Key, &messages.RunScout{RunId: "run_a"})
	if got := b.ali.asked; len(got) != 4 || got[0] != "BR:" || got[1] != "BR:pets" || got[3] != "US:pets" {
		t.Errorf("asked %q", got)
	}
}

func TestScout_RepeatsItsAnswer(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for range 2 {
		if r, ok := b.Ask(Key, &messages.RunScout{RunId: "run_a"}).(*messages.Accepted); !ok || r.Id != "run_a" {
			t.Errorf("replied %v", r)
		}
	}
	if n := len(b.runs()); n != 1 {
		t.Errorf("ran %d times", n)
	}
	if r, ok := b.Ask(Key, &messages.RunScout{}).(*messages.Refusal); !ok || r.Code != "run_id_missing" {
		t.Errorf("a run without an id was answered %v", r)
	}
}

func TestScout_GoesOnWithoutAFailingSource(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.amazon.err = errors.New("HTTP 500")
	b.Tell(Key, &messages.Wake{})
	b.Advance(2 * 24 * time.Hour)
	runs := b.runs()
	if len(runs) != 2 || runs[1].Errors["amazon"] != "HTTP 500" || runs[1].Products != 2 {
		t.Fatalf("runs are %+v", runs)
	}
	if raised, _ := b.alerts(); raised != 0 {
		t.Error("alarmed before the third failure in a row")
	}
	b.Advance(24 * time.Hour)
	if raised, _ := b.alerts(); raised != 1 {
		t.Errorf("%d alerts after the third failure in a row", raised)
	}
	b.amazon.err = nil
	b.Advance(24 * time.Hour)
	b.Advance(24 * time.Hour)
	if raised, resolved := b.alerts(); raised != 1 || resolved != 1 {
		t.Errorf("%d alerts raised, %d resolved; want one of each", raised, resolved)
	}
}

func TestScout_ComesBackSoonWhenEverySourceFails(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.amazon.err = errors.New("HTTP 500")
	b.ali.offers = nil // an empty answer is a failure too
	b.Ask(Key, &messages.RunScout{RunId: "run_a"})
	if len(b.runs()[0].Errors) != 2 {
		t.Fatalf("the run is %+v", b.runs()[0])
	}
	b.Advance(time.Hour)
	if n := len(b.runs()); n != 2 {
		t.Errorf("%d runs an hour later, want 2", n)
	}
}

func TestScout_SurvivesRestart(t *testing.T) {
	t.Parallel()
	for name, fail := range map[string]func(*bundle){
		"BeforeBegin":  func(b *bundle) { b.FailNextCommit() },
		"AfterBegin":   func(b *bundle) { b.LoseNextCommit() },
		"WholeProcess": func(b *bundle) { b.Restart() },
		"OnTheCommand": func(b *bundle) { b.Crash(Key) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			b.Tell(Key, &messages.Wake{})
			fail(b)
			_, _ = b.TryAsk(Key, &messages.RunScout{RunId: "run_a"})
			b.Advance(30 * time.Second) // past the back-off, before the schedule's first run
			if r, ok := b.Ask(Key, &messages.RunScout{RunId: "run_a"}).(*messages.Accepted); !ok || r.Id != "run_a" {
				t.Fatalf("replied %v", r)
			}
			ran := 0
			for _, r := range b.runs() {
				if r.ID == "run_a" {
					ran++
				}
			}
			if ran != 1 {
				t.Errorf("ran %d times: %+v", ran, b.runs())
			}
		})
	}
}

func TestScout_AsksAgainWhenTheRunWasCutShort(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.Tell(Key, &messages.Wake{})
	commits := 0
	b.RefuseCommits(func(c actorkit.Commit) error {
		if commits++; commits == 2 { // the end of the run
			return errors.New("database went away")
		}
		return nil
	})
	b.Tell(Key, &messages.RunScout{RunId: "run_a"})
	if len(b.runs()) != 0 {
		t.Fatal("the run ended in spite of the database")
	}
	b.Advance(30 * time.Second)
	if runs := b.runs(); len(runs) != 1 || runs[0].ID != "run_a" || len(b.ali.asked) != 2 {
		t.Errorf("runs %+v after asking %d times, want run_a after asking twice", runs, len(b.ali.asked))
	}
}

func TestScout_RefusesWhatItDoesNotKnow(t *testing.T) {
	t.Parallel()
	if r, ok := setup(t).Ask(Key, &messages.Freeze{}).(*messages.Refusal); !ok || r.Code != "unhandled" {
		t.Errorf("replied %v", r)
	}
}
