// Package clock is where all time comes from: System, Scaled (a sandbox day in a minute) and Virtual (jumps to the next timer).
package clock

import "time"

// Clock tells the time and wakes people up. All times are UTC.
type Clock interface {
	// Now is the current time of this clock.
	Now() time.Time
	// At calls fn once when the clock reaches t; a t in the past fires as soon as possible. owner is the actor's key ("campaign/cmp_…"):
	// timers of a Virtual clock fire in (t, owner, order of setting). fn must not block: it sends a message.
	At(t time.Time, owner string, fn func()) Timer
}

// Timer is a pending call of At.
type Timer interface {
	// Stop cancels the call and reports whether it had not fired yet.
	Stop() bool
}
