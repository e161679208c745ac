package logging_test

import (
	"errors"
	"io"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"github.com/agente-ceo/agente-ceo/runtime/logging"
)

func texts(lines []logging.Line) (out []string) {
	for _, l := range lines {
		out = append(out, l.Text)
	}
	return out
}

func TestTail_Lines(t *testing.T) {
	t.Parallel()
	tail := logging.NewTail(3)
	log := logging.New(io.Discard, logging.Options{Tail: tail})
	if lines, last := tail.Lines(slog.LevelInfo, 0, 10); len(lines) != 0 || last != 0 {
		t.Errorf("before anything was logged: %v, %d", lines, last)
	}
	for _, text := range []string{"one", "two", "three"} {
		log.Info(text)
	}
	log.Warn("four")
	log.Debug("quiet")
	cases := []struct {
		name  string
		from  slog.Level
		after int64
		most  int
		want  []string
	}{
		{"KeepsTheNewest", slog.LevelInfo, 0, 10, []string{"two", "three", "four"}},
		{"GivesTheNewestOfMany", slog.LevelInfo, 0, 2, []string{"three", "four"}},
		{"GivesWhatFollows", slog.LevelInfo, 3, 10, []string{"four"}},
		{"GivesNothingNew", slog.LevelInfo, 4, 10, nil},
		{"LeavesOutWhatIsLighter", slog.LevelWarn, 0, 10, []string{"four"}},
	}
	for _, c := range cases {
		if lines, last := tail.Lines(c.from, c.after, c.most); !slices.Equal(texts(lines), c.want) || last != 4 {
			t.Errorf("%s: %v and %d, want %v and 4", c.name, texts(lines), last, c.want)
		}
	}
}

func TestTail_KeepsNoSecrets(t *testing.T) {
	t.Parallel()
	const secret = "s3cr3tvalue99"
	tail := logging.NewTail(10)
	log := logging.New(io.Discard, logging.Options{Tail: tail})
	log.Info("asked with token="+secret, "access_token", secret, "url", "https://x.example/?api_key="+secret, slog.Group("credentials", "a", secret))
	log.With("password", secret).WithGroup("request").Warn("failed", "error", errors.New("Bearer "+secret), "status", 401)
	lines, _ := tail.Lines(slog.LevelDebug, 0, 10)
	if len(lines) != 2 {
		t.Fatalf("kept %v", lines)
	}
	for _, l := range lines {
		for _, text := range append([]string{l.Text}, values(l)...) {
			if strings.Contains(text, secret) {
				t.Errorf("a secret was kept: %+v", l)
			}
		}
	}
	want := []logging.Attr{{Key: "password", Value: logging.Redacted}, {Key: "request.error", Value: "Bearer " + logging.Redacted}, {Key: "request.status", Value: "401"}}
	if !slices.Equal(lines[1].Attrs, want) {
		t.Errorf("attributes %v, want %v", lines[1].Attrs, want)
	}
}

func values(l logging.Line) (out []string) {
	for _, a := range l.Attrs {
		out = append(out, a.Value)
	}
	return out
}

func TestTail_CutsWhatIsLong(t *testing.T) {
	t.Parallel()
	tail := logging.NewTail(1)
	logging.New(io.Discard, logging.Options{Tail: tail}).Error(strings.Repeat("ä", 5000))
	if lines, _ := tail.Lines(slog.LevelInfo, 0, 1); len(lines) != 1 || len(lines[0].Text) > 2010 || !strings.HasSuffix(lines[0].Text, "…") {
		t.Errorf("kept %d bytes", len(lines[0].Text))
	}
}

func TestTail_ThatIsNilKeepsNothing(t *testing.T) {
	t.Parallel()
	var tail *logging.Tail
	if lines, last := tail.Lines(slog.LevelInfo, 0, 10); lines != nil || last != 0 {
		t.Errorf("%v, %d", lines, last)
	}
}
