package httpapi

import (
	"math/big"
	"slices"
	"strings"
)

// dearer are the settings that let more money be spent, or be spent with fewer questions, when they grow; their names may end in a prefix.
var dearer = []string{
	"caps.daily", "caps.weekly", "caps.launch_percent", "campaigns.budget_", "campaigns.max_open", "campaigns.per_cycle",
	"scaling.raise_percent", "scaling.max_times", "scaling.max_expansions",
}

// freer are the thresholds above which a person is asked: they let more through when they grow, and everything when they are 0.
var freer = []string{"approvals.above", "approvals.raises_above", "approvals.step_up_above"}

var modes = []string{"dry_run", "approval", "auto"}

// raises are the settings of a change that let more money be spent than before, sorted.
func raises(before, after map[string]string) (out []string) {
	for _, key := range sortedKeys(after) {
		if before[key] != after[key] && raised(key, before[key], after[key]) {
			out = append(out, key)
		}
	}
	return out
}

func raised(key, from, to string) bool {
	switch {
	case key == "mode":
		return slices.Index(modes, to) > slices.Index(modes, from)
	case key == "treasury.account_ceiling":
		return true // whether the platform stops the account by itself is nothing to change in passing
	case slices.ContainsFunc(dearer, func(prefix string) bool { return strings.HasPrefix(key, prefix) }):
		return grows(from, to)
	case slices.Contains(freer, key):
		return zero(to) || !zero(from) && grows(from, to)
	}
	return false
}

// grows reports whether a number grows; what is no number is taken for a growth.
func grows(from, to string) bool {
	a, ok1 := amount(from)
	b, ok2 := amount(to)
	share := strings.HasSuffix(from, "%") != strings.HasSuffix(to, "%") // a share and an amount cannot be compared
	return !ok1 || !ok2 || share || b.Cmp(a) > 0
}

func zero(text string) bool {
	n, ok := amount(text)
	return ok && n.Sign() == 0
}

// amount reads "300", "0.5" and "50%".
func amount(text string) (*big.Rat, bool) {
	return new(big.Rat).SetString(strings.TrimSuffix(strings.TrimSpace(text), "%"))
}
