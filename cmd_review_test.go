package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// file writes a small table of a test's own.
func file(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

const smallExport = "Campaign name,Impressions,Link clicks,Amount spent (BRL),Purchases,Purchases conversion value\n" +
	"Yoga\x1b[31m mat,20000,400,500.00,10,2000.00\nLamp,5000,10,80.00,,\nNew,200,4,3.00,,\nTotal,25200,414,583.00,10,2000.00\n"

func TestReview_Text(t *testing.T) {
	t.Parallel()
	s := command("review", file(t, "meta.csv", smallExport))
	if s.code != 0 || s.err != "" {
		t.Fatalf("exit code %d: %s", s.code, s.err)
	}
	for _, want := range []string{
		"winner        Yoga[31m mat", "All four criteria hold: ROAS 4.00 reaches 1.50", "loser         Lamp", "insufficient  New",
		"winner             1   raise the budget and scale", "3 rows: 25200 impressions, 414 clicks, 10 conversions, 583.00 BRL spent, 2000.00 BRL revenue, ROAS 3.43",
		`row 5, column "Campaign name": Left out: "Total" is a sum of other rows.`,
	} {
		if !strings.Contains(s.out, want) {
			t.Errorf("%q is not in\n%s", want, s.out)
		}
	}
	if strings.Contains(s.out, "\x1b") {
		t.Error("a name of the file reached the terminal as a command")
	}
}

func TestReview_JSON(t *testing.T) {
	t.Parallel()
	r := reviewJSON(t, file(t, "meta.csv", smallExport), "--min-impressions", "100", "--by", "campaign")
	if r.counts() != [4]int{0, 1, 1, 1} || r.Currency != "BRL" || r.Totals.Spend != "583.00" || r.Totals.Rows != 3 || len(r.Items) != 3 {
		t.Errorf("%+v", r)
	}
	if i := r.Items[0]; *i.ROAS != "4.0000" || *i.CTR != "0.020000" || len(i.Passed) != 4 || i.Key != "Yoga[31m mat" {
		t.Errorf("%+v", i)
	}
}

func TestReview_ExitCodes(t *testing.T) {
	t.Parallel()
	good, empty := file(t, "meta.csv", smallExport), file(t, "empty.csv", "")
	for want, calls := range map[int][][]string{
		0: {{good}, {good, "--aov", "59.90", "--decimal", "point", "--dates", "mdy", "--currency", "brl", "--column", "campaign=Campaign name"}, {"--help"}},
		1: {{empty}, {filepath.Join(t.TempDir(), "nowhere.csv")}},
		2: {{}, {good, good}, {good, "--by", "day"}, {good, "--aov", "-1"}, {good, "--aov", "1e9"}, {good, "--min-impressions", "-5"}, {good, "--column", "spend"}, {good, "--column", "profit=X"},
			{good, "--column", "spend=X"}, {good, "--decimal", "dot"}, {good, "--dates", "ymd"}, {good, "--currency", "ZZZ"}, {good, "--by", "ad", "--column", "ad=X"}, {good, "--nonsense"}},
	} {
		for _, args := range calls {
			if s := command(append([]string{"review"}, args...)...); s.code != want || want > 0 && !strings.Contains(s.err, "agente-ceo: ") {
				t.Errorf("%q: exit code %d, want %d: %s", args, s.code, want, s.err)
			}
		}
	}
}
