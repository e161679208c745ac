// Package id makes the identifiers of the business: typed by prefix, derived from what they name, never random.
//
// An id that is derived from its cause is the same after a crash, a retry or a second simulation, which is what makes
// commands idempotent and journals equal.
package id

import (
	"crypto/sha256"
	"encoding/base32"
	"strings"
)

// The prefixes, one per kind of thing.
const (
	Product     = "prd"
	Creative    = "crt"
	Campaign    = "cmp"
	AdSet       = "set"
	Ad          = "ad"
	Order       = "ord"
	Customer    = "cus"
	Alert       = "alt"
	Approval    = "apr"
	Reservation = "rsv"
	Effect      = "eff"
	Message     = "msg"
	Report      = "rep"
	Run         = "run"
	Import      = "imp"
)

var encoding = base32.NewEncoding("abcdefghijkmnpqrstuvwxyz23456789").WithPadding(base32.NoPadding)

// Derive makes prefix_xxxxxxxxxxxxxxxx from the parts that cause it: 80 bits of SHA-256, lower case. The order of parts matters,
// and ("a","bc") differs from ("ab","c").
func Derive(prefix string, parts ...string) string {
	var room [256]byte
	text := room[:0]
	for _, p := range parts {
		text = append(append(text, p...), 0)
	}
	sum := sha256.Sum256(text)
	out := append(append(room[:0], prefix...), '_')
	return string(encoding.AppendEncode(out, sum[:10]))
}

// Is reports whether s has the prefix and the shape that Derive gives.
func Is(prefix, s string) bool {
	rest, ok := strings.CutPrefix(s, prefix+"_")
	if !ok || len(rest) != 16 {
		return false
	}
	_, err := encoding.DecodeString(rest)
	return err == nil
}
