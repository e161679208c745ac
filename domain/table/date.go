package table

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Order says which of the first two numbers of a date such as 03-04-2024 is the day.
type Order int

// The orders.
const (
	AnyOrder   Order = iota // decided from the column
	DayFirst                // 16-11-2024
	MonthFirst              // 11/16/24
)

// ParseOrder reads "dmy" or "mdy".
func ParseOrder(s string) (Order, error) {
	switch s {
	case "dmy":
		return DayFirst, nil
	case "mdy":
		return MonthFirst, nil
	}
	return AnyOrder, fmt.Errorf("dates are written as %q: want dmy (31-12-2026) or mdy (12/31/26)", s)
}

// Dates is a column read as days.
type Dates struct {
	Days []string // 2026-12-31; empty where the cell is blank or unreadable
	Bad  []int    // indexes of unreadable cells
}

var (
	yearFirst = regexp.MustCompile(`^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ].*)?$`)
	compact   = regexp.MustCompile(`^(\d{4})(\d{2})(\d{2})$`)
	yearLast  = regexp.MustCompile(`^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d{2})(?:[T ,].*)?$`)
	dayName   = regexp.MustCompile(`^(\d{1,2})[ -](?:de )?(\pL+)\.?,?[ -](?:de )?(\d{4})$`)
	nameDay   = regexp.MustCompile(`^(\pL+)\.? (\d{1,2}),? (\d{4})$`)
)

var months = map[string]int{
	"jan": 1, "feb": 2, "fev": 2, "mar": 3, "apr": 4, "abr": 4, "may": 5, "mai": 5, "jun": 6, "jul": 7, "aug": 8, "ago": 8, "sep": 9, "set": 9, "oct": 10,
	"out": 10, "nov": 11, "dec": 12, "dez": 12,
}

// ParseDates reads a column of days. Where both of the first two numbers could be the day, the whole column decides: one cell with
// a number over 12 tells. A column that shows both orders, or none, is an error that says what to do, unless order is given.
func ParseDates(column []string, order Order) (Dates, error) {
	if order == AnyOrder {
		var err error
		if order, err = orderOf(column); err != nil {
			return Dates{}, err
		}
	}
	d := Dates{Days: make([]string, len(column))}
	for i, cell := range column {
		if IsBlank(cell) {
			continue
		}
		day, ok := dayOf(strings.TrimSpace(cell), order)
		if !ok {
			d.Bad = append(d.Bad, i)
			continue
		}
		d.Days[i] = day
	}
	return d, nil
}

// orderOf decides from all cells; any order will do where none of them depends on it.
func orderOf(column []string) (Order, error) {
	day, month, open := "", "", ""
	for _, cell := range column {
		m := yearLast.FindStringSubmatch(strings.TrimSpace(cell))
		if m == nil {
			continue
		}
		a, b := number(m[1]), number(m[2])
		switch {
		case a > 12 && day == "":
			day = cell
		case b > 12 && month == "":
			month = cell
		case a != b && a <= 12 && b <= 12 && open == "":
			open = cell
		}
	}
	switch {
	case day != "" && month != "":
		return AnyOrder, fmt.Errorf("it writes both day before month (%q) and month before day (%q), so %q is unknown; export it again in one form such as 2026-12-31", day, month, orElse(open, day))
	case day != "":
		return DayFirst, nil
	case month != "":
		return MonthFirst, nil
	case open != "":
		return AnyOrder, fmt.Errorf("no cell tells whether %q is day-month or month-day; say --dates dmy or --dates mdy", open)
	}
	return DayFirst, nil
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

func dayOf(cell string, order Order) (string, bool) {
	lower := strings.ToLower(cell)
	for _, form := range []*regexp.Regexp{yearFirst, compact} {
		if m := form.FindStringSubmatch(cell); m != nil {
			return day(number(m[1]), number(m[2]), number(m[3]))
		}
	}
	if m := yearLast.FindStringSubmatch(cell); m != nil {
		y, d, mo := number(m[3]), number(m[1]), number(m[2])
		if order == MonthFirst {
			d, mo = mo, d
		}
		if y < 100 {
			y += 2000
		}
		return day(y, mo, d)
	}
	if m := dayName.FindStringSubmatch(lower); m != nil {
		return day(number(m[3]), monthOf(m[2]), number(m[1]))
	}
	if m := nameDay.FindStringSubmatch(lower); m != nil {
		return day(number(m[3]), monthOf(m[1]), number(m[2]))
	}
	return "", false
}

func monthOf(name string) int {
	runes := []rune(name)
	return months[string(runes[:min(3, len(runes))])]
}

func day(y, m, d int) (string, bool) {
	at := time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC)
	if y < 1990 || y > 2100 || at.Day() != d || int(at.Month()) != m {
		return "", false
	}
	return at.Format(time.DateOnly), true
}

// number reads digits that an expression has matched.
func number(s string) int {
	n, _ := strconv.Atoi(s) // at most four digits
	return n
}
