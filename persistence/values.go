package persistence

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/agente-ceo/agente-ceo/domain/money"
)

// when is a time as the database takes it: the zero time is NULL.
func when(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// clean makes text from outside storable: Postgres takes neither NUL nor broken UTF-8, and one bad title must not stop an actor
// for ever.
func clean(s string) string {
	if strings.IndexByte(s, 0) < 0 && utf8.ValidString(s) {
		return s
	}
	return strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", ""), "\uFFFD")
}

// list is a text array, never NULL.
func list(values []string) []string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = clean(v)
	}
	return out
}

func cleanMap(values map[string]string) map[string]string {
	out := make(map[string]string, len(values))
	for k, v := range values {
		out[clean(k)] = clean(v)
	}
	return out
}

// document is JSON that is already encoded, stored byte for byte; none is an empty object.
func document(data []byte) []byte {
	if len(data) == 0 {
		return []byte("{}")
	}
	return data
}

// currencyOf is the one currency of amounts that share a column, empty when they carry none.
func currencyOf(amounts ...money.Amount) (money.Currency, error) {
	var found money.Currency
	for _, a := range amounts {
		switch {
		case a.Currency() == "" || a.Currency() == found:
		case found == "":
			found = a.Currency()
		default:
			return "", fmt.Errorf("%s and %s in one row that has one currency", found, a.Currency())
		}
	}
	return found, nil
}

// oneCurrency is currencyOf for a row of this commit; a mix fails the commit as the bug that it is.
func (w *writer) oneCurrency(what, id string, amounts ...money.Amount) string {
	c, err := currencyOf(amounts...)
	if err != nil {
		w.fail(fmt.Errorf("write %s%s: %w", what, id, err))
	}
	return string(c)
}

// timeOf is the reverse of when.
func timeOf(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}
