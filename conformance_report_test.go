package main

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/platforms/sandbox/faults"
)

// grown is a campaign with one ad set and one ad, all paused.
type grown struct{ campaign, adSet, ad ads.Entity }

func (a *adAccount) grow(t *testing.T, p simulatedAds, name string) grown {
	t.Helper()
	var g grown
	var err error
	if g.campaign, err = a.client.CreateCampaign(t.Context(), ads.CampaignSpec{Name: name}); err != nil {
		t.Fatalf("create campaign: %v", err)
	}
	g.adSet, err = a.client.CreateAdSet(t.Context(), ads.AdSetSpec{
		Name: name + " set", CampaignID: g.campaign.ID, DailyBudget: money.Minor(2500, money.USD), Bid: ads.LowestCost,
		Audience: ads.Audience{Kind: ads.Broad, Countries: []string{"BR", "US"}, AgeMin: 18, AgeMax: 65},
	})
	if err != nil {
		t.Fatalf("create ad set: %v", err)
	}
	g.ad, err = a.client.CreateAd(t.Context(), ads.AdSpec{
		Name: name + " ad", CampaignID: g.campaign.ID, AdSetID: g.adSet.ID, Headline: "Cinema at home", Body: "A small projector with a large picture.",
		Action: "shop_now", LandingURL: a.controls(p).LandingURL, MediaKey: a.media,
	})
	if err != nil {
		t.Fatalf("create ad: %v", err)
	}
	return g
}

// start makes everything active and lets the review pass.
func (a *adAccount) start(t *testing.T, g grown) {
	t.Helper()
	for _, x := range []struct {
		level ads.Level
		id    string
	}{{ads.LevelAd, g.ad.ID}, {ads.LevelAdSet, g.adSet.ID}, {ads.LevelCampaign, g.campaign.ID}} {
		if err := a.client.SetDelivery(t.Context(), x.level, x.id, ads.Active); err != nil {
			t.Fatalf("start the %s: %v", x.level, err)
		}
	}
	a.time.pass(2 * reviewDelay)
	a.server.Step(a.time.Now())
}

// TestConformance_AdsReport: what the platform holds is what the client reads, whatever the units and shapes in between.
func TestConformance_AdsReport(t *testing.T) {
	t.Parallel()
	for _, p := range simulatedPlatforms() {
		t.Run(string(p.platform), func(t *testing.T) {
			t.Parallel()
			a := openAccount(t, p)
			g := a.grow(t, p, "ac-report")
			a.grow(t, p, "ac-silent")
			a.start(t, g)
			if len(a.market.live) != 1 {
				t.Fatalf("the market knows %d ads that deliver, want 1", len(a.market.live))
			}
			for _, told := range a.market.live {
				if told.DailyBudget != 2500 || told.CampaignID != g.campaign.ID || told.AdSetID != g.adSet.ID {
					t.Errorf("the market was told %+v", told)
				}
			}
			rows, err := a.client.Insights(t.Context(), g.campaign.ID)
			if err != nil || len(rows) != 1 {
				t.Fatalf("insights %+v: %v", rows, err)
			}
			m := rows[0].Metrics
			if rows[0].AdID != g.ad.ID || rows[0].AdSetID != g.adSet.ID || rows[0].CampaignID != g.campaign.ID {
				t.Errorf("the row %+v is not of %+v", rows[0], g)
			}
			// TikTok reports a rounded ratio instead of revenue: half a hundredth of the spend is what that can cost.
			if off := m.Revenue.Minor() - 12345; m.Spend != money.Minor(1999, money.USD) || m.Impressions != 1234 || m.Clicks != 56 || m.Conversions != 3 || off < -10 || off > 10 {
				t.Errorf("read %+v of %+v", m, a.market.figures)
			}
			day := a.market.AccountDay(conformanceStart)
			spent, err := a.client.Spend(t.Context(), day, day)
			want := []ads.SpendRow{{CampaignID: g.campaign.ID, Day: day, Spend: money.Minor(1999, money.USD)}}
			if diff := cmp.Diff(want, spent, cmpopts.EquateComparable(money.Amount{})); diff != "" || err != nil {
				t.Error(diff, err)
			}
		})
	}
}

// TestConformance_AdsReportDuplicateRows: a row that a platform lists twice is charged once.
func TestConformance_AdsReportDuplicateRows(t *testing.T) {
	t.Parallel()
	for _, p := range simulatedPlatforms() {
		t.Run(string(p.platform), func(t *testing.T) {
			t.Parallel()
			a := openAccount(t, p)
			g := a.grow(t, p, "ac-twice")
			a.start(t, g)
			if err := a.faults.Set([]faults.Fault{{Kind: faults.DuplicateRows}}); err != nil {
				t.Fatal(err)
			}
			day := a.market.AccountDay(conformanceStart)
			rows, err := a.client.Insights(t.Context(), g.campaign.ID)
			if err != nil || len(rows) != 1 || rows[0].Metrics.Spend != money.Minor(1999, money.USD) {
				t.Errorf("insights %+v: %v", rows, err)
			}
			spent, err := a.client.Spend(t.Context(), day, day)
			if err != nil || len(spent) != 1 || spent[0].Spend != money.Minor(1999, money.USD) {
				t.Errorf("charged %+v: %v", spent, err)
			}
			if n := a.faults.Counts()[faults.DuplicateRows]; n < 2 {
				t.Errorf("rows came twice in %d answers: the test shows nothing", n)
			}
		})
	}
}

// TestConformance_AdsAwkwardNames: names are how lost answers are found again, so no sign in them may confuse a filter or a query.
func TestConformance_AdsAwkwardNames(t *testing.T) {
	t.Parallel()
	for _, p := range simulatedPlatforms() {
		t.Run(string(p.platform), func(t *testing.T) {
			t.Parallel()
			a := openAccount(t, p)
			for _, name := range []string{`Tom's pots and pans`, `50% off, "new" [ação]`, `a\b`, `x BETWEEN 1 and 2 LIMIT 1`} {
				made, err := a.client.CreateCampaign(t.Context(), ads.CampaignSpec{Name: name})
				if err != nil {
					t.Errorf("create %q: %v", name, err)
					continue
				}
				found, err := a.client.Find(t.Context(), ads.LevelCampaign, "", name)
				if err != nil || found.ID != made.ID || found.Name != name {
					t.Errorf("found %+v for %q %s: %v", found, name, made.ID, err)
				}
			}
		})
	}
}

// TestConformance_AdsAudiences: an interest is looked up at the platform, and a lookalike of its buyers can be advertised to.
func TestConformance_AdsAudiences(t *testing.T) {
	t.Parallel()
	for _, p := range simulatedPlatforms() {
		t.Run(string(p.platform), func(t *testing.T) {
			t.Parallel()
			a := openAccount(t, p)
			campaign, err := a.client.CreateCampaign(t.Context(), ads.CampaignSpec{Name: "ac-audience"})
			if err != nil {
				t.Fatal(err)
			}
			spec := ads.AdSetSpec{
				Name: "interests", CampaignID: campaign.ID, DailyBudget: money.Minor(2500, money.USD), Bid: ads.CostCap, CostCap: money.Minor(1250, money.USD),
				Audience: ads.Audience{Kind: ads.Interests, Countries: []string{"US"}, AgeMin: 25, AgeMax: 54, InterestKeywords: []string{"fitness"}},
			}
			if _, err := a.client.CreateAdSet(t.Context(), spec); err != nil {
				t.Errorf("an ad set of interests: %v", err)
			}
			id, err := a.client.CreateLookalike(t.Context(), "ac-like", []string{"US"}, 2, 3)
			if p.platform == ads.Google {
				if fault.CodeOf(err) != "unsupported" {
					t.Errorf("a lookalike at Google: %v", err)
				}
				return
			}
			for range 2 {
				if fault.CodeOf(err) != "audience_too_small" {
					break
				}
				a.time.pass(24 * time.Hour) // audiences fill within hours
				a.server.Step(a.time.Now())
				id, err = a.client.CreateLookalike(t.Context(), "ac-like", []string{"US"}, 2, 3)
			}
			if err != nil {
				t.Fatalf("a lookalike of 500 buyers: %v", err)
			}
			a.time.pass(24 * time.Hour)
			a.server.Step(a.time.Now())
			spec.Name, spec.Audience = "lookalike", ads.Audience{Kind: ads.Lookalike, Countries: []string{"US"}, AgeMin: 18, AgeMax: 65, LookalikeID: id, FromPct: 2, ToPct: 3}
			if _, err := a.client.CreateAdSet(t.Context(), spec); err != nil {
				t.Errorf("an ad set for the lookalike %s: %v", id, err)
			}
			again, err := a.client.CreateLookalike(t.Context(), "ac-like", []string{"US"}, 2, 3)
			if err != nil || again != id {
				t.Errorf("the same lookalike again: %s, not %s: %v", again, id, err)
			}
		})
	}
}
