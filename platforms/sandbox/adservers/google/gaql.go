package google

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/agente-ceo/agente-ceo/platforms/sandbox/adservers"
)

// query is a parsed GAQL query.
type query struct {
	fields     []string
	resource   string
	conditions []condition
	order      string
	descending bool
	limit      int // 0: all
}

// condition is one comparison of the WHERE clause; the clause is a conjunction.
type condition struct {
	field, operator string
	values          []string
}

var (
	clauses  = regexp.MustCompile(`(?is)^\s*SELECT\s+(.+?)\s+FROM\s+(\w+)(?:\s+WHERE\s+(.+?))?(?:\s+ORDER\s+BY\s+([\w.]+)(?:\s+(ASC|DESC))?)?(?:\s+LIMIT\s+(\d+))?(?:\s+PARAMETERS\s+.+)?\s*;?\s*$`)
	compares = regexp.MustCompile(`(?is)^\s*([\w.]+)\s*(!=|>=|<=|=|>|<|NOT\s+IN|IN|NOT\s+LIKE|LIKE|DURING|BETWEEN)\s*(.+?)\s*$`)
	ands     = regexp.MustCompile(`(?i)\s+AND\s+`)
)

func queryError(code, message, trigger string) *fail {
	return invalid("queryError", code, message, trigger)
}

// parse reads a query; fields are checked against the resource later, when their values are known.
func parse(raw string) (*query, *fail) {
	text, quoted, ends := unquote(raw)
	if !ends {
		return nil, queryError("UNEXPECTED_END_OF_QUERY", "Error in query: a quoted text does not end.", raw)
	}
	m := clauses.FindStringSubmatch(text)
	if m == nil {
		return nil, queryError("BAD_RESOURCE_TYPE_IN_FROM_CLAUSE", "Error in query: unexpected input.", raw)
	}
	q := &query{resource: m[2], order: m[4], descending: strings.EqualFold(m[5], "DESC")}
	q.limit, _ = strconv.Atoi(m[6])
	for _, f := range strings.Split(m[1], ",") {
		q.fields = append(q.fields, strings.TrimSpace(f))
	}
	if !slices.Contains([]string{"customer", "campaign", "campaign_budget", "ad_group", "ad_group_ad", "ad_group_criterion"}, q.resource) {
		return nil, queryError("BAD_RESOURCE_TYPE_IN_FROM_CLAUSE", "The resource in the FROM clause is not supported.", q.resource)
	}
	if m[3] == "" {
		return q, nil
	}
	for _, part := range joinBetween(ands.Split(m[3], -1)) {
		c := compares.FindStringSubmatch(part)
		if c == nil {
			return nil, queryError("BAD_OPERATOR", "Error in query: invalid condition.", part)
		}
		x := condition{field: c[1], operator: strings.ToUpper(strings.Join(strings.Fields(c[2]), " "))}
		x.values = literals(c[3], quoted)
		if x.operator == "BETWEEN" && len(x.values) != 2 || len(x.values) == 0 {
			return nil, queryError("BAD_VALUE", "Error in query: invalid value.", c[3])
		}
		q.conditions = append(q.conditions, x)
	}
	return q, nil
}

// joinBetween puts "x BETWEEN a" and "b" back together.
func joinBetween(parts []string) (out []string) {
	for _, p := range parts {
		if n := len(out) - 1; n >= 0 && strings.Contains(strings.ToUpper(out[n]), " BETWEEN ") && !strings.Contains(out[n], ",") {
			out[n] += ", " + p
			continue
		}
		out = append(out, p)
	}
	return out
}

// unquote puts $0, $1, … in place of the query's quoted texts, so that no word inside of one is taken for the query's own, and gives what
// they say: a backslash makes the next sign stand for itself.
func unquote(text string) (plain string, quoted []string, ends bool) {
	var out, inside strings.Builder
	var open rune
	escaped := false
	for _, r := range text {
		switch {
		case open == 0 && (r == '\'' || r == '"'):
			open = r
		case open == 0:
			out.WriteRune(r)
		case escaped:
			inside.WriteRune(r)
			escaped = false
		case r == '\\':
			escaped = true
		case r == open:
			out.WriteString("$" + strconv.Itoa(len(quoted)))
			quoted = append(quoted, inside.String())
			inside.Reset()
			open = 0
		default:
			inside.WriteRune(r)
		}
	}
	return out.String(), quoted, open == 0
}

func literals(text string, quoted []string) (out []string) {
	for _, v := range strings.Split(strings.Trim(text, "() "), ",") {
		v = strings.TrimSpace(v)
		if i, err := strconv.Atoi(strings.TrimPrefix(v, "$")); strings.HasPrefix(v, "$") && err == nil && i < len(quoted) {
			v = quoted[i]
		}
		out = append(out, v)
	}
	return out
}

// dates resolves the conditions on segments.date; ok is false when there is none.
func (q *query) dates(today string) (since, until string, ok bool, bad *fail) {
	since, until = "0000-00-00", today
	for _, c := range q.conditions {
		if c.field != "segments.date" {
			continue
		}
		ok = true
		switch c.operator {
		case "=":
			since, until = c.values[0], c.values[0]
		case "BETWEEN":
			since, until = c.values[0], c.values[1]
		case ">=":
			since = c.values[0]
		case "<=":
			until = c.values[0]
		case "DURING":
			var known bool
			if since, until, known = during(today, strings.ToUpper(c.values[0])); !known {
				return "", "", false, queryError("INVALID_VALUE_WITH_DURING_OPERATOR", "The date range is unknown.", c.values[0])
			}
		default:
			return "", "", false, queryError("INVALID_OPERATOR", "The operator cannot be used with segments.date.", c.operator)
		}
	}
	if ok && since == "0000-00-00" {
		return "", "", false, queryError("EXPECTED_FILTERS_ON_DATE_RANGE", "A finite date range is needed.", "segments.date")
	}
	for _, day := range []string{since, until} {
		if _, valid := adservers.ParseDay(day); ok && !valid {
			return "", "", false, queryError("BAD_VALUE", "The date is invalid.", day)
		}
	}
	return since, until, ok, nil
}

// during resolves the named ranges that clients commonly use. LAST_N_DAYS end yesterday.
func during(today, name string) (since, until string, ok bool) {
	switch name {
	case "TODAY":
		return today, today, true
	case "YESTERDAY":
		return adservers.AddDays(today, -1), adservers.AddDays(today, -1), true
	case "THIS_MONTH":
		return today[:8] + "01", today, true
	case "LAST_7_DAYS", "LAST_14_DAYS", "LAST_30_DAYS":
		n, _ := strconv.Atoi(strings.Split(name, "_")[1])
		return adservers.AddDays(today, -n), adservers.AddDays(today, -1), true
	}
	return "", "", false
}

// test compares a value; numbers are compared as numbers.
func (c condition) test(v any) (bool, *fail) {
	text := textOf(v)
	switch c.operator {
	case "=":
		return text == c.values[0], nil
	case "!=":
		return text != c.values[0], nil
	case "IN":
		return slices.Contains(c.values, text), nil
	case "NOT IN":
		return !slices.Contains(c.values, text), nil
	case "LIKE":
		return like(c.values[0], text), nil
	case "NOT LIKE":
		return !like(c.values[0], text), nil
	case ">", "<", ">=", "<=":
		have, err1 := strconv.ParseFloat(text, 64)
		want, err2 := strconv.ParseFloat(c.values[0], 64)
		if err1 != nil || err2 != nil {
			return false, queryError("BAD_VALUE", "The value is no number.", c.values[0])
		}
		return c.operator[0] == '>' && have > want || c.operator[0] == '<' && have < want || len(c.operator) == 2 && have == want, nil
	}
	return false, queryError("INVALID_OPERATOR", "The operator cannot be used with this field.", c.operator)
}

func textOf(v any) string {
	switch x := v.(type) {
	case string:
		return x
	case float64:
		return strconv.FormatFloat(x, 'f', -1, 64)
	case bool:
		return strconv.FormatBool(x)
	}
	return ""
}

// like matches % against anything; [%] and [_] stand for themselves.
func like(pattern, text string) bool {
	var re strings.Builder
	re.WriteString("(?is)^")
	for i := 0; i < len(pattern); i++ {
		switch {
		case pattern[i] == '%':
			re.WriteString(".*")
		case pattern[i] == '[' && i+2 < len(pattern) && pattern[i+2] == ']':
			re.WriteString(regexp.QuoteMeta(pattern[i+1 : i+2]))
			i += 2
		case pattern[i] == '_':
			re.WriteString(".")
		default:
			re.WriteString(regexp.QuoteMeta(pattern[i : i+1]))
		}
	}
	matched, err := regexp.MatchString(re.String()+"$", text)
	return err == nil && matched
}
