package httpx_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/platforms/httpx"
)

func TestService_StatusFault(t *testing.T) {
	t.Parallel()
	s := setup(t, httpx.Options{}, func(http.ResponseWriter, *http.Request) {})
	cases := []struct {
		status  int
		mutates bool
		kind    fault.Kind
		code    string
	}{
		{429, true, fault.Retryable, "throttled"},
		{500, true, fault.Ambiguous, "server_error"},
		{500, false, fault.Retryable, "server_error"},
		{503, true, fault.Ambiguous, "server_error"},
		{408, true, fault.Ambiguous, "server_error"},
		{401, true, fault.Terminal, "token_invalid"},
		{403, false, fault.Terminal, "permission_denied"},
		{404, false, fault.Refused, "not_found"},
		{422, true, fault.Refused, "rejected"},
	}
	for _, c := range cases {
		err := s.StatusFault(httpx.Response{Status: c.status, Body: []byte("why\n not")}, c.mutates, "create campaign")
		wantFault(t, err, c.kind, c.code)
		if !strings.HasSuffix(err.Error(), "why not") {
			t.Errorf("%d: the platform's words are lost: %v", c.status, err)
		}
	}
	if err := s.StatusFault(httpx.Response{Status: 204}, true, "x"); err != nil {
		t.Errorf("204: %v", err)
	}
	waits := httpx.Response{Status: 429, Header: http.Header{"Retry-After": {"7"}}}
	var classified *fault.Error
	if err := s.StatusFault(waits, false, "x"); !errors.As(err, &classified) || classified.After != 7*time.Second {
		t.Errorf("Retry-After is lost: %v", err)
	}
}

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	cases := map[string]time.Duration{
		"":                              0,
		"0":                             0,
		"-3":                            0,
		"90":                            90 * time.Second,
		"soon":                          0,
		"Fri, 20 Nov 2026 12:02:00 GMT": 2 * time.Minute,
		"Fri, 20 Nov 2026 11:00:00 GMT": 0,
	}
	for value, want := range cases {
		if got := httpx.RetryAfter(http.Header{"Retry-After": {value}}, noon); got != want {
			t.Errorf("%q: have %v, want %v", value, got, want)
		}
	}
}

func TestService_Decode(t *testing.T) {
	t.Parallel()
	s := setup(t, httpx.Options{}, func(http.ResponseWriter, *http.Request) {})
	var v struct{ ID string }
	if err := s.Decode(httpx.Response{Body: []byte(`{"id":"1"}`)}, true, &v); err != nil || v.ID != "1" {
		t.Fatalf("have %q, %v", v.ID, err)
	}
	rubbish := httpx.Response{Body: []byte("<html>" + token.Reveal())}
	wantFault(t, s.Decode(rubbish, false, &v), fault.Retryable, "bad_answer")
	err := s.Decode(rubbish, true, &v)
	wantFault(t, err, fault.Ambiguous, "bad_answer")
	if strings.Contains(err.Error(), token.Reveal()) {
		t.Fatalf("leaked: %v", err)
	}
}

func TestService_Excerpt(t *testing.T) {
	t.Parallel()
	s := setup(t, httpx.Options{}, func(http.ResponseWriter, *http.Request) {})
	long := strings.Repeat("x", 299) + strings.Repeat("é", 10)
	if got := s.Excerpt([]byte(long)); got != strings.Repeat("x", 299)+"…" {
		t.Errorf("cut inside a letter: %q", got)
	}
}
