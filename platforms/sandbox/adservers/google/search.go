package google

import (
	"encoding/base64"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/agente-ceo/agente-ceo/platforms/sandbox/adservers"
	"github.com/agente-ceo/agente-ceo/platforms/sandbox/market"
)

// row is one object of the queried resource with its parents, and its figures.
type row struct {
	campaign  *campaign
	budget    *budget
	group     *adgroup
	ad        *ad
	criterion *criterion
	ads       []*ad
	day       string
	total     market.Totals
}

// search answers googleAds:search, in pages of 10,000 with pageToken, and googleAds:searchStream, in one piece.
func (s *Server) search(now time.Time, body []byte, stream bool, id string) (any, *fail) {
	var req struct {
		Query     string `json:"query"`
		PageToken string `json:"pageToken"`
		Settings  object `json:"searchSettings"`
		Validate  bool   `json:"validateOnly"`
	}
	if bad := decode(body, &req); bad != nil {
		return nil, bad
	}
	if req.Query == "" {
		return nil, queryError("QUERY_NOT_ENOUGH_INFO", "The query is missing.", "")
	}
	q, bad := parse(req.Query)
	if bad != nil {
		return nil, bad
	}
	rows, bad := s.find(now, q)
	if bad != nil {
		return nil, bad
	}
	results := []object{}
	for _, r := range rows {
		results = append(results, s.show(now, r, q))
	}
	mask := camel(strings.Join(q.fields, ","))
	if stream {
		return []object{{"results": results, "fieldMask": mask, "requestId": id}}, nil
	}
	const pageSize = 10_000
	from := 0
	if req.PageToken != "" {
		text, err := base64.RawURLEncoding.DecodeString(req.PageToken)
		if from, _ = strconv.Atoi(string(text)); err != nil || from <= 0 || from > len(results) {
			return nil, invalid("requestError", "INVALID_PAGE_TOKEN", "The page token is invalid.", req.PageToken)
		}
	}
	to := min(len(results), from+pageSize)
	out := object{"results": results[from:to], "fieldMask": mask, "totalResultsCount": strconv.Itoa(len(results))}
	if to < len(results) {
		out["nextPageToken"] = base64.RawURLEncoding.EncodeToString([]byte(strconv.Itoa(to)))
	}
	return out, nil
}

// find lists the rows that a query selects, in order of creation unless it says otherwise.
func (s *Server) find(now time.Time, q *query) ([]row, *fail) {
	today := s.cfg.Market.AccountDay(now)
	since, until, dated, bad := q.dates(today)
	if bad != nil {
		return nil, bad
	}
	daily := slices.Contains(q.fields, "segments.date")
	if daily && !dated {
		return nil, queryError("EXPECTED_FILTERS_ON_DATE_RANGE", "segments.date needs a finite date range.", "segments.date")
	}
	figures := slices.ContainsFunc(append(append([]string{}, q.fields...), q.order), func(f string) bool { return strings.HasPrefix(f, "metrics.") })
	for _, c := range q.conditions {
		figures = figures || strings.HasPrefix(c.field, "metrics.")
	}
	if bad := q.checkFields(); bad != nil {
		return nil, bad
	}
	var out []row
	for _, r := range s.all(q.resource) {
		for _, f := range s.fill(now, r, figures, dated, daily, since, min(until, today)) {
			ok, bad := s.selects(now, f, q)
			if bad != nil {
				return nil, bad
			}
			if ok {
				out = append(out, f)
			}
		}
	}
	if q.order != "" {
		slices.SortStableFunc(out, func(a, b row) int {
			c := compare(s.value(now, a, q.order), s.value(now, b, q.order))
			if q.descending {
				return -c
			}
			return c
		})
	}
	if q.limit > 0 {
		out = out[:min(len(out), q.limit)]
	}
	return out, nil
}

func compare(a, b any) int {
	x, err1 := strconv.ParseFloat(textOf(a), 64)
	y, err2 := strconv.ParseFloat(textOf(b), 64)
	if err1 != nil || err2 != nil {
		return strings.Compare(textOf(a), textOf(b))
	}
	switch {
	case x < y:
		return -1
	case x > y:
		return 1
	}
	return 0
}

func (q *query) checkFields() *fail {
	all := append([]string{}, q.fields...)
	for _, c := range q.conditions {
		all = append(all, c.field)
	}
	if q.order != "" {
		all = append(all, q.order)
	}
	for _, f := range all {
		if !contains(knownFields[q.resource], f) && !contains(metricFields, f) && f != "segments.date" && !contains(knownFields["customer"], f) {
			return queryError("UNRECOGNIZED_FIELD", "Unrecognized field in the query: '"+f+"'.", f)
		}
	}
	return nil
}

// all lists the objects of a resource with their parents.
func (s *Server) all(resource string) (out []row) {
	switch resource {
	case "customer":
		return []row{{ads: s.ads}}
	case "campaign_budget":
		for _, x := range s.budgets {
			if !x.removed {
				out = append(out, row{budget: x})
			}
		}
	case "campaign":
		for _, x := range s.campaigns {
			r := row{campaign: x, budget: x.budget}
			for _, g := range x.adgroups {
				r.ads = append(r.ads, g.ads...)
			}
			out = append(out, r)
		}
	case "ad_group":
		for _, x := range s.adgroups {
			out = append(out, row{campaign: x.parent, budget: x.parent.budget, group: x, ads: x.ads})
		}
	case "ad_group_criterion":
		for _, g := range s.adgroups {
			for _, x := range g.criteria {
				out = append(out, row{campaign: g.parent, budget: g.parent.budget, group: g, criterion: x})
			}
		}
	case "ad_group_ad":
		for _, x := range s.ads {
			out = append(out, row{campaign: x.parent.parent, budget: x.parent.parent.budget, group: x.parent, ad: x, ads: []*ad{x}})
		}
	}
	return out
}

// fill adds figures to a row: over the whole range, or one row for each day that has any.
func (s *Server) fill(now time.Time, r row, figures, dated, daily bool, since, until string) []row {
	if !figures && !daily {
		return []row{r}
	}
	if !dated {
		for _, x := range r.ads {
			if s.board.Ever(x.key()) {
				r.total = adservers.Sum(r.total, s.cfg.Market.Lifetime(now, market.Google, x.key()))
			}
		}
		return []row{r}
	}
	from, _ := adservers.ParseDay(since)
	var out []row
	for _, day := range adservers.Days(since, until) {
		d := r
		d.total = market.Totals{}
		d.day = day
		for _, x := range r.ads {
			if s.board.Delivered(x.key(), from) && s.cfg.Market.AccountDay(x.created) <= day {
				d.total = adservers.Sum(d.total, s.cfg.Market.Day(now, market.Google, x.key(), day))
			}
		}
		r.total = adservers.Sum(r.total, d.total)
		if daily && !adservers.Nothing(d.total) {
			out = append(out, d)
		}
	}
	if daily {
		return out
	}
	return []row{r}
}

func (s *Server) selects(now time.Time, r row, q *query) (bool, *fail) {
	for _, c := range q.conditions {
		if c.field == "segments.date" {
			continue
		}
		if ok, bad := c.test(s.value(now, r, c.field)); !ok || bad != nil {
			return false, bad
		}
	}
	return true, nil
}

// show writes a row with the selected fields, and the resource names that always come along.
func (s *Server) show(now time.Time, r row, q *query) object {
	out := object{}
	put := func(field string, v any) {
		steps := strings.Split(camel(field), ".")
		at := out
		for _, step := range steps[:len(steps)-1] {
			next, ok := at[step].(object)
			if !ok {
				next = object{}
				at[step] = next
			}
			at = next
		}
		if v != nil {
			at[steps[len(steps)-1]] = v
		}
	}
	for _, f := range q.fields {
		put(f, s.value(now, r, f))
		if top, _, _ := strings.Cut(f, "."); top != "metrics" && top != "segments" {
			put(top+".resource_name", s.value(now, r, top+".resource_name"))
		}
	}
	return out
}

// camel turns snake_case field names into the lowerCamelCase of the JSON.
func camel(text string) string {
	parts := strings.Split(text, "_")
	for i, p := range parts[1:] {
		if p != "" {
			parts[i+1] = strings.ToUpper(p[:1]) + p[1:]
		}
	}
	return strings.Join(parts, "")
}
