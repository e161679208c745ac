package campaign

import (
	"slices"
	"strings"

	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/domain/money"
)

// The holders of a campaign: each can keep it paused, and only lifts its own hold; a person also lifts the product's and the platform's.
const (
	HoldOperator = "operator"
	HoldFreeze   = "ceo"
	HoldStock    = "product"
)

// Holder sorts who gives an order: the ceo, a product, or a person.
func Holder(by string) string {
	switch {
	case by == HoldFreeze || strings.HasPrefix(by, HoldFreeze+"/"):
		return HoldFreeze
	case by == HoldStock || strings.HasPrefix(by, HoldStock+"/"):
		return HoldStock
	}
	return HoldOperator
}

// Pause stops delivery until the same holder resumes. Repeating a command changes nothing. Refusals: wrong_status.
func (t *Turn) Pause(commandID, by, reason string) error {
	if t.doneBefore(commandID) {
		return nil
	}
	if err := t.refuseOver("pause"); err != nil {
		return err
	}
	holder := Holder(by)
	if !slices.Contains(t.Holds, holder) {
		t.Holds = append(t.Holds, holder)
		slices.Sort(t.Holds)
	}
	t.noteBy(person(by), "campaign_paused", sentence(reason), "It stays paused until it is resumed.", Figure{"hold", holder})
	t.cancel(AlarmNewDay, AlarmLaunch)
	if t.Live() {
		t.pause(reason)
		if holder != HoldOperator {
			t.alert("auto_paused", "warning", "A campaign was paused", sentence(reason))
		}
	} else if t.Pending.Purpose == ForLaunch || t.Pending.Purpose == ForResume {
		t.Pending = Pending{}
	}
	return nil
}

// Resume lifts a hold and, if none is left, lets the campaign go on after a new reservation. Refusals: wrong_status, frozen.
func (t *Turn) Resume(commandID, by, reason string) error {
	if t.doneBefore(commandID) {
		return nil
	}
	if err := t.refuseOver("resume"); err != nil {
		return err
	}
	holder := Holder(by)
	if holder == HoldOperator && slices.Contains(t.Holds, HoldFreeze) {
		return fault.Refuse("frozen", "spending is frozen; an administrator has to lift that first")
	}
	if t.Live() || (len(t.Holds) == 0 && t.Status != Paused) {
		return fault.Refuse("wrong_status", "the campaign is %s, only a paused one can be resumed", t.Status)
	}
	t.Holds = slices.DeleteFunc(t.Holds, func(h string) bool {
		return h == holder || (holder == HoldOperator && (h == HoldStock || h == HoldPlatform))
	})
	t.noteBy(person(by), "campaign_resume_asked", sentence(reason), "It delivers again once its budget is reserved.", Figure{"by", by})
	if len(t.Holds) > 0 {
		return nil
	}
	switch {
	case t.Status == Paused:
		t.Reason = "waits for budget"
		t.reserve(ForResume, t.today(), t.Budget(), t.least())
	case t.Approved:
		t.askLaunch()
	}
	return nil
}

// ChangeBudget sets the campaign's daily budget, shared out over its ad sets in proportion. A higher one is asked of the treasurer first.
// Where a person has to agree to it, they are asked before that. Refusals: wrong_status, budget_too_low, dry_run.
func (t *Turn) ChangeBudget(commandID string, daily money.Amount, by, reason string) error {
	if t.doneBefore(commandID) {
		return nil
	}
	if err := t.refuseIdle("changes its budget"); err != nil {
		return err
	}
	have, sets := t.Budget(), int64(len(t.byROAS()))
	least := t.least().MulRatio(sets, 1, money.Up)
	if daily.Currency() != have.Currency() || daily.Less(least) {
		return fault.Refuse("budget_too_low", "its %d ad sets need at least %s a day; to stop it, pause it", sets, least)
	}
	if have.Less(daily) {
		if t.mode() == DryRun {
			return fault.Refuse("dry_run", "the mode is dry_run: nothing spends more; change the mode first")
		}
		t.dropProposed()
		t.grow(Question{Purpose: ForOperator, Budget: daily, Minimum: have.Add(money.Minor(1, have.Currency())), By: by, Reason: reason})
		return nil
	}
	t.spread(daily)
	t.apply()
	t.noteBy(by, "budget_changed", sentence(reason), "It delivers up to the new budget.",
		Figure{"before", have.Decimal()}, Figure{"after", t.Budget().Decimal()})
	return nil
}

// AskDecision prepares a decision that an operator asks for. It reports whether the figures have to be fetched first.
// Refusals: wrong_status.
func (t *Turn) AskDecision(commandID, by string) (fetch, now bool, err error) {
	if err := t.refuseIdle("can be judged"); err != nil {
		return false, false, err
	}
	if t.doneBefore(commandID) {
		return false, false, nil
	}
	if t.Fresh(t.Now) {
		return false, true, nil
	}
	t.DecideOnFigures, t.DecisionBy = true, by
	return true, false, nil
}

func (t *Turn) refuseIdle(what string) error {
	switch {
	case t.Plan.CampaignID == "":
		return fault.Refuse("unknown_campaign", "there is no such campaign")
	case !t.Running():
		return fault.Refuse("wrong_status", "the campaign is %s, only a running one %s", t.Status, what)
	}
	return nil
}

func (t *Turn) refuseOver(what string) error {
	switch {
	case t.Plan.CampaignID == "":
		return fault.Refuse("unknown_campaign", "there is no such campaign")
	case t.Final || t.Status == Ended || t.Status == Failed:
		return fault.Refuse("wrong_status", "the campaign is over (%s), there is nothing to %s; plan a new one", t.Status, what)
	case t.Plan.Mode == DryRun:
		return fault.Refuse("wrong_status", "this campaign is a dry run, there is nothing to %s", what)
	}
	return nil
}

// person is by where a person gave the order, empty for the agent's own actors.
func person(by string) string {
	if Holder(by) != HoldOperator {
		return ""
	}
	return by
}
