// Package fault sorts errors by what the caller should do about them. They are made once, at the edge that learns of the
// failure, and handled once, by the courier, the actor or the HTTP layer that decides.
package fault

import (
	"errors"
	"fmt"
	"time"
)

// Kind says what the caller should do.
type Kind int

const (
	// Bug is anything unclassified: a broken invariant; the actor restarts and an alert is raised.
	Bug Kind = iota
	// Refused means a rule says no; asking again changes nothing.
	Refused
	// Retryable means nothing happened yet; wait After and try again.
	Retryable
	// Ambiguous means that it was sent and no answer came: look it up by our id before anything else.
	Ambiguous
	// Terminal means this account or credential is finished until a person acts.
	Terminal
)

var kindNames = [...]string{"bug", "refused", "retryable", "ambiguous", "terminal"}

// String is the kind's name in logs and in the outbox.
func (k Kind) String() string { return kindNames[k] }

// Error is a classified failure. Code is stable and machine-readable ("budget_too_low"); After is meaningful for Retryable.
type Error struct {
	Kind  Kind
	Code  string
	Text  string
	After time.Duration
	Err   error
}

// Error says what happened, with the cause behind a colon.
func (e *Error) Error() string {
	text := e.Text
	if text == "" {
		text = e.Code
	}
	if e.Err != nil {
		return fmt.Sprintf("%s: %v", text, e.Err)
	}
	return text
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// Refuse makes a Refused error.
func Refuse(code, format string, args ...any) *Error {
	return &Error{Kind: Refused, Code: code, Text: fmt.Sprintf(format, args...)}
}

// Retry makes a Retryable error; after 0 leaves the delay to the caller's backoff.
func Retry(code string, after time.Duration, err error) *Error {
	return &Error{Kind: Retryable, Code: code, After: after, Err: err}
}

// Unknown makes an Ambiguous error.
func Unknown(code string, err error) *Error { return &Error{Kind: Ambiguous, Code: code, Err: err} }

// Stop makes a Terminal error.
func Stop(code, format string, args ...any) *Error {
	return &Error{Kind: Terminal, Code: code, Text: fmt.Sprintf(format, args...)}
}

// KindOf finds the classification in a chain of errors; Bug when there is none.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Bug
}

// CodeOf finds the stable code in a chain of errors; "internal" when there is none.
func CodeOf(err error) string {
	var e *Error
	if errors.As(err, &e) && e.Code != "" {
		return e.Code
	}
	return "internal"
}
