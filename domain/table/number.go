package table

import (
	"errors"
	"fmt"
	"math/big"
	"regexp"
	"strings"
	"unicode"

	"github.com/agente-ceo/agente-ceo/domain/money"
)

// Style is how decimals are written.
type Style int

// The styles.
const (
	Unknown Style = iota
	Point         // 1,234.56
	Comma         // 1.234,56
)

// String is the style's name on the command line.
func (s Style) String() string { return [...]string{"unknown", "point", "comma"}[s] }

// ParseStyle reads what String writes, except unknown.
func ParseStyle(s string) (Style, error) {
	switch s {
	case "point":
		return Point, nil
	case "comma":
		return Comma, nil
	}
	return Unknown, fmt.Errorf("decimals are written with %q: want point (1,234.56) or comma (1.234,56)", s)
}

// Cell is a cell that may be a number, taken apart but not yet read: that needs the style of its column.
type Cell struct {
	Blank    bool
	Percent  bool
	Currency string // ISO 4217; "$" for a bare dollar sign; empty when none is named
	digits   string // with its separators
	negative bool
	text     string
}

// Text is the cell as the file writes it.
func (c Cell) Text() string { return c.text }

// ErrTwoWays marks a number whose separator may be of thousands or of decimals.
var ErrTwoWays = errors.New("its separator can be of thousands or of decimals")

// blanks are what exports write where there is nothing.
var blanks = map[string]bool{"": true, "-": true, "--": true, "—": true, "–": true, "n/a": true, "#n/a": true, "na": true, "nan": true, "null": true, "none": true, "n/d": true}

// IsBlank reports whether a cell says that there is nothing in it.
func IsBlank(s string) bool { return blanks[strings.ToLower(strings.TrimSpace(s))] }

// longestNumber bounds what is read as a number, in bytes.
const longestNumber = 60

// ParseCell takes a cell apart. The error is for what is no number in any style.
func ParseCell(s string) (Cell, error) {
	c := Cell{text: s}
	if IsBlank(s) {
		c.Blank = true
		return c, nil
	}
	if len(s) > longestNumber {
		return c, fmt.Errorf("%.40q… is not a number", s)
	}
	s = strings.Map(plainSpace, s)
	if inner, ok := strings.CutPrefix(s, "("); ok && strings.HasSuffix(inner, ")") {
		c.negative, s = true, strings.TrimSuffix(inner, ")")
	}
	from := strings.IndexAny(s, "0123456789")
	if from < 0 {
		return c, fmt.Errorf("%q is not a number", c.text)
	}
	to := strings.LastIndexAny(s, "0123456789") + 1
	before, after := s[:from], s[to:]
	if lead := strings.TrimRight(before, ".,"); lead != before && strings.TrimSpace(lead) == "" {
		before, from = lead, from-1 // ".5"
	}
	if err := c.marks(before, after); err != nil {
		return c, err
	}
	c.digits = strings.NewReplacer(" ", "", "'", "").Replace(s[from:to])
	if strings.ContainsAny(s[from:to], " '") && !spaced.MatchString(s[from:to]) {
		return c, fmt.Errorf("%q is not one number", c.text)
	}
	if strings.Trim(c.digits, "0123456789.,") != "" && !scientific.MatchString(c.digits) {
		return c, fmt.Errorf("%q is not a number", c.text)
	}
	return c, nil
}

var (
	spaced     = regexp.MustCompile(`^\d{1,3}([ ']\d{3})+([.,]\d+)?$`)
	scientific = regexp.MustCompile(`^\d(\.\d+)?[eE][+-]?\d{1,2}$`)
)

func plainSpace(r rune) rune {
	switch {
	case unicode.IsSpace(r) || r == '\u202f':
		return ' '
	case r == '\u2019':
		return '\''
	case r == '\u2212':
		return '-'
	}
	return r
}

// marks reads what stands around the digits: a sign, a currency, a percent sign.
func (c *Cell) marks(before, after string) error {
	around := before + " " + after
	if strings.Contains(around, "%") {
		c.Percent, around = true, strings.Replace(around, "%", "", 1)
	}
	if n := strings.Count(around, "-"); n == 1 && strings.Contains(before, "-") {
		c.negative, around = true, strings.Replace(around, "-", "", 1)
	}
	around = strings.TrimSpace(strings.Replace(around, "+", "", 1))
	if around == "" {
		return nil
	}
	code, ok := CurrencyOf(around)
	if !ok {
		return fmt.Errorf("%q is not a number: %q is no currency that is known here", c.text, around)
	}
	c.Currency = code
	return nil
}

// signs are the marks that name one currency. ¥ and kr could be several and are not known.
var signs = map[string]string{
	"R$": "BRL", "US$": "USD", "U$": "USD", "RM": "MYR", "RP": "IDR", "₱": "PHP", "S$": "SGD", "฿": "THB", "€": "EUR", "£": "GBP", "MX$": "MXN", "A$": "AUD",
	"AU$": "AUD", "C$": "CAD", "CA$": "CAD", "₹": "INR", "₫": "VND", "$": "$", "NZ$": "NZD", "HK$": "HKD", "₩": "KRW", "₪": "ILS", "ZŁ": "PLN", "S/": "PEN",
}

// CurrencyOf reads a sign or an ISO 4217 code, or both where they agree: "R$", "usd", "USD $". A bare dollar sign is "$".
func CurrencyOf(s string) (string, bool) {
	found := ""
	for part := range strings.FieldsSeq(strings.ToUpper(s)) {
		code, ok := signs[strings.TrimSuffix(part, ".")]
		if !ok {
			code, ok = part, len(part) == 3 && money.Currency(part).Valid()
		}
		switch {
		case !ok:
			return "", false
		case found == "" || found == "$":
			found = code
		case code != "$" && code != found:
			return "", false
		}
	}
	return found, found != ""
}

// Style is what the cell alone shows: Unknown for 1234 and for what can be read two ways. In a column of whole numbers a separator
// before three digits is of thousands.
func (c Cell) Style(whole bool) Style {
	dots, commas := strings.Count(c.digits, "."), strings.Count(c.digits, ",")
	switch {
	case scientific.MatchString(c.digits) && !plain.MatchString(c.digits):
		return Point
	case dots+commas == 0:
		return Unknown
	case dots > 0 && commas > 0:
		if strings.LastIndex(c.digits, ".") > strings.LastIndex(c.digits, ",") {
			return Point
		}
		return Comma
	case dots > 1:
		return Comma
	case commas > 1:
		return Point
	}
	decimal, group := Point, Comma
	if commas == 1 {
		decimal, group = Comma, Point
	}
	switch {
	case !thousands.MatchString(c.digits):
		return decimal
	case whole:
		return group
	}
	return Unknown
}

var (
	plain     = regexp.MustCompile(`^\d+$`)
	thousands = regexp.MustCompile(`^[1-9]\d{0,2}[.,]\d{3}$`)
	styled    = map[Style]*regexp.Regexp{
		Point: regexp.MustCompile(`^(\d+|\d{1,3}(,\d{3})+)?(\.\d+)?$`),
		Comma: regexp.MustCompile(`^(\d+|\d{1,3}(\.\d{3})+)?(,\d+)?$`),
	}
)

// Value reads the number in the style of its column, exactly. Unknown is enough for a cell without a separator; one that can be read
// two ways is then ErrTwoWays. A blank cell is nil.
func (c Cell) Value(style Style) (*big.Rat, error) {
	if c.Blank {
		return nil, nil //nolint:nilnil // nothing is what a blank says
	}
	digits := c.digits
	if own := c.Style(false); style == Unknown && own != Unknown {
		style = own
	}
	switch {
	case plain.MatchString(digits) || style != Comma && scientific.MatchString(digits):
	case style == Unknown:
		return nil, fmt.Errorf("%q: %w", c.text, ErrTwoWays)
	case !styled[style].MatchString(digits):
		return nil, fmt.Errorf("%q does not fit a column that writes decimals with a %s", c.text, style)
	case style == Comma:
		digits = strings.Replace(strings.ReplaceAll(digits, ".", ""), ",", ".", 1)
	default:
		digits = strings.ReplaceAll(digits, ",", "")
	}
	n, ok := new(big.Rat).SetString(digits)
	if !ok {
		return nil, fmt.Errorf("%q is not a number", c.text)
	}
	if c.negative {
		n.Neg(n)
	}
	return n, nil
}
