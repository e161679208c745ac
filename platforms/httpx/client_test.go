package httpx_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/platforms/httpx"
)

const token = httpx.Secret("s3cret/token+value")

type stoppedClock struct{ now time.Time }

func (c stoppedClock) Now() time.Time { return c.now }

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

func setup(t *testing.T, o httpx.Options, handler http.HandlerFunc) *httpx.Service {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	o.Clock = stoppedClock{noon}
	s, err := httpx.New(o).Service("meta", server.URL+"/", token)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func wantFault(t *testing.T, err error, kind fault.Kind, code string) {
	t.Helper()
	if fault.KindOf(err) != kind || fault.CodeOf(err) != code {
		t.Fatalf("have %v %q (%v), want %v %q", fault.KindOf(err), fault.CodeOf(err), err, kind, code)
	}
}

// heard is a witness that remembers.
type heard struct {
	service               string
	theirs, before, after time.Time
}

func (h *heard) Hear(service string, theirs, before, after time.Time) {
	*h = heard{service, theirs, before, after}
}

func TestService_Do_HearsTheTimeOfAnswers(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		date, age string
		want      time.Time
	}{
		"Stated":   {"Fri, 20 Nov 2026 09:00:00 GMT", "", noon.Add(-3 * time.Hour)},
		"Cached":   {"Fri, 20 Nov 2026 09:00:00 GMT", "3600", noon.Add(-2 * time.Hour)},
		"Nonsense": {"yesterday", "", time.Time{}},
		"OldStyle": {"Friday, 20-Nov-26 09:00:00 GMT", "-5", noon.Add(-3 * time.Hour)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var h heard
			s := setup(t, httpx.Options{Witness: &h}, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Date", c.date)
				w.Header().Set("Age", c.age)
			})
			if _, err := s.Do(t.Context(), httpx.Request{Operation: "x", Method: "GET", Path: "/"}); err != nil {
				t.Fatal(err)
			}
			want := heard{"meta", c.want, noon, noon}
			if c.want.IsZero() {
				want = heard{}
			}
			if !h.theirs.Equal(want.theirs) || h.service != want.service || !h.after.Equal(want.after) {
				t.Errorf("heard %+v, want %+v", h, want)
			}
		})
	}
}

func TestService_Do(t *testing.T) {
	t.Parallel()
	t.Run("SendsWhatItIsGiven", func(t *testing.T) {
		t.Parallel()
		s := setup(t, httpx.Options{}, func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			_, _ = fmt.Fprintf(w, "%s %s %s %s %s", r.Method, r.URL, r.Header.Get("Content-Type"), r.Header.Get("Access-Token"), body)
		})
		res, err := s.Do(t.Context(), httpx.Request{
			Operation: "x", Method: "POST", Path: "/v26.0/act_1/campaigns", Query: url.Values{"b": {"2"}, "a": {"1 &"}},
			Header: http.Header{"Access-Token": {"T"}}, Body: httpx.Form(url.Values{"name": {"a|b"}}),
		})
		if err != nil {
			t.Fatal(err)
		}
		want := "POST /v26.0/act_1/campaigns?a=1+%26&b=2 application/x-www-form-urlencoded T name=a%7Cb"
		if string(res.Body) != want || res.Status != 200 {
			t.Fatalf("have %d %q, want %q", res.Status, res.Body, want)
		}
	})
	t.Run("DoesNotFollowRedirects", func(t *testing.T) {
		t.Parallel()
		s := setup(t, httpx.Options{}, func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://198.51.100.1/", http.StatusFound)
		})
		res, err := s.Do(t.Context(), httpx.Request{Operation: "x", Method: "GET", Path: "/"})
		if err != nil || res.Status != http.StatusFound {
			t.Fatalf("have %d, %v", res.Status, err)
		}
		wantFault(t, s.StatusFault(res, false, "read"), fault.Refused, "rejected")
	})
	t.Run("BoundsTheAnswer", func(t *testing.T) {
		t.Parallel()
		s := setup(t, httpx.Options{MaxBytes: 10}, func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, strings.Repeat("x", len(r.URL.Path)-1+10))
		})
		if _, err := s.Do(t.Context(), httpx.Request{Operation: "x", Method: "GET", Path: "/"}); err != nil {
			t.Fatalf("an answer of exactly the limit: %v", err)
		}
		_, err := s.Do(t.Context(), httpx.Request{Operation: "x", Method: "GET", Path: "/a"})
		wantFault(t, err, fault.Retryable, "answer_too_long")
		_, err = s.Do(t.Context(), httpx.Request{Operation: "x", Method: "POST", Path: "/a", Mutates: true})
		wantFault(t, err, fault.Ambiguous, "answer_too_long")
	})
}

func TestService_Failures(t *testing.T) {
	t.Parallel()
	hangUp := func(w http.ResponseWriter, r *http.Request) {
		conn, _, err := w.(http.Hijacker).Hijack()
		if err == nil {
			_ = conn.Close()
		}
	}
	silent := func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	cases := []struct {
		name    string
		handler http.HandlerFunc
		mutates bool
		kind    fault.Kind
	}{
		{"HangUpOnReadIsRetryable", hangUp, false, fault.Retryable},
		{"HangUpOnMutationIsAmbiguous", hangUp, true, fault.Ambiguous},
		{"SilenceOnReadIsRetryable", silent, false, fault.Retryable},
		{"SilenceOnMutationIsAmbiguous", silent, true, fault.Ambiguous},
		{"HalfAnAnswerOnMutationIsAmbiguous", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, "half")
		}, true, fault.Ambiguous},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := setup(t, httpx.Options{Timeout: 50 * time.Millisecond}, c.handler)
			_, err := s.Do(t.Context(), httpx.Request{Operation: "x", Method: "POST", Path: "/", Mutates: c.mutates})
			wantFault(t, err, c.kind, "no_answer")
		})
	}
	t.Run("NobodyListeningIsRetryableEvenForMutations", func(t *testing.T) {
		t.Parallel()
		s, err := httpx.New(httpx.Options{}).Service("meta", "http://127.0.0.1:1")
		if err != nil {
			t.Fatal(err)
		}
		_, err = s.Do(t.Context(), httpx.Request{Operation: "x", Method: "POST", Path: "/", Mutates: true})
		wantFault(t, err, fault.Retryable, "unreachable")
	})
	t.Run("CancelledBeforeSendingIsRetryable", func(t *testing.T) {
		t.Parallel()
		s := setup(t, httpx.Options{}, func(http.ResponseWriter, *http.Request) {})
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := s.Do(ctx, httpx.Request{Operation: "x", Method: "POST", Path: "/", Mutates: true})
		wantFault(t, err, fault.Retryable, "unreachable")
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("the cause is lost: %v", err)
		}
	})
}

type brokenTransport struct{ err error }

func (b brokenTransport) RoundTrip(*http.Request) (*http.Response, error) { return nil, b.err }

// TestService_ForeignTransport: of a transport that we do not know, only a refused dial is believed to have sent nothing.
func TestService_ForeignTransport(t *testing.T) {
	t.Parallel()
	do := func(err error) error {
		s, serviceErr := httpx.New(httpx.Options{Transport: brokenTransport{err}}).Service("meta", "http://example.com")
		if serviceErr != nil {
			t.Fatal(serviceErr)
		}
		_, err = s.Do(t.Context(), httpx.Request{Operation: "x", Method: "POST", Path: "/", Mutates: true})
		return err
	}
	wantFault(t, do(io.ErrUnexpectedEOF), fault.Ambiguous, "no_answer")
	wantFault(t, do(&net.OpError{Op: "read", Err: io.EOF}), fault.Ambiguous, "no_answer")
	wantFault(t, do(&net.OpError{Op: "dial", Err: io.EOF}), fault.Retryable, "unreachable")
}

func TestSecrets(t *testing.T) {
	t.Parallel()
	escaped := url.QueryEscape(token.Reveal())
	t.Run("NeverPrintThemselves", func(t *testing.T) {
		t.Parallel()
		data, err := json.Marshal(map[string]httpx.Secret{"token": token})
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range []string{fmt.Sprint(token), fmt.Sprintf("%#v %+v %q", token, token, token), token.LogValue().String(), string(data)} {
			if strings.Contains(text, token.Reveal()) {
				t.Errorf("%q shows the secret", text)
			}
		}
	})
	t.Run("StayOutOfTransportErrors", func(t *testing.T) {
		t.Parallel()
		leak := fmt.Errorf("dialling http://x/?access_token=%s with %s", escaped, token.Reveal())
		s, err := httpx.New(httpx.Options{Transport: brokenTransport{leak}}).Service("meta", "http://example.com", token)
		if err != nil {
			t.Fatal(err)
		}
		_, err = s.Do(t.Context(), httpx.Request{Operation: "x", Method: "GET", Path: "/", Query: url.Values{"access_token": {token.Reveal()}}})
		if strings.Contains(err.Error(), token.Reveal()) || strings.Contains(err.Error(), escaped) {
			t.Fatalf("leaked: %v", err)
		}
		if !strings.Contains(err.Error(), "access_token=[redacted]") {
			t.Fatalf("the rest of the error is lost: %v", err)
		}
	})
	t.Run("StayOutOfAnswersQuotedInErrors", func(t *testing.T) {
		t.Parallel()
		s := setup(t, httpx.Options{}, func(http.ResponseWriter, *http.Request) {})
		// The secret lies across the point where the quotation is cut.
		body := strings.Repeat("x", 295) + token.Reveal() + strings.Repeat("y", 300)
		err := s.StatusFault(httpx.Response{Status: 400, Body: []byte(body)}, false, "read")
		if strings.Contains(err.Error(), "s3cr") {
			t.Fatalf("leaked: %v", err)
		}
	})
}

type calls struct {
	mu   sync.Mutex
	seen []string
}

func (c *calls) Observe(service, operation string, status int, _ time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.seen = append(c.seen, fmt.Sprintf("%s %s %d", service, operation, status))
}

func TestObserver_HearsOfEveryCall(t *testing.T) {
	t.Parallel()
	heard := &calls{}
	s := setup(t, httpx.Options{Observer: heard}, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/hangup" {
			panic(http.ErrAbortHandler)
		}
		w.WriteHeader(http.StatusTeapot)
	})
	_, _ = s.Do(t.Context(), httpx.Request{Operation: "good", Method: "GET", Path: "/"})
	_, _ = s.Do(t.Context(), httpx.Request{Operation: "bad", Method: "GET", Path: "/hangup"})
	if got := strings.Join(heard.seen, "; "); got != "meta good 418; meta bad 0" {
		t.Fatal(got)
	}
}

func TestClient_Service(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"", "graph.facebook.com", "ftp://graph.facebook.com", "http://", "http://a b"} {
		if _, err := httpx.New(httpx.Options{}).Service("meta", address); err == nil {
			t.Errorf("accepted %q", address)
		}
	}
}
