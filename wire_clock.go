package main

import (
	"context"
	"sync"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/campaign"
	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/domain/treasury"
	"github.com/agente-ceo/agente-ceo/runtime/brake"
	"github.com/agente-ceo/agente-ceo/runtime/clock"
)

// The least by which another clock contradicts ours, well under the twenty minutes by which campaigns are ready for midnight, and how long
// its word counts: accounts are surveyed every few minutes. In a fast world, where an answer of a second is long on its way, both are
// more by so many real seconds.
const (
	clocksDiffer   = 10 * time.Minute
	clocksSilent   = 15 * time.Minute
	differSlowness = 10 * time.Second
	silentSlowness = 30 * time.Second
)

func (a *App) hearWitnesses() {
	speed := time.Duration(a.speed() - 1)
	a.witnesses = clock.NewWitnesses(clocksDiffer+speed*differSlowness, clocksSilent+speed*silentSlowness)
}

func (a *App) verdict() clock.Verdict { return a.witnesses.Judge(a.clock.Now()) }

// treasuryRules are the rules in force, with what speaks against the clock.
func (a *App) treasuryRules() treasury.Rules {
	r, v := a.rules.get().treasury, a.verdict()
	r.Doubt = treasury.Doubt{Text: v.Doubt, Wrong: v.Wrong}
	return r
}

// campaignRules are the rules in force, with what contradicts the clock.
func (a *App) campaignRules() campaign.Rules {
	r := a.rules.get().campaign
	if v := a.verdict(); v.Wrong {
		r.ClockWrong = v.Doubt
	}
	return r
}

// cautious is the brake of couriers: by a clock that is contradicted nothing is raised either.
type cautious struct {
	*brake.Brake
	verdict func() clock.Verdict
}

// Refusal is the brake's, or fault Refused "clock_doubted".
func (c cautious) Refusal() error {
	if err := c.Brake.Refusal(); err != nil {
		return err
	}
	if v := c.verdict(); v.Wrong {
		return fault.Refuse(treasury.CodeClock, "%s", v.Doubt)
	}
	return nil
}

// askFor bounds how long the start waits for platforms to say what time it is.
const askFor = 2 * time.Second

// askTheTime has every advertising platform confirm the clock before anybody asks for money: until one has, no day begins. What they answer
// is nobody's concern here, and one that does not answer is asked again by the surveys.
func (a *App) askTheTime(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, askFor)
	defer cancel()
	var asked sync.WaitGroup
	for _, platform := range a.outside.connected {
		check := func() { _ = a.outside.ads[platform].Check(ctx) }
		if a.opts.Virtual != nil {
			check() // one after another, so that a run stays the same every time
			continue
		}
		asked.Go(check)
	}
	asked.Wait()
}

// pingDatabase tries the database. One on another machine is asked for the time by that.
func (a *App) pingDatabase(ctx context.Context) error {
	before := a.clock.Now()
	theirs, err := a.db.Now(ctx)
	if err == nil && a.server == nil && a.cfg.World == "live" {
		a.witnesses.Hear("postgres", theirs, before, a.clock.Now())
	}
	return err
}
