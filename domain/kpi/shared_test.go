package kpi_test

import (
	"encoding/csv"
	"math/big"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/agente-ceo/agente-ceo/domain/kpi"
	"github.com/agente-ceo/agente-ceo/domain/money"
)

// The published files carry fractions of a cent. Ratios do not depend on the unit, so the test reckons in the smallest unit that
// each file needs.
const (
	nano       = 1_000_000_000
	tenthMilli = 10_000
)

type counts struct{ insufficient, winner, potential, loser int }

func TestJudge_PublicData(t *testing.T) {
	t.Parallel()
	kag := readTable(t, "ads/kag_conversion.csv")
	display := readTable(t, "ads/display_network_daily.csv")
	lower := kpi.DefaultCriteria()
	lower.MinCTR = kpi.MustRatio("0.000176")
	for _, tc := range []struct {
		name string
		rows []kpi.Metrics
		c    kpi.Criteria
		want counts
	}{
		{"KagPurchases", kagRows(t, kag, 10), kpi.DefaultCriteria(), counts{75, 0, 468, 600}},
		{"KagEnquiries", kagRows(t, kag, 9), kpi.DefaultCriteria(), counts{75, 0, 1035, 33}},
		{"KagPurchasesOwnMeanCTR", kagRows(t, kag, 10), lower, counts{75, 108, 679, 281}},
		{"DisplayDays", displayRows(t, display), kpi.DefaultCriteria(), counts{7425, 650, 4614, 2714}},
		{"DisplayLineItems", lineItems(t, display), kpi.DefaultCriteria(), counts{58, 11, 155, 20}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if got := count(tc.rows, tc.c); got != tc.want {
				t.Errorf("counts are %+v, want %+v", got, tc.want)
			}
		})
	}
	t.Run("CriteriaMet", func(t *testing.T) {
		t.Parallel()
		for _, tc := range []struct {
			rows []kpi.Metrics
			want [4]int
		}{
			{kagRows(t, kag, 10), [4]int{317, 0, 420, 275}},
			{lineItems(t, display), [4]int{165, 26, 105, 164}},
		} {
			if got := countMet(tc.rows); got != tc.want {
				t.Errorf("criteria met %v, want %v (%v)", got, tc.want, kpi.Checks())
			}
		}
	})
}

func count(rows []kpi.Metrics, c kpi.Criteria) counts {
	var n counts
	for _, m := range rows {
		j := kpi.Judge(m, c)
		switch {
		case m.Impressions < 1000:
			n.insufficient++
		case j.All():
			n.winner++
		case j.None():
			n.loser++
		default:
			n.potential++
		}
	}
	return n
}

func countMet(rows []kpi.Metrics) [4]int {
	var n [4]int
	for _, m := range rows {
		if m.Impressions < 1000 {
			continue
		}
		j := kpi.Judge(m, kpi.DefaultCriteria())
		for i, c := range kpi.Checks() {
			if j.Met(c) {
				n[i]++
			}
		}
	}
	return n
}

func readTable(t *testing.T, name string) [][]string {
	t.Helper()
	root := os.Getenv("AGENTE_SHARED")
	if root == "" {
		root = filepath.Join("..", "..", "..", "shared")
	}
	f, err := os.Open(filepath.Join(root, "data", name))
	if err != nil {
		t.Skipf("the public data is not here (set AGENTE_SHARED to its folder): %v", err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows[1:]
}

func kagRows(t *testing.T, table [][]string, conversions int) []kpi.Metrics {
	t.Helper()
	out := make([]kpi.Metrics, 0, len(table))
	for _, row := range table {
		m := kpi.Metrics{
			Impressions: whole(t, row[6]), Clicks: whole(t, row[7]), Conversions: whole(t, row[conversions]),
			Spend: scaled(t, row[8], nano),
		}
		out = append(out, m.WithAOV(money.Minor(60*nano, "USD")))
	}
	return out
}

func displayRows(t *testing.T, table [][]string) []kpi.Metrics {
	t.Helper()
	out := make([]kpi.Metrics, 0, len(table))
	for _, row := range table {
		out = append(out, kpi.Metrics{
			Impressions: whole(t, row[6]), Clicks: whole(t, row[8]), Conversions: whole(t, row[10]),
			Spend: scaled(t, row[7], tenthMilli), Revenue: scaled(t, row[11], tenthMilli),
		})
	}
	return out
}

func lineItems(t *testing.T, table [][]string) []kpi.Metrics {
	t.Helper()
	index := map[[4]string]int{}
	var out []kpi.Metrics
	for i, m := range displayRows(t, table) {
		key := [4]string(table[i][2:6])
		at, ok := index[key]
		if !ok {
			at = len(out)
			index[key] = at
			out = append(out, kpi.Metrics{})
		}
		out[at] = out[at].Add(m)
	}
	return out
}

func whole(t *testing.T, s string) int64 {
	t.Helper()
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func scaled(t *testing.T, s string, by int64) money.Amount {
	t.Helper()
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		t.Fatalf("%q is no decimal", s)
	}
	r.Mul(r, big.NewRat(by, 1))
	if !r.IsInt() {
		t.Fatalf("%q needs a smaller unit than 1/%d", s, by)
	}
	return money.Minor(r.Num().Int64(), "USD")
}
