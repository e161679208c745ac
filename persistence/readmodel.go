package persistence

import (
	"context"
	"encoding/json"
	"math/big"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/domain/views"
)

// ReadModel reads what people see. It reads tables that commits keep, and sums up nothing bigger than one campaign.
type ReadModel struct{ db *DB }

// Views is the read model of this database.
func (db *DB) Views() ReadModel { return ReadModel{db} }

func (r ReadModel) currency() string { return string(r.db.opts.Currency) }

// Summary sums up whole UTC days, both ends included, and as many days before them.
func (r ReadModel) Summary(ctx context.Context, from, to time.Time) (views.Summary, error) {
	s := views.Summary{From: from.Format(time.DateOnly), To: to.Format(time.DateOnly), Currency: r.currency()}
	days := int(to.Sub(from)/(24*time.Hour)) + 1
	current, err := one[views.Figures](ctx, r.db, "view_period", from, to, r.currency())
	if err != nil {
		return s, err
	}
	previous, err := one[views.Figures](ctx, r.db, "view_period", from.AddDate(0, 0, -days), from.AddDate(0, 0, -1), r.currency())
	if err != nil {
		return s, err
	}
	counts, err := one[views.Counts](ctx, r.db, "view_counts")
	if err != nil {
		return s, err
	}
	s.Current, s.Previous, s.Counts = *current, *previous, *counts
	s.Change = change(s.Current, s.Previous)
	return s, nil
}

// Daily lists whole UTC days, both ends included, oldest first.
func (r ReadModel) Daily(ctx context.Context, from, to time.Time) ([]views.Day, error) {
	return all[views.Day](ctx, r.db, "view_days", from, to, r.currency())
}

func change(now, before views.Figures) views.Change {
	return views.Change{
		Spend: grown(whole(now.Spend.Minor()), whole(before.Spend.Minor())), Revenue: grown(whole(now.Revenue.Minor()), whole(before.Revenue.Minor())),
		ShopOrders: grown(whole(now.ShopOrders), whole(before.ShopOrders)), Profit: grown(whole(now.Profit.Minor()), whole(before.Profit.Minor())),
		ROAS: grown(decimal(now.ROAS), decimal(before.ROAS)), CTR: grown(decimal(now.CTR), decimal(before.CTR)),
		CVR: grown(decimal(now.CVR), decimal(before.CVR)),
	}
}

func whole(n int64) *big.Rat { return new(big.Rat).SetInt64(n) }

func decimal(n views.Ratio) *big.Rat {
	if n == nil {
		return nil
	}
	r, _ := new(big.Rat).SetString(n.String()) // the database wrote a number
	return r
}

// grown is (now - before) / |before|, to four decimals; nil where there was nothing before.
func grown(now, before *big.Rat) views.Ratio {
	if now == nil || before == nil || before.Sign() == 0 {
		return nil
	}
	by := new(big.Rat).Sub(now, before)
	n := json.Number(by.Quo(by, new(big.Rat).Abs(before)).FloatString(4))
	return &n
}

// Products lists products, newest first.
func (r ReadModel) Products(ctx context.Context, l views.List) ([]views.Product, error) {
	return all[views.Product](ctx, r.db, "view_products", l.Limit, when(l.After.At), l.After.ID, l.IDs, l.Status, clean(l.Search))
}

// Product is a product with what was made of it; nil when there is none.
func (r ReadModel) Product(ctx context.Context, id string) (*views.ProductDetail, error) {
	p, err := one[views.Product](ctx, r.db, "view_products", 1, nil, "", []string{clean(id)}, "", "")
	if p == nil || err != nil {
		return nil, err
	}
	d := &views.ProductDetail{Product: *p}
	if d.Creatives, err = r.Creatives(ctx, views.List{Limit: detailRows, Product: id}); err != nil {
		return nil, err
	}
	if d.Campaigns, err = r.Campaigns(ctx, views.List{Limit: detailRows, Product: id}); err != nil {
		return nil, err
	}
	d.History, d.Tasks, err = r.story(ctx, id)
	return d, err
}

// detailRows bounds each list within a page of one thing.
const detailRows = 100

// story is what was done to a thing, and what is being done.
func (r ReadModel) story(ctx context.Context, id string) ([]views.Audit, []views.Task, error) {
	history, err := r.Audit(ctx, views.List{Limit: detailRows, Subject: id, Kind: "story"})
	if err != nil {
		return nil, nil, err
	}
	tasks, err := r.Tasks(ctx, views.List{Limit: detailRows, Subject: id, Status: "open"})
	return history, tasks, err
}

// Creatives lists creatives, newest first.
func (r ReadModel) Creatives(ctx context.Context, l views.List) ([]views.Creative, error) {
	return all[views.Creative](ctx, r.db, "view_creatives", l.Limit, when(l.After.At), l.After.ID, l.IDs, l.Status, l.Product)
}

// Creative is a creative with what its ads brought; nil when there is none.
func (r ReadModel) Creative(ctx context.Context, id string) (*views.CreativeDetail, error) {
	c, err := one[views.Creative](ctx, r.db, "view_creatives", 1, nil, "", []string{clean(id)}, "", "")
	if c == nil || err != nil {
		return nil, err
	}
	d := &views.CreativeDetail{Creative: *c}
	totals, err := one[views.AdFigures](ctx, r.db, "view_ad_totals", id, r.currency())
	if err != nil {
		return nil, err
	}
	d.Totals = *totals
	d.InAds, err = all[views.Ad](ctx, r.db, "view_ads", "", r.currency(), id)
	return d, err
}

// Blacklist lists what must not be tried again, newest first.
func (r ReadModel) Blacklist(ctx context.Context, l views.List) ([]views.Blacklisted, error) {
	return all[views.Blacklisted](ctx, r.db, "view_blacklist", l.Limit, when(l.After.At), l.After.ID, l.Kind)
}

// Treasury is the purse as the last commits left it.
func (r ReadModel) Treasury(ctx context.Context) (t views.Treasury, err error) {
	if t.Windows, err = all[views.Window](ctx, r.db, "view_windows"); err != nil {
		return t, err
	}
	t.Free = money.Zero(r.db.opts.Currency)
	for i, w := range t.Windows {
		t.Purse = w.Purse
		if w.Kind == "day" {
			t.Day = w.Starts
		} else {
			t.Week = w.Starts
		}
		if i == 0 || w.Free.Less(t.Free) {
			t.Free = w.Free
		}
	}
	if t.Reservations, err = all[views.Reservation](ctx, r.db, "view_reservations", "", detailRows); err != nil {
		return t, err
	}
	t.Ledger, err = all[views.Posting](ctx, r.db, "view_postings", detailRows)
	return t, err
}
