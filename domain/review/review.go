package review

import (
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"

	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/domain/scouting"
	"github.com/agente-ceo/agente-ceo/domain/strategy"
	"github.com/agente-ceo/agente-ceo/domain/table"
)

// By says what one item of a review is.
type By string

// The ways to put rows together.
const (
	ByRow      By = "row"
	ByCampaign By = "campaign"
	ByAd       By = "ad"
)

// Options say how to read and judge. Only Rules and Account are needed.
type Options struct {
	Rules    strategy.Rules
	By       By               // empty: ByRow
	AOV      *big.Rat         // what an order is worth where no revenue is given, in whole units; nil: unknown
	Columns  map[Field]string // headers that a person named
	Decimal  table.Style      // how numbers are written; Unknown: decided from the columns
	Dates    table.Order      // how days are written; AnyOrder: decided from the column
	Currency money.Currency   // of amounts that name none; empty: Account, and USD for a bare dollar sign
	Account  money.Currency   // of the ad account, which the KPI table's absolute targets are in
}

func (o Options) currencyFor(dollar bool) string {
	switch {
	case o.Currency != "":
		return string(o.Currency)
	case dollar:
		return string(money.USD)
	}
	return string(o.Account)
}

// Review is what the policy says of a file.
type Review struct {
	Currency string   // of all amounts; empty when there are several, which are never summed
	Totals   []Totals // one a currency, in the order of their first row
	Rows     int
	Items    []Item
	Warnings []table.Note
	From, To string // the days that the file covers; empty when it has none or they cannot be read
}

// Totals are sums over the rows of one currency.
type Totals struct {
	Currency                         string
	Rows                             int
	Impressions, Clicks, Conversions *big.Rat
	Spend, Revenue                   *big.Rat // whole units; Revenue with what was estimated
}

// Sum is all counts together; of the amounts only those of a single currency make sense.
func (r Review) Sum() Totals {
	all := Totals{Currency: r.Currency, Rows: r.Rows, Impressions: new(big.Rat), Clicks: new(big.Rat), Conversions: new(big.Rat)}
	for _, t := range r.Totals {
		all.Impressions.Add(all.Impressions, t.Impressions)
		all.Clicks.Add(all.Clicks, t.Clicks)
		all.Conversions.Add(all.Conversions, t.Conversions)
		all.Spend, all.Revenue = t.Spend, t.Revenue
	}
	if len(r.Totals) != 1 {
		all.Spend, all.Revenue = nil, nil
	}
	return all
}

// ErrOptions marks options that do not fit the file.
var ErrOptions = errors.New("the options do not fit the file")

// Counts are how many items have each verdict.
func (r Review) Counts() map[strategy.Verdict]int {
	n := map[strategy.Verdict]int{strategy.Insufficient: 0, strategy.Winner: 0, strategy.Potential: 0, strategy.Loser: 0}
	for _, item := range r.Items {
		n[item.Verdict]++
	}
	return n
}

// Read judges an export. The error is for a file of which nothing can be read, and for options that do not fit it.
func Read(data []byte, opts Options) (Review, error) {
	t, err := table.Read(data, known(opts.Columns))
	if err != nil {
		return Review{}, fmt.Errorf("%w. Export the table with a header line, or name columns: --column spend=NAME --column clicks=NAME", err)
	}
	found, err := locate(t, opts.Columns)
	if err != nil {
		return Review{}, err
	}
	r := &reader{t: t, opts: opts, columns: found, notes: t.Notes}
	records := r.read()
	if len(records) == 0 {
		return Review{}, fmt.Errorf("nothing could be read: no row below the header in line %d%s", t.Line, firstNote(r.notes))
	}
	if len(r.numbers) == 0 {
		return Review{}, fmt.Errorf("nothing could be read: no column of figures%s", firstNote(r.notes))
	}
	key, err := r.keys()
	if err != nil {
		return Review{}, err
	}
	out := Review{Rows: len(records), Totals: totals(records, opts)}
	out.From, out.To = r.period()
	for _, g := range r.groups(records, key) {
		out.Items = append(out.Items, r.judge(g))
	}
	if len(out.Totals) == 1 {
		out.Currency = out.Totals[0].Currency
	} else {
		r.note(0, "", "Amounts are in %d currencies, which are summed apart.", len(out.Totals))
	}
	out.Warnings = r.notes
	return out, nil
}

func firstNote(notes []table.Note) string {
	if len(notes) == 0 {
		return ""
	}
	return " (" + notes[0].String() + ")"
}

func totals(records []record, opts Options) []Totals {
	var out []Totals
	for _, rec := range records {
		at := slices.IndexFunc(out, func(t Totals) bool { return t.Currency == rec.currency })
		if at < 0 {
			at = len(out)
			out = append(out, Totals{Currency: rec.currency, Impressions: new(big.Rat), Clicks: new(big.Rat), Conversions: new(big.Rat), Spend: new(big.Rat), Revenue: new(big.Rat)})
		}
		t := &out[at]
		t.Rows++
		for field, sum := range map[Field]*big.Rat{Impressions: t.Impressions, Clicks: t.Clicks, Conversions: t.Conversions, Spend: t.Spend} {
			if v := rec.figures[field]; v != nil {
				sum.Add(sum, v)
			}
		}
		if v := rec.revenue(opts.AOV); v != nil {
			t.Revenue.Add(t.Revenue, v)
		}
	}
	return out
}

// revenue is what is reported; where nothing is, what the conversions are worth; nil when neither is known.
func (rec record) revenue(aov *big.Rat) *big.Rat {
	bought, reported := rec.figures[Conversions], rec.figures[Revenue]
	switch {
	case reported != nil && reported.Sign() > 0, bought != nil && bought.Sign() == 0 && reported != nil:
		return reported
	case bought != nil && bought.Sign() == 0:
		return new(big.Rat)
	case bought != nil && aov != nil:
		return new(big.Rat).Mul(bought, aov)
	}
	return reported
}

// keys says which columns a row is called by.
func (r *reader) keys() ([]int, error) {
	need := func(field Field) ([]int, error) {
		if at, ok := r.columns.at[field]; ok {
			return []int{at}, nil
		}
		if several := r.columns.several[field]; len(several) > 0 {
			var list []string
			for _, at := range several {
				list = append(list, r.t.Header[at])
			}
			return nil, fmt.Errorf("%w: each of the columns %s could be the %s: say --column %s=NAME", ErrOptions, quoted(list), field, field)
		}
		return nil, nil
	}
	switch r.opts.By {
	case ByCampaign:
		at, err := need(Campaign)
		if err == nil && at == nil {
			err = fmt.Errorf("%w: no column names the campaign: say --column campaign=NAME, or --by row", ErrOptions)
		}
		return at, err
	case ByAd:
		return r.adKeys(need)
	}
	var at []int
	for _, field := range []Field{Campaign, AdSet, Ad} {
		if i, ok := r.columns.at[field]; ok {
			at = append(at, i)
		}
	}
	if _, ok := r.columns.at[Ad]; !ok {
		at = r.words()
	}
	return at, nil
}

// adKeys are campaign, ad set and ad; without a column of ads, all that say in words what a row is about.
func (r *reader) adKeys(need func(Field) ([]int, error)) ([]int, error) {
	ad, err := need(Ad)
	if err != nil {
		return nil, err
	}
	if ad == nil {
		words := r.words()
		if len(words) == 0 {
			return nil, fmt.Errorf("%w: no column names the ad: say --column ad=NAME, or --by row", ErrOptions)
		}
		var list []string
		for _, at := range words {
			list = append(list, r.t.Header[at])
		}
		r.note(0, strings.Join(list, ", "), "No column names the ad: rows that agree in these columns are one.")
		return words, nil
	}
	var at []int
	for _, field := range []Field{Campaign, AdSet} {
		if i, ok := r.columns.at[field]; ok {
			at = append(at, i)
		}
	}
	return append(at, ad...), nil
}

// words are the columns that are neither figures nor days: a campaign's, and those of text.
func (r *reader) words() []int {
	taken := map[int]Field{}
	for field, at := range r.columns.at {
		taken[at] = field
	}
	var out []int
	for at, header := range r.t.Header {
		name, _ := headerName(header)
		field, ok := taken[at]
		found, named := tierOf[name]
		switch {
		case field == Campaign || field == AdSet || field == Ad:
			out = append(out, at)
		case ok || calendar[name] || named && (isFigure(found.field) || found.field == Date || found.field == Currency) || slices.Contains(results, name):
		case r.isText(at):
			out = append(out, at)
		}
	}
	return out
}

// isText reports whether most of a column's cells are no numbers.
func (r *reader) isText(at int) bool {
	text, filled := 0, 0
	for _, cell := range r.t.Column(at) {
		if table.IsBlank(cell) {
			continue
		}
		filled++
		if _, err := table.ParseCell(cell); err != nil {
			text++
		}
	}
	return filled > 0 && 2*text > filled
}

// group is the rows of one item.
type group struct {
	key     string
	records []record
}

const keyLimit = 160 // runes

// groups puts rows together, in the order of their first row. Amounts of two currencies are never in one group.
func (r *reader) groups(records []record, key []int) []group {
	var out []group
	index := map[string]int{}
	for _, rec := range records {
		var parts []string
		for _, at := range key {
			if cell := scouting.Clean(rec.cells[at], keyLimit); cell != "" {
				parts = append(parts, cell)
			}
		}
		name := strings.Join(parts, " / ")
		if name == "" {
			name = fmt.Sprintf("row %d", rec.line)
		}
		if r.opts.By != ByCampaign && r.opts.By != ByAd {
			out = append(out, group{key: name, records: []record{rec}})
			continue
		}
		id := strings.Join(parts, "\x00") + "\x00" + rec.currency
		at, ok := index[id]
		if !ok {
			at = len(out)
			index[id] = at
			out = append(out, group{key: name})
		}
		out[at].records = append(out[at].records, rec)
	}
	return out
}

// period is the first and the last day of the file.
func (r *reader) period() (from, to string) {
	at, ok := r.columns.at[Date]
	if !ok {
		return "", ""
	}
	dates, err := table.ParseDates(r.t.Column(at), r.opts.Dates)
	if err != nil {
		r.note(0, r.t.Name(at), "Its days are not read: %v.", err)
		return "", ""
	}
	for _, d := range dates.Days {
		if d != "" && (from == "" || d < from) {
			from = d
		}
		to = max(to, d)
	}
	if from == "" {
		return "", "" // a number of the month, beside a column of months
	}
	for _, i := range dates.Bad {
		r.note(r.t.Rows[i].Line, r.t.Name(at), "%.40q is no day; the row counts all the same.", r.t.Rows[i].Cells[at])
	}
	return from, to
}
