package httpapi

import (
	"context"
	"slices"
	"strings"

	"github.com/agente-ceo/agente-ceo/domain/views"
)

// searchable says which route shows a kind of thing: whoever may not use that does not find it either.
var searchable = []struct{ kind, route string }{
	{"campaign", "GET /api/campaigns/{id}"}, {"product", "GET /api/products/{id}"}, {"order", "GET /api/orders/{id}"},
	{"customer", "GET /api/customers"}, {"creative", "GET /api/creatives/{id}"}, {"effect", "GET /api/tasks/{id}"}, {"audit", "GET /api/audit"},
}

type searchInput struct {
	Query string `query:"q" minLength:"1" maxLength:"100" required:"true" doc:"Part of a name, the beginning of an id, a number"`
	Each  int    `query:"each" minimum:"1" maximum:"50" default:"6" doc:"How many of each kind"`
}

func (s *Server) searchRoutes() {
	operate(s, "GET /api/search", "office", "Campaigns, products, orders, customers, creatives, effects and lines of the audit log, by name, id or number", s.search)
}

func (s *Server) search(ctx context.Context, in *searchInput) (*out[views.Page[views.Hit]], error) {
	what := strings.TrimSpace(in.Query)
	if what == "" {
		return &out[views.Page[views.Hit]]{views.Page[views.Hit]{Items: []views.Hit{}}}, nil
	}
	hits, err := s.deps.Reads.Search(ctx, what, searchableBy(who(ctx).user.Roles), in.Each)
	return &out[views.Page[views.Hit]]{views.Page[views.Hit]{Items: hits}}, err
}

// searchableBy are the kinds that somebody with these roles may find.
func searchableBy(roles []string) (kinds []string) {
	for _, s := range searchable {
		i := slices.IndexFunc(table, func(r Route) bool { return r.String() == s.route })
		if i >= 0 && table[i].Role.allows(roles) {
			kinds = append(kinds, s.kind)
		}
	}
	return kinds
}
