package campaign_test

import (
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/agente-ceo/agente-ceo/domain/facts"
	"github.com/agente-ceo/agente-ceo/domain/kpi"
	"github.com/agente-ceo/agente-ceo/messages"
)

func (b *bench) analytics() []facts.Analytics {
	var out []facts.Analytics
	for _, f := range b.Facts() {
		if a, ok := f.(facts.Analytics); ok {
			out = append(out, a)
		}
	}
	return out
}

func TestCampaign_Monitor(t *testing.T) {
	t.Parallel()
	b := setup(t, noon)
	b.ad = steady(100, 2, 5, 50, 6000)
	b.plan("auto")
	b.run(10 * time.Hour)
	rows := b.analytics()
	type slot struct {
		ad   string
		hour time.Time
	}
	seen := map[slot]bool{}
	var sum kpi.Metrics
	for _, r := range rows {
		k := slot{r.AdID, r.Hour}
		if seen[k] {
			t.Errorf("hour %s of %s was written twice", r.Hour, r.AdID)
		}
		seen[k] = true
		sum = sum.Add(r.Delta)
		if r.Hour != r.Hour.Truncate(time.Hour) || r.Day != r.Hour.Format(time.DateOnly) || r.ProductID != product.ID || r.AdSetID == "" {
			t.Errorf("row %+v", r)
		}
	}
	if want := (kpi.Metrics{Impressions: 6 * 900, Clicks: 6 * 18, Conversions: 6 * 4, Spend: cents(6 * 450), Revenue: cents(6 * 4 * 6000)}); sum != want {
		t.Errorf("the hours sum up to %+v, want %+v", sum, want)
	}
	if first := rows[0]; first.AccountDay != "2026-11-24" {
		t.Errorf("account day %s", first.AccountDay)
	}
	var s messages.CampaignState
	if _, err := b.Store.Snapshot(key, &s); err != nil {
		t.Fatal(err)
	}
	if s.Total.Impressions != sum.Impressions || s.AdSets[0].Total.Impressions != sum.Impressions {
		t.Errorf("totals %v, %v, the rows say %d", s.Total, s.AdSets[0].Total, sum.Impressions)
	}
}

// A platform that takes figures back makes a negative hour, and never a second row of the same hour.
func TestCampaign_MonitorRevisions(t *testing.T) {
	t.Parallel()
	b := setup(t, noon)
	b.plan("auto")
	ad := b.externals("a")[0]
	at := noon.Add(time.Hour)
	tell := func(at time.Time, impressions int64) {
		b.Tell(key, &messages.InsightsFetched{CampaignId: cmp, AtMs: at.UnixMilli(), Rows: []*messages.AdInsight{
			{AdExternalId: ad, Total: &messages.Metrics{Impressions: impressions, Spend: usd(0), Revenue: usd(0)}},
			{AdExternalId: "of another campaign", Total: &messages.Metrics{Impressions: 7}},
		}})
	}
	tell(at, 100)
	tell(at.Add(10*time.Minute), 150) // the same hour: waits for the next
	tell(at.Add(time.Hour), 90)
	tell(at.Add(time.Hour), 90)
	rows := b.analytics()
	if len(rows) != 2 || rows[0].Delta.Impressions != 100 || rows[1].Delta.Impressions != -10 {
		t.Errorf("rows %+v", rows)
	}
}

func TestCampaign_MonitorFailures(t *testing.T) {
	t.Parallel()
	b := setup(t, noon)
	b.plan("auto")
	b.run(2*time.Hour + 10*time.Minute)
	if b.alerts("api_failure") != 0 {
		t.Error("two failures are no alert yet")
	}
	b.run(3 * time.Hour)
	if n := b.alerts("api_failure"); n == 0 {
		t.Error("five failures in a row raised no alert")
	}
	b.ad = steady(100, 2, 5, 50, 6000)
	b.run(2 * time.Hour)
	if len(b.analytics()) == 0 {
		t.Error("the hours after the failures were not written")
	}
	resolved := 0
	for _, f := range b.Facts() {
		if _, ok := f.(facts.AlertResolved); ok {
			resolved++
		}
	}
	if resolved == 0 {
		t.Error("the alert was not resolved")
	}
}

func TestCampaign_MonitorSettles(t *testing.T) {
	t.Parallel()
	b := setup(t, noon)
	b.ad = steady(100, 2, 5, 50, 6000)
	b.plan("auto")
	b.run(3 * time.Hour)
	b.accepted(&messages.PauseCampaign{CommandId: "p1", By: ana})
	b.run(3 * time.Hour)
	before := b.fetched
	b.run(20 * 24 * time.Hour)
	if got := b.fetched - before; got < 6 || got > 8 {
		t.Errorf("a stopped campaign was looked at %d times, want about once a day for a week", got)
	}
}

func TestCampaign_Loser(t *testing.T) {
	t.Parallel()
	b := setup(t, noon)
	b.ad = steady(500, 3, 0, 150, 0)
	b.plan("auto")
	b.run(23*time.Hour + 50*time.Minute)
	b.wantStatus("active")
	b.run(20 * time.Minute)
	b.wantStatus("paused")
	row := b.row()
	if row.Verdict != "loser" || row.EndedAt.IsZero() {
		t.Errorf("row %+v", row)
	}
	if b.delivering() != 0 || count[*messages.ReleaseBudget](b.ToldTo(treasurer)) != 1 {
		t.Error("it was not stopped and released")
	}
	ended := ofType[*messages.CampaignEnded](b.ToldTo(product))
	if len(ended) != 1 || ended[0].Verdict != "loser" || count[*messages.CampaignClosed](b.ToldTo(ceo)) != 1 {
		t.Errorf("told %v", ended)
	}
	failed, listed := 0, 0
	for _, f := range b.Facts() {
		switch f := f.(type) {
		case facts.Ad:
			if f.Status == "failed" {
				failed++
			}
		case facts.Blacklisted:
			listed++
		}
	}
	if failed != 6 || listed != 6 || b.alerts("auto_paused") != 1 {
		t.Errorf("%d ads failed, %d blacklisted, %d alerts", failed, listed, b.alerts("auto_paused"))
	}
	for _, e := range b.Effects("meta") {
		if e.Kind == "set_budget" {
			t.Error("a loser's budget was lowered")
		}
	}
	decided := b.Audit()[indexOf(b, "campaign_decided", 3)]
	if decided.Reason == "" || decided.Expected == "" || len(decided.Figures) < 10 {
		t.Errorf("the decision is not explained: %+v", decided)
	}
	b.refused("wrong_status", &messages.ResumeCampaign{CommandId: "r1", By: ana})
}

func indexOf(b *bench, action string, nth int) int {
	for i, a := range b.Audit() {
		if a.Action == action {
			if nth == 0 {
				return i
			}
			nth--
		}
	}
	b.t.Fatalf("%s was not audited often enough", action)
	return 0
}

func ofType[T proto.Message](told []proto.Message) []T {
	var out []T
	for _, m := range told {
		if x, ok := m.(T); ok {
			out = append(out, x)
		}
	}
	return out
}

// A potential gets a day more; with a ROAS under target after that it is paused for good.
func TestCampaign_Potential(t *testing.T) {
	t.Parallel()
	b := setup(t, noon)
	b.ad = func(ad string, hours int64) *messages.Metrics {
		m := steady(500, 8, 0, 150, 0)(ad, hours)
		m.Conversions, m.Revenue = hours/12, usd(hours/12*2000)
		return m
	}
	b.plan("auto")
	b.run(24*time.Hour + 10*time.Minute)
	b.wantStatus("testing")
	if b.delivering() > 5000 {
		t.Errorf("a potential delivers %d", b.delivering())
	}
	b.run(23 * time.Hour)
	b.wantStatus("testing")
	b.run(2 * time.Hour)
	b.wantStatus("paused")
	if row := b.row(); row.Verdict != "potential" || row.EndedAt.IsZero() {
		t.Errorf("row %+v", row)
	}
	if b.audited("landing_page_advised") != 1 || b.audited("bundle_advised") != 1 {
		t.Errorf("remedies:\n%s", b.log())
	}
}

func TestCampaign_PotentialChangesAudience(t *testing.T) {
	t.Parallel()
	b := setup(t, noon)
	b.ad = func(ad string, hours int64) *messages.Metrics { // CPA about $34, AOV $60: ROAS about 1.75
		m := steady(500, 8, 0, 300, 0)(ad, hours)
		m.Conversions = m.Spend.Minor / 3200
		m.Revenue = usd(m.Conversions * 6000)
		return m
	}
	b.plan("auto")
	b.run(24*time.Hour + 20*time.Minute)
	b.wantStatus("testing")
	var sets []int64
	for _, s := range b.externals("s") {
		if b.entities[s] == "active" {
			sets = append(sets, b.budgets[s])
		}
	}
	if len(sets) != 2 || sets[0] != 2500 || sets[1] != 2500 {
		t.Errorf("ad sets deliver %v, want the budget split in two\n%s", sets, b.log())
	}
	if n := len(b.reservations("expand")); n != 0 {
		t.Errorf("%d reservations for a test that costs no more", n)
	}
}
