package views

import "github.com/agente-ceo/agente-ceo/domain/money"

// CampaignDay is what one campaign brought on one UTC day, as its platform attributes it: enough for a small chart in a list.
type CampaignDay struct {
	CampaignID  string       `json:"campaign_id"`
	Day         string       `json:"day"` // YYYY-MM-DD
	Conversions int64        `json:"conversions"`
	Spend       money.Amount `json:"spend"`
	Revenue     money.Amount `json:"revenue"`
}
