package scouting

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// naughtyStrings reads the shared list of strings that break software, or skips.
func naughtyStrings(t testing.TB) []string {
	t.Helper()
	root := os.Getenv("AGENTE_SHARED")
	if root == "" {
		root = filepath.Join("..", "..", "..", "shared") // beside the repository's root
	}
	data, err := os.ReadFile(filepath.Join(root, "data", "safety", "blns.json"))
	if err != nil {
		t.Skipf("no shared data (set AGENTE_SHARED): %v", err)
	}
	var list []string
	if err := json.Unmarshal(data, &list); err != nil {
		t.Fatal(err)
	}
	return list
}

func TestClean(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"  two \t\n words ":       "two words",
		"re\u202eversed\u200b":    "reversed",
		"bell\a and \x00nul":      "bell and nul",
		"broken \xff\xfe bytes":   "broken bytes",
		"cafe\u0301":              "café",
		"":                        "",
		"\u200b\u200e":            "",
		strings.Repeat("x", 5000): strings.Repeat("x", 20),
		"nineteen letters ab cd":  "nineteen letters ab",
	} {
		if got := Clean(in, 20); got != want {
			t.Errorf("Clean(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestFold(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"Ação  ÚNICA!":                    "acao unica",
		"Ray-Ban® L’Oréal":                "ray ban l oreal",
		"Ni\u200bke":                      "nike",
		"ｎｉｋｅ ＡＩＲ":                        "nike air",
		"ZALGO\u0315\u031b\u0340 t\u0336": "zalgo t",
		"4,5 ★ 100%":                      "4 5 100",
		"电风扇":                             "电风扇",
	} {
		if got := Fold(in); got != want {
			t.Errorf("Fold(%q) = %q, want %q", in, got, want)
		}
	}
}

func checkText(t interface{ Fatalf(string, ...any) }, s string) {
	clean := Clean(s, 50)
	switch {
	case !utf8.ValidString(clean):
		t.Fatalf("Clean(%q) is not valid UTF-8: %q", s, clean)
	case utf8.RuneCountInString(clean) > 50:
		t.Fatalf("Clean(%q) has %d runes", s, utf8.RuneCountInString(clean))
	case strings.ContainsFunc(clean, unicode.IsControl), hasControl(clean):
		t.Fatalf("Clean(%q) keeps controls: %q", s, clean)
	case clean != strings.TrimSpace(clean) || strings.Contains(clean, "  "):
		t.Fatalf("Clean(%q) keeps white space: %q", s, clean)
	}
	folded := Fold(s)
	if again := Fold(folded); again != folded {
		t.Fatalf("Fold(%q) = %q, folded again %q", s, folded, again)
	}
	if strings.ContainsFunc(folded, func(r rune) bool { return r != ' ' && !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		t.Fatalf("Fold(%q) keeps more than letters and digits: %q", s, folded)
	}
}

func TestText_Properties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) { checkText(t, rapid.String().Draw(t, "text")) })
}

func TestText_NaughtyStrings(t *testing.T) {
	t.Parallel()
	for _, s := range naughtyStrings(t) {
		checkText(t, s)
	}
}

func FuzzText(f *testing.F) {
	for _, s := range []string{"Ação ÚNICA!", "\u202eabc", "\xff\x00", "İstanbul ﬁne ẞ", "a\u0301\u0302\u0303"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) { checkText(t, s) })
}
