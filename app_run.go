package main

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/agente-ceo/agente-ceo/configs"
	"github.com/agente-ceo/agente-ceo/runtime/clock"
)

// drainTimeout bounds an orderly end, of which the contract promises ten seconds.
const drainTimeout = 8 * time.Second

// Start wakes the business: required actors, everything with an alarm, and whatever was left half done.
func (a *App) Start(ctx context.Context) error {
	a.askTheTime(ctx)
	for _, key := range a.required() {
		a.directory.Wake(key)
	}
	swept, err := a.sweeper.WakeAll(ctx)
	if err != nil {
		return err
	}
	a.log.Info("business was woken", "actors", swept.Woken, "messages", swept.Delivered, "couriers", swept.Couriers)
	a.sweeper.Start()
	a.guardBrake()
	if a.world != nil {
		a.scheduleStep()
	}
	return nil
}

// Run starts the business and waits for the context's end, or for the database's.
func (a *App) Run(ctx context.Context) error {
	if err := a.Start(ctx); err != nil {
		return errors.Join(err, a.Close())
	}
	a.guardDatabase(ctx)
	<-ctx.Done()
	a.log.Info("stopping")
	return a.Close()
}

// guardDatabase restarts the embedded server when it dies; actors that fail meanwhile are restarted by their supervisor.
func (a *App) guardDatabase(ctx context.Context) {
	if a.server == nil {
		return
	}
	go func() {
		for {
			select {
			case <-ctx.Done():
				return
			case <-a.stopped:
				return
			case <-a.server.Done():
			}
			if ctx.Err() != nil {
				return
			}
			a.log.Error("PostgreSQL died and is restarted", "error", a.server.Err())
			if err := a.server.Restart(ctx); err != nil {
				a.log.Error("PostgreSQL could not be restarted", "error", err, "again_in", restartAfter.String())
				a.breathe(ctx, restartAfter)
			}
		}
	}()
}

// restartAfter is the pause before another try to start PostgreSQL: what a killed one left behind may have to end first.
const restartAfter = time.Second

// breathe waits real time, or less when the program ends.
func (a *App) breathe(ctx context.Context, d time.Duration) {
	over := make(chan struct{})
	timer := clock.System{}.At(clock.System{}.Now().Add(d), "", func() { close(over) })
	defer timer.Stop()
	select {
	case <-over:
	case <-ctx.Done():
	case <-a.stopped:
	}
}

// Close drains and ends everything, the last opened first. It may be called once.
func (a *App) Close() error {
	close(a.stopped)
	ctx, cancel := context.WithTimeout(context.Background(), drainTimeout)
	defer cancel()
	a.stepping.Wait()
	return a.closeAll(ctx)
}

// scheduleStep lets the sandbox's world go on every quarter of an hour of its own time.
func (a *App) scheduleStep() {
	a.clock.At(a.world.NextStep(a.clock.Now()), "world", func() {
		select {
		case <-a.stopped:
			return
		default:
		}
		if a.opts.Virtual != nil {
			a.step()
			return
		}
		a.stepping.Add(1)
		go func() {
			defer a.stepping.Done()
			a.step()
		}()
	})
}

func (a *App) step() {
	if err := a.world.step(context.Background(), a.clock.Now()); err != nil {
		a.log.Error("sandbox's world did not go on", "error", err)
	}
	a.scheduleStep()
}

// serve begins to answer HTTP.
func (a *App) serve(context.Context) error {
	handler, err := a.handler()
	if err != nil {
		return err
	}
	a.http = &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10}
	go func() { _ = a.http.Serve(a.listener) }() // ends with Shutdown, and says only that
	a.onClose(a.http.Shutdown)
	return nil
}

// readSettings reads the configuration again with the settings that administrators saved.
func (a *App) readSettings(ctx context.Context) error {
	if a.opts.Throwaway {
		return nil
	}
	saved, err := a.savedSettings(ctx)
	if err != nil || len(saved) == 0 {
		return err
	}
	layers := a.opts.Layers
	layers.Saved = saved
	cfg, _, err := configs.Load(layers)
	if err != nil {
		return err
	}
	a.cfg = cfg
	return nil
}

// calls counts calls to the outside for /metrics.
type calls struct {
	total *prometheus.CounterVec
	took  *prometheus.HistogramVec
}

func newCalls(reg prometheus.Registerer) *calls {
	c := &calls{
		total: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "agente_outside_calls_total", Help: "Calls to platforms, by service, operation and status class."},
			[]string{"service", "operation", "status"}),
		took: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "agente_outside_call_seconds", Help: "Duration of calls to platforms.",
			Buckets: []float64{.005, .02, .1, .5, 2, 10}}, []string{"service"}),
	}
	reg.MustRegister(c.total, c.took)
	return c
}

// Observe counts one call.
func (c *calls) Observe(service, operation string, status int, took time.Duration) {
	class := "none"
	if status > 0 {
		class = string(rune('0'+status/100)) + "xx"
	}
	c.total.WithLabelValues(service, operation, class).Inc()
	c.took.WithLabelValues(service).Observe(took.Seconds())
}
