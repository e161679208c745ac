// Package strategy decides what becomes of a running campaign: it reads figures and returns a verdict with actions, reasons and what is
// expected of them. It acts on nothing itself.
package strategy

import (
	"time"

	"github.com/agente-ceo/agente-ceo/domain/kpi"
	"github.com/agente-ceo/agente-ceo/domain/money"
)

// Verdict classifies a campaign.
type Verdict string

// The verdicts.
const (
	Insufficient Verdict = "insufficient" // not enough data: nothing changes
	Winner       Verdict = "winner"       // every criterion holds
	Potential    Verdict = "potential"    // some hold
	Loser        Verdict = "loser"        // none holds
)

// Action is one thing that a decision wants done.
type Action string

// The actions.
const (
	Raise          Action = "raise_budget"        // by the configured step, through the treasurer
	Scale          Action = "scale"               // begin the scaling programme
	Extend         Action = "extend_test"         // a potential's additional time
	Stop           Action = "stop"                // pause for good
	RollBack       Action = "roll_back_budget"    // to the budget before the last raise
	NewCreatives   Action = "new_creatives"       // CTR is weak
	AdviseLanding  Action = "advise_landing_page" // CVR is weak: advice for people
	ChangeAudience Action = "change_audience"     // CPA is too high
	AdviseBundle   Action = "advise_bundle"       // AOV is too low: advice for people
)

// Figure is a number or text that a decision rests on.
type Figure struct{ Name, Value string }

// View is what a policy may know of a campaign.
type View struct {
	Now         time.Time
	ActivatedAt time.Time
	Total       kpi.Metrics // since activation
	// Recent is what came during RecentFor before now; RecentFor 0 means that it is not known.
	Recent        kpi.Metrics
	RecentFor     time.Duration
	Scaling       bool
	ExtendedUntil time.Time // zero: no extension was granted yet
	LastRemedyAt  time.Time // when remedies were last started; zero: never
	LastRaise     LastRaise
	AOV           money.Amount // what an order is worth where the platform reports no revenue
}

// LastRaise is a raise of the budget that still stands; the zero value is none.
type LastRaise struct {
	At    time.Time
	ROAS  kpi.Ratio   // when it was raised
	Since kpi.Metrics // what came after it
}

// Decision is what a policy says.
type Decision struct {
	Verdict     Verdict
	Actions     []Action
	ExtendUntil time.Time // with Extend
	Judgement   kpi.Judgement
	Figures     []Figure
	Reason      string // a sentence that a marketer understands
	Expected    string // what should follow from it
}

// Has reports whether the decision wants an action.
func (d Decision) Has(a Action) bool {
	for _, have := range d.Actions {
		if have == a {
			return true
		}
	}
	return false
}

// AdSetView is what a policy may know of an ad set that was added to a campaign to scale it.
type AdSetView struct {
	Now         time.Time
	ActivatedAt time.Time
	Total       kpi.Metrics
	AOV         money.Amount
}

// Policy decides. Implementations are pure: the same view gives the same decision.
type Policy interface {
	// Name is how audit entries and reports call the policy.
	Name() string
	// Decide judges a campaign.
	Decide(View) Decision
	// AdSetFails says whether an added ad set should be paused, and why.
	AdSetFails(AdSetView) (reason string, fails bool)
}
