package table

import (
	"fmt"
	"math/big"
)

// Numbers is a column of cells taken apart, with what they show of their style.
type Numbers struct {
	Cells   []Cell
	Errors  []error // by row; nil where the cell is a number or blank
	Style   Style   // what the column shows; Unknown where nothing does
	Blank   int     // cells
	TwoWays int     // index of the first cell that only the style can tell how to read, -1 when there is none
	points  int     // index of the first cell that shows each style
	commas  int
}

// ParseNumbers takes a column apart. whole says that its numbers have no decimals, as counts have not.
func ParseNumbers(column []string, whole bool) Numbers {
	n := Numbers{Cells: make([]Cell, len(column)), Errors: make([]error, len(column)), TwoWays: -1, points: -1, commas: -1}
	for i, text := range column {
		c, err := ParseCell(text)
		n.Cells[i], n.Errors[i] = c, err
		switch {
		case err != nil:
			continue
		case c.Blank:
			n.Blank++
			continue
		}
		switch c.Style(whole) {
		case Point:
			n.points = first(n.points, i)
		case Comma:
			n.commas = first(n.commas, i)
		case Unknown:
			if _, err := c.Value(Unknown); err != nil {
				n.TwoWays = first(n.TwoWays, i)
			}
		}
	}
	switch {
	case n.points >= 0 && n.commas < 0:
		n.Style = Point
	case n.commas >= 0 && n.points < 0:
		n.Style = Comma
	}
	return n
}

func first(have, i int) int {
	if have >= 0 {
		return have
	}
	return i
}

// Conflict gives two cells of which one shows a decimal point and the other a decimal comma; ok is false when all agree.
func (n Numbers) Conflict() (point, comma int, ok bool) {
	return n.points, n.commas, n.points >= 0 && n.commas >= 0
}

// Value reads the cell of a row in the column's style, or else in the fallback.
func (n Numbers) Value(row int, fallback Style) (*big.Rat, error) {
	if n.Errors[row] != nil {
		return nil, n.Errors[row]
	}
	style := n.Style
	if style == Unknown {
		style = fallback
	}
	return n.Cells[row].Value(style)
}

// Currencies lists the currencies that the column's cells name, in the order of their first row.
func (n Numbers) Currencies() []string {
	var out []string
	seen := map[string]bool{}
	for _, c := range n.Cells {
		if c.Currency != "" && !seen[c.Currency] {
			seen[c.Currency] = true
			out = append(out, c.Currency)
		}
	}
	return out
}

// MostDecimals is how many decimals a number needs to be written exactly, at most limit; ok is false when these do not suffice.
func MostDecimals(n *big.Rat, limit int) (decimals int, ok bool) {
	scale, ten := big.NewInt(1), big.NewInt(10)
	for d := 0; d <= limit; d++ {
		if new(big.Int).Rem(scale, n.Denom()).Sign() == 0 {
			return d, true
		}
		scale.Mul(scale, ten)
	}
	return limit, false
}

// describe is a column's header for a message, or its position where it has none.
func describe(header string, at int) string {
	if header == "" {
		return fmt.Sprintf("(column %d)", at+1)
	}
	return header
}

// Name is the header of a column, or its position in words where it has none.
func (t Table) Name(at int) string { return describe(t.Header[at], at) }
