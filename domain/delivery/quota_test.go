package delivery_test

import (
	"testing"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/delivery"
)

func TestQuota_RestUntil(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		percent int
		regain  time.Duration
		want    time.Duration
	}{
		{0, 0, 0}, {74, time.Hour, 0}, {75, 0, time.Second}, {99, 0, 25 * time.Second}, {100, 0, 5 * time.Minute}, {130, 20 * time.Minute, 20 * time.Minute},
	} {
		q := delivery.Quota{Percent: c.percent, Regain: c.regain, At: at}
		if got := q.RestUntil().Sub(at); got != c.want {
			t.Errorf("at %d %% it rests %s, want %s", c.percent, got, c.want)
		}
	}
}
