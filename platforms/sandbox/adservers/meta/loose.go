package meta

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"
)

// timeLayout is how the platform writes times.
const timeLayout = "2006-01-02T15:04:05-0700"

func (s *Server) stamp(t time.Time) string { return t.In(s.cfg.Zone).Format(timeLayout) }

func parseTime(text string) time.Time {
	t, _ := time.Parse(timeLayout, text)
	return t
}

// looseText is a JSON string or number: the platform takes ids and counts as either.
type looseText string

// UnmarshalJSON accepts a string, a number or a boolean.
func (l *looseText) UnmarshalJSON(raw []byte) error {
	if len(raw) > 0 && raw[0] == '"' {
		var text string
		if err := json.Unmarshal(raw, &text); err != nil {
			return fmt.Errorf("read a text: %w", err)
		}
		*l = looseText(text)
		return nil
	}
	if len(raw) > 0 && (raw[0] == '{' || raw[0] == '[') {
		return fmt.Errorf("expected a text or a number, got %s", raw[:1])
	}
	if string(raw) != "null" {
		*l = looseText(raw)
	}
	return nil
}

// number is the whole number in the text; ok is false when it is empty or no number.
func (l looseText) number() (n int64, ok bool) {
	n, err := strconv.ParseInt(string(l), 10, 64)
	return n, err == nil
}

// looseAny is a scalar or a list of scalars.
type looseAny []string

// UnmarshalJSON accepts both.
func (l *looseAny) UnmarshalJSON(raw []byte) error {
	var many []looseText
	if len(raw) == 0 || raw[0] != '[' {
		many = make([]looseText, 1)
		if err := json.Unmarshal(raw, &many[0]); err != nil {
			return err
		}
	} else if err := json.Unmarshal(raw, &many); err != nil {
		return fmt.Errorf("read a list: %w", err)
	}
	*l = (*l)[:0]
	for _, v := range many {
		*l = append(*l, string(v))
	}
	return nil
}

func (l looseAny) first() string {
	if len(l) == 0 {
		return ""
	}
	return l[0]
}

// optional turns an empty text into no value.
func optional(text string) any {
	if text == "" {
		return nil
	}
	return text
}

// amount writes minor units as the platform reads budgets back: an integer as a string; no value for zero.
func amount(minor int64) any {
	if minor == 0 {
		return nil
	}
	return strconv.FormatInt(minor, 10)
}

func rawJSON(text string) any {
	if text == "" {
		return nil
	}
	return json.RawMessage(text)
}
