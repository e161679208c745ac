package httpapi

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/agente-ceo/agente-ceo/domain/fault"
)

// Problem is an RFC 9457 answer. Code is stable; Detail is for people and may change.
type Problem struct {
	Type   string       `json:"type" doc:"Where the code is explained"`
	Title  string       `json:"title"`
	Status int          `json:"status"`
	Detail string       `json:"detail,omitempty"`
	Code   string       `json:"code" example:"not_found"`
	Errors []FieldError `json:"errors,omitempty"`

	retryAfter time.Duration
}

// FieldError says what is wrong with one part of a request. It never repeats the value, which may be a secret.
type FieldError struct {
	Location string `json:"location" example:"body.reason"`
	Message  string `json:"message"`
}

// Error is the problem in one line.
func (p *Problem) Error() string { return p.Code + ": " + p.Detail }

// GetStatus is the HTTP status.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType is that of problem details, whatever was negotiated.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

var codes = map[int]string{
	http.StatusBadRequest: "malformed", http.StatusUnauthorized: "unauthenticated", http.StatusForbidden: "forbidden",
	http.StatusNotFound: "not_found", http.StatusMethodNotAllowed: "method_not_allowed", http.StatusNotAcceptable: "not_acceptable",
	http.StatusConflict: "refused", http.StatusRequestEntityTooLarge: "too_large", http.StatusUnsupportedMediaType: "unsupported_media_type",
	http.StatusUnprocessableEntity: "invalid", http.StatusTooManyRequests: "throttled", http.StatusInternalServerError: "internal",
	http.StatusBadGateway: "platform_stopped", http.StatusServiceUnavailable: "unavailable", http.StatusRequestTimeout: "too_slow",
}

func problem(status int, code, format string, args ...any) *Problem {
	if code == "" {
		code = codes[status]
	}
	return &Problem{Type: "/docs#" + code, Title: http.StatusText(status), Status: status, Code: code, Detail: fmt.Sprintf(format, args...)}
}

// init makes huma answer with our problems: it offers no other way than its package variable.
func init() {
	huma.NewError = func(status int, message string, errs ...error) huma.StatusError {
		p := problem(status, "", "%s", message)
		for _, err := range errs {
			var detail huma.ErrorDetailer
			if errors.As(err, &detail) {
				d := detail.ErrorDetail()
				p.Errors = append(p.Errors, FieldError{Location: d.Location, Message: d.Message})
			} else if err != nil && status < http.StatusInternalServerError {
				p.Errors = append(p.Errors, FieldError{Message: err.Error()})
			}
		}
		return p
	}
}

// problemOf sorts an error by what the caller should do. Bugs keep their text to the log.
func problemOf(err error) *Problem {
	var p *Problem
	if errors.As(err, &p) {
		return p
	}
	var f *fault.Error
	if !errors.As(err, &f) {
		return problem(http.StatusInternalServerError, "", "Something is wrong with the program. The log says more.")
	}
	switch f.Kind {
	case fault.Refused:
		return refusal(f.Code, textOf(f))
	case fault.Retryable:
		p = problem(http.StatusServiceUnavailable, f.Code, "Not now. Try again in a moment.")
		p.retryAfter = max(f.After, time.Second)
		return p
	case fault.Ambiguous:
		return problem(http.StatusAccepted, f.Code, "It was sent, and no answer came yet. Look again before repeating it.")
	case fault.Terminal:
		return problem(http.StatusBadGateway, f.Code, "%s", textOf(f))
	}
	return problem(http.StatusInternalServerError, "", "Something is wrong with the program. The log says more.")
}

func textOf(f *fault.Error) string {
	if f.Text == "" {
		return f.Code
	}
	return f.Text
}

// refusal is what a rule's no is over HTTP: 404 for what is unknown, 422 for what may not be, 409 for the rest.
func refusal(code, text string) *Problem {
	switch {
	case strings.HasPrefix(code, "unknown_"):
		return problem(http.StatusNotFound, code, "%s", text)
	case strings.HasPrefix(code, "invalid_"):
		return problem(http.StatusUnprocessableEntity, code, "%s", text)
	}
	return problem(http.StatusConflict, code, "%s", text)
}

func notFound(what, id string) *Problem {
	return problem(http.StatusNotFound, "", "There is no %s %q.", what, id)
}

func writeProblem(w http.ResponseWriter, p *Problem) {
	body, err := json.Marshal(p)
	if err != nil {
		panic(fmt.Errorf("write a problem: %w", err)) // texts and numbers always marshal
	}
	if p.retryAfter > 0 {
		w.Header().Set("Retry-After", strconv.FormatInt(int64(p.retryAfter.Seconds()+0.5), 10))
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.Status)
	_, _ = w.Write(body) // a client that has gone needs no answer
}

func crossOrigin(w http.ResponseWriter, _ *http.Request) {
	writeProblem(w, problem(http.StatusForbidden, "cross_origin", "This request came from another site."))
}
