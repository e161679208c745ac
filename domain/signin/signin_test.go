package signin_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/agente-ceo/agente-ceo/domain/signin"
)

var now = time.Date(2026, 3, 10, 15, 0, 0, 0, time.UTC)

func TestPlace_Failed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		place signin.Place
		waits bool
		noted bool
	}{
		"TheFirst":                {signin.Place{}, false, false},
		"TheLastTry":              {signin.Place{Failures: signin.Tries - 1}, true, true},
		"AfterTheWait":            {signin.Place{Failures: signin.Tries}, false, false},
		"TheNextRound":            {signin.Place{Failures: 2*signin.Tries - 1}, true, false},
		"TheCrowdGathers":         {signin.Place{Strangers: signin.Crowd - 1}, false, true},
		"AStrangerInACrowd":       {signin.Place{Strangers: signin.Crowd}, true, false},
		"SomebodyKnownInACrowd":   {signin.Place{Strangers: signin.Crowd, Trusted: true}, false, false},
		"SomebodyKnownOutOfTries": {signin.Place{Strangers: signin.Crowd, Trusted: true, Failures: signin.Tries - 1}, true, true},
	} {
		until, note := c.place.Failed(now)
		if !until.IsZero() != c.waits || (note != "") != c.noted {
			t.Errorf("%s: waits until %v, note %q", name, until, note)
		}
	}
}

func TestPlace_NobodyWaitsForOthersNorForEver(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		strangers := rapid.IntRange(0, 1_000_000).Draw(t, "strangers")
		if known := (signin.Place{Trusted: true, Strangers: strangers}); known.Wait(now) != 0 {
			t.Fatal("somebody known waits for what strangers did")
		}
		p := signin.Place{Strangers: strangers, Failures: rapid.IntRange(0, 1_000_000).Draw(t, "failures"), Trusted: rapid.Bool().Draw(t, "trusted")}
		p.WaitsUntil, _ = p.Failed(now)
		if p.Wait(now) > signin.Pause || p.Wait(now.Add(signin.Pause)) != 0 {
			t.Fatalf("%+v waits for %s", p, p.Wait(now))
		}
	})
}
