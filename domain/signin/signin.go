// Package signin decides how long somebody who gave a wrong password, or a wrong code, has to wait.
//
// Failures are counted by account and place: a device that the person came in with before, or else a network. Whoever guesses from
// elsewhere makes only themselves wait. Many strangers at once leave each strange place one try in a while, and never none: a person on a
// new device gets in also while their account is under attack.
package signin

import "time"

// The brakes.
const (
	// Tries is how many wrong answers in a row a place has before it waits.
	Tries = 8
	// Pause is how long it waits then.
	Pause = 15 * time.Minute
	// Crowd is how many failures of strangers within CrowdWithin leave each strange place one try before it waits.
	Crowd       = 50
	CrowdWithin = time.Hour
	// TrustFor is how long a place is trusted after somebody came in from there.
	TrustFor = 90 * 24 * time.Hour
)

// Place is where an attempt on an account comes from. The zero value is a place that was never seen.
type Place struct {
	Key        []byte // what it is kept under
	Failures   int    // in a row
	WaitsUntil time.Time
	Trusted    bool // the person came in from there lately
	Strangers  int  // failures at all places that are not trusted, lately
}

// Wait is how long the place has to wait before the next try; 0 is not at all.
func (p Place) Wait(now time.Time) time.Duration { return max(p.WaitsUntil.Sub(now), 0) }

// Failed is until when the place has to wait after one more failure: zero for not at all. note is what the audit log should say of it,
// "" for nothing: the first wait of a place, and the moment when strangers became a crowd.
func (p Place) Failed(now time.Time) (until time.Time, note string) {
	tries := Tries
	if !p.Trusted && p.Strangers >= Crowd {
		tries = 1
	}
	if (p.Failures+1)%tries == 0 {
		until = now.Add(Pause)
	}
	switch {
	case !p.Trusted && p.Strangers+1 == Crowd:
		note = "many wrong passwords from strange places: each of them has one try in a while now"
	case p.Failures+1 == Tries:
		note = "too many wrong passwords from one place, which has to wait"
	}
	return until, note
}
