package persistence

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/agente-ceo/agente-ceo/domain/money"
)

// readable teaches a connection to write arrays fast, to read times in UTC, and money from a text such as "1234 USD" (minor units and currency).
func readable(m *pgtype.Map) {
	m.RegisterType(&pgtype.Type{Name: "timestamptz", OID: pgtype.TimestamptzOID, Codec: &pgtype.TimestamptzCodec{ScanLocation: time.UTC}})
	flatArrays(m)
	m.TryWrapScanPlanFuncs = append([]pgtype.TryWrapScanPlanFunc{planMoney}, m.TryWrapScanPlanFuncs...)
}

func planMoney(target any) (pgtype.WrappedScanPlanNextSetter, any, bool) {
	if _, ok := target.(*money.Amount); !ok {
		return nil, nil, false
	}
	return &moneyPlan{}, new(string), true
}

// moneyPlan reads a text, and the amount out of it.
type moneyPlan struct{ next pgtype.ScanPlan }

// SetNext is pgtype.WrappedScanPlanNextSetter.
func (p *moneyPlan) SetNext(next pgtype.ScanPlan) { p.next = next }

// Scan is pgtype.ScanPlan.
func (p *moneyPlan) Scan(src []byte, dst any) error {
	var text string
	if err := p.next.Scan(src, &text); err != nil {
		return err
	}
	minor, currency, ok := strings.Cut(text, " ")
	n, err := strconv.ParseInt(minor, 10, 64)
	if err != nil || !ok {
		return fmt.Errorf("read money from %q", text)
	}
	*dst.(*money.Amount) = money.Minor(n, money.Currency(currency))
	return nil
}

// all reads the rows of a statement into structs, whose fields are named as its columns.
func all[T any](ctx context.Context, db *DB, name string, args ...any) ([]T, error) {
	rows, err := db.pool.Query(ctx, statement(name), args...)
	if err != nil {
		return nil, classify("read "+name, err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowToStructByName[T])
	if out == nil {
		out = []T{}
	}
	return out, classify("read "+name, err)
}

// one reads the first row of a statement; nil when there is none.
func one[T any](ctx context.Context, db *DB, name string, args ...any) (*T, error) {
	rows, err := all[T](ctx, db, name, args...)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	return &rows[0], nil
}
