// Package journal lets the sandbox's world survive a restart. The world is deterministic, so it is enough to write down what was done
// to it, in order: every call and every tick with the answers that its webhooks got. Replaying them builds the same world, the same ids
// and the same ledgers again. Calls that only read are among them, as they count against the platforms' limits: a replay without them
// would let pass what was throttled then.
//
// A call is written before it is performed, a tick after it: a process that dies in between performs the call at the replay (its
// caller never saw an answer and has to look it up), and repeats the tick (its webhooks arrive twice, which receivers must bear).
package journal

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"
)

// maxBody bounds one call; pictures are the largest bodies.
const maxBody = 16 << 20

// Journal is an append-only file. All calls of a wrapped handler and all ticks go through it one at a time.
type Journal struct {
	mu        sync.Mutex
	file      *os.File
	out       *bufio.Writer
	replaying bool
	at        time.Time // replay time
	answers   []int     // of the tick being replayed or recorded
}

type entry struct {
	At      int64       `json:"t"` // Unix nanoseconds of the world's clock
	Method  string      `json:"m,omitempty"`
	Target  string      `json:"u,omitempty"`
	Header  http.Header `json:"h,omitempty"`
	Body    []byte      `json:"b,omitempty"`
	Tick    bool        `json:"tick,omitempty"`
	Answers []int       `json:"a,omitempty"` // HTTP statuses that the tick's webhooks got, 0 for none
}

// World is what a journal rebuilds.
type World interface {
	http.Handler
	// Tick brings the world to now and delivers what is due.
	Tick(now time.Time)
}

// Open opens or makes the file. A last line that was cut off by a crash is dropped.
func Open(path string) (*Journal, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the sandbox's journal: %w", err)
	}
	return &Journal{file: file, out: bufio.NewWriter(file)}, nil
}

// Last is the time of a journal's last whole entry; the zero time when there is none. It only reads.
func Last(path string) (time.Time, error) {
	file, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return time.Time{}, nil
	}
	if err != nil {
		return time.Time{}, fmt.Errorf("read the sandbox's journal: %w", err)
	}
	defer func() { _ = file.Close() }() // it was only read
	reader := bufio.NewReaderSize(file, 1<<20)
	var last time.Time
	for {
		line, err := reader.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return last, nil
		}
		if err != nil {
			return last, fmt.Errorf("read the sandbox's journal: %w", err)
		}
		var e struct {
			At int64 `json:"t"`
		}
		if json.Unmarshal(line, &e) == nil && e.At > 0 {
			last = time.Unix(0, e.At).UTC()
		}
	}
}

// Replay performs what the file holds on the world and returns how many entries there were and the time of the last.
func (j *Journal) Replay(w World) (n int, last time.Time, err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.replaying = true
	defer func() { j.replaying = false }()
	reader, whole := bufio.NewReaderSize(j.file, 1<<20), int64(0)
	for {
		line, err := reader.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			break // anything behind the last line end was cut off
		}
		if err != nil {
			return n, last, fmt.Errorf("read the sandbox's journal: %w", err)
		}
		var e entry
		if err := json.Unmarshal(line, &e); err != nil {
			return n, last, fmt.Errorf("the sandbox's journal %s is damaged at byte %d (move it away to begin a new world): %w", j.file.Name(), whole, err)
		}
		whole += int64(len(line))
		n, last = n+1, time.Unix(0, e.At).UTC()
		j.at = last
		if err := j.perform(w, e); err != nil {
			return n, last, err
		}
	}
	if err := j.file.Truncate(whole); err != nil {
		return n, last, fmt.Errorf("cut the sandbox's journal: %w", err)
	}
	if _, err := j.file.Seek(whole, io.SeekStart); err != nil {
		return n, last, fmt.Errorf("seek in the sandbox's journal: %w", err)
	}
	return n, last, nil
}

func (j *Journal) perform(w World, e entry) error {
	if e.Tick {
		j.answers = e.Answers
		w.Tick(j.at)
		return nil
	}
	target, err := url.Parse(e.Target)
	if err != nil {
		return fmt.Errorf("read the sandbox's journal: %w", err)
	}
	r := &http.Request{
		Method: e.Method, URL: target, Header: e.Header, Body: io.NopCloser(bytes.NewReader(e.Body)), ContentLength: int64(len(e.Body)),
		RequestURI: e.Target, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Host: "sandbox",
	}
	w.ServeHTTP(&discard{header: http.Header{}}, r)
	return nil
}

// Now is the replayed time during a replay, and ok false otherwise.
func (j *Journal) Now() (t time.Time, ok bool) { return j.at, j.replaying }

// leavesNoTrace reports whether a call neither changes anything nor counts against a limit.
func leavesNoTrace(r *http.Request) bool {
	return (r.Method == http.MethodGet || r.Method == http.MethodHead) && (strings.HasPrefix(r.URL.Path, "/_sandbox/") || strings.HasPrefix(r.URL.Path, "/img/"))
}

// Wrap serves a world's calls and writes them down. now is the world's clock.
func (j *Journal) Wrap(h http.Handler, now func() time.Time) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if leavesNoTrace(r) {
			j.mu.Lock()
			defer j.mu.Unlock()
			h.ServeHTTP(w, r)
			return
		}
		body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
		if err != nil || len(body) > maxBody {
			http.Error(w, "body is broken or too long", http.StatusRequestEntityTooLarge)
			return
		}
		if onlyReads(r, body) {
			j.mu.Lock()
			defer j.mu.Unlock()
			r.Body = io.NopCloser(bytes.NewReader(body))
			h.ServeHTTP(w, r)
			return
		}
		j.mu.Lock()
		defer j.mu.Unlock()
		e := entry{At: now().UnixNano(), Method: r.Method, Target: r.URL.RequestURI(), Header: spoken(r.Header), Body: body}
		if err := j.append(e); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		h.ServeHTTP(w, r)
	})
}

// onlyReads reports whether a call is a GraphQL query: it travels as POST and changes nothing, and the shop is asked every few minutes.
func onlyReads(r *http.Request, body []byte) bool {
	return strings.HasSuffix(r.URL.Path, "/graphql.json") && bytes.HasPrefix(body, []byte(`{"query":"query`))
}

// spoken is a call's headers without those that a client's library adds and no service asks for.
func spoken(all http.Header) http.Header {
	out := all.Clone()
	for _, name := range []string{"User-Agent", "Accept-Encoding", "Content-Length"} {
		out.Del(name)
	}
	return out
}

// Tick ticks a world and writes it down.
func (j *Journal) Tick(w World, now time.Time) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.answers = nil
	w.Tick(now)
	return j.append(entry{At: now.UnixNano(), Tick: true, Answers: j.answers})
}

// Answer is called by the world for each webhook of a tick: during a replay it returns what the webhook got then, otherwise it posts
// and remembers. Status 0 means that there was no answer.
func (j *Journal) Answer(post func() (status int)) int {
	if !j.replaying {
		status := post()
		j.answers = append(j.answers, status)
		return status
	}
	if len(j.answers) == 0 {
		return 0
	}
	status := j.answers[0]
	j.answers = j.answers[1:]
	return status
}

func (j *Journal) append(e entry) error {
	line, err := json.Marshal(e)
	if err == nil {
		_, err = j.out.Write(append(line, '\n'))
	}
	if err == nil {
		err = j.out.Flush()
	}
	if err != nil {
		return fmt.Errorf("write the sandbox's journal: %w", err)
	}
	return nil
}

// Close writes what is buffered and closes the file.
func (j *Journal) Close() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	return errors.Join(j.out.Flush(), j.file.Close())
}

// discard is where replayed answers go: their callers got them before.
type discard struct{ header http.Header }

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) Write(p []byte) (int, error) { return len(p), nil }
func (d *discard) WriteHeader(int)             {}
