package persistence

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/domain/scouting"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
)

// Import is a list of products that a person puts in.
type Import struct {
	File     string // the list's name
	By       string
	At       time.Time
	Products []scouting.Imported // each id once
	DryRun   bool                // look what would happen, and write nothing
}

// ImportCounts are what an import changes, or would.
type ImportCounts struct {
	Added   int // new to the database
	Changed int // known, with something else said of them: they wait for the scout again
	Same    int // known, with nothing new
}

// errDryRun takes a transaction back.
var errDryRun = errors.New("dry run")

// ImportProducts puts a list of products where the scout takes it up, with a line of the audit log: all of it or nothing. What is there
// already in the same version changes nothing, and an import of nothing new leaves no line.
func (db *DB) ImportProducts(ctx context.Context, in Import) (ImportCounts, error) {
	ids, versions, offers := make([]string, len(in.Products)), make([]string, len(in.Products)), make([]string, len(in.Products))
	for i, p := range in.Products {
		text, err := json.Marshal(storedOffer(p.Offer))
		if err != nil {
			return ImportCounts{}, fmt.Errorf("write the import %s: %w", p.ID, err)
		}
		ids[i], versions[i], offers[i] = p.ID, p.Version, string(text)
	}
	var counts ImportCounts
	put := func(tx pgx.Tx) (bool, error) {
		rows, err := tx.Query(ctx, statement("imports_put"), ids, versions, offers, clean(in.File), in.By, in.At)
		if err != nil {
			return false, err
		}
		fresh, err := pgx.CollectRows(rows, pgx.RowTo[bool])
		counts = ImportCounts{Same: len(ids) - len(fresh)}
		for _, isNew := range fresh {
			if isNew {
				counts.Added++
			} else {
				counts.Changed++
			}
		}
		return len(fresh) > 0, err
	}
	if in.DryRun {
		err := pgx.BeginFunc(ctx, db.pool, func(tx pgx.Tx) error {
			if _, err := put(tx); err != nil {
				return err
			}
			return errDryRun
		})
		if !errors.Is(err, errDryRun) {
			return counts, classify("look at an import of products", err)
		}
		return counts, nil
	}
	d := deed{
		action: "products_imported", subject: in.File, reason: "a list of products was put in for the scout", by: in.By, at: in.At,
		figures: []actorkit.Figure{{Name: "products", Value: strconv.Itoa(len(ids))}},
	}
	_, err := db.record(ctx, d, put)
	return counts, err
}

// importOffer is how an offer is stored: money as minor units beside its currency.
type importOffer struct {
	Ref           string   `json:"ref"`
	Title         string   `json:"title"`
	Description   string   `json:"description"`
	Category      string   `json:"category"`
	PriceMinor    int64    `json:"price_minor"`
	ShippingMinor int64    `json:"shipping_minor"`
	Currency      string   `json:"currency"`
	Images        []string `json:"images"`
	RatingMilli   int64    `json:"rating_milli"`
	Reviews       int64    `json:"reviews"`
	Sold          int64    `json:"sold"`
}

func storedOffer(o scouting.Offer) importOffer {
	return importOffer{
		Ref: clean(o.Ref), Title: clean(o.Title), Description: clean(o.Description), Category: clean(o.Category), PriceMinor: o.Price.Minor(),
		ShippingMinor: o.Shipping.Minor(), Currency: string(o.Price.Currency()), Images: list(o.Images), RatingMilli: o.RatingMilli, Reviews: o.Reviews, Sold: o.Sold,
	}
}

func (s importOffer) offer() scouting.Offer {
	currency := money.Currency(s.Currency)
	return scouting.Offer{
		Source: scouting.SourceImport, Ref: s.Ref, Title: s.Title, Description: s.Description, Category: s.Category, Price: money.Minor(s.PriceMinor, currency),
		Shipping: money.Minor(s.ShippingMinor, currency), Images: s.Images, RatingMilli: s.RatingMilli, Reviews: s.Reviews, Sold: s.Sold, IsSupplier: true, InStock: true,
	}
}

// WaitingImports lists up to limit products that people put in and no run of the scout has taken in, oldest first.
func (db *DB) WaitingImports(ctx context.Context, limit int) ([]scouting.Imported, error) {
	rows, err := db.pool.Query(ctx, statement("imports_waiting"), limit)
	if err != nil {
		return nil, classify("list imported products", err)
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (scouting.Imported, error) {
		var p scouting.Imported
		var stored importOffer
		err := row.Scan(&p.ID, &p.Version, &stored)
		p.Offer = stored.offer()
		return p, err
	})
	return out, classify("list imported products", err)
}
