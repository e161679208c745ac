package catalog

import (
	"slices"
	"testing"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/money"
)

func TestByScore_TiesGoById(t *testing.T) {
	t.Parallel()
	queue := []Waiting{{ProductID: "b", ScoreMilli: 80}, {ProductID: "c", ScoreMilli: 90}, {ProductID: "a", ScoreMilli: 80}}
	slices.SortFunc(queue, ByScore)
	if queue[0].ProductID != "c" || queue[1].ProductID != "a" || queue[2].ProductID != "b" {
		t.Errorf("sorted into %v", queue)
	}
}

func TestLaunching_Fit(t *testing.T) {
	t.Parallel()
	both := []ads.Platform{ads.Meta, ads.TikTok}
	for name, tc := range map[string]struct {
		wanted []ads.Platform
		room   Room
		want   []ads.Platform
		left   Room
	}{
		"All":          {wanted: both, room: Room{Open: 3, Free: usd(10_000)}, want: both, left: Room{Open: 5, Free: usd(6000)}},
		"LastPlace":    {wanted: both, room: Room{Open: 19, Free: usd(10_000)}, want: []ads.Platform{ads.Meta}, left: Room{Open: 20, Free: usd(8000)}},
		"NoPlace":      {wanted: both, room: Room{Open: 20, Free: usd(10_000)}, left: Room{Open: 20, Free: usd(10_000)}},
		"MoneyForOne":  {wanted: both, room: Room{Free: usd(2000)}, want: []ads.Platform{ads.Meta}, left: Room{Open: 1, Free: usd(0)}},
		"NoMoney":      {wanted: both, room: Room{Free: usd(1999)}, left: Room{Free: usd(1999)}},
		"NotConnected": {wanted: []ads.Platform{ads.Google, ads.TikTok}, room: Room{Free: usd(9000)}, want: []ads.Platform{ads.TikTok}, left: Room{Open: 1, Free: usd(7000)}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, left := DefaultLaunching(money.USD).Fit(tc.wanted, tc.room)
			if !slices.Equal(got, tc.want) || left != tc.left {
				t.Errorf("launches on %v and leaves %v, want %v and %v", got, left, tc.want, tc.left)
			}
		})
	}
}

func TestLaunching_Expired(t *testing.T) {
	t.Parallel()
	l, now := DefaultLaunching(money.USD), time.Date(2026, 3, 15, 0, 0, 0, 0, time.UTC)
	if l.Expired(Waiting{Since: now.Add(-l.QueueAge)}, now) || !l.Expired(Waiting{Since: now.Add(-l.QueueAge - time.Second)}, now) {
		t.Error("a product expires once it has waited longer than the queue's age, not before")
	}
}

func TestNext(t *testing.T) {
	t.Parallel()
	for after, want := range map[ads.Platform]ads.Platform{ads.Meta: ads.TikTok, ads.TikTok: ads.Google, ads.Google: "", "myspace": ""} {
		if got, ok := Next(after); got != want || ok != (want != "") {
			t.Errorf("after %s comes %q (%v), want %q", after, got, ok, want)
		}
	}
}

func TestSettings_Validate(t *testing.T) {
	t.Parallel()
	if err := DefaultMaking().Validate(); err != nil {
		t.Error(err)
	}
	if err := DefaultLaunching(money.USD).Validate(); err != nil {
		t.Error(err)
	}
	for name, m := range map[string]func(*Making){
		"Variations": func(m *Making) { m.Variations = 4 }, "Languages": func(m *Making) { m.Languages = nil }, "Tries": func(m *Making) { m.Tries = 0 },
	} {
		making := DefaultMaking()
		if m(&making); making.Validate() == nil {
			t.Errorf("making with bad %s is accepted", name)
		}
	}
	for name, change := range map[string]func(*Launching){
		"Platforms": func(l *Launching) { l.Platforms = nil }, "Limits": func(l *Launching) { l.PerCycle = 0 }, "Times": func(l *Launching) { l.Every = 0 },
	} {
		launching := DefaultLaunching(money.USD)
		if change(&launching); launching.Validate() == nil {
			t.Errorf("launching with bad %s is accepted", name)
		}
	}
}

func TestPlan_Budget(t *testing.T) {
	t.Parallel()
	p := DefaultPlan(money.USD)
	if p.Budget(ads.Meta) != usd(5000) || p.Budget(ads.TikTok) != usd(2000) || p.Budget(ads.Google) != usd(2000) || p.Budget("x").Positive() {
		t.Errorf("budgets of %+v", p)
	}
}
