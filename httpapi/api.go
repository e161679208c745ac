package httpapi

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"
	"github.com/gin-gonic/gin"

	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/domain/money"
)

// moneyShape is how money.Amount looks on the wire, for the description of the API.
type moneyShape struct {
	Amount   string `json:"amount" example:"12.34" pattern:"^-?[0-9]+(\\.[0-9]+)?$" maxLength:"24"`
	Currency string `json:"currency" example:"USD" pattern:"^[A-Z]{3}$"`
}

func newAPI(engine *gin.Engine, version string) huma.API {
	config := huma.DefaultConfig("Agente-CEO", version)
	config.Info.Description = "Runs a dropshipping shop's marketing. Money is {amount, currency}; times are RFC 3339 in UTC; lists are {items, next}."
	config.OpenAPIPath, config.DocsPath, config.SchemasPath, config.CreateHooks = "", "", "", nil
	config.Formats = map[string]huma.Format{"application/json": huma.DefaultJSONFormat, "json": huma.DefaultJSONFormat}
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"session": {Type: "apiKey", In: "cookie", Name: cookieName(false)},
		"token":   {Type: "http", Scheme: "bearer"},
	}
	registry := config.Components.Schemas
	registry.RegisterTypeAlias(reflect.TypeFor[money.Amount](), reflect.TypeFor[moneyShape]())
	registry.RegisterTypeAlias(reflect.TypeFor[json.Number](), reflect.TypeFor[float64]())
	registry.RegisterTypeAlias(reflect.TypeFor[json.RawMessage](), reflect.TypeFor[any]())
	return humagin.New(engine, config)
}

// out wraps what an operation answers, as huma wants it.
type out[T any] struct{ Body T }

func answer[T any](v T, err error) (*out[T], error) {
	if err != nil {
		return nil, err
	}
	return &out[T]{v}, nil
}

// lookup finds a line of the table by "METHOD /path", and marks it as served.
func (s *Server) lookup(name string) (Route, bool) {
	i := slices.IndexFunc(table, func(r Route) bool { return r.String() == name })
	switch {
	case i < 0:
		s.problems = append(s.problems, fmt.Errorf("handler %s is not in the table of routes", name))
		return Route{}, false
	case s.served[name]:
		s.problems = append(s.problems, fmt.Errorf("route %s has two handlers", name))
		return Route{}, false
	}
	s.served[name] = true
	return table[i], true
}

// operate serves a line of the table with a typed handler. Errors of the handler become problems, and bugs are logged.
func operate[I, O any](s *Server, name, tag, summary string, handle func(ctx context.Context, in *I) (*O, error)) {
	route, ok := s.lookup(name)
	if !ok {
		return
	}
	op := huma.Operation{
		OperationID: operationID(route), Method: route.Method, Path: route.Path, Summary: summary, Tags: []string{tag},
		Middlewares: huma.Middlewares{s.admit(route.Role)}, Errors: errorsOf(route), MaxBodyBytes: maxBody,
		Description: describe(route.Role),
	}
	if route.Role != Open {
		op.Security = []map[string][]string{{"session": {}}, {"token": {}}}
	}
	huma.Register(s.api, op, func(ctx context.Context, in *I) (*O, error) {
		answer, err := handle(ctx, in)
		if err == nil {
			return answer, nil
		}
		p := problemOf(err)
		if p.Status == http.StatusInternalServerError {
			s.log.ErrorContext(ctx, "request could not be answered", "route", name, "error", err.Error())
		}
		if p.retryAfter > 0 {
			return nil, huma.ErrorWithHeaders(p, http.Header{"Retry-After": {fmt.Sprint(int64(p.retryAfter.Seconds() + 0.5))}})
		}
		return nil, p
	})
}

// raw serves a line of the table with a plain handler, behind the same gate, and describes it.
func (s *Server) raw(name, summary string, handle gin.HandlerFunc) {
	route, ok := s.lookup(name)
	if !ok {
		return
	}
	if route.Role == Open {
		s.engine.Handle(route.Method, route.Path, handle)
	} else {
		s.engine.Handle(route.Method, route.Path, s.gate(route.Role), handle)
	}
	s.api.OpenAPI().AddOperation(&huma.Operation{
		OperationID: operationID(route), Method: route.Method, Path: templated(route.Path), Summary: summary, Tags: []string{"machines"},
		Description: describe(route.Role), Responses: map[string]*huma.Response{"200": {Description: "OK"}}, Parameters: parametersOf(route.Path),
	})
}

// templated writes Gin's parameters as OpenAPI does.
func templated(path string) string {
	parts := strings.Split(path, "/")
	for i, part := range parts {
		if part != "" && (part[0] == ':' || part[0] == '*') {
			parts[i] = "{" + part[1:] + "}"
		}
	}
	return strings.Join(parts, "/")
}

func parametersOf(path string) []*huma.Param {
	var params []*huma.Param
	for _, part := range strings.Split(path, "/") {
		if part != "" && (part[0] == ':' || part[0] == '*') {
			params = append(params, &huma.Param{Name: part[1:], In: "path", Required: true, Schema: &huma.Schema{Type: "string"}})
		}
	}
	return params
}

func operationID(r Route) string {
	path := strings.NewReplacer("/api/", "", "/", "-", "{", "", "}", "", ":", "", "*", "", ".", "-").Replace(r.Path)
	return strings.ToLower(r.Method) + "-" + strings.Trim(path, "-")
}

func describe(r Role) string {
	switch r {
	case Open:
		return ""
	case Session:
		return "For everybody who is logged in."
	}
	return "Needs the role " + string(r) + "."
}

func errorsOf(r Route) []int {
	out := []int{http.StatusInternalServerError, http.StatusServiceUnavailable}
	if r.Role != Open {
		out = append(out, http.StatusUnauthorized, http.StatusForbidden)
	}
	if strings.Contains(r.Path, "{") {
		out = append(out, http.StatusNotFound)
	}
	if r.Method != http.MethodGet {
		out = append(out, http.StatusConflict, http.StatusUnprocessableEntity)
	}
	slices.Sort(out)
	return out
}

// unavailable reports whether an error only says "not now".
func unavailable(err error) bool {
	var f *fault.Error
	return errors.As(err, &f) && f.Kind == fault.Retryable
}
