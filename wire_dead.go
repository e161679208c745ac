package main

import (
	"context"
	"fmt"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/agente-ceo/agente-ceo/actors/housekeeper"
	"github.com/agente-ceo/agente-ceo/domain/fault"
)

// deadLetters counts for /metrics what was given up, asking the database at each scrape.
type deadLetters struct {
	app                      *App
	tasks, unknown, messages *prometheus.Desc
}

func newDeadLetters(a *App) *deadLetters {
	describe := func(name, help string) *prometheus.Desc { return prometheus.NewDesc("agente_"+name, help, nil, nil) }
	return &deadLetters{
		app:      a,
		tasks:    describe("dead_tasks", "Effects that were refused or given up and that nobody has put aside."),
		unknown:  describe("unknown_tasks", "Effects that got no answer and are being looked up."),
		messages: describe("undelivered_messages", "Messages between actors that nobody has handled for an hour."),
	}
}

// Describe is prometheus.Collector's.
func (d *deadLetters) Describe(out chan<- *prometheus.Desc) {
	out <- d.tasks
	out <- d.unknown
	out <- d.messages
}

// scrapeWait bounds the question of one scrape, in real time.
const scrapeWait = 2 * time.Second

// Collect is prometheus.Collector's. While the database is away there is nothing to count.
func (d *deadLetters) Collect(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), scrapeWait)
	defer cancel()
	tasks, unknown, messages, err := d.app.db.Dead(ctx, d.app.clock.Now(), undeliveredAfter)
	if err != nil {
		return
	}
	for desc, n := range map[*prometheus.Desc]int64{d.tasks: tasks, d.unknown: unknown, d.messages: messages} {
		out <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, float64(n))
	}
}

// undeliveredAfter is how long a message may wait before people are told.
const undeliveredAfter = time.Hour

// delivered is the housekeeper's check that messages between actors are handled.
func (a *App) delivered() housekeeper.Connection {
	return housekeeper.Connection{Name: "messages", Check: func(ctx context.Context) error {
		_, _, waiting, err := a.db.Dead(ctx, a.clock.Now(), undeliveredAfter)
		if err == nil && waiting > 0 {
			err = fault.Retry("undelivered", 0, fmt.Errorf("%d messages between actors have waited for more than %s; see /api/messages", waiting, undeliveredAfter))
		}
		return err
	}}
}
