package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/fault"
)

// airlock holds the calls that switch something on before they reach the platform, once it is shut, until it is opened.
type airlock struct {
	mu      sync.Mutex
	shut    chan struct{} // closed to open; nil: nothing is held
	arrived chan string   // the paths of what is held
	landed  sync.WaitGroup
}

func (a *airlock) wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		a.mu.Lock()
		shut := a.shut
		a.mu.Unlock()
		if shut == nil || !switchesOn(string(body)) {
			next.ServeHTTP(rw, r)
			return
		}
		a.landed.Add(1)
		defer a.landed.Done()
		a.arrived <- r.URL.Path
		<-shut
		// Whoever called has given up; the platform performs what it was sent all the same.
		next.ServeHTTP(httptest.NewRecorder(), r.WithContext(context.WithoutCancel(r.Context())))
	})
}

func switchesOn(body string) bool {
	return strings.Contains(body, "status=ACTIVE") || strings.Contains(body, `"ENABLE"`) || strings.Contains(body, `"ENABLED"`)
}

func (a *airlock) close() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.shut, a.arrived = make(chan struct{}), make(chan string, 10)
}

// Raises are on their way to every platform when spending is frozen: the couriers' guard breaks them off, the platforms perform them all
// the same, after the halt has found everything still. What so began to deliver is found, paused and read back.
func TestFreeze_RaisesInFlight(t *testing.T) {
	lock := &airlock{}
	l := serveBehind(t, nil, seams{world: lock.wrap})
	l.signIn()
	made := map[ads.Platform]string{}
	for i, platform := range ads.Platforms() {
		made[platform] = insist(t, func() (ads.Entity, error) {
			return l.app.outside.ads[platform].CreateCampaign(t.Context(), ads.CampaignSpec{Name: ads.Name(fmt.Sprintf("cmp_flight%d", i), "0")})
		}).ID
	}
	lock.close()
	brokenOff := make(chan error, len(made))
	for platform, id := range made {
		go func() { // as couriers do: under the brake's guard
			guarded, release := l.app.brake.Guard(context.Background())
			defer release()
			brokenOff <- l.app.outside.ads[platform].SetDelivery(guarded, ads.LevelCampaign, id, ads.Active)
		}()
	}
	for range made {
		<-lock.arrived
	}
	l.freezeWithin(time.Second)
	for range made {
		if err := <-brokenOff; fault.KindOf(err) != fault.Ambiguous {
			t.Errorf("a raise in flight ended as %v, want one of which nobody knows what became", err)
		}
	}
	l.within(10*time.Second, "the halt is settled", func() bool { v := l.control(); return v.Halt != nil && v.Halt.Settled })
	close(lock.shut)
	lock.landed.Wait()
	if n := l.delivering(); n != len(made) {
		t.Fatalf("%d campaigns deliver after the raises landed, want %d: the test shows nothing", n, len(made))
	}
	passed := l.within(20*time.Second, "what began to deliver is paused", func() bool { return l.delivering() == 0 })
	t.Logf("paused %s after it landed", passed)
	l.within(10*time.Second, "it is read back", func() bool {
		v := l.control()
		return v.Halt.Settled && v.Halt.Paused == len(made) && l.audited("halt_confirmed") == len(made)
	})
	l.close()
}
