package httpapi

import (
	"github.com/tidwall/gjson"
)

// Fields of a webhook are picked out of the body: decoding all of it costs several times as much, and whoever takes the delivery in
// decodes it anyway. Of a name that is there twice the first counts.

// isObject reports whether the body is one well-formed JSON object.
func isObject(body []byte) bool {
	for _, c := range body {
		switch c {
		case ' ', '\t', '\r', '\n':
		case '{':
			return gjson.ValidBytes(body)
		default:
			return false
		}
	}
	return false
}

// text is a string at the top of a body, "" where it is absent or null; anything else is not ok.
func text(body []byte, name string) (value string, ok bool) {
	found := gjson.GetBytes(body, name)
	switch found.Type {
	case gjson.String:
		return found.Str, true
	case gjson.Null:
		return "", true
	}
	return "", false
}

// number is a number at the top of a body as it is written, also one in quotes; "" where it is absent or null.
func number(body []byte, name string) (value string, ok bool) {
	if found := gjson.GetBytes(body, name); found.Type == gjson.Number {
		return found.Raw, true
	}
	return text(body, name)
}

// hasItems reports whether there is an array at the top of a body that is not empty.
func hasItems(body []byte, name string) bool {
	found := gjson.GetBytes(body, name)
	return found.IsArray() && gjson.Get(found.Raw, "0").Exists()
}
