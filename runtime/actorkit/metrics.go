package actorkit

import (
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/agente-ceo/agente-ceo/domain/fault"
)

// Metrics are the counters of all actors, by kind and never by id. A nil *Metrics counts nothing.
type Metrics struct {
	handledTotal *prometheus.CounterVec
	panicsTotal  *prometheus.CounterVec
	droppedTotal *prometheus.CounterVec
	commitsTotal *prometheus.CounterVec
	commitTime   *prometheus.HistogramVec
}

// NewMetrics registers the counters; registering them twice panics, as it is a mistake in the wiring.
func NewMetrics(reg prometheus.Registerer) *Metrics {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: "agente", Subsystem: "actor", Name: name, Help: help}, labels)
	}
	m := &Metrics{
		handledTotal: counter("messages_total", "Messages that actors have taken from their mailboxes.", "kind", "message"),
		panicsTotal:  counter("panics_total", "Panics of actors, all of which restart or stop them.", "kind"),
		droppedTotal: counter("dropped_total", "Messages that were not handled, by reason.", "kind", "reason"),
		commitsTotal: counter("commits_total", "Commits of actors, by outcome: ok or a kind of fault.", "kind", "outcome"),
		commitTime: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Namespace: "agente", Subsystem: "actor", Name: "commit_seconds", Help: "Real time of a commit.",
			Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .5, 1, 5},
		}, []string{"kind"}),
	}
	reg.MustRegister(m.handledTotal, m.panicsTotal, m.droppedTotal, m.commitsTotal, m.commitTime)
	return m
}

func (m *Metrics) handled(kind, message string) {
	if m != nil {
		m.handledTotal.WithLabelValues(kind, message).Inc()
	}
}

func (m *Metrics) panicked(kind string) {
	if m != nil {
		m.panicsTotal.WithLabelValues(kind).Inc()
	}
}

func (m *Metrics) dropped(kind, reason string) {
	if m != nil {
		m.droppedTotal.WithLabelValues(kind, reason).Inc()
	}
}

// Dropped counts a message that a directory could not give to an actor.
func (m *Metrics) Dropped(kind, reason string) { m.dropped(kind, reason) }

func (m *Metrics) committed(kind string, took time.Duration, err error) {
	if m == nil {
		return
	}
	outcome := "ok"
	if err != nil {
		outcome = fault.KindOf(err).String()
	}
	m.commitsTotal.WithLabelValues(kind, outcome).Inc()
	m.commitTime.WithLabelValues(kind).Observe(took.Seconds())
}

// Stats are one actor's own figures, over its incarnations. They may be read from anywhere.
type Stats struct {
	handled   atomic.Int64
	nextAlarm atomic.Int64 // Unix nanoseconds, 0 for none
}

// Handled is how many messages it has taken from its mailbox, alarms and results included.
func (s *Stats) Handled() int64 { return s.handled.Load() }

// NextAlarm is when its next alarm is due, zero for none.
func (s *Stats) NextAlarm() time.Time {
	if at := s.nextAlarm.Load(); at != 0 {
		return time.Unix(0, at).UTC()
	}
	return time.Time{}
}

func (s *Stats) setNextAlarm(at time.Time) {
	if at.IsZero() {
		s.nextAlarm.Store(0)
		return
	}
	s.nextAlarm.Store(at.UnixNano())
}
