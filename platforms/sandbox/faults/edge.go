package faults

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"time"
)

// describedBytes is how much of a body describes a call.
const describedBytes = 4 << 10

// maxBody bounds what a call may carry.
const maxBody = 64 << 20

// Wrap puts the plan before the services; a nil plan is not there.
func (p *Plan) Wrap(next http.Handler) http.Handler {
	if p == nil {
		return next
	}
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if p.idle() || strings.HasPrefix(r.URL.Path, "/_sandbox") || strings.HasPrefix(r.URL.Path, "/img/") {
			next.ServeHTTP(rw, r)
			return
		}
		body, err := io.ReadAll(http.MaxBytesReader(rw, r.Body, maxBody))
		if err != nil {
			http.Error(rw, "the body is broken or too long", http.StatusRequestEntityTooLarge)
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		text := r.Method + " " + r.URL.RequestURI() + " " + string(body[:min(len(body), describedBytes)])
		f, faulty := p.draw(text, ofEdge, ofAnswer)
		switch {
		case faulty && scopes[f.Kind] == ofEdge:
			p.happened(f.Kind)
			p.refuse(f, text, rw, r, next)
		default:
			p.answer(f, text, rw, r, next)
		}
	})
}

// idle reports whether the script is empty.
func (p *Plan) idle() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.script) == 0
}

// refuse does to a call what a fault at the edge does.
func (p *Plan) refuse(f Fault, text string, rw http.ResponseWriter, r *http.Request, next http.Handler) {
	service := serviceOf(r.URL.Path)
	switch f.Kind {
	case DropBefore:
		panic(http.ErrAbortHandler) // net/http closes the connection without a word
	case CommitThenDrop:
		p.perform(text, r, next)
		panic(http.ErrAbortHandler)
	case ErrorAfterCommit:
		p.perform(text, r, next)
		refusals[ServerError].send(rw, service)
	case SlowDrip:
		drip(rw, r, next)
	case Timeout, ModelTimeout:
		<-r.Context().Done() // the client gives up; there is no clock here to wait by
	case DuplicateOrder:
		p.perform(text, r, next)
		refusals[f.Kind].send(rw, service)
	case ClockSkew:
		rw.Header().Set("Date", p.now().AddDate(0, 0, 1).UTC().Format(http.TimeFormat))
		if refusals[f.Kind].speaks(service) {
			refusals[f.Kind].send(rw, service)
			return
		}
		next.ServeHTTP(rw, r)
	default:
		refusals[f.Kind].send(rw, service)
	}
}

// perform does what a call asks for; nobody will read the answer.
func (p *Plan) perform(text string, r *http.Request, next http.Handler) {
	recorded := httptest.NewRecorder()
	next.ServeHTTP(recorded, r)
	p.remember(text, recorded.Code, recorded.Body.Bytes())
}

// drip sends half of an answer and never the rest.
func drip(rw http.ResponseWriter, r *http.Request, next http.Handler) {
	recorded := httptest.NewRecorder()
	next.ServeHTTP(recorded, r)
	whole := recorded.Body.Bytes()
	copyHeader(rw, recorded)
	rw.Header().Set("Content-Length", strconv.Itoa(len(whole)))
	rw.WriteHeader(recorded.Code)
	_, _ = rw.Write(whole[:len(whole)/2])      // the client may be gone
	_ = http.NewResponseController(rw).Flush() // it is half an answer in any case
	<-r.Context().Done()                       // the client gives up
	panic(http.ErrAbortHandler)
}

func copyHeader(rw http.ResponseWriter, recorded *httptest.ResponseRecorder) {
	for name, values := range recorded.Header() {
		rw.Header()[name] = values
	}
}

// answer performs a call and spoils the answer, if that is its fate.
func (p *Plan) answer(f Fault, text string, rw http.ResponseWriter, r *http.Request, next http.Handler) {
	recorded := httptest.NewRecorder()
	next.ServeHTTP(recorded, r)
	body := recorded.Body.Bytes()
	p.remember(text, recorded.Code, body)
	copyHeader(rw, recorded)
	spoilt, changed := p.spoil(f, text, recorded.Code, body)
	switch {
	case changed:
		p.happened(f.Kind)
	case f.Kind != "":
		p.missed(f)
	}
	switch {
	case changed && f.Kind == TruncatedBody:
		rw.Header().Set("Content-Length", strconv.Itoa(len(body)))
	case changed:
		rw.Header().Del("Content-Length")
	}
	if changed && (f.Kind == HTML || f.Kind == WrongType) {
		rw.Header().Set("Content-Type", map[Kind]string{HTML: "text/html; charset=utf-8", WrongType: "text/plain"}[f.Kind])
	}
	rw.WriteHeader(recorded.Code)
	_, _ = rw.Write(spoilt) // the client may be gone
	if changed && f.Kind == TruncatedBody {
		panic(http.ErrAbortHandler)
	}
}

// lag is how long a list does not show what was made.
func (f Fault) lag() time.Duration {
	if f.Minutes == 0 {
		return 30 * time.Minute
	}
	return time.Duration(f.Minutes) * time.Minute
}

// Mail is what the post says to a message instead of taking it; 0 when it takes it.
func (p *Plan) Mail() (code int, text string) {
	if p == nil {
		return 0, ""
	}
	f, faulty := p.draw("mail", ofMail)
	if !faulty {
		return 0, ""
	}
	p.happened(f.Kind)
	if f.Kind == MailGreylisted {
		return 451, "4.7.1 Greylisted, try again later"
	}
	return 554, "5.7.1 Message refused"
}
