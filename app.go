package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/agente-ceo/agente-ceo/configs"
	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/messages"
	"github.com/agente-ceo/agente-ceo/persistence"
	"github.com/agente-ceo/agente-ceo/persistence/embedded"
	"github.com/agente-ceo/agente-ceo/platforms/halt"
	"github.com/agente-ceo/agente-ceo/platforms/media"
	"github.com/agente-ceo/agente-ceo/platforms/sandbox/faults"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
	"github.com/agente-ceo/agente-ceo/runtime/brake"
	"github.com/agente-ceo/agente-ceo/runtime/clock"
	"github.com/agente-ceo/agente-ceo/runtime/directory"
	"github.com/agente-ceo/agente-ceo/runtime/logging"
	"github.com/agente-ceo/agente-ceo/runtime/supervise"
)

// Options say how an App runs. Config must be valid.
type Options struct {
	Config  configs.Config
	Layers  configs.Layers // to read Config again with the settings that the database keeps; zero in simulations
	Log     *slog.Logger
	Logs    *logging.Tail  // the end of what Log printed, for people; nil: there is none to see
	Virtual *clock.Virtual // nil: real or scaled time
	// Throwaway keeps nothing: the database is made for speed and has no backups, and the sandbox keeps no journal.
	Throwaway bool
	Faults    *faults.Plan // of the sandbox; nil: nothing goes wrong
	seams     seams        // of tests
}

// App is the whole business, wired. New builds it, Start wakes it, Close ends it; Run is Start, waiting, and Close.
type App struct {
	opts    Options
	cfg     configs.Config
	log     *slog.Logger
	metrics *prometheus.Registry
	clock   clock.Clock
	// witnesses are the clocks of the platforms.
	witnesses *clock.Witnesses
	rules     rulebook

	server    *embedded.Server // nil when DATABASE_URL is given
	db        *persistence.DB
	backups   *persistence.Backups
	anchors   *anchors // of the audit log; nil in simulations, of which nothing is kept
	media     *media.Local
	addresses func(configs.Config) configs.Config // where the platforms are, in this world
	world     *world                              // nil in the live world, and where the sandbox runs elsewhere
	outside   *outside
	brake     *brake.Brake
	halt      *halt.Stopper
	haltBook  *haltBook
	directory *directory.Local
	sweeper   *directory.Sweeper
	executor  actorkit.Executor
	commits   actorkit.Executor // of groups, which do not wait behind slow work; nil in virtual time

	listener net.Listener
	http     *http.Server
	closing  []func(context.Context) error // in the order of opening
	stepping sync.WaitGroup
	stopped  chan struct{}
	began    time.Time // on the machine's clock
}

// New opens the database and the world, connects the platforms and registers the actors. Nothing runs yet. On an error everything
// that was opened is closed again.
func New(ctx context.Context, opts Options) (_ *App, err error) {
	a := &App{opts: opts, cfg: opts.Config, log: opts.Log, metrics: prometheus.NewRegistry(), stopped: make(chan struct{}), began: clock.System{}.Now()}
	defer func() {
		if err != nil {
			err = errors.Join(err, a.closeAll(context.WithoutCancel(ctx)))
		}
	}()
	for _, step := range []func(context.Context) error{a.openBrake, a.openDatabase, a.readSettings, a.listen, a.openClock, a.openWorld, a.connect, a.spawn, a.serve} {
		if err := step(ctx); err != nil {
			return nil, err
		}
	}
	return a, nil
}

// openBrake reads whether spending was frozen, before anything else can go wrong.
func (a *App) openBrake(context.Context) (err error) {
	path := ""
	if !a.opts.Throwaway {
		if err := os.MkdirAll(a.cfg.DataDir, 0o750); err != nil {
			return fmt.Errorf("make the data directory: %w", err)
		}
		path = filepath.Join(a.cfg.DataDir, "freeze.json")
	}
	a.brake, err = brake.Open(path)
	return err
}

// openDatabase starts the embedded server unless there is a URL, migrates and connects.
func (a *App) openDatabase(ctx context.Context) error {
	url := a.cfg.Database.URL
	if url == "" {
		server, err := embedded.Start(ctx, embedded.Config{DataDir: a.cfg.DataDir, BinDir: a.cfg.Database.Binaries, Durable: !a.opts.Throwaway, Log: a.log})
		if err != nil {
			return fmt.Errorf("start PostgreSQL: %w", err)
		}
		a.server, url = server, server.URL()
		a.onClose(server.Stop)
	}
	applied, err := persistence.Migrate(ctx, url, a.log)
	if err != nil {
		return fmt.Errorf("migrate the database: %w", err)
	}
	if len(applied) > 0 {
		a.log.Info("database was migrated", "migrations", len(applied))
	}
	a.db, err = persistence.Open(ctx, url, persistence.Options{
		MaxConns: int32(min(8+a.cfg.Courier.PoolSize, 40)), LiveEvents: !a.opts.Throwaway, Currency: money.Currency(a.cfg.Account.Currency), Log: a.log,
	})
	if err != nil {
		return fmt.Errorf("open the database: %w", err)
	}
	a.onClose(func(context.Context) error { a.db.Close(); return nil })
	a.backups = &persistence.Backups{DB: a.db, Keep: a.cfg.Retention.Backups}
	if !a.opts.Throwaway {
		a.backups.Dir = filepath.Join(a.cfg.DataDir, "backups")
		if a.server != nil {
			a.backups.BinDir = a.server.BinDir()
		}
	}
	return nil
}

// listen takes the address before anything else needs it: webhooks are subscribed to it.
func (a *App) listen(context.Context) error {
	listener, err := net.Listen("tcp", a.cfg.HTTP.Addr)
	if err != nil {
		return fmt.Errorf("listen on %s (another agente-ceo may be running; set AGENTE_HTTP_ADDR): %w", a.cfg.HTTP.Addr, err)
	}
	a.listener = listener
	a.onClose(func(context.Context) error { return ignoreClosed(listener.Close()) })
	return nil
}

func ignoreClosed(err error) error {
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

// Addr is where the API and the dashboard listen.
func (a *App) Addr() string { return a.listener.Addr().String() }

// publicURL is where platforms and shops reach us.
func (a *App) publicURL() string {
	if a.cfg.HTTP.PublicURL != "" {
		return a.cfg.HTTP.PublicURL
	}
	return "http://" + a.Addr()
}

// groupCommits is how many commits of groups are on their way at once: there is one for each purse.
const groupCommits = 2

// tellAt is where shops are asked to send their webhooks: a real one cannot reach an address that only this machine has.
func (a *App) tellAt() string {
	if a.cfg.World == "live" {
		return a.cfg.HTTP.PublicURL
	}
	return a.publicURL()
}

// openClock chooses the time: virtual where given, real in the live world, scaled in the sandbox, where it goes on from the last
// moment that the business wrote down.
func (a *App) openClock(ctx context.Context) error {
	defer a.hearWitnesses()
	switch {
	case a.opts.Virtual != nil:
		a.clock, a.executor = a.opts.Virtual, a.opts.Virtual
		return nil
	case a.cfg.World == "live":
		a.clock = clock.System{}
	default:
		start, err := a.resumeAt(ctx)
		if err != nil {
			return err
		}
		if start, err = a.remoteTime(ctx, start); err != nil {
			return err
		}
		a.clock = clock.NewScaled(start, a.cfg.Speed)
	}
	pool := clock.NewPool(a.cfg.Courier.PoolSize)
	commits := clock.NewPool(groupCommits)
	a.executor, a.commits = pool, commits
	a.onClose(pool.Wait)
	a.onClose(commits.Wait)
	return nil
}

// openWorld opens the sandbox and points every client at it, or gives the platforms their real addresses.
func (a *App) openWorld(ctx context.Context) error {
	if a.cfg.World == "live" {
		a.pointAt(withLiveAddresses)
		return nil
	}
	if a.cfg.SandboxURL != "" {
		return a.joinRemote(ctx)
	}
	o := worldOptions{cfg: a.cfg, start: a.clock.Now(), now: a.clock.Now, faults: a.opts.Faults, webhooks: a.publicURL() + "/api/webhooks/shopify", front: a.opts.seams.overWorld, log: a.log}
	if !a.opts.Throwaway {
		first, err := a.firstMoment()
		if err != nil {
			return err
		}
		o.start, o.journalPath = first, a.journalPath()
		if o.faults == nil {
			o.faults = faults.New(a.cfg.Seed) // an empty script, which /_sandbox/faults can replace
		}
	}
	w, err := openWorld(o)
	if err != nil {
		return fmt.Errorf("open the sandbox: %w", err)
	}
	a.world = w
	a.onClose(func(context.Context) error { w.close(); return nil })
	a.pointAt(func(cfg configs.Config) configs.Config { return withSandbox(cfg, w.URLs(w.base), w.Credentials()) })
	return nil
}

// pointAt gives the platforms their addresses, now and for credentials that are tried later.
func (a *App) pointAt(addresses func(configs.Config) configs.Config) {
	a.addresses = addresses
	a.cfg = addresses(a.cfg)
}

func (a *App) connect(context.Context) (err error) {
	if a.media, err = media.NewLocal(filepath.Join(a.cfg.DataDir, "media"), a.publicURL()+"/media"); err != nil {
		return err
	}
	if a.outside, err = connect(a.cfg, a.clock, a.media, newCalls(a.metrics), a.witnesses, allowedEgress(a.cfg), a.tellAt()); err != nil {
		return fmt.Errorf("connect the platforms: %w", err)
	}
	if err := a.rules.set(a.cfg, a.outside.connected); err != nil {
		return err
	}
	a.haltBook = newHaltBook(a)
	a.halt = halt.New(halt.Config{Accounts: a.haltAccounts(), Book: a.haltBook, Wait: waitReal, Now: a.clock.Now, Log: a.log})
	return nil
}

// spawn makes the directory and registers the actors.
func (a *App) spawn(context.Context) (err error) {
	options := directory.Options{Clock: clock.System{}, Log: a.log, Metrics: actorkit.NewMetrics(a.metrics)}
	if v := a.opts.Virtual; v != nil {
		options.Clock, options.Dispatcher, options.WhenIdle = v, v, v.WhenIdle
	}
	options.Supervision.Report = a.reportFailure
	if !a.opts.Throwaway {
		a.anchors = &anchors{app: a}
		a.onClose(a.anchors.close)
	}
	if a.directory, err = directory.New(options); err != nil {
		return err
	}
	a.metrics.MustRegister(a.directory, newDeadLetters(a))
	a.onClose(a.stopActors)
	a.registerActors(actorkit.Deps{
		Clock: a.clock, Store: a.opts.seams.overStore(a.db), Directory: a.directory, Executor: a.executor, Commits: a.commits, Log: a.log, Metrics: options.Metrics,
	})
	a.sweeper = &directory.Sweeper{
		Clock: a.clock, Executor: a.executor, Ledger: a.db, Posts: a.directory, Log: a.log, Every: a.sweepEvery(), Grace: a.sweepEvery(),
		Haste: sweepSoon * time.Duration(a.speed()),
	}
	a.onClose(func(context.Context) error { a.sweeper.Stop(); return nil })
	return nil
}

// sweepReal is how long, in real time, something must have been left undone to count as lost: in a fast world what is merely waiting for
// a busy machine would otherwise be sent again and again.
const sweepReal = 20 * time.Second

// sweepSoon is the same, in real time, where an actor is known to have dropped a message.
const sweepSoon = 3 * time.Second

// sweepEvery is the sweeper's interval in business time.
func (a *App) sweepEvery() time.Duration {
	return max(a.cfg.Schedule.Sweep, sweepReal*time.Duration(a.speed()))
}

// stopActors stops every actor; in virtual time the stop itself has to be driven.
func (a *App) stopActors(ctx context.Context) error {
	if a.opts.Virtual == nil {
		return a.directory.Stop(ctx)
	}
	var stopErr error
	err := a.opts.Virtual.External(ctx, func() { stopErr = a.directory.Stop(ctx) })
	return errors.Join(err, stopErr)
}

func (a *App) reportFailure(r supervise.Report) {
	// A failure that is not the message's own fault lets it come again soon; one that is waits, so that the actor can do other work meanwhile.
	if fault.KindOf(r.Err) == fault.Retryable || fault.CodeOf(r.Err) == actorkit.StaleEpoch {
		a.sweeper.Soon()
	}
	if r.Key.Kind == "ceo" {
		return // the ceo cannot hear of its own failure; /readyz tells people
	}
	a.directory.Tell(actorkit.Key{Kind: "ceo", ID: "main"}, &messages.ActorFailed{
		Kind: r.Key.Kind, Id: r.Key.ID, Error: r.Err.Error(), Restarts: int64(r.Restarts), Stopped: r.Stopped,
	})
}

// onClose remembers what to undo; the last opened is closed first.
func (a *App) onClose(fn func(context.Context) error) { a.closing = append(a.closing, fn) }

func (a *App) closeAll(ctx context.Context) error {
	var all error
	for i := len(a.closing) - 1; i >= 0; i-- {
		all = errors.Join(all, a.closing[i](ctx))
	}
	a.closing = nil
	return all
}
