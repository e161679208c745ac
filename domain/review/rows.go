package review

import (
	"fmt"
	"math/big"
	"regexp"
	"slices"
	"strings"

	"github.com/agente-ceo/agente-ceo/domain/table"
)

// record is one row of results. A nil figure is one that the file does not give.
type record struct {
	line     int
	cells    []string
	figures  map[Field]*big.Rat
	currency string
}

// reader turns a table into records.
type reader struct {
	t       table.Table
	opts    Options
	columns columns
	numbers map[Field]table.Numbers
	style   table.Style // of the file, for columns that do not show their own
	codes   []string    // currencies that the file names anywhere
	notes   []table.Note
}

func (r *reader) note(row int, column, format string, args ...any) {
	r.notes = append(r.notes, table.Note{Row: row, Column: column, Text: fmt.Sprintf(format, args...)})
}

// read gives the records that can be read, and notes on everything that cannot.
func (r *reader) read() []record {
	r.notes = append(r.notes, r.columns.notes...)
	r.dropTotals()
	r.parseFigures()
	r.missing()
	r.namedCurrencies()
	var out []record
	blank := map[Field]int{}
	for i, row := range r.t.Rows {
		rec := record{line: row.Line, cells: row.Cells, figures: map[Field]*big.Rat{}}
		if r.figuresOf(i, &rec, blank) && r.currencyOf(i, &rec) {
			out = append(out, rec)
		}
	}
	r.tellBlanks(blank)
	r.dropUnnamedTotal(&out)
	r.tellOdd(out)
	return out
}

// parseFigures takes the figures' columns apart and decides how each writes its numbers.
func (r *reader) parseFigures() {
	r.numbers = map[Field]table.Numbers{}
	r.style = r.opts.Decimal
	points, commas := 0, 0
	for _, field := range Fields() {
		at, ok := r.columns.at[field]
		if !ok || !isFigure(field) {
			continue
		}
		n := table.ParseNumbers(r.t.Column(at), field == Impressions || field == Clicks)
		r.numbers[field] = n
		switch n.Style {
		case table.Point:
			points++
		case table.Comma:
			commas++
		}
	}
	if r.style == table.Unknown && points > 0 && commas == 0 {
		r.style = table.Point
	}
	if r.style == table.Unknown && commas > 0 && points == 0 {
		r.style = table.Comma
	}
	for _, field := range Fields() {
		if n, ok := r.numbers[field]; ok {
			if why := r.unreadable(n); why != "" {
				r.note(0, r.t.Name(r.columns.at[field]), "Not read, so there is no %s: %s", field, why)
				r.drop(field)
			} else if r.opts.Decimal != table.Unknown {
				n.Style = r.opts.Decimal
				r.numbers[field] = n
			}
		}
	}
}

func (r *reader) drop(field Field) {
	delete(r.numbers, field)
	delete(r.columns.at, field)
}

// unreadable says why a whole column cannot be read; empty when it can.
func (r *reader) unreadable(n table.Numbers) string {
	bad, percent, example := 0, 0, error(nil)
	for i, c := range n.Cells {
		if n.Errors[i] != nil {
			if bad++; example == nil {
				example = n.Errors[i]
			}
		}
		if c.Percent {
			percent++
		}
	}
	filled := len(n.Cells) - n.Blank
	point, comma, mixed := n.Conflict()
	switch {
	case bad > 0 && 2*bad >= filled:
		return fmt.Sprintf("%d of its %d cells are no numbers (%v). Give the right one with --column.", bad, filled, example)
	case percent > 0:
		return "it holds percentages. Give the column of the counts or amounts with --column."
	case mixed && r.opts.Decimal == table.Unknown:
		return fmt.Sprintf("row %d writes a decimal point (%s), row %d a decimal comma (%s). Correct the file, or say --decimal point or --decimal comma.",
			r.t.Rows[point].Line, n.Cells[point].Text(), r.t.Rows[comma].Line, n.Cells[comma].Text())
	case n.TwoWays >= 0 && n.Style == table.Unknown && r.style == table.Unknown:
		return fmt.Sprintf("row %d says %s, which can be thousands or decimals, and no other row tells. Say --decimal point (1,234.56) or --decimal comma (1.234,56).",
			r.t.Rows[n.TwoWays].Line, n.Cells[n.TwoWays].Text())
	}
	return ""
}

// missing tells of each figure that no column gives, with what to do.
func (r *reader) missing() {
	for _, field := range Fields() {
		if _, have := r.columns.at[field]; have || !isFigure(field) {
			continue
		}
		several := r.columns.several[field]
		switch {
		case len(several) > 0:
			var list []string
			for _, at := range several {
				list = append(list, r.t.Name(at))
			}
			r.note(0, strings.Join(list, ", "), "Not read, so there is no %s: each of these columns could be it. Say which: --column %s=NAME.", field, field)
		case field == Conversions && r.resultsColumn() != "":
			r.note(0, r.resultsColumn(), "Not read: it counts whatever each campaign is optimised for. If these are purchases, say --column conversions=%q.", r.resultsColumn())
		case slices.ContainsFunc(r.notes, func(n table.Note) bool { return strings.HasPrefix(n.Text, "Not read, so there is no "+string(field)) }):
		case field == Revenue && r.opts.AOV != nil:
			r.note(0, "", "No column gives revenue: it is estimated as conversions × %s.", r.opts.AOV.FloatString(2))
		case field == Revenue:
			r.note(0, "", "No column gives revenue, so rows with conversions are not judged. Say what an order is worth, such as --aov 60, or --column revenue=NAME.")
		default:
			r.note(0, "", "No column gives %s. Say which does: --column %s=NAME. The columns are %s.", field, field, quoted(r.t.Header))
		}
	}
}

func (r *reader) resultsColumn() string {
	for _, h := range r.t.Header {
		if name, _ := headerName(h); slices.Contains(results, name) {
			return h
		}
	}
	return ""
}

// most bounds a figure, so that sums stay far from overflow.
var most = big.NewRat(1_000_000_000_000, 1)

// figuresOf reads a row's figures; false when one of them cannot be read, and the row is left out.
func (r *reader) figuresOf(i int, rec *record, blank map[Field]int) bool {
	for _, field := range Fields() {
		n, ok := r.numbers[field]
		if !ok {
			continue
		}
		name := r.t.Name(r.columns.at[field])
		v, err := n.Value(i, r.style)
		switch {
		case err != nil:
			r.note(rec.line, name, "Row left out: %v.", err)
			return false
		case v == nil:
			if field != Revenue {
				blank[field]++
			}
			continue
		case v.Sign() < 0:
			r.note(rec.line, name, "Row left out: %s is under zero.", n.Cells[i].Text())
			return false
		case v.Cmp(most) > 0:
			r.note(rec.line, name, "Row left out: %s is too large to be true.", n.Cells[i].Text())
			return false
		case (field == Impressions || field == Clicks) && !v.IsInt():
			r.note(rec.line, name, "Row left out: %s is no whole number.", n.Cells[i].Text())
			return false
		}
		rec.figures[field] = v
	}
	// Platforms leave out what there was none of; impressions and spend are there whenever an ad was shown.
	for _, field := range []Field{Clicks, Conversions} {
		if _, have := r.numbers[field]; have && rec.figures[field] == nil {
			rec.figures[field] = new(big.Rat)
		}
	}
	if _, have := r.numbers[Revenue]; have && rec.figures[Revenue] == nil && (rec.figures[Conversions] == nil || rec.figures[Conversions].Sign() > 0) {
		blank[Revenue]++ // where nobody bought, there is none
	}
	return true
}

func (r *reader) tellBlanks(blank map[Field]int) {
	for _, field := range Fields() {
		n := blank[field]
		if n == 0 {
			continue
		}
		name := r.t.Name(r.columns.at[field])
		switch field {
		case Clicks, Conversions:
			r.note(0, name, "%d blank cells were read as 0.", n)
		case Impressions:
			r.note(0, name, "%d blank cells: nothing is decided of these rows.", n)
		case Spend:
			r.note(0, name, "%d blank cells: what these rows cost is not known, so nothing is decided of them.", n)
		case Revenue:
			r.note(0, name, "%d blank cells in rows with conversions, which are not judged unless --aov says what an order is worth.", n)
		}
	}
}

// tellOdd names figures that can be true but seldom are.
func (r *reader) tellOdd(records []record) {
	tapped, free := 0, 0
	for _, rec := range records {
		shown, clicked, bought, cost := rec.figures[Impressions], rec.figures[Clicks], rec.figures[Conversions], rec.figures[Spend]
		if shown != nil && clicked != nil && clicked.Cmp(shown) > 0 {
			tapped++
		}
		if bought != nil && cost != nil && bought.Sign() > 0 && cost.Sign() == 0 {
			free++
		}
	}
	if tapped > 0 {
		r.note(0, r.t.Name(r.columns.at[Clicks]), "%d rows have more clicks than impressions.", tapped)
	}
	if free > 0 {
		r.note(0, r.t.Name(r.columns.at[Spend]), "%d rows have conversions and cost nothing: their CPA of 0 is within any bar.", free)
	}
}

// currencyOf finds what a row's amounts are in; false when it names two.
func (r *reader) currencyOf(i int, rec *record) bool {
	named := []string{r.columns.codes[Spend], r.columns.codes[Revenue]}
	for _, field := range []Field{Spend, Revenue} {
		if n, ok := r.numbers[field]; ok {
			named = append(named, n.Cells[i].Currency)
		}
	}
	if at, ok := r.columns.at[Currency]; ok && !table.IsBlank(rec.cells[at]) {
		code, known := table.CurrencyOf(rec.cells[at])
		if !known {
			r.note(rec.line, r.t.Name(at), "Row left out: %.40q is no currency.", rec.cells[at])
			return false
		}
		named = append(named, code)
	}
	dollar := false
	for _, code := range named {
		switch {
		case code == "$":
			dollar = true
		case code == "" || code == rec.currency:
		case rec.currency == "":
			rec.currency = code
		default:
			r.note(rec.line, "", "Row left out: it has amounts in %s and in %s, which do not mix.", rec.currency, code)
			return false
		}
	}
	if rec.currency != "" {
		return true
	}
	switch amounts := rec.figures[Spend] != nil || rec.figures[Revenue] != nil; {
	case len(r.codes) == 1 && !dollar:
		rec.currency = r.codes[0]
	case len(r.codes) > 1 && !dollar && amounts:
		r.note(rec.line, "", "Row left out: it names no currency, and the file has %s.", strings.Join(r.codes, " and "))
		return false
	case len(r.codes) > 1 && !dollar:
		rec.currency = r.codes[0] // of no amount at all
	default:
		dollar = dollar || !amounts && r.bareDollar()
		rec.currency = r.opts.currencyFor(dollar)
		r.assume(dollar, rec.currency)
	}
	return true
}

// namedCurrencies collects what headers, cells and the currency column name, save bare dollar signs.
func (r *reader) namedCurrencies() {
	add := func(code string) {
		if code != "" && code != "$" && !slices.Contains(r.codes, code) {
			r.codes = append(r.codes, code)
		}
	}
	for _, field := range []Field{Spend, Revenue} {
		if n, ok := r.numbers[field]; ok {
			add(r.columns.codes[field])
			for _, code := range n.Currencies() {
				add(code)
			}
		}
	}
	if at, ok := r.columns.at[Currency]; ok {
		for _, cell := range r.t.Column(at) {
			code, _ := table.CurrencyOf(cell)
			add(code)
		}
	}
}

// bareDollar reports whether the file writes amounts with a dollar sign alone.
func (r *reader) bareDollar() bool {
	return slices.Contains(r.numbers[Spend].Currencies(), "$") || slices.Contains(r.numbers[Revenue].Currencies(), "$")
}

// assume tells once what amounts without a currency were taken for.
func (r *reader) assume(dollar bool, currency string) {
	text := "No currency is named: amounts are taken as " + currency + ". If that is wrong, say --currency CODE."
	if dollar {
		text = "A bare $ is taken as " + currency + ". If that is wrong, say --currency CODE."
	}
	if !slices.ContainsFunc(r.notes, func(n table.Note) bool { return n.Text == text }) {
		r.note(0, "", "%s", text)
	}
}

var totalLine = regexp.MustCompile(`(?i)^((grand |sub)?totals?|totais|total geral|resumo|summary|subtotal)\s*([:–—-].*)?$|^(results from|resultados de) \d+`)

// dropTotals leaves out rows that call themselves a sum.
func (r *reader) dropTotals() {
	figures := map[int]bool{}
	for field, at := range r.columns.at {
		figures[at] = isFigure(field)
	}
	var kept []table.Row
	for _, row := range r.t.Rows {
		at := slices.IndexFunc(row.Cells, func(c string) bool { return totalLine.MatchString(c) })
		if at >= 0 && !figures[at] {
			r.note(row.Line, r.t.Name(at), "Left out: %.60q is a sum of other rows.", row.Cells[at])
			continue
		}
		kept = append(kept, row)
	}
	r.t.Rows = kept
}

// dropUnnamedTotal leaves out the one row without a name whose impressions are those of all others together.
func (r *reader) dropUnnamedTotal(records *[]record) {
	var identity []int
	for _, field := range []Field{Campaign, AdSet, Ad} {
		if at, ok := r.columns.at[field]; ok {
			identity = append(identity, at)
		}
	}
	if len(identity) == 0 || len(*records) < 2 {
		return
	}
	sum, unnamed := new(big.Rat), -1
	for i, rec := range *records {
		if v := rec.figures[Impressions]; v != nil {
			sum.Add(sum, v)
		}
		if !slices.ContainsFunc(identity, func(at int) bool { return !table.IsBlank(rec.cells[at]) }) {
			unnamed = i
		}
	}
	if unnamed < 0 {
		return
	}
	rec := (*records)[unnamed]
	if own := rec.figures[Impressions]; own != nil && own.Sign() > 0 && sum.Cmp(new(big.Rat).Add(own, own)) == 0 {
		r.note(rec.line, r.t.Name(identity[0]), "Left out: it has no name, and its impressions are those of all other rows together.")
		*records = slices.Delete(*records, unnamed, unnamed+1)
	}
}
