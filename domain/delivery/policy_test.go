package delivery_test

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/agente-ceo/agente-ceo/domain/delivery"
	"github.com/agente-ceo/agente-ceo/domain/fault"
)

var errCause = errors.New("cause")

func errorOf(t *testing.T, name string) error {
	t.Helper()
	switch name {
	case "none":
		return nil
	case "refused":
		return fault.Refuse("no", "no")
	case "retryable":
		return fault.Retry("unreachable", 0, errCause)
	case "retryable:5m":
		return fault.Retry("busy", 5*time.Minute, errCause)
	case "throttled":
		return fault.Retry("throttled", 0, errCause)
	case "ambiguous":
		return fmt.Errorf("create: %w", fault.Unknown("timeout", errCause))
	case "bug":
		return errCause
	case "terminal":
		return fault.Stop("revoked", "revoked")
	}
	t.Fatalf("unknown error %q", name)
	return nil
}

func TestPolicy_Judge(t *testing.T) {
	t.Parallel()
	table, err := os.ReadFile("testdata/judge.txt")
	if err != nil {
		t.Fatal(err)
	}
	policy, rows := delivery.DefaultPolicy(), 0
	for line := range strings.Lines(string(table)) {
		f := strings.Fields(line)
		if len(f) == 0 || f[0] == "#" {
			continue
		}
		rows++
		before, _ := strconv.Atoi(f[1])
		v := policy.Judge(delivery.Try{EffectID: "eff", Failed: before, Unresolved: f[2] == "yes", Insist: f[3] == "yes", Err: errorOf(t, f[0])})
		counts := "-"
		switch {
		case v.Transport:
			counts = "transport"
		case v.Throttled:
			counts = "throttle"
		case v.Terminal:
			counts = "terminal"
		}
		got := fmt.Sprintf("%s %d %s %s", v.State, v.Failed, map[bool]string{true: "yes", false: "no"}[v.Exhausted], counts)
		if want := strings.Join(f[5:9], " "); got != want {
			t.Errorf("%s: got %s", strings.TrimSpace(line), got)
		}
	}
	if rows < 20 {
		t.Fatalf("read %d rows", rows)
	}
}

func TestPolicy_Wait(t *testing.T) {
	t.Parallel()
	p := delivery.DefaultPolicy()
	t.Run("GrowsFourfoldToItsLimit", func(t *testing.T) {
		t.Parallel()
		for n, base := range []time.Duration{2 * time.Second, 8 * time.Second, 32 * time.Second, 128 * time.Second, 512 * time.Second, 10 * time.Minute, 10 * time.Minute} {
			if got := p.Wait("eff_1", n+1); got < base*4/5 || got > base*6/5 {
				t.Errorf("after %d tries: %s, want about %s", n+1, got, base)
			}
		}
	})
	t.Run("IsSpreadAndRepeatable", func(t *testing.T) {
		t.Parallel()
		rapid.Check(t, func(t *rapid.T) {
			effect, n := rapid.String().Draw(t, "effect"), rapid.IntRange(1, 50).Draw(t, "n")
			first, again := p.Wait(effect, n), p.Wait(effect, n)
			if first != again || first > p.LongestWait*6/5 || first <= 0 {
				t.Fatalf("waits %s, then %s", first, again)
			}
		})
		if p.Wait("eff_1", 1) == p.Wait("eff_2", 1) && p.Wait("eff_1", 1) == p.Wait("eff_3", 1) {
			t.Error("three effects come back at the same moment")
		}
	})
	t.Run("HonoursWhatWeAreTold", func(t *testing.T) {
		t.Parallel()
		v := p.Judge(delivery.Try{EffectID: "eff", Err: fault.Retry("throttled", time.Hour, errCause)})
		if v.Wait != time.Hour {
			t.Errorf("waits %s, was told an hour", v.Wait)
		}
	})
}

func TestBreaker(t *testing.T) {
	t.Parallel()
	p, now := delivery.DefaultPolicy(), time.Date(2026, 11, 25, 15, 0, 0, 0, time.UTC)
	transport := delivery.Verdict{Transport: true}

	t.Run("OpensAfterFiveInARow", func(t *testing.T) {
		t.Parallel()
		var b delivery.Breaker
		for i := range 5 {
			if b.Open() {
				t.Fatalf("open after %d failures", i)
			}
			b = b.After(p, now, transport, "down")
		}
		if !b.Open() || b.Terminal || !b.OpenUntil.Equal(now.Add(time.Minute)) || b.Reason != "down" {
			t.Errorf("%+v", b)
		}
	})
	t.Run("StartsOverAfterASuccess", func(t *testing.T) {
		t.Parallel()
		var b delivery.Breaker
		for range 4 {
			b = b.After(p, now, transport, "down")
		}
		b = b.After(p, now, delivery.Verdict{State: delivery.Done}, "")
		if b = b.After(p, now, transport, "down"); b.Open() || b.Failures != 1 {
			t.Errorf("%+v", b)
		}
	})
	t.Run("ThrottlesAreNoFailures", func(t *testing.T) {
		t.Parallel()
		var b delivery.Breaker
		for range 4 {
			b = b.After(p, now, transport, "down")
		}
		for range 9 {
			b = b.After(p, now, delivery.Verdict{Throttled: true}, "slow down")
		}
		if b.Open() || b.Failures != 4 {
			t.Errorf("%+v", b)
		}
	})
	t.Run("WaitsLongerAtEachFailedProbe", func(t *testing.T) {
		t.Parallel()
		b := delivery.Breaker{}.After(p, now, delivery.Verdict{Terminal: true}, "revoked")
		var waits []time.Duration
		for range 6 {
			waits = append(waits, b.OpenUntil.Sub(now))
			b = b.Probed(p, now, fault.Stop("revoked", "revoked"))
		}
		if fmt.Sprint(waits) != "[1m0s 2m0s 4m0s 8m0s 10m0s 10m0s]" || !b.Terminal {
			t.Errorf("waits %v, %+v", waits, b)
		}
		if b = b.Probed(p, now, nil); b.Open() {
			t.Errorf("still open: %+v", b)
		}
	})
}
