package sandbox

import (
	"context"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Faults is a seeded plan of what goes wrong between a client and a service. Each share is of calls, 0 to 1; the sum must not exceed 1. The
// plan is drawn call by call in the order of arrival, so that a client that works one call at a time meets the same faults again.
type Faults struct {
	Seed uint64
	// Paths are the prefixes that faults happen under; empty: everywhere but /_sandbox.
	Paths []string
	// DropAfterWrite performs the call and then breaks the connection without an answer.
	DropAfterWrite float64
	// ErrorAfterWrite performs the call and then answers 500.
	ErrorAfterWrite float64
	// ErrorBefore answers 500 without performing the call.
	ErrorBefore float64
	// Throttle answers as the service does when it is called too often, without performing the call.
	Throttle float64
	// Slow waits before the call is performed, by Delay.
	Slow float64
	// Delay waits; nil: slow calls are not slowed. The sandbox has no clock of its own to wait by.
	Delay func(ctx context.Context, d time.Duration)
	// SlowFor is how long a slow call waits.
	SlowFor time.Duration

	mu     sync.Mutex
	random *rand.Rand
	counts map[string]int64
}

// Counts says how often each fault happened: drop, error_after, error_before, throttle, slow.
func (f *Faults) Counts() map[string]int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	out := map[string]int64{}
	for k, v := range f.counts {
		out[k] = v
	}
	return out
}

// wrap puts the plan before a handler; without a plan it is the handler.
func (f *Faults) wrap(next http.Handler) http.Handler {
	if f == nil {
		return next
	}
	f.random, f.counts = rand.New(rand.NewPCG(f.Seed, 0x6661756c7473)), map[string]int64{}
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		switch f.draw(r.URL.Path) {
		case "drop":
			next.ServeHTTP(&swallowed{header: http.Header{}}, r)
			panic(http.ErrAbortHandler) // net/http closes the connection without a word
		case "error_after":
			next.ServeHTTP(&swallowed{header: http.Header{}}, r)
			internalError(rw, r.URL.Path)
		case "error_before":
			internalError(rw, r.URL.Path)
		case "throttle":
			throttled(rw, r.URL.Path)
		case "slow":
			if f.Delay != nil {
				f.Delay(r.Context(), f.SlowFor)
			}
			next.ServeHTTP(rw, r)
		default:
			next.ServeHTTP(rw, r)
		}
	})
}

// draw decides the fate of one call.
func (f *Faults) draw(path string) string {
	if !f.covers(path) {
		return ""
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	u := f.random.Float64()
	for _, c := range []struct {
		share float64
		name  string
	}{{f.DropAfterWrite, "drop"}, {f.ErrorAfterWrite, "error_after"}, {f.ErrorBefore, "error_before"}, {f.Throttle, "throttle"}, {f.Slow, "slow"}} {
		if u < c.share {
			f.counts[c.name]++
			return c.name
		}
		u -= c.share
	}
	return ""
}

func (f *Faults) covers(path string) bool {
	if strings.HasPrefix(path, "/_sandbox") {
		return false
	}
	for _, p := range f.Paths {
		if strings.HasPrefix(path, p) {
			return true
		}
	}
	return len(f.Paths) == 0
}

// swallowed takes an answer that nobody will read.
type swallowed struct {
	header http.Header
}

// Header is for http.ResponseWriter.
func (s *swallowed) Header() http.Header { return s.header }

// Write is for http.ResponseWriter.
func (s *swallowed) Write(b []byte) (int, error) { return len(b), nil }

// WriteHeader is for http.ResponseWriter.
func (s *swallowed) WriteHeader(int) {}

func write(rw http.ResponseWriter, status int, body string) {
	rw.Header().Set("Content-Type", "application/json")
	rw.WriteHeader(status)
	_, _ = rw.Write([]byte(body))
}

// internalError is a failure in the dialect of the path's service: TikTok says even that with HTTP 200.
func internalError(rw http.ResponseWriter, path string) {
	switch service(path) {
	case "meta", "whatsapp":
		write(rw, http.StatusInternalServerError, `{"error":{"message":"An unknown error has occurred.","type":"OAuthException","code":1,"is_transient":true,"fbtrace_id":"ASandboxFault"}}`)
	case "tiktok":
		write(rw, http.StatusOK, `{"code":50000,"message":"System error","request_id":"sandboxfault","data":{}}`)
	case "supabase":
		write(rw, http.StatusInternalServerError, `{"statusCode":"500","error":"internal","message":"Internal Server Error","code":"InternalError"}`)
	case "twilio":
		write(rw, http.StatusInternalServerError, `{"code":20500,"message":"Internal Server Error","more_info":"https://www.twilio.com/docs/errors/20500","status":500}`)
	default:
		write(rw, http.StatusInternalServerError, `{"error":"Internal Server Error"}`)
	}
}

// throttled is "too many calls" in the dialect of the path's service.
func throttled(rw http.ResponseWriter, path string) {
	switch service(path) {
	case "meta":
		write(rw, http.StatusBadRequest, `{"error":{"message":"(#17) User request limit reached","type":"OAuthException","code":17,"error_subcode":2446079,"is_transient":true,"fbtrace_id":"ASandboxFault"}}`)
	case "whatsapp":
		write(rw, http.StatusTooManyRequests, `{"error":{"message":"(#130429) Rate limit hit","type":"OAuthException","code":130429,"fbtrace_id":"ASandboxFault"}}`)
	case "tiktok":
		write(rw, http.StatusOK, `{"code":40100,"message":"Requests made too frequently","request_id":"sandboxfault","data":{}}`)
	case "shopify":
		write(rw, http.StatusOK, `{"errors":[{"message":"Throttled","extensions":{"code":"THROTTLED"}}]}`)
	case "aliexpress":
		write(rw, http.StatusOK, `{"error_response":{"type":"ISV","code":"ApiCallLimit","msg":"The request has exceeded the call limit","request_id":"sandboxfault"}}`)
	case "supabase":
		write(rw, http.StatusTooManyRequests, `{"statusCode":"429","error":"too_many_connections","message":"Too many connections issued to the database","code":"SlowDown"}`)
	case "twilio":
		write(rw, http.StatusTooManyRequests, `{"code":20429,"message":"Too Many Requests","more_info":"https://www.twilio.com/docs/errors/20429","status":429}`)
	default:
		rw.Header().Set("Retry-After", "30")
		write(rw, http.StatusTooManyRequests, `{"error":"Too many requests"}`)
	}
}

func service(path string) string {
	name, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	return name
}
