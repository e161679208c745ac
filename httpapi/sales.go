package httpapi

import (
	"context"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/views"
)

type ordersInput struct {
	Paging
	Status   string    `query:"status" enum:"pending,ordered,shipped,delivered,refunded,cancelled,error"`
	Campaign string    `query:"campaign_id" maxLength:"40"`
	Product  string    `query:"product_id" maxLength:"40"`
	Search   string    `query:"q" maxLength:"100" doc:"Part of the product's title, the e-mail, a number or the country"`
	From     time.Time `query:"from" doc:"Placed not before"`
	To       time.Time `query:"to" doc:"Placed before"`
}

type customersInput struct {
	Paging
	Search string `query:"q" maxLength:"100" doc:"Part of the name or e-mail"`
	Order  string `query:"order" enum:"last_seen,ltv" default:"last_seen" doc:"ltv: the most valuable first"`
}

func (s *Server) salesRoutes() {
	operate(s, "GET /api/orders", "sales", "Orders, newest first", func(ctx context.Context, in *ordersInput) (*out[views.Page[views.Order]], error) {
		l, err := in.list()
		if err != nil {
			return nil, err
		}
		l.Status, l.Campaign, l.Product, l.Search, l.From, l.To = in.Status, in.Campaign, in.Product, in.Search, in.From, in.To
		items, err := s.deps.Reads.Orders(ctx, l)
		return page(in.Paging, items, err, func(o views.Order) views.Cursor { return byTime(o.PlacedAt, o.ID) })
	})
	operate(s, "GET /api/orders/{id}", "sales", "An order with its story", func(ctx context.Context, in *idInput) (*out[views.OrderDetail], error) {
		return found(s.deps.Reads.Order(ctx, in.ID))("order", in.ID)
	})
	operate(s, "GET /api/customers", "sales", "Customers, last seen or most valuable first", func(ctx context.Context, in *customersInput) (*out[views.Page[views.Customer]], error) {
		l, err := in.list()
		if err != nil {
			return nil, err
		}
		l.Search, l.Kind = in.Search, in.Order
		items, err := s.deps.Reads.Customers(ctx, l)
		return page(in.Paging, items, err, func(c views.Customer) views.Cursor {
			if in.Order == "ltv" {
				return views.Cursor{Seq: c.LTV.Minor() + 1, ID: c.ID}
			}
			return byTime(c.LastSeenAt, c.ID)
		})
	})
}
