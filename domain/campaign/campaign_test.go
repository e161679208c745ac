package campaign_test

import (
	"bufio"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/campaign"
	"github.com/agente-ceo/agente-ceo/domain/kpi"
	"github.com/agente-ceo/agente-ceo/domain/money"
)

func usd(cents int64) money.Amount { return money.Minor(cents, money.USD) }

func plan(mode campaign.Mode) campaign.Plan {
	p := campaign.Plan{
		CampaignID: "cmp_aaaaaaaaaaaaaaaa", ProductID: "prd_x", ProductTitle: "Lamp", Platform: ads.Meta, Mode: mode, DailyBudget: usd(5000),
		Countries: []string{"BR", "US"}, LandingURL: "https://shop.example/p/lamp", SellingPrice: usd(6000), Keywords: []string{"lamp"},
	}
	for i := range 4 {
		p.Creatives = append(p.Creatives, campaign.Creative{ID: fmt.Sprintf("crt_%d", i), Language: "en"})
	}
	return p
}

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func TestAccountDay(t *testing.T) {
	t.Parallel()
	sp, ny := zone(t, "America/Sao_Paulo"), zone(t, "America/New_York")
	at := time.Date(2026, 3, 1, 2, 59, 0, 0, time.UTC)
	if got := campaign.AccountDay(at, sp); got != "2026-02-28" {
		t.Errorf("02:59 UTC is %s in São Paulo", got)
	}
	if got := campaign.AccountDay(at.Add(time.Minute), sp); got != "2026-03-01" {
		t.Errorf("03:00 UTC is %s in São Paulo", got)
	}
	if got := campaign.DayAfter("2026-12-31"); got != "2027-01-01" {
		t.Errorf("after New Year's Eve comes %s", got)
	}
	for _, tc := range []struct {
		day    string
		hh, mm int
		want   string
	}{
		{"2026-03-07", 22, 30, "2026-03-08T03:30:00Z"},
		{"2026-03-08", 2, 30, "2026-03-08T07:30:00Z"}, // a time that the spring change skips
		{"2026-03-08", 22, 30, "2026-03-09T02:30:00Z"},
		{"2026-11-01", 22, 30, "2026-11-02T03:30:00Z"},
	} {
		if got := campaign.TimeOn(tc.day, tc.hh, tc.mm, ny).Format(time.RFC3339); got != tc.want {
			t.Errorf("%s %02d:%02d in New York is %s, want %s", tc.day, tc.hh, tc.mm, got, tc.want)
		}
	}
}

func TestLandingURL(t *testing.T) {
	t.Parallel()
	got, err := campaign.LandingURL("https://shop.example/p?utm_source=old&v=1#top", ads.TikTok, "cmp_1", "set_1", "ad_1")
	want := "https://shop.example/p?utm_campaign=cmp_1&utm_content=ad_1&utm_medium=paid&utm_source=tiktok&utm_term=set_1&v=1#top"
	if err != nil || got != want {
		t.Errorf("%s, %v, want %s", got, err, want)
	}
	for _, bad := range []string{"", "/p/lamp", "javascript:alert(1)", "ftp://shop.example/p", "https://", "::"} {
		if got, err := campaign.LandingURL(bad, ads.Meta, "c", "s", "a"); err == nil {
			t.Errorf("%q became %s", bad, got)
		}
	}
}

func TestRankCountries(t *testing.T) {
	t.Parallel()
	f, err := os.Open("testdata/countries.txt")
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
		var codes []string
		for _, c := range campaign.RankCountries(campaign.DefaultCountries(), strings.Fields(parts[0]), strings.Fields(parts[1])) {
			codes = append(codes, c.Code)
		}
		if got, want := strings.Join(codes, " "), strings.Join(strings.Fields(parts[2]), " "); got != want {
			t.Errorf("line %d: %s, want %s", n, got, want)
		}
	}
}

func TestRules_Validate(t *testing.T) {
	t.Parallel()
	good := campaign.DefaultRules(time.UTC)
	if err := good.Validate(); err != nil {
		t.Error(err)
	}
	for name, spoil := range map[string]func(*campaign.Rules){
		"Zone":     func(r *campaign.Rules) { r.Zone = nil },
		"Monitor":  func(r *campaign.Rules) { r.MonitorEvery = 60 },
		"Raise":    func(r *campaign.Rules) { r.RaiseBy = kpi.MustRatio("0.31") },
		"NoRaise":  func(r *campaign.Rules) { r.RaiseBy = kpi.Ratio{} },
		"Multiple": func(r *campaign.Rules) { r.MaxMultiple = kpi.MustRatio("0.9") },
		"Copies":   func(r *campaign.Rules) { r.CopyShare = kpi.Ratio{} },
		"Ads":      func(r *campaign.Rules) { r.MinAds = 0 },
		"Launch":   func(r *campaign.Rules) { r.LaunchWithin = 0 },
	} {
		r := campaign.DefaultRules(time.UTC)
		spoil(&r)
		if r.Validate() == nil {
			t.Errorf("%s: nonsense was accepted", name)
		}
	}
	r := campaign.DefaultRules(time.UTC)
	r.RaiseBy = kpi.MustRatio("0.3")
	if err := r.Validate(); err != nil {
		t.Errorf("a raise of 30 %% is allowed: %v", err)
	}
}

// A turn works on a copy: an abandoned turn leaves no trace.
func TestTurn_LeavesTheStateAlone(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 24, 13, 0, 0, 0, time.UTC)
	rules := campaign.DefaultRules(time.UTC)
	first := campaign.Begin(&campaign.State{}, rules, now)
	first.Accept(plan(campaign.Auto))
	state, out := first.Finish()
	before := fmt.Sprintf("%+v", *state)
	second := campaign.Begin(state, rules, now)
	second.Granted(out.Reserve[0].ID, out.Reserve[0].Day, usd(5000), false)
	if err := second.Pause("p", "ana@example.com", "stop"); err != nil {
		t.Fatal(err)
	}
	second.Finish()
	if after := fmt.Sprintf("%+v", *state); after != before {
		t.Errorf("the state changed under an abandoned turn:\n%s\n%s", before, after)
	}
}

// The same state, message and time give the same ids: a decision that is taken again writes the same effects.
func TestTurn_IsDeterministic(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 24, 13, 0, 0, 0, time.UTC)
	run := func() string {
		turn := campaign.Begin(&campaign.State{}, campaign.DefaultRules(time.UTC), now)
		turn.Accept(plan(campaign.Approval))
		state, out := turn.Finish()
		return fmt.Sprintf("%+v %+v", *state, out)
	}
	if a, b := run(), run(); a != b {
		t.Errorf("two runs differ:\n%s\n%s", a, b)
	}
}

func BenchmarkTurn_Observe(b *testing.B) {
	now := time.Date(2026, 11, 24, 13, 0, 0, 0, time.UTC)
	rules := campaign.DefaultRules(time.UTC)
	p := plan(campaign.Auto)
	for i := range 6 {
		p.Creatives = append(p.Creatives, campaign.Creative{ID: fmt.Sprint("crt_b", i), Headline: "A headline", Body: "Some words about it"})
	}
	first := campaign.Begin(&campaign.State{}, rules, now)
	first.Accept(p)
	state, _ := first.Finish()
	var seen []campaign.Seen
	for i := range state.Ads {
		state.Ads[i].ExternalID = fmt.Sprint("a", i)
		seen = append(seen, campaign.Seen{AdExternalID: state.Ads[i].ExternalID, Total: kpi.Metrics{Impressions: 100, Spend: usd(50), Revenue: usd(0)}})
	}
	for b.Loop() {
		turn := campaign.Begin(state, rules, now)
		turn.Observe(now, seen)
		turn.Finish()
	}
}
