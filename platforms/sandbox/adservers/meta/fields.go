package meta

import (
	"strings"
	"time"
)

// node is an object of the graph.
type node interface {
	nodeType() string
	nodeID() string
	// get reads one field: a plain value, another node, or an edge; nil when it has no value or there is no such field.
	get(s *Server, now time.Time, field string) any
}

// edgeOf lists the nodes at the end of an edge, in order of creation.
type edgeOf func() []node

// field is one requested field: name.modifier(value){sub}.
type field struct {
	name      string
	modifiers params
	sub       []field
}

// parseFields reads "a,b{c,d.limit(3){e}}".
func parseFields(text string) ([]field, *fail) {
	p := &fieldParser{text: strings.Trim(text, "[] \n")}
	fields, ok := p.list()
	if !ok || p.at != len(p.text) {
		return nil, &fail{status: 400, kind: "OAuthException", code: 2500, message: "Syntax error in the field list: " + text}
	}
	return fields, nil
}

type fieldParser struct {
	text string
	at   int
}

func (p *fieldParser) list() (out []field, ok bool) {
	if p.at == len(p.text) {
		return nil, true
	}
	for {
		f, ok := p.field()
		if !ok {
			return nil, false
		}
		out = append(out, f)
		if !p.eat(',') {
			return out, true
		}
	}
}

func (p *fieldParser) field() (f field, ok bool) {
	f.name = strings.Trim(p.until(",.{}()"), "\" \n\t")
	if f.name == "" {
		return f, false
	}
	for p.eat('.') {
		name := p.until("(")
		if !p.eat('(') {
			return f, false
		}
		if f.modifiers == nil {
			f.modifiers = params{}
		}
		f.modifiers[name] = p.until(")")
		if !p.eat(')') {
			return f, false
		}
	}
	if p.eat('{') {
		if f.sub, ok = p.list(); !ok || !p.eat('}') {
			return f, false
		}
	}
	return f, true
}

func (p *fieldParser) until(stops string) string {
	end := strings.IndexAny(p.text[p.at:], stops)
	if end < 0 {
		end = len(p.text) - p.at
	}
	part := p.text[p.at : p.at+end]
	p.at += end
	return part
}

func (p *fieldParser) eat(b byte) bool {
	if p.at < len(p.text) && p.text[p.at] == b {
		p.at++
		return true
	}
	return false
}

// render reads the requested fields of a node. Only the id comes back without fields; known fields without a value are left out.
func (s *Server) render(c *call, n node, fields []field) (object, *fail) {
	out := object{"id": n.nodeID()}
	if len(fields) == 0 {
		return out, nil
	}
	for _, f := range fields {
		v := n.get(s, c.now, f.name)
		if f.name == "insights" && hasInsights(n) {
			v = insightsField{}
		}
		if v == nil {
			if !known[n.nodeType()][f.name] {
				return nil, invalid("Tried accessing nonexisting field (" + f.name + ") on node type (" + n.nodeType() + ")")
			}
			continue
		}
		value, bad := s.renderValue(c, n, v, f)
		if bad != nil {
			return nil, bad
		}
		if value != nil {
			out[f.name] = value
		}
	}
	return out, nil
}

type insightsField struct{}

func (s *Server) renderValue(c *call, n node, v any, f field) (any, *fail) {
	switch x := v.(type) {
	case node:
		return s.render(c, x, f.sub)
	case edgeOf:
		return s.expand(c, n, x(), f)
	case insightsField:
		inner := *c
		inner.params = params{"fields": fieldNames(f.sub), "access_token": c.params["access_token"]}
		for k, m := range f.modifiers {
			inner.params[k] = m
		}
		return s.insights(&inner, n)
	case object:
		return pick(x, f.sub), nil
	}
	return v, nil
}

func (s *Server) expand(c *call, n node, items []node, f field) (any, *fail) {
	p := params{"access_token": c.params["access_token"]}
	for k, m := range f.modifiers {
		p[k] = m
	}
	inner := *c
	page, bad := s.page(&inner, items, p, "/"+n.nodeID()+"/"+f.name, f.sub)
	if bad != nil {
		return nil, bad
	}
	if len(page["data"].([]object)) == 0 {
		return nil, nil
	}
	return page, nil
}

func fieldNames(fields []field) string {
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.name
	}
	return strings.Join(names, ",")
}

func pick(o object, fields []field) object {
	if len(fields) == 0 {
		return o
	}
	out := object{}
	for _, f := range fields {
		if v, ok := o[f.name]; ok {
			out[f.name] = v
		}
	}
	return out
}
