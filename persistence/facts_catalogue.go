package persistence

import (
	"github.com/agente-ceo/agente-ceo/domain/facts"
)

func (w *writer) product(p facts.Product) {
	parts := make([]facts.ScorePart, len(p.ScoreParts))
	for i, s := range p.ScoreParts {
		s.Name, s.Why = clean(s.Name), clean(s.Why)
		parts[i] = s
	}
	w.add("product_put", p.ID, p.Status, clean(p.Title), clean(p.Description), clean(p.Category), list(p.Sources), clean(p.SupplierRef),
		p.SupplierPrice.Minor(), string(p.SupplierPrice.Currency()), p.MarketPrice.Minor(), string(p.MarketPrice.Currency()),
		p.SellingPrice.Minor(), string(p.SellingPrice.Currency()), list(p.Images), p.RatingMilli, p.Reviews, list(p.Keywords),
		p.DemandScore, p.Competition, p.TrendPct, p.ScoreMilli, parts, list(p.Reasons), clean(p.LandingURL),
		when(p.ScoutedAt), when(p.QualifiedAt), when(p.LastSeenAt), when(p.CreativesReady), w.c.Now)
	w.changed("product", p.ID)
}

func (w *writer) creative(c facts.Creative) {
	w.add("creative_put", c.ID, c.ProductID, c.Status, c.Language, c.Style, clean(c.Headline), clean(c.Body), clean(c.Action),
		list(c.PainPoints), c.MediaKey, clean(c.MediaURL), when(c.CreatedAt), w.c.Now)
	w.changed("creative", c.ID)
}

func (w *writer) scoutRun(r facts.ScoutRun) {
	w.add("scout_run_put", r.ID, when(r.StartedAt), when(r.FinishedAt), r.Offers, r.Products, r.New, cleanMap(r.Errors))
	w.changed("scout_run", r.ID)
}

func (w *writer) blacklisted(b facts.Blacklisted) {
	w.add("blacklist_put", b.Kind, clean(b.Term), clean(b.Reason), b.By, b.At)
	w.changed("blacklisted", b.Kind+"/"+clean(b.Term))
}
