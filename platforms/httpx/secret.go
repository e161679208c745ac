package httpx

import (
	"log/slog"
	"net/url"
	"strings"
)

const redacted = "[redacted]"

// Secret is a token or key. Every way of printing it shows "[redacted]"; Reveal gives the value. The zero value is no secret.
type Secret string

// Reveal gives the value, for the one place that puts it on the wire.
func (s Secret) Reveal() string { return string(s) }

// String hides the value.
func (s Secret) String() string { return redacted }

// GoString hides the value from %#v.
func (s Secret) GoString() string { return redacted }

// LogValue hides the value from slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText hides the value from JSON and YAML.
func (s Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// redactor replaces secrets, plain and as they look inside a query string.
type redactor struct{ replacer *strings.Replacer }

func newRedactor(secrets []Secret) redactor {
	var pairs []string
	for _, s := range secrets {
		plain := s.Reveal()
		if plain == "" {
			continue
		}
		pairs = append(pairs, plain, redacted)
		if escaped := url.QueryEscape(plain); escaped != plain {
			pairs = append(pairs, escaped, redacted)
		}
	}
	return redactor{replacer: strings.NewReplacer(pairs...)}
}

func (r redactor) text(s string) string { return r.replacer.Replace(s) }
