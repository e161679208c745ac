package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// publicData is a file of the public data sets, which stay outside of the repository: AGENTE_TEST_DATA names their folder.
func publicData(t *testing.T, name string) string {
	t.Helper()
	root := os.Getenv("AGENTE_TEST_DATA")
	if root == "" {
		root = filepath.Join("..", "shared", "data")
	}
	path := filepath.Join(root, name)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("NOT TESTED: the public data is not here. Set AGENTE_TEST_DATA to its folder (%v)", err)
	}
	return path
}

// said is what a command printed, and its exit code.
type said struct {
	out, err string
	code     int
}

func command(args ...string) said {
	var out, errs bytes.Buffer
	code := execute(args, &out, &errs)
	return said{out.String(), errs.String(), code}
}

type reviewed struct {
	Currency string
	Totals   struct {
		Rows                                    int
		Impressions, Clicks, Spend, Conversions json.Number
		Revenue                                 json.Number
	}
	Counts map[string]int
	Items  []struct {
		Key, Verdict, Reason string
		Spend, ROAS, CTR     *json.Number
		Passed               []string
	}
	Warnings []struct {
		Row          int
		Column, Text string
	}
}

func reviewJSON(t *testing.T, args ...string) reviewed {
	t.Helper()
	s := command(append([]string{"review", "--json"}, args...)...)
	var r reviewed
	if err := json.Unmarshal([]byte(s.out), &r); err != nil || s.code != 0 {
		t.Fatalf("exit code %d, %v: %.300s %s", s.code, err, s.out, s.err)
	}
	return r
}

func (r reviewed) counts() [4]int {
	return [4]int{r.Counts["insufficient"], r.Counts["winner"], r.Counts["potential"], r.Counts["loser"]}
}

// paidOnly counts as if a CPA of 0 were not met: conversions that cost nothing prove nothing.
func (r reviewed) paidOnly() [4]int {
	n := r.counts()
	for _, i := range r.Items {
		if i.Verdict == "potential" && slices.Equal(i.Passed, []string{"cpa"}) && i.Spend.String() == "0.00" {
			n[2], n[3] = n[2]-1, n[3]+1
		}
	}
	return n
}

func TestReview_PublicData(t *testing.T) {
	t.Parallel()
	lower := filepath.Join(t.TempDir(), "lower.yaml")
	if err := os.WriteFile(lower, []byte("targets:\n  ctr: 0.000176\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	const kag, display = "ads/kag_conversion.csv", "ads/display_network_daily.csv"
	for _, tc := range []struct {
		name, file string
		args       []string
		want, paid [4]int
	}{
		{"KagPurchases", kag, []string{"--aov", "60"}, [4]int{75, 0, 468, 600}, [4]int{75, 0, 420, 648}},
		{"KagEnquiries", kag, []string{"--aov", "60", "--column", "conversions=Total_Conversion"}, [4]int{75, 0, 1035, 33}, [4]int{75, 0, 902, 166}},
		{"KagOwnMeanCTR", kag, []string{"--aov", "60", "--config", lower}, [4]int{75, 108, 679, 281}, [4]int{}},
		{"DisplayDays", display, nil, [4]int{7425, 650, 4614, 2714}, [4]int{}},
		{"DisplayLineItems", display, []string{"--by", "ad"}, [4]int{58, 11, 155, 20}, [4]int{}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			r := reviewJSON(t, append([]string{publicData(t, tc.file)}, tc.args...)...)
			if got := r.counts(); got != tc.want {
				t.Errorf("insufficient, winner, potential, loser are %v, want %v", got, tc.want)
			}
			if got := r.paidOnly(); tc.paid != [4]int{} && got != tc.paid {
				t.Errorf("where a CPA of nothing is not met, they are %v, want %v", got, tc.paid)
			}
		})
	}
}

func TestReview_PublicDataCriteriaMet(t *testing.T) {
	t.Parallel()
	for file, want := range map[string][4]int{"ads/kag_conversion.csv": {317, 0, 420, 275}, "ads/display_network_daily.csv": {165, 26, 105, 164}} {
		r := reviewJSON(t, publicData(t, file), "--aov", "60", "--by", "ad")
		var got [4]int
		for _, i := range r.Items {
			for n, check := range []string{"roas", "ctr", "cvr", "cpa"} {
				if i.Verdict != "insufficient" && slices.Contains(i.Passed, check) {
					got[n]++
				}
			}
		}
		if got != want {
			t.Errorf("%s: ROAS, CTR, CVR and CPA are met by %v, want %v", file, got, want)
		}
	}
}

func TestReview_PublicDataSums(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ file, impressions, clicks, spend, conversions, revenue string }{
		{"ads/kag_conversion.csv", "213434828", "38165", "58705.23", "1079", "64740.00"},
		{"ads/display_network_daily.csv", "239014261", "2492825", "175192.22", "651762", "32715410.23"},
		{"ads/google_ads_messy.csv", "9194115", "276613", "429396.07", "13168", "2953768.00"},
	} {
		sum := reviewJSON(t, publicData(t, tc.file), "--aov", "60").Totals
		if tc.file == "ads/google_ads_messy.csv" { // with what a missing revenue is worth, which the file's own sum has not
			sum = reviewJSON(t, publicData(t, tc.file)).Totals
		}
		got := []json.Number{sum.Impressions, sum.Clicks, sum.Spend, sum.Conversions, sum.Revenue}
		if want := []json.Number{json.Number(tc.impressions), json.Number(tc.clicks), json.Number(tc.spend), json.Number(tc.conversions), json.Number(tc.revenue)}; !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", tc.file, got, want)
		}
	}
}
