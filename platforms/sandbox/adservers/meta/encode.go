package meta

import (
	"bytes"
	"encoding/json"
	"fmt"
	"unicode/utf16"
)

// encode writes JSON as the platform does: slashes escaped and everything beyond ASCII as \u, legal but unusual.
func encode(v any) []byte {
	var plain bytes.Buffer
	e := json.NewEncoder(&plain)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic(fmt.Sprintf("meta: encode a reply: %v", err))
	}
	var out bytes.Buffer
	for _, r := range string(bytes.TrimSpace(plain.Bytes())) {
		switch {
		case r == '/':
			out.WriteString(`\/`)
		case r > 0xFFFF:
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(&out, `\u%04x\u%04x`, high, low)
		case r > 0x7E:
			fmt.Fprintf(&out, `\u%04x`, r)
		default:
			out.WriteRune(r)
		}
	}
	return out.Bytes()
}
