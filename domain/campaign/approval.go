package campaign

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/facts"
	"github.com/agente-ceo/agente-ceo/domain/id"
	"github.com/agente-ceo/agente-ceo/domain/kpi"
	"github.com/agente-ceo/agente-ceo/domain/money"
)

// A person's answer holds for exactly what was put before them. What that is is written down as canonical JSON, and its hash, the
// manifest, is reckoned again at every turn until the answer is used: whatever has changed by then voids it, and it is asked anew.

// Asking says when a person has to agree, beside what the mode of the plan says. The zero value asks for nothing more.
type Asking struct {
	Mode        Mode         // in force now; a plan that was made under a bolder one obeys it. Empty: the plan's
	Above       money.Amount // a daily budget above it needs a person in auto mode too; 0 never
	RaiseShare  kpi.Ratio    // in approval mode: more than this share above what was agreed needs a person again; undefined: see RaiseAmount
	RaiseAmount money.Amount // the same as an amount a day; only where RaiseShare is undefined
}

// Question is more budget that waits for a person's answer. The zero value is none.
type Question struct {
	ID, Manifest string
	Purpose      Purpose
	Budget       money.Amount // a day, of the whole campaign
	Minimum      money.Amount // the least that is worth reserving
	Target       string       // ad set id, for ForExpand
	By, Reason   string       // the operator who wants it; empty for the agent itself
	Approver     string       // who agreed; empty while it waits
}

// Withdrawal voids a question, or an approval that was not used.
type Withdrawal struct{ ID, Reason string }

// Change is one thing that an approval changes.
type Change struct {
	Field string `json:"field"`
	From  string `json:"from"`
	To    string `json:"to"`
}

// mode is the more careful of the plan's mode and the one in force.
func (t *Turn) mode() Mode {
	for _, m := range []Mode{DryRun, Approval} {
		if t.Plan.Mode == m || t.rules.Asking.Mode == m {
			return m
		}
	}
	return t.Plan.Mode
}

// launched reports whether the campaign was told to deliver at least once: its launch needs no approval any more.
func (t *Turn) launched() bool { return t.LaunchUsed || !t.ActivatedAt.IsZero() }

// large reports whether a daily budget needs a person whatever the mode.
func (t *Turn) large(daily money.Amount) bool {
	above := t.rules.Asking.Above
	return above.Positive() && above.Less(daily)
}

// cleared reports whether the campaign may be launched as it stands. Where a person has to agree and has not, or has agreed to what is
// no longer so, it asks them.
func (t *Turn) cleared() bool {
	if t.launched() || t.mode() != Approval && !t.large(t.Plan.DailyBudget) {
		return true
	}
	agreed := t.Approved && t.ApprovedBudget.Positive()
	if agreed && t.Manifest == manifest(t.launchDetails()) {
		return true
	}
	if agreed {
		t.disown("what was approved has changed since")
	}
	t.ask()
	return false
}

// disown voids the approval of a launch that has not been used.
func (t *Turn) disown(why string) {
	t.note("approval_voided", sentence(why), "It is asked anew.", Figure{"approval", t.ApprovalID}, Figure{"manifest", t.Manifest})
	t.out.Withdraw = append(t.out.Withdraw, Withdrawal{t.ApprovalID, why})
	t.Approved, t.ApprovalID, t.ApprovedBudget = false, "", money.Amount{}
}

// use marks an approval as used up, in the commit of what it allows.
func (t *Turn) use(approvalID, sum string) {
	t.out.Facts = append(t.out.Facts, facts.ApprovalUsed{ID: approvalID, Manifest: sum, By: t.Plan.CampaignID, At: t.Now})
	t.note("approval_used", "The approval is used up by what it was given for.", "It allows nothing else.",
		Figure{"approval", approvalID}, Figure{"manifest", sum})
}

// useLaunch uses the launch's approval up, where there was one.
func (t *Turn) useLaunch() {
	if t.launched() {
		return
	}
	t.LaunchUsed = true
	if t.ApprovedBudget.Positive() {
		t.use(t.ApprovalID, t.Manifest)
	}
}

// agreed is the daily budget up to which nobody needs to be asked again, beside the allowance.
func (t *Turn) agreed() money.Amount {
	if t.ApprovedBudget.Positive() {
		return t.ApprovedBudget
	}
	return t.Plan.DailyBudget
}

// growthAsks reports whether a higher daily budget needs a person.
func (t *Turn) growthAsks(daily money.Amount) bool {
	if t.ApprovedBudget.Positive() && !t.ApprovedBudget.Less(daily) {
		return false
	}
	if t.large(daily) {
		return true
	}
	if t.mode() != Approval {
		return false
	}
	allowance := t.rules.Asking.RaiseAmount
	if t.rules.Asking.RaiseShare.Defined() {
		allowance = t.rules.Asking.RaiseShare.Of(t.agreed(), money.Down)
	}
	return allowance.Less(daily.Sub(t.agreed()))
}

// grow asks for more budget: the treasurer, and before that a person where it takes one. In a dry run nothing grows.
func (t *Turn) grow(q Question) {
	switch {
	case t.mode() == DryRun:
		t.dropProposed()
	case t.growthAsks(q.Budget):
		t.askGrowth(q)
	default:
		t.fund(q)
	}
}

// fund asks the treasurer for what nobody else has to agree to any more.
func (t *Turn) fund(q Question) {
	t.reserve(q.Purpose, t.today(), q.Budget, q.Minimum)
	t.Pending.Target, t.Pending.By, t.Pending.Reason = q.Target, q.By, q.Reason
}

var growthKinds = map[Purpose]string{ForRaise: "budget", ForOperator: "budget", ForExpand: "expand", ForCreatives: "creatives"}

func (t *Turn) askGrowth(q Question) {
	if t.Asked.ID != "" {
		t.withdraw("another budget is asked for instead")
	}
	details := t.growthDetails(q)
	q.Manifest = manifest(details)
	q.ID = id.Derive(id.Approval, t.Plan.CampaignID, q.Manifest, t.number())
	t.Asked = q
	what := fmt.Sprintf("Raise %s on %s from %s to %s a day", t.Plan.ProductTitle, t.Plan.Platform, t.Budget(), q.Budget)
	why := fmt.Sprintf("Its verdict is %s, its ROAS %s.", t.Verdict, t.Total.WithAOV(t.AOV()).ROAS().Decimal(2))
	if q.Purpose == ForExpand {
		what = fmt.Sprintf("Expand %s on %s to %s, from %s to %s a day", t.Plan.ProductTitle, t.Plan.Platform, words(t.AdSet(q.Target).Audience), t.Budget(), q.Budget)
	}
	if q.Purpose == ForCreatives {
		what = fmt.Sprintf("Show %d new ads for %s on %s", len(t.Proposed), t.Plan.ProductTitle, t.Plan.Platform)
		why = "They compete with the best ones that run; the budget stays as it is."
	}
	if q.Reason != "" {
		why = sentence(q.Reason)
	}
	t.out.Ask = append(t.out.Ask, Ask{
		ID: q.ID, Kind: growthKinds[q.Purpose], Manifest: q.Manifest, Details: details, ExpiresAt: t.Now.Add(t.rules.ApprovalFor),
		Summary: what, Why: why, Amount: q.Budget, By: q.By,
	})
}

// withdraw takes back the question of more budget.
func (t *Turn) withdraw(why string) {
	t.out.Withdraw = append(t.out.Withdraw, Withdrawal{t.Asked.ID, why})
	expands := t.Asked.Purpose == ForExpand
	t.Asked = Question{}
	if expands {
		t.dropProposed()
	}
}

// growthAnswered takes a person's answer to the question of more budget.
func (t *Turn) growthAnswered(approved bool, sum, by, reason string) {
	q := t.Asked
	if q.Purpose == ForCreatives {
		t.creativesAnswered(approved && sum == q.Manifest, by, reason)
		return
	}
	switch {
	case approved && sum == q.Manifest:
		t.Asked.Approver = by
		t.noteBy(by, "growth_approved", reason, "It is raised as soon as the treasurer has the money.", Figure{"approval", q.ID},
			Figure{"daily_budget", q.Budget.Decimal()}, Figure{"manifest", sum})
		t.Grow()
		return
	case approved:
		t.withdraw("the approval was for another budget")
	default:
		t.Asked = Question{}
	}
	t.noteBy(by, "growth_not_approved", sentence(reason), "The budget stays as it is.", Figure{"approval", q.ID}, Figure{"daily_budget", q.Budget.Decimal()})
	if q.Purpose == ForExpand {
		t.dropProposed()
	}
}

// Grow is the alarm of more budget that was agreed to and could not be asked for at once.
func (t *Turn) Grow() {
	q := t.Asked
	switch {
	case q.Approver == "" || !t.growthStands():
	case t.Pending.ReservationID != "" || t.short() || t.rules.late(t.Now):
		t.at(AlarmGrow, t.outOfLate(t.Now.Add(30*time.Minute)))
	default:
		t.use(q.ID, q.Manifest)
		t.Asked, t.ApprovedBudget = Question{}, q.Budget
		t.ApprovalID, t.Manifest = q.ID, q.Manifest // what the steps that follow rest on
		t.fund(q)
	}
}

// growthStands reports whether the campaign still is what more budget was asked for; otherwise the question is void.
func (t *Turn) growthStands() bool {
	q := t.Asked
	proposal := t.AdSet(q.Target)
	switch {
	case q.ID == "":
		return false
	case !t.Running() || q.Purpose != ForOperator && q.Purpose != ForCreatives && t.Status != Scaling:
		t.withdraw("the campaign is " + string(t.Status))
	case q.Purpose == ForExpand && (proposal == nil || proposal.Status != entityProposed):
		t.withdraw("the ad set is no longer proposed")
	case manifest(t.growthDetails(q)) != q.Manifest:
		t.withdraw("the campaign has changed since it was asked")
		if q.Purpose == ForRaise {
			t.at(AlarmScale, t.outOfLate(t.Now.Add(t.rules.DecideEvery)))
		}
	default:
		return true
	}
	return false
}

// settleQuestions voids what is asked and no longer so. It ends every turn.
func (t *Turn) settleQuestions() {
	t.growthStands()
	t.settleProposals()
	switch {
	case t.ApprovalID == "" || t.launched():
	case t.Final:
		t.out.Withdraw = append(t.out.Withdraw, Withdrawal{t.ApprovalID, "the campaign is over"})
		t.ApprovalID = ""
	case t.Status == PendingApproval && t.Manifest != manifest(t.launchDetails()):
		t.disown("what was asked has changed")
		t.ask()
	}
}

// growth is what a person agrees to when a campaign is to spend more.
type growth struct {
	Campaign   string       `json:"campaign"`
	ExternalID string       `json:"external_id"`
	Platform   string       `json:"platform"`
	Purpose    string       `json:"purpose"`
	From       money.Amount `json:"from"`
	To         money.Amount `json:"to"`
	Bid        string       `json:"bid"`
	AdSets     []growthSet  `json:"ad_sets"`
	Changes    []Change     `json:"changes"`
}

type growthSet struct {
	ID         string       `json:"id"`
	ExternalID string       `json:"external_id"`
	Audience   string       `json:"audience"`
	Countries  []string     `json:"countries"`
	Planned    money.Amount `json:"planned"`
}

// growthDetails is canonical JSON. It names the ad sets as the platform knows them: another one in their place is another thing.
func (t *Turn) growthDetails(q Question) []byte {
	if q.Purpose == ForCreatives {
		return t.proposalDetails(q)
	}
	g := growth{
		Campaign: t.Plan.CampaignID, ExternalID: t.ExternalID, Platform: string(t.Plan.Platform), Purpose: string(q.Purpose),
		From: t.Budget(), To: q.Budget, Bid: string(t.Bid), Changes: []Change{{"daily_budget", t.Budget().Decimal(), q.Budget.Decimal()}},
	}
	for i := range t.AdSets {
		a := &t.AdSets[i]
		if !a.live() && a.ID != q.Target {
			continue
		}
		g.AdSets = append(g.AdSets, growthSet{a.ID, a.ExternalID, a.Audience, a.Countries, a.Planned})
		if a.ID == q.Target {
			g.Changes = append(g.Changes, Change{"ad_set", "", a.Audience + " in " + strings.Join(a.Countries, ", ")})
		}
	}
	body, err := json.Marshal(g)
	if err != nil {
		panic("campaign: " + err.Error()) // strings and amounts always marshal
	}
	return body
}
