package views

import "github.com/agente-ceo/agente-ceo/domain/money"

// CampaignDay is what one campaign brought on one UTC day, as its platform attributes it: enough for a list over any days.
type CampaignDay struct {
	CampaignID  string       `json:"campaign_id"`
	Day         string       `json:"day"` // YYYY-MM-DD
	Impressions int64        `json:"impressions"`
	Clicks      int64        `json:"clicks"`
	Conversions int64        `json:"conversions"`
	Spend       money.Amount `json:"spend"`
	Revenue     money.Amount `json:"revenue"`
}
