package meta

import (
	"encoding/base64"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// list answers a GET on an edge.
func (s *Server) list(c *call, items []node, p params, path string) (any, *fail) {
	fields, bad := parseFields(p["fields"])
	if bad != nil {
		return nil, bad
	}
	return s.page(c, items, p, path, fields)
}

// page filters, orders newest first, cuts a page and renders it.
func (s *Server) page(c *call, items []node, p params, path string, fields []field) (object, *fail) {
	keep, bad := s.filter(c, items, p)
	if bad != nil {
		return nil, bad
	}
	slices.Reverse(keep)
	ids := make([]string, len(keep))
	for i, n := range keep {
		ids[i] = n.nodeID()
	}
	from, to, bad := cut(ids, p)
	if bad != nil {
		return nil, bad
	}
	data := []object{}
	for _, n := range keep[from:to] {
		o, bad := s.render(c, n, fields)
		if bad != nil {
			return nil, bad
		}
		data = append(data, o)
	}
	out := object{"data": data}
	if len(data) > 0 {
		out["paging"] = s.paging(c, p, path, ids[from], ids[to-1], from > 0, to < len(ids))
	}
	if p["summary"] == "true" || p["summary"] == "total_count" {
		out["summary"] = object{"total_count": len(keep)}
	}
	return out, nil
}

// cut finds the page in a list of keys by limit (default 25) and the after or before cursor.
func cut(keys []string, p params) (from, to int, bad *fail) {
	limit, ok, bad := p.integer("limit")
	if bad != nil {
		return 0, 0, bad
	}
	if !ok {
		limit = 25
	}
	if limit < 1 || limit > 5000 {
		return 0, 0, invalid("Param limit must be between 1 and 5000")
	}
	if p.has("after") {
		at := slices.Index(keys, uncursor(p["after"]))
		if at < 0 {
			return 0, 0, invalid("Invalid cursors values in after cursor")
		}
		from = at + 1
	} else if p.has("before") {
		at := slices.Index(keys, uncursor(p["before"]))
		if at < 0 {
			return 0, 0, invalid("Invalid cursors values in before cursor")
		}
		return max(0, at-int(limit)), at, nil
	}
	return from, min(len(keys), from+int(limit)), nil
}

func cursor(key string) string { return base64.RawURLEncoding.EncodeToString([]byte(key)) }

func uncursor(text string) string {
	key, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return ""
	}
	return string(key)
}

func (s *Server) paging(c *call, p params, path, first, last string, earlier, later bool) object {
	out := object{"cursors": object{"before": cursor(first), "after": cursor(last)}}
	link := func(key, value string) string {
		q := url.Values{}
		for k, v := range p {
			if v != "" && k != "after" && k != "before" {
				q.Set(k, v)
			}
		}
		q.Set("access_token", c.token)
		q.Set(key, value)
		return c.base + "/" + c.version + path + "?" + q.Encode()
	}
	if later {
		out["next"] = link("after", cursor(last))
	}
	if earlier {
		out["previous"] = link("before", cursor(first))
	}
	return out
}

// condition is one entry of the filtering parameter.
type condition struct {
	Field    string   `json:"field"`
	Operator string   `json:"operator"`
	Value    looseAny `json:"value"`
}

// filter keeps the nodes that effective_status, updated_since and filtering let through. Without a status filter, archived and deleted objects are left out.
func (s *Server) filter(c *call, items []node, p params) ([]node, *fail) {
	var statuses []string
	if bad := p.into("effective_status", &statuses); bad != nil {
		return nil, bad
	}
	var conditions []condition
	if bad := p.into("filtering", &conditions); bad != nil {
		return nil, bad
	}
	since, sinceSet, bad := p.date("updated_since")
	if bad != nil {
		return nil, bad
	}
	byStatus := len(statuses) > 0 || slices.ContainsFunc(conditions, func(x condition) bool { return strings.HasSuffix(x.Field, "effective_status") })
	keep := []node{}
	for _, n := range items {
		status, _ := n.get(s, c.now, "effective_status").(string)
		if !byStatus && (status == "ARCHIVED" || status == "DELETED") {
			continue
		}
		if len(statuses) > 0 && !slices.Contains(statuses, status) {
			continue
		}
		if updated, ok := n.get(s, c.now, "updated_time").(string); ok && sinceSet && parseTime(updated).Before(since) {
			continue
		}
		ok, bad := s.matches(c, n, conditions)
		if bad != nil {
			return nil, bad
		}
		if ok {
			keep = append(keep, n)
		}
	}
	return keep, nil
}

// matches tests one node; fields may be prefixed by a level, as in campaign.name or ad.id.
func (s *Server) matches(c *call, n node, conditions []condition) (bool, *fail) {
	for _, x := range conditions {
		subject, name := n, x.Field
		if level, rest, cut := strings.Cut(x.Field, "."); cut {
			above, isNode := n.get(s, c.now, level).(node)
			if !isNode && !strings.EqualFold(strings.TrimPrefix(n.nodeType(), "Ad"), level) && !strings.EqualFold(n.nodeType(), level) {
				return false, invalid("Filtering field " + x.Field + " is invalid on node type (" + n.nodeType() + ")")
			}
			if name = rest; isNode {
				subject = above
			}
		}
		v := subject.get(s, c.now, name)
		if v == nil && !known[subject.nodeType()][name] {
			return false, invalid("Filtering field " + x.Field + " is invalid on node type (" + n.nodeType() + ")")
		}
		if ok, bad := x.test(v); !ok || bad != nil {
			return false, bad
		}
	}
	return true, nil
}

func (x condition) test(v any) (bool, *fail) {
	text, _ := v.(string)
	switch x.Operator {
	case "EQUAL":
		return text == x.Value.first(), nil
	case "NOT_EQUAL":
		return text != x.Value.first(), nil
	case "CONTAIN":
		return strings.Contains(strings.ToLower(text), strings.ToLower(x.Value.first())), nil
	case "NOT_CONTAIN":
		return !strings.Contains(strings.ToLower(text), strings.ToLower(x.Value.first())), nil
	case "STARTS_WITH":
		return strings.HasPrefix(strings.ToLower(text), strings.ToLower(x.Value.first())), nil
	case "IN":
		return slices.Contains(x.Value, text), nil
	case "NOT_IN":
		return !slices.Contains(x.Value, text), nil
	case "GREATER_THAN", "LESS_THAN":
		return x.compare(text)
	}
	return false, invalid("Filtering operator " + x.Operator + " is invalid")
}

func (x condition) compare(text string) (bool, *fail) {
	want, err := strconv.ParseInt(x.Value.first(), 10, 64)
	if err != nil {
		return false, invalid("Filtering value must be a number")
	}
	have, err := strconv.ParseInt(text, 10, 64)
	if t, terr := time.Parse(timeLayout, text); terr == nil {
		have, err = t.Unix(), nil
	}
	if err != nil {
		return false, nil
	}
	if x.Operator == "LESS_THAN" {
		return have < want, nil
	}
	return have > want, nil
}
