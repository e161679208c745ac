package persistence

import (
	"github.com/agente-ceo/agente-ceo/domain/facts"
)

func (w *writer) campaign(c facts.Campaign) {
	w.add("campaign_put", c.ID, c.ProductID, c.Platform, clean(c.Name), c.Status, c.Verdict, clean(c.Reason), c.ExternalID, c.Mode,
		c.InitialBudget.Minor(), c.DailyBudget.Minor(), w.oneCurrency("campaign ", c.ID, c.InitialBudget, c.DailyBudget),
		list(c.Countries), c.BidStrategy, when(c.CreatedAt), when(c.ActivatedAt), when(c.EndedAt), w.c.Now)
	w.changed("campaign", c.ID)
}

func (w *writer) adSet(s facts.AdSet) {
	w.add("ad_set_put", s.ID, s.CampaignID, clean(s.Name), s.Status, s.ExternalID, s.Audience, list(s.Countries),
		s.DailyBudget.Minor(), string(s.DailyBudget.Currency()), when(s.CreatedAt), w.c.Now)
	w.changed("ad_set", s.ID)
}

func (w *writer) ad(a facts.Ad) {
	w.add("ad_put", a.ID, a.AdSetID, a.CampaignID, a.CreativeID, a.Status, a.ExternalID, when(a.CreatedAt), w.c.Now)
	w.changed("ad", a.ID)
}

func (w *writer) analytics(a facts.Analytics) {
	if err := w.roll.analytics(a); err != nil {
		w.fail(err)
	}
	w.changed("analytics", a.CampaignID)
}

func (w *writer) shopRevenue(s facts.ShopRevenue) {
	if err := w.roll.shop(s); err != nil {
		w.fail(err)
	}
	w.changed("shop_revenue", s.CampaignID)
}
