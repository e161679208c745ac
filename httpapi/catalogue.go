package httpapi

import (
	"context"

	"github.com/agente-ceo/agente-ceo/domain/views"
)

type productsInput struct {
	Paging
	Status string `query:"status" enum:"scouted,qualified,rejected,creatives_ready,live,ended"`
	Search string `query:"q" maxLength:"100" doc:"Part of the title"`
}

type creativesInput struct {
	Paging
	Product string `query:"product_id" maxLength:"40"`
	Status  string `query:"status" enum:"ready,failed,retired"`
}

type idInput struct {
	ID string `path:"id" maxLength:"80"`
}

func (s *Server) catalogueRoutes() {
	operate(s, "GET /api/products", "catalogue", "Products, newest first", func(ctx context.Context, in *productsInput) (*out[views.Page[views.Product]], error) {
		l, err := in.list()
		if err != nil {
			return nil, err
		}
		l.Status, l.Search = in.Status, in.Search
		items, err := s.deps.Reads.Products(ctx, l)
		return page(in.Paging, items, err, func(p views.Product) views.Cursor { return byTime(p.ScoutedAt, p.ID) })
	})
	operate(s, "GET /api/products/{id}", "catalogue", "A product with what was made of it", func(ctx context.Context, in *idInput) (*out[views.ProductDetail], error) {
		return found(s.deps.Reads.Product(ctx, in.ID))("product", in.ID)
	})
	operate(s, "GET /api/creatives", "catalogue", "Creatives, newest first", func(ctx context.Context, in *creativesInput) (*out[views.Page[views.Creative]], error) {
		l, err := in.list()
		if err != nil {
			return nil, err
		}
		l.Status, l.Product = in.Status, in.Product
		items, err := s.deps.Reads.Creatives(ctx, l)
		return page(in.Paging, items, err, func(c views.Creative) views.Cursor { return byTime(c.CreatedAt, c.ID) })
	})
	operate(s, "GET /api/creatives/{id}", "catalogue", "A creative with what its ads brought", func(ctx context.Context, in *idInput) (*out[views.CreativeDetail], error) {
		return found(s.deps.Reads.Creative(ctx, in.ID))("creative", in.ID)
	})
}

// found makes nothing a 404.
func found[T any](v *T, err error) func(what, id string) (*out[T], error) {
	return func(what, id string) (*out[T], error) {
		switch {
		case err != nil:
			return nil, err
		case v == nil:
			return nil, notFound(what, id)
		}
		return &out[T]{*v}, nil
	}
}
