package persistence

import (
	"context"
	"encoding/json"
	"strconv"

	"github.com/jackc/pgx/v5"

	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/domain/reporting"
)

// Simulated is what a simulation counts of a whole database.
type Simulated struct {
	Products, Rejected, Campaigns int64
	Retries                       int64 // attempts at effects beyond the first
	Creatives                     map[string]int64
	BreakEven                     json.Number // median days from a product's first spend to its break-even, among those that reached it
	Daily                         []SimDay
}

// SimDay is one day of a simulation.
type SimDay struct {
	Date        string       `json:"date"`
	Impressions int64        `json:"impressions"`
	Clicks      int64        `json:"clicks"`
	Spend       money.Amount `json:"spend"`
	Revenue     money.Amount `json:"revenue"`
	ROAS        json.Number  `json:"roas"`
	Active      int64        `json:"active"`
}

// Simulated counts everything.
func (db *DB) Simulated(ctx context.Context) (Simulated, error) {
	s := Simulated{Creatives: map[string]int64{}}
	var breakEven int64
	var creatives []reporting.Count
	c := string(db.opts.Currency)
	rows := &pgx.Batch{}
	rows.Queue(statement("simulated_counts")).QueryRow(func(r pgx.Row) error { return r.Scan(&s.Products, &s.Rejected, &s.Campaigns, &s.Retries) })
	rows.Queue(statement("simulated_creatives")).Query(counts(&creatives))
	rows.Queue(statement("simulated_days"), c).Query(func(r pgx.Rows) (err error) {
		s.Daily, err = pgx.CollectRows(r, db.simDay)
		return err
	})
	rows.Queue(statement("simulated_break_even"), c).QueryRow(func(r pgx.Row) error { return r.Scan(&breakEven) })
	if err := db.pool.SendBatch(ctx, rows).Close(); err != nil {
		return Simulated{}, classify("count a simulation", err)
	}
	for _, n := range creatives {
		s.Creatives[n.Name] = n.N
	}
	s.BreakEven = json.Number(strconv.FormatInt(breakEven, 10))
	return s, nil
}

func (db *DB) simDay(row pgx.CollectableRow) (d SimDay, err error) {
	var spend, revenue int64
	err = row.Scan(&d.Date, &d.Impressions, &d.Clicks, &spend, &revenue, &d.Active)
	d.Spend, d.Revenue, d.ROAS = db.amount(spend), db.amount(revenue), "0"
	if spend > 0 {
		d.ROAS = json.Number(reporting.ROASText(d.Revenue, d.Spend))
	}
	return d, err
}
