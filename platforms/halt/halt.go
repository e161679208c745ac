// Package halt stops delivery directly: while spending is frozen it lists our campaigns on every account, pauses those that deliver, and
// reads each back. It needs neither the database nor the outbox nor an actor, and keeps trying until it is told to end.
package halt

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/ads"
)

// Account is what it needs of an advertising account.
type Account interface {
	// Campaigns lists the campaigns whose names begin with prefix.
	Campaigns(ctx context.Context, prefix string) ([]ads.Entity, error)
	Get(ctx context.Context, level ads.Level, id string) (ads.Entity, error)
	SetDelivery(ctx context.Context, level ads.Level, id string, d ads.Delivery) error
}

// Book writes the intent and the outcome of each call down, as far as it can: a halt never waits for it for long.
type Book interface {
	// Intend notes that campaigns are about to be paused.
	Intend(ctx context.Context, platform ads.Platform, campaigns []ads.Entity)
	// Ended notes how that ended for one; err is nil when the platform confirmed that it is paused.
	Ended(platform ads.Platform, campaign ads.Entity, err error)
}

// Config is what a Stopper works with.
type Config struct {
	Accounts map[ads.Platform]Account
	Book     Book
	// Wait sleeps in real time, or until the context ends.
	Wait func(ctx context.Context, d time.Duration)
	// Now is the business's time, for reports.
	Now func() time.Time
	Log *slog.Logger
}

// Campaign is one campaign that delivered when the halt found it.
type Campaign struct {
	Platform   ads.Platform
	ExternalID string
	Name       string
	Paused     bool   // the platform confirmed it
	Reason     string // why not, empty when paused or not tried yet
}

// Standing is how far a halt of one account has come.
type Standing struct {
	Platform ads.Platform
	Listed   bool   // its campaigns could be listed at least once
	Reason   string // why the last list failed, empty when it did not
}

// Report is how far a halt has come. The zero value is: none has run.
type Report struct {
	Since     time.Time
	Accounts  []Standing
	Campaigns []Campaign
}

// Settled reports whether every account was listed and everything that was found is paused.
func (r Report) Settled() bool {
	for _, a := range r.Accounts {
		if !a.Listed || a.Reason != "" {
			return false
		}
	}
	for _, c := range r.Campaigns {
		if !c.Paused {
			return false
		}
	}
	return true
}

// The pace of a halt, in real time.
const (
	parallel  = 8                      // campaigns of one account at once
	callFor   = 8 * time.Second        // one call
	retryIn   = 250 * time.Millisecond // after the first failure, then doubled
	retryMost = 2 * time.Second
	calm      = 5 * time.Second // between looks at an account where nothing delivers, then doubled
	calmMost  = time.Minute
)

var errStillActive = errors.New("it is still active although its pause was accepted")

// Stopper halts. Make it with New; it is safe for concurrent use.
type Stopper struct {
	cfg Config

	mu     sync.Mutex
	report Report
}

// New makes a stopper that has not run.
func New(c Config) *Stopper { return &Stopper{cfg: c} }

// Report is how far it has come, in the order of the platforms.
func (s *Stopper) Report() Report {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := Report{Since: s.report.Since}
	out.Accounts = append(out.Accounts, s.report.Accounts...)
	out.Campaigns = append(out.Campaigns, s.report.Campaigns...)
	return out
}

// Run halts every account until the context ends, and goes on looking when all is still: a campaign that lists do not show yet, or that
// somebody switches on, is paused too.
func (s *Stopper) Run(ctx context.Context) {
	s.mu.Lock()
	s.report = Report{Since: s.cfg.Now()}
	for _, platform := range ads.Platforms() {
		if s.cfg.Accounts[platform] != nil {
			s.report.Accounts = append(s.report.Accounts, Standing{Platform: platform})
		}
	}
	s.mu.Unlock()
	var all sync.WaitGroup
	for platform, account := range s.cfg.Accounts {
		all.Go(func() { s.hold(ctx, platform, account) })
	}
	all.Wait()
}

// hold halts one account again and again.
func (s *Stopper) hold(ctx context.Context, platform ads.Platform, account Account) {
	failed, still := retryIn, calm
	for ctx.Err() == nil {
		if s.round(ctx, platform, account) {
			s.cfg.Wait(ctx, still)
			still, failed = min(2*still, calmMost), retryIn
			continue
		}
		s.cfg.Wait(ctx, failed)
		failed, still = min(2*failed, retryMost), calm
	}
}

// round lists an account and pauses what delivers; quiet reports that nothing was left to do.
func (s *Stopper) round(ctx context.Context, platform ads.Platform, account Account) (quiet bool) {
	listCtx, cancel := context.WithTimeout(ctx, callFor)
	listed, err := account.Campaigns(listCtx, ads.NamePrefix)
	cancel()
	s.listed(platform, err)
	var open []ads.Entity
	for _, c := range listed {
		if c.Delivery == ads.Active {
			open = append(open, c)
			s.note(Campaign{Platform: platform, ExternalID: c.ID, Name: c.Name, Reason: "is being paused"})
		}
	}
	open = append(open, s.left(platform, open)...)
	if len(open) == 0 {
		return err == nil
	}
	s.cfg.Book.Intend(ctx, platform, open)
	var all sync.WaitGroup
	slots := make(chan struct{}, parallel)
	for _, c := range open {
		slots <- struct{}{}
		all.Go(func() {
			defer func() { <-slots }()
			s.pause(ctx, platform, account, c)
		})
	}
	all.Wait()
	return false
}

// pause stops one campaign and reads it back.
func (s *Stopper) pause(ctx context.Context, platform ads.Platform, account Account, c ads.Entity) {
	ctx, cancel := context.WithTimeout(ctx, 2*callFor)
	defer cancel()
	err := account.SetDelivery(ctx, ads.LevelCampaign, c.ID, ads.Paused)
	// Whatever the answer was: what counts is how it stands now.
	back, readErr := account.Get(ctx, ads.LevelCampaign, c.ID)
	state := Campaign{Platform: platform, ExternalID: c.ID, Name: c.Name, Paused: readErr == nil && back.Delivery == ads.Paused}
	switch {
	case state.Paused:
		err = nil
	case err == nil && readErr != nil:
		err = readErr
	case err == nil:
		err = errStillActive
	}
	if err != nil {
		state.Reason = err.Error()
	}
	s.note(state)
	s.cfg.Book.Ended(platform, c, err)
}

// left is what was found before, is not paused yet, and not in a list now.
func (s *Stopper) left(platform ads.Platform, listed []ads.Entity) (out []ads.Entity) {
	s.mu.Lock()
	defer s.mu.Unlock()
	known := map[string]bool{}
	for _, c := range listed {
		known[c.ID] = true
	}
	for _, c := range s.report.Campaigns {
		if c.Platform == platform && !c.Paused && !known[c.ExternalID] {
			out = append(out, ads.Entity{ID: c.ExternalID, Name: c.Name})
		}
	}
	return out
}

func (s *Stopper) listed(platform ads.Platform, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.report.Accounts {
		a := &s.report.Accounts[i]
		if a.Platform != platform {
			continue
		}
		if a.Reason = ""; err != nil {
			a.Reason = err.Error()
			s.cfg.Log.Warn("campaigns could not be listed to be paused", "platform", string(platform), "error", err)
			continue
		}
		a.Listed = true
	}
}

// note keeps the last that is known of a campaign.
func (s *Stopper) note(c Campaign) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.report.Campaigns {
		if have := &s.report.Campaigns[i]; have.Platform == c.Platform && have.ExternalID == c.ExternalID {
			*have = c
			return
		}
	}
	s.report.Campaigns = append(s.report.Campaigns, c)
}
