package catalog

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestLists_CanBeRead(t *testing.T) {
	t.Parallel()
	lists := builtIn()
	if len(lists.policy.byFirst) < 100 || len(lists.policy.harmless) < 20 || len(lists.brands.byFirst) < 60 {
		t.Errorf("read %d policy words, %d harmless ones, %d brands: the lists are cut short",
			len(lists.policy.byFirst), len(lists.policy.harmless), len(lists.brands.byFirst))
	}
}

func TestLists_RefuseBadLines(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"PhraseBeforeName": "gun", "NoReason": "[weapons]\ngun", "NoBracket": "[weapons gun",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if err := readRules(newLexicon(), text); err == nil || !strings.Contains(err.Error(), "line 1") {
				t.Errorf("error %v, want one that names line 1", err)
			}
		})
	}
	if err := readBrands(newLexicon(), "# brands\nNike nike"); err == nil || !strings.Contains(err.Error(), "line 2") {
		t.Errorf("error %v, want one that names line 2", err)
	}
}

// Every phrase must stop at its own list: a harmless phrase that swallows it, or a spelling that folding destroys, would make it dead.
func TestLists_EveryPhraseIsAlive(t *testing.T) {
	t.Parallel()
	for _, phrases := range builtIn().policy.byFirst {
		for _, p := range phrases {
			if got := strings.Join(Policy(p.label), " "); !strings.Contains(got, p.rule.reason) {
				t.Errorf("%q is not refused for %s: %q", p.label, p.rule.name, got)
			}
		}
	}
	for _, phrases := range builtIn().policy.harmless {
		for _, p := range phrases {
			if got := Policy("the " + strings.Join(p.words, " ") + " set"); len(got) != 0 {
				t.Errorf("%q is refused: %q", strings.Join(p.words, " "), got)
			}
		}
	}
	for _, phrases := range builtIn().brands.byFirst {
		for _, p := range phrases {
			if len(trademarks("New "+p.label, nil)) == 0 {
				t.Errorf("%q is no trademark", p.label)
			}
		}
	}
}

// Real listings: a guardrail that refuses most of a real catalogue is as useless as one that refuses nothing.
func TestGuardrails_OnRealTitles(t *testing.T) {
	t.Parallel()
	root := os.Getenv("AGENTE_SHARED")
	if root == "" {
		root = filepath.Join("..", "..", "..", "shared") // beside the repository's root
	}
	f, err := os.Open(filepath.Join(root, "data", "products", "aliexpress_ptbr.csv"))
	if err != nil {
		t.Skipf("no shared data (set AGENTE_SHARED): %v", err)
	}
	defer f.Close()
	list, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	branded, refused := 0, 0
	for _, row := range list[1:] {
		if len(trademarks(row[1], nil)) > 0 {
			branded++
		}
		if reasons := Policy(row[1]); len(reasons) > 0 {
			refused++
			t.Logf("%q: %q", row[1], reasons)
		}
	}
	n := len(list) - 1
	if branded*100 < 20*n || branded*100 > 70*n {
		t.Errorf("%d of %d titles name a trademark, want 20 to 70 %%: Xiaomi, Samsung, Lenovo abound", branded, n)
	}
	if refused*100 > 2*n {
		t.Errorf("%d of %d titles of earphones, disks and chargers break a policy", refused, n)
	}
}
