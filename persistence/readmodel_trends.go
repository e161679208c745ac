package persistence

import (
	"context"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/views"
)

// Windows lists the days and weeks of the purse that began in these days, both ends included, oldest first. Days on which nothing was
// reserved or charged have none.
func (r ReadModel) Windows(ctx context.Context, from, to time.Time) ([]views.Window, error) {
	return all[views.Window](ctx, r.db, "view_window_days", from, to)
}

// CampaignDays lists what each campaign brought on each of these UTC days, both ends included, by campaign and then oldest first.
func (r ReadModel) CampaignDays(ctx context.Context, from, to time.Time) ([]views.CampaignDay, error) {
	return all[views.CampaignDay](ctx, r.db, "view_campaign_days", from, to, r.currency())
}
