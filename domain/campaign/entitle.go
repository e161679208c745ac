package campaign

import (
	"time"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/money"
)

// Spend is what entitles a step to raise spending: the grant of the day and, where the mode asks a person, the approval. The zero value
// entitles to nothing.
type Spend struct {
	ReservationID string
	Day           string
	Until         time.Time    // end of the account day
	Amount        money.Amount // what the campaign may spend that day once the step is done: at most what is granted
	ApprovalID    string
	Manifest      string
}

// The codes with which a courier turns a raise down by itself, before anything is sent.
const (
	codeFrozen        = "frozen"
	codeGrantMissing  = "grant_missing"
	codeGrantExpired  = "grant_expired"
	codeUnapproved    = "approval_missing"
	codeNotTheWinner  = "not_the_winner"
	codeClock         = "clock_doubted"
	raiseAgainAfter   = 10 * time.Minute
	unapprovedEnds    = "it is not approved as it is"
	anotherWonTheRace = "the platform has another entity in its place"
)

// entitle gives a step that raises spending what pays for it.
func (t *Turn) entitle(s *Step) {
	set := t.AdSet(s.Target)
	switch {
	case s.Kind == SetBudget && set != nil && !set.Budget.Less(s.Budget):
		s.Lowers = true
		return
	case s.Kind == SetBudget, s.Kind == SetDelivery && s.Delivery == ads.Active, s.Kind == SetBid && !s.Budget.Positive():
	default:
		return
	}
	today := t.today()
	s.Spend = Spend{Day: today, Until: TimeOn(DayAfter(today), 0, 0, t.rules.Zone), Amount: t.exposure(set)}
	for _, g := range t.Grants {
		if g.Day == today {
			s.Spend.ReservationID = g.ReservationID
		}
	}
	switch {
	case t.Approved && t.ApprovalID != "":
		s.Spend.ApprovalID, s.Spend.Manifest = t.ApprovalID, t.Manifest
	case t.mode() == Approval && !t.launched():
		s.Spend.Manifest = t.Manifest // nobody agreed: the courier turns it down
	}
}

// mayRaise reports whether today's grant pays for what delivers, so that one more ad in it is paid for too.
func (t *Turn) mayRaise() bool {
	granted := t.Grant(t.today())
	return !t.Now.Before(t.RaiseAt) && granted.Positive() && !granted.Less(t.exposure(nil))
}

// wantToday asks for today's budget where a publication has run into a day for which it holds none: without one nothing is switched on.
func (t *Turn) wantToday() {
	if t.Status == Publishing && !t.MayDeliver && t.ExternalID != "" && t.Pending.ReservationID == "" && t.Grant(t.today()).IsZero() {
		t.reserve(ForRenewal, t.today(), t.Budget(), t.least())
	}
}

// turnedDown takes a courier's own refusal of a raise: certainly nothing was sent. It reports whether it was one.
func (t *Turn) turnedDown(o OpenStep, a Answer) bool {
	raise := o.Kind == SetBudget || o.Kind == SetDelivery && o.Delivery == ads.Active || o.Kind == SetBid && !o.Budget.Positive()
	if a.Done || !a.Refused || !raise {
		return false
	}
	switch a.Code {
	case codeUnapproved:
		t.unapproved(o, a)
		return true
	case codeNotTheWinner:
		t.fail(a.Code, anotherWonTheRace)
		return true
	case codeFrozen, codeGrantMissing, codeGrantExpired, codeClock:
	default:
		return false
	}
	t.note("raise_refused", sentence(a.Text), "It is tried again once it is paid for.", Figure{"target", o.Target}, Figure{"code", a.Code})
	if a.Code == codeGrantMissing {
		t.forgetGrant(t.today())
	}
	t.RaiseAt = t.Now.Add(raiseAgainAfter)
	t.at(AlarmRetry, t.RaiseAt)
	if o.Target == t.Plan.CampaignID && t.Live() {
		t.pauseForBudget(a.Text, t.RaiseAt)
	}
	return true
}

// unapproved takes the word that nobody agreed to a raise as it was sent: nothing was, and it is asked anew. Once a campaign was launched,
// switching it on again needs no approval: there is nothing that could be asked.
func (t *Turn) unapproved(o OpenStep, a Answer) {
	switch {
	case o.Target == t.Plan.CampaignID && !t.ActivatedAt.IsZero():
		t.fail(a.Code, unapprovedEnds)
		return
	case t.ActivatedAt.IsZero() && t.Live():
		t.note("launch_unapproved", sentence(a.Text), "A person is asked again.", Figure{"approval", t.ApprovalID}, Figure{"manifest", t.Manifest})
		if o.Target == t.Plan.CampaignID {
			t.MayDeliver = false // it was never told to deliver
		}
		t.LaunchUsed, t.ApprovedBudget = false, money.Amount{}
		t.ask()
		return
	}
	t.note("raise_unapproved", sentence(a.Text), "It is not done; more budget is asked for anew.", Figure{"target", o.Target}, Figure{"approval", t.ApprovalID})
	t.ApprovedBudget = money.Zero(t.Plan.DailyBudget.Currency())
	if set := t.AdSet(o.Target); set != nil && o.Kind == SetBudget {
		set.Planned, set.Wanted, set.BeforeRaise = set.Budget, money.Min(set.Wanted, set.Budget), money.Zero(set.Budget.Currency())
	} else if set != nil && o.Kind == SetDelivery {
		set.Status = entityError
		t.adSetLost(set, a.Text)
	} else if ad := t.Ad(o.Target); ad != nil {
		t.adLost(ad, a.Text, a.Code)
	}
	t.RaiseAt = t.Now.Add(raiseAgainAfter)
}

// forgetGrant drops what is remembered of a day's grant, which the ledger does not have.
func (t *Turn) forgetGrant(day string) {
	kept := t.Grants[:0:0]
	for _, g := range t.Grants {
		if g.Day != day {
			kept = append(kept, g)
		}
	}
	t.Grants = kept
}
