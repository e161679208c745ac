// Package table reads tables that other programs exported: their encoding, delimiter and header, and the numbers, currencies and dates
// of a column, decided from the whole of it. What can be read two ways is an error that says so; nothing is guessed in its place.
package table

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// Note is something that a reader should know: what was left out, what could not be read, what was taken for what.
type Note struct {
	Row    int    `json:"row"`    // line of the file, from 1; 0 when it is not about one row
	Column string `json:"column"` // as the header writes it; empty when it is not about one column
	Text   string `json:"text"`   // what is wrong and what to do
}

// String is the note as a line for people.
func (n Note) String() string {
	var where []string
	if n.Row > 0 {
		where = append(where, fmt.Sprintf("row %d", n.Row))
	}
	if n.Column != "" {
		where = append(where, fmt.Sprintf("column %q", n.Column))
	}
	if len(where) == 0 {
		return n.Text
	}
	return strings.Join(where, ", ") + ": " + n.Text
}

// notText are beginnings of files that are no text tables, with what to do about them.
var notText = []struct{ magic, why string }{
	{"PK\x03\x04", "it is an Excel workbook or an archive: export or save it as CSV"},
	{"\xd0\xcf\x11\xe0", "it is an old Excel workbook: save it as CSV"},
	{"%PDF", "it is a PDF: export the table as CSV"},
	{"\x1f\x8b", "it is compressed: unpack it first"},
}

// Decode turns a file's bytes into text with \n as the end of a line: UTF-8 and UTF-16 with and without a byte order mark, else
// Windows-1252, which a note tells.
func Decode(data []byte) (string, []Note, error) {
	for _, n := range notText {
		if bytes.HasPrefix(data, []byte(n.magic)) {
			return "", nil, errors.New("read the file: " + n.why)
		}
	}
	var notes []Note
	text := ""
	if wide := wideEncoding(data); wide != nil {
		plain, err := wide.NewDecoder().Bytes(data)
		if err != nil {
			return "", nil, fmt.Errorf("read the file as UTF-16: %w", err)
		}
		text = string(plain)
	} else {
		text = string(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")))
	}
	if !utf8.ValidString(text) {
		plain, err := charmap.Windows1252.NewDecoder().String(text)
		if err != nil {
			return "", nil, fmt.Errorf("read the file as Windows-1252: %w", err)
		}
		text = plain
		notes = append(notes, Note{Text: "The file is not Unicode and was read as Windows-1252; if names look wrong, save it as UTF-8."})
	}
	if strings.ContainsRune(text, 0) {
		return "", nil, errors.New("read the file: it is not text: export the table as CSV")
	}
	return strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(strings.TrimPrefix(text, "\ufeff")), notes, nil
}

// wideEncoding recognises UTF-16, by its mark or by the zeros beside Latin letters; nil when it is something else.
func wideEncoding(data []byte) encoding.Encoding {
	switch {
	case bytes.HasPrefix(data, []byte("\xff\xfe")), bytes.HasPrefix(data, []byte("\xfe\xff")):
		return unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM)
	case len(data) < 4:
		return nil
	}
	head := data[:min(len(data), 4096)]
	var zeros [2]int
	for i, b := range head {
		if b == 0 {
			zeros[i%2]++
		}
	}
	switch most := len(head) / 2; {
	case zeros[1] > most/2 && zeros[0] < most/4:
		return unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)
	case zeros[0] > most/2 && zeros[1] < most/4:
		return unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)
	}
	return nil
}
