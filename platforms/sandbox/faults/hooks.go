package faults

import (
	"bytes"
	"io"
	"net/http"
	"strings"
)

// heldHook is a webhook that waits for the next one to overtake it.
type heldHook struct{ request *http.Request }

// Send puts the plan between the shop and the receiver of its webhooks. cut removes the shop's subscriptions.
func (p *Plan) Send(send func(*http.Request) (*http.Response, error), cut func()) func(*http.Request) (*http.Response, error) {
	if p == nil {
		return send
	}
	return func(r *http.Request) (*http.Response, error) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		r = again(r, body)
		f, faulty := p.draw(r.Header.Get("X-Shopify-Topic"), ofHook)
		if !faulty {
			answer, err := send(r)
			p.release(send)
			return answer, err
		}
		p.happened(f.Kind)
		return p.hook(f, r, body, send, cut)
	}
}

// hook does to a webhook what its fault does.
func (p *Plan) hook(f Fault, r *http.Request, body []byte, send func(*http.Request) (*http.Response, error), cut func()) (*http.Response, error) {
	switch f.Kind {
	case HookDropped:
		return arrived(r), nil
	case HookDelayed:
		return &http.Response{StatusCode: http.StatusServiceUnavailable, Status: "503 Service Unavailable", Header: http.Header{}, Body: http.NoBody, Request: r}, nil
	case HookReordered:
		p.mu.Lock()
		free := p.held == nil
		if free {
			p.held = &heldHook{request: again(r, body)}
		}
		p.mu.Unlock()
		if free {
			return arrived(r), nil
		}
	case SubscriptionCut:
		cut()
		return arrived(r), nil
	case HookDuplicated, HookReplayed, HookForged, HookAltered:
		forget(send(beside(f.Kind, r, body)))
	}
	answer, err := send(r)
	p.release(send)
	return answer, err
}

// beside is the webhook that comes beside the true one.
func beside(k Kind, r *http.Request, body []byte) *http.Request {
	twin := again(r, body)
	switch k {
	case HookReplayed:
		twin.Header.Set("X-Shopify-Webhook-Id", "00000000-0000-4000-8000-"+strings.Repeat("0", 12))
		twin.Header.Set("X-Shopify-Event-Id", "00000000-0000-4000-8000-"+strings.Repeat("0", 12))
	case HookForged:
		twin.Header.Set("X-Shopify-Hmac-Sha256", "bm90IHRoZSBzaG9wJ3Mgc2lnbmF0dXJlIGF0IGFsbCE=")
	case HookAltered:
		twin = again(r, bytes.Replace(body, []byte(`"total_price":"`), []byte(`"total_price":"9`), 1))
	}
	return twin
}

// release sends the webhook that waited for another to overtake it.
func (p *Plan) release(send func(*http.Request) (*http.Response, error)) {
	p.mu.Lock()
	held := p.held
	p.held = nil
	p.mu.Unlock()
	if held != nil {
		forget(send(held.request))
	}
}

// again is a request that can be sent (once more).
func again(r *http.Request, body []byte) *http.Request {
	out := r.Clone(r.Context())
	out.Body, out.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	return out
}

func arrived(r *http.Request) *http.Response {
	return &http.Response{StatusCode: http.StatusOK, Status: "200 OK", Header: http.Header{}, Body: http.NoBody, Request: r}
}

// forget is for answers that nobody waits for: a forgery is refused, a duplicate is taken.
func forget(answer *http.Response, err error) {
	if err == nil {
		_ = answer.Body.Close()
	}
}
