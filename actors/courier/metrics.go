package courier

import "github.com/prometheus/client_golang/prometheus"

// Metrics are the counters of all couriers, by account and kind of effect. A nil *Metrics counts nothing.
type Metrics struct {
	outcomes *prometheus.CounterVec
	breaker  *prometheus.GaugeVec
}

// NewMetrics registers the counters; registering them twice panics, as it is a mistake in the wiring.
func NewMetrics(reg prometheus.Registerer) *Metrics {
	m := &Metrics{
		outcomes: prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: "agente", Subsystem: "courier", Name: "attempts_total",
			Help: "Attempts at effects and questions, by what became of them: done, refused, failed, pending (again) or unknown.",
		}, []string{"courier", "kind", "outcome"}),
		breaker: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Namespace: "agente", Subsystem: "courier", Name: "breaker_open", Help: "1 while an account is left alone, 0 while it works.",
		}, []string{"courier"}),
	}
	reg.MustRegister(m.outcomes, m.breaker)
	return m
}

func (m *Metrics) outcome(courier, kind, state string) {
	if m != nil {
		m.outcomes.WithLabelValues(courier, kind, state).Inc()
	}
}

func (m *Metrics) open(courier string, open bool) {
	if m == nil {
		return
	}
	value := 0.0
	if open {
		value = 1
	}
	m.breaker.WithLabelValues(courier).Set(value)
}
