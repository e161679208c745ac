package table

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Row is one line of a table.
type Row struct {
	Line  int      // of the file, from 1
	Cells []string // without white space around; as many as the header has
}

// Table is a header and its rows.
type Table struct {
	Header    []string // as the file writes it, without white space around
	Line      int      // of the header
	Delimiter rune
	Above     []Row // lines above the header, such as a title and a period
	Rows      []Row
	Notes     []Note // rows that could not be read, and what was done with the file
}

// leastKnown is how many known names make a line the header.
const leastKnown = 2

var delimiters = []rune{',', ';', '\t', '|'}

// Read finds the delimiter and the header, which is the line with the most names that known knows, and takes the rows below it. Rows
// that are all blank are nothing. A row that cannot be taken apart for certain is left out with a note. The error is for files
// without a header, or that are no text.
func Read(data []byte, known func(name string) bool) (Table, error) {
	text, notes, err := Decode(data)
	if err != nil {
		return Table{}, err
	}
	var skipped int
	candidates := delimiters
	if first, rest, ok := strings.Cut(text, "\n"); ok {
		if named, isSep := strings.CutPrefix(strings.ToLower(strings.TrimSpace(strings.Trim(first, `"`))), "sep="); isSep && len([]rune(named)) <= 1 {
			// Trimmed white space leaves nothing of a tab.
			candidates, text, skipped = []rune{'\t'}, rest, 1
			if named != "" {
				candidates = []rune(named)
			}
		}
	}
	t, found := layout(text, candidates, known)
	if !found {
		return Table{}, noHeader(text)
	}
	t.Notes = append(notes, t.Notes...)
	t.take(text, skipped)
	return t, nil
}

func noHeader(text string) error {
	first, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	if first == "" {
		return errors.New("read the table: the file is empty")
	}
	return fmt.Errorf("read the table: no line names at least %d columns that are known here; the first line is %.200q", leastKnown, first)
}

// layout looks for the header in the first lines, under each delimiter.
func layout(text string, candidates []rune, known func(string) bool) (Table, bool) {
	const look = 60 // records
	best, bestScore := Table{}, leastKnown-1
	for _, d := range candidates {
		records, _ := parse(text, d, look)
		for _, r := range records {
			if n := knownNames(r.Cells, known); n > bestScore {
				best, bestScore = Table{Delimiter: d, Header: r.Cells, Line: r.Line}, n
			}
		}
	}
	for len(best.Header) > 0 && best.Header[len(best.Header)-1] == "" {
		best.Header = best.Header[:len(best.Header)-1]
	}
	return best, bestScore >= leastKnown
}

func knownNames(cells []string, known func(string) bool) int {
	n := 0
	for _, c := range cells {
		if known(c) {
			n++
		}
	}
	return n
}

// take reads the whole text under the layout that was found.
func (t *Table) take(text string, skipped int) {
	records, notes := parse(text, t.Delimiter, 0)
	headerLine := t.Line
	t.Line += skipped
	for i := range notes {
		notes[i].Row += skipped
	}
	t.Notes = append(t.Notes, notes...)
	for _, r := range records {
		line := r.Line
		r.Line += skipped
		switch {
		case line == headerLine:
		case line < headerLine:
			t.Above = append(t.Above, r)
		case slices.Equal(trimmed(r.Cells, len(t.Header)), t.Header):
			t.Notes = append(t.Notes, Note{Row: r.Line, Text: "Left out: it repeats the header."})
		case len(r.Cells) > len(t.Header) && strings.Join(r.Cells[len(t.Header):], "") != "":
			t.Notes = append(t.Notes, Note{Row: r.Line, Text: fmt.Sprintf(
				"Left out: it has %d cells, the header %d. A number or text that holds the delimiter %q needs quotes around it.", len(r.Cells), len(t.Header), t.Delimiter)})
		default:
			r.Cells = trimmed(r.Cells, len(t.Header))
			t.Rows = append(t.Rows, r)
		}
	}
}

// trimmed is exactly n cells: blank ones are added, those beyond cut.
func trimmed(cells []string, n int) []string {
	for len(cells) < n {
		cells = append(cells, "")
	}
	return cells[:n]
}

// parse reads records until limit (0: all), leaving out blank ones.
func parse(text string, delimiter rune, limit int) ([]Row, []Note) {
	var rows []Row
	var notes []Note
	var lines []string // made when a line has to be looked at again
	in := newReader(text, delimiter)
	for limit == 0 || len(rows) < limit {
		cells, err := in.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		line := 0
		var broken *csv.ParseError
		switch {
		case errors.As(err, &broken) && errors.Is(broken.Err, csv.ErrBareQuote) && broken.StartLine == broken.Line:
			// A quotation mark inside of plain text, such as inches: the line is what it says.
			if lines == nil {
				lines = strings.Split(text, "\n")
			}
			line, cells = broken.StartLine, strings.Split(lines[broken.StartLine-1], string(delimiter))
		case err != nil:
			row := 0
			if broken != nil {
				row = broken.StartLine
			}
			notes = append(notes, Note{Row: row, Text: "Left out: its quotation marks do not pair (" + err.Error() + "). If one opens here and closes nowhere, rows below it are lost too: correct it."})
			continue
		default:
			line, _ = in.FieldPos(0)
		}
		blank := true
		for i, c := range cells {
			cells[i] = strings.TrimSpace(c)
			blank = blank && cells[i] == ""
		}
		if !blank {
			rows = append(rows, Row{Line: line, Cells: cells})
		}
	}
	return rows, notes
}

func newReader(text string, delimiter rune) *csv.Reader {
	r := csv.NewReader(strings.NewReader(text))
	r.Comma, r.FieldsPerRecord = delimiter, -1
	return r
}

// Column is the cells of one column, a row each.
func (t Table) Column(at int) []string {
	out := make([]string, len(t.Rows))
	for i, r := range t.Rows {
		out[i] = r.Cells[at]
	}
	return out
}
