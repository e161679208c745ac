package views

import (
	"time"

	"github.com/agente-ceo/agente-ceo/domain/money"
)

// Campaign is one campaign on one platform, with what it brought since it began.
type Campaign struct {
	ID            string       `json:"id"`
	ProductID     string       `json:"product_id"`
	ProductTitle  string       `json:"product_title"`
	Platform      string       `json:"platform"`
	Name          string       `json:"name"`
	Status        string       `json:"status" enum:"draft,pending_approval,publishing,active,testing,scaling,paused,error,ended"`
	Verdict       string       `json:"verdict" enum:",insufficient,winner,potential,loser"`
	Reason        string       `json:"reason"`
	ExternalID    string       `json:"external_id"`
	Mode          string       `json:"mode"`
	InitialBudget money.Amount `json:"initial_budget"`
	DailyBudget   money.Amount `json:"daily_budget"`
	Countries     []string     `json:"countries"`
	BidStrategy   string       `json:"bid_strategy"`
	CreatedAt     *time.Time   `json:"created_at"`
	ActivatedAt   *time.Time   `json:"activated_at"`
	EndedAt       *time.Time   `json:"ended_at"`
	UpdatedAt     time.Time    `json:"updated_at"`
	Figures
}

// CampaignDetail is a campaign with all that belongs to it.
type CampaignDetail struct {
	Campaign
	AdSets       []AdSet       `json:"ad_sets"`
	Ads          []Ad          `json:"ads"`
	Decisions    []Audit       `json:"decisions"` // what was done to it and why, newest first
	Effects      []Task        `json:"effects"`   // not ended
	Series       []AdDay       `json:"series"`    // by UTC day, oldest first
	Reservations []Reservation `json:"reservations"`
}

// AdDay is what ads brought on one UTC day.
type AdDay struct {
	Day string `json:"day"`
	AdFigures
}

// AdSet is one audience of a campaign.
type AdSet struct {
	ID          string       `json:"id"`
	CampaignID  string       `json:"campaign_id"`
	Name        string       `json:"name"`
	Status      string       `json:"status" enum:"draft,active,paused,error,ended"`
	ExternalID  string       `json:"external_id"`
	Audience    string       `json:"audience"`
	Countries   []string     `json:"countries"`
	DailyBudget money.Amount `json:"daily_budget"`
	CreatedAt   *time.Time   `json:"created_at"`
	AdFigures
}

// Ad is one creative shown to one audience.
type Ad struct {
	ID         string     `json:"id"`
	AdSetID    string     `json:"ad_set_id"`
	CampaignID string     `json:"campaign_id"`
	CreativeID string     `json:"creative_id"`
	Headline   string     `json:"headline"`
	MediaURL   string     `json:"media_url"`
	Status     string     `json:"status" enum:"draft,active,paused,failed,error,ended"`
	ExternalID string     `json:"external_id"`
	CreatedAt  *time.Time `json:"created_at"`
	AdFigures
}

// Treasury is the purse now, with what is behind it.
type Treasury struct {
	Purse        string        `json:"purse"`
	Day          string        `json:"day"`  // account day, YYYY-MM-DD
	Week         string        `json:"week"` // its Sunday
	Windows      []Window      `json:"windows"`
	Free         money.Amount  `json:"free"` // what may still be granted: the least that a window leaves
	Reservations []Reservation `json:"reservations"`
	Ledger       []Posting     `json:"ledger"` // newest first
}

// Window is a day or a week of a purse.
type Window struct {
	Purse     string       `json:"purse"`
	Kind      string       `json:"kind" enum:"day,week"`
	Starts    string       `json:"starts"`
	Cap       money.Amount `json:"cap"`
	Reserved  money.Amount `json:"reserved"` // the most that is still chargeable
	Charged   money.Amount `json:"charged"`
	Overspend money.Amount `json:"overspend"`
	Free      money.Amount `json:"free"`
}

// Reservation is what a campaign may be charged on one account day.
type Reservation struct {
	ID         string       `json:"id"`
	CampaignID string       `json:"campaign_id"`
	Platform   string       `json:"platform"`
	Day        string       `json:"day"`
	Nominal    money.Amount `json:"nominal"`
	WorstCase  money.Amount `json:"worst_case"`
	Charged    money.Amount `json:"charged"`
	State      string       `json:"state" enum:"outstanding,posted,released,expired"`
	At         time.Time    `json:"at"`
}

// Posting moves money between two accounts of the ledger.
type Posting struct {
	ID            string       `json:"id"`
	ReservationID string       `json:"reservation_id"`
	Kind          string       `json:"kind" enum:"reserve,top_up,post,release,expire"`
	Debit         string       `json:"debit"`
	Credit        string       `json:"credit"`
	Amount        money.Amount `json:"amount"`
	At            time.Time    `json:"at"`
}
