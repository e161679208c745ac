package journal_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/agente-ceo/agente-ceo/platforms/sandbox/journal"
)

// world writes down what is done to it.
type world struct {
	log  []string
	j    *journal.Journal
	post int
}

func (w *world) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	w.log = append(w.log, fmt.Sprintf("%s %s %s %s", r.Method, r.URL, r.Header.Get("X-Token"), body))
}

func (w *world) Tick(now time.Time) {
	status := w.j.Answer(func() int { w.post++; return 200 + w.post })
	w.log = append(w.log, fmt.Sprintf("tick %s got %d", now.Format(time.TimeOnly), status))
}

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func open(t *testing.T, path string) *journal.Journal {
	t.Helper()
	j, err := journal.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = j.Close() })
	return j
}

func call(h http.Handler, method, target, body string) {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	r.Header.Set("X-Token", "t")
	h.ServeHTTP(httptest.NewRecorder(), r)
}

// live is a world after two calls, a look, a picture and two ticks.
func live(t *testing.T, path string) *world {
	t.Helper()
	j := open(t, path)
	w := &world{j: j}
	if _, _, err := j.Replay(w); err != nil {
		t.Fatal(err)
	}
	h := j.Wrap(w, func() time.Time { return noon })
	call(h, http.MethodPost, "/meta/a?x=1", "one")
	if err := j.Tick(w, noon.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	call(h, http.MethodGet, "/meta/look", "")
	call(h, http.MethodGet, "/img/shoe.png", "")
	call(h, http.MethodPost, "/meta/b", "two")
	if err := j.Tick(w, noon.Add(2*time.Hour)); err != nil {
		t.Fatal(err)
	}
	return w
}

func TestJournal_Replay(t *testing.T) {
	t.Parallel()
	t.Run("BuildsTheSameWorldWithoutPostingAgain", func(t *testing.T) {
		t.Parallel()
		path := filepath.Join(t.TempDir(), "j")
		first := live(t, path)
		j := open(t, path)
		again := &world{j: j}
		n, last, err := j.Replay(again)
		if err != nil || n != 5 || last != noon.Add(2*time.Hour) || again.post != 0 {
			t.Fatalf("%d entries to %v, %d posts, error %v", n, last, again.post, err)
		}
		want := strings.Join(without(first.log, "GET /img/"), "\n")
		if got := strings.Join(again.log, "\n"); got != want {
			t.Fatalf("replayed:\n%s\nwas:\n%s", got, want)
		}
		if _, ok := j.Now(); ok {
			t.Fatal("still replaying")
		}
	})
	t.Run("DropsALineThatWasCutOffAndGoesOn", func(t *testing.T) {
		t.Parallel()
		path := filepath.Join(t.TempDir(), "j")
		live(t, path)
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, data[:len(data)-10], 0o600); err != nil {
			t.Fatal(err)
		}
		j := open(t, path)
		w := &world{j: j}
		if n, _, err := j.Replay(w); err != nil || n != 4 {
			t.Fatalf("%d entries, error %v", n, err)
		}
		call(j.Wrap(w, func() time.Time { return noon }), http.MethodPost, "/meta/c", "three")
		third := open(t, path)
		if n, _, err := third.Replay(&world{j: third}); err != nil || n != 5 {
			t.Fatalf("after going on: %d entries, error %v", n, err)
		}
	})
	t.Run("RefusesADamagedFile", func(t *testing.T) {
		t.Parallel()
		path := filepath.Join(t.TempDir(), "j")
		if err := os.WriteFile(path, []byte("rubbish\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, _, err := open(t, path).Replay(&world{}); err == nil || !strings.Contains(err.Error(), "damaged") {
			t.Fatalf("error %v", err)
		}
	})
}

func without(log []string, prefix string) []string {
	var out []string
	for _, line := range log {
		if !strings.HasPrefix(line, prefix) {
			out = append(out, line)
		}
	}
	return out
}
