package table_test

import (
	"encoding/binary"
	"math/big"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/agente-ceo/agente-ceo/domain/table"
)

func known(name string) bool { return name == "Campanha" || name == "Custo" || name == "Cliques" }

func wide(s string, order binary.AppendByteOrder, mark bool) []byte {
	var out []byte
	if mark {
		out = order.AppendUint16(out, 0xfeff)
	}
	for _, u := range utf16.Encode([]rune(s)) {
		out = order.AppendUint16(out, u)
	}
	return out
}

func TestRead_Layouts(t *testing.T) {
	t.Parallel()
	const text = "Campanha;Custo;Cliques\nVerão;1,5;3\n"
	for name, data := range map[string][]byte{
		"utf-8":                []byte(text),
		"byte order mark":      []byte("\ufeff" + text),
		"utf-16 LE":            wide(text, binary.LittleEndian, true),
		"utf-16 BE":            wide(text, binary.BigEndian, true),
		"utf-16 LE, no mark":   wide(text, binary.LittleEndian, false),
		"utf-16 BE, no mark":   wide(text, binary.BigEndian, false),
		"windows-1252":         []byte("Campanha;Custo;Cliques\nVer\xe3o;1,5;3\n"),
		"tabs":                 []byte(strings.ReplaceAll(text, ";", "\t")),
		"commas":               []byte("Campanha,Custo,Cliques\nVerão,\"1,5\",3\n"),
		"carriage returns":     []byte(strings.ReplaceAll(text, "\n", "\r")),
		"windows lines":        []byte(strings.ReplaceAll(text, "\n", "\r\n")),
		"Excel's sep":          []byte("sep=;\n" + text),
		"lines above":          []byte("Relatório de campanhas\n\"1 de jan. de 2026, sábado\"\n\n" + text),
		"blanks and repeats":   []byte(text + ";;\n\nCampanha;Custo;Cliques\n"),
		"empty columns beyond": []byte("Campanha;Custo;Cliques;;\nVerão;1,5;3;;\n"),
	} {
		got, err := table.Read(data, known)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if len(got.Rows) != 1 || strings.Join(got.Rows[0].Cells, "|") != "Verão|1,5|3" || len(got.Header) != 3 {
			t.Errorf("%s: header %q, rows %v, notes %v", name, got.Header, got.Rows, got.Notes)
		}
	}
}

func TestRead_LineNumbers(t *testing.T) {
	t.Parallel()
	got, err := table.Read([]byte("sep=,\nTitle\nCampanha,Custo,Cliques\n\"a\nb\",1,2\n\nc 15\" d,3,4\ne,1,2,3\n"), known)
	if err != nil {
		t.Fatal(err)
	}
	if got.Line != 3 || len(got.Above) != 1 || len(got.Rows) != 2 || got.Rows[0].Line != 4 || got.Rows[1].Line != 7 || got.Rows[1].Cells[0] != `c 15" d` {
		t.Errorf("header in %d, rows %v", got.Line, got.Rows)
	}
	if len(got.Notes) != 1 || got.Notes[0].Row != 8 || !strings.Contains(got.Notes[0].Text, "4 cells") {
		t.Errorf("notes %v", got.Notes)
	}
}

func TestRead_Refuses(t *testing.T) {
	t.Parallel()
	for data, want := range map[string]string{
		"":                             "empty",
		"  \n":                         "empty",
		"PK\x03\x04rest":               "Excel workbook",
		"\x00\x01\x02binary\x00\x00":   "not text",
		"a,b\n1,2\n":                   `first line is "a,b"`,
		"Campanha;Outra\nx;1\n":        "at least 2 columns",
		"%PDF-1.7":                     "PDF",
		"\x1f\x8b\x08\x00\x00\x00\x00": "compressed",
	} {
		if _, err := table.Read([]byte(data), known); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", data, err, want)
		}
	}
}

func TestRead_UnpairedQuote(t *testing.T) {
	t.Parallel()
	got, err := table.Read([]byte("Campanha,Custo,Cliques\na,1,2\n\"b,1,2\nc,3,4\n"), known)
	if err != nil || len(got.Rows) != 1 || len(got.Notes) != 1 || got.Notes[0].Row != 3 {
		t.Errorf("%v, rows %v, notes %v", err, got.Rows, got.Notes)
	}
}

func TestCell_Value(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, style, want string }{
		{"1234", "unknown", "1234"},
		{"1.234,56", "unknown", "1234.56"},
		{"1,234.56", "unknown", "1234.56"},
		{"1,234", "point", "1234"},
		{"1,234", "comma", "1.234"},
		{"1,234", "unknown", "two ways"},
		{"1.234.567", "unknown", "1234567"},
		{"1.234.567", "point", "error"},
		{"12,5", "unknown", "12.5"},
		{"12,5", "point", "error"},
		{"0.058", "unknown", "0.058"},
		{"1234.567", "unknown", "1234.567"},
		{"1 234,5", "unknown", "1234.5"},
		{"1\u00a0234\u202f567", "unknown", "1234567"},
		{"1'234.50", "unknown", "1234.5"},
		{"12 34", "unknown", "error"},
		{"R$ 1.234,56", "unknown", "1234.56 BRL"},
		{"R$1.234", "comma", "1234 BRL"},
		{"US$ 5", "unknown", "5 USD"},
		{"$1,892", "point", "1892 $"},
		{"5.00 EUR", "unknown", "5 EUR"},
		{"Rp16.499.000", "unknown", "16499000 IDR"},
		{"-5", "unknown", "-5"},
		{"-R$ 5,00", "unknown", "-5 BRL"},
		{"(1.50)", "unknown", "-1.5"},
		{"\u22125", "unknown", "-5"},
		{".5", "unknown", "0.5"},
		{"2.794000000000000e+01", "unknown", "27.94"},
		{"12,3%", "unknown", "12.3 %"},
		{"--", "unknown", "blank"},
		{"#N/A", "unknown", "blank"},
		{"5 apples", "unknown", "error"},
		{"1-2", "unknown", "error"},
		{"< 10", "unknown", "error"},
		{"¥5", "unknown", "error"},
		{"1e9999", "unknown", "error"},
		{"12,34,56", "unknown", "error"},
		{strings.Repeat("9", 100), "unknown", "error"},
	} {
		if got := read(c.text, c.style); got != c.want {
			t.Errorf("%q as %s is %s, want %s", c.text, c.style, got, c.want)
		}
	}
}

func read(text, style string) string {
	cell, err := table.ParseCell(text)
	if err != nil {
		return "error"
	}
	s, _ := table.ParseStyle(style)
	v, err := cell.Value(s)
	switch {
	case err != nil && strings.Contains(err.Error(), table.ErrTwoWays.Error()):
		return "two ways"
	case err != nil:
		return "error"
	case v == nil:
		return "blank"
	}
	decimals, _ := table.MostDecimals(v, 9)
	out := v.FloatString(decimals)
	if cell.Percent {
		out += " %"
	}
	return strings.TrimSpace(out + " " + cell.Currency)
}

func TestNumbers_WholeColumnDecides(t *testing.T) {
	t.Parallel()
	n := table.ParseNumbers([]string{"1.234", "x", "", "12,5"}, false)
	if v, err := n.Value(0, table.Unknown); err != nil || v.Cmp(big.NewRat(1234, 1)) != 0 || n.Style != table.Comma || n.Errors[1] == nil || n.Blank != 1 {
		t.Errorf("%v %v %+v", v, err, n)
	}
	if p, c, mixed := table.ParseNumbers([]string{"1.5", "1,5"}, false).Conflict(); !mixed || p != 0 || c != 1 {
		t.Errorf("a column with both styles: %d %d %v", p, c, mixed)
	}
	if n := table.ParseNumbers([]string{"7.350"}, true); n.Style != table.Comma {
		t.Errorf("7.350 impressions show %s", n.Style)
	}
	if n := table.ParseNumbers([]string{"5", "7.350"}, false); n.TwoWays != 1 || n.Style != table.Unknown {
		t.Errorf("7.350 of money shows %s, %d", n.Style, n.TwoWays)
	}
}

func TestParseDates_WholeColumnDecides(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ column, order, want string }{
		{"03-04-2024|16-11-2024", "", "2024-04-03|2024-11-16"},
		{"3/4/24|11/16/24", "", "2024-03-04|2024-11-16"},
		{"3/4/24|5/6/24", "", "no cell tells"},
		{"3/4/24|5/6/24", "mdy", "2024-03-04|2024-05-06"},
		{"3/4/24", "dmy", "2024-04-03"},
		{"5/5/24", "", "2024-05-05"},
		{"16/11/2024|11/16/2024|01/02/2024", "", "both day before month"},
		{"2024-11-16|2024/11/20|20-11-2024", "", "2024-11-16|2024-11-20|2024-11-20"},
		{"2021-09-15 10:00:00|2021-09-15T10:00:00Z|20210915", "", "2021-09-15|2021-09-15|2021-09-15"},
		{"Nov 16, 2024|16 Nov 2024|16 de novembro de 2024|1 de março de 2026", "", "2024-11-16|2024-11-16|2024-11-16|2026-03-01"},
		{"31/02/2024||soon", "", "?||?"},
	} {
		order := table.AnyOrder
		if c.order != "" {
			order, _ = table.ParseOrder(c.order)
		}
		d, err := table.ParseDates(strings.Split(c.column, "|"), order)
		got := strings.Join(d.Days, "|")
		if err != nil {
			got = err.Error()
		}
		for _, i := range d.Bad {
			d.Days[i] = "?"
			got = strings.Join(d.Days, "|")
		}
		if !strings.HasPrefix(got, c.want) && !strings.Contains(got, c.want) {
			t.Errorf("%s %s: %s, want %s", c.column, c.order, got, c.want)
		}
	}
}

// FuzzRead reads anything: it ends, its rows are as wide as its header, and what is read as a number keeps its digits.
func FuzzRead(f *testing.F) {
	for _, seed := range []string{
		"Campanha;Custo;Cliques\nVerão;R$ 1.234,56;3\n", "sep=;\nCampanha;Custo\n", "\ufeffCampanha,Custo\n\"a\nb\",\"1,5\"\n", "\xff\xfeC\x00", "a\x00b\x00c\x00d\x00",
		"Campanha\tCusto\r\"\tx\r", "Campanha,Custo\n\"open", "Custo|Custo\n(1,2)|-1e5\n", "Campanha;Custo\n16-11-2024;1/2/24\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := table.Read(data, known)
		if err != nil {
			return
		}
		for at := range got.Header {
			column := got.Column(at)
			n := table.ParseNumbers(column, at%2 == 0)
			for i := range column {
				v, err := n.Value(i, table.Point)
				if err == nil && v != nil && !strings.ContainsAny(column[i], "0123456789") {
					t.Errorf("%q has no digit and is %s", column[i], v)
				}
			}
			if d, err := table.ParseDates(column, table.AnyOrder); err == nil && len(d.Days) != len(column) {
				t.Errorf("%d days of %d cells", len(d.Days), len(column))
			}
		}
	})
}
