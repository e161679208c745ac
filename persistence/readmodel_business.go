package persistence

import (
	"context"
	"slices"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/alerting"
	"github.com/agente-ceo/agente-ceo/domain/views"
)

// Campaigns lists campaigns with what they brought, newest first.
func (r ReadModel) Campaigns(ctx context.Context, l views.List) ([]views.Campaign, error) {
	return all[views.Campaign](ctx, r.db, "view_campaigns", l.Limit, when(l.After.At), l.After.ID, l.IDs, l.Status, l.Platform, l.Product,
		clean(l.Search), r.currency())
}

// Campaign is a campaign with all that belongs to it; nil when there is none.
func (r ReadModel) Campaign(ctx context.Context, id string) (*views.CampaignDetail, error) {
	c, err := one[views.Campaign](ctx, r.db, "view_campaigns", 1, nil, "", []string{clean(id)}, "", "", "", "", r.currency())
	if c == nil || err != nil {
		return nil, err
	}
	d := &views.CampaignDetail{Campaign: *c}
	if d.AdSets, err = all[views.AdSet](ctx, r.db, "view_ad_sets", id, r.currency()); err != nil {
		return nil, err
	}
	if d.Ads, err = all[views.Ad](ctx, r.db, "view_ads", id, r.currency(), ""); err != nil {
		return nil, err
	}
	if d.Series, err = all[views.AdDay](ctx, r.db, "view_ad_days", id, r.currency()); err != nil {
		return nil, err
	}
	slices.Reverse(d.Series)
	if d.Reservations, err = all[views.Reservation](ctx, r.db, "view_reservations", id, detailRows); err != nil {
		return nil, err
	}
	d.Decisions, d.Effects, err = r.story(ctx, id)
	return d, err
}

// Orders lists orders, newest first.
func (r ReadModel) Orders(ctx context.Context, l views.List) ([]views.Order, error) {
	return all[views.Order](ctx, r.db, "view_orders", l.Limit, when(l.After.At), l.After.ID, l.IDs, l.Status, l.Campaign, l.Product,
		when(l.From), when(l.To), clean(l.Search))
}

// Order is an order with its story; nil when there is none.
func (r ReadModel) Order(ctx context.Context, id string) (*views.OrderDetail, error) {
	o, err := one[views.Order](ctx, r.db, "view_orders", 1, nil, "", []string{clean(id)}, "", "", "", nil, nil, "")
	if o == nil || err != nil {
		return nil, err
	}
	d := &views.OrderDetail{Order: *o}
	d.History, d.Tasks, err = r.story(ctx, id)
	return d, err
}

// Customers lists customers, last seen first, or with List.Kind "ltv" the most valuable first; then Cursor.Seq is a value in minor units
// and one more than it, 0 for the beginning.
func (r ReadModel) Customers(ctx context.Context, l views.List) ([]views.Customer, error) {
	if l.Kind == "ltv" {
		return all[views.Customer](ctx, r.db, "view_customers_by_ltv", l.Limit, l.After.Seq-1, l.After.ID, clean(l.Search))
	}
	return all[views.Customer](ctx, r.db, "view_customers", l.Limit, when(l.After.At), l.After.ID, clean(l.Search))
}

// Alerts lists alerts, last seen first.
func (r ReadModel) Alerts(ctx context.Context, l views.List) ([]views.Alert, error) {
	return all[views.Alert](ctx, r.db, "view_alerts", l.Limit, when(l.After.At), l.After.ID, l.IDs, l.Status, l.Kind, when(l.Now), alerting.Loud())
}

// MutedAlerts counts the open alerts that are quiet at a time of the business, and the critical ones among them.
func (r ReadModel) MutedAlerts(ctx context.Context, now time.Time) (open, critical int64, err error) {
	err = r.db.pool.QueryRow(ctx, statement("muted_alerts"), now, alerting.Loud()).Scan(&open, &critical)
	return open, critical, classify("count muted alerts", err)
}

// Mutes lists what is quiet at a time of the business, what ends first first.
func (r ReadModel) Mutes(ctx context.Context, now time.Time) ([]views.Mute, error) {
	return all[views.Mute](ctx, r.db, "view_mutes", now)
}

// Approvals lists approvals, newest first.
func (r ReadModel) Approvals(ctx context.Context, l views.List) ([]views.Approval, error) {
	return all[views.Approval](ctx, r.db, "view_approvals", l.Limit, when(l.After.At), l.After.ID, l.Status, clean(l.Subject), "")
}

// Approval reads one; nil when there is none.
func (r ReadModel) Approval(ctx context.Context, id string) (*views.Approval, error) {
	if id == "" {
		return nil, nil //nolint:nilnil // no approval is an answer
	}
	return one[views.Approval](ctx, r.db, "view_approvals", 1, nil, "", "", "", clean(id))
}

// Reports lists reports, newest first.
func (r ReadModel) Reports(ctx context.Context, l views.List) ([]views.Report, error) {
	return all[views.Report](ctx, r.db, "view_reports", l.Limit, when(l.After.At), l.After.ID, l.Kind)
}

// Report is one report; nil when it was not made.
func (r ReadModel) Report(ctx context.Context, kind, date string) (*views.ReportDetail, error) {
	return one[views.ReportDetail](ctx, r.db, "view_report", kind, date)
}

// Audit lists the audit log, newest first. List.Kind is the action, List.Actor who acted or its kind, List.Status people or agent.
func (r ReadModel) Audit(ctx context.Context, l views.List) ([]views.Audit, error) {
	return all[views.Audit](ctx, r.db, "view_audit", l.Limit, l.After.Seq, clean(l.Subject), clean(l.Kind), clean(l.Actor), l.Status,
		clean(l.Search), when(l.From), when(l.To))
}

// Tasks lists effects on the outside world, newest first. List.Platform is the courier.
func (r ReadModel) Tasks(ctx context.Context, l views.List) ([]views.Task, error) {
	return all[views.Task](ctx, r.db, "view_tasks", l.Limit, l.After.Seq, l.Status, clean(l.Platform), clean(l.Subject))
}

// Control is the kill switch.
func (r ReadModel) Control(ctx context.Context) (views.Control, error) {
	c, err := one[views.Control](ctx, r.db, "view_control")
	if c == nil || err != nil {
		return views.Control{}, err
	}
	return *c, nil
}
