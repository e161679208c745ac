package campaign

import (
	"time"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/campaign"
	"github.com/agente-ceo/agente-ceo/domain/kpi"
	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/messages"
)

func amount(m *messages.Money) money.Amount {
	if m == nil {
		return money.Amount{}
	}
	return money.Minor(m.Minor, money.Currency(m.Currency))
}

func wireMoney(a money.Amount) *messages.Money {
	if a == (money.Amount{}) {
		return nil
	}
	return &messages.Money{Minor: a.Minor(), Currency: string(a.Currency())}
}

func when(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func metricsOf(m *messages.Metrics) kpi.Metrics {
	if m == nil {
		return kpi.Metrics{}
	}
	return kpi.Metrics{
		Impressions: m.Impressions, Clicks: m.Clicks, Conversions: m.Conversions, Spend: amount(m.Spend), Revenue: amount(m.Revenue),
	}
}

func wireMetrics(m kpi.Metrics) *messages.Metrics {
	if m == (kpi.Metrics{}) {
		return nil
	}
	return &messages.Metrics{
		Impressions: m.Impressions, Clicks: m.Clicks, Conversions: m.Conversions, Spend: wireMoney(m.Spend), Revenue: wireMoney(m.Revenue),
	}
}

func creativesOf(refs []*messages.CreativeRef) []campaign.Creative {
	out := make([]campaign.Creative, 0, len(refs))
	for _, r := range refs {
		out = append(out, campaign.Creative{
			ID: r.GetCreativeId(), Headline: r.GetHeadline(), Body: r.GetBody(), Action: r.GetAction(), MediaKey: r.GetMediaKey(),
			Language: r.GetLanguage(), Style: r.GetStyle(),
		})
	}
	return out
}

func refOf(c campaign.Creative) *messages.CreativeRef {
	return &messages.CreativeRef{
		CreativeId: c.ID, Headline: c.Headline, Body: c.Body, Action: c.Action, MediaKey: c.MediaKey, Language: c.Language, Style: c.Style,
	}
}

func planOf(m *messages.PlanCampaign) campaign.Plan {
	return campaign.Plan{
		CampaignID: m.GetCampaignId(), ProductID: m.GetProductId(), ProductTitle: m.GetProductTitle(), Platform: ads.Platform(m.GetPlatform()),
		Mode: campaign.Mode(m.GetMode()), DailyBudget: amount(m.GetDailyBudget()), Countries: m.GetCountries(), LandingURL: m.GetLandingUrl(),
		SellingPrice: amount(m.GetSellingPrice()), Creatives: creativesOf(m.GetCreatives()), Keywords: m.GetKeywords(), ScoreMilli: m.GetScoreMilli(),
	}
}

func wirePlan(p campaign.Plan) *messages.PlanCampaign {
	out := &messages.PlanCampaign{
		CampaignId: p.CampaignID, ProductId: p.ProductID, ProductTitle: p.ProductTitle, Platform: string(p.Platform), Mode: string(p.Mode),
		DailyBudget: wireMoney(p.DailyBudget), Countries: p.Countries, LandingUrl: p.LandingURL, SellingPrice: wireMoney(p.SellingPrice),
		Keywords: p.Keywords, ScoreMilli: p.ScoreMilli,
	}
	for _, c := range p.Creatives {
		out.Creatives = append(out.Creatives, refOf(c))
	}
	return out
}

func adSetStateOf(m *messages.AdSetState) campaign.AdSet {
	a := campaign.AdSet{
		ID: m.Id, Name: m.Name, ExternalID: m.ExternalId, Status: m.Status, Audience: m.Audience, Countries: m.Countries, LookalikeID: m.LookalikeId,
		Planned: amount(m.PlannedBudget), Wanted: amount(m.WantedBudget), Budget: amount(m.DailyBudget), Initial: amount(m.InitialBudget),
		BeforeRaise: amount(m.BeforeRaise), CostCap: amount(m.CostCap), Total: metricsOf(m.Total),
		CreatedAt: when(m.CreatedAtMs), ActivatedAt: when(m.ActivatedAtMs), Off: m.Off,
		Peak: campaign.Peak{Day: m.PeakDay, Budget: amount(m.PeakBudget)},
	}
	for _, at := range m.EditsMs {
		a.Edits = append(a.Edits, when(at))
	}
	return a
}

func wireAdSet(a *campaign.AdSet) *messages.AdSetState {
	m := &messages.AdSetState{
		Id: a.ID, Name: a.Name, ExternalId: a.ExternalID, Status: a.Status, Audience: a.Audience, Countries: a.Countries, LookalikeId: a.LookalikeID,
		PlannedBudget: wireMoney(a.Planned), WantedBudget: wireMoney(a.Wanted), DailyBudget: wireMoney(a.Budget), InitialBudget: wireMoney(a.Initial),
		BeforeRaise: wireMoney(a.BeforeRaise), CostCap: wireMoney(a.CostCap), Total: wireMetrics(a.Total),
		CreatedAtMs: millis(a.CreatedAt), ActivatedAtMs: millis(a.ActivatedAt), Off: a.Off,
		PeakDay: a.Peak.Day, PeakBudget: wireMoney(a.Peak.Budget),
	}
	for _, at := range a.Edits {
		m.EditsMs = append(m.EditsMs, millis(at))
	}
	return m
}

func adStateOf(m *messages.AdState) campaign.Ad {
	return campaign.Ad{
		ID: m.Id, Name: m.Name, AdSetID: m.AdSetId, ExternalID: m.ExternalId, Status: m.Status, CreativeID: m.Creative.GetCreativeId(),
		Total: metricsOf(m.Total), CreatedAt: when(m.CreatedAtMs), ActivatedAt: when(m.ActivatedAtMs), StoppedAt: when(m.StoppedAtMs), Off: m.Off,
	}
}

func wireAd(a *campaign.Ad) *messages.AdState {
	return &messages.AdState{
		Id: a.ID, Name: a.Name, AdSetId: a.AdSetID, ExternalId: a.ExternalID, Status: a.Status, Creative: &messages.CreativeRef{CreativeId: a.CreativeID},
		Total: wireMetrics(a.Total), CreatedAtMs: millis(a.CreatedAt), ActivatedAtMs: millis(a.ActivatedAt), StoppedAtMs: millis(a.StoppedAt), Off: a.Off,
	}
}
