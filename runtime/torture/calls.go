package torture

import (
	"bytes"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
)

// Calls is a proxy for HTTP before a handler: each call and each answer is a message on the wire.
type Calls struct {
	// Next performs the calls.
	Next http.Handler
	// Writes reports whether a call changes something at its platform.
	Writes func(r *http.Request, body []byte) bool
	// Before and Behind see each call that changes something, before and after it was performed, struck or not; nil: nobody does.
	Before, Behind func(r *http.Request, body []byte)

	wire atomic.Pointer[Wire]
}

// Use gives all calls from now on to a wire; without one they are passed uncounted.
func (c *Calls) Use(w *Wire) { c.wire.Store(w) }

// ServeHTTP passes one call. A caller that is cut off sees its connection break.
func (c *Calls) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	w := c.wire.Load()
	if w == nil {
		w = NewWire(Point{}, nil)
	}
	call, answer := ReadCall, ReadAnswer
	writes := c.Writes(r, body)
	if writes {
		call, answer = WriteCall, WriteAnswer
	}
	what := r.Method + " " + r.URL.Path
	recorded := httptest.NewRecorder()
	err = w.pass(call, what, func() error {
		r.Body = io.NopCloser(bytes.NewReader(body))
		if writes && c.Before != nil {
			c.Before(r, body)
		}
		c.Next.ServeHTTP(recorded, r)
		if writes && c.Behind != nil {
			c.Behind(r, body)
		}
		return nil
	})
	if err == nil {
		err = w.pass(answer, what, func() error { return write(rw, recorded) })
	}
	if err != nil {
		panic(http.ErrAbortHandler) // net/http closes the connection without a word
	}
}

func write(rw http.ResponseWriter, recorded *httptest.ResponseRecorder) error {
	maps.Copy(rw.Header(), recorded.Header())
	rw.WriteHeader(recorded.Code)
	if _, err := rw.Write(recorded.Body.Bytes()); err != nil {
		return err
	}
	return http.NewResponseController(rw).Flush() // a strike after it must not take it back
}

// Hooks wraps the sending of webhooks to the program: each is a message, and so is its answer.
func Hooks(wire func() *Wire, send func(*http.Request) (*http.Response, error)) func(*http.Request) (*http.Response, error) {
	return func(r *http.Request) (*http.Response, error) {
		w := wire()
		if w == nil {
			return send(r)
		}
		var answer *http.Response
		err := w.pass(HookCall, "webhook", func() (err error) {
			answer, err = send(r)
			return err
		})
		if err == nil {
			err = w.pass(HookAnswer, "webhook", func() error { return nil })
		}
		if err != nil && answer != nil {
			_ = answer.Body.Close() // nobody will read it
		}
		if err != nil {
			return nil, err
		}
		return answer, nil
	}
}
