package campaign_test

import (
	"bufio"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/campaign"
	"github.com/agente-ceo/agente-ceo/domain/facts"
	"github.com/agente-ceo/agente-ceo/domain/kpi"
	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/domain/strategy"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// running is a campaign in UTC that has delivered for two days, with one active ad set for each budget.
func running(status campaign.Status, budgets ...int64) *campaign.State {
	s := &campaign.State{
		Plan: plan(campaign.Auto), Status: status, ExternalID: "c", MayDeliver: true, Approved: true, Bid: ads.LowestCost,
		CreatedAt: noon.Add(-49 * time.Hour), ActivatedAt: noon.Add(-48 * time.Hour),
	}
	var total int64
	for i, b := range budgets {
		n := strconv.Itoa(i)
		s.AdSets = append(s.AdSets, campaign.AdSet{
			ID: "set" + n, ExternalID: "s" + n, Status: "active", Audience: campaign.AudienceBroad,
			Planned: usd(b), Wanted: usd(b), Budget: usd(b), Initial: usd(b), ActivatedAt: s.ActivatedAt,
		})
		s.Ads = append(s.Ads, campaign.Ad{ID: "ad" + n, AdSetID: "set" + n, ExternalID: "a" + n, Status: "active", ActivatedAt: s.ActivatedAt, CreativeID: "crt_" + n})
		total += b
	}
	s.Grants = []campaign.Grant{{Day: "2026-11-24", Nominal: usd(total)}}
	return s
}

func finish(t *testing.T, s *campaign.State, now time.Time, do func(*campaign.Turn)) (*campaign.State, campaign.Out) {
	t.Helper()
	turn := campaign.Begin(s, campaign.DefaultRules(time.UTC), now)
	do(turn)
	return turn.Finish()
}

func TestTurn_FitsTheGrant(t *testing.T) {
	t.Parallel()
	f, err := os.Open("testdata/fit.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		line, _, _ := strings.Cut(lines.Text(), "#")
		parts := strings.Split(line, "|")
		if len(parts) != 3 {
			continue
		}
		s := running(campaign.Active)
		for i, spec := range strings.Fields(parts[1]) {
			planned, roas, _ := strings.Cut(spec, "@")
			set := running(campaign.Active, cents(t, planned)).AdSets[0]
			set.ID = fmt.Sprint("set", i)
			if roas != "n" {
				set.Total = kpi.Metrics{Spend: usd(100), Revenue: usd(100 * cents(t, roas)), Conversions: 1}
			}
			s.AdSets = append(s.AdSets, set)
		}
		got, _ := finish(t, s, noon, func(turn *campaign.Turn) {
			turn.Granted("rsv", "2026-11-24", usd(cents(t, strings.TrimSpace(parts[0]))), true)
		})
		var wanted []string
		for _, set := range got.AdSets {
			wanted = append(wanted, strconv.FormatInt(set.Wanted.Minor(), 10))
		}
		if have, want := strings.Join(wanted, " "), strings.Join(strings.Fields(parts[2]), " "); have != want {
			t.Errorf("line %d: %s, want %s", n, have, want)
		}
	}
}

func cents(t *testing.T, s string) int64 {
	t.Helper()
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// What was lowered today may have been charged already: what goes up needs a grant beside it, or a new day.
func TestTurn_RaisesBesideWhatWasUsed(t *testing.T) {
	t.Parallel()
	s := running(campaign.Active, 2000, 2000)
	s.AdSets[0].Wanted, s.AdSets[0].Planned = usd(3000), usd(3000)
	s.AdSets[1].Wanted, s.AdSets[1].Planned = usd(1000), usd(1000)
	s, out := finish(t, s, noon, func(*campaign.Turn) {})
	if len(out.Steps) != 1 || out.Steps[0].Target != "set1" || out.Steps[0].Budget != usd(1000) {
		t.Fatalf("steps %+v, want only the lower budget", out.Steps)
	}
	s, out = finish(t, s, noon, func(turn *campaign.Turn) { turn.Performed(campaign.Answer{StepID: out.Steps[0].ID, Done: true}) })
	if len(out.Steps) != 0 {
		t.Fatalf("steps %+v, want none: 2000 and 2000 are used, 3000 and 2000 would be", out.Steps)
	}
	for name, next := range map[string]func() campaign.Out{
		"Granted": func() campaign.Out {
			_, out := finish(t, s, noon, func(turn *campaign.Turn) { turn.Granted("rsv", "2026-11-24", usd(5000), false) })
			return out
		},
		"NewDay": func() campaign.Out {
			tomorrow := s.Clone()
			tomorrow.Grants = []campaign.Grant{{Day: "2026-11-25", Nominal: usd(4000)}}
			_, out := finish(t, tomorrow, noon.Add(13*time.Hour), func(turn *campaign.Turn) { turn.NewDay() })
			return out
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if out := next(); len(out.Steps) != 1 || out.Steps[0].Target != "set0" || out.Steps[0].Budget != usd(3000) {
				t.Fatalf("steps %+v, want the higher budget now", out.Steps)
			}
		})
	}
}

// An ad set that was paused today counts on, so that another in its place needs a grant of its own, which is asked for.
func TestTurn_CountsWhatWasPausedToday(t *testing.T) {
	t.Parallel()
	s := running(campaign.Testing, 5000, 2500)
	s.Grants[0].Nominal = usd(7500)
	s.AdSets[0].Off = true
	s, out := finish(t, s, noon, func(*campaign.Turn) {})
	if len(out.Steps) != 1 || out.Steps[0].Delivery != ads.Paused {
		t.Fatalf("steps %+v, want the pause", out.Steps)
	}
	s, _ = finish(t, s, noon, func(turn *campaign.Turn) {
		turn.Performed(campaign.Answer{StepID: out.Steps[0].ID, Done: true, Delivery: ads.Paused})
	})
	s.AdSets[1].Planned = usd(4000)
	for name, tc := range map[string]struct {
		at   time.Time
		day  string
		want int64
	}{"Today": {noon, "2026-11-24", 9000}, "Tomorrow": {noon.Add(13 * time.Hour), "2026-11-25", 4000}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			held := s.Clone()
			held.Grants = []campaign.Grant{{Day: tc.day, Nominal: usd(2500)}}
			_, out := finish(t, held, tc.at, func(turn *campaign.Turn) { turn.NewDay() })
			if len(out.Reserve) != 1 || out.Reserve[0].Budget != usd(tc.want) {
				t.Fatalf("asked for %+v, want %d", out.Reserve, tc.want)
			}
		})
	}
}

// A new ad set that is paid for by another one's half begins when the half is not beside the whole any more: tomorrow, or with more money.
func TestTurn_ActivatesWithinTheGrant(t *testing.T) {
	t.Parallel()
	s := running(campaign.Testing, 5000, 2500)
	s.Grants[0].Nominal = usd(5000)
	s.AdSets[1].Status = "draft"
	s.AdSets[0].Wanted, s.AdSets[0].Planned = usd(2500), usd(2500)
	s, out := finish(t, s, noon, func(*campaign.Turn) {})
	if len(out.Steps) != 1 || out.Steps[0].Kind != campaign.SetBudget {
		t.Fatalf("steps %+v, want only the lower budget", out.Steps)
	}
	s, out = finish(t, s, noon, func(turn *campaign.Turn) { turn.Performed(campaign.Answer{StepID: out.Steps[0].ID, Done: true}) })
	if len(out.Steps) != 0 {
		t.Fatalf("steps %+v, want none today", out.Steps)
	}
	s.Grants = []campaign.Grant{{Day: "2026-11-25", Nominal: usd(5000)}}
	_, out = finish(t, s, noon.Add(13*time.Hour), func(*campaign.Turn) {})
	if len(out.Steps) != 1 || out.Steps[0].Target != "set1" || out.Steps[0].Delivery != ads.Active {
		t.Fatalf("steps %+v, want the activation now", out.Steps)
	}
}

// What begins after it was checked what may deliver into tomorrow needs tomorrow's grant too.
func TestTurn_BeginsLateOnlyWithTomorrow(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		minute   int
		tomorrow int64
		begins   bool
	}{"Before": {39, 0, true}, "Without": {45, 0, false}, "Less": {45, 4999, false}, "With": {45, 5000, true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := running(campaign.Publishing, 5000)
			s.MayDeliver = false
			if tc.tomorrow > 0 {
				s.Grants = append(s.Grants, campaign.Grant{Day: "2026-11-25", Nominal: usd(tc.tomorrow)})
			}
			_, out := finish(t, s, time.Date(2026, 11, 24, 23, tc.minute, 0, 0, time.UTC), func(*campaign.Turn) {})
			if begins := len(out.Steps) == 1 && out.Steps[0].Delivery == ads.Active; begins != tc.begins {
				t.Errorf("steps %+v, want it to begin: %v", out.Steps, tc.begins)
			}
			if len(out.Reserve) != 0 {
				t.Errorf("asked for %+v although today is paid for", out.Reserve)
			}
		})
	}
}

// Before midnight, what tomorrow does not cover is stopped even where the lower budget is still on its way.
func TestTurn_Enforces(t *testing.T) {
	t.Parallel()
	late := time.Date(2026, 11, 24, 23, 40, 0, 0, time.UTC)
	for name, tc := range map[string]struct {
		tomorrow int64
		want     campaign.Status
	}{"Covered": {5000, campaign.Active}, "Partly": {4999, campaign.Paused}, "Not": {0, campaign.Paused}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := running(campaign.Active, 5000)
			if tc.tomorrow > 0 {
				s.Grants = append(s.Grants, campaign.Grant{Day: "2026-11-25", Nominal: usd(tc.tomorrow)})
			}
			s, out := finish(t, s, late, func(turn *campaign.Turn) { turn.Enforce(late) })
			if s.Status != tc.want {
				t.Errorf("it is %s (%s), want %s", s.Status, s.Reason, tc.want)
			}
			if _, again := out.Schedule[campaign.AlarmEnforce]; again != (tc.want == campaign.Active) {
				t.Errorf("armed for tomorrow: %v", again)
			}
		})
	}
}

func good(n int64) kpi.Metrics {
	return kpi.Metrics{Impressions: 1000 * n, Clicks: 40 * n, Conversions: n, Spend: usd(1000 * n), Revenue: usd(6000 * n)}
}

func decide(t *testing.T, s *campaign.State) (*campaign.State, campaign.Out) {
	t.Helper()
	return finish(t, s, noon, func(turn *campaign.Turn) { turn.Decide(strategy.DefaultRules(), "") })
}

func TestTurn_CostCapWhenStable(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		conversions, streak int64
		want                ads.BidStrategy
	}{"Stable": {50, 2, ads.CostCap}, "TooFewConversions": {49, 2, ads.LowestCost}, "TooFewDecisions": {50, 1, ads.LowestCost}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := running(campaign.Scaling, 5000)
			s.Total, s.WinnerStreak = good(tc.conversions), tc.streak
			s, out := decide(t, s)
			if s.Bid != tc.want || (len(out.Steps) == 1) != (tc.want == ads.CostCap) {
				t.Errorf("bids %s with the steps %+v", s.Bid, out.Steps)
			}
			if tc.want == ads.CostCap && out.Steps[0].Budget != usd(1800) {
				t.Errorf("cost cap %s, want 0.3 of an AOV of 60", out.Steps[0].Budget)
			}
		})
	}
}

func TestTurn_ProvenOnce(t *testing.T) {
	t.Parallel()
	s := running(campaign.Scaling, 5000)
	s.Total = good(40)
	s, out := decide(t, s)
	if len(out.Proofs) != 1 || out.Proofs[0].ROASMilli != 6000 {
		t.Fatalf("proofs %+v", out.Proofs)
	}
	if _, out = decide(t, s); len(out.Proofs) != 0 {
		t.Error("it was proven twice")
	}
	exact := running(campaign.Scaling, 5000)
	exact.Total = good(40)
	exact.Total.Revenue = usd(80000)
	if _, out := decide(t, exact); len(out.Proofs) != 0 {
		t.Error("a ROAS of exactly 2 is not above 2")
	}
}

// A potential that becomes a winner gets a whole extension again, should it fall back.
func TestTurn_ExtensionStartsAgain(t *testing.T) {
	t.Parallel()
	s := running(campaign.Testing, 5000)
	s.Total, s.ExtendedUntil = good(40), noon.Add(-time.Hour)
	s, _ = decide(t, s)
	if s.Status != campaign.Scaling || !s.ExtendedUntil.IsZero() {
		t.Fatalf("%s, extended until %s", s.Status, s.ExtendedUntil)
	}
	s.Total.Revenue = usd(40000)
	s, _ = decide(t, s)
	if s.Status != campaign.Testing || !s.ExtendedUntil.Equal(noon.Add(24*time.Hour)) {
		t.Errorf("%s, extended until %s", s.Status, s.ExtendedUntil)
	}
}

func TestTurn_RaisesAtMostThreefold(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ now, want int64 }{{5000, 6000}, {12500, 15000}, {14000, 15000}, {15000, 0}} {
		s := running(campaign.Scaling, tc.now)
		s.AdSets[0].Initial, s.Verdict = usd(5000), "winner"
		_, out := finish(t, s, noon, func(turn *campaign.Turn) { turn.Scale() })
		var asked int64
		if len(out.Reserve) > 0 {
			asked = out.Reserve[0].Budget.Minor()
		}
		if asked != tc.want {
			t.Errorf("from %d it asks for %d, want %d", tc.now, asked, tc.want)
		}
	}
}

// The best three always stay, the rest of the bottom half goes once it ran for 48 hours.
func TestTurn_Retires(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		ads, young, want int
	}{{2, 0, 0}, {3, 0, 0}, {4, 0, 1}, {6, 0, 3}, {9, 0, 4}, {10, 0, 5}, {10, 2, 3}} {
		s := running(campaign.Scaling, 5000)
		s.Ads = nil
		for i := range tc.ads {
			ad := campaign.Ad{ID: fmt.Sprint("ad", i), AdSetID: "set0", ExternalID: fmt.Sprint("a", i), Status: "active", ActivatedAt: s.ActivatedAt}
			ad.Total = kpi.Metrics{Impressions: 1000, Spend: usd(100), Revenue: usd(int64(100 * (tc.ads - i)))}
			if i >= tc.ads-tc.young {
				ad.ActivatedAt = noon.Add(-47 * time.Hour)
			}
			s.Ads = append(s.Ads, ad)
		}
		s, out := finish(t, s, noon, func(turn *campaign.Turn) { turn.Rotate() })
		var off []string
		for _, ad := range s.Ads {
			if ad.Off {
				off = append(off, ad.ID)
			}
		}
		if len(off) != tc.want || len(out.Steps) != tc.want || len(out.More) != 1 {
			t.Errorf("of %d ads (%d young) %v go, want %d", tc.ads, tc.young, off, tc.want)
		}
		if tc.want > 0 && tc.young == 0 && off[0] != fmt.Sprint("ad", tc.ads-tc.want) {
			t.Errorf("of %d ads %v go, want the last %d", tc.ads, off, tc.want)
		}
	}
}

func TestTurn_Spreads(t *testing.T) {
	t.Parallel()
	s := running(campaign.Active, 9000, 500)
	s, _ = finish(t, s, noon, func(turn *campaign.Turn) {
		if err := turn.ChangeBudget("c", money.Minor(4000, money.USD), "ana@example.com", "less"); err != nil {
			t.Fatal(err)
		}
	})
	if s.AdSets[0].Planned != usd(3500) || s.AdSets[1].Planned != usd(500) {
		t.Errorf("plans %s and %s, want the smaller one to keep the minimum", s.AdSets[0].Planned, s.AdSets[1].Planned)
	}
}

// A ROAS under target for a day is an alert, once it is over target again the alert is resolved, once.
func TestTurn_ROASAlert(t *testing.T) {
	t.Parallel()
	s := running(campaign.Testing, 5000)
	s.History = []campaign.Point{{At: noon.Add(-24 * time.Hour), Total: good(10)}}
	s.Total = good(10).Add(kpi.Metrics{Impressions: 1000, Clicks: 40, Spend: usd(1000)})
	kinds := func(out campaign.Out) (raised, resolved int) {
		for _, f := range out.Facts {
			switch f := f.(type) {
			case facts.Alert:
				if f.Kind == "roas_below_target" {
					raised++
				}
			case facts.AlertResolved:
				resolved++
			}
		}
		return raised, resolved
	}
	s, out := decide(t, s)
	if raised, resolved := kinds(out); raised != 1 || resolved != 0 {
		t.Fatalf("%d raised, %d resolved", raised, resolved)
	}
	s.Total = s.Total.Add(good(5))
	s, out = decide(t, s)
	if raised, resolved := kinds(out); raised != 0 || resolved != 1 {
		t.Fatalf("%d raised, %d resolved", raised, resolved)
	}
	if _, out = decide(t, s); len(out.Facts) > 0 {
		if _, resolved := kinds(out); resolved != 0 {
			t.Error("resolved again")
		}
	}
}
