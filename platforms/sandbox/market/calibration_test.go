package market_test

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/agente-ceo/agente-ceo/platforms/sandbox/market"
)

// Figures of public ad data, pinned so that the model is held to them where the files are not at hand.
var (
	// Click rates of creatives in a feed, per cent: 11,571 arms of randomised tests (Upworthy Research Archive, CC BY 4.0).
	pinnedCTR = map[string]float64{"p05": 0.32078, "p25": 0.73565, "p50": 1.2548, "p75": 2.0063, "p95": 3.9717}
	// Coefficients of variation of the true rates by beta-binomial fit: creative CTR, and purchases per click of social ads with ten or more clicks.
	pinnedCTRCV, pinnedBuyCV = 0.685, 0.75
	// Median purchases per click of Beta(1.718, 67.9), per cent.
	pinnedBuyMedian = 2.03
)

// shared finds the calibration data, or skips.
func shared(t *testing.T, path string) []byte {
	t.Helper()
	root := os.Getenv("AGENTE_SHARED")
	if root == "" {
		root = filepath.Join("..", "..", "..", "..", "shared")
	}
	data, err := os.ReadFile(filepath.Join(root, path))
	if err != nil {
		t.Skipf("calibration data is not here (set AGENTE_SHARED to its directory): %v", err)
	}
	return data
}

func TestCalibration_PinnedFiguresAreTheData(t *testing.T) {
	t.Parallel()
	var d struct {
		Upworthy struct {
			CTR  map[string]float64   `json:"ctr_pct"`
			Beta struct{ CV float64 } `json:"beta_binomial"`
		} `json:"upworthy_2013_2015"`
		Kag struct {
			Beta map[string]struct{ CV float64 } `json:"beta_binomial"`
		} `json:"kag_social_2017"`
	}
	if err := json.Unmarshal(shared(t, "data/derived/ad_distributions.json"), &d); err != nil {
		t.Fatal(err)
	}
	for q, want := range pinnedCTR {
		if got := d.Upworthy.CTR[q]; math.Abs(got-want) > 1e-3 {
			t.Errorf("CTR %s: pinned %v, data %v", q, want, got)
		}
	}
	if got := d.Upworthy.Beta.CV; math.Abs(got-pinnedCTRCV) > 1e-3 {
		t.Errorf("CTR cv: pinned %v, data %v", pinnedCTRCV, got)
	}
	if got := d.Kag.Beta["cvr_purchase_clicks_ge_10"].CV; math.Abs(got-pinnedBuyCV) > 1e-3 {
		t.Errorf("purchase cv: pinned %v, data %v", pinnedBuyCV, got)
	}
}

// crossSection runs one ad for every product of several worlds for two weeks, whatever the product looks like.
func crossSection(t *testing.T) []market.Totals {
	t.Helper()
	var out []market.Totals
	for seed := range uint64(16) {
		m := world(t, 100+seed, nil)
		found, _ := m.Search(start.AddDate(0, 0, 3), market.AliExpress, "", 0, 1000)
		now := start.AddDate(0, 0, 3)
		var ads []market.Ad
		for _, p := range found {
			ads = append(ads, launch(m, now, market.Meta, p, 1, 5000)...)
		}
		now = now.AddDate(0, 0, 14)
		for _, a := range ads {
			out = append(out, m.Lifetime(now, a.Platform, a.ID))
		}
	}
	return out
}

func quantile(sorted []float64, q float64) float64 { return sorted[int(q*float64(len(sorted)-1))] }

func moments(values []float64) (mean, cv float64) {
	for _, v := range values {
		mean += v / float64(len(values))
	}
	for _, v := range values {
		cv += (v - mean) * (v - mean) / float64(len(values))
	}
	return mean, math.Sqrt(cv) / mean
}

func TestCalibration_RatesOverAds(t *testing.T) {
	t.Parallel()
	var ctr, buy, cpm []float64
	dispersion, pooledClicks, pooledViews := 0.0, 0.0, 0.0
	ads := crossSection(t)
	for _, a := range ads {
		ctr = append(ctr, 100*float64(a.Clicks)/float64(a.Impressions))
		cpm = append(cpm, float64(a.SpendMinor)/float64(a.Impressions)*10)
		if a.Clicks >= 200 {
			buy = append(buy, 100*float64(a.Purchases)/float64(a.Clicks))
		}
		pooledClicks += float64(a.Clicks)
		pooledViews += float64(a.Impressions)
	}
	p := pooledClicks / pooledViews
	for _, a := range ads {
		n := float64(a.Impressions)
		dispersion += (float64(a.Clicks) - n*p) * (float64(a.Clicks) - n*p) / (n * p * (1 - p)) / float64(len(ads))
	}
	slices.Sort(ctr)
	slices.Sort(buy)
	slices.Sort(cpm)
	t.Logf("%d ads; CTR %% p5 %.2f p25 %.2f p50 %.2f p75 %.2f p95 %.2f; CPM p50 %.2f; purchases per click %% p50 %.2f; dispersion %.0f", len(ads),
		quantile(ctr, .05), quantile(ctr, .25), quantile(ctr, .5), quantile(ctr, .75), quantile(ctr, .95), quantile(cpm, .5), quantile(buy, .5), dispersion)
	for q, at := range map[string]float64{"p05": .05, "p25": .25, "p50": .5, "p75": .75, "p95": .95} {
		if got, want := quantile(ctr, at), pinnedCTR[q]; got < want*0.72 || got > want*1.3 {
			t.Errorf("CTR %s is %.3f %%, the data says %.3f", q, got, want)
		}
	}
	if _, cv := moments(ctr); math.Abs(cv-pinnedCTRCV) > 0.15 {
		t.Errorf("CTR varies by %.2f over ads, the data says %.2f", cv, pinnedCTRCV)
	}
	if _, cv := moments(buy); math.Abs(cv-pinnedBuyCV) > 0.2 {
		t.Errorf("purchases per click vary by %.2f over ads, the data says %.2f", cv, pinnedBuyCV)
	}
	if got := quantile(buy, .5); got < pinnedBuyMedian*0.65 || got > pinnedBuyMedian*1.2 {
		t.Errorf("median purchases per click are %.2f %%, the data says %.2f", got, pinnedBuyMedian)
	}
	if got := quantile(cpm, .5); got < 12 || got > 15 {
		t.Errorf("median CPM is %.2f, the decision-noise assumption is 12 to 15", got)
	}
	if dispersion < 3 {
		t.Errorf("clicks are spread like a plain binomial (Pearson %.1f); every public set refuses that", dispersion)
	}
}

func TestCalibration_TrueWinnersAreFew(t *testing.T) {
	t.Parallel()
	winners, campaigns := 0, 0
	for seed := range uint64(5) {
		m := world(t, 300+seed, nil)
		now := start
		var live [][]market.Ad
		done := map[string]bool{}
		for range 4 {
			for _, p := range promising(m, now) {
				if !done[p.Ref] {
					done[p.Ref] = true
					live = append(live, launch(m, now, market.Meta, p, 7, 5000))
				}
			}
			now = now.AddDate(0, 0, 4)
		}
		now = now.AddDate(0, 0, 14)
		for _, c := range live {
			campaigns++
			if winner(sum(m, now, c)) {
				winners++
			}
		}
	}
	share := float64(winners) / float64(campaigns)
	t.Logf("%d of %d campaigns meet all four criteria (%.1f %%)", winners, campaigns, 100*share)
	if share < 0.08 || share > 0.20 {
		t.Errorf("%.1f %% true winners; a believable world has 8 to 20", 100*share)
	}
}

func TestUniverse_MostProductsShouldFail(t *testing.T) {
	t.Parallel()
	all, good, perDay := 0, 0, map[int]int{}
	for seed := range uint64(5) {
		m := world(t, 500+seed, nil)
		seen := map[string]bool{}
		for day := range 30 {
			now := start.AddDate(0, 0, day)
			found, _ := m.Search(now, market.AliExpress, "", 0, 1000)
			for _, p := range found {
				if !seen[p.Ref] {
					seen[p.Ref] = true
					all++
					perDay[day]++
				}
			}
			for _, p := range promising(m, now) {
				if !seen["good "+p.Ref] {
					seen["good "+p.Ref] = true
					good++
				}
			}
		}
	}
	if failing := 1 - float64(good)/float64(all); failing < 0.58 || failing > 0.72 {
		t.Errorf("%.0f %% of products fail a sensible qualification, want 60 to 70", 100*failing)
	}
	for day := 1; day < 30; day++ {
		if n := float64(perDay[day]) / 5; n < 8 || n > 12 {
			t.Errorf("day %d brings %.1f products on average, want 8 to 12", day, n)
		}
	}
}

func BenchmarkAdvance_AdHour(b *testing.B) {
	m, now, ads := world(b, 1, nil), start, 0
	for _, p := range promising(m, now)[:5] {
		publish(m, now, p)
		for set := range 5 {
			for n := range 8 {
				m.SetLive(now, adOf(market.Meta, p, set, n, 5000), true)
				ads++
			}
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		now = now.Add(time.Hour)
		m.Advance(now)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(ads), "ns/ad-hour")
}
