package campaign_test

import (
	"fmt"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/agente-ceo/agente-ceo/messages"
)

// winner collects 2 % CTR, 4 % CVR, CPA $8 and AOV $60 in each ad: ROAS 7.5.
func winner(_ string, hours int64) *messages.Metrics {
	return &messages.Metrics{
		Impressions: 1250 * hours, Clicks: 25 * hours, Conversions: hours, Spend: usd(800 * hours), Revenue: usd(6000 * hours),
	}
}

func TestCampaign_WinnerScales(t *testing.T) {
	t.Parallel()
	b := setup(t, noon)
	b.ad = winner
	b.perform = func(kind string, e *messages.Effect) *messages.EffectPerformed {
		if kind == "create_lookalike" {
			return refuse("audience_too_small")
		}
		return b.obey(kind, e)
	}
	b.plan("auto")
	b.run(24*time.Hour + 10*time.Minute)
	b.wantStatus("scaling")
	if b.delivering() != 6000 {
		t.Errorf("after the first verdict it delivers %d, want +20 %%\n%s", b.delivering(), b.log())
	}
	if b.alerts("new_winner") != 1 || count[*messages.CampaignProven](b.ToldTo(ceo)) != 1 {
		t.Errorf("%d alerts, %d proofs", b.alerts("new_winner"), count[*messages.CampaignProven](b.ToldTo(ceo)))
	}
	b.run(7 * time.Hour)
	if got := activeSets(b); len(got) != 2 || got[1] != 3000 {
		t.Errorf("the copy for interests, at half the budget: %v\n%s", got, b.log())
	}
	b.run(41*time.Hour + 30*time.Minute) // 48 h after the raise
	if sets := activeSets(b); sets[0] != 7200 {
		t.Errorf("after 48 hours more the ad sets deliver %v", sets)
	}
	b.run(20 * 24 * time.Hour)
	var s messages.CampaignState
	if _, err := b.Store.Snapshot(key, &s); err != nil {
		t.Fatal(err)
	}
	for _, set := range s.AdSets {
		if set.DailyBudget.Minor > 3*set.InitialBudget.Minor || set.DailyBudget.Minor != b.budgets[set.ExternalId] {
			t.Errorf("ad set %v delivers over three times its initial budget, or other than we know", set)
		}
	}
	if sets := activeSets(b); sets[0] != 15000 {
		t.Errorf("after three weeks the ad sets deliver %v", sets)
	}
	b.run(24 * time.Hour)
	b.wantStatus("scaling")
}

func activeSets(b *bench) []int64 {
	var out []int64
	for _, s := range b.externals("s") {
		if b.entities[s] == "active" {
			out = append(out, b.budgets[s])
		}
	}
	return out
}

func TestCampaign_HorizontalScaling(t *testing.T) {
	t.Parallel()
	b := setup(t, noon)
	b.ad = winner
	var sets []*messages.CreateAdSet
	var made []*messages.CreateLookalike
	b.perform = func(kind string, e *messages.Effect) *messages.EffectPerformed {
		if set := e.GetCreateAdSet(); set != nil {
			sets = append(sets, set)
		}
		if l := e.GetCreateLookalike(); l != nil {
			made = append(made, l)
		}
		return b.obey(kind, e)
	}
	b.plan("auto")
	b.run(16 * 24 * time.Hour)
	var got []string
	for _, s := range sets {
		got = append(got, fmt.Sprintf("%s %d-%d %v", s.Audience, s.FromPct, s.ToPct, s.Countries))
	}
	want := []string{"broad 0-0 [BR US]", "lookalike 0-1 [BR US]", "lookalike 1-3 [BR US]", "interests 0-0 [BR US]", "broad 0-0 [AU]", "broad 0-0 [CA]"}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("ad sets are\n%q, want\n%q\n%s", got, want, b.log())
	}
	if len(made) != 2 || len(sets) > 1 && sets[1].LookalikeId == "" {
		t.Errorf("lookalikes %v", made)
	}
	for i, r := range b.reservations("expand") {
		if i > 0 && r.ReservationId == b.reservations("expand")[i-1].ReservationId {
			t.Error("two expansions share a reservation")
		}
	}
	if len(sets) > 3 && len(sets[3].InterestKeywords) == 0 {
		t.Error("interests without keywords")
	}
}

func TestCampaign_ExpansionRefused(t *testing.T) {
	t.Parallel()
	b := setup(t, noon)
	b.ad = winner
	yes := b.grant
	b.grant = func(r *messages.ReserveBudget) proto.Message {
		if r.Purpose == "expand" {
			return refusal(r, "cap_day", b.Now().Add(4*time.Hour))
		}
		return yes(r)
	}
	b.plan("auto")
	b.run(40 * time.Hour)
	if n := len(activeSets(b)); n != 1 {
		t.Errorf("%d ad sets without a grant", n)
	}
	b.grant = yes
	b.run(24 * time.Hour)
	if n := len(activeSets(b)); n != 2 {
		t.Errorf("%d ad sets once there was room\n%s", n, b.log())
	}
}

// A raise after which the ROAS falls by more than a fifth is taken back, and not tried again before 48 hours.
func TestCampaign_RollsBack(t *testing.T) {
	t.Parallel()
	b := setup(t, noon)
	b.rules.MaxAdSets = 1
	b.ad = func(ad string, hours int64) *messages.Metrics {
		m := winner(ad, min(hours, 26))
		if late := hours - 26; late > 0 {
			m.Impressions += 1250 * late
			m.Clicks += 25 * late
			m.Conversions += late / 2
			m.Spend.Minor += 800 * late
			m.Revenue.Minor += late / 2 * 6000
		}
		return m
	}
	b.plan("auto")
	b.run(25 * time.Hour)
	if b.delivering() != 6000 {
		t.Fatalf("delivers %d", b.delivering())
	}
	b.run(25 * time.Hour)
	b.wantStatus("scaling")
	if b.delivering() != 5000 || b.audited("budget_rolled_back") != 1 {
		t.Errorf("after the fall it delivers %d\n%s", b.delivering(), b.log())
	}
	raises := b.audited("budget_raised")
	b.run(39 * time.Hour)
	if b.audited("budget_raised") != raises {
		t.Error("it was raised again within 48 hours")
	}
}

func TestCampaign_RaiseWaitsForTheNewDay(t *testing.T) {
	t.Parallel()
	b := setup(t, time.Date(2026, 11, 25, 1, 40, 0, 0, time.UTC)) // 22:40 on the wall: verdicts come at 22:40 too
	b.ad = winner
	b.plan("auto")
	b.run(24*time.Hour + 20*time.Minute)
	b.wantStatus("scaling")
	if len(b.reservations("raise")) != 0 {
		t.Error("a raise was asked for after tomorrow's budget was fixed")
	}
	b.run(2 * time.Hour)
	if r := b.reservations("raise"); len(r) != 1 || b.delivering() != 6000 {
		t.Errorf("after midnight: %d raises, delivers %d", len(r), b.delivering())
	}
}

func TestCampaign_PartialRaise(t *testing.T) {
	t.Parallel()
	b := setup(t, noon)
	b.ad = winner
	yes := b.grant
	b.grant = func(r *messages.ReserveBudget) proto.Message {
		if r.Purpose == "raise" {
			return &messages.BudgetReserved{ReservationId: r.ReservationId, Day: r.Day, DailyBudget: usd(5600), Partial: true}
		}
		return yes(r)
	}
	b.plan("auto")
	b.run(24*time.Hour + 10*time.Minute)
	if b.delivering() != 5600 {
		t.Errorf("delivers %d", b.delivering())
	}
}

// Every 72 hours: the bottom half goes, the best three stay, new ones come.
func TestCampaign_RotatesCreatives(t *testing.T) {
	t.Parallel()
	b := setup(t, noon)
	b.rules.MaxAdSets = 1
	b.ad = func(ad string, hours int64) *messages.Metrics {
		m := winner(ad, hours)
		var n int64
		if _, err := fmt.Sscanf(ad, "a%d", &n); err != nil {
			t.Error(err)
		}
		m.Revenue.Minor += m.Conversions * 100 * n // later ads sell more
		return m
	}
	b.plan("auto")
	b.run(72*time.Hour + 30*time.Minute)
	var active []string
	for _, ad := range b.externals("a") {
		if b.entities[ad] == "active" {
			active = append(active, ad)
		}
	}
	if fmt.Sprint(active) != "[a06 a07 a08]" {
		t.Errorf("active ads %v, want the best three of a03 to a08\n%s", active, b.log())
	}
	asked := ofType[*messages.MakeCreatives](b.ToldTo(product))
	if len(asked) != 1 || asked[0].CampaignId != cmp || asked[0].Count != 5 {
		t.Fatalf("asked for %v", asked)
	}
	ready := &messages.CreativesReady{RequestId: asked[0].RequestId, Creatives: []*messages.CreativeRef{{CreativeId: "crt_new", Headline: "New", Language: "en"}}}
	b.Send(product, key, ready)
	b.Send(product, key, ready)
	b.pump()
	if n := len(b.externals("a")); n != 7 {
		t.Errorf("%d ads exist, want one more", n)
	}
	b.run(10 * 24 * time.Hour)
	var s messages.CampaignState
	if _, err := b.Store.Snapshot(key, &s); err != nil {
		t.Fatal(err)
	}
	if len(s.Ads) != 4 || len(s.Plan.Creatives) != 4 {
		t.Errorf("the snapshot keeps %d ads and %d creatives of what stopped long ago", len(s.Ads), len(s.Plan.Creatives))
	}
}

// A stable winner bids with a cost cap of 0.3 AOV, and new ad sets begin with it.
func TestCampaign_CostCap(t *testing.T) {
	t.Parallel()
	b := setup(t, noon)
	b.ad = winner
	var bids []*messages.SetBid
	var sets []*messages.CreateAdSet
	b.perform = func(kind string, e *messages.Effect) *messages.EffectPerformed {
		if s := e.GetSetBid(); s != nil {
			bids = append(bids, s)
		}
		if s := e.GetCreateAdSet(); s != nil {
			sets = append(sets, s)
		}
		return b.obey(kind, e)
	}
	b.plan("auto")
	b.run(8 * 24 * time.Hour)
	if len(bids) == 0 || bids[0].CostCap.Minor != 1800 || bids[0].BidStrategy != "cost_cap" {
		t.Fatalf("bids %v\n%s", bids, b.log())
	}
	if last := sets[len(sets)-1]; last.BidStrategy != "cost_cap" || last.CostCap.GetMinor() != 1800 {
		t.Errorf("the newest ad set bids %v", last)
	}
	if b.row().BidStrategy != "cost_cap" {
		t.Errorf("row %+v", b.row())
	}
}

// An added audience that fails is paused by itself; the campaign goes on.
func TestCampaign_AddedAudienceFails(t *testing.T) {
	t.Parallel()
	b := setup(t, noon)
	b.ad = func(ad string, hours int64) *messages.Metrics {
		if b.parents[ad] == b.externals("s")[0] {
			return winner(ad, hours)
		}
		return steady(500, 10, 0, 40, 0)(ad, max(0, hours-30))
	}
	b.plan("auto")
	b.run(31 * time.Hour)
	if n := len(activeSets(b)); n != 2 {
		t.Fatalf("%d ad sets", n)
	}
	second := b.externals("s")[1]
	b.run(54 * time.Hour)
	if b.entities[second] != "paused" || b.audited("ad_set_paused") == 0 {
		t.Errorf("the failing ad set is %s\n%s", b.entities[second], b.log())
	}
	b.wantStatus("scaling")
}
