package httpapi

import (
	"fmt"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/facts"
	"github.com/agente-ceo/agente-ceo/domain/kpi"
	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/messages"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
)

func usd(minor int64) money.Amount { return money.Minor(minor, money.USD) }

// commit writes facts, audit lines and effects as an actor would.
func (b *bench) commit(key string, c actorkit.Commit) {
	b.t.Helper()
	c.Key = actorkit.Key{Kind: key, ID: "main"}
	activation, err := b.db.Activate(b.t.Context(), c.Key)
	if err != nil {
		b.t.Fatal(err)
	}
	c.Epoch, c.Version = activation.Epoch, activation.Version+1
	if c.Now.IsZero() {
		c.Now = businessNow
	}
	if err := b.db.Commit(b.t.Context(), c); err != nil {
		b.t.Fatal(err)
	}
}

// seed fills the database with a small business: three products, three campaigns, orders, and what people have to look at.
func (b *bench) seed() {
	b.t.Helper()
	b.commit("product", actorkit.Commit{Facts: seedCatalogue(), Audit: []actorkit.Audit{
		{Action: "product_qualified", Subject: "prd_lamp", Reason: "Its margin is 62 % and it ships in 9 days.", Expected: "creatives within the hour",
			Figures: []actorkit.Figure{{Name: "score", Value: "81.2"}, {Name: "margin", Value: "0.62"}}},
		{Action: "product_rejected", Subject: "prd_knife", Reason: "The category weapons is forbidden."},
	}})
	b.commit("campaign", actorkit.Commit{
		Facts: append(seedCampaigns(), seedAnalytics()...),
		Audit: []actorkit.Audit{
			{Action: "campaign_activated", Subject: "cmp_lamp", Reason: "Everything is on the platform and was read back.", Expected: "first figures within the hour"},
			{Action: "campaign_decided", Subject: "cmp_lamp", Reason: "It passed all four bars: the budget goes up by 20 %.", Expected: "ROAS stays above 1.5",
				Figures: []actorkit.Figure{{Name: "verdict", Value: "winner"}, {Name: "roas", Value: "2.41"}, {Name: "impressions", Value: "9200"}}},
		},
		Effects: []actorkit.Effect{{ID: "eff_raise", Courier: "meta", Kind: "set_budget", Subject: "cmp_lamp", Payload: &messages.Effect{}}},
	})
	b.commit("orders", actorkit.Commit{Facts: seedSales(), Audit: []actorkit.Audit{
		{Action: "order_received", Subject: "ord_1", Reason: "Ana bought 1 × Galaxy lamp.", Figures: []actorkit.Figure{{Name: "total", Value: "49.90 USD"}}},
	}})
	b.commit("treasurer", actorkit.Commit{Facts: seedTreasury()})
	b.commit("reporter", actorkit.Commit{Facts: seedOffice(), Audit: []actorkit.Audit{
		{Action: "spending_resumed", Subject: "ceo/main", Reason: "The pixel works again.", By: "ana@example.com"},
	}})
}

func seedCatalogue() []facts.Fact {
	day := businessNow.AddDate(0, 0, -6)
	lamp := facts.Product{
		ID: "prd_lamp", Status: "live", Title: "Galaxy lamp", Description: "Projects stars on the ceiling.", Category: "home", Sources: []string{"aliexpress", "tiktok_trends"},
		SupplierRef: "1005001", SupplierPrice: usd(1120), MarketPrice: usd(5990), SellingPrice: usd(4990), Images: []string{"https://example.com/lamp.jpg"},
		RatingMilli: 4700, Reviews: 1834, Keywords: []string{"galaxy", "lamp"}, DemandScore: 78, Competition: 41, TrendPct: 23, ScoreMilli: 81200,
		ScoreParts: []facts.ScorePart{{Name: "conversion", Value: 84, Weight: 50, Why: "4.7 stars of 1,834 reviews"}, {Name: "competitiveness", Value: 71, Weight: 30, Why: "the market asks 59.90"}, {Name: "margin", Value: 88, Weight: 20, Why: "62 % are left"}},
		LandingURL: "https://shop.example/p/lamp", ScoutedAt: day, QualifiedAt: day.Add(time.Minute), LastSeenAt: businessNow, CreativesReady: day.Add(time.Hour),
	}
	bottle := facts.Product{
		ID: "prd_bottle", Status: "creatives_ready", Title: "Foldable bottle", Category: "outdoor", Sources: []string{"aliexpress"}, SupplierRef: "1005002",
		SupplierPrice: usd(430), MarketPrice: usd(2490), SellingPrice: usd(1990), RatingMilli: 4400, Reviews: 320, Keywords: []string{"bottle"},
		DemandScore: 55, Competition: 60, ScoreMilli: 64000, ScoutedAt: day.Add(24 * time.Hour), QualifiedAt: day.Add(25 * time.Hour), LastSeenAt: businessNow,
	}
	knife := facts.Product{
		ID: "prd_knife", Status: "rejected", Title: "Hunting knife", Category: "weapons", Sources: []string{"amazon"}, SupplierPrice: usd(900),
		MarketPrice: usd(3000), Reasons: []string{"The category weapons is forbidden."}, ScoutedAt: day.Add(48 * time.Hour), QualifiedAt: day.Add(49 * time.Hour),
	}
	out := []facts.Fact{lamp, bottle, knife}
	for i, style := range []string{"informative", "urgency", "social"} {
		out = append(out, facts.Creative{
			ID: fmt.Sprintf("crt_lamp%d", i+1), ProductID: "prd_lamp", Status: "ready", Language: "pt-BR", Style: style, Headline: "Durma sob as estrelas",
			Body: "Luz suave em qualquer quarto.", Action: "Comprar agora", PainPoints: []string{"dark rooms"}, MediaKey: fmt.Sprintf("lamp/%d.png", i+1),
			MediaURL: fmt.Sprintf("/media/lamp/%d.png", i+1), CreatedAt: day.Add(time.Duration(i) * time.Minute),
		})
	}
	return append(out, facts.Blacklisted{Kind: "keyword", Term: "replica", Reason: "trademarks", By: "ana@example.com", At: day})
}

func seedCampaigns() []facts.Fact {
	start := businessNow.AddDate(0, 0, -4)
	lamp := facts.Campaign{
		ID: "cmp_lamp", ProductID: "prd_lamp", Platform: "meta", Name: "Galaxy lamp · meta", Status: "scaling", Verdict: "winner", Reason: "It passed all four bars.",
		ExternalID: "120210001", Mode: "auto", InitialBudget: usd(2000), DailyBudget: usd(2400), Countries: []string{"BR"}, BidStrategy: "lowest_cost",
		CreatedAt: start, ActivatedAt: start.Add(time.Minute),
	}
	tiktok := facts.Campaign{
		ID: "cmp_tiktok", ProductID: "prd_lamp", Platform: "tiktok", Name: "Galaxy lamp · tiktok", Status: "pending_approval", Reason: "A person must say yes.",
		Mode: "approval", InitialBudget: usd(5000), DailyBudget: usd(5000), Countries: []string{"BR"}, CreatedAt: start.Add(48 * time.Hour),
	}
	ended := facts.Campaign{
		ID: "cmp_old", ProductID: "prd_bottle", Platform: "meta", Name: "Foldable bottle · meta", Status: "ended", Verdict: "loser", Reason: "None of the four bars was passed.",
		ExternalID: "120210000", Mode: "auto", InitialBudget: usd(2000), DailyBudget: usd(0), Countries: []string{"BR"}, CreatedAt: start.Add(-48 * time.Hour),
		ActivatedAt: start.Add(-47 * time.Hour), EndedAt: start,
	}
	return []facts.Fact{
		lamp, tiktok, ended,
		facts.AdSet{ID: "set_lamp", CampaignID: "cmp_lamp", Name: "broad", Status: "active", ExternalID: "220", Audience: "broad", Countries: []string{"BR"}, DailyBudget: usd(2400), CreatedAt: start},
		facts.Ad{ID: "ad_lamp1", AdSetID: "set_lamp", CampaignID: "cmp_lamp", CreativeID: "crt_lamp1", Status: "active", ExternalID: "330", CreatedAt: start},
		facts.Ad{ID: "ad_lamp2", AdSetID: "set_lamp", CampaignID: "cmp_lamp", CreativeID: "crt_lamp2", Status: "paused", ExternalID: "331", CreatedAt: start},
	}
}

func seedAnalytics() []facts.Fact {
	var out []facts.Fact
	for day := range int64(4) {
		hour := businessNow.Truncate(24*time.Hour).AddDate(0, 0, int(day)-3).Add(12 * time.Hour)
		for ad := range int64(2) {
			out = append(out, facts.Analytics{
				Hour: hour, Day: hour.Format(time.DateOnly), AccountDay: hour.Format(time.DateOnly), Platform: "meta", ProductID: "prd_lamp",
				CampaignID: "cmp_lamp", AdSetID: "set_lamp", AdID: fmt.Sprintf("ad_lamp%d", ad+1),
				Delta: kpi.Metrics{Impressions: 1200 - 100*ad, Clicks: 31 - 9*ad, Conversions: 1 + day%2 - ad*(day%2), Spend: usd(1100 + 40*day), Revenue: usd(4990 * (1 + day%2 - ad*(day%2)))},
			})
		}
	}
	return out
}

func seedSales() []facts.Fact {
	at := businessNow.Add(-20 * time.Hour)
	order := facts.Order{
		ID: "ord_1", Shop: "shopify", ExternalID: "5001", Status: "shipped", CustomerID: "cus_ana", Email: "ana@cliente.example", Total: usd(4990),
		SupplierCost: usd(1120), ProductID: "prd_lamp", CampaignID: "cmp_lamp", AdID: "ad_lamp1", UTM: map[string]string{"utm_source": "meta", "utm_content": "ad_lamp1"},
		Items:           []facts.OrderItem{{SKU: "LAMP", Title: "Galaxy lamp", Quantity: 1, Price: usd(4990), ProductID: "prd_lamp"}},
		SupplierOrderID: "S-77", TrackingCode: "LB123456789SG", Country: "BR", PlacedAt: at, UpdatedAt: at.Add(time.Hour),
	}
	second := order
	second.ID, second.ExternalID, second.Status, second.TrackingCode, second.SupplierOrderID, second.PlacedAt = "ord_2", "5002", "pending", "", "", at.Add(19*time.Hour)
	return []facts.Fact{
		order, second,
		facts.Customer{ID: "cus_ana", Email: "ana@cliente.example", Name: "Ana Souza", Phone: "+5511999990000", Country: "BR", AddOrders: 2, AddRevenue: usd(9980), AddTags: []string{"lamp"}, SeenAt: at},
		facts.ShopRevenue{CampaignID: "cmp_lamp", ProductID: "prd_lamp", Day: at.Format(time.DateOnly), Orders: 1, Revenue: usd(4990), Cost: usd(1120)},
		facts.ShopRevenue{CampaignID: "cmp_lamp", ProductID: "prd_lamp", Day: businessNow.Format(time.DateOnly), Orders: 1, Revenue: usd(4990), Cost: usd(1120)},
	}
}

func seedTreasury() []facts.Fact {
	return []facts.Fact{
		facts.Reservation{ID: "rsv_1", Purse: "main", CampaignID: "cmp_lamp", Platform: "meta", Day: "2026-03-10", Week: "2026-03-08", Nominal: usd(2400), WorstCase: usd(4200), Charged: usd(2440), State: "outstanding", At: businessNow.Add(-10 * time.Hour)},
		facts.Posting{ID: "pst_1", Purse: "main", ReservationID: "rsv_1", Kind: "reserve", Debit: "free", Credit: "reserved", Amount: usd(4200), At: businessNow.Add(-10 * time.Hour)},
		facts.Posting{ID: "pst_2", Purse: "main", ReservationID: "rsv_1", Kind: "post", Debit: "reserved", Credit: "charged", Amount: usd(2440), At: businessNow.Add(-time.Hour)},
		facts.PurseMove{Purse: "main", Day: "2026-03-10", Week: "2026-03-08", CapDay: usd(30000), CapWeek: usd(150000), Reserve: usd(1760), Charge: usd(2440)},
	}
}

func seedOffice() []facts.Fact {
	details := []byte(`{"campaign_id":"cmp_tiktok","daily_budget":"50.00 USD","changes":[{"field":"campaigns","from":"0","to":"1"},{"field":"daily_budget","from":"0.00","to":"50.00"}]}`)
	return []facts.Fact{
		facts.Alert{ID: "alt_budget", Kind: "budget_80", Severity: "warning", Subject: "treasurer/main", Title: "80 % of today's cap is used", Detail: "240.00 of 300.00 USD", At: businessNow.Add(-2 * time.Hour)},
		facts.Alert{ID: "alt_winner", Kind: "new_winner", Severity: "info", Subject: "cmp_lamp", Title: "Galaxy lamp is a winner", At: businessNow.Add(-time.Hour)},
		facts.Alert{ID: "alt_source", Kind: "source_failure", Severity: "critical", Subject: "amazon", Title: "Amazon does not answer", At: businessNow.Add(-30 * time.Hour)},
		facts.AlertResolved{ID: "alt_source", At: businessNow.Add(-29 * time.Hour)},
		facts.Approval{ID: "apr_1", Subject: "cmp_tiktok", Kind: "launch", Status: "pending", Summary: "Launch Galaxy lamp on TikTok", Why: "It earns 2.4 on Meta.", Amount: usd(5000), Manifest: "sha256:1f2e", Details: details, RequestedAt: businessNow.Add(-time.Hour), ExpiresAt: businessNow.Add(23 * time.Hour)},
		facts.Report{Kind: "daily", Date: "2026-03-09", Body: []byte(`{"kind":"daily","spend":{"amount":"23.20","currency":"USD"}}`), Text: "# 9 March\n\nIt was a good day.", At: businessNow.Truncate(24 * time.Hour)},
		facts.Report{Kind: "weekly", Date: "2026-03-01", Body: []byte(`{"kind":"weekly"}`), Text: "# Week of 1 March", At: businessNow.AddDate(0, 0, -2)},
		facts.Control{By: "ana@example.com", Reason: "The pixel works again.", At: businessNow.Add(-50 * time.Hour)},
	}
}
