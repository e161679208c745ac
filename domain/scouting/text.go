package scouting

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Clean makes a stranger's text fit to store and to show: valid UTF-8 in composed form, without control and invisible formatting
// characters (which can reverse or hide what a person reads), white space collapsed, and at most limit runes long.
func Clean(s string, limit int) string {
	// Four bytes are the most that a rune takes, and eight runes the most that a collapsed one is worth reading.
	if most := 32 * (limit + 1); len(s) > most {
		s = s[:most]
	}
	s = norm.NFC.String(strings.ToValidUTF8(s, ""))
	var b strings.Builder
	runes, gap := 0, false
	for _, r := range s {
		switch {
		case unicode.IsSpace(r):
			gap = runes > 0
			continue
		case unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Co, r) || unicode.Is(unicode.Cs, r):
			continue
		}
		if gap {
			b.WriteByte(' ')
			gap, runes = false, runes+1
		}
		if runes >= limit {
			break
		}
		b.WriteRune(r)
		runes++
	}
	return strings.TrimSpace(b.String())
}

// Fold makes text comparable: lower case, without accents, marks and invisible characters, and with every run of anything that is
// neither letter nor digit turned into one space. "Ação  ÚNICA!" becomes "acao unica".
func Fold(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	gap := false
	for _, r := range norm.NFKD.String(strings.ToValidUTF8(s, " ")) {
		switch {
		case unicode.Is(unicode.M, r) || unicode.Is(unicode.Cf, r):
			continue
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			if gap && b.Len() > 0 {
				b.WriteByte(' ')
			}
			gap = false
			b.WriteRune(unicode.ToLower(r))
		default:
			gap = true
		}
	}
	return b.String()
}

// Words are the folded words of a text, in order.
func Words(s string) []string { return strings.Fields(Fold(s)) }

// hasControl reports characters that no honest title holds: controls other than white space, and broken UTF-8.
func hasControl(s string) bool {
	if !utf8.ValidString(s) {
		return true
	}
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) && !unicode.IsSpace(r) })
}
