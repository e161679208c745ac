// Package campaign is the life of one campaign on one platform, as a pure state machine: planned, approved, funded, published, watched,
// judged, scaled, paused, over.
//
// It works like a reconciler. Commands, grants and decisions change only what is wanted (statuses, budgets, holds); Turn.Finish compares that
// with what the platform last confirmed and says which granular steps come next. A step that is lost, refused or repeated therefore cannot
// leave the campaign half changed: whatever happened, the next turn starts from what is true. Nothing here reads a clock or does I/O.
package campaign

import (
	"slices"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/kpi"
	"github.com/agente-ceo/agente-ceo/domain/money"
)

// Status is where a campaign stands, in the mission's words.
type Status string

// The statuses of a campaign. A campaign that waits for budget before its first publication is Draft.
const (
	Draft           Status = "draft"
	PendingApproval Status = "pending_approval"
	Publishing      Status = "publishing"
	Active          Status = "active"
	Testing         Status = "testing"
	Scaling         Status = "scaling"
	Paused          Status = "paused"
	Failed          Status = "error"
	Ended           Status = "ended"
)

// Mode says how much the agent may do by itself.
type Mode string

// The modes of operation.
const (
	DryRun   Mode = "dry_run"
	Approval Mode = "approval"
	Auto     Mode = "auto"
)

// Creative is what an ad shows.
type Creative struct {
	ID, Headline, Body, Action, MediaKey, Language, Style string
}

// Plan is what a product asked for.
type Plan struct {
	CampaignID   string
	ProductID    string
	ProductTitle string
	Platform     ads.Platform
	Mode         Mode
	DailyBudget  money.Amount
	Countries    []string // ISO 3166-1 alpha-2
	LandingURL   string
	SellingPrice money.Amount
	Creatives    []Creative // grows with rotation
	Keywords     []string
	ScoreMilli   int64
}

// The entity statuses. A draft is wanted and not yet delivering; ad sets that wait for money or an audience are Proposed.
const (
	entityProposed = "proposed"
	entityDraft    = "draft"
	entityActive   = "active"
	entityPaused   = "paused"
	entityFailed   = "failed"
	entityError    = "error"
	entityEnded    = "ended"
)

// The audiences of ad sets, as the read model names them.
const (
	AudienceBroad         = "broad"
	AudienceLookalike1    = "lookalike_1"
	AudienceLookalike2to3 = "lookalike_2_3"
	AudienceInterests     = "interests"
	AudienceGeo           = "geo"
)

// AdSet is one ad set. Four budgets: what strategy plans, what is wanted under today's grant, what the platform confirmed, and what it
// started with.
type AdSet struct {
	ID, Name, ExternalID string
	Status               string
	Audience             string
	Countries            []string
	LookalikeID          string
	Planned              money.Amount
	Wanted               money.Amount // 0: parked until there is money
	Budget               money.Amount // 0 until created
	Initial              money.Amount
	BeforeRaise          money.Amount // 0 when no raise stands
	CostCap              money.Amount // confirmed; 0 lowest cost
	Total                kpi.Metrics
	CreatedAt            time.Time
	ActivatedAt          time.Time
	Edits                []time.Time // budget changes of the last hour
	Off                  bool        // to be paused for good
	Peak                 Peak
}

// Lookalike is an audience that was made on the platform. It keeps itself up to date there, so that it serves again after its ad set got
// no money.
type Lookalike struct{ Audience, ExternalID string }

// Ad is one ad.
type Ad struct {
	ID, Name, AdSetID, ExternalID string
	Status                        string
	CreativeID                    string
	Total                         kpi.Metrics
	CreatedAt                     time.Time
	ActivatedAt                   time.Time
	StoppedAt                     time.Time
	Off                           bool // to be paused
}

// OpenStep is a step that has not been answered.
type OpenStep struct {
	ID       string
	Kind     Kind
	Target   string
	Delivery ads.Delivery // SetDelivery
	Budget   money.Amount // CreateAdSet, SetBudget, SetBid (cost cap)
}

// Grant is what the treasurer granted for one account day.
type Grant struct {
	ReservationID string
	Day           string
	Nominal       money.Amount
}

// Purpose says what a reservation is for.
type Purpose string

// The purposes.
const (
	ForLaunch   Purpose = "launch"
	ForRaise    Purpose = "raise"
	ForRenewal  Purpose = "renew"
	ForExpand   Purpose = "expand"
	ForResume   Purpose = "resume"
	ForOperator Purpose = "operator"
	// ForCreatives is asked of a person alone: new ads share the budget that there is.
	ForCreatives Purpose = "creatives"
)

// Pending is the reservation that waits for the treasurer's answer.
type Pending struct {
	ReservationID string
	Day           string
	Budget        money.Amount
	Purpose       Purpose
	By, Reason    string
	Target        string // ad set id, for ForExpand
}

// Point is the totals at a past decision.
type Point struct {
	At    time.Time
	Total kpi.Metrics
}

// State is one campaign. The zero value is a campaign that was not planned yet.
type State struct {
	Plan       Plan
	Status     Status
	Verdict    string
	Reason     string
	ExternalID string
	AdSets     []AdSet
	Ads        []Ad
	Open       []OpenStep
	Grants     []Grant
	Pending    Pending // zero ReservationID: none

	ApprovalID string // of the launch, and later of the last raise that a person agreed to
	Manifest   string // what it was given for
	Approved   bool   // by a person, or not needed
	// ApprovedBudget is the highest daily budget that a person agreed to; 0 when nobody was asked.
	ApprovedBudget money.Amount
	LaunchUsed     bool     // it was told to deliver for the first time: its approval, if it needed one, is used up
	Asked          Question // more budget, or new creatives, that wait for a person
	Proposed       []string // creatives that a person has to agree to before they become ads

	// MayDeliver is true from the moment that the campaign is told to deliver until the platform confirms that it is paused.
	MayDeliver bool
	Final      bool     // paused for good, or failed
	Closed     bool     // everybody was told that it is over
	Holds      []string // who keeps it paused: "operator", "ceo", "product"; sorted
	ResumeTo   Status   // where to go when it delivers again

	CreatedAt, ActivatedAt, StoppedAt, EndedAt time.Time
	ExtendedUntil, LastRaiseAt, LastRemedyAt   time.Time
	LastRotationAt, LastObservedAt             time.Time
	RetryAt                                    time.Time // no campaign step before
	RaiseAt                                    time.Time // nothing that raises spending before
	SettledAt                                  time.Time // when the platform last confirmed a change of delivery or budget
	Suspects                                   []string  // what the last survey saw otherwise than confirmed, sorted

	AtRaise         kpi.Metrics // totals when the budget was last raised
	RaiseStands     bool        // the last raise was not taken back
	ROASLow         bool        // the alert of a ROAS under target is open
	Total           kpi.Metrics
	History         []Point // newest last
	Next            int64   // numbers steps, ad sets, ads and reservations
	Done            []string
	Bid             ads.BidStrategy
	Proven          bool
	ShopOrders      int64
	ShopRevenue     money.Amount
	AudiencesTried  []string
	CountriesTried  []string
	Lookalikes      []Lookalike
	LookalikeAt     time.Time // not before: the audience was too small
	InsightFailures int64
	MovedAt         time.Time // when the figures last moved, or delivery began anew; zero: before this was noted
	FiguresStill    bool      // the alert of figures that stand still is open
	WinnerStreak    int64
	DecideOnFigures bool   // an operator asked for a decision as soon as the figures are in
	DecisionBy      string // who asked
}

// Live reports whether the campaign should deliver, or is on its way to.
func (s *State) Live() bool {
	switch s.Status {
	case Publishing, Active, Testing, Scaling:
		return true
	}
	return false
}

// Running reports whether the platform confirmed that it delivers.
func (s *State) Running() bool { return s.Live() && s.Status != Publishing }

// Budget is the sum of the planned budgets of live ad sets.
func (s *State) Budget() money.Amount {
	total := money.Zero(s.Plan.DailyBudget.Currency())
	for i := range s.AdSets {
		if s.AdSets[i].live() {
			total = total.Add(s.AdSets[i].Planned)
		}
	}
	return total
}

// wanted is the sum of today's wanted budgets of live ad sets.
func (s *State) wanted() money.Amount {
	total := money.Zero(s.Plan.DailyBudget.Currency())
	for i := range s.AdSets {
		if s.AdSets[i].live() {
			total = total.Add(s.AdSets[i].Wanted)
		}
	}
	return total
}

// live reports whether the ad set takes part in the budget: it delivers, is about to, or is parked until there is money.
func (a *AdSet) live() bool {
	return !a.Off && (a.Status == entityDraft || a.Status == entityActive || a.Status == entityPaused)
}

// Grant is what is granted for an account day, nothing when there is no grant.
func (s *State) Grant(day string) money.Amount {
	for _, g := range s.Grants {
		if g.Day == day {
			return g.Nominal
		}
	}
	return money.Zero(s.Plan.DailyBudget.Currency())
}

// AOV is what an order is worth where the platform reports no value.
func (s *State) AOV() money.Amount {
	if s.ShopOrders >= 5 {
		return s.ShopRevenue.MulRatio(1, s.ShopOrders, money.HalfUp)
	}
	return s.Plan.SellingPrice
}

// Creative finds a creative of the plan.
func (s *State) Creative(id string) (Creative, bool) {
	for _, c := range s.Plan.Creatives {
		if c.ID == id {
			return c, true
		}
	}
	return Creative{}, false
}

// AdSet finds an ad set by our id; nil when there is none.
func (s *State) AdSet(id string) *AdSet {
	for i := range s.AdSets {
		if s.AdSets[i].ID == id {
			return &s.AdSets[i]
		}
	}
	return nil
}

// Ad finds an ad by our id; nil when there is none.
func (s *State) Ad(id string) *Ad {
	for i := range s.Ads {
		if s.Ads[i].ID == id {
			return &s.Ads[i]
		}
	}
	return nil
}

// Clone is a copy that shares nothing that a turn changes in place.
func (s *State) Clone() *State {
	c := *s
	c.Plan.Creatives = slices.Clip(s.Plan.Creatives)
	c.AdSets = slices.Clone(s.AdSets)
	for i := range c.AdSets {
		c.AdSets[i].Edits = slices.Clone(c.AdSets[i].Edits)
	}
	c.Ads = slices.Clone(s.Ads)
	c.Open = slices.Clone(s.Open)
	c.Grants = slices.Clone(s.Grants)
	c.Holds = slices.Clone(s.Holds)
	c.History = slices.Clone(s.History)
	c.Suspects = slices.Clone(s.Suspects)
	c.Done = slices.Clone(s.Done)
	c.AudiencesTried = slices.Clone(s.AudiencesTried)
	c.CountriesTried = slices.Clone(s.CountriesTried)
	c.Lookalikes = slices.Clone(s.Lookalikes)
	c.Proposed = slices.Clone(s.Proposed)
	return &c
}
