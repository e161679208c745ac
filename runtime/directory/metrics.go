package directory

import "github.com/prometheus/client_golang/prometheus"

var (
	liveDesc     = prometheus.NewDesc("agente_actors", "Actors by state.", []string{"kind", "state"}, nil)
	mailboxDesc  = prometheus.NewDesc("agente_actor_mailbox_messages", "Messages that wait in mailboxes.", []string{"kind"}, nil)
	restartsDesc = prometheus.NewDesc("agente_actor_restarts_total", "Restarts by the supervisor.", []string{"kind"}, nil)
)

var _ prometheus.Collector = (*Local)(nil)

// Describe is prometheus.Collector's.
func (d *Local) Describe(ch chan<- *prometheus.Desc) {
	ch <- liveDesc
	ch <- mailboxDesc
	ch <- restartsDesc
}

// Collect sums the actors by kind: their ids are no labels, as there is no end to them.
func (d *Local) Collect(ch chan<- prometheus.Metric) {
	type group struct{ kind, state string }
	live, mailbox, restarts := map[group]int{}, map[string]int{}, map[string]int{}
	for _, row := range d.List() {
		live[group{row.Key.Kind, row.State}]++
		mailbox[row.Key.Kind] += row.Mailbox
	}
	for _, row := range d.failures.All() {
		restarts[row.Key.Kind] += row.Restarts
	}
	for g, n := range live {
		ch <- prometheus.MustNewConstMetric(liveDesc, prometheus.GaugeValue, float64(n), g.kind, g.state)
	}
	for kind, n := range mailbox {
		ch <- prometheus.MustNewConstMetric(mailboxDesc, prometheus.GaugeValue, float64(n), kind)
	}
	for kind, n := range restarts {
		ch <- prometheus.MustNewConstMetric(restartsDesc, prometheus.CounterValue, float64(n), kind)
	}
}
