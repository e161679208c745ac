package logging

import (
	"context"
	"fmt"
	"log/slog"
	"regexp"
	"strings"
)

// Redacted stands where a secret was.
const Redacted = "[redacted]"

// secretWords name a secret when they are a whole part of a key: "access_token", "X-Api-Key", "clientSecret".
var secretWords = []string{
	"password", "passwd", "secret", "token", "authorization", "cookie", "apikey", "api_key", "private_key", "master_key", "credential",
	"credentials", "signature", "session_id", "dsn", "database_url",
}

// secretParts find secrets inside texts; the first group is kept.
var secretParts = []*regexp.Regexp{
	regexp.MustCompile(`(?i)(\b(?:bearer|basic)\s+)[A-Za-z0-9._~+/=-]{8,}`),
	regexp.MustCompile(`(?i)(\b(?:access_?token|refresh_?token|client_?secret|app_?secret|appsecret_proof|api_?key|password|passwd|secret|signature|token)["']?\s*[=:]\s*["']?)[^\s"'&,;}]+`),
	regexp.MustCompile(`(?i)(\b[a-z][a-z0-9+.-]*://[^\s/:@]*:)[^\s/@]+(?:@)`),
	regexp.MustCompile(`()\b(?:EAA[A-Za-z0-9]{20,}|sk-[A-Za-z0-9_-]{16,}|shpat_[0-9a-fA-F]{16,})`),
}

// Redact removes the secrets of known form from a text.
func Redact(s string) string {
	for i, re := range secretParts {
		replacement := "${1}" + Redacted
		if i == urlPassword {
			replacement += "@"
		}
		s = re.ReplaceAllString(s, replacement)
	}
	return s
}

const urlPassword = 2 // index of the pattern that ends in the @ of a URL

// IsSecretKey reports whether an attribute's key names a secret.
func IsSecretKey(key string) bool {
	words := strings.Trim(splitCamel.ReplaceAllString(key, "${1}_${2}"), "_")
	words = "_" + strings.ToLower(strings.NewReplacer("-", "_", ".", "_", " ", "_").Replace(words)) + "_"
	for _, secret := range secretWords {
		if strings.Contains(words, "_"+secret+"_") {
			return true
		}
	}
	return false
}

var splitCamel = regexp.MustCompile(`([a-z0-9])([A-Z])`)

// replace is slog's ReplaceAttr: it redacts an attribute by its key, by the group that it is in, and by its text.
func replace(groups []string, a slog.Attr) slog.Attr {
	if IsSecretKey(a.Key) {
		return slog.String(a.Key, Redacted)
	}
	for _, group := range groups {
		if IsSecretKey(group) {
			return slog.String(a.Key, Redacted)
		}
	}
	switch a.Value.Kind() {
	case slog.KindString:
		return slog.String(a.Key, Redact(a.Value.String()))
	case slog.KindAny:
		return replaceAny(a)
	default:
		return a
	}
}

// replaceAny prints what would have been printed, without its secrets; levels and the source of a line stay what they are.
func replaceAny(a slog.Attr) slog.Attr {
	switch v := a.Value.Any().(type) {
	case *slog.Source, slog.Level:
		return a
	case error:
		return slog.String(a.Key, Redact(v.Error()))
	case fmt.Stringer:
		return slog.String(a.Key, Redact(v.String()))
	default:
		return slog.String(a.Key, Redact(fmt.Sprintf("%+v", v)))
	}
}

// redacting redacts the line's own text, which ReplaceAttr of the JSON handler sees but cannot be relied on to see in others.
type redacting struct{ slog.Handler }

// Handle is slog.Handler's.
func (h redacting) Handle(ctx context.Context, r slog.Record) error {
	r.Message = Redact(r.Message)
	return h.Handler.Handle(ctx, r)
}

// WithAttrs is slog.Handler's.
func (h redacting) WithAttrs(attrs []slog.Attr) slog.Handler {
	return redacting{h.Handler.WithAttrs(attrs)}
}

// WithGroup is slog.Handler's.
func (h redacting) WithGroup(name string) slog.Handler { return redacting{h.Handler.WithGroup(name)} }
