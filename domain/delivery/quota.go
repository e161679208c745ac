package delivery

import "time"

// Quota is how much of what a platform allows an account has used up, as its last answer said. The zero value knows of nothing.
type Quota struct {
	Percent int           // of the limit that is nearest, 0 to 100 and over
	Regain  time.Duration // until calls are taken again, where the platform says so
	At      time.Time     // of the answer
}

const (
	// easeFrom is the percentage from which an account is used more slowly; Meta asks for it.
	easeFrom = 75
	// usedUp is how long an account rests whose limit is reached, where the platform does not say.
	usedUp = 5 * time.Minute
)

// RestUntil is when the next call may be made: at once under three quarters of the limit, then after a second for each percent over
// them, and at the limit when the platform takes calls again. Stops of spending do not wait for it.
func (q Quota) RestUntil() time.Time {
	switch {
	case q.Percent < easeFrom:
		return q.At
	case q.Percent < 100:
		return q.At.Add(time.Duration(q.Percent-easeFrom+1) * time.Second)
	}
	return q.At.Add(max(q.Regain, usedUp))
}
