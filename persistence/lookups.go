package persistence

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/agente-ceo/agente-ceo/domain/facts"
	"github.com/agente-ceo/agente-ceo/domain/money"
)

// Order finds an order by our id; nil when there is none.
func (db *DB) Order(ctx context.Context, orderID string) (*facts.Order, error) {
	var o facts.Order
	var total, refunded, cost int64
	var currency, costCurrency money.Currency
	var placed, version *time.Time
	err := db.pool.QueryRow(ctx, statement("order_by_id"), orderID).Scan(&o.ID, &o.Shop, &o.ExternalID, &o.Status, &o.CustomerID, &o.Email,
		&total, &refunded, &currency, &cost, &costCurrency, &o.ProductID, &o.CampaignID, &o.AdID, &o.UTM, &o.Items,
		&o.SupplierOrderID, &o.TrackingCode, &o.Country, &placed, &o.UpdatedAt, &o.Test, &o.Phone,
		&o.RefundIDs, &version)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil //nolint:nilnil // no order is an answer
	}
	if err != nil {
		return nil, classify("find order "+orderID, err)
	}
	o.Total, o.Refunded, o.SupplierCost = money.Minor(total, currency), money.Minor(refunded, currency), money.Minor(cost, costCurrency)
	if len(o.RefundIDs) == 0 {
		o.RefundIDs = nil
	}
	o.PlacedAt, o.ShopUpdatedAt, o.UpdatedAt = timeOf(placed), timeOf(version), o.UpdatedAt.UTC()
	return &o, nil
}

// ProductBySupplierRef finds our product by the supplier's reference; "" when there is none.
func (db *DB) ProductBySupplierRef(ctx context.Context, ref string) (string, error) {
	if ref == "" {
		return "", nil
	}
	var id string
	err := db.pool.QueryRow(ctx, statement("product_by_supplier_ref"), ref).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", nil
	}
	return id, classify("find the product of a supplier's reference", err)
}

// BudgetAnswers finds what was answered to asks of a budget, in no order; an ask that was not answered is absent.
func (db *DB) BudgetAnswers(ctx context.Context, askIDs []string) ([]facts.BudgetAnswer, error) {
	rows, err := db.pool.Query(ctx, statement("budget_answers_of"), askIDs)
	if err != nil {
		return nil, classify("look up answers", err)
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (facts.BudgetAnswer, error) {
		var a facts.BudgetAnswer
		var granted, worst int64
		var currency money.Currency
		var retry *time.Time
		err := row.Scan(&a.AskID, &a.Purse, &a.CampaignID, &a.Day, &granted, &worst, &currency, &a.Partial, &a.Code, &a.Text, &retry, &a.At)
		a.Granted, a.WorstCase, a.RetryAt, a.At = money.Minor(granted, currency), money.Minor(worst, currency), timeOf(retry), a.At.UTC()
		return a, err
	})
	return out, classify("look up answers", err)
}

// ExternalIDs maps our ids of campaigns to their platforms'. A campaign that is not on its platform is absent.
func (db *DB) ExternalIDs(ctx context.Context, campaignIDs []string) (map[string]string, error) {
	rows, err := db.pool.Query(ctx, statement("campaigns_external"), campaignIDs)
	if err != nil {
		return nil, classify("look up campaigns on their platforms", err)
	}
	out := map[string]string{}
	var id, external string
	_, err = pgx.ForEachRow(rows, []any{&id, &external}, func() error {
		out[id] = external
		return nil
	})
	return out, classify("look up campaigns on their platforms", err)
}

// Blacklist lists everything that must not be tried again, by kind and term.
func (db *DB) Blacklist(ctx context.Context) ([]facts.Blacklisted, error) {
	rows, err := db.pool.Query(ctx, statement("blacklist_all"))
	if err != nil {
		return nil, classify("read the blacklist", err)
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (facts.Blacklisted, error) {
		var b facts.Blacklisted
		err := row.Scan(&b.Kind, &b.Term, &b.Reason, &b.By, &b.At)
		b.At = b.At.UTC()
		return b, err
	})
	return out, classify("read the blacklist", err)
}
