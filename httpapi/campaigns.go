package httpapi

import (
	"context"

	"github.com/agente-ceo/agente-ceo/domain/views"
)

type campaignsInput struct {
	Paging
	Status   string `query:"status" enum:"open,draft,pending_approval,publishing,active,testing,scaling,paused,error,ended" doc:"open: neither ended nor in error"`
	Platform string `query:"platform" maxLength:"20"`
	Product  string `query:"product_id" maxLength:"40"`
	Search   string `query:"q" maxLength:"100" doc:"Part of the name or of the product's title"`
}

func (s *Server) campaignRoutes() {
	operate(s, "GET /api/campaigns", "campaigns", "Campaigns with what they brought, newest first", func(ctx context.Context, in *campaignsInput) (*out[views.Page[views.Campaign]], error) {
		l, err := in.list()
		if err != nil {
			return nil, err
		}
		l.Status, l.Platform, l.Product, l.Search = in.Status, in.Platform, in.Product, in.Search
		items, err := s.deps.Reads.Campaigns(ctx, l)
		return page(in.Paging, items, err, func(c views.Campaign) views.Cursor { return byTime(c.CreatedAt, c.ID) })
	})
	operate(s, "GET /api/campaigns/{id}", "campaigns", "A campaign with its ads, decisions and figures by day", func(ctx context.Context, in *idInput) (*out[views.CampaignDetail], error) {
		return found(s.deps.Reads.Campaign(ctx, in.ID))("campaign", in.ID)
	})
	operate(s, "GET /api/treasury", "campaigns", "The purse: caps, what was charged, what is reserved", func(ctx context.Context, _ *struct{}) (*out[views.Treasury], error) {
		return answer(s.purse(ctx))
	})
}
