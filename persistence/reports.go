package persistence

import (
	"context"
	"encoding/hex"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/agente-ceo/agente-ceo/domain/kpi"
	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/domain/reporting"
)

// Figures sums up [from, to) for a report, in the account's currency. Caps are not the database's to know and stay zero.
func (db *DB) Figures(ctx context.Context, from, to time.Time) (reporting.Figures, error) {
	f := reporting.Figures{From: from, To: to}
	var spend, adRevenue, revenue, cost, refunds, allotted, charged int64
	c := string(db.opts.Currency)
	rows := &pgx.Batch{}
	rows.Queue(statement("report_ads"), from, to, c).QueryRow(func(r pgx.Row) error {
		return r.Scan(&f.Ads.Impressions, &f.Ads.Clicks, &f.Ads.Conversions, &spend, &adRevenue, &f.Orders, &revenue, &cost, &refunds)
	})
	rows.Queue(statement("report_products"), from, to).QueryRow(func(r pgx.Row) error {
		return r.Scan(&f.NewProducts, &f.Qualified, &f.Rejected)
	})
	rows.Queue(statement("report_statuses")).Query(counts(&f.ByStatus))
	rows.Queue(statement("report_verdicts"), from, to).Query(counts(&f.Decisions))
	rows.Queue(statement("report_product_figures"), from, to, c).Query(func(r pgx.Rows) (err error) {
		f.Products, err = pgx.CollectRows(r, db.productFigures)
		return err
	})
	rows.Queue(statement("report_campaign_figures"), from, to, c).Query(func(r pgx.Rows) (err error) {
		f.Campaigns, err = pgx.CollectRows(r, db.campaignFigures)
		return err
	})
	rows.Queue(statement("report_budget"), from, to, c).QueryRow(func(r pgx.Row) error { return r.Scan(&allotted, &charged) })
	rows.Queue(statement("audit_head")).QueryRow(func(r pgx.Row) error {
		var hash []byte
		err := r.Scan(&f.AuditLine, &hash)
		f.AuditHash = hex.EncodeToString(hash)
		return err
	})
	if err := db.pool.SendBatch(ctx, rows).Close(); err != nil {
		return reporting.Figures{}, classify("sum up a report", err)
	}
	f.Ads.Spend, f.Ads.Revenue, f.Revenue = db.amount(spend), db.amount(adRevenue), db.amount(revenue)
	f.SupplierCost, f.Refunds, f.Allotted, f.Charged = db.amount(cost), db.amount(refunds), db.amount(allotted), db.amount(charged)
	for _, s := range f.ByStatus {
		if s.Name == "active" || s.Name == "testing" || s.Name == "scaling" {
			f.ActiveCampaigns += s.N
		}
	}
	return f, nil
}

// Pulse sums up the 24 hours before now.
func (db *DB) Pulse(ctx context.Context, now time.Time) (reporting.Pulse, error) {
	var p reporting.Pulse
	var spend, revenue int64
	since, c := now.Add(-24*time.Hour), string(db.opts.Currency)
	rows := &pgx.Batch{}
	rows.Queue(statement("report_pulse"), since, now, c).QueryRow(func(r pgx.Row) error { return r.Scan(&spend, &p.Conversions, &p.Hours) })
	rows.Queue(statement("report_pulse_orders"), since, now, c).QueryRow(func(r pgx.Row) error { return r.Scan(&p.Orders, &revenue) })
	if err := db.pool.SendBatch(ctx, rows).Close(); err != nil {
		return reporting.Pulse{}, classify("take the pulse", err)
	}
	p.Spend, p.Revenue = db.amount(spend), db.amount(revenue)
	return p, nil
}

func (db *DB) amount(minor int64) money.Amount { return money.Minor(minor, db.opts.Currency) }

func counts(into *[]reporting.Count) func(pgx.Rows) error {
	return func(r pgx.Rows) (err error) {
		*into, err = pgx.CollectRows(r, func(row pgx.CollectableRow) (c reporting.Count, err error) {
			var name *string
			err = row.Scan(&name, &c.N)
			if name != nil {
				c.Name = *name
			}
			return c, err
		})
		return err
	}
}

func (db *DB) productFigures(row pgx.CollectableRow) (p reporting.ProductFigures, err error) {
	var revenue, cost, refunds, spend int64
	err = row.Scan(&p.ID, &p.Title, &p.Status, &p.Orders, &revenue, &cost, &refunds, &spend)
	p.Revenue, p.Cost, p.Refunds, p.Spend = db.amount(revenue), db.amount(cost), db.amount(refunds), db.amount(spend)
	return p, err
}

func (db *DB) campaignFigures(row pgx.CollectableRow) (c reporting.CampaignFigures, err error) {
	var m kpi.Metrics
	var spend, revenue int64
	err = row.Scan(&c.ID, &c.Name, &c.Platform, &c.Status, &c.Verdict, &m.Impressions, &m.Clicks, &m.Conversions, &spend, &revenue)
	m.Spend, m.Revenue = db.amount(spend), db.amount(revenue)
	c.Metrics = m
	return c, err
}

// ReportReaders are the people who get reports of a kind by e-mail, by e-mail.
func (db *DB) ReportReaders(ctx context.Context, kind string) ([]reporting.Reader, error) {
	return all[reporting.Reader](ctx, db, "report_readers", kind)
}

// ReportsOf are the kinds of reports that somebody gets by e-mail.
func (db *DB) ReportsOf(ctx context.Context, userID int64) ([]string, error) {
	rows, err := db.pool.Query(ctx, statement("reports_of"), userID)
	if err != nil {
		return nil, classify("look up somebody's reports", err)
	}
	kinds, err := pgx.CollectRows(rows, pgx.RowTo[string])
	return kinds, classify("look up somebody's reports", err)
}

// SetReportsOf changes which kinds of reports somebody gets by e-mail.
func (db *DB) SetReportsOf(ctx context.Context, userID int64, kinds []string) error {
	err := pgx.BeginFunc(ctx, db.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, statement("reports_drop"), userID, kinds); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, statement("reports_add"), userID, kinds)
		return err
	})
	return classify("choose somebody's reports", err)
}

// StoredReport is the body of a report as it was made; nil when there is none.
func (db *DB) StoredReport(ctx context.Context, kind, date string) ([]byte, error) {
	report, err := db.Views().Report(ctx, kind, date)
	if report == nil || err != nil {
		return nil, err
	}
	return report.Body, nil
}
