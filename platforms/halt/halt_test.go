package halt_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/platforms/halt"
)

var errBusy = errors.New("throttled")

// account has campaigns that deliver, and fails as often as the test says.
type account struct {
	mu                    sync.Mutex
	active                map[string]bool
	listFails, pauseFails int
	ignores, lostAnswer   bool
	hidden                string // a campaign that lists do not show
	paused                int
}

func (a *account) Campaigns(context.Context, string) (out []ads.Entity, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.listFails > 0 {
		a.listFails--
		return nil, errBusy
	}
	for id, active := range a.active {
		d := ads.Paused
		if active {
			d = ads.Active
		}
		if id != a.hidden {
			out = append(out, ads.Entity{ID: id, Name: "ac-" + id + "-0", Delivery: d})
		}
	}
	return out, nil
}

func (a *account) Get(_ context.Context, _ ads.Level, id string) (ads.Entity, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.active[id] {
		return ads.Entity{ID: id, Delivery: ads.Active}, nil
	}
	return ads.Entity{ID: id, Delivery: ads.Paused}, nil
}

func (a *account) SetDelivery(_ context.Context, _ ads.Level, id string, d ads.Delivery) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.pauseFails > 0 {
		a.pauseFails--
		return errBusy
	}
	a.paused++
	if !a.ignores {
		a.active[id] = d == ads.Active
	}
	if a.lostAnswer {
		return errBusy
	}
	return nil
}

func with(n int) *account {
	a := &account{active: map[string]bool{"off": false}}
	for i := range n {
		a.active[fmt.Sprint("cmp_", i)] = true
	}
	return a
}

// book counts what is written down.
type book struct {
	mu            sync.Mutex
	intents, ends int
}

func (b *book) Intend(_ context.Context, _ ads.Platform, campaigns []ads.Entity) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.intents += len(campaigns)
}

func (b *book) Ended(ads.Platform, ads.Entity, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.ends++
}

// run halts the accounts until over, which is asked at each wait with their number, says so, and gives the last report.
func run(t *testing.T, over func(n int) bool, accounts map[ads.Platform]halt.Account) (halt.Report, *book) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var mu sync.Mutex
	n, b := 0, &book{}
	s := halt.New(halt.Config{
		Accounts: accounts, Book: b, Now: func() time.Time { return time.Unix(1, 0) }, Log: slog.New(slog.DiscardHandler),
		Wait: func(context.Context, time.Duration) {
			mu.Lock()
			defer mu.Unlock()
			if n++; over(n) {
				cancel()
			}
		},
	})
	s.Run(ctx)
	return s.Report(), b
}

func (a *account) left() (n int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, active := range a.active {
		if active {
			n++
		}
	}
	return n
}

func TestStopper_PausesWhatDelivers(t *testing.T) {
	t.Parallel()
	for name, a := range map[string]*account{
		"AtOnce":                  with(20),
		"AfterFailedLists":        {active: with(20).active, listFails: 3},
		"AfterThrottledPauses":    {active: with(20).active, pauseFails: 30},
		"ThoughTheAnswersAreLost": {active: with(20).active, lostAnswer: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, b := run(t, func(n int) bool { return n == 8 }, map[ads.Platform]halt.Account{ads.Meta: a})
			if a.left() != 0 || len(r.Campaigns) != 20 || !r.Settled() {
				t.Errorf("%d still deliver, report %+v", a.left(), r)
			}
			if b.intents != b.ends || b.intents < 20 {
				t.Errorf("%d intents and %d outcomes", b.intents, b.ends)
			}
		})
	}
}

// One account that does not answer holds no other one up, and the report says what is not paused yet and why.
func TestStopper_SaysWhatIsNotPaused(t *testing.T) {
	t.Parallel()
	dead, deaf, well := with(3), with(2), with(4)
	dead.listFails, deaf.ignores = 1<<40, true
	r, _ := run(t, func(n int) bool { return n >= 12 && well.left() == 0 }, map[ads.Platform]halt.Account{ads.Meta: dead, ads.TikTok: deaf, ads.Google: well})
	if well.left() != 0 || r.Settled() {
		t.Errorf("%d campaigns of a good account deliver, settled %v", well.left(), r.Settled())
	}
	if len(r.Accounts) != 3 || r.Accounts[0].Listed || r.Accounts[0].Reason == "" || !r.Accounts[1].Listed {
		t.Errorf("accounts %+v", r.Accounts)
	}
	for _, c := range r.Campaigns {
		if c.Paused != (c.Platform == ads.Google) || c.Paused == (c.Reason != "") {
			t.Errorf("campaign %+v", c)
		}
	}
}

// What is switched on later, or comes into the lists later, is paused too.
func TestStopper_GoesOnLooking(t *testing.T) {
	t.Parallel()
	a := with(2)
	a.hidden = "cmp_1"
	run(t, func(n int) bool {
		a.mu.Lock()
		defer a.mu.Unlock()
		if n == 3 {
			a.hidden, a.active["off"] = "", true
		}
		return n == 6
	}, map[ads.Platform]halt.Account{ads.Meta: a})
	if a.left() != 0 {
		t.Errorf("%d deliver", a.left())
	}
}
