package logging_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/agente-ceo/agente-ceo/runtime/logging"
)

func TestNew(t *testing.T) {
	t.Parallel()

	t.Run("WritesJSONWhereNobodyLooks", func(t *testing.T) {
		t.Parallel()
		var out bytes.Buffer
		logging.New(&out, logging.Options{}).Info("campaign was paused", logging.Campaign, "cmp_1")
		var line map[string]any
		if err := json.Unmarshal(out.Bytes(), &line); err != nil {
			t.Fatalf("%v in %s", err, out.String())
		}
		if line["campaign"] != "cmp_1" || line["msg"] != "campaign was paused" {
			t.Errorf("line %v", line)
		}
	})

	t.Run("AFileIsNoTerminal", func(t *testing.T) {
		t.Parallel()
		file, err := os.Create(filepath.Join(t.TempDir(), "log"))
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		logging.New(file, logging.Options{Format: logging.Auto}).Info("it started")
		body, err := os.ReadFile(file.Name())
		if err != nil || !bytes.HasPrefix(body, []byte("{")) {
			t.Errorf("%s, %v", body, err)
		}
	})

	t.Run("StampsWithTheGivenClock", func(t *testing.T) {
		t.Parallel()
		var out bytes.Buffer
		at := time.Date(2026, time.January, 2, 3, 4, 5, 0, time.UTC)
		log := logging.New(&out, logging.Options{Format: logging.Text, Now: func() time.Time { return at }})
		log.With("a", 1).WithGroup("g").Info("it passed", "b", 2)
		if got, want := out.String(), "time=2026-01-02T03:04:05.000Z level=INFO msg=\"it passed\" a=1 g.b=2\n"; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	})

	t.Run("KeepsTheLevel", func(t *testing.T) {
		t.Parallel()
		var out bytes.Buffer
		logging.New(&out, logging.Options{Level: slog.LevelWarn}).Info("it was quiet")
		if out.Len() != 0 {
			t.Errorf("printed %s", out.String())
		}
	})
}

type holder struct{ Password string }

func TestNew_RedactsSecrets(t *testing.T) {
	t.Parallel()
	const secret = "s3cr3tvalue99"
	cases := map[string][]any{
		"ByKey":            {"access_token", secret},
		"ByHeaderKey":      {"X-Api-Key", secret},
		"ByCamelKey":       {"clientSecret", secret},
		"ByKeyOfAnyType":   {"credentials", struct{ A string }{secret}},
		"InGroup":          {slog.Group("token", "value", secret)},
		"InURL":            {"url", "https://graph.example/v26.0/me?fields=id&access_token=" + secret + "&limit=1"},
		"InUserInfo":       {"error", errors.New("dial postgres://agente:" + secret + "@db:5432/x: refused")},
		"InBearer":         {"header", "Authorization: Bearer " + secret},
		"InJSON":           {"body", `{"client_secret": "` + secret + `"}`},
		"InErrorText":      {"error", errors.New("password=" + secret + " was wrong")},
		"InStruct":         {"value", holder{Password: secret}},
		"InPlatformTokens": {"text", "EAA" + strings.Repeat("x", 20) + " sk-" + strings.Repeat("y", 20)},
	}
	for name, attrs := range cases {
		for _, format := range []logging.Format{logging.Text, logging.JSON} {
			t.Run(name+"/"+string(format), func(t *testing.T) {
				t.Parallel()
				var out bytes.Buffer
				log := logging.New(&out, logging.Options{Format: format})
				log.Info("it happened with token="+secret, attrs...)
				log.With(attrs...).Info("it happened")
				got := out.String()
				if strings.Contains(got, secret) || strings.Contains(got, "xxxx") || strings.Contains(got, "yyyy") {
					t.Errorf("the secret was printed: %s", got)
				}
				if strings.Count(got, logging.Redacted) < 3 {
					t.Errorf("nothing was redacted: %s", got)
				}
			})
		}
	}
}

func TestNew_KeepsWhatIsNoSecret(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	logging.New(&out, logging.Options{Format: logging.Text}).Info("page was read",
		"url", "https://shop.example/p?id=3&tokens=4", "keyword", "fan", "tokenizer", "bpe", "secretary", "ana", "at", time.Second)
	if strings.Contains(out.String(), logging.Redacted) {
		t.Errorf("redacted: %s", out.String())
	}
}

func TestParseFormat(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]logging.Format{"": logging.Auto, "auto": logging.Auto, "text": logging.Text, "json": logging.JSON} {
		if got, err := logging.ParseFormat(in); err != nil || got != want {
			t.Errorf("%q is %q, %v", in, got, err)
		}
	}
	if _, err := logging.ParseFormat("xml"); err == nil || !strings.Contains(err.Error(), "auto, text, json") {
		t.Errorf("xml: %v", err)
	}
}
