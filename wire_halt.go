package main

import (
	"context"
	"sync"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/views"
	"github.com/agente-ceo/agente-ceo/messages"
	"github.com/agente-ceo/agente-ceo/platforms/halt"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
	"github.com/agente-ceo/agente-ceo/runtime/brake"
	"github.com/agente-ceo/agente-ceo/runtime/clock"
)

// killSwitch is the brake and the halt as the API sees them.
type killSwitch struct{ app *App }

// Freeze pulls the brake.
func (k killSwitch) Freeze(id, by, reason string) error {
	return k.app.brake.Pull(id, by, reason, k.app.clock.Now())
}

// Standing is how the brake stands and how far the halt has come.
func (k killSwitch) Standing() views.ControlDetail {
	state := k.app.brake.State()
	v := views.ControlDetail{Control: views.Control{Frozen: state.Pulled, By: state.By, Reason: state.Reason}}
	if !state.Pulled {
		return v
	}
	v.At = &state.At
	if report := k.app.halt.Report(); !report.Since.IsZero() {
		v.Halt = haltView(report)
	}
	return v
}

func haltView(r halt.Report) *views.Halt {
	v := &views.Halt{Since: r.Since.UTC(), Settled: r.Settled(), Open: len(r.Campaigns), NotPaused: []views.NotPaused{}, Accounts: []views.HaltAccount{}}
	for _, a := range r.Accounts {
		v.Accounts = append(v.Accounts, views.HaltAccount{Platform: string(a.Platform), Listed: a.Listed, Reason: a.Reason})
	}
	for _, c := range r.Campaigns {
		if c.Paused {
			v.Paused++
			continue
		}
		v.NotPaused = append(v.NotPaused, views.NotPaused{Platform: string(c.Platform), ExternalID: c.ExternalID, Name: c.Name, Reason: c.Reason})
	}
	return v
}

func (a *App) haltAccounts() map[ads.Platform]halt.Account {
	out := map[ads.Platform]halt.Account{}
	for platform, client := range a.outside.ads {
		out[platform] = client
	}
	return out
}

// waitReal sleeps in real time, whatever clock the business runs on.
func waitReal(ctx context.Context, d time.Duration) {
	done := make(chan struct{})
	timer := clock.System{}.At(clock.System{}.Now().Add(d), "halt", func() { close(done) })
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-done:
	}
}

// tellCEOEvery is how often, in real time, a ceo that does not answer is told again that spending is frozen.
const tellCEOEvery = time.Second

// guardBrake halts the platforms directly while the brake is pulled, and sees to it that the ceo hears of it. In virtual time a freeze
// is the ceo's alone, by messages, so that a run stays the same every time.
func (a *App) guardBrake() {
	if a.opts.Virtual != nil {
		return
	}
	a.stepping.Go(func() {
		for {
			changed := a.brake.Changed()
			if state := a.brake.State(); state.Pulled {
				a.whilePulled(state, changed)
			}
			select {
			case <-changed:
			case <-a.stopped:
				return
			}
		}
	})
}

// whilePulled runs the halt and tells the ceo, until the brake is released or the program ends.
func (a *App) whilePulled(state brake.State, changed <-chan struct{}) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var work sync.WaitGroup
	work.Go(func() { a.halt.Run(ctx) })
	work.Go(func() { a.tellCEO(ctx, state) })
	work.Go(func() { a.haltBook.flush(ctx) })
	select {
	case <-changed:
	case <-a.stopped:
	}
	cancel()
	work.Wait()
}

// tellCEO repeats the freeze until the ceo has written it down: it may have come while the database was away.
func (a *App) tellCEO(ctx context.Context, state brake.State) {
	for ctx.Err() == nil {
		askCtx, cancel := context.WithTimeout(ctx, 10*time.Second)
		reply, err := a.directory.Ask(askCtx, actorkit.Key{Kind: "ceo", ID: "main"},
			&messages.Freeze{FreezeId: state.ID, By: state.By, Reason: state.Reason})
		cancel()
		if _, ok := reply.(*messages.Accepted); ok && err == nil {
			return
		}
		waitReal(ctx, tellCEOEvery)
	}
}

// haltBook writes what a halt does into the audit log: before the call if the database answers at once, else as soon as it does.
type haltBook struct {
	app  *App
	poke chan struct{} // there is something to write

	mu      sync.Mutex
	backlog []actorkit.Audit
	waiting []chan struct{} // closed when what was noted before them is written
	away    bool            // the last attempt failed: nobody waits for the next one
}

func newHaltBook(a *App) *haltBook { return &haltBook{app: a, poke: make(chan struct{}, 1)} }

// The time that a halt spends on its book, in real time.
const (
	intentWait = 300 * time.Millisecond
	flushEvery = 500 * time.Millisecond
	flushWait  = 5 * time.Second
)

// Intend notes the intents, and waits a moment for them to be written unless the database is known to be away.
func (b *haltBook) Intend(ctx context.Context, platform ads.Platform, campaigns []ads.Entity) {
	written := make(chan struct{})
	b.mu.Lock()
	for _, c := range campaigns {
		b.backlog = append(b.backlog, haltLine("halt_intended", platform, c, "Spending is frozen: it is paused directly."))
	}
	away := b.away
	b.waiting = append(b.waiting, written)
	b.mu.Unlock()
	select {
	case b.poke <- struct{}{}:
	default:
	}
	if away {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, intentWait)
	defer cancel()
	select {
	case <-written:
	case <-ctx.Done():
	}
}

// Ended notes an outcome, which is written with the next ones.
func (b *haltBook) Ended(platform ads.Platform, campaign ads.Entity, err error) {
	if err != nil {
		b.add(haltLine("halt_failed", platform, campaign, err.Error()))
		return
	}
	b.add(haltLine("halt_confirmed", platform, campaign, "The platform confirms that it is paused."))
}

func haltLine(action string, platform ads.Platform, c ads.Entity, reason string) actorkit.Audit {
	subject, ok := ads.CampaignOf(c.Name)
	if !ok {
		subject = c.ID
	}
	return actorkit.Audit{Action: action, Subject: subject, Reason: reason, Figures: []actorkit.Figure{
		{Name: "platform", Value: string(platform)}, {Name: "external_id", Value: c.ID},
	}}
}

func (b *haltBook) add(line actorkit.Audit) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.backlog = append(b.backlog, line)
}

// write appends the backlog to the audit log, in its order; what cannot be written stays. Nobody who adds to it waits meanwhile.
func (b *haltBook) write(ctx context.Context, within time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	b.mu.Lock()
	lines, waiting := b.backlog, b.waiting
	b.backlog, b.waiting = nil, nil
	b.mu.Unlock()
	if len(lines) == 0 {
		return
	}
	err := b.app.db.WriteAudit(ctx, "halt", lines, b.app.clock.Now())
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.away = err != nil; b.away {
		b.backlog, b.waiting = append(lines, b.backlog...), append(waiting, b.waiting...)
		return
	}
	for _, w := range waiting {
		close(w)
	}
}

// flush writes what is noted until the context ends, and then once more. It is the only one that writes.
func (b *haltBook) flush(ctx context.Context) {
	for ctx.Err() == nil {
		b.write(ctx, flushWait)
		paused, cancel := context.WithTimeout(ctx, flushEvery)
		select {
		case <-b.poke:
		case <-paused.Done():
		}
		cancel()
	}
	b.write(context.WithoutCancel(ctx), time.Second)
}
