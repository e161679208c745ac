package httpapi

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/views"
)

// Paging is what every list takes: Limit rows (1..200), after those before Cursor.
type Paging struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
	Cursor string `query:"cursor" maxLength:"300" doc:"The next of the page before"`
}

// list begins a query for one more row than the page holds, which tells whether another page follows.
func (in Paging) list() (views.List, error) {
	after, err := readCursor(in.Cursor)
	return views.List{Limit: in.Limit + 1, After: after}, err
}

// page cuts what was read to the page, and says where the next begins.
func page[T any](in Paging, items []T, err error, cursor func(T) views.Cursor) (*out[views.Page[T]], error) {
	if err != nil {
		return nil, err
	}
	p := views.Page[T]{Items: items}
	if len(items) > in.Limit {
		p.Items = items[:in.Limit]
		p.Next = writeCursor(cursor(p.Items[in.Limit-1]))
	}
	if p.Items == nil {
		p.Items = []T{}
	}
	return &out[views.Page[T]]{p}, nil
}

func writeCursor(c views.Cursor) string {
	at := int64(0)
	if !c.At.IsZero() {
		at = c.At.UnixMicro()
	}
	return base64.RawURLEncoding.EncodeToString([]byte(fmt.Sprintf("%d|%d|%s", at, c.Seq, c.ID)))
}

func readCursor(text string) (views.Cursor, error) {
	if text == "" {
		return views.Cursor{}, nil
	}
	wrong := problem(http.StatusUnprocessableEntity, "invalid_cursor", "The cursor is not one of ours: start without one.")
	data, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return views.Cursor{}, wrong
	}
	parts := strings.SplitN(string(data), "|", 3)
	if len(parts) != 3 {
		return views.Cursor{}, wrong
	}
	at, err1 := strconv.ParseInt(parts[0], 10, 64)
	seq, err2 := strconv.ParseInt(parts[1], 10, 64)
	// Times beyond the year 9999 are no times of ours, and not the database's either.
	if err1 != nil || err2 != nil || at < 0 || at > 253402300799000000 || strings.ContainsRune(parts[2], 0) {
		return views.Cursor{}, wrong
	}
	c := views.Cursor{Seq: seq, ID: parts[2]}
	if at > 0 {
		c.At = time.UnixMicro(at).UTC()
	}
	return c, nil
}

func byTime(at *time.Time, id string) views.Cursor {
	c := views.Cursor{ID: id, At: time.Unix(1, 0)} // rows without a time come last, and end the list
	if at != nil {
		c.At = *at
	}
	return c
}

func day(name, text string) (time.Time, error) {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return time.Time{}, problem(http.StatusUnprocessableEntity, "invalid_date", "%s must be a day such as 2026-01-31.", name)
	}
	return t, nil
}
