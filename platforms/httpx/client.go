package httpx

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/platforms"
)

// The limits that apply where Options leaves them zero.
const (
	DefaultTimeout  = 30 * time.Second
	DefaultMaxBytes = 8 << 20
)

// Observer hears of every call, for metrics. operation is a constant of the adapter ("create_campaign"), status is 0 when no answer
// came.
type Observer interface {
	Observe(service, operation string, status int, took time.Duration)
}

// Witness hears what time it is at the other side of each answer, between before and after by the client's clock.
type Witness interface {
	Hear(service string, theirs, before, after time.Time)
}

// Options configures a Client. The zero value is usable: it measures no durations.
type Options struct {
	Timeout   time.Duration     // of one call, from dialling to the last byte; 0: DefaultTimeout
	MaxBytes  int64             // longest answer that is read; 0: DefaultMaxBytes
	Transport http.RoundTripper // nil: a pool of keep-alive connections
	Observer  Observer          // nil: nobody listens
	Clock     platforms.Clock   // for durations and for Retry-After dates
	Witness   Witness           // nil: nobody compares clocks
}

// Client is a connection pool with limits, shared by all adapters.
type Client struct {
	options  Options
	http     *http.Client
	standard bool
}

// New makes a client. It never follows redirects: an API that moves is an error, and following would carry tokens to another host.
func New(o Options) *Client {
	if o.Timeout == 0 {
		o.Timeout = DefaultTimeout
	}
	if o.MaxBytes == 0 {
		o.MaxBytes = DefaultMaxBytes
	}
	if o.Transport == nil {
		pool := http.DefaultTransport.(*http.Transport).Clone()
		pool.MaxIdleConnsPerHost = 16
		o.Transport = pool
	}
	_, standard := o.Transport.(*http.Transport)
	return &Client{
		options:  o,
		standard: standard,
		http: &http.Client{
			Transport:     o.Transport,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
}

// Service is one platform reached through a Client.
type Service struct {
	client *Client
	name   string
	base   *url.URL
	hide   redactor
}

// Service binds the client to a platform's base address, such as "https://graph.facebook.com". The secrets are kept out of every
// error that the service returns.
func (c *Client) Service(name, baseURL string, secrets ...Secret) (*Service, error) {
	base, err := url.Parse(strings.TrimSuffix(baseURL, "/"))
	if err != nil || base.Host == "" || (base.Scheme != "http" && base.Scheme != "https") {
		return nil, fmt.Errorf("address of %s: want http(s)://host, have %q", name, baseURL)
	}
	return &Service{client: c, name: name, base: base, hide: newRedactor(secrets)}, nil
}

// Request is one call.
type Request struct {
	Operation string // constant name, for metrics and errors: "create_campaign"
	Method    string
	Path      string // escaped, begins with "/"; appended to the base address
	Query     url.Values
	Header    http.Header
	Body      Body
	// Mutates says that doing it twice does something twice. It decides whether a lost answer is Ambiguous or Retryable.
	Mutates bool
}

// Response is a whole answer, of any status.
type Response struct {
	Status int
	Header http.Header
	Body   []byte
}

// Redact removes the service's secrets from a text.
func (s *Service) Redact(text string) string { return s.hide.text(text) }

// Now is the client's clock, the zero time without one.
func (s *Service) Now() time.Time {
	if s.client.options.Clock == nil {
		return time.Time{}
	}
	return s.client.options.Clock.Now()
}

// Do performs one call and reads the answer, whatever its status. Errors are Retryable "unreachable" when nothing was sent, and
// otherwise "no_answer" or "answer_too_long": Ambiguous if the request mutates, Retryable if not.
func (s *Service) Do(ctx context.Context, r Request) (Response, error) {
	ctx, cancel := context.WithTimeout(ctx, s.client.options.Timeout)
	defer cancel()
	var connected atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn: func(httptrace.GotConnInfo) { connected.Store(true) },
	})
	req, err := s.build(ctx, r)
	if err != nil {
		return Response{}, err
	}
	started := s.Now()
	res, err := s.client.http.Do(req)
	if err != nil {
		s.observe(r, 0, started)
		return Response{}, s.broken(r, s.unsent(connected.Load(), err), err)
	}
	defer func() { _ = res.Body.Close() }() // the answer is read or given up: a close error says nothing more
	s.testify(res.Header, started)
	body, err := s.read(res.Body)
	s.observe(r, res.StatusCode, started)
	if err != nil {
		return Response{}, s.broken(r, false, err)
	}
	return Response{Status: res.StatusCode, Header: res.Header, Body: body}, nil
}

func (s *Service) build(ctx context.Context, r Request) (*http.Request, error) {
	target := s.base.String() + r.Path
	if len(r.Query) > 0 {
		target += "?" + r.Query.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, r.Method, target, bytes.NewReader(r.Body.Data))
	if err != nil {
		return nil, fmt.Errorf("%s %s: build request: %s", s.name, r.Operation, s.hide.text(err.Error()))
	}
	for name, values := range r.Header {
		req.Header[name] = values
	}
	if r.Body.Type != "" {
		req.Header.Set("Content-Type", r.Body.Type)
	}
	return req, nil
}

var errTooLong = errors.New("answer is longer than the limit")

func (s *Service) read(body io.Reader) ([]byte, error) {
	limit := s.client.options.MaxBytes
	data, err := io.ReadAll(io.LimitReader(body, limit+1))
	if err == nil && int64(len(data)) > limit {
		err = fmt.Errorf("%w of %d bytes", errTooLong, limit)
	}
	return data, err
}

// unsent reports whether the request certainly never left. Our own pool tells when it had a connection; of another transport we
// only believe a refused dial.
func (s *Service) unsent(connected bool, err error) bool {
	if s.client.standard {
		return !connected
	}
	var dial *net.OpError
	return errors.As(err, &dial) && dial.Op == "dial"
}

func (s *Service) broken(r Request, unsent bool, err error) error {
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		err = wrapped.Err // its text repeats the whole address, query included
	}
	if clean := s.hide.text(err.Error()); clean != err.Error() {
		err = errors.New(clean)
	}
	err = fmt.Errorf("%s %s: %w", s.name, r.Operation, err)
	switch {
	case unsent:
		return fault.Retry("unreachable", 0, err)
	case errors.Is(err, errTooLong):
		return Doubt(r.Mutates, "answer_too_long", err)
	}
	return Doubt(r.Mutates, "no_answer", err)
}

// testify passes on the time that an answer was written at; a proxy that kept it says for how long.
func (s *Service) testify(h http.Header, started time.Time) {
	theirs, err := http.ParseTime(h.Get("Date"))
	if s.client.options.Witness == nil || err != nil {
		return
	}
	if age, err := strconv.Atoi(h.Get("Age")); err == nil && age > 0 {
		theirs = theirs.Add(time.Duration(age) * time.Second)
	}
	s.client.options.Witness.Hear(s.name, theirs, started, s.Now())
}

func (s *Service) observe(r Request, status int, started time.Time) {
	if s.client.options.Observer == nil {
		return
	}
	s.client.options.Observer.Observe(s.name, r.Operation, status, s.Now().Sub(started))
}
