package world

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode"
)

// gqlField is one field of a selection set.
type gqlField struct {
	alias, name string
	args        map[string]any
	fields      []gqlField
}

// gqlReader reads the part of GraphQL that shops are spoken to in: one operation with variables, fields, aliases, arguments and nested
// selections. Fragments and directives are refused.
type gqlReader struct {
	tokens    []string
	at        int
	variables map[string]any
}

// readGraphQL parses a document and fills its variables in.
func readGraphQL(document string, variables map[string]any) (mutation bool, fields []gqlField, err error) {
	tokens, err := gqlTokens(document)
	if err != nil {
		return false, nil, err
	}
	r := &gqlReader{tokens: tokens, variables: variables}
	switch r.peek() {
	case "query", "mutation":
		mutation = r.take() == "mutation"
		if isName(r.peek()) {
			r.take()
		}
		if r.peek() == "(" {
			if err := r.definitions(); err != nil {
				return false, nil, err
			}
		}
	}
	fields, err = r.selection()
	if err == nil && r.at < len(r.tokens) {
		err = errors.New("only one operation is understood")
	}
	return mutation, fields, err
}

func gqlTokens(s string) ([]string, error) {
	var out []string
	for i := 0; i < len(s); {
		c := rune(s[i])
		switch {
		case unicode.IsSpace(c) || c == ',':
			i++
		case c == '#':
			for i < len(s) && s[i] != '\n' {
				i++
			}
		case strings.HasPrefix(s[i:], "..."):
			return nil, errors.New("fragments are not understood")
		case strings.ContainsRune("{}()[]:$!=@", c):
			out, i = append(out, string(c)), i+1
		case c == '"':
			j := i + 1
			for j < len(s) && s[j] != '"' {
				if s[j] == '\\' {
					j++
				}
				j++
			}
			if j >= len(s) {
				return nil, errors.New("a string does not end")
			}
			out, i = append(out, s[i:j+1]), j+1
		default:
			j := i
			for j < len(s) && (s[j] == '_' || s[j] == '-' || s[j] == '.' || unicode.IsLetter(rune(s[j])) || unicode.IsDigit(rune(s[j]))) {
				j++
			}
			if j == i {
				return nil, fmt.Errorf("unexpected %q", c)
			}
			out, i = append(out, s[i:j]), j
		}
	}
	return out, nil
}

func isName(s string) bool {
	return s != "" && (s[0] == '_' || unicode.IsLetter(rune(s[0])))
}

func (r *gqlReader) peek() string {
	if r.at < len(r.tokens) {
		return r.tokens[r.at]
	}
	return ""
}

func (r *gqlReader) take() string {
	t := r.peek()
	r.at++
	return t
}

func (r *gqlReader) expect(t string) error {
	if got := r.take(); got != t {
		return fmt.Errorf("syntax error, unexpected %q, expecting %q", got, t)
	}
	return nil
}

// definitions reads ($a: Type! = default, …): a variable that must be given and is not is an error.
func (r *gqlReader) definitions() error {
	r.take()
	for r.peek() != ")" {
		if err := r.expect("$"); err != nil {
			return err
		}
		name := r.take()
		if err := r.expect(":"); err != nil {
			return err
		}
		for r.peek() == "[" || r.peek() == "]" || r.peek() == "!" || isName(r.peek()) {
			if r.take() == "!" && r.peek() != "]" {
				if _, given := r.variables[name]; !given {
					return fmt.Errorf("variable $%s of a required type was provided invalid value", name)
				}
			}
		}
		if r.peek() == "=" {
			r.take()
			v, err := r.value()
			if err != nil {
				return err
			}
			if _, given := r.variables[name]; !given {
				if r.variables == nil {
					r.variables = map[string]any{}
				}
				r.variables[name] = v
			}
		}
		if r.peek() == "" {
			return errors.New("unexpected end of file")
		}
	}
	r.take()
	return nil
}

func (r *gqlReader) selection() ([]gqlField, error) {
	if err := r.expect("{"); err != nil {
		return nil, err
	}
	var out []gqlField
	for r.peek() != "}" {
		f := gqlField{name: r.take()}
		if !isName(f.name) {
			return nil, fmt.Errorf("syntax error, unexpected %q", f.name)
		}
		f.alias = f.name
		if r.peek() == ":" {
			r.take()
			f.name = r.take()
		}
		var err error
		if r.peek() == "(" {
			if f.args, err = r.pairs("(", ")"); err != nil {
				return nil, err
			}
		}
		if r.peek() == "{" {
			if f.fields, err = r.selection(); err != nil {
				return nil, err
			}
		}
		out = append(out, f)
	}
	r.take()
	if len(out) == 0 {
		return nil, errors.New("a selection set is empty")
	}
	return out, nil
}

func (r *gqlReader) pairs(open, end string) (map[string]any, error) {
	if err := r.expect(open); err != nil {
		return nil, err
	}
	out := map[string]any{}
	for r.peek() != end {
		name := r.take()
		if !isName(name) {
			return nil, fmt.Errorf("syntax error, unexpected %q", name)
		}
		if err := r.expect(":"); err != nil {
			return nil, err
		}
		v, err := r.value()
		if err != nil {
			return nil, err
		}
		out[name] = v
	}
	r.take()
	return out, nil
}

func (r *gqlReader) value() (any, error) {
	switch t := r.peek(); {
	case t == "$":
		r.take()
		return r.variables[r.take()], nil
	case t == "{":
		return r.pairs("{", "}")
	case t == "[":
		r.take()
		list := []any{}
		for r.peek() != "]" {
			v, err := r.value()
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		r.take()
		return list, nil
	case t == "":
		return nil, errors.New("unexpected end of file")
	case t == "true" || t == "false":
		return r.take() == "true", nil
	case t == "null":
		r.take()
		return nil, nil
	case isName(t): // an enum
		return r.take(), nil
	default:
		r.take()
		var v any
		if err := json.Unmarshal([]byte(t), &v); err != nil {
			return nil, fmt.Errorf("syntax error, unexpected %q", t)
		}
		return v, nil
	}
}

// project keeps of an answer what was asked for; a field that the type does not have is an error, as is a leaf asked into or an object not.
func project(value any, fields []gqlField, typeName string) (any, error) {
	switch v := value.(type) {
	case nil:
		return nil, nil
	case []object:
		out := make([]any, len(v))
		for i, item := range v {
			one, err := project(item, fields, typeName)
			if err != nil {
				return nil, err
			}
			out[i] = one
		}
		return out, nil
	case object:
		if len(fields) == 0 {
			return nil, fmt.Errorf("field must have selections (field %q returns an object)", typeName)
		}
		out := object{}
		for _, f := range fields {
			inner, ok := v[f.name]
			if !ok {
				return nil, fmt.Errorf("field %q doesn't exist on type %q", f.name, typeName)
			}
			one, err := project(inner, f.fields, f.name)
			if err != nil {
				return nil, err
			}
			out[f.alias] = one
		}
		return out, nil
	default:
		if len(fields) > 0 {
			return nil, fmt.Errorf("selections can't be made on scalars (field %q)", typeName)
		}
		return v, nil
	}
}
