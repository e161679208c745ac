package httpx

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/agente-ceo/agente-ceo/domain/fault"
)

// Doubt classifies a call whose outcome is unknown: Ambiguous if it mutates, since it may have been performed, and Retryable if not.
func Doubt(mutates bool, code string, err error) *fault.Error {
	if mutates {
		return fault.Unknown(code, err)
	}
	return fault.Retry(code, 0, err)
}

// StatusFault classifies an answer by its HTTP status alone, for platforms or moments that say nothing better; nil below 300. text says
// what was attempted.
func (s *Service) StatusFault(r Response, mutates bool, text string) error {
	cause := fmt.Errorf("%s: HTTP %d %s", text, r.Status, s.Excerpt(r.Body))
	switch {
	case r.Status < 300:
		return nil
	case r.Status == http.StatusTooManyRequests:
		return fault.Retry("throttled", RetryAfter(r.Header, s.Now()), cause)
	case r.Status >= 500 || r.Status == http.StatusRequestTimeout:
		return Doubt(mutates, "server_error", cause)
	case r.Status == http.StatusUnauthorized:
		return &fault.Error{Kind: fault.Terminal, Code: "token_invalid", Err: cause}
	case r.Status == http.StatusForbidden:
		return &fault.Error{Kind: fault.Terminal, Code: "permission_denied", Err: cause}
	case r.Status == http.StatusNotFound:
		return &fault.Error{Kind: fault.Refused, Code: "not_found", Err: cause}
	}
	return &fault.Error{Kind: fault.Refused, Code: "rejected", Err: cause}
}

// Decode reads a JSON answer into v. Rubbish is "bad_answer": Ambiguous if the call mutates, since it was performed, else Retryable.
func (s *Service) Decode(r Response, mutates bool, v any) error {
	if err := json.Unmarshal(r.Body, v); err != nil {
		return Doubt(mutates, "bad_answer", fmt.Errorf("read answer %q: %w", s.Excerpt(r.Body), err))
	}
	return nil
}

// RetryAfter reads the Retry-After header, in seconds or as a date; 0 when there is none.
func RetryAfter(h http.Header, now time.Time) time.Duration {
	value := strings.TrimSpace(h.Get("Retry-After"))
	if seconds, err := strconv.Atoi(value); err == nil && seconds > 0 {
		return time.Duration(seconds) * time.Second
	}
	if at, err := http.ParseTime(value); err == nil && at.After(now) {
		return at.Sub(now)
	}
	return 0
}

const excerptBytes = 300

// Excerpt is the beginning of an answer on one line and without secrets, for errors.
func (s *Service) Excerpt(body []byte) string {
	text := strings.Join(strings.Fields(s.hide.text(strings.ToValidUTF8(string(body), "?"))), " ")
	if len(text) <= excerptBytes {
		return text
	}
	cut := excerptBytes
	for !utf8.RuneStart(text[cut]) {
		cut--
	}
	return text[:cut] + "…"
}
